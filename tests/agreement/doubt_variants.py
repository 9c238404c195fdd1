"""Answers to the doubts of the example: which side of the limit an entrance stands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from input_edits import unsurveyed
from openpyxl import load_workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from input_edits import Inputs

DECISIONS: Final = "decisions.xlsx"


@dataclass(frozen=True)
class Doubt:
    """An entrance that is not sure to be in a quarter, and whether its notice bears the abatement."""

    residence: str
    building: str
    code_qpv: str
    logements: int
    carried: bool = False

    def __str__(self) -> str:
        return self.building


DOUBTS: Final = (
    Doubt("02146", "02146-A", "QN05992M", 16, carried=True),
    Doubt("01554", "01554-C", "QN05991I", 47),
    Doubt("02220", "02220-A", "QN05992M", 29),
)


def answered(doubt: Doubt, answer: str) -> Callable[[Inputs], None]:
    """Return the edit that answers a doubt in the sheet of decisions, signed and dated."""

    def edit(inputs: Inputs) -> None:
        unsurveyed(inputs)
        path = inputs.folder / DECISIONS
        book = load_workbook(path)
        sheet = book.worksheets[0]
        top = next(
            r for r in range(1, sheet.max_row + 1) if sheet.cell(r, 2).value == "id_batiment"
        )
        places = {str(c.value): int(c.column) for c in sheet[top]}
        rows = range(top + 1, sheet.max_row + 2)
        row = next(r for r in rows if sheet.cell(r, 2).value in (doubt.building, None))
        filled = {
            "id_residence": doubt.residence, "id_batiment": doubt.building, "decision": answer,
            "code_qpv": doubt.code_qpv, "auteur": "Service du patrimoine (fictif)",
            "date": "2026-02-03", "piece": "plan de masse (fictif)",
        }  # fmt: skip
        for title, value in filled.items():
            sheet.cell(row, places[title]).value = value
        book.save(path)

    return edit
