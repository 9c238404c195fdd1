"""Disclosure control: the only way out of the survey.

Each group is published, or not, by itself; a row that rests on one that is not bears no number.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import ENSEMBLE, TOTAL, Ajustement, Groupe, Publication, Verdict
from tfpb.model.survey import (
    _SEAL,  # the only place allowed to make Published
    HIDDEN_COUNT,
    Estimates,
    Published,
    WaveFacts,
)
from tfpb.survey.adjustment.benchmark import OWNER
from tfpb.survey.printed import LEAST_LEVELS, rounded_count
from tfpb.survey.secrecy.field_counts import protected_counts, rounded_spread
from tfpb.survey.secrecy.groups import BASE, PARTS, SIDES, group_table, resting
from tfpb.survey.secrecy.ownership import own_rows, under_name
from tfpb.survey.secrecy.publishable import Rules
from tfpb.survey.verdicts import NO_VERDICT, counted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tfpb.model.arrays import Flags, Indices
_KEYS: Final = frozenset(
    {
        "vague", "niveau", "territoire", "bailleur", "item", "theme", "nature", "groupe",
        "ajustement", "mesure", "modalite", "rang", "verdict", "publication", "marge_points",
        "repere", "reference", "isole", "variante", "assurance",
    }
)  # fmt: skip
_EMPTIED: Final = frozenset({"peu_de_reponses", "autre_histoire", "isole"})
TABLES: Final = ("comparison", "levels", "benchmark", "fieldwork", "variants")


def protect(
    estimates: Estimates,
    rules: Rules | None = None,
    *,
    bailleur: str = "",
    crossed: Collection[str] | None = (),
) -> Published:
    """Withhold what would point at few households, over every table at once.

    The pack of a `bailleur` holds its own rows (`ownership.own_rows`); otherwise `crossed` are those whose
    territories are shown (None: all). Rules are those of the settings when left out.

    Examples
    --------
    With `frame` and `plan` of the package's example, where five answers of QPV are left: what rests on
    that side is withheld.

    >>> few = frame[(frame["qpv"] == 0) | (frame["id"] < 10)]
    >>> published = protect(compare(recode([few], plan), plan))
    >>> rows = published.comparison.query("bailleur == 'ensemble'")
    >>> rows["publication"].tolist()
    ['masque', 'publiable', 'masque', 'masque']
    """
    rules = rules or rules_of(estimates.settings)
    if bailleur:
        estimates, crossed = under_name(estimates, bailleur), {bailleur}
    groups = group_table(estimates.households, rules, crossed)
    tables = {
        "comparison": counted(_withheld(_uncrossed(estimates, crossed), groups)),
        "levels": _withheld(estimates.levels, groups),
        "benchmark": _region_without(estimates.benchmark, groups, several=rules.owners > 0),
        "variants": _withheld(estimates.variants, groups),
        "fieldwork": protected_counts(estimates.fieldwork, rules.shown_n),
    }
    tables = {k: blanked(own_rows(t, groups, bailleur, rules.owners)) for k, t in tables.items()}
    whole = groups[(groups["niveau"] == TOTAL) & (groups["bailleur"] == ENSEMBLE)]
    waves = tuple(_masked_facts(w, whole[whole["vague"] == w.vague]) for w in estimates.waves)
    return Published(
        **tables,
        items=estimates.items,
        waves=waves,
        notices=estimates.notices,
        settings=estimates.settings,
        seal=_SEAL,
        readings=estimates.readings,
        asked=groups[["vague", "item", BASE]].drop_duplicates(ignore_index=True),
        corrections=(),
    )


def rules_of(settings: Mapping[str, object]) -> Rules:
    """Return the rules of a plan's settings: thresholds that it may raise."""
    n, few = (int(str(settings.get(k, v))) for k, v in (("publication_n", 30), ("masquage_n", 11)))
    return Rules(shown_n=max(n, 30), fewest=max(few, 11))


