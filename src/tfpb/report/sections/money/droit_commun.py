"""« Droit commun »: the baseline, what the bailleur does everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.model.report import Format, Section
from tfpb.report.sections.build import WORKBOOK, column, lacking, only, said, table
from tfpb.words.money import accounts as words

if TYPE_CHECKING:
    from tfpb.model.assembly import Dossier

_SHORT_USAGES = (
    "indicateur", "quantite_par_100_logements_qpv", "quantite_par_100_logements_hors",
    "cout_par_logement_qpv_eur", "cout_par_logement_hors_eur", "surcout_eur", "surcout_ic95_bas_eur",
    "surcout_ic95_haut_eur", "marge", "plancher",
)  # fmt: skip


def droit_commun(dossier: Dossier) -> Section:
    """Make the section of droit commun: what the bailleur does everywhere, per dwelling."""
    usages = dossier.droit_commun
    sheet = "Droit commun"
    if usages is None:
        return lacking("droit_commun", subject="droit_commun", title=sheet, sheet=sheet)
    rows = usages.table
    computable = int((rows["marge"] == "calculee").sum())
    shown = rows.assign(
        marge=said(rows["marge"], words.MARGES), plancher=said(rows["plancher"], words.PLANCHERS)
    )
    main = table(
        "droit_commun",
        "Droit commun, par logement, en QPV et hors QPV",
        (
            column("indicateur", "Indicateur", width=24),
            column("annee", "Année", Format.YEAR, 8),
            column("logements_qpv", "Logements QPV", Format.INTEGER, 10),
            column("logements_hors", "Logements hors QPV", Format.INTEGER, 10),
            column("quantite_par_100_logements_qpv", "Pour 100 logements, QPV", Format.NUMBER1, 11),
            column("quantite_par_100_logements_hors", "Pour 100 logements, hors QPV", Format.NUMBER1, 11),
            column("cout_par_logement_qpv_eur", "Coût par logement, QPV (€)", Format.CENTS, 11),
            column("cout_par_logement_hors_eur", "Coût par logement, hors QPV (€)", Format.CENTS, 11),
            column("surcout_par_logement_eur", "Surcoût par logement (€)", Format.CENTS, 11),
            column("surcout_eur", "Surcoût en QPV (€)", Format.EUROS, 12),
            column("surcout_ic95_bas_eur", "Surcoût, bas à 95 % (€)", Format.EUROS, 12),
            column("surcout_ic95_haut_eur", "Surcoût, haut à 95 % (€)", Format.EUROS, 12),
            column("marge", "Marge d’incertitude", width=16),
            column("plancher", "Gardiens", width=18),
        ),
        shown,
        unit="euros par an, quantités pour 100 logements",
        scope="résidences du même bailleur",
        source="tableau de droit commun",
        notes=(
            "Surcoût = (coût par logement en QPV − coût par logement hors QPV) × logements en QPV.",
            "Un effectif de gardiens au plancher légal n’est pas un renforcement.",
        ),
        media=WORKBOOK,
    )  # fmt: skip
    lead = words.droit_commun_lead(len(rows), computable)
    short = only(main, "droit_commun_document", _SHORT_USAGES)
    return Section("droit_commun", sheet, lead, (main, short), sheet=sheet)
