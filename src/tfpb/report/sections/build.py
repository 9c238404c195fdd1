"""Sections, tables, charts and key figures made from what `words/sections/*.toml` declares of them.

A declaration holds the title, unit, scope (« champ »), source, notes, media (« sortie ») and columns; the
code gives the rows. A `{name}` in a text stands for a fact that the code gives. A column is
`[key, title, format, width]`; one whose key holds a `{name}` is repeated for each value given, and a
fifth element says when sheets and pages leave it out (`rempli`: no row filled, `non_nul`: no amount,
`donnees`: always; the data have it always), or that words may stand in place of its numbers (`mots`). Of
columns that are claims (`faits`), or else amounts (`bornes`), the data have the bounds and the state too.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from string import Formatter
from typing import TYPE_CHECKING, Any, Final, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict

from tfpb.facts.amount import Amount
from tfpb.facts.claim import OUTSIDE, State, state_of
from tfpb.model import report as model
from tfpb.model.columns import STAMP
from tfpb.model.report import (
    Block,
    Chart,
    ChartKind,
    Format,
    KeyFigure,
    Report,
    Section,
    Table,
    TableColumn,
    Text,
)
from tfpb.model.settings import Strict
from tfpb.words.documents.report_words import DATA_COLUMNS, MISSING, WARNING
from tfpb.words.money.abatement_words import source_file
from tfpb.words.numbers import bounded, euros, long_date, number, percent
from tfpb.words.survey.release_words import correction_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from decimal import Decimal

    from tfpb.facts.claim import Claims, Within
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.survey import Published


_ON_A_PAGE: Final = {
    ChartKind.GAPS: 14,
    ChartKind.STACKED: 9,
    ChartKind.SLOPES: 9,
    ChartKind.FUNNEL: 6,
}
"""Items of two lines each that stand on a page under a title."""
_COUNTS: Final = frozenset({"n", "rang"})

_LEAST: Final = "_bas"
_MOST: Final = "_haut"
STATE: Final = "_etat"
"""What the names of the columns end with that the data have of an amount."""
_LINE: Final = "ligne_fichier"
"""Column of the row of the user's file: filled, with the file's name, from where rows were read."""
_Kept = Literal["rempli", "non_nul", "mots", "donnees"]
_WORDED: Final = "mots"
_DATA: Final = "donnees"
_Column = tuple[str, str, str, int] | tuple[str, str, str, int, _Kept]


class _Declared(Strict):
    titre: str = ""
    unite: str = ""
    source: str = ""
    notes: tuple[str, ...] | None = None
    sortie: frozenset[Literal["classeur", "document", "annexe", "donnees"]] | None = None


class _Table(_Declared):
    cle: str = ""
    champ: str = ""
    colonnes: tuple[_Column, ...] | tuple[str, ...] = ()
    faits: dict[str, str] = {}  # noqa: RUF012 - pydantic copies it
    bornes: tuple[str, ...] = ()
    totaux: dict[str, str] = {}  # noqa: RUF012 - pydantic copies it
    imprime: str = ""
    partie_de: str = ""
    comme: str = ""
    feuille: str = ""


class _Chart(_Declared):
    genre: ChartKind
    description: str
    series: tuple[str, ...] = ()


class _Section(Strict):
    titre: str
    feuille: str = ""
    question: str = ""


class _Figure(Strict):
    libelle: str
    detail: str = ""


class _Declarations(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    chiffres: dict[str, _Figure] = {}
    sections: dict[str, _Section] = {}
    tableaux: dict[str, _Table] = {}
    graphiques: dict[str, _Chart] = {}


@lru_cache(maxsize=1)
def declarations() -> _Declarations:
    """Return all the declarations, read once from the package."""
    found: dict[str, dict[str, Any]] = {kind: {} for kind in _Declarations.model_fields}
    for file in files("tfpb.words").joinpath("sections").iterdir():
        if file.name.endswith(".toml"):
            for kind, entries in tomllib.loads(file.read_text(encoding="utf-8")).items():
                found[kind] |= entries
    return _Declarations(**found)


def corrections_of(survey: Published | None) -> tuple[str, ...]:
    """Say which waves released before are replaced, or kept: lines of a first page."""
    return () if survey is None else tuple(map(correction_line, survey.corrections))


def of_dossier(dossier: Dossier, title: str, subtitle: str, sections: Iterable[Section]) -> Report:
    """Return a report on a dossier: its head, its marks, its date."""
    head = dossier.settings.dossier
    return Report(
        title=title,
        subtitle=subtitle,
        bailleur=head.bailleur,
        year=head.annee,
        date=long_date(head.date),
        run_hash=dossier.run_hash,
        sections=tuple(sections),
        fictional=head.donnees_fictives,
        draft=bool(dossier.draft),
        corrections=corrections_of(dossier.survey),
        warning=WARNING,
        properties={"date_iso": head.date.isoformat()},
    )


def section(key: str, lead: str, blocks: Iterable[Block], *, in_document: bool = True) -> Section:
    """Return a section under its declared title and sheet."""
    declared = declarations().sections[key]
    return Section(
        key,
        declared.titre,
        lead,
        tuple(blocks),
        sheet=declared.feuille,
        in_document=in_document,
        question=declared.question,
    )


def lacking(key: str, *, subject: str) -> Section:
    """Return the section of an input that was not given: what is lacking, how to add it."""
    lead, hint = MISSING[subject]
    return section(key, lead, [Text((hint,), media=model.SHEET)])


def table(
    key: str,
    rows: pd.DataFrame,
    *,
    repeated: Sequence[Mapping[str, object]] = (),
    totals: Mapping[str, Any] | None = None,
    held: Within | None = None,
    remarks: tuple[tuple[int, str, str], ...] = (),
    notes: tuple[str, ...] | None = None,
    **facts: object,
) -> Table:
    """Return a declared table filled with rows: declared columns, in order; one that lacks is empty.

    `repeated` gives facts of each column made from one whose key has a `{name}`; `held`, claims that the
    declared totals are (`totaux`: column and name of its claim); `notes` replace the declared ones; `facts`
    fill the `{name}` of the texts, and `source` is known of rows that were read. KeyError when a fact or a
    declaration is missing.
    """
    known = declarations().tableaux
    own = known[key]
    base = known[own.comme] if own.comme else own
    if STAMP[2] in rows and any(c[0] == _LINE for c in base.colonnes):
        rows = rows.assign(**{_LINE: rows[STAMP[2]].astype("Int64")})
        facts = {"source": source_of(rows), **facts}
    if held is not None:
        totals = {c: held.amount(name) for c, name in base.totaux.items() if held.has(name)}
    named = [
        (
            TableColumn(
                name,
                title.format(**facts, **each),
                Format(fmt.format(**each)),
                width,
                worded=_WORDED in kept,
            ),
            not kept or _kept(kept[0], rows, name),
        )
        for name, each, (_, title, fmt, width, *kept) in _expanded(base.colonnes, repeated)
    ]
    columns = tuple(c for c, is_shown in named if is_shown)
    others = tuple(c for c, is_shown in named if not is_shown)
    cells = _shown(rows, others)
    amounts = {
        name for name, *_ in _expanded([(k,) for k in (*base.faits, *base.bornes)], repeated)
    }
    return Table(
        own.cle or key,
        (own.titre or base.titre).format(**facts),
        columns,
        _shown(rows, columns),
        unit=base.unite.format(**facts),
        scope=base.champ.format(**facts),
        source=base.source.format(**facts),
        notes=notes if notes is not None else base.notes or (),
        totals={
            c.key: _cell(totals[c.key], c.format) for c in columns if totals and c.key in totals
        },
        remarks=remarks,
        sheet=own.feuille,
        last_printed=_last_printed(own.imprime, named),
        data=(
            *((c, tuple(cells[c.key])) for c in others),
            *_bounds(rows, [c for c, _ in named if c.key in amounts]),
        ),
        **_media(own),
    )


def _last_printed(key: str, named: Sequence[tuple[TableColumn, bool]]) -> str:
    """Return the last column that a sheet prints: that one, or the one before where it is left out."""
    keys = [c.key for c, _ in named]
    printed = named[: keys.index(key) + 1] if key else []
    return next((c.key for c, is_shown in reversed(printed) if is_shown), "")


def claimed(
    key: str,
    rows: pd.DataFrame,
    claims: Claims,
    *,
    repeated: Sequence[Mapping[str, object]] = (),
    blank_unclaimed: bool = False,
) -> pd.DataFrame:
    """Return rows with the declared columns that are claims (`faits`: column, name of its claim), and states.

    `scope` is that of the claims of each row; `repeated` as in `table`; « valorise axe 3 » is the value of
    that axis in the scope of the row. With `blank_unclaimed`, a cell whose claim was not made is empty, in
    place of not known.
    """
    known = declarations().tableaux
    own = known[known[key].comme or key]
    columns: dict[str, pd.Series[Any]] = {}
    for column, each, (_, fact) in _expanded(own.faits.items(), repeated):
        name, _, axis = fact.format(**each).partition(" ")
        found = [
            claims.get(name, f"{scope} {axis}".rstrip())
            if (scope != OUTSIDE and not blank_unclaimed)
            or claims.has(name, f"{scope} {axis}".rstrip())
            else None  # actions are of a quarter: nobody says a thing of the others
            for scope in rows["scope"]
        ]
        amounts, states = [c and c.amount for c in found], [c and str(c.state) for c in found]
        columns[column] = pd.Series(amounts, index=rows.index, dtype=object)
        columns[column + STATE] = pd.Series(states, index=rows.index, dtype=object)
    others = rows.drop(columns=list(columns), errors="ignore")
    return pd.concat([others, pd.DataFrame(columns, rows.index)], axis=1)


def _bounds(
    rows: pd.DataFrame, columns: Iterable[TableColumn]
) -> Iterator[tuple[TableColumn, tuple[Any, ...]]]:
    """Yield the bounds of each column where its amount is not known, then its states.

    Of an amount of which nothing is known no bound is given: a nil would be read for a figure.
    """
    for c in columns:
        amounts = list(rows[c.key]) if c.key in rows else [None] * len(rows)
        ends = [_ends(v) for v in amounts]
        states = rows[c.key + STATE] if c.key + STATE in rows else [state for *_, state in ends]
        lows, highs = [low for low, *_ in ends], [high for _, high, _ in ends]
        for suffix, cells in ((_LEAST, lows), (_MOST, highs), (STATE, states)):
            fmt = Format.TEXT if suffix == STATE else c.format
            yield (
                TableColumn(c.key + suffix, f"{c.header}, {DATA_COLUMNS[suffix]}", fmt),
                tuple(cells),
            )


def _ends(value: object) -> tuple[Decimal | None, Decimal | None, str | None]:
    """Return what bounds a cell whose amount is not known, and its state; a least of nothing is no bound."""
    if not isinstance(value, Amount):
        return None, None, None
    if value.is_known:
        return None, None, str(State.CONNU)
    least = value.at_least if value.at_most is not None or value.exceeds_nil else None
    return least, value.at_most, str(state_of(value.why))


def _shown(rows: pd.DataFrame, columns: Iterable[TableColumn]) -> pd.DataFrame:
    """Return the cells of a table, in the order of its columns."""
    out = rows.reindex(columns=[c.key for c in columns]).reset_index(drop=True)
    cells = {
        c.key: pd.Series([_cell(v, c.format) for v in out[c.key]], dtype=object)
        for c in columns
        if isinstance(next((v for v in out[c.key] if v is not None), None), Amount)
    }
    return pd.DataFrame({c: cells[c] if c in cells else out[c] for c in map(str, out)})


def _cell(value: Any, fmt: Format) -> Any:
    """Return a figure as a cell holds it: an amount whose bounds are apart as it is written."""
    if not isinstance(value, Amount):
        return value
    if value.is_known:
        exact = value.exact
        return round(exact, 4) if fmt is Format.PERCENT and exact % 1 else exact
    if fmt is Format.PERCENT:
        return bounded(value, percent)
    return bounded(value, euros if fmt in {Format.EUROS, Format.CENTS} else number)


def source_of(rows: pd.DataFrame) -> str:
    """Return the name of the file that the rows of a typed frame come from."""
    read = rows[rows[STAMP[2]].notna()]
    pairs = zip(read[STAMP[0]], read[STAMP[1]], strict=True)
    return " ; ".join(source_file(str(f), str(s)) for f, s in dict.fromkeys(pairs))


def tables(
    key: str, rows: pd.DataFrame, *, repeated: Sequence[Mapping[str, object]] = (), **facts: Any
) -> list[Block]:
    """Return a declared table, then what is declared a part of it (`partie_de`), as `table` and `part`."""
    whole = table(key, rows, repeated=repeated, **facts)
    parts = (k for k, own in declarations().tableaux.items() if own.partie_de == key)
    return [whole, *(part(whole, k, repeated=repeated) for k in parts)]


def long_table(key: str, rows: pd.DataFrame, names: Iterable[str]) -> Table:
    """Return a declared table of columns under the names of the contract, for software."""
    each = [
        {"cle": name, "format": Format.INTEGER if name in _COUNTS else Format.TEXT}
        for name in names
    ]
    return table(key, rows, repeated=each)


def part(whole: Table, key: str, *, repeated: Sequence[Mapping[str, object]] = ()) -> Table:
    """Return some columns of a table, as declared: for a page, or a sheet no wider than the others."""
    own = declarations().tableaux[key]
    by_key = {c.key: c for c in whole.columns}
    keys = [name for name, _, _ in _expanded([(k, "", "", 0) for k in own.colonnes], repeated)]
    columns = tuple(by_key[k] for k in keys if k in by_key)
    return replace(
        whole,
        key=key,
        title=own.titre or whole.title,
        columns=columns,
        rows=whole.rows[[c.key for c in columns]].reset_index(drop=True),
        unit=own.unite or whole.unit,
        notes=whole.notes if own.notes is None else own.notes,
        sheet=own.feuille,
        totals={k: v for k, v in whole.totals.items() if k in keys},
        **_media(own),
    )


def charts(key: str, rows: pd.DataFrame, **facts: Any) -> list[Chart]:
    """Return a declared chart, in several where it would be higher than a page."""
    return over_pages(chart(key, rows, **facts))


def chart(
    key: str,
    rows: pd.DataFrame,
    *,
    name: str = "",
    margin: float = 0.0,
    reach: float = 0.0,
    **facts: object,
) -> Chart:
    """Return a declared chart filled with rows (columns by kind: see `tfpb.report.charts`).

    `name` stands in place of the key where one declaration serves several charts.
    """
    own = declarations().graphiques[key]
    amounts = sum(str(c).startswith("valeur") for c in rows.columns)
    return Chart(
        name or key,
        own.genre,
        own.titre.format(**facts),
        rows.reset_index(drop=True),
        own.description.format(**facts),
        unit=own.unite,
        margin=margin,
        reach=reach,
        source=own.source.format(**facts),
        notes=tuple(note.format(**facts) for note in own.notes or ()),
        series=own.series[:amounts],
        **_media(own),
    )


def figure(
    key: str, amount: Any, fmt: Format = Format.EUROS, *, value: str = "", **facts: object
) -> KeyFigure:
    """Return a declared key figure; `value` stands in place of the amount where it has words."""
    own = declarations().chiffres[key]
    held = _cell(amount, fmt)
    if isinstance(held, str):  # bounds are words: no medium holds them as a number
        value, held = value or held, None
    shown = value or (euros(held) if fmt is Format.EUROS else number(held))
    detail = own.detail.format(**facts)
    return KeyFigure(own.libelle.format(**facts), shown, detail, amount=held, format=fmt)


def counted(name: str, claims: Claims, **facts: object) -> KeyFigure:
    """Return a declared key figure of a count that is claimed, under the name of its claim."""
    total = total_of(claims, name)
    if isinstance(total, int):
        return figure(name, total, Format.INTEGER, value="", **facts)
    return figure(name, None, Format.TEXT, value=total, **facts)


def total_of(claims: Claims, name: str) -> int | str:
    """Return the total of a column of counts, as claimed; its bounds in words where they are apart."""
    value = claims.amount(name)
    return int(value.exact) if value.is_known else bounded(value, number)


def _media(own: _Declared) -> dict[str, Any]:
    """Return the declared media, none where the model's own stand."""
    return {} if own.sortie is None else {"media": own.sortie}


