"""Decisions of persons on doubtful entrances: matched, applied, contradicted ones flagged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.facts.quarter import Quarters, quarters_of
from tfpb.model.codes import QpvStatut
from tfpb.model.columns import texts
from tfpb.model.legal.map_table import each
from tfpb.perimeters.points import place_of
from tfpb.text import fold
from tfpb.words.places.side_words import (
    contradicted,
    contrary,
    decided,
    lacking_words,
    without_quarter,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tfpb.model.location import QpvMap

_SIDES: Final = (QpvStatut.DANS.value, QpvStatut.HORS.value)
_ENTRANCE: Final = ("id_residence", "id_batiment", "adresse")


@dataclass(frozen=True, slots=True)
class _Decision:
    """One line of the sheet that bears a side: which, of what quarter, by whom, when and why."""

    side: str
    code: str
    author: str
    date: str
    piece: str
    place: Place
    entrance: str
    rows: tuple[int, ...]

    @property
    def quarter(self) -> str:
        """The quarter it names; one that puts outside names none."""
        return self.code if self.side == QpvStatut.DANS else ""

    def contradicts(self, side: str, code: str) -> bool:
        """Return whether a clear map says otherwise: another side, or another quarter."""
        return side in _SIDES and (side != self.side or self.quarter not in ("", code))


def match_decisions(points: pd.DataFrame, decisions: pd.DataFrame) -> dict[int, tuple[int, ...]]:
    """Match decisions to rows by résidence, building and address; what is left empty matches all.

    Points are as given to `locate`, decisions typed `DECISIONS_LIMITES`. Only lines with a side are
    matched, each position to those of the rows it rules, perhaps none. All are compared without accents,
    case or punctuation: of résidences or buildings that these alone distinguish (« 12/1 », « 12-1 »), the
    one written so is meant.
    """
    rows_of: dict[str, list[tuple[int, str, str]]] = {}
    for i, (key, building, address) in enumerate(_folded(points)):
        rows_of.setdefault(key, []).append((i, building, address))
    side = texts(decisions, "decision").tolist()
    as_written = [
        [[cell.strip() for cell in texts(frame, column)] for frame in (points, decisions)]
        for column in _ENTRANCE[:2]
    ]
    out = {}
    for d, (key, building, address) in enumerate(_folded(decisions)):
        if side[d] in _SIDES:
            rows = [
                i for i, b, a in rows_of.get(key, []) if building in ("", b) and address in ("", a)
            ]
            for theirs, ours in as_written:
                rows = [i for i in rows if ours[d] in ("", theirs[i])] or rows
            out[d] = tuple(rows)
    return out


def _folded(frame: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    key, building, address = ([fold(v) for v in texts(frame, c)] for c in _ENTRANCE)
    return zip(key, building, address, strict=True)


def _read(points: pd.DataFrame, decisions: pd.DataFrame) -> list[_Decision]:
    """Read the decisions that bear a side, each with the rows it rules."""
    names = ("decision", "code_qpv", "auteur", "piece", *_ENTRANCE)
    cells = {c: texts(decisions, c).tolist() for c in names}
    days = decisions["date"].tolist() if "date" in decisions.columns else [None] * len(decisions)
    out = []
    for d, rows in match_decisions(points, decisions).items():
        day = days[d]
        if day is None or pd.isna(day):
            day = ""
        out.append(
            _Decision(
                side=cells["decision"][d],
                code=cells["code_qpv"][d],
                author=cells["auteur"][d],
                date=day.strftime("%d/%m/%Y") if hasattr(day, "strftime") else str(day),
                piece=cells["piece"][d],
                place=place_of(decisions, d),
                entrance=" · ".join(filter(None, (cells[c][d] for c in _ENTRANCE))),
                rows=rows,
            )
        )
    return out


def _quarters(maps: Mapping[int, QpvMap]) -> dict[int, Quarters]:
    """Return the quarters of each map."""
    return {v: quarters_of([m]) for v, m in maps.items()}


def _by_row(
    read: list[_Decision], vintages: list[int], names: Mapping[int, Quarters]
) -> dict[int, list[_Decision]]:
    """Gather the decisions of each row; one whose quarter is not on the ruling map was taken on another."""
    out: dict[int, list[_Decision]] = {}
    for one in read:
        for i in one.rows:
            if not one.code or one.code in names.get(int(vintages[i]), ()):
                out.setdefault(i, []).append(one)
    return out


def _contrary(lines: list[_Decision]) -> bool:
    """Return whether decisions of one row name two sides, or two quarters."""
    return len({one.side for one in lines}) > 1 or len({o.quarter for o in lines} - {""}) > 1


def _named(lines: list[_Decision]) -> str:
    """Return the quarter that decisions of one row name, empty where none does."""
    return next((one.quarter for one in reversed(lines) if one.quarter), "")


def apply_decisions(
    located: pd.DataFrame, points: pd.DataFrame, decisions: pd.DataFrame, maps: Mapping[int, QpvMap]
) -> pd.DataFrame:
    """Apply decisions on the ruling map, none beyond what it says.

    Contrary ones, one that a clear map contradicts, and one that puts in a quarter which neither it nor the
    map names leave the row in doubt. A decision whose quarter is not on the ruling map was taken on another
    map: it is left aside. The sentence of each row names date and piece, and keeps the reason of the map.
    """
    out = located.copy()
    names = _quarters(maps)
    columns = (
        "qpv_statut", "qpv_code", "qpv_nom", "qpv_motif", *each(("qpv{carte}_statut", "qpv{carte}_code")),
    )  # fmt: skip
    cells: dict[str, list[Any]] = {c: out[c].tolist() for c in columns}
    vintages = out["qpv_millesime"].tolist()
    nearest = out["qpv_proche_code"].tolist()
    for i, lines in _by_row(_read(points, decisions), vintages, names).items():
        vintage, one, named = int(vintages[i]), lines[-1], _named(lines)
        computed, held = cells["qpv_motif"][i], cells["qpv_code"][i]
        what = {"side": one.side, "date": one.date}
        statut, code = QpvStatut.A_VERIFIER.value, held
        if _contrary(lines):
            motive = contrary([(o.side, o.quarter) for o in lines], computed=computed)
        elif any(o.contradicts(cells["qpv_statut"][i], held) for o in lines):
            motive = contradicted(**what, code=named, computed=computed)
        elif one.side == QpvStatut.DANS and not (named or held or nearest[i]):
            motive = without_quarter(**what, computed=computed)
        else:
            statut = one.side
            code = named or held or nearest[i] if one.side == QpvStatut.DANS else ""
            motive = decided(**what, piece=one.piece, computed=computed)
        cells["qpv_motif"][i] = motive
        cells["qpv_statut"][i] = cells[f"qpv{vintage}_statut"][i] = statut
        cells["qpv_code"][i] = cells[f"qpv{vintage}_code"][i] = code
        cells["qpv_nom"][i] = names[vintage][code].nom
    for name, values in cells.items():
        out[name] = pd.Series(values, index=out.index)
    return out


def check_decisions(
    located: pd.DataFrame, points: pd.DataFrame, decisions: pd.DataFrame, maps: Mapping[int, QpvMap]
) -> list[Fault]:
    """List what is doubtful in decisions: no such entrance, incomplete, contrary, contradicted.

    `located` comes from `locate` **without** decisions: the answer of the map alone. Doubts:
    `decision_sans_objet`, `decision_incomplete`, `decision_contredite`, `decision_code_inconnu`,
    `decision_sans_quartier`, `decisions_contraires`.
    """
    known, read = _quarters(maps), _read(points, decisions)
    columns = ("qpv_statut", "qpv_code", "qpv_motif", "qpv_millesime", "qpv_proche_code")
    cells = list(zip(*(located[c].tolist() for c in columns), strict=True))
    # a decision on a whole résidence meets several entrances: each doubt is listed once
    faults: dict[tuple[str, Place, str], Fault] = {}
    for fault in (*_of_lines(read, cells, known), *_of_rows(read, cells, known)):
        faults.setdefault((fault.code, fault.place, fault.got), fault)
    return list(faults.values())


def _of_lines(
    read: list[_Decision], cells: list[tuple[Any, ...]], known: Mapping[int, Quarters]
) -> Iterator[Fault]:
    """Doubt a decision by itself: without an entrance, unsigned, of no quarter of the map, against it."""
    for one in read:
        if not one.rows:
            yield _doubt("decision_sans_objet", one.place, one.entrance)
            continue
        lacking = lacking_words(author=one.author, date=one.date, piece=one.piece)
        if lacking:
            yield _doubt("decision_incomplete", one.place, one.side, manque=lacking)
        for i in one.rows:
            statut, code, motive, vintage, _ = cells[i]
            if one.code and one.code not in known.get(int(vintage), ()):
                yield _doubt("decision_code_inconnu", one.place, one.code, millesime=int(vintage))
            elif one.contradicts(statut, code):
                written = f"{one.side} {one.quarter}".strip()
                yield _doubt("decision_contredite", one.place, written, motif=motive)


def _of_rows(
    read: list[_Decision], cells: list[tuple[Any, ...]], known: Mapping[int, Quarters]
) -> Iterator[Fault]:
    """Doubt what decisions say together of an entrance: contrary sides or quarters, or no quarter at all."""
    for i, lines in _by_row(read, [row[3] for row in cells], known).items():
        statut, code, _, _, nearest = cells[i]
        last = lines[-1]
        unnamed = last.side == QpvStatut.DANS and not (_named(lines) or code or nearest)
        if _contrary(lines):
            rows = ", ".join(str(one.place.row) for one in lines)
            yield _doubt("decisions_contraires", last.place, "", lignes=rows)
        elif unnamed and statut not in _SIDES:
            yield _doubt("decision_sans_quartier", last.place, last.entrance)


def _doubt(code: str, place: Place, got: str, **fields: Any) -> Fault:
    return Fault(code, place, got, fields, Severity.DOUTE)
