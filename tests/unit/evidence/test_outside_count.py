"""Insee's count of social dwellings a quarter: any header, motives of a gap, blanks never nil."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from tfpb.errors import TfpbError
from tfpb.evidence.outside_count import outside_counts, outside_doubts
from tfpb.facts.place import located_stock
from tfpb.facts.quarter import quarters_of
from tfpb.geodata.qpv_imports import import_insee, load_insee
from tfpb.geodata.stored_layers import list_installed, verify_installed
from tfpb.model.location import Located, QpvMap
from tfpb.words.faults.sentences import fault_text
from tfpb.words.places.side_words import OUTSIDE

if TYPE_CHECKING:
    from pathlib import Path

ROWS = "QP093010;s\nQP093012;1304,0\nQP093013;\nQP093014;12\n;Source : Insee, RPLS\nQN09301N;5\n"


def write(folder: Path, head: str = "CODGEO;NB_LS", rows: str = ROWS) -> Path:
    path = folder / "rpls.csv"
    path.write_text(f"Logement social dans les quartiers\n{head}\n{rows}", encoding="utf-8")
    return path


def test_a_count_is_read_stored_listed_and_blanks_stay_unknown(tmp_path: Path) -> None:
    counts = import_insee(write(tmp_path), vintage=2015, folder=tmp_path / "g")
    assert list(counts["code_qpv"]) == ["QP093010", "QP093012", "QP093013", "QP093014"]
    assert counts["logements"].isna().tolist() == [True, False, True, False]
    again = load_insee(tmp_path / "g", 2015)
    assert again is not None
    pd.testing.assert_frame_equal(again, counts, check_dtype=False)
    assert load_insee(tmp_path / "g", 2024) is None
    assert not verify_installed(tmp_path / "g")
    assert "4 quartiers" in "".join(list_installed(tmp_path / "g"))


def test_another_header_is_mapped_and_a_wrong_map_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "Territoire;Parc au 1/1")
    with pytest.raises(TfpbError) as caught:
        import_insee(path, vintage=2015, folder=tmp_path / "g")
    assert {f.code for f in caught.value.faults} == {"colonne_absente"}
    named = {"code_qpv": "Territoire", "logements": "Parc au 1/1"}
    counts = import_insee(path, vintage=2024, folder=tmp_path / "g", renames=named)
    assert counts.to_dict("list") == {"code_qpv": ["QN09301N"], "logements": [5.0]}
    old = write(tmp_path, rows="QP093012;3\n")
    for vintage, code in ((2024, "insee_autre_carte"), (2011, "millesime_inconnu")):
        with pytest.raises(TfpbError) as caught:
            import_insee(old, vintage=vintage, folder=tmp_path / "g")
        assert caught.value.faults[0].code == code
    with pytest.raises(TfpbError) as caught:
        import_insee(write(tmp_path, rows="QP093012;12x\n"), vintage=2015, folder=tmp_path / "g")
    assert caught.value.faults[0].code == "valeur_illisible"


def test_rows_of_one_quarter_that_differ_are_refused_each_with_its_line(tmp_path: Path) -> None:
    rows = "QP093012;1304\nQP093012;1304\nQP093013;40\nQP093014;9\nQP093013;s\nQP093014;10\n"
    with pytest.raises(TfpbError) as caught:
        import_insee(write(tmp_path, rows=rows), vintage=2015, folder=tmp_path / "g")
    assert [(f.code, f.got, f.place.row) for f in caught.value.faults] == [
        ("insee_quartier_en_double", "QP093013", 7),
        ("insee_quartier_en_double", "QP093014", 8),
    ]
    assert load_insee(tmp_path / "g", 2015) is None
    same = import_insee(write(tmp_path, rows=rows[:28]), vintage=2015, folder=tmp_path / "g")
    assert same.to_dict("list") == {"code_qpv": ["QP093012"], "logements": [1304.0]}
    towns = "QP093012;40;93010\nQP093012;40;93012\n"  # both halves of a quarter, or one told twice
    path = write(tmp_path, "code_qpv;logements;commune", rows=towns)
    with pytest.raises(TfpbError) as caught:
        import_insee(path, vintage=2015, folder=tmp_path / "g")
    assert [(f.code, f.place.row) for f in caught.value.faults] == [("insee_quartier_en_double", 4)]


def located(*rows: tuple[str, str, str, str, int]) -> Located:
    names = ["id_residence", "qpv2015_statut", "qpv2015_code", "qpv_proche_code", "nb_logements"]
    doors = pd.DataFrame(rows, columns=names)
    blank: Any = pd.DataFrame()
    return located_stock(2020, 2015, doors, blank, blank)


def carte() -> dict[int, QpvMap]:
    codes = ["QP1", "QP2", "QP3", "QP4"]
    frame = gpd.GeoDataFrame(
        {"code_qpv": codes, "nom_qpv": [f"Q{c}" for c in codes]}, geometry=[box(0, 0, 1, 1)] * 4
    )
    return {2015: QpvMap(2015, frame)}


def test_each_quarter_is_compared_with_its_motives() -> None:
    stock = located(
        ("R1", "dans", "QP1", "", 60), ("R1", "hors", "", "QP1", 8), ("R2", "a_verifier", "QP1", "QP1", 5),
        ("R3", "dans", "QP2", "", 40), ("R4", "dans", "QP3", "", 10), ("R5", "a_verifier", "", "QP4", 7),
    )  # fmt: skip
    known = pd.DataFrame({"code_qpv": ["QP1", "QP2", "QP3"], "logements": [100.0, 40.0, np.nan]})
    table = outside_counts(
        stock, quarters_of(carte().values()), carte(), {2015: known, 2024: known}
    ).set_index("code_qpv")
    assert list(table.index) == ["QP1", "QP2", "QP3", "QP4"]
    first = table.loc["QP1"]
    assert (first["logements"], first["ecart"], first["part"]) == (60, -40, 0.6)
    assert (first["a_verifier"], first["coupes"]) == (5, 8)
    assert first["motifs"] == ("autres_bailleurs", "a_verifier", "coupees")
    assert table.loc["QP2", "motifs"] == ("egal",)
    assert table.loc["QP3", "motifs"] == ("inconnu",)
    assert pd.isna(table.loc["QP3", "ecart"])  # a blank is not nil
    assert table.loc["QP4", "motifs"] == ("inconnu",)
    assert {m for motifs in table["motifs"] for m in motifs} <= set(OUTSIDE)
    assert not outside_doubts(table.reset_index())


def test_more_than_everybody_together_is_a_doubt() -> None:
    stock = located(("R3", "dans", "QP2", "", 40))
    known = pd.DataFrame({"code_qpv": ["QP2"], "logements": [30.0]})
    table = outside_counts(stock, quarters_of(carte().values()), carte(), {2015: known})
    assert table["motifs"].tolist() == [("plus",)]
    (doubt,) = outside_doubts(table)
    assert doubt.code == "insee_depasse"
    assert "40 logements situés, l’Insee en compte 30" in fault_text(doubt).title
    near = known.assign(logements=[39.5])
    assert not outside_doubts(
        outside_counts(stock, quarters_of(carte().values()), carte(), {2015: near})
    )


def test_bondy_is_what_insee_counts(real_data: Path, tmp_path: Path) -> None:
    """The register of Bondy inside QP093012 is Insee's own number: 1 304 dwellings."""
    counts = import_insee(
        real_data / "insee" / "rpls_qpv2015.csv", vintage=2015, folder=tmp_path
    ).set_index("code_qpv")["logements"]
    assert len(counts) == 1400
    assert counts["QP093012"] == 1304
    assert counts.isna().any()
    assert not (counts == 0).any()
