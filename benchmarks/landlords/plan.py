"""Read the drafted survey plan again as who knows the survey would, and count each line that changes."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

from . import survey_files

if TYPE_CHECKING:
    from .sheets import Written
    from .world import Question, Wave, World


def _values(wave: Wave) -> tuple[list[object], list[object]]:
    """Satisfied and not, as the wave writes them, codes and words."""
    coding = wave.coding
    listed = survey_files.levels(coding)
    good = range(3 if coding["levels"] == "five" else 2, len(listed))
    both: tuple[list[object], list[object]] = ([], [])
    for rank in range(len(listed)):
        side = both[0] if rank in good else both[1]
        side.append(survey_files.code(coding, rank))
        if coding["dictionary"]:
            side.append(listed[rank])
    return both


def scale(world: World) -> tuple[list[object], list[object], bool]:
    """Satisfied, not satisfied, and whether two waves contradict each other."""
    good, bad = _values(world.waves[-1])
    clash = False
    for wave in world.waves[:-1]:
        more, less = _values(wave)
        if set(more) & set(bad) or set(less) & set(good):
            clash = True
            continue
        good += [one for one in more if one not in good]
        bad += [one for one in less if one not in bad]
    return good, bad, clash


def _names(values: list[str]) -> str:
    unique = list(dict.fromkeys(values))
    return json.dumps(unique[0] if len(unique) == 1 else unique, ensure_ascii=False)


def reread(
    text: str, world: World, deliveries: list[Written], *, trusting: bool = False
) -> tuple[str, list[str]]:
    """Return the plan as its reader leaves it, and what the reader had to change.

    A trusting reader leaves what the drafted scales place, and adds what they lack.
    """
    changes: list[str] = []
    out, rank_scale = _blocks(text, world, deliveries, changes)
    by_column = _by_column(world)
    out, rank_scale = _own_scale(out, by_column, world, changes, rank_scale)
    items = tomllib.loads("".join(out)).get("items", [])
    used = _used(items, by_column, "rank")
    if used:
        out = [_scale(block, used, world, changes, trusting=trusting) for block in out]
    for kind in ("rank", "mark"):
        name = _used(items, by_column, kind)
        out = [_outside(one, name, world, mark=kind == "mark", changes=changes) for one in out]
    done = "".join(out + _added(out, world, changes, rank_scale))
    _directions(done, world, by_column)
    return done, changes


def _directions(text: str, world: World, by_column: dict[str, Question]) -> None:
    """Note which waves run against the one direction that the plan keeps."""
    plan = tomllib.loads(text)
    kept = plan["echelles"][_used(plan["items"], by_column, "rank")]
    for wave in world.waves:
        good, bad = _values(wave)
        against = set(good) & set(kept["insatisfait"]) or set(bad) & set(kept["satisfait"])
        wave.coding["reversed"] = bool(against)


def _by_column(world: World) -> dict[str, Question]:
    return {name: one for one in world.questions for name in one.columns.values()}


def _used(items: list[dict[str, Any]], by_column: dict[str, Question], kind: str) -> str:
    """Return the first scale that the draft gives to questions of a kind."""
    for one in items:
        question = by_column.get(one["colonnes"][0])
        if question and question.scale == kind:
            return str(one["echelle"])
    return ""


def _blocks(
    text: str, world: World, deliveries: list[Written], changes: list[str]
) -> tuple[list[str], str]:
    """Return the plan's blocks with the columns of every wave, and the scale of ranks."""
    draft = tomllib.loads(text)
    by_column = _by_column(world)
    rank_scale = ""
    out: list[str] = []
    for drafted in re.split(r"(?m)^(?=\[)", text):
        block = drafted
        if block.startswith("[[items]]"):
            item = tomllib.loads(block)["items"][0]
            known = [by_column[name] for name in item["colonnes"] if name in by_column]
            if not known:
                changes.append(f"question retirée : {item['colonnes'][0]}")
                continue
            if known[0].scale == "rank":
                rank_scale = rank_scale or item["echelle"]
            if (names := _all_names(known[0])) != item["colonnes"]:
                block = _line(block, "colonnes", names)
                changes.append(f"noms d’une autre vague : {names[-1]}")
        elif block.startswith("[colonnes]"):
            block = _columns(block, draft.get("colonnes", {}), deliveries, changes)
        elif block.startswith("[reglages]"):
            block = re.sub(r"(?m)^# (?=marge_adoptee_)", "", block)
            block = re.sub(r"(?m)^carte = \d+", f"carte = {world.place.vintage}", block)
        out.append(block)
    return out, rank_scale


