"""`tfpb abattement`: money, eligibility, balance by axis."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tfpb.cli.terminal.shared import CsvBrut, Feuille, Sortie, guard, print_line, show_doubts
from tfpb.words.documents import command_words as words

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from tfpb.errors import Fault, Headers
    from tfpb.io.tables.tabular import TextTable
    from tfpb.model.columns import Contract
    from tfpb.model.location import Located
    from tfpb.model.money import Abatement, Programme
    from tfpb.pipeline.steps.costing import TaxRule


class Arrondi(StrEnum):
    """The two declared roundings."""

    CENTIME = "centime"
    AVIS = "avis"


_Fiscalite = Annotated[
    Path, typer.Argument(help="Les locaux des avis de taxe foncière.", show_default=False)
]
_Residences = Annotated[
    Path, typer.Option("--residences", help="Le patrimoine situé par « tfpb localiser ».")
]
_Conventions = Annotated[
    Path | None, typer.Option("--conventions", help="Les conventions et leurs dates.")
]
_Programme = Annotated[
    Path | None, typer.Option("--programme", help="Le programme d’actions, pour le bilan.")
]
_Precedent = Annotated[
    Path | None,
    typer.Option(
        "--programme-precedent", help="Le programme de l’année d’avant, pour le mettre à côté."
    ),
]
_Annee = Annotated[
    int | None,
    typer.Option("--annee", help="Année d’imposition (par défaut celle de chaque ligne)."),
]
_Arrondi = Annotated[
    Arrondi,
    typer.Option("--arrondi", help="Au centime (estimation), ou à l’euro comme sur un avis."),
]


def abattement(  # noqa: PLR0917 - options of a command line
    fiscalite: _Fiscalite,
    residences: _Residences,
    sortie: Sortie,
    conventions: _Conventions = None,
    programme: _Programme = None,
    programme_precedent: _Precedent = None,
    annee: _Annee = None,
    arrondi: _Arrondi = Arrondi.CENTIME,
    feuille: Feuille = None,
    csv_brut: CsvBrut = False,
) -> None:
    """Calcule l’abattement de chaque local, son statut et son motif, et le solde du programme par axe.

    Un classeur (.xlsx) reçoit aussi les feuilles Résidences, Quartiers, Collectivités, Avis,
    Prévision, Sortants, Déclaration, Sources et hypothèses. Avec --programme, quatre fichiers s’ajoutent :
    …_axes, …_solde, …_bilan.xlsx (colonnes en usage) et …_ressaisie.csv. Avec
    --programme-precedent, le bilan met les deux années côte à côte.

    \b
    Exemple :
      tfpb localiser examples/valmont/patrimoine.xlsx --sortie sorties/localise.xlsx \\
        --annee 2025 --geodonnees sorties/geodonnees
      tfpb abattement examples/valmont/fiscalite_2025.xlsx \\
        --residences sorties/localise.xlsx --sortie sorties/abattement.xlsx
    """
    with guard():
        from tfpb import perimeters
        from tfpb.errors import Headers, Severity, not_yet_reported, stop_on_faults
        from tfpb.io.packs.output_files import refuse_inputs
        from tfpb.io.sources.stock_checks import Identifiers
        from tfpb.io.tables.tabular import check_format
        from tfpb.model import tables
        from tfpb.pipeline.steps.costing import TaxRule
        from tfpb.tax import check_premises, check_programme
        from tfpb.tax.abatement import holdings, located_columns

        check_format(sortie)
        read = (fiscalite, residences, conventions, programme, programme_precedent)
        refuse_inputs((sortie, *_beside(sortie)), read)
        faults: list[Fault] = []
        reader = _Files(feuille, faults)
        table, premises = reader.read(fiscalite, tables.PREMISES)
        stock_table, stock = reader.read(residences, located_columns.LOCATED)
        signed = reader.read(conventions, tables.CONVENTIONS)[1]
        actions = reader.read(programme, tables.PROGRAMME)[1]
        last = reader.read(programme_precedent, tables.PROGRAMME)[1]
        law = _law()
        homes = doors = None
        checked: list[Fault] = []
        if stock is not None and stock_table is not None:
            doors, found = holdings.entrances_of(stock, _held(stock_table, located_columns.LOCATED))
            homes = stock if doors is None else perimeters.residences(doors)
            faults += found
            if premises is not None:
                premises, found = Identifiers(stock["id_residence"]).mend(premises, "id_residence")
                faults += found
        if premises is not None:
            checked += check_premises(premises, law)
        if actions is not None:
            checked += check_programme(actions, year=annee or _latest(premises), previous=last)
        stopping = [f for f in faults if f.severity is Severity.FAUTE]
        faults += not_yet_reported(checked, stopping)
        headers = Headers(reader.headers)
        faults = list(headers.quote(faults))
        stop_on_faults(faults)
        if premises is None or homes is None or table is None:  # a reader's fault has stopped us
            raise typer.Exit(2)
        years = [annee] if annee else sorted({int(y) for y in premises["annee"]})
        stock_of = _located(homes, doors)
        with headers.quoting():
            made = [
                _abate(premises if annee else premises[premises["annee"] == year],
                       signed, stock_of(year), TaxRule(year, str(arrondi)))
                for year in years
            ]  # fmt: skip
            balance = _balance(actions, last, made[-1], stock_of(years[-1]))
        doubts = _doubts(faults, made, balance, headers)
        _write(sortie, table, made, balance, doubts, csv_brut=csv_brut)
        _tell(made, balance, doubts)


class _Files:
    """Reads tables by their contracts; faults and headers join what is known of all of them."""

    def __init__(self, sheet: str | None, faults: list[Fault]) -> None:
        self._sheet = sheet
        self._faults = faults
        self.headers: dict[tuple[str, str], dict[str, str]] = {}

    def read(
        self, path: Path | None, contract: Contract
    ) -> tuple[TextTable | None, pd.DataFrame | None]:
        """Read a file by its contract. `--feuille` counts where that sheet exists."""
        from tfpb.errors import TfpbError
        from tfpb.io.tables.asides import set_aside
        from tfpb.io.tables.tabular import read_table
        from tfpb.io.tables.typed import typed

        if path is None:
            return None, None
        names = tuple(n for c in contract.columns for n in (c.name, *c.aliases))
        try:
            table = read_table(path, sheet=_own_sheet(path, contract, self._sheet), known=names)
        except TfpbError as error:
            self._faults += error.faults
            return None, None
        table = set_aside(table, contract)
        frame, found = typed(table, contract)
        self._faults += found
        self.headers[(table.file, table.sheet)] = _headers(table, contract)
        return table, frame


def _own_sheet(path: Path, contract: Contract, sheet: str | None) -> str | None:
    """Apply `--feuille` to the premises, and to other workbooks only when they have that sheet."""
    from tfpb.io.tables.tabular import SPREADSHEETS, sheet_names
    from tfpb.text import fold

    if sheet is None or contract.name == "fiscalite":
        return sheet
    if path.suffix.lower() in SPREADSHEETS and path.is_file():
        names = {fold(n): n for n in sheet_names(path)}
        return names.get(fold(sheet))
    return None


def _held(table: TextTable, contract: Contract) -> list[str]:
    from tfpb.io.tables.headers import match_columns

    return list(match_columns(table, contract, {})[0])


def _law() -> Any:
    from tfpb.law.values import load

    return load()


def _latest(premises: pd.DataFrame | None) -> int:
    years = [] if premises is None else [int(y) for y in premises["annee"].dropna()]
    return max(years, default=2025)


def _located(homes: pd.DataFrame, doors: pd.DataFrame | None) -> Callable[[int], Located]:
    """Make, for a tax year, the located stock of tables that another command wrote."""
    import pandas as pd

    from tfpb.model.location import Located
    from tfpb.perimeters.vintages import CORRESPONDENCE_COLUMNS

    entrances = pd.DataFrame() if doors is None else doors
    return lambda year: Located(
        year, 0, entrances, homes, pd.DataFrame(columns=list(CORRESPONDENCE_COLUMNS))
    )


def _abate(
    premises: pd.DataFrame, signed: pd.DataFrame | None, located: Located, rule: TaxRule
) -> Abatement:
    """Run the stage of the abatement for one tax year."""
    from tfpb.io.sources.inputs import Inputs
    from tfpb.pipeline import keys
    from tfpb.pipeline.stages import run
    from tfpb.pipeline.wiring import Values

    frames = {"fiscalite": premises} | ({} if signed is None else {"conventions": signed})
    values = (
        Values()
        .having(keys.TAX_RULE, rule)
        .having(keys.TAXES, Inputs(frames))
        .having(keys.LOCATED, located)
    )
    made = run((keys.ABATEMENT,), values).required()[keys.ABATEMENT]
    assert made is not None  # noqa: S101 - there are premises
    return made


def _balance(
    actions: pd.DataFrame | None,
    last: pd.DataFrame | None,
    money: Abatement,
    located: Located,
) -> Programme | None:
    """Run the stage of the programme, for the last tax year."""
    from tfpb.io.sources.inputs import Inputs
    from tfpb.pipeline import keys
    from tfpb.pipeline.stages import run
    from tfpb.pipeline.steps.costing import TaxRule
    from tfpb.pipeline.wiring import Values

    given = {"programme": actions, "programme_precedent": last}
    values = (
        Values()
        .having(keys.TAX_RULE, TaxRule(money.year))
        .having(keys.INPUTS, Inputs({r: f for r, f in given.items() if f is not None}))
        .having(keys.LOCATED, located)
        .having(keys.ABATEMENT, money)
    )
    return run((keys.PROGRAMME,), values).required()[keys.PROGRAMME]


def _write(
    target: Path,
    table: TextTable,
    made: list[Abatement],
    balance: Programme | None,
    doubts: list[Fault],
    *,
    csv_brut: bool,
) -> None:
    from tfpb.io.packs.output_files import write_together
    from tfpb.io.tables.tabular import csv_bytes, table_bytes, xlsx_bytes
    from tfpb.model.tables import PREMISES
    from tfpb.report.documents.bilan_workbook import bilan_workbook
    from tfpb.tax.programme.exports import (
        abatement_sheets,
        bilan_frames,
        premises_frame,
        reentry_frame,
    )
    from tfpb.words.money.bilan_words import BILAN_TITLE

    headers = list(table.frame.columns)
    rows = premises_frame(made, headers, {h: n for n, h in _headers(table, PREMISES).items()})
    files = {}
    if target.suffix.lower() == ".xlsx":
        files[target] = xlsx_bytes({"Abattement": rows, **abatement_sheets(made, doubts)})
    else:
        files[target] = table_bytes(target, rows, raw_csv=csv_brut)
    if balance is not None:
        year = made[-1].year
        axes, left, book, entry = _beside(target)
        files[axes] = table_bytes(axes, balance.by_axis, raw_csv=csv_brut)
        files[left] = table_bytes(left, balance.balance, raw_csv=csv_brut)
        frames = bilan_frames(balance, year=year)
        files[book] = bilan_workbook(frames, title=BILAN_TITLE.format(year=year))
        files[entry] = csv_bytes(reentry_frame(balance, year=year), raw_csv=csv_brut)
    write_together(files)


def _beside(target: Path) -> tuple[Path, Path, Path, Path]:
    """Name what stands beside the output when there is a programme."""
    stem, suffix = target.stem, target.suffix
    axes, left, book, entry = (
        f"{stem}_axes{suffix}", f"{stem}_solde{suffix}", f"{stem}_bilan.xlsx", f"{stem}_ressaisie.csv",
    )  # fmt: skip
    return (
        target.with_name(axes),
        target.with_name(left),
        target.with_name(book),
        target.with_name(entry),
    )


def _headers(table: TextTable, contract: Contract) -> dict[str, str]:
    from tfpb.io.tables.headers import match_columns

    return match_columns(table, contract, {})[0]


def _doubts(
    faults: list[Fault], made: list[Abatement], balance: Programme | None, headers: Headers
) -> list[Fault]:
    """Gather the doubts of the files and of each step, each said once."""
    gathered: list[Fault] = []
    for group in (faults, *(m.notices for m in made), () if balance is None else balance.notices):
        gathered += [f for f in headers.quote(group) if f not in gathered]
    return gathered


def _tell(made: list[Abatement], balance: Programme | None, doubts: list[Fault]) -> None:
    from tfpb.words.money.abatement_words import summary
    from tfpb.words.money.programme_words import balance_lead

    for money in made:
        for line in summary(money):
            print_line(line)
    if balance is not None:
        abated = made[-1].totals["abattement_eur"]
        sums = balance.totals
        left = sums.get("rattrapage_eur")
        print_line(balance_lead(sums["valorise_eur"], abated, sums.get("solde_eur"), left))
    if doubts:
        print_line(words.DOUBTS_OF_FILES)
        show_doubts(doubts)
