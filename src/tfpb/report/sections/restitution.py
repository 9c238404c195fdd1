"""Sections of a region: restitution, sheet of a contrat de ville, position of a bailleur."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tfpb.model.codes import ENSEMBLE, TOTAL, Axe
from tfpb.model.report import Format, KeyFigures, Text
from tfpb.report.sections.build import cut, figure, number_of, part, section, table, worded
from tfpb.report.sections.money.rapprochement import veiled
from tfpb.report.sections.survey import survey_view as view
from tfpb.report.sections.synthese import headline_table
from tfpb.words.documents import region_words as words
from tfpb.words.documents.quarter_page import PARTLY
from tfpb.words.numbers import percent, plural
from tfpb.words.survey.satisfaction import GROUPES, THEMES, count_sentence
from tfpb.words.survey.verdict_words import target_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    import pandas as pd

    from tfpb.model.report import Block, Section
    from tfpb.model.survey import Published

_LARGE: Final = ("departement", "siren_epci")
_EACH_AXIS: Final = tuple({"axe": int(axe), "nom": str(int(axe))} for axe in Axe)
_SHARES: Final = ("qpv", "hors_qpv")


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """Counts and sums of the region, made by the join.

    Parameters
    ----------
    owners, homes, dwellings, inside, doubtful, quarters : int
    abated, valued : Decimal or None
    partly : pair of bool
        Whether each lacks a bailleur: it is then a least.
    places : DataFrame
        `niveau, territoire (name), residences, logements, logements_dans, quartiers`.
    territories : DataFrame
        Money, actions and Insee's count by level (`tfpb.region.territories.by_level`).
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
    abated: Decimal | None
    valued: Decimal | None
    partly: tuple[bool, bool]
    places: pd.DataFrame
    territories: pd.DataFrame
    axes: pd.DataFrame
    files: pd.DataFrame


def deliveries(rows: pd.DataFrame) -> Section:
    """Return the page of the regional body: what became of every bailleur's interviews, wave by wave.

    Parameters
    ----------
    rows : DataFrame
        `bailleur, vague, livrees, gardees, ecartees, motif, constat, proches`.
    """
    shown = worded(rows, constat_mot=("constat", words.FINDINGS))
    totals = {c: int(rows[c].sum()) for c in ("livrees", "gardees", "ecartees")}
    blocks = [table("livraisons", shown, totals=totals, notes=words.DELIVERIES_NOTES)]
    return section("livraisons", read_counts(rows), blocks)


def read_counts(rows: pd.DataFrame) -> str:
    """Write how many interviews were read, kept and set aside, and the lines to look at."""
    return words.READ_COUNTS.format(
        read=int(rows["livrees"].sum()),
        kept=int(rows["gardees"].sum()),
        left=int(rows["ecartees"].sum()),
        lines=int(rows["constat"].isin(["non_lu", "inconnu"]).sum()),
    )


def overview(facts: RegionFacts, survey: Published | None, largest: float) -> Section:
    """Return the regional summary: stock, money, headline questions, secrecy."""
    share = percent(facts.inside / facts.dwellings if facts.dwellings else float("nan"))
    whole = plural(facts.dwellings, "logement")
    abated, valued = (
        words.known_euros(v, partly=p)
        for v, p in zip((facts.abated, facts.valued), facts.partly, strict=True)
    )
    figures = (
        figure("bailleurs", facts.owners, Format.INTEGER),
        figure("logements_qpv", facts.inside, Format.INTEGER, part=share, logements=whole),
        figure("logements_a_verifier", facts.doubtful, Format.INTEGER),
        figure("abattement_region", facts.abated, value=abated),
        figure("valorise_region", facts.valued, value=valued),
    )
    blocks: list[Block] = [KeyFigures(figures)]
    if survey is not None:
        wave = view.last_wave(survey)
        rows = view.totals(view.gaps(survey, "ensemble", wave))
        heads = view.headlines(rows)
        if len(heads):
            margin = number_of(heads["marge_points"].iloc[0])
            blocks.append(headline_table(heads, wave, margin, survey.target))
        blocks.append(Text((count_sentence(Counter(rows["mot"]), len(rows)),)))
        blocks.append(Text((words.KEPT_ONCE, words.SHOWN_WHEN.format(part=largest)), bullets=True))
    lead = words.REGION.format(
        owners=facts.owners, homes=facts.homes, dwellings=facts.dwellings, inside=facts.inside,
        quarters=facts.quarters,
    )  # fmt: skip
    return section("synthese", lead, blocks)


