"""Nothing masked can be worked out: tables are attacked with every sum a reader could write."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from surveycases import make_delivery, make_plan

from effort import tries
from tfpb.model.survey import Estimates, Published
from tfpb.survey.compare import compare
from tfpb.survey.reading.recode import recode
from tfpb.survey.secrecy.cells import Cell
from tfpb.survey.secrecy.disclosure import cells_masked_in, disclosed_in, protect
from tfpb.survey.secrecy.ownership import for_bailleur

GROUPS = ("qpv", "hors_qpv", "ensemble")
MASK = 11
NUMBERS = (
    "n", "n_residences", "part_nsp", "part_non_concerne", "estimation", "bascule",
    "ic95_bas", "ic95_haut", "ic90_bas", "ic90_haut",
    "marge_demontree_points",
)  # fmt: skip
BY = ("code_qpv", "epci", "agence")


def _delivery(seed: int, **shape: object) -> pd.DataFrame:
    """Deliver a survey with three kinds of territories: quarters lie in an EPCI, agencies cut both."""
    delivery = make_delivery(seed, **shape)
    quarter = delivery["code_quartier"]
    delivery["epci"] = np.where(
        quarter == "", "E0", "E" + (quarter.str[3:] > "1").astype(int).astype(str)
    )
    if seed % 3 == 0:  # a bailleur that leaves after the first wave
        gone = (delivery["bailleur"] == "A") & (delivery["vague"] == "2023")
        delivery = delivery[~gone]
    if seed % 2 == 0:  # answers that no agency holds
        delivery.loc[delivery.index % 9 == 0, "agence"] = ""
    return delivery


def _estimates(seed: int, by: tuple[str, ...] = BY, **shape: object) -> Estimates:
    """Estimate it, quarters under the stock's own name."""
    variables = {"code_qpv": {"colonnes": ["code_quartier"]}, "epci": {}, "agence": {}}
    plan = make_plan(variables=variables)
    return compare(recode([_delivery(seed, **shape)], plan), plan, by=by)


