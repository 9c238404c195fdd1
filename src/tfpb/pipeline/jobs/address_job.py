"""A user's file geocoded from end to end: read, decide, geocode, write, and list what to check."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tfpb.errors import Fault, Place, fail
from tfpb.io.packs.output_files import write_together
from tfpb.io.sources.address_columns import AddressTable, known_headers, read_addresses
from tfpb.io.sources.personal import tenant_columns, without_people
from tfpb.io.sources.point_tables import with_answers
from tfpb.io.tables.tabular import TextTable, read_table
from tfpb.model.codes import GeocodeVerdict
from tfpb.pipeline import stages
from tfpb.pipeline.jobs.rendering import rendered
from tfpb.pipeline.stages import run
from tfpb.pipeline.steps.geocoding import Watch
from tfpb.pipeline.wiring import Values
from tfpb.review.address_decisions import AddressDecision, DecidedAddresses, decided
from tfpb.review.doubts import address_doubts
from tfpb.review.review_workbook import free_slot, read_address_decisions, review_bytes
from tfpb.text import fold
from tfpb.words.places import address_words as words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pandas as pd

    from tfpb.addresses.file_geocoder import FileGeocoder

_IDENTIFIERS: Final = ("id_residence", "id_batiment", "code_residence", "identifiant")


@dataclass(frozen=True, slots=True, eq=False)
class AddressJob:
    """A file ready to be geocoded."""

    table: TextTable  # without its columns that look like persons
    tenants: tuple[str, ...]  # those of them that make it a list of tenants
    found: AddressTable  # its addresses as the file says, and the columns they were read from
    addresses: DecidedAddresses  # the same, decisions written in
    decisions: tuple[AddressDecision, ...]


def refuse_tenants(job: AddressJob) -> None:
    """Refuse to send a list of tenants to anyone, even its addresses alone (`adresses_de_locataires`)."""
    if job.tenants:
        place = Place(job.table.file, job.table.sheet, 0, job.tenants[0])
        raise fail("adresses_de_locataires", place=place, got=", ".join(job.tenants))


def prepare_job(
    path: Path,
    *,
    sheet: str | None = None,
    renames: Mapping[str, str] | None = None,
    commune: str = "",
    decisions: Path | None = None,
) -> AddressJob:
    """Read a file and the decisions on it (a review filled in); raises what cannot be read.

    `renames`: our column → header; `commune` is the INSEE code of the rows that do not say theirs.
    """
    known = (*known_headers(), *(renames or {}).values())
    read = read_table(path, sheet=sheet, known=known)
    found = read_addresses(read, renames=renames, commune=commune)
    tenants = tuple(tenant_columns(read.frame, keep=found.read.values()))
    table, dropped = without_people(read, known=(*known, *found.read.values()))
    found = replace(found, notices=(*dropped, *found.notices))
    taken = read_address_decisions(decisions) if decisions else ()
    rows = found.addresses[["x", "y"]].to_numpy()
    placed = [read.place(i) if x and y else None for i, (x, y) in enumerate(rows)]
    addresses = decided(found.addresses, taken, () if read.of_geometry is None else placed)
    return AddressJob(table, tenants, found, addresses, taken)


def run_job(
    job: AddressJob,
    geocoder: FileGeocoder,
    *,
    output: Path,
    raw_csv: bool = False,
    progress: Callable[[int], None] | None = None,
) -> tuple[list[str], list[Fault], list[str]]:
    """Geocode a job and write its output, by its extension, and its review (raises what cannot be written).

    csv, xlsx, ods, parquet, gpkg or geojson. Returns what was found, the doubts, and what to open first.
    """
    values = (
        Values()
        .having(stages.ADDRESSES, job.addresses)
        .having(stages.GEOCODER, geocoder)
        .having(stages.WATCH, Watch(progress))
    )
    settled = run((stages.SETTLED,), values).required()[stages.SETTLED]
    results = settled.frame
    own = job.table.frame.drop(columns=list(job.table.of_geometry or ()))
    frame, renamed = with_answers(replace(job.table, frame=own), results)
    rows = review_rows(job, results)
    place = free_slot(output.with_suffix(""), limits=False, addresses=True, chosen=job.decisions)
    review = {place.path: review_bytes(rows, base=place.base)} if len(rows) else {}
    write_together({output: rendered(output, job.table, frame, results, raw_csv=raw_csv), **review})
    if not review and place.base is None and not job.decisions:
        place.path.unlink(missing_ok=True)  # an earlier run's, that has nothing more to ask
    lines = [words.read_line(job.found.read)]
    if renamed:
        lines.append(words.renamed_line(renamed))
    if job.decisions:
        used = sum(row is not None for row in job.addresses.rows)
        lines.append(words.DECISIONS.format(read=len(job.decisions), used=used))
    lines += words.summary_lines(
        output=output.name,
        verdicts=Counter(results["result_verdict"]),
        types=Counter(results["result_type"]),
        errors=int((results["result_status"] == "error").sum()),
    )
    if geocoder.service is not None:
        lines.append(words.REQUESTS.format(count=geocoder.service.sent))
    new = place.path.name if review else ""
    first = [words.KEPT.format(kept=place.kept, new=new)] if place.kept else []
    # a correction or a position that was taken needs no decision any more
    unsure = results.loc[rows.index, "result_verdict"] != GeocodeVerdict.ACCEPTE
    waiting = int((unsure & (rows["decision"] == "")).sum())
    first.append(words.review_line(file=new, rows=waiting))
    return lines, [*job.found.notices, *settled.notices], first


def review_rows(job: AddressJob, results: pd.DataFrame) -> pd.DataFrame:
    """List the rows that are not accepted, and those already decided, with what else they may be.

    `results` are `RESULT_COLUMNS`, one row a row of the table; columns are those of the review sheet, and
    `choix` (tuple of str).
    """
    headers = {fold(str(h)).replace(" ", "_"): str(h) for h in job.table.frame.columns}
    named = [headers[name] for name in _IDENTIFIERS if name in headers]
    return address_doubts(
        results,
        job.found.addresses,
        job.addresses.rows,
        lines=job.table.rows.tolist(),
        identifiers=job.table.frame[named].agg(" ".join, axis=1).tolist() if named else None,
    )
