"""A drafted plan joined to another: the same questions under the names of two deliveries.

What cannot be joined without contradiction (one code, two sides) stays a question of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rapidfuzz import fuzz

from tfpb.model.plan import LEVELS
from tfpb.survey.reading.guessing import is_code
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIDES: Final = ("satisfait", "insatisfait", "non_concerne", "nsp")
_LISTS: Final = ("repondant", "vague", "bailleur", "residence", "poids", "qpv")
_ALIKE: Final = 88.0
"""Likeness of two labels, 0 to 100, from which they ask the same."""

Change = tuple[tuple[str | int, ...], Any]


def plan_changes(
    plan: Mapping[str, Any], other: Mapping[str, Any], *, adds: bool = True
) -> list[Change]:
    """Return the (keys, value) to write in a plan so that it reads another delivery too.

    Both are `plan_enquete.toml` as TOML gives it: the one to complete, and the draft of the other delivery,
    whose new questions are added if `adds`. Keys go from the outermost table inwards.
    """
    out: list[Change] = []
    columns = plan.get("colonnes", {})
    for role in _LISTS:
        before, more = _names(columns.get(role)), _names(other.get("colonnes", {}).get(role))
        if both := _added(before, more):
            out.append((("colonnes", role), both))
    out += _variables(plan.get("variables", {}), other.get("variables", {}))
    return out + _items(plan, other, adds=adds)


def _names(value: object) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else [str(v) for v in value]  # type: ignore[attr-defined]


def _added(before: list[Any], more: list[Any]) -> list[Any]:
    """Return both lists as one; empty when the second adds nothing."""
    there = {str(b) for b in before}
    new = [m for m in more if str(m) not in there]
    return [*before, *new] if new else []


def _variables(plan: Mapping[str, Any], other: Mapping[str, Any]) -> list[Change]:
    out: list[Change] = []
    for name, variable in other.items():
        if name not in plan:
            out.append((("variables", name), variable))
            continue
        ours = plan[name]
        if both := _added(_names(ours.get("colonnes")), _names(variable.get("colonnes"))):
            out.append((("variables", name, "colonnes"), both))
        categories = {fold(k): k for k in ours.get("categories", {})}
        for word, codes in variable.get("categories", {}).items():
            known = categories.get(fold(word), word)
            before = list(ours.get("categories", {}).get(known, ()))
            if both := _added(before, list(codes)):
                out.append((("variables", name, "categories", known), both))
    return out


def _items(plan: Mapping[str, Any], other: Mapping[str, Any], *, adds: bool) -> list[Change]:
    out: list[Change] = []
    scales = {name: _copied(scale) for name, scale in plan.get("echelles", {}).items()}
    first = {name: _copied(scale) for name, scale in scales.items()}
    items = list(plan.get("items", ()))
    taken: set[int] = set()
    added: list[dict[str, Any]] = []
    for item in other.get("items", ()):
        at = _same(item, items, taken)
        theirs = other["echelles"][item["echelle"]]
        if at is not None:
            scale = items[at]["echelle"]
            joined = _joined(scales[scale], theirs)
            if joined is not None:
                taken.add(at)
                scales[scale] = joined
                if both := _added(_names(items[at]["colonnes"]), _names(item["colonnes"])):
                    out.append((("items", at, "colonnes"), both))
                continue
        if not adds:
            continue
        name = next((n for n, s in scales.items() if _joined(s, theirs) == s), "")
        if not name:
            name = _free(item["echelle"], scales)
            scales[name] = _copied(theirs)
        added.append({**item, "echelle": name})
    changed: list[Change] = []
    for name, scale in scales.items():
        if name not in first:
            changed.append((("echelles", name), scale))
            continue
        old = first[name]
        changed += [(("echelles", name, k), v) for k, v in scale.items() if old.get(k) != v]
    new = [(("items", len(items) + k), item) for k, item in enumerate(added)]
    return [*changed, *out, *new]


def _same(item: Mapping[str, Any], items: list[Any], taken: set[int]) -> int | None:
    """Return the rank of the item that asks the same: by its column, else by its label."""
    names = set(_names(item["colonnes"]))
    free = [k for k in range(len(items)) if k not in taken]
    for k in free:
        if names & set(_names(items[k]["colonnes"])):
            return k
    label = fold(item["libelle"])
    ranked = [(fuzz.token_sort_ratio(label, fold(items[k]["libelle"])), -k) for k in free]
    score, at = max(ranked, default=(0.0, 0))
    return -at if score >= _ALIKE else None


def _copied(scale: Mapping[str, Any]) -> dict[str, Any]:
    return {k: list(v) if isinstance(v, list) else v for k, v in scale.items()}


def _joined(scale: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return both scales as one; None where they contradict each other.

    Which end of its codes is satisfied, each wave says by its labels, or is asked: codes that run the other
    way in the other delivery do not contradict, unless they are of another scale. A direction that a plan
    gives by hand stays given.
    """
    if scale.get("type", "niveaux") != other.get("type", "niveaux"):
        return None
    out = _copied(scale)
    codes, more = _bare(scale), _bare(other)
    if codes and more and codes != more and other.get("sens"):
        return None
    for side in _SIDES:
        new = list(other.get(side, ()))
        if other.get("sens") and side in LEVELS:
            new = [c for c in new if str(c) not in codes]
        if both := _added(out.get(side, []), new):
            out[side] = both
    if other.get("sens") and not codes:
        out["sens"] = other["sens"]
    every = [str(c) for side in _SIDES for c in out.get(side, ())]
    return out if len(every) == len(set(every)) else None


def _bare(scale: Mapping[str, Any]) -> set[str]:
    """Return the codes of the levels of a scale."""
    return {str(c) for side in LEVELS for c in scale.get(side, ()) if is_code(str(c))}


def _free(name: str, scales: Mapping[str, Any]) -> str:
    if name not in scales:
        return name
    return next(f"{name}_{k}" for k in range(2, len(scales) + 3) if f"{name}_{k}" not in scales)
