"""Claims of the survey, exactly as released: what a row comes to, whose answers speak for a quarter."""

from __future__ import annotations

import math
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from tfpb.facts.amount import known
from tfpb.facts.claim import TITLES, TOTAL, Claim, State, claim
from tfpb.model.codes import (
    ENSEMBLE,
    FAVOURABLE,
    FEW_ANSWERS,
    LOWER,
    SHOWN,
    Ajustement,
    Groupe,
    Nature,
    Publication,
    Theme,
    Verdict,
    outcome,
)
from tfpb.model.question import Unit
from tfpb.model.survey import HIDDEN_COUNT, pick, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from tfpb.facts.claim import Claims
    from tfpb.model.survey import Published

_FIGURES: Final[dict[str, dict[str, str]]] = {
    Groupe.QPV: {"satisfaits_qpv": "estimation", "menages_qpv": "n"},
    Groupe.HORS_QPV: {"satisfaits_hors": "estimation", "menages_hors": "n"},
    Groupe.ECART: {
        "ecart": "estimation", "ecart_bas": "ic95_bas", "ecart_haut": "ic95_haut",
        "ecart_bas_90": "ic90_bas", "ecart_haut_90": "ic90_haut", "menages": "n",
    },
    Groupe.EVOLUTION_ECART: {
        "evolution_ecart": "estimation", "evolution_ecart_bas": "ic95_bas",
        "evolution_ecart_haut": "ic95_haut", "menages": "n",
    },
}  # fmt: skip
"""Claims of each group of rows, and the column that each is released in."""
_READ: Final = (
    "vague", "niveau", "territoire", "bailleur", "item", "nature", "groupe", "ajustement", "publication",
    "verdict", "assurance", "peu_de_reponses",
    *dict.fromkeys(column for columns in _FIGURES.values() for column in columns.values()),
)  # fmt: skip
_STATES: Final[dict[str, State]] = {
    Publication.MASQUE: State.MASQUE,
    Publication.NON_PUBLIABLE: State.MASQUE,
    Publication.NON_CALCULABLE: State.INCONNU,
    Verdict.NON_CONCLUANT: State.NON_CONCLUANT,
    Verdict.NON_DEMONTRE: State.NON_DEMONTRE,
    Verdict.A_CONFIRMER: State.A_CONFIRMER,
}
"""What the outcomes that establish nothing come to; the others are known."""
SERVICE: Final = f"nature {Nature.SERVICE}"
"""Scope of the questions of service."""
_ON_PAGE: Final = (Theme.RESIDENCE, Theme.RELATION, Theme.QUARTIER)


def answers_scope(place: str, item: str, wave: str) -> str:
    """Name the scope of one question in one place (`total` or a `code_qpv`) and wave (« 2019-2023 » too)."""
    return f"{place} {item} {wave}"


def verdict_scope(code: str) -> str:
    """Name the scope of the questions that come to one outcome."""
    return f"verdict {code}"


FEW: Final = frozenset({State.PEU_DE_REPONSES, State.PEU_DE_RESIDENCES})
"""States of what rests on little."""


def state_of_few(few: str) -> State:
    """Return the state of what there is little of; « oui », of a release of before, is of résidences."""
    return State.PEU_DE_REPONSES if few == FEW_ANSWERS else State.PEU_DE_RESIDENCES


def state_of_row(verdict: str, publication: str, *, few: str = "") -> State:
    """Return the state of a row: why it is not shown, then what it has little of, then its verdict."""
    if few and publication in SHOWN:
        return state_of_few(few)
    return _STATES.get(outcome(verdict, publication), State.CONNU)


def page_items(items: pd.DataFrame) -> tuple[str, ...]:
    """Choose the three questions of a quarter's page: the headline of each theme, service first.

    A survey without a theme of the three takes that of the dwellings.
    """
    ordered = items.sort_values(["tete_de_theme", "ordre"], ascending=[False, True], kind="stable")
    heads = ordered.drop_duplicates("theme").set_index("theme")["item"]
    return tuple(str(heads[t]) for t in (*_ON_PAGE, Theme.LOGEMENT) if t in heads)[: len(_ON_PAGE)]


