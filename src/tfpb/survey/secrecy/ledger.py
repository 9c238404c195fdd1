"""What a release leaves in the ledger and in its pack: the tree, what was printed, no exact count."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import Publication
from tfpb.survey.secrecy.groups import BASE, KEY
from tfpb.survey.secrecy.reprint import (
    COUNTS,
    ROW,
    SINCE,
    WHOSE,
    Home,
    Released,
    keys_of,
    printed_counts,
    raw_sides,
)
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tfpb.model.survey import Published

_FORM: Final = 3
"""Of a line; lines of 0.2 bear none, and told cells instead of rows."""
_SIDE: Final = "cote"
_GROUP: Final = ["vague", BASE, *KEY[2:]]
_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class Release:
    """One release.

    Parameters
    ----------
    run : str
        Short hash of its inputs, settings and versions, the ledger apart.
    date : str
        As printed; the hash where none is.
    homes : mapping of str to mapping of (str, str) to str
        Column (`cote`, `code_qpv`, each level) → bailleur ("" where it is not known) and résidence → what it
        was then.
    printed : Released
        What it printed, its sides apart.
    """

    bailleurs: tuple[str, ...]
    run: str
    date: str
    homes: dict[str, dict[Home, str]]
    printed: Released = field(default_factory=Released)

    @classmethod
    def of(
        cls,
        bailleurs: Sequence[str],
        run: str,
        date: str,
        homes: pd.DataFrame,
        published: Published,
    ) -> Release:
        """Return the release of a survey.

        Parameters
        ----------
        homes : DataFrame
            Résidences (`id_residence`) as the survey was estimated on them; without `cote`, their side is
            not known. Two of one bailleur that bear one name are on no known side, nor in a known place.
        """
        tables = {name: getattr(published, name) for name in ROW}
        printed = Released(
            groups=published.groups,
            asked=published.asked,
            tables={n: _printed(t) for n, t in tables.items()},
            facts={w.vague: tuple(getattr(w, c) for c in COUNTS) for w in published.waves},
            prints=dict(published.prints),
        )
        date = date or run
        levels = [str(c) for c in homes if c in published.levels_held]
        places = _homes_of(homes, bailleurs, levels)
        return cls(tuple(sorted(bailleurs)), run, date, places, printed)

    def line(self) -> dict[str, Any]:
        """Return the release as the ledger writes it."""
        by_owner: dict[str, dict[str, dict[str, str]]] = {}
        for column, values in self.homes.items():
            for (owner, home), value in values.items():
                by_owner.setdefault(owner, {}).setdefault(column, {})[home] = value
        return {
            "forme": _FORM,
            "bailleurs": list(self.bailleurs),
            "calcul": self.run,
            "date": self.date,
            "residences_par_bailleur": by_owner,
            "groupes": _rows(self.printed.groups),
            "questions": _rows(self.printed.asked),
            "imprime": {n: _rows(t) for n, t in self.printed.tables.items()},
            "vagues": {w: list(n) for w, n in self.printed.facts.items()},
            "empreintes": {w: list(p) for w, p in self.printed.prints.items()},
        }

    @classmethod
    def read(cls, line: Any) -> Release:
        """Read a line of the ledger, of 0.2 too (KeyError, TypeError, ValueError: older, or broken)."""
        owners, run = tuple(map(str, line["bailleurs"])), str(line["calcul"])
        homes = _homes(line)
        if "forme" not in line:
            masked = pd.DataFrame(
                [dict(zip(_OLD_CELL, map(str, c), strict=True)) for c in line["masquees"]],
                columns=KEY,
            )
            return cls(owners, run, run, homes, Released(masked=masked))
        if line["forme"] != _FORM:
            raise ValueError(line["forme"])
        printed = Released(
            groups=_table(line["groupes"]),
            asked=_table(line["questions"]),
            tables={str(n): _table(t) for n, t in line["imprime"].items()},
            facts={str(w): tuple(map(int, n)) for w, n in line["vagues"].items()},
            prints={str(w): (str(p), str(q)) for w, (p, q) in line["empreintes"].items()},
        )
        return cls(owners, run, str(line["date"]), homes, printed)

    def concerns(self, bailleurs: Iterable[str], homes: Collection[str]) -> bool:
        """Return whether a run is about the same survey: a bailleur and some résidences in common.

        A survey that names no résidence may be the same.
        """
        known = {h for _, h in self.homes.get(_SIDE, {})}
        shared = {fold(b) for b in bailleurs} & {fold(b) for b in self.bailleurs}
        return bool(shared) and (not known or not homes or any(h in known for h in homes))


_OLD_CELL: Final = ("vague", "item", "niveau", "territoire", "bailleur", "groupe")


def together(
    releases: Sequence[Release], bailleurs: Iterable[str], others: Sequence[Release] = ()
) -> Released:
    """Return what readers hold after several releases: places of the first, rows of the last.

    Parameters
    ----------
    releases : sequence of Release
        In order.
    bailleurs : iterable of str
        As this run writes them.
    others : sequence of Release
        Of what seems another survey: only whether its answers are these is looked at.
    """
    written = {fold(b): b for b in bailleurs}
    sides: dict[str, dict[Home, str]] = {}
    tables: dict[str, list[pd.DataFrame]] = {}
    groups: list[pd.DataFrame] = []
    asked: list[pd.DataFrame] = []
    masked: list[pd.DataFrame] = []
    facts: dict[str, tuple[int, ...]] = {}
    prints: dict[str, tuple[str, str]] = {}
    for release in releases:
        for column, values in release.homes.items():
            stood = {h: v for h, v in values.items() if v or column != _SIDE}
            if stood:
                sides[column] = _of_run(stood, written) | sides.get(column, {})
        printed = release.printed
        for name, table in printed.tables.items():
            dated = table.assign(**{SINCE: table.get(SINCE, "")})
            dated[SINCE] = dated[SINCE].where(dated[SINCE] != "", release.date)
            tables.setdefault(name, []).append(_named(dated, written))
        bound = {w for g in groups for w in g["vague"]}
        groups += [g[~g["vague"].isin(bound)] for g in [_named(printed.groups, written)] if len(g)]
        asked += [printed.asked] if len(printed.asked) else []
        masked += [_named(printed.masked, written)] if len(printed.masked) else []
        facts |= printed.facts
        prints |= printed.prints
    counts = [printed_counts(t) for t in tables.get("comparison", ())]
    elsewhere = [
        raw_sides(table).assign(**{WHOSE: ", ".join(other.bailleurs)})
        for other in others
        if len(table := other.printed.tables.get("comparison", pd.DataFrame()))
    ]
    return Released(
        sides=tuple(sorted(sides.items())),
        groups=pd.concat(groups, ignore_index=True) if groups else pd.DataFrame(),
        asked=pd.concat(asked).drop_duplicates(["vague", "item"]) if asked else pd.DataFrame(),
        tables={
            n: pd.concat(t, ignore_index=True).drop_duplicates(keys_of(n, t[0]), keep="last")
            for n, t in tables.items()
        },
        counts=pd.concat(counts).drop_duplicates() if counts else pd.DataFrame(),
        facts=facts,
        prints=prints,
        masked=pd.concat(masked).drop_duplicates() if masked else pd.DataFrame(),
        elsewhere=pd.concat(elsewhere) if elsewhere else pd.DataFrame(),
    )


def _printed(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out what is withheld, and what other rows give again."""
    if "publication" in table:
        table = table[table["publication"] != Publication.MASQUE.value]
    if "ajustement" in table:
        table = table[table["ajustement"] != "modele"]
    return table.drop(columns=["theme", "nature"], errors="ignore").reset_index(drop=True)


