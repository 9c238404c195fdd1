"""The attack used in the tests does find what a protection without complements would betray."""

from __future__ import annotations

from test_region_secrecy import RULES, determined, prepared

from tfpb.region.secrecy.region_secrecy import reveals
from tfpb.survey.secrecy.cells import declare_cells


def test_masking_the_small_cells_alone_betrays_some() -> None:
    answers, estimates, _ = prepared(1)
    count = declare_cells(estimates).count
    frame = answers.respondents
    first = {c for c, n in count.items() if 0 < n < RULES.masking_n}
    for cell in count:
        if cell.niveau != "total":
            here = (frame["vague"] == cell.vague) & (frame[cell.niveau] == cell.territoire)
            here &= answers.answers[cell.item] >= 0
            if cell.groupe != "ensemble":
                here &= frame["qpv"] == int(cell.groupe == "qpv")
            owners = frame[here]["bailleur"].value_counts().to_numpy(dtype=float)
            if reveals(owners[:, None], RULES).any():
                first.add(cell)
    assert determined(estimates, frozenset(first))
