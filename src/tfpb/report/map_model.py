"""From the dossier to what maps show: layers in French, protected, and one page a quarter."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from tfpb.model.codes import ALONE, SHOWN, TOTAL, Groupe, QpvStatut, outcome
from tfpb.model.location import OTHER_MAP, Located, MapModel, QpvPage
from tfpb.model.survey import only
from tfpb.report.print_map.views import territories
from tfpb.report.quarter_pages import (
    OwnAnswers,
    balance,
    first,
    money,
    own_answers,
    quarter_page,
    verdict,
)
from tfpb.report.sections.build import number_of
from tfpb.words.documents import quarter_page as words
from tfpb.words.money.state_words import named_states, states_of
from tfpb.words.numbers import interval_points, long_date, points
from tfpb.words.places import map_words
from tfpb.words.survey.verdict_words import weakness

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tfpb.facts.dossier import Dossier
    from tfpb.survey.raw_gaps import Disagreement, Key

_NAMES: Final = ("code_qpv", "nom_qpv", "communes")
_GAP_COLUMNS: Final = (
    "code_qpv", "vague", "item", "libelle", "theme", "ecart", "ic95_bas", "ic95_haut", "n",
    "verdict", "phrase", "publication", "faible",
)  # fmt: skip


def map_model(dossier: Dossier) -> MapModel:
    """Gather everything maps show of a dossier.

    Returns
    -------
    MapModel
        Quarters where the bailleur has dwellings or doubts, résidences by side, protected gaps, and
        one page a quarter that holds dwellings of the stock.
    """
    located = dossier.located
    ruling = dossier.maps[located.vintage].frame
    parts = located.parts
    here = set(parts["code_qpv"])
    near = {c for c in located.entrances["qpv_proche_code"] if c}
    shown = ruling[ruling["code_qpv"].isin(here | near)]
    answers = own_answers(dossier)
    old = dossier.maps.get(OTHER_MAP[located.vintage])
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
        qpv=_quarters(dossier, parts, shown),
        qpv_old=_old_quarters(old.frame if old is not None else ruling.iloc[:0], shown),
        residences=map_residences(dossier.located),
        gaps=_gaps(answers),
        pages=_one_ruler(
            quarter_page(dossier, answers, parts, *map(str, named))
            for named in zip(*(shown[c] for c in _NAMES), strict=True)
            if named[0] in here
        ),
        ground=dossier.ground,
        sources=_sources(dossier),
        online=dossier.settings.reglages.plan_en_ligne,
        territories=territories(dossier.ground.places, _communes_of(dossier, shown)),
    )


def _one_ruler(pages: Iterable[QpvPage]) -> tuple[QpvPage, ...]:
    """Give all pages the axis of the widest interval: one is laid beside another."""
    made = tuple(pages)
    ends = [abs(end) for page in made for line in page.gaps for end in line.ic95 or ()]
    return tuple(replace(page, reach=max(ends, default=0.0)) for page in made)


def _communes_of(dossier: Dossier, shown: gpd.GeoDataFrame) -> dict[str, set[str]]:
    """Return the communes of each quarter: as published, and those of the stock that lies in it."""
    entrances = dossier.located.entrances
    out = {
        str(code): {str(c) for c in communes}
        for code, communes in zip(shown["code_qpv"], shown["codes_insee"], strict=True)
    }
    for code, commune in zip(entrances["qpv_code"], entrances["result_citycode"], strict=True):
        if code in out and commune:
            out[code].add(str(commune))
    return out


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


def _quarters(dossier: Dossier, parts: pd.DataFrame, shown: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Count the dwellings of each quarter, and its money a dwelling abated."""
    held = parts[parts["logements_dans"] > 0].groupby("code_qpv")["logements_dans"]
    codes = [str(c) for c in shown["code_qpv"]]
    given = [money(dossier, c) for c in codes]
    frame = pd.DataFrame(
        {
            "code_qpv": list(shown["code_qpv"]),
            "nom": list(shown["nom_qpv"]),
            "commune": list(shown["communes"]),
            "logements": held.sum().reindex(codes, fill_value=0).astype(int).to_numpy(),
            "residences": held.size().reindex(codes, fill_value=0).to_numpy(),
            "abattement_eur": [_whole(g, "abattement") for g in given],
            "valorise_eur": [_whole(balance(dossier, c), "valorise") for c in codes],
        }
    )
    abated = pd.Series([g.get("logements_abattus") or math.nan for g in given], dtype=float)
    for amount in ("abattement", "valorise"):
        frame[f"{amount}_par_logement_eur"] = frame[f"{amount}_eur"] / abated
    frame["etats"] = [named_states(states_of(g)) for g in given]
    return gpd.GeoDataFrame(frame, geometry=list(shown.geometry), crs=shown.crs)


def _whole(row: Mapping[str, Any], amount: str) -> float | None:
    """Return a sum in euros; None where it lacks a bailleur: a map has no room to say « at least »."""
    return None if row.get(f"{amount}_partiel") else number_of(row.get(f"{amount}_eur"))


