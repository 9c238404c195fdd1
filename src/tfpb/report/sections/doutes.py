"""« Doutes »: what was read and is not sure, worst first, and what to do about it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.codes import QpvStatut
from tfpb.model.columns import STAMP
from tfpb.model.report import DOCUMENT, Block, Section, Text
from tfpb.report.sections.build import cut, section, table
from tfpb.report.sections.patrimoine import masking_n
from tfpb.words.documents import report_words as words
from tfpb.words.faults.sentences import NO_ACTION, fault_text, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tfpb.errors import Fault
    from tfpb.facts.whole_dossier import Dossier


ZERO: Final = Decimal(0)
_WORTH: Final = ("porte_avis_eur", "au_mieux_eur")
"""What premises bear on notices, and what may be due at best: the larger hangs on a doubt."""


def notices(dossier: Dossier) -> tuple[Fault, ...]:
    """Return the notices of the run and of every stage, each once, in order, as a file may tell them."""
    parts = (
        dossier.notices,
        dossier.located.notices,
        dossier.survey.notices if dossier.survey is not None else (),
        dossier.abatement.notices if dossier.abatement is not None else (),
        dossier.programme.notices if dossier.programme is not None else (),
        dossier.droit_commun.notices if dossier.droit_commun is not None else (),
    )
    seen: dict[str, Fault] = {}
    for fault in (f for part in parts for f in part):
        key = f"{fault.code}|{fault.place}|{fault.got}|{sorted(map(str, fault.fields.items()))}"
        seen.setdefault(key, fault)
    return tuple(told(f, masking_n(dossier)) for f in seen.values())


def doutes(dossier: Dossier) -> Section:
    """Return the section of doubts: those that ask for something, worst first; the others apart, folded."""
    found = notices(dossier)
    doors = dossier.located.entrances
    near = cut(doors, doors["qpv_statut"] == QpvStatut.A_VERIFIER)
    stakes = Stakes(dossier)
    ranked = sorted(found, key=stakes.rank)
    asking = [f for f in ranked if not fault_text(f).hint.startswith(NO_ACTION)]
    silent = [f for f in found if fault_text(f).hint.startswith(NO_ACTION)]
    blocks: list[Block] = []
    if asking:
        blocks += [_grouped(asking), table("doutes", _rows(asking, stakes))]
    if len(near):
        blocks += [table("adresses_a_verifier", near), Text((words.SETTLE_ADDRESSES,))]
    if silent:
        blocks += [
            Text((words.NOTHING_ASKED.format(count=len(silent)),), media=DOCUMENT),
            table("doutes_sans_suite", _rows(silent, stakes), folded=True),
        ]
    lead = words.doubts_lead(len(found), dossier.claims.amount("entrees_a_verifier"))
    return section("doutes", lead, blocks)


class Stakes:
    """Dwellings and euros that hang on a doubt: of its row, or of the résidence it names."""

    def __init__(self, dossier: Dossier) -> None:
        self._rows: dict[tuple[str, int], tuple[int, Decimal]] = {}
        self._homes: dict[str, tuple[int, Decimal]] = {}
        money: dict[str, Decimal] = {}
        if dossier.abatement is not None:
            for row in dossier.abatement.premises.to_dict("records"):
                worth = max(row.get(c) or ZERO for c in _WORTH)
                home = str(row["id_residence"])
                money[home] = money.get(home, ZERO) + worth
                self._rows[_key(row)] = (_count(row.get("nb_logements")), worth)
        for row in dossier.located.entrances.to_dict("records"):
            home, dwellings = str(row["id_residence"]), _count(row.get("nb_logements"))
            known = self._homes.get(home, (0, money.get(home, ZERO)))
            self._homes[home] = (known[0] + dwellings, known[1])
            self._rows[_key(row)] = (dwellings, money.get(home, ZERO))
        if dossier.programme is not None:
            for row in dossier.programme.actions.to_dict("records"):
                self._rows[_key(row)] = (0, row.get("valorise_eur") or ZERO)

    def of(self, fault: Fault) -> tuple[int, Decimal]:
        """Return the dwellings and the euros of a doubt, nil where it names neither row nor résidence."""
        named = str(fault.fields.get("residence", fault.got))
        row = self._rows.get((fault.place.file, fault.place.row), (0, ZERO))
        return self._homes.get(named, row)

    def of_home(self, home: str) -> tuple[int, Decimal]:
        """Return the dwellings and the euros of a résidence."""
        return self._homes.get(home, (0, ZERO))

    def rank(self, fault: Fault) -> tuple[Decimal, int]:
        """Return what orders doubts: most euros first, then most dwellings."""
        dwellings, worth = self.of(fault)
        return -worth, -dwellings


def _key(row: Mapping[Any, Any]) -> tuple[str, int]:
    return str(row.get(STAMP[0], "")), _count(row.get(STAMP[2]))


def _count(value: Any) -> int:
    return 0 if value is None or pd.isna(value) else int(value)


def _rows(faults: Iterable[Fault], stakes: Stakes) -> pd.DataFrame:
    rows = []
    for fault in faults:
        said, (dwellings, worth) = fault_text(fault), stakes.of(fault)
        rows.append(
            {"titre": said.title, "ou": said.where, "lu": said.got, "attendu": said.expected,
             "faire": said.hint, "logements": dwellings or None, "euros": worth or None}
        )  # fmt: skip
    return pd.DataFrame(rows)


def _grouped(found: Iterable[Fault]) -> Block:
    """Return the doubts of a kind on one line: the page shows what to do, the sheet each case."""
    kinds: dict[str, list[Fault]] = {}
    for fault in found:
        kinds.setdefault(fault.code, []).append(fault)
    rows = []
    for faults in kinds.values():
        first = fault_text(faults[0])
        where = f" ({first.where})" if first.where else ""
        rows.append({"nombre": len(faults), "exemple": first.title + where, "faire": first.hint})
    return table("doutes_document", pd.DataFrame(rows))
