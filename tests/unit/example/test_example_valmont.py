"""The example: same seed, same files; the traps it promises are in it, and it reads without a fault."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import math
import re
import sys
import tomllib
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from shapely.geometry import shape

from effort import by_night
from tfpb.errors import Severity
from tfpb.io.tables.tabular import read_table
from tfpb.io.tables.typed import typed
from tfpb.model import tables
from tfpb.model.plan import Plan
from tfpb.model.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples"
EXAMPLE = EXAMPLES / "valmont"
SOURCES = EXAMPLE / "geodonnees_sources"
TABLES = {
    "patrimoine.xlsx": tables.STOCK,
    "fiscalite_2025.xlsx": tables.PREMISES,
    "programme_2025.xlsx": tables.PROGRAMME,
    "droit_commun.csv": tables.DROIT_COMMUN,
    "conventions.csv": tables.CONVENTIONS,
    "diagnostics.csv": tables.DIAGNOSTICS,
}


@pytest.fixture(scope="module")
def maker() -> Any:
    sys.path.insert(0, str(ROOT / "examples"))
    try:
        import make_example

        yield make_example
    finally:
        sys.path.remove(str(ROOT / "examples"))


@pytest.fixture(scope="module")
def remade(maker: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exemple")
    maker.make(folder)
    return folder


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def read(name: str) -> tuple[pd.DataFrame, list[Any]]:
    contract = TABLES[name]
    known = [n for c in contract.columns for n in (c.name, *c.aliases)]
    return typed(read_table(EXAMPLE / name, known=known), contract)


def features(name: str) -> dict[str, dict[str, Any]]:
    content = json.loads((SOURCES / name).read_text(encoding="utf-8"))
    assert "données fictives" in content["name"]
    key = "CODE_QP" if "2015" in name else "code_qp"
    return {f["properties"][key]: f for f in content["features"]}


@by_night("test_the_committed_files_are_those_the_script_makes")
@pytest.mark.slow
def test_two_makings_give_the_same_bytes(
    maker: Any, remade: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    again = tmp_path_factory.mktemp("encore")
    maker.make(again)
    assert hashes(again) == hashes(remade)


def test_the_committed_files_are_those_the_script_makes(remade: Path) -> None:
    """Tables to the byte; geometries to the centimetre (GEOS may order a ring otherwise)."""
    made, kept = hashes(remade), hashes(EXAMPLES)
    assert made.keys() <= kept.keys()
    differ = {n for n in made if made[n] != kept[n]}
    assert {n for n in differ if not n.endswith((".geojson", ".gz", ".xlsx"))} == set()
    for vintage in ("2015", "2024"):
        name = f"qpv{vintage}_valmont.geojson"
        new = json.loads(
            (remade / "valmont" / "geodonnees_sources" / name).read_text(encoding="utf-8")
        )
        old = features(name)
        for f in new["features"]:
            code = f["properties"].get("CODE_QP") or f["properties"]["code_qp"]
            apart = shape(f["geometry"]).symmetric_difference(shape(old[code]["geometry"])).area
            assert apart < 1e-9


def test_it_is_small() -> None:
    total = sum(p.stat().st_size for p in (ROOT / "examples").rglob("*") if p.is_file())
    assert total < 3_000_000


@pytest.mark.parametrize("name", TABLES)
def test_every_table_reads_without_a_fault(name: str) -> None:
    frame, faults = read(name)
    assert len(frame)
    assert [f for f in faults if f.severity is Severity.FAUTE] == []


def test_dossier_and_plan_are_valid() -> None:
    settings = Settings.model_validate(
        tomllib.loads((EXAMPLE / "dossier.toml").read_text(encoding="utf-8"))
    )
    assert settings.dossier.donnees_fictives
    files = [v for v in settings.fichiers.model_dump().values() if v]
    for value in files:
        for name in [value] if isinstance(value, str) else value:
            assert (EXAMPLE / name).is_file()
    plan = Plan.model_validate(
        tomllib.loads((EXAMPLE / "plan_enquete.toml").read_text(encoding="utf-8"))
    )
    assert len(plan.items) == 21
    assert {i.theme for i in plan.items if i.tete_de_theme} == {i.theme for i in plan.items}
    assert {a for i in plan.items for a in i.axes} == set(range(1, 9))


def test_addresses_are_in_the_base_s_columns_and_streets_are_streets() -> None:
    text = gzip.decompress((SOURCES / "adresses-59999.csv.gz").read_bytes()).decode("utf-8")
    rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
    assert len(rows[0]) == 23
    assert 3000 <= len(rows) <= 5000
    assert len({r["id"] for r in rows}) == len(rows)
    assert {r["code_insee"] for r in rows} == {"59999"}
    assert {r["source_position"] for r in rows} == {"données fictives"}
    assert len({r["nom_voie"] for r in rows}) > 100
    bearings = set()
    points: dict[str, list[tuple[float, float]]] = {}
    for r in rows:
        x = float(r["x"])
        y = float(r["y"])
        if int(r["numero"]) % 2:
            points.setdefault(r["nom_voie"], []).append((x, y))
    for line in points.values():
        (x0, y0), (x1, y1) = line[0], line[-1]
        if len(line) > 1:
            bearings.add(round(math.degrees(math.atan2(y1 - y0, x1 - x0)) % 180 / 10))
    assert len(bearings) > 12  # no pure grid: streets run in most directions


def test_quarters_are_one_of_each_kind() -> None:
    old, new = features("qpv2015_valmont.geojson"), features("qpv2024_valmont.geojson")
    assert set(old) == {"QP059901", "QP059902", "QP059903"}
    assert set(new) == {"QN05991I", "QN05992M", "QN05993N"}
    assert all(re.fullmatch(r"QN\d{5}[NMIC]", code) for code in new)
    shapes = {k: shape(f["geometry"]) for k, f in {**old, **new}.items()}
    assert all(s.is_valid for s in shapes.values())
    assert shapes["QP059901"].equals(shapes["QN05991I"])
    common = shapes["QP059902"].intersection(shapes["QN05992M"]).area
    assert 0.3 < common / shapes["QN05992M"].area < 0.95
    assert all(shapes["QN05993N"].disjoint(shapes[c]) for c in old)
    assert all(shapes["QP059903"].disjoint(shapes[c]) for c in new)


def test_stock_holds_the_hard_addresses() -> None:
    frame, faults = read("patrimoine.xlsx")
    texts = frame["adresse"].tolist()
    assert frame["id_residence"].nunique() == 62
    assert 140 <= len(frame) <= 170
    assert frame["id_batiment"].is_unique
    assert frame["id_residence"].str.startswith("0").all()
    assert frame["_ligne"].min() == 5  # three title rows, then the header
    for pattern in (
        r"^\d+-\d+ ", r"BAT [A-D] ENT \d", r"^R(ES|UE|\.)", r"\bGAL\b|\bST-|\bCDT\b", r"^\d+RUE",
        r"IMAGINAIRES", r"^00\d\d ", r"Parcelle", r" [A-Z]\. ", r"’|^RUE",
    ):  # fmt: skip
        assert any(re.search(pattern, t) for t in texts), pattern
    assert [f.code for f in faults] == ["encodage_repare"]


def test_stock_meets_the_limits(maker: Any) -> None:
    rng = Random(maker.SEED)  # noqa: S311 - the same stream as the maker
    ground = maker.town.make_town(rng)
    points = maker.addresses.make_addresses(ground, rng)
    perimeters = maker.quarters.make_quarters(ground)
    stock = maker.stock.make_stock(points, perimeters, rng)
    near = [e.limit_m for r in stock if r.zone in {"limite", "proche"} for e in r.entrances]
    assert len(near) >= 6
    assert all(6 <= metres <= 30 for metres in near)
    assert sum(metres < 15 for metres in near) >= 3
    (cut,) = [r for r in stock if r.zone == "coupee"]
    assert {e.qpv_2024 for e in cut.entrances} == {"", "QN05991I"}
    changed = {(bool(r.main_side(2015)), bool(r.main_side(2024))) for r in stock}
    assert changed == {(True, True), (True, False), (False, True), (False, False)}


def test_programme_has_64_actions_whose_axes_are_spelt_in_three_ways() -> None:
    frame, _ = read("programme_2025.xlsx")
    assert len(frame) == 64
    assert frame["axe"].nunique() >= 16
    assert (frame["valorise_eur"] <= frame["realise_eur"]).all()
    assert (frame["realise_eur"] == frame["bailleur_eur"] + frame["autres_eur"]).all()
    pieces = frame.loc[frame["piece"] != "", "piece"]
    assert pieces.is_unique


def test_notices_are_consistent_with_the_abatement_they_show() -> None:
    frame, _ = read("fiscalite_2025.xlsx")
    assert not frame.duplicated(["avis", "invariant"]).any()
    assert frame.groupby("id_residence")["avis"].nunique().max() == 2
    rates = ["commune", "syndicats", "epci", "tse", "gemapi"]
    total = sum(frame[f"taux_{r}_pct"] for r in rates) / 100
    paid = frame["cotisation_avis_eur"].map(float)
    full = frame["vlc_eur"].map(float) / 2 * total
    share = (paid / full)[paid > 0]
    assert (((share - 0.7).abs() < 0.01) | ((share - 1).abs() < 0.01)).all()
    assert ((share - 0.7).abs() < 0.01).sum() > 40
    assert (paid == 0).any()


def test_waves_are_large_and_one_quarter_is_too_small() -> None:
    old = read_table(EXAMPLE / "enquete_2019.csv").frame
    new = read_table(EXAMPLE / "enquete_2023.xlsx", sheet="Base").frame
    assert len(old) >= 1500
    assert len(new) >= 1500
    stock, _ = read("patrimoine.xlsx")
    assert set(old["Code résidence"]) <= set(stock["id_residence"])
    assert set(new["residence_id"]) == set(stock["id_residence"])
    assert "Très satisfait" in set(old["Q08. Qualité de vie dans le quartier"])
    assert old["Pondération"].str.contains(",").all()
    raw = (EXAMPLE / "enquete_2019.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")


def test_every_text_says_the_data_are_fictional() -> None:
    for name in ("README.md", "dossier.toml", "plan_enquete.toml"):
        assert "fictives" in (EXAMPLE / name).read_text(encoding="utf-8").lower()


def test_a_first_try_has_its_own_ledger_and_is_told_in_french() -> None:
    root = Path(__file__).parents[3]
    script = (root / "scripts" / "example.sh").read_text(encoding="utf-8")
    ledger = re.search(r"^export TFPB_DIFFUSIONS=(sorties/\S+)", script, re.MULTILINE)
    assert ledger is not None
    assert script.index("export TFPB_DIFFUSIONS") < script.index("--diffuser")
    readme = (root / "LISEZMOI.md").read_text(encoding="utf-8")
    assert "sh scripts/example.sh" in readme
    assert f"`{ledger[1]}`" in readme
    assert "`tfpb-windows.zip`" in readme
