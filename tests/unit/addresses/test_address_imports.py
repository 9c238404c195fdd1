"""Address files into the index: four shapes, every row kept or listed."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from address_samples import BAN_HEADER, ban_line

from tfpb.addresses import imports as address_imports
from tfpb.addresses.communes import Communes
from tfpb.addresses.imports import AddressImport, import_addresses
from tfpb.addresses.store import FILE_NAME, AddressStore, files_in, verify
from tfpb.errors import TfpbError

if TYPE_CHECKING:
    from pathlib import Path


def run(*paths: Path, folder: Path, **options: Any) -> AddressImport:
    reports = import_addresses(paths, folder=folder, **options)
    for report in reports:
        assert report.rows == report.stored + report.duplicates + sum(report.rejected.values())
    return reports[-1]


def streets(folder: Path, code: str = "93010") -> dict[str, Any]:
    with AddressStore(folder) as store:
        commune = store.commune(code)
        assert commune is not None
        return {street.name: street for street in commune.streets}


def test_ban_by_column_name_with_columns_moved_and_added(tmp_path: Path) -> None:
    path = tmp_path / "adresses.csv"
    path.write_text(
        "nouvelle;nom_voie;numero;rep;id;y;x;code_insee;code_postal;nom_commune\n"
        "?;Rue des Lilas;12;bis;93010_0001_00012_bis;6866000.5;662000.25;93010;93140;Bondy\n",
        encoding="utf-8-sig",
    )
    assert run(path, folder=tmp_path).stored == 1
    street = streets(tmp_path)["Rue des Lilas"]
    assert (street.id, street.postcode, street.citycode) == ("93010_0001", "93140", "93010")
    assert (street.numbers.tolist(), street.suffixes) == ([12], ("bis",))
    assert (street.x.tolist(), street.y.tolist()) == ([662000.25], [6866000.5])
    assert street.ids is None  # derivable: not stored


@pytest.mark.parametrize("sign", ["0069", "00069", "000069", "i7xf", "12ab5", "i7xf1o"])
def test_streets_keep_their_identifier_of_four_to_six_signs(
    tmp_path: Path, ban: Any, sign: str
) -> None:
    run(
        ban(ban_line(number=12, fantoir=sign), ban_line(number=4, suffix="bis", fantoir=sign)),
        folder=tmp_path,
    )
    street = streets(tmp_path)["Rue des Lilas"]
    assert street.id == f"93010_{sign}"
    assert street.ids is None
    assert street.numbers.tolist() == [4, 12]


def test_ids_that_cannot_be_derived_are_kept(tmp_path: Path, ban: Any) -> None:
    run(
        ban(ban_line(number=3, key="ADRNIVX_0000000270786530"), ban_line(number=5)), folder=tmp_path
    )
    with AddressStore(tmp_path) as store:
        found = store.commune("93010")
        assert found is not None
        ids = [s.ids or s.id for s in found.streets]
    assert set(ids) == {("ADRNIVX_0000000270786530",), "93010_0001"}


def test_mojibake_na_and_spaces_are_mended(tmp_path: Path, ban: Any) -> None:
    report = run(
        ban(ban_line("Rue LÃ©on  Blum", 1, "NA", old_city="NA", parcels="NA")), folder=tmp_path
    )
    assert report.mended == 1
    street = streets(tmp_path)["Rue Léon Blum"]
    assert street.suffixes == ("",)
    assert street.old_city == ""
    assert street.parcels is None


def test_cp1252_files_and_single_cells(tmp_path: Path, ban: Any) -> None:
    run(ban(ban_line("Allée d’Été"), encoding="cp1252"), folder=tmp_path)
    assert "Allée d’Été" in streets(tmp_path)


def test_every_bad_row_is_listed_with_its_reason_and_line(tmp_path: Path, ban: Any) -> None:
    path = ban(
        ban_line(number=1),
        "trop;court",
        ban_line(number=2, code="XX"),
        ban_line("", 3),
        ban_line(number="douze"),
        ban_line(number=5, x="", y=""),
        ban_line(number=6, x=12.0, y=13.0),
        ban_line(number=7),
    )
    report = run(path, folder=tmp_path)
    assert report.rows == 8
    assert report.stored == 2
    assert report.rejected == {"colonnes": 1, "commune": 1, "numero": 1, "position": 2, "voie": 1}
    lines = {fault.code: fault.place.row for fault in report.examples}
    assert lines["adresse_sans_colonnes"] == 3
    assert lines["adresse_sans_commune"] == 4
    assert lines["adresse_sans_voie"] == 5
    assert lines["adresse_sans_numero"] == 6
    assert lines["adresse_sans_position"] in {7, 8}


def test_quotes_never_swallow_the_rows_that_follow(tmp_path: Path, ban: Any) -> None:
    report = run(
        ban(
            ban_line('"Rue du Bois', 1),
            ban_line('"Rue; des ""Pins"""', 2, fantoir="0002"),
            ban_line('"Rue Haute"', 3, fantoir="0003"),
        ),
        folder=tmp_path,
    )
    assert report.stored == 3
    assert set(streets(tmp_path)) == {"Rue du Bois", 'Rue; des "Pins', "Rue Haute"}