def sealed(published: Published, tables: Mapping[str, pd.DataFrame], **more: object) -> Published:
    """Return what was protected with other tables, as a cut of it or an earlier release gives them."""
    return replace(published, **{k: blanked(t) for k, t in tables.items()}, **more)  # type: ignore[arg-type]


def reopened(fields: Mapping[str, object]) -> Published:
    """Seal again what `protect` made and an earlier run kept; a file changed since shows nothing withheld."""
    again = {n: blanked(v) if isinstance(v, pd.DataFrame) else v for n, v in fields.items()}
    return Published(**again, seal=_SEAL)  # type: ignore[arg-type]


def _uncrossed(estimates: Estimates, crossed: Collection[str] | None) -> pd.DataFrame:
    """Leave out the territories of a bailleur where several are told: they are of its own pack alone."""
    table = estimates.comparison
    names = {name for wave in estimates.households for name in wave.places["bailleur"]}
    if crossed is None or len(names) == 1:
        return table
    own = table["bailleur"].isin([ENSEMBLE, *crossed])
    return table[own | (table["niveau"] == TOTAL)].reset_index(drop=True)


def _withheld(table: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Give each row the state of the groups it rests on, and its rounded count."""
    if table.empty:
        return table
    sides = resting(table, groups)
    found, at = sides["shown"].notna(), sides["row"].to_numpy()
    hidden = found & ~_open(sides)
    if "mesure" in table:
        answers = (table["mesure"] == "niveau").to_numpy()[at]
        hidden |= found & answers & (sides["n"] <= LEAST_LEVELS)
    if "ajustement" in table:
        like = (table["ajustement"] != Ajustement.BRUT.value).to_numpy()[at]
        change = table["groupe"].str.startswith("evolution").to_numpy()[at]
        hidden |= found & like & sides["alike"].eq(False)  # noqa: FBT003
        apart = sides["apart"].fillna("").to_numpy(dtype=object)
        some = np.flatnonzero(change & (apart != ""))
        names = table["vague"].to_numpy(dtype=object)[at[some]]
        few = [str(v) in a.split("\x1f") for v, a in zip(names, apart[some], strict=True)]
        hidden = hidden | np.isin(np.arange(len(hidden)), some[np.array(few, dtype=bool)])
    # the count is of the row's own question: the overall marks that it rests on are the same households
    own = sides["item"].to_numpy() == table["item"].astype(str).to_numpy()[at]
    counted_once = sides["n"].where(own & ~sides.duplicated().to_numpy())
    by_row = pd.DataFrame({"hidden": hidden, "found": found, "n": counted_once})
    by_row = by_row.groupby(at).agg(
        hidden=("hidden", "any"), found=("found", "all"), one=("found", "any"), n=("n", "sum")
    )
    # of both sides together, the one of whom nobody was asked stands for nobody
    together = (table["groupe"] == Groupe.ENSEMBLE.value).to_numpy()
    by_row["found"] |= by_row["one"] & together
    n = table["n"].to_numpy(dtype=float)
    # nor is what rests on a side that no group stands for, were the other shown; a side of nobody apart
    nobody = (table["publication"] == Publication.NON_CALCULABLE.value).to_numpy()
    lost = by_row["hidden"].to_numpy() | (~by_row["found"].to_numpy() & (n > 0) & ~nobody)
    # a group nobody belongs to stays « not computable »: hiding it would suggest someone is there
    counts = np.where(n > 0, by_row["n"].to_numpy(), n)
    shares = {c: table[c].where(_every(sides[c].ne(False), at)) for c in PARTS if c in table}  # noqa: FBT003
    return masked(table.assign(n=counts, **shares), lost & ~(nobody & (n == 0)))


def _every(held: pd.Series[bool], row: Indices) -> Flags:
    """Return of which rows every side holds."""
    out: Flags = held.groupby(row).all().to_numpy()
    return out


def masked(table: pd.DataFrame, rows: Flags) -> pd.DataFrame:
    """Give rows the state of what is withheld, and the word of it where they have one."""
    out = table.assign(publication=table["publication"].mask(rows, Publication.MASQUE.value))
    if "verdict" not in out:
        return out
    rows = rows & (table["verdict"] != "").to_numpy()
    gaps = rows & (table["groupe"] == Groupe.ECART.value).to_numpy()
    verdict = table["verdict"].mask(rows, NO_VERDICT).mask(gaps, Verdict.MASQUE.value)
    return out.assign(verdict=verdict)


def _open(groups: pd.DataFrame) -> pd.Series[bool]:
    """Return which groups are known and shown for their question."""
    return groups["shown"].eq(True)  # noqa: FBT003


def _region_without(table: pd.DataFrame, groups: pd.DataFrame, *, several: bool) -> pd.DataFrame:
    """Drop the marks of « the region without oneself » where it, or oneself, is not shown, or of several."""
    if OWNER not in table:
        return table
    own = np.flatnonzero((table[OWNER] != "").to_numpy())
    keep = np.ones(len(table), dtype=bool)
    keep[own] = several or len(set(table[OWNER].iloc[own])) == 1
    n = table["n"].to_numpy(dtype=float).copy()
    n[own] = 0.0
    rows = table.iloc[own].rename(columns={OWNER: "bailleur"})
    for asked, sign in ((rows.assign(bailleur=ENSEMBLE), 1.0), (rows, -1.0)) if len(own) else ():
        sides = resting(asked, groups)
        by_row = sides["row"]
        keep[own] &= _every(_open(sides), by_row.to_numpy())
        n[own] += sign * sides["n"].groupby(by_row).sum().to_numpy()
    shown = table.assign(n=n)[keep]
    return shown.drop(columns=[] if several else [OWNER]).reset_index(drop=True)


def blanked(table: pd.DataFrame) -> pd.DataFrame:
    """Take away the numbers that a row's state forbids."""
    if table.empty or "publication" not in table:
        return table
    # what is not publishable for itself bears the one word of all that is withheld
    state = table["publication"].replace(Publication.NON_PUBLIABLE.value, Publication.MASQUE.value)
    table = table.assign(publication=state)
    hidden = (state == Publication.MASQUE.value).to_numpy()
    silent = (state != Publication.PUBLIABLE.value).to_numpy()
    out = {}
    for name in table.columns:
        values = table[name]
        if name in _EMPTIED:
            values = values.where(~silent, "")
        elif name not in _KEYS:
            numbers = values.to_numpy(dtype=float).copy()
            numbers[hidden if name == "n" else silent] = np.nan
            values = pd.Series(numbers, index=table.index)
        out[name] = values
    return pd.DataFrame(out, columns=table.columns)


def _masked_facts(facts: WaveFacts, whole: pd.DataFrame) -> WaveFacts:
    """Round to ten the counts of a method sheet; those of a hidden side, and then both, are not told."""
    asked = whole.drop_duplicates(["groupe", BASE])
    size = {g: asked.loc[asked["groupe"] == g, "n"].max() for g in SIDES}
    exact = dict(zip(SIDES, (facts.n_qpv, facts.n_hors), strict=True))
    n = {
        g: 0 if not exact[g] else HIDDEN_COUNT if np.isnan(size[g]) else int(size[g]) for g in SIDES
    }
    known = HIDDEN_COUNT not in n.values()
    homes = int(rounded_count(np.array(facts.n_residences)))
    return replace(
        facts,
        n=sum(n.values()) if known else HIDDEN_COUNT,
        n_residences=homes if known and (homes or not facts.n_residences) else HIDDEN_COUNT,
        n_qpv=n[SIDES[0]],
        n_hors=n[SIDES[1]],
        effet_plan_median=round(facts.effet_plan_median, 1) if known else np.nan,
        ponderation=tuple(map(rounded_spread, facts.ponderation)) if known else (),
    )
