"""One symbol a résidence, on the side it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from tfpb.facts.place import located_stock
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
