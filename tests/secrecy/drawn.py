"""Surveys drawn at random, printed by the program as far as it prints, and handed to the judge."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from judge import Attack, Range, Reader, Row, Weighed

from tfpb.io.tables.tabular import table_bytes
from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.model.survey import Estimates, Households, Order, WaveFacts
from tfpb.survey import Release, protect, standing, together
from tfpb.survey.adjustment.raking import MOST_FACTOR
from tfpb.survey.estimation.intervals import BOUNDS, Sides
from tfpb.survey.printed import at_step, rounded_count, step_of
from tfpb.survey.secrecy.disclosure import sealed
from tfpb.survey.secrecy.groups import _groups_of, group_table
from tfpb.survey.secrecy.publishable import Rules
from tfpb.survey.verdicts import CLAIMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tfpb.model.survey import Published

QUESTIONS: Final = tuple(f"q{k}" for k in range(1, 13))
LEVELS: Final = ("departement", "contrat_de_ville", "code_qpv")
WAVE: Final = "2023"
SATISFIED: Final = (0,)
PLACE: Final = ["bailleur", "groupe", *LEVELS]
PLACED: Final = ["niveau", "territoire", "bailleur", "groupe"]
FIGURES: Final = ("n", "estimation", *BOUNDS)
SEAM: Final = "\x1f"
_FUZZ: Final = 1e-9
_SAME: Final = 1e-6
_FAR: Final = 3
"""Households of a kind more or fewer that are tried."""
_OPEN: Final = 3
"""Steps from the truth, of two on each side, from which a target is neither exact nor within one."""
_LEAST: Final = (30, 11)
"""Households of a kind that a side with rows like with like has at least, and one of `_MANY` households."""
_MANY: Final = 300
Key = tuple[str, ...]
Answers = dict[str, list[tuple[int, int]]]
"""By question, households and satisfied ones that print a group's figures."""


@dataclass(frozen=True)
class Drawn:
    """A stock, and the interviews of it at one moment.

    Parameters
    ----------
    homes : DataFrame
        A row a résidence: `PLACE`, `residence`, `logements`.
    n : int array (résidences,)
    hits : mapping of str to int array
        Satisfied answers by question.
    out : mapping of str to int array (résidences, 3)
        Households that do not know, are not concerned, or are not asked (a filter); nobody where left out.
    levels : tuple of str
        Columns of `homes` that the tree is made of.
    kinds : bool
        Whether `homes` has the kind of each résidence (`type`), which figures like with like are raked on.
    """

    homes: pd.DataFrame
    n: np.ndarray
    hits: dict[str, np.ndarray]
    levels: tuple[str, ...] = LEVELS
    kinds: bool = False
    out: dict[str, np.ndarray] = field(default_factory=dict)

    def asked(self, question: str) -> np.ndarray:
        return self.n - self.out[question][:, 2] if self.out else self.n

    def valid(self, question: str) -> np.ndarray:
        return self.n - self.out[question].sum(axis=1) if self.out else self.n

    @property
    def place(self) -> list[str]:
        return ["bailleur", "groupe", *self.levels]

    @property
    def told_apart(self) -> list[str]:
        """Columns that tell atoms apart: those of the tree, and the kind."""
        return [*self.place, "type"] if self.kinds else self.place

    def households(self) -> Households:
        places = self.homes[["residence", *self.told_apart]].reset_index(drop=True)
        alike = ("type",) if self.kinds else ()
        asked = [self.asked(q) for q in QUESTIONS]
        valid = np.stack([self.valid(q) for q in QUESTIONS], axis=1)
        nobody = np.zeros((len(self.homes), 3), dtype=np.int64)
        out = np.stack([self.out.get(q, nobody) for q in QUESTIONS], axis=1)
        kept: dict[bytes, int] = {}
        base = tuple(kept.setdefault(n.tobytes(), len(kept)) for n in asked)
        n = np.stack([asked[base.index(k)] for k in range(len(kept))], axis=1)
        counts = (c.astype(np.int64) for c in (n, valid, out[:, :, 0], out[:, :, 1]))
        return Households(WAVE, QUESTIONS, base, places, alike, *counts)

    def later(self, rng: np.random.Generator, late: int) -> Drawn:
        """Add some late interviews, anywhere in the stock."""
        room = np.maximum(self.homes["logements"].to_numpy() - self.n, 0)
        come = rng.multinomial(late, (room + 1e-9) / (room + 1e-9).sum())
        come = np.minimum(come, room)
        share = {q: rng.binomial(come, 0.6) for q in QUESTIONS}
        return replace(self, n=self.n + come, hits={q: h + share[q] for q, h in self.hits.items()})


