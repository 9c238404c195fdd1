"""Surveys drawn from populations whose truth is known, compared by `tfpb comparer`, scored by class.

    python benchmarks/blind_surveys.py --sortie DIR [--enquetes 10] [--tailles 2,6,20,40] [--bailleurs 1] [--cible parc]

Written from statistics.md and the contract, not from the code. A population is landlords, quarters and résidences of
unequal sizes, with answers of every household to every question; a survey draws a quarter of the households, unevenly, with unequal weights
inside résidences, don't-knows and filters. Delivery, plan and located stock are files as a user holds them. Each
printed row is set against its truth: coverage of both intervals by size of the smaller side, level and adjustment,
favourable words though the gap is at the margin or worse, words against intervals, « autre histoire » where
composition does nothing. One file of scored rows a survey: an interrupted run goes on where it stood, `--table` only counts.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from warm import ROOT, run, warm

MARGIN = 0.05
WAVES = ("2019", "2023")
TYPES = np.array(["collectif", "individuel"])
PERIODS = np.array(["avant 1970", "1970-1989", "1990 et après"])
YEARS = {"avant 1970": 1964, "1970-1989": 1978, "1990 et après": 2004}
GAPS = (-0.05, -0.05, 0.0, 0.0, -0.08, -0.16, 0.06, -0.02, -0.05, 0.0)
FAVOURABLE = {"equivalent_inferieur", "equivalent", "non_inferieur", "meilleur_peu", "meilleur"}
LOWER = {"inferieur", "ecart_defavorable", "equivalent_inferieur", "inferieur_peu"}
BANDS = [(2, 4), (5, 9), (10, 17), (18, 22), (23, 37), (38, 42), (43, 80), (81, 10**6)]
SIDES = {"qpv": 1, "hors_qpv": 0}
KEEP = ["vague", "niveau", "bailleur", "item", "groupe", "ajustement", "estimation", "ic95_bas", "ic95_haut", "ic90_bas", "ic90_haut"]
KEEP += ["verdict", "peu_de_reponses", "autre_histoire", "publication"]


@dataclass(frozen=True)
class Setting:
    """Sizes of one survey.

    Attributes
    ----------
    side : int
        Résidences a side of each landlord's stock, inside quarters; the other side differs by up to a half.
    rate : float
        Share of households asked.
    composition : float
        How much lower individual houses and recent buildings are in quarters' stock: 0, same stock on both sides.
    """

    side: int
    landlords: int = 1
    rate: float = 0.25
    items: int = 20
    composition: float = 0.25
    target: str = "parc"
    quarters: int = 3


@dataclass(frozen=True)
class Population:
    """Every household's answers, by résidence.

    Attributes
    ----------
    homes : pandas.DataFrame
        A row a résidence: `residence, bailleur, qpv, code_qpv, type_habitat, periode_construction, logements`.
    answers : dict of str to ndarray
        By wave, households × items: codes 1 to 4, 8 not concerned, 9 does not know.
    who : ndarray
        Position of the résidence of each household.
    expected : dict of str to ndarray
        By side, share content of each item in the service whose résidences are instances.
    """

    homes: pd.DataFrame
    answers: dict[str, np.ndarray]
    who: np.ndarray
    expected: dict[int, np.ndarray]


def filtered(item: int) -> bool:
    """Say whether a question is put to flats alone."""
    return item % 7 == 1


def _homes(draw: np.random.Generator, setting: Setting) -> pd.DataFrame:
    rows = []
    for landlord in range(setting.landlords):
        for side in (1, 0):
            count = setting.side if side else max(2, round(setting.side * draw.uniform(0.7, 1.5)))
            for rank in range(count):
                house = draw.random() < (0.25 - setting.composition / 2 if side else 0.25 + setting.composition / 2)
                shift = setting.composition * (1 if side else -1)
                period = draw.choice(3, p=np.array([0.35 + shift / 2, 0.4, 0.25 - shift / 2]))
                size = int(np.clip(draw.lognormal(np.log(38), 0.75), 6, 320))
                quarter = f"QN059{1 + rank % setting.quarters:02d}I" if side else ""
                rows.append((f"R{landlord:02d}{side}{rank:03d}", f"Bailleur {landlord + 1:02d}", side, quarter, TYPES[int(house)], PERIODS[period], size))
    names = ["residence", "bailleur", "qpv", "code_qpv", "type_habitat", "periode_construction", "logements"]
    return pd.DataFrame(rows, columns=names)


def population(draw: np.random.Generator, setting: Setting) -> Population:
    """Draw résidences and the answers of all their households in both waves."""
    homes = _homes(draw, setting)
    who = np.repeat(np.arange(len(homes)), homes["logements"])
    house = (homes["type_habitat"] == "individuel").to_numpy()
    recent = homes["periode_construction"].map({name: rank for rank, name in enumerate(PERIODS)}).to_numpy()
    side = homes["qpv"].to_numpy()
    answers = {wave: np.zeros((len(who), setting.items), dtype=np.int8) for wave in WAVES}
    expected = {one: np.zeros(setting.items) for one in (1, 0)}
    for item in range(setting.items):
        icc = {True: draw.uniform(0.02, 0.2), False: draw.uniform(0.02, 0.2)}
        base = draw.uniform(0.5, 0.85)
        effects = 0.06 * (item % 3 - 1) * (house - 0.25) + 0.04 * (item % 2) * (recent - 0.9)
        mean = np.clip(base + GAPS[item % len(GAPS)] * side + effects, 0.05, 0.96)
        share = np.array([icc[bool(one)] for one in house])
        spread = (1 - share) / share
        lasting = draw.standard_normal(len(homes))
        unsure = draw.uniform(0.01, 0.08)
        for wave in WAVES:
            mood = 0.8 * lasting + 0.6 * draw.standard_normal(len(homes))
            level = stats.beta.ppf(np.clip(stats.norm.cdf(mood), 1e-6, 1 - 1e-6), mean * spread, (1 - mean) * spread)
            content = draw.random(len(who)) < level[who]
            strong = draw.random(len(who)) < 0.4
            codes = np.where(content, np.where(strong, 1, 2), np.where(strong, 4, 3))
            codes = np.where(draw.random(len(who)) < unsure, 9, codes)
            if filtered(item):
                codes = np.where(house[who], 8, codes)
            answers[wave][:, item] = codes
        for one in (1, 0):
            expected[one][item] = _expected(setting, one, base, item)
    return Population(homes, answers, who, expected)


def _expected(setting: Setting, side: int, base: float, item: int) -> float:
    houses = 0.25 - setting.composition / 2 if side else 0.25 + setting.composition / 2
    shift = setting.composition * (1 if side else -1)
    periods = [0.35 + shift / 2, 0.4, 0.25 - shift / 2]
    total = mass = 0.0
    for house, weight in ((1, houses), (0, 1 - houses)):
        if filtered(item) and house:
            continue
        for period, share in enumerate(periods):
            effects = 0.06 * (item % 3 - 1) * (house - 0.25) + 0.04 * (item % 2) * (period - 0.9)
            total += weight * share * np.clip(base + GAPS[item % len(GAPS)] * side + effects, 0.05, 0.96)
            mass += weight * share
    return float(total / mass)


def survey(draw: np.random.Generator, people: Population, wave: str, rate: float) -> pd.DataFrame:
    """Ask a share of the households: few résidences are left out, some are asked more than others."""
    frames = []
    sizes = people.homes["logements"].to_numpy()
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    for place, home in enumerate(people.homes.itertuples(index=False)):
        if draw.random() < 0.04:
            continue
        count = int(np.clip(round(sizes[place] * rate * draw.lognormal(0, 0.35)), 1, sizes[place]))
        chosen = starts[place] + draw.choice(sizes[place], count, replace=False)
        weights = sizes[place] / count * draw.lognormal(-0.045, 0.3, count)
        frame = pd.DataFrame(people.answers[wave][chosen], columns=[f"q{item + 1:02d}" for item in range(people.answers[wave].shape[1])])
        frame.insert(0, "periode_construction", home.periode_construction)
        frame.insert(0, "type_habitat", home.type_habitat)
        frame.insert(0, "qpv", home.qpv)
        frame.insert(0, "poids", weights.round(4))
        frame.insert(0, "residence_id", home.residence)
        frame.insert(0, "bailleur", home.bailleur)
        frame.insert(0, "vague", wave)
        frames.append(frame)
    asked = pd.concat(frames, ignore_index=True)
    asked = asked.sample(frac=1, random_state=int(draw.integers(2**31))).reset_index(drop=True)
    asked.insert(0, "id_enquete", [f"{wave[2:]}{rank:06d}" for rank in range(len(asked))])
    return asked


def plan(setting: Setting) -> str:
    """Write the plan of these deliveries, by the contract."""
    lines = ["# DONNÉES FICTIVES (réponses simulées)", "[colonnes]", 'repondant = "id_enquete"', 'vague = "vague"', 'bailleur = "bailleur"']
    lines += ['residence = "residence_id"', 'poids = "poids"', 'qpv = "qpv"', 'strates = ["bailleur", "qpv"]']
    lines += ['ajustement = ["type_habitat", "periode_construction"]', "[reglages]", f'cible = "{setting.target}"', "carte = 2024"]
    lines += [f"marge_points = {100 * MARGIN:.1f}", 'marge_adoptee_par = "comité de pilotage"', "marge_adoptee_le = 2019-01-15"]
    lines += ["[variables.type_habitat]", 'colonnes = ["type_habitat"]', 'libelle = "Type d\'habitat"']
    lines += ["[variables.periode_construction]", 'colonnes = ["periode_construction"]', 'libelle = "Période de construction"']
    lines += ["[echelles.satisfaction4]", "satisfait = [1, 2]", "insatisfait = [3, 4]", "non_concerne = [8]", "nsp = [9]"]
    for item in range(setting.items):
        lines += ["[[items]]", f'colonnes = ["q{item + 1:02d}"]', f'libelle = "Question {item + 1}"', 'theme = "residence"']
        lines += ['nature = "service"', 'echelle = "satisfaction4"']
        if filtered(item):
            lines.append('filtre = { colonne = "type_habitat", valeurs = ["collectif"] }')
    return "\n".join(lines) + "\n"


def stock(people: Population) -> pd.DataFrame:
    """Write the stock as `tfpb localiser` leaves it: one entrance a résidence, its side known."""
    homes = people.homes
    inside = homes["qpv"] == 1
    return pd.DataFrame(
        {
            "id_residence": homes["residence"],
            "id_batiment": homes["residence"] + "-A",
            "nom": "Résidence " + homes["residence"],
            "bailleur": homes["bailleur"],
            "adresse": [f"{1 + 2 * rank} RUE DES ESSAIS" for rank in range(len(homes))],
            "code_postal": "59999",
            "commune": "VALMONT SUR ORVE",
            "code_insee": "59999",
            "nb_logements": homes["logements"],
            "annee_construction": homes["periode_construction"].map(YEARS),
            "type_habitat": homes["type_habitat"],
            "qpv_statut": np.where(inside, "dans", "hors"),
            "qpv_code": homes["code_qpv"],
            "qpv_nom": np.where(inside, "Quartier " + homes["code_qpv"], ""),
            "qpv_distance_m": 250.0,
            "qpv_proche_code": "QN05901I",
            "qpv_proche_nom": "Quartier QN05901I",
            "qpv_millesime": 2024,
            "qpv2024_statut": np.where(inside, "dans", "hors"),
            "qpv2024_code": homes["code_qpv"],
        }
    )


def rake(people: Population, side: int, landlord: str | None) -> np.ndarray:
    """Calibrate one side of the stock to both sides together, on type and period (and landlord for all of them).

    Returns
    -------
    ndarray
        A factor a résidence, nil outside of the side, at most 8 times their mean.
    """
    homes = people.homes
    scope = np.ones(len(homes), dtype=bool) if landlord is None else (homes["bailleur"] == landlord).to_numpy()
    held = scope & (homes["qpv"] == side).to_numpy()
    size = homes["logements"].to_numpy(dtype=float)
    factor = held.astype(float)
    names = ["type_habitat", "periode_construction", *(["bailleur"] if landlord is None else [])]
    for _ in range(200):
        for name in names:
            column = homes[name].to_numpy()
            for value in np.unique(column):
                cell = column == value
                now = (factor * size)[cell].sum() / (factor * size).sum()
                if now > 0:
                    factor[cell] *= size[scope & cell].sum() / size[scope].sum() / now
        factor = np.minimum(factor, 8 * factor[held].mean())
    return factor


class Truths:
    """True shares, gaps and changes of a population, of any printed row."""

    def __init__(self, people: Population, target: str) -> None:
        self._people, self._target = people, target
        count = len(people.homes)
        self._sums = {}
        for wave, codes in people.answers.items():
            valid, content = np.zeros((count, codes.shape[1])), np.zeros((count, codes.shape[1]))
            np.add.at(valid, people.who, codes <= 4)
            np.add.at(content, people.who, codes <= 2)
            self._sums[wave] = (valid, content)
        self._factors: dict[tuple[int, str | None], np.ndarray] = {}

    def share(self, wave: str, item: int, side: int, landlord: str | None, quarter: str, adjusted: bool) -> float:
        """Share content of a side, 0 to 1; NaN where nobody has a view."""
        homes = self._people.homes
        if self._target == "service" and not adjusted and not quarter and landlord is None:
            return float(self._people.expected[side][item])
        weight = (homes["qpv"] == side).to_numpy(dtype=float)
        if adjusted:
            key = (side, landlord)
            if key not in self._factors:
                self._factors[key] = rake(self._people, side, landlord)
            weight = self._factors[key]
        elif landlord is not None:
            weight = weight * (homes["bailleur"] == landlord)
        if quarter:
            weight = weight * (homes["code_qpv"] == quarter)
        valid, content = (sums[:, item] for sums in self._sums[wave])
        total = (weight * valid).sum()
        return float((weight * content).sum() / total) if total else float("nan")

    def of(self, row: pd.Series) -> float:
        """Truth of a printed row; NaN where no truth is defined for it."""
        landlord = None if row["bailleur"] == "ensemble" else str(row["bailleur"])
        quarter = str(row["territoire"]) if row["niveau"] == "code_qpv" else ""
        adjusted = row["ajustement"] == "comparable"
        item = int(str(row["item"])[1:]) - 1

        def gap(wave: str) -> float:
            return self.share(wave, item, 1, landlord, quarter, adjusted) - self.share(wave, item, 0, landlord, "", adjusted)

        group, waves = str(row["groupe"]), str(row["vague"]).split("-")
        if group in SIDES:
            return self.share(waves[0], item, SIDES[group], landlord, quarter if SIDES[group] else "", adjusted)
        if group == "ecart":
            return gap(waves[0])
        if group == "evolution_ecart":
            return gap(waves[1]) - gap(waves[0])
        if group in ("evolution_qpv", "evolution_hors"):
            side = int(group == "evolution_qpv")
            first, last = (self.share(wave, item, side, landlord, quarter if side else "", adjusted) for wave in waves)
            return last - first
        return float("nan")


def word(low: float, high: float) -> str:
    """Read the word of an interval in the table of statistics.md."""
    if high < -MARGIN:
        return "inferieur"
    if high < 0:
        return "ecart_defavorable" if low <= -MARGIN else "equivalent_inferieur"
    if low <= -MARGIN:
        return "non_concluant"
    if low > 0:
        return "meilleur_peu" if high < MARGIN else "meilleur"
    return "equivalent" if high < MARGIN else "non_inferieur"


def few(word_told: str) -> str:
    """Give the word that few answers leave of another."""
    if word_told == "equivalent_inferieur":
        return "inferieur_peu"
    return "non_concluant" if word_told in FAVOURABLE else word_told


def score(printed: pd.DataFrame, people: Population, setting: Setting) -> pd.DataFrame:
    """Set each printed row that bears an interval against its truth."""
    truths = Truths(people, setting.target)
    rows = printed[printed["groupe"].isin([*SIDES, "ecart", "evolution_qpv", "evolution_hors", "evolution_ecart"])]
    rows = rows[rows["ajustement"].isin(["brut", "comparable"])].copy()
    rows["verite"] = [truths.of(row) for _, row in rows.iterrows()]
    raw = rows[(rows["groupe"] == "ecart") & (rows["ajustement"] == "brut")]
    keys = ["vague", "niveau", "territoire", "bailleur", "item", "groupe"]
    beside = raw.set_index(keys)["verite"]
    rows["verite_brute"] = beside.reindex(pd.MultiIndex.from_frame(rows[keys])).to_numpy()
    homes = people.homes
    sizes = {}
    for landlord, quarter in {(str(a), str(b)) for a, b in zip(rows["bailleur"], rows["territoire"], strict=True)}:
        scope = homes if landlord == "ensemble" else homes[homes["bailleur"] == landlord]
        inside = scope[scope["code_qpv"] == quarter] if quarter.startswith("QN") else scope[scope["qpv"] == 1]
        sizes[landlord, quarter] = min(len(inside), int((scope["qpv"] == 0).sum()))
    rows["residences"] = [sizes[str(a), str(b)] for a, b in zip(rows["bailleur"], rows["territoire"], strict=True)]
    kept = [name for name in KEEP if name in rows]
    return rows[[*kept, "territoire", "verite", "verite_brute", "residences"]]


def one(folder: Path, seed: int, setting: Setting) -> pd.DataFrame:
    """Draw, write, compare and score one survey."""
    draw = np.random.default_rng(seed)
    people = population(draw, setting)
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for wave in WAVES:
        asked = survey(draw, people, wave, setting.rate)
        file = folder / f"enquete_{wave}.csv"
        asked.to_csv(file, sep=";", decimal=",", index=False, encoding="utf-8-sig")
        files.append(str(file))
    (folder / "plan.toml").write_text(plan(setting), encoding="utf-8")
    stock(people).to_csv(folder / "patrimoine.csv", sep=";", decimal=",", index=False, encoding="utf-8-sig")
    out = folder / "comparaison.csv"
    where = ["--plan", str(folder / "plan.toml"), "--residences", str(folder / "patrimoine.csv"), "--sortie", str(out), "--csv-brut"]
    code, text = run(["comparer", *files, *where, "--par", "code_qpv"])
    (folder / "affiche.txt").write_text(text, encoding="utf-8")
    if code != 0:
        raise SystemExit(f"comparer a rendu {code} ({folder}) :\n{text[-1500:]}")
    return score(pd.read_csv(out), people, setting)


def _rate(hits: pd.Series) -> str:
    return f"{100 * hits.mean():6.1f}" if len(hits) else "     ·"


def table(rows: pd.DataFrame) -> None:
    """Print coverage by class, then words."""
    rows = rows.copy()
    for name in ("ic95_bas", "ic95_haut", "ic90_bas", "ic90_haut", "estimation"):
        rows[name] = pd.to_numeric(rows[name], errors="coerce")
    rows["classe"] = [next(f"{a}–{b if b < 10**6 else '…'}" for a, b in BANDS if a <= max(2, n) <= b) for n in rows["residences"]]
    rows["ordre"] = [next(place for place, (a, b) in enumerate(BANDS) if a <= max(2, n) <= b) for n in rows["residences"]]
    shown = rows[rows["ic95_bas"].notna() & rows["verite"].notna()].copy()
    slack = 1e-9
    for level in ("95", "90"):
        shown[f"dans{level}"] = shown["verite"].between(shown[f"ic{level}_bas"] - slack, shown[f"ic{level}_haut"] + slack)
    shown["erreur"] = shown["estimation"] - shown["verite"]
    shown["demi"] = (shown["ic95_haut"] - shown["ic95_bas"]) / 2
    shown["niveau"] = np.where(shown["niveau"] == "total", np.where(shown["bailleur"] == "ensemble", "ensemble", "bailleur"), shown["niveau"])
    print(f"{'niveau':<12}{'groupe':<18}{'ajustement':<13}{'résidences':<12}{'n':>7}{'ic95':>8}{'ic90':>8}{'± moyen':>9}{'± / 1,96 eqm':>14}")
    for (level, group, adjusted, _, band), held in shown.groupby(["niveau", "groupe", "ajustement", "ordre", "classe"], sort=True):
        wide = held["demi"].mean()
        root = 1.96 * float(np.sqrt((held["erreur"] ** 2).mean()))
        print(f"{level:<12}{group:<18}{adjusted:<13}{band:<12}{len(held):>7}{_rate(held['dans95']):>8}{_rate(held['dans90']):>8}{100 * wide:>9.1f}{wide / root if root else float('nan'):>14.2f}")
    words(shown)
    withheld = rows[rows["ic95_bas"].isna()]
    print(f"\nlignes sans intervalle (masquées ou non calculables) : {len(withheld)} sur {len(rows)}")


def words(shown: pd.DataFrame) -> None:
    """Print what words say against intervals and truths."""
    gaps = shown[shown["groupe"] == "ecart"].copy()
    favourable = gaps["verdict"].isin(FAVOURABLE)
    print("\nfavorable à tort, parmi les écarts vrais de −5 points ou pis :")
    for name, low, high in (("au bord (−6 à −5)", -0.06, -0.05), ("−8 à −6", -0.08, -0.06), ("pis", -1.0, -0.08)):
        at = gaps["verite"].between(low, high)
        for adjusted in sorted(gaps["ajustement"].unique()):
            here = at & (gaps["ajustement"] == adjusted)
            print(f"  {name:<20}{adjusted:<12}{int(here.sum()):>6} écarts  {_rate(favourable[here])} %")
    for name, low, high in (("vraiment égaux (−1 à +1), dits égaux ou mieux", -0.01, 0.01), ("−8 ou pis, dits plus bas", -1.0, -0.08)):
        at = gaps["verite"].between(low, high) & (gaps["ajustement"] == "brut")
        told = favourable if low > -1 else gaps["verdict"].isin(LOWER)
        print(f"  puissance, {name} : {_rate(told[at])} % de {int(at.sum())}")
    short = gaps["peu_de_reponses"].astype(str).isin(["1", "True", "true", "oui"]) if "peu_de_reponses" in gaps else pd.Series(False, index=gaps.index)
    due = [word(low, high) for low, high in zip(gaps["ic90_bas"], gaps["ic90_haut"], strict=True)]
    due = [few(one_word) if is_few else one_word for one_word, is_few in zip(due, short, strict=True)]
    other = gaps[gaps["verdict"].to_numpy() != np.array(due)]
    print(f"\nmots contre intervalles (ic90, table de statistics.md) : {len(other)} autres sur {len(gaps)}")
    if len(other):
        pairs = pd.Series(list(zip(other["verdict"], np.array(due)[gaps.index.get_indexer(other.index)], strict=True))).value_counts()
        for (told, wanted), count in pairs.head(12).items():
            print(f"  {told} au lieu de {wanted} : {count}")
    below = gaps[(gaps["ic90_haut"] < 0) & ~gaps["verdict"].isin(LOWER)]
    print(f"intervalle sous zéro sans mot qui dise plus bas : {len(below)}")
    if "autre_histoire" not in gaps or gaps["autre_histoire"].isna().all():
        print("« autre histoire » : la colonne n'est pas remplie")
        return
    story = gaps[gaps["ajustement"] == "comparable"]
    told = story["autre_histoire"].astype(str).isin(["1", "True", "true", "oui", "1.0"])
    change = (story["verite"] - story["verite_brute"]).abs()
    for name, at in (("composition sans effet (≤ 1 point)", change <= 0.01), ("effet de 1 à 4 points", change.between(0.01, 0.04)), ("4 points et plus", change >= 0.04)):
        print(f"« autre histoire », {name} : {_rate(told[at])} % de {int(at.sum())}")


def main() -> None:
    """Draw surveys of each size, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sortie", type=Path, required=True, help="dossier de travail, repris s'il existe")
    parser.add_argument("--enquetes", type=int, default=10, help="enquêtes par taille")
    parser.add_argument("--tailles", default="6,20,40", help="résidences par côté, par exemple 2,4,6,10,20,38,40,42,60,150")
    parser.add_argument("--bailleurs", type=int, default=1)
    parser.add_argument("--questions", type=int, default=20)
    parser.add_argument("--taux", type=float, default=0.25)
    parser.add_argument("--composition", type=float, default=0.25, help="0 : même parc des deux côtés")
    parser.add_argument("--cible", choices=["parc", "service"], default="parc")
    parser.add_argument("--graine", type=int, default=36)
    parser.add_argument("--table", action="store_true", help="n'écrit que la table de ce qui est là")
    asked = parser.parse_args()
    os.environ["TFPB_CACHE"] = "non"
    named = f"{asked.cible}-b{asked.bailleurs}-q{asked.questions}-t{asked.taux}-c{asked.composition}-g{asked.graine}"
    base = asked.sortie / named
    base.mkdir(parents=True, exist_ok=True)
    sizes = [int(size) for size in asked.tailles.split(",")]
    left = [(size, rank) for rank in range(asked.enquetes) for size in sizes if not (base / f"{size}-{rank}.csv").is_file()]
    if left and not asked.table:
        valmont = ROOT / "examples" / "valmont"
        command = ["comparer", str(valmont / "enquete_2019.csv"), "--plan", str(valmont / "plan_enquete.toml"), "--sortie", str(base / "essai.csv")]
        warm(asked.sortie / "modules-comparer.json", command)
        for rank_done, (size, rank) in enumerate(left):
            start = time.perf_counter()
            setting = Setting(size, asked.bailleurs, asked.taux, asked.questions, asked.composition, asked.cible, max(1, min(3, size // 4)))
            scored = one(base / "fichiers" / f"{size}-{rank}", hash_of(asked.graine, size, rank), setting)
            scored.to_csv(base / f"{size}-{rank}.csv", index=False)
            print(f"{rank_done + 1}/{len(left)} {size} résidences, tirage {rank} : {len(scored)} lignes ({time.perf_counter() - start:.1f} s)", flush=True)
    found = [pd.read_csv(base / f"{size}-{rank}.csv") for size in sizes for rank in range(asked.enquetes) if (base / f"{size}-{rank}.csv").is_file()]
    if not found:
        sys.exit("rien à compter")
    table(pd.concat(found, ignore_index=True))


def hash_of(*parts: int) -> int:
    """Make one seed of several numbers."""
    return int(np.random.SeedSequence(parts).generate_state(1)[0])


if __name__ == "__main__":
    main()
