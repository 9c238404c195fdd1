"""`tfpb comparer` as it is typed: the example, its two files, its refusals, its lasting masks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import pytest

from tfpb.model.results import COMPARISON_COLUMNS, LEVEL_COLUMNS
from tfpb.survey.estimation.control import CONTROL_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., Any]

KEYS: Final = ("vague", "bailleur", "groupe", "item")
GOLDEN_PLAN: Final = """
[colonnes]
repondant = "id"
vague = "vague"
bailleur = "bailleur"
residence = "residence"
poids = "poids"
qpv = "qpv"
strates = ["bailleur", "qpv"]
ajustement = ["type_habitat", "periode"]
[echelles.quatre]
satisfait = [1, 2]
insatisfait = [3, 4]
non_concerne = [8]
nsp = [9]
[echelles.note]
type = "note"
satisfait_des = 7
nsp = [99]
""" + "".join(
    f'[[items]]\ncolonnes = ["{i}"]\nlibelle = "{i}"\ntheme = "{t}"\nechelle = "{e}"\n'
    for i, t, e in (
        *(
            (i, "residence", "quatre")
            for i in ("proprete", "quartier", "accueil", "rare", "tous", "aucun")
        ),
        ("note", "global", "note"),
    )
)


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep=";", decimal=",", encoding="utf-8-sig", keep_default_na=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, example: Path, run: Run) -> tuple[Path, Any]:
    out = tmp_path_factory.mktemp("comparer") / "s.csv"
    result = run(
        "comparer", example / "enquete_2019.csv", example / "enquete_2023.xlsx",
        "--plan", example / "plan_enquete.toml", "--sortie", out,
    )  # fmt: skip
    return out, result


def test_two_files_with_the_columns_of_the_contract(made: tuple[Path, Any]) -> None:
    out, result = made
    assert result.exit_code == 0, result.output
    table, levels = _read(out), _read(out.with_name("s_niveaux.csv"))
    assert tuple(table.columns) == COMPARISON_COLUMNS
    assert tuple(levels.columns) == LEVEL_COLUMNS
    assert set(table["vague"]) == {"2019", "2023", "2019-2023"}
    assert set(table["ajustement"]) == {"brut", "comparable"}
    assert not table.duplicated(list(COMPARISON_COLUMNS[:9])).any()


def test_it_says_what_was_found_in_french(made: tuple[Path, Any]) -> None:
    _, result = made
    for part in ("Vague 2023", "ménages interrogés", "Écarts QPV", "il aurait fallu", "quotas"):
        assert part in result.output
    assert "nan" not in result.output


def test_an_unknown_code_stops_with_its_place_and_leaves_nothing(
    tmp_path: Path, example: Path, run: Run
) -> None:
    text = (example / "enquete_2019.csv").read_bytes().decode("cp1252")
    spoiled = tmp_path / "e.csv"
    spoiled.write_bytes(text.replace("Plutôt satisfait", "Moyennement", 1).encode("cp1252"))
    out = tmp_path / "s.csv"
    result = run("comparer", spoiled, "--plan", example / "plan_enquete.toml", "--sortie", out)
    assert result.exit_code == 2
    said = result.output + result.stderr
    for part in ("Moyennement", "e.csv", "ligne", "Traceback"):
        assert (part in said) is (part != "Traceback")
    assert list(tmp_path.iterdir()) == [spoiled]


def test_weights_that_are_all_nil_stop_it_as_they_stop_a_dossier(
    tmp_path: Path, example: Path, run: Run
) -> None:
    base = pd.read_excel(
        example / "enquete_2023.xlsx", sheet_name="Base", dtype=str, engine="openpyxl"
    )
    base.assign(poids="0").to_csv(tmp_path / "e.csv", sep=";", index=False)
    out, plan = tmp_path / "s.csv", example / "plan_enquete.toml"
    result = run("comparer", tmp_path / "e.csv", "--plan", plan, "--sortie", out)
    assert result.exit_code == 2
    assert "poids" in result.output + result.stderr
    assert not out.exists()


def test_located_residences_rule_and_territories_are_added(
    tmp_path: Path, example: Path, run: Run
) -> None:
    delivery = pd.read_excel(
        example / "enquete_2023.xlsx", sheet_name="Base", dtype=str, engine="openpyxl"
    )
    first = delivery.drop_duplicates("residence_id")
    stock = pd.DataFrame(
        {
            "id_residence": first["residence_id"],
            "cote": ["hors" if q in {"0", "non", "hors QPV"} else "dans" for q in first["qpv"]],
            "prestataire_proprete": ["P1" if k % 2 else "P2" for k in range(len(first))],
        }
    )
    path = tmp_path / "r.csv"
    stock.to_csv(path, index=False, sep=";")
    out = tmp_path / "s.csv"
    result = run(
        "comparer", example / "enquete_2023.xlsx", "--plan", example / "plan_enquete.toml",
        "--residences", path, "--par", "prestataire_proprete,inconnu", "--sortie", out,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    table = _read(out)
    assert set(table["niveau"]) == {"total", "prestataire_proprete"}
    assert set(table[table["niveau"] != "total"]["territoire"]) == {"P1", "P2"}
    assert "inconnu" in result.output


def test_masks_of_a_comparison_that_was_released_are_kept(
    tmp_path: Path, example: Path, run: Run
) -> None:
    out = tmp_path / "s.csv"
    plan = (example / "plan_enquete.toml").read_text(encoding="utf-8")
    severe = tmp_path / "plan.toml"
    severe.write_text(plan.replace("masquage_n = 11", "masquage_n = 760"), encoding="utf-8")
    arguments = ("comparer", example / "enquete_2023.xlsx", "--sortie", out, "--plan")
    assert run(*arguments, severe, "--diffuser").exit_code == 0
    before = _read(out)
    assert (before["publication"] == "masque").any()
    again = run(*arguments, example / "plan_enquete.toml", "--diffuser", "--garder", "2023")
    assert again.exit_code == 0, again.output
    after = _read(out)
    key = list(COMPARISON_COLUMNS[:9])
    masked = before[before["publication"] == "masque"][key]
    still = after[after["publication"] == "masque"][key]
    assert len(masked.merge(still, on=key)) == len(masked)


def test_help_ends_with_an_example(run: Run) -> None:
    result = run("comparer", "--help")
    assert result.exit_code == 0
    assert "tfpb comparer examples/valmont/enquete_2019.csv" in result.output


def test_exact_rows_for_a_statistician_agree_with_r(tmp_path: Path, run: Run) -> None:
    """`--controle` on the simulated delivery of the goldens, file against file."""
    golden = Path(__file__).parents[1] / "golden"
    plan = tmp_path / "plan.toml"
    plan.write_text(GOLDEN_PLAN, encoding="utf-8")
    control, out = tmp_path / "c.csv", tmp_path / "s.csv"
    result = run(
        "comparer", golden / "data" / "survey_hlm.csv", "--plan", plan, "--sortie", out,
        "--controle", control, "--csv-brut",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "à ne transmettre à personne" in result.output
    exact = pd.read_csv(control, dtype={"vague": str})
    assert tuple(exact.columns) == CONTROL_COLUMNS
    assert set(exact["ajustement"]) == {"brut", "comparable"}
    assert exact["n"].min() >= 11
    theirs = pd.read_csv(golden / "data" / "golden_survey.csv", dtype={"wave": str})
    theirs = theirs.rename(
        columns={"wave": "vague", "owner": "bailleur", "group": "groupe"}
    ).pivot_table(index=["case", *KEYS], columns="stat", values="value")
    for cases, way in ((("domaine", "evolution"), "brut"), (("comparable",), "comparable")):
        rows = exact[exact["ajustement"] == way].set_index(list(KEYS))
        for case in cases:
            wanted = theirs.loc[case].reindex(rows.index).dropna(how="all")
            ours = rows.loc[wanted.index]
            assert len(wanted) > 20, case
            near = 1e-12 if way == "brut" else 1e-9  # both rake to a limit
            value = wanted["p"].fillna(wanted["d"])
            np.testing.assert_allclose(ours["estimation"], value, rtol=1e-9, atol=near)
            varied = wanted["se"].notna() & ~value.isin([0.0, 1.0])
            np.testing.assert_allclose(
                ours.loc[varied, "erreur_type"], wanted.loc[varied, "se"], rtol=1e-9, atol=near
            )
            for name, stat in (("ddl", "ddl"), ("effet_plan", "deff"), ("n_effectif", "neff")):
                known = varied & wanted[stat].notna()
                np.testing.assert_allclose(
                    ours.loc[known, name], wanted.loc[known, stat], rtol=1e-9
                )


def test_exact_rows_are_never_part_of_a_release(tmp_path: Path, example: Path, run: Run) -> None:
    out, control = tmp_path / "s.csv", tmp_path / "c.csv"
    arguments = (
        "comparer", example / "enquete_2019.csv", "--plan", example / "plan_enquete.toml", "--sortie",
        out, "--controle",
    )  # fmt: skip
    result = run(*arguments, control, "--diffuser")
    assert result.exit_code == 2
    assert "--controle" in result.output + result.stderr
    assert run(*arguments, out).exit_code == 2
    assert not list(tmp_path.iterdir())


def test_what_is_released_does_not_hang_on_exact_rows(
    made: tuple[Path, Any], tmp_path: Path, example: Path, run: Run
) -> None:
    out = tmp_path / "s.csv"
    result = run(
        "comparer", example / "enquete_2019.csv", example / "enquete_2023.xlsx",
        "--plan", example / "plan_enquete.toml", "--sortie", out, "--controle", tmp_path / "c.xlsx",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert out.read_bytes() == made[0].read_bytes()
