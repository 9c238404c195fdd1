"""« L’abattement est-il justifié, et prouvé ? »: a line a quarter, what lacks most first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from tfpb.evidence.other_quarters import ADDED, PAGES, lacking_first, shares_of
from tfpb.facts.amount import excess
from tfpb.facts.claim import TOTAL, State
from tfpb.facts.survey_claims import answers_scope
from tfpb.model.codes import Theme
from tfpb.model.report import Answer, Drawn, Heading, Lines
from tfpb.words.documents import note_words as words
from tfpb.words.documents.report_words import MISSING
from tfpb.words.money import state_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Claim
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.report import Cell

_WIDTHS: Final = (27, 11, 12, 11, 11, 11, 9, 11, 13)
_TEXTS: Final = (0, 6)
"""Columns that are of no figure: the name, the bar."""
_OPEN: Final = (State.A_CONFIRMER, State.A_VERIFIER)
_KEY: Final = (("plein", words.PROVED), ("hachure", words.UNPROVED), ("vide", words.UNJUSTIFIED))


def justified(dossier: Dossier) -> Callable[[int], Answer]:
    """Return what makes the first answer of so many quarters at most; the others are added up in one line."""
    claims = dossier.claims
    if not claims.amount("acquis").may_exceed_nil or dossier.abatement is None:
        notes = tuple(filter(None, (words.aside(claims.within()),)))
        return lambda _: Answer(words.IS_JUSTIFIED, (_none(dossier),), notes=notes)
    names = quarter_names(dossier)
    page = _Page(dossier, names, *_asked(dossier), _verdict(dossier, names))
    codes = page.codes
    return partial(_answer, page, [_row(page, c) for c in codes[: PAGES[0]]])


@dataclass(frozen=True, slots=True)
class _Page:
    """What the answer is made of, whatever the room.

    Parameters
    ----------
    names : mapping of str to str
        Name of each quarter that the page holds, by code, what lacks most first.
    asked : (str, str)
        The question on the résidence and its wave; empty where nobody was asked of it.
    subject : str
        What it asks, where the plan does not set it above the others on the résidence: of it alone, a share
        is no content with the whole.
    """

    dossier: Dossier
    names: Mapping[str, str]
    asked: tuple[str, str]
    subject: str
    verdict: tuple[str, ...]

    @property
    def codes(self) -> list[str]:
        """Quarters, what lacks most first."""
        return list(self.names)

    @property
    def silent(self) -> frozenset[int]:
        """Columns that nothing fills: of the programme, of tenants."""
        bare = frozenset(range(3, 8)) if self.dossier.programme is None else frozenset[int]()
        return bare if self.asked[0] else bare | {8}

    def content(self, place: str, name: str = "satisfaits_qpv") -> Claim:
        """Return the share of tenants content with their résidence in a place."""
        return self.dossier.claims.get(name, answers_scope(place, *self.asked))


def _answer(page: _Page, rows: list[tuple[Cell, ...]], most: int) -> Answer:
    others = page.codes[most:]
    kept = [k for k in range(len(_WIDTHS)) if k not in page.silent]
    lines = (*rows[:most], *([_others(page, others)] if others else []))
    total = _row(page, TOTAL) if len(page.codes) > 1 else ()
    table = Lines(
        tuple(
            Heading(words.column(k, page.subject), _WIDTHS[k], numeric=k not in _TEXTS)
            for k in kept
        ),
        tuple(words.signed(tuple(row[k] for k in kept)) for row in lines),
        total=words.signed(tuple(total[k] for k in kept)) if total else (),
    )
    drawn = any(isinstance(cell, Drawn) for row in table.rows for cell in row)
    key = _KEY if drawn else ()
    sign = words.sign_note((*table.rows, table.total))
    notes = tuple(filter(None, (sign, *_notes(page, others))))
    return Answer(words.IS_JUSTIFIED, page.verdict, table, key=key, notes=notes)


def _none(dossier: Dossier) -> str:
    if dossier.abatement is None:
        return MISSING["fiscalite"][0]
    return state_words.none_acquired(dossier.claims.within(), dossier.settings.dossier.annee)


def quarter_names(dossier: Dossier) -> dict[str, str]:
    """Return the name of each quarter as the page holds it, by code, what lacks most first."""
    return words.cut_apart({c: dossier.quarters[c].shown for c in lacking_first(dossier.claims)})


def _verdict(dossier: Dossier, names: Mapping[str, str]) -> tuple[str, ...]:
    claims, held = dossier.claims, dossier.claims.within()
    if not held.amount("acquis").exceeds_nil:
        return tuple(filter(None, (_none(dossier), words.unread(held))))
    facts: dict[str, object] = {n: held.amount(n) for n in ADDED}
    facts |= {"nature": state_words.nature_words(held), "whole": words.whole(held.amount("acquis"))}
    if dossier.programme is None:
        return (words.NO_PROGRAMME.filled(facts | {"year": dossier.settings.dossier.annee}),)
    lacking = [c for c in names if claims.amount("reste_a_justifier", c).exceeds_nil]
    if lacking:
        first = lacking[0]
        facts |= {"count": len(lacking), "name": names[first]}
        facts |= {"largest": claims.amount("reste_a_justifier", first)}
        phrase = words.LEFT if len(lacking) > 1 else words.LEFT_IN_ONE
        is_whole = held.amount("reste_a_justifier").is_known  # else other quarters may lack it too
        left = (phrase if is_whole else words.LEFT_BOUNDED).filled(facts)
    else:
        rest = held.amount("reste_a_justifier")
        open_ = words.LEFT_UNKNOWN if rest.at_most is None else words.LEFT_AT_MOST
        left = (words.NOTHING_LEFT if rest.is_nil else open_).filled(facts)
    bare = words.bare(held.amount("a_prouver")) if held.amount("a_prouver").exceeds_nil else ""
    # the less is known of the sides, the more the rest seems justified: what waits stands beside
    waits = held.amount("sous_reserve")
    aside = words.RESERVED_TOO.format(amount=waits) if waits.exceeds_nil else ""
    return tuple(filter(None, (words.verdict(claims), left, bare, aside, words.unread(held))))


def _row(page: _Page, place: str) -> tuple[Cell, ...]:
    """Return the line of a quarter, or of the whole."""
    held = page.dossier.claims.within(place)
    amounts = {n: held.amount(n) for n in ADDED}
    shares = [held.amount(n) for n in ("part_prouvee", "part_justifiee")]
    name = words.TOTAL if place == TOTAL else page.names[place]
    return _cells(
        name, amounts, shares, words.content(page.content(place)) if page.asked[0] else ""
    )


def _others(page: _Page, codes: Sequence[str]) -> tuple[Cell, ...]:
    """Return the quarters that the page does not hold, in one line."""
    claims = page.dossier.claims
    amounts = {n: claims.sum(n, codes) for n in ADDED}
    shares = shares_of(claims, codes)
    span = words.span([page.content(c) for c in codes]) if page.asked[0] else ""
    return _cells(words.OTHERS.format(count=len(codes)), amounts, shares, span)


def _cells(
    name: str, amounts: Mapping[str, Amount], shares: Sequence[Amount], content: str
) -> tuple[Cell, ...]:
    whole = all(a.is_known for a in shares)
    ends = [float(a.at_least if a.at_most is None else a.at_most) for a in shares]
    return (
        name,
        words.dwellings(amounts),
        *words.balance(amounts),
        Drawn("parts", tuple(ends), is_open=not whole) if ends[1] or whole else None,
        words.shares(*shares),
        content,
    )


def _asked(dossier: Dossier) -> tuple[tuple[str, str], str]:
    """Return `_Page.asked`, and its subject."""
    survey = dossier.survey
    if survey is None:
        return ("", ""), ""
    items = survey.items[survey.items["theme"] == Theme.RESIDENCE]
    heads = items[items["tete_de_theme"].astype(bool)]
    first = (heads if len(heads) else items)[["item", "libelle"]].to_numpy(dtype=str)[:1].tolist()
    if not first:
        return ("", ""), ""
    (item, label), *_ = first
    return (item, survey.last_wave), "" if len(heads) else label


def _notes(page: _Page, others: Sequence[str]) -> Iterator[str]:
    claims, codes = page.dossier.claims, page.codes
    due = {c: claims.amount("acquis", c) for c in codes}
    settled = claims.amount("acquis").exceeds_nil
    if page.dossier.programme is not None and settled:
        yield words.WHAT_JUSTIFIES
        if any(claims.get(n, TOTAL).state in _OPEN for n in ("justifie", "prouve")):
            yield words.TO_CONFIRM
        shown = [c for c in codes if c not in others]
        lines = [{n: claims.amount(n, c) for n in ADDED} for c in shown]
        lines += [{n: claims.sum(n, others) for n in ADDED}] if others else []
        lines += [{n: claims.amount(n, TOTAL) for n in ADDED}] if len(codes) > 1 else []
        yield words.rounding_note(lines)
    over = {c: excess(claims.amount("valorise", c), due[c]) for c in codes}
    over = {c: more for c, more in over.items() if more.exceeds_nil}
    if over and settled and claims.amount("reste_a_justifier").may_exceed_nil:
        first = max(over, key=lambda c: over[c].at_least)
        facts = {"count": len(over), "name": page.names[first]}
        yield (words.SURPLUS if len(over) == 1 else words.SURPLUSES).filled(
            facts | {"more": over[first]}
        )
    left = [a for c in others if (a := claims.amount("reste_a_justifier", c)).exceeds_nil]
    if left:
        yield words.OTHERS_LACK.format(others=len(others), count=len(left), largest=left[0])
    if page.asked[0]:
        level = page.content(TOTAL, "satisfaits_hors")
        yield words.elsewhere(level, page.subject, page.asked[1])
        if any(page.content(c).state is State.MASQUE for c in codes):
            yield words.MASKED
    yield words.aside(claims.within())