class Attack:
    """All that a reader can write about one wave and item: unknowns, and sums that tie them.

    `answers` are the valid interviews: a reader knows which territories meet, not how many answered.
    """

    def __init__(self, truth: pd.DataFrame, shown: pd.DataFrame, answers: pd.DataFrame) -> None:
        self.answers = answers
        self.truth = self._counts(truth)
        self.shown = self._counts(shown)
        self.rows: list[dict[object, float]] = []
        self.sides: list[float] = []

    @staticmethod
    def _counts(table: pd.DataFrame) -> dict[tuple[str, ...], float]:
        raw = table[(table["ajustement"] == "brut") & table["groupe"].isin(GROUPS)]
        keys = zip(*(raw[c] for c in ("niveau", "territoire", "bailleur", "groupe")), strict=True)
        return dict(zip(keys, raw["n"].astype(float), strict=True))

    def tie(self, total: tuple[str, ...], parts: list[tuple[str, ...]], label: object) -> None:
        if total not in self.truth or any(p not in self.truth for p in parts) or not parts:
            return
        row: dict[object, float] = {total: 1.0}
        for part in parts:
            row[part] = row.get(part, 0.0) - 1.0
        if abs(self.truth[total] - sum(self.truth[p] for p in parts)) > 0:
            row[("reste", label)] = -1.0  # what no row of the tables holds
        self.rows.append(row)

    def write_all(self) -> None:
        places = sorted({k[:2] for k in self.truth})
        owners = sorted({k[2] for k in self.truth})
        for place, owner in product(places, owners):
            here = [(*place, owner, g) for g in ("qpv", "hors_qpv")]
            if place[0] != "code_qpv":  # a quarter's other side is not of the quarter
                self.tie((*place, owner, "ensemble"), here, (place, owner))
        for place, group in product(places, GROUPS):
            parts = [
                k for k in self.truth if k[:2] == place and k[3] == group and k[2] != "ensemble"
            ]
            self.tie((*place, "ensemble", group), parts, (place, group))
        for level, owner, group in product(BY, owners, GROUPS):
            if level == "code_qpv" and group != "qpv":
                continue
            parts = [k for k in self.truth if (k[0], k[2], k[3]) == (level, owner, group)]
            self.tie(("total", "total", owner, group), parts, (level, owner, group))
        for levels, owner, group in product(combinations(BY, 2), owners, GROUPS):
            if "code_qpv" not in levels or group == "qpv":
                self.cross(levels, owner, group)
        for key in self.truth:  # the same hors-QPV answers stand beside every quarter
            if key[0] == "code_qpv" and key[3] == "hors_qpv":
                self.tie(key, [("total", "total", key[2], "hors_qpv")], key)

    def cross(self, levels: tuple[str, str], owner: str, group: str) -> None:
        """Write the territories of both levels as sums of what they share."""
        here = self.answers
        if owner != "ensemble":
            here = here[here["bailleur"] == owner]
        if group != "ensemble":
            here = here[here["qpv"] == int(group == "qpv")]
        pairs = set(zip(*(here[level] for level in levels), strict=True))
        for k, level in enumerate(levels):
            for place in {pair[k] for pair in pairs} - {""}:
                row: dict[object, float] = {
                    ("part", levels, pair, owner, group): -1.0 for pair in pairs if pair[k] == place
                }
                self.rows.append(row | {(level, place, owner, group): 1.0})

    def recovered(self) -> list[object]:
        """Unknown cells that the sums determine."""
        self.write_all()
        unknown = sorted(
            {k for row in self.rows for k in row if np.isnan(self.shown.get(k, np.nan))}, key=str
        )
        unknown = [k for k in unknown if self.truth.get(k, 1) != 0]
        if not unknown:
            return []
        column = {k: j for j, k in enumerate(unknown)}
        matrix = np.zeros((len(self.rows), len(unknown)))
        for i, row in enumerate(self.rows):
            for key, value in row.items():
                if key in column:
                    matrix[i, column[key]] = value
        gram = np.linalg.pinv(matrix) @ matrix  # a cell is determined when its row is that of I
        return [
            k
            for k, j in column.items()
            if k in self.truth and abs(gram[j, j] - 1) < 1e-6 and np.isnan(self.shown[k])
        ]


def _attack(estimates: Estimates, published: Published, delivery: pd.DataFrame) -> None:
    assert _recovered(estimates, published.comparison, delivery) == []


def _recovered(
    estimates: Estimates, tables: pd.DataFrame, delivery: pd.DataFrame
) -> list[tuple[Cell, float]]:
    """List the masked cells that all tables together tell, with their answers."""
    found = []
    frame = delivery.rename(columns={"code_quartier": "code_qpv"}).astype({"qpv": int})
    for (wave, item), shown in tables.groupby(["vague", "item"]):
        if "-" in wave:
            continue
        table = estimates.comparison
        truth = table[(table["vague"] == wave) & (table["item"] == item)]
        answers = frame[(frame["vague"] == wave) & ~frame[item].isin(["8", "9"])]
        attack = Attack(truth, shown, answers)
        found += [(Cell(wave, item, *k), attack.truth[k]) for k in attack.recovered()]  # type: ignore[misc]
    return found


shapes = st.fixed_dictionaries(
    {
        "residences": st.integers(2, 9),
        "interviews": st.integers(1, 14),
        "owners": st.sampled_from([("A",), ("A", "B"), ("A", "B", "C"), ("A", "B", "C", "D")]),
    }
)
slow = settings(deadline=None, max_examples=tries(4, 25), suppress_health_check=list(HealthCheck))


@pytest.mark.slow
@slow
@example(46, {"residences": 6, "interviews": 10, "owners": ("A", "B", "C")})  # told one, once
@given(st.integers(0, 10_000), shapes)
def test_what_is_published_of_any_survey_tells_nothing_masked(
    seed: int, shape: dict[str, object]
) -> None:
    estimates, delivery = _estimates(seed, **shape), _delivery(seed, **shape)
    published = protect(estimates, masking_n=MASK)
    small_cells_are_hidden_with_all_that_rests_on_them(estimates, published)
    every_table_hides_the_same_cells(published)
    _attack(estimates, published, delivery)
    own = for_bailleur(estimates, "B")
    assert set(own.comparison["bailleur"]) <= {"ensemble", "B"}
    _attack(own, protect(own, masking_n=MASK), delivery)


