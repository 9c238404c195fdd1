"""« Évolution » and the priorities: what moved between waves, what weighs most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.model.codes import Ajustement, Groupe
from tfpb.model.report import Chart, ChartKind, Format, Section, Text
from tfpb.model.results import PRIORITY_COLUMNS
from tfpb.report.sections.build import (
    DATA,
    DOCUMENT,
    WORKBOOK,
    column,
    cut,
    lacking,
    over_pages,
    said,
    table,
)
from tfpb.report.sections.counts import quarter_names
from tfpb.report.sections.survey import survey_view as view
from tfpb.words.documents.report_words import MISSING
from tfpb.words.faults.sentences import say
from tfpb.words.numbers import number, plural
from tfpb.words.survey import satisfaction

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.model.assembly import Dossier
    from tfpb.model.report import Block
    from tfpb.model.survey import Published

_COUNTS = frozenset({"n", "n_residences"})


def evolution(dossier: Dossier) -> Section:
    """Make the section of the changes between waves."""
    survey = dossier.survey
    if survey is None:
        return lacking("evolution", subject="enquete", title="Évolution", sheet="Évolution")
    name = survey.name_of(dossier.settings.dossier.bailleur)
    rows = view.changes(survey, name)
    if len(survey.waves) < 2 or rows.empty:  # noqa: PLR2004
        return lacking("evolution", subject="vagues", title="Évolution", sheet="Évolution")
    names = quarter_names(dossier.located)
    placed = rows.assign(
        territoire_mot=[
            view.place_label(level, str(place), names)
            for level, place in zip(rows["niveau"], rows["territoire"], strict=True)
        ]
    )
    shown = view.shown(view.totals(rows))
    counts: dict[str, int] = {}
    for word in shown["mot"]:
        counts[word] = counts.get(word, 0) + 1
    parts = satisfaction.join([f"{number(count)} « {word} »" for word, count in counts.items()])
    waves = f"de {survey.waves[-2].vague} à {survey.waves[-1].vague}"
    subject = f"Évolution de l’écart entre QPV et autres quartiers, {waves}"
    lead = (
        f"{subject}, {plural(len(shown), 'question')} : {parts}."
        if len(shown)
        else f"{subject} : {satisfaction.NO_CHANGE_SHOWN}."
    )
    main = table(
        "evolution",
        "Évolution des satisfactions et de leur écart",
        (
            column("territoire_mot", "Territoire", width=22),
            column("vague", "Vagues", width=11),
            column("theme_mot", "Thème", width=18),
            column("libelle", "Question", width=30),
            column("n", "n, deux vagues", Format.INTEGER, 9),
            column("evolution_qpv", "Évolution en QPV (points)", Format.POINTS, 10),
            column("evolution_hors", "Évolution hors QPV (points)", Format.POINTS, 10),
            column("ecart", "Évolution de l’écart (points)", Format.POINTS, 10),
            column("ic95_bas", "bas à 95 %", Format.POINTS, 9),
            column("ic95_haut", "haut à 95 %", Format.POINTS, 9),
            column("standardise", "À structure comparable (points)", Format.POINTS, 11),
            column("standardise_bas", "Comparable, bas à 95 %", Format.POINTS, 11),
            column("standardise_haut", "Comparable, haut à 95 %", Format.POINTS, 11),
            column("regression", "Par régression (points)", Format.POINTS, 10),
            column("verdict_mot", "Lecture", width=24),
        ),
        placed,
        unit="points ; un signe + sur l’écart est favorable aux QPV",
        scope="bailleurs présents dans les deux vagues, une seule carte de QPV pour les deux",
        source="enquêtes de satisfaction",
        notes=(satisfaction.NO_CAUSE, satisfaction.CHANGE_COMPARABLE),
        media=WORKBOOK,
    )
    blocks: list[Block] = [main, *_short(shown), *_slopes(survey, name)]
    warnings = tuple(
        dict.fromkeys(
            " ".join(part for part in (s.title, s.hint) if part)
            for s in (say(f) for f in survey.notices if f.code.startswith("vagues_"))
        )
    )
    if warnings:
        blocks.append(Text(("Avant de comparer les vagues :",)))
        blocks.append(Text(warnings, bullets=True))
    return Section("evolution", "Évolution", lead, tuple(blocks), sheet="Évolution")


def _short(shown: pd.DataFrame) -> list[Block]:
    """Make the table of the document, where something may be shown."""
    if shown.empty:
        return []
    alike = bool(shown["standardise"].notna().any())
    beside = (column("standardise", "Écart comparable", Format.POINTS, 8),) if alike else ()
    return [
        table(
            "evolution_document",
            "Évolution des satisfactions et de leur écart",
            (
                column("libelle", "Question", width=28),
                column("n", "n, deux vagues", Format.INTEGER, 8),
                column("evolution_qpv", "En QPV (points)", Format.POINTS, 8),
                column("evolution_hors", "Hors QPV (points)", Format.POINTS, 8),
                column("ecart", "Écart (points)", Format.POINTS, 8),
                column("ic95_bas", "bas à 95 %", Format.POINTS, 8),
                column("ic95_haut", "haut à 95 %", Format.POINTS, 8),
                *beside,
                column("verdict_mot", "Lecture", width=22),
            ),
            shown,
            unit="points ; un signe + sur l’écart est favorable aux QPV",
            scope="bailleurs présents dans les deux vagues, une seule carte de QPV pour les deux",
            source="enquêtes de satisfaction",
            notes=(
                satisfaction.NO_CAUSE,
                satisfaction.CHANGE_COMPARABLE if alike else satisfaction.NOT_COMPARABLE,
            ),
            media=DOCUMENT,
        )
    ]


def _slopes(survey: Published, name: str) -> list[Chart]:
    """Draw the levels of the headline items wave after wave."""
    table_ = survey.comparison
    picked = table_[
        (table_["bailleur"] == name)
        & (table_["ajustement"] == Ajustement.BRUT)
        & (table_["niveau"] == "total")
        & table_["publication"].isin(view.SHOWN)
        & table_["vague"].isin([w.vague for w in survey.waves])
    ]
    items = survey.items
    heads = items.loc[items["tete_de_theme"].astype(bool), ["item", "libelle", "ordre"]]
    sides = []
    for group, prefix in ((Groupe.QPV, "qpv"), (Groupe.HORS_QPV, "hors")):
        part = picked.loc[
            picked["groupe"] == group, ["vague", "item", "estimation", "ic95_bas", "ic95_haut"]
        ]
        renamed = {"estimation": prefix, "ic95_bas": f"{prefix}_bas", "ic95_haut": f"{prefix}_haut"}
        sides.append(part.rename(columns=renamed))
    both = sides[0].merge(sides[1], on=["vague", "item"], how="inner", validate="one_to_one")
    rows = both.merge(heads, on="item", how="inner", validate="many_to_one")
    rows = rows[rows.groupby("item")["vague"].transform("nunique") > 1]  # one point is no change
    if rows.empty:
        return []
    rank = {w.vague: k for k, w in enumerate(survey.waves)}
    rows = rows.assign(_rang=rows["vague"].map(rank)).sort_values(["ordre", "_rang"], kind="stable")
    drawn = rows.drop(columns=["_rang", "ordre", "item"]).reset_index(drop=True)
    return over_pages(
        Chart(
            "vagues",
            ChartKind.SLOPES,
            "Part de ménages satisfaits, vague après vague, en QPV et hors QPV",
            drawn,
            "Une ligne par question de tête : part de satisfaits en QPV et hors QPV à chaque vague, "
            "avec l’intervalle à 95 %.",
            unit="% de ménages satisfaits",
            source="enquêtes de satisfaction",
        )
    )


def priorites(dossier: Dossier) -> Section:
    """Make the section of priorities (document only): importance × performance, with intervals."""
    survey = dossier.survey
    title = "Priorités"
    if survey is None:
        return Section("priorites", title, MISSING["enquete"][0], (Text((MISSING["enquete"][1],)),))
    name = survey.name_of(dossier.settings.dossier.bailleur)
    wave = view.last_wave(survey)
    own = view.visible(survey.priorities, name)
    mine = cut(own, (own["bailleur"] == name) & (own["vague"] == wave))
    rows = cut(mine, (mine["groupe"] == Groupe.QPV) & mine["publication"].isin(view.SHOWN))
    if rows.empty:
        return Section(
            "priorites", title, MISSING["priorites"][0], (Text((MISSING["priorites"][1],)),)
        )
    rows = rows.merge(
        survey.items[["item", "libelle", "ordre"]], on="item", how="left", validate="many_to_one"
    ).sort_values("importance", ascending=False, kind="stable")
    rows["quadrant_mot"] = said(rows["quadrant"], satisfaction.QUADRANTS)
    first = [str(x) for x in rows.loc[rows["quadrant"] == "priorite", "libelle"]]
    named = satisfaction.join([f"« {x} »" for x in first[:3]])
    lead = (
        f"En QPV, les questions qui pèsent le plus sur la satisfaction d’ensemble tout en étant les "
        f"moins bien jugées : {named}."
        if first
        else "En QPV, aucune question ne pèse fortement tout en étant mal jugée."
    )
    main = table(
        "priorites",
        f"Poids et jugement de chaque question en QPV, vague {wave}",
        (
            column("libelle", "Question", width=30),
            column("n", "n", Format.INTEGER, 8),
            column("performance", "Satisfaits (%)", Format.PERCENT, 9),
            column("performance_ic95_bas", "bas à 95 % (%)", Format.PERCENT, 9),
            column("performance_ic95_haut", "haut à 95 % (%)", Format.PERCENT, 9),
            column("importance", "Poids", Format.NUMBER2, 8),
            column("importance_ic95_bas", "Poids, bas à 95 %", Format.NUMBER2, 9),
            column("importance_ic95_haut", "Poids, haut à 95 %", Format.NUMBER2, 9),
            column("quadrant_mot", "Lecture", width=18),
        ),
        rows,
        unit="% ; poids : pente standardisée sur la satisfaction d’ensemble, toutes questions réunies",
        scope="ménages interrogés en QPV",
        source=f"enquête de satisfaction, vague {wave}",
        media=frozenset({"document"}),
    )
    chart = Chart(
        "priorites_carte",
        ChartKind.PRIORITIES,
        "Ce qui pèse et comment c’est jugé, en QPV",
        rows[
            ["libelle", "importance", "importance_ic95_bas", "importance_ic95_haut", "performance",
             "performance_ic95_bas", "performance_ic95_haut"]
        ].reset_index(drop=True),
        "Chaque question placée selon son poids et sa part de satisfaits : voir le tableau.",
        unit="pente standardisée ; % de satisfaits",
        source=f"enquête de satisfaction, vague {wave}",
    )  # fmt: skip
    data = table(
        "priorites_detail",
        "Priorités, table longue",
        tuple(
            column(c, c, Format.INTEGER if c in _COUNTS else Format.TEXT) for c in PRIORITY_COLUMNS
        ),
        own,
        media=DATA,
    )
    note = Text(
        ("Le poids d’une question est une association entre réponses ; ce n’est pas une cause.",),
        media=DOCUMENT,
    )
    return Section("priorites", title, lead, (main, chart, note, data))
