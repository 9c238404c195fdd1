"""What is fuzzed: real files of each kind, and the reader that must read them or say why in French."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyreadstat
from openpyxl import Workbook

from tfpb.addresses.file_geocoder import read_aliases
from tfpb.addresses.imports import import_addresses
from tfpb.addresses.store import FILE_NAME, AddressStore, files_in, verify
from tfpb.errors import TfpbError
from tfpb.evidence.differences import differences
from tfpb.geocode.line.parser import parse
from tfpb.geodata.ground_imports import (
    import_communes_outlines,
    import_parcels,
    load_outlines,
    load_parcels,
)
from tfpb.geodata.qpv_imports import import_qpv, load_qpv
from tfpb.geodata.stored_layers import list_installed, verify_installed
from tfpb.io.packs.output_files import write_bytes
from tfpb.io.packs.pack import broken_files, read_pack, run_hash_of, write_pack
from tfpb.io.sources.deliveries import read_delivery
from tfpb.io.sources.inputs import unknown_settings
from tfpb.io.sources.plan_checks import check_deliveries, check_scales
from tfpb.io.sources.point_tables import read_points
from tfpb.io.sources.region_inputs import load_region
from tfpb.io.sources.toml_files import read_plan, read_settings
from tfpb.io.tables.asides import set_aside
from tfpb.io.tables.tabular import read_table, table_bytes
from tfpb.io.tables.typed import typed
from tfpb.model import tables
from tfpb.perimeters import check_points
from tfpb.pipeline.jobs.address_job import prepare_job
from tfpb.review.review_workbook import read_address_decisions
from tfpb.review.review_workbook import read_limit_decisions as read_limits
from tfpb.words.documents.pack_words import broken_words, difference_words
from tfpb.words.faults.sentences import fault_texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from tfpb.errors import Fault
    from tfpb.model.columns import Contract

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "valmont"
GEOGRAPHY = EXAMPLE / "geodonnees_sources"
CORPUS = Path(__file__).parent / "corpus"


@dataclass(frozen=True)
class Target:
    """One reader: `seeds` gives real files (name → bytes), `read` reads one from disk."""

    seeds: Callable[[], dict[str, bytes]]
    read: Callable[[Path], list[Fault]]


def attempt(target: str, name: str, data: bytes) -> bool:
    """Feed a reader with a file: whether it was read; a refusal must have its words.

    Raises
    ------
    Exception
        Whatever escapes from the reader: a bug.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            faults, whole = TARGETS[target].read(path), True
        except TfpbError as error:
            faults, whole = list(error.faults), False
            assert faults
        for said in fault_texts(faults):
            assert said.title
        return whole


def _examples(*patterns: str) -> Callable[[], dict[str, bytes]]:
    return lambda: {
        p.name: p.read_bytes() for pattern in patterns for p in sorted(EXAMPLE.glob(pattern))
    }


def _contract(name: str) -> Contract:
    known = {
        "fisc": tables.PREMISES, "prog": tables.PROGRAMME, "conv": tables.CONVENTIONS,
        "diag": tables.DIAGNOSTICS, "droi": tables.DROIT_COMMUN,
    }  # fmt: skip
    return known.get(name[:4], tables.STOCK)


def _table(path: Path) -> list[Fault]:
    contract = _contract(path.name)
    table = set_aside(read_table(path, known=contract.names), contract)
    frame, faults = typed(table, contract)
    assert len(frame) == len(table.frame)
    if contract is tables.STOCK:
        points = read_points(table).points
        faults = [*faults, *check_points(points)]
        prepare_job(path)
    return list(faults)


def _written(suffix: str) -> Callable[[], dict[str, bytes]]:
    def seeds() -> dict[str, bytes]:
        out = {}
        with TemporaryDirectory() as folder:
            for name in ("patrimoine.xlsx", "conventions.csv", "programme_2025.xlsx"):
                path = Path(folder) / f"{Path(name).stem}{suffix}"
                write_bytes(path, table_bytes(path, read_table(EXAMPLE / name).frame.head(12)))
                out[path.name] = path.read_bytes()
        return out

    return seeds


