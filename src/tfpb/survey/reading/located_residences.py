"""Located résidences: read from what a user holds, matched with interviews, and the side they give.

One map rules every wave; the flag that was delivered is only compared.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.facts.place import located
from tfpb.model.codes import QpvStatut
from tfpb.model.columns import stamped_place
from tfpb.model.tables import STOCK
from tfpb.survey.reading.counted_tables import read_counts
from tfpb.survey.reading.delivery_columns import (
    Rows,
    as_frame,
    distinct,
    find_column,
    identifier,
    parse_side,
    place_in,
    texts,
)
from tfpb.text import fold, squeeze
from tfpb.words.survey.survey_words import LOCATED_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.model.arrays import Flags, Floats, Indices, Integers, Objects
    from tfpb.survey.reading.delivery_columns import AnyTable

UNKNOWN: Final = -1
_LEAST: Final = 1e-9
"""Dwellings of a row at least, so that one that holds none, or an unknown number, still counts."""
SIDES: Final = {QpvStatut.DANS.value: 1, QpvStatut.HORS.value: 0}
_WORDS: Final = {1: QpvStatut.DANS.value, 0: QpvStatut.HORS.value}


def located_residences(
    table: AnyTable, *, file: str = "", sheet: str = "", carte: int | None = None
) -> tuple[pd.DataFrame, list[Fault]]:
    """Return one row a résidence with its side (`cote`) and its grouping columns, as text.

    The table has résidences with `cote`, or entrances as `tfpb localiser` writes them (`id_residence`,
    `qpv_statut`, `nb_logements`); the status columns of `carte`, the map that rules the survey, are read;
    `file` and `sheet` are where a DataFrame comes from. A résidence takes the side, and the value of each
    column, of most of its dwellings, and their sum (blank where one is); in a QPV, the quarter of most of
    those that are in one. Doubtful rows that are not `facts.place.located` do not weigh. On equal dwellings
    its side is `a_verifier`, as where none is written, and on several sides where a count is blank.
    `colonne_absente` when the file does not place résidences, `residences_autre_carte` when it does so on
    another map, `valeur_illisible` for a side in words that are not known; those of `read_counts` for
    dwellings.
    """
    frame = as_frame(table)
    if not isinstance(table, pd.DataFrame):
        file, sheet = table.file, table.sheet
    key = find_column(frame, _names("id_residence"))
    side, elsewhere = _side_column(frame, carte)
    headers = ", ".join(str(c) for c in frame.columns)
    faults = [
        Fault(
            "colonne_absente",
            Place(file, sheet),
            fields={"colonne": name, "signification": LOCATED_COLUMNS[name], "lues": headers},
        )
        for name, there in (("id_residence", key), ("cote", side))
        if there is None
    ]
    if elsewhere:
        fields = {"carte": carte, "autre": elsewhere}
        faults.append(Fault("residences_autre_carte", Place(file, sheet), elsewhere, fields))
    if key is None or side is None or faults:
        return pd.DataFrame(), faults
    cells = {str(c): texts(frame, str(c)) for c in frame.columns if not str(c).startswith("_")}
    sides, faults = _sides(table, side, Place(file, sheet))
    counted = find_column(frame, _names("nb_logements"))
    dwellings, found = _dwellings(table, counted, Place(file, sheet))
    faults += found
    if faults:
        return pd.DataFrame(), faults
    ids = np.array([identifier(v) for v in cells[key]], dtype=object)
    # quarters and sides are of one map
    own = fold(side) == fold(f"qpv{carte}_statut")
    code = find_column(frame, (f"qpv{carte}_code",) if own else ("code_qpv", "qpv_code"))
    placed = ~_nowhere(frame, sides)
    side_of = _majority_side(sides[placed], ids[placed], dwellings[placed])
    out = {"cote": side_of.reindex(pd.unique(ids)).fillna(QpvStatut.A_VERIFIER.value)}
    owner = find_column(frame, _names("bailleur"))
    for name, values in cells.items():
        if name not in {key, side, "cote", "id_residence"}:
            out["bailleur" if name == owner else name] = _of_most(values, ids, dwellings)
    names = pd.unique(ids)
    if code is not None:
        inside = sides == QpvStatut.DANS.value
        quarters = _of_most(cells[code][inside], ids[inside], dwellings[inside]).reindex(names)
        out["code_qpv"] = quarters.where(out["cote"] == QpvStatut.DANS.value).fillna("")
    if counted is not None:
        whole = pd.Series(dwellings).groupby(ids).sum(min_count=1, skipna=False)
        out[counted] = whole.map("{:.0f}".format).where(whole.notna(), "")
    located = pd.DataFrame(
        {"id_residence": names, **{n: s.reindex(names).to_numpy() for n, s in out.items()}},
        dtype=object,
    )
    return located, []


def _sides(table: AnyTable, column: str, file: Place) -> tuple[Objects, list[Fault]]:
    """Return the side of each row, "" where none is written, and a fault for each word that is not known."""
    codes, words = distinct(texts(as_frame(table), column))
    read = [_side_word(word) for word in words]
    fields = {"attendu": LOCATED_COLUMNS["cote"]}
    faults = []
    for k, (word, known) in enumerate(zip(words, read, strict=True)):
        if known is None:
            place = place_in(table, int(np.flatnonzero(codes == k)[0]), column)
            place = replace(place, file=file.file, sheet=file.sheet)
            faults.append(Fault("valeur_illisible", place, word, fields))
    return np.array(read, dtype=object)[codes], faults


def _side_column(frame: pd.DataFrame, carte: int | None) -> tuple[str | None, str]:
    """Return the column that holds the side, and the map of the table if it is not the one asked for."""
    if (side := find_column(frame, ("cote",))) is not None:
        return side, ""
    if carte is not None and (own := _filled(frame, f"qpv{carte}_statut")) is not None:
        return own, ""
    side = find_column(frame, ("qpv_statut",))
    if carte is None or side is None:
        return side, ""
    vintage = find_column(frame, ("qpv_millesime",))
    maps = {identifier(v) for v in texts(frame, vintage)} - {""} if vintage is not None else set()
    empty = find_column(frame, (f"qpv{carte}_statut",)) is not None
    if maps == {str(carte)} or not (maps or empty):  # nothing says that it is another
        return side, ""
    return side, ", ".join(sorted(maps)) or side


def _side_word(word: str) -> str | None:
    """Return the side that a word says, "" when empty, None when it is not known."""
    if fold(word) == fold(QpvStatut.A_VERIFIER.value):
        return QpvStatut.A_VERIFIER.value
    side = parse_side(word)
    return None if side is None else _WORDS.get(side, "")


def _names(column: str) -> tuple[str, ...]:
    contract = STOCK.column(column)
    return (contract.name, *contract.aliases)


def _filled(frame: pd.DataFrame, name: str) -> str | None:
    """Return the column if it is there and not empty."""
    column = find_column(frame, (name,))
    return column if column is not None and (texts(frame, column) != "").any() else None


def _dwellings(table: AnyTable, column: str | None, file: Place) -> tuple[Floats, list[Fault]]:
    """Return the dwellings of each row, NaN where its cell is blank, one when no column holds them."""
    if column is None:
        return np.ones(len(as_frame(table))), []
    counts, faults = read_counts(table, column)
    found = [f for f in faults if f.code != "valeur_vide"]
    return counts, [
        replace(f, place=replace(f.place, file=file.file, sheet=file.sheet)) for f in found
    ]


def _of_most(values: Objects, ids: Objects, dwellings: Floats) -> pd.Series:
    """Return the value of most dwellings of each résidence, the first met on equal counts."""
    table = pd.DataFrame({"id": ids, "value": values, "dwellings": np.fmax(dwellings, _LEAST)})
    sums = table.groupby(["id", "value"], sort=False)["dwellings"].sum().reset_index()
    most = sums.sort_values("dwellings", ascending=False, kind="stable").drop_duplicates("id")
    return most.set_index("id")["value"]


def _nowhere(frame: pd.DataFrame, sides: Objects) -> Flags:
    """Return which rows are doubtful and not located: they do not weigh in the side of their résidence."""
    columns = {n: find_column(frame, (n,)) for n in ("result_verdict", "result_type")}
    known = pd.DataFrame(
        {name: texts(frame, column) for name, column in columns.items() if column is not None},
        index=frame.index,
    )
    out: Flags = np.asarray(sides == QpvStatut.A_VERIFIER.value) & ~np.asarray(located(known))
    return out


def _majority_side(sides: Objects, ids: Objects, dwellings: Floats) -> pd.Series:
    """Return the side of most dwellings of each résidence, in doubt on equal or blank counts."""
    table = pd.DataFrame({"id": ids, "side": sides, "dwellings": np.fmax(dwellings, _LEAST)})
    blank = pd.Series(np.isnan(dwellings)).groupby(ids).any()
    held = table.pivot_table(index="id", columns="side", values="dwellings", aggfunc="sum")
    held = held.reindex(columns=[*SIDES, QpvStatut.A_VERIFIER.value]).fillna(0.0)
    most = held.max(axis=1).to_numpy()[:, None]
    tied = np.isclose(held, most, atol=_LEAST / 2).sum(axis=1) > 1
    unsure = tied | (blank.reindex(held.index) & (held > 0).sum(axis=1).gt(1))
    return held.idxmax(axis=1).mask(unsure, QpvStatut.A_VERIFIER.value)


def residence_rows(frame: pd.DataFrame, residences: pd.DataFrame) -> Indices:
    """Return the position in `residences` of each interview's résidence, -1 when it is not there.

    Identifiers are compared without case. When the stock holds one identifier under several
    bailleurs, or one bailleur that the survey also names among others, the bailleur must agree.
    """
    ids = [identifier(squeeze(str(v))).casefold() for v in residences["id_residence"]]
    owners = _owners(residences)
    keys = frame[["bailleur", "residence"]].drop_duplicates()
    by_owner = bool(owners) and (len(set(ids)) < len(ids) or _names_some(owners, keys["bailleur"]))
    if by_owner:
        position = {(o, i): k for k, (o, i) in enumerate(zip(owners, ids, strict=True))}
    else:
        position = {("", i): k for k, i in enumerate(ids)}
    found = [
        position.get((fold(str(b)) if by_owner else "", str(r).casefold()), -1) if r else -1
        for b, r in zip(keys["bailleur"], keys["residence"], strict=True)
    ]
    index = pd.MultiIndex.from_frame(keys)
    rows = index.get_indexer(pd.MultiIndex.from_frame(frame[["bailleur", "residence"]]))
    return np.array(found, dtype=np.intp)[rows]


def _owners(residences: pd.DataFrame) -> list[str]:
    """Return the bailleur of each résidence, folded; nothing when the table has no column of them."""
    return [fold(str(v)) for v in residences["bailleur"]] if "bailleur" in residences else []


def _names_some(owners: Sequence[str], surveyed: pd.Series) -> bool:
    """Return whether the survey names several bailleurs, and the stock one of them."""
    names = {fold(str(b)) for b in surveyed}
    return len(names) > 1 and bool(names & set(owners))


def _whose(frame: pd.DataFrame, residences: pd.DataFrame, rows: Indices) -> list[Fault]:
    """List what is matched by identifiers alone though the survey names several bailleurs.

    One that two bailleurs of the survey use is a fault: the map of one would be the other's.
    """
    if _names_some(_owners(residences), frame["bailleur"]):
        return []
    met = frame.assign(_row=rows)[rows >= 0].drop_duplicates(["bailleur", "_row"])
    names = sorted(met["bailleur"].astype(str).unique())
    if len(names) < 2:  # noqa: PLR2004 - one bailleur alone is not taken for another
        return []
    twice = met[met["_row"].duplicated()]
    if not len(twice):  # their names stay out: a doubt stands in one bailleur's pack
        place = stamped_place(frame, int(met.index[0]))
        counted = {"nombre": met["_row"].nunique()}
        return [Fault("residences_sans_bailleur", place, "", counted, Severity.DOUTE)]
    place = stamped_place(frame, int(twice.index[0]))
    fields = {"bailleurs": " ; ".join(names), "nombre": twice["_row"].nunique()}
    return [Fault("residences_de_deux_bailleurs", place, str(twice["residence"].iloc[0]), fields)]


def apply_located_side(
    frame: pd.DataFrame, residences: pd.DataFrame | None, keep: Flags
) -> tuple[Integers, list[Fault]]:
    """Return the side of each row (1, 0, -1 left out) and the doubts about it.

    Without located résidences the delivered flag `qpv` rules (-1 when empty). Rows out of `keep` get no
    further doubt.
    """
    flag = frame["qpv"].to_numpy(dtype=np.int64)
    named = frame["residence"].to_numpy(dtype=object) != ""
    here = residences is not None and not residences.empty
    nowhere = np.flatnonzero((flag < 0) & keep & ~(named & here))
    column = str(frame["_colonne_qpv"].iloc[0]) if len(frame) else ""
    faults: list[Fault] = []
    Rows(frame, faults).fault_at("qpv_manquant", nowhere, column)
    if residences is None or not here:
        return flag, faults
    rows = residence_rows(frame, residences)
    faults += _whose(frame, residences, rows)
    located = np.array([SIDES.get(str(c), UNKNOWN) for c in residences["cote"]], dtype=np.int64)
    known = rows >= 0
    side = np.where(known, located[rows], flag)
    for code, mask in (
        ("residence_a_verifier", known & (side < 0)),
        ("residence_hors_patrimoine", ~known & named & (flag >= 0)),
        ("residence_sans_cote", ~known & named & (flag < 0)),
        ("qpv_contredit", known & (side >= 0) & (flag >= 0) & (side != flag)),
    ):
        faults += _by_residence(code, frame, mask & keep, side, flag)
    return side.astype(np.int64), faults


def _by_residence(
    code: str, frame: pd.DataFrame, mask: Flags, side: Integers, flag: Integers
) -> list[Fault]:
    """Make one doubt a résidence and wave."""
    faults = []
    rows = frame[mask].assign(_at=np.flatnonzero(mask))
    for (wave, owner, residence), group in rows.groupby(
        ["vague", "bailleur", "residence"], sort=True
    ):
        at = int(group["_at"].iloc[0])
        faults.append(
            Fault(
                code,
                stamped_place(frame, at, str(frame["_colonne_qpv"].iloc[at])),
                str(residence),
                {
                    "residence": str(residence),
                    "vague": str(wave),
                    "bailleur": str(owner),
                    "nombre": len(group),
                    "livre": _WORDS.get(int(flag[at]), ""),
                    "situe": _WORDS.get(int(side[at]), QpvStatut.A_VERIFIER.value),
                },
                Severity.DOUTE,
            )
        )
    return faults