def _expanded(
    columns: Iterable[Any], repeated: Sequence[Mapping[str, object]]
) -> Iterator[tuple[str, Mapping[str, object], Any]]:
    """Yield key, facts and declaration of each column; one with holes, for each of the facts that fill it."""
    for column in columns:
        holes = {name for _, name, *_ in Formatter().parse(column[0]) if name}
        for each in (one for one in repeated if holes <= one.keys()) if holes else ({},):
            yield column[0].format(**each), each, column


def over_pages(chart: Chart) -> list[Chart]:
    """Cut a chart that would be higher than a page into charts of as many items each."""
    items = list(dict.fromkeys(chart.rows["libelle"]))
    count = math.ceil(len(items) / _ON_A_PAGE.get(chart.kind, len(items) or 1))
    if count < 2:  # noqa: PLR2004 - it stands on one page
        return [chart]
    size = math.ceil(len(items) / count)
    out = []
    for k in range(count):
        rows = cut(chart.rows, chart.rows["libelle"].isin(items[k * size : (k + 1) * size]))
        key = f"{chart.key}_{k + 1}" if k else chart.key
        title = f"{chart.title} ({k + 1}/{count})"
        out.append(replace(chart, key=key, title=title, rows=rows.reset_index(drop=True)))
    return out


def worded(
    rows: pd.DataFrame, **columns: Mapping[Any, str] | tuple[str, Mapping[Any, str]]
) -> pd.DataFrame:
    """Return rows with columns of codes in words: `nature=WORDS`, or `mot=("code", WORDS)` beside it.

    An empty or unknown code stays as it is.
    """
    out = {}
    for name, given in columns.items():
        code, words = given if isinstance(given, tuple) else (name, given)
        texts = [words.get(v, "" if pd.isna(v) else str(v)) for v in rows[code]]
        out[name] = pd.Series(texts, rows.index, dtype=object)
    return rows.assign(**out)


def cut(rows: pd.DataFrame, mask: pd.Series[bool]) -> pd.DataFrame:
    """Return the rows of a mask, as a frame of their own."""
    return rows.loc[mask].copy()


def number_of(value: Any) -> float:
    """Return a cell as a float, NaN when it is missing."""
    return float("nan") if value is None or pd.isna(value) else float(value)


def has(rows: pd.DataFrame, name: str) -> bool:
    """Return whether a column is there and not wholly empty."""
    if name not in rows.columns:
        return False
    return any(isinstance(v, Amount) or (pd.notna(v) and str(v) != "") for v in rows[name])


def _kept(rule: str, rows: pd.DataFrame, name: str) -> bool:
    """Return whether a column declared with that fifth element is in the table of these rows."""
    if rule in {_WORDED, _DATA}:
        return rule == _WORDED
    return has(rows, name) and (rule == "rempli" or not all(map(_is_nil, rows[name])))


def _is_nil(value: Any) -> bool:
    """Return whether a cell holds nothing, or a nil; an amount that may be something holds it."""
    return not value.may_exceed_nil if isinstance(value, Amount) else not value