def places(
    facts: RegionFacts, survey: Published | None, names: Mapping[tuple[str, str], str]
) -> Section:
    """Return the section of territories: stock, money and actions, then headline questions.

    Parameters
    ----------
    facts : RegionFacts
    survey : Published or None
        Rows over all bailleurs at every level; territories by code.
    names : mapping of (str, str) to str
        (Level, code) → name.
    """
    levels = {"niveau_mot": ("niveau", words.LEVELS)}
    blocks: list[Block] = [table("territoires_patrimoine", worded(facts.places, **levels))]
    sums = veiled(facts.territories)
    sums = worded(sums, **levels).assign(portee=[PARTLY if p else "" for p in sums["partiel"]])
    whole = table("territoires_argent", sums, repeated=_EACH_AXIS, notes=words.PLACES_NOTES)
    parts = ("territoires_abattement", "territoires_actions")
    blocks += [whole, *(part(whole, key, repeated=_EACH_AXIS) for key in parts)]
    large = cut(sums, sums["niveau"].isin(_LARGE))
    large = large.assign(territoire=[_name(names, r) for r in large.to_dict("records")])
    blocks.append(table("territoires_document", large, notes=words.PLACES_NOTES))
    if survey is not None:
        wave = view.last_wave(survey)
        rows = worded(view.gaps(survey, ENSEMBLE, wave), **levels)
        heads = cut(rows, (rows["niveau"] != TOTAL) & rows["tete"].astype(bool))
        heads = heads.assign(territoire=[_name(names, r) for r in heads.to_dict("records")])
        shown = view.shown(heads).sort_values(["ordre", "niveau", "territoire"], kind="stable")
        of = view.source(survey, wave)
        for key, kept in (("territoires_satisfaction", None), ("territoires_tete", _LARGE)):
            told, all_ = (
                f if kept is None else cut(f, f["niveau"].isin(kept)) for f in (shown, heads)
            )
            notes = words.hidden_lines(len(all_) - len(told))
            blocks.append(table(key, told, notes=notes, **of))
    return section("territoires", words.PLACES_LEAD, blocks)


def _name(names: Mapping[tuple[str, str], str], row: Mapping[Any, Any]) -> str:
    """Name a territory; quarters bear names that others have too."""
    level, code = str(row["niveau"]), str(row["territoire"])
    name = names.get((level, code), code)
    return f"{name} ({code})" if level == "code_qpv" and name != code else name


def owners(
    letters: pd.DataFrame, spread: pd.DataFrame, items: pd.DataFrame, wave: str, *, target: str = ""
) -> Section:
    """Return the section of the bailleurs under letters, and of their quartiles.

    Parameters
    ----------
    letters : DataFrame
        `item, lettre, ecart`.
    spread : DataFrame
        `item, groupe, quartile1, mediane, quartile3, autres, incertitude_points, difference`.
    items : DataFrame
    wave : str
    target : str
        `cible` of the survey.
    """
    labels = items[["item", "libelle", "theme", "ordre"]]
    named = worded(
        letters.merge(labels, on="item", how="inner", validate="many_to_one"),
        theme_mot=("theme", THEMES),
    )
    quart = worded(
        spread.merge(labels, on="item", how="inner", validate="many_to_one"),
        theme_mot=("theme", THEMES),
        groupe_mot=("groupe", GROUPES),
        difference_mot=("difference", words.DIFFERENCES),
    ).sort_values(["ordre", "groupe"], kind="stable")
    is_gap, cible = quart["groupe"] == "ecart", target_words(target)
    blocks: list[Block] = [
        table("bailleurs_ecarts", cut(quart, is_gap), cible=cible),
        table("bailleurs_niveaux", cut(quart, ~is_gap), cible=cible),
        table("bailleurs_lettres", named, vague=wave, cible=cible),
        Text((words.DIFFER, words.LETTERS, words.QUARTILES, words.NO_RANK), bullets=True),
    ]
    lead = words.owners_lead(wave, letters=len(named) > 0, spread=len(quart) > 0)
    return section("bailleurs", lead, blocks)


def money(facts: RegionFacts) -> Section:
    """Return the section of money: totals by axis, all bailleurs together."""
    lead = words.money_lead(facts.abated, facts.valued, facts.partly)
    return section("argent", lead, [table("region_axes", facts.axes)])


def files(facts: RegionFacts, run_hash: str) -> Section:
    """Return the sheet of sources: how many files and rows, without saying whose."""
    lead = words.FILES.format(run_hash=run_hash)
    return section("sources", lead, [table("sources_region", facts.files)])


