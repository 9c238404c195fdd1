"""Tables copied from notices, three layouts drawn from public descriptions (synthetic): same premises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tax_builders import conventions, home, homes

from tfpb import tax
from tfpb.errors import Severity
from tfpb.io.sources.gathering import Gathering
from tfpb.law.values import load
from tfpb.model.tables import PREMISES

LAYOUTS = Path(__file__).with_name("notices")


def read(path: Path) -> tuple[Any, list[Any]]:
    gathered = Gathering()
    table = gathered.table("fiscalite", path, known=PREMISES.headers)
    assert table is not None
    return gathered.typed(table, PREMISES), gathered.faults


@pytest.mark.parametrize("name", ["colonnes", "lignes", "groupes"])
def test_the_three_layouts_are_the_same_premises(name: str) -> None:
    frame, faults = read(LAYOUTS / f"{name}.csv")
    assert [f.code for f in faults if f.severity is Severity.FAUTE] == []
    assert "avis_remis_en_forme" in {f.code for f in faults}
    cells = ["avis", "id_residence", "annee", "nb_logements", "taux_commune_pct", "taux_tse_pct"]
    assert frame[cells].to_numpy().tolist() == [
        ["25 59 001", "R1", 2025, 46, 52.34, 0.31], ["25 59 001", "R2", 2025, 10, 52.34, 0.31],
    ]  # fmt: skip
    amounts = frame[["base_nette_eur", "cotisation_avis_eur", "teom_eur"]].map(int)
    assert amounts.to_numpy().tolist() == [[61969, 25307, 6197], [20000, 11668, 2000]]


@pytest.mark.parametrize("name", ["colonnes", "lignes", "groupes"])
def test_what_the_notice_abates_is_told_by_the_base_of_the_teom(name: str) -> None:
    frame, _ = read(LAYOUTS / f"{name}.csv")
    stock = homes(*(home(k, nb_logements=n, logements_dans=n) for k, n in (("R1", 46), ("R2", 10))))
    made = tax.abate(frame, stock, None, conventions(), load(), year=2025, rounding="avis")
    # 0.3 × 61 969 by line; the second premises is not abated: to claim
    assert made.premises["statut"].tolist() == ["abattu", "a_reclamer"]
    assert made.premises["abattement_acquis_eur"].tolist()[0] == 9730 + 208 + 753 + 58 + 97
    assert made.premises["abattement_a_reclamer_eur"].tolist()[1] == 3140 + 67 + 243 + 19 + 31


def without(tmp_path: Path, name: str, change: dict[str, str]) -> tuple[Any, list[Any]]:
    text = (LAYOUTS / f"{name}.csv").read_text("utf-8")
    for old, new in change.items():
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "avis.csv").write_text(text, "utf-8")
    return read(tmp_path / "avis.csv")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("colonnes", {";61 969;": ";;"}),
        ("lignes", {"TEOM;61969": "TEOM;"}),
        ("groupes", {";61969;": ";;"}),
        ("groupes", {";61969;": ";40000;"}),  # capped: less than the line of the commune
    ],
)
def test_a_base_that_may_be_abated_already_is_asked_about(
    tmp_path: Path, name: str, change: dict[str, str]
) -> None:
    _, faults = without(tmp_path, name, change)
    asked = [f for f in faults if f.code == "avis_base_inconnue"]
    assert len(asked) == 1
    assert asked[0].severity is Severity.FAUTE
    assert asked[0].place.row == {"colonnes": 7, "lignes": 3, "groupes": 3}[name]


def test_a_cadastral_value_stands_for_the_base(tmp_path: Path) -> None:
    frame, faults = without(
        tmp_path,
        "groupes",
        {
            "Logements;": "Logements;VLC;",
            ";46;": ";46;123938;",
            ";10;20000": ";10;;20000",
            ";61969;": ";;",
        },
    )
    assert "avis_base_inconnue" not in {f.code for f in faults}
    assert frame["vlc_eur"].tolist() == [123938, None]
    assert frame["base_nette_eur"].tolist() == [None, 20000]


@pytest.mark.parametrize("dash", ["-", "–", "—"])
def test_a_dash_in_an_unused_line_is_an_empty_cell(tmp_path: Path, dash: str) -> None:
    header = "avis;invariant;id_residence;annee; ;Commune;Syndicat;Intercommunalité;TEOM\n"
    (tmp_path / "avis.csv").write_text(
        header + f"A1;I1;R1;2025;Taux;42,5 %;{dash};5,10 %;8,2 %\n"
        f";;;;Base;7000;{dash};7000;10000\n;;;;Cotisation;2975;{dash};357;820\n",
        "utf-8",
    )
    frame, faults = read(tmp_path / "avis.csv")
    assert [f.code for f in faults] == ["avis_remis_en_forme"]
    assert frame["cotisation_avis_eur"].tolist() == [2975 + 357]
    assert frame["base_nette_eur"].tolist() == [10000]
    stock = homes(home("R1", nb_logements=10, logements_dans=10))
    asked = tax.abate(frame, stock, None, conventions(), load(), year=2025).questions
    homes_all = {one.key: "logements" for one in asked}  # a printed page does not say what it is of
    made = tax.abate(frame, stock, None, conventions(), load(), year=2025, replies=homes_all)
    assert made.premises["statut"].tolist() == ["abattu"]
    # 0.3 × 10 000 × (42.5 % + 5.1 %)
    assert made.premises["abattement_acquis_eur"].tolist() == [1428]


def test_a_line_without_its_amount_makes_no_sum(tmp_path: Path) -> None:
    frame, _ = without(tmp_path, "lignes", {"4,05;1757": "4,05;"})
    assert frame["cotisation_avis_eur"].tolist() == [None, 11668]


def test_what_cannot_be_read_is_quoted_with_its_row(tmp_path: Path) -> None:
    _, faults = without(tmp_path, "lignes", {"TSE;43378;0,31": "TSE;43378;zéro"})
    (wrong,) = [f for f in faults if f.severity is Severity.FAUTE]
    assert (wrong.code, wrong.got, wrong.place.row) == ("valeur_illisible", "zéro", 3)


def test_a_table_of_premises_is_left_alone(tmp_path: Path) -> None:
    text = "avis;id_residence;annee;vlc_eur;taux_commune_pct;Cotisation;TEOM\nA1;R1;2025;3000;40;600;9\n"
    (tmp_path / "avis.csv").write_text(text, "utf-8")
    frame, faults = read(tmp_path / "avis.csv")
    assert faults == []
    assert frame["teom_eur"].tolist() == [9]
