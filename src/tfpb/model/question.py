"""A question that a table asks before any result: what was seen, what each answer would change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping  # noqa: TC003 - a field's type
from dataclasses import dataclass, field, replace
from datetime import date  # noqa: TC003 - a field's type
from enum import StrEnum
from typing import Final

from tfpb.errors import Fault, Place  # noqa: TC001 - a field's type
from tfpb.model.codes import Role

NOT_KNOWN: Final = "inconnu"
"""The answer that any question takes: it keeps the bounds and opens the gate."""
NOTE_SHARE: Final = 0.001
"""Share of its claim under which a question is a note."""
BLOCKING_SHARE: Final = 0.01
"""Share of its claim above which a question without an answer stops a release."""
_KEY_LENGTH: Final = 12
_ROLES: Final = {
    "fiscalite": Role.FISCALITE, "gmbi": Role.FISCALITE, "conventions": Role.CONVENTIONS,
    "fiscalite_precedente": Role.FISCALITE, "declaration": Role.FISCALITE, "reclamations": Role.FISCALITE,
    "programme": Role.PROGRAMME, "programme_precedent": Role.PROGRAMME,
    "droit_commun": Role.PROGRAMME, "diagnostics": Role.PROGRAMME,
    "enquete": Role.ENQUETE, "plan": Role.ENQUETE, "repere": Role.ENQUETE,
}  # fmt: skip
"""Name of an input → the role in charge of it; the stock's for the others."""


class Unit(StrEnum):
    """What a figure counts: a claim, or what hangs on a question."""

    EUR = "eur"
    LOGEMENTS = "logements"
    RESIDENCES = "residences"
    ENTREES = "entrees"
    QUARTIERS = "quartiers"
    ACTIONS = "actions"
    LIGNES = "lignes"
    PART = "part"
    POINTS = "points"
    REPONSES = "reponses"
    QUESTIONS = "questions"


@dataclass(frozen=True, slots=True)
class Measure:
    """An amount of euros, dwellings or points."""

    amount: float
    unit: Unit


@dataclass(frozen=True, slots=True)
class Answer:
    """One way to answer a question, and what the figure of its unit becomes with it.

    `seen`: fields of its label beyond those of the question; they are no part of the key of the reply.
    """

    code: str
    effect: Measure
    seen: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What a table leaves open, as a value without prose."""

    code: str  # Key of `words/faults/question_words.toml`: title, sentence, label of each answer
    source: str  # name of the input (`patrimoine`, `fiscalite`, `enquete`…)
    place: Place  # file, sheet, first row and column
    rows: tuple[int, ...]  # rows concerned, as a spreadsheet numbers them
    seen: tuple[tuple[str, str], ...]  # fields of the sentence: what was seen, as written
    answers: tuple[Answer, ...]
    """Two (three where a table may be of two kinds, line by line); none is a default."""
    total: Measure  # the figure of the whole table, in the unit of the answers
    content: str  # hash of the cells that the question was read from (`content_of`)
    part: float = 0.0
    """Part of the interviews concerned: counted twice, they narrow a margin and may leave a gap alone."""
    left_unread: bool = False
    """Whether what depends on it is not read until it is answered (notices), rather than read as claims
    least."""
    must_choose: bool = False
    """Whether a release waits for one of its answers, « inconnu » being none: the direction of codes."""

    @property
    def subject(self) -> str:
        """What is asked, whatever the cells hold: an answer that fell is offered again by it."""
        place = self.place
        return _hash((self.code, self.source, place.file, place.sheet, place.name or place.column))

    @property
    def key(self) -> str:
        """The key of its answer: it changes when a cell that the question used does."""
        seen = tuple(f"{name}={value}" for name, value in self.seen)
        return _hash((self.subject, *seen, self.content))

    @property
    def spread(self) -> float:
        """How far the answers lie apart, in the unit of `total`."""
        effects = [answer.effect.amount for answer in self.answers]
        return max(effects) - min(effects)

    @property
    def share(self) -> float:
        """The spread as a share of the total; points are a share already (one point is 0.01)."""
        if self.total.unit is Unit.POINTS:
            return max(self.spread / 100, self.part)
        return self.spread / abs(self.total.amount) if self.total.amount else float("inf")

    @property
    def role(self) -> Role:
        """Who is asked: the role in charge of the file."""
        return _ROLES.get(self.source, Role.PATRIMOINE)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of its answers, in order."""
        return tuple(answer.code for answer in self.answers)

    @property
    def least_kind(self) -> str:
        """The answer that claims least: what tables show while nobody has answered."""
        return min(self.answers, key=lambda answer: answer.effect.amount).code

    @property
    def is_note(self) -> bool:
        """Whether too little hangs on it to ask; what is not read without an answer is always asked."""
        return self.share < NOTE_SHARE and not (self.left_unread or self.must_choose)

    @property
    def is_blocking(self) -> bool:
        """Whether a release waits for its answer."""
        return self.must_choose or self.share > BLOCKING_SHARE


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer that a role gave: one entry of `[reponses]`."""

    key: str  # of the question
    answer: str  # code of one of its answers, or `NOT_KNOWN`
    role: Role  # a role, never a person's name
    on: date
    piece: str = ""  # what it rests on, empty if nothing
    subject: str = ""  # of the question, so that an answer which fell is offered again


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a run, and what was replied."""

    question: Question
    reply: Reply | None = None  # given on these very cells
    fallen: Reply | None = None
    """Given on the same subject, on cells that have changed since: to be given again."""
    supposed: str = ""
    """Answer supposed in this run, to see its effect; empty in a run that is shown."""
    owner: str = ""
    """Bailleur whose dossier takes the reply, where a region lists those of several; its key remains the
    same."""
    refused: tuple[tuple[str, Fault], ...] = ()
    """Codes of the answers under which the files stop, with the first fault of each: they are not offered."""

    @property
    def offered(self) -> tuple[Answer, ...]:
        """The answers under which the files can be read."""
        stopping = {code for code, _ in self.refused}
        return tuple(one for one in self.question.answers if one.code not in stopping)

    @property
    def is_settled(self) -> bool:
        """Whether one of its answers was chosen; « inconnu » chooses none."""
        return self.reply is not None and self.reply.answer != NOT_KNOWN

    @property
    def is_open(self) -> bool:
        """Whether figures lie between the bounds of its answers."""
        return not self.is_settled and not self.question.is_note

    @property
    def is_waiting(self) -> bool:
        """Whether a release waits for a reply: « inconnu » is one, but where an answer must be chosen."""
        lacks = not self.is_settled if self.question.must_choose else self.reply is None
        return lacks and self.question.is_blocking

    @property
    def reading(self) -> str:
        """Code of the answer that tables are read under; empty where none is, and the rest is not read."""
        if self.supposed:
            return self.supposed
        if self.reply is not None and self.reply.answer in self.question.codes:
            return self.reply.answer
        return "" if self.question.left_unread else self.question.least_kind


