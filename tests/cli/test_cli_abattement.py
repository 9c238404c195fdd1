"""`tfpb abattement` as it is typed: files in, files out, French words, exit codes."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from openpyxl import load_workbook
from typer import Typer
from typer.testing import CliRunner, Result

from tfpb.cli.abattement import abattement

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

app = Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
app.command()(abattement)

HEADER = (
    "avis;invariant;id_residence;annee;vlc_eur;nb_logements;taux_commune_pct;taux_epci_pct;"
    "cotisation_avis_eur"
)
PLACES = "id_residence;nb_logements;qpv_statut;qpv_code;qpv_nom\nR1;1;dans;QN05991I;Tilleuls\nR2;2;hors;;\n"
SIGNED = (
    "id_convention;codes_qpv;date_signature_contrat;date_signature_convention;date_declaration;date_fin\n"
    "C1;QN05991I;28/03/2024;12/12/2024;20/12/2024;31/12/2030\n"
)
ACTIONS = (
    "id_action;axe;code_qpv;action;realise_eur;valorise_eur;piece\n"
    "A1;Sur entretien;QN05991I;Passage;300;250,50;F1\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = "A1;1;R1;2025;3 000,00;1;40;15;577,50\nA1;2;R2;2025;3000;2;40;15;1650\n"
    (tmp_path / "fiscalite.csv").write_text(f"{HEADER}\n{rows}", "utf-8-sig")
    (tmp_path / "localise.csv").write_text(PLACES, "utf-8-sig")
    (tmp_path / "conventions.csv").write_text(SIGNED, "utf-8-sig")
    (tmp_path / "programme.csv").write_text(ACTIONS, "utf-8-sig")
    return tmp_path


@pytest.fixture
def call(folder: Path) -> Callable[..., Result]:
    def run(*extra: object, out: str = "sortie.csv", signed: bool = True) -> Result:
        args: list[object] = [folder / "fiscalite.csv", "--residences", folder / "localise.csv"]
        args += ["--sortie", folder / out]
        if signed:
            args += ["--conventions", folder / "conventions.csv"]
        return CliRunner().invoke(app, [str(a) for a in (*args, *extra)])

    return run


def test_worked_example_in_a_french_csv(call: Callable[..., Result], folder: Path) -> None:
    done = call()
    assert done.exit_code == 0, done.output
    raw = (folder / "sortie.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    frame = pd.read_csv(folder / "sortie.csv", sep=";", decimal=",", encoding="utf-8-sig")
    assert list(frame["abattement_eur"]) == [247.5, 0]
    assert list(frame["statut"]) == ["abattu", "hors_qpv"]
    assert list(frame["nature"]) == ["reel", "estime"]  # the second has no notice read
    assert list(frame.columns)[:9] == HEADER.split(";")
    assert "248" in done.output
    assert "1 local" in done.output


def test_a_line_of_total_and_lost_zeros_do_not_stop(
    call: Callable[..., Result], folder: Path
) -> None:
    rows = "A1;1;7;2025;3000;1;40;15;577,50\nTOTAL;;;;3000;1;;;577,50\n"
    (folder / "fiscalite.csv").write_text(f"{HEADER}\n{rows}", "utf-8-sig")
    (folder / "localise.csv").write_text(PLACES.replace("R1", "00007"), "utf-8-sig")
    done = call()
    assert done.exit_code == 0, done.output
    frame = pd.read_csv(
        folder / "sortie.csv", sep=";", decimal=",", encoding="utf-8-sig", dtype=str
    )
    assert list(frame["id_residence"]) == ["00007"]
    assert list(frame["statut"]) == ["abattu"]
    assert "est un total" in done.output


def test_csv_for_programs(call: Callable[..., Result], folder: Path) -> None:
    assert call("--csv-brut", "--arrondi", "avis").exit_code == 0
    frame = pd.read_csv(folder / "sortie.csv")
    assert list(frame["abattement_epci_eur"]) == [68, 0]


def test_premises_owned_have_a_sheet_and_nobody_lives_there(
    call: Callable[..., Result], folder: Path
) -> None:
    lines = ("Numéro fiscal du local;Groupe;Nom de l'occupant", "9999999999;R1;CANARI")
    (folder / "gmbi.csv").write_text("\n".join(lines), "utf-8")
    done = call("--gmbi", folder / "gmbi.csv", out="sortie.xlsx")
    assert done.exit_code == 0, done.output
    rows = pd.read_excel(folder / "sortie.xlsx", sheet_name="Locaux", engine="calamine")
    assert rows["constat_gmbi"].dropna().tolist() == ["sans_cle"]
    assert "CANARI" not in done.output + str(
        pd.read_excel(folder / "sortie.xlsx", sheet_name=None, engine="calamine")
    )


def test_premises_owned_of_a_residence_without_any_tax_line(
    call: Callable[..., Result], folder: Path
) -> None:
    (folder / "localise.csv").write_text(f"{PLACES}R3;2;dans;QN05991I;Tilleuls\n", "utf-8-sig")
    owned = "Numéro fiscal du local;Groupe\n1;R1\n8;R3\n9;R3\n"
    (folder / "gmbi.csv").write_text(owned, "utf-8")
    done = call("--gmbi", folder / "gmbi.csv", out="sortie.xlsx")
    assert done.exit_code == 0, done.output
    rows = pd.read_excel(folder / "sortie.xlsx", sheet_name="Locaux", engine="calamine")
    # 247.50 + 247.50 over the three dwellings of the two lines, two owned
    seen = rows[rows["constat_gmbi"] == "sans_avis"][["id_residence", "locaux", "montant_gmbi_eur"]]
    assert seen.to_numpy().tolist() == [["R3", 2, 330.0]]


def test_workbook_of_premises_with_the_programme_beside(
    call: Callable[..., Result], folder: Path
) -> None:
    done = call("--programme", folder / "programme.csv", out="sortie.xlsx")
    assert done.exit_code == 0, done.output
    book = load_workbook(folder / "sortie.xlsx")
    assert book.sheetnames == ["Locaux"]
    cells: list[Any] = [c.value for c in book["Locaux"][2]]
    assert 247.5 in [float(c) for c in cells if isinstance(c, (int, float))]
    assert "Sur entretien" in done.output
    balance = pd.read_excel(folder / "sortie_solde.xlsx", engine="calamine").iloc[0]
    assert balance["solde_eur"] == pytest.approx(3.0)  # 250.50 − 247.50
    assert len(pd.read_excel(folder / "sortie_axes.xlsx", engine="calamine")) == 9
    book = load_workbook(folder / "sortie_bilan.xlsx")
    assert book.sheetnames == ["Bilan QN05991I", "Par axe", "À ressaisir"]
    assert [r[2] for r in book["À ressaisir"].iter_rows(min_row=4, values_only=True)] == ["A1"]
    assert not (folder / "sortie_ressaisie.csv").exists()


def test_without_conventions_nothing_is_counted_and_it_is_said(
    call: Callable[..., Result], folder: Path
) -> None:
    path = folder / "fiscalite.csv"
    path.write_text(path.read_text("utf-8-sig").replace("577,50", ""), "utf-8-sig")
    done = call(signed=False)
    assert done.exit_code == 0
    assert "--conventions" in done.output
    frame = pd.read_csv(folder / "sortie.csv", sep=";", decimal=",", encoding="utf-8-sig")
    assert list(frame["statut"]) == ["sans_convention", "hors_qpv"]


def test_year_asked_makes_an_estimate_of_last_year_s_rows(
    call: Callable[..., Result], folder: Path
) -> None:
    assert call("--annee", 2026).exit_code == 0
    frame = pd.read_csv(folder / "sortie.csv", sep=";", decimal=",", encoding="utf-8-sig")
    assert (frame["statut"][0], frame["nature"][0]) == ("eligible", "estime")


def test_several_years_in_one_file_keep_their_order(
    call: Callable[..., Result], folder: Path
) -> None:
    rows = "B2;1;R1;2026;3000;1;40;15;\nA1;1;R1;2025;3000;1;40;15;825\n"
    (folder / "fiscalite.csv").write_text(f"{HEADER}\n{rows}", "utf-8-sig")
    done = call(out="sortie.xlsx")
    assert done.exit_code == 0, done.output
    frame = pd.read_excel(folder / "sortie.xlsx", engine="calamine")
    assert list(frame["annee"]) == [2026, 2025]
    assert list(frame["statut"]) == ["non_lu", "a_reclamer"]


def test_a_mistyped_year_makes_no_year_of_its_own(
    call: Callable[..., Result], folder: Path
) -> None:
    """The programme was balanced on that later year: nothing valued, and no doubt."""
    lines = [f"A{k};{k};R1;2025;3000;1;40;15;577,50" for k in range(1, 31)]
    programme = ("--programme", folder / "programme.csv")
    for year, code in ((2026, 2), (2024, 0)):
        lone = lines[4].replace("2025", str(year))
        text = "\n".join([HEADER, *lines[:4], lone, *lines[5:]])
        (folder / "fiscalite.csv").write_text(text, "utf-8")
        done = call(*programme)
        assert done.exit_code == code, done.output
        assert f"L’année {year} n’a que 1 ligne quand le fichier en a 29 de 2025" in done.output
    (folder / "fiscalite.csv").write_text(text.replace("2024", "2026"), "utf-8")
    assert call(*programme, "--annee", 2025).exit_code == 0


def test_every_fault_of_every_file_at_once(call: Callable[..., Result], folder: Path) -> None:
    bad = "A1;1;R1;2031;3000;1;40;15;\nA1;2;R1;2025;-5;1;5500;15;\n"
    (folder / "fiscalite.csv").write_text(f"{HEADER}\n{bad}", "utf-8-sig")
    (folder / "localise.csv").write_text("id_residence;nb_logements\nR1;1\n", "utf-8-sig")
    (folder / "conventions.csv").write_text("id_convention\nC1\n", "utf-8-sig")
    (folder / "programme.csv").write_text(ACTIONS.replace("250,50", "999"), "utf-8-sig")
    done = call("--programme", folder / "programme.csv")
    assert done.exit_code == 2
    for words in (
        "2031", "montant est négatif", "hors des bornes", "ne dit pas de quel côté", "codes_qpv",
        "dépasse la dépense réalisée",
    ):  # fmt: skip
        assert words in done.output, words
    assert not (folder / "sortie.csv").exists()


def test_action_without_abatement_leaves_nothing_behind(
    call: Callable[..., Result], folder: Path
) -> None:
    path = folder / "programme.csv"
    path.write_text(ACTIONS.replace("QN05991I", "QN05993N"), "utf-8-sig")
    done = call("--programme", path)
    assert done.exit_code == 2
    assert "où aucun logement du dossier" in " ".join(done.output.split())
    assert not list(folder.glob("sortie*"))


def test_missing_file_is_said_with_its_name(call: Callable[..., Result], folder: Path) -> None:
    (folder / "localise.csv").unlink()
    done = call()
    assert done.exit_code == 2
    assert "localise.csv" in done.output
    assert "Traceback" not in done.output


def test_sheet_is_chosen_by_name(folder: Path) -> None:
    frame = pd.read_csv(folder / "fiscalite.csv", sep=";", dtype=str)
    with pd.ExcelWriter(folder / "fiscalite.xlsx") as book:
        pd.DataFrame({"rien": [1]}).to_excel(book, sheet_name="Notes", index=False)
        frame.to_excel(book, sheet_name="Avis 2025", index=False)
    base = ["--residences", folder / "localise.csv", "-s", folder / "o.csv", "--feuille"]
    runner = CliRunner()
    good = runner.invoke(app, [str(a) for a in (folder / "fiscalite.xlsx", *base, "avis 2025")])
    assert good.exit_code == 0, good.output
    bad = runner.invoke(app, [str(a) for a in (folder / "fiscalite.xlsx", *base, "Autre")])
    assert bad.exit_code == 2
    assert "Avis 2025" in bad.output


def test_residences_workbook_without_that_sheet_is_still_read(folder: Path) -> None:
    for name in ("fiscalite", "localise"):
        frame = pd.read_csv(folder / f"{name}.csv", sep=";", dtype=str)
        frame.to_excel(folder / f"{name}.xlsx", sheet_name=name, index=False)
    args = [folder / "fiscalite.xlsx", "--residences", folder / "localise.xlsx", "--feuille", "fiscalite",
            "-s", folder / "o.parquet"]  # fmt: skip
    done = CliRunner().invoke(app, [str(a) for a in args])
    assert done.exit_code == 0, done.output
    assert len(pd.read_parquet(folder / "o.parquet")) == 2


def test_last_year_s_programme_stands_beside_in_the_bilan(
    call: Callable[..., Result], folder: Path
) -> None:
    (folder / "programme.csv").write_text(ACTIONS, "utf-8-sig")
    (folder / "programme_2024.csv").write_text(ACTIONS.replace("F1", "OLD-1"), "utf-8-sig")
    done = call(
        "--programme", folder / "programme.csv",
        "--programme-precedent", folder / "programme_2024.csv",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    book = load_workbook(folder / "sortie_bilan.xlsx")
    assert book.sheetnames[-3:-1] == ["2024 et 2025 par axe", "2024 et 2025 par quartier"]


def test_the_list_sent_the_claims_and_the_notices_of_last_year_are_read(
    call: Callable[..., Result], folder: Path
) -> None:
    """What is owed was declared, and its claim is sent; the base is set beside that of the year before."""
    notices = (folder / "fiscalite.csv").read_text("utf-8-sig")
    (folder / "fiscalite.csv").write_text(notices.replace("577,50", "825"), "utf-8-sig")
    before = notices.replace("2025", "2024").replace("3 000,00", "9 000,00")
    (folder / "avant.csv").write_text(before, "utf-8-sig")
    (folder / "liste.csv").write_text("invariant;declare_le\n1;20/12/2024\n", "utf-8-sig")
    sent = "avis;invariant;annee;envoyee_le\nA1;1;2025;05/11/2025\n"
    (folder / "reclame.csv").write_text(sent, "utf-8-sig")
    done = call(
        "--declaration", folder / "liste.csv", "--reclamations", folder / "reclame.csv",
        "--fiscalite-precedente", folder / "avant.csv", out="sortie.xlsx",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    book = pd.read_excel(folder / "sortie.xlsx", None, engine="openpyxl")
    rows = book["Locaux"]
    (claim,) = rows[rows["suite"].notna()].to_dict("records")
    asked = claim["abattement_a_reclamer_eur"]
    assert (claim["preuve"], claim["suite"], asked) == ("declare", "envoyee", 247.5)
    before = rows.iloc[0]
    assert (before["base_eur_precedente"], before["base_eur"]) == (4500, 1500)


def test_the_claims_of_a_table_of_premises_are_read_and_its_other_rows_are_not(
    call: Callable[..., Result], folder: Path
) -> None:
    """What a pack writes of last year's premises: those to claim bear where they stand, others nothing."""
    (folder / "locaux.csv").write_text(
        "id_residence;avis;invariant;annee;envoyee_le;suite\n"
        "R1;A1;1;2024;05/11/2025;envoyée, sans réponse connue\n"
        "R2;A2;2;2025;;\nR3;;;;;\n",
        "utf-8-sig",
    )
    done = call("--reclamations", folder / "locaux.csv", out="sortie.xlsx")
    assert done.exit_code == 0, done.output
    rows = pd.read_excel(folder / "sortie.xlsx", "Locaux", engine="openpyxl")
    (claim,) = rows[rows["suite"].notna()].to_dict("records")
    assert (claim["avis"], claim["annee"], claim["suite"]) == ("A1", 2024, "envoyee")


