"""« L’abattement est-il justifié ? »: a bar a quarter, on one scale, what lacks most first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from tfpb.evidence.other_quarters import ADDED, PAGES, lacking_first
from tfpb.facts.amount import excess, known
from tfpb.facts.claim import TOTAL, State
from tfpb.facts.surplus import surplus_of
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

_WIDTHS: Final = (27, 12, 34, 11, 11, 11, 10, 13)
_TEXTS: Final = (0, 2)
"""Columns that are of no figure: the name, the bar."""
_OF_PROGRAMME: Final = frozenset({2, 3, 4, 5, 6})
_REVIEW: Final = 4
_CONTENT: Final = 7
_OPEN: Final = (State.A_CONFIRMER, State.A_VERIFIER)
_PARTS: Final = ("prouve", "a_revoir", "a_prouver", "reste_a_justifier")
_KEY: Final[tuple[tuple[str, str], ...]] = (
    ("plein", words.WITH_PIECE), ("points", words.TO_REVIEW), ("hachure", words.WITHOUT_PIECE),
    ("vide", words.LACKING),
)  # fmt: skip


def justified(dossier: Dossier) -> Callable[[int], Answer]:
    """Return what makes the first answer of so many quarters at most; the others are added up in one line."""
    claims = dossier.claims
    if not claims.amount("acquis").may_exceed_nil or dossier.abatement is None:
        notes = tuple(filter(None, (*_surplus(dossier), words.aside(claims.within()))))
        return lambda _: Answer(words.IS_JUSTIFIED, (_none(dossier),), notes=notes)
    names = quarter_names(dossier)
    page = _Page(dossier, names, *_asked(dossier), _verdict(dossier, names))
    codes = page.codes
    return partial(_answer, page, [_row(page, c) for c in codes[: PAGES[0]]])


@dataclass(frozen=True, slots=True)
class _Page:
    """What the answer is made of, whatever the space."""

    dossier: Dossier
    names: Mapping[str, str]  # by code, of each quarter on the page, what lacks most first
    asked: tuple[str, str]  # question on the résidence and its wave; empty where there was none
    subject: str
    """Its subject, where the plan does not set it above the others on the résidence: of it alone, a share
    is no content with the whole."""
    verdict: tuple[str, ...]

    @property
    def codes(self) -> list[str]:
        """Quarters, what lacks most first."""
        return list(self.names)

    @property
    def silent(self) -> frozenset[int]:
        """Columns that nothing fills: of the programme, of pieces to review, of tenants."""
        bare = frozenset[int]() if self.reviews else frozenset({_REVIEW})
        bare |= _OF_PROGRAMME if self.dossier.programme is None else bare
        return bare if self.asked[0] and not self.mostly_hidden else bare | {_CONTENT}

    @property
    def reviews(self) -> bool:
        """Whether the date of some piece is to review."""
        return self.dossier.claims.amount("a_revoir").may_exceed_nil

    @property
    def mostly_hidden(self) -> bool:
        """Whether most quarters have no share of tenants to show: a line says it in place of a column."""
        if not self.asked[0]:
            return False
        hidden = sum(not _has_figure(self.content(c)) for c in self.codes)
        return 2 * hidden > len(self.codes)

    @property
    def longest(self) -> float:
        """The abatement that the longest bar stands for: one scale for all the quarters."""
        due = [self.dossier.claims.amount("acquis", c) for c in self.codes]
        return max((float(a.at_least if a.at_most is None else a.at_most) for a in due), default=0)

    def content(self, place: str, name: str = "satisfaits_qpv") -> Claim:
        """Return the share of tenants content with their résidence in a place."""
        return self.dossier.claims.get(name, answers_scope(place, *self.asked))


def _has_figure(level: Claim) -> bool:
    return level.value is not None and level.value.is_known


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
    bars = [cell for row in table.rows for cell in row if isinstance(cell, Drawn)]
    key = _KEY if page.reviews else tuple(one for one in _KEY if one[1] != words.TO_REVIEW)
    key = (*key, ("ouvert", words.OPEN_ABATEMENT)) if any(b.whole for b in bars) else key
    sign = words.sign_note((*table.rows, table.total))
    notes = tuple(filter(None, (sign, *_notes(page, others))))
    return Answer(words.IS_JUSTIFIED, page.verdict, table, key=key if bars else (), notes=notes)


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
    known_share = words.is_share_known(claims)
    left = words.second(left, "" if known_share else str(facts["whole"]))
    # the less is known of the sides, the more the rest seems justified: what waits stands beside
    waits = held.amount("sous_reserve")
    aside = words.RESERVED_TOO.format(amount=waits) if waits.exceeds_nil else ""
    first_words = words.verdict(claims, facts)
    return tuple(filter(None, (first_words, left, aside, words.unread(held))))


def _row(page: _Page, place: str) -> tuple[Cell, ...]:
    """Return the line of a quarter, or of the whole: the whole has no bar, for one scale to read quarters."""
    held = page.dossier.claims.within(place)
    amounts = {n: held.amount(n) for n in ADDED}
    name = words.TOTAL if place == TOTAL else page.names[place]
    bar = None if place == TOTAL else _bar(amounts, page.longest)
    return _cells(name, amounts, bar, words.content(page.content(place)) if page.asked[0] else "")


def _others(page: _Page, codes: Sequence[str]) -> tuple[Cell, ...]:
    """Return the quarters that the page does not hold, in one line."""
    claims = page.dossier.claims
    amounts = {n: claims.sum(n, codes) for n in ADDED}
    span = words.span([page.content(c) for c in codes]) if page.asked[0] else ""
    return _cells(words.OTHERS.format(count=len(codes)), amounts, None, span)


def _cells(
    name: str, amounts: Mapping[str, Amount], bar: Drawn | None, content: str
) -> tuple[Cell, ...]:
    whole, *parts = words.balance(amounts)
    return (name, whole, bar, *parts, content)


def _bar(amounts: Mapping[str, Amount], longest: float) -> Drawn | None:
    """Draw what each part comes to at least; where the abatement may be more, its frame is open."""
    due = amounts["acquis"]
    least = [float(amounts[n].at_least) for n in _PARTS]
    most = max(float(due.at_least if due.at_most is None else due.at_most), sum(least))
    if not (longest and most):
        return None
    is_open = not all(amounts[n].is_known for n in ("acquis", *_PARTS))
    scale = max(longest, most)
    return Drawn("parts", tuple(v / scale for v in least), whole=most / scale if is_open else 0.0)


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
        if any(claims.get(n, TOTAL).state in _OPEN for n in ("justifie", "prouve")):
            yield words.TO_CONFIRM
        shown = [c for c in codes if c not in others]
        lines = [{n: claims.amount(n, c) for n in ADDED} for c in shown]
        lines += [{n: claims.sum(n, others) for n in ADDED}] if others else []
        lines += [{n: claims.amount(n, TOTAL) for n in ADDED}] if len(codes) > 1 else []
        yield words.rounding_note(lines)
        yield words.SPENT.filled({n: claims.amount(n) for n in ("realise", "valorise")})
    over = {c: excess(claims.amount("valorise", c), due[c]) for c in codes}
    over = {c: more for c, more in over.items() if more.exceeds_nil}
    if over and settled and claims.amount("reste_a_justifier").may_exceed_nil:
        first = max(over, key=lambda c: over[c].at_least)
        facts = {"count": len(over), "name": page.names[first]}
        yield (words.SURPLUS if len(over) == 1 else words.SURPLUSES).filled(
            facts | {"more": over[first]}
        )
    yield from _surplus(page.dossier)
    if page.asked[0]:
        level, here = page.content(TOTAL, "satisfaits_hors"), page.content(TOTAL)
        levels = [page.content(c) for c in codes] if page.mostly_hidden else []
        yield words.elsewhere(level, page.subject, page.asked[1], here, levels)
        if any(page.content(c).state is State.MASQUE for c in codes):
            yield words.MASKED
    yield words.aside(claims.within())
    if claims.has("logements") and claims.has("entrees_situees"):
        names = ("logements_qpv", "logements", "entrees_situees", "entrees")
        yield words.PLACED.filled({n: claims.amount(n) for n in names})


def _surplus(dossier: Dossier) -> tuple[str, ...]:
    """Return the surplus of droit commun in one line, with its margin; a doubt on it suspends both."""
    year = dossier.settings.dossier.annee
    found = surplus_of(dossier.droit_commun, year)
    if found is None:
        return ()
    claim = dossier.claims.get("surcout") if dossier.claims.has("surcout") else None
    hangs = claim is not None and claim.value is not None and not claim.value.is_known
    share = None
    if found.argues(year) and not hangs:
        share = found.share_of(dossier.claims.amount("acquis"))
    amount = claim.amount if claim is not None and hangs else known(found.amount)
    open_ = claim is not None and (hangs or claim.state in _OPEN)
    return (words.droit_commun(found, amount, share, to_confirm=open_, bounded=hangs),)
