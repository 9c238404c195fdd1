"""Make the examples, a dossier and a region of an invented commune: same seed, same bytes.

Run from the repository: `python examples/make_example.py` (writes `valmont` and `region`).
"""

from __future__ import annotations

import argparse
from pathlib import Path
from random import Random

from maker import (
    addresses,
    answers,
    decisions,
    deliveries,
    files,
    money,
    names,
    neighbours,
    programme,
    quarters,
    stock,
    texts,
    town,
)

SEED = 59_999
OWNED = "1_599990001_59_20260105_0900_V2024.csv"
LAST_YEAR = SEED + 1


def make(top: Path) -> None:
    """Write the example of a dossier in `valmont`, that of a region in `region`, under `top`."""
    folder = top / "valmont"
    rng = Random(SEED)
    ground = town.make_town(rng)
    points = addresses.make_addresses(ground, rng)
    perimeters = quarters.make_quarters(ground)
    residences = stock.make_stock(points, perimeters, rng)
    sources = folder / "geodonnees_sources"
    ban = files.csv_bytes(addresses.BAN_HEADER, addresses.ban_rows(points), "utf-8")
    localities = addresses.locality_rows(ground.outline, rng)
    waves = {wave: answers.simulate(residences, wave, rng) for wave in (2019, 2023)}
    patrimoine = files.Sheet("Patrimoine", stock.TITLES, stock.HEADER, stock.stock_rows(residences))
    out = {
        sources / "adresses-59999.csv.gz": files.gz_bytes(ban),
        sources / "lieux-dits-59999.csv.gz": files.gz_bytes(
            files.csv_bytes(addresses.LOCALITY_HEADER, localities, "utf-8")
        ),
        sources / "qpv2015_valmont.geojson": files.geojson_bytes(
            f"QPV 2015 ({names.FICTION})", quarters.features_2015(perimeters)
        ),
        sources / "qpv2024_valmont.geojson": files.geojson_bytes(
            f"QPV 2024 ({names.FICTION})", quarters.features_2024(perimeters)
        ),
        sources / "commune_valmont.geojson": files.geojson_bytes(
            f"Commune ({names.FICTION})", quarters.outline_features(ground)
        ),
        sources / "insee_qpv2024_valmont.csv": files.csv_bytes(
            quarters.INSEE_HEADER, quarters.INSEE_ROWS, "utf-8"
        ),
        folder / "patrimoine.xlsx": files.xlsx_bytes([patrimoine], "Patrimoine (données fictives)"),
        folder / "enquete_2019.csv": deliveries.delivery_2019(waves[2019]),
        folder / "enquete_2023.xlsx": deliveries.delivery_2023(waves[2023], rng),
        folder / "plan_enquete.toml": deliveries.plan(),
        folder / "fiscalite_2025.xlsx": money.tax_workbook(residences, rng),
        folder / OWNED: money.owned(residences),
        folder / "droit_commun.csv": money.droit_commun(residences, rng),
        folder / "conventions.csv": money.conventions(),
        folder / "programme_2025.xlsx": programme.programme_workbook(rng, 2025),
        folder / "programme_2024.xlsx": programme.programme_workbook(Random(LAST_YEAR), 2024),
        folder / "diagnostics.csv": programme.diagnostics(),
        folder / "decisions.xlsx": decisions.decisions(),
        folder / "dossier.toml": texts.DOSSIER.encode(),
        folder / "README.md": texts.README.encode(),
    }
    near = neighbours.make_neighbours(points, perimeters, residences, SEED)
    out |= {top / "region" / name: data for name, data in near.items()}
    for path, data in out.items():
        files.write(path, data)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Fabrique l'exemple (données fictives).")
    parser.add_argument("--sortie", type=Path, default=Path(__file__).parent)
    make(parser.parse_args().sortie)
