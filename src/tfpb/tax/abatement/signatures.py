"""Conventions and declarations: whether the conditions of the law hold for a quarter and a year."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tfpb.model.codes import Statut
from tfpb.model.columns import texts
from tfpb.tax.plain_values import records
from tfpb.text import fold

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from tfpb.law.values import Reader
    from tfpb.tax.abatement.holdings import Holding

_RANK: Final = {"": 0, Statut.DROIT_INCONNU: 1, Statut.NON_DECLARE: 2, Statut.SANS_CONVENTION: 3}


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether convention and declaration meet the conditions."""

    statut: str
    """Empty when they do, else `sans_convention`, `non_declare`, or `droit_inconnu` where dates do not
    say."""
    motive: str  # code of the motive, with its fields
    fields: Mapping[str, Any] = field(default_factory=dict)
    known: bool = True
    """False (the right is unknown rather than absent) without a table of conventions, when the body that
    signed may be this one under another name, when a date is blank or two are out of order."""


@dataclass(frozen=True, slots=True)
class Convention:
    """A line of the table: its quarters, who signed, its dates; None where a cell is blank."""

    identifier: str
    codes: frozenset[str]
    signatory: str
    contract: dt.date | None
    signed: dt.date | None
    declared: dt.date | None
    end: dt.date | None
    account: dt.date | None = None
    mid_term: dt.date | None = None

    @property
    def is_contradicted(self) -> bool:
        """Whether two of its dates are out of order: contract, convention, declaration, end."""
        dates = [d for d in (self.contract, self.signed, self.declared, self.end) if d is not None]
        return dates != sorted(dates)

    def signs_in(self, year: int) -> bool:
        """Return whether its contract was signed within a year: whether that year counts is not sure."""
        return self.contract is not None and self.contract.year == year


_NOT_GIVEN: Final = Standing(Statut.SANS_CONVENTION, "convention_non_fournie", known=False)
LATE: Final = frozenset(
    {"convention_tardive", "contrat_tardif", "contrat_de_l_annee", "declaration_tardive"}
)
"""Motives that lose a year: a date that is past mends nothing."""


def own_conventions(table: pd.DataFrame | None, bailleurs: Iterable[str]) -> pd.DataFrame | None:
    """Keep the conventions that some bodies signed, or nobody named; all of them where there is none.

    A town's table holds those of every bailleur: neither their days nor their amounts are another's.
    """
    if table is None:
        return None
    names = {"", *map(fold, bailleurs)}
    mine = [fold(name) in names for name in texts(table, "bailleur")]
    return table[mine] if any(mine) else table


def _ended(standing: Standing) -> int:
    """Return the day a convention ended, as a number; 0 when another thing is lacking."""
    echue = standing.motive == "convention_echue"
    end: dt.date | None = standing.fields.get("date") if echue else None
    return end.toordinal() if end is not None else 0