def test_a_located_stock_that_counts_no_dwellings_is_refused(
    call: Callable[..., Result], folder: Path
) -> None:
    bare = "\n".join(";".join((r, *rest)) for r, _, *rest in (x.split(";") for x in PLACES.split()))
    (folder / "localise.csv").write_text(bare, "utf-8-sig")
    done = call()
    assert done.exit_code == 2
    assert "1 faute" in done.output
    assert "La colonne « nb_logements » manque." in done.output
    assert "qpv_statut, qpv_code" in done.output
    assert "…" not in done.output
    assert not (folder / "sortie.csv").exists()


def test_a_missing_column_is_said_once_and_not_for_each_line(
    call: Callable[..., Result], folder: Path
) -> None:
    head, _, rest = HEADER.partition("taux_commune_pct")
    (folder / "fiscalite.csv").write_text(
        f"{head}colonne à moi{rest}\nA1;1;R1;2025;3000;1;40;15;\n", "utf-8-sig"
    )
    done = call()
    assert done.exit_code == 2
    assert "taux_commune_pct" in done.output
    assert "Le taux communal manque" not in done.output


@pytest.mark.parametrize(
    ("lines", "totals", "refused"),
    [
        (("", ""), ("300",), True),  # the total alone has it
        (("100", ""), ("300",), True),
        (("100", "200"), ("300",), False),
        (("300", "300"), ("300",), False),  # on each line, that of the notice
        (("100", "200"), ("300", "300"), False),  # a total of the page, then of all
        (("100", "200"), ("300", "900"), True),
        (("", ""), ("",), False),
    ],
)
def test_a_relief_that_a_total_alone_has_is_refused(
    call: Callable[..., Result],
    folder: Path,
    lines: tuple[str, ...],
    totals: tuple[str, ...],
    *,
    refused: bool,
) -> None:
    """Left out with its line of total, it would be claimed again."""
    rows = [f"A1;{k};R1;2025;3000;1;40;15;825;{one}" for k, one in enumerate(lines, 1)]
    rows += [f"Total A1;;;;6000;2;;;1650;{one}" for one in totals]
    text = "\n".join([f"{HEADER};degrevements_eur", *rows])
    (folder / "fiscalite.csv").write_text(f"{text}\n", "utf-8-sig")
    done = call()
    assert (done.exit_code == 2, "que les lignes n’expliquent pas" in done.output) == (
        refused,
        refused,
    )


