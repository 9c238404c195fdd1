"""Sections of a region: restitution, sheet of a contrat de ville, position of a bailleur, funnels."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.facts.doubt_kinds import by_kind
from tfpb.facts.kinds import effect_of
from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.model.legal.axis_table import AXES
from tfpb.model.report import Block, Chart, Format, KeyFigures, Section, Text
from tfpb.model.survey import pick
from tfpb.report.sections.build import (
    charts,
    claimed,
    counted,
    cut,
    figure,
    section,
    table,
    tables,
    worded,
)
from tfpb.report.sections.survey import survey_view as view
from tfpb.survey.verdicts import CHANGED
from tfpb.words.documents import region_words
from tfpb.words.documents import region_words as words
from tfpb.words.faults.sentences import fault_text
from tfpb.words.places.side_words import DWELLINGS, inside_share
from tfpb.words.survey.satisfaction import GROUPES, THEMES, count_sentence
from tfpb.words.survey.verdict_words import target_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tfpb.errors import Fault
    from tfpb.facts.claim import Claims
    from tfpb.model.survey import Published


_LARGE: Final = ("departement", "siren_epci")
EACH_AXIS: Final = tuple({"axe": int(axe), "nom": str(int(axe))} for axe in AXES)
_SHARES: Final = ("qpv", "hors_qpv")


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """What a region is, made by the join."""

    owners: int
    claims: Claims  # of all bailleurs together, by whole, quarter and territory
    stock: pd.DataFrame
    """As the next two, with the `scope` of its claims (`region.territories`, `region.facts`)."""
    territories: pd.DataFrame
    axes: pd.DataFrame
    files: pd.DataFrame  # `role, fichiers, lignes`: what was read, without saying whose


def deliveries(
    rows: pd.DataFrame, held: pd.DataFrame, listed: Mapping[str, Sequence[Fault]]
) -> Section:
    """Return the page of the regional body: what became of every bailleur's interviews, wave by wave.

    `rows` come from `region.reconciliation.reconciled`; `held` is a row a bailleur: its stock, and what
    depends on open questions (`stakes`); `listed` are doubts of each bailleur's files, as a file may show
    them.
    """
    shown = worded(rows, constat_mot=("constat", words.FINDINGS))
    totals = {c: int(rows[c].sum()) for c in ("livrees", "gardees", "ecartees")}
    blocks = [
        table("livraisons", shown, totals=totals, notes=words.DELIVERIES_NOTES),
        table("livraisons_bailleurs", held),
        table("livraisons_doutes", _doubts_by_kind(listed)),
    ]
    return section("livraisons", read_counts(rows), blocks)


def _doubts_by_kind(listed: Mapping[str, Sequence[Fault]]) -> pd.DataFrame:
    """Return a row a kind of doubt, with its first."""
    rows = []
    for some in by_kind(listed):
        name, fault = some[0]
        rows.append(
            {
                "exemple": fault_text(fault).title,
                "bailleur": name,
                "fichier": fault.place.file,
                "ligne": fault.place.row or None,
                "bailleurs": len({owner for owner, _ in some}),
                "doutes": len(some),
                "question": "" if (effect := effect_of(fault.code)) is None else effect.question,
            }
        )
    return pd.DataFrame(rows)


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
    claims = facts.claims
    homes, dwellings, inside = map(claims.amount, ("residences", "logements", "logements_qpv"))
    whole = DWELLINGS.format(count=dwellings)
    figures = (
        figure("bailleurs", facts.owners, Format.INTEGER),
        counted("logements_qpv", claims, part=inside_share(claims), logements=whole),
        counted("logements_a_verifier", claims),
        figure("abattement_region", claims.amount("acquis")),
        figure("valorise_region", claims.amount("valorise")),
    )
    blocks: list[Block] = [KeyFigures(figures)]
    if survey is not None:
        wave = survey.last_wave
        rows = view.totals(view.gaps(survey, "ensemble", wave))
        blocks.append(Text((count_sentence(Counter(rows["mot"]), len(rows)),)))
        blocks.append(Text((words.KEPT_ONCE, words.SHOWN_WHEN.format(part=largest)), bullets=True))
    lead = words.REGION.format(
        owners=facts.owners,
        homes=homes,
        dwellings=dwellings,
        inside=inside,
        quarters=claims.amount("quartiers"),
    )
    return section("synthese", lead, blocks)


def places(
    facts: RegionFacts, survey: Published | None, names: Mapping[tuple[str, str], str]
) -> Section:
    """Return the section of territories: stock, money and actions, then headline questions.

    The survey is over all bailleurs at every level, territories by code; `names`: (level, code) → name.
    """
    levels, claims = {"niveau_mot": ("niveau", words.LEVELS)}, facts.claims
    stock = claimed("territoires_patrimoine", worded(facts.stock, **levels), claims)
    blocks: list[Block] = [table("territoires_patrimoine", stock)]
    sums = claimed("territoires_argent", facts.territories, claims, repeated=EACH_AXIS)
    sums = _with_reach(worded(sums, **levels), claims)
    blocks += tables("territoires_argent", sums, repeated=EACH_AXIS, notes=words.PLACES_NOTES)
    large = _named_places(cut(sums, sums["niveau"].isin(_LARGE)), names)
    blocks.append(table("territoires_document", large, notes=words.PLACES_NOTES))
    if survey is not None:
        wave = survey.last_wave
        rows = worded(view.gaps(survey, ENSEMBLE, wave), **levels)
        heads = cut(rows, (rows["niveau"] != TOTAL) & rows["tete"].astype(bool))
        heads = _named_places(heads, names)
        shown = view.shown(heads).sort_values(["ordre", "niveau", "territoire"], kind="stable")
        of = view.source(survey, wave)
        for key, kept in (("territoires_satisfaction", None), ("territoires_tete", _LARGE)):
            listed, all_ = (
                f if kept is None else cut(f, f["niveau"].isin(kept)) for f in (shown, heads)
            )
            notes = words.hidden_lines(len(all_) - len(listed))
            blocks.append(table(key, listed, notes=notes, **of))
        blocks += _moved_places(survey, names)
    return section("territoires", words.PLACES_LEAD, blocks)


def _moved_places(survey: Published, names: Mapping[tuple[str, str], str]) -> list[Block]:
    """List what became of headline questions from wave to wave, contrats and above; then what moved.

    Quarters are in the sheets of their contrats.
    """
    rows = view.changes(survey, ENSEMBLE)
    if rows.empty:
        return []
    large = pick(rows, niveau=[*_LARGE, "contrat_de_ville"], tete=True)
    heads = _named_places(worded(large, niveau_mot=("niveau", words.LEVELS)), names)
    order = ["ordre", "niveau", "territoire", "vague"]
    shown = view.shown(heads).sort_values(order, kind="stable")
    notes, of = (words.PANEL, *words.hidden_lines(len(heads) - len(shown))), view.source(survey)
    moved = pick(shown, verdict=list(CHANGED))
    return [
        table("territoires_evolution", shown, notes=notes, **of),
        table("territoires_bouge", moved, notes=(words.PANEL,), **of),
    ]


def _with_reach(rows: pd.DataFrame, claims: Claims) -> pd.DataFrame:
    """Say of each row where a bailleur gives no amount: its sums are then a least."""
    return rows.assign(
        portee=[
            words.partly(claims.amount("acquis", scope), claims.amount("valorise", scope))
            for scope in rows["scope"]
        ]
    )


def _named_places(rows: pd.DataFrame, names: Mapping[tuple[str, str], str]) -> pd.DataFrame:
    """Name the territories of rows; quarters bear their code too: others have their name."""
    pairs = zip(rows["niveau"], rows["territoire"], strict=True)
    return rows.assign(territoire=[names.get(pair, pair[1]) for pair in pairs])


def owners(
    letters: pd.DataFrame, spread: pd.DataFrame, items: pd.DataFrame, wave: str, *, target: str = ""
) -> Section:
    """Return the section of the bailleurs under letters, and of their quartiles.

    `letters` and `spread` come from `region.positions.under_letters` and `spread`; `target` is `cible` of
    the survey.
    """
    named = _labelled(letters, items)
    quart = _labelled(
        spread,
        items,
        groupe_mot=("groupe", GROUPES),
        difference_mot=("difference", words.DIFFERENCES),
    ).sort_values(["ordre", "groupe"], kind="stable")
    is_gap, cible = quart["groupe"] == "ecart", target_words(target)
    blocks: list[Block] = [
        table("bailleurs_ecarts", cut(quart, is_gap), cible=cible),
        table("bailleurs_niveaux", cut(quart, ~is_gap), cible=cible),
        table("bailleurs_lettres", named, vague=wave, cible=cible),
        Text(words.OWNERS_NOTES, bullets=True),
    ]
    lead = words.owners_lead(wave, letters=len(named) > 0, spread=len(quart) > 0)
    return section("bailleurs", lead, blocks)


def _labelled(
    rows: pd.DataFrame, items: pd.DataFrame, **codes: tuple[str, Mapping[Any, str]]
) -> pd.DataFrame:
    """Return rows with their question's labels, in the order of the plan, and codes in words."""
    labels = items.filter(["item", "libelle", "theme", "ordre", "tete_de_theme"])
    named = rows.merge(labels, on="item", how="inner", validate="many_to_one")
    return worded(named, theme_mot=("theme", THEMES), **codes)


