"""The abatement of one tax year, from the premises of the notices to the sums."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from tfpb.errors import Fault, Place, Severity, fail, stop_on_faults
from tfpb.facts.quarter import quarters_of
from tfpb.model.columns import texts
from tfpb.model.money import Abatement
from tfpb.tax.abatement import abatement_doubts, tallies
from tfpb.tax.abatement.forecast import UNFORESEEN, by_year, forecast, year_by_year
from tfpb.tax.abatement.formula import ROUNDINGS, terms
from tfpb.tax.abatement.holdings import Stock, Stocks
from tfpb.tax.abatement.line_scope import (
    may_be_exempt,
    of_counts,
    of_excess,
    of_unnamed,
    of_young,
    unlined,
)
from tfpb.tax.abatement.missing_rates import Checks, stretched
from tfpb.tax.abatement.notices.bare_lines import HOMES, NONE, taken_for_bare
from tfpb.tax.abatement.notices.bare_lines import question_of as question_of_lines
from tfpb.tax.abatement.notices.file_reading import NoticeFile, Outcome
from tfpb.tax.abatement.notices.habit_choice import choose
from tfpb.tax.abatement.notices.habit_question import question_of
from tfpb.tax.abatement.notices.notice_doubts import habit_doubts, notice_doubts
from tfpb.tax.abatement.notices.relief import with_relief
from tfpb.tax.abatement.premises import (
    Premises,
    bears_homes,
    claim_limit,
    premises_of,
    settle,
    year_of,
)
from tfpb.tax.abatement.premises_facts import premises_facts
from tfpb.tax.abatement.rights import BARE, bears_no_dwelling, right_of
from tfpb.tax.abatement.sent_list import with_list
from tfpb.tax.abatement.signatures import Conventions
from tfpb.tax.ledger.calendar import calendar
from tfpb.tax.ledger.follow_up import follow_up, odd_answers, stray_claims
from tfpb.tax.ledger.leavers import beside_years, by_quarter, leavers
from tfpb.tax.ledger.owned import owned_premises
from tfpb.tax.ledger.premises_known import ADDED_COLUMNS, Ledger, locaux
from tfpb.tax.ledger.previous_notices import beside_previous
from tfpb.tax.plain_values import doubt, grouped, records

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Mapping, Sequence

    from tfpb.facts.quarter import Quarters
    from tfpb.law.values import Law, Reader
    from tfpb.model.question import Question
    from tfpb.tax.plain_values import Record


def abate(
    premises: pd.DataFrame,
    residences: pd.DataFrame,
    entrances: pd.DataFrame | None,
    conventions: pd.DataFrame | None,
    law: Law,
    *,
    year: int,
    rounding: str = "centime",
    bailleur: str = "",
    on: dt.date | None = None,
    owned: pd.DataFrame | None = None,
    as_written: Collection[str] = (),
    repeated: Container[int] = (),
    quarters: Quarters | None = None,
    replies: Mapping[str, str] | None = None,
    previous: pd.DataFrame | None = None,
    sent: pd.DataFrame | None = None,
    claimed: pd.DataFrame | None = None,
    ahead: bool = True,
    is_past: bool = False,
) -> Abatement:
    """Compute the abatement of a tax year.

    Parameters
    ----------
    premises : DataFrame
        Typed by `tables.PREMISES`, one row a premises of a notice. Rows of an earlier year stand for
        résidences, and buildings, whose rows of the year are missing (an estimate); the others are listed
        and left out.
    residences : DataFrame
        `RESIDENCE_COLUMNS`: money follows dwellings, so a premises of a résidence cut by the limit is
        abated for the share of its taxable dwellings that are in.
    entrances : DataFrame or None
        Located entrances: they give the side of a building, exemptions, demolitions, deliveries.
    conventions : DataFrame or None
        Typed by `tables.CONVENTIONS`; None when the dossier has none: every status is then
        `sans_convention`, and amounts are under reserve, whether notices bear them or not.
    rounding : str
        `centime`, or `avis` (base and lines to the euro, as on a notice).
    bailleur : str
        Whose conventions apply when a résidence does not name its bailleur.
    on : date, optional
        Day of the dossier: whether a claim is still open.
    owned : DataFrame, optional
        Typed by `tables.GMBI`: every premises owned, to find those on no notice.
    as_written, repeated
        As in `check_premises`.
    quarters : Quarters, optional
        The names of the quarters; without them, those that the stock bears.
    replies : mapping of str to str, optional
        Answers to `Abatement.questions`, by key; those supposed, by subject too. Without one, what two
        readings of the notices make otherwise is not read.
    previous : DataFrame, optional
        Last year's tax sheet, typed as `premises`: its premises are set beside this year's.
    sent : DataFrame, optional
        Typed by `tables.SENT_LIST`: the premises declared; one that it lacks is not.
    claimed : DataFrame, optional
        Typed by `tables.CLAIMS_SENT`: the claims that were sent, and their answers.
    ahead : bool
        Whether coming years are foreseen: no claim of the year's money reads them.
    is_past : bool
        Whether the year is before that of the dossier, whose conventions and map may be of later: what
        they do not tell of it is unknown.

    Returns
    -------
    Abatement
        Amounts are Decimal euros; every total is the sum of the rounded lines. `locaux` keeps the
        order of the input.

    Raises
    ------
    TfpbError
        Every fault of the premises; `loi_sans_valeur` for a year outside the law.

    References
    ----------
    CGI 1388 bis, 1388, 1641, 1657; LPF R*196-2.

    Examples
    --------
    A premises of 3 000 € of cadastral value, taxed at 40 %, whose résidence is wholly in a quarter:
    0.3 × 0.5 × 3 000 × 40 % = 180 €, and its notice asks for 600 − 180 = 420 €.

    >>> import pandas as pd
    >>> from tfpb.law.values import load
    >>> rows = {"avis": ["A1"], "id_residence": ["R1"], "annee": [2025], "vlc_eur": [3000],
    ...         "taux_commune_pct": [40], "cotisation_avis_eur": [420], "nb_logements": [1]}
    >>> stock = {"id_residence": ["R1"], "code_insee": ["59999"], "logements_dans": [1],
    ...          "code_qpv": ["QN05991I"]}
    >>> signed = {"codes_qpv": [("QN05991I",)], "date_signature_contrat": ["2024-03-28"],
    ...           "date_signature_convention": ["2024-12-12"], "date_declaration": ["2024-12-20"],
    ...           "date_fin": ["2030-12-31"]}
    >>> made = abate(*(pd.DataFrame(t) for t in (rows, stock)), None, pd.DataFrame(signed), load(),
    ...              year=2025)
    >>> made.locaux["compte_eur"].tolist()
    [Decimal('180.00')]
    """
    if rounding not in ROUNDINGS:
        raise fail("code_inconnu", got=rounding, attendu=" ou ".join(ROUNDINGS))
    reader = law.on(dt.date(year, 1, 1))
    stipulated = terms(reader, rounding)
    premises = _unsigned(premises)
    faults = abatement_doubts.check_premises(
        premises, law, as_written=as_written, repeated=repeated
    )
    stop_on_faults(faults)
    for key in abatement_doubts.UNIT_VALUES:
        reader.text(key)
    if quarters is None:
        quarters = quarters_of(stock=[t for t in (residences, entrances) if t is not None])
    stocks = Stocks(residences, entrances, quarters)
    stock = stocks.on(reader)
    held = Conventions(conventions, bailleur, texts(residences, "bailleur"), is_past=is_past)
    written, unmatched = with_list(records(premises), sent, texts(residences, "id_residence"))
    rows = taken_for_bare(written, stock)
    kept, left_out = _rows_of_year(rows, stock, reader)
    tolerance, dated = reader.decimal("tolerance_ligne_eur"), stock.dated

    def settled(of: Sequence[Premises], checks: Checks) -> tuple[list[Premises], Checks]:
        found, checked = stretched(
            list(of), checks, tolerance, lambda item: _may_be_exempt(item, reader, dated=dated)
        )
        done = [settle(i, reader, on) for i in _counts_doubted(found, stock, reader)]
        return with_relief(done, tolerance, reader, on), checked

    def read_as(of: Sequence[Record]) -> _Read:
        items = premises_of(of, stock, held, terms=stipulated, reader=reader)
        return _read_notices(items, reader, settled, replies or {})

    read = _read_of_homes(
        [written[k] for k in kept], [rows[k] for k in kept], read_as, replies or {}
    )
    items = read.items
    frame, renamed = _own_columns(premises.iloc[kept])
    missing = tallies.absent(items, stock, reader)
    coming = UNFORESEEN
    if ahead:
        coming = forecast(items, stocks, held, law, reader=reader, rounding=rounding)
    bare = partial(right_of, own_exemption=None, conventions=held, reader=reader)
    sums = tallies.by_qpv(items, stock, missing, reader)
    years, course = by_year(coming, reader)
    left = leavers(items, stocks, law, reader=reader, rounding=rounding)
    gone = by_quarter(left)
    followed = follow_up(items, claimed, reader, on)
    notices = [
        *(f for f in faults if f.severity is Severity.DOUTE and f.code not in read.moot),
        *unmatched,
        *left_out,
        *renamed,
        *abatement_doubts.doubts_of(items, stock, held, reader),
        *read.doubts,
        *odd_answers(followed),
        *stray_claims(claimed, items, reader),
    ]
    suites = dict(zip(followed.index.tolist(), followed["suite"], strict=True))
    found = None if owned is None else owned_premises(owned, items, stock, bare)
    ledger = Ledger(read.checks, followed, found)
    result = Abatement(
        year=year,
        rounding=rounding,
        locaux=locaux(frame, items, stock, ledger, reader),
        by_residence=tallies.by_residence(items, stock, reader=reader, on=on),
        by_qpv=sums,
        forecast=coming,
        notices=tuple(notices),
        by_collectivity=tallies.by_collectivity(items, stipulated),
        by_year=years,
        course=course,
        year_by_year=beside_years(year_by_year(coming, residences), left, year),
        claim_until=claim_limit(reader),
        calendar=calendar(items, stock, coming, gone, held, reader),
        leavers=gone,
        by_premises=premises_facts(items, suites),
        questions=read.questions,
    )
    if previous is not None:
        before = abate(
            previous, residences, entrances, conventions, law, year=year - 1, rounding=rounding,
            bailleur=bailleur, on=on, as_written=as_written, quarters=quarters, is_past=True,
        )  # fmt: skip
        both = beside_previous(result.locaux, before.locaux)
        result = replace(result, last_year=before, locaux=both)
    return replace(result, values=reader.used())


def _own_columns(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """Rename the columns of the file that bear the name of a result; one doubt each."""
    clash = {c: f"{c}_entree" for c in frame.columns if c in ADDED_COLUMNS}
    renamed = [doubt("colonne_renommee", Place(), old, nouveau=new) for old, new in clash.items()]
    return frame.rename(columns=clash).reset_index(drop=True), renamed


def _rows_of_year(
    rows: list[Record], stock: Stock, reader: Reader
) -> tuple[list[int], list[Fault]]:
    """Keep the rows of the year, and of what has none those of the latest year before.

    That is a résidence, or a building of the stock where the lines of a later year name the others. A
    premises of the year before that no later line names is doubted: sold, renumbered, or forgotten.
    """
    kept: set[int] = set()
    lost: set[int] = set()
    past = [k for k, row in enumerate(rows) if year_of(row) <= reader.day.year]
    kept |= {k for k in past if bears_no_dwelling(rows[k]) and year_of(rows[k]) == reader.day.year}
    past = [k for k in past if not bears_no_dwelling(rows[k])]
    for key, places in grouped(past, lambda k: rows[k].text("id_residence")).items():
        holding = stock.residence(key)
        years = sorted({year_of(rows[k]) for k in places}, reverse=True)
        mine = [k for k in places if year_of(rows[k]) == years[0]]
        for before in years[1:]:
            older = [k for k in places if year_of(rows[k]) == before]
            named = {rows[k].text("invariant") for k in mine}
            bare = unlined(holding, [rows[k] for k in mine], reader) if holding else ()
            buildings = {u.building for u in bare} - {""}
            mine += [k for k in older if rows[k].text("id_batiment") in buildings]
            if before == years[1] and "" not in named:
                lost |= {k for k in older if rows[k].text("invariant") not in {*named, ""}}
        kept |= set(mine)
    out = []
    for position, row in enumerate(rows):
        if position not in kept:
            code = "local_sans_suite" if position in lost else "ligne_autre_annee"
            here, got = row.place("annee"), str(year_of(row))
            fields = {"annee": reader.day.year, "local": row.text("invariant")}
            out.append(doubt(code, here, got, **fields))
    return sorted(kept), out


def _counts_doubted(items: Sequence[Premises], stock: Stock, reader: Reader) -> list[Premises]:
    """Doubt the rights of dwellings that may be exempt, where no notice tells more."""
    out, dated = list(items), stock.dated
    places = grouped(
        (k for k, i in enumerate(items) if bears_homes(i)), lambda k: items[k].id_residence
    )
    for key, group in places.items():
        holding = stock.residence(key)
        if holding is not None:
            mine = [items[k] for k in group]
            rights = of_counts(holding, mine, [i.right for i in mine], reader)
            rights = of_young(mine, of_unnamed(mine, rights), reader, dated=dated)
            rights = of_excess(holding, mine, rights)
            for k, right in zip(group, rights, strict=True):
                out[k] = items[k].entitled_to(right)
    return out


def _may_be_exempt(item: Premises, reader: Reader, *, dated: bool) -> bool:
    """Return whether it may be exempt for all that is known: two ends that part, none of a young building."""
    parted = item.right.motive == "exonerations_contraires"
    return parted or may_be_exempt(item, item.right, reader, dated=dated)


@dataclass(frozen=True, slots=True)
class _Read:
    """What notices show: premises settled, checks with the positions they are about, doubts, questions.

    `moot` are the codes of the doubts on values that the habit of the file answers.
    """

    items: list[Premises]
    checks: Checks
    doubts: list[Fault]
    questions: tuple[Question, ...]
    moot: frozenset[str]


def _read_notices(
    items: list[Premises],
    reader: Reader,
    settled: Callable[[Sequence[Premises], Checks], tuple[list[Premises], Checks]],
    replies: Mapping[str, str],
) -> _Read:
    """Read the notices of the year as the file keeps them, and settle the premises.

    `settled` returns the premises once their notice is read, with the checks that remain; `replies` are by
    key of question.
    """
    file = NoticeFile(items, reader.decimal("tolerance_ligne_eur"))
    choice = choose(file)
    outcome, doubts = choice.outcome, habit_doubts(file, choice)
    questions: tuple[Question, ...] = ()
    if choice.answers:
        effects = {
            code: tallies.states_of(settled(one.items, _checks_of(file, one))[0])
            for code, one in choice.answers.items()
        }
        question = question_of(file, choice, effects)
        code = replies.get(question.key) or replies.get(question.subject, "")
        answered = choice.answers.get(code)
        outcome, questions = answered or outcome, (question,)
        doubts = [] if answered else doubts
    doubts = [*doubts, *notice_doubts(file, choice, outcome)]
    premises, checks = settled(outcome.items, _checks_of(file, outcome))
    return _Read(premises, checks, doubts, questions, choice.moot)


def _read_of_homes(
    written: Sequence[Record],
    rows: Sequence[Record],
    read_as: Callable[[Sequence[Record]], _Read],
    replies: Mapping[str, str],
) -> _Read:
    """Read notices whose lines may be of no dwelling, and ask about those that do not say.

    `written` are the lines of the file; in `rows`, those that do not say are taken for lines without
    dwellings.
    """
    read = read_as(rows)
    if not any(row.text(BARE) for row in rows):
        return read
    homes = read_as(written)
    pairs = zip(read.items, homes.items, strict=True)
    if not any(b.right.share or b.right.doubt or a.states != b.states for a, b in pairs):
        return read
    found = {NONE: read, HOMES: homes}
    question = question_of_lines(rows, {c: tallies.states_of(r.items) for c, r in found.items()})
    answer = replies.get(question.key) or replies.get(question.subject, "")
    read = found.get(answer, read)
    return replace(read, questions=(*read.questions, question))


def _checks_of(file: NoticeFile, outcome: Outcome) -> Checks:
    """Return the check of each sum, with the positions of its premises."""
    pairs = zip(file.sums, outcome.readings, strict=True)
    return [(reading.check, list(one.places)) for one, reading in pairs]


def _unsigned(premises: pd.DataFrame) -> pd.DataFrame:
    """Return premises whose dégrèvements have no sign: they are written as what is given, or taken off."""
    if "degrevements_eur" not in premises:
        return premises
    given = [None if v is None else abs(v) for v in premises["degrevements_eur"]]
    return premises.assign(degrevements_eur=pd.Series(given, premises.index, dtype=object))
