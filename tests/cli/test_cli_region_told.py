"""What the regional body is told of the files of its bailleurs."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from region_outputs import OWNERS, something_odd_in_each_table

from tfpb.errors import TfpbError
from tfpb.executors import InProcess
from tfpb.facts.quarter import Quarters
from tfpb.io.sources.region_inputs import load_region
from tfpb.model.survey import Order
from tfpb.region import run as region_run
from tfpb.region.publishing.reports import thin_dossier
from tfpb.region.run import compute
from tfpb.report.sections.survey.evolution import evolution
from tfpb.words.faults.sentences import fault_text

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from tfpb.errors import Fault
    from tfpb.region.computed import Region


def test_a_bailleur_spelt_otherwise_in_one_wave_is_neither_lost_nor_missing(
    region: Path, region_kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, written = "Territoire habitat (OPH 90)", "TERRITOIRE HABITAT"
    folder = tmp_path / "region"
    shutil.copytree(region.parent, folder, ignore=shutil.ignore_patterns("sources", "b0[1-5].*"))
    toml = folder / "region.toml"
    for path in (toml, *(folder / "bailleurs" / "b02").iterdir()):
        encoding = "cp1252" if path.name.startswith(("enquete", "export")) else "utf-8"
        spelt = written if path.name == "enquete_2019.csv" else name
        path.write_text(
            path.read_text(encoding=encoding).replace(OWNERS[1], spelt), encoding=encoding
        )
    town = something_odd_in_each_table(folder)
    lines = len((folder / "bailleurs" / "b02" / "enquete_2019.csv").read_bytes().splitlines()) - 1

    def computed(
        alias: str = "", *, draft: bool = True
    ) -> tuple[Region, pd.DataFrame, list[Fault]]:
        toml.write_text(text + alias, encoding="utf-8")
        told: list[Any] = []
        made = compute(
            load_region(toml), folder / "geodonnees", executor=InProcess(), kept=region_kept,
            order=Order(release=not draft),
            list_read=lambda table, doubts: told.extend((table, doubts)),
        )  # fmt: skip
        return made, told[0], told[1]

    text = toml.read_text(encoding="utf-8")
    made, table, doubts = computed()
    told = table.set_index(["bailleur", "vague"])
    assert told.loc[(name, "2019"), ["livrees", "constat"]].tolist() == [0, "non_lu"]
    assert told.loc[(name, "2019"), "proches"] == f"« {written} »"
    assert told.loc[(written, "2019"), ["ecartees", "constat"]].tolist() == [lines, "inconnu"]
    assert told.loc[(name, "2023"), "gardees"] > 0
    assert [f.got for f in doubts if f.code == "region_bailleur_inconnu"] == [written]
    said = " ".join(fault_text(f).title for f in made.notices)
    assert "1 bailleur n’est lu qu’à la seconde vague" in said
    assert "manque" not in said
    assert "aucune intercommunalité connue : " + town in said
    assert "Le repère de la ligne 2" in said
    assert "« hiver 2019 (3 bailleurs) ; été 2020 (1 bailleur) » puis « printemps 2023 »" in said
    assert made.protected is not None
    own = evolution(thin_dossier(made.head, name, made.protected.bailleur(name), Quarters()))
    assert "Une seule vague" not in own.lead

    with pytest.raises(TfpbError) as refused:
        computed(draft=False)
    assert [f.code for f in refused.value.faults] == ["region_bailleur_inconnu"]

    wanted = (
        "contrat_de_ville;indicateur;mesure;cible_pct\n;Une question que nul n’a posée;ecart;-2\n"
    )
    (folder / "cibles.csv").write_text(wanted, encoding="utf-8")
    text = text.replace("[fichiers]\n", '[fichiers]\ncibles = "cibles.csv"\n')
    # what follows is told before anything is estimated
    monkeypatch.setattr(region_run, "_protected", lambda *_: None)
    made, table, doubts = computed(f'\n[alias.bailleurs]\n"{written}" = "{name}"\n')
    assert set(table["constat"]) <= {"lu", "ecarte"}  # on no known side, no more for their name
    assert doubts == ()
    lost = [f.got for f in made.notices if f.code == "region_cible_inconnue"]
    assert lost == ["Une question que nul n’a posée"]
    assert table.set_index(["bailleur", "vague"]).loc[(name, "2019"), "livrees"] == lines
    assert not [
        f for p in made.parts for f in p.notices if f.code.startswith(("alias", "bailleur_"))
    ]
