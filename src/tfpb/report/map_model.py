"""From the dossier to what maps show: layers in French, protected, and one page a quarter."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from tfpb.evidence.tasks import BY_RESIDENCE, tasks_of
from tfpb.facts.amount import total
from tfpb.facts.place import doubtful, quarters_held, quarters_near
from tfpb.facts.place import located as located_doors
from tfpb.facts.quarter import among, codes_of, communes_of
from tfpb.facts.survey_claims import answers_scope
from tfpb.model.codes import ALONE, SHOWN, TOTAL, Groupe, outcome
from tfpb.model.columns import texts
from tfpb.model.legal.map_table import other_of
from tfpb.model.location import Located, MapModel, MapTask
from tfpb.model.survey import pick
from tfpb.perimeters.map_marks import drawn, marks
from tfpb.report.print_map.views import territories
from tfpb.report.quarter_pages import (
    OwnAnswers,
    first,
    own_answers,
    quarter_page,
    verdict,
)
from tfpb.report.sections.build import worded
from tfpb.tax.ledger.fact_lines import HOME_MONEY, home_money
from tfpb.words.claim_words import claim_value
from tfpb.words.documents import quarter_page as words
from tfpb.words.documents import task_words
from tfpb.words.documents.note_words import at
from tfpb.words.documents.summary_words import some_of
from tfpb.words.money.abatement_words import STATUTS
from tfpb.words.money.programme_words import justified_words, share_words
from tfpb.words.money.state_words import standing
from tfpb.words.numbers import euros, long_date
from tfpb.words.places import map_words
from tfpb.words.survey.verdict_words import gap_phrase, weakness

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from tfpb.evidence.tasks import Task
    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Within
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.survey.raw_gaps import Disagreement, Key

_GAP_COLUMNS: Final = (
    "code_qpv", "vague", "item", "libelle", "theme", "ecart", "ic90_bas", "ic90_haut", "n",
    "verdict", "phrase", "publication", "faible",
)  # fmt: skip


def map_model(dossier: Dossier) -> MapModel:
    """Gather everything maps show of a dossier.

    Quarters where the bailleur has dwellings or doubts, résidences by side, protected gaps, and one page a
    quarter with dwellings of the stock.
    """
    located = dossier.located
    ruling = dossier.maps[located.vintage].frame
    held = {here.code_qpv: here for here in quarters_held(located.held)}
    shown = among(ruling, {*held, *quarters_near(located.entrances)})
    answers = own_answers(dossier)
    money = dossier.abatement
    shown_marks = marks(located, money.premises if money is not None else None)
    tasks = tasks_of(dossier)
    old = dossier.maps.get(other_of(located.vintage))
    head = dossier.settings.dossier
    return MapModel(
        title=head.titre,
        bailleur=head.bailleur,
        year=located.year,
        date=long_date(head.date),
        vintage=located.vintage,
        run_hash=dossier.run_hash,
        fictional=head.donnees_fictives,
        draft=bool(dossier.draft),
        qpv=_quarters(dossier, held, shown),
        qpv_old=_old_quarters(old.frame if old is not None else ruling.iloc[:0], shown),
        residences=_with_money(dossier, map_residences(dossier.located)),
        marks=shown_marks,
        gaps=_gaps(answers),
        pages=tuple(
            quarter_page(dossier, answers, held[code], shown_marks, tasks)
            for code in codes_of(shown)
            if code in held
        ),
        ground=dossier.ground,
        sources=_sources(dossier),
        online=dossier.settings.reglages.plan_en_ligne,
        territories=territories(dossier.ground.places, communes_of(shown, located.entrances)),
        tasks=_tasks(dossier, tasks),
        verdict=map_words.VERDICT.filled({
            "justified": justified_words(dossier.claims), "acquired": dossier.claims.amount("acquis"),
        }),
        claim_until=task_words.day_words(dossier.claims.get("a_reclamer").deadline, at_once=False),
    )  # fmt: skip


def _tasks(dossier: Dossier, tasks: Iterable[Task]) -> tuple[MapTask, ...]:
    """Gather what is to do by what is done: the panel has a line a kind, the workbook one a place.

    A kind on which money hangs is listed with all its places, those on which nothing hangs among them.
    """
    kinds: dict[str, list[Task]] = {}
    for task in tasks:
        if task.is_open:
            kinds.setdefault(task.kind.code, []).append(task)
    out = []
    for mine in kinds.values():
        first, stakes = mine[0], [t.stake for t in mine if t.stake is not None]
        if all(stake.is_nil for stake in stakes):
            continue
        own = {(t.name, t.subject) for t in mine if t.kind.of == BY_RESIDENCE}
        bearers = Counter(name for name, _ in own)
        named = [at(name, home if bearers[name] > 1 else "") for name, home in own]
        quarters = {t.code_qpv for t in mine if t.kind.of != BY_RESIDENCE}
        days = [t.day for t in mine if t.day is not None]
        out.append(
            MapTask(
                first.kind.title,
                euros(total(stakes)),
                some_of(sorted([*named, *(dossier.quarters[code].shown for code in quarters)])),
                task_words.day_words(min(days, default=None), at_once=first.at_once),
                tuple(t.subject for t in mine if t.kind.of == BY_RESIDENCE),
                tuple(sorted(quarters)),
            )
        )
    return tuple(out)


def _with_money(dossier: Dossier, homes: pd.DataFrame) -> pd.DataFrame:
    """Return résidences with what their notices come to; nothing where none is told by résidence."""
    if dossier.abatement is None or dossier.abatement.by_residence.empty:
        return homes
    money = home_money(dossier.abatement).rename(columns={**HOME_MONEY, "statut": "etat_avis"})
    found = homes.merge(money, on="id_residence", how="left")
    return worded(found, etat_avis=STATUTS)


def _tenants(dossier: Dossier, code: str) -> str:
    """Write how many tenants of a quarter are content with their résidence, or that it is masked."""
    survey = dossier.survey
    if survey is None:
        return ""
    items = survey.items
    heads = items[(items["theme"] == "residence") & items["tete_de_theme"].astype(bool)]["item"]
    if heads.empty:
        return ""
    scope = answers_scope(code, str(heads.iloc[0]), survey.last_wave)
    claim = dossier.claims.get("satisfaits_qpv", scope)
    here = dossier.claims.has("satisfaits_qpv", scope)
    return claim_value(claim) if here else map_words.NOT_MEASURED


def _sources(dossier: Dossier) -> tuple[str, ...]:
    """Name each geography once, the one that rules the year before the other; then the figures' files."""
    named = [
        words.source_words(s.role, s.reference, s.vintage)
        for s in dossier.sources
        if s.role in ("adresses", "communes") or s.role.startswith("qpv")
    ]
    year = dossier.located.year
    if dossier.survey is not None and dossier.survey.waves:
        target = str(dossier.survey.settings.get("cible", ""))
        named.append(words.survey_source(dossier.survey.last_wave, target))
    if dossier.abatement is not None:
        named.append(words.TAX_SOURCE.format(year=year))
    if dossier.programme is not None:
        named.append(words.PROGRAMME_SOURCE.format(year=year))
    return tuple(dict.fromkeys(named))