def small_cells_are_hidden_with_all_that_rests_on_them(
    estimates: Estimates, published: Published
) -> None:
    table, true = published.comparison, estimates.comparison
    assert len(table) == len(true)
    groups = true["groupe"].isin(GROUPS)
    small = (true["n"] > 0) & (true["n"] < MASK) & groups
    assert (table["publication"][small] == "masque").all()
    masked = table[table["publication"] == "masque"]
    assert masked[list(NUMBERS)].isna().all(axis=None)
    silent = table[table["publication"].isin(["non_publiable", "non_calculable"])]
    assert silent[[c for c in NUMBERS if c not in ("n", "n_residences")]].isna().all(axis=None)
    assert silent["n"].notna().all()
    changed = table.loc[table["groupe"] == "evolution_ecart", "verdict"]
    assert set(changed) <= {"hausse", "baisse", "non_demontre", ""}
    hushed = table["publication"].isin(["masque", "non_publiable"]) & (table["groupe"] == "ecart")
    assert set(table.loc[hushed, "verdict"]) <= {"non_publiable"}
    key = ["vague", "niveau", "territoire", "bailleur", "item"]
    hidden = masked[masked["groupe"].isin(["qpv", "hors_qpv"]) & (masked["ajustement"] == "brut")]
    gaps = table[table["groupe"] == "ecart"].merge(hidden[key].drop_duplicates(), on=key)
    assert (gaps["publication"] != "publiable").all()
    assert gaps["estimation"].isna().all()
    for wave in ("2019", "2023"):
        alone = hidden[(hidden["vague"] == wave) & (hidden["bailleur"] != "ensemble")]
        changes = table[table["groupe"] == "evolution_ecart"]
        both = changes.merge(alone[key[1:]].drop_duplicates(), on=key[1:])
        assert both["estimation"].isna().all()


def every_table_hides_the_same_cells(published: Published) -> None:
    table = published.comparison
    raw = table[(table["niveau"] == "total") & (table["ajustement"] == "brut")]
    key = ["vague", "bailleur", "item", "groupe"]
    both = published.levels.merge(raw[[*key, "publication", "n"]], on=key, suffixes=("", "_c"))
    assert len(both) == len(published.levels)
    hidden = both["publication_c"] == "masque"
    assert (both["publication"][hidden] == "masque").all()
    assert both["n"][hidden].isna().all()
    assert both["estimation"][hidden].isna().all()


@pytest.mark.slow
@settings(slow, max_examples=tries(2, 12))
@given(st.integers(0, 10_000), shapes, st.permutations(BY))
def test_two_runs_by_other_territories_cannot_be_subtracted(
    seed: int, shape: dict[str, object], levels: list[str]
) -> None:
    one, two, *_ = levels
    first = protect(_estimates(seed, (one,), **shape), masking_n=MASK)
    before = disclosed_in([first.comparison])
    both = _estimates(seed, (one, two), **shape)
    second = protect(
        both, masking_n=MASK, masked_before=before.masked, shown_before=before.shown, levels=[two]
    )
    assert set(second.comparison["niveau"]) <= {"total", two}
    assert second.settings["territoires"] == (two,)
    key = ["vague", "item", "niveau", "territoire", "bailleur", "groupe", "ajustement"]
    union = pd.concat([first.comparison, second.comparison]).groupby(key, as_index=False)["n"].max()
    found = _recovered(both, union, _delivery(seed, **shape))
    # the second run may hide, of the level it shows, a figure that the first told in other words
    assert [c for c, n in found if n < MASK or c in before.masked] == []


def test_what_a_run_masked_stays_masked() -> None:
    estimates = _estimates(5, residences=8, interviews=14)
    first = protect(estimates, masking_n=40)
    before = cells_masked_in(first.comparison)
    assert before
    second = protect(estimates, masking_n=11, masked_before=before)
    assert set(before) <= set(cells_masked_in(second.comparison))
    _attack(estimates, second, _delivery(5, residences=8, interviews=14))