class Conventions:
    """The conventions of a bailleur, looked up by quarter and year.

    `bailleur` applies to a résidence that names none of the `owners`. When `is_past`, a year before the
    dossier's is looked up in a table that need not list the conventions that have ended since: what is
    lacking then was not given. `every`: those they may have signed (`own_conventions`); `signatories`:
    folded names of all who signed some.
    """

    def __init__(
        self,
        table: pd.DataFrame | None,
        bailleur: str = "",
        owners: Iterable[str] = (),
        *,
        is_past: bool = False,
    ) -> None:
        self.given, self.bailleur = table is not None, bailleur
        self._is_past = is_past
        self._all = self._read(table)
        self.every = self._read(own_conventions(table, (bailleur, *owners)))
        self.signatories = {fold(c.signatory) for c in self._all} - {""}

    @staticmethod
    def _read(table: pd.DataFrame | None) -> tuple[Convention, ...]:
        return tuple(
            Convention(
                identifier=row.text("id_convention"),
                codes=frozenset(row.get("codes_qpv") or ()),
                signatory=row.text("bailleur"),
                contract=row.day("date_signature_contrat"),
                signed=row.day("date_signature_convention"),
                declared=row.day("date_declaration"),
                end=row.day("date_fin"),
                account=row.day("date_bilan"),
                mid_term=row.day("date_mi_parcours"),
            )
            for row in records(table)
        )

    def standing(self, holding: Holding, reader: Reader) -> Standing:
        """Return whether the conditions hold for a résidence on the reader's 1 January.

        Sources: CGI 1388 bis (signatory on 1 January, declaration before 1 January), LF 2025 art. 114
        (31 March 2025 in metropole), LF 2024 art. 73 XIX (2024), BOFiP 14673-PGP (overseas, 2025).
        """
        if holding.overseas and reader.flag("reconduction_outremer"):
            return Standing("", "convention_outremer")
        if not self.given:
            return _NOT_GIVEN
        found = self._of_table(holding, reader)
        return _NOT_GIVEN if self._is_past and found.statut and found.known else found

    def _of_table(self, holding: Holding, reader: Reader) -> Standing:
        """Return what the table says of a résidence."""
        code, owner = holding.code_qpv, holding.bailleur or self.bailleur
        there = [c for c in self._all if code in c.codes]
        found = [self._one(c, reader) for c in there if self._may_bind(c, owner)]
        if not found:
            return self._none(code, owner, there)
        # what a paper may still mend, then what is lost: one that ended and was renewed too late is not to
        # renew; of two that have ended, the last to end
        return min(
            found,
            key=lambda s: (
                s.known and bool(s.statut),
                _RANK[s.statut],
                s.motive not in LATE,
                -_ended(s),
            ),
        )

    def _may_bind(self, convention: Convention, owner: str) -> bool:
        """Return whether a convention is of a body; of one not named, where the table has one signatory."""
        if not convention.signatory or not owner:
            return not convention.signatory or len(self.signatories) == 1
        return fold(convention.signatory) == fold(owner)

    @staticmethod
    def _none(code: str, owner: str, there: list[Convention]) -> Standing:
        """Return what lacks in a quarter: the same body may have signed there under another name."""
        names = ", ".join(sorted({c.signatory for c in there}))
        fields = {"code_qpv": code}
        if not names:
            return Standing(Statut.SANS_CONVENTION, "convention_absente", fields)
        fields |= {"bailleur": owner, "signataires": names}
        motive = "convention_autre_organisme" if owner else "convention_organisme_inconnu"
        return Standing(Statut.SANS_CONVENTION, motive, fields, known=False)

    @staticmethod
    def _one(convention: Convention, reader: Reader) -> Standing:
        new_year = reader.day
        limit = reader.due("limite_signature")
        reader.text("signature_retenue")
        fields = {"convention": convention.identifier, "annee": new_year.year, "limite": limit}
        kept = reader.flag("prorogation_convention")
        since = new_year.replace(year=new_year.year - 1) if kept else new_year
        none, end, last = Statut.SANS_CONVENTION, convention.end, reader.due("limite_declaration")
        for day, motive in (
            (convention.signed, "convention_tardive"),
            (convention.contract, "contrat_tardif"),
        ):
            if day is not None and day > limit:
                return Standing(none, motive, {**fields, "date": day})
        if convention.signs_in(new_year.year) and reader.flag("effet_apres_annee_contrat"):
            return Standing(none, "contrat_de_l_annee", {**fields, "date": convention.contract})
        if end is not None and end < since:
            return Standing(none, "convention_echue", {**fields, "date": end})
        declared = {**fields, "limite": last}
        if convention.declared is not None and convention.declared > last:
            return Standing(
                Statut.NON_DECLARE, "declaration_tardive", {**declared, "date": convention.declared}
            )
        if convention.is_contradicted:
            return Standing(
                Statut.DROIT_INCONNU, "convention_dates_contraires", fields, known=False
            )
        for day, statut, motive in (
            (convention.signed, none, "convention_sans_date"),
            (convention.contract, Statut.DROIT_INCONNU, "contrat_sans_date"),
            (end, Statut.DROIT_INCONNU, "convention_sans_fin"),
            (convention.declared, Statut.NON_DECLARE, "declaration_absente"),
        ):
            if day is None:
                facts = declared if statut == Statut.NON_DECLARE else fields
                return Standing(statut, motive, facts, known=False)
        prolonged = kept and end is not None and end < new_year
        return Standing("", "convention_prorogee" if prolonged else "convention_ok", declared)

    def contradicted(self) -> tuple[str, ...]:
        """List the conventions of which two dates are out of order."""
        return tuple(c.identifier for c in self.every if c.is_contradicted)