def _quarters(dossier: Dossier, held: Collection[str], shown: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Count the dwellings of each quarter, and its money a dwelling abated; those near hold none."""
    codes, claims = codes_of(shown), dossier.claims
    counts = {
        column: [count_of(dossier, name, c) if c in held else 0 for c in codes]
        for column, name in (("logements", "logements_qpv"), ("residences", "residences_qpv"))
    }
    frame = pd.DataFrame(
        {
            "code_qpv": codes,
            "nom": [dossier.quarters[c].nom for c in codes],
            "commune": [dossier.quarters[c].commune for c in codes],
            **counts,
            **{c: [_whole(claims.amount(n, q)) for q in codes] for c, n in _MONEY.items()},
            "etats": [standing(claims.within(q)) for q in codes],
            "prouve": [_proved(claims.within(q)) for q in codes],
            "locataires": [_tenants(dossier, q) for q in codes],
        }
    )
    return gpd.GeoDataFrame(frame, geometry=list(shown.geometry), crs=shown.crs)


_MONEY: Final = {
    "abattement_eur": "acquis",
    "valorise_eur": "valorise",
    "abattement_par_logement_eur": "acquis_par_logement",
    "valorise_par_logement_eur": "valorise_par_logement",
}
"""Claims that the colours and popups of quarters show, by column of `MapModel.qpv`."""


def _proved(held: Within) -> str:
    """Write what part of the abatement of a quarter is proved; nothing where nobody claims it."""
    if not held.has("part_prouvee"):
        return ""
    return map_words.PROVED.format(share=share_words(held.amount("part_prouvee")))


def count_of(dossier: Dossier, name: str, code: str) -> int | None:
    """Return a count as claimed of a quarter; None where it is not known."""
    value = dossier.claims.amount(name, code)
    return int(value.exact) if value.is_known else None


def _whole(amount: Amount) -> float:
    """Return euros; NaN where they are not known: a map has no room to say « at least »."""
    return float(amount.exact) if amount.is_known else math.nan


def _old_quarters(old: gpd.GeoDataFrame, shown: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the other vintage's quarters around those shown."""
    if len(old) and len(shown):
        west, south, east, north = shown.total_bounds
        old = old.cx[west - 0.03 : east + 0.03, south - 0.02 : north + 0.02]
    named = {"nom_qpv": "nom"}
    frame = pd.DataFrame(old[["code_qpv", "nom_qpv"]].rename(columns=named)).reset_index(drop=True)
    return gpd.GeoDataFrame(frame, geometry=list(old.geometry), crs=old.crs)


def _gaps(answers: OwnAnswers | None) -> pd.DataFrame:
    if answers is None or answers.rows.empty:
        return pd.DataFrame(columns=list(_GAP_COLUMNS))
    gaps = pick(answers.rows, groupe=Groupe.ECART, niveau=[TOTAL, "code_qpv"])
    rank = gaps["vague"].map({wave: k for k, wave in enumerate(answers.waves)})
    gaps = gaps.iloc[rank.argsort(kind="stable")]
    alone = gaps["isole"] == ALONE
    weak = zip(gaps["publication"], alone, gaps["peu_de_reponses"], strict=True)
    measured = gaps.rename(columns={"territoire": "code_qpv", "estimation": "ecart"}).assign(
        libelle=gaps["item"].map(answers.labels),
        verdict=[outcome(v, p) for v, p in zip(gaps["verdict"], gaps["publication"], strict=True)],
        faible=[weakness(p, alone=bool(one), few=few) for p, one, few in weak],
        phrase=[_phrase(row, answers.against) for row in gaps.to_dict("records")],
    )
    return measured[list(_GAP_COLUMNS)].reset_index(drop=True)


def _phrase(row: dict[Any, Any], against: Mapping[Key, Disagreement]) -> str:
    if row["publication"] not in SHOWN:
        return verdict(row)
    margin = float(row["marge_points"])
    return words.against(first(row, against, margin)) + gap_phrase(row, margin)


def map_residences(located: Located) -> pd.DataFrame:
    """Return the résidences as `MapModel.residences` holds them; one that no entrance locates has no point.

    The card of a résidence has one entrance's address with that entrance's reason; every other doubtful
    entrance is listed with its own.
    """
    entrances = located.entrances
    shown = _shown_doors(entrances)
    doubts: dict[str, list[str]] = {}
    unsure = entrances[doubtful(entrances) & ~entrances.index.isin(shown["index"])]
    for home, address, motive in zip(
        *(texts(unsure, c) for c in ("id_residence", "adresse", "qpv_motif")), strict=True
    ):
        doubts.setdefault(home, []).append(
            map_words.DOUBTFUL_DOOR.format(address=address, reason=motive)
        )
    homes = located.residences
    homes = homes.assign(
        adresse=homes["id_residence"].map(shown["adresse"]).fillna(""),
        motif=homes["id_residence"].map(shown["qpv_motif"]).fillna(""),
        doutes=homes["id_residence"].map(lambda home: tuple(doubts.get(home, ()))),
    )
    homes = drawn(homes, located.held, entrances)
    names = {"nb_logements": "logements", "distance_min_m": "distance_m"}
    homes = homes.assign(coupee="").rename(columns=names)
    for row in homes.index[homes["moitie"]]:
        inside, outside = (int(homes.loc[row, f"logements_{side}"]) for side in ("dans", "hors"))
        homes.loc[row, "coupee"] = map_words.CUT_NAME.format(inside=inside, outside=outside)
        homes.loc[row, "motif"] = map_words.CUT_REASON.format(inside=inside, outside=outside)
    return homes


def _shown_doors(entrances: pd.DataFrame) -> pd.DataFrame:
    """Return the entrance that stands for each résidence: a located one of a known side first."""
    sure, placed = ~doubtful(entrances), located_doors(entrances)
    order = pd.DataFrame(
        {c: texts(entrances, c) for c in ("id_residence", "adresse", "qpv_motif")}
    ).assign(index=entrances.index, rank=np.where(sure & placed, 0, np.where(placed, 1, 2)))
    order = order.sort_values("rank", kind="stable").drop_duplicates("id_residence")
    return order.set_index("id_residence")
