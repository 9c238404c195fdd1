"""A dossier on Bondy: real addresses of social dwellings, an invented survey of their tenants.

Addresses, years and numbers of dwellings are those of the 2022 file, as they are written there; the
true points stay out of the stock (they judge the geocoder) and go to `verite.csv`. No answer of a
tenant is real: two waves are simulated on these résidences, with gaps of the size surveys publish.
"""

from __future__ import annotations

import csv
import json
import math
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from pyproj import Transformer
from shapely.geometry import Point, shape

if TYPE_CHECKING:
    from collections.abc import Sequence

SEED: Final = 93_010
WAVES: Final = ("2019", "2022")
SHARE_ASKED: Final = 0.14
SMALLEST: Final = 8  # dwellings of the smallest résidence that is surveyed
# item, label, theme, nature, level out of the quarters, gap inside them (points of 100), axes
ITEMS: Final = (
    ("q1", "Propreté des parties communes", "residence", "service", 0.68, -8, (3,)),
    ("q2", "Gestion des encombrants", "residence", "service", 0.63, -10, (4,)),
    ("q3", "Qualité de vie dans le quartier", "quartier", "quartier", 0.82, -15, (5,)),
    ("q4", "Satisfaction générale sur le logement", "logement", "autre", 0.74, -4, ()),
    ("q5", "Accueil par le bailleur", "relation", "service", 0.84, 0, (1,)),
    ("q6", "Traitement des demandes", "relation", "service", 0.62, -1, (2,)),
)


@dataclass
class Residence:
    """Rows of one programme of one year, and the side of most of its dwellings (true points)."""

    id: str
    name: str
    built: int
    landlord: str
    rows: list[int] = field(default_factory=list)
    dwellings: int = 0
    inside: bool = False


def real_bondy() -> Path:
    """Return the folder of the real files of Bondy."""
    root = os.environ.get(
        "TFPB_DONNEES_REELLES", Path(__file__).parents[2].parent / "shared" / "data"
    )
    return Path(root) / "bondy_93010"


def make_bondy(folder: Path, *, source: Path | None = None, year: int = 2024) -> Path:
    """Write the dossier in `folder`; the year's map is QPV 2015 until 2024.

    Returns
    -------
    Path
        `dossier.toml`. Beside it: `patrimoine.csv`, `enquete_2019.csv`, `enquete_2022.csv`,
        `plan_enquete.toml` and `verite.csv` (id_batiment, x, y in EPSG:2154, qpv).
    """
    source = source or real_bondy()
    folder.mkdir(parents=True, exist_ok=True)
    rows = _table(source / "rpls2022.csv")
    landlords = {r["cle"]: r["RS"] for r in _table(source / "rpls2021_bailleurs.csv")}
    quarters = _quarters(source / "qpv2015.geojson")
    sides = [_side(r, quarters) for r in rows]
    residences = _residences(rows, landlords, sides)
    _write_stock(folder, rows, residences, sides)
    rng = Random(SEED)  # noqa: S311 - a simulation, seeded on purpose
    for wave in WAVES:
        _write_wave(folder / f"enquete_{wave}.csv", residences, wave, rng)
    (folder / "plan_enquete.toml").write_text(_plan(), encoding="utf-8")
    path = folder / "dossier.toml"
    path.write_text(_dossier(year), encoding="utf-8")
    return path


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _quarters(path: Path) -> dict[str, object]:
    content = json.loads(path.read_text(encoding="utf-8"))
    return {f["properties"]["CODE_QP"]: shape(f["geometry"]) for f in content["features"]}


def _side(row: dict[str, str], quarters: dict[str, object]) -> str:
    lon, lat = _TO_DEGREES.transform(float(row["x"]), float(row["y"]))
    spot = Point(lon, lat)
    return next((code for code, zone in quarters.items() if zone.contains(spot)), "")  # type: ignore[attr-defined]


_TO_DEGREES: Final = Transformer.from_crs(2154, 4326, always_xy=True)


def _residences(
    rows: Sequence[dict[str, str]], landlords: dict[str, str], sides: Sequence[str]
) -> list[Residence]:
    # invented answers are never put under a real landlord's name
    ranked = sorted(Counter(landlords.values()).items(), key=lambda pair: (-pair[1], pair[0]))
    aliases = {name: f"Bailleur {i}" for i, (name, _) in enumerate(ranked, start=1)}
    groups: dict[tuple[str, str], Residence] = {}
    for i, row in enumerate(rows):
        name = row["Nom.du.Programme"].strip()
        name = row["cle"].strip() if name in {"", "NA"} else name
        key = (name, row["Année.de.construction"])
        if key not in groups:
            groups[key] = Residence(f"{len(groups) + 1:04d}", name, int(key[1]), "")
        groups[key].rows.append(i)
        groups[key].dwellings += int(row["appartement"])
    for residence in groups.values():
        known = [landlords[rows[i]["cle"]] for i in residence.rows if rows[i]["cle"] in landlords]
        residence.landlord = aliases[Counter(known).most_common(1)[0][0]] if known else "Bailleur 1"
        within = sum(int(rows[i]["appartement"]) for i in residence.rows if sides[i])
        residence.inside = 2 * within > residence.dwellings
    return list(groups.values())


