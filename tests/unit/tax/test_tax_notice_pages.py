"""Pages copied from notices, drawn from descriptions by someone who had not read the reader (fictional)."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from tax_builders import abate, conventions, counted, home, homes, local

from tfpb import tax
from tfpb.errors import Severity
from tfpb.io.sources.gathering import Gathering
from tfpb.law.values import load
from tfpb.model.tables import GMBI, PREMISES

if TYPE_CHECKING:
    from collections.abc import Callable

PAGES = Path(__file__).with_name("notices")


def rows_of(name: str) -> list[list[str]]:
    with (PAGES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def expected(name: str) -> list[dict[str, str]]:
    with (PAGES / f"{name}_attendu.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def filled_in(
    tmp_path: Path, name: str, header: list[str], cells: Callable[[list[str]], list[str]]
) -> Path:
    """Add columns at the right as a manager does: their names on the first header, cells by line."""
    out, named = [], False
    for row in rows_of(name):
        wide = "Base imposée" in row or "Taxes spéciales" in row
        more = [] if named or not wide else header
        named = named or wide
        out.append([*row, *(more or cells(row))])
    path = tmp_path / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(out)
    return path


def read(path: Path, renames: dict[str, str] | None = None) -> tuple[Any, list[Any]]:
    gathered = Gathering()
    table = gathered.table("fiscalite", path, known=PREMISES.headers, renames=renames)
    frame = gathered.typed(table, PREMISES, renames) if table is not None else None
    return frame, gathered.faults


def listed(tmp_path: Path, *, twice: bool = False) -> tuple[Any, list[Any]]:
    header = ["Avis", "Code résidence", "Année", "Taux commune", "Taux EPCI", "Taux TSE"]
    seen: set[str] = set()

    def cells(row: list[str]) -> list[str]:
        key = row[1]
        if not key.isdigit() or (key in seen and not twice):
            return [""] * 6
        seen.add(key)
        return ["02 99 001", f"R{row[1][-4:-2]}", "2025", "51,28", "4,95", "0,47"]

    return read(filled_in(tmp_path, "liste_locaux", header, cells))


def test_a_list_of_premises_over_two_pages_is_read_to_the_euro(tmp_path: Path) -> None:
    frame, faults = listed(tmp_path, twice=True)
    told = expected("liste_locaux")
    kept = frame.drop_duplicates("invariant")
    assert kept["invariant"].tolist() == [e["identifiant"] for e in told]
    for column, name in (
        ("base_nette_eur", "base_avant_abattement"),
        ("cotisation_avis_eur", "cotisation"),
        ("teom_eur", "teom"),
    ):
        got = [None if v is None else int(v) for v in kept[column]]
        assert got == [int(e[name]) if e[name] else None for e in told], column
    codes = [f.code for f in faults]
    assert [f.code for f in faults if f.severity is Severity.FAUTE] == []
    # « À reporter », « Report », frais, montant, total; titles and notes alone on their line
    assert codes.count("ligne_de_total") == 5
    assert codes.count("entete_repete") == 1
    assert codes.count("ligne_de_texte") == 3
    assert (
        len(frame) == 16
    )  # the line printed on both pages is asked about, and left out until answered


def test_what_is_not_a_dwelling_is_never_to_claim(tmp_path: Path) -> None:
    frame, _ = listed(tmp_path)
    stock = homes(*(home(f"R{k}", nb_logements=9, logements_dans=9) for k in (11, 12, 13, 14)))
    made = tax.abate(
        frame.drop_duplicates("invariant"), stock, None, conventions(), load(),
        year=2025, rounding="avis",
    )  # fmt: skip
    by_kind = made.premises.groupby("type_local")["statut"].agg(set)
    assert by_kind["Garage"] == {"sans_logement"}
    assert by_kind["Commerce"] == {"sans_logement"}
    flats = made.premises[made.premises["type_local"] == "Appartement"]
    assert flats["statut"].tolist().count("a_reclamer") == 2  # C 01 01 and C 01 02, not abated
    assert flats["statut"].tolist().count("abattu") == 11


def test_a_garage_counts_no_dwelling_and_no_abatement() -> None:
    made = abate(
        local(), local(invariant="2", avis="G", type_local="Garage", nb_logements=None, annee=2025)
    )
    flat, garage = made.premises.to_dict("records")
    assert (flat["statut"], garage["statut"]) == ("eligible", "sans_logement")
    assert counted(made) == flat["abattement_eur"]
    assert "Ligne sans logement (Garage)" in garage["motif"]
    coming = made.forecast.set_index("annee")
    assert coming.loc[2026, "abattement_eur"] == flat["abattement_eur"]
    assert coming.loc[2026, "en_attente_eur"] == 0


def detailed(tmp_path: Path, change: dict[str, str] | None = None) -> tuple[Any, list[Any]]:
    block = iter(range(99))

    def cells(row: list[str]) -> list[str]:
        return ["59 99 001", f"R{next(block)}"] if row[0] == "Adresse" else ["", ""]

    path = filled_in(tmp_path, "detail_cotisations", ["Avis", "Code résidence"], cells)
    text = path.read_text("utf-8")
    for old, new in (change or {}).items():
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return read(path)


def test_a_page_of_contributions_gives_the_base_before_the_abatement(tmp_path: Path) -> None:
    frame, faults = detailed(tmp_path)
    told = expected("detail_cotisations")
    assert [int(v) for v in frame["base_nette_eur"]] == [
        int(e["base_avant_abattement"] or e["base"]) for e in told
    ]
    # the page's own total of a block holds the TEOM, the contribution here does not
    assert [int(c + t) for c, t in zip(frame["cotisation_avis_eur"], frame["teom_eur"], strict=True)] == [
        int(e["cotisation"]) for e in told
    ]  # fmt: skip
    assert frame["taux_tse_pct"].tolist()[:5] == [0.47] * 5
    assert set(frame["annee"]) == {2025}
    assert [f.code for f in faults if f.severity is Severity.FAUTE] == []


def test_rates_printed_as_proportions_on_the_second_page_are_asked_about(tmp_path: Path) -> None:
    from tfpb.tax.abatement.abatement_doubts import check_premises

    frame, _ = detailed(tmp_path)
    asked = [f.place.row for f in check_premises(frame, load()) if f.code == "taux_suspect"]
    assert sorted(set(asked)) == [38, 41, 45, 49]


def test_rates_are_those_of_the_notice_they_stand_on(tmp_path: Path) -> None:
    head = "Avis;Code résidence;quoi;Commune;Taxe ordures ménagères\n"
    page = "{0};{1};Base;70;100\n;;Cotisation;28;10\n"
    first, second = page.format("A1", "R1"), page.format("A2", "R2")
    for between, told in ((";;Taux 2025;50;10\n", [40, 50]), ("", [40, None])):
        text = head + ";;Taux 2025;40;10\n" + first + between + second
        (tmp_path / "t.csv").write_text(text, "utf-8")
        frame, _ = read(tmp_path / "t.csv")
        rates = [None if pd.isna(v) else v for v in frame["taux_commune_pct"]]
        assert rates == told


def test_an_abatement_printed_gives_the_base_where_the_page_has_no_teom(tmp_path: Path) -> None:
    frame, _ = detailed(tmp_path, {"33 747;48 210;33": "33 747;;33"})
    assert int(frame["base_nette_eur"].iloc[0]) == 48210
    _, faults = detailed(tmp_path, {"33 747;48 210;33": "33 747;47 000;33"})
    assert [f.place.row for f in faults if f.code == "avis_base_inconnue"] == [11]


def test_a_releve_is_not_taken_for_a_notice() -> None:
    frame, faults = read(PAGES / "releve_propriete.csv")
    assert frame is None
    assert [f.code for f in faults] == ["releve_de_propriete"]


def test_a_column_named_by_the_user_is_read_on_a_copied_page(tmp_path: Path) -> None:
    path = filled_in(
        tmp_path, "detail_cotisations", ["Rôle", "Patrimoine"],
        lambda row: ["59 99 001", "R1"] if row[0] == "Adresse" else ["", ""],
    )  # fmt: skip
    frame, faults = read(path, {"avis": "Rôle", "id_residence": "Patrimoine"})
    assert set(frame["avis"]) == {"59 99 001"}
    assert len(frame) == 8  # one line repeats another wholly: asked about
    assert [f.code for f in faults if f.severity is Severity.FAUTE] == []


def test_an_export_of_premises_owned_keeps_no_occupant() -> None:
    gathered = Gathering()
    table = gathered.table("gmbi", PAGES / "gmbi.csv", known=GMBI.headers)
    assert table is not None
    frame = gathered.typed(table, GMBI)
    assert len(frame) == 15
    assert frame["invariant"].iloc[0] == "599990210045"
    text = frame.to_csv() + repr(gathered.faults)
    assert not [w for w in ("ZZ", "01/04/1960", "9900000000000") if w in text]


@pytest.mark.parametrize(
    ("cell", "left"),
    [("Report de 2024", "ligne_de_total"), ("Une phrase de trois mots", "ligne_de_texte")],
)
def test_a_line_that_holds_what_is_needed_is_data_whatever_it_says(
    tmp_path: Path, cell: str, left: str
) -> None:
    def lines(*row: str) -> list[Any]:
        head = "libellé;avis;id_residence;annee;taux_commune_pct;vlc_eur\n"
        (tmp_path / "t.csv").write_text(head + "a;A1;R1;2025;40;1000\n" + ";".join(row), "utf-8")
        frame, faults = read(tmp_path / "t.csv")
        return [len(frame), left in {f.code for f in faults}]

    assert lines(cell, "A2", "R2", "2025", "40", "900") == [2, False]
    alone = [cell, "", "", "", "", "12" if left == "ligne_de_total" else ""]
    assert lines(*alone) == [1, True]
    # in a column that is read: asked about
    assert lines("", cell, "", "", "", "") == [2, False]