SHEET = (
    "avis;invariant;id_residence;annee;vlc_eur;nb_logements;type_local;taux_commune_pct;cotisation_avis_eur",
    "A1;1;R1;2025;3000;1;Appartement;55;825",
    "A2;2;R2;2025;5000;2;Appartement;55;962,50",
)
"""One refused in the quarter, one abated out of it: 247,50 € to claim, 412,50 € at risk."""
UNSAID = re.compile(r"lignes sans logement : que sont-elles.*?Clé (\w+)", re.DOTALL)
STATES = ("acquis", "a_reclamer", "a_risque", "perdu")


@pytest.mark.parametrize(
    ("answer", "claim"), [("", "0"), ("logements", "247,50"), ("sans_logement", "0")]
)
def test_lines_that_say_nothing_of_their_dwellings_wait_for_their_answer(
    call: Callable[..., Result], folder: Path, answer: str, claim: str
) -> None:
    """Without nature nor count nothing is claimed; answered, the figures are those of the whole sheet."""

    def states(out: str) -> list[dict[str, str]]:
        with (folder / out).open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, delimiter=";"))
        return [{name: row[f"abattement_{name}_eur"] for name in STATES} for row in rows]

    (folder / "fiscalite.csv").write_text("\n".join(SHEET), "utf-8-sig")
    assert not UNSAID.search(call(out="entier.csv").output)
    bare = [";".join([*row.split(";")[:5], *row.split(";")[7:]]) for row in SHEET]
    (folder / "fiscalite.csv").write_text("\n".join(bare), "utf-8-sig")
    asked = call()
    key = UNSAID.search(asked.output)
    assert key is not None
    assert asked.exit_code == 0
    if answer:
        entry = f'"{key[1]}" = {{ reponse = "{answer}", par = "fiscalite", le = 2026-01-05 }}'
        (folder / "reponses.toml").write_text(f"[reponses]\n{entry}\n", "utf-8")
        assert call("--reponses", folder / "reponses.toml").exit_code == 0
    assert states("sortie.csv")[0]["a_reclamer"] == claim
    if answer == "logements":
        assert states("sortie.csv") == states("entier.csv")
