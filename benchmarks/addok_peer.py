"""Measure addok, the engine behind the national service, on the same lines in the same run.

    python benchmarks/addok_peer.py prepare INDEX_FOLDER WORK --seed 7 --count 200
    ADDOK_CONFIG_MODULE=WORK/addok.py ADDOK_VENV/bin/addok batch WORK/streets.ndjson
    ADDOK_CONFIG_MODULE=WORK/addok.py ADDOK_VENV/bin/addok ngrams
    ADDOK_CONFIG_MODULE=WORK/addok.py ADDOK_VENV/bin/python benchmarks/addok_peer.py run WORK
    python benchmarks/addok_peer.py ours INDEX_FOLDER WORK

addok wants a virtual environment of its own (`pip install addok addok-fr addok-france`) and a Redis
server on 127.0.0.1 whose port `prepare` writes into the configuration.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_SYNONYMS = {"b": "bis", "t": "ter", "q": "quater"}


CONFIGURATION = """REDIS = {{"host": "127.0.0.1", "port": {port}}}
SQLITE_DB_PATH = "{work}/addok.db"
LOG_DIR = "{work}"
FILTERS = ["type", "postcode", "citycode"]
QUERY_PROCESSORS_PYPATHS = [
    "addok.helpers.text.check_query_length", "addok_france.extract_address", "addok_france.clean_query",
    "addok_france.remove_leading_zeros",
]
PROCESSORS_PYPATHS = [
    "addok.helpers.text.tokenize", "addok.helpers.text.normalize", "addok_france.glue_ordinal",
    "addok_france.fold_ordinal", "addok_france.flag_housenumber", "addok.helpers.text.synonymize",
    "addok_fr.phonemicize",
]
"""


def _fold(text: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", " ", plain.lower()).strip()


def _number(text: str) -> str:
    digits, suffix = re.match(r"(\d*)\s*(.*)", (text or "").lower()).groups()
    return digits + _SYNONYMS.get(suffix, suffix)


def prepare(index_folder: Path, work: Path, options: argparse.Namespace) -> None:
    """Write the addresses as addok loads them, its configuration, and the noisy lines."""
    from noise import CLASSES, absent, addresses, draw  # noqa: PLC0415

    from tfpb.addresses.store import AddressStore  # noqa: PLC0415
    from tfpb.model.projection import legal_epsg, to_lonlat  # noqa: PLC0415

    work.mkdir(parents=True, exist_ok=True)
    index = index_folder / "adresses.sqlite"
    with AddressStore(index) as store, (work / "streets.ndjson").open("w", encoding="utf-8") as out:
        for code in store.citycodes():
            commune = store.commune(code)
            for street in commune.streets if commune else ():
                lon, lat = to_lonlat(street.x, street.y, legal_epsg(code))
                numbers = {
                    f"{n} {s}".strip(): {
                        "lat": float(b),
                        "lon": float(a),
                        "id": f"{street.id}_{n}{s}",
                    }
                    for n, s, a, b in zip(
                        street.numbers.tolist(), street.suffixes, lon, lat, strict=True
                    )
                }
                if not numbers:
                    continue
                where = next(iter(numbers.values()))
                record = {
                    "id": street.id, "type": "street", "name": street.name, "postcode": street.postcode,
                    "citycode": code, "city": commune.city, "lat": where["lat"], "lon": where["lon"],
                    "importance": 0.1, "housenumbers": numbers,
                }  # fmt: skip
                out.write(json.dumps(record, ensure_ascii=False) + "\n")
    (work / "addok.py").write_text(
        CONFIGURATION.format(port=options.port, work=work), encoding="utf-8"
    )
    pool, rng = addresses(index, tuple(options.prefixes)), random.Random(options.seed)
    everywhere = addresses(index, ("",))
    cases = [("absent", c) for c in absent(pool, options.count, rng, streets=everywhere)]
    cases += [(kind, c) for kind in CLASSES for c in draw(pool, kind, options.count, rng)]
    rng.shuffle(cases)
    lines = [
        {
            "kind": kind, "line": c.line, "postcode": c.postcode, "city": c.city, "citycode": c.citycode,
            "code": c.with_code and not options.no_code, "street": _fold(c.truth.name), "exists": c.exists,
            "numbers": [f"{n}{s}" for n, s in c.others] or [f"{c.number}{c.suffix}"],
        }
        for kind, c in cases
    ]  # fmt: skip
    (work / "lines.json").write_text(json.dumps(lines, ensure_ascii=False), encoding="utf-8")


def run(work: Path) -> None:
    """Search the lines with addok, once to warm up, then timed."""
    from addok.config import config  # noqa: PLC0415

    config.load()
    from addok.core import search  # noqa: PLC0415

    lines = json.loads((work / "lines.json").read_text(encoding="utf-8"))

    def all_lines() -> list:
        found = []
        for line in lines:
            filters = {"citycode": line["citycode"]} if line["code"] else {}
            query = (
                line["line"]
                if line["code"]
                else f"{line['line']} {line['postcode']} {line['city']}"
            )
            results = search(query[:200], limit=1, autocomplete=False, **filters)
            found.append(results[0] if results else None)
        return found

    found = all_lines()
    seconds = _best(all_lines)
    answers = [
        ("", "", 0.0)
        if r is None
        else (_fold(str(getattr(r, "street", None) or r.name)), str(r.housenumber or ""), r.score)
        for r in found
    ]
    _report("addok", lines, answers, seconds)


def whole(work: Path) -> None:
    """Search whole lines (`one_field.py --lines WORK/whole.json`) with addok."""
    from addok.config import config  # noqa: PLC0415

    config.load()
    from addok.core import search  # noqa: PLC0415

    rows = [
        json.loads(row) for row in (work / "whole.json").read_text(encoding="utf-8").splitlines()
    ]
    right: dict[str, list[bool]] = {}
    start = time.perf_counter()
    for row in rows:
        first = next(iter(search(row["line"][:200], limit=1, autocomplete=False)), None)
        found = first is not None and (
            str(first.citycode) == row["citycode"]
            and _fold(str(getattr(first, "street", None) or first.name)) == _fold(row["street"])
            and _number(str(first.housenumber or "")) == _number(row["number"])
        )
        right.setdefault(row["class"], []).append(found)
    seconds = time.perf_counter() - start
    for kind, listed in right.items():
        print(f"| {kind} | {len(listed)} | {sum(listed) / len(listed):.4f} |")
    print(f"addok: {len(rows)} lines, {len(rows) / seconds:.0f} a second, never seen before")


def ours(index_folder: Path, work: Path) -> None:
    """Search the same lines with this geocoder."""
    from tfpb.addresses.communes import Communes  # noqa: PLC0415
    from tfpb.addresses.store import AddressStore  # noqa: PLC0415
    from tfpb.geocode.matcher import Geocoder  # noqa: PLC0415

    lines = json.loads((work / "lines.json").read_text(encoding="utf-8"))
    geocoder = Geocoder(AddressStore(index_folder / "adresses.sqlite"), Communes.load())

    def all_lines() -> list:
        return [
            geocoder.row(s["line"], s["postcode"], s["city"], s["citycode"] if s["code"] else "")
            for s in lines
        ]

    found = all_lines()
    seconds = _best(all_lines)
    answers = [
        (
            "" if a.kind.value in {"municipality", "none"} else _fold(a.name),
            a.entrances,
            a.confidence,
        )
        for a in found
    ]
    _report("tfpb", lines, answers, seconds)


def _best(work: Callable[[], object]) -> float:
    """Time some work five times over and keep the quickest: what others do on the machine weighs less."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def _report(name: str, lines: list, answers: list, seconds: float) -> None:
    print(f"{name}: {len(lines)} lines, {len(lines) / seconds:.0f} addresses/s (warm, one process)")
    by_kind: dict[str, list[tuple[bool, bool]]] = {}
    for line, (street, numbers, _) in zip(lines, answers, strict=True):
        right = street == line["street"]
        found = {_number(n) for n in numbers.split(" | ")}
        exact = right and (not line["exists"] or all(_number(n) in found for n in line["numbers"]))
        if line["kind"] == "absent":
            right = exact = not street
        by_kind.setdefault(line["kind"], []).append((right, exact))
    print(f"| class | n | {name} street | {name} exact |\n|---|---|---|---|")
    for kind, results in sorted(by_kind.items()):
        n = len(results)
        print(
            f"| {kind} | {n} | {sum(r for r, _ in results) / n:.3f} | {sum(e for _, e in results) / n:.3f} |"
        )


def main() -> None:
    """Run one step."""
    parser = argparse.ArgumentParser()
    parser.add_argument("step", choices=["prepare", "run", "whole", "ours"])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--port", type=int, default=6390)
    parser.add_argument("--prefixes", nargs="+", default=["08", "971", "93"])
    parser.add_argument("--no-code", action="store_true")
    options = parser.parse_args()
    if options.step == "prepare":
        prepare(*options.folders, options)
    elif options.step == "run":
        run(*options.folders)
    elif options.step == "whole":
        whole(*options.folders)
    else:
        ours(*options.folders)


if __name__ == "__main__":
    main()