def money(facts: RegionFacts) -> Section:
    """Return the section of money: totals by axis, all bailleurs together."""
    axes = claimed("region_axes", facts.axes, facts.claims)
    return section("argent", words.money_lead(facts.claims), [table("region_axes", axes)])


def contrat_stock(rows: pd.DataFrame, claims: Claims, scope: str, owners: int) -> Section:
    """Return the section of the stock of a contrat de ville: one row a quarter × bailleur, named.

    `rows` come from `tfpb.region.facts.owners_by_quarter`; claims are the region's, `scope` the contrat's;
    `owners` counts the bailleurs of the rows.
    """
    inside, doubtful, quarters = (
        claims.amount(name, scope)
        for name in ("logements_qpv", "logements_a_verifier", "quartiers")
    )
    lead = words.CONTRAT_LEAD.format(
        quarters=quarters, dwellings=inside, doubtful=doubtful, owners=owners
    )
    warnings = Text(words.CONTRAT_NOTES, bullets=True)
    return section("patrimoine", lead, [table("contrat_patrimoine", rows), warnings])


def contrat_money(
    quarters: pd.DataFrame, axes: pd.DataFrame, claims: Claims, scope: str
) -> Section:
    """Return the section of money and actions of a contrat de ville.

    Quarters are `nom_qpv, code_qpv, scope` (of their claims), axes `axe, scope`; claims are the region's,
    `scope` the contrat's.
    """
    shown = _with_reach(claimed("contrat_argent", quarters, claims), claims)
    spent = claimed("contrat_axes", axes, claims)
    blocks = [table("contrat_argent", shown), table("contrat_axes", spent)]
    return section("argent", words.money_lead(claims, scope), blocks)


