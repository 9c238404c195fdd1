"""Replies: read from a table, written in one place, refused or offered again."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tfpb.errors import Place, Severity, TfpbError
from tfpb.io.open_questions.reply_file import read_replies, reply_changes, reply_faults
from tfpb.io.sources.settings_edit import edit_toml
from tfpb.model.codes import Role
from tfpb.model.question import (
    NOT_KNOWN,
    Answer,
    Asked,
    Measure,
    Question,
    Replies,
    Reply,
    Unit,
    content_of,
)
from tfpb.pipeline.published_before import unanswered
from tfpb.words.faults.paste_words import paste_lines
from tfpb.words.faults.question_words import question_lines, standing, to_paste
from tfpb.words.faults.sentences import fault_text
from tfpb.words.numbers import THIN

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = Measure(1000, Unit.EUR)
QUESTION = Question(
    "lignes_de_somme", "fiscalite", Place("avis.xlsx", "Avis", 12), (12,),
    (("lignes", "1"), ("exemples", "Ensemble")),
    (Answer("ecarter", Measure(400, Unit.EUR)), Answer("garder", WHOLE)), WHOLE, content_of(["12"]),
)  # fmt: skip
ON = dt.date(2025, 3, 1)


def reply(answer: str, question: Question = QUESTION) -> Reply:
    return Reply(question.key, answer, Role.FISCALITE, ON, "courrier 12", question.subject)


def test_what_is_written_is_read_and_the_rest_of_the_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "dossier.toml"
    path.write_text('# mien\n[dossier]\ntitre = "T"  # ici\n', encoding="utf-8")
    edit_toml(path, reply_changes(reply("ecarter")))
    assert path.read_text(encoding="utf-8").startswith('# mien\n[dossier]\ntitre = "T"  # ici\n')
    assert read_replies(path).given == {QUESTION.key: reply("ecarter")}
    other = replace(QUESTION, content=content_of(["13"]))
    edit_toml(path, reply_changes(reply("garder", other), instead=QUESTION.key))
    assert read_replies(path).given == {other.key: reply("garder", other)}
    assert read_replies(None) == Replies()


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ('reponse = "garder", par = "Jeanne Martin", le = 2025-03-01', "reponse_sans_role"),
        ('reponse = "garder", le = 2025-03-01', "reglage_absent"),
        ('reponse = "garder", par = "fiscalite", le = "hier"', "reglage_illisible"),
        ('reponse = "garder", par = "fiscalite", le = 2025-03-01, qui = "x"', "reglage_inconnu"),
    ],
)
def test_an_entry_without_role_or_day_is_refused_with_its_key(
    tmp_path: Path, entry: str, code: str
) -> None:
    path = tmp_path / "reponses.toml"
    path.write_text(f"[reponses]\nabc = {{ {entry} }}\n", encoding="utf-8")
    with pytest.raises(TfpbError) as refused:
        read_replies(path)
    (fault,) = refused.value.faults
    assert fault.code == code
    assert fault.place.column.startswith("reponses.abc")


def test_an_answer_the_question_lacks_stops_and_unknown_is_one() -> None:
    def faults(answer: str) -> list[str]:
        replies = Replies({QUESTION.key: reply(answer)})
        found = reply_faults(replies, replies.offered_again([replies.to(QUESTION)]), "dossier.toml")
        return [f"{f.code} {f.severity}" for f in found]

    assert faults("peut-etre") == [f"reponse_inconnue {Severity.FAUTE}"]
    assert faults("garder") == faults(NOT_KNOWN) == []


def test_an_answer_falls_with_its_cells_and_is_offered_again() -> None:
    replies = Replies({QUESTION.key: reply("garder")})
    changed = replace(QUESTION, content=content_of(["13"]))
    (asked,) = replies.offered_again([replies.to(changed)])
    assert (asked.reply, asked.fallen) == (None, reply("garder"))
    assert asked.is_waiting
    assert asked.reading == "ecarter"
    assert standing(asked) == "a_redonner"
    (fault,) = reply_faults(replies, [asked], "dossier.toml")
    assert (fault.code, fault.severity) == ("reponse_tombee", Severity.DOUTE)
    assert "c’est une ligne comme les autres" in fault_text(fault).title
    assert any("à redonner" in line for line in question_lines([asked]))
    # another subject: nothing to offer it to
    gone = replies.offered_again([])
    (idle,) = reply_faults(replies, gone, "dossier.toml")
    assert idle.code == "reponse_sans_question"


def test_questions_are_told_by_what_hangs_and_notes_apart() -> None:
    light = replace(
        QUESTION, content=content_of(["l"]),
        answers=(Answer("ecarter", Measure(999.5, Unit.EUR)), Answer("garder", WHOLE)),
    )  # fmt: skip
    heavy = replace(
        QUESTION, content=content_of(["h"]),
        answers=(Answer("ecarter", Measure(0, Unit.EUR)), Answer("garder", WHOLE)),
    )  # fmt: skip
    replies = Replies()
    asked = replies.offered_again(replies.to(q) for q in (light, QUESTION, heavy))
    assert [a.question for a in asked] == [heavy, QUESTION, light]
    lines = question_lines(asked)
    assert lines[0].startswith("2 questions sur vos fichiers")
    assert "600 €, 60 % de l’ensemble" in "\n".join(lines).replace(THIN, " ")
    assert any(line.startswith("1 remarque") for line in lines)
    assert light.key not in "\n".join(lines)


def test_the_line_of_each_answer_is_on_the_screen_until_one_is_given() -> None:
    """The codes were printed nowhere: one had to write a wrong one to read them in the refusal."""
    replies = Replies()
    lines = question_lines([replies.to(QUESTION)])
    offered = [line.strip() for line in lines if f"{QUESTION.key} = {{" in line]
    said = [tomllib.loads(line.replace("AAAA-MM-JJ", "2026-02-10")) for line in offered]
    assert [one[QUESTION.key]["reponse"] for one in said] == [*QUESTION.codes, "inconnu"]
    assert all(one[QUESTION.key]["par"] == QUESTION.role for one in said)
    chosen = replace(replies.to(QUESTION), reply=reply("garder"))
    assert not [line for line in question_lines([chosen]) if f"{QUESTION.key} = {{" in line]


def test_what_stops_a_release_is_ready_to_paste(tmp_path: Path) -> None:
    replies = Replies()
    faults = unanswered([replies.to(QUESTION)], ON)
    assert [f.code for f in faults] == ["diffusion_sans_reponse"]
    block = paste_lines(faults)
    assert "[reponses]" in block
    text = "\n".join(block[block.index("[reponses]") :])
    for code in ("ecarter", "garder", NOT_KNOWN):
        line = next(x for x in text.splitlines() if f'"{code}"' in x)
        path = tmp_path / "r.toml"
        path.write_text(f"[reponses]\n{line.removeprefix('# ')}\n", encoding="utf-8")
        (found,) = read_replies(path).given.values()
        assert (found.key, found.answer, found.on) == (QUESTION.key, code, ON)
        assert found.subject == QUESTION.subject
    assert all(line.startswith("#") for line in to_paste(replies.to(QUESTION), None).splitlines())
    assert unanswered([Replies({QUESTION.key: reply(NOT_KNOWN)}).to(QUESTION)], ON) == []
    small = replace(
        QUESTION, answers=(Answer("a", Measure(991, Unit.EUR)), Answer("b", WHOLE))
    )  # 0.9 %
    assert unanswered([replies.to(small)], ON) == []


def test_settings_without_replies_are_recorded_as_before() -> None:
    from tfpb.model.settings import Settings

    head = {"titre": "T", "annee": 2025, "date": ON, "bailleur": "B"}
    bare = Settings.model_validate({"dossier": head, "fichiers": {"patrimoine": "p.csv"}})
    assert "reponses" not in bare.model_dump(mode="json")
    text = '[reponses]\nabc = { reponse = "garder", par = "fiscalite", le = 2025-03-01 }'
    more = bare.model_dump() | tomllib.loads(text)
    assert (
        Settings.model_validate(more).model_dump(mode="json")["reponses"]["abc"]["par"]
        == "fiscalite"
    )


def test_a_question_that_must_be_chosen_waits_whatever_hangs_on_it_and_whatever_is_not_known() -> (
    None
):
    nothing = Measure(0.0, Unit.POINTS)
    question = Question(
        "sens_des_codes", "enquete", Place("e.csv"), (), (),
        (Answer("premier", nothing), Answer("dernier", nothing)), nothing, "c",
    )  # fmt: skip
    assert question.is_note
    firm = replace(question, must_choose=True)
    for answer, waits in (("", True), (NOT_KNOWN, True), ("dernier", False)):
        reply = Reply(firm.key, answer, Role.ENQUETE, dt.date(2026, 2, 1)) if answer else None
        assert Asked(firm, reply).is_waiting is waits
        assert Asked(firm, reply).is_open is waits
    assert Asked(question).is_waiting is False
    assert firm.key == question.key
