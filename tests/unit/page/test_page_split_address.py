"""A number and its street in two columns: confirming what « Colonnes » shows keeps them one address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from served_page import served
from tfpb.io.sources.inputs import gather_inputs
from tfpb.io.sources.toml_files import load_settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("heads", [("N° voie", "Libellé voie"), ("Numéro", "Voie")])
def test_the_parts_of_an_address_confirmed_stay_one_line(
    tmp_path: Path, heads: tuple[str, str]
) -> None:
    lines = [";".join(("Gpe", *heads, "CP", "Localité", "Nb de logts"))]
    lines += [
        f"07{k:02d};{3 * k};Rue Mozart;08000;Charleville-Mézières;{10 + k}" for k in range(1, 9)
    ]
    with served(tmp_path / "dossier", tmp_path / "geo") as page:
        page.desk.check = lambda **_: None  # type: ignore[method-assign]
        head = {"geste": "tete", "bailleur": "Ardennes Logis", "titre": "T", "annee": "2024",
                "date": "2026-02-10", "convention": ""}  # fmt: skip
        page.post("/depart", head)
        files = [("fichiers", ("parc.csv", "\n".join(lines).encode()))]
        page.post("/deposer", {"geste": "deposer"}, files=files)
        page.look()
        shown = page.get("/colonnes").text
        form = dict.fromkeys(re.findall(r'name="(t\d+)"', shown), "1")
        for name, options in re.findall(
            r'<select name="(c\d+_\d+)".*?>(.*?)</select>', shown, re.DOTALL
        ):
            chosen = re.search(r'value="([^"]*)" selected', options)
            form[name] = chosen[1] if chosen else ""
        form["c0_0"] = "id_residence"
        page.post("/colonnes", form)
        page.look()
        again = page.get("/colonnes").text
        frame = gather_inputs(load_settings(page.desk.file))[0].frame("patrimoine")
    assert frame is not None
    assert frame["adresse"].tolist()[:2] == ["3 Rue Mozart", "6 Rue Mozart"]
    assert again.count("– lue dans l’adresse –") == shown.count("– lue dans l’adresse –")