def _settings(path: Path) -> list[Fault]:
    settings, faults = read_settings(path)
    return [*faults, *(unknown_settings(settings) if settings is not None else ())]


def _plan(path: Path) -> list[Fault]:
    plan, faults = read_plan(path)
    if plan is None:
        return list(faults)
    delivery = read_delivery(EXAMPLE / "enquete_2019.csv", plan)
    checks = [*check_scales(plan, path.name), *check_deliveries(plan, [delivery], path.name)]
    return [*faults, *delivery.notices, *checks]


REGION = """[region]
titre = "Région d’essai (fictive)"
annee = 2025
date = 2026-02-10
organisme_regional = "Union d’essai"

[fichiers]
plan = "plan.toml"
enquete = ["enquete.csv"]
contrats = "contrats.csv"

[reglages]
geodonnees = "geodonnees"

[[bailleurs]]
nom = "Bailleur A"
dossier = "a/dossier.toml"

[[bailleurs]]
nom = "Bailleur B"
dossier = "b/dossier.toml"
"""


def _region(path: Path) -> list[Fault]:
    load_region(path)
    return []


def _sav_seeds() -> dict[str, bytes]:
    frame = pd.DataFrame(
        {"id_enquete": [1.0, 2.0, 3.0, 4.0], "q01": [1.0, 4.0, 8.0, 9.0], "nom": list("abcé"),
         "poids": [0.5, 1.5, 1.0, 1.0]}
    )  # fmt: skip
    with TemporaryDirectory() as folder:
        path = Path(folder) / "e.sav"
        pyreadstat.write_sav(
            frame, str(path), column_labels=["Id", "Q01. Propreté", "Nom", "Poids"],
            variable_value_labels={"q01": {1.0: "Très satisfait", 8.0: "Non concerné", 9.0: "NSP"}},
            missing_ranges={"q01": [8.0, 9.0]},
        )  # fmt: skip
        plain = path.read_bytes()
        pyreadstat.write_sav(frame, str(path), compress=True)
        return {"e.sav": plain, "e.zsav": path.read_bytes()}


def _delivery(path: Path) -> list[Fault]:
    plan, _ = read_plan(EXAMPLE / "plan_enquete.toml")
    return [*read_delivery(path).notices, *read_delivery(path, plan).notices]


def _review_seeds() -> dict[str, bytes]:
    book = Workbook()
    book.remove(book.worksheets[0])
    limits = book.create_sheet("Limites")
    limits.append(list(tables.DECISIONS_LIMITES.names))
    limits.append(["R1", "", "1 RUE A", "dans", "QN05991I", "M. Dupont", "10/02/2026", "plan"])
    limits.append(["R2", "B", "2 RUE B", "hors", "", "", "", ""])
    page = book.create_sheet("Adresses")
    page.append(["Adresse", "Code postal", "Commune", "Code Insee", "Nom", "Décision", "Adresse corrigée",
                 "x", "y", "Auteur", "Date", "Pièce"])  # fmt: skip
    page.append(["1 RUE A", "59999", "VALMONT", "59999", "", "", "1 rue B", "", "", "A", "", ""])
    page.append(["2 RUE A", "59999", "VALMONT", "", "", "", "", "700000", "7060000", "", "", ""])
    out = io.BytesIO()
    book.save(out)
    return {"d_a_verifier.xlsx": out.getvalue(), "alias.csv": b"ancien;nouveau\nRUE A;RUE B\n"}


def _review(path: Path) -> list[Fault]:
    if path.suffix == ".csv":
        read_aliases(path)
        return []
    faults: list[Fault] = []
    for read in (read_address_decisions, read_limits):
        try:
            read(path)
        except TfpbError as error:
            faults += error.faults
    return faults


