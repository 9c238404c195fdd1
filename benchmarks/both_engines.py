"""Measure this geocoder and addok in one run: index build, memory, addresses a second.

    python benchmarks/both_engines.py WORK ADDOK_VENV FILES… --seed 40961 --count 100

`FILES` are address files (BAN, BANO); both engines index the same addresses, then search the same noisy
lines, in one process and in two that share nothing but the moment they start. Cold: a new process with
nothing ready, half of the lines. New: the other half, never seen by that process. Warm: all of them again.
`--no-code`: lines say postal code and commune in place of the INSEE code, which is addok's filter.
`--prefixes`: départements the lines are drawn from (`large_commune.py` makes one of 3 000 streets). The
script starts a Redis server of its own and ends it. addok wants a virtual environment of its own
(`pip install addok addok-fr addok-france`).
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

WARM_SECONDS = 4.0
_START: list[Any] = []


def peak_mb() -> float:
    """Return the peak memory of this process since it began."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def processor_s(name: str) -> float:
    """Return the processor seconds of this process so far, and for addok those of its Redis."""
    if name == "tfpb":
        return time.process_time()
    from addok.db import DB  # noqa: PLC0415 only in its own environment

    told = DB.info("cpu")
    return time.process_time() + told["used_cpu_user"] + told["used_cpu_sys"]


def engine(name: str, index: Path) -> Callable[[list[dict[str, Any]]], object]:
    """Open an engine; it answers the lines of a file."""
    if name == "tfpb":
        from tfpb.addresses.communes import Communes  # noqa: PLC0415
        from tfpb.addresses.store import AddressStore  # noqa: PLC0415
        from tfpb.geocode.matcher import Geocoder  # noqa: PLC0415 only in its own environment

        gc.disable()  # as while a file is geocoded (`table_run.answered`)
        geocoder = Geocoder(AddressStore(index), Communes.load())

        def answer(lines: list[dict[str, Any]]) -> object:
            rows = [
                (s["line"], s["postcode"], s["city"], s["citycode"] if s["code"] else "")
                for s in lines
            ]
            geocoder.prepare(rows)
            return [geocoder.row(*row) for row in rows]

        return answer
    from addok.config import config  # noqa: PLC0415

    config.load()
    from addok.core import search  # noqa: PLC0415

    def ask(s: dict[str, Any]) -> object:
        if s["code"]:
            return search(s["line"][:200], limit=1, autocomplete=False, citycode=s["citycode"])
        query = f"{s['line']} {s['postcode']} {s['city']}"[:200]
        return search(query, limit=1, autocomplete=False)

    return lambda lines: [ask(s) for s in lines]


def passes(name: str, index: Path, lines: list[dict[str, Any]]) -> dict[str, float]:
    """Search half of the lines with nothing ready, the others, never seen, then all for some seconds."""
    ask = engine(name, index)
    rates = {}
    for label, listed, least in (
        ("cold", lines[::2], 0.0), ("new", lines[1::2], 0.0), ("warm", lines, WARM_SECONDS),
    ):  # fmt: skip
        if _START:
            _START[0].wait()
        done, start, spent = 0, time.perf_counter(), processor_s(name)
        while not done or time.perf_counter() - start < least:
            ask(listed)
            done += len(listed)
        rates[label] = done / (time.perf_counter() - start)
        rates[f"{label}, a processor second"] = done / (processor_s(name) - spent)
    return {**rates, "peak_mb": peak_mb()}


def _ready(barrier: object) -> None:
    _START[:] = [barrier]


def speed(name: str, index: Path, work: Path) -> dict[str, dict[str, float]]:
    """Measure one process, then two with half the lines each; the rates of the two add up."""
    lines = json.loads((work / "lines.json").read_text(encoding="utf-8"))
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh) as pool:
        one = pool.submit(passes, name, index, lines).result()
    with ProcessPoolExecutor(
        2, mp_context=fresh, initializer=_ready, initargs=(fresh.Barrier(2),)
    ) as pool:
        halves = [pool.submit(passes, name, index, lines[i::2]) for i in (0, 1)]
        both = [half.result() for half in halves]
    two = {key: sum(part[key] for part in both) for key in one}
    return {"one": one, "two": two}


def build(index: Path, files: list[Path]) -> dict[str, float]:
    """Index address files with tfpb."""
    from tfpb.addresses.imports import import_addresses  # noqa: PLC0415
    from tfpb.addresses.store import FILE_NAME, AddressStore  # noqa: PLC0415

    start = time.perf_counter()
    import_addresses(files, folder=index)
    seconds = time.perf_counter() - start
    peak = peak_mb()
    with AddressStore(index) as store:
        communes = [c for code in store.citycodes() if (c := store.commune(code))]
        rows = sum(s.numbers.size for c in communes for s in c.streets)
    size = (index / FILE_NAME).stat().st_size / 2**20
    return {"seconds": seconds, "peak_mb": peak, "disk_mb": size, "addresses": int(rows)}


