"""Fill the workbook of doubtful sides as who knows the buildings would."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from openpyxl import load_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from .world import World


def settle(folder: Path, world: World) -> int:  # noqa: C901, PLR0912 - sheets of two forms
    """Write decisions_tranchees.xlsx beside the dossier, and return how many lines were decided."""
    books = sorted([*folder.glob("pack_a_verifier.xlsx"), *folder.glob("pack_a_regler.xlsx")])
    if not books:
        return 0
    book = load_workbook(books[0])
    sides = {one.code: one.quarter for r in world.residences for one in r.entrances}
    decided = 0
    for sheet in book:
        for row in range(1, min(sheet.max_row, 12) + 1):
            heads = [str(cell.value or "").lower() for cell in sheet[row]]
            if "decision" in heads or "décision" in heads:
                break
        else:
            continue
        spot = {name: number + 1 for number, name in enumerate(heads)}
        for line in range(row + 1, sheet.max_row + 1):
            code = str(sheet.cell(line, spot.get("id_batiment", 1)).value or "")
            if code not in sides and "identifiant" in spot:
                code = str(sheet.cell(line, spot["identifiant"]).value or "").split()[-1:]
                code = code[0] if code else ""
            home = str(sheet.cell(line, spot.get("id_residence", 1)).value or "")
            if code not in sides:
                own = [
                    one.quarter for r in world.residences if r.code == home for one in r.entrances
                ]
                if len(set(own)) != 1:
                    continue
                quarter = own[0]
            else:
                quarter = sides[code]
            if "decision" in spot:
                sheet.cell(line, spot["decision"]).value = "dans" if quarter else "hors"
                if quarter and "code_qpv" in spot:
                    sheet.cell(line, spot["code_qpv"]).value = quarter
                sheet.cell(line, spot.get("piece", len(heads))).value = "plan de masse (fictif)"
            else:
                sheet.cell(line, spot["décision"]).value = "accepter"
            for name, value in (
                ("auteur", "Patrimoine"),
                ("date", dt.date(world.year + 1, 2, 3)),
            ):
                if name in spot:
                    sheet.cell(line, spot[name]).value = value
            decided += 1
    if decided:
        book.save(folder / "dossier" / "decisions_tranchees.xlsx")
    return decided
