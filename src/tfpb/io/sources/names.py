"""Names that files write in several ways: the user's own aliases applied, near names proposed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.model.columns import stamped_place
from tfpb.model.near_names import near_names
from tfpb.text import fold
from tfpb.words.faults.paste_words import ALIAS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tfpb.io.sources.deliveries import Delivery
    from tfpb.model.plan import Plan
    from tfpb.model.settings import Settings

_AGENCIES: Final = frozenset(
    {"agence", "agences", "nom agence", "direction territoriale", "territoire"}
)
_COLUMNS: Final = {"patrimoine": ("bailleur", "commune"), "conventions": ("bailleur",)}
_WHAT: Final = {"bailleur": "bailleurs", "commune": "communes"}


class Names:
    """The aliases of a dossier, and those of them that no file needed.

    Parameters
    ----------
    settings : Settings
    """

    def __init__(self, settings: Settings) -> None:
        self._file = settings.file
        self._own = settings.dossier.bailleur
        self._levels = {fold(name) for name in settings.reglages.territoires}
        self._meant = {
            what: {fold(k): (k, v) for k, v in names.items()}
            for what, names in settings.alias.model_dump().items()
        }
        self._used: set[tuple[str, str]] = set()

    def _renamed(self, cells: Iterable[str], what: str) -> list[str]:
        meant = self._meant[what]
        out = []
        for cell in cells:
            written, name = meant.get(fold(cell), ("", cell))
            if written:
                self._used.add((what, written))
            out.append(name)
        return out

    def in_table(self, role: str, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
        """Apply the aliases to a typed table; doubt its names that are near others."""
        columns = {c: _WHAT[c] for c in _COLUMNS.get(role, ()) if c in frame}
        if role == "patrimoine":
            agencies = (str(c) for c in frame if fold(str(c)) in _AGENCIES | self._levels)
            columns |= {c: "agences" for c in agencies if c not in columns}
        out, doubts = frame.copy(), []
        for column, what in columns.items():
            cells = [str(c) for c in frame[column]]
            out[column] = pd.Series(self._renamed(cells, what), index=frame.index, dtype=object)
            counts = Counter(c for c in out[column] if c)
            if what == "bailleurs":
                doubts += _alike(out, column, dict.fromkeys(counts, self._own), what)
            elif what == "agences":
                doubts += _alike(out, column, _rarer(counts), what)
        return out, doubts

    def in_delivery(self, delivery: Delivery, plan: Plan) -> Delivery:
        """Write the bailleurs of a delivery of the survey as the dossier names them."""
        column = delivery.column(plan.colonnes.bailleur)
        if column is None or not self._meant["bailleurs"]:
            return delivery
        frame = delivery.table.frame.copy()
        frame[column] = self._renamed(frame[column], "bailleurs")
        return replace(delivery, table=replace(delivery.table, frame=frame))

    def unused(self) -> list[Fault]:
        """Doubt the aliases that no file needed; those of quarters are for whoever has the map."""
        return [
            Fault("alias_sans_effet", Place(self._file, column=ALIAS.format(what=what)), written,
                  severity=Severity.DOUTE)
            for what, names in self._meant.items()
            if what != "quartiers"
            for written, _ in names.values()
            if (what, written) not in self._used
        ]  # fmt: skip


def _rarer(counts: Counter[str]) -> dict[str, str]:
    """Return each name that is near a more frequent one, with that one."""
    out: dict[str, str] = {}
    ranked = sorted(counts, key=lambda name: (-counts[name], name))
    for k, name in enumerate(ranked):
        if near := near_names(name, [n for n in ranked[:k] if n not in out], most=1):
            out[name] = near[0]
    return out


def _alike(frame: pd.DataFrame, column: str, meant: Mapping[str, str], what: str) -> list[Fault]:
    """Doubt the names of a column that are near the one meant, and not the same but for case."""
    doubts = []
    cells = frame[column].tolist()
    for name, other in meant.items():
        same = fold(name) == fold(other)
        if name == other or (same and what == "bailleurs") or not near_names(name, (other,)):
            continue
        place = stamped_place(frame, cells.index(name), column)
        pasted = (ALIAS.format(what=what), name, other)
        fields = {"nombre": cells.count(name), "proche": other, "coller": pasted}
        doubts.append(Fault("nom_proche", place, name, fields, Severity.DOUTE))
    return doubts