def draw(seed: int, *, owners: int = 3, quarters: int = 8, homes: int = 60) -> Drawn:
    """Draw a stock and its interviews: several bailleurs in the same quarters, some of them small."""
    rng = np.random.default_rng(seed)
    contrat = rng.integers(0, max(2, quarters // 3), quarters)
    department = rng.integers(0, 2, contrat.max() + 1)
    weight = rng.dirichlet(np.full(owners, 0.8))
    rows = []
    for k in range(homes):
        q = int(rng.integers(quarters)) if rng.random() < 0.55 else -1
        c = int(contrat[q]) if q >= 0 else int(rng.integers(contrat.max() + 1))
        named = rng.random() < 0.8 or q >= 0
        rows.append(
            (
                f"B{rng.choice(owners, p=weight)}", "qpv" if q >= 0 else "hors_qpv",
                f"D{department[c]}", f"C{c}" if named else "", f"Q{q}" if q >= 0 else "", f"R{k}",
                int(rng.integers(6, 60)),
            )
        )  # fmt: skip
    stock = pd.DataFrame(rows, columns=[*PLACE, "residence", "logements"])
    dense = rng.choice([3, 6, 12])
    n = np.minimum(rng.poisson(dense * rng.gamma(2.0, 0.5, homes)), stock["logements"])
    rate = {q: rng.beta(4, 2, homes) for q in QUESTIONS}
    hits = {q: rng.binomial(n, p) for q, p in rate.items()}
    return Drawn(stock, n.to_numpy(), hits)


def with_agencies(drawn: Drawn, seed: int) -> Drawn:
    """Give résidences an agency of their bailleur: whole quarters, and some résidences of another one's.

    Two or three agencies of each; how often a résidence is not of its quarter's agency is drawn, as is
    whether they are one landlord's own names or shared by all.
    """
    rng = np.random.default_rng(seed)
    homes, apart = drawn.homes, rng.choice([0.02, 0.1, 0.3])
    where = (homes["code_qpv"] + homes["contrat_de_ville"]).astype(str)
    codes = pd.factorize(where)[0]
    count = int(rng.integers(2, 4))
    usual = rng.integers(0, count, codes.max() + 1)[codes]
    other = rng.integers(0, count, len(homes))
    number = np.where(rng.random(len(homes)) < apart, other, usual).astype(str)
    named = homes["bailleur"] + " " if rng.random() < 0.5 else ""
    homes = homes.assign(agence=named + "agence " + pd.Series(number, index=homes.index))
    return replace(drawn, homes=homes, levels=(*LEVELS, "agence"))


def with_kinds(drawn: Drawn, seed: int) -> Drawn:
    """Give résidences a kind, of which one is rare."""
    rng = np.random.default_rng(seed)
    rare = rng.random(len(drawn.homes)) < rng.choice([0.1, 0.25, 0.4])
    homes = drawn.homes.assign(type=np.where(rare, "individuel", "collectif"))
    return replace(drawn, homes=homes, kinds=True)


def printed_figures(
    n: np.ndarray, hits: np.ndarray, valid: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """Return the share and the bounds of groups whose D is 1 / valid answers, which a reader can invert."""
    size, answers = (np.maximum(c, 1).astype(float) for c in (n, n if valid is None else valid))
    sides = Sides.of((hits / answers)[:, None], (1 / answers)[:, None], size[:, None])
    return {name: values[:, 0] for name, values in sides.each().items()}


def printed_groups(drawn: Drawn) -> pd.DataFrame:
    """Return the rows of every group, their exact counts, shares to the point and bounds outwards."""
    wave = drawn.households()
    names, members = _groups_of(wave.places, None)
    parts = []
    for q in QUESTIONS:
        n, valid, hits = (members.total(c) for c in (drawn.asked(q), drawn.valid(q), drawn.hits[q]))
        figures = printed_figures(n, hits, valid)
        if drawn.out:
            unsure, unconcerned = (members.total(drawn.out[q][:, k]) for k in (0, 1))
            step = step_of(rounded_count(n))
            figures |= {
                "part_nsp": at_step(unsure / np.maximum(unsure + valid, 1), step),
                "part_non_concerne": at_step(unconcerned / np.maximum(n, 1), step),
            }
        state = np.where(valid > 0, "publiable", "non_calculable")
        part = names.assign(vague=WAVE, item=q, n=n, hits=hits, publication=state, **figures)
        parts.append(part[n > 0])
    return pd.concat(parts, ignore_index=True)


def unprotected(drawn: Drawn) -> Published:
    """Print every group that a rounded count can be told of, however small."""
    table = printed_groups(drawn)
    table = table.drop(columns="hits").assign(n=rounded_count(table["n"].to_numpy()))
    return sealed(published(drawn), {"comparison": table[table["n"] > 0].reset_index(drop=True)})


def with_gaps(table: pd.DataFrame, *, exact: bool = False) -> pd.DataFrame:
    """Add the gaps of a table of sides: a quarter's with the whole outside it, as the program makes them.

    `exact`: estimates of exact shares, rounded last, which the program no longer prints.
    """
    keys = ["niveau", "territoire", "bailleur", "item"]
    side = {g: table[table["groupe"] == g] for g in ("qpv", "hors_qpv")}
    away = side["qpv"]["niveau"] == "code_qpv"
    asked = side["qpv"].assign(
        **{c: side["qpv"][c].mask(away, TOTAL) for c in ("niveau", "territoire")}
    )
    other = side["hors_qpv"].set_index(keys)[["n", "hits"]]
    other = other.reindex(pd.MultiIndex.from_frame(asked[keys])).reset_index(drop=True)
    gaps = side["qpv"].reset_index(drop=True).assign(groupe="ecart")
    met = other["n"].notna().to_numpy()
    gaps, other = gaps[met].reset_index(drop=True), other[met].reset_index(drop=True)
    n, hits = (np.stack([gaps[c], other[c]], axis=-1).astype(float) for c in ("n", "hits"))
    figures = difference(n, hits, exact=exact)
    return pd.concat([table, gaps.assign(n=n.sum(axis=1), **figures)], ignore_index=True)


def difference(
    n: np.ndarray, hits: np.ndarray, shared: float | None = None, *, exact: bool = False
) -> dict[str, np.ndarray]:
    """Return what the program prints of differences, arrays (rows, two sides), D being 1 / n.

    `exact`: the estimate is of exact shares, rounded last.
    """
    size, share = n[..., None], (hits / n)[..., None]
    both = None if shared is None else np.full((len(n), 1, 1), shared)
    made = Sides.of(share, 1 / size, size, both).figure(np.array([1.0, -1.0]))
    told = {name: values[:, 0] for name, values in made.items()}
    return told | {"estimation": at_step((share[:, 0] - share[:, 1])[:, 0])} if exact else told


def candidates(n: int, hits: int) -> list[tuple[int, int]]:
    """List the households and satisfied ones that print as these do."""
    told = printed_figures(np.array([n]), np.array([hits]))
    count = rounded_count(np.array(float(n)))
    return answers_of(
        tuple(round(1000 * float(v)) for v in (count, *(told[c][0] for c in FIGURES[1:])))
    )


def pairs_left(
    sizes: tuple[int, int], hits: np.ndarray, shared: float | None
) -> set[tuple[int, int]]:
    """Return the pairs of counts for which some answers print the shares and the difference of two groups."""
    sides = [candidates(n, int(k)) for n, k in zip(sizes, hits, strict=True)]
    told = difference(np.array([sizes], dtype=float), np.array([hits], dtype=float), shared)
    return {
        (m, n)
        for (m, _), (n, _) in _fitting(*sides, {c: float(v[0]) for c, v in told.items()}, shared)
    }


def _fitting(
    one: list[tuple[int, int]],
    two: list[tuple[int, int]],
    told: dict[str, float],
    shared: float | None = None,
    *,
    exact: bool = False,
) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """List the answers of both sides that print a difference."""
    every = np.array(list(product(one, two)), dtype=float)
    made = difference(every[:, :, 0], every[:, :, 1], shared, exact=exact)
    fits = np.ones(len(every), dtype=bool)
    for name in FIGURES[1:]:
        fits &= np.abs(made[name] - told[name]) < _SAME
    return [
        ((int(a[0]), int(a[1])), (int(b[0]), int(b[1])))
        for a, b in every[fits].astype(int).tolist()
    ]


def published(
    drawn: Drawn, *, crossed: tuple[str, ...] | None = (), exact_gaps: bool = False
) -> Published:
    """Protect the shares and gaps of a drawn survey as the program would print them."""
    wave, table = drawn.households(), printed_groups(drawn)
    if not drawn.out:  # figures of several sides tell no more than their sides
        table = with_gaps(table, exact=exact_gaps)
    blank = dict.fromkeys((*CLAIMS, "marge_demontree_points"), np.nan)
    table = table.assign(
        theme="residence", nature="service", ajustement="brut", verdict="", isole="",
        peu_de_reponses="",
        **blank,
    )  # fmt: skip
    if crossed is not None:  # own territories are in no common file
        own = (table["bailleur"] != ENSEMBLE) & (table["niveau"] != TOTAL)
        table = table[~own | table["bailleur"].isin(crossed)].reset_index(drop=True)
    nothing = pd.DataFrame()
    items = pd.DataFrame(
        {"item": QUESTIONS, "libelle": QUESTIONS, "theme": "residence", "nature": "service"}
    )
    estimates = Estimates(table.drop(columns="hits"), nothing, nothing, items, households=(wave,))
    return protect(estimates, crossed=crossed)


def released(moments: list[Drawn], *, crossed: tuple[str, ...] | None = ()) -> list[Published]:
    """Release a survey at each moment: kept as it stood, then replaced by the last one's figures."""
    out: list[Published] = []
    lines: list[Release] = []
    for k, drawn in enumerate(moments):
        homes = drawn.homes.rename(columns={"residence": "id_residence"})
        owners = sorted(set(homes["bailleur"]))
        last = 0 < k == len(moments) - 1
        order = Order(release=True, replaced={WAVE: "retardataires"} if last else {}, kept=(WAVE,))
        facts = (WaveFacts(WAVE, 0, 0, 0, 0),)
        now = sealed(published(drawn, crossed=crossed), {}, waves=facts)
        now = standing(now, together(lines, owners, order))
        line = Release.of(owners, f"run{k}", f"2026-0{k + 1}-01", homes, now).line()
        lines.append(Release.read(line))
        out.append(now)
    return out


def as_written(published: Published, suffix: str = ".csv") -> pd.DataFrame:
    """Write a comparison as the command does, and read the file again."""
    data = table_bytes(Path(f"s{suffix}"), published.comparison, raw_csv=False, sheet="s")
    names = ("vague", "niveau", "territoire", "bailleur", "groupe", "item")
    if suffix == ".xlsx":
        return pd.read_excel(io.BytesIO(data), engine="openpyxl", dtype=dict.fromkeys(names, str))
    return pd.read_csv(
        io.BytesIO(data),
        sep=";",
        decimal=",",
        encoding="utf-8-sig",
        dtype=dict.fromkeys(names, str),
    )


def attack(
    moments: list[Drawn],
    printed: list[Published],
    *,
    sizes: bool,
    viewer: str = "",
    exact: bool = False,
    alike: bool = False,
) -> tuple[Attack, pd.DataFrame]:
    """Return the attack on what was printed, and its atoms: what no printed row tells apart.

    `exact`: gaps, and rows like with like, are printed of exact shares, and read so. `alike`: the first
    release prints each of its rows like with like too. Who does not know the sizes is given, for these rows
    alone, how many of each kind answered on each side: their weights, which is more than such a reader has.
    """
    stock, place = moments[0].homes, moments[0].told_apart
    codes, atoms = pd.factorize(pd.MultiIndex.from_frame(stock[place]), sort=True)
    table = pd.DataFrame(list(atoms), columns=place)

    def summed(values: np.ndarray) -> np.ndarray:
        return np.bincount(codes, values, len(table)).astype(int)

    n = np.array([summed(m.n) for m in moments])
    hits = {
        q: np.array([[summed(m.hits[q]), summed(m.n - m.hits[q])] for m in moments]).swapaxes(1, 2)
        for q in QUESTIONS
    }
    rows = [
        r
        for k, p in enumerate(printed)
        if k in (0, len(printed) - 1)  # between them, what the first one told stands
        for r in _rows(as_written(p), table, k, n[k] if sizes else None, exact=exact)
    ]
    own = (table["bailleur"] == viewer).to_numpy()
    caps = summed(stock["logements"].to_numpy())
    sides = (
        list(_sides_alike(moments[0], as_written(printed[0]), table, n[0], caps, exact=exact))
        if alike
        else []
    )
    met = [side.met for side in sides]
    weighed = [w for side in sides for w in side.weighed(side.met, exact=exact)]
    rows += [] if sizes else _counts_of_kinds(sides, met)
    return Attack(rows, n, hits, caps, Reader(sizes, own), weighed=weighed), table


def range_without_weights(
    given: Attack,
    drawn: Drawn,
    printed: Published,
    atoms: pd.DataFrame,
    question: str,
    target: np.ndarray,
) -> Range:
    """Widen what `given` tells of a target by other counts of kinds that print the same.

    `given` has the true counts by kind of the rows like with like. A reader who knows no size lacks them:
    counts a few households off are tried one side at a time, on those that have the target and on all.
    """
    found = given.answers(question, target)
    sides = list(
        _sides_alike(drawn, as_written(printed), atoms, given.n[0], given.caps, exact=False)
    )
    known = [row for row in given.rows if row.shares]
    near = [k for k, side in enumerate(sides) if set(side.atoms) & set(target)]
    every = list(range(len(sides)))
    for moved, by in product(
        [*([k] for k in every), near, every], product(range(-_FAR, _FAR + 1), repeat=2)
    ):
        met = [side.met + (np.array(by) if k in moved else 0) for k, side in enumerate(sides)]
        if not any(by) or not all(sides[k].prints_as(met[k], known) for k in moved):
            continue
        if min(found.true - found.low, 2) + min(found.high - found.true, 2) >= _OPEN:
            break
        other = Attack(
            [*known, *_counts_of_kinds(sides, met)], given.n, given.hits, given.caps, given.reader,
            weighed=[w for side, m in zip(sides, met, strict=True) for w in side.weighed(m)], supposed=True,
        ).answers(question, target)  # fmt: skip
        found = replace(found, low=min(found.low, other.low), high=max(found.high, other.high))
    return found


@dataclass(frozen=True, eq=False)
class SideAlike:
    """A side of rows like with like: its atoms by kind, raked to `part`, and the households of each kind.

    Parameters
    ----------
    atoms : int array
    kind : int array
        Of each atom, which place of `part` and `met` it has.
    part, met : array (kinds,)
        Shares of the dwellings; households that answered.
    hits : mapping of str to int array (kinds,)
        True answers by question.
    """

    atoms: np.ndarray
    kind: np.ndarray
    part: np.ndarray
    met: np.ndarray
    hits: dict[str, np.ndarray]

    def _told(self, shares: np.ndarray, met: np.ndarray) -> dict[str, np.ndarray]:
        spread, size = (self.part**2 / met).sum(), float(met.sum())
        one = (np.full((len(shares), 1), v) for v in (spread, size))
        return Sides.of(shares[:, None], *one).each()

    def window(self, item: str, met: np.ndarray) -> tuple[float, float] | None:
        """Return between what the shares lie that print as the true one does, were `met` the households."""
        true = float((self.part / self.met * self.hits[item]).sum())
        own = self._told(np.array([true]), self.met)
        every = np.linspace(0.0, 1.0, 2001)
        every = np.append(every[np.abs(every - true) < 0.06], true)
        made = self._told(every, met)
        same = np.all([np.abs(made[c] - own[c])[:, 0] < _SAME for c in FIGURES[1:]], axis=0)
        return (float(every[same].min()), float(every[same].max())) if same.any() else None

    def weighed(self, met: np.ndarray, *, exact: bool = False) -> Iterator[Weighed]:
        """Yield what the rows tell, were `met` the households of each kind."""
        for item, hits in self.hits.items():
            true = float((self.part / self.met * hits).sum())
            low, high = (true, true) if exact else self.window(item, met) or (np.nan, np.nan)
            weight = (self.part / met)[self.kind]
            yield Weighed(item, self.atoms, weight, (low + high) / 2, (high - low) / 2 + _FUZZ)

    def prints_as(self, met: np.ndarray, rows: list[Row]) -> bool:
        """Tell whether some answers of `met` households print every question, raw and like with like."""
        size = met.sum()
        if met.min() < _LEAST[int(size >= _MANY)] or max(self.part * size / met) > MOST_FACTOR:
            return False
        raw = next(r for r in rows if set(r.atoms) == set(self.atoms))
        low, high = raw.bounds or (0, np.inf)
        one, two = np.meshgrid(*(np.arange(m + 1) for m in met), indexing="ij")
        share, alike = (one + two) / size, one * self.part[0] / met[0] + two * self.part[1] / met[1]

        def answered(item: str) -> bool:
            told, (least, most) = self.window(item, met), raw.shares[item, SATISFIED]
            if told is None:
                return False
            fits = (share >= least) & (share <= most) & (alike >= told[0] - _FUZZ)
            return bool((fits & (alike <= told[1] + _FUZZ)).any())

        return bool(low <= size <= high) and all(map(answered, self.hits))


def _sides_alike(
    drawn: Drawn,
    told: pd.DataFrame,
    atoms: pd.DataFrame,
    n: np.ndarray,
    caps: np.ndarray,
    *,
    exact: bool,
) -> Iterator[SideAlike]:
    """Yield the sides that have rows like with like: each raked to the dwellings of the landlord’s own stock.

    Only rows whose two sides are shown, like with like too, and have both kinds: all of the target is
    supported.
    """
    rule = group_table([drawn.households()], Rules(), crossed=None).drop_duplicates(PLACED)
    allowed = rule[PLACED][rule["alike"]].astype(str).agg(SEAM.join, axis=1)
    shown = told[told["publication"] == "publiable"]
    gaps = shown[shown["groupe"] == "ecart"].drop_duplicates(PLACED)
    kinds = np.array(["collectif", "individuel"])
    kind = np.searchsorted(kinds, atoms["type"].to_numpy().astype(str))
    done = set()
    for level, place, owner in gaps[PLACED[:3]].astype(str).to_numpy():
        whole = np.ones(len(atoms), bool) if owner == ENSEMBLE else (atoms["bailleur"] == owner)
        target = np.bincount(kind[whole], caps[whole], 2)
        away = (TOTAL, TOTAL) if level == "code_qpv" else (level, place)
        keys = ((level, place, owner, "qpv"), (*away, owner, "hors_qpv"))
        if not exact and not {SEAM.join(k) for k in keys} <= set(allowed):
            continue
        for key in keys:
            at = atoms_of(key, atoms)
            met = np.bincount(kind[at], n[at], 2)
            if key in done or not met.all() or not target.all():
                continue
            part = target / target.sum()
            if max(part * met.sum() / met) > MOST_FACTOR:
                continue
            done.add(key)
            count = {
                q: np.array([drawn.hits[q][_is(drawn.homes, atoms.iloc[a])].sum() for a in at])
                for q in QUESTIONS
            }
            hits = {q: np.bincount(kind[at], c, 2) for q, c in count.items()}
            yield SideAlike(at, kind[at], part, met, hits)


def _counts_of_kinds(sides: list[SideAlike], met: list[np.ndarray]) -> list[Row]:
    """Return, of each side, these households of each kind and no share."""
    return [
        Row(side.atoms[side.kind == k], np.nan, {}, bounds=(float(count), float(count)))
        for side, counts in zip(sides, met, strict=True)
        for k, count in enumerate(counts)
    ]


def _is(homes: pd.DataFrame, atom: pd.Series[Any]) -> np.ndarray:
    return np.asarray((homes[list(atom.index)] == atom).all(axis=1))


def _rows(
    table: pd.DataFrame,
    atoms: pd.DataFrame,
    moment: int,
    sizes: np.ndarray | None,
    *,
    exact: bool,
) -> list[Row]:
    """Read a released file: which counts and answers print each row, over all of its questions together.

    Then which of them print its gaps: each question leaves pairs of counts, and what no pair keeps is gone.
    """
    open_rows = table[table["publication"] == "publiable"]
    shown = open_rows[open_rows["groupe"].isin(["qpv", "hors_qpv"])]
    found: dict[Key, Answers] = {}
    for key, rows in shown.groupby(PLACED):
        assert len(set(rows["n"])) == 1, f"one count a base: {key}"
        found[tuple(map(str, key))] = read_row(
            rows.to_dict("records"),
            None if sizes is None else int(sizes[atoms_of(key, atoms)].sum()),
        )
    for key, rows in open_rows[open_rows["groupe"] == "ecart"].groupby(PLACED):
        level, place, owner, _ = map(str, key)
        outside = (TOTAL, TOTAL) if level == "code_qpv" else (level, place)
        sides = [(level, place, owner, "qpv"), (*outside, owner, "hors_qpv")]
        narrowed(*(found[s] for s in sides), rows.to_dict("records"), exact=exact)
    count = shown.groupby(PLACED)["n"].first()
    return [
        row_of(atoms_of(key, atoms), float(count[key]), left, moment) for key, left in found.items()
    ]


def atoms_of(key: Sequence[object], atoms: pd.DataFrame) -> np.ndarray:
    """Return the atoms of a group."""
    level, place, owner, side = map(str, key)
    there = (atoms["groupe"] == side).to_numpy()
    if level != TOTAL:
        there = there & (atoms[level] == place).to_numpy()
    if owner != ENSEMBLE:
        there = there & (atoms["bailleur"] == owner).to_numpy()
    return np.flatnonzero(there)


def read_row(rows: list[dict[Any, Any]], size: int | None = None) -> Answers:
    """Return which answers print the rows of one group, by question, its size being known or not."""
    made = {
        str(r["item"]): answers_of(tuple(round(1000 * float(r[c])) for c in FIGURES)) for r in rows
    }
    counts = set.intersection(*({n for n, _ in found} for found in made.values()))
    counts = counts if size is None else {size}
    return {item: [a for a in found if a[0] in counts] for item, found in made.items()}


def narrowed(
    one: Answers, two: Answers, rows: list[dict[Any, Any]], *, exact: bool = False
) -> None:
    """Leave of the answers of both sides what prints their gap, for counts that do so at every question."""
    fitting = {
        str(r["item"]): _fitting(
            one[str(r["item"])],
            two[str(r["item"])],
            {c: float(r[c]) for c in FIGURES[1:]},
            exact=exact,
        )
        for r in rows
    }
    pairs = set.intersection(*({(a[0], b[0]) for a, b in found} for found in fitting.values()))
    for side, answers in enumerate((one, two)):
        counts = {pair[side] for pair in pairs}
        for item, found in fitting.items():
            answers[item] = sorted({p[side] for p in found if (p[0][0], p[1][0]) in pairs})
        for item in set(answers) - set(fitting):
            answers[item] = [a for a in answers[item] if a[0] in counts]


def row_of(atoms: np.ndarray, count: float, left: Answers, moment: int) -> Row:
    """Return a row of the judge: between what its count and shares lie."""
    counts = [n for found in left.values() for n, _ in found]
    windows = {}
    for item, found in left.items():
        shares = [k / n for n, k in found]
        windows[item, SATISFIED] = (min(shares) - _FUZZ, max(shares) + _FUZZ)
    return Row(atoms, count, windows, moment, (float(min(counts)), float(max(counts))))


def answers_of(figures: tuple[int, ...]) -> list[tuple[int, int]]:
    """List the households and satisfied ones of a group that print these figures, in thousandths."""
    return _printing(figures[0] // 1000)[figures]


@cache
def _printing(count: int) -> dict[tuple[int, ...], list[tuple[int, int]]]:
    pairs = np.array([(n, k) for n in range(max(count - 5, 1), count + 5) for k in range(n + 1)])
    told = printed_figures(pairs[:, 0], pairs[:, 1])
    columns = [np.full(len(pairs), float(count)), *(told[c] for c in FIGURES[1:])]
    figures = np.rint(1000 * np.stack(columns, axis=1)).astype(int)
    out: dict[tuple[int, ...], list[tuple[int, int]]] = {}
    for pair, shown in zip(pairs.tolist(), figures.tolist(), strict=True):
        out.setdefault(tuple(shown), []).append((pair[0], pair[1]))
    return out


def small_sets(drawn: Drawn, atoms: pd.DataFrame, *, viewer: str = "") -> dict[str, np.ndarray]:
    """List the groups of a tree by side, place and bailleur, the viewer's own left out."""
    others = (atoms["bailleur"] != viewer).to_numpy()
    sets: dict[str, np.ndarray] = {}
    for side in ("qpv", "hors_qpv"):
        here = (atoms["groupe"] == side).to_numpy()
        for level in (TOTAL, *drawn.levels, "bailleur"):
            for place in [""] if level == TOTAL else sorted(set(atoms[level][here])):
                there = here if level == TOTAL else here & (atoms[level] == place).to_numpy()
                sets[f"{side} {level} {place}"] = there & others
                for owner in sorted(set(atoms["bailleur"])):
                    sets[f"{side} {level} {place} {owner}"] = (
                        there & others & (atoms["bailleur"] == owner).to_numpy()
                    )
    if drawn.kinds:
        for name, member in list(sets.items()):
            for kind in sorted(set(atoms["type"])):
                sets[f"{name} {kind}"] = member & (atoms["type"] == kind).to_numpy()
    return sets


def small_targets(drawn: Drawn, atoms: pd.DataFrame, *, viewer: str = "") -> dict[str, np.ndarray]:
    """List the groups of 1 to 10 households."""
    n = np.bincount(
        pd.factorize(pd.MultiIndex.from_frame(drawn.homes[drawn.told_apart]), sort=True)[0],
        drawn.n,
        len(atoms),
    )
    targets: dict[bytes, tuple[str, np.ndarray]] = {}
    for name, member in small_sets(drawn, atoms, viewer=viewer).items():
        if 1 <= n[member].sum() <= 10:
            targets.setdefault((member & (n > 0)).tobytes(), (name, np.flatnonzero(member)))
    return dict(targets.values())