def released(claims: Claims, name: str, scope: str) -> float | None:
    """Return a figure as released, for who draws it or writes it; None where it is not shown."""
    value = claims.get(name, scope).value
    return float(value.exact) if value is not None and value.is_known else None


def survey_claims(published: Published, bailleur: str) -> Iterator[Claim]:
    """Claim what a bailleur's tenants answered: every question over the whole, those of a page by quarter.

    The other rows remain in the frame of « Satisfaction »: they are thousands, and no sentence writes them.
    `bailleur` is as the survey names it (`Published.name_of`).
    """
    waves = [one.vague for one in published.waves]
    raw = pick(
        published.comparison[list(_READ)],
        bailleur=bailleur,
        ajustement=Ajustement.BRUT,
        groupe=list(_FIGURES),
    )
    whole = pick(raw, niveau=TOTAL)
    for one in published.waves:
        count = one.n if bailleur == ENSEMBLE else _households(pick(whole, vague=one.vague))
        yield _cell("menages", f"vague {one.vague}", count, State.CONNU)
    quarters = pick(
        raw, niveau="code_qpv", item=list(page_items(published.items)),
        vague=[*waves[-1:], "-".join(waves[-2:])],
    )  # fmt: skip
    for row in (*rows_of(whole), *rows_of(quarters)):
        scope = answers_scope(row["territoire"], row["item"], row["vague"])
        few = str(row["peu_de_reponses"])
        state = state_of_row(row["verdict"], row["publication"], few=few)
        for name, column in _FIGURES[row["groupe"]].items():
            yield _cell(name, scope, row[column], state)
    yield from _counts(pick(whole, groupe=Groupe.ECART, vague=published.last_wave))


def _households(rows: pd.DataFrame) -> float:
    """Count who answered on both sides of one wave, as released; `HIDDEN_COUNT` where one is hidden."""
    sides = rows[rows["groupe"].isin([Groupe.QPV, Groupe.HORS_QPV])].groupby("groupe")["n"].max()
    return float(sides.sum()) if len(sides) and sides.notna().all() else HIDDEN_COUNT


def _cell(name: str, scope: str, value: float, state: State) -> Claim:
    """Claim one cell; one without number says why, and a number of answers that is told is known."""
    if state is State.MASQUE or value == HIDDEN_COUNT:
        return Claim(name, scope, None, State.MASQUE)
    if math.isnan(value):
        lacks = state in FEW
        return Claim(name, scope, None, state if lacks else State.INCONNU)
    if TITLES[name].unit is Unit.REPONSES:
        return claim(name, scope, known(int(value)))
    return claim(name, scope, known(Decimal(str(value))), state=state)


def _counts(gaps: pd.DataFrame) -> Iterator[Claim]:
    """Count the questions of the last wave by what they come to, all of them and those of service."""
    codes = [outcome(*pair) for pair in zip(gaps["verdict"], gaps["publication"], strict=True)]
    gaps = gaps.assign(issue=codes, sure=gaps["assurance"] != "")
    for scope, rows in ((TOTAL, gaps), (SERVICE, pick(gaps, nature=Nature.SERVICE))):
        lower, good = (rows["issue"].isin(list(kinds)) for kinds in (LOWER, FAVOURABLE))
        shown = rows["publication"].isin(SHOWN)
        nobody = rows["publication"] == Publication.NON_CALCULABLE
        counts = {
            "questions": shown | True,
            "questions_plus_basses": lower,
            "questions_plus_basses_sures": lower & rows["sure"],
            "questions_aussi_bien": good & rows["sure"],
            "questions_isolees": good & ~rows["sure"],
            "questions_incertaines": shown & ~lower & ~good,
            "questions_masquees": ~shown & ~nobody,
            "questions_sans_reponse": nobody,
        }
        for name, there in counts.items():
            yield claim(name, scope, known(int(there.sum())))
    for code, count in Counter(codes).items():
        yield claim("questions", verdict_scope(code), known(count))
