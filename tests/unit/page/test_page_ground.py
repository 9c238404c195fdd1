"""« Départ »: what imported geography lacks for the communes of the stock, and where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from served_page import served
from tfpb.geodata.lacking import lacks_of
from tfpb.page.outlook import Outlook

if TYPE_CHECKING:
    from pathlib import Path

BONDY = ("93010", "Bondy", "93140")
VALMONT = ("59999", "Valmont-sur-Orve", "59999")


def test_what_lacks_is_said_by_departement_with_the_file_that_has_it(
    geodata: Path, tmp_path: Path
) -> None:
    towns = {VALMONT: 40, BONDY: 3, ("", "Pantin", "93500"): 5, ("", "Nulle-Part", ""): 9}
    (bondy,) = [one for one in lacks_of(towns, geodata, 2025) if one.department == "93"]
    assert (bondy.towns, bondy.rows, bondy.no_quarter) == (("Pantin", "Bondy"), 8, True)
    assert bondy.addresses.endswith("/adresses-93.csv.gz")
    assert bondy.parcels.endswith("93/cadastre-93-parcelles.json.gz")
    (valmont,) = [one for one in lacks_of(towns, geodata, 2025) if one.department == "59"]
    assert (valmont.towns, valmont.rows, valmont.no_quarter) == ((), 0, False)
    # nothing imported at all: every commune lacks, and no map says that it has no quarter there
    bare = lacks_of(towns, tmp_path, 2025)
    assert {one.department: one.towns for one in bare if one.department == "93"} == {
        "93": ("Pantin", "Bondy")
    }
    assert not any(one.no_quarter for one in bare)


def test_the_first_screen_leads_to_what_lacks(geodata: Path, tmp_path: Path) -> None:
    with served(tmp_path / "dossier", geodata) as page:
        page.desk.check = lambda **_: None  # type: ignore[method-assign] # found here, below
        page.desk.edit([(("dossier", "bailleur"), "B"), (("dossier", "annee"), 2025)])
        page.desk.outlook = Outlook(ground=lacks_of({BONDY: 3}, geodata, 2025))
        shown = page.get("/depart").text
        assert "Aucune adresse pour Bondy : 3 lignes de votre patrimoine" in shown
        assert "adresses-93.csv.gz" in shown
        assert "n’a aucun quartier de ce département" in shown
        assert 'name="departement" value="93"' in shown
        page.desk.outlook = Outlook(ground=lacks_of({VALMONT: 3}, geodata, 2025))
        assert "Aucune adresse pour" not in page.get("/depart").text
