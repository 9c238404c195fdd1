"""Steps on money: abatement, programme, droit commun; the claims; what doubts weigh in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.facts.claim import Claims
from tfpb.facts.money_claims import money_claims
from tfpb.facts.quarter import Quarters
from tfpb.facts.table import claims_of
from tfpb.law.values import Law
from tfpb.law.values import load as load_law
from tfpb.model.codes import ENSEMBLE, TaskState
from tfpb.model.columns import STAMP, texts
from tfpb.model.tables import PREMISES
from tfpb.pipeline.rooms import evaluation, perimeters, tax
from tfpb.questions.repeated_rows import repeated_in

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from tfpb.io.sources.inputs import Inputs
    from tfpb.model.assembly import Evaluation
    from tfpb.model.location import Located
    from tfpb.model.money import Abatement, DroitCommun, Programme
    from tfpb.model.settings import LoiUtilisateur, Settings, Theme
    from tfpb.model.survey import Published
    from tfpb.pipeline.steps.surveying import Scope


TAX_ROLES: Final = (
    "fiscalite", "fiscalite_precedente", "conventions", "gmbi", "declaration", "reclamations",
)  # fmt: skip
"""Files that the abatement reads besides the stock."""


@dataclass(frozen=True, slots=True)
class TaxRule:
    """What rules the money of a run."""

    year: int  # tax year
    rounding: str = "centime"  # `centime` or `avis`
    bailleur: str = ""  # whose conventions apply when a résidence does not name its bailleur
    on: dt.date | None = None  # day of the dossier, to know whether a claim is still open
    own_law: Mapping[str, LoiUtilisateur] = field(default_factory=dict)
    """Legal values that the user replaces."""
    carried_eur: Mapping[str, str] = field(default_factory=dict)
    """By quarter, left to justify from the years before."""
    themes: Mapping[str, Theme] = field(default_factory=dict)
    floor_applies: bool | None = None
    """Whether the communes are under the floor of gardiens (CSI R. 271-1)."""
    as_written: frozenset[str] = frozenset()  # columns of rates that are percentages, however low

    @classmethod
    def of(cls, settings: Settings) -> TaxRule:
        """Return the rule of a dossier."""
        head, chosen = settings.dossier, settings.reglages
        return cls(
            year=head.annee,
            rounding=chosen.arrondi,
            bailleur=head.bailleur,
            on=head.date,
            own_law=chosen.loi,
            carried_eur=chosen.report_eur,
            themes=settings.themes,
            floor_applies=chosen.agglomeration_plus_50000,
            as_written=frozenset(
                key.removeprefix("fiscalite.")
                for key, reading in chosen.lectures.items()
                if reading == "pourcentage"
            ),
        )

    @property
    def law(self) -> Law:
        """Legal values, the user's own included."""
        return load_law(self.own_law)


def abate(
    tax_rule: TaxRule, taxes: Inputs, located: Located, quarters: Quarters
) -> Abatement | None:
    """Compute the abatement of the tax year; None without a tax sheet. Raises every fault of the premises.

    `taxes` are `TAX_ROLES`, with the replies to the questions of notices.
    """
    return _abated(tax_rule, taxes, located, quarters)


def _abated(
    tax_rule: TaxRule, taxes: Inputs, located: Located, quarters: Quarters, *, alone: bool = False
) -> Abatement | None:
    """Compute it; `alone`, without what sets its claims beside other years or what is owned."""
    if (premises := taxes.frame("fiscalite")) is None:
        return None
    return tax.abate(
        premises,
        located.residences,
        located.entrances,
        taxes.frame("conventions"),
        tax_rule.law,
        year=tax_rule.year,
        rounding=tax_rule.rounding,
        bailleur=tax_rule.bailleur,
        on=tax_rule.on,
        owned=None if alone else taxes.frame("gmbi"),
        previous=None if alone else taxes.frame("fiscalite_precedente"),
        ahead=not alone,
        sent=taxes.frame("declaration"),
        claimed=taxes.frame("reclamations"),
        as_written=tax_rule.as_written,
        repeated=repeated_in(taxes.asked, "fiscalite"),
        quarters=quarters,
        replies=taxes.replies,
    )


