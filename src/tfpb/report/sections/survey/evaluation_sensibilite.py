"""« Évaluation » and sensitivity: money beside satisfaction, and how far the doubts carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tfpb.model.report import Chart, ChartKind, Format, Section, Text
from tfpb.report.sections.build import column, cut, lacking, said, table
from tfpb.report.sections.money.depense_ecart import margin_of, spending_blocks
from tfpb.report.sections.survey import survey_view as view
from tfpb.report.theme import verdict_sign
from tfpb.words.documents.report_words import SENSITIVITY
from tfpb.words.money import accounts
from tfpb.words.money import evaluation_words as words
from tfpb.words.numbers import number
from tfpb.words.survey.satisfaction import join
from tfpb.words.survey.verdict_words import margin_words, verdict_words

if TYPE_CHECKING:
    from tfpb.model.assembly import Dossier
    from tfpb.model.report import Block


def evaluation(dossier: Dossier) -> Section:
    """Make the evaluation by axis."""
    sheet = "Évaluation"
    found = dossier.evaluation
    if found is None or found.table.empty:
        return lacking("evaluation", subject="evaluation", title=sheet, sheet=sheet)
    labels: dict[str, str] = {}
    if dossier.survey is not None:
        items = dossier.survey.items
        labels = {str(i): str(x) for i, x in zip(items["item"], items["libelle"], strict=True)}
    rows = found.table
    said_rows = rows.assign(
        lieu=[
            "Convention entière" if level == "convention" else f"{name} ({code})"
            for level, name, code in zip(
                rows["niveau"], rows["nom_qpv"], rows["code_qpv"], strict=True
            )
        ],
        axe_mot=[accounts.axis_words(int(a)) for a in rows["axe"]],
        libelle=said(rows["item"], labels),
        verdict_mot=[_verdict(v) for v in rows["verdict"]],
        lecture_mot=[words.reading_sentence(str(code)) for code in rows["lecture"]],
    )
    main = table(
        "evaluation",
        "Par axe : dépense par logement, écart et évolution",
        (
            column("lieu", "Territoire", width=20),
            column("axe_mot", "Axe", width=26),
            column("valorise_eur", "Valorisé (€)", Format.EUROS, 11),
            column("valorise_par_logement_eur", "Valorisé par logement (€)", Format.CENTS, 11),
            column("libelle", "Question liée", width=24),
            column("n", "n", Format.INTEGER, 8),
            column("ecart", "Écart (points)", Format.POINTS, 9),
            column("ecart_ic95_bas", "bas à 95 %", Format.POINTS, 9),
            column("ecart_ic95_haut", "haut à 95 %", Format.POINTS, 9),
            column("verdict_mot", "Verdict", width=18),
            column("evolution", "Évolution de l’écart (points)", Format.POINTS, 10),
            column("evolution_ic95_bas", "évol., bas à 95 %", Format.POINTS, 9),
            column("evolution_ic95_haut", "évol., haut à 95 %", Format.POINTS, 9),
            column("lecture_mot", "Lecture", width=34),
        ),
        said_rows,
        unit="euros, points (QPV − hors QPV)",
        scope="une ligne par axe et par question liée ; le lien axe–question est une proposition",
        source="programme d’actions et enquête",
        notes=(words.SIDE_BY_SIDE,),
        media=frozenset({"classeur", "donnees"}),
    )
    convention = cut(said_rows, said_rows["niveau"] == "convention")
    short = table(
        "evaluation_document",
        "Par axe, sur l’ensemble de la convention",
        (
            column("axe_mot", "Axe", width=24),
            column("valorise_par_logement_eur", "Valorisé par logement (€)", Format.CENTS, 10),
            column("libelle", "Question liée", width=22),
            column("n", "n", Format.INTEGER, 7),
            column("ecart", "Écart (points)", Format.POINTS, 8),
            column("ecart_ic95_bas", "bas à 95 %", Format.POINTS, 8),
            column("ecart_ic95_haut", "haut à 95 %", Format.POINTS, 8),
            column("lecture_mot", "Lecture", width=32),
        ),
        convention,
        unit="euros, points (QPV − hors QPV)",
        scope="le lien entre axes et questions est une proposition, à débattre",
        source="programme d’actions et enquête",
        media=frozenset({"document"}),
    )
    blocks: list[Block] = [main, short]
    drawn = convention[convention["ecart"].notna()]
    if len(drawn):
        blocks.append(
            Chart(
                "besoin",
                ChartKind.NEED,
                "Dépense par logement et écart, axe par axe : côte à côte, sans lien de cause",
                pd.DataFrame(
                    {
                        "label": [
                            f"{axe} · {label}"
                            for axe, label in zip(drawn["axe"], drawn["libelle"], strict=True)
                        ],
                        "depense_par_logement_eur": [
                            float(v or 0) for v in drawn["valorise_par_logement_eur"]
                        ],
                        "ecart": drawn["ecart"].to_numpy(),
                        "ic95_bas": drawn["ecart_ic95_bas"].to_numpy(),
                        "ic95_haut": drawn["ecart_ic95_haut"].to_numpy(),
                    }
                ),
                "Pour chaque question liée à un axe, la dépense par logement et l’écart : voir le "
                "tableau.",
                unit="euros par logement ; points (QPV − hors QPV)",
                margin=margin_of(dossier.survey),
                source="programme d’actions et enquête",
            )
        )
    blocks += spending_blocks(dossier, rows)
    blocks.append(Text((words.SIDE_BY_SIDE, *view.too_early(dossier), words.DOES_IT_WORK)))
    lower = list(
        dict.fromkeys(
            str(axe)
            for axe, code in zip(convention["axe"], convention["lecture"], strict=True)
            if str(code).startswith("ecart_defavorable")
        )
    )
    lead = (
        "Dépense, écart et évolution côte à côte : la satisfaction est plus basse en QPV pour une "
        f"question au moins {'des axes' if len(lower) > 1 else 'de l’axe'} {join(lower)}."
        if lower
        else "Dépense, écart et évolution côte à côte : aucun axe ne montre d’écart défavorable établi."
    )
    return Section("evaluation", sheet, lead, tuple(blocks), sheet=sheet)


def _verdict(code: object) -> str:
    if not isinstance(code, str) or not code:
        return ""
    return f"{verdict_sign(code)} {verdict_words(code)}"


def sensibilite(dossier: Dossier) -> Section | None:
    """Make the section of sensitivity (document only); None when it was not computed."""
    found = dossier.sensitivity
    if found is None or found.doubts.empty:
        return None
    doubts = found.doubts.assign(hypothese_mot=said(found.doubts["hypothese"], SENSITIVITY))
    count = dict(zip(doubts["hypothese"], doubts["logements_dans"], strict=True))
    lead = accounts.sensitivity_sentence(
        int(count.get("tous_hors", 0)), int(count.get("retenu", 0)), int(count.get("tous_dans", 0))
    )
    blocks: list[Block] = [
        table(
            "sensibilite_doutes",
            "Si les doutes tombent d’un côté ou de l’autre",
            (
                column("hypothese_mot", "Hypothèse", width=32),
                column("logements_dans", "Logements en QPV", Format.INTEGER, 14),
                column("abattement_eur", "Abattement (€)", Format.EUROS, 14),
            ),
            doubts,
            unit="logements, euros",
            scope="tout le patrimoine",
            source="localisation et fichier de fiscalité",
            media=frozenset({"document", "donnees"}),
        )
    ]
    margins = _margins(dossier)
    if margins is not None:
        blocks.append(margins)
    return Section("sensibilite", "Sensibilité", lead, tuple(blocks))


def _margins(dossier: Dossier) -> Block | None:
    found, survey = dossier.sensitivity, dossier.survey
    if found is None or survey is None or found.margins.empty:
        return None
    wave = view.last_wave(survey)
    rows = cut(found.margins, found.margins["vague"] == wave)
    if rows.empty:
        return None
    labels = survey.items.set_index("item")
    values = sorted(float(m) for m in rows["marge_points"].unique())
    wide = rows.assign(mot=[_verdict(v) for v in rows["verdict"]]).pivot_table(
        index="item", columns="marge_points", values="mot", aggfunc="first", sort=False
    )
    out = pd.DataFrame({f"m{number(m, 1)}": wide[m].to_numpy() for m in values})
    out.insert(0, "libelle", [str(labels.loc[i, "libelle"]) for i in wide.index])
    out["_ordre"] = [int(labels.loc[i, "ordre"]) for i in wide.index]
    return table(
        "sensibilite_marges",
        "Les verdicts si la marge changeait",
        (
            column("libelle", "Question", width=30),
            *(column(f"m{number(m, 1)}", f"Marge de {margin_words(m)}", width=24) for m in values),
        ),
        out.sort_values("_ordre", kind="stable"),
        scope="écarts bruts publiables ; la marge retenue reste celle fixée avant les résultats",
        source=f"enquête de satisfaction, vague {wave}",
        media=frozenset({"document", "donnees"}),
    )
