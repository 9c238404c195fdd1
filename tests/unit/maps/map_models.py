"""Map models for tests and measures: seeded towns with hostile names, and real Bondy if present."""

from __future__ import annotations

import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import Point, Polygon, box
from shapely.affinity import rotate

from tfpb.model.location import Bar, GapLine, MapModel, PageTask, Place, QpvPage, Territory
from tfpb.perimeters.map_marks import MARK_COLUMNS
from tfpb.report.ground import ground
from tfpb.report.print_map.views import territories
from tfpb.words import numbers as say
from tfpb.words.survey.verdict_words import interval_words, verdict_words

HOSTILE = (
    '<img src=x onerror="window.__xss=1">',
    "${window.__xss=2}",
    "</script><script>window.__xss=3</script>",
    "`${alert(1)}` \\1 \\x3c \\u003cimg\\u003e",
    'O\'Brien "et" l’Îlot & Cie',
    "\u202egauche à droite\u202c \u200fRTL",
    "{{ 7*7 }} {% raw %} <!-- ]]>",
    "Prix $10$ à \\frac{1}{2} % #1",
    "javascript:alert(1)",
    "&lt;b&gt;gras&lt;/b&gt; <b>gras</b>",
)
STREETS = (
    "Avenue du Général Leclerc",
    "Rue de l’Îlot",
    "Boulevard Jean Jaurès",
    "Rue du 8 Mai 1945",
    "Rue Pasteur",
    "Allée des Tilleuls",
    "Rue Émile Zola",
    "Rue de la République",
    "Rue d’Artois",
    "Chemin du Moulin",
    "Rue Jules Ferry",
    "Impasse des Lilas",
    "Rue Victor Hugo",
    "Avenue de la Paix",
    "Rue Louise Michel",
    "Rue du Stade",
)
ITEMS = (
    ("q03", "Propreté des parties communes", "residence", -0.10),
    ("q12", "Accueil et écoute du bailleur", "relation", 0.0),
    ("q21", "Tranquillité du quartier", "quartier", -0.16),
    ("q30", "État du logement", "logement", -0.03),
)
DATA = Path(
    os.environ.get("TFPB_DONNEES_REELLES", Path(__file__).parents[3].parent / "shared" / "data")
)


def _verdict(low: float, high: float, margin: float = 0.05) -> str:
    if low > 0:
        return "meilleur"
    if low > -margin and high < margin:
        return "equivalent"
    if low > -margin:
        return "non_inferieur"
    if high < -margin:
        return "inferieur"
    return "ecart_defavorable" if high < 0 else "non_concluant"


def gaps_frame(codes: list[str], rng: np.random.Generator) -> pd.DataFrame:
    """Gaps of each quarter and of the convention, some masked."""
    rows = []
    for k, code in enumerate(["total", *codes]):
        for vague in ("2019", "2023"):
            for item, label, topic, mean in ITEMS:
                n = 1460 if code == "total" else int(rng.integers(30, 180))
                half = 1.9 / np.sqrt(n)
                gap = mean + rng.normal(0, half / 2)
                low, high = gap - half, gap + half
                hidden = code != "total" and k % 7 == 3
                verdict = "masque" if hidden else _verdict(low, high)
                shown = f"{say.points(gap)} ({interval_words(low, high, 5.0)}) : "
                phrase = verdict_words(verdict) if hidden else shown + verdict_words(verdict)
                nan = float("nan")
                rows.append(
                    {
                        "code_qpv": code,
                        "vague": vague,
                        "item": item,
                        "libelle": label,
                        "theme": topic,
                        "ecart": nan if hidden else gap,
                        "ic90_bas": nan if hidden else low,
                        "ic90_haut": nan if hidden else high,
                        "n": n,
                        "verdict": verdict,
                        "phrase": phrase,
                        "faible": "",
                        "publication": "masque" if hidden else "publiable",
                    }
                )
    return pd.DataFrame(rows)