def _shapes(source: str) -> dict[str, bytes]:
    frame = gpd.read_file(GEOGRAPHY / source)
    out = {source: (GEOGRAPHY / source).read_bytes()}
    with TemporaryDirectory() as lent:
        folder = Path(lent)
        frame.to_file(folder / "carte.gpkg", layer="q", driver="GPKG")
        out["carte.gpkg"] = (folder / "carte.gpkg").read_bytes()
        (folder / "s").mkdir()
        frame.to_file(folder / "s" / "carte.shp", encoding="utf-8")
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for part in sorted((folder / "s").iterdir()):
                archive.write(part, part.name)
        out["carte.zip"] = packed.getvalue()
    return out


def _parcel_seeds() -> dict[str, bytes]:
    square = [[[3.1, 50.6], [3.11, 50.6], [3.11, 50.61], [3.1, 50.61], [3.1, 50.6]]]
    features = [
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": square},
         "properties": {"id": f"59999000A000{k}", "commune": "59999", "section": "A", "numero": str(k)}}
        for k in range(3)
    ]  # fmt: skip
    text = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    return {"p.json": text, "p.json.gz": gzip.compress(text, mtime=0)}


def _stored(path: Path, read: Callable[[Path], Any]) -> list[Fault]:
    with TemporaryDirectory() as lent:
        read(Path(lent))
        assert not verify_installed(Path(lent))
    return []


def _quarters(path: Path) -> list[Fault]:
    vintage = 2015 if "2015" in path.name else 2024
    return _stored(path, lambda folder: import_qpv(path, vintage=vintage, folder=folder))


def _towns(path: Path) -> list[Fault]:
    return _stored(path, lambda folder: import_communes_outlines(path, folder=folder))


def _parcels(path: Path) -> list[Fault]:
    return _stored(path, lambda folder: import_parcels(path, folder=folder))


def _lines(name: str, count: int) -> bytes:
    with gzip.open(GEOGRAPHY / name) as file:
        return b"".join(file.readline() for _ in range(count))


BAL = (
    "cle_interop;commune_insee;commune_nom;voie_nom;numero;suffixe;position;x;y;long;lat;source;date_der_maj\n"
    "59999_0010_00001;59999;Valmont;Rue des Lilas;1;;entrée;705000.5;7060000.5;3.07;50.63;mairie;2025-01-01\n"
    "59999_0010_00002_bis;59999;Valmont;Rue des Lilas;2;bis;entrée;705010;7060000;3.07;50.6;m;2025-01-01\n"
    "59999_xxxx_99999;59999;Valmont;Le Bourg;99999;;;705010.5;7060000.5;3.07;50.6;m;2025-01-01\n"
)
BANO = (
    "59999A010-1,1,Rue des Lilas,59990,Valmont,OSM,50.630001,3.070001\n"
    "59999A010-2B,2B,Rue des Lilas,59990,Valmont,CAD,50.630101,3.070101\n"
)


def _address_seeds() -> dict[str, bytes]:
    ban = _lines("adresses-59999.csv.gz", 40)
    return {
        "ban.csv": ban, "ban.csv.gz": gzip.compress(ban, mtime=0), "bal.csv": BAL.encode("utf-8-sig"),
        "lieux-dits.csv": _lines("lieux-dits-59999.csv.gz", 8), "bano.csv": BANO.encode(),
    }  # fmt: skip


def _addresses(path: Path) -> list[Fault]:
    with TemporaryDirectory() as lent:
        (report,) = import_addresses([path], folder=Path(lent))
        assert report.rows == report.stored + report.duplicates + sum(report.rejected.values())
        assert not verify(Path(lent) / FILE_NAME)
        return list(report.examples)


def _index_seeds() -> dict[str, bytes]:
    with TemporaryDirectory() as lent:
        folder = Path(lent)
        (folder / "ban.csv").write_bytes(_lines("adresses-59999.csv.gz", 40))
        import_addresses([folder / "ban.csv"], folder=folder)
        import_qpv(GEOGRAPHY / "qpv2024_valmont.geojson", vintage=2024, folder=folder)
        import_communes_outlines(GEOGRAPHY / "commune_valmont.geojson", folder=folder)
        kept = sorted(p for p in folder.iterdir() if p.name != "ban.csv")
        return {p.name: p.read_bytes() for p in kept}


