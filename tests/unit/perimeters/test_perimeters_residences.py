"""Money follows dwellings: résidences cut by a limit are split, decisions are kept and checked."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import numpy as np
import pandas as pd
import pytest
import shapely
from conftest_perimeters import at
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from PIL import Image

from tfpb.facts.place import holds
from tfpb.io.tables.tabular import read_table
from tfpb.io.tables.typed import typed
from tfpb.model.results import RESIDENCE_COLUMNS
from tfpb.model.tables import DECISIONS_LIMITES
from tfpb.perimeters import (
    check_decisions,
    correspondence,
    cut_residences,
    heirs,
    locate,
    new_quarters,
    residences,
    ruling_vintage,
)
from tfpb.review.doubts import Terrain, limit_doubts, lost_decisions
from tfpb.review.picture import pictures
from tfpb.review.review_workbook import review_bytes


def stock(places: list[tuple[float, float]], ids: list[str], dwellings: list[int]) -> pd.DataFrame:
    return at(
        *places,
        id_residence=ids,
        id_batiment=[f"E{i}" for i in range(len(ids))],
        nb_logements=dwellings,
        adresse=[f"{i} rue Fictive" for i in range(len(ids))],
        agence=["Nord"] * len(ids),
        nom=ids,
    )


def decision(**cells: object) -> pd.DataFrame:
    base = {
        "id_residence": "R1",
        "id_batiment": "",
        "adresse": "",
        "decision": "dans",
        "code_qpv": "",
        "auteur": "A. Dupont",
        "date": dt.date(2025, 2, 3),
        "piece": "plan de masse",
    }
    return pd.DataFrame([{**base, **cells}])


def test_a_cut_residence_is_split_by_dwellings(square) -> None:  # noqa: ANN001
    points = stock([(200, 200), (600, 200), (410, 200)], ["R1"] * 3, [30, 10, 5])
    doors = points.join(locate(points, {2015: square}, year=2020))
    table = residences(doors)
    row = table.iloc[0]
    assert list(table.columns)[: len(RESIDENCE_COLUMNS)] == list(RESIDENCE_COLUMNS)
    assert (row.logements_dans, row.logements_hors, row.logements_a_verifier) == (30, 10, 5)
    assert row.part_qpv == pytest.approx(30 / 45)
    assert (row.cote, row.code_qpv, row.nb_entrees) == ("dans", "QP093901", 3)
    assert row.agence == "Nord"
    assert row.distance_min_m == pytest.approx(10, abs=0.01)
    assert [f.fields for f in cut_residences(holds(doors))] == [
        {"dans": 30, "hors": 10, "a_verifier": 5}
    ]


def test_equal_sides_are_a_doubt(square) -> None:  # noqa: ANN001
    points = stock([(200, 200), (600, 200)], ["R1", "R1"], [10, 10])
    assert residences(points.join(locate(points, {2015: square}, year=2020))).cote.tolist() == [
        "a_verifier"
    ]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.floats(-500, 900), st.integers(0, 90)),
        min_size=1,
        max_size=25,
    )
)
def test_dwellings_are_conserved(square, rows: list) -> None:  # noqa: ANN001
    points = stock([(r[1], 200.0) for r in rows], [r[0] for r in rows], [r[2] for r in rows])
    table = residences(points.join(locate(points, {2015: square}, year=2020)))
    sides = table[["logements_dans", "logements_hors", "logements_a_verifier"]]
    assert (sides.sum(axis=1) == table.nb_logements).all()
    assert table.nb_logements.sum() == sum(r[2] for r in rows)
    assert table.nb_entrees.sum() == len(rows)


def test_a_decision_rules_a_doubt_and_says_when_and_why(square) -> None:  # noqa: ANN001
    points = stock([(410, 200), (200, 200)], ["R1", "R2"], [5, 5])
    out = locate(points, {2015: square}, year=2020, decisions=decision())
    assert out.qpv_statut.tolist() == ["dans", "dans"]
    assert out.qpv_code.iloc[0] == "QP093901"
    assert out.qpv2015_statut.iloc[0] == "dans"
    assert all(w in out.qpv_motif.iloc[0] for w in ("Décision du 03/02/2025", "plan de masse"))
    assert "Dupont" not in out.qpv_motif.iloc[0]
    out = locate(
        points, {2015: square}, year=2020, decisions=decision(decision="hors", code_qpv="QP093901")
    )
    assert (out.qpv_statut.iloc[0], out.qpv_code.iloc[0]) == ("hors", "")


def test_a_decision_is_of_the_residence_written_so_where_signs_alone_part_two(square) -> None:  # noqa: ANN001
    points = stock([(410, 200), (410, 200), (410, 200)], ["12/1", "12-1", "R 3"], [5, 5, 5])
    for written, sides in (
        ("12-1", ["a_verifier", "dans", "a_verifier"]),
        ("r3", ["a_verifier"] * 3),
        ("r-3", ["a_verifier", "a_verifier", "dans"]),
    ):
        made = decision(id_residence=written)
        assert (
            locate(points, {2015: square}, year=2020, decisions=made).qpv_statut.tolist() == sides
        )


def test_a_decision_against_a_clear_map_is_flagged(square) -> None:  # noqa: ANN001
    points = stock([(200, 200)], ["R1"], [5])
    made = decision(decision="hors")
    out = locate(points, {2015: square}, year=2020, decisions=made)
    assert out.qpv_statut.tolist() == ["a_verifier"]
    bare = locate(points, {2015: square}, year=2020)
    assert [f.code for f in check_decisions(bare, points, made, {2015: square})] == [
        "decision_contredite"
    ]


def test_a_decision_for_another_quarter_than_a_clear_map_s_is_flagged(make_map) -> None:  # noqa: ANN001
    quarters = {"QP093901": (0, 400), "QP093902": (7_000, 7_400)}
    boxes = {code: shapely.box(low, 0, high, 400) for code, (low, high) in quarters.items()}
    maps = {2015: make_map(2015, boxes)}
    points = stock([(200, 200)], ["R1"], [5])
    made = decision(decision="dans", code_qpv="QP093902")
    out = locate(points, maps, year=2020, decisions=made)
    assert out[["qpv_statut", "qpv_code"]].to_numpy().tolist() == [["a_verifier", "QP093901"]]
    assert "(dans le QPV QP093902) contredit la carte" in out.qpv_motif.iloc[0]
    bare = locate(points, maps, year=2020)
    (fault,) = check_decisions(bare, points, made, maps)
    assert (fault.code, fault.got) == ("decision_contredite", "dans QP093902")
    same = decision(decision="dans", code_qpv="QP093901")
    agreed = locate(points, maps, year=2020, decisions=same)
    assert agreed.qpv_statut.tolist() == ["dans"]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"id_residence": "R9"}, "decision_sans_objet"),
        ({"adresse": "99 rue Ailleurs"}, "decision_sans_objet"),
        ({"auteur": "", "piece": ""}, "decision_incomplete"),
        ({"code_qpv": "QN09391M"}, "decision_code_inconnu"),
    ],
)
def test_doubtful_decisions_are_listed(square, cells: dict, code: str) -> None:  # noqa: ANN001
    points = stock([(410, 200)], ["R1"], [5])
    bare = locate(points, {2015: square}, year=2020)
    assert [f.code for f in check_decisions(bare, points, decision(**cells), {2015: square})] == [
        code
    ]


def test_a_decision_of_another_map_is_left_aside(square) -> None:  # noqa: ANN001
    points = stock([(410, 200)], ["R1"], [5])
    out = locate(points, {2015: square}, year=2020, decisions=decision(code_qpv="QN09391M"))
    assert out.qpv_statut.tolist() == ["a_verifier"]


def test_contrary_decisions_are_listed(square) -> None:  # noqa: ANN001
    points = stock([(410, 200)], ["R1"], [5])
    both = pd.concat([decision(), decision(decision="hors")], ignore_index=True)
    bare = locate(points, {2015: square}, year=2020)
    assert "decisions_contraires" in [
        f.code for f in check_decisions(bare, points, both, {2015: square})
    ]


PAIR = {"QP093901": shapely.box(0, 0, 400, 400), "QP093902": shapely.box(440, 0, 800, 400)}


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ({"code_qpv": "QP093901"}, {"decision": "hors"}, "(dans le QPV QP093901 ; hors QPV)"),
        ({"decision": "hors"}, {"code_qpv": "QP093901"}, "(hors QPV ; dans le QPV QP093901)"),
        (
            {"code_qpv": "QP093901"},
            {"code_qpv": "QP093902"},
            "(dans le QPV QP093901 ; dans le QPV QP093902)",
        ),
    ],
)
def test_contrary_decisions_leave_the_entrance_to_check(
    make_map, one: dict, other: dict, said: str  # noqa: ANN001
) -> None:  # fmt: skip
    maps = {2015: make_map(2015, PAIR)}
    points = stock([(420, 200)], ["R1"], [5])
    made = pd.concat([decision(**one), decision(**other)], ignore_index=True)
    bare = locate(points, maps, year=2020)
    out = locate(points, maps, year=2020, decisions=made)
    assert out[["qpv_statut", "qpv2015_statut", "qpv_code"]].to_numpy().tolist() == [
        ["a_verifier", "a_verifier", ""]
    ]
    assert said in out.qpv_motif.iloc[0]
    faults = check_decisions(bare, points, made, maps)
    assert [f.code for f in faults] == ["decisions_contraires"]
    sheet = limit_doubts(points.join(out), made)
    assert sheet[["decision", "auteur"]].to_numpy().tolist() == [["", "A. Dupont"]]


def test_decisions_that_agree_stand_whatever_their_order(make_map) -> None:  # noqa: ANN001
    maps = {2015: make_map(2015, PAIR)}
    points = stock([(421, 200)], ["R1"], [5])  # nearest: QP093902, at 19 m
    for pair in ([{}, {"code_qpv": "QP093901"}], [{"code_qpv": "QP093901"}, {}]):
        made = pd.concat([decision(**cells) for cells in pair], ignore_index=True)
        out = locate(points, maps, year=2020, decisions=made)
        assert out[["qpv_statut", "qpv_code"]].to_numpy().tolist() == [["dans", "QP093901"]]
        assert check_decisions(locate(points, maps, year=2020), points, made, maps) == []
        assert limit_doubts(points.join(out), made).decision.tolist() == ["dans"]
    # a decision taken on the other map is no contrary one: it is left aside
    old = [decision(decision="hors", code_qpv="QN09391M"), decision(code_qpv="QP093901")]
    made = pd.concat(old, ignore_index=True)
    out = locate(points, maps, year=2020, decisions=made)
    assert out[["qpv_statut", "qpv_code"]].to_numpy().tolist() == [["dans", "QP093901"]]
    bare = locate(points, maps, year=2020)
    assert [f.code for f in check_decisions(bare, points, made, maps)] == ["decision_code_inconnu"]


def test_one_decision_among_others_against_a_clear_map_leaves_the_doubt(make_map) -> None:  # noqa: ANN001
    maps = {2015: make_map(2015, PAIR)}
    points = stock([(200, 200)], ["R1"], [5])
    made = pd.concat([decision(code_qpv="QP093902"), decision()], ignore_index=True)
    out = locate(points, maps, year=2020, decisions=made)
    assert out[["qpv_statut", "qpv_code"]].to_numpy().tolist() == [["a_verifier", "QP093901"]]
    assert "(dans le QPV QP093902) contredit la carte" in out.qpv_motif.iloc[0]


def test_a_decision_that_puts_in_no_known_quarter_is_not_applied(square) -> None:  # noqa: ANN001
    places = [(200, 200), (np.nan, np.nan), (5000, 200)]  # in; nowhere; 4 600 m from the quarter
    verdicts = ["accepte", "rejete", "a_verifier"]
    points = stock(places, ["R0", "R1", "R2"], [5, 5, 5]).assign(result_verdict=verdicts)
    maps = {2015: square}
    made = pd.concat([decision(), decision(id_residence="R2")], ignore_index=True)
    out = locate(points, maps, year=2020, decisions=made)
    assert out.qpv_statut.tolist() == ["dans", "a_verifier", "a_verifier"]
    assert out.qpv2015_statut.tolist() == ["dans", "a_verifier", "a_verifier"]
    assert out.qpv_code.tolist() == ["QP093901", "", ""]
    assert out.qpv_motif.str.contains("ne dit pas quel quartier").tolist() == [False, True, True]
    faults = check_decisions(locate(points, maps, year=2020), points, made, maps)
    assert [(f.code, f.got) for f in faults] == [
        ("decision_sans_quartier", "R1"),
        ("decision_sans_quartier", "R2"),
    ]
    named = locate(points, maps, year=2020, decisions=made.assign(code_qpv="QP093901"))
    assert named.qpv_statut.tolist() == ["dans", "dans", "dans"]
    assert named.qpv_code.tolist() == ["QP093901"] * 3
    out = locate(points, maps, year=2020, decisions=made.assign(decision="hors"))
    assert out.qpv_statut.tolist() == ["dans", "hors", "hors"]


def test_pictures_are_small_and_an_address_has_one(square) -> None:  # noqa: ANN001
    points = stock([(410, 200), (390, 100), (410, 200)], ["R1", "R2", "R3"], [5, 5, 7])
    entrances = points.join(locate(points, {2015: square}, year=2020))
    first, other, again = pictures(
        limit_doubts(entrances), Terrain(entrances, {2015: square}, 30.0)
    )
    assert first is not None
    assert first is again
    assert first != other  # nothing of one is left in the next
    alone = pictures(limit_doubts(entrances).iloc[1:2], Terrain(entrances, {2015: square}, 30.0))
    assert alone == [other]
    assert len(first) < 8_000
    assert Image.open(io.BytesIO(first)).getpalette() is not None


def test_the_review_sheet_comes_back_as_it_went(square, tmp_path) -> None:  # noqa: ANN001
    points = stock([(410, 200), (200, 200), (390, 100)], ["R1", "R2", "=R3"], [5, 5, 7])
    entrances = points.join(locate(points, {2015: square}, year=2020))
    rows = limit_doubts(entrances)
    assert rows.id_residence.tolist() == ["R1", "=R3"]
    around = Terrain(entrances, {2015: square}, 30.0)
    drawn = pictures(rows, around)
    assert all(p is not None and p.startswith(b"\x89PNG") for p in drawn)
    data = review_bytes(None, rows, drawn, codes=rows.code_qpv.tolist())
    assert data == review_bytes(None, rows, pictures(rows, around), codes=rows.code_qpv.tolist())
    path = tmp_path / "revue.xlsx"
    path.write_bytes(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert sum(n.endswith(".png") for n in archive.namelist()) == 2
    book = load_workbook(path)
    page = book["Limites"]
    header = {c.value: c.column for c in page[4]}
    rules = [r for r in page.data_validations.dataValidation if "dans,hors" in (r.formula1 or "")]
    assert rules
    assert page.cell(6, header["id_residence"]).data_type == "s"
    for name, value in (
        ("decision", "dans"),
        ("auteur", "B. Martin"),
        ("date", dt.date(2025, 3, 1)),
        ("piece", "visite"),
    ):
        page.cell(5, header[name], value)
    book.save(path)
    made, faults = typed(
        read_table(path, sheet="Limites", known=DECISIONS_LIMITES.names), DECISIONS_LIMITES
    )
    assert faults == []
    after = points.join(locate(points, {2015: square}, year=2020, decisions=made))
    assert after.qpv_statut.tolist() == ["dans", "dans", "a_verifier"]
    kept = limit_doubts(after, made)
    assert kept[["id_residence", "decision", "auteur", "piece"]].to_numpy().tolist() == [
        ["R1", "dans", "B. Martin", "visite"],
        ["=R3", "", "", ""],
    ]
    assert kept.date.tolist() == [dt.date(2025, 3, 1), ""]
    assert lost_decisions(made, None) == [0]
    assert lost_decisions(made, made) == []


def test_a_decision_without_entrance_is_not_lost(square) -> None:  # noqa: ANN001
    points = stock([(200, 200)], ["R1"], [5])
    entrances = points.join(locate(points, {2015: square}, year=2020))
    assert limit_doubts(entrances, decision(id_residence="R9")).id_residence.tolist() == ["R9"]


def test_correspondence_names_links_and_conserves_area(make_map) -> None:  # noqa: ANN001
    old = make_map(
        2015,
        {
            "QP093901": shapely.box(0, 0, 400, 400),  # split
            "QP093902": shapely.box(1000, 0, 1200, 400),
            "QP093903": shapely.box(1200, 0, 1400, 400),  # merged
            "QP093904": shapely.box(2000, 0, 2400, 400),  # same
            "QP093905": shapely.box(3000, 0, 3400, 400),  # gone
            "QP093906": shapely.box(4000, 0, 4400, 400),  # redrawn
        },
    )
    new = make_map(
        2024,
        {
            "QN09391M": shapely.box(0, 0, 200, 400),
            "QN09392M": shapely.box(200, 0, 400, 400),
            "QN09393M": shapely.box(1000, 0, 1400, 400),
            "QN09394I": shapely.box(2000, 0, 2401, 400),
            "QN09395N": shapely.box(5000, 0, 5400, 400),
            "QN09396I": shapely.box(4200, 0, 4600, 400),  # the letter says identical: it lies
        },
    )
    maps = {2015: old, 2024: new}
    places = [(100, 200), (4100, 200), (4500, 200), (4003, 200), (203, 200)]
    points = stock(places, ["R1", "R2", "R3", "R4", "R5"], [30, 20, 10, 7, 5])
    entrances = points.join(locate(points, maps, year=2025))
    whole = correspondence(maps)
    links = {(r.code_2015, r.code_2024): r.lien for r in whole.itertuples()}
    assert links[("QP093901", "QN09391M")] == links[("QP093901", "QN09392M")] == "scinde"
    assert links[("QP093902", "QN09393M")] == links[("QP093903", "QN09393M")] == "fusionne"
    assert links[("QP093904", "QN09394I")] == "identique"
    assert links[("QP093905", "")] == "disparu"
    assert links[("", "QN09395N")] == "nouveau"
    assert links[("QP093906", "QN09396I")] == "modifie"
    np.testing.assert_allclose(
        whole[whole.code_2015 != ""].groupby("code_2015").part_2015.sum(), 1, atol=1e-3
    )
    np.testing.assert_allclose(
        whole[whole.code_2024 != ""].groupby("code_2024").part_2024.sum(), 1, atol=3e-3
    )
    mine = correspondence(maps, entrances)
    count = {(r.code_2015, r.code_2024): r.logements for r in mine.itertuples()}
    assert count[("QP093901", "QN09391M")] == 30
    assert count[("QP093906", "")] == 20
    assert count[("", "QN09396I")] == 10
    checked = {(r.code_2015, r.code_2024): r.logements_a_verifier for r in mine.itertuples()}
    assert checked[("QP093906", "")] == 7, "beside what is settled, never in it"
    assert checked[("QP093901", "QN09392M")] == 5
    assert sum(count.values()) == 60
    assert not {"QP093905", "QP093904"} & set(mine.code_2015)


def test_a_quarter_that_disappeared_has_no_heir_in_a_sliver(make_map) -> None:  # noqa: ANN001
    old = {"QP093901": shapely.box(0, 0, 500, 500), "QP093902": shapely.box(500, 0, 1000, 500)}
    # 3 m of the first, 0.6 % of it, then 26 m, 5.2 %: a neighbour's line, then a succession
    for low, found in ((497, {}), (474, {"QP093901": "QN09392M"})):
        new = {"QN09392M": shapely.box(low, 0, 1000, 500)}
        maps = {2015: make_map(2015, old), 2024: make_map(2024, new)}
        table = correspondence(maps)
        gone = table.loc[(table["code_2015"] == "QP093901") & (table["code_2024"] == ""), "lien"]
        assert gone.tolist() == ["modifie" if found else "disparu"]
        assert heirs(table) == {"QP093902": "QN09392M"} | found
        points = stock([(498, 250)], ["R1"], [40])  # its dwellings in the sliver make none either
        mine = correspondence(maps, points.join(locate(points, maps, year=2025)))
        assert heirs(mine) == {"QP093902": "QN09392M"} | found


@pytest.mark.parametrize(
    ("year", "commune", "found"),
    [
        (2025, "59350", {"QN2"}),
        (2026, "59350", set()),
        (2024, "59350", set()),
        (2026, "97209", {"QN2"}),
    ],
)
def test_a_quarter_is_new_in_the_first_year_of_its_map(
    year: int, commune: str, found: set[str]
) -> None:
    table = pd.DataFrame(
        {"code_2015": ["QP1", "", ""], "code_2024": ["QN1", "QN2", "QN1"],
         "lien": ["modifie", "nouveau", "modifie"]}
    )  # fmt: skip
    vintage = ruling_vintage(year, commune)
    assert new_quarters(table, vintage, year, pd.Series([commune, None])) == found
    assert new_quarters(table.iloc[:0], vintage, year, pd.Series([commune])) == set()


def test_a_stock_with_holes_in_its_years_and_yes_or_no_is_gathered(square) -> None:  # noqa: ANN001
    points = stock([(200, 200), (210, 200), (600, 200)], ["R1", "R1", "R2"], [30, 10, 5])
    points["annee_construction"] = pd.array([pd.NA, 1968, pd.NA], dtype="Int64")
    points["gardienne"] = pd.array([pd.NA, True, pd.NA], dtype="boolean")
    table = residences(points.join(locate(points, {2015: square}, year=2020)))
    assert table["annee_construction"].fillna(0).tolist() == [1968, 0]
    assert table["gardienne"].tolist() == [True, ""]
