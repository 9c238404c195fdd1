"""The rule of secrecy counts valid answers: few of them from a bailleur withhold the row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pytest

from tfpb import survey
from tfpb.model.codes import Publication
from tfpb.survey.printed import at_step, rounded_count, step_of
from tfpb.survey.reading.located_residences import located_residences
from tfpb.survey.secrecy.publishable import Members, Rules, isolates_nobody

if TYPE_CHECKING:
    from collections.abc import Iterator

QUARTERS: Final = 24
ITEMS: Final = tuple(f"q{k}" for k in range(10))
SATISFIED, UNSATISFIED, NOT_CONCERNED = 1, 4, 8
OUTSIDE: Final = "hors"


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    """Draw quarters of two bailleurs: 35 to 74 households of one, 11 to 15 of the other, few concerned.

    Every fourth quarter, the smaller one has no valid answer; in the next one, all of them are valid.
    """
    rng = np.random.default_rng(70707)
    parts = []
    for place in [*(f"QN{k:05d}X" for k in range(QUARTERS)), OUTSIDE]:
        away = place == OUTSIDE
        sizes = {"Grand": 400, "Petit": 300} if away else {
            "Grand": int(rng.integers(35, 75)), "Petit": int(rng.integers(11, 16))
        }  # fmt: skip
        for owner, n in sizes.items():
            part = pd.DataFrame(
                {
                    "bailleur": owner,
                    "residence": [f"{place}-{owner}-{k % 3}" for k in range(n)],
                    "qpv": int(not away),
                    "code_qpv": "" if away else place,
                }
            )
            for item in ITEMS:
                good = rng.random(n) < rng.beta(4, 2)
                cells = np.where(good, SATISFIED, UNSATISFIED)
                kept = {0: 0, 1: n}.get(parts_of(place), int(rng.integers(1, 5)))
                if owner == "Petit" and not away:
                    cells[rng.permutation(n)[kept:]] = NOT_CONCERNED
                part[item] = cells
            parts.append(part)
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(id=range(len(frame)), annee=2023, poids=1.0)


def parts_of(place: str) -> int:
    """Return which kind of quarter a place is: 0 nobody's answer is valid, 1 everybody's, else a few."""
    return -1 if place == OUTSIDE else int(place[2:7]) % 4


@pytest.fixture(scope="module")
def rows(answers: pd.DataFrame) -> pd.DataFrame:
    """Return what is published of quarters over all bailleurs, raw."""
    names = ("bailleur", "residence", "poids", "qpv")
    plan = survey.Plan.model_validate(
        {
            "colonnes": {"repondant": "id", "vague": "annee", **{n: n for n in names}},
            "echelles": {
                "accord": {
                    "satisfait": [SATISFIED],
                    "insatisfait": [UNSATISFIED],
                    "non_concerne": [NOT_CONCERNED],
                }
            },
            "items": [
                {"colonnes": i, "libelle": i, "theme": "residence", "echelle": "accord"}
                for i in ITEMS
            ],
        }
    )
    homes = answers.drop_duplicates("residence").assign(
        id_residence=lambda t: t["residence"],
        qpv_statut=lambda t: np.where(t["qpv"] == 1, "dans", "hors"),
        qpv_code=lambda t: t["code_qpv"],
        nb_logements=60,
    )
    columns = ["id_residence", "bailleur", "qpv_statut", "qpv_code", "nb_logements"]
    homes, _ = located_residences(homes[columns].astype(str))
    made = survey.protect(
        survey.compare(survey.recode([answers], plan, homes), plan, by=["code_qpv"])
    )
    table = made.comparison
    kept = (table["niveau"] == "code_qpv") & (table["groupe"] == "qpv")
    return table[kept & (table["ajustement"] == "brut")].reset_index(drop=True)


def met(answers: pd.DataFrame, row: pd.Series, owner: str) -> tuple[int, int, int]:
    """Return the households of a bailleur behind a row: asked, valid, satisfied."""
    own = answers[(answers["code_qpv"] == row["territoire"]) & (answers["bailleur"] == owner)]
    cells = own[row["item"]]
    return len(own), int((cells != NOT_CONCERNED).sum()), int((cells == SATISFIED).sum())


def printing(
    row: pd.Series, own: tuple[int, int, int], sizes: range
) -> Iterator[tuple[int, int, int]]:
    """Yield what the smaller bailleur may have answered for the larger one to read these figures."""
    for n in sizes:
        total = own[0] + n
        step = float(step_of(np.array(float(rounded_count(np.array(float(total)))))))
        for valid in range(n + 1):
            left_out = at_step(np.array((n - valid) / total), step)
            if not np.isnan(row["part_non_concerne"]) and left_out != row["part_non_concerne"]:
                continue
            for good in range(valid + 1):
                share = (own[2] + good) / (own[1] + valid)
                if abs(at_step(np.array(share), step) - row["estimation"]) < 1e-9:
                    yield n, valid, good


@pytest.mark.parametrize("known", [True, False], ids=["size known", "size not known"])
def test_a_larger_bailleur_reads_no_answer_of_a_few(
    answers: pd.DataFrame, rows: pd.DataFrame, *, known: bool
) -> None:
    read = []
    for _, row in rows[rows["publication"] == Publication.PUBLIABLE].iterrows():
        own, other = (met(answers, row, owner) for owner in ("Grand", "Petit"))
        sizes = range(other[0], other[0] + 1) if known else range(11, 16)
        left = set(printing(row, own, sizes))
        assert other in left  # the attack allows what is true
        if 1 <= other[1] <= 10 and len({(v, good) for _, v, good in left}) == 1:
            read.append((row["territoire"], row["item"], other))
    assert not read


def test_quarters_where_few_answers_are_valid_are_withheld_and_the_others_shown(
    answers: pd.DataFrame, rows: pd.DataFrame
) -> None:
    valid = np.array([met(answers, row, "Petit")[1] for _, row in rows.iterrows()])
    shown = (rows["publication"] == Publication.PUBLIABLE).to_numpy()
    assert len(rows) == QUARTERS * len(ITEMS)
    assert shown.tolist() == [v == 0 or v >= 11 for v in valid.tolist()]
    assert rows.loc[~shown, ["n", "estimation", "part_non_concerne"]].isna().all().all()


def test_a_share_of_not_concerned_is_printed_where_it_isolates_nobody(
    answers: pd.DataFrame, rows: pd.DataFrame
) -> None:
    shown = rows[rows["publication"] == Publication.PUBLIABLE]
    left_out = [met(answers, row, "Petit") for _, row in shown.iterrows()]
    told = [n - valid == 0 or n - valid >= 11 for n, valid, _ in left_out]
    assert shown["part_non_concerne"].notna().tolist() == told
    assert any(told)


def of_owners(*owner: int) -> Members:
    """Return one group with a row of households a bailleur."""
    count = len(owner)
    group, row = np.zeros(count, dtype=np.intp), np.arange(count)
    return Members.of(group, row, 1, np.array(owner), row)


@pytest.mark.parametrize(
    ("some", "told"),
    [([0, 0], True), ([0, 10], False), ([0, 11], True), ([10, 11], False), ([11, 11], True)],
)
def test_each_bailleur_asked_is_a_reader_of_the_others(some: list[int], *, told: bool) -> None:
    found = isolates_nobody(of_owners(0, 1), np.array(some), np.array([20, 20]), Rules())
    assert found.tolist() == [told]


def test_a_lone_bailleur_hides_no_share_from_itself() -> None:
    found = isolates_nobody(of_owners(0), np.array([3]), np.array([40]), Rules())
    assert found.tolist() == [True]
