"""All doubts of a dossier in one workbook to fill and hand back: sheets « Adresses » and « Limites »."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from openpyxl import Workbook, load_workbook

from tfpb.archives import settle
from tfpb.review import address_sheet, limit_sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


def doubts_bytes(
    addresses: pd.DataFrame | None,
    limits: pd.DataFrame,
    pictures: Sequence[bytes | None],
    *,
    codes: Sequence[str] = (),
    base: bytes | None = None,
) -> bytes:
    """Make the workbook.

    Parameters
    ----------
    addresses : DataFrame or None
        As `tfpb.review.address_sheet.review_bytes` takes it; None leaves that sheet as it is.
    limits, pictures, codes
        As `tfpb.review.limit_sheet.review_bytes` takes them.
    base : bytes, optional
        Workbook whose other sheets are kept.

    Returns
    -------
    bytes
        xlsx without a clock. A sheet is there even if it is empty, so that it is read back alike.
    """
    book = Workbook() if base is None else load_workbook(io.BytesIO(base))
    if base is None:
        book.remove(book.worksheets[0])
    limit_sheet.add_sheet(book, limits, pictures, codes=codes)
    first = limit_sheet.SHEET
    if addresses is not None:
        address_sheet.add_sheet(book, addresses)
        first = address_sheet.SHEET if len(addresses) else first
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet.title == first
    book.active = book.sheetnames.index(first)
    buffer = io.BytesIO()
    book.save(buffer)
    return settle(buffer.getvalue())
