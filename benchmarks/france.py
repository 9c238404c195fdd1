"""Import a synthetic France: 26 million addresses, a file a département, time and peak memory.

Usage, from the top of the repository::

    python benchmarks/france.py [--rows 26000000] [--keep FOLDER]

Fictional data: real codes of communes, invented streets, numbers and points, written as the BAN
writes them (23 columns, gzip). Each file is made by a child process, so that the peak memory and the
time told are those of the import alone.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
from results import record

from tfpb.addresses.communes import Communes
from tfpb.addresses.imports import import_addresses
from tfpb.addresses.store import FILE_NAME, AddressStore

KINDS = ["Rue", "Avenue", "Allée", "Impasse", "Chemin", "Place", "Boulevard", "Route"]
FIRST = [
    "Jean",
    "Marie",
    "Louis",
    "Anne",
    "Pierre",
    "Jeanne",
    "Paul",
    "Rose",
    "Henri",
    "Émile",
    "Léon",
    "Zoé",
]
HEADS, TAILS = (
    ("Mar", "Ber", "Du", "Le", "Mo", "Gi", "Ro", "Fa"),
    ("tin", "nard", "bois", "roux", "rel", "rard"),
)
LAST = [head + tail for head in HEADS for tail in TAILS]
SUFFIXES = np.array(["", "bis", "ter", "a", "b"], dtype=object)
MIDDLES = {
    "971": (-61.5, 16.2), "972": (-61.0, 14.6), "973": (-52.5, 4.9), "974": (55.5, -21.1),
    "976": (45.1, -12.8),
}  # fmt: skip
SEED = 20_260_101


def departement(code: str, communes: list[tuple[str, str, str]], rows: int, path: str) -> None:
    """Write the addresses of one département, commune by commune, street by street."""
    rng = np.random.default_rng([SEED, int(code, 36)])
    shares = rng.lognormal(0.0, 1.3, len(communes))
    counts = np.maximum((shares / shares.sum() * rows).astype(int), 5)
    commune = np.repeat(np.arange(len(communes)), counts)
    size = commune.size
    lengths = rng.geometric(1 / 12, size)  # numbers a street
    starts = np.zeros(size, dtype=bool)
    starts[np.minimum(np.cumsum(lengths), size - 1)] = True
    starts[0] = True
    starts[1:] |= commune[1:] != commune[:-1]
    street = np.cumsum(starts) - 1
    streets = int(street[-1]) + 1
    place = np.arange(size) - np.flatnonzero(starts)[street]
    number = place // 2 * 2 + 1 + (place % 2)
    suffix = SUFFIXES[np.where(rng.random(size) < 0.06, rng.integers(1, 5, size), 0)]
    kind = np.array(KINDS, dtype=object)[rng.integers(0, len(KINDS), streets)]
    first = np.array(FIRST, dtype=object)[rng.integers(0, len(FIRST), streets)]
    last = np.array(LAST, dtype=object)[rng.integers(0, len(LAST), streets)]
    names = kind + " " + first + " " + last
    letters = np.array(list("0123456789abcdefghijklmnopqrstuvwxyz"), dtype="U1")
    keys = letters[rng.integers(0, 36, (streets, 6))].view("U6").reshape(-1).astype(object)
    codes = np.array([c for c, _, _ in communes], dtype=object)
    metropole = not code.startswith("97")
    x0 = rng.uniform(2e5, 1.1e6, streets) if metropole else np.full(streets, np.nan)
    y0 = rng.uniform(6.1e6, 7.0e6, streets)
    angle = rng.uniform(0, 2 * np.pi, streets)
    x = x0[street] + np.cos(angle[street]) * place * 7 + rng.normal(0, 2, size)
    y = y0[street] + np.sin(angle[street]) * place * 7 + rng.normal(0, 2, size)
    lon, lat = MIDDLES.get(code, (2.0, 47.0))
    code_of = codes[commune]
    key_of = keys[street]
    digits = np.char.zfill(number.astype("U5"), 5).astype(object)
    ids = code_of + "_" + key_of + "_" + digits + np.where(suffix == "", "", "_" + suffix)
    section = np.char.upper(letters[10 + street % 26]).astype(object)
    parcel = np.where(rng.random(size) < 0.6, code_of + "000A" + section + digits, "")
    empty = np.full(size, "", dtype=object)
    table = pa.table(
        {
            "id": ids, "id_fantoir": empty, "numero": number, "rep": suffix, "nom_voie": names[street],
            "code_postal": np.array([p for _, _, p in communes], dtype=object)[commune],
            "code_insee": code_of,
            "nom_commune": np.array([n for _, n, _ in communes], dtype=object)[commune],
            "code_insee_ancienne_commune": empty, "nom_ancienne_commune": empty,
            "x": x.round(2) if metropole else empty, "y": y.round(2) if metropole else empty,
            "lon": (lon + rng.normal(0, 0.05, size)).round(6),
            "lat": (lat + rng.normal(0, 0.05, size)).round(6),
            "type_position": empty, "alias": empty, "nom_ld": empty, "libelle_acheminement": empty,
            "nom_afnor": empty, "source_position": np.full(size, "commune", dtype=object),
            "source_nom_voie": np.full(size, "commune", dtype=object),
            "certification_commune": np.ones(size, dtype=int), "cad_parcelles": parcel,
        }
    )  # fmt: skip
    with pa.CompressedOutputStream(path, "gzip") as out:
        pacsv.write_csv(table, out, pacsv.WriteOptions(delimiter=";", quoting_style="none"))


def plan(rows: int) -> list[tuple[str, list[tuple[str, str, str]], int]]:
    """Share the rows between départements, by their number of communes, the overseas ones included."""
    grouped: dict[str, list[tuple[str, str, str]]] = {}
    known = Communes.load()
    for commune in known.current.values():
        code = commune.departement or known.territory(commune.code, "departement")[0]
        if commune.code not in known.children and (
            code[:2] != "98" and code not in {"975", "977", "978"}
        ):
            grouped.setdefault(code, []).append(
                (commune.code, commune.name, commune.postcodes[0] if commune.postcodes else "")
            )
    weights = {code: len(found) ** 0.5 for code, found in grouped.items()}
    total = sum(weights.values())
    return [
        (code, found, int(rows * weights[code] / total)) for code, found in sorted(grouped.items())
    ]


def main() -> None:
    """Make, import, forget each département in turn, then tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=26_000_000)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    spent, busy, stored, read = 0.0, 0.0, 0, 0
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch) / "geodonnees"
        for code, communes, rows in plan(options.rows):
            path = Path(scratch) / f"adresses-{code}.csv.gz"
            child = spawn.Process(target=departement, args=(code, communes, rows, str(path)))
            child.start()
            child.join()
            begin, worked = time.perf_counter(), time.process_time()
            (report,) = import_addresses([path], folder=folder, vintage="fictif")
            spent += time.perf_counter() - begin
            busy += time.process_time() - worked
            if report.rows != report.stored + report.duplicates + sum(report.rejected.values()):
                raise SystemExit(f"rows lost in {code}: {report}")
            stored, read = stored + report.stored, read + report.rows
            path.unlink()
            gc.collect()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        size = (folder / FILE_NAME).stat().st_size
        with AddressStore(folder) as store:
            begin = time.perf_counter()
            sample = store.citycodes()[::350]
            for citycode in sample:
                store.commune(citycode)
            opened = (time.perf_counter() - begin) / len(sample)
    print(f"rows read {read:,}, stored {stored:,}")
    print(f"import {spent:.0f} s ({busy:.0f} s of processor), {read / spent:,.0f} rows/s")
    print(f"peak memory {peak:.0f} MB")
    print(f"index {size / 1e6:.0f} MB, {size / stored:.1f} bytes an address")
    record("addresses.france", seconds=round(spent), memory=round(peak))
    record("addresses.index", size=round(size / 1e6), each=round(size / stored, 1))
    print(f"a commune opened in {opened * 1000:.1f} ms on average")


if __name__ == "__main__":
    main()
