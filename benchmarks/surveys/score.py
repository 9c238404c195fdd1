"""Printed rows against their truths, and words against their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from surveys.delivery import MARGIN
from surveys.truth import SIDES, Truths

if TYPE_CHECKING:
    from surveys.population import Population, Setting

FAVOURABLE = {"equivalent_inferieur", "equivalent", "non_inferieur", "meilleur_peu", "meilleur"}
LOWER = {"inferieur", "ecart_defavorable", "equivalent_inferieur", "inferieur_peu"}
BANDS = [(2, 4), (5, 9), (10, 17), (18, 22), (23, 37), (38, 42), (43, 80), (81, 10**6)]
YES = ["1", "True", "true", "oui", "1.0"]
GROUPS = [*SIDES, "ecart", "evolution_qpv", "evolution_hors", "evolution_ecart"]
KEEP = ["vague", "niveau", "bailleur", "item", "groupe", "ajustement", "estimation"]
KEEP += ["ic95_bas", "ic95_haut", "ic90_bas", "ic90_haut"]
KEEP += ["verdict", "peu_de_reponses", "autre_histoire", "publication"]


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


def _size(group: str, inside: int, outside: int) -> int:
    """Résidences of the side of a row; of the smaller one for a difference."""
    if group in ("qpv", "evolution_qpv"):
        return inside
    return outside if group in ("hors_qpv", "evolution_hors") else min(inside, outside)


def score(printed: pd.DataFrame, people: Population, setting: Setting) -> pd.DataFrame:
    """Set each printed row that bears an interval against its truth."""
    truths = Truths(people, setting.target)
    rows = printed[printed["groupe"].isin(GROUPS)]
    rows = rows[rows["ajustement"].isin(["brut", "comparable"])].copy()
    rows["verite"] = [truths.of(row) for _, row in rows.iterrows()]
    raw = rows[(rows["groupe"] == "ecart") & (rows["ajustement"] == "brut")]
    keys = ["vague", "niveau", "territoire", "bailleur", "item", "groupe"]
    beside = raw.set_index(keys)["verite"]
    rows["verite_brute"] = beside.reindex(pd.MultiIndex.from_frame(rows[keys])).to_numpy()
    homes = people.homes
    sizes = {}
    pairs = [(str(a), str(b)) for a, b in zip(rows["bailleur"], rows["territoire"], strict=True)]
    for landlord, quarter in sorted(set(pairs)):
        scope = homes if landlord == "ensemble" else homes[homes["bailleur"] == landlord]
        inside = (
            scope[scope["code_qpv"] == quarter]
            if quarter.startswith("QN")
            else scope[scope["qpv"] == 1]
        )
        sizes[landlord, quarter] = (len(inside), int((scope["qpv"] == 0).sum()))
    rows["residences"] = [
        _size(group, *sizes[pair]) for group, pair in zip(rows["groupe"], pairs, strict=True)
    ]
    # of a question put to flats and houses alike, that of the kind of most résidences
    item = rows["item"].astype(str).str[1:].astype(int) - 1
    rows["icc"] = people.likeness[item.to_numpy(), 0]
    kept = [name for name in KEEP if name in rows]
    return rows[[*kept, "territoire", "verite", "verite_brute", "residences", "icc"]]


def _rate(hits: pd.Series) -> str:
    return f"{100 * hits.mean():6.1f}" if len(hits) else "     ·"


def table(rows: pd.DataFrame) -> None:
    """Print coverage by class, then words."""
    rows = rows.copy()
    for name in ("ic95_bas", "ic95_haut", "ic90_bas", "ic90_haut", "estimation"):
        rows[name] = pd.to_numeric(rows[name], errors="coerce")
    rows["ordre"] = [
        next(i for i, (a, b) in enumerate(BANDS) if a <= max(2, n) <= b) for n in rows["residences"]
    ]
    shown = rows[rows["ic95_bas"].notna() & rows["verite"].notna()].copy()
    slack = 1e-9
    for level in ("95", "90"):
        shown[f"dans{level}"] = shown["verite"].between(
            shown[f"ic{level}_bas"] - slack, shown[f"ic{level}_haut"] + slack
        )
    shown["erreur"] = shown["estimation"] - shown["verite"]
    shown["demi"] = (shown["ic95_haut"] - shown["ic95_bas"]) / 2
    whole = np.where(shown["bailleur"] == "ensemble", "ensemble", "bailleur")
    shown["niveau"] = np.where(shown["niveau"] == "total", whole, shown["niveau"])
    print(f"{'niveau':<12}{'groupe':<18}{'ajustement':<13}{'résidences':<12}", end="")
    print(f"{'n':>7}{'ic95':>8}{'ic90':>8}{'± moyen':>9}{'± / 1,96 eqm':>14}", end="")
    print(f"{'z moyen':>9}{'z écart type':>14}")
    for (level, group, adjusted, order), held in shown.groupby(
        ["niveau", "groupe", "ajustement", "ordre"]
    ):
        low, high = BANDS[order]
        band = f"{low}–{'…' if order == len(BANDS) - 1 else high}"
        wide = held["demi"].mean()
        root = 1.96 * float(np.sqrt((held["erreur"] ** 2).mean()))
        print(f"{level:<12}{group:<18}{adjusted:<13}{band:<12}{len(held):>7}", end="")
        print(f"{_rate(held['dans95']):>8}{_rate(held['dans90']):>8}{100 * wide:>9.1f}", end="")
        z = 1.96 * held["erreur"] / held["demi"]  # biased, or too narrow
        print(f"{wide / root if root else float('nan'):>14.2f}{z.mean():>9.2f}{z.std():>14.2f}")
    words(shown)
    withheld = rows[rows["ic95_bas"].isna()]
    print(
        f"\nlignes sans intervalle (masquées ou non calculables) : {len(withheld)} sur {len(rows)}"
    )


def words(shown: pd.DataFrame) -> None:
    """Print what words say against intervals and truths."""
    gaps = shown[shown["groupe"] == "ecart"].reset_index(drop=True)
    _by_likeness(gaps)
    _against_truths(gaps)
    _beside_oracle(gaps)
    short = pd.Series(data=False, index=gaps.index)
    if "peu_de_reponses" in gaps:
        short = gaps["peu_de_reponses"].astype(str).isin(YES)
    due = [word(low, high) for low, high in zip(gaps["ic90_bas"], gaps["ic90_haut"], strict=True)]
    gaps["attendu"] = [few(one) if is_few else one for one, is_few in zip(due, short, strict=True)]
    other = gaps[gaps["verdict"] != gaps["attendu"]]
    print(
        f"\nmots contre intervalles (ic90, table de statistics.md) : {len(other)} autres sur {len(gaps)}"
    )
    for (told, wanted), count in (
        other.groupby(["verdict", "attendu"]).size().sort_values().iloc[::-1].head(12).items()
    ):
        print(f"  {told} au lieu de {wanted} : {count}")
    below = gaps[(gaps["ic90_haut"] < 0) & ~gaps["verdict"].isin(LOWER)]
    print(f"intervalle sous zéro sans mot qui dise plus bas : {len(below)}")
    _stories(gaps)


def _against_truths(gaps: pd.DataFrame) -> None:
    favourable = gaps["verdict"].isin(FAVOURABLE)
    print("\nfavorable à tort, parmi les écarts vrais de −5 points ou pis :")
    for name, low, high in (
        ("−6 à −5", -0.06, -0.05),
        ("−8 à −6", -0.08, -0.06),
        ("pis", -1.0, -0.08),
    ):
        for adjusted in sorted(gaps["ajustement"].unique()):
            here = gaps["verite"].between(low, high) & (gaps["ajustement"] == adjusted)
            print(
                f"  {name:<10}{adjusted:<12}{int(here.sum()):>6} écarts  {_rate(favourable[here])} %"
            )
    raw = gaps["ajustement"] == "brut"
    equal = raw & gaps["verite"].between(-0.01, 0.01)
    print(
        f"puissance, égaux à 1 point près, dits tels : {_rate(favourable[equal])} % de {equal.sum()}"
    )
    low = raw & (gaps["verite"] <= -0.08)
    print(
        f"puissance, −8 ou pis, dits plus bas : {_rate(gaps['verdict'].isin(LOWER)[low])} % de {low.sum()}"
    )


def _by_likeness(gaps: pd.DataFrame) -> None:
    print("\nécarts selon la ressemblance des réponses d'une résidence (ICC des collectifs)")
    for low, high in ((0.02, 0.08), (0.08, 0.14), (0.14, 0.2)):
        for adjusted in sorted(gaps["ajustement"].unique()):
            for level in sorted(gaps["niveau"].unique()):
                at = gaps["icc"].between(low, high) & (gaps["ajustement"] == adjusted)
                at &= gaps["niveau"] == level
                print(
                    f"  {low:.2f}–{high:.2f}  {level:<10}{adjusted:<12}{int(at.sum()):>6} lignes"
                    f"  ic95 {_rate(gaps['dans95'][at])}  ic90 {_rate(gaps['dans90'][at])}"
                )


def _beside_oracle(gaps: pd.DataFrame) -> None:
    """Set words beside those of an oracle, whose error is the true one of the class, never rounded."""
    print("\npuissance, écarts bruts, à côté d'un oracle (écart type vrai de la classe)")
    raw = gaps[gaps["ajustement"] == "brut"]
    for (level, order), held in raw.groupby(["niveau", "ordre"]):
        low, high = BANDS[order]
        half = 1.645 * float(np.sqrt((held["erreur"] ** 2).mean()))
        width = (held["ic90_haut"] - held["ic90_bas"]).mean() / 2 / half
        bottom, top = held["estimation"] - half, held["estimation"] + half
        equal, less = held["verite"].between(-0.01, 0.01), held["verite"] <= -0.08
        print(
            f"  {level:<10}{low:>3}–{high if high < 10**6 else '…':<4}largeur {width:5.2f}  "
            f"égaux {_rate(held['verdict'].isin(FAVOURABLE)[equal])} ({_rate((bottom > -MARGIN)[equal])})  "
            f"−8 {_rate(held['verdict'].isin(LOWER)[less])} ({_rate((top < 0)[less])})"
            f"  de {int(equal.sum())} et {int(less.sum())}"
        )


def _stories(gaps: pd.DataFrame) -> None:
    if "autre_histoire" not in gaps or gaps["autre_histoire"].isna().all():
        print("« autre histoire » : la colonne n'est pas remplie")
        return
    story = gaps[gaps["ajustement"] == "comparable"]
    told = story["autre_histoire"].astype(str).isin(YES)
    change = (story["verite"] - story["verite_brute"]).abs()
    for name, low, high in (
        ("au plus 1 point", 0, 0.01),
        ("de 1 à 4", 0.01, 0.04),
        ("4 et plus", 0.04, 2),
    ):
        at = change.between(low, high)
        print(
            f"« autre histoire », effet de la composition {name} : {_rate(told[at])} % de {int(at.sum())}"
        )
