"""The next wave: interviews of each résidence, and what each territory could be told with them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.facts.quarter import quarters_of
from tfpb.model.codes import QpvStatut
from tfpb.survey.planning.planned_survey import PlannedSurvey
from tfpb.survey.reading.surveyed_stock import construction_periods, plain_texts
from tfpb.words.survey.planning_words import NO_QUARTER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.model.plan import Planification

QUOTA_COUNTS: Final = ("logements_qpv", "entretiens_qpv", "logements_hors", "entretiens_hors")


class Left(StrEnum):
    """Why a résidence has no interview."""

    A_VERIFIER = "a_verifier"
    SANS_LOGEMENT = "sans_logement"
    INJOIGNABLE = "injoignable"
    NON_RETENUE = "non_retenue"


@dataclass(frozen=True, slots=True, eq=False)
class NextWave:
    """A plan of the next wave.

    Parameters
    ----------
    asked, reachable : int
        Interviews asked for; most that the stock can give.
    residences : DataFrame
        One row a résidence of the stock, in its order: `id_residence, nom, bailleur, cote, code_qpv,
        nom_qpv, nb_logements, joignables, entretiens, motif` (`Left`, empty with interviews).
    territories : DataFrame
        `niveau` (`Level`), `bailleur, code_qpv, nom_qpv`; for each side `logements_, residences_,
        possibles_, entretiens_, enquetees_` + `qpv` or `hors`; `demi_largeur` (0..1, NaN when a side
        is empty); `puissance_1`… one an assumed gap; `au_mieux` (the first of them with all that the
        stock can give); `issue` (`Outcome`); `besoin` (parc, of a quarter: interviews there for the
        power asked, NaN when none is enough).
    curve : DataFrame
        `entretiens`, then for each of `total, bailleur, quartier` that there is `entretiens_<x>` and
        `<x>_1`… : power by assumed gap.
    quotas : DataFrame
        The columns asked for, `logements_qpv, entretiens_qpv, logements_hors, entretiens_hors`, `seul`: one
        side alone has dwellings.
    missing_quotas : tuple of str
        Columns asked for that the stock lacks.
    needed : int or None
        Interviews in all for the power asked at the first gap; None when the stock cannot give them.
    best : float
        That power with all the interviews that the stock can give.
    enough_residences : int
        Résidences a side, ten interviews each, for the power asked when the service is judged.
    """

    settings: Planification
    asked: int
    reachable: int
    residences: pd.DataFrame
    territories: pd.DataFrame
    curve: pd.DataFrame
    quotas: pd.DataFrame
    missing_quotas: tuple[str, ...]
    needed: int | None
    best: float
    enough_residences: int

    @property
    def planned(self) -> int:
        """Interviews planned."""
        return int(self.residences["entretiens"].sum())

    @property
    def unsure(self) -> tuple[int, int]:
        """Résidences and dwellings whose side is not known: nobody is interviewed there."""
        rows = self.residences[self.residences["cote"] == QpvStatut.A_VERIFIER]
        return len(rows), int(rows["nb_logements"].sum())

    @property
    def total(self) -> pd.Series[Any]:
        """The row of the whole."""
        return self.territories.iloc[0]


def next_wave(stock: pd.DataFrame, settings: Planification) -> NextWave:
    """Plan the next wave over a located stock.

    Parameters
    ----------
    stock : DataFrame
        `RESIDENCE_COLUMNS` and grouping columns, one row a résidence, both sides present.
    settings : Planification
        Bailleurs of `entretiens_par_bailleur` are those of the stock; others get none.
    """
    homes = stock["nb_logements"].to_numpy(dtype=np.intp)
    unsure = (stock["cote"] == QpvStatut.A_VERIFIER).to_numpy()
    open_ = np.flatnonzero(~unsure & (homes > 0))
    survey = PlannedSurvey(stock.iloc[open_].reset_index(drop=True), settings)
    budgets = survey.budgets()
    planned = survey.spread(budgets)
    interviews, reachable = np.zeros(len(stock), np.intp), np.zeros(len(stock), np.intp)
    interviews[open_], reachable[open_] = planned, survey.parc.reachable
    left = np.select(
        [unsure, homes <= 0, reachable == 0, interviews == 0],
        [Left.A_VERIFIER, Left.SANS_LOGEMENT, Left.INJOIGNABLE, Left.NON_RETENUE],
        "",
    )
    names = ["id_residence", "nom", "bailleur", "cote", "code_qpv", "nom_qpv", "nb_logements"]
    rows = stock[names].assign(joignables=reachable, entretiens=interviews, motif=left)
    out = (rows["cote"] == QpvStatut.HORS).to_numpy()
    shown = quarters_of(stock=[stock]).named(rows, nowhere=NO_QUARTER)["nom_qpv"]
    rows = rows.assign(nom_qpv=np.where(out, "", shown))
    territories = survey.territories(planned)
    quotas, absent = _quotas(stock, rows, settings.quotas)
    needed, best = survey.needed(budgets)
    return NextWave(
        settings=settings,
        asked=sum(budgets.values()),
        reachable=int(survey.parc.capacity.sum()),
        residences=rows,
        territories=territories,
        curve=survey.curve(budgets, territories),
        quotas=quotas,
        missing_quotas=absent,
        needed=needed,
        best=best,
        enough_residences=survey.enough_residences(),
    )


def _quotas(
    stock: pd.DataFrame, planned: pd.DataFrame, columns: Sequence[str]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Sum dwellings and interviews by the columns asked for, QPV beside hors QPV."""
    if "periode_construction" not in stock and "annee_construction" in stock:
        years = construction_periods(plain_texts(stock["annee_construction"]))
        stock = stock.assign(periode_construction=years)
    asked = tuple(dict.fromkeys(columns))
    wanted = {c: plain_texts(stock[c]) for c in asked if c in stock and c not in QUOTA_COUNTS}
    held = {c: texts for c, texts in wanted.items() if (texts != "").any()}
    absent = tuple(c for c in asked if c not in held)
    used = (planned["cote"] != QpvStatut.A_VERIFIER) & (planned["nb_logements"] > 0)
    if not held:
        return pd.DataFrame(), absent
    out = pd.DataFrame(held)
    for name, side in (("qpv", QpvStatut.DANS), ("hors", QpvStatut.HORS)):
        here = planned["cote"] == side
        out[f"logements_{name}"] = planned["nb_logements"].where(here, 0).to_numpy()
        out[f"entretiens_{name}"] = planned["entretiens"].where(here, 0).to_numpy()
    sums = out[used.to_numpy()].groupby(list(held), sort=True)[list(QUOTA_COUNTS)].sum()
    alone = (sums[[f"logements_{name}" for name in ("qpv", "hors")]] == 0).any(axis=1)
    return sums.assign(seul=alone).reset_index(), absent
