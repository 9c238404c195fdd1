"""Make a dossier of many quarters out of the example: towns side by side, each with its own names and sums.

    python benchmarks/many_quarters.py FOLDER [--quartiers 40] [--graine 7]

Writes the files of the dossier, its `dossier.toml` and the imported geography in `FOLDER/geodonnees`. Every
figure is invented, as the example's: dwellings, answers and programmes are those of a part of its résidences,
drawn anew for each town; some towns lack pieces, notices or answers, so that every state of a claim is met.
"""

# ruff: noqa: E501 - tables of names and of columns read better one subject a line

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook, load_workbook
from pyproj import Transformer

from tfpb.addresses.imports import import_addresses
from tfpb.geodata.ground_imports import import_communes_outlines
from tfpb.geodata.qpv_imports import import_qpv

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "examples"))

from maker import addresses, quarters, stock, town  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

EXAMPLE = ROOT / "examples" / "valmont"
OWNED = "1_599990001_59_20260105_0900_V2024.csv"
CODES = ("QN05991I", "QN05992M", "QN05993N")
OLD = ("QP059901", "QP059902", "QP059903")
TOWNS = (
    "Valmont-sur-Orve", "Anzin-le-Vieux", "Denain-Ville", "Bruay-sous-Orve", "Fresnes-la-Plaine", "Condé-les-Forges",
    "Vieux-Moulin-en-Orve", "Escaut-Haute", "Onnaing-le-Bois", "Saint-Rémi-des-Terrils", "Marly-Basse",
    "Raismes-la-Forêt", "Trith-la-Rivière", "Wallers-Étang",
)  # fmt: skip
NAMES = (
    "Les Tilleuls - Pasteur", "Le Moulin - Les Aunes", "Les Prés Fleuris", "Beaulieu", "Blum - République",
    "Cité Lemay", "La Couturelle", "Le Chevalement", "Les Géants", "Centre Ancien", "Croix d’Anzin",
    "Intercommunal Saint-Éloi - Chevalement Nord", "Intercommunal Saint-Éloi - Chevalement Sud", "Le Faubourg",
    "Les Peintres", "Cité des Cheminots", "Saint-Roch", "La Sentinelle", "La Briquette", "La Solitude",
    "Les Trois Ponts", "Thiers - Château d’Eau - Sabatier", "Bel Air", "Grand Champ", "La Croisette", "Les Provinces",
    "Dutemple - Ancienne Verrerie", "Saint-Waast", "Chasse Royale", "Les Floralies", "Rousseau", "Fosse 9",
    "Clos du Rivage", "Solange Tonini", "Résidence du Parc", "Ouest - Duclos - Les Coccinelles", "Chêne Vert",
    "Macou", "Cité Taffin", "Coron Bas", "Hauts de l’Orve", "Petit Pont",
)  # fmt: skip
TO_GROUND = Transformer.from_crs(4326, 2154, always_xy=True)
TO_DEGREES = Transformer.from_crs(2154, 4326, always_xy=True)
APART_M = 7_000.0


