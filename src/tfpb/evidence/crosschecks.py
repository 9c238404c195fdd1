"""Checks between files: codes and identifiers that one file uses and another must know."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.facts.quarter import quarters_of
from tfpb.model.columns import stamped_place
from tfpb.model.legal.map_table import LETTERS, MAPS
from tfpb.model.tables import BEFORE_QUARTER, means_every_quarter
from tfpb.near_names import near_names
from tfpb.text import fold
from tfpb.words.faults.input_words import NAMELESS, NEAR_QUARTERS, UNDER_NAME, listed
from tfpb.words.faults.paste_words import ALIAS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tfpb.model.location import QpvMap

_CODE: Final = re.compile(rf"Q[{LETTERS}][0-9AB]{{3}}\d{{2}}[0-9A-Z]")
_HISTORY: Final = frozenset({"conventions", "programme_precedent"})
_FORM: Final = re.compile(rf"Q\s*[{LETTERS}]\s*[0-9AB]{{2}}.*", re.IGNORECASE)
_TABLE: Final = ALIAS.format(what="quartiers")
_FEW: Final = 5  # interviews, for their résidences to tell whose they are
_MOSTLY: Final = 0.8
"""Share of the interviews of a name whose résidences are of the stock, for the name to be doubted."""
_AT_MOST: Final = 2  # names; where more bear the stock's identifiers, anybody gives such ones


def unknown_quarters(
    frames: Mapping[str, pd.DataFrame], maps: Mapping[int, QpvMap], vintage: int, folder: str
) -> list[Fault]:
    """List codes of quarters that no imported map has, saying when they belong to the other map.

    `frames` have `code_qpv`, or `codes_qpv` (tuple), and the stamp; `vintage` rules the tax year; `folder`
    is where the maps were read: of two folders of geography, the other may have the code. `qpv_inconnu`,
    `qpv_autre_carte` (a doubt where a table keeps years before), `qpv_plusieurs`.
    """
    known = {v: {q.code_qpv for q in quarters_of([m])} for v, m in maps.items()}
    everywhere = set().union(*known.values())
    example = min(known.get(vintage, everywhere), default="")
    faults: list[Fault] = []
    for role, frame in frames.items():
        column = "codes_qpv" if "codes_qpv" in frame else "code_qpv"
        if column not in frame:
            continue
        for row, cell in enumerate(frame[column]):
            for code in (cell,) if isinstance(cell, str) else cell:
                everyone = means_every_quarter(code) and role.startswith("programme")
                if not code or everyone or code in known.get(vintage, everywhere):
                    continue
                name, fields = _unknown(code, vintage)
                fields |= {"millesime": vintage, "exemple": example, "dossier": folder}
                # a table of conventions keeps those of the years before, under their own map
                history = name == "qpv_autre_carte" and (role in _HISTORY or code in everywhere)
                severity = Severity.DOUTE if history else Severity.FAUTE
                faults.append(
                    Fault(name, stamped_place(frame, row, column), code, fields, severity)
                )
    return faults


def _unknown(code: str, vintage: int) -> tuple[str, dict[str, Any]]:
    """Return why a code is in no map: several codes in one cell, a code of the other map, or none."""
    if len(_CODE.findall(code)) > 1:
        return "qpv_plusieurs", {}
    other = next((v for v, m in MAPS.items() if m.codes.fullmatch(code) and v != vintage), 0)
    return ("qpv_autre_carte", {"autre": other}) if other else ("qpv_inconnu", {})


def unknown_residences(
    frame: pd.DataFrame, known: Iterable[str], *, column: str, code: str, severity: Severity
) -> list[Fault]:
    """List identifiers of résidences that the stock lacks, one fault an identifier with its rows.

    Each fault, of the `code` given, is at the first row of its identifier; none when the stock names none.
    """
    stock = set(known) - {""}
    if not stock:  # the stock's own column is at fault, with its own message
        return []
    rows: dict[str, list[int]] = {}
    for row, value in enumerate(frame[column]):
        if value and value not in stock:
            rows.setdefault(value, []).append(row)
    return [
        Fault(code, stamped_place(frame, at[0], column), value, {"nombre": len(at)}, severity)
        for value, at in rows.items()
    ]


def under_other_names(
    frame: pd.DataFrame, known: Iterable[str], *, named: str, column: str, bailleur: str,
    settled: Iterable[str],
) -> list[Fault]:  # fmt: skip
    """Doubt interviews that have another name and résidences of the stock: they would not count.

    A near name is doubted; another one by its résidences alone, where two names at most are so: of more,
    identifiers are commonplace. Where no interview has the name, another doubt says it. `named` and
    `column` are the columns of the bailleur and of the résidence; `settled`, names already given a meaning,
    be it their own. `bailleur_autre_nom`, one a name.
    """
    names = frame[named].astype(str)
    folded, there = names.map(fold), frame[column].isin(set(known) - {""})
    left = {fold(bailleur), *map(fold, settled)}
    if not (folded == fold(bailleur)).any():
        return []
    met = {str(k): some for k, some in there.groupby(folded) if k not in left and some.any()}
    shown = {k: names[some.index[0]] for k, some in met.items()}
    near = {k for k, name in shown.items() if name and near_names(name, [bailleur])}
    alike = {k for k, some in met.items() if some.sum() >= _FEW and some.mean() >= _MOSTLY}
    out = []
    for key in sorted(near | alike if len(alike) <= _AT_MOST else near):
        fields: dict[str, Any] = {"proches": NAMELESS}
        if name := shown[key]:
            pasted = (ALIAS.format(what="bailleurs"), name, bailleur)
            fields = {"proches": UNDER_NAME.format(name=name), "coller": pasted}
        at = int(np.flatnonzero((folded == key).to_numpy())[0])
        place = stamped_place(frame, at, named)
        out.append(Fault("bailleur_autre_nom", place, bailleur, fields, Severity.DOUTE))
    return out


class _Quarters:
    """The quarters of a map by their names, and what someone means by others."""

    def __init__(
        self, quarters: QpvMap, aliases: Mapping[str, str], communes: Iterable[str]
    ) -> None:
        here = {c[:5] for c in communes if c}
        near = [bool(here.intersection(codes)) for codes in quarters.frame["codes_insee"]]
        local = replace(quarters, frame=quarters.frame[near])
        self.spelt = {q.code_qpv: q.nom for q in quarters_of([quarters])}
        self.local = {q.code_qpv for q in quarters_of([local])}
        self._own = {_key(k): v for k, v in aliases.items()}
        self._names: dict[str, list[str]] = {}
        for code, name in self.spelt.items():
            self._names.setdefault(_key(name), []).append(code)
        self.used: set[str] = set()

    def read(self, written: str) -> tuple[str, str, list[str]]:
        """Return the code, or why there is none, and the codes it may be."""
        key = _key(written)
        self.used.add(key)
        meant = self._own.get(key, written)
        if meant in self.spelt:
            return meant, "", []
        found = self._names.get(_key(meant), [])
        if len(found) > 1:
            found = [c for c in found if c in self.local] or found
        if len(found) == 1:
            return found[0], "", []
        if found:
            return "", "qpv_nom_ambigu", found
        local = [c for c in self.spelt if c in self.local] or list(self.spelt)
        return (
            "",
            "qpv_nom_inconnu",
            [c for c in local if near_names(written, _parts(self.spelt[c]))],
        )


def by_code(
    frames: Mapping[str, pd.DataFrame],
    quarters: QpvMap,
    aliases: Mapping[str, str],
    communes: Iterable[str],
    *,
    file: str,
) -> tuple[dict[str, pd.DataFrame], list[Fault]]:
    """Write the code of each quarter that a table calls by its name, on the map that rules.

    `frames`, by role, have `code_qpv`, or `codes_qpv` (tuple), and the stamp; `aliases` map a name as a
    file writes it to a code, or a name on the map; of quarters of one name, those in the `communes` (INSEE
    codes) of the stock are meant; `file` is the name of the settings. `qpv_par_nom` (a doubt a name),
    `qpv_nom_ambigu`, `qpv_nom_inconnu` with near names and the line to paste, `alias_sans_effet`.
    """
    known = _Quarters(quarters, aliases, communes)
    out: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for role, frame in frames.items():
        column = "codes_qpv" if "codes_qpv" in frame else "code_qpv"
        met: dict[str, list[int]] = {}
        cells: list[Any] = []
        for row, cell in enumerate(frame[column]):
            texts = _texts(cell)
            codes = [t if _is_code(t) else known.read(t)[0] or t for t in texts]
            for text in texts:
                met.setdefault(text, []).append(row)
            cells.append(codes[0] if isinstance(cell, str) else tuple(codes))
        out[role] = frame.assign(**{column: pd.Series(cells, index=frame.index, dtype=object)})
        for text, rows in met.items():
            if not _is_code(text):
                faults.append(_fault(frame, column, text, rows, known))
    place = Place(file, column=_TABLE)
    faults += [
        Fault("alias_sans_effet", place, k, severity=Severity.DOUTE)
        for k in aliases
        if _key(k) not in known.used
    ]
    return out, faults


def signed_quarters(
    conventions: pd.DataFrame, names: Mapping[str, str], *, year: int
) -> tuple[pd.DataFrame, list[Fault]]:
    """Read the quarters of conventions without a map: by code, or by a name of the stock (`names`, by code).

    Codes of the stock identify the map. A convention that ended before `year`, the first tax year, keeps
    the codes of its own map. `convention_qpv_illisible`; `qpv_par_nom`, a doubt.
    """
    if "codes_qpv" not in conventions:
        return conventions, []
    forms = [m.codes for m in MAPS.values() if any(map(m.codes.fullmatch, names))]
    forms = forms or [m.codes for m in MAPS.values()]
    example = min(names, default=max(MAPS.items())[1].example)
    by_name: dict[str, list[str]] = {}
    for code, name in names.items():
        by_name.setdefault(_key(name), []).append(code)
    cells: list[tuple[str, ...]] = []
    faults: list[Fault] = []
    ends = conventions["date_fin"] if "date_fin" in conventions else [None] * len(conventions)
    for row, (cell, end) in enumerate(zip(conventions["codes_qpv"], ends, strict=True)):
        current = not isinstance(end, dt.date) or end.year >= year
        codes = []
        for text in cell:
            place = stamped_place(conventions, row, "codes_qpv")
            found = by_name.get(_key(text), []) if text not in names else []
            if len(found) == 1:
                fields = {"code": found[0], "nom": names[found[0]], "nombre": 1}
                faults.append(Fault("qpv_par_nom", place, text, fields, Severity.DOUTE))
            elif current and text not in names and not any(form.fullmatch(text) for form in forms):
                faults.append(Fault("convention_qpv_illisible", place, text, {"exemple": example}))
            codes.append(found[0] if len(found) == 1 else text)
        cells.append(tuple(codes))
    column = pd.Series(cells, index=conventions.index, dtype=object)
    return conventions.assign(codes_qpv=column), faults


def _texts(cell: Any) -> tuple[str, ...]:
    return (cell,) if isinstance(cell, str) else tuple(cell)


def _is_code(text: str) -> bool:
    return not text or means_every_quarter(text) or _FORM.fullmatch(text) is not None


def _fault(frame: pd.DataFrame, column: str, text: str, rows: list[int], known: _Quarters) -> Fault:
    """Make the doubt of a name that was read, or the fault of one that was not."""
    (code, why, may_be), spelt = known.read(text), known.spelt
    place = stamped_place(frame, rows[0], column)
    fields: dict[str, Any] = {"nombre": len(rows)}
    if code:
        fields |= {"code": code, "nom": spelt[code]}
        return Fault("qpv_par_nom", place, text, fields, Severity.DOUTE)
    shown = listed(f"{c} {spelt[c]}" for c in may_be)
    fields["proches"] = NEAR_QUARTERS.format(names=shown) if may_be else ""
    fields["coller"] = (_TABLE, text, may_be[0] if may_be and why == "qpv_nom_inconnu" else "")
    return Fault(why, place, text, fields)


def _parts(name: str) -> tuple[str, ...]:
    """Return a name and the places it joins: « Marnaudes - Fosse aux Bergers »."""
    return (name, *re.split(r"\s[-–/]\s|,", name))


def _key(name: str) -> str:
    """Return what names are compared by: folded, without « quartier de » before."""
    folded = fold(name)
    return BEFORE_QUARTER.sub("", folded) or folded
