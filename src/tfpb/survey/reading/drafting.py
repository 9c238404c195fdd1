"""A first `plan_enquete.toml` drawn from a delivery: what was recognised, and what to confirm."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tfpb.model.codes import Nature, Theme
from tfpb.model.columns import STAMP
from tfpb.survey.reading.delivery_columns import ReadTable, parse_side
from tfpb.survey.reading.guessing import (
    GuessedScale,
    asks,
    bare_of_owner,
    compatible,
    describes,
    guess_axes,
    guess_codes,
    guess_nature,
    guess_scale,
    guess_theme,
    is_code,
    likely_columns,
    merged,
    role_candidates,
)
from tfpb.text import drop_controls, fold, squeeze
from tfpb.words.faults.input_words import listed
from tfpb.words.survey import drafting_words as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from tfpb.model.plan import Dictionary

_ADJUSTMENT: Final = ("type_habitat", "periode_construction")
_ROLES: Final = ("repondant", "vague", "bailleur", "residence", "poids", "qpv")
_PREFIX: Final = re.compile(r"^\s*[A-Za-z]{1,3}\s?\d{1,3}[a-z]?\s*[.:\-–)]\s*")
_LONGEST_LIST: Final = 40


@dataclass(frozen=True, slots=True)
class _Question:
    column: str
    label: str
    scale: GuessedScale
    theme: Theme | None
    nature: Nature
    axes: tuple[int, ...]


def draft_plan(table: ReadTable, dictionary: Dictionary) -> str:
    """Draft the plan of a delivery as commented TOML (`plan_enquete.toml`).

    It reads the delivery unchanged as soon as one question is recognised; every guess that is not plain is
    marked « À CONFIRMER » in a comment. The dictionary may be empty.
    """
    frame = table.frame.drop(columns=[c for c in STAMP if c in table.frame.columns])
    headers = [str(c) for c in frame.columns]
    roles = {
        role: role_candidates(role, headers, dictionary.labels) for role in (*_ROLES, *_ADJUSTMENT)
    }
    taken = {found[0] for found in roles.values() if found}
    likely: set[str] = set()
    for role in _ROLES:
        if not roles[role]:
            found = likely_columns(role, headers, dictionary.labels)
            if role == "qpv":
                found += _sides_by_answers(frame, dictionary)
            roles[role] = [
                h for h in found if h not in taken and not _is_asked(h, frame, dictionary)
            ][:1]
            likely |= {role} if roles[role] else set()
            taken |= set(roles[role])
    left_over = [h for h in headers if h not in taken]
    coded = _coded(left_over, frame, dictionary)
    questions = [q for h in left_over if (q := _question(h, frame, dictionary, coded.get(h)))]
    scales = _scales(questions)
    counts = {"file": squeeze(table.file), "rows": len(frame), "columns": len(headers)}
    left = [h for h in headers if h not in taken and h not in {q.column for q in questions}]
    lines = [
        *_comments(words.HEAD, **counts),
        "",
        *_columns(roles, likely),
        "",
        *words.SETTINGS.splitlines(),
        "",
        *_variables(roles, frame, dictionary),
        *_scale_tables(scales),
        *_comments(words.ITEMS),
        "",
        *_items(questions, scales, roles, frame),
        *([] if questions else _comments(words.NO_ITEM, columns=_listed(headers))),
        *(_comments([words.LEFT_OUT], columns=_listed(left)) if left else []),
    ]
    # strings are escaped already; in comments a stray control character would end the file's validity
    return "\n".join(drop_controls(line) for line in lines) + "\n"


def _is_asked(header: str, frame: pd.DataFrame, dictionary: Dictionary) -> bool:
    """Tell whether a column is a question by its answers, whatever it names: « Accueil par le bailleur »."""
    answers = frame[header].unique()
    if guess_scale(answers.tolist(), dictionary.meanings.get(header, {})) is not None:
        return True
    text = f"{header} {dictionary.labels.get(header, '')}"
    return (
        guess_codes(answers) is not None
        and guess_theme(bare_of_owner(text), mark=False) is not None
    )


def _coded(
    headers: Sequence[str], frame: pd.DataFrame, dictionary: Dictionary
) -> dict[str, GuessedScale]:
    """Guess the scales of bare codes that several columns share, or that a header says to be a question."""
    found = {
        h: scale
        for h in headers
        if not dictionary.meanings.get(h) and not describes(f"{h} {dictionary.labels.get(h, '')}")
        if (scale := guess_codes(frame[h].unique()))
    }
    shared = Counter((s.satisfied, s.unsatisfied) for s in found.values())
    return {
        h: s
        for h, s in found.items()
        if shared[s.satisfied, s.unsatisfied] > 1 or asks(f"{h} {dictionary.labels.get(h, '')}")
    }


def _question(
    header: str, frame: pd.DataFrame, dictionary: Dictionary, coded: GuessedScale | None
) -> _Question | None:
    answers = sorted(frame[header].unique().tolist(), key=lambda a: (len(a), a))
    scale = guess_scale(answers, dictionary.meanings.get(header, {})) or coded
    if scale is None:
        return None
    label = _PREFIX.sub("", dictionary.labels.get(header, header)).strip() or header
    theme = guess_theme(label, mark=scale.kind == "note")
    return _Question(
        header, label, scale, theme, guess_nature(label, theme), guess_axes(label, theme)
    )


def _scales(questions: Sequence[_Question]) -> dict[str, GuessedScale]:
    """Name the scales; questions that answer on the same levels share one."""
    out: dict[str, GuessedScale] = {}
    for question in questions:
        shared = _scale_of(question, out)
        if shared is not None:
            out[shared] = merged(out[shared], question.scale)
            continue
        stem = "note10" if question.scale.kind == "note" else _stem(question.scale)
        name, count = stem, 2
        while name in out:
            name, count = f"{stem}_{count}", count + 1
        out[name] = question.scale
    return out


def _sides_by_answers(frame: pd.DataFrame, dictionary: Dictionary) -> list[str]:
    """List the columns whose two answers are the two sides, whatever their header."""
    out = []
    for header in frame:
        meanings = dictionary.meanings.get(str(header), {})
        answers = {meanings.get(a, a) for a in frame[header] if a}
        named = [a for a in answers if not a.isdigit()]
        sides = {parse_side(a) for a in answers}
        named_so = any(re.search(r"qpv|quartiers? prioritaire", fold(a)) for a in named)
        if len(named) == len(answers) and sides == {0, 1} and named_so:
            out.append(str(header))
    return out


def _scale_of(question: _Question, scales: dict[str, GuessedScale]) -> str | None:
    return next((name for name, s in scales.items() if compatible(s, question.scale)), None)


def _stem(scale: GuessedScale) -> str:
    codes = [c for c in (*scale.satisfied, *scale.unsatisfied) if re.fullmatch(r"-?\d+", c)]
    return f"satisfaction{len(codes) or len(scale.satisfied) + len(scale.unsatisfied)}"


def _columns(roles: dict[str, list[str]], likely: set[str]) -> list[str]:
    out = ["[colonnes]"]
    for role in _ROLES:
        found = roles[role]
        if found:
            note = words.COLUMNS[role]
            if len(found) > 1:
                others = words.RIVALS.format(others=_listed(found[1:]))
                note = f"{words.CONFIRM} ({others}) ; {note}"
            elif role in likely:
                note = f"{words.CONFIRM} : {note}"
            out.append(f"{role} = {_text(found[0])}  # {note}")
        else:
            key = f"{role}_fixe" if role in {"vague", "bailleur"} else role
            out.append(f'# {key} = ""  # {words.CONFIRM} : {words.MISSING[role]}')
    strata = [r for r in ("bailleur", "qpv") if roles[r]]
    if strata:
        out.append(f"strates = {_list(strata)}")
    adjust = [r for r in _ADJUSTMENT if roles[r]]
    if adjust:
        out.append(f"ajustement = {_list(adjust)}  # {words.ADJUST}")
    return out


def _variables(
    roles: dict[str, list[str]], frame: pd.DataFrame, dictionary: Dictionary
) -> list[str]:
    out: list[str] = []
    for role in _ADJUSTMENT:
        if not roles[role]:
            continue
        column = roles[role][0]
        meanings = dictionary.meanings.get(column, {})
        codes = sorted({*frame[column].unique(), *meanings} - {""}, key=lambda a: (len(a), a))
        out += [f"[variables.{role}]", f"colonnes = {_list([column])}"]
        if 0 < len(codes) <= 12:  # noqa: PLR2004 - more is a measure, not a category
            out.append(f"[variables.{role}.categories]")
            for code in codes:
                word = meanings.get(code, code)
                both = [code] if word == code else [code, word]
                out.append(f"{_text(word.lower())} = {_codes(both)}")
        out.append("")
    return out


def _scale_tables(scales: dict[str, GuessedScale]) -> list[str]:
    out: list[str] = []
    for name, scale in scales.items():
        out.append(f"[echelles.{name}]")
        if scale.kind == "note":
            out += [f"# {words.CONFIRM} : {words.MARK}", 'type = "note"', "satisfait_des = 7"]
            out += _direction(words.DIRECTION)
        else:
            out += _side_lines(scale)
        if scale.not_concerned:
            out.append(f"non_concerne = {_codes(scale.not_concerned)}")
        if scale.unknown:
            out.append(f"nsp = {_codes(scale.unknown)}")
        out.append("")
    return out


def _side_lines(scale: GuessedScale) -> list[str]:
    note = words.SCALE if scale.labelled else f"{words.CONFIRM} : {words.SCALE_UNLABELLED}"
    out = [f"# {note}"]
    if scale.middle:
        out.append(f"# {words.CONFIRM} : {words.SCALE_NEUTRAL.format(codes=_listed(scale.middle))}")
    if scale.left:
        out.append(f"# {words.CONFIRM} : {words.SCALE_LEFT.format(codes=_listed(scale.left))}")
    for side, codes in (("satisfait", scale.satisfied), ("insatisfait", scale.unsatisfied)):
        if not codes:
            out.append(f"# {words.CONFIRM} : {words.SCALE_EMPTY.format(side=side)}")
        out.append(f"{side} = {_codes(codes)}")
    if any(is_code(c) for c in (*scale.satisfied, *scale.unsatisfied)):
        out += _direction(words.DIRECTION_LABELLED if scale.labelled else words.DIRECTION)
    return out


def _direction(note: str) -> list[str]:
    """Leave the direction of codes without labels to be confirmed, wave by wave: a draft gives none."""
    return [f'sens = "a_confirmer"  # {words.CONFIRM} : {note}']


def _items(
    questions: Sequence[_Question],
    scales: dict[str, GuessedScale],
    roles: dict[str, list[str]],
    frame: pd.DataFrame,
) -> list[str]:
    out: list[str] = []
    for q in questions:
        scale = _scale_of(q, scales)
        theme = q.theme or Theme.RESIDENCE
        doubt = "" if q.theme else f"  # {words.CONFIRM} : {words.THEME_UNKNOWN}"
        out += [
            "[[items]]",
            f"colonnes = {_list([q.column])}",
            f"libelle = {_text(q.label)}",
            f'theme = "{theme.value}"{doubt}',
            f'nature = "{q.nature.value}"',
            f'echelle = "{scale}"',
        ]
        if q.axes:
            out.append(f"axes = [{', '.join(str(a) for a in q.axes)}]  # {words.CONFIRM}")
        out += [*_filter(q, roles, frame), ""]
    return out


def _filter(question: _Question, roles: dict[str, list[str]], frame: pd.DataFrame) -> list[str]:
    """Suggest a filter, in a comment, where a whole kind of dwelling left the question empty."""
    if not roles["type_habitat"]:
        return []
    kinds = frame[roles["type_habitat"][0]]
    filled = frame[question.column] != ""
    silent = [k for k in sorted(set(kinds) - {""}) if not filled[kinds == k].any()]
    asked = [k for k in sorted(set(kinds) - {""}) if k not in silent]
    if not silent or not asked:
        return []
    rule = f'filtre = {{ colonne = "type_habitat", valeurs = {_codes(asked)} }}'
    return [f"# {words.FILTER.format(values=_listed(silent))}", f"# {rule}"]


def _comments(lines: Sequence[str], **values: object) -> list[str]:
    """Write lines as comments, values filled in when there are any."""
    return [f"# {line.format(**values) if values else line}" for line in lines]


def _listed(values: Sequence[str]) -> str:
    shown = [" ".join(v.split()) for v in values[:_LONGEST_LIST]]
    return listed(shown) + (words.MORE if len(values) > _LONGEST_LIST else "")


def _text(value: str) -> str:
    """Write a TOML string; JSON's escapes are TOML's, and no line break gets through."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(c if drop_controls(c) else f"\\u{ord(c):04x}" for c in text)


def _list(values: Sequence[str]) -> str:
    return "[" + ", ".join(_text(v) for v in values) + "]"


def _codes(values: Sequence[str]) -> str:
    """Write codes: whole numbers bare, the rest as text."""
    plain = [v if re.fullmatch(r"-?(0|[1-9]\d{0,8})", v) else _text(v) for v in values]
    return "[" + ", ".join(plain) + "]"
