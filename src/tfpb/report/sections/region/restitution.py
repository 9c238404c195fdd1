"""The regional restitution: what is its own beside the sections any dossier has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tfpb.model.codes import TOTAL
from tfpb.model.report import Format, KeyFigure, KeyFigures, Section, Text
from tfpb.report.sections.build import ALL, WORKBOOK, column, cut, number_of, said, table
from tfpb.report.sections.survey import survey_view as view
from tfpb.report.sections.synthese import headline_table
from tfpb.words.documents import region_words as words
from tfpb.words.numbers import euros, number, percent, plural
from tfpb.words.survey.satisfaction import GROUPES, THEMES, count_sentence

if TYPE_CHECKING:
    from decimal import Decimal

    import pandas as pd

    from tfpb.model.report import Block
    from tfpb.model.survey import Published


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """Counts and sums of the region, made by the join.

    Parameters
    ----------
    owners, homes, dwellings, inside, doubtful, quarters : int
    abated, valued : Decimal
    places : DataFrame
        `niveau, territoire (name), residences, logements, logements_dans, quartiers`.
    axes : DataFrame
        `axe (words), actions, prevu_eur, realise_eur, valorise_eur`.
    files : DataFrame
        `role, fichiers, lignes`: what was read, without saying whose.
    """

    owners: int
    homes: int
    dwellings: int
    inside: int
    doubtful: int
    quarters: int
    abated: Decimal
    valued: Decimal
    places: pd.DataFrame
    axes: pd.DataFrame
    files: pd.DataFrame


def overview(facts: RegionFacts, survey: Published | None, largest: float) -> Section:
    """Make the regional summary: stock, money, headline questions, secrecy."""
    share = facts.inside / facts.dwellings if facts.dwellings else float("nan")
    figures = (
        KeyFigure("Bailleurs", number(facts.owners), amount=facts.owners, format=Format.INTEGER),
        KeyFigure("Logements en QPV", number(facts.inside),
                  f"{percent(share)} de {plural(facts.dwellings, 'logement')}",
                  amount=facts.inside, format=Format.INTEGER),
        KeyFigure("Logements à vérifier", number(facts.doubtful), amount=facts.doubtful,
                  format=Format.INTEGER),
        KeyFigure("Abattement", euros(facts.abated), amount=facts.abated, format=Format.EUROS),
        KeyFigure("Actions valorisées", euros(facts.valued), amount=facts.valued,
                  format=Format.EUROS),
    )  # fmt: skip
    blocks: list[Block] = [KeyFigures(figures)]
    if survey is not None:
        wave = view.last_wave(survey)
        rows = view.totals(view.gaps(survey, "ensemble", wave))
        heads = view.headlines(rows)
        if len(heads):
            margin = number_of(heads["marge_points"].iloc[0])
            blocks.append(headline_table(heads, wave, margin))
        counts: dict[str, int] = {}
        for word in rows["mot"]:
            counts[word] = counts.get(word, 0) + 1
        blocks.append(Text((count_sentence(counts, len(rows)),)))
        blocks.append(Text(words.secrecy(largest), bullets=True))
    lead = words.region_lead(
        facts.owners, facts.homes, facts.dwellings, facts.inside, facts.quarters
    )
    return Section("synthese", "Synthèse", lead, tuple(blocks), sheet="Synthèse")


def places(facts: RegionFacts, survey: Published | None) -> Section:
    """Make the section of départements and intercommunalités: stock, then headline questions."""
    stock = facts.places.assign(niveau_mot=said(facts.places["niveau"], words.LEVELS))
    blocks: list[Block] = [
        table(
            "territoires_patrimoine",
            "Patrimoine par territoire",
            (
                column("niveau_mot", "Échelle", width=16),
                column("territoire", "Territoire", width=30),
                column("residences", "Résidences", Format.INTEGER, 10),
                column("logements", "Logements", Format.INTEGER, 10),
                column("logements_dans", "dont en QPV", Format.INTEGER, 10),
                column("quartiers", "QPV", Format.INTEGER, 8),
            ),
            stock,
            unit="logements",
            scope="patrimoine des bailleurs de la région",
            source="fichiers patrimoine, adresses situées",
        )
    ]
    if survey is not None:
        wave = view.last_wave(survey)
        rows = view.gaps(survey, "ensemble", wave)
        heads = cut(rows, (rows["niveau"] != TOTAL) & rows["tete"].astype(bool))
        heads = heads.assign(niveau_mot=said(heads["niveau"], words.LEVELS))
        shown = view.shown(heads).sort_values(["ordre", "niveau", "territoire"], kind="stable")
        hidden = len(heads) - len(shown)
        blocks.append(
            table(
                "territoires_satisfaction",
                f"Questions de tête par territoire, vague {wave}",
                (
                    column("libelle", "Question", width=26),
                    column("niveau_mot", "Échelle", width=15),
                    column("territoire", "Territoire", width=26),
                    column("n_qpv", "n QPV", Format.INTEGER, 8),
                    column("n_hors", "n hors QPV", Format.INTEGER, 8),
                    column("qpv", "QPV (%)", Format.PERCENT, 8),
                    column("hors", "Hors QPV (%)", Format.PERCENT, 8),
                    column("ecart", "Écart (points)", Format.POINTS, 9),
                    column("ic95_bas", "bas à 95 %", Format.POINTS, 8),
                    column("ic95_haut", "haut à 95 %", Format.POINTS, 8),
                    column("verdict_mot", "Verdict", width=22),
                ),
                shown,
                unit="% de ménages satisfaits, écarts en points",
                scope="ménages interrogés, tous bailleurs ensemble ; par ordre de nom, sans classement",
                source=f"enquête régionale, vague {wave}",
                notes=words.hidden_lines(hidden),
                media=ALL,
            )
        )
    return Section(
        "territoires",
        "Territoires",
        "Du département à l’intercommunalité : le parc, puis ce que disent les locataires.",
        tuple(blocks),
        sheet="Territoires",
    )


def owners(letters: pd.DataFrame, spread: pd.DataFrame, items: pd.DataFrame, wave: str) -> Section:
    """Make the section of the bailleurs under letters, and of their quartiles.

    Parameters
    ----------
    letters : DataFrame
        `item, lettre, ecart`.
    spread : DataFrame
        `item, groupe, quartile1, mediane, quartile3, autres, incertitude_points, difference`.
    items : DataFrame
    wave : str
    """
    labels = items[["item", "libelle", "theme", "ordre"]]
    named = letters.merge(labels, on="item", how="inner", validate="many_to_one")
    named = named.assign(theme_mot=said(named["theme"], THEMES))
    quart = spread.merge(labels, on="item", how="inner", validate="many_to_one").sort_values(
        ["ordre", "groupe"], kind="stable"
    )
    quart = quart.assign(
        theme_mot=said(quart["theme"], THEMES),
        groupe_mot=said(quart["groupe"], GROUPES),
        difference_mot=said(quart["difference"], words.DIFFERENCES),
    )
    gaps = cut(quart, quart["groupe"] == "ecart")
    shares = cut(quart, quart["groupe"] != "ecart")
    lead = words.owners_lead(wave, letters=len(named) > 0, spread=len(quart) > 0)
    blocks: list[Block] = [
        _quartiles("bailleurs_ecarts", "Écarts : quartiles des bailleurs", gaps, Format.WHOLE_POINTS),
        _quartiles("bailleurs_niveaux", "Satisfaits : quartiles des bailleurs", shares,
                   Format.PERCENT),
        table(
            "bailleurs_lettres",
            "Écart de chaque bailleur, sous une lettre propre à chaque question",
            (
                column("theme_mot", "Thème", width=16),
                column("libelle", "Question", width=30),
                column("lettre", "Lettre", width=8),
                column("ecart", "Écart arrondi (points)", Format.WHOLE_POINTS, 10),
            ),
            named,
            unit="points (QPV − hors QPV), arrondis",
            scope="bailleurs dont l’écart est publiable",
            source=f"enquête régionale, vague {wave}",
            media=WORKBOOK,
        ),
        Text((words.DIFFER, words.LETTERS, words.QUARTILES, words.NO_RANK), bullets=True),
    ]  # fmt: skip
    return Section("bailleurs", "Bailleurs", lead, tuple(blocks), sheet="Bailleurs")


def _quartiles(key: str, title: str, rows: pd.DataFrame, fmt: Format) -> Block:
    gaps = fmt is Format.WHOLE_POINTS
    group = () if gaps else (column("groupe_mot", "Ménages", width=10),)
    reading = (column("difference_mot", "D’un bailleur à l’autre", width=18),) if gaps else ()
    return table(
        key,
        title,
        (
            column("theme_mot", "Thème", width=16),
            column("libelle", "Question", width=30),
            *group,
            column("quartile1", "1er quartile", fmt, 10),
            column("mediane", "Médiane", fmt, 10),
            column("quartile3", "3e quartile", fmt, 10),
            column("incertitude_points", "Incertitude courante (± points)", Format.INTEGER, 11),
            column("autres", "Bailleurs", Format.INTEGER, 9),
            *reading,
        ),
        rows,
        unit="points" if gaps else "% de ménages satisfaits",
        scope="bailleurs dont le chiffre est publiable",
        source="enquête régionale de satisfaction",
        media=ALL,
    )


def money(facts: RegionFacts) -> Section:
    """Make the section of money: totals by axis, all bailleurs together."""
    return Section(
        "argent",
        "Abattement et actions",
        words.money_lead(facts.abated, facts.valued),
        (axes_table("region_axes", facts.axes),),
        sheet="Abattement et actions",
    )


def axes_table(key: str, rows: pd.DataFrame) -> Block:
    """Make the table of spending by axis."""
    return table(
        key,
        "Dépenses par axe du cadre national",
        (
            column("axe", "Axe", width=44),
            column("actions", "Actions", Format.INTEGER, 9),
            column("prevu_eur", "Prévu (€)", Format.EUROS, 13),
            column("realise_eur", "Réalisé (€)", Format.EUROS, 13),
            column("valorise_eur", "Valorisé (€)", Format.EUROS, 13),
        ),
        rows,
        unit="euros",
        scope="programmes d’actions des bailleurs, ensemble",
        source="programmes d’actions",
        media=ALL,
    )


def files(facts: RegionFacts, run_hash: str) -> Section:
    """Make the sheet of sources: how many files and rows, without saying whose."""
    return Section(
        "sources",
        "Sources et hypothèses",
        f"Empreinte du calcul : {run_hash}. Chaque bailleur a, dans son dossier, la liste de ses fichiers.",
        (
            table(
                "sources",
                "Fichiers lus",
                (
                    column("role", "Rôle", width=34),
                    column("fichiers", "Fichiers", Format.INTEGER, 10),
                    column("lignes", "Lignes", Format.INTEGER, 12),
                ),
                facts.files,
                scope="tous bailleurs ; run.json donne les empreintes",
                source="lecture des fichiers",
            ),
        ),
        sheet="Sources et hypothèses",
    )
