"""Each euro of note, report, workbook, map, letters, pages and terminal is one exact amount, rounded once."""

from __future__ import annotations

import dataclasses
import io
import random
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest
from note_text import note, of_answer, written
from report_dossier import QUARTERS, claimed, make, settled
from test_report_quarter_pages import CODE, face_of, page_of, residents

from effort import tries
from tfpb.evidence.tasks import BY_ACTION, tasks_of
from tfpb.facts.amount import Amount, excess, known, total
from tfpb.facts.claim import TOTAL, Claims, axis_scope, claim
from tfpb.model.legal.axis_table import AXES
from tfpb.model.report import Answer, Format, KeyFigures, Linked, Table, Text
from tfpb.report.cell_values import excel_format, missing
from tfpb.report.documents import workbook
from tfpb.report.documents.document_parts import grid
from tfpb.report.map_model import map_model
from tfpb.report.sections import report
from tfpb.report.sections.money.letters import letters
from tfpb.report.sections.note.who_pays import who_pays
from tfpb.report.sections.quarter_reports import residents_page
from tfpb.report.web_map.map_payload import payload
from tfpb.words.documents.note_words import MOST_NAMED
from tfpb.words.documents.quarter_page import money_lines
from tfpb.words.documents.residents_words import counted
from tfpb.words.money.abatement_words import summary
from tfpb.words.money.programme_words import balance_lead
from tfpb.words.money.state_words import cases
from tfpb.words.numbers import ROUNDED, ROUNDED_HERE, euros

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.report import Report

SEEDS = range(tries(3, 60))
MONEY = re.compile(r"([−+]?)(\d{1,3}(?:[\u202f\u00a0 ]\d{3})*|\d+)(,\d\d)?[\u202f\u00a0 ]€")
EUROS = frozenset({Format.EUROS, Format.CENTS})
PARTS = ("base", "compensation", "perte_communes", "perte_intercommunale", "reporte_contribuables")


def half_up(value: Any, *, cents: bool = False) -> Decimal:
    """Round by the rule of docs/designs/facts.md, written here apart from the code."""
    step = Decimal("0.01") if cents else Decimal(1)
    return Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP) + 0  # no −0


def cents(rng: random.Random, most: int = 90_000) -> int:
    """Draw an amount in cents: half of them on the half euro, of odd and even euros."""
    return 100 * rng.randrange(700, most) + (50 if rng.random() < 0.5 else rng.randrange(100))


