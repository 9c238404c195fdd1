"""What a release leaves in the ledger and in its pack: what was printed, no exact count."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import Publication
from tfpb.model.survey import Correction, Order
from tfpb.survey.printed import POINT, bounds_outwards
from tfpb.survey.secrecy.groups import of_waves
from tfpb.survey.secrecy.standing import (
    COARSE,
    COUNTS,
    ROW,
    Released,
    fewest_of_sides,
    keys_of,
    of_others,
    row_steps,
)
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from tfpb.model.survey import Published

_FORM: Final = 5
"""Of a line. Those of form 4 were printed before valid answers were counted by bailleur; those of 0.3.0 have
form 3, those of 0.2 none."""
_READ: Final = frozenset({3, 4, _FORM})
_FORM_3: Final = 3
_STEPS_3: Final = ((99, 0.05), (499, 0.02))
"""Steps of the shares of 0.3.0, up to these counts."""
_BOUNDS: Final = (("ic95_bas", "ic95_haut"), ("ic90_bas", "ic90_haut"))
_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class Release:
    """One release."""

    bailleurs: tuple[str, ...]
    run: str
    """Short hash of its inputs, settings and versions, the ledger apart."""
    date: str
    """As printed; the hash where none is."""
    homes: dict[str, tuple[str, ...]]
    """Bailleur ("" where it is not known) → its résidences: how the survey is known again."""
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    facts: dict[str, tuple[int, ...]] = field(default_factory=dict)
    questions: pd.DataFrame = field(default_factory=pd.DataFrame)
    """`vague, item, base`."""
    corrections: tuple[Correction, ...] = ()
    """Waves that it replaces in earlier releases, or keeps."""
    form: int = _FORM

    @classmethod
    def of(
        cls,
        bailleurs: Sequence[str],
        run: str,
        date: str,
        homes: pd.DataFrame,
        published: Published,
    ) -> Release:
        """Return the release of a survey; `homes`: its résidences (`id_residence`)."""
        rows = homes.assign(**{c: "" for c in ("bailleur", "id_residence") if c not in homes})
        owners = [bailleurs[0]] * len(rows) if len(bailleurs) == 1 else rows["bailleur"].astype(str)
        named: dict[str, set[str]] = {}
        for owner, home in zip(owners, rows["id_residence"].astype(str), strict=True):
            named.setdefault(owner, set()).add(home)
        return cls(
            tuple(sorted(bailleurs)),
            run,
            date or run,
            {owner: tuple(sorted(held)) for owner, held in sorted(named.items())},
            {n: _printed(getattr(published, n)) for n in ROW},
            {w.vague: tuple(getattr(w, c) for c in COUNTS) for w in published.waves},
            published.asked,
            published.corrections,
        )

    def line(self) -> dict[str, Any]:
        """Return the release as the ledger writes it."""
        replaced = {
            c.vague: {"calculs": list(c.runs), "date": c.date, "motif": c.reason}
            for c in self.corrections
            if not c.kept
        }
        kept = {c.vague: c.date for c in self.corrections if c.kept}
        return {
            "forme": _FORM,
            "bailleurs": list(self.bailleurs),
            "calcul": self.run,
            "date": self.date,
            "residences": {owner: list(held) for owner, held in self.homes.items()},
            "questions": _rows(self.questions),
            "imprime": {n: _rows(t) for n, t in self.tables.items()},
            "vagues": {w: list(n) for w, n in self.facts.items()},
            **({"remplace": replaced} if replaced else {}),
            **({"garde": kept} if kept else {}),
        }

    @classmethod
    def read(cls, line: Any) -> Release:
        """Read a line of the ledger, of 0.3.0 too (KeyError, TypeError, ValueError: broken).

        One of 0.2 kept no printed row: nothing of it can be printed again.
        """
        owners, run = tuple(map(str, line["bailleurs"])), str(line["calcul"])
        form = line.get("forme", _FORM_3)
        if form not in _READ:
            raise ValueError(form)
        old = form == _FORM_3
        listed = line["residences_par_bailleur" if old else "residences"]
        homes = {
            str(o): tuple(map(str, held.get("cote", {}) if old else held))
            for o, held in listed.items()
        }
        read = cls(owners, run, str(line.get("date", run)), homes, form=form)
        if "forme" not in line:
            return read
        stepped = _of_form_3 if old else _stepped
        return replace(
            read,
            # 0.3.0 kept a table of slopes, made no more
            tables={n: stepped(_table(t)) for n, t in line["imprime"].items() if n in ROW},
            facts={str(w): tuple(map(int, n)) for w, n in line["vagues"].items()},
            questions=_table(line["questions"]),
            corrections=tuple(
                Correction(str(w), str(c["date"]), str(c["motif"]), tuple(map(str, c["calculs"])))
                for w, c in line.get("remplace", {}).items()
            )
            + tuple(Correction(str(w), str(d)) for w, d in line.get("garde", {}).items()),
        )

    def concerns(self, bailleurs: Iterable[str], homes: Collection[str]) -> bool:
        """Return whether a run is about the same survey: a bailleur and some résidences in common.

        A survey that names no résidence may be the same.
        """
        known = {h for held in self.homes.values() for h in held} - {""}
        shared = {fold(b) for b in bailleurs} & {fold(b) for b in self.bailleurs}
        return bool(shared) and (not known or not homes or any(h in known for h in homes))


def together(
    releases: Sequence[Release], bailleurs: Iterable[str], order: Order | None = None
) -> Released:
    """Return what readers hold after several releases, in order: of each wave, the last rows that stand.

    Rows over all bailleurs stand after a release of the same ones alone, written as in this run.
    """
    written = {fold(b): b for b in bailleurs}
    retired = {
        (run, c.vague) for r in releases for c in r.corrections if not c.kept for run in c.runs
    }
    tables: dict[str, list[pd.DataFrame]] = {}
    facts: dict[str, tuple[int, ...]] = {}
    dates: dict[str, str] = {}
    runs: dict[str, tuple[str, ...]] = {}
    unchecked: set[str] = set()
    for release in releases:
        same = {fold(b) for b in release.bailleurs} == set(written)
        left = {wave for wave in release.facts if (release.run, wave) not in retired}
        for wave in left:
            dates[wave] = release.date
            runs[wave] = (*runs.get(wave, ()), release.run)
        kept = {c.vague for c in release.corrections if c.kept}
        unchecked = unchecked | left if release.form < _FORM else unchecked - (left - kept)
        facts |= {w: n for w, n in release.facts.items() if w in left and same}
        for name, table in release.tables.items():
            if table.empty:
                continue
            rows = _named(table[of_waves(table, left, release.facts)], written)
            rows = rows if same else rows[~of_others(rows)]
            if len(rows):
                tables.setdefault(name, []).append(rows)
    return Released(
        tables={
            n: pd.concat(t, ignore_index=True).drop_duplicates(keys_of(n, t[0]), keep="last")
            for n, t in tables.items()
        },
        facts=facts,
        dates=dates,
        runs=runs,
        unchecked=frozenset(unchecked),
        order=order or Order(),
    )


def _printed(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out what is withheld, and what other rows give again."""
    if "publication" in table:
        table = table[table["publication"] != Publication.MASQUE.value]
    if "ajustement" in table:
        table = table[table["ajustement"] != "modele"]
    return table.drop(columns=["theme", "nature"], errors="ignore").reset_index(drop=True)


def _stepped(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(**{COARSE: row_steps(table)}) if "n" in table else table


def _of_form_3(table: pd.DataFrame) -> pd.DataFrame:
    """Give rows of 0.3.0 their steps, and their bounds, then of nine digits, as they are printed now."""
    if "n" not in table:
        return table
    step, n = np.full(len(table), POINT), fewest_of_sides(table)
    for count, wide in reversed(_STEPS_3):
        step = np.where(n <= count, wide, step)
    out = table.assign(**{COARSE: step})
    marks = (out["mesure"] == "moyenne").to_numpy() if "mesure" in out else np.zeros(len(out), bool)
    unit = np.where(marks, 10 * POINT, POINT)
    for low, high in _BOUNDS:
        if low in out:
            least, most = (out[c].to_numpy(dtype=float) for c in (low, high))
            ends = bounds_outwards(least, most, unit)
            out = out.assign(**dict(zip((low, high), ends, strict=True)))
    return out


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