@dataclass(frozen=True, slots=True)
class Replies:
    """What was replied, by key of the question, and what a run supposes in its place."""

    given: Mapping[str, Reply] = field(default_factory=dict)
    supposed: Mapping[str, str] = field(default_factory=dict)
    """Key of a question → code of an answer."""

    def to(self, question: Question) -> Asked:
        """Return a question with its reply."""
        supposed = self.supposed.get(question.key, "")
        return Asked(question, self.given.get(question.key), supposed=supposed)

    def beyond(self, asked: Iterable[Asked]) -> dict[str, str]:
        """Return the codes replied or supposed, by key, to other questions than those asked so far."""
        known = {one.question.key for one in asked}
        codes = {key: reply.answer for key, reply in self.given.items()} | dict(self.supposed)
        return {key: code for key, code in sorted(codes.items()) if key not in known}

    def offered_again(self, asked: Iterable[Asked]) -> tuple[Asked, ...]:
        """Return questions by what hangs on them, largest first, those that lost their reply with it."""
        every = {one.question.key: one for one in asked}
        fallen = {r.subject: r for key, r in self.given.items() if r.subject and key not in every}
        out = [
            one if one.reply else replace(one, fallen=fallen.get(one.question.subject))
            for one in every.values()
        ]
        return tuple(sorted(out, key=lambda one: (-one.question.share, one.question.key)))

    def idle(self, asked: Iterable[Asked]) -> list[Reply]:
        """Return the replies to no question that is asked, nor to one that is offered again."""
        known = {one.question.key for one in asked} | {o.fallen.key for o in asked if o.fallen}
        return [reply for key, reply in self.given.items() if key not in known]


def of_survey(asked: Iterable[Asked]) -> list[Asked]:
    """Return the questions on the deliveries of the survey that are open."""
    return [one for one in asked if one.is_open and one.question.role is Role.ENQUETE]


def is_assumed(asked: Iterable[Asked]) -> bool:
    """Whether the survey is read under a direction of its codes that nobody confirmed."""
    return any(one.question.must_choose for one in of_survey(asked))


def with_subjects(asked: Iterable[Asked], supposed: Mapping[str, str]) -> dict[str, str]:
    """Return supposed answers, those to questions left unread by their subject too.

    Another answer on a table may change the lines of notices, hence the key of their question: supposed by
    its key alone, it would stay open there, and a line on two answers would bear the bounds of one.
    """
    later = [one.question for one in asked if one.question.left_unread]
    codes = {one.question.key: one.reading for one in asked} | dict(supposed)
    subjects = {q.subject: codes[q.key] for q in later if codes[q.key]}
    return {**subjects, **supposed}


def content_of(cells: Iterable[str]) -> str:
    """Return the hash of the cells that a question was read from, in the order of the file."""
    return _hash(tuple(cells))


def _hash(parts: tuple[str, ...]) -> str:
    """Return the first hexadecimal digits of the hash of some texts, none of which runs into the next."""
    whole = "\x00".join(part.replace("\x00", "\x00\x00") for part in parts)
    return hashlib.sha256(whole.encode()).hexdigest()[:_KEY_LENGTH]