def _all_names(question: Question) -> list[str]:
    return list(dict.fromkeys(reversed(list(question.columns.values()))))


def _line(block: str, key: str, value: object) -> str:
    """Write one line of a block, in place of the one there or after the last."""
    line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
    if re.search(rf"(?m)^{key} = .*$", block):
        return re.sub(rf"(?m)^{key} = .*$", lambda _: line, block, count=1)
    return block.rstrip() + f"\n{line}\n\n"


def _added(out: list[str], world: World, changes: list[str], rank_scale: str) -> list[str]:
    """Return the questions that the draft left out, with a scale where it has none."""
    plan = tomllib.loads("".join(out))
    named = {name for one in plan.get("items", []) for name in one["colonnes"]}
    missing = [one for one in world.questions if not named & set(one.columns.values())]
    scales = plan.get("echelles", {})
    marks = next((name for name, one in scales.items() if one.get("type") == "note"), "")
    more = []
    if not rank_scale and any(one.scale == "rank" for one in missing):
        rank_scale = "rangs"
        more.append(_new_scale(world))
    if not marks and any(one.scale == "mark" for one in missing):
        marks = "notes"
        more.append(_new_marks(world))
    for one in missing:
        changes.append(f"question ajoutée : {one.text}")
        item = {
            "colonnes": _all_names(one),
            "libelle": one.text,
            "theme": "residence",
            "nature": "service",
            "echelle": marks if one.scale == "mark" else rank_scale,
        }
        lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in item.items()]
        more.append("\n".join(["", "[[items]]", *lines, ""]))
    return more


def _columns(
    block: str, draft: dict[str, object], deliveries: list[Written], changes: list[str]
) -> str:
    for key in ("repondant", "vague", "bailleur", "residence", "poids", "qpv"):
        true = [one.columns[key] for one in reversed(deliveries) if key in one.columns]
        want = _names(true) if true else ""
        have = json.dumps(draft[key], ensure_ascii=False) if key in draft else ""
        if want == have:
            continue
        changes.append(f"colonne {key} : {have or 'rien'} → {want or 'rien'}")
        line = f"{key} = {want}" if want else f'# {key} = ""'
        if re.search(rf"(?m)^#? ?{key} = .*$", block):
            block = re.sub(rf"(?m)^#? ?{key} = .*$", lambda _, line=line: line, block, count=1)
        else:
            block = block.replace("[colonnes]\n", f"[colonnes]\n{line}\n", 1)
    if not any("bailleur" in one.columns for one in deliveries):
        block = re.sub(r'strates = \["bailleur", ', "strates = [", block)
        block = re.sub(r'(?m)^strates = \["bailleur"\].*$', "# strates = []", block)
    if not any("qpv" in one.columns for one in deliveries):
        block = re.sub(r'(?m)^strates = \["qpv"\].*$', "# strates = []", block)
    return block