def test_metres_are_made_from_degrees_where_they_lack(tmp_path: Path, ban: Any) -> None:
    run(
        ban(
            ban_line(number=1, x="", y="", lon=2.488881, lat=48.893494),
            ban_line(number=1, code="97105", postcode="97100", x="", y="", lon=-61.73, lat=15.99),
            ban_line(number=1, code="97411", postcode="97400", x="1", y="2", lon=55.45, lat=-20.88),
        ),
        folder=tmp_path,
    )
    here = streets(tmp_path)["Rue des Lilas"]
    assert np.hypot(here.x[0] - 662524.1, here.y[0] - 6866064.08) < 0.1
    assert 500_000 < streets(tmp_path, "97105")["Rue des Lilas"].x[0] < 750_000
    assert 7_600_000 < streets(tmp_path, "97411")["Rue des Lilas"].y[0] < 7_750_000


def test_old_codes_are_filed_under_the_commune_of_today(tmp_path: Path, ban: Any) -> None:
    run(
        ban(
            ban_line("Avenue de Dunkerque", 1, code="59355", postcode="59160", city="Lomme"),
            ban_line("Rue Neuve", 2, code="59350", postcode="59000", city="Lille"),
            ban_line("Rue Roger Salengro", 3, code="59350", postcode="59260", old_code="59298"),
        ),
        folder=tmp_path,
    )
    found = streets(tmp_path, "59350")
    assert {name: s.old_city for name, s in found.items()} == {
        "Avenue de Dunkerque": "Lomme",
        "Rue Neuve": "",
        "Rue Roger Salengro": "Hellemmes-Lille",
    }


def test_cities_with_arrondissements_are_parted_by_postcode(tmp_path: Path, ban: Any) -> None:
    run(
        ban(ban_line("Rue Oberkampf", 1, code="75056", postcode="75011", x=653_900, y=6_863_000)),
        folder=tmp_path,
    )
    assert "Rue Oberkampf" in streets(tmp_path, "75111")


def test_a_code_no_list_knows_is_kept_with_the_name_of_the_file(tmp_path: Path, ban: Any) -> None:
    run(ban(ban_line(code="59999", postcode="59999", city="Valmont-sur-Orve")), folder=tmp_path)
    with AddressStore(tmp_path) as store:
        commune = store.commune("59999")
        assert commune is not None
        assert commune.city == "Valmont-sur-Orve"
        assert store.communes().by_name("valmont sur orve") == ("59999",)
        assert Communes.load().resolve("59999") is None


def test_bano_without_header(tmp_path: Path) -> None:
    path = tmp_path / "bano-08.csv"
    path.write_text(
        "081051870A-2,2,Rue de la Paix,08000,Charleville-Mézières,C+O,49.7710,4.7200\n"
        "081051870A-2BIS,2BIS,Rue de la Paix,08000,Charleville-Mézières,C+O,49.7711,4.7202\n",
        encoding="utf-8",
    )
    assert run(path, folder=tmp_path).kind == "BANO"
    street = streets(tmp_path, "08105")["Rue de la Paix"]
    assert street.id == "081051870A"
    assert street.suffixes == ("", "bis")
    assert street.ids == ("081051870A-2", "081051870A-2BIS")


def test_bal_positions_places_and_date(tmp_path: Path) -> None:
    path = tmp_path / "bal.csv"
    header = (
        "uid_adresse;cle_interop;commune_insee;commune_nom;commune_deleguee_insee;commune_deleguee_nom;voie_nom;"
        "lieudit_complement_nom;numero;suffixe;position;x;y;long;lat;cad_parcelles;source;date_der_maj;certification_commune"
    )

    def line(key: str, number: str, position: str, x: float, street: str = "Rue des Lilas") -> str:
        cells = f";{key};93010;Bondy;;;{street};;{number};;{position};{x};6866000;;;"
        return cells + f"93010000AB0001|93010000AB0002;commune;2024-03-0{number[0]};1"

    path.write_text(
        "\n".join(
            (
                header,
                line("93010_0001_00003", "3", "segment", 662010),
                line("93010_0001_00003", "3", "entrée", 662020),
                line("93010_0009_99999", "99999", "segment", 662500, "Les Coquetiers"),
            )
        ),
        encoding="utf-8",
    )
    report = run(path, folder=tmp_path)
    assert (report.kind, report.stored, report.duplicates) == ("BAL", 2, 1)
    assert report.vintage == "2024-03-09"
    found = streets(tmp_path)
    assert found["Rue des Lilas"].x.tolist() == [662020.0]
    assert found["Rue des Lilas"].postcode == "93140"  # the commune has one only
    assert found["Rue des Lilas"].parcels == ("93010000AB0001|93010000AB0002",)
    assert (found["Les Coquetiers"].kind, found["Les Coquetiers"].numbers.size) == ("locality", 0)


