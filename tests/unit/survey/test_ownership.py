from __future__ import annotations

import pandas as pd
import pytest

from tfpb.model.survey import Estimates
from tfpb.survey.secrecy.ownership import for_bailleur


def estimates(names: list[str]) -> Estimates:
    table = pd.DataFrame({"bailleur": names, "estimation": [0.5] * len(names)})
    return Estimates(table, table, table, pd.DataFrame({"repere": ["x"]}), pd.DataFrame())


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        (["ensemble", "HABITAT A"], ["ensemble", "Habitat A"]),
        (["ensemble", "Habitat A", "B"], ["Habitat A"]),
        (["ensemble", "Habitat A", "B", "C"], ["Habitat A"]),
        (["ensemble", "Habitat A", "B", "C", "D"], ["ensemble", "Habitat A"]),
        (["ensemble", "B", "C"], ["ensemble"]),
    ],
)
def test_no_other_bailleur_stays_and_none_can_be_subtracted(
    names: list[str], kept: list[str]
) -> None:
    found = for_bailleur(estimates(names), "Habitat A")
    assert found.comparison["bailleur"].tolist() == kept
    assert found.levels["bailleur"].tolist() == kept
    assert len(found.benchmark) == 1
