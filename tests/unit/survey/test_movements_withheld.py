"""Movements that are not told: of levels over a change of firm, of a quarter of few households."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from surveycases import make_delivery, make_plan

from tfpb.model.codes import Verdict
from tfpb.survey import Release, compare, protect, recode, reprinted, together
from tfpb.survey.estimation.intervals import BOUNDS
from tfpb.survey.raw_gaps import mode_changed

if TYPE_CHECKING:
    from tfpb.model.survey import Published

NUMBERS = ["estimation", *BOUNDS]


def _changes(enquete: dict[str, object]) -> pd.DataFrame:
    plan = make_plan(enquete=enquete)
    table = protect(compare(recode([make_delivery(5, interviews=40)], plan), plan)).comparison
    return table[
        table["groupe"].str.startswith("evolution") & (table["publication"] == "publiable")
    ]


@pytest.mark.parametrize("key", ["prestataire", "mode"])
def test_levels_have_no_word_nor_number_over_a_change_of_firm_or_mode(key: str) -> None:
    rows = _changes({"2019": {key: "A"}, "2023": {key: "B"}})
    levels = rows[rows["groupe"] != "evolution_ecart"]
    assert len(levels)
    assert levels[NUMBERS].isna().all(axis=None)
    assert set(levels["verdict"]) == {Verdict.INTERROMPUE}
    gaps = rows[rows["groupe"] == "evolution_ecart"]
    assert gaps[NUMBERS].notna().all(axis=None)
    assert Verdict.INTERROMPUE not in set(gaps["verdict"])
    beyond = gaps["verdict"].isin([Verdict.HAUSSE, Verdict.BAISSE])
    near = (gaps["ic90_bas"] > 0.015) | (gaps["ic90_haut"] < -0.015)
    assert (beyond <= near).all()
    assert mode_changed(rows) == {"2019-2023"}


def test_levels_are_told_where_the_same_firm_came_back() -> None:
    rows = _changes({"2019": {"prestataire": "A"}, "2023": {"prestataire": "A"}})
    assert rows[NUMBERS].notna().all(axis=None)
    assert Verdict.INTERROMPUE not in set(rows["verdict"])
    assert not mode_changed(rows)


def test_no_movement_of_a_quarter_is_told_under_a_hundred_households() -> None:
    told: dict[bool, set[str]] = {True: set(), False: set()}
    for interviews in (11, 40):
        plan = make_plan(variables={"code_qpv": {"colonnes": ["code_qpv"]}})
        frame = make_delivery(7, owners=("A",), residences=24, interviews=interviews)
        frame = frame.rename(columns={"code_quartier": "code_qpv"})
        # whatever moved: everyone content in one wave, nobody in the other
        first = frame["vague"] == "2019"
        frame.loc[frame["code_qpv"] != "", "q1"] = np.where(first, "1", "4")[
            frame["code_qpv"] != ""
        ]
        table = protect(compare(recode([frame], plan), plan, by=("code_qpv",))).comparison
        rows = table[(table["niveau"] == "code_qpv") & (table["item"] == "q1")]
        counts = rows[rows["groupe"] == "qpv"].groupby(["territoire", "bailleur"])["n"].min()
        moved = rows[(rows["groupe"] == "evolution_ecart") & (rows["publication"] == "publiable")]
        assert (moved["ic90_haut"] < 0).all()  # established, were it told
        for row in moved.itertuples():
            told[bool(counts[row.territoire, row.bailleur] >= 100)].add(str(row.verdict))
            if counts[row.territoire, row.bailleur] < 100:
                assert row.peu_de_reponses == "oui"
    assert told == {False: {Verdict.NON_DEMONTRE}, True: {Verdict.BAISSE}}


def _recoded(change: str) -> pd.DataFrame:
    """Return the changes of gaps that are told, from answers whose later wave is coded otherwise."""
    items = ("q1", "q2", "q3")
    note = {"colonnes": ["note"], "libelle": "Note", "theme": "global", "echelle": "note"}
    frame = make_delivery(5, items=items, interviews=16)
    later = (frame["vague"] == "2023").to_numpy()
    mark = np.random.default_rng(2).binomial(10, 0.68, len(frame))
    if change == "note":  # out of 5
        mark = np.where(later, (mark + 1) // 2, mark)
    if change == "sens":
        turned = frame[list(items)].replace({"1": "4", "2": "3", "3": "2", "4": "1"})
        frame.loc[later, list(items)] = turned[later]
    plan = make_plan(items=items, more=[note])
    estimates = compare(recode([frame.assign(note=mark.astype(str))], plan), plan)
    warned = {f.fields["item"] for f in estimates.notices if f.code == "vagues_echelle"}
    table = estimates.comparison
    gaps = table[(table["groupe"] == "evolution_ecart") & (table["publication"] == "publiable")]
    withheld = gaps["verdict"] == Verdict.INTERROMPUE
    assert warned == set(gaps.loc[withheld, "item"])
    assert gaps.loc[withheld, NUMBERS].isna().all(axis=None)
    return gaps[~withheld]


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ("", {"q1", "q2", "q3", "note"}),
        ("note", {"q1", "q2", "q3"}),
        ("sens", {"note"}),
    ],
)
def test_no_change_is_told_over_a_scale_that_changed(change: str, left: set[str]) -> None:
    assert set(_recoded(change)["item"]) == left


OWNERS = ("A", "B", "C", "D", "E")


def _released_again(come: tuple[str, ...]) -> pd.DataFrame:
    """Return the rows of both waves after a release of the first, eight interviews of which came since.

    `come`: bailleurs of the second wave.
    """
    plan = make_plan()
    frame = make_delivery(5, owners=OWNERS, interviews=20)
    frame = frame[(frame["vague"] == "2019") | frame["bailleur"].isin(come)]
    first = frame[frame["vague"] == "2019"]
    late = first.sample(8, random_state=3).index
    homes = first.drop_duplicates("residence")
    stock = homes.rename(columns={"residence": "id_residence"})[["id_residence", "bailleur"]]
    stock = stock.assign(cote=np.where(homes["qpv"] == "1", "dans", "hors"))
    made = protect(compare(recode([first.drop(index=late)], plan), plan))
    line = Release.of(OWNERS, "un", "2026-01-01", stock, made).line()
    before = together([Release.read(line)], OWNERS)
    return reprinted(protect(compare(recode([frame], plan), plan)), before).comparison


def test_rows_near_any_release_are_not_computed_again() -> None:
    """Doubles struck out of a later release told, with the first one, the few between them."""
    plan = make_plan()
    first = make_delivery(5, owners=OWNERS, waves=("2019",), interviews=20)
    more = make_delivery(6, owners=OWNERS, waves=("2019",), interviews=20).assign(
        id=lambda t: "b" + t["id"]
    )
    late = more.groupby("residence").head(8)
    few = late.groupby("residence").head(1)
    homes = first.drop_duplicates("residence").rename(columns={"residence": "id_residence"})

    def released(frame: pd.DataFrame) -> pd.DataFrame:
        return protect(compare(recode([frame], plan), plan))

    one, two = (released(pd.concat([first, *f])) for f in ([], [late]))
    lines = [
        Release.of(OWNERS, day, day, homes[["id_residence", "bailleur"]], made)
        for day, made in (("2026-01-01", one), ("2026-05-01", two))
    ]
    for come, of in ((few, "2026-05-01"), (late, "2026-05-01"), (late.iloc[:0], "2026-05-01")):
        now = released(pd.concat([first, come]))
        rows = reprinted(now, together(lines, OWNERS)).comparison
        total = rows[(rows["bailleur"] == "ensemble") & rows["groupe"].isin(["qpv", "hors_qpv"])]
        assert set(total["repris_du"]) == {of}


def test_answers_released_under_another_name_are_known_by_what_they_print() -> None:
    """A body renamed, or whose résidences are numbered anew, told its late interviews by difference."""
    items = tuple(f"q{k}" for k in range(8))
    plan = make_plan(items=items)
    first, other = (
        make_delivery(seed, owners=("A",), waves=("2019",), items=items, interviews=40)
        for seed in (5, 6)
    )
    homes = first.drop_duplicates("residence").rename(columns={"residence": "id_residence"})

    def released(frame: pd.DataFrame) -> Published:
        return protect(compare(recode([frame], plan), plan))

    made = released(first)
    line = Release.of(["A"], "un", "2026-01-01", homes[["id_residence", "bailleur"]], made)
    late = first.iloc[:4].assign(id=lambda t: "b" + t["id"])
    renamed = pd.concat([first, late]).assign(bailleur="A Habitat", vague="2019 bis")
    found = {}
    for name, frame in (("renamed", renamed), ("other", other)):
        before = together([], [frame["bailleur"].iloc[0]], [line])
        notices = reprinted(released(frame), before).notices
        found[name] = [n.fields["avant"] for n in notices if n.code == "organisme_renomme"]
    assert found == {"renamed": ["A"], "other": []}


def _of_group(table: pd.DataFrame, wave: str, group: str) -> pd.Series[float]:
    rows = table[(table["vague"] == wave) & (table["groupe"] == group)]
    rows = rows[(rows["publication"] == "publiable") & (rows["ajustement"] == "brut")]
    return rows.set_index(["bailleur", "item"])["estimation"]


@pytest.mark.parametrize("come", [OWNERS, OWNERS[:4]])
def test_a_change_is_of_the_wave_as_it_was_released(come: tuple[str, ...]) -> None:
    """The wave reprinted, its change to the next one told the answers that came late."""
    table = _released_again(come)
    shown = table[(table["vague"] == "2019") & (table["publication"] == "publiable")]
    assert (shown["repris_du"] != "").all()
    seen = 0
    for group, sides in (("evolution_qpv", "qpv"), ("evolution_ecart", "ecart")):
        change = _of_group(table, "2019-2023", group)
        apart = _of_group(table, "2023", sides) - _of_group(table, "2019", sides)
        alike = np.isclose(change, apart.reindex(change.index))
        panel = (change.index.get_level_values("bailleur") == "ensemble") & (
            len(come) < len(OWNERS)
        )
        assert alike[~panel].all()
        assert not alike[panel].all() or not panel.any()  # of the bailleurs of both, computed
        seen += len(change)
    assert seen > 10


def test_changes_of_two_panels_leave_no_few_between_them() -> None:
    """With the first wave's change to the second, that to the third told apart a bailleur of a few."""
    plan = make_plan(items=("q1",))
    waves = ("2016", "2019", "2023")
    large = make_delivery(5, owners=("A", "B", "C"), waves=waves, items=("q1",), interviews=20)
    gone = make_delivery(6, owners=("G", "H"), waves=waves[:1], items=("q1",), interviews=20)
    for interviews, told in ((1, {"2016-2019"}), (20, {"2016-2019", "2019-2023", "2016-2023"})):
        few = make_delivery(7, owners=("F",), waves=waves[:2], items=("q1",), interviews=interviews)
        frame = pd.concat([large, gone, few], ignore_index=True)
        table = protect(compare(recode([frame], plan), plan)).comparison
        changes = table[table["groupe"].isin(["evolution_qpv", "evolution_ecart"])]
        shown = changes[
            (changes["bailleur"] == "ensemble") & (changes["publication"] == "publiable")
        ]
        assert set(shown["vague"]) == told
