"""A user's file geocoded from end to end: read, decide, geocode, write, and list what to check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.addresses.file_geocoder import Resume
from tfpb.errors import Fault, Place, fail
from tfpb.io.packs.output_files import refuse_inputs, write_together
from tfpb.io.sources.address_columns import known_headers, read_addresses
from tfpb.io.sources.personal import tenant_columns
from tfpb.io.tables.tabular import check_format, read_table, table_bytes
from tfpb.model.codes import GeocodeVerdict
from tfpb.model.results import RESULT_COLUMNS
from tfpb.pipeline import keys
from tfpb.pipeline.stages import run
from tfpb.pipeline.steps.geocoding import Watch
from tfpb.pipeline.wiring import Values
from tfpb.review.address_decisions import AddressDecision, DecidedAddresses, decided
from tfpb.review.doubts import address_doubts
from tfpb.review.review_workbook import read_address_decisions, review_bytes
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from tfpb.addresses.file_geocoder import FileGeocoder
    from tfpb.io.tables.tabular import TextTable

_IDENTIFIERS: Final = ("id_residence", "id_batiment", "code_residence", "identifiant")


@dataclass(frozen=True, slots=True, eq=False)
class AddressJob:
    """A file ready to be geocoded.

    Parameters
    ----------
    table : TextTable
    addresses : DecidedAddresses
    original : DataFrame
        The same as the file says.
    read, renamed : mapping of str to str
        Columns read as what; input columns that had to change their name.
    notices : tuple of Fault
    decisions : tuple of AddressDecision
    """

    table: TextTable
    addresses: DecidedAddresses
    original: pd.DataFrame
    read: dict[str, str]
    renamed: dict[str, str]
    notices: tuple[Fault, ...]
    decisions: tuple[AddressDecision, ...]

    def resume(self, output: Path, *, depends_on: Mapping[str, str]) -> Resume:
        """Open what an earlier, cut run of the same job left beside the output."""
        return Resume.beside(output, depends_on=depends_on, addresses=self.addresses.frame)


@dataclass(frozen=True, slots=True)
class Geocoded:
    """What a job gave.

    Parameters
    ----------
    rows, errors : int
        Rows written; of which the service did not answer.
    verdicts, types : mapping of str to int
    review : str
        Name of the review file, empty when there is nothing to check.
    doubtful : int
        Rows of the review that wait for a decision.
    kept : str
        Name of a review file with decisions that was left alone.
    notices : tuple of Fault
    """

    rows: int
    errors: int
    verdicts: dict[str, int]
    types: dict[str, int]
    review: str
    doubtful: int
    kept: str
    notices: tuple[Fault, ...]


def check_output(output: Path, *, source: Path, others: Iterable[Path | None] = ()) -> None:
    """Refuse an output that could not be written, before anything is geocoded.

    Raises
    ------
    TfpbError
        `format_inconnu`, or `sortie_sur_entree` when the output would replace a file that is read.
    """
    check_format(output)
    refuse_inputs((output,), (source, *others))


def refuse_tenants(job: AddressJob) -> None:
    """Refuse to send a list of tenants to anyone, their addresses alone included.

    Raises
    ------
    TfpbError
        `adresses_de_locataires`.
    """
    frame = job.table.frame
    named = tenant_columns(frame, keep=job.read.values())
    if named:
        place = Place(job.table.file, job.table.sheet, 0, named[0])
        raise fail("adresses_de_locataires", place=place, got=", ".join(named))


def prepare_job(
    path: Path,
    *,
    sheet: str | None = None,
    renames: Mapping[str, str] | None = None,
    commune: str = "",
    decisions: Path | None = None,
) -> AddressJob:
    """Read a file and the decisions on it.

    Raises
    ------
    TfpbError
        The file, its columns or the decisions cannot be read.
    """
    known = (*known_headers(), *(renames or {}).values())
    table = read_table(path, sheet=sheet, known=known)
    found = read_addresses(table, renames=renames, commune=commune)
    made = read_address_decisions(decisions) if decisions else ()
    addresses = decided(found.addresses, made)
    taken = {fold(name): name for name in RESULT_COLUMNS}
    headers = [str(header) for header in table.frame.columns]
    renamed = {h: _free(f"{h}_entree", headers) for h in headers if h in taken.values()}
    return AddressJob(
        table,
        addresses,
        found.addresses,
        found.read,
        renamed,
        found.notices,
        made,
    )


def _free(name: str, headers: Sequence[str]) -> str:
    while name in headers:
        name += "_entree"
    return name


def run_job(
    job: AddressJob,
    geocoder: FileGeocoder,
    *,
    output: Path,
    resume: Resume | None = None,
    raw_csv: bool = False,
    decisions: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> Geocoded:
    """Geocode a job and write its output and its review.

    Parameters
    ----------
    job : AddressJob
    geocoder : FileGeocoder
    output : Path
        csv, xlsx, ods or parquet, by its extension.
    resume : Resume, optional
        Removed once the output is written.
    raw_csv : bool
    decisions : Path, optional
        The review that was read: it may be written again, decisions kept in it.
    progress : callable, optional

    Raises
    ------
    TfpbError
        A file cannot be written.
    """
    values = (
        Values()
        .having(keys.ADDRESSES, job.addresses)
        .having(keys.GEOCODER, geocoder)
        .having(keys.WATCH, Watch(resume, progress))
    )
    settled = run((keys.SETTLED,), values).required()[keys.SETTLED]
    results = settled.frame
    frame = job.table.frame.rename(columns=job.renamed)
    written = pd.concat([frame.reset_index(drop=True), results.reset_index(drop=True)], axis=1)
    if len(written) != len(job.table.frame):
        raise AssertionError(len(written))
    made = _review(job, results, output, decisions)
    write_together({output: table_bytes(output, written, raw_csv=raw_csv), **made.files})
    if made.spent is not None:
        made.spent.unlink(missing_ok=True)
    failed = int((results["result_status"] == "error").sum())
    if resume and not failed:
        resume.clean()
    return Geocoded(
        len(written),
        failed,
        _counts(results["result_verdict"]),
        _counts(results["result_type"]),
        next((path.name for path in made.files), ""),
        made.doubtful,
        made.kept,
        settled.notices,
    )


def _counts(values: pd.Series[str]) -> dict[str, int]:
    return {str(value): int(count) for value, count in values.value_counts().items()}


@dataclass(frozen=True, slots=True)
class _Review:
    """The review at its place, decisions of another that stay, one that has nothing more to ask."""

    files: dict[Path, bytes]
    kept: str
    doubtful: int
    spent: Path | None = None


def _review(
    job: AddressJob, results: pd.DataFrame, output: Path, decisions: Path | None
) -> _Review:
    """Make the review, never over decisions that were not read."""
    rows = review_rows(job, results)
    waiting = _waiting(rows, results) if len(rows) else 0
    path = output.with_name(f"{output.stem}_a_verifier.xlsx")
    kept = ""
    number = 2
    while path.is_file() and not _same(path, decisions) and _has_decisions(path):
        kept = kept or path.name
        path = output.with_name(f"{output.stem}_a_verifier.{number}.xlsx")
        number += 1
    if not len(rows):
        return _Review({}, kept, 0, None if _same(path, decisions) else path)
    data = review_bytes(rows, base=path.read_bytes() if path.is_file() else None)
    return _Review({path: data}, kept, waiting)


def _waiting(rows: pd.DataFrame, results: pd.DataFrame) -> int:
    """Count what still asks for a decision; a correction or a position that was taken needs none."""
    unsure = results.loc[rows.index, "result_verdict"] != GeocodeVerdict.ACCEPTE
    return int((unsure & (rows["decision"] == "")).sum())


def _same(path: Path, other: Path | None) -> bool:
    return other is not None and path.resolve() == other.resolve()


def _has_decisions(path: Path) -> bool:
    try:
        return bool(read_address_decisions(path))
    except Exception:  # noqa: BLE001 - whatever stands there is not ours to overwrite
        return True


def review_rows(job: AddressJob, results: pd.DataFrame) -> pd.DataFrame:
    """List the rows that are not accepted, and those already decided, with what else they may be.

    Returns
    -------
    DataFrame
        Columns of the review sheet, and `choix` (tuple of str).
    """
    headers = {fold(str(h)).replace(" ", "_"): str(h) for h in job.table.frame.columns}
    named = [headers[name] for name in _IDENTIFIERS if name in headers]
    return address_doubts(
        results,
        job.original,
        job.addresses.rows,
        lines=job.table.rows.tolist(),
        identifiers=job.table.frame[named].agg(" ".join, axis=1).tolist() if named else None,
    )
