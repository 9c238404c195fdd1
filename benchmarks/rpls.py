"""A real commune's register (RPLS) as a stock: dwellings in and out, résidences proposed, seconds.

The file is made of the real lines of Bondy (tests/real/register_bondy.py). Run:

    python benchmarks/rpls.py [--copies 5]

`--copies` writes the dwellings several times, under as many codes of communes that exist, for the time of
reading alone.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from itertools import combinations
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / "real"), str(ROOT / "tests")]


def main() -> None:
    """Print a line a header."""
    from register_bondy import HEADERS, write_register  # noqa: PLC0415
    from simulate_bondy import real_bondy  # noqa: PLC0415
    from typer.testing import CliRunner  # noqa: PLC0415

    from everywhere import small_settings  # noqa: PLC0415 - beside the tests
    from tfpb.cli.app import app  # noqa: PLC0415
    from tfpb.io.sources.inputs import gather_inputs  # noqa: PLC0415
    from tfpb.io.sources.toml_files import load_settings  # noqa: PLC0415
    from tfpb.pipeline.assembling import examine  # noqa: PLC0415

    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--copies", type=int, default=0)
    copies = asked.parse_args().copies
    source = real_bondy()
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        outlines = source.parent / "contours" / "communes-93-seine-saint-denis.geojson"
        for words in (
            ("importer-adresses", source / "ban.csv"),
            ("importer-qpv", source / "qpv2015.geojson", "--millesime", "2015"),
            ("importer-communes", outlines),
        ):
            line = ["geodonnees", *map(str, words), "--geodonnees", str(root / "geo")]
            CliRunner().invoke(app, line, catch_exceptions=False)
        groups: dict[str, list[str]] = {}
        for header in HEADERS:
            folder = root / header
            folder.mkdir()
            write_register(folder / "patrimoine.csv", source, header)
            toml = folder / "dossier.toml"
            toml.write_text(small_settings().replace("annee = 2025", "annee = 2023"), "utf-8")
            settings = load_settings(toml)
            start = time.perf_counter()
            frame = gather_inputs(settings)[0].frames["patrimoine"]
            read = time.perf_counter() - start
            found = examine(settings, root / "geo")
            whole = time.perf_counter() - start - read
            faults = sum(f.severity.value == "faute" for f in found.faults)
            located = found.dossier.located if found.dossier else None
            homes = 0 if located is None else len(located.residences)
            groups[header] = [] if located is None else located.entrances["id_residence"].tolist()
            print(
                f"{header}: {int(frame['nb_logements'].sum())} dwellings, {len(frame)} entrances, "
                f"{homes} résidences, {faults} faults, read {read:.1f} s, examined {whole:.1f} s"
            )
        for header in ("2022", "2023"):
            _judge(header, groups[header], groups["bailleur"])
        if copies:
            path = root / "2022" / "patrimoine.csv"
            head, *lines = path.read_text("cp1252").splitlines()
            with path.open("w", encoding="cp1252") as out:
                out.write(head + "\n")
                for k in range(copies):
                    out.writelines(f"{row.replace('93010', f'930{10 + k}')}\n" for row in lines)
            start = time.perf_counter()
            frame = gather_inputs(load_settings(root / "2022" / "dossier.toml"))[0].frames[
                "patrimoine"
            ]
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(
                f"{int(frame['nb_logements'].sum())} dwellings, {path.stat().st_size / 1e6:.0f} MB: "
                f"{time.perf_counter() - start:.1f} s, peak {peak} MiB"
            )


def _judge(header: str, proposed: list[str], real: list[str]) -> None:
    """Print how pairs of entrances proposed together stand against the landlord's programmes."""
    pairs = list(combinations(range(len(real)), 2))
    together = sum(proposed[i] == proposed[j] for i, j in pairs)
    programmes = sum(real[i] == real[j] for i, j in pairs)
    both = sum(proposed[i] == proposed[j] and real[i] == real[j] for i, j in pairs)
    print(f"{header}: precision {both / together:.3f}, recall {both / programmes:.3f}")


if __name__ == "__main__":
    main()