@dataclass(frozen=True)
class Copy:
    """One town: what its files are called and how they depart from the example's."""

    rank: int
    kept: int
    homes: frozenset[str]
    rng: Random

    @property
    def insee(self) -> str:
        """Code of the commune, which does not exist."""
        return str(59_999 - self.rank)

    @property
    def name(self) -> str:
        """Name of the commune."""
        return TOWNS[self.rank]

    @property
    def codes(self) -> dict[str, str]:
        """Code of each quarter of the example → this town’s, for both vintages."""
        of_2024 = {c: c if not self.rank else f"QN059{10 + 3 * self.rank + k}{c[-1]}"
                   for k, c in enumerate(CODES[: self.kept])}  # fmt: skip
        of_2015 = {c: c if not self.rank else f"QP059{300 + 3 * self.rank + k}"
                   for k, c in enumerate(OLD)}  # fmt: skip
        return of_2024 | of_2015

    def label(self, code: str, *, otherwise: str) -> str:
        """Name of a quarter of 2024 by the example's code."""
        return (
            NAMES[3 * self.rank + CODES.index(code)]
            if code in CODES
            else f"{otherwise} {self.rank}"
        )

    def moved(self, lon: float, lat: float) -> tuple[float, float]:
        """Move a point of the example to the place of this town."""
        x, y = self.ground(*TO_GROUND.transform(lon, lat))
        return tuple(round(v, 7) for v in TO_DEGREES.transform(x, y))  # type: ignore[return-value]

    def ground(self, x: float, y: float) -> tuple[float, float]:
        """Move a point in metres."""
        return x + APART_M * (self.rank % 4), y - APART_M * (self.rank // 4)

    def home(self, code: str) -> str:
        """Code of a résidence or of an entrance."""
        return code if not self.rank else f"{self.rank:02d}{code}"


def homes_by_quarter() -> dict[str, str]:
    """Return the quarter of 2024 of each résidence of the example, as its maker placed it."""
    rng = Random(59_999)
    ground = town.make_town(rng)
    points = addresses.make_addresses(ground, rng)
    perimeters = quarters.make_quarters(ground)
    return {h.id: h.main_side(2024) for h in stock.make_stock(points, perimeters, rng)}


def copies(count: int, seed: int) -> list[Copy]:
    """Say which towns there are: three quarters each, the last one what is left."""
    where = homes_by_quarter()
    out = []
    for rank in range(-(-count // 3)):
        kept, rng = min(3, count - 3 * rank), Random(seed * 1000 + rank)
        lost = set(CODES[kept:])
        share = 1.0 if not rank else rng.uniform(0.45, 0.95)
        chosen = {h for h, code in where.items() if code not in lost and rng.random() < share}
        for code in CODES[:kept]:  # a quarter without a résidence is none of this landlord's
            chosen.add(next(h for h, q in where.items() if q == code))
        out.append(Copy(rank, kept, frozenset(chosen), rng))
    return out


def csv_rows(path: Path) -> list[list[str]]:
    """Read a table of the example, some of them kept as Windows keeps them."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def write_csv(path: Path, rows: Iterable[list[str]], encoding: str = "utf-8-sig") -> None:
    """Write a table."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=";", lineterminator="\n").writerows(rows)


def sheet_rows(name: str, title: int = 3) -> tuple[list[tuple[Any, ...]], list[list[Any]]]:
    """Read a sheet of the example: its head, its rows."""
    rows = list(load_workbook(EXAMPLE / name).worksheets[0].iter_rows(values_only=True))
    return rows[:title], [list(r) for r in rows[title:]]


def write_sheet(path: Path, head: list[tuple[Any, ...]], rows: Iterable[list[Any]]) -> None:
    """Write a sheet."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Feuille")
    for row in (*head, *rows):
        sheet.append(row)
    book.save(path)


def across(
    towns: list[Copy], rows: list[list[Any]], one: Callable[[Copy, list[Any]], list[Any] | None]
) -> list[list[Any]]:
    """Return each town's rows one town after another, those that it keeps."""
    return [made for t in towns for row in rows if (made := one(t, [*row])) is not None]


def geography(folder: Path, towns: list[Copy]) -> None:
    """Write the towns' addresses and outlines, and import them."""
    sources, geo = folder / "sources", folder / "geodonnees"
    sources.mkdir(parents=True, exist_ok=True)
    head, *rows = csv_rows(EXAMPLE / "geodonnees_sources" / "adresses-59999.csv.gz")
    at = {name: k for k, name in enumerate(head)}

    def address(t: Copy, row: list[str]) -> list[str]:
        x, y = t.ground(float(row[at["x"]]), float(row[at["y"]]))
        lon, lat = TO_DEGREES.transform(x, y)
        for name, value in (("x", f"{x:.2f}"), ("y", f"{y:.2f}"), ("lon", f"{lon:.7f}"), ("lat", f"{lat:.7f}"),
                            ("code_postal", t.insee), ("code_insee", t.insee), ("nom_commune", t.name),
                            ("libelle_acheminement", t.name.upper().replace("-", " "))):  # fmt: skip
            row[at[name]] = value
        for name in ("id", "id_fantoir"):
            row[at[name]] = row[at[name]].replace("59999", t.insee, 1)
        return row

    write_csv(sources / "adresses.csv", [head, *across(towns, rows, address)], "utf-8")
    import_addresses([sources / "adresses.csv"], folder=geo)
    for name in ("qpv2015_valmont", "qpv2024_valmont", "commune_valmont"):
        whole = json.loads(
            (EXAMPLE / "geodonnees_sources" / f"{name}.geojson").read_text(encoding="utf-8")
        )
        whole["features"] = [
            made for t in towns for f in whole["features"] if (made := outline(t, f))
        ]
        path = sources / f"{name.replace('valmont', 'villes')}.geojson"
        path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    for vintage in (2015, 2024):
        import_qpv(sources / f"qpv{vintage}_villes.geojson", vintage=vintage, folder=geo)
    import_communes_outlines(sources / "commune_villes.geojson", folder=geo)


def outline(t: Copy, feature: dict[str, Any]) -> dict[str, Any] | None:
    """Move one outline to its town, under its name there."""

    def moved(points: Any) -> Any:
        return t.moved(*points) if isinstance(points[0], float) else [moved(p) for p in points]

    old = feature["properties"]
    code = old.get("code_qp") or old.get("CODE_QP")
    if code in CODES[t.kept :]:
        return None
    named = {"code_qp": t.codes.get(code), "CODE_QP": t.codes.get(code), "insee_com": t.insee, "lib_com": t.name,
             "COMMUNE_QP": t.name, "code": t.insee, "nom": t.name}  # fmt: skip
    if code:
        named |= {
            "lib_qp": t.label(code, otherwise=""),
            "NOM_QP": t.label(code, otherwise=old.get("NOM_QP", "")),
        }
    shape = feature["geometry"]
    return {"type": "Feature", "properties": {k: named.get(k) or v for k, v in old.items()},
            "geometry": {"type": shape["type"], "coordinates": moved(shape["coordinates"])}}  # fmt: skip


def tables(folder: Path, towns: list[Copy]) -> None:
    """Write the stock, notices, programmes and surveys of all towns."""

    def homes(t: Copy, row: list[Any]) -> list[Any] | None:
        if row[0] not in t.homes:
            return None
        row[2] += f" - {t.name}" * bool(t.rank)  # two résidences of one name are rare
        row[0], row[1], row[5:8] = (
            t.home(row[0]),
            t.home(row[1]),
            [t.insee, t.name.upper().replace("-", " "), t.insee],
        )
        return row

    head, rows = sheet_rows("patrimoine.xlsx", 4)
    write_sheet(folder / "patrimoine.xlsx", head, across(towns, rows, homes))

    def premises(t: Copy, row: list[Any]) -> list[Any] | None:
        if row[2] not in t.homes:
            return None
        row[0] = str(row[0]).replace("999", str(999 - t.rank), 1)
        row[1] = str(row[1]).replace("599", str(599 - t.rank), 1)
        row[2:4] = [t.home(row[2]), t.home(row[3])]
        if (
            t.rank % 5 == 4 and row[0].split()[3] == "002"
        ):  # a notice on paper: nobody read its sums
            row[15] = None
        return row

    head, rows = sheet_rows("fiscalite_2025.xlsx")
    write_sheet(folder / "fiscalite_2025.xlsx", head, across(towns, rows, premises))

    for year in (2024, 2025):
        head, rows = sheet_rows(f"programme_{year}.xlsx")
        write_sheet(folder / f"programme_{year}.xlsx", head, across(towns, rows, action))

    def common(t: Copy, row: list[str]) -> list[str] | None:
        return [t.home(row[0]), *row[1:]] if row[0] in t.homes else None

    head_, *lines = csv_rows(EXAMPLE / "droit_commun.csv")
    write_csv(folder / "droit_commun.csv", [head_, *across(towns, lines, common)])
    first, signed = csv_rows(EXAMPLE / "conventions.csv")
    write_csv(folder / "conventions.csv", [first, *[convention(t, [*signed]) for t in towns]])
    head_, *lines = csv_rows(EXAMPLE / "diagnostics.csv")

    def walk(t: Copy, row: list[str]) -> list[str] | None:
        if row[1] not in t.codes:
            return None
        return [row[0], t.codes[row[1]], *row[2:6], row[6] and t.home(row[6])]

    write_csv(folder / "diagnostics.csv", [head_, *across(towns, lines, walk)])
    answers = across(
        towns, csv_rows(EXAMPLE / "enquete_2019.csv")[1:], lambda t, r: answer(t, r, 19)
    )
    titles = csv_rows(EXAMPLE / "enquete_2019.csv")[0]
    write_csv(folder / "enquete_2019.csv", [titles, *answers], "cp1252")
    (titles_2023,), rows = sheet_rows("enquete_2023.xlsx", 1)
    said = across(towns, rows, lambda t, r: answer(t, r, 23))
    write_sheet(folder / "enquete_2023.xlsx", [titles_2023], said)
    plan = (EXAMPLE / "plan_enquete.toml").read_text(encoding="utf-8")
    (folder / "plan_enquete.toml").write_text(
        plan.replace("6800", str(len(said) * 4)), encoding="utf-8"
    )


def action(t: Copy, row: list[Any]) -> list[Any] | None:
    """Give one action to a town: money of its own, a piece in nine of ten."""
    code = row[2]
    if code not in t.codes:
        return None
    factor = 1.0 if not t.rank else t.rng.uniform(0.15, 0.95)
    row[0], row[2] = t.home(row[0]), t.codes[code]
    for k in range(6, 11):
        row[k] = row[k] and round(row[k] * factor, 2)
    row[11] = row[11] and round(row[11] * factor)
    if t.rank:
        row[13] = row[13] and f"{row[13]}-{t.rank:02d}"
        if t.rng.random() < 0.1:
            row[13:15] = [None, None]
    return row


def convention(t: Copy, row: list[str]) -> list[str]:
    """Give each town a convention of its own."""
    codes = [t.codes[c] for c in CODES[: t.kept]]
    row[0] = f"CONV-2024-{t.rank + 1:02d}"
    row[1] = row[1].replace("Valmont-sur-Orve", t.name)
    row[2] = ", ".join(codes)
    row[7] = row[7] if t.rank % 3 else "30/06/2026" if t.rank else row[7]
    return row


def answer(t: Copy, row: list[Any], wave: int) -> list[Any] | None:
    """Give some of the example's answers to a town: fewer in some, so that a quarter is masked or nearly."""
    asked = 1.0 if not t.rank else 0.1 if t.rank % 4 == 2 else 0.45
    if row[3] not in t.homes or t.rng.random() > asked:
        return None
    row[0] = f"{wave}{t.rank:02d}{str(row[0])[2:]}"
    row[3] = t.home(row[3])
    return row


def dossier(folder: Path, towns: list[Copy]) -> None:
    """Write the settings: those of the example, without its decisions."""
    text = (EXAMPLE / "dossier.toml").read_text(encoding="utf-8")
    lines = [
        line
        for line in text.splitlines()
        if not line.startswith(("decisions", "convention ", "gmbi"))
    ]
    carried = {t.codes[CODES[0]]: str(12_500 - 700 * t.rank) for t in towns[:5]}
    pairs = ", ".join(f'{code} = "{sum_}"' for code, sum_ in carried.items())
    text = "\n".join(
        f"report_eur = {{ {pairs} }}" if line.startswith("report_eur") else line for line in lines
    )
    title = f"{len(towns)} communes" if len(towns) > 1 else TOWNS[0]
    text = text.replace("Valmont-sur-Orve (données", f"{title} (données")
    (folder / "dossier.toml").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Make the folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dossier", type=Path)
    parser.add_argument("--quartiers", type=int, default=40)
    parser.add_argument("--graine", type=int, default=7)
    options = parser.parse_args()
    folder = options.dossier
    folder.mkdir(parents=True, exist_ok=True)
    towns = copies(options.quartiers, options.graine)
    geography(folder, towns)
    tables(folder, towns)
    dossier(folder, towns)


if __name__ == "__main__":
    main()
