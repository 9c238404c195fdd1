"""One symbol a résidence, on the side it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from tfpb.facts.place import located_stock
from tfpb.perimeters.map_marks import marks
from tfpb.report.map_model import map_residences

if TYPE_CHECKING:
    from tfpb.model.location import Located


def located(sides: list[str], dwellings: list[int]) -> Located:
    """Make one résidence of entrances laid out eastwards, the last ones in the quarter."""
    count = len(sides)
    entrances = pd.DataFrame(
        {"id_residence": "R1", "adresse": "1 RUE A", "qpv_statut": sides, "qpv_motif": "à 40 m de la limite",
         "nb_logements": dwellings, "longitude": [3.0 + k / 1000 for k in range(count)], "latitude": 50.0}
    )  # fmt: skip
    of = {s: sum(n for n, t in zip(dwellings, sides, strict=True) if t == s)
          for s in ("dans", "hors", "a_verifier")}  # fmt: skip
    home = {
        "id_residence": "R1", "nom": "Vauban", "cote": max(of, key=lambda s: of[s]),
        "nb_logements": sum(dwellings), "logements_dans": of["dans"], "logements_hors": of["hors"],
        "logements_a_verifier": of["a_verifier"], "distance_min_m": 4.0,
        "longitude": 3.0 + (count - 1) / 2000, "latitude": 50.0,
    }  # fmt: skip
    return located_stock(2025, 2024, entrances, pd.DataFrame([home]), pd.DataFrame())


def test_a_cut_residence_stands_on_its_side_and_says_both() -> None:
    (home,) = map_residences(located(["hors", "hors", "dans", "dans"], [30, 22, 25, 25])).to_dict(
        "records"
    )
    assert home["statut"] == "hors"
    assert home["longitude"] == pytest.approx(3.0 + 22 / 52 / 1000)  # between the two doors outside
    assert home["coupee"] == "(50\u00a0dans,\u00a052\u00a0hors)"
    assert home["motif"] == "coupée par la limite : 50 logements dans le QPV, 52 hors"


def test_a_whole_residence_stays_where_it_is() -> None:
    (home,) = map_residences(located(["dans", "dans"], [10, 10])).to_dict("records")
    assert (home["longitude"], home["coupee"]) == (3.0005, "")
    assert home["motif"] == "à 40 m de la limite"


def test_a_doubt_is_told_before_a_cut() -> None:
    (home,) = map_residences(located(["dans", "hors", "a_verifier"], [10, 12, 1])).to_dict(
        "records"
    )
    assert (home["statut"], home["coupee"]) == ("a_verifier", "")


def premises(*states: tuple[str, str]) -> pd.DataFrame:
    """Make the premises of R1: quarter and status of each."""
    rows = [
        {"id_residence": "R1", "code_qpv": code, "statut": state, "nb_logements": 10}
        for code, state in states
    ]
    return pd.DataFrame(rows)


def of_quarter(sides: list[str], dwellings: list[int]) -> Located:
    """Make the same résidence, its doors in the quarter Q where they are in one."""
    stock = located(sides, dwellings)
    code = ["Q" if side == "dans" else "" for side in sides]
    numbers = [str(2 * k + 1) for k in range(len(sides))]
    doors = stock.entrances.assign(
        qpv_code=code, qpv_proche_code="Q", result_name="rue A", result_housenumber=numbers
    )
    return located_stock(2025, 2024, doors, stock.residences, pd.DataFrame())


def test_marks_stand_at_the_entrances_of_each_side_with_their_dwellings() -> None:
    found = marks(of_quarter(["hors", "hors", "dans", "dans"], [30, 22, 25, 25]), None)
    rows = found.set_index("statut").to_dict("index")
    assert (rows["hors"]["dessines"], rows["dans"]["dessines"]) == (52, 50)
    assert rows["hors"]["longitude"] == pytest.approx(3.0 + 22 / 52 / 1000)
    assert (rows["hors"]["numeros"], rows["dans"]["numeros"]) == ("1-3", "5-7")
    assert found["coupee"].all()
    assert rows["dans"]["etat"] == "dans"  # no notice is read: it is no more than inside


@pytest.mark.parametrize(
    ("states", "drawn"),
    [
        ([("Q", "abattu")], "abattue"),
        ([("Q", "exonere")], "exoneree"),
        ([("Q", "abattu"), ("Q", "abattu"), ("Q", "exonere")], "abattue"),
        ([("Q", "abattu"), ("Q", "abattu"), ("Q", "a_reclamer")], "a_reclamer"),
        ([("Q", "abattu"), ("Q", "non_lu")], "a_etablir"),
        ([("Q", "sans_convention")], "a_etablir"),
        ([("P", "abattu")], "a_etablir"),
    ],
)
def test_a_mark_shows_what_notices_make_of_it(states: list[tuple[str, str]], drawn: str) -> None:
    (mark,) = marks(of_quarter(["dans"], [10]), premises(*states)).to_dict("records")
    assert mark["etat"] == drawn


def test_abated_out_of_every_quarter_is_at_risk() -> None:
    (mark,) = marks(of_quarter(["hors"], [10]), premises(("", "a_risque"))).to_dict("records")
    assert mark["etat"] == "a_risque"
    (mark,) = marks(of_quarter(["hors"], [10]), premises(("", "hors_qpv"))).to_dict("records")
    assert mark["etat"] == "hors"


def test_dwellings_that_no_file_counts_are_unknown_never_nil() -> None:
    stock = of_quarter(["dans", "dans"], [10, 12])
    doors = stock.entrances.assign(nb_logements=[10.0, float("nan")])
    (mark,) = marks(
        located_stock(2025, 2024, doors, stock.residences, pd.DataFrame()), None
    ).to_dict("records")
    assert pd.isna(mark["dessines"])


def test_a_place_known_to_the_commune_alone_is_no_place() -> None:
    stock = of_quarter(["a_verifier", "dans"], [10, 12])
    doors = stock.entrances.assign(result_type=["municipality", "housenumber"])
    found = marks(located_stock(2025, 2024, doors, stock.residences, pd.DataFrame()), None)
    assert found.set_index("statut")["situee"].to_dict() == {"a_verifier": False, "dans": True}
    assert not found["coupee"].any()
