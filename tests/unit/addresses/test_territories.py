from __future__ import annotations

import pandas as pd

from tfpb.addresses.communes import Communes, with_territories


def test_a_commune_tells_its_territories_and_nothing_given_is_replaced() -> None:
    frame = pd.DataFrame(
        {"result_citycode": ["59350", "93010", "", "59999"], "region": ["à moi"] * 4}
    )
    found = with_territories(
        frame, ["departement", "siren_epci", "region", "agence"], Communes.load()
    )
    assert found["departement"].tolist() == ["59", "93", "", ""]
    assert found["siren_epci"].tolist()[0] == "200093201"
    assert found["siren_epci"].tolist()[2:] == ["", ""]
    assert found["region"].tolist() == ["à moi"] * 4
    assert "agence" not in found


def test_without_a_commune_nothing_is_added() -> None:
    frame = pd.DataFrame({"x": [1]})
    assert with_territories(frame, ["departement"], Communes.load()) is frame
