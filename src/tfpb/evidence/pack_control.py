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

from tfpb.model.codes import ALL_QUARTERS
from tfpb.tax.abatement.holdings import Holding
from tfpb.tax.abatement.signatures import LATE, Conventions
from tfpb.tax.programme.axes import read_axis
from tfpb.tax.programme.entries import pieces_of
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tfpb.law.values import Reader

_CENT: Final = Decimal("0.01")
_NOTHING: Final = Decimal(0)
_OF_DECLARATION: Final = frozenset({"declaration_absente", "declaration_tardive"})
_OVERSEAS: Final = "97"


class Subject(StrEnum):
    """Where a reader looks for a finding."""

    CONVENTION = "convention"
    DECLARATION = "declaration"
    PROGRAMME = "programme"
    BILAN = "bilan"
    PROOFS = "preuves"
    BALANCE = "solde"
    INTEGRITY = "integrite"


@dataclass(frozen=True, slots=True)
class Found:
    """One finding.

    Parameters
    ----------
    subject : Subject
    code : str
        Its sentence is in `words/documents/control_words.toml`.
    quarter : str
        Empty when it is about the whole pack.
    fields : mapping
    lacking : bool
        Something is missing or contradicts itself; otherwise it is told to be known.
    """

    subject: Subject
    code: str
    quarter: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    lacking: bool = True


