"""Make a simulated region, seeded: bailleurs, stock, survey, tax, programmes. Fictional data.

Usage, from the top of the repository::

    python benchmarks/region_maker.py FOLDER [--bailleurs 26] [--residences 12000] [--qpv 204]
        [--communes 200] [--adresses 400000] [--menages 38000] [--graine 2025] [--outremer 0]
        [--sans-geographie]

Writes `region.toml`, one folder a bailleur, and the imported geography in `geodonnees`.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from region_answers import ITEMS, plan_text, simulate, write_delivery
from region_land import NUMBERS, Land, make_land, write_sources

from tfpb.addresses.imports import import_addresses
from tfpb.geodata.qpv_imports import import_qpv

WAVES = ("2019", "2023")


@dataclass(frozen=True)
class Size:
    """How large the region is."""

    bailleurs: int = 26
    residences: int = 12_000
    qpv: int = 204
    communes: int = 200
    adresses: int = 400_000
    menages: int = 38_000
    graine: int = 2025
    outremer: int = 0
    questions: int = len(ITEMS)

    @property
    def items(self) -> tuple[str, ...]:
        """Questions of the survey, besides the mark."""
        return ITEMS[: self.questions]

    @property
    def carte(self) -> int:
        """Map that rules the year: overseas, 2025 is still ruled by the quarters of 2015."""
        return 2015 if self.outremer else 2024


def make_region(folder: Path, size: Size, *, geography: bool = True) -> Path:
    """Make a whole region and return its `region.toml`."""
    folder.mkdir(parents=True, exist_ok=True)
    land = make_land(
        size.communes, size.adresses, size.qpv, size.graine, overseas=bool(size.outremer)
    )
    if geography:
        made = write_sources(land, folder / "sources")
        geo = folder / "geodonnees"
        import_addresses([made["adresses"]], folder=geo)
        for vintage in (2015, 2024):
            import_qpv(made[f"qpv{vintage}"], vintage=vintage, folder=geo)
    rng = np.random.default_rng([size.graine, 2])
    shares = rng.dirichlet(np.full(size.bailleurs, 3.0))
    counts = np.maximum((shares * size.residences).astype(int), 24)
    epcis = sorted(set(land.communes["epci"]))
    lines = _head(size)
    for k in range(size.bailleurs):
        name = f"Habitat fictif {k + 1:02d}"
        home = folder / "bailleurs" / f"b{k + 1:02d}"
        home.mkdir(parents=True, exist_ok=True)
        reach = int(np.clip(round(len(epcis) * shares[k] * size.bailleurs * 0.35), 3, len(epcis)))
        where = sorted(rng.choice(epcis, min(reach, len(epcis)), replace=False))
        _bailleur(home, name, k, int(counts[k]), where, land, size)
        lines += [
            "",
            "[[bailleurs]]",
            f'nom = "{name}"',
            f'dossier = "bailleurs/{home.name}/dossier.toml"',
        ]
    (folder / "region.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "plan_region.toml").write_text(plan_text(0, size.carte, size.items), encoding="utf-8")
    towns = land.communes
    table = towns[["code", "epci", "nom_epci", "departement"]].copy()
    table.columns = pd.Index(["code_insee", "siren_epci", "nom_epci", "departement"])
    table["nom_departement"] = "Département fictif " + table["departement"]
    table.to_csv(folder / "communes.csv", sep=";", index=False, encoding="utf-8-sig")
    epci = towns["nom_epci"].to_numpy()[land.quarters["commune"].to_numpy()]
    contrats = land.quarters.assign(contrat="Contrat de ville, " + pd.Series(epci))
    rows = contrats.groupby("contrat")["code"].agg(", ".join).reset_index()
    rows.columns = pd.Index(["contrat_de_ville", "codes_qpv"])
    rows.to_csv(folder / "contrats.csv", sep=";", index=False, encoding="utf-8-sig")
    national = pd.DataFrame(
        {"item": ["Propreté des parties communes", "Satisfaction d’ensemble"], "groupe": "ensemble",
         "valeur": ["69 %", "78 %"], "reference": "référence fictive, 2023"}
    )  # fmt: skip
    national.to_csv(folder / "national.csv", sep=";", index=False, encoding="utf-8-sig")
    return folder / "region.toml"


def _head(size: Size) -> list[str]:
    return [
        "# Région simulée - DONNÉES FICTIVES", "[region]",
        'titre = "Enquête régionale et abattement de TFPB (données fictives)"', "annee = 2025",
        "date = 2026-09-15", 'organisme_regional = "Union régionale fictive"',
        "donnees_fictives = true", "", "[fichiers]", 'plan = "plan_region.toml"',
        'repere = "national.csv"', 'contrats = "contrats.csv"', 'communes = "communes.csv"', "",
        "[reglages]", 'geodonnees = "geodonnees"', f"graine_pseudonymes = {size.graine}",
    ]  # fmt: skip


def _bailleur(
    folder: Path, name: str, k: int, count: int, where: list[str], land: Land, size: Size
) -> None:
    rng = np.random.default_rng([size.graine, 3, k])
    homes, doors = _stock(rng, k, count, where, land)
    shape = k % 4
    extra = _write_stock(doors, folder, shape)
    total = max(60, int(size.menages * count / size.residences))
    level = float(rng.normal(0, 0.2))
    homes["effet"] = level + rng.normal(0, 0.35, len(homes))
    answers = pd.concat(
        [simulate(homes, w, total, size.graine + k, size.items) for w in WAVES], ignore_index=True
    )
    answers["id"] = np.arange(1, len(answers) + 1)
    deliveries = write_delivery(answers, name, folder, shape)
    (folder / "plan.toml").write_text(plan_text(shape, size.carte, size.items), encoding="utf-8")
    inside = homes[homes["qpv"] == 1]
    _write_money(inside, folder, name, rng, k)
    listed = ", ".join(f'"{d}"' for d in deliveries)
    text = f"""# Dossier simulé - DONNÉES FICTIVES
