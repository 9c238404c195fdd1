"""A dossier as the files of its pack: documents, maps, data. Loaded only when something is to be made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.evidence.differences import DICTIONARY
from tfpb.io.packs.geopackage import geopackage_bytes
from tfpb.io.packs.pack import RUN, dumps
from tfpb.io.packs.provenance import run_record
from tfpb.io.tables.tabular import csv_bytes
from tfpb.pipeline.pack_files import data_tables, dictionary, pack_files, step_count
from tfpb.pipeline.steps.mapping import layers
from tfpb.report.documents.bilan_workbook import bilan_workbook
from tfpb.report.map_model import map_model
from tfpb.report.sections import report
from tfpb.tax.programme.exports import bilan_frames, reentry_frame
from tfpb.words.documents.report_words import FICTIONAL
from tfpb.words.money.bilan_words import BILAN_TITLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tfpb.model.assembly import Dossier
    from tfpb.model.money import Programme
    from tfpb.model.report import Report
    from tfpb.stage import Execute


def pack_of(
    dossier: Dossier,
    *,
    workers: int,
    execute: Execute,
    advance: Callable[[int], None],
    expect: Callable[[int], None],
) -> dict[str, bytes]:
    """Make every file of the pack but its archive: name inside the pack → bytes.

    Parameters
    ----------
    dossier : Dossier
    workers : int
        Printed maps drawn at once; `execute` may then be called from several threads.
    execute : Execute
        Draws charts and sheets, each a stage of its own.
    advance, expect : callable
        Told of each step done; told once, before, how many there will be.
    """
    said = report(dossier)
    dpi = dossier.settings.reglages.dpi
    model = map_model(dossier)
    expect(step_count(model))
    files = pack_files(said, model, dpi=dpi, workers=workers, execute=execute, advance=advance)
    files[DICTIONARY] = csv_bytes(dictionary(data_tables(said)))
    files |= data_files(said)
    head = dossier.settings.dossier
    files |= programme_files(dossier.programme, year=head.annee, fictional=head.donnees_fictives)
    files["donnees/residences.gpkg"] = geopackage_bytes(layers(dossier))
    files[RUN] = dumps(run_record(dossier))
    return files


def data_files(said: Report) -> dict[str, bytes]:
    """Write the tables of a report that go out as data: name inside the pack → CSV."""
    return {
        f"donnees/{table.key}.csv": csv_bytes(table.rows[[c.key for c in table.columns]])
        for table in data_tables(said)
    }


def programme_files(programme: Programme | None, *, year: int, fictional: bool) -> dict[str, bytes]:
    """Write the programme as others ask for it: the bilan in the columns in use, the list to key in.

    Returns
    -------
    dict of str to bytes
        Name inside the pack → content; empty without a programme.
    """
    if programme is None:
        return {}
    title = BILAN_TITLE.format(year=year)
    if fictional:
        title += f" ({FICTIONAL})"
    return {
        "donnees/bilan_programme.xlsx": bilan_workbook(
            bilan_frames(programme, year=year), title=title
        ),
        "donnees/ressaisie.csv": csv_bytes(reentry_frame(programme, year=year)),
    }