def test_lieux_dits_stand_beside_addresses(tmp_path: Path, ban: Any) -> None:
    places = tmp_path / "lieux-dits.csv"
    places.write_text(
        "id;nom_lieu_dit;code_postal;code_insee;nom_commune;code_insee_ancienne_commune;nom_ancienne_commune;"
        "x;y;lon;lat;source_position;source_nom_voie\n"
        "93010_b001;Les Coquetiers;93140;93010;Bondy;;;662500;6866500;;;;\n"
        "93010_b002;rue des lilas;93140;93010;Bondy;;;662500;6866500;;;;\n",
        encoding="utf-8",
    )
    run(places, folder=tmp_path)
    run(ban(ban_line()), folder=tmp_path)
    found = streets(tmp_path)
    assert list(found) == ["Rue des Lilas", "Les Coquetiers"]
    assert found["Les Coquetiers"].kind == "locality"
    assert found["Les Coquetiers"].id == "93010_b001"
    assert found["Les Coquetiers"].centre == (662500.0, 6866500.0)


def test_the_same_file_twice_changes_nothing(tmp_path: Path, ban: Any) -> None:
    path = ban(*(ban_line(number=n) for n in range(1, 40)))
    first = run(path, folder=tmp_path)
    before = (tmp_path / FILE_NAME).read_bytes()
    second = run(path, folder=tmp_path)
    assert not first.unchanged
    assert second.unchanged
    assert (second.stored, second.rows) == (first.stored, first.rows)
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_a_newer_file_replaces_its_communes_only(tmp_path: Path, ban: Any) -> None:
    old = ban(ban_line(number=1), ban_line(number=1, code="93001", postcode="93300"), name="a.csv")
    new = ban(ban_line("Rue Neuve", 2), name="b.csv")
    run(old, folder=tmp_path)
    assert run(new, folder=tmp_path).replaced == 1
    assert list(streets(tmp_path)) == ["Rue Neuve"]
    assert list(streets(tmp_path, "93001")) == ["Rue des Lilas"]
    assert [f.name for f in files_in(tmp_path)] == ["a.csv", "b.csv"]
    # the first one again: it no longer stands whole, so it is read again
    assert not run(old, folder=tmp_path).unchanged
    assert list(streets(tmp_path)) == ["Rue des Lilas"]
    assert [f.name for f in files_in(tmp_path)] == ["a.csv"]


def _scattered() -> list[str]:
    """Return rows of three communes, shuffled as no published file is."""
    rows = [
        ban_line(f"Rue {n % 7}", n, code=code, fantoir=f"{n % 7:04d}", x=660_000 + n)
        for n in range(1, 400)
        for code in ("93010", "93001", "93005")
    ]
    order = np.random.default_rng(7).permutation(len(rows))
    return [rows[i] for i in order]


