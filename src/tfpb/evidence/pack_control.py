"""What a pack that was handed in lacks or contradicts, from its own tables: nothing is computed again.

Each check is one thing that a delegate looks for: the convention and its dates, the declaration, the
programme, the bilan, the proofs, the balance of each quarter, the integrity of the files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.facts.amount import Amount, total
from tfpb.facts.claim import State
from tfpb.facts.programme_claims import Action, Proof, actions_of, spent
from tfpb.model.codes import ALL_QUARTERS
from tfpb.piece_names import is_numbered, piece_key, references
from tfpb.tax.abatement.holdings import Holding
from tfpb.tax.abatement.sent_list import premises_key
from tfpb.tax.abatement.signatures import Conventions
from tfpb.tax.programme.axes import read_axis
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tfpb.law.values import Reader

_CENT: Final = Decimal("0.01")
_EURO: Final = Decimal(1)
"""A balance may be written in whole euros."""
_OF_DECLARATION: Final = frozenset({"declaration_absente", "declaration_tardive"})
_OVERSEAS: Final = "97"
SETTLED: Final = frozenset({"repondue", "remarque"})
"""How a question stands that leaves no figure between bounds."""


class Subject(StrEnum):
    """Where a reader looks for a finding."""

    CONVENTION = "convention"
    DECLARATION = "declaration"
    PROGRAMME = "programme"
    BILAN = "bilan"
    PROOFS = "preuves"
    BALANCE = "solde"
    INTEGRITY = "integrite"


_UNDATED: Final = (
    (Subject.CONVENTION, "date_signature_contrat", "contrats_sans_date", "contrat_sans_date"),
    (Subject.DECLARATION, "date_declaration", "declaration_sans_date", "declaration_absente"),
    (Subject.BILAN, "date_bilan", "bilan_sans_date", ""),
)  # fmt: skip
"""Dates that a table of conventions lacks, and the motive that says it already of some quarter."""


@dataclass(frozen=True, slots=True)
class Found:
    """One finding."""

    subject: Subject
    code: str
    """Its sentence is in `words/documents/control_words.toml`; a motive's, among those of premises."""
    quarter: str = ""  # empty when it is about the whole pack
    fields: Mapping[str, Any] = field(default_factory=dict)
    lacking: bool = True
    """Something is missing or contradicts itself; otherwise it is for information."""


@dataclass(frozen=True, slots=True)
class BalanceLine:
    """A line of the balance that a pack hands in: what it tells, unknown where a cell is empty."""

    quarter: str
    name: str
    year: int | None
    abated: Amount
    valued: Amount
    carried: Amount
    left: Decimal | None


@dataclass(frozen=True, slots=True)
class Received:
    """A pack as it was read."""

    name: str  # of its archive or folder
    bailleur: str = ""
    year: int | None = None  # tax year it claims
    state: str = ""  # `diffusion` or `projet`; empty when not given
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """`conventions, actions, bilan, declaration`, those that are there, typed."""
    balance: tuple[BalanceLine, ...] = ()  # lines of its `bilan`
    declared: tuple[str, ...] = ()  # quarters of its `declaration`
    broken: tuple[tuple[str, str], ...] | None = None
    """(file, state) that its list of hashes contradicts; None without list."""
    unheld: int = 0  # failed checks of its own run
    unread: tuple[tuple[str, str], ...] = ()  # (table, what): tables, or cells, that cannot be read
    asked: tuple[tuple[str, str, str], ...] = ()
    """(key, title, status) of each question of the files that it was made of."""
    no_quarter: str = ""  # state of its dwellings in quarters, where given as none; empty otherwise

    def rows(self, table: str) -> list[dict[Any, Any]]:
        """Return the lines of a table, none when it is not there."""
        frame = self.tables.get(table)
        return [] if frame is None else frame.to_dict("records")

    @property
    def quarters(self) -> tuple[str, ...]:
        """Quarters that it accounts for: of its balance and of what it declares, else of its conventions."""
        met = {line.quarter for line in self.balance} | {*self.declared} - {""}
        signed = {str(c) for r in self.rows("conventions") for c in r["codes_qpv"]}
        return tuple(sorted(met or signed))

    @property
    def every_action(self) -> list[Action]:
        """Actions of any year."""
        return actions_of(self.tables.get("actions"))

    @property
    def actions(self) -> list[Action]:
        """Actions of its year; those without a year are of it."""
        return [a for a in self.every_action if self._is_own(a.annee)]

    @property
    def valued(self) -> list[Action]:
        """Actions of its year that are valued."""
        return [a for a in self.actions if a.valorise.at_least]

    @property
    def own_balance(self) -> list[BalanceLine]:
        """Lines of the balance of its year, and those that bear none."""
        return [line for line in self.balance if self._is_own(line.year)]

    @property
    def whole_balance(self) -> BalanceLine | None:
        """Its balance over all lines: unknown where one is; None without any."""
        lines = self.balance
        if not lines:
            return None
        abated, valued, carried = (
            total(amounts)
            for amounts in zip(*((x.abated, x.valued, x.carried) for x in lines), strict=True)
        )
        lefts = [x.left for x in lines if x.left is not None]
        left = sum(lefts, Decimal(0)) if len(lefts) == len(lines) else None
        return BalanceLine("", "", self.year, abated, valued, carried, left)

    def _is_own(self, year: int | None) -> bool:
        return self.year is None or year in (None, self.year)