def calendar(
    tax_rule: TaxRule,
    taxes: Inputs,
    located: Located,
    quarters: Quarters,
    abatement: Abatement | None,
) -> pd.DataFrame:
    """Return every deadline: what changes the abatement, what conventions and the law set.

    Without an abatement, ends of exemption and of conventions are dated all the same, without amount.
    `CALENDAR_COLUMNS`.
    """
    signed = taxes.frame("conventions")
    money = abatement or tax.abate(
        pd.DataFrame(columns=[*PREMISES.names, *STAMP], dtype=object),
        located.residences,
        located.entrances,
        signed,
        tax_rule.law,
        year=tax_rule.year,
        bailleur=tax_rule.bailleur,
        on=tax_rule.on,
        quarters=quarters,
    )
    events = money.calendar
    assert events is not None  # noqa: S101 - every abatement has one
    bailleurs = (tax_rule.bailleur, *texts(located.residences, "bailleur"))
    return tax.with_deadlines(
        events, signed, tax_rule.law, year=tax_rule.year, on=tax_rule.on, bailleurs=bailleurs
    )


def programme(
    tax_rule: TaxRule,
    inputs: Inputs,
    located: Located,
    quarters: Quarters,
    abatement: Abatement | None,
) -> Programme | None:
    """Balance the programme of actions against the abatement; None without a programme.

    Reads `programme`, `programme_precedent`, `diagnostics`, `conventions`, the folder of pieces and what
    people filled. Raises every fault of the actions.
    """
    if (actions := inputs.frame("programme")) is None:
        return None
    signed = inputs.frame("conventions")
    return tax.programme(
        actions,
        abatement,
        located.held,
        year=tax_rule.year,
        quarters=quarters,
        previous=inputs.frame("programme_precedent"),
        diagnostics=inputs.frame("diagnostics"),
        carry=tax_rule.carried_eur,
        npnru=tax.npnru_quarters(located.entrances),
        themes=tax_rule.themes,
        heirs=perimeters.heirs(located.correspondence),
        new=perimeters.new_quarters(
            located.correspondence, located.vintage, located.year, located.residences["code_insee"]
        ),
        covered=[] if signed is None else [c for codes in signed["codes_qpv"] for c in codes],
        law=tax_rule.law,
        pieces=inputs.pieces,
        due=tax.bilans(
            signed,
            (tax_rule.bailleur, *texts(located.residences, "bailleur")),
            year=tax_rule.year,
            on=tax_rule.on,
        ),
        confirmed={key for key, one in inputs.filled.items() if one.state is TaskState.FAIT},
    )


def droit_commun(tax_rule: TaxRule, inputs: Inputs, located: Located) -> DroitCommun | None:
    """Compare droit commun in QPV with the rest; None without its table."""
    if (table := inputs.frame("droit_commun")) is None:
        return None
    return tax.droit_commun(
        table,
        located.residences,
        seed=tax_rule.year,
        law=tax_rule.law,
        floor_applies=tax_rule.floor_applies,
    )


def claim(
    scope: Scope,
    located: Located,
    abatement: Abatement | None,
    programme: Programme | None,
    survey: Published | None,
    droit_commun: DroitCommun | None,
) -> Claims:
    """Claim every figure of the dossier under its one name, from what the other stages made."""
    return claims_of(located, abatement, programme, survey, droit_commun, bailleur=scope.bailleur)


def evaluate(
    scope: Scope,
    located: Located,
    quarters: Quarters,
    claims: Claims,
    survey_read: Published | None,
) -> Evaluation | None:
    """Set money and satisfaction side by side; None when both lack."""
    if survey_read is None and not claims.has("valorise"):
        return None
    own = survey_read.name_of(scope.bailleur) if survey_read is not None else ENSEMBLE
    return evaluation.evaluation(located, quarters, claims, survey_read, bailleur=own)


def doubts(
    tax_rule: TaxRule, taxes: Inputs, located: Located, abatement: Abatement | None
) -> pd.DataFrame:
    """Count dwellings and money with the doubtful dwellings on either side.

    `abatement` is of the stock as retained; see `tfpb.evidence.evaluation.readings`.
    """

    def money(stock: Located) -> Claims:
        if (priced := abatement) is not None and stock is not located:
            # its totals name no quarter
            priced = _abated(tax_rule, taxes, stock, Quarters(), alone=True)
        return Claims(() if priced is None else money_claims(priced))

    return evaluation.readings(located, abate=money)