def test_communes_scattered_over_a_file_are_gathered(
    tmp_path: Path, ban: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = ban(*_scattered())
    run(path, folder=tmp_path / "une")
    monkeypatch.setattr("tfpb.addresses.formats.BLOCK_BYTES", 4096)
    monkeypatch.setattr(address_imports, "_ROWS_IN_MEMORY", 100)
    report = run(path, folder=tmp_path / "deux")
    assert report.stored == 3 * 399
    for code in ("93010", "93001", "93005"):
        one, two = streets(tmp_path / "une", code), streets(tmp_path / "deux", code)
        assert one.keys() == two.keys()
        assert all(np.array_equal(one[n].numbers, two[n].numbers) for n in one)
        assert all(np.array_equal(one[n].x, two[n].x) for n in one)


def test_a_cut_import_is_refused_for_use_then_taken_up(
    tmp_path: Path, ban: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = ban(*_scattered())
    monkeypatch.setattr("tfpb.addresses.formats.BLOCK_BYTES", 4096)
    monkeypatch.setattr(address_imports, "_ROWS_IN_MEMORY", 100)
    monkeypatch.setattr(address_imports, "_ROWS_A_COMMIT", 50)
    seen = 0

    def pull_the_plug(rows: int) -> None:
        nonlocal seen
        seen += rows
        if seen > 600:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_addresses([path], folder=tmp_path / "cut", progress=pull_the_plug)
    assert [code for code, _ in verify(tmp_path / "cut" / FILE_NAME)] == ["import_coupe"]
    with pytest.raises(TfpbError) as refused:
        AddressStore(tmp_path / "cut")
    assert refused.value.faults[0].code == "adresses_import_coupe"
    report = run(path, folder=tmp_path / "cut")
    assert (report.stored, report.duplicates) == (3 * 399, 0)
    run(path, folder=tmp_path / "whole")
    for code in ("93010", "93001", "93005"):
        one, two = streets(tmp_path / "cut", code), streets(tmp_path / "whole", code)
        assert {n: s.numbers.tolist() for n, s in one.items()} == {
            n: s.numbers.tolist() for n, s in two.items()
        }


def test_gzip_and_its_date(tmp_path: Path) -> None:
    path = tmp_path / "adresses-93.csv.gz"
    with gzip.GzipFile(path, "wb", mtime=1_748_736_000) as out:
        out.write(f"{BAN_HEADER}\n{ban_line()}\n".encode())
    assert run(path, folder=tmp_path).vintage == "2025-06-01"
    with AddressStore(tmp_path) as store:
        assert store.vintage == "BAN 2025-06-01"
        assert store.sources()[0].licence == "Licence Ouverte 2.0"


def test_a_date_given_by_hand_rules(tmp_path: Path, ban: Any) -> None:
    assert run(ban(ban_line()), folder=tmp_path, vintage="2023").vintage == "2023"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("absent.csv", None, "fichier_absent"),
        ("photo.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "adresses_format_inconnu"),
        ("classeur.csv", b"PK\x03\x04rest", "adresses_format_inconnu"),
        ("vide.csv", b"", "adresses_format_inconnu"),
        ("autre.csv", b"nom;prenom\nA;B\n", "adresses_format_inconnu"),
        ("page.csv", b"<!DOCTYPE html><html>", "adresses_format_inconnu"),
        (
            "sans_xy.csv",
            b"id;numero;nom_voie;code_insee\na;1;Rue;93010\n",
            "adresses_sans_position",
        ),
        (
            "coupe.csv.gz",
            gzip.compress(np.random.default_rng(1).bytes(9000))[:200],
            "fichier_illisible",
        ),
    ],
)
def test_what_is_no_address_file(
    tmp_path: Path, name: str, content: bytes | None, code: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TfpbError) as refused:
        import_addresses([path], folder=tmp_path / "geo")
    assert [fault.code for fault in refused.value.faults] == [code]
    assert not (tmp_path / "geo" / FILE_NAME).exists()


def test_all_bad_files_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(TfpbError) as refused:
        import_addresses([tmp_path / "a.csv", tmp_path / "b.csv"], folder=tmp_path)
    assert [fault.got for fault in refused.value.faults] == ["a.csv", "b.csv"]


def test_a_gzip_cut_midway_stops_and_can_be_replaced(tmp_path: Path) -> None:
    rows = "\n".join(
        ban_line(f"Rue {n}", n, fantoir=f"{n:04d}", x=650_000 + n * 7.3) for n in range(1, 9000)
    )
    whole = gzip.compress(f"{BAN_HEADER}\n{rows}\n".encode())
    path = tmp_path / "adresses.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TfpbError) as refused:
        import_addresses([path], folder=tmp_path)
    assert refused.value.faults[0].code == "fichier_illisible"
    path.write_bytes(whole)
    assert run(path, folder=tmp_path).stored == 8999
    assert verify(tmp_path / FILE_NAME) == []  # what was cut is another file, and holds nothing
    assert len(streets(tmp_path)) == 8999


def test_a_spoiled_commune_of_a_cut_import_is_told(tmp_path: Path, ban: Any) -> None:
    path = ban(ban_line(number=1), ban_line(number=2))
    run(path, folder=tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as db, db:
        db.execute("UPDATE communes SET blob = SUBSTR(blob, 1, 9), last_line = 2")
        db.execute("UPDATE sources SET finished = 0")
    with pytest.raises(TfpbError) as refused:
        import_addresses([path], folder=tmp_path)
    assert [(f.code, f.got) for f in refused.value.faults] == [
        ("adresses_index_illisible", "93010")
    ]


def test_the_index_holds_no_pickle_and_is_compact(tmp_path: Path, ban: Any) -> None:
    rng = np.random.default_rng(3)
    lines = [
        ban_line(
            f"Rue numéro {s}", n, fantoir=f"{s:04d}", x=round(x + n * 5, 2), y=round(y + n * 2, 2)
        )
        for s, (x, y) in enumerate(
            zip(rng.uniform(6.5e5, 6.6e5, 200), rng.uniform(6.86e6, 6.87e6, 200), strict=True)
        )
        for n in range(1, 60)
    ]
    run(ban(*lines), folder=tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as db:
        size = db.execute("SELECT SUM(LENGTH(blob)) FROM communes").fetchone()[0]
    db.close()
    assert size / len(lines) < 20
    assert b"pickle" not in (tmp_path / FILE_NAME).read_bytes()
