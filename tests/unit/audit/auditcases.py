"""Surveys made to be attacked, with their truth (fictional); written from the documents alone."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
import pandas as pd

from tfpb import survey
from tfpb.audit import Attack, Release, audit
from tfpb.model.plan import Plan
from tfpb.region.estimates import compare_region
from tfpb.region.joined import LEVELS as REGION_LEVELS
from tfpb.region.secrecy.cuts import Protected
from tfpb.region.secrecy.panels import Rules
from tfpb.region.secrecy.region_secrecy import published_rows, region_masks

ITEMS: Final = ("q1", "q2")
LEVELS: Final = ("code_qpv", "agence", "secteur")


@dataclass(frozen=True)
class Case:
    """A survey: interviews, where résidences lie, the plan that reads them."""

    frame: pd.DataFrame
    stock: pd.DataFrame
    plan: Plan
    levels: tuple[str, ...]

    def decided(self, residence: str, side: str, quarter: str = "") -> Case:
        """Return the survey after one résidence was put on a side."""
        stock = self.stock.copy()
        here = stock["residence"] == residence
        stock.loc[here, "cote"] = side
        stock.loc[here, "code_qpv"] = quarter
        return type(self)(self.frame, stock, self.plan, self.levels)

    @property
    def answers(self) -> Any:
        """Read the interviews, résidences located."""
        located = pd.DataFrame(
            {
                "id_residence": self.stock["residence"],
                "cote": self.stock["cote"].replace("", "a_verifier"),
                **{
                    c: self.stock[c]
                    for c in self.stock.columns.difference(
                        ["residence", "bailleur", "cote", "logements"]
                    )
                },
            }
        )
        if self.plan.reglages.cible == "parc":
            located["logements"] = self.stock["logements"].astype(str)
        return survey.recode([self.frame], self.plan, located)

    def estimates(self, levels: tuple[str, ...] | None = None) -> Any:
        """Estimate, before protection."""
        by = self.levels if levels is None else levels
        return survey.compare(self.answers, self.plan, by=by)

    def published(self, levels: tuple[str, ...] | None = None, **before: Any) -> pd.DataFrame:
        """Publish through the program's own door."""
        return survey.protect(self.estimates(levels), masking_n=11, **before).comparison

    def release(self, rows: pd.DataFrame, name: str = "dossier") -> Release:
        """Return what readers hold: rows, and the stock of the pack."""
        return Release.of_rows(name, rows, self.stock)

    def releases(self) -> list[Release]:
        """Return all that readers hold, once published."""
        return [self.release(self.published())]

    @property
    def truth(self) -> pd.DataFrame:
        """Return what nobody should know: answers a résidence, wave and question."""
        long = self.frame.melt(["vague", "bailleur", "residence"], list(ITEMS), "item", "reponse")
        long = long[long["reponse"].isin(["1", "2", "3", "4"])]
        groups = long.assign(satisfait=long["reponse"].isin(["1", "2"])).groupby(
            ["vague", "bailleur", "residence", "item"]
        )["satisfait"]
        return groups.agg(n="size", satisfaits="sum").reset_index()


class RegionCase(Case):
    """A survey of several bailleurs as the regional body publishes it, all its outputs together."""

    def published(self, levels: tuple[str, ...] | None = None, **before: Any) -> pd.DataFrame:
        """Publish through the region's own door."""
        answers, by = self.answers, self.levels if levels is None else levels
        made = compare_region(answers, self.plan, by=by, repere=None)
        estimates = published_rows(made, answers, Rules(11))
        masks = region_masks(estimates, Rules(11), survey.Disclosed(*before.values()))
        return Protected.of(estimates, masks, 11).whole.comparison

    def releases(self) -> list[Release]:
        """Return bailleurs and territories apart: estimated apart, their intervals are two functions."""
        rows = self.published()
        whole = rows["niveau"] == "total"
        return [self.release(rows[part], name) for name, part in (("a", whole), ("b", ~whole))]


def make_plan(target: str) -> Plan:
    """Make the plan that reads these surveys."""
    return Plan.model_validate(
        {
            "colonnes": {
                "repondant": "id", "vague": "vague", "bailleur": "bailleur", "residence": "residence",
                "poids": "poids", "strates": ["bailleur", "qpv"],
            },
            "reglages": {"cible": target, "marge_adoptee_par": "comité"},
            "echelles": {
                "s4": {"satisfait": [1, 2], "insatisfait": [3, 4], "non_concerne": [8], "nsp": [9]}
            },
            "items": [
                {"colonnes": [i], "libelle": f"Question {i}", "theme": t, "echelle": "s4"}
                for i, t in zip(ITEMS, ("residence", "quartier"), strict=True)
            ],
        }
    )  # fmt: skip


