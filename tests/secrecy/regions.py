"""A drawn survey told through the whole way: interviews, the region's estimates, its secrecy, its cuts.

What the judge is handed is everything that any output shows, read together: packs, sheets, restitution.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from drawn import QUESTIONS, WAVE, Drawn
from judge import Attack, Reader, Row, Weighed

from tfpb import survey
from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.model.plan import Plan
from tfpb.model.survey import Order
from tfpb.region.cuts import Protected
from tfpb.region.estimates import compare_region
from tfpb.survey.printed import cell_of, coarser, level_step_of, step_of
from tfpb.survey.secrecy.publishable import Rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from judge import Levels

    from tfpb.model.survey import Published
    from tfpb.survey import Released

LEVELS: Final = ("code_qpv", "contrat_de_ville", "siren_epci", "departement")
PLACE: Final = ["bailleur", "groupe", *LEVELS, "type_habitat"]
RULES: Final = Rules(owners=3, largest_share=0.85)
GOOD: Final = (0, 1)
SIDES: Final = ("qpv", "hors_qpv")
ITEMS: Final = (*QUESTIONS, "note")


def plan_of(target: str) -> Plan:
    """Return a plan of questions of four levels, set like with like by type of dwelling."""
    return Plan.model_validate(
        {
            "colonnes": {
                "vague": "vague", "bailleur": "bailleur", "residence": "residence", "qpv": "qpv",
                "strates": ["bailleur", "qpv"], "ajustement": ["type_habitat"],
            },
            "reglages": {"marge_adoptee_par": "comité", "cible": target},
            "echelles": {
                "s4": {"satisfait": [1, 2], "insatisfait": [3, 4]},
                "note": {"type": "note", "satisfait_des": 7},
            },
            "items": [
                *({"colonnes": q, "libelle": f"Question {q}", "theme": "residence", "echelle": "s4"}
                  for q in QUESTIONS),
                {"colonnes": "note", "libelle": "Note", "theme": "global", "echelle": "note"},
            ],
        }
    )  # fmt: skip


def placed(drawn: Drawn, seed: int) -> pd.DataFrame:
    """Give résidences an intercommunalité, by their contrat's commune, and a type of dwelling."""
    rng = np.random.default_rng(seed)
    homes = drawn.homes
    kinds = rng.choice(["collectif", "individuel"], len(homes), p=[0.8, 0.2])
    return homes.assign(siren_epci="E" + homes["departement"], type_habitat=kinds)


