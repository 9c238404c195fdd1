"""The next wave of the survey planned over a located stock: read, plan, write."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb import perimeters
from tfpb.errors import Fault, Place, Severity, TfpbError, fail, stop_on_faults
from tfpb.facts.place import holds, holds_of_counts
from tfpb.io.packs.output_files import refuse_inputs, write_together
from tfpb.io.packs.provenance import files_hash
from tfpb.io.sources.personal import without_people
from tfpb.io.sources.toml_files import load_planification
from tfpb.io.tables.asides import set_aside
from tfpb.io.tables.headers import match_columns
from tfpb.io.tables.tabular import check_format, read_table, table_bytes
from tfpb.io.tables.typed import typed
from tfpb.model.codes import ENSEMBLE, TOTAL, Ajustement, Groupe, Nature, Publication, QpvStatut
from tfpb.model.report import Chart
from tfpb.model.results import COMPARISON_COLUMNS
from tfpb.model.survey import pick
from tfpb.report.charts.drawing import draw
from tfpb.report.documents import document_pdf, workbook
from tfpb.report.sections.survey.planification import SHOWN, answer, long_frame, planning_report
from tfpb.survey.planning.next_wave import next_wave
from tfpb.tax.abatement.holdings import LOCATED, entrances_of
from tfpb.text import fold
from tfpb.words.survey.planning_words import NO_OWNER, SIDES, last_measured, written
from tfpb.words.survey.wave_dates import in_time, order_unsure

if TYPE_CHECKING:
    from pathlib import Path

    from tfpb.model.plan import Planification

_MARK: Final = "\x1f"
"""Between the bailleur and the identifier: two bailleurs may use the same one."""


def plan(
    path: Path,
    stock: Path,
    output: Path,
    *,
    previous: Path | None = None,
    sheet: str | None = None,
    raw_csv: bool = False,
) -> tuple[list[str], list[Fault]]:
    """Plan the next wave and write its table and its page: what to say at the end, and the doubts.

    Parameters
    ----------
    path : Path
        Settings: a file of its own, or a plan of the survey.
    stock : Path
        As `tfpb localiser` writes it, or a table of located résidences.
    output : Path
        A workbook when xlsx, else the table of territories; the page stands beside, in pdf.
    previous : Path, optional
        Comparison of the last survey: its gap is assumed beside none at all.

    Raises
    ------
    TfpbError
        Faults of the files, `planification_bailleur_inconnu`, `planification_sans_comparaison`.
    """
    check_format(output)
    page = output.with_suffix(".pdf")
    refuse_inputs((output, page), (path, stock, *([previous] if previous else [])))
    last = last_gap(previous) if previous else None
    asked = load_planification(path, last.points if last else None)
    measured = (last_measured(last.vague, last.points, last.questions),) if last else ()
    homes, doubts = read_homes(stock, sheet=sheet)
    settings, found = _on_stock(asked, homes, path.name)
    wave = next_wave(homes, settings)
    report = partial(
        planning_report,
        wave,
        run_hash=files_hash([stock.read_bytes()], settings.model_dump(mode="json")),
        book=output.name,
        given=frozenset(asked.model_fields_set),
        measured=measured,
    )
    if output.suffix.lower() == ".xlsx":
        content = workbook.render(report())
    else:
        content = table_bytes(output, long_frame(wave), raw_csv=raw_csv)
    drawn = {b.key: draw(b) for b in report().sections[0].blocks if isinstance(b, Chart)}
    _, pdf = document_pdf.one_page(SHOWN, lambda rows: report(shown=rows), drawn)
    write_together({output: content, page: pdf})
    return [*answer(wave), *measured, written(output.name, page.name)], [*doubts, *found]


def read_homes(path: Path, *, sheet: str | None = None) -> tuple[pd.DataFrame, list[Fault]]:
    """Read a located stock, one row a résidence of a bailleur.

    Returns
    -------
    homes : DataFrame
        `RESIDENCE_COLUMNS` and grouping columns.
    doubts : list of Fault

    Raises
    ------
    TfpbError
        Faults of the file; `cote_absent`, `patrimoine_sans_logement`.
    """
    read = read_table(path, sheet=sheet, known=LOCATED.headers)
    table, dropped = without_people(read, known=LOCATED.headers)
    table = set_aside(table, LOCATED)
    frame, faults = typed(table, LOCATED)
    faults = [*dropped, *faults]
    held = list(match_columns(table, LOCATED, {})[0])
    doors, found = entrances_of(frame, held)
    stop_on_faults([*faults, *found])
    owners = _owners(frame)
    own = owners + _MARK + frame["id_residence"].astype(str)
    rows = (frame if doors is None else doors).assign(bailleur=owners, id_residence=own)
    counted = holds_of_counts(rows) if doors is None else holds(rows)
    if not counted["logements"].any():
        raise fail("patrimoine_sans_logement", place=Place(table.file, table.sheet), got="0")
    homes = perimeters.residences(rows, counted)
    homes["id_residence"] = homes["id_residence"].str.rpartition(_MARK)[2]
    doubts = [f for f in faults if f.severity is Severity.DOUTE]
    place = Place(table.file, table.sheet)
    if blank := int(counted["sans_compte"].sum()):
        fields = {"lignes": blank}
        doubts.append(Fault("planification_sans_compte", place, "", fields, Severity.DOUTE))
    unsure = homes[homes["cote"] == QpvStatut.A_VERIFIER]
    if len(unsure):
        fields = {"residences": len(unsure), "logements": int(unsure["nb_logements"].sum())}
        doubts.append(Fault("planification_a_verifier", place, "", fields, Severity.DOUTE))
    return homes, doubts


def _owners(frame: pd.DataFrame) -> pd.Series[str]:
    """Return the bailleur of each row, under one spelling; an empty cell takes that of its résidence."""
    spelt: dict[str, str] = {}
    names = [spelt.setdefault(fold(b), b) for b in frame["bailleur"]]
    known: dict[str, set[str]] = {}
    for home, name in zip(frame["id_residence"], names, strict=True):
        known.setdefault(home, set()).update([name] if name else [])
    lent = {home: next(iter(held)) for home, held in known.items() if len(held) == 1}
    homes = zip(frame["id_residence"], names, strict=True)
    out = [name or lent.get(home, NO_OWNER) for home, name in homes]
    return pd.Series(out, index=frame.index, dtype=object)


def _on_stock(
    asked: Planification, homes: pd.DataFrame, file: str
) -> tuple[Planification, list[Fault]]:
    """Check the settings against the stock; budgets take the names of its bailleurs.

    Raises
    ------
    TfpbError
        `planification_bailleur_inconnu`, `planification_sans_comparaison`.
    """
    known = {fold(b): b for b in homes["bailleur"]}
    place = Place(file, "", 0, "planification.entretiens_par_bailleur")
    budgets = {known.get(fold(b), b): n for b, n in asked.entretiens_par_bailleur.items()}
    fields = {"connus": ", ".join(known.values())}
    faults = [
        Fault("planification_bailleur_inconnu", place, name, fields)
        for name in budgets
        if name not in known.values()
    ]
    faults += [
        Fault("planification_sans_comparaison", Place(), SIDES[side])
        for side in (QpvStatut.DANS, QpvStatut.HORS)
        if not homes.loc[homes["cote"] == side, "nb_logements"].sum()
    ]
    if faults:
        raise TfpbError(faults)
    doubts = [
        Fault("planification_bailleur_sans_budget", place, name, {}, Severity.DOUTE)
        for name in known.values()
        if budgets and name not in budgets
    ]
    return asked.model_copy(update={"entretiens_par_bailleur": budgets}), doubts


_SHOWN: Final = [Publication.PUBLIABLE.value]
_KEYS: Final = ("vague", "niveau", "bailleur", "nature", "groupe", "ajustement", "publication")


@dataclass(frozen=True, slots=True)
class LastGap:
    """The median of the published raw gaps of the last wave, rounded to the point.

    Parameters
    ----------
    questions : int
        Those it is the median of: service items, or all of them when none is.
    """

    vague: str
    points: float
    questions: int


def last_gap(path: Path) -> LastGap:
    """Read it from a comparison: what `comparer` writes, `comparaison_detail.csv` of a pack.

    The bailleur's own rows where the file names one only, else those of the whole.

    Raises
    ------
    TfpbError
        Faults of the file; `precedent_sans_ecart`, `precedent_sans_ordre`.
    """
    table = read_table(path, known=COMPARISON_COLUMNS)
    rows, place = table.frame, Place(table.file, table.sheet)
    if not {*_KEYS, "estimation"} <= set(rows.columns):
        raise fail("precedent_sans_ecart", place=place)
    gaps = rows.assign(
        ecart=pd.to_numeric(rows["estimation"].str.replace(",", "."), errors="coerce")
    )
    gaps = pick(
        gaps, groupe=Groupe.ECART, ajustement=Ajustement.BRUT, niveau=TOTAL, publication=_SHOWN
    )
    gaps = gaps[gaps["ecart"].between(-1, 1)]
    last = gaps[gaps["vague"] == _last_wave(rows, list(gaps["vague"].unique()), place)]
    owners = set(last["bailleur"]) - {ENSEMBLE}
    last = last[last["bailleur"] == (owners.pop() if len(owners) == 1 else ENSEMBLE)]
    service = last[last["nature"] == Nature.SERVICE]
    kept = service if len(service) else last
    if kept.empty:
        raise fail("precedent_sans_ecart", place=place)
    points = float(round(100 * kept["ecart"].median())) + 0.0
    return LastGap(str(kept["vague"].iloc[0]), points, len(kept))


def _last_wave(rows: pd.DataFrame, waves: list[str], place: Place) -> str:
    """Return the last of some waves: by their names, else by the changes that the file tells."""
    ordered = in_time(waves, {})
    if len(ordered) > 1 and order_unsure(ordered, {}):
        compared = set(rows["vague"])
        ordered = [w for w in waves if not any(f"{w}-{after}" in compared for after in waves)]
        if len(ordered) != 1:
            raise fail("precedent_sans_ordre", place=place, got=", ".join(waves))
    return ordered[-1] if ordered else ""