@dataclass(frozen=True, slots=True)
class Checked:
    """A pack and what was found of it."""

    pack: Received
    found: tuple[Found, ...]
    refused: bool = False

    @property
    def lacking(self) -> tuple[Found, ...]:
        """What is missing or contradicts itself."""
        return tuple(f for f in self.found if f.lacking)


def findings(pack: Received, reader: Reader | None) -> tuple[Found, ...]:
    """Return everything that a pack lacks, in the order of subjects.

    `reader` is the law on 1 January of its tax year; None when that year is not known.
    """
    if pack.no_quarter and not pack.balance and not any(map(pack.rows, pack.tables)):
        known = pack.no_quarter == State.CONNU
        code = "sans_quartier" if known else "sans_quartier_a_verifier"
        return (Found(Subject.CONVENTION, code, lacking=not known), *_integrity(pack))
    checks = (_conventions(pack, reader), _declared(pack), _programme(pack), _bilan(pack), _proofs(pack),
              _balance(pack), _integrity(pack))  # fmt: skip
    return tuple(found for check in checks for found in check)


def _conventions(pack: Received, reader: Reader | None) -> Iterator[Found]:
    rows = pack.rows("conventions")
    if not rows:
        yield Found(Subject.CONVENTION, "convention_non_fournie")
        return
    signed = Conventions(pack.tables["conventions"], pack.bailleur)
    lacking: dict[tuple[str, str], Found] = {}
    for code in pack.quarters if reader is not None else ():
        assert reader is not None  # noqa: S101 - looked just above
        place = code[2:5] if code[2:5].startswith(_OVERSEAS) else code[3:5]
        standing = signed.standing(Holding("", "", "", "", place, code, "", ()), reader)
        if (motive := standing.motive) and standing.statut:
            # what a convention lacks is said once; what none covers, of each quarter
            own = str(standing.fields.get("convention", ""))
            subject = Subject.DECLARATION if motive in _OF_DECLARATION else Subject.CONVENTION
            found = Found(subject, motive, "" if own else code, standing.fields)
            lacking.setdefault((motive, own or code), found)
    yield from lacking.values()
    motives = {motive for motive, _ in lacking}
    # a convention without its own date hides what its contract and its declaration lack
    for subject, column, code, motive in _UNDATED:
        undated = [str(r["id_convention"]) for r in rows if pd.isna(r[column])]
        if undated and motive not in motives:
            yield Found(subject, code, fields=_listed(undated))


def _listed(names: list[str]) -> dict[str, Any]:
    return {"conventions": ", ".join(names), "nombre": len(names)}


def _declared(pack: Received) -> Iterator[Found]:
    rows = pack.rows("declaration")
    if not rows:
        yield Found(Subject.DECLARATION, "liste_absente")
        return
    bare = sum(not str(r["invariant"]) and not str(r["parcelle"]) for r in rows)
    if bare:
        yield Found(
            Subject.DECLARATION, "biens_non_identifies", fields={"nombre": bare, "total": len(rows)}
        )


