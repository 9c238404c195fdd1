"""Claims of dwellings: how many stand in each quarter, out of every one, or are still to check."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from tfpb.facts.amount import Amount, between, known, unknown
from tfpb.facts.claim import OUTSIDE, TOTAL, Claim, State, claim, commune_scope
from tfpb.facts.place import by_side_of
from tfpb.model.codes import QpvStatut
from tfpb.model.columns import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from tfpb.model.location import Located

_DWELLINGS: Final = {
    QpvStatut.DANS: "logements_qpv",
    QpvStatut.HORS: "logements_hors",
    QpvStatut.A_VERIFIER: "logements_a_verifier",
}
_RESIDENCES: Final = {
    QpvStatut.DANS: "residences_qpv",
    QpvStatut.A_VERIFIER: "residences_a_verifier",
}


def dwelling_claims(located: Located) -> Iterator[Claim]:
    """Claim the dwellings and résidences of the whole, then of each quarter, then doubts that are near none.

    Dwellings to check are a known count of dwellings whose side is not known: the claim is `a_verifier`. A
    door whose dwellings no file counts leaves open above the counts that it belongs to.
    """
    held = located.held
    whole = _count(_sum(held, "logements"), _sum(held, "sans_compte"))
    yield claim("logements", TOTAL, whole)
    yield from _shares(held, whole)
    yield claim("residences", TOTAL, known(held["id_residence"].nunique()))
    yield claim("entrees", TOTAL, known(_sum(held, "entrees")))
    doubt = held["cote"] == QpvStatut.A_VERIFIER
    yield claim("entrees_situees", TOTAL, known(_sum(held[~doubt], "entrees")))
    unsure = known(_sum(held[doubt], "entrees"))
    yield claim("entrees_a_verifier", TOTAL, unsure, **_doubted(unsure))
    yield from _by_side(held.assign(portee=TOTAL), tuple(QpvStatut))
    placed = held[(held["code_qpv"] != "") | (held["cote"] == QpvStatut.A_VERIFIER)]
    near = placed.assign(portee=placed["code_qpv"].replace("", OUTSIDE))
    yield from _by_side(near, tuple(_RESIDENCES))
    yield _possible(held)


def commune_claims(located: Located) -> Iterator[Claim]:
    """Claim all the dwellings and résidences of each commune: a region adds them by territory."""
    homes = located.residences
    cities = dict(zip(homes["id_residence"], homes["code_insee"], strict=True))
    held = located.held
    for city, part in held.groupby([str(cities[home]) for home in held["id_residence"]]):
        scope, count = commune_scope(str(city)), _sum(part, "logements")
        yield claim("logements", scope, _count(count, _sum(part, "sans_compte")))
        yield claim("residences", scope, known(part["id_residence"].nunique()))


def _possible(held: pd.DataFrame) -> Claim:
    """Claim the dwellings that stand in a quarter, whatever becomes of the doubts."""
    inside, doubtful = (
        held[held["cote"] == side] for side in (QpvStatut.DANS, QpvStatut.A_VERIFIER)
    )
    least = _count(_sum(inside, "logements"), _sum(inside, "sans_compte"))
    more = _count(_sum(doubtful, "logements"), _sum(doubtful, "sans_compte"))
    most = (least + more).at_most
    return claim(
        "logements_qpv_possibles",
        TOTAL,
        between(least.at_least, most, "cote", *least.why, *more.why),
    )


def _shares(held: pd.DataFrame, whole: Amount) -> Iterator[Claim]:
    """Claim the part of all dwellings that stands in the quarters, then in each."""
    inside = held[held["cote"] == QpvStatut.DANS]
    for scope, rows in ((TOTAL, inside), *((str(c), r) for c, r in inside.groupby("code_qpv"))):
        lacks = _sum(rows, "sans_compte") or not whole.is_known or whole.is_nil
        share = unknown("sans_compte") if lacks else known(_sum(rows, "logements") / whole.exact)
        yield claim("part_qpv", scope, share)


def _by_side(held: pd.DataFrame, sides: tuple[QpvStatut, ...]) -> Iterator[Claim]:
    """Claim, of each scope (column `portee`), the dwellings and résidences of each side."""
    if held.empty:
        return
    homes, lacking = (_counted(held, column) for column in ("logements", "sans_compte"))
    residences = _counted(
        held.drop_duplicates(["portee", "cote", "id_residence"]).assign(une=1), "une"
    )
    for scope in sorted(homes):
        for side in sides:
            count = _count(homes[scope][side], lacking[scope][side])
            state = _doubted(count) if side is QpvStatut.A_VERIFIER else {}
            yield claim(_DWELLINGS[side], scope, count, **state)
            if side in _RESIDENCES:
                homes_there = known(residences[scope][side])
                state = _doubted(homes_there) if side is QpvStatut.A_VERIFIER else {}
                yield claim(_RESIDENCES[side], scope, homes_there, **state)


def _doubted(count: Amount) -> dict[str, State]:
    """Return the state of a count of what is to check: known only where there is none."""
    return {"state": State.A_VERIFIER} if count.may_exceed_nil else {}


def _counted(held: pd.DataFrame, column: str) -> dict[str, dict[str, int]]:
    """Count a column by scope, then by side."""
    table = by_side_of(held, "portee", column)
    sides = [str(side) for side in table.columns]
    rows = table.to_numpy().tolist()
    return {
        str(k): dict(zip(sides, row, strict=True)) for k, row in zip(table.index, rows, strict=True)
    }


def _sum(held: pd.DataFrame, column: str) -> int:
    return int(held[column].to_numpy().sum())


def _count(homes: int, lacking: int) -> Amount:
    """Return a count of dwellings, open above where a file does not count those of a door."""
    return between(Decimal(homes), None, "sans_compte") if lacking else known(homes)


def dwellings_of(doors: pd.DataFrame) -> list[Amount]:
    """Return the dwellings of each door; unknown where no file counts them."""
    counts = numbers(doors, "nb_logements").tolist()
    return [unknown("sans_compte") if math.isnan(n) else known(round(n)) for n in counts]
