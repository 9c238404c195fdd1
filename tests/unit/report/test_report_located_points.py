"""A résidence's place is that of its located entrances: a rejected one moves no medium."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from report_dossier import QUARTERS, make, restocked

from tfpb.facts.place import located_stock
from tfpb.perimeters import residences
from tfpb.perimeters.map_marks import marks
from tfpb.report.gis_layers import layers
from tfpb.report.map_model import map_model, map_residences
from tfpb.report.quarter_pages import _unplaced
from tfpb.report.web_map.map_payload import payload
from tfpb.survey.reading.located_residences import located_residences

if TYPE_CHECKING:
    from tfpb.model.location import Located

CODE = next(iter(QUARTERS))
X0, Y0 = 700_000.0, 7_000_000.0
REJECTED = "Position peu sûre : l’adresse est rejetée ; le point tombe hors QPV."
HOMES = 200


@lru_cache(maxsize=1)
def doors() -> pd.DataFrame:
    """Draw résidences of one to five located entrances, and one rejected, often the largest, far away."""
    rng = np.random.default_rng(53)
    rows = []
    for home in range(HOMES):
        side = str(rng.choice(["dans", "hors"]))
        count = int(rng.integers(1, 6))
        bad = int(rng.integers(count + 1))
        for k in range(count + 1):
            lost = k == bad
            mine = side if rng.random() < 0.8 else str(rng.choice(["dans", "hors"]))
            statut = "a_verifier" if lost else mine
            away = 9_000.0 if lost else 300.0
            x, y = (v + float(rng.uniform(0, away)) for v in (X0, Y0))
            rows.append(
                {"id_residence": f"R{home:03d}", "id_batiment": "", "nom": f"Fictive {home}",
                 "nb_logements": int(rng.integers(1, 90 if lost else 40)),
                 "adresse": f"{k} rue Fictive {home}", "commune": "Valfictif",
                 "code_postal": "59999", "code_insee": "", "result_x": x, "result_y": y,
                 "longitude": 3.0 + (x - X0) / 71_000, "latitude": 50.0 + (y - Y0) / 111_000,
                 "result_citycode": "59998" if lost else "59999", "result_type": "housenumber",
                 "result_verdict": "rejete" if lost else "accepte", "result_name": "",
                 "result_housenumber": str(k), "result_label": "", "result_radius_m": 10.0,
                 "qpv_statut": statut, "qpv_code": CODE if mine == "dans" else "",
                 "qpv_nom": "", "qpv_proche_code": CODE, "qpv_proche_nom": QUARTERS[CODE],
                 "qpv_distance_m": float(rng.uniform(0, 2 if lost else 400)),
                 "qpv_evolution": "", "qpv_millesime": 2024,
                 "qpv_motif": REJECTED if lost else "Dans le quartier."}
            )  # fmt: skip
    return pd.DataFrame(rows)


def kept() -> pd.DataFrame:
    """Return the same file without the rejected rows."""
    return doors()[doors()["result_verdict"] == "accepte"].reset_index(drop=True)


def stock(entrances: pd.DataFrame) -> Located:
    return located_stock(2025, 2024, entrances, residences(entrances), pd.DataFrame())


PLACE = ["id_residence", "x", "y", "longitude", "latitude", "distance_min_m", "cote", "code_insee"]


def test_dropping_the_rejected_entrance_moves_no_residence() -> None:
    assert len(doors()) - len(kept()) == HOMES
    before, after = (stock(d).residences[PLACE] for d in (doors(), kept()))
    pd.testing.assert_frame_equal(before, after)


def test_the_web_map_and_its_card_draw_the_located_entrances() -> None:
    before, after = (map_residences(stock(d)) for d in (doors(), kept()))
    columns = ["longitude", "latitude", "statut", "dessines", "distance_m", "adresse", "moitie"]
    pd.testing.assert_frame_equal(before[columns], after[columns])
    lost = doors()[doors()["result_verdict"] == "rejete"]
    listed = [f"{row.adresse} : {row.qpv_motif}" for row in lost.itertuples()]
    assert [one for lines in before["doutes"] for one in lines] == listed
    assert not any(after["doutes"])
    shown = before.set_index("id_residence")["motif"]
    assert not shown.eq(REJECTED).any()


def test_a_card_has_the_address_of_a_located_entrance_whatever_was_decided_of_the_others() -> None:
    """The side of a rejected entrance may be decided by hand: it is known, and still nowhere."""
    decided = doors()["result_verdict"] == "rejete"
    known = doors().assign(qpv_statut=doors()["qpv_statut"].mask(decided, "dans"))
    first = known.iloc[np.argsort(~decided, kind="stable")].reset_index(drop=True)
    homes = map_residences(stock(first)).set_index("id_residence")
    away = set(doors()["adresse"][decided])
    assert not away & set(homes["adresse"])
    assert (homes["motif"] != REJECTED).all()


@pytest.mark.filterwarnings("ignore")
def test_the_page_of_the_web_map_holds_no_place_of_a_rejected_entrance() -> None:
    """Where a résidence is drawn, its card, its size; dwellings that wait for a check are counted apart."""
    before, after = (
        payload(map_model(restocked(make(), d, residences(d))))["residences"]
        for d in (doors(), kept())
    )
    lost = doors()[doors()["result_verdict"] == "rejete"]
    assert [one for lines in before["dou"].values() for one in lines] == [
        f"{row.adresse} : {row.qpv_motif}" for row in lost.itertuples()
    ]
    assert before["dou"].keys() == {str(k) for k in range(HOMES)}
    assert after["dou"] == {}
    assert sum(before["non"]) == lost["nb_logements"].sum()
    for key in ("id", "adr", "sta", "mot", "dis", "des", "cou", "x", "y"):
        assert before[key] == after[key], key
    assert None not in before["x"]


def test_the_printed_page_draws_the_located_entrances_and_names_the_others() -> None:
    before, after = (marks(stock(d), None) for d in (doors(), kept()))
    columns = ["id_residence", "statut", "dessines", "coupee", "longitude", "latitude"]
    drawn = [m[m["situee"]][columns].reset_index(drop=True) for m in (before, after)]
    pd.testing.assert_frame_equal(
        *(d.sort_values(["id_residence", "statut"], ignore_index=True) for d in drawn)
    )
    boxed = _unplaced(before[~before["situee"]])
    assert len(boxed) == HOMES
    assert all(REJECTED in why for _, _, why in boxed)
    lost = doors()[doors()["result_verdict"] == "rejete"]
    assert [why.partition(" : ")[0] for _, _, why in boxed] == list(lost["adresse"])


@pytest.mark.filterwarnings("ignore")
def test_the_layers_of_a_gis_have_the_same_points() -> None:
    found = [layers(restocked(make(), d, residences(d))) for d in (doors(), kept())]
    points = [gpd.GeoSeries(f["residences"].geometry) for f in found]
    assert points[0].geom_equals(points[1]).all()
    for column in ("id_residence", "statut", "dessines"):
        assert list(found[0]["residences"][column]) == list(found[1]["residences"][column])
    listed = found[0]["doutes"]
    assert len(listed) == HOMES
    assert listed.geometry.isna().all()


def test_the_survey_has_the_same_sides() -> None:
    """Of the stage, and of a file that `localiser` wrote."""
    text = [d.astype(str) for d in (doors(), kept())]
    tables = [located_residences(t, carte=2024) for t in text]
    assert [faults for _, faults in tables] == [[], []]
    before, after = (t.set_index("id_residence")["cote"] for t, _ in tables)
    pd.testing.assert_series_equal(before, after)
    staged = stock(doors()).residences.set_index("id_residence")["cote"]
    assert dict(before) == dict(staged)


def test_a_residence_that_no_entrance_locates_has_no_point_and_stays_listed() -> None:
    entrances = doors()[doors()["result_verdict"] == "rejete"].reset_index(drop=True)
    located = stock(entrances)
    assert located.residences[["x", "longitude", "distance_min_m"]].isna().all(axis=None)
    assert located.residences["cote"].eq("a_verifier").all()
    homes = map_residences(located)
    assert len(homes) == HOMES
    assert list(homes["adresse"]) == list(entrances["adresse"])
    assert homes["motif"].eq(REJECTED).all()
    assert not marks(located, None)["situee"].any()