[dossier]
titre = "Abattement de TFPB - {name} (données fictives)"
annee = 2025
date = 2026-09-15
bailleur = "{name}"
donnees_fictives = true

[fichiers]
patrimoine = "{extra[0]}"
enquete = [{listed}]
plan = "plan.toml"
fiscalite = "fiscalite.csv"
programme = "programme.csv"
conventions = "conventions.csv"

[reglages]
{extra[1]}
"""
    (folder / "dossier.toml").write_text(text, encoding="utf-8")


def _stock(
    rng: np.random.Generator, k: int, count: int, where: list[str], land: Land
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Invent résidences (a third in quarters where there are some) and their entrances."""
    towns = np.flatnonzero(land.communes["epci"].isin(where).to_numpy())
    quarters = land.quarters[land.quarters["commune"].isin(towns)].reset_index(drop=True)
    qpv = (rng.random(count) < 0.3) & (len(quarters) > 0)
    a_town = int((land.streets["commune"] == 0).sum())
    commune = rng.choice(towns, count)
    rank = rng.integers(0, a_town, count)
    start = rng.integers(0, 4, count)  # west of every quarter
    chosen = np.full(count, -1)
    if len(quarters):
        chosen[qpv] = rng.integers(0, len(quarters), int(qpv.sum()))
        q = quarters.iloc[chosen[qpv]]
        commune[qpv] = q["commune"].to_numpy()
        rank[qpv] = (
            q["bas"].to_numpy()
            + rng.integers(0, 1 << 30, len(q)) % (q["haut"] - q["bas"] + 1).to_numpy()
        )
        start[qpv] = q["gauche"].to_numpy() + rng.integers(1, 8, len(q))
    homes = pd.DataFrame(
        {
            "id_residence": [f"R{k + 1:02d}{n:05d}" for n in range(count)],
            "qpv": qpv.astype(int),
            "code_qpv": np.where(qpv, quarters["code"].to_numpy()[chosen] if len(quarters) else "", ""),
            "street": commune * a_town + rank,
            "start": start,
            "type_habitat": np.where(rng.random(count) < 0.55 + 0.35 * qpv, "collectif", "individuel"),
            "annee_construction": rng.integers(1950, 2015, count),
        }
    )  # fmt: skip
    entrances = rng.integers(1, 4, count)
    at = np.repeat(np.arange(count), entrances)
    order = np.arange(len(at)) - np.repeat(np.cumsum(entrances) - entrances, entrances)
    home = homes.iloc[at]
    street = land.streets.iloc[home["street"].to_numpy()]
    town = land.communes.iloc[street["commune"].to_numpy()]
    number = np.minimum(home["start"].to_numpy() + 2 * order, NUMBERS - 1) + 1
    doors = pd.DataFrame(
        {
            "id_residence": home["id_residence"].to_numpy(),
            "id_batiment": [f"{a}-{b + 1}" for a, b in zip(home["id_residence"], order, strict=True)],
            "nom": [f"Résidence {a}" for a in home["id_residence"]],
            "adresse": [f"{n} {v}" for n, v in zip(number, street["nom"], strict=True)],
            "code_postal": town["postal"].to_numpy(),
            "commune": town["nom"].to_numpy(),
            # two bailleurs drawn to one door do not count as many dwellings there: they would be asked about
            "nb_logements": 6 + 9 * rng.integers(0, 2, len(at)) + k % 9,
            "annee_construction": home["annee_construction"].to_numpy(),
            "type_habitat": home["type_habitat"].to_numpy(),
            "fin_exoneration": "31/12/2010",
        }
    )  # fmt: skip
    homes["logements"] = doors.groupby("id_residence", sort=False)["nb_logements"].sum().to_numpy()
    return homes, doors