def _rows(table: pd.DataFrame) -> dict[str, Any]:
    """Write a table column by column; no number is null."""
    out = {}
    for name in table.columns:
        cells = table[name]
        number = pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells)
        out[str(name)] = (
            [None if np.isnan(v) else round(float(v), _DIGITS) for v in cells.astype(float)]
            if number
            else [str(v) for v in cells]
        )
    return out


def _table(columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    out = {}
    for name, cells in columns.items():
        text = any(isinstance(c, str) for c in cells)
        out[name] = pd.Series(list(cells), dtype=object if text or not len(cells) else float)
    return pd.DataFrame(out)


def _named(table: pd.DataFrame, written: Mapping[str, str]) -> pd.DataFrame:
    """Write bailleurs as this run does."""
    if "bailleur" not in table:
        return table
    return table.assign(bailleur=[written.get(fold(str(b)), b) for b in table["bailleur"]])


def _homes_of(
    homes: pd.DataFrame, bailleurs: Sequence[str], levels: Sequence[str]
) -> dict[str, dict[Home, str]]:
    columns = [_SIDE, *levels]
    keys = ["bailleur", "id_residence"]
    names = [*keys, *columns]
    rows = homes.assign(**{c: "" for c in names if c not in homes})[names].fillna("").astype(str)
    if len(bailleurs) == 1:
        rows["bailleur"] = bailleurs[0]
    rows = rows.drop_duplicates().sort_values(keys, kind="stable")
    double = rows[keys].duplicated(keep=False)
    rows.loc[double, _SIDE] = ""
    out = {}
    for column in columns:
        sure = rows if column == _SIDE else rows[~double]
        pairs = sure[keys].itertuples(index=False, name=None)
        out[column] = dict(zip(pairs, sure[column], strict=True))
    return out


def _of_run(stood: Mapping[Home, str], bailleurs: Collection[str]) -> dict[Home, str]:
    """Return what is told of the résidences of a run, under its bailleurs' names, folded.

    Those of a run of one bailleur are all its own, whatever its stock calls it. What was of a bailleur that
    the run does not name (it has another name now, or the line named none) is of whoever has that
    identifier, unless two had it.
    """
    own = {(fold(o), h): v for (o, h), v in stood.items() if fold(o) in bailleurs}
    if len(bailleurs) == 1:
        own |= {("", h): v for (_, h), v in own.items()}
    free: dict[Home, set[str]] = {}
    for (owner, home), value in stood.items():
        if not owner or (len(bailleurs) > 1 and fold(owner) not in bailleurs):
            free.setdefault(("", home), set()).add(value)
    return {h: values.pop() for h, values in free.items() if len(values) == 1} | own


def _homes(line: Any) -> dict[str, dict[Home, str]]:
    """Read the résidences of a line: column → bailleur and résidence → what it was."""
    out: dict[str, dict[Home, str]] = {}
    for owner, columns in line["residences_par_bailleur"].items():
        sided = columns.get(_SIDE, {})
        for column, values in columns.items():
            # without a side it was two résidences of one name: the rest is of either
            kept = [h for h in values if column == _SIDE or sided.get(h, "?")]
            held = {(str(owner), str(h)): str(values[h]) for h in kept}
            out.setdefault(str(column), {}).update(held)
    return out