def _step(python: Path | str, *words: object) -> dict[str, Any]:
    """Run one step of this script in an environment of its own; its last line is its result."""
    made = subprocess.run(
        [str(python), __file__, *map(str, words)], check=True, capture_output=True, text=True
    )
    return json.loads(made.stdout.strip().splitlines()[-1])


def build_addok(venv: Path, work: Path, port: int) -> dict[str, float]:
    """Index the same addresses with addok, all of it in Redis; peak is that of one process it starts."""
    peak, start = 0.0, time.perf_counter()
    for words in (["batch", str(work / "streets.ndjson")], ["ngrams"]):
        started = subprocess.Popen(
            [str(venv / "bin" / "addok"), *words],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        # wait4 tells the memory of this process and of its own children, not of any other step
        _, status, usage = os.wait4(started.pid, 0)
        if status:
            raise SystemExit(f"addok {words[0]} failed")
        peak = max(peak, usage.ru_maxrss / 1024)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "peak_mb": peak, "redis_mb": redis_mb(port)}


def redis_mb(port: int) -> float:
    """Return the resident memory of Redis."""
    told = subprocess.run(
        ["/usr/bin/redis-cli", "-p", str(port), "info", "memory"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return int(told.split("used_memory_rss:")[1].split()[0]) / 2**20


def compare(work: Path, venv: Path, files: list[Path], options: argparse.Namespace) -> None:
    """Build and measure both, and print one table."""
    from addok_peer import prepare  # noqa: PLC0415 needs tfpb, which addok's environment lacks

    index = work / "index"
    index.mkdir(parents=True)
    ours = _step(sys.executable, "build", index, *files)
    prepare(index, work, options)
    os.environ["ADDOK_CONFIG_MODULE"] = str(work / "addok.py")
    server = subprocess.Popen(
        ["/usr/bin/redis-server", "--port", str(options.port), "--bind", "127.0.0.1",
         "--save", "", "--appendonly", "no", "--dir", str(work)], stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        time.sleep(1)
        theirs = build_addok(venv, work, options.port)
        rates = {
            "addok": _step(venv / "bin" / "python", "speed", "addok", index, work),
            "tfpb": _step(sys.executable, "speed", "tfpb", index, work),
        }
        theirs["redis_mb"] = redis_mb(options.port)
    finally:
        server.terminate()
        server.wait()
    lines = len(json.loads((work / "lines.json").read_text(encoding="utf-8")))
    show(ours, theirs, rates, lines)


def show(
    ours: dict[str, float], theirs: dict[str, float], rates: dict[str, Any], lines: int
) -> None:
    """Print the table."""
    peer, here = rates["addok"], rates["tfpb"]
    print(f"{ours['addresses']:.0f} addresses, {lines} lines\n")
    print("| | addok | tfpb | times |\n|---|---|---|---|")
    build_rate = theirs["seconds"] / ours["seconds"]
    print(
        f"| index build, s | {theirs['seconds']:.1f} | {ours['seconds']:.1f} | {build_rate:.1f} |"
    )
    print(f"| build, peak MB, Redis apart | {theirs['peak_mb']:.0f} | {ours['peak_mb']:.0f} | |")
    held = f"{theirs['redis_mb']:.0f} in Redis, resident"
    print(f"| index, MB | {held} | {ours['disk_mb']:.1f} on disk | |")
    for many in ("one", "two"):
        a, b = peer[many], here[many]
        print(f"| searching, {many}: peak MB | {a['peak_mb']:.0f} | {b['peak_mb']:.0f} | |")
        labels = ("cold", "new", "warm")
        if many == "one":  # two processes share one Redis: whose its seconds are is not known
            labels += tuple(f"{label}, a processor second" for label in labels)
        for label in labels:
            print(
                f"| addresses/s, {many}, {label} | {a[label]:.0f} | {b[label]:.0f}"
                f" | {b[label] / a[label]:.0f} |"
            )


def main() -> None:
    """Run everything, or the one step a subprocess is asked for."""
    if sys.argv[1] == "build":
        print(json.dumps(build(Path(sys.argv[2]), [Path(f) for f in sys.argv[3:]])))
        return
    if sys.argv[1] == "speed":
        print(json.dumps(speed(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))))
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("addok", type=Path)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--seed", type=int, default=40961)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--port", type=int, default=6391)
    parser.add_argument("--prefixes", nargs="+", default=["08", "971", "93"])
    parser.add_argument("--no-code", action="store_true")
    options = parser.parse_args()
    compare(options.work.resolve(), options.addok, options.files, options)


if __name__ == "__main__":
    main()