def contrat_stock(rows: pd.DataFrame) -> Section:
    """Return the section of the stock of a contrat de ville: one row a quarter × bailleur, named.

    Parameters
    ----------
    rows : DataFrame
        `nom_qpv, code_qpv, bailleur, residences, logements_dans, logements_a_verifier`.
    """
    lead = words.contrat_lead(
        int(rows["code_qpv"].nunique()),
        int(rows["logements_dans"].sum()),
        int(rows["logements_a_verifier"].sum()),
        int(rows["bailleur"].nunique()),
    )
    warnings = Text((words.NOT_BY_BAILLEUR, words.CONTRAT_SIDE), bullets=True)
    return section("patrimoine", lead, [table("contrat_patrimoine", rows), warnings])


def contrat_money(
    quarters: pd.DataFrame,
    axes: pd.DataFrame,
    abated: Decimal | None,
    valued: Decimal | None,
    partly: tuple[bool, bool],
) -> Section:
    """Return the section of money and actions of a contrat de ville.

    Parameters
    ----------
    quarters : DataFrame
        `nom_qpv, code_qpv, logements, abattement_eur, compensation_etat_eur,
        perte_collectivites_eur, valorise_eur, abattement_partiel, valorise_partiel`.
    axes : DataFrame
        `axe, actions, prevu_eur, realise_eur, valorise_eur`.
    abated, valued : Decimal or None
        None when no file tells.
    partly : pair of bool
        Whether each lacks a bailleur.
    """
    lacks = quarters["abattement_partiel"] | quarters["valorise_partiel"]
    shown = quarters.assign(portee=[PARTLY if p else "" for p in lacks])
    blocks = [table("contrat_argent", shown), table("contrat_axes", axes)]
    return section("argent", words.money_lead(abated, valued, partly), blocks)


def referentiel(rows: pd.DataFrame, wave: str, year: int) -> Section:
    """Return the frame of evaluation of a contrat de ville.

    Parameters
    ----------
    rows : DataFrame
        `tfpb.region.evaluation_frame.COLUMNS`.
    wave : str
        Of the bases.
    year : int
        Of the evaluation.
    """
    told = worded(rows, theme_mot=("theme", THEMES)).assign(
        axes_mot=[", ".join(str(a) for a in axes) for axes in rows["axes"]],
        lecture=[words.target_reading(row) for row in rows.to_dict("records")],
    )
    levels, gaps = (cut(told, told["mesure"] == measure) for measure in ("qpv", "ecart"))
    blocks: list[Block] = [
        table("referentiel_qpv", levels, vague=wave, annee=year),
        table("referentiel_ecart", gaps, vague=wave, annee=year),
    ]
    blocks.append(Text(words.FRAME_NOTES, bullets=True))
    based = rows["etat"] != "sans_base"
    lead = words.frame_lead(year, len(rows), int(based.sum()), rows["plus_petit"].min())
    return section("referentiel", lead, blocks)


def position(rows: pd.DataFrame, items: pd.DataFrame, wave: str, *, target: str = "") -> Section:
    """Return the section of a bailleur's position, for one wave.

    Parameters
    ----------
    rows : DataFrame
        `vague, item, groupe, estimation, ic95_bas, ic95_haut, region, region_bas, region_haut,
        quartile1, mediane, quartile3, autres, lecture`, protected.
    items : DataFrame
        `item, libelle, theme, ordre`.
    wave : str
    target : str
        `cible` of the survey.
    """
    named = cut(rows, rows["vague"] == wave).merge(
        items[["item", "libelle", "theme", "ordre"]], on="item", how="inner", validate="many_to_one"
    )
    named = worded(
        named,
        theme_mot=("theme", THEMES),
        groupe_mot=("groupe", GROUPES),
        lecture_mot=("lecture", words.READINGS),
    ).sort_values(["ordre", "groupe"], kind="stable")
    gaps = cut(named, named["groupe"] == "ecart")
    shares = cut(named, named["groupe"].isin(_SHARES))
    blocks: list[Block] = [
        table(
            key,
            part,
            vague=wave,
            de_vague=words.OF_WAVE.format(wave=wave) if len(part) else "",
            cible=target_words(target) if len(part) else "",
        )
        for key, part in (("position_ecarts", gaps), ("position_niveaux", shares))
    ]
    blocks.append(Text((words.NO_RANK, words.QUARTILES), bullets=True))
    counts = gaps["lecture"].value_counts()
    above, under, unsettled = (
        int(counts.get(k, 0)) for k in ("au_dessus", "en_dessous", "non_tranche")
    )
    return section("position", words.position_lead(above, under, unsettled), blocks)
