"""A small simulated region for the tests of `tfpb region`: made, run once, and how outputs are read."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from tfpb.cli.app import app

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

OWNERS = [f"Habitat fictif {k:02d}" for k in range(1, 6)]
DATA = ("--sans-documents", "--sans-pages")


def make_files(folder: Path) -> None:
    """Make the region's files and geography."""
    from region_maker import Size, make_region

    size = Size(
        bailleurs=len(OWNERS), residences=140, qpv=4, communes=5, adresses=2500, menages=2600,
        questions=12, graine=2027,
    )  # fmt: skip
    make_region(folder, size)


def first_run(folder: Path, region: Path) -> None:
    """Run the region once into `sortie`, data only, in this process, and keep its stages in `garde`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TFPB_CACHE", str(folder / "garde"))
        patch.setenv("TFPB_CACHE_VERIFIE", "1")
        words = ("region", region, "--sortie", folder / "sortie", "--moteur", "local", *DATA)
        result = CliRunner().invoke(app, [str(w) for w in words])
    assert result.exit_code == 0, result.output


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of an output but its timings."""
    paths = (p for p in sorted(folder.rglob("*")) if p.is_file() and p.name != "journal.json")
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in paths}


def assert_same(one: Path, two: Path) -> None:
    """Compare names, then bytes; the first files that differ are told by name."""
    first, second = files_of(one), files_of(two)
    assert sorted(first) == sorted(second)
    assert [name for name, data in first.items() if second[name] != data][:5] == []


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep=";", decimal=",", encoding="utf-8-sig")


def something_odd_in_each_table(folder: Path) -> str:
    """Leave a town without intercommunalité, a mark without its question, a wave at another season."""
    table = folder / "communes.csv"
    towns = pd.read_csv(table, sep=";", dtype=str, encoding="utf-8-sig")
    towns.loc[0, ["siren_epci", "nom_epci"]] = ""
    towns.to_csv(table, sep=";", index=False)
    marks = folder / "national.csv"
    marks.write_text("item;valeur;reference\nCharges;780;x\nAscenseurs;55 %;x\n", encoding="utf-8")
    plan = folder / "bailleurs" / "b03" / "plan.toml"
    other = plan.read_text(encoding="utf-8").replace("hiver 2019", "été 2020")
    plan.write_text(other, encoding="utf-8")
    return str(towns.loc[0, "code_insee"])
