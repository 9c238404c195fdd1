"""The report as sections: one file a subject, each reads the `Dossier`; titles are in `words/sections`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tfpb.evidence.tasks import tasks_of
from tfpb.facts.place import quarters_held
from tfpb.report.sections.a_faire import a_faire
from tfpb.report.sections.a_regler import a_regler
from tfpb.report.sections.build import of_dossier
from tfpb.report.sections.faits import faits
from tfpb.report.sections.money.abattement_accorde import abattement, annees, qui_paie
from tfpb.report.sections.money.axes_sheet import axes
from tfpb.report.sections.money.locaux import locaux
from tfpb.report.sections.money.programme import actions, droit_commun, programme
from tfpb.report.sections.money.quartiers import quartiers
from tfpb.report.sections.money.rapprochement import rapprochement
from tfpb.report.sections.note import note
from tfpb.report.sections.patrimoine import adresses, residences
from tfpb.report.sections.provisional import provisional
from tfpb.report.sections.sources import rappel, sources
from tfpb.report.sections.survey.evaluation_sensibilite import evaluation, sensibilite
from tfpb.report.sections.survey.evolution import evolution
from tfpb.report.sections.survey.satisfaction_section import satisfaction_section
from tfpb.report.sections.synthese import synthese
from tfpb.words.documents.report_words import MAP_CAPTION, subtitle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.question import Asked
    from tfpb.model.report import Report, Section


def report(dossier: Dossier, also: Sequence[Asked] = ()) -> Report:
    """Return the report of a dossier: the sections in the order of the workbook.

    `also` are questions of common deliveries. Sections of the workbook (contract names) and, between them,
    those of the document only. `properties` has `date_iso` and the captions of the maps, by key
    (`carte:<code_qpv>`).
    """
    head, tasks, asked = dossier.settings.dossier, tasks_of(dossier), (*also, *dossier.asked)
    sections: list[Section | None] = [
        note(dossier, tasks) if dossier.printed else None,
        synthese(dossier, tasks),
        rappel(dossier),
        quartiers(dossier),
        residences(dossier),
        adresses(dossier),
        satisfaction_section(dossier),
        evolution(dossier),
        abattement(dossier),
        rapprochement(dossier),
        locaux(dossier),
        qui_paie(dossier),
        annees(dossier),
        actions(dossier),
        programme(dossier),
        axes(dossier),
        droit_commun(dossier),
        evaluation(dossier),
        sensibilite(dossier),
        a_faire(dossier, tasks),
        a_regler(dossier),
        faits(dossier),
        sources(dossier),
    ]
    captions = {
        f"carte:{code}": MAP_CAPTION.format(name=dossier.quarters[code].shown, code=code)
        for code in (here.code_qpv for here in quarters_held(dossier.located.held))
    }
    whole = of_dossier(
        dossier,
        head.titre,
        subtitle(head.annee, head.convention),
        (provisional(one, asked) for one in sections if one is not None),
    )
    return replace(whole, properties={**whole.properties, **captions})