def interviews(drawn: Drawn, homes: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return a row an interview: the satisfied of each résidence among its own, one of four levels each."""
    rng = np.random.default_rng(seed)
    at = np.repeat(np.arange(len(homes)), drawn.n)
    out = homes.iloc[at].reset_index(drop=True)
    for question in QUESTIONS:
        good = np.concatenate(
            [
                rng.permutation(np.arange(n) < hits)
                for n, hits in zip(drawn.n, drawn.hits[question], strict=True)
            ]
        )
        out[question] = np.where(good, rng.choice([1, 2], len(at)), rng.choice([3, 4], len(at)))
    mark = 9 - out[list(QUESTIONS)].astype(int).mean(axis=1) + rng.normal(0, 1, len(at))
    out["note"] = mark.clip(0, 10).round().astype(int)
    return out.assign(vague=WAVE, qpv=(out["groupe"] == "qpv").astype(int).astype(str))


def later_interviews(
    moments: Sequence[Drawn], homes: pd.DataFrame, seed: int
) -> list[pd.DataFrame]:
    """Return the interviews of each release: those of the one before, and those that came since."""
    out = [interviews(moments[0], homes, seed)]
    for k, (then, now) in enumerate(pairwise(moments), start=1):
        hits = {q: now.hits[q] - then.hits[q] for q in QUESTIONS}
        come = interviews(replace(now, n=now.n - then.n, hits=hits), homes, seed + 7919 * k)
        out.append(pd.concat([out[-1], come], ignore_index=True))
    return out


def releases_of(
    frames: Sequence[pd.DataFrame], homes: pd.DataFrame, target: str
) -> list[Protected]:
    """Release a region again and again, each time in agreement with lines of the ledger."""
    owners = sorted(set(homes["bailleur"]))
    stock = homes.rename(columns={"residence": "id_residence"})
    stock = stock.assign(cote=np.where(homes["groupe"] == "qpv", "dans", "hors"))
    out: list[Protected] = []
    lines: list[survey.Release] = []
    for k, frame in enumerate(frames):
        last = 0 < k == len(frames) - 1
        order = Order(release=True, replaced={WAVE: "retardataires"} if last else {}, kept=(WAVE,))
        before = survey.together(lines, owners, order)
        out.append(told_of(frame, homes, target, before))
        line = survey.Release.of(
            owners, f"run{k}", f"2026-0{k + 1}-01", stock, out[-1].whole
        ).line()
        lines.append(survey.Release.read(line))
    return out


def told_of(
    frame: pd.DataFrame, homes: pd.DataFrame, target: str, before: Released | None = None
) -> Protected:
    """Estimate and protect a region of these interviews."""
    stock = homes.assign(
        id_residence=homes["residence"],
        cote=np.where(homes["groupe"] == "qpv", "dans", "hors"),
        nb_logements=homes["logements"].astype(str),
        nom_qpv=np.where(homes["code_qpv"] == "", "", "Quartier " + homes["code_qpv"]),
    ).drop(columns=["residence", "groupe", "logements"])
    text = frame[["bailleur", "residence", "vague", "qpv", *ITEMS]].astype(str)
    plan = plan_of(target)
    answers = survey.recode([text], plan, stock)
    made = compare_region(answers, plan, by=LEVELS, repere=None)
    return Protected.of(made, RULES, before or survey.Released())


class Reading:
    """What readers of every output hold, as rows of the judge.

    Parameters
    ----------
    frames : sequence of DataFrame
        Interviews of each release, with where they are.
    homes : DataFrame
    told : sequence of Protected
        As many.
    """

    def __init__(
        self, frames: Sequence[pd.DataFrame], homes: pd.DataFrame, told: Sequence[Protected]
    ) -> None:
        self.frames, self.homes, self.told = frames, homes, told
        self.safe = told[0]
        codes, atoms = pd.factorize(pd.MultiIndex.from_frame(homes[PLACE]), sort=True)
        self.atoms = pd.DataFrame(list(atoms), columns=PLACE)
        own = dict(zip(homes["residence"], codes, strict=True))
        self.at = [f["residence"].map(own).to_numpy(dtype=int) for f in frames]
        self.sizes = np.array([np.bincount(at, minlength=len(self.atoms)) for at in self.at])
        self.n = self.sizes[0]
        self.caps = np.bincount(codes, homes["logements"], len(self.atoms)).astype(int)

    def hits(self) -> dict[str, np.ndarray]:
        """Count answers by release, atom and level."""
        out = {}
        for question in QUESTIONS:
            table = np.zeros((len(self.frames), len(self.atoms), 4), dtype=int)
            for k, (frame, at) in enumerate(zip(self.frames, self.at, strict=True)):
                np.add.at(table[k], (at, frame[question].to_numpy(dtype=int) - 1), 1)
            out[question] = table
        return out

    def members(self, level: str, place: str, owner: str, side: str) -> np.ndarray:
        there = np.isin(self.atoms["groupe"], SIDES if side == "ensemble" else [side])
        if level != TOTAL:
            there &= (self.atoms[level] == place).to_numpy()
        if owner.startswith("-"):
            there &= (self.atoms["bailleur"] != owner[1:]).to_numpy()
        elif owner != ENSEMBLE:
            there &= (self.atoms["bailleur"] == owner).to_numpy()
        return np.flatnonzero(there)

    def rows(self) -> Iterator[Row]:
        """Raw sides and both together, levels, the region without each bailleur, the field sheet."""
        for moment, safe in enumerate(self.told):
            if moment in (0, len(self.told) - 1):  # between them, what the first one told stands
                yield from (row for _, row in self._rows_of(safe.whole, moment))

    def _rows_of(self, whole: Published, moment: int) -> Iterator[tuple[object, Row]]:
        table = whole.comparison
        raw, every = table[table["ajustement"] == "brut"], [*SIDES, "ensemble"]
        keys = ["niveau", "territoire", "bailleur", "groupe"]
        # the last level of the satisfied, and of the others, is what is left of the printed share
        own = (whole.levels["mesure"] == "niveau") & whole.levels["rang"].isin([1, 3])
        named = {"levels": whole.levels[own], "raw": raw}
        others = whole.benchmark
        named["others"] = others.assign(
            niveau=TOTAL, territoire=TOTAL, bailleur="-" + others["_bailleur"],
            estimation=others["valeur"], publication="publiable",
        )  # fmt: skip
        for name, part in named.items():
            shown = part[(part["publication"] == "publiable") & part["item"].isin(QUESTIONS)]
            shown = shown[shown["groupe"].isin(every)]
            for key, found in shown.groupby(keys):
                level, place, owner, side = map(str, key)
                if level == "code_qpv" and side != "qpv":
                    continue  # the whole outside, printed again
                atoms = self.members(level, place, owner, side)
                n = float(found["n"].iloc[0]) if name == "raw" and side in SIDES else np.nan
                half = self._step(name, shown, key, found) / 2
                shares = {
                    (str(r["item"]), _levels(r)): (
                        max(float(r["estimation"]) - half, 0.0),
                        min(float(r["estimation"]) + half, 1.0),
                    )
                    for r in found.to_dict("records")
                }
                yield (name, key), Row(atoms, n, shares, moment)
        for one in whole.fieldwork.to_dict("records"):
            side, kind, n = str(one["cote"]), str(one["type_habitat"]), float(one["n"])
            atoms = self.members(TOTAL, TOTAL, str(one["bailleur"]), side)
            atoms = atoms[(self.atoms["type_habitat"].to_numpy()[atoms] == kind)]
            bounds = (1.0, 29.0) if np.isnan(n) else (0.0, 0.0) if n == 0 else None
            if not moment or not np.isnan(n):  # hidden once, hidden ever
                key = (str(one["bailleur"]), side, kind)
                yield key, Row(atoms, n, {}, moment, bounds=bounds)

    def _step(
        self, name: str, shown: pd.DataFrame, key: tuple[object, ...], found: pd.DataFrame
    ) -> float:
        """Return the widest step that the shares of a row can have."""
        count = found["n"].to_numpy(dtype=float)
        if key[3] in SIDES:
            step = step_of(count).max()
        else:
            step = coarser(cell_of(self._fewest(shown, key).to_numpy(dtype=float))).max()
        return float(max(step, level_step_of(count).max()) if name == "levels" else step)

    @staticmethod
    def _fewest(shown: pd.DataFrame, key: tuple[object, ...]) -> pd.Series:
        """Return the counts of the sides of a row of both, whose coarser step it has."""
        same = (shown[["niveau", "territoire", "bailleur"]] == list(key[:3])).all(axis=1)
        return shown.loc[same & shown["groupe"].isin(SIDES), "n"]

    def weighed(self) -> Iterator[Weighed]:
        """Rows like with like, for who knows every size and works out their weights; those that fit alone."""
        table = self.safe.whole.comparison
        rows = table[
            (table["ajustement"] == "comparable") & table["groupe"].isin(SIDES)
            & (table["publication"] == "publiable") & table["item"].isin(QUESTIONS)
        ]  # fmt: skip
        hits = {q: h[0][:, list(GOOD)].sum(axis=1) for q, h in self.hits().items()}
        for row in rows.to_dict("records"):
            level, place, owner, side = (
                str(row[k]) for k in ("niveau", "territoire", "bailleur", "groupe")
            )
            atoms = self.members(level, place, owner, side)
            weight = self._raked(atoms, owner)
            step = float(step_of(np.array(float(row["n"]))))
            share = float(row["estimation"])
            exact = float(weight @ hits[str(row["item"])][atoms])
            if abs(exact - share) <= step / 2 + 1e-6:
                yield Weighed(str(row["item"]), atoms, weight, share, step / 2 + 1e-6)

    def _raked(self, atoms: np.ndarray, owner: str) -> np.ndarray:
        """Rake the interviews of some atoms to the dwellings of the stock, by type and bailleur."""
        every = self.members(TOTAL, TOTAL, owner, "ensemble")
        weight = self.n[atoms].astype(float)
        for _ in range(200):
            for name in ("type_habitat", "bailleur"):
                kind = self.atoms[name].to_numpy()
                met = set(kind[atoms][weight > 0])
                wanted = {k: self.caps[every][kind[every] == k].sum() for k in met}
                whole = sum(wanted.values())
                for value, count in wanted.items():
                    here = kind[atoms] == value
                    weight[here] *= count / whole / weight[here].sum()
        return weight / np.maximum(self.n[atoms], 1)

    def attack(self, *, sizes: bool, viewer: str = "") -> Attack:
        """Return the attack of a reader of everything."""
        own = (self.atoms["bailleur"] == viewer).to_numpy()
        more: Sequence[Weighed] = list(self.weighed()) if sizes else ()
        return Attack(
            list(self.rows()), self.sizes, self.hits(), self.caps, Reader(sizes, own), GOOD, more
        )


def _levels(row: dict[str, object]) -> Levels:
    return (int(str(row["rang"])) - 1,) if row.get("mesure") == "niveau" else GOOD


def small_targets(reading: Reading, *, viewer: str = "") -> dict[str, np.ndarray]:
    """List groups of 1 to 10 households: of a place, of a bailleur in it, of a type of dwelling there."""
    atoms, n = reading.atoms, reading.n
    free = (atoms["bailleur"] != viewer).to_numpy()
    out: dict[bytes, tuple[str, np.ndarray]] = {}
    for level in (TOTAL, *LEVELS):
        for names in (["groupe"], ["groupe", "bailleur"], ["groupe", "bailleur", "type_habitat"]):
            keys = [*names, *([level] if level != TOTAL else [])]
            for key, rows in atoms[free].groupby(keys):
                members = rows.index.to_numpy()
                if 1 <= n[members].sum() <= 10:
                    there = members[n[members] > 0]
                    out.setdefault(there.tobytes(), (f"{level} {key}", members))
    return dict(out.values())
