"""`[reponses]`: what was replied to the questions of files, read and written in one place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tfpb.errors import Fault, Place, Severity
from tfpb.model.question import NOT_KNOWN, Replies, Reply
from tfpb.words.faults.question_words import answer_words, offered, question_title
from tfpb.words.numbers import long_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from tfpb.errors import Headers
    from tfpb.io.sources.settings_edit import Keys
    from tfpb.model.question import Asked, Question

TABLE: Final = "reponses"


def read_replies(path: Path | None) -> Replies:
    """Read the table `[reponses]` of a file, if any; the rest, were it a whole `dossier.toml`, is ignored.

    Raises as `read_toml`; every fault of the table at once, each with its key.
    """
    if path is None:
        return Replies()
    from tfpb.io.sources.toml_files import validated  # noqa: PLC0415 - the contracts of every setting
    from tfpb.model.settings import ReplyFile, replies_of  # noqa: PLC0415

    return replies_of(validated(ReplyFile, path).reponses)


def reply_changes(reply: Reply, *, instead: str = "") -> list[tuple[Keys, Any]]:
    """Return the keys of the settings that contain a reply.

    `instead`: key of the reply that fell and that this one replaces.
    """
    written = {"reponse": reply.answer, "par": str(reply.role), "le": reply.on}
    more = {"piece": reply.piece, "sujet": reply.subject}
    entry = written | {name: text for name, text in more.items() if text}
    fell: list[tuple[Keys, Any]] = [((TABLE, instead), None)] if instead else []
    return [*fell, ((TABLE, reply.key), entry)]


def asked_later(
    asked: Iterable[Asked],
    replies: Replies,
    questions: Iterable[Question],
    headers: Headers,
    file: str,
) -> tuple[tuple[Asked, ...], list[Fault]]:
    """Add to the questions of files those of a stage, and list what is wrong with the replies left to it.

    The replies of `asked` were checked; `headers`, the user's own, place the questions of the stage; `file`
    is where the replies are written.
    """
    placed = [replace(q, place=headers.quoted(q.place)) for q in questions]
    later = {question.key: replies.to(question) for question in placed}
    every = replies.offered_again((*asked, *later.values()))
    mine = [one for one in every if one.question.key in later]
    return every, [*_unknown(mine, file), *_fallen(mine, file), *_idle(replies.idle(every), file)]


def reply_faults(
    replies: Replies, asked: Sequence[Asked], file: str, *, more: bool = False
) -> list[Fault]:
    """List what is wrong with replies: an answer that its question lacks stops; one that fell is doubted.

    `asked` is every question of the run, as `Replies.offered_again` gives them. When a stage may ask
    `more`, replies without question are left to `asked_later`.
    """
    idle = [] if more else replies.idle(asked)
    return [*_unknown(asked, file), *_fallen(asked, file), *_idle(idle, file)]


def _unknown(asked: Iterable[Asked], file: str) -> Iterable[Fault]:
    for one in asked:
        reply, codes = one.reply, (*one.question.codes, NOT_KNOWN)
        if reply is not None and reply.answer not in codes:
            place = Place(file, "", 0, f"{TABLE}.{reply.key}")
            fields = {"question": question_title(one.question), "attendu": offered(one.question)}
            yield Fault("reponse_inconnue", place, reply.answer, fields)


def _fallen(asked: Iterable[Asked], file: str) -> Iterable[Fault]:
    for one in asked:
        if one.fallen is not None:
            place = Place(file, "", 0, f"{TABLE}.{one.fallen.key}")
            fields = {
                "question": question_title(one.question), "cle": one.question.key,
                "reponse": answer_words(one.question, one.fallen.answer), "le": long_date(one.fallen.on),
            }  # fmt: skip
            yield Fault("reponse_tombee", place, "", fields, Severity.DOUTE)


def _idle(replies: Iterable[Reply], file: str) -> Iterable[Fault]:
    for reply in replies:
        place = Place(file, "", 0, f"{TABLE}.{reply.key}")
        yield Fault("reponse_sans_question", place, reply.answer, {}, Severity.DOUTE)