def drawn(seed: int, *, certain: bool = False, step: int = 1) -> Dossier:
    """Draw the cents of each premises and action; claims and tables follow.

    Parameters
    ----------
    certain : bool
        Leave out the premises of which the side is in doubt: every amount is known.
    step : int
        Cents that each amount is a multiple of.
    """
    rng, dossier = random.Random(seed), make()  # noqa: S311 - a draw, no secret
    plan, money = dossier.programme, dossier.abatement
    money = settled(money) if money is not None and certain else money
    assert plan is not None
    assert money is not None
    facts = money.by_premises
    assert facts is not None
    facts = facts.copy()
    for row in facts.index:
        if facts.loc[row, "acquis"]:
            got = cents(rng) // step * step
            for name in (
                "acquis",
                "acquis_porte",
                "porte",
                "economie",
                "au_mieux",
                "apres_reclamation",
            ):
                facts.loc[row, name] = got
            split = sorted(rng.randrange(got) // step * step for _ in range(3))
            shares = [b - a for a, b in zip((0, *split), (*split, got), strict=True)]
            for name, part in zip(PARTS[1:], shares, strict=True):
                facts.loc[row, name] = part
            facts.loc[row, "perte"] = shares[1] + shares[2]
        elif facts.loc[row, "a_reclamer"]:
            got = cents(rng) // step * step
            for name in ("a_reclamer", "a_reclamer_sans_preuve", "apres_reclamation", "au_mieux"):
                facts.loc[row, name] = got
            for name in (*PARTS[1:], "perte"):
                facts.loc[row, name] = 0
    most = 90_000 if seed % 2 else 50_000  # more spent than what is due, or less
    values = [Decimal(cents(rng, most) // step * step) / 100 for _ in range(len(plan.actions))]
    actions = plan.actions.assign(valorise_eur=values, realise_eur=values, bailleur_eur=values)
    listed = facts[facts["a_reclamer"] > 0]
    lines = money.locaux.copy()
    lines.loc[listed.index, "suite"] = "a_envoyer"
    for column, fact in (
        ("abattement_a_reclamer_eur", "a_reclamer"),
        ("abattement_a_risque_eur", "a_risque"),
    ):
        lines[column] = pd.Series([Decimal(int(v)) / 100 for v in facts[fact]], dtype=object)
    money = dataclasses.replace(money, by_premises=facts, locaux=lines)
    return claimed(
        dataclasses.replace(
            dossier, abatement=money, programme=dataclasses.replace(plan, actions=actions)
        )
    )


def exact(value: Any, name: str = "") -> Iterator[Decimal]:
    """Yield every amount of a dossier: decimals, and floats of columns of euros."""
    if isinstance(value, Amount):
        yield from (end for end in (value.at_least, value.at_most) if end is not None)
    elif isinstance(value, Decimal):
        yield value
    elif isinstance(value, float) and name.endswith("_eur") and value == value:  # noqa: PLR0124
        yield Decimal(str(value))
    elif isinstance(value, pd.DataFrame):
        for column in value.columns:
            for cell in value[column] if str(column) != "geometry" else ():
                yield from exact(cell, str(column))
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from exact(one, str(key))
    elif isinstance(value, tuple | list):
        for one in value:
            yield from exact(one)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from exact(getattr(value, field.name), field.name)


def amounts(dossier: Dossier) -> set[Decimal]:
    """Return every exact amount that may be printed: of the field, of a task, of a surplus."""
    out = set(exact(dossier))
    for one in dossier.claims:
        out |= set(exact(one.amount))
    tasks = tasks_of(dossier)
    kinds = {t.kind.code for t in tasks}
    for kind in kinds:
        stakes = [t.stake for t in tasks if t.kind.code == kind and t.stake is not None]
        out |= {end for stake in (*stakes, total(stakes)) for end in exact(stake)}
    claims = dossier.claims
    axes = sorted((claims.amount("valorise", axis_scope(a)).exact for a in AXES), reverse=True)
    out.add(sum(axes[4:], Decimal(0)))  # « autres » of the note
    for place in (TOTAL, *QUARTERS):
        out |= set(exact(excess(claims.amount("valorise", place), claims.amount("acquis", place))))
    return out


def money_of(text: str) -> Iterator[tuple[str, Decimal, bool]]:
    """Yield each amount of a text: as written, its value, whether it has cents."""
    for match in MONEY.finditer(text):
        sign, whole, rest = match.groups()
        digits = re.sub(r"\D", "", whole) + (rest or "").replace(",", ".")
        yield match[0], Decimal(digits) * (-1 if sign == "−" else 1), bool(rest)


def blocks(made: Report) -> Iterator[Any]:
    for section in made.sections:
        yield Text((section.lead,))
        yield from section.blocks


def texts(made: Report) -> Iterator[str]:
    """Yield the sentences of a report, with its note and its key figures."""
    for block in blocks(made):
        if isinstance(block, Text):
            yield from block.paragraphs
        elif isinstance(block, Answer):
            yield from of_answer(block)
        elif isinstance(block, KeyFigures):
            yield from (f"{one.value} {one.detail}" for one in block.figures)
        elif isinstance(block, Table):
            yield from block.notes
            yield from (
                str(cell)
                for row in block.rows.itertuples()
                for cell in row
                if isinstance(cell, str)
            )


def sayings(dossier: Dossier) -> Iterator[tuple[str, str]]:
    """Yield every text of every medium, with the name of the medium."""
    made = report(dossier)
    yield from (("report", text) for text in texts(made))
    for name, letter in letters(dossier).items():
        yield from ((name, text) for text in texts(letter))
    yield "tenants", residents(dossier)
    page = page_of(dossier)
    yield from (("quarter", text) for text in strings(page))
    yield from (("quarter, back", text) for text in strings(face_of(dossier)))
    yield from (("map", text) for text in strings(payload(map_model(dossier))))
    assert dossier.abatement is not None
    yield from (
        ("terminal", text) for text in strings(summary(dossier.abatement, dossier.claims.within()))
    )
    yield from (("terminal", text) for text in strings(balance_lead(dossier.claims)))


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, tuple | list):
        for one in value:
            yield from strings(one)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from strings(getattr(value, field.name))


def _is_rough(text: str, value: Decimal, exact: Iterable[Decimal]) -> bool:
    """Return whether an amount is the end of a range, rounded outwards from one that is known."""
    end = re.search(rf"de ([\d\u202f]+) à {value:,}".replace(",", "\u202f"), text)
    if end is None:
        return False
    width = value - Decimal(end[1].replace("\u202f", ""))
    return any(0 <= value - one <= width / 5 for one in exact)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_amount_of_each_text_is_an_exact_one_rounded_once(seed: int) -> None:
    dossier = drawn(seed)
    known = amounts(dossier)
    allowed = {(half_up(v, cents=c), c) for v in known for c in (False, True)}
    allowed |= {(-value, c) for value, c in allowed}
    wrong, media = set(), set()
    for medium, text in sayings(dossier):
        for as_written, value, has_cents in money_of(text):
            media.add(medium)
            if (value, has_cents) not in allowed and not _is_rough(text, value, known):
                wrong.add((medium, as_written, text[:200]))
    assert wrong == set()
    assert media >= {"report", "a_envoyer/reclamation.docx", "a_envoyer/a_risque.docx", "tenants", "quarter",
                     "map", "terminal"}  # fmt: skip


def tables(made: Report) -> Iterator[Table]:
    return (block for block in blocks(made) if isinstance(block, Table) and len(block.rows))


def raw(cell: Any) -> Any:
    return cell.value if isinstance(cell, Linked) else cell


def printed_of(text: str) -> Decimal:
    return Decimal(re.sub(r"[\s€]", "", text).replace("−", "-").replace(",", "."))


def shown(value: float, form: str) -> Decimal:
    """Show a number as a spreadsheet does by a format: its section, its decimals, halves away from zero.

    A spreadsheet rounds the 15 figures of a number, and writes the sign that the section has.
    """
    sections = re.sub(r'\[\$-40C\]|"[^"]*"', "", form).split(";")
    part = sections[0] if value > 0 or len(sections) == 1 else sections[1 if value < 0 else -1]
    size = half_up(f"{abs(value):.15g}", cents=part.rstrip().endswith(".00"))
    assert not ("−" in part and not size), f"{value} is shown −0"
    return -size if "−" in part else size


@pytest.mark.parametrize("seed", SEEDS)
def test_each_cell_of_report_and_workbook_shows_its_exact_amount_rounded_once(seed: int) -> None:
    made = report(drawn(seed))
    count = 0
    for table in tables(made):
        for k, column in enumerate(table.columns):
            if column.format not in EUROS:
                continue
            headers = grid(table).headers
            for value, row in zip(table.rows[column.key], grid(table).rows, strict=True):
                if (
                    missing(value)
                    or isinstance(raw(value), str)
                    or len(headers) < len(table.columns)
                ):
                    continue  # a column that says the same of each row is a note
                count += 1
                assert printed_of(row[k]) == half_up(raw(value)), (table.key, column.key)
    assert count > 190
    book = openpyxl.load_workbook(io.BytesIO(workbook.render(made)))
    held = {
        name: (sheet, ref)
        for sheet in book
        for name, ref in ((t.name, t.ref) for t in sheet.tables.values())
    }
    seen = 0
    for table in tables(made):
        if (place := held.get(f"t_{table.key}")) is None:
            continue
        grid_cells = list(place[0][place[1]])[1:]
        for cells, row in zip(grid_cells, table.rows.itertuples(index=False), strict=True):
            for cell, value, column in zip(cells, row, table.columns, strict=True):
                if (
                    column.format in EUROS
                    and not missing(value)
                    and not isinstance(raw(value), str)
                ):
                    seen += 1
                    exactly = half_up(raw(value), cents=column.format is Format.CENTS)
                    assert shown(float(cell.value), cell.number_format) == exactly, (
                        table.key,
                        column.key,
                    )
    assert seen > 200


@pytest.mark.parametrize(
    "value", ["-0.3", "-0.5", "0.49", "0.5", "2.5", "-2.5", "725.495", "1234.5", "0"]
)
def test_a_workbook_shows_what_sentences_write(value: str) -> None:
    for form in (Format.EUROS, Format.CENTS):
        written = excel_format(Decimal(value), form)
        assert shown(float(value), written) == half_up(value, cents=form is Format.CENTS)
    assert printed_of(euros(Decimal(value))) == half_up(value)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_web_map_shows_claims_rounded_once(seed: int) -> None:
    """`data.js` rounds halves away from zero, of the number that it is given (tests/browser)."""
    dossier = drawn(seed)
    keys = {
        "abt": "acquis",
        "val": "valorise",
        "abl": "acquis_par_logement",
        "vll": "valorise_par_logement",
    }
    found = payload(map_model(dossier))["qpv"]
    assert len(found) == len(QUARTERS)
    for one in found:
        for key, name in keys.items():
            claim = dossier.claims.amount(name, one["code"])
            assert half_up(one[key]) == half_up(claim.exact), (key, one["code"])


def adding(table: Table, fmt: Any) -> Iterator[tuple[list[Decimal], Decimal]]:
    """Yield parts and total, as they are exactly, of each column that a medium prints in whole euros."""
    for column in table.columns:
        whole = table.totals.get(column.key)
        parts = [raw(v) for v in table.rows[column.key] if not missing(v)]
        if fmt(column.format) is not Format.EUROS or whole is None:
            continue
        if not any(isinstance(part, str) for part in (whole, *parts)):
            yield [Decimal(str(part)) for part in parts], Decimal(str(whole))


def apart(parts: Iterable[Decimal], whole: Decimal) -> bool:
    """Return whether what adds up exactly does not as printed."""
    parts = list(parts)
    adds = abs(sum(parts, Decimal(0)) - whole) < Decimal("0.01")
    return adds and sum(map(half_up, parts)) != half_up(whole)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_column_that_does_not_add_up_as_printed_says_so(seed: int) -> None:
    dossier = drawn(seed)
    made = report(dossier)
    book = openpyxl.load_workbook(io.BytesIO(workbook.render(made)))
    held = {t.name: sheet.title for sheet in book for t in sheet.tables.values()}
    told = {True: 0, False: 0}
    by_sheet = dict.fromkeys(held.values(), 0)
    every = [*tables(made), *(t for letter in letters(dossier).values() for t in tables(letter))]
    for table in every:
        sums = list(adding(table, lambda f: Format.EUROS if f is Format.CENTS else f))
        differs = any(apart(*one) for one in sums)
        told[differs] += bool(sums)
        assert (ROUNDED in grid(table).notes) == differs, table.key
        if table.key.startswith("courrier_"):
            assert table.totals, table.key  # a letter prints what its lines come to
        if f"t_{table.key}" in held:
            differs = any(apart(*one) for one in adding(table, lambda f: f))
            by_sheet[held[f"t_{table.key}"]] += differs
    for title, count in by_sheet.items():
        cells = [cell.value for row in book[title].iter_rows() for cell in row]
        leads = [one.lead for one in made.sections if one.title[:31] == title]
        last = sum(lead.endswith(ROUNDED) and lead not in cells for lead in leads)
        assert cells.count(ROUNDED) == count + last, (
            title
        )  # the rest of a lead is a cell of its own
    assert any(by_sheet.values())
    assert told[True] > 1


def differ(whole: Amount, parts: Iterable[Amount]) -> bool:
    """Return whether amounts that add up, at either bound, do not as printed."""
    parts = list(parts)
    low = apart([one.at_least for one in parts], whole.at_least)
    high = [one.at_most for one in (whole, *parts) if one.at_most is not None]
    return low or (len(high) == len(parts) + 1 and apart(high[1:], high[0]))


def sums_of_the_page(dossier: Dossier) -> Iterator[tuple[Amount, list[Amount]]]:
    """Yield what the one page adds up before its reader: lines, columns, payers, stakes of a kind."""
    claims = dossier.claims
    names = ("acquis", "prouve", "a_prouver", "reste_a_justifier")
    held = {p: [claims.amount(n, p) for n in names] for p in (*QUARTERS, TOTAL)}
    yield from ((line[0], line[1:]) for line in held.values())
    yield from ((held[TOTAL][k], [held[p][k] for p in QUARTERS]) for k in range(len(names)))
    yield from sums_of_who_pays(claims)
    kinds: dict[str, list[Amount]] = {}
    for task in tasks_of(dossier):
        if task.is_open and task.stake is not None and task.kind.of != BY_ACTION:
            kinds.setdefault(task.kind.code, []).append(task.stake)
    yield from ((total(stakes), stakes) for stakes in kinds.values() if len(stakes) <= MOST_NAMED)


def sums_of_who_pays(claims: Claims) -> Iterator[tuple[Amount, list[Amount]]]:
    """Yield what the answer on who pays adds up: payers."""
    yield claims.amount("acquis"), [claims.amount(name) for name in PARTS[1:]]


@pytest.mark.parametrize("certain", [True, False])
def test_who_pays_says_it_of_payers(*, certain: bool) -> None:
    told = set()
    for seed in range(24):
        dossier = drawn(seed, certain=certain)
        (payers,) = (differ(*one) for one in sums_of_who_pays(dossier.claims))
        assert who_pays(dossier).notes.count(ROUNDED) == payers, seed
        told.add(payers)
    assert told == {True, False}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("certain", [True, False])
def test_the_one_page_says_once_that_its_sums_are_rounded_and_only_then(
    seed: int, *, certain: bool
) -> None:
    dossier = drawn(seed, certain=certain)
    said = any(differ(*one) for one in sums_of_the_page(dossier))
    assert written(note(dossier)).count(ROUNDED_HERE) == said


@pytest.mark.parametrize("certain", [True, False])
def test_pages_of_a_quarter_and_the_terminal_say_it_of_what_they_add(*, certain: bool) -> None:
    told: dict[str, list[int]] = {"quarter": [], "tenants": [], "terminal": []}
    for seed in range(24):
        claims = drawn(seed, certain=certain).claims
        here = claims.within(CODE)
        due = here.amount("acquis")
        spent = [here.amount(n) for n in ("valorise", "reste_a_justifier")]
        paid = [here.amount(n) for n in ("compensation", "perte", "reporte_contribuables")]
        said = differ(due, spent) or differ(due, paid)
        assert (ROUNDED in money_lines(here)) == said, seed
        told["quarter"] += [seed] if said else []
        said = spent[1].exceeds_nil and differ(due, spent)
        assert (ROUNDED_HERE in counted(here, 2025, drawn=False)) == said, seed
        told["tenants"] += [seed] if said else []
        whole, balance = claims.amount("acquis"), claims.amount("solde")
        parts = [claims.amount(n) for n in ("valorise", "a_programmer")]
        said = differ(whole, parts) or differ(parts[0], [whole, balance])
        assert (ROUNDED in balance_lead(claims)) == said, seed
        told["terminal"] += [seed] if said else []
    assert all(0 < len(seeds) < 24 for seeds in told.values()), told
    assert ROUNDED in page_of(drawn(told["quarter"][0], certain=certain)).lines
    for seed in told["tenants"][:4]:
        dossier = drawn(seed, certain=certain)
        leaflet = residents_page(dossier, page_of(dossier))
        *parts, whole = (re.sub(r"\D", "", row.amount) for row in leaflet.done)
        adds_up = sum(map(int, parts)) == int(whole)
        assert bool(leaflet.done_note) == (not adds_up and "à" not in leaflet.done[-1].amount), seed


def test_the_tenants_page_says_it_of_what_came_from_the_year_before() -> None:
    for left, carried, said in (("10.50", "4.50", True), ("10.50", "4.20", False)):
        amounts = {
            "valorise": Decimal(20),
            "reste_a_justifier": Decimal(left),
            "reporte": Decimal(carried),
        }
        amounts |= {"acquis": Decimal("30.50"), "a_programmer": Decimal(left) + Decimal(carried)}
        held = Claims([claim(name, CODE, known(n)) for name, n in amounts.items()]).within(CODE)
        assert (ROUNDED_HERE in counted(held, 2025, drawn=False)) == said


def test_the_one_page_of_whole_euros_says_nothing_of_rounding() -> None:
    assert ROUNDED not in written(note(drawn(0, step=100)))


def test_the_sentence_that_adds_what_is_to_claim_says_it_too() -> None:
    said = set()
    for seed in range(30):
        held = drawn(seed).claims.within()
        parts = [held.amount(name) for name in ("acquis", "a_reclamer")]
        assert (ROUNDED in cases(held)) == differ(held.amount("apres_reclamation"), parts)
        said.add(ROUNDED in cases(held))
    assert said == {True, False}