def _write_stock(
    folder: Path,
    rows: Sequence[dict[str, str]],
    residences: Sequence[Residence],
    sides: Sequence[str],
) -> None:
    owner = {i: r for r in residences for i in r.rows}
    header = (
        "id_residence", "id_batiment", "nom", "bailleur", "adresse", "code_postal", "commune",
        "code_insee", "nb_logements", "annee_construction", "type_habitat",
    )  # fmt: skip
    stock = [
        [
            owner[i].id, f"{i + 1:04d}", owner[i].name, owner[i].landlord, row["cle"], "93140", "Bondy",
            "93010", row["appartement"], row["Année.de.construction"],
            "collectif" if int(row["appartement"]) > 2 else "individuel",
        ]
        for i, row in enumerate(rows)
    ]  # fmt: skip
    _write(folder / "patrimoine.csv", header, stock)
    truth = [[f"{i + 1:04d}", r["x"], r["y"], sides[i]] for i, r in enumerate(rows)]
    _write(folder / "verite.csv", ("id_batiment", "x", "y", "qpv"), truth)


def _write_wave(path: Path, residences: Sequence[Residence], wave: str, rng: Random) -> None:
    header = ["id_enquete", "vague", "bailleur", "residence", "poids", "qpv", "type_habitat",
              "periode_construction", *(item[0] for item in ITEMS)]  # fmt: skip
    out: list[list[object]] = []
    for r in residences:
        if r.dwellings < SMALLEST:
            continue
        mood = {item[0]: rng.gauss(0, 0.25) for item in ITEMS}
        asked = max(2, round(SHARE_ASKED * r.dwellings))
        for _ in range(asked):
            temper = rng.gauss(0, 0.7)
            weight = r.dwellings / asked * math.exp(rng.gauss(0, 0.2))
            answers = [_answer(item, r, mood[item[0]] + temper, rng) for item in ITEMS]
            out.append(
                [
                    f"{wave}-{len(out) + 1:05d}",
                    wave,
                    r.landlord,
                    r.id,
                    f"{weight:.4f}".replace(".", ","),
                    int(r.inside),
                    "collectif",
                    _period(r.built),
                    *answers,
                ]
            )
    _write(path, header, out)


def _answer(
    item: tuple[str, str, str, str, float, int, tuple[int, ...]],
    r: Residence,
    liking: float,
    rng: Random,
) -> int:
    if rng.random() < 0.02:
        return 9
    share = item[4] + (item[5] / 100 if r.inside else 0)
    u = min(max(rng.random(), 1e-9), 1 - 1e-9)
    score = 1.1 * math.log(share / (1 - share)) + liking + math.log(u / (1 - u))
    return 1 if score > 1.7 else 2 if score > 0 else 3 if score > -1.5 else 4


def _period(year: int) -> str:
    return "avant 1960" if year < 1960 else "1960-1989" if year < 1990 else "1990 et après"


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows([header, *rows])


def _plan() -> str:
    head = """\
# Réponses simulées : aucune n'est celle d'un locataire.
[colonnes]
repondant = "id_enquete"
vague = "vague"
bailleur = "bailleur"
residence = "residence"
poids = "poids"
qpv = "qpv"
strates = ["bailleur", "qpv"]
ajustement = ["periode_construction"]
standardisation = ["periode_construction"]
[reglages]
carte = 2015
marge_points = 5.0
marge_adoptee_par = "essai"
marge_adoptee_le = 2024-01-15
[enquete]
prestataire = "simulation"
mode = "simulation"
[echelles.satisfaction4]
satisfait = [1, 2]
insatisfait = [3, 4]
non_concerne = [8]
nsp = [9]
"""
    items = [
        f'[[items]]\ncolonnes = ["{name}"]\nlibelle = "{label}"\ntheme = "{theme}"\nnature = "{nature}"\n'
        f'echelle = "satisfaction4"\naxes = {list(axes)}\n'
        for name, label, theme, nature, _, _, axes in ITEMS
    ]
    return head + "".join(items)


def _dossier(year: int) -> str:
    surveys = ", ".join(f'"enquete_{wave}.csv"' for wave in WAVES)
    return f"""\
[dossier]
titre = "Bondy (adresses réelles, réponses simulées)"
annee = {year}
date = {year + 1}-02-10
bailleur = "Bailleurs de Bondy"
donnees_fictives = true
[fichiers]
patrimoine = "patrimoine.csv"
enquete = [{surveys}]
plan = "plan_enquete.toml"
"""
