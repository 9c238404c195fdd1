"""The cost of masks, said from what is published."""

from __future__ import annotations

import pandas as pd

from tfpb.survey.secrecy.cost import Cost, masking_cost
from tfpb.words.documents.report_words import masked_cost


def published(*cells: tuple[str, str, str]) -> pd.DataFrame:
    names = ["niveau", "territoire", "publication"]
    rows = pd.DataFrame(list(cells), columns=names)
    return rows.assign(vague="2023", item="q1", bailleur="A", groupe="qpv", ajustement="brut", n=0)


def test_nothing_masked_costs_nothing() -> None:
    assert masking_cost(published(("total", "total", "publiable"))) == Cost(0, 0, ())


def test_the_two_territories_most_often_masked_are_named() -> None:
    table = published(
        ("total", "total", "masque"), ("agence", "A3", "masque"), ("agence", "A1", "masque"),
        ("agence", "A2", "publiable"), ("secteur", "S1", "masque"),
    )  # fmt: skip
    again = table[table["territoire"] == "S1"].assign(item="q2")
    cost = masking_cost(pd.concat([table, again]))
    assert cost == Cost(5, 1, ("A1", "A3"))  # S1 is alone in its level
    assert masked_cost(*cost) == (
        "5 cases masquées au titre du secret des réponses, dont 1 sur tout un parc ; "
        "réunir « A1 » et « A3 » en montrerait."
    )
    assert masked_cost(1, 0, ()) == (
        "1 case masquée au titre du secret des réponses, dont 0 sur tout un parc."
    )
