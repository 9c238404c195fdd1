"""A fictional landlord of Charleville-Mézières in its own files: real addresses and quarters, the rest drawn.

Addresses: BANO, 2015 (ODbL). Quarters: official map of 2015. Résidences, dwellings, taxes, answers
and actions are simulated, seeded, and say so. Layouts are those of an office, not of the contracts.

    python benchmarks/journey/charleville.py ../shared/data FOLDER
"""

from __future__ import annotations

import csv
import random
import sys
from pathlib import Path

import geopandas as gpd
import openpyxl
from shapely.geometry import Point

TOWN = "Charleville-Mézières"
SEED = 8105
YEAR = 2024


def doors(data: Path) -> list[dict[str, object]]:
    """List addresses of the town with their quarter, "" outside."""
    with (data / "bano2015" / "bano-08.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.reader(file) if r[4] == TOWN]
    maps = gpd.read_file(data / "qpv2015" / "QP_METROPOLEOUTREMER_WGS84_EPSG4326.shp")
    own = maps[maps["COMMUNE_QP"].fillna("").str.contains(TOWN)].to_crs(4326)
    points = gpd.GeoDataFrame(geometry=[Point(float(r[7]), float(r[6])) for r in rows], crs=4326)
    held = gpd.sjoin(points, own[["NOM_QP", "CODE_QP", "geometry"]], how="left")
    held = held[~held.index.duplicated()]
    names = held["NOM_QP"].fillna("").tolist()
    return [
        {"n": r[1], "voie": r[2], "cp": r[3], "qpv": q} for r, q in zip(rows, names, strict=True)
    ]


def homes(all_doors: list[dict[str, object]], rng: random.Random) -> list[dict[str, object]]:
    """Draw 40 résidences in the quarters and 30 outside, of one to four neighbouring numbers of a street."""
    streets: dict[tuple[str, str], list[dict[str, object]]] = {}
    for door in all_doors:
        streets.setdefault((str(door["voie"]), str(door["qpv"])), []).append(door)
    inside = [k for k in streets if k[1]]
    outside = [k for k in streets if not k[1]]
    rng.shuffle(inside)
    rng.shuffle(outside)
    out = []
    for k, key in enumerate([*inside[:40], *outside[:30]]):
        own = streets[key]
        start = rng.randrange(len(own))
        doors = own[start : start + rng.randint(1, 4)]
        out.extend(
            {
                "gpe": f"{700 + k:04d}",
                "nom": f"Résidence {key[0].split()[-1].title()} {k + 1}",
                **door,
                "logts": rng.randint(4, 24),
                "an": rng.choice((1958, 1964, 1971, 1978, 1989)),
            }
            for door in doors
        )
    return out


def stock(path: Path, rows: list[dict[str, object]]) -> None:
    """Write the stock: a title, two rows of header, number and street apart, three lines written twice."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Parc locatif"
    page.append(["Ardennes Logis – parc au 31/12/2024 (données simulées, adresses réelles)"])
    page.append([])
    page.append(
        [
            "Gpe",
            "Nom du gpe",
            "N° voie",
            "Libellé voie",
            "CP",
            "Localité",
            "Nb de logts",
            "Année constr.",
            "Loyer moyen",
        ]
    )
    lines = [
        [
            r["gpe"],
            r["nom"],
            r["n"],
            r["voie"],
            r["cp"],
            TOWN,
            r["logts"],
            r["an"],
            300 + int(str(r["logts"])),
        ]
        for r in rows
    ]
    lines[12:12] = [lines[11]]  # pasted twice
    again = list(lines[30])
    again[6] = int(again[6]) + 3  # the same door, another count
    lines.insert(31, again)
    lines.append(lines[5])
    for line in lines:
        page.append(line)
    page.append(["TOTAL", None, None, None, None, None, sum(int(x[6]) for x in lines)])
    book.save(path)


def taxes(
    path: Path, rows: list[dict[str, object]], rng: random.Random
) -> tuple[list[float], list[float]]:
    """Write the tax sheet: one line a group, no count of dwellings, cp1252, decimal commas.

    Returns the sums in euros that its lines carry, and those that they lack.
    """
    given: list[float] = []
    lacking: list[float] = []
    groups: dict[str, list[dict[str, object]]] = {}
    for r in rows:
        groups.setdefault(str(r["gpe"]), []).append(r)
    lines = [
        [
            "Réf. avis",
            "Invariant fiscal",
            "Groupe",
            "Désignation",
            "Valeur locative",
            "Tx com.",
            "Tx interco",
            "TEOM",
            "Cotisation",
        ]
    ]
    for k, (code, own) in enumerate(groups.items()):
        count = sum(int(str(r["logts"])) for r in own)
        value = count * rng.randint(2300, 3100)
        base = value / 2 * (0.7 if own[0]["qpv"] and k % 3 else 1)
        if own[0]["qpv"]:
            (given if k % 3 else lacking).append(value / 2 * 0.3 * (0.2734 + 0.0512))
        teom = value / 2 * 0.09
        due = base * (0.2734 + 0.0512)
        cells = [
            f"24 08 {1000 + k // 4}",
            f"081050{2000 + k}",
            code,
            own[0]["nom"],
            value,
            27.34,
            5.12,
            round(teom),
            round(due),
        ]
        lines.append([str(c).replace(".", ",") if isinstance(c, float) else str(c) for c in cells])
    path.write_bytes("\r\n".join(";".join(map(str, one)) for one in lines).encode("cp1252"))
    return given, lacking


def programme(path: Path, quarters: list[str], rng: random.Random) -> None:
    """Write the programme: a sheet of « Prévu » and « Réalisé », its section rows, no « Valorisé »."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "Plan 2024"
    page.append(["Utilisation de l’abattement TFPB 2024 – Ardennes Logis (simulé)"])
    page.append(["Axe", "Quartier", "Action menée", "Prévu (€)", "Réalisé (€)", "Justificatif"])
    actions = (
        ("Renforcement de la présence du personnel de proximité", "Agents supplémentaires"),
        ("Sur-entretien", "Nettoyage des halls renforcé"),
        ("Gestion des déchets et encombrants", "Enlèvement hebdomadaire"),
        ("Tranquillité résidentielle", "Médiation de soirée"),
        ("Animation, lien social, vivre ensemble", "Fête des voisins"),
    )
    for quarter in quarters:
        for k, (axis, what) in enumerate(actions):
            planned = rng.randint(3, 24) * 1000
            done = "" if k == 4 else planned - rng.randint(0, 2000)
            page.append(
                [
                    axis,
                    quarter,
                    what,
                    planned,
                    done,
                    f"FACT-{quarters.index(quarter) + 1}{k}" if done else "",
                ]
            )
    book.save(path)


def wave(
    path: Path, rows: list[dict[str, object]], year: int, rng: random.Random, *, best: int
) -> None:
    """Write a wave coded 1 to 4 without labels; `best` is the code of « très satisfait »."""
    heads = [
        "N°",
        "Gpe",
        "ZUS/QPV",
        "Propreté hall",
        "Abords",
        "Sécurité",
        "Gardien",
        "Travaux",
        "Logement",
        "Globalement",
    ]
    lines = [heads]
    for k in range(620):
        home = rng.choice(rows)
        likes = (0.26, 0.38, 0.22, 0.14) if home["qpv"] else (0.34, 0.40, 0.17, 0.09)
        levels = rng.choices((1, 2, 3, 4), likes, k=7)
        codes = [x if best == 1 else 5 - x for x in levels]
        lines.append([f"{year}-{k}", home["gpe"], "O" if home["qpv"] else "N", *codes])
    path.write_bytes("\n".join(";".join(map(str, one)) for one in lines).encode("utf-8-sig"))


def make(data: Path, folder: Path) -> tuple[list[Path], dict[str, object]]:
    """Write the files, and return them in the order in which someone drops them, with the drawn truth."""
    rng = random.Random(SEED)
    folder.mkdir(parents=True, exist_ok=True)
    every = doors(data)
    rows = homes(every, rng)
    stock(folder / "Parc AL 2024.xlsx", rows)
    given, lacking = taxes(folder / "TF 2024 extraction.csv", rows, rng)
    programme(
        folder / "Plan utilisation abattement 2024.xlsx",
        sorted({str(r["qpv"]) for r in rows if r["qpv"]}),
        rng,
    )
    wave(folder / "Enquete satisfaction 2021.csv", rows, 2021, rng, best=1)
    wave(folder / "Enquete satisfaction 2024.csv", rows, 2024, rng, best=4)
    with (data / "bano2015" / "bano-08.csv").open(encoding="utf-8") as file:
        own = [line for line in file if f",{TOWN}," in line]
    (folder / "bano-08105.csv").write_text("".join(own), encoding="utf-8")
    maps = gpd.read_file(data / "qpv2015" / "QP_METROPOLEOUTREMER_WGS84_EPSG4326.shp")
    own_maps = maps[maps["COMMUNE_QP"].fillna("").str.contains(TOWN)]
    own_maps.to_file(folder / "quartiers 2015.geojson")
    named = {str(r["qpv"]) for r in rows}
    inside = [int(str(r["logts"])) for r in rows if r["qpv"]]
    return sorted(folder.iterdir()), {
        "codes": sorted(own_maps[own_maps["NOM_QP"].isin(named)]["CODE_QP"]),
        "cote": {str(r["gpe"]): "dans" if r["qpv"] else "hors" for r in rows},
        "chiffres": {
            "logements_qpv": sum(inside),
            "logements_hors": sum(int(str(r["logts"])) for r in rows) - sum(inside),
            "acquis": round(sum(given), 2),
            "a_reclamer": round(sum(lacking), 2),
        },
    }


if __name__ == "__main__":
    files, truth = make(Path(sys.argv[1]), Path(sys.argv[2]))
    print(*files, truth, sep="\n")
