"""What became of the interviews of each bailleur and wave, and the names that may be one bailleur's.

Nothing is inferred from a name that is not read: the interviews of a wave may bear another spelling.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.io.sources.region_inputs import in_dossier
from tfpb.model.question import Unit
from tfpb.model.record import summed
from tfpb.near_names import near_names
from tfpb.text import fold
from tfpb.words.documents.region_words import ALIKE
from tfpb.words.documents.setting_words import motives
from tfpb.words.faults.input_words import listed
from tfpb.words.faults.paste_words import ALIAS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tfpb.model.question import Asked
    from tfpb.model.record import Reading

COLUMNS: Final = (
    "bailleur", "vague", "livrees", "gardees", "ecartees", "motif", "constat", "proches",
)  # fmt: skip
READ: Final = "lu"
ASIDE: Final = "ecarte"
UNREAD: Final = "non_lu"
UNKNOWN: Final = "inconnu"
SETTLED: Final = "tranche"
_NAMES: Final = "bailleurs"
_UNIT: Final = "programme_infime"


def reconciled(
    readings: Sequence[Reading], names: Sequence[str], aliases: Mapping[str, str]
) -> pd.DataFrame:
    """Count interviews delivered, kept and set aside, by bailleur and wave.

    `readings` are of every delivery, bailleurs under the region's names where known; `aliases` maps a
    bailleur as files write it to its name in the region, empty for one that is not of it. Every bailleur of
    the region in every wave met, then the other names. `constat`: `lu`, `ecarte` (some interviews are set
    aside), `non_lu` (none is read under this name), `inconnu` (a name of no bailleur), `tranche` (the
    region's file says that it is no bailleur's); `proches`: names that it may be.
    """
    found = {
        (fold(r.bailleur), r.wave): r
        for r in summed(replace(r, file="", sheet="") for r in readings)
    }
    waves = sorted({wave for _, wave in found})
    known = {fold(n) for n in names}
    others = {key: r.bailleur for (key, _), r in found.items() if key not in known}
    nobody = {fold(w) for w, meant in aliases.items() if not meant}
    rows = []
    for name in names:
        for wave in waves:
            one = found.get((fold(name), wave))
            there = [r.bailleur for (k, w), r in found.items() if k in others and w == wave]
            open_ = [n for n in there if fold(n) not in nobody]
            near = () if one is not None and one.kept else near_names(name, open_)
            rows.append((name, wave, *_counts(one), _finding(one), listed(near)))
    for (key, wave), one in sorted(found.items()):
        if key in others:
            state = SETTLED if key in nobody else UNKNOWN
            near = () if key in nobody else near_names(one.bailleur, names)
            rows.append((one.bailleur, wave, *_counts(one), state, listed(near)))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def stakes(asked: Mapping[str, Sequence[Asked]], common: Sequence[Asked]) -> pd.DataFrame:
    """List the stakes, by bailleur, of questions without answer.

    By bailleur in `asked`; `common` ones, between bailleurs or of common files, are also of those that they
    name. `attend` counts open questions; `euros, parc, points`: how far their answers lie apart, added up
    (points: the widest); None where no question is so measured.
    """
    rows = []
    for name, own in asked.items():
        shared = (one for one in common if name in {v for _, v in one.question.seen})
        open_ = [one.question for one in (*own, *shared) if one.is_open]
        apart = {
            unit: [q.spread for q in open_ if q.total.unit is unit]
            for unit in (Unit.EUR, Unit.LOGEMENTS, Unit.POINTS)
        }
        euros, homes, points = (apart[u] for u in (Unit.EUR, Unit.LOGEMENTS, Unit.POINTS))
        rows.append(
            (name, len(open_), round(sum(euros)) if euros else None, sum(homes) if homes else None,
             max(points) / 100 if points else None)
        )  # fmt: skip
    return pd.DataFrame(rows, columns=["bailleur", "attend", "euros", "parc", "points"])


def _counts(one: Reading | None) -> tuple[int, int, int, str]:
    if one is None:
        return 0, 0, 0, ""
    return one.read, one.kept, one.read - one.kept, motives(one.left)


def _finding(one: Reading | None) -> str:
    if one is None or not one.kept:
        return UNREAD
    return ASIDE if one.kept < one.read else READ


def doubts(table: pd.DataFrame, names: Sequence[str], file: str) -> tuple[Fault, ...]:
    """Doubt the names of no bailleur, and the bailleurs of which no interview is read in some wave.

    `table` comes from `reconciled`; what settles a name is written in the region's `file`.
    """
    out = []
    for state, code in ((UNKNOWN, "region_bailleur_inconnu"), (UNREAD, "region_bailleur_non_lu")):
        for name, rows in table[table["constat"] == state].groupby("bailleur", sort=False):
            near = list(dict.fromkeys(n for n in rows["proches"] if n))
            fields = {
                "nombre": int(rows["ecartees"].sum()),
                "vagues": ", ".join(rows["vague"]),
                "connus": ", ".join(names),
                "proches": ALIKE.format(names=" ; ".join(near)) if near else "",
            }
            meant = near_names(str(name), names, most=1) if state == UNKNOWN else ()
            if meant:
                fields["coller"] = (ALIAS.format(what=_NAMES), str(name), meant[0])
                fields["ou"] = file
            out.append(Fault(code, Place(file), str(name), fields, Severity.DOUTE))
    return tuple(out)


def on_whole_files(own: Mapping[str, Iterable[Fault]]) -> tuple[Fault, ...]:
    """Return the doubts on the unit of a whole file, by bailleur: a pack has them among thousands."""
    return tuple(in_dossier(f, n) for n, faults in own.items() for f in faults if f.code == _UNIT)


def unused(aliases: Mapping[str, str], used: set[str], file: str) -> tuple[Fault, ...]:
    """Doubt the aliases of the region that no file needed."""
    column = ALIAS.format(what=_NAMES)
    return tuple(
        Fault("alias_sans_effet", Place(file, column=column), written, severity=Severity.DOUTE)
        for written in aliases
        if fold(written) not in used
    )
