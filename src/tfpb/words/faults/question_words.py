"""Questions of whole tables in French: what was seen, what each answer comes to, what to write."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tfpb.model.question import NOT_KNOWN, Unit
from tfpb.packaged import packaged
from tfpb.words.faults.paste_words import reply_line
from tfpb.words.faults.sentences import fault_text, place_words, rows_words
from tfpb.words.numbers import euros, number, percent, plural
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from tfpb.model.question import Asked, Measure, Question

_WORDS: Final = packaged(__name__)
_COUNTED: Final = re.compile(r"\{(\w+):")
DO_NOT_KNOW: Final = "on ne sait pas"
_NOT_READ: Final = "sans réponse : non lu"
_OTHER: Final = "une réponse qui n’est pas proposée : « {code} »"
_OFFERED: Final = "« {code} » ({label})"
_OR: Final = "{first} ou {last}"
_ALL_OF_IT: Final = "{share} de l’ensemble"
_INTERVIEWS: Final = "{share} des entretiens"
_NOTHING_WITHOUT: Final = "tout l’ensemble"
_HEADING: Final = Phrase("{count:s question/questions} sur vos fichiers, avant tout résultat :")
_WEIGHT: Final = "{number}. {title} ({where}) – en jeu : {spread}, {share}"
_EFFECTS: Final = "   {effects}."
_UNITS: Final = {Unit.LOGEMENTS: "logement", Unit.QUARTIERS: "quartier", Unit.LIGNES: "ligne"}
_NOTHING_READ: Final = "rien n’est lu"
_EFFECT: Final = "« {label} » : {effect}"
_ASSUMED: Final = "{question} Sans réponse, lu comme : {answer}."
_REFUSED: Final = "« {label} » demande d’abord de corriger le fichier : {message} ({where})"
FIGURE: Final = "{value} si « {answer} »"
CANNOT_BE_READ: Final = "les fichiers ne se lisent pas ainsi"
_NO_QUESTION: Final = "Aucune question : rien, dans les fichiers, ne laisse deux lectures."
_NOTED: Final = Phrase(
    " {count:s remarque pèse/remarques pèsent} moins de 0,1 % et ne {count:a suspend/suspendent} rien."
)
_LEAD: Final = Phrase(
    "{count:s question/questions} sur les fichiers{waiting:?, dont {waiting:n} sans réponse que la diffusion "
    "attend}. Un chiffre qui dépend d’une question sans réponse est suspendu : ses bornes sont celles des "
    "réponses possibles, et les tableaux montrent la lecture la moins favorable, ou laissent non lus les "
    "avis en cause."
)
_SETTLED: Final = "   Répondu le {on:%d/%m/%Y} ({role}) : {answer}. Clé {key}."
_AGAIN: Final = (
    "   Répondu le {on:%d/%m/%Y} ({role}) : {answer} ; les cellules ont changé depuis, la réponse est à "
    "redonner. Clé {key}."
)
_OPEN: Final = "   Sans réponse : les chiffres qui en dépendent sont suspendus. Clé {key}."
_WAITING: Final = (
    "   Sans réponse : les chiffres qui en dépendent sont suspendus, et la diffusion attend. "
    "Clé {key}."
)
_ONE_LEFT: Final = (
    "   Sans réponse : une seule se lit dans ces fichiers, et les chiffres la suivent ; "
    "confirmez-la avant de diffuser. Clé {key}."
)
_NOTES: Final = Phrase(
    "{count:s remarque/remarques} sur vos fichiers, {count:a trop légère/trop légères} pour une question "
    "(moins de 0,1 % de l’ensemble) :"
)
_NOTE: Final = "- {title} ({where}) – lu comme « {label} »."
_LEFT_OPEN: Final = {
    "marge_non_adoptee": "la marge d’équivalence n’a pas d’auteur",
    "marge_adoptee_apres": "la marge d’équivalence a été adoptée après le terrain",
    "sans_convention": "la fiscalité est là sans les conventions qui ouvrent le droit",
    "doutes_ouverts": "des entrées restent à vérifier sur la carte",
}
_ONE_TO_PASTE: Final = "   À coller sous [reponses], une seule ligne, datée :"
_TO_PASTE: Final = "   {line}   # {label}"
_DETAIL: Final = " : "
WHERE_TO_WRITE: Final = (
    "À écrire sous [reponses], en retirant le # d’une seule ligne par question :"
)
ROLES: Final[dict[str, str]] = {
    "patrimoine": "patrimoine", "fiscalite": "fiscalité", "conventions": "conventions",
    "programme": "programme", "enquete": "enquête",
}  # fmt: skip
STANDINGS: Final = {
    "attend": "sans réponse, la diffusion attend",
    "ouverte": "sans réponse",
    "inconnue": "on ne sait pas",
    "repondue": "répondu",
    "a_redonner": "réponse à redonner",
    "remarque": "remarque",
}
"""How a question stands, in the workbook and the data."""


@dataclass(frozen=True, slots=True)
class QuestionText:
    """A question in French."""

    title: str
    where: str
    sentence: str
    answers: tuple[tuple[str, str, str], ...]  # code, label and effect of each answer
    spread: str  # what depends on it, as share
    share: str


def question_title(question: Question) -> str:
    """Return the title of a question."""
    return _filled(question, "titre")


def question_text(question: Question, refused: Collection[str] = ()) -> QuestionText:
    """Return a question in French, without the answers under which the files stop.

    KeyError for a question without words: our own bug.
    """
    return QuestionText(
        question_title(question),
        where_words(question),
        _filled(question, "phrase"),
        tuple(
            (a.code, answer_words(question, a.code), _effect(question, a.effect))
            for a in question.answers
            if a.code not in refused
        ),
        measure_words(replace(question.total, amount=question.spread)),
        share_words(question),
    )


def _effect(question: Question, effect: Measure) -> str:
    """Write what an answer comes to; of notices that it leaves unread, no nil."""
    return measure_words(effect) if effect.amount or not question.left_unread else _NOTHING_READ


def _filled(question: Question, part: str) -> str:
    return _with_facts(question, _WORDS[question.code][part])


def _with_facts(question: Question, text: str, own: tuple[tuple[str, str], ...] = ()) -> str:
    """Fill a text with what was seen; a count that words agree with is a number, any other as written."""
    counted = set(_COUNTED.findall(text))
    seen = (*question.seen, *own)
    facts = {n: int(v) if n in counted and v.isdecimal() else v for n, v in seen}
    return Phrase(text).filled(facts)


def where_words(question: Question) -> str:
    """Write where a question was met: file, sheet, rows and column."""
    if len(question.rows) < 2:  # noqa: PLR2004
        return place_words(question.place)
    whole = place_words(replace(question.place, row=0, column=""))
    column = place_words(replace(question.place, file="", sheet="", row=0))
    return ", ".join(filter(None, (whole, rows_words(sorted(question.rows)), column)))


def answer_words(question: Question, code: str) -> str:
    """Return the label of an answer."""
    if code == NOT_KNOWN:
        return DO_NOT_KNOW
    if not code and question.left_unread:
        return _NOT_READ
    if code not in question.codes:
        return _OTHER.format(code=code)
    own = next(answer.seen for answer in question.answers if answer.code == code)
    return _with_facts(question, _WORDS[question.code]["reponses"][code], own)


def assumed_reading(asked: Asked) -> str:
    """Write the reading that a draft assumes of a question without answer."""
    answer = answer_words(asked.question, asked.reading)
    return _ASSUMED.format(question=question_title(asked.question), answer=answer)


def offered(question: Question) -> str:
    """List what may be answered, codes and labels."""
    codes = (*question.codes, NOT_KNOWN)
    shown = [_OFFERED.format(code=code, label=answer_words(question, code)) for code in codes]
    return _OR.format(first=", ".join(shown[:-1]), last=shown[-1])


def measure_words(measure: Measure) -> str:
    """Write a measure: « 12 345 € », « 120 logements », « 3 quartiers », « 3,5 points »."""
    if measure.unit is Unit.EUR:
        return euros(measure.amount)
    if (counted := _UNITS.get(measure.unit)) is not None:
        return plural(measure.amount, counted)
    return f"{number(measure.amount, 1)} {'points' if abs(measure.amount) >= 2 else 'point'}"  # noqa: PLR2004


def share_words(question: Question) -> str:
    """Write what a question weighs: its share of the whole table; of the survey, that of the interviews."""
    if question.total.unit is Unit.POINTS:
        return _INTERVIEWS.format(share=_percent(question.part))
    if not question.total.amount:
        return _NOTHING_WITHOUT
    return _ALL_OF_IT.format(share=_percent(question.share))


def _percent(share: float) -> str:
    return percent(share, 0 if share >= 0.1 else 1)  # noqa: PLR2004 - a small share keeps its decimal


def effects(asked: Asked) -> str:
    """Write what each answer comes to, on one line; of one that stops the files, what to mend first."""
    text = asked_text(asked)
    shown = [_EFFECT.format(label=label, effect=effect) for _, label, effect in text.answers]
    return " ; ".join((*shown, *refusals(asked)))


def asked_text(asked: Asked) -> QuestionText:
    """Return a question in French, with the answers that its files allow."""
    return question_text(asked.question, {code for code, _ in asked.refused})


def refusals(asked: Asked) -> list[str]:
    """Write each answer that is not offered, and the fault of the file that keeps it from being read."""
    return [
        _REFUSED.format(
            label=answer_words(asked.question, code),
            message=fault_text(fault).title.rstrip("."),
            where=place_words(fault.place),
        )
        for code, fault in asked.refused
    ]


def lead(asked: int, waiting: int, notes: int) -> str:
    """Write what is said above the questions of a dossier."""
    if not asked:
        return _NO_QUESTION + (_NOTED.format(count=notes) if notes else "")
    return _LEAD.format(count=asked, waiting=waiting)


def standing(asked: Asked) -> str:
    """Return the code of how a question stands, of `STANDINGS`."""
    if asked.is_settled:
        return "repondue"
    if asked.reply is not None:
        return "inconnue"
    if asked.question.is_note:
        return "remarque"
    if asked.fallen is not None:
        return "a_redonner"
    return "attend" if asked.is_waiting else "ouverte"


def question_lines(asked: Sequence[Asked]) -> list[str]:
    """Write the questions of a run for a screen, what hangs most first; notes after."""
    notes = [one for one in asked if one.question.is_note and one.reply is None]
    open_ = [one for one in asked if one not in notes]
    out = [_HEADING.format(count=len(open_))] if open_ else []
    for k, one in enumerate(open_, start=1):
        text = question_text(one.question)
        out += [
            _WEIGHT.format(
                number=k, title=text.title, where=text.where, spread=text.spread, share=text.share
            ),
            f"   {text.sentence}",
            _EFFECTS.format(effects=effects(one)),
            *(_reply_lines(one) if one.reply is None else ()),
            _state_line(one),
        ]
    if notes:
        out.append(_NOTES.format(count=len(notes)))
    for one in notes:
        text = question_text(one.question)
        label = answer_words(one.question, one.reading)
        out.append(_NOTE.format(title=text.title, where=text.where, label=label))
    return out


def _reply_lines(asked: Asked) -> list[str]:
    """Write the line of each answer, to be pasted: its code is nowhere else on the screen."""
    shown = (
        _TO_PASTE.format(line=line, label=answer_words(asked.question, code).partition(_DETAIL)[0])
        for code, line in _entries(asked, None)
    )
    return [_ONE_TO_PASTE, *shown]


def _entries(asked: Asked, on: dt.date | None) -> Iterator[tuple[str, str]]:
    """Yield the code and the entry of each answer that may be given."""
    question = asked.question
    unknown = () if question.must_choose else (NOT_KNOWN,)  # it would not open the gate
    for code in (*(answer.code for answer in asked.offered), *unknown):
        yield code, reply_line(question.key, code, question.role, on, question.subject)


def _state_line(asked: Asked) -> str:
    reply = asked.reply or asked.fallen
    if reply is None:
        open_ = _WAITING if asked.is_waiting else _OPEN
        return (_ONE_LEFT if len(asked.offered) == 1 else open_).format(key=asked.question.key)
    return (_SETTLED if asked.reply else _AGAIN).format(
        on=reply.on, role=ROLES[reply.role], key=asked.question.key,
        answer=answer_words(asked.question, reply.answer),
    )  # fmt: skip


def left_open_words(codes: Iterable[str], whose: Mapping[str, Sequence[str]] | None = None) -> str:
    """Write what a release would leave open, and of a region whose it is."""

    def names(code: str) -> str:
        found = (whose or {}).get(code)
        return f" ({', '.join(found)})" if found else ""

    return " ; ".join(f"{_LEFT_OPEN[code]}{names(code)}" for code in codes)


def of_owner(owner: str, text: str) -> str:
    """Put the bailleur whose dossier takes the reply before a text, in a list of several."""
    return f"{owner} › {text}" if owner else text


def to_paste(asked: Asked, on: dt.date | None) -> str:
    """Write what goes under `[reponses]`, and of whose dossier: a line an answer, none of them chosen."""
    question = asked.question
    lines = [f"# {of_owner(asked.owner, question_title(question))}"]
    for code, entry in _entries(asked, on):
        lines.append(f"# {entry}   # {answer_words(question, code)}")
    return "\n".join(lines)
