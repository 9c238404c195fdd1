"""« Questions de l’enquête »: items, themes, scales, axes, drafted and confirmed by eye; and the margin."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rapidfuzz import fuzz, process

from tfpb.errors import TfpbError
from tfpb.io.sources.settings_edit import edit_toml
from tfpb.model.codes import Axe, Nature, Theme
from tfpb.page.survey_facts import headers_of
from tfpb.text import fold
from tfpb.words.money.accounts import axis_words
from tfpb.words.page import screen_words as words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.datastructures import FormData

    from tfpb.model.plan import Echelle, Item, Plan
    from tfpb.page.desk import Desk
    from tfpb.page.survey_facts import Header

SIDES: Final = ("satisfait", "insatisfait", "non_concerne", "nsp")
_LIKE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Code:
    """An answer of a scale: how many bear it, and the side it is on."""

    code: str
    meaning: str
    count: str
    side: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A delivery where no column of an item is: those that may be it, the likest first."""

    rank: int
    file: str
    choices: tuple[tuple[str, str], ...]
    proposed: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as the screen shows it."""

    item: Item
    missing: tuple[Missing, ...]


def show(desk: Desk, _query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    plan = desk.plan
    if plan is None:
        return {"plan": None, "questions": [], "echelles": []}
    delivered = _delivered(desk)
    asked = [Asked(item, tuple(_missing_in(item, delivered))) for item in plan.items]
    scales = [
        (name, scale, _codes(plan, name, scale, delivered)) for name, scale in plan.echelles.items()
    ]
    return {
        "plan": plan,
        "questions": asked,
        "echelles": scales,
        "cotes": [(side, words.SIDES[side]) for side in SIDES],
        "themes": [(t.value, words.THEMES[t.value]) for t in Theme],
        "natures": [(n.value, words.NATURES[n.value]) for n in Nature],
        "axes": [(a.value, axis_words(a)) for a in Axe],
    }


def _delivered(desk: Desk) -> dict[str, tuple[Header, ...]]:
    settings = desk.settings
    out: dict[str, tuple[Header, ...]] = {}
    for name in settings.fichiers.enquete if settings is not None else ():
        try:
            out[name] = headers_of(desk, name)
        except TfpbError as error:
            desk.notice = (*desk.notice, *error.faults)
    return out


def _missing_in(item: Item, delivered: Mapping[str, tuple[Header, ...]]) -> Iterator[Missing]:
    for rank, (file, headers) in enumerate(delivered.items()):
        if headers and not any(h.name in item.colonnes for h in headers):
            yield _missing(item, rank, file, headers)


def _missing(item: Item, rank: int, file: str, headers: tuple[Header, ...]) -> Missing:
    told = {h.name: fold(h.label or h.name) for h in headers if h.codes}
    ranked = process.extract(fold(item.libelle), told, scorer=fuzz.token_set_ratio, limit=None)
    labels = {h.name: f"{h.name} – {h.label}" if h.label else h.name for h in headers}
    best = ranked[0][2] if ranked and ranked[0][1] >= _LIKE else ""
    return Missing(rank, file, tuple((name, labels[name]) for _, _, name in ranked), best)


def _codes(
    plan: Plan, name: str, scale: Echelle, delivered: Mapping[str, tuple[Header, ...]]
) -> list[Code]:
    """List the answers met under a scale, each with its side; counts are those of one question."""
    sides = {_written(c): side for side in SIDES for c in getattr(scale, side)}
    met: dict[str, tuple[str, str]] = {}
    for item in plan.items:
        if item.echelle == name:
            for headers in delivered.values():
                for header in headers:
                    if header.name in item.colonnes:
                        for code, meaning, count in header.codes:
                            met.setdefault(code, (meaning, count))
    for code in sides:
        met.setdefault(code, ("", ""))
    return [Code(code, m, n, sides.get(code, "")) for code, (m, n) in met.items()]


def _written(code: object) -> str:
    return str(code).removesuffix(".0")


def act(desk: Desk, form: FormData) -> None:
    """Write the plan as it was confirmed."""
    plan = desk.plan
    if plan is None:
        return
    changes: list[tuple[tuple[str | int, ...], Any]] = []
    changes += _margin(form)
    delivered = _delivered(desk)
    for name, scale in plan.echelles.items():
        changes += _scale(plan, name, scale, delivered, form)
    gone: list[int] = []
    for k, item in enumerate(plan.items):
        if str(form.get(f"i{k}", "")) != item.identifiant:
            continue
        if f"garder{k}" not in form:
            gone.append(k)
            continue
        changes += _item(k, item, delivered, form)
    if len(gone) < len(plan.items):
        changes += [(("items", k), None) for k in reversed(gone)]
    edit_toml(desk.plan_file, changes)
    desk.check()


def _margin(form: FormData) -> list[tuple[tuple[str | int, ...], Any]]:
    out: list[tuple[tuple[str | int, ...], Any]] = []
    with suppress(ValueError):
        margin = float(str(form.get("marge")).replace(",", "."))
        if 0 < margin <= 50:  # noqa: PLR2004 - what the plan accepts
            out.append((("reglages", "marge_points"), margin))
    out.append((("reglages", "marge_adoptee_par"), str(form.get("marge_par", "")).strip()))
    day = None
    with suppress(ValueError):
        day = dt.date.fromisoformat(str(form.get("marge_le")))
    out.append((("reglages", "marge_adoptee_le"), day))
    if str(form.get("carte")) in {"2015", "2024"}:
        out.append((("reglages", "carte"), int(str(form.get("carte")))))
    return out


def _scale(
    plan: Plan,
    name: str,
    scale: Echelle,
    delivered: Mapping[str, tuple[Header, ...]],
    form: FormData,
) -> list[tuple[tuple[str | int, ...], Any]]:
    at = list(plan.echelles).index(name)
    if scale.type == "note":
        with suppress(ValueError):
            return [(("echelles", name, "satisfait_des"), float(str(form.get(f"des{at}"))))]
        return []
    sides: dict[str, list[str | int]] = {side: [] for side in SIDES}
    for j, one in enumerate(_codes(plan, name, scale, delivered)):
        side = str(form.get(f"e{at}_{j}", one.side))
        if side in sides:
            sides[side].append(int(one.code) if one.code.isdecimal() else one.code)
    return [
        (("echelles", name, side), codes or None)
        for side, codes in sides.items()
        if [_written(c) for c in codes] != [_written(c) for c in getattr(scale, side)]
    ]


def _item(
    k: int, item: Item, delivered: Mapping[str, tuple[Header, ...]], form: FormData
) -> list[tuple[tuple[str | int, ...], Any]]:
    out: list[tuple[tuple[str | int, ...], Any]] = []
    label = str(form.get(f"libelle{k}", "")).strip() or item.libelle
    theme, nature = str(form.get(f"theme{k}")), str(form.get(f"nature{k}"))
    axes = sorted({int(str(a)) for a in form.getlist(f"axes{k}") if str(a) in "12345678"})
    wanted: dict[str, Any] = {"libelle": label, "axes": axes}
    wanted |= {"theme": theme} if theme in set(Theme) else {}
    wanted |= {"nature": nature} if nature in set(Nature) else {}
    before = {
        "libelle": item.libelle, "axes": list(item.axes), "theme": item.theme.value,
        "nature": item.nature.value,
    }  # fmt: skip
    out += [(("items", k, key), v) for key, v in wanted.items() if v != before[key]]
    columns = list(item.colonnes)
    for j, (_, headers) in enumerate(delivered.items()):
        chosen = str(form.get(f"col{k}_{j}", ""))
        if chosen and chosen not in columns and chosen in {h.name for h in headers}:
            columns.append(chosen)
    if columns != list(item.colonnes):
        out.append((("items", k, "colonnes"), columns))
    return out