def _old_quarters(old: gpd.GeoDataFrame, shown: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the other vintage's quarters around those shown."""
    if len(old) and len(shown):
        west, south, east, north = shown.total_bounds
        old = old.cx[west - 0.03 : east + 0.03, south - 0.02 : north + 0.02]
    frame = pd.DataFrame({"code_qpv": list(old["code_qpv"]), "nom": list(old["nom_qpv"])})
    return gpd.GeoDataFrame(frame, geometry=list(old.geometry), crs=old.crs)


def _gaps(answers: OwnAnswers | None) -> pd.DataFrame:
    if answers is None or answers.rows.empty:
        return pd.DataFrame(columns=list(_GAP_COLUMNS))
    gaps = only(answers.rows, groupe=Groupe.ECART, niveau=[TOTAL, "code_qpv"])
    rank = gaps["vague"].map({wave: k for k, wave in enumerate(answers.waves)})
    gaps = gaps.iloc[rank.argsort(kind="stable")]
    alone = gaps["isole"] == ALONE
    weak = zip(gaps["publication"], alone, strict=True)
    made = gaps.rename(columns={"territoire": "code_qpv", "estimation": "ecart"}).assign(
        libelle=gaps["item"].map(answers.labels),
        verdict=[outcome(v, p) for v, p in zip(gaps["verdict"], gaps["publication"], strict=True)],
        faible=[weakness(publication, alone=bool(one)) for publication, one in weak],
        phrase=[_phrase(row, answers.against) for row in gaps.to_dict("records")],
    )
    return made[list(_GAP_COLUMNS)].reset_index(drop=True)


def _phrase(row: dict[Any, Any], against: Mapping[Key, Disagreement]) -> str:
    if row["publication"] not in SHOWN:
        return verdict(row)
    between = interval_points(row["ic95_bas"], row["ic95_haut"])
    raw = f"{points(row['estimation'])} ({between}) : {verdict(row)}"
    return words.against(first(row, against)) + raw


def map_residences(located: Located) -> pd.DataFrame:
    """Return the résidences that have a point, as `MapModel.residences` holds them.

    One that has a doubtful entrance is shown as doubtful.
    """
    entrances = located.entrances
    first = entrances.groupby("id_residence", sort=False).agg(
        adresse=("adresse", "first"), motif=("qpv_motif", "first")
    )
    doubtful = entrances[entrances["qpv_statut"] == QpvStatut.A_VERIFIER]
    reasons = doubtful.groupby("id_residence", sort=False)["qpv_motif"].first()
    homes = located.residences.copy()
    homes["adresse"] = homes["id_residence"].map(first["adresse"]).fillna("")
    reason = {**first["motif"].to_dict(), **reasons.to_dict()}
    homes["motif"] = [reason.get(r, "") for r in homes["id_residence"]]
    doubt = homes["id_residence"].isin(set(doubtful["id_residence"]))
    homes["statut"] = homes["cote"].where(~doubt, str(QpvStatut.A_VERIFIER))
    homes = _cut(homes, entrances)
    homes = homes.rename(columns={"nb_logements": "logements", "distance_min_m": "distance_m"})
    return homes[homes["longitude"].notna()].reset_index(drop=True)


def _cut(homes: pd.DataFrame, entrances: pd.DataFrame) -> pd.DataFrame:
    """Place a résidence that the limit cuts on its side, and write how many dwellings lie on each."""
    homes = on_its_side(homes, entrances).assign(coupee="")
    for row in homes.index[is_cut(homes) & (homes["statut"] == homes["cote"])]:
        inside, outside = homes.loc[row, ["logements_dans", "logements_hors"]].astype(int)
        homes.loc[row, "coupee"] = map_words.CUT_NAME.format(inside=inside, outside=outside)
        homes.loc[row, "motif"] = map_words.CUT_REASON.format(inside=inside, outside=outside)
    return homes


def is_cut(homes: pd.DataFrame) -> pd.Series:
    """Return which résidences have dwellings on both sides of a limit, and none in doubt."""
    sides = homes[["logements_dans", "logements_hors"]].astype(int)
    return (sides > 0).all(axis=1) & (homes["logements_a_verifier"].astype(int) == 0)


def on_its_side(homes: pd.DataFrame, entrances: pd.DataFrame) -> pd.DataFrame:
    """Place each résidence that the limit cuts among its entrances on its side.

    The mean of all its entrances may lie across the limit: a hollow disc inside the quarter reads as an
    error of the map.
    """
    homes = homes.copy()
    for row in homes.index[is_cut(homes) & homes["longitude"].notna()]:
        own = entrances["id_residence"] == homes.loc[row, "id_residence"]
        doors = entrances[own & (entrances["qpv_statut"] == homes.loc[row, "cote"])]
        placed = doors[doors["longitude"].notna()]
        if len(placed):
            weights = placed["nb_logements"].astype(float).clip(lower=1e-9)
            for axis in ("longitude", "latitude"):
                homes.loc[row, axis] = np.average(placed[axis].astype(float), weights=weights)
    return homes