def _scale(block: str, name: str, world: World, changes: list[str], *, trusting: bool) -> str:
    if not block.startswith(f"[echelles.{name}]"):
        return block
    have = tomllib.loads(block)["echelles"][name]
    good, bad, clash = scale(world)
    more = [one for one in good if one not in have.get("satisfait", [])]
    less = [one for one in bad if one not in have.get("insatisfait", [])]
    wrong = [one for one in good if one in have.get("insatisfait", [])]
    wrong += [one for one in bad if one in have.get("satisfait", [])]
    if trusting:  # what the draft places stays; the rest is added where the file needs it
        placed = [*have.get("satisfait", []), *have.get("insatisfait", [])]
        good = [*have.get("satisfait", []), *[one for one in good if one not in placed]]
        bad = [*have.get("insatisfait", []), *[one for one in bad if one not in placed]]
        more, less, wrong = (
            good[len(have.get("satisfait", [])) :],
            bad[len(have.get("insatisfait", [])) :],
            [],
        )
    if clash:
        changes.append("deux vagues en sens opposés : le plan n’en dit qu’un")
    if wrong and "À CONFIRMER" not in block:
        return block  # the draft was sure: its reader lets it stand
    if not (more or less):
        return block
    changes.append(f"échelle : satisfait = {good}")
    block = _line(_line(block, "satisfait", good), "insatisfait", bad)
    for key in ("non_concerne", "nsp"):
        kept = [one for one in have.get(key, []) if one not in good and one not in bad]
        if kept != have.get(key, []):
            block = _line(block, key, kept)
    return block


def _outside(block: str, name: str, world: World, *, mark: bool, changes: list[str]) -> str:
    """Complete don't know and not concerned with what other waves write."""
    if not name or not block.startswith(f"[echelles.{name}]"):
        return block
    have = tomllib.loads(block)["echelles"][name]
    taken = [*have.get("satisfait", []), *have.get("insatisfait", [])]
    for key, answer in (("non_concerne", "na"), ("nsp", "dk")):
        asked = any(
            row[3][one.key] == answer
            for wave in world.waves
            for row in wave.rows
            for one in world.questions
            if (one.scale == "mark") == mark
        )
        values = (
            [survey_files.unknown(wave.coding, answer, mark=mark) for wave in world.waves]
            if asked
            else []
        )
        more = [
            one
            for one in dict.fromkeys(values)
            if one is not None and one not in have.get(key, []) and one not in taken
        ]
        if not more:
            continue
        changes.append(f"{name}, {key} : {more}")
        block = _line(block, key, [*have.get(key, []), *more])
    return block


def _own_scale(
    blocks: list[str],
    by_column: dict[str, Question],
    world: World,
    changes: list[str],
    name: str,
) -> tuple[list[str], str]:
    """Give ranks a scale of their own where the draft reads them as marks."""
    plan = tomllib.loads("".join(blocks))
    scales = plan.get("echelles", {})

    def as_mark(item: dict[str, Any]) -> bool:
        question = by_column[item["colonnes"][0]]
        return question.scale == "rank" and scales[item["echelle"]].get("type") == "note"

    own = plan.get("items", [])
    wrong = [one for one in own if as_mark(one)]
    if not wrong:
        return blocks, name
    ranks = [one for one in own if by_column[one["colonnes"][0]].scale == "rank"]
    target = next((str(one["echelle"]) for one in ranks if not as_mark(one)), "rangs")
    out = []
    for block in blocks:
        move = block.startswith("[[items]]") and as_mark(tomllib.loads(block)["items"][0])
        out.append(_line(block, "echelle", target) if move else block)
    changes.append(f"{len(wrong)} questions lues comme des notes : échelle {target}")
    if target == "rangs":
        spot = next(at for at, block in enumerate(out) if block.startswith("[[items]]"))
        out.insert(spot, _new_scale(world))
    return out, target


def _written(world: World, answer: str, *, mark: bool) -> list[object]:
    values = [survey_files.unknown(wave.coding, answer, mark=mark) for wave in world.waves]
    return [one for one in dict.fromkeys(values) if one is not None]


def _new_scale(world: World) -> str:
    """Return a scale that the draft does not have, written by hand."""
    good, bad, _ = scale(world)
    block = "\n[echelles.rangs]\n# À CONFIRMER\n"
    block = _line(_line(block, "satisfait", good), "insatisfait", bad)
    block = _line(block, "non_concerne", _written(world, "na", mark=False))
    return _line(block, "nsp", _written(world, "dk", mark=False))


def _new_marks(world: World) -> str:
    """Return a scale of marks that the draft does not have."""
    block = '\n[echelles.notes]\ntype = "note"\nsatisfait_des = 7\n'
    return _line(block, "nsp", _written(world, "dk", mark=True))