def _index(path: Path) -> list[Fault]:
    """Read an imported geography of which one file is spoiled."""
    folder = path.parent / "geo"
    folder.mkdir()
    for name, data in seeds_of("geographie").items():
        (folder / name).write_bytes(data)
    shutil.copy(path, folder / path.name)
    verify(folder / FILE_NAME)
    verify_installed(folder)
    faults: list[Fault] = []
    reads: tuple[Callable[[], Any], ...] = (
        lambda: files_in(folder),
        lambda: list_installed(folder),
        lambda: load_qpv(folder, 2024),
        lambda: load_outlines(folder),
        lambda: load_parcels(folder),
        lambda: _ask(folder / FILE_NAME),
    )
    for read in reads:
        try:
            read()
        except TfpbError as error:
            faults += error.faults
    return faults


def _ask(index: Path) -> None:
    with AddressStore(index) as store:
        store.communes()
        store.streets_of(["59999"])


def _pack_seeds() -> dict[str, bytes]:
    entry = {"role": "patrimoine", "nom": "p.xlsx", "lignes": 3, "sha256": "ab"}
    run = {"empreinte": "ab12cd34", "entrees": [entry], "reglages": {"annee": 2025},
           "versions": {"tfpb": "1"}}  # fmt: skip
    with TemporaryDirectory() as lent:
        files = {
            "technique/run.json": json.dumps(run).encode(),
            "donnees/residences.csv": "id_residence;logements\nR1;12\nR2;8\n".encode("utf-8-sig"),
            "donnees/dictionnaire.csv": b"table;titre;colonne;intitule;format\n"
            b"residences;R;logements;Logements;nombre\n",
            "rapport.pdf": b"%PDF-1.7",
        }  # fmt: skip
        write_pack(Path(lent) / "p", files, {})
        return {"dossier.zip": (Path(lent) / "p" / "dossier.zip").read_bytes()}


def _pack(path: Path) -> list[Fault]:
    pack = read_pack(path)
    broken_words(broken_files(pack))
    run_hash_of(pack)
    other = read_pack(path.parent / path.name) | {"donnees/residences.csv": b"id_residence\nR1\n"}
    difference_words(differences(pack, other))
    difference_words(differences(other, pack))
    return []


def _line_seeds() -> dict[str, bytes]:
    lines = ["12-14 R. DU GAL LECLERC BAT B ENT 3", "1 BIS à 7 AV DE LA RÉPUBLIQUE RES. LES LILAS"]
    return {f"l{k}.txt": line.encode() for k, line in enumerate(lines)}


def _line(path: Path) -> list[Fault]:
    parse(path.read_bytes().decode("utf-8", "replace"))
    return []


TARGETS = {
    "csv": Target(_examples("[cd]*.csv"), _table),
    "xlsx": Target(_examples("patrimoine.xlsx", "fisc*.xlsx", "prog*.xlsx"), _table),
    "ods": Target(_written(".ods"), _table),
    "parquet": Target(_written(".parquet"), _table),
    "dossier": Target(_examples("dossier.toml"), _settings),
    "plan": Target(_examples("plan_enquete.toml"), _plan),
    "region": Target(lambda: {"region.toml": REGION.encode()}, _region),
    "enquete": Target(_examples("enquete_2019.csv"), _delivery),
    "sav": Target(_sav_seeds, _delivery),
    "decisions": Target(_review_seeds, _review),
    "qpv": Target(lambda: _shapes("qpv2024_valmont.geojson"), _quarters),
    "communes": Target(lambda: _shapes("commune_valmont.geojson"), _towns),
    "parcelles": Target(_parcel_seeds, _parcels),
    "adresses": Target(_address_seeds, _addresses),
    "geographie": Target(_index_seeds, _index),
    "pack": Target(_pack_seeds, _pack),
    "ligne": Target(_line_seeds, _line),
}
_known_seeds: dict[str, dict[str, bytes]] = {}


def seeds_of(target: str) -> dict[str, bytes]:
    if target not in _known_seeds:
        _known_seeds[target] = TARGETS[target].seeds()
    return _known_seeds[target]