def page(row: pd.Series, gaps: pd.DataFrame, bailleur: str, year: int) -> QpvPage:
    """Make the A4 page of one quarter, from its figures."""
    lines = []
    here = gaps[(gaps.code_qpv == row.code_qpv) & (gaps.vague == "2023")].head(3)
    for g in here.itertuples():
        ok = not np.isnan(g.ecart)
        lines.append(
            GapLine(
                label=g.libelle,
                gap=g.ecart if ok else None,
                qpv=0.71 + g.ecart if ok else None,
                hors=0.71 if ok else None,
                n_qpv=g.n if ok else None,
                n_hors=g.n if ok else None,
                words=verdict_words(g.verdict),
                masked=not ok,
                phrase=g.phrase,
                moved="pas de changement démontré" if ok else "",
            )
        )
    money = Bar((("prouve", 70.0), ("a_prouver", 20.0), ("reste_a_justifier", 10.0)))
    homes = (("logements_abattus", float(row.logements)), ("logements_exoneres", 12.0))
    return QpvPage(
        code_qpv=row.code_qpv,
        nom=row.nom,
        commune=row.commune,
        bailleur=bailleur,
        year=year,
        figures=(
            (
                "logements en QPV",
                say.number(row.logements),
                say.plural(int(row.residences), "résidence") + ", 38 % du parc",
            ),
            ("d’abattement acquis", say.euros(row.abattement_eur), "réel, avis d’imposition"),
        ),
        bars=(Bar(homes, f"{say.number(row.logements)} abattus · 12 encore exonérés"), money),
        lines=("Abattement justifié à 90 %.", "Qui paie : État 40 %."),
        gaps=tuple(lines),
        tasks=(
            PageTask("Programmer des actions", "12 400 €", "31/03/2026"),
            PageTask("Joindre 4 preuves", "3 000 €", "31/03/2026"),
        ),
        notes=("L’enquête de 2023 précède les actions de 2025.",),
        wave="2023",
    )


def _marks(homes: pd.DataFrame) -> pd.DataFrame:
    """Mark each résidence once, as if each stood on one side."""
    states = {"dans": "abattue", "hors": "hors", "a_verifier": "a_verifier"}
    return homes.assign(
        etat=homes["statut"].map(states),
        coupee=False,
        numeros="",
        situee=homes["longitude"].notna(),
    )[list(MARK_COLUMNS)]