def referentiel(rows: pd.DataFrame, wave: str, year: int) -> Section:
    """Return the frame of evaluation of a contrat de ville.

    `rows` come from `tfpb.region.evaluation_frame` (`COLUMNS`); `wave` is of the bases, `year` of the
    evaluation.
    """
    named = worded(rows, theme_mot=("theme", THEMES)).assign(
        axes_mot=[", ".join(str(a) for a in axes) for axes in rows["axes"]],
        lecture=[words.target_reading(row) for row in rows.to_dict("records")],
    )
    levels, gaps = (cut(named, named["mesure"] == measure) for measure in ("qpv", "ecart"))
    blocks: list[Block] = [
        table("referentiel_qpv", levels, vague=wave, annee=year),
        table("referentiel_ecart", gaps, vague=wave, annee=year),
    ]
    blocks.append(Text(words.FRAME_NOTES, bullets=True))
    based = rows["etat"] != "sans_base"
    lead = words.frame_lead(year, len(rows), int(based.sum()), rows["plus_petit"].min())
    return section("referentiel", lead, blocks)


def position(
    rows: pd.DataFrame,
    items: pd.DataFrame,
    wave: str,
    *,
    target: str = "",
    money: pd.DataFrame | None = None,
) -> Section:
    """Return the section of a bailleur's position, for one wave.

    `rows` are protected, from `tfpb.region.positions.position`; `target` is `cible` of the survey; `money`,
    `fait, vous, region`, is in words. `items` are `item, libelle, theme, ordre`.
    """
    named = _labelled(
        cut(rows, rows["vague"] == wave),
        items,
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
    if money is not None and len(money):
        blocks.append(table("position_argent", money))
    blocks.append(Text(words.POSITION_NOTES, bullets=True))
    counts = Counter(gaps["lecture"])
    above, under, unsettled = (counts[k] for k in ("au_dessus", "en_dessous", "non_tranche"))
    lead = words.position_lead(above, under, unsettled)
    return section("position", words.UNREAD if counts["a_confirmer"] else lead, blocks)


REACH: Final = 2400.0
"""Interviews up to which the region's limits are drawn: beyond, no bailleur of it stands."""


def own_funnel(
    rows: pd.DataFrame, items: pd.DataFrame, wave: str, *, fewest: int, target: str = ""
) -> Section:
    """Return the section of one bailleur: its gaps, the limits at its numbers, the others' quartiles.

    `rows` are protected (`tfpb.region.positions.FUNNEL_COLUMNS`); `fewest` is how many other bailleurs a
    quartile needs; `target`, `cible` of the survey.
    """
    of: dict[str, Any] = {"vague": wave, "cible": target_words(target)}
    named = _named(rows, items)
    beyond = {
        end: named.loc[named["lecture"].isin([f"dessous{end}", f"dessus{end}"]), "libelle"].tolist()
        for end in ("95", "998")
    }
    inside = int((named["lecture"] == "dedans").sum())
    blocks: list[Block] = [table("entonnoir_bailleur", named, **of)]
    if len(named):
        blocks += [*_charts(named, "entonnoir", of), _notes(named, fewest)]
    lead = region_words.funnel_lead(inside, beyond["95"], beyond["998"])
    waits = bool((named["lecture"] == "a_confirmer").any())
    return section("entonnoir", words.UNREAD if waits else lead, blocks)


def region_funnel(
    rows: pd.DataFrame,
    items: pd.DataFrame,
    wave: str,
    *,
    fewest: int,
    halves: Mapping[tuple[int, str], pd.Series[float]],
    target: str = "",
) -> Section:
    """Return the section of the region: limits by number of interviews; no bailleur is on it.

    As `own_funnel`; `halves` are half-widths of the limits by (interviews, level), one a row.
    """
    of: dict[str, Any] = {"vague": wave, "cible": target_words(target)}
    columns = {f"demi_{level}_{n}": values for (n, level), values in halves.items()}
    named = _named(rows.assign(**columns), items)
    titles = [
        {"cle": f"{level}_{n}", "titre": region_words.WITH_N.format(level=level.replace("998", "99,8"), n=n),
         "format": Format.POINTS}
        for n, level in halves
    ]  # fmt: skip
    blocks: list[Block] = [table("entonnoir_region", named, repeated=titles, **of)]
    if len(named):
        charts = _charts(named, "entonnoir_limites", of, reach=REACH)
        blocks += [*charts, _notes(named, fewest)]
    return section("entonnoir", region_words.REGION_LEAD, blocks)


def _named(rows: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    named = _labelled(
        rows,
        items,
        comparable=("ajustement", region_words.WAYS),
        lecture_mot=("lecture", region_words.FUNNEL_READINGS),
    )
    return named.sort_values("ordre", kind="stable").reset_index(drop=True)


def _charts(
    named: pd.DataFrame, key: str, of: dict[str, Any], *, reach: float = 0.0
) -> list[Chart]:
    """Draw the headline questions, or all when none is."""
    heads = cut(named, named["tete_de_theme"].astype(bool))
    return charts(key, heads if len(heads) else named, **of, reach=reach)


def _notes(named: pd.DataFrame, fewest: int) -> Text:
    hidden = int(named["mediane"].isna().sum())
    others = region_words.other_bailleurs(fewest, hidden, len(named))
    return Text((*region_words.FUNNEL_NOTES, others), bullets=True)