@dataclass(frozen=True, slots=True)
class Received:
    """A pack as it was read.

    Parameters
    ----------
    name : str
        Of its archive or folder.
    bailleur : str
    year : int or None
        Tax year it says it is of.
    state : str
        `diffusion` or `projet`; empty when it does not say.
    tables : mapping of str to DataFrame
        `conventions, actions, bilan, declaration`, those that are there, typed.
    broken : tuple of (file, state)
        What its list of hashes contradicts; None when it has no list.
    unheld : int
        Checks of its own run that do not hold.
    unread : tuple of (table, what)
        Tables, or cells, that cannot be read.
    """

    name: str
    bailleur: str = ""
    year: int | None = None
    state: str = ""
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    broken: tuple[tuple[str, str], ...] | None = None
    unheld: int = 0
    unread: tuple[tuple[str, str], ...] = ()

    def rows(self, table: str) -> list[dict[Any, Any]]:
        """Return the lines of a table, none when it is not there."""
        frame = self.tables.get(table)
        return [] if frame is None else frame.to_dict("records")

    @property
    def quarters(self) -> tuple[str, ...]:
        """Quarters that it accounts for: of its balance and of what it declares, else of its conventions."""
        met = {str(r["code_qpv"]) for t in ("bilan", "declaration") for r in self.rows(t)} - {""}
        signed = {str(c) for r in self.rows("conventions") for c in r["codes_qpv"]}
        return tuple(sorted(met or signed))

    @property
    def actions(self) -> list[dict[Any, Any]]:
        """Actions of its year; those without a year are of it."""
        return self.of_year("actions")

    def of_year(self, table: str) -> list[dict[Any, Any]]:
        """Return the lines of a table that are of its year, or that bear none."""
        rows = self.rows(table)
        if self.year is None:
            return rows
        return [r for r in rows if pd.isna(r["annee"]) or r["annee"] == self.year]


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

    Parameters
    ----------
    pack : Received
    reader : Reader or None
        The law on 1 January of its tax year; None when that year is not known.
    """
    checks = (_conventions(pack, reader), _declared(pack), _programme(pack), _bilan(pack), _proofs(pack),
              _balance(pack), _integrity(pack))  # fmt: skip
    return tuple(found for check in checks for found in check)


def _conventions(pack: Received, reader: Reader | None) -> Iterator[Found]:
    rows = pack.rows("conventions")
    if not rows:
        yield Found(Subject.CONVENTION, "convention_non_fournie")
        return
    signed = Conventions(pack.tables["conventions"])
    told: dict[tuple[str, str], list[str]] = {}
    facts: dict[tuple[str, str], Mapping[str, Any]] = {}
    for code in pack.quarters if reader is not None else ():
        assert reader is not None  # noqa: S101 - looked just above
        place = code[2:5] if code[2:5].startswith(_OVERSEAS) else code[3:5]
        standing = signed.standing(Holding("", "", "", "", place, code, "", ()), reader)
        if standing.statut:
            key = (standing.motive, str(standing.fields.get("convention", "")))
            told.setdefault(key, []).append(code)
            facts[key] = standing.fields
    for key, codes in told.items():
        motive = key[0]
        subject = Subject.DECLARATION if motive in _OF_DECLARATION else Subject.CONVENTION
        if motive == "convention_absente":
            for code in codes:
                yield Found(subject, motive, code)
        else:
            known = {**facts[key], "perdu": motive in LATE}
            yield Found(subject, motive, fields=known)
    undated = [str(r["id_convention"]) for r in rows if pd.isna(r["date_signature_contrat"])]
    if undated:
        yield Found(Subject.CONVENTION, "contrat_sans_date", fields=_listed(undated))
    # a convention without its own date hides what its declaration lacks
    missing = [str(r["id_convention"]) for r in rows if pd.isna(r["date_declaration"])]
    if missing and not any(m == "declaration_absente" for m, _ in told):
        yield Found(Subject.DECLARATION, "declaration_sans_date", fields=_listed(missing))
    late = [str(r["id_convention"]) for r in rows if pd.isna(r["date_bilan"])]
    if late:
        yield Found(Subject.BILAN, "bilan_sans_date", fields=_listed(late))


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
    for code in _without(pack.quarters, rows):
        yield Found(Subject.PROGRAMME, "quartier_sans_action", code)
    unread = [str(r["id_action"]) for r in rows if read_axis(str(r["axe"])).axe is None]
    if unread:
        fields = {"nombre": len(unread), "actions": ", ".join(unread[:8])}
        yield Found(Subject.PROGRAMME, "axe_absent", fields=fields)


def _without(quarters: tuple[str, ...], rows: list[dict[Any, Any]]) -> list[str]:
    """Return the quarters that no line names; one for all quarters names each."""
    met = {str(r["code_qpv"]) for r in rows}
    return [] if ALL_QUARTERS in met else [c for c in quarters if c not in met]


def _bilan(pack: Received) -> Iterator[Found]:
    rows = pack.rows("actions")
    if not rows:
        return
    if not pack.actions:
        years = sorted({int(r["annee"]) for r in rows if not pd.isna(r["annee"])})
        fields = {"annee": pack.year, "lues": ", ".join(map(str, years))}
        yield Found(Subject.BILAN, "bilan_autre_annee", fields=fields)
        return
    spent = [r for r in pack.actions if r["realise_eur"]]
    if not spent:
        yield Found(Subject.BILAN, "bilan_absent")
        return
    planned = set(_without(pack.quarters, pack.actions))
    for code in _without(pack.quarters, spent):
        if code not in planned:
            yield Found(Subject.BILAN, "quartier_sans_bilan", code)


def _proofs(pack: Received) -> Iterator[Found]:
    valued = [r for r in pack.actions if r["valorise_eur"]]
    bare = [r for r in valued if not str(r["piece"])]
    if bare:
        amount = sum((r["valorise_eur"] for r in bare), _NOTHING)
        fields = {"nombre": len(bare), "total": len(valued), "montant": amount}
        yield Found(Subject.PROOFS, "piece_absente", fields=fields)
    if repeated := _pieces_twice(valued):
        fields = {"nombre": len(repeated), "pieces": ", ".join(repeated[:8])}
        yield Found(Subject.PROOFS, "piece_deux_fois", fields=fields)
    more = [
        r
        for r in valued
        if r["realise_eur"] is not None and r["valorise_eur"] > r["realise_eur"] + _CENT
    ]
    if more:
        fields = {"nombre": len(more), "actions": ", ".join(str(r["id_action"]) for r in more[:8])}
        yield Found(Subject.PROOFS, "valorise_plus_que_realise", fields=fields)


def _pieces_twice(rows: list[dict[Any, Any]]) -> list[str]:
    """Return the invoices that two actions bear; one action written a row a quarter bears its own once."""
    uses: dict[str, list[tuple[str, str]]] = {}
    written: dict[str, str] = {}
    for k, row in enumerate(rows):
        # without a name, each row is an action
        use = (str(row["id_action"]) or f"#{k}", str(row["code_qpv"]))
        for piece in pieces_of(str(row["piece"])):
            written.setdefault(fold(piece), piece)
            uses.setdefault(fold(piece), []).append(use)
    return sorted(
        written[key]
        for key, borne in uses.items()
        if len({action for action, _ in borne}) > 1 or len(set(borne)) < len(borne)
    )


def _balance(pack: Received) -> Iterator[Found]:
    rows = pack.of_year("bilan")
    if not rows:
        yield Found(Subject.BALANCE, "solde_absent")
    for row in rows:
        code = str(row["code_qpv"])
        abated, valued, left = (row[c] for c in ("abattement_eur", "valorise_eur", "solde_eur"))
        if abated is None or left is None:
            yield Found(Subject.BALANCE, "abattement_inconnu", code)
            continue
        want = (valued or _NOTHING) - abated - (row["report_eur"] or _NOTHING)
        if abs(want - left) > _CENT:
            yield Found(Subject.BALANCE, "solde_faux", code, {"lu": left, "attendu": want})
        elif left < 0:
            yield Found(Subject.BALANCE, "a_rattraper", code, {"montant": -left}, lacking=False)


def _integrity(pack: Received) -> Iterator[Found]:
    for table, what in pack.unread:
        yield Found(Subject.INTEGRITY, "illisible", fields={"table": table, "quoi": what})
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