def make_case(
    seed: int,
    *,
    owners: int = 1,
    residences: int = 12,
    quarters: int = 3,
    agencies: int = 3,
    levels: tuple[str, ...] = ("code_qpv",),
    waves: tuple[str, ...] = ("2023",),
    weights: str = "egaux",
    target: str = "parc",
    undecided: int = 0,
    small: float = 0.25,
) -> Case:
    """Draw a survey: some résidences of a handful of interviews, others of dozens.

    Parameters
    ----------
    weights : str
        `egaux`, `tires` (drawn one by one) or `parc` (dwellings over interviews of the résidence).
    undecided : int
        Résidences that the map leaves on no side.
    small : float
        Share of résidences with under 11 interviews.
    """
    rng = np.random.default_rng(seed)
    homes = []
    for o in range(owners):
        for r in range(residences):
            inside = r % 2 == 0
            homes.append(
                {
                    "residence": f"{chr(65 + o)}{r:03d}",
                    "bailleur": f"Bailleur {chr(65 + o)}",
                    "cote": "dans" if inside else "hors",
                    "logements": 0,
                    "code_qpv": f"QN{rng.integers(quarters)}" if inside else "",
                    "agence": f"A{rng.integers(agencies)}",
                    "secteur": f"S{rng.integers(agencies)}",
                }
            )
    stock = pd.DataFrame(homes)
    sizes = np.where(
        rng.random(len(stock)) < small,
        rng.integers(1, 11, len(stock)),
        rng.integers(12, 45, len(stock)),
    )
    stock["logements"] = sizes * rng.integers(2, 5, len(stock)) + rng.integers(0, 9, len(stock))
    left = rng.choice(len(stock), undecided, replace=False)
    stock.loc[left, ["cote", "code_qpv"]] = ""
    frame = interviews(rng, stock, sizes, waves, weights)
    return Case(frame, stock, make_plan(target), levels)


def region_case(
    seed: int,
    *,
    owners: int = 6,
    towns: int = 4,
    waves: tuple[str, ...] = ("2023",),
    target: str = "parc",
    small: float = 0.25,
) -> RegionCase:
    """Draw a region: bailleurs each in some towns, quarters and contrats of two towns, départements across.

    `small` is the share of résidences with under 11 interviews.
    """
    rng = np.random.default_rng(seed)
    homes = []
    for o in range(owners):
        for town in sorted(rng.choice(towns, rng.integers(2, towns + 1), replace=False).tolist()):
            for r in range(rng.integers(2, 4)):
                inside = rng.random() < 0.5
                homes.append({
                    "residence": f"{chr(65 + o)}{town}-{r}", "bailleur": f"Bailleur {chr(65 + o)}",
                    "cote": "dans" if inside else "hors", "logements": 0,
                    "code_qpv": f"QN{town}{rng.integers(2)}" if inside else "",
                    "contrat_de_ville": f"C{town // 2}", "siren_epci": f"E{town}",
                    "departement": f"D{(town + 1) // 3}",
                })  # fmt: skip
    stock = pd.DataFrame(homes)
    few, many = rng.integers(1, 11, len(stock)), rng.integers(12, 45, len(stock))
    sizes = np.where(rng.random(len(stock)) < small, few, many)
    stock["logements"] = sizes * rng.integers(2, 5, len(stock)) + rng.integers(0, 9, len(stock))
    frame = interviews(rng, stock, sizes, waves, "egaux")
    return RegionCase(frame, stock, make_plan(target), REGION_LEVELS)


def interviews(
    rng: np.random.Generator,
    stock: pd.DataFrame,
    sizes: np.ndarray,
    waves: tuple[str, ...],
    weights: str,
) -> pd.DataFrame:
    """Draw the answers of each résidence, as many as asked, a few more or less in a later wave."""
    rows: list[dict[str, Any]] = []
    for home, size in zip(stock.to_dict("records"), sizes, strict=True):
        level = np.clip(rng.normal(0.7, 0.15), 0.05, 0.95)
        for wave in waves:
            asked = max(1, int(size) + int(rng.integers(-2, 3)) * (wave != waves[0]))
            of_stock = repr(float(home["logements"]) / asked)
            for _ in range(asked):
                drawn = f"{rng.uniform(0.5, 2):.3f}"
                answers = np.where(rng.random(len(ITEMS)) < level, "1", "4")
                answers[rng.random(len(ITEMS)) < 0.03] = "9"
                rows.append(
                    {
                        "id": str(len(rows)),
                        "vague": wave,
                        "bailleur": home["bailleur"],
                        "residence": home["residence"],
                        "poids": {"egaux": "1", "tires": drawn, "parc": of_stock}[weights],
                        **dict(zip(ITEMS, answers, strict=True)),
                    }
                )
    return pd.DataFrame(rows)


def unprotected(estimates: Any, **_before: Any) -> Any:
    """Stand for a protector that masks nothing."""
    return SimpleNamespace(comparison=estimates.comparison)


