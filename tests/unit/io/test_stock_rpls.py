"""A stock cut from the national register: five columns make the address, as for the geocoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.io.sources.inputs import gather_inputs
from tfpb.io.sources.toml_files import read_settings

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "LIBCOM;NOMVOIE;id_residence;COMPLGEO;nb_logements;NUMVOIE;TYPVOIE;CODEPOSTAL;INDREP;DEPCOM"
ROW = "BONDY;DES LILAS;R1;BAT A;12;0012;RUE;93140;B;93010"


def read(folder: Path, head: str, row: str) -> tuple[str, set[str]]:
    (folder / "patrimoine.csv").write_text(f"{head}\n{row}\n", encoding="cp1252")
    toml = folder / "dossier.toml"
    toml.write_text(
        '[dossier]\ntitre = "T"\nannee = 2025\ndate = 2026-01-02\nbailleur = "Habitat"\n'
        '[fichiers]\npatrimoine = "patrimoine.csv"\n',
        encoding="utf-8",
    )
    settings, _ = read_settings(toml)
    assert settings is not None
    inputs, faults = gather_inputs(settings)
    line = inputs.frames["patrimoine"]
    assert line["code_insee"].tolist() == ["93010"]
    return str(line["adresse"].iloc[0]), {f.code for f in faults}


def test_register_columns_make_the_address_of_a_stock(tmp_path: Path) -> None:
    line, faults = read(tmp_path, HEAD, ROW)
    assert line == "12 B RUE DES LILAS - BAT A"
    assert not faults


def test_an_address_of_the_file_s_own_is_kept(tmp_path: Path) -> None:
    line, _ = read(tmp_path, f"{HEAD};adresse", f"{ROW};3 allée des Pins")
    assert line == "3 allée des Pins"