def _programme(pack: Received) -> Iterator[Found]:
    rows = pack.rows("actions")
    if not rows:
        yield Found(Subject.PROGRAMME, "programme_absent")
        return
    for code in _without(pack.quarters, pack.every_action):
        yield Found(Subject.PROGRAMME, "quartier_sans_action", code)
    unread = [str(r["id_action"]) for r in rows if read_axis(str(r["axe"])).axe is None]
    if unread:
        fields = {"nombre": len(unread), "actions": ", ".join(unread[:8])}
        yield Found(Subject.PROGRAMME, "axe_absent", fields=fields)


def _without(quarters: tuple[str, ...], actions: list[Action]) -> list[str]:
    """Return the quarters that no action names; one for all quarters names each."""
    met = {a.code_qpv for a in actions}
    return [] if ALL_QUARTERS in met else [c for c in quarters if c not in met]


def _bilan(pack: Received) -> Iterator[Found]:
    every, own = pack.every_action, pack.actions
    if not every:
        return
    if not own:
        years = sorted({a.annee for a in every if a.annee is not None})
        fields = {"annee": pack.year, "lues": ", ".join(map(str, years))}
        yield Found(Subject.BILAN, "bilan_autre_annee", fields=fields)
        return
    done = [a for a in own if a.realise.at_least]
    if not done:
        yield Found(Subject.BILAN, "bilan_absent")
        return
    planned = set(_without(pack.quarters, own))
    for code in _without(pack.quarters, done):
        if code not in planned:
            yield Found(Subject.BILAN, "quartier_sans_bilan", code)


def _proofs(pack: Received) -> Iterator[Found]:
    valued = pack.valued
    for code, proof in (("piece_absente", Proof.SANS), ("piece_a_revoir", Proof.A_REVOIR)):
        bare = [a for a in valued if a.proof is proof]
        if bare:
            amount = spent(bare).valorise
            fields = {"nombre": len(bare), "total": len(valued), "montant": amount}
            yield Found(Subject.PROOFS, code, fields=fields)
    if repeated := _pieces_twice(valued):
        fields = {"nombre": len(repeated), "pieces": ", ".join(repeated[:8])}
        yield Found(Subject.PROOFS, "piece_deux_fois", fields=fields)
    more = [
        a.id_action
        for a in valued
        if a.realise.is_known and a.valorise.at_least > a.realise.exact + _CENT
    ]
    if more:
        fields = {"nombre": len(more), "actions": ", ".join(more[:8])}
        yield Found(Subject.PROOFS, "valorise_plus_que_realise", fields=fields)


def _pieces_twice(actions: list[Action]) -> list[str]:
    """Return the invoices that two actions bear; one action written a row a quarter bears its own once."""
    uses: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    written: dict[tuple[str, ...], str] = {}
    for k, action in enumerate(actions):
        # without a name, each row is an action
        use = (action.id_action or f"#{k}", action.code_qpv)
        for piece in filter(is_numbered, references(action.piece)):
            written.setdefault(piece_key(piece), piece)
            uses.setdefault(piece_key(piece), []).append(use)
    return sorted(
        written[key]
        for key, borne in uses.items()
        if len({action for action, _ in borne}) > 1 or len(set(borne)) < len(borne)
    )


def _balance(pack: Received) -> Iterator[Found]:
    lines = pack.own_balance
    yield from _valued(pack, lines)
    if not lines:
        yield Found(Subject.BALANCE, "solde_absent")
    for line in lines:
        if not line.abated.is_known or line.left is None:
            yield Found(Subject.BALANCE, "abattement_inconnu", line.quarter)
            continue
        # a carry-over that is not told may only lower what is left
        want = line.valued.at_least - line.abated.exact - line.carried.at_least
        apart = line.left - want
        off = apart > _CENT or (line.carried.is_known and -apart > _CENT)
        if line.valued.is_known and off:
            fields = {"lu": line.left, "attendu": want}
            yield Found(Subject.BALANCE, "solde_faux", line.quarter, fields)
        elif line.left < 0:
            fields = {"montant": -line.left}
            yield Found(Subject.BALANCE, "a_rattraper", line.quarter, fields, lacking=False)