def _write_stock(doors: pd.DataFrame, folder: Path, shape: int) -> tuple[str, str]:
    """Write the stock in one of four shapes; return its name and the settings it needs."""
    if shape == 0:
        doors.to_csv(folder / "patrimoine.csv", sep=";", index=False, encoding="utf-8-sig")
        return "patrimoine.csv", ""
    if shape == 1:
        doors = doors.assign(adresse=doors["adresse"].str.upper().str.replace("RUE ", "R. "))
        doors.to_csv(folder / "export.csv", sep=";", index=False, encoding="cp1252")
        return "export.csv", ""
    renamed = doors.rename(columns={"adresse": "ADR_LIGNE_1", "nb_logements": "Nb logts"})
    if shape == 2:
        renamed.to_csv(folder / "stock.csv", sep=",", index=False)
        return "stock.csv", 'colonnes = { "patrimoine.adresse" = "ADR_LIGNE_1" }'
    path = folder / "patrimoine.xlsx"
    renamed.to_excel(path, sheet_name="Export", startrow=2, index=False)
    return path.name, 'colonnes = { "patrimoine.adresse" = "ADR_LIGNE_1" }'


def _write_money(
    inside: pd.DataFrame, folder: Path, name: str, rng: np.random.Generator, k: int
) -> None:
    """Write tax, programme and conventions of the résidences in quarters."""
    count = len(inside)
    tax = pd.DataFrame(
        {
            "avis": [f"A{k + 1:02d}{n // 20:04d}" for n in range(count)],
            "invariant": [f"{k + 1:02d}{n:08d}" for n in range(count)],
            "id_residence": inside["id_residence"].to_numpy(),
            "annee": 2025,
            "vlc_eur": (inside["logements"].to_numpy() * rng.integers(2200, 3800, count)),
            "nb_logements": inside["logements"].to_numpy(),
            "fin_exoneration": "31/12/2010",
            "taux_commune_pct": 42.5, "taux_syndicats_pct": 0.4, "taux_epci_pct": 3.2,
            "taux_tse_pct": 0.3, "taux_gemapi_pct": 0.2,
        }
    )  # fmt: skip
    rates = tax.filter(
        like="taux_"
    )  # a notice that abates each premises as it is due: 30 % of the base
    lines = rates.mul(tax["vlc_eur"] * 0.5 * 0.7 / 100, axis=0).round(2)
    tax["cotisation_avis_eur"] = lines.to_numpy().sum(axis=1).round(2)
    tax.to_csv(folder / "fiscalite.csv", sep=";", index=False, decimal=",")
    codes = sorted(set(inside["code_qpv"]))
    rows = []
    for code in codes:
        for axe in rng.choice(np.arange(1, 8), 3, replace=False):
            spent = int(rng.integers(4000, 60000))
            rows.append((f"{code}-{axe}", axe, code, f"Action fictive de l’axe {axe}", spent, spent,
                         int(spent * 0.8), f"F{k + 1:02d}-{code}-{axe}", 2025))  # fmt: skip
    columns = ["id_action", "axe", "code_qpv", "action", "prevu_eur", "realise_eur", "valorise_eur",
               "piece", "annee"]  # fmt: skip
    pd.DataFrame(rows, columns=columns).to_csv(folder / "programme.csv", sep=";", index=False)
    signed = pd.DataFrame(
        {"id_convention": f"CONV-{k + 1:02d}", "codes_qpv": [", ".join(codes)],
         "date_signature_contrat": "28/03/2024", "date_signature_convention": "12/12/2024",
         "date_declaration": "20/12/2024", "date_fin": "31/12/2030", "date_bilan": "31/03/2026",
         "bailleur": name}
    )  # fmt: skip
    signed.to_csv(folder / "conventions.csv", sep=";", index=False)


def main() -> None:
    """Make the region told on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    for name, value in vars(Size()).items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--sans-geographie", action="store_true")
    told = vars(parser.parse_args())
    geography = not told.pop("sans_geographie")
    path = make_region(told.pop("folder"), Size(**told), geography=geography)
    print(path)


if __name__ == "__main__":
    main()