def primary_only(estimates: Any, **_before: Any) -> Any:
    """Stand for a protector that masks small cells, and no complement."""
    rows = estimates.comparison.copy()
    names = ["vague", "niveau", "territoire", "bailleur", "item"]
    small = rows["n"].between(1, 10)
    sides = rows[small & rows["groupe"].isin(["qpv", "hors_qpv", "ensemble"])]
    gaps = rows["groupe"].eq("ecart") & pd.Series(
        list(rows[names].itertuples(index=False, name=None)), index=rows.index
    ).isin(set(sides[names].itertuples(index=False, name=None)))
    hidden = small | gaps
    rows.loc[hidden, rows.columns.difference([*names, "groupe", "ajustement"])] = np.nan
    rows["publication"] = rows["publication"].where(~hidden, "masque")
    return SimpleNamespace(comparison=rows)


def home(residence: str, size: int, *, quarter: str = "", **levels: str) -> dict[str, Any]:
    """Place one résidence, with its number of interviews."""
    return {
        "residence": residence,
        "bailleur": "Bailleur A",
        "cote": "dans" if quarter else "hors",
        "logements": 3 * size + 5,
        "code_qpv": quarter,
        **levels,
        "taille": size,
    }


def built(homes: list[dict[str, Any]], levels: tuple[str, ...]) -> Case:
    """Make the survey of given résidences, one wave, equal weights."""
    rng = np.random.default_rng(0)
    stock = pd.DataFrame(homes)
    rows: list[dict[str, Any]] = []
    for place in homes:
        for _ in range(place["taille"]):
            answers = np.where(rng.random(len(ITEMS)) < 0.6, "1", "4")
            rows.append(
                {
                    "id": str(len(rows)), "vague": "2023", "bailleur": place["bailleur"],
                    "residence": place["residence"], "poids": "1",
                    **dict(zip(ITEMS, answers, strict=True)),
                }
            )  # fmt: skip
    return Case(pd.DataFrame(rows), stock.drop(columns="taille"), make_plan("parc"), levels)


def three_levels() -> Case:
    """Place each résidence in two of A1, S1 and P1 at least; one, of three households, in all three."""
    homes = [
        home(f"{name}{k}", 14 + 3 * k, quarter="QN1" if k % 2 else "", **levels)
        for k in range(4)
        for name, levels in {
            "a": {"agence": "A2", "secteur": "S1", "prestataire": "P1"},
            "s": {"agence": "A1", "secteur": "S2", "prestataire": "P1"},
            "p": {"agence": "A1", "secteur": "S1", "prestataire": "P2"},
        }.items()
    ]
    small = home("x", 3, agence="A1", secteur="S1", prestataire="P1")
    return built([*homes, small], ("agence", "secteur", "prestataire"))


def three_runs() -> Case:
    """Place five households alone in an agency, and two groupings of agencies that overlap."""
    homes = [home("q0", 40, quarter="QN1"), home("q1", 45, quarter="QN1"), home("r0", 47)]
    homes += [home("x", 5, agence="A1", un="A1+A3")]
    homes += [home("b", 20, agence="A2", deux="A2+A3"), home("c", 14, agence="A2", deux="A2+A3")]
    homes += [home(n, 30, agence="A3", deux="A2+A3", un="A1+A3") for n in ("d", "e")]
    blank = {"agence": "", "deux": "", "un": ""}
    return built([blank | h for h in homes], ("agence",))


_NAMES: Final = ["niveau", "territoire", "bailleur", "groupe"]
_SIZES: Final = {Attack.SIZE, Attack.UNION, Attack.REST}


def masked_cells(rows: pd.DataFrame) -> list[tuple[str, ...]]:
    """List cells (level, territory, bailleur, group) that a question masks, dearest first."""
    hidden = rows[
        (rows["ajustement"] == "brut") & (rows["publication"] == "masque")
        & rows["groupe"].isin(["qpv", "hors_qpv", "ensemble"])
    ]  # fmt: skip
    cells = set(hidden[_NAMES].itertuples(index=False, name=None))
    return sorted(cells, key=lambda c: (c[0] != "total", c[2] != "ensemble", c))


def needless_masks(case: Case, rows: pd.DataFrame, *, insiders: bool) -> list[tuple[str, ...]]:
    """Unmask cells of one wave, one after the other, as long as nobody learns more."""
    rows = rows[rows["ajustement"] == "brut"].reset_index(drop=True)
    bare = case.estimates().comparison
    bare = bare[bare["ajustement"] == "brut"].set_index([*_NAMES, "item"])["n"]

    def betrayed(told: pd.DataFrame) -> set[tuple[object, ...]]:
        found = audit([case.release(told)], truth=case.truth, insiders=insiders).found
        return {
            (f.attacker, f.where, f.residences, f.low, f.high) for f in found if f.attack in _SIZES
        }

    before, spared = betrayed(rows), []
    for cell in masked_cells(rows):
        here = (rows[_NAMES] == list(cell)).all(axis=1)
        sizes = [float(bare.loc[(*cell, item)]) for item in rows.loc[here, "item"]]
        if min(sizes) < 11:
            continue
        shown = rows.copy()
        shown.loc[here, "n"] = sizes
        shown.loc[here, "publication"] = "non_publiable"
        if betrayed(shown) <= before:
            rows = shown
            spared.append(cell)
    return spared