def _valued(pack: Received, lines: list[BalanceLine]) -> Iterator[Found]:
    """Hold what a balance values in a quarter against the actions there; of all quarters, it is not known."""
    actions = pack.actions
    if not actions or any(a.code_qpv == ALL_QUARTERS for a in actions):
        return
    for line in lines:
        of_actions = spent(a for a in actions if a.code_qpv == line.quarter).valorise
        if not (line.valued.is_known and of_actions.is_known):
            continue
        if abs(line.valued.exact - of_actions.exact) >= _EURO:
            fields = {"lu": line.valued, "attendu": of_actions}
            yield Found(Subject.BALANCE, "valorise_autre", line.quarter, fields)


def _integrity(pack: Received) -> Iterator[Found]:
    for table, what in pack.unread:
        yield Found(Subject.INTEGRITY, "illisible", fields={"table": table, "quoi": what})
    for key, title, standing in pack.asked:
        if standing not in SETTLED:
            known = standing == "inconnue"
            code = "question_inconnue" if known else "question_ouverte"
            asked = {"question": title, "cle": key}
            yield Found(Subject.INTEGRITY, code, fields=asked, lacking=not known)
    if pack.broken is None:
        yield Found(Subject.INTEGRITY, "sans_empreintes", lacking=False)
        return
    states: dict[str, list[str]] = {}
    for name, state in pack.broken:
        states.setdefault(state, []).append(name)
    for state, names in states.items():
        fields = {"nombre": len(names), "fichiers": ", ".join(names[:5])}
        yield Found(Subject.INTEGRITY, f"fichier_{state}", fields=fields)
    if pack.state == "projet":
        yield Found(Subject.INTEGRITY, "projet")
    if pack.unheld:
        yield Found(Subject.INTEGRITY, "controles_non_tenus", fields={"nombre": pack.unheld})


def twice(packs: list[Received]) -> dict[int, str]:
    """Return, of each pack that another has already given (same bailleur, same year), the other's name."""
    first: dict[tuple[str, int | None], str] = {}
    out: dict[int, str] = {}
    for k, pack in enumerate(packs):
        if pack.bailleur:
            known = first.setdefault((fold(pack.bailleur), pack.year), pack.name)
            if known != pack.name:
                out[k] = known
    return out


def held_by_two(packs: list[Received]) -> dict[int, list[Found]]:
    """Return, of each pack, the premises and the valued pieces that another bailleur's pack bears too."""
    bearers: dict[tuple[str, ...], set[int]] = {}
    for k, pack in enumerate(packs):
        for key in {*_premises(pack), *_pieces(pack)}:
            bearers.setdefault(key, set()).add(k)
    met: dict[tuple[int, str], list[tuple[str, set[int]]]] = {}
    for (kind, name, *_), holders in bearers.items():
        if len({fold(packs[k].bailleur) or packs[k].name for k in holders}) > 1:
            for k in holders:
                met.setdefault((k, kind), []).append((name, holders - {k}))
    out: dict[int, list[Found]] = {}
    for (k, kind), found in sorted(met.items()):
        others = sorted({packs[o].name for _, rest in found for o in rest})
        shown = ", ".join(sorted(name for name, _ in found)[:8])
        fields: dict[str, Any] = {
            "nombre": len(found),
            "quoi": shown,
            "autre": ", ".join(others[:5]),
        }
        subject = Subject.DECLARATION if kind == "locaux_communs" else Subject.PROOFS
        out.setdefault(k, []).append(Found(subject, kind, fields=fields))
    return out


def _premises(pack: Received) -> Iterator[tuple[str, ...]]:
    for row in pack.rows("declaration"):
        if name := str(row.get("invariant", "")):
            yield "locaux_communs", premises_key(name)


def _pieces(pack: Received) -> Iterator[tuple[str, ...]]:
    """Yield the numbered pieces of valued actions, each with the amount: a share each is no twin."""
    for action in pack.valued:
        for piece in filter(is_numbered, references(action.piece)):
            yield "pieces_communes", " ".join(piece_key(piece)), f"{action.valorise.at_least:.2f}"