def _town(rng: np.random.Generator, cx: float, cy: float, citycode: str) -> pd.DataFrame:
    """Addresses of sixteen bent streets around a centre, metres."""
    parts = []
    turn = rng.uniform(0, 40)
    for k, name in enumerate(STREETS):
        along = np.arange(0, 560 if k % 3 else 820, 18.0)
        offset = (k % 8 - 3.5) * 95 + rng.normal(0, 6)
        bend = 22 * np.sin(along / 170 + k)
        x, y = along - along.mean(), offset + bend
        if k >= 8:
            x, y = y, x
        a = np.deg2rad(turn)
        number = np.arange(1, len(along) + 1)
        side = np.where(number % 2 == 1, 9.0, -9.0) + rng.normal(0, 1.5, len(along))
        x, y = (x + side, y) if k >= 8 else (x, y + side)
        parts.append(
            pd.DataFrame(
                {
                    "street": name,
                    "number": number,
                    "x": cx + x * np.cos(a) - y * np.sin(a),
                    "y": cy + x * np.sin(a) + y * np.cos(a),
                    "citycode": citycode,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def synthetic(
    *, quarters: int = 3, residences: int = 60, hostile: bool = True, seed: int = 7
) -> MapModel:
    """Make a seeded model: `quarters` towns on a lattice in an area of Nord, data fictional."""
    rng = np.random.default_rng(seed)
    columns = int(np.ceil(np.sqrt(quarters)))
    polygons, towns, outlines, names = [], [], [], []
    rows = []
    per = np.full(quarters, residences // quarters)
    per[: residences % quarters] += 1
    bailleurs = ["Habitat du Val", "Logis des Hauts"]
    rank = 0
    for q in range(quarters):
        cx, cy = 690_000 + 2_600 * (q % columns), 7_050_000 + 2_600 * (q // columns)
        shape = Polygon([(-260, -210), (180, -260), (300, 40), (120, 250), (-60, 170), (-280, 210)])
        polygon = Polygon([(x + cx, y + cy) for x, y in shape.exterior.coords])
        polygons.append(rotate(polygon, float(rng.uniform(-40, 40))))
        towns.append(_town(rng, cx, cy, f"59{q:03d}"))
        outlines.append(box(cx - 1300, cy - 1300, cx + 1300, cy + 1300))
        names.append(f"Quartier de l’Îlot n° {q + 1}" if not hostile or q else HOSTILE[0])
        for _ in range(per[q]):
            px, py = cx + rng.uniform(-430, 430), cy + rng.uniform(-400, 400)
            limit = polygons[-1].exterior.distance(Point(px, py))
            inside = polygons[-1].contains(Point(px, py))
            status = "a_verifier" if limit < 14 else "dans" if inside else "hors"
            nasty = hostile and rank < len(HOSTILE)
            rows.append(
                {
                    "id_residence": f"R{rank:04d}",
                    "nom": HOSTILE[rank]
                    if nasty
                    else f"Résidence {STREETS[rank % 16].split()[-1]} {rank}",
                    "bailleur": HOSTILE[2] if nasty and rank == 1 else bailleurs[rank % 2],
                    "commune": f"Valmont-{q % 100 + 1}",
                    "adresse": f"{rank % 40 + 1} {STREETS[rank % 16]}",
                    "doutes": (),
                    "statut": status,
                    "code_qpv": f"QN059{q % 100:02d}{'NMI'[q // 100 % 3]}"
                    if status != "hors"
                    else "",
                    "logements": int(rng.integers(6, 180)),
                    "distance_m": round(limit, 1),
                    "motif": "point à moins de 14 m de la limite" if status == "a_verifier" else "",
                    "coupee": "",
                    "x": px,
                    "y": py,
                }
            )
            rank += 1
    table = pd.DataFrame(rows).assign(dessines=lambda t: t["logements"], non_dessines=0)
    points = gpd.GeoSeries(gpd.points_from_xy(table.x, table.y), crs=2154).to_crs(4326)
    table["longitude"], table["latitude"] = points.x, points.y
    codes = [f"QN059{q % 100:02d}{'NMI'[q // 100 % 3]}" for q in range(quarters)]
    inside = table[table.statut.eq("dans")].groupby("code_qpv")
    dwellings = inside.logements.sum().reindex(codes).fillna(0).astype(float)
    qpv = gpd.GeoDataFrame(
        {
            "code_qpv": codes,
            "nom": names,
            "commune": [f"Valmont-{q % 100 + 1}" for q in range(quarters)],
            "logements": dwellings.to_numpy(),
            "residences": inside.size().reindex(codes).fillna(0).to_numpy(),
            "abattement_eur": (dwellings * 233).to_numpy(),
            "valorise_eur": (dwellings * 172).to_numpy(),
            "abattement_par_logement_eur": rng.uniform(160, 280, quarters).round(2),
            "valorise_par_logement_eur": rng.uniform(80, 260, quarters).round(2),
        },
        geometry=polygons,
        crs=2154,
    ).to_crs(4326)
    old = gpd.GeoDataFrame(
        {"code_qpv": [f"QP059{q:03d}" for q in range(quarters)], "nom": names},
        geometry=[p.buffer(-25).union(p.centroid.buffer(180)) for p in polygons],
        crs=2154,
    ).to_crs(4326)
    gaps = gaps_frame(codes, rng)
    communes = gpd.GeoDataFrame(
        {
            "code_insee": [f"59{q:03d}" for q in range(quarters)],
            "nom": [f"Valmont-{q % 100 + 1}" for q in range(quarters)],
        },
        geometry=outlines,
        crs=2154,
    )
    bailleur = HOSTILE[4] if hostile else "Habitat du Val"
    return MapModel(
        title=f"Abattement de TFPB – {bailleur}",
        bailleur=bailleur,
        year=2025,
        date="10 février 2026",
        vintage=2024,
        run_hash="0a1b2c3d",
        fictional=True,
        qpv=qpv,
        qpv_old=old,
        residences=table.drop(columns=["x", "y"]),
        marks=_marks(table),
        gaps=gaps,
        pages=tuple(page(r, gaps, bailleur, 2025) for r in qpv.itertuples(index=False)),
        ground=ground(pd.concat(towns, ignore_index=True), communes),
        sources=("QPV 2024 fictifs", "adresses fictives de Valmont", "enquête simulée 2023"),
        territories=_territories(codes),
    )


def _territories(codes: list[str]) -> tuple[Territory, ...]:
    """One commune a quarter, an EPCI ten communes."""
    places = [
        Place(f"59{q:03d}", f"Valmont-{q % 100 + 1}", f"2459{q // 10:05d}", f"CA de Valmont {q // 10}",
              "32", "Hauts-de-Valmont")
        for q in range(len(codes))
    ]  # fmt: skip
    return territories(places, {c: (p.code_insee,) for c, p in zip(codes, places, strict=True)})


def bondy() -> MapModel:
    """Make Bondy as it is: BAN, parcels, social stock of 2022, QPV 2015; the survey and money are drawn."""
    folder = DATA / "bondy_93010"
    ban = pd.read_csv(folder / "ban_utf8.csv", sep=";", dtype=str)
    addresses = pd.DataFrame(
        {
            "street": ban.nom_voie,
            "number": ban.numero,
            "x": ban.x.astype(float),
            "y": ban.y.astype(float),
            "citycode": ban.code_insee,
        }
    )
    qpv = gpd.read_file(folder / "qpv2015.geojson")
    qpv = qpv.rename(columns={"CODE_QP": "code_qpv", "NOM_QP": "nom", "COMMUNE_QP": "commune"})
    metres = qpv.to_crs(2154)
    stock = pd.read_csv(folder / "rpls2022.csv").dropna(subset=["x", "y"])
    owners = pd.read_csv(folder / "rpls2021_bailleurs.csv").drop_duplicates("cle").set_index("cle")
    stock["bailleur"] = stock["cle"].map(owners["RS"]).fillna("non connu").astype(str)
    grouped = (
        stock.groupby("Nom.du.Programme", sort=True)
        .agg(
            logements=("appartement", "sum"),
            x=("x", "first"),
            y=("y", "first"),
            adresse=("cle", "first"),
            bailleur=("bailleur", "first"),
        )
        .reset_index()
    )
    points = gpd.GeoSeries(gpd.points_from_xy(grouped.x, grouped.y), crs=2154)
    limits = metres.boundary.union_all()
    distance = points.distance(limits)
    holder = points.apply(
        lambda p: next(
            (c for c, g in zip(metres.code_qpv, metres.geometry, strict=True) if g.contains(p)), ""
        )
    )
    status = np.where(distance < 20, "a_verifier", np.where(holder != "", "dans", "hors"))
    degrees = points.to_crs(4326)
    table = pd.DataFrame(
        {
            "id_residence": [f"R{i:04d}" for i in range(len(grouped))],
            "nom": grouped["Nom.du.Programme"].astype(str),
            "bailleur": grouped.bailleur,
            "commune": "Bondy",
            "adresse": grouped.adresse,
            "statut": status,
            "code_qpv": holder,
            "logements": grouped.logements.astype(int),
            "dessines": grouped.logements.astype(int),
            "non_dessines": 0,
            "distance_m": distance.round(1),
            "motif": np.where(status == "a_verifier", "à moins de 20 m de la limite", ""),
            "coupee": "",
            "doutes": [()] * len(grouped),
            "longitude": degrees.x,
            "latitude": degrees.y,
        }
    )
    rng = np.random.default_rng(93)
    inside = table[table.statut.eq("dans")].groupby("code_qpv")
    dwellings = inside.logements.sum().reindex(qpv.code_qpv).fillna(0).to_numpy(dtype=float)
    qpv["logements"] = dwellings
    qpv["residences"] = inside.size().reindex(qpv.code_qpv).fillna(0).to_numpy()
    qpv["abattement_eur"], qpv["valorise_eur"] = dwellings * 233, dwellings * 172
    qpv["abattement_par_logement_eur"], qpv["valorise_par_logement_eur"] = 233.0, 172.0
    gaps = gaps_frame(list(qpv.code_qpv), rng)
    outlines = gpd.read_file(DATA / "contours" / "communes-93-seine-saint-denis.geojson")
    parcels = gpd.read_file(folder / "cadastre_parcelles.json")
    around = metres.union_all().buffer(1900)
    addresses = addresses[shapely.contains_xy(around, addresses.x, addresses.y)]
    outlines, parcels = (
        layer[layer.to_crs(2154).intersects(around)].rename(columns={"code": "code_insee"})
        for layer in (outlines, parcels)
    )
    return MapModel(
        title="Abattement de TFPB – Bondy",
        bailleur="Tous bailleurs sociaux",
        year=2023,
        date="10 février 2024",
        vintage=2015,
        run_hash="5eed0093",
        fictional=True,
        qpv=qpv,
        qpv_old=qpv.iloc[:0][["code_qpv", "nom", "geometry"]],
        residences=table,
        marks=_marks(table),
        gaps=gaps,
        pages=tuple(
            page(r, gaps, "Tous bailleurs sociaux", 2023) for r in qpv.itertuples(index=False)
        ),
        ground=ground(addresses, outlines, parcels),
        sources=(
            "QPV 2015 (ANCT)",
            "Base Adresse Nationale 2022",
            "RPLS 2022",
            "cadastre 2022",
            "résultats d’enquête et montants simulés",
        ),
    )