def test_the_last_runs_masks_reach_what_they_were_not_asked_for() -> None:
    estimates = _estimates(1, residences=8, interviews=14)
    free = protect(estimates, masking_n=11)
    cell = free.comparison[
        (free.comparison["groupe"] == "qpv") & (free.comparison["bailleur"] == "B")
        & (free.comparison["niveau"] == "total") & free.comparison["n"].notna()
    ].iloc[0]  # fmt: skip
    names = ("vague", "item", "niveau", "territoire", "bailleur", "groupe")
    asked = Cell(*(cell[c] for c in names))
    again = protect(estimates, masking_n=11, masked_before=[asked])
    _attack(estimates, again, _delivery(1, residences=8, interviews=14))
    assert len(cells_masked_in(again.comparison)) > len(cells_masked_in(free.comparison)) + 1


def test_priorities_do_not_count_a_masked_overall_mark() -> None:
    more = [{"colonnes": ["note"], "libelle": "note", "theme": "global", "echelle": "note"}]
    plan = make_plan(more=more)
    delivery = make_delivery(4, residences=8, interviews=14)
    rng = np.random.default_rng(4)
    delivery["note"] = [str(k) for k in rng.integers(0, 11, len(delivery))]
    estimates = compare(recode([delivery], plan), plan)
    mark = Cell("2023", "note", "total", "total", "B", "qpv")
    free = protect(estimates, masking_n=MASK).priorities
    shown = protect(estimates, masking_n=MASK, masked_before=[mark])
    here = (free["vague"] == "2023") & (free["bailleur"] == "B") & (free["groupe"] == "qpv")
    assert free.loc[here, "n"].notna().all()
    for cell in cells_masked_in(shown.comparison):
        rows = shown.priorities[
            (shown.priorities["vague"] == cell.vague)
            & (shown.priorities["bailleur"] == cell.bailleur)
            & (shown.priorities["groupe"] == cell.groupe)
        ]
        assert rows["n"].isna().all()
    assert shown.priorities.loc[here, "n"].isna().all()


def test_published_has_one_maker() -> None:
    published = protect(_estimates(1), masking_n=MASK)
    fields = {f: getattr(published, f) for f in Published.__dataclass_fields__ if f != "seal"}
    with pytest.raises(TypeError):
        Published(**fields, seal=object())


def test_small_waves_do_not_tell_their_sides() -> None:
    plan = make_plan()
    delivery = make_delivery(3, owners=("A",), residences=2, interviews=3)
    inside = (delivery["qpv"] == "1").to_numpy()
    few = inside & (np.cumsum(inside) > 4)
    published = protect(compare(recode([delivery[~few]], plan), plan), masking_n=MASK)
    assert any(w.n_qpv == w.n_hors == -1 for w in published.waves)
    assert all(w.n_qpv in {-1, 0} or w.n_qpv >= MASK for w in published.waves)


def test_adjusted_rows_hide_with_the_raw_ones_in_territories_and_changes() -> None:
    plan = make_plan(
        variables={"code_qpv": {"colonnes": ["code_quartier"]}, "agence": {}},
        colonnes={"ajustement": ["agence"]},
    )
    delivery = make_delivery(8, residences=24, interviews=14)
    estimates = compare(recode([delivery], plan), plan, by=["code_qpv"])
    table = protect(estimates, masking_n=75).comparison
    key = ["vague", "niveau", "territoire", "bailleur", "item", "groupe"]
    raw = table[table["ajustement"] == "brut"].set_index(key)["publication"]
    adjusted = table[table["ajustement"] != "brut"]
    assert set(adjusted["ajustement"]) == {"comparable"}
    beside = raw.loc[list(adjusted[key].itertuples(index=False, name=None))].to_numpy()
    assert ((adjusted["publication"] == "masque").to_numpy() == (beside == "masque")).all()
    assert adjusted.loc[beside == "masque", list(NUMBERS)].isna().all(axis=None)
    assert adjusted["estimation"].notna().any()
