"""« Questions de l’enquête »: items, themes, scales, axes, drafted and confirmed by eye; and the margin."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from rapidfuzz import fuzz, process

from tfpb.errors import TfpbError
from tfpb.io.sources.deliveries import read_delivery
from tfpb.model.codes import Nature, Theme
from tfpb.model.legal.axis_table import AXES
from tfpb.model.legal.map_table import VINTAGES
from tfpb.model.plan import LEVELS
from tfpb.page.desk import mark
from tfpb.survey.reading.guessing import is_code
from tfpb.text import fold
from tfpb.words.faults.sentences import LEAST, bounded
from tfpb.words.money.accounts import axis_words
from tfpb.words.numbers import number
from tfpb.words.page import screen_words as words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.datastructures import FormData

    from tfpb.io.sources.deliveries import Delivery
    from tfpb.model.plan import Echelle, Item, Plan
    from tfpb.page.desk import Desk

    Change = tuple[tuple[str | int, ...], Any]

BY_REPLY: Final = "selon"
"""Choice of a code whose side hangs on a reply."""
_LIKE: Final = 60.0
_MOST_CODES: Final = 14


@dataclass(frozen=True, slots=True)
class Header:
    """One column of a delivery: what the page may know of a survey, never a row."""

    name: str
    label: str
    codes: tuple[tuple[str, str, str], ...]
    """Code, its meaning, how many have it (« moins de 11 » under eleven); empty where values are many."""
    values: int  # how many different values


@dataclass(frozen=True, slots=True)
class Code:
    """An answer of a scale: how many have it, and the side it is on."""

    code: str
    meaning: str
    count: str
    side: str
    waits: bool = False
    """Whether its side depends on the direction of codes without label, in question for each wave."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A delivery where no column of an item is: those that may be it, the likest first."""

    rank: int
    file: str
    choices: list[tuple[str, str]]
    proposed: str


def show(desk: Desk, _query: Mapping[str, str]) -> dict[str, Any]:
    """Return what the screen shows."""
    plan = desk.plan
    if plan is None:
        return {"plan": None}
    delivered = _delivered(desk)
    return {
        "plan": plan,
        "cartes": tuple(reversed(VINTAGES)),
        "questions": [(item, _missing(item, delivered)) for item in plan.items],
        "echelles": [
            (n, s, codes, _ends(s, codes))
            for n, s in plan.echelles.items()
            for codes in [_codes(plan, n, s, delivered)]
        ],
        "axes": [(a, axis_words(a)) for a in AXES],
        "selon": BY_REPLY,
        "niveaux": LEVELS,
    }


def headers_of(desk: Desk, name: str) -> tuple[Header, ...]:
    """List the columns of a delivery of the dossier, those that look like a person left out.

    Raises when it cannot be read.
    """
    path, plan = desk.folder / name, desk.plan
    sheet = desk.settings.reglages.feuilles.get("enquete")

    def make() -> tuple[Header, ...]:
        delivery = read_delivery(path, plan, sheet=sheet)
        return tuple(_header(delivery, str(c)) for c in delivery.table.frame.columns)

    key = ("enquete", *mark(path), *mark(desk.plan_file), sheet)
    found: tuple[Header, ...] = desk.kept(key, make)
    return found


def _header(delivery: Delivery, column: str) -> Header:
    counts = Counter(cell for cell in delivery.table.frame[column] if cell)
    meanings = delivery.dictionary.meanings.get(column, {})
    codes = tuple(
        (c, meanings.get(c, ""), bounded(n, LEAST) if n < LEAST else number(n))
        for c, n in sorted(counts.items(), key=lambda pair: (len(pair[0]), pair[0]))
    )
    label = delivery.dictionary.labels.get(column, "")
    return Header(column, label, codes if len(counts) <= _MOST_CODES else (), len(counts))


def _delivered(desk: Desk) -> dict[str, tuple[Header, ...]]:
    out: dict[str, tuple[Header, ...]] = {}
    for name in desk.settings.fichiers.enquete:
        try:
            out[name] = headers_of(desk, name)
        except TfpbError as error:
            desk.notice = (*desk.notice, *error.faults)
    return out


def _missing(item: Item, delivered: Mapping[str, tuple[Header, ...]]) -> list[Missing]:
    out = []
    for rank, (file, headers) in enumerate(delivered.items()):
        if headers and not any(h.name in item.colonnes for h in headers):
            texts = {h.name: fold(h.label or h.name) for h in headers if h.codes}
            like = process.extract(
                fold(item.libelle), texts, scorer=fuzz.token_set_ratio, limit=None
            )
            labels = {h.name: f"{h.name} – {h.label}" if h.label else h.name for h in headers}
            best = like[0][2] if like and like[0][1] >= _LIKE else ""
            out.append(Missing(rank, file, [(name, labels[name]) for _, _, name in like], best))
    return out


def _codes(
    plan: Plan, name: str, scale: Echelle, delivered: Mapping[str, tuple[Header, ...]]
) -> list[Code]:
    """List the answers met under a scale, each with its side; counts are those of one question."""
    sides = {_written(c): side for side in words.SIDES for c in getattr(scale, side)}
    asked = (
        header
        for item in plan.items
        if item.echelle == name
        for headers in delivered.values()
        for header in headers
        if header.name in item.colonnes
    )
    met: dict[str, tuple[str, str]] = {}
    for header in asked:
        met |= {code: (label, count) for code, label, count in header.codes if code not in met}
    met |= {code: ("", "") for code in sides if code not in met}

    def waits(code: str, meaning: str) -> bool:
        return scale.is_open and not meaning and is_code(code) and sides.get(code) in LEVELS

    return [Code(code, m, n, sides.get(code, ""), waits(code, m)) for code, (m, n) in met.items()]


def _ends(scale: Echelle, codes: Iterable[Code]) -> tuple[str, str] | None:
    """Return the first and the last code of a scale whose direction is asked; None of the others."""
    if not scale.is_open:
        return None
    levels = [_written(c) for side in LEVELS for c in getattr(scale, side) if is_code(_written(c))]
    if scale.type == "note":
        excluded = {_written(c) for c in (*scale.nsp, *scale.non_concerne)}
        levels = [c.code for c in codes if is_code(c.code) and c.code not in excluded]
    ordered = sorted(levels, key=lambda c: (len(c), c))
    return (ordered[0], ordered[-1]) if ordered else None


def _written(code: object) -> str:
    return str(code).removesuffix(".0")


def act(desk: Desk, form: FormData) -> None:
    """Write the plan as it was confirmed."""
    plan = desk.plan
    if plan is None:
        return
    changes = _margin(form)
    delivered = _delivered(desk)
    for name, scale in plan.echelles.items():
        changes += _scale(plan, name, scale, delivered, form)
    shown = [
        (k, item) for k, item in enumerate(plan.items) if form.get(f"i{k}") == item.identifiant
    ]
    gone = [k for k, _ in shown if f"garder{k}" not in form]
    for k, item in shown:
        changes += _item(k, item, delivered, form) if k not in gone else []
    if len(gone) < len(plan.items):
        changes += [(("items", k), None) for k in reversed(gone)]
    desk.write(edits={desk.plan_file: changes})
    if (now := desk.plan) is not None:
        desk.confirm_alike(form, partial(_alike, items=now.items), "questions")
    desk.check()


def waits(desk: Desk) -> bool:
    """Tell whether a question of the plan is to be found in a delivery under another header."""
    if (plan := desk.plan) is None:
        return False
    delivered = _delivered(desk)
    return any(one.proposed for item in plan.items for one in _missing(item, delivered))


def _alike(desk: Desk, items: Iterable[Item]) -> bool:
    """Read the questions that a delivery lacks under the headers that another dossier names for them."""
    if (plan := desk.plan) is None:
        return False
    known = {item.identifiant: item.colonnes for item in items}
    delivered = _delivered(desk)
    changes: list[Change] = []
    for k, item in enumerate(plan.items):
        lacking = [one.file for one in _missing(item, delivered)]
        there = {h.name for file in lacking for h in delivered[file]}
        if more := [c for c in known.get(item.identifiant, ()) if c in there]:
            changes.append((("items", k, "colonnes"), [*item.colonnes, *more]))
    if changes:
        desk.write(edits={desk.plan_file: changes})
    return bool(changes)


def _margin(form: FormData) -> list[Change]:
    out: list[Change] = []
    with suppress(ValueError):
        margin = float(str(form.get("marge")).replace(",", "."))
        if 0 < margin <= 50:  # noqa: PLR2004 - what the plan accepts
            out.append((("reglages", "marge_points"), margin))
    out.append((("reglages", "marge_adoptee_par"), str(form.get("marge_par", "")).strip() or None))
    day = None
    with suppress(ValueError):
        day = dt.date.fromisoformat(str(form.get("marge_le")))
    out.append((("reglages", "marge_adoptee_le"), day))
    if str(form.get("carte")) in map(str, VINTAGES):
        out.append((("reglages", "carte"), int(str(form.get("carte")))))
    return out


def _scale(
    plan: Plan,
    name: str,
    scale: Echelle,
    delivered: Mapping[str, tuple[Header, ...]],
    form: FormData,
) -> list[Change]:
    at = list(plan.echelles).index(name)
    if scale.type == "note":
        with suppress(ValueError):
            return [(("echelles", name, "satisfait_des"), float(str(form.get(f"des{at}"))))]
        return []
    sides: dict[str, list[str | int]] = {side: [] for side in words.SIDES}
    for j, one in enumerate(_codes(plan, name, scale, delivered)):
        side = str(form.get(f"e{at}_{j}", one.side))
        if one.waits and side in {BY_REPLY, *LEVELS}:
            side = one.side
        if side in sides:
            sides[side].append(int(one.code) if one.code.isdecimal() else one.code)
    return [
        (("echelles", name, side), codes or None)
        for side, codes in sides.items()
        if [_written(c) for c in codes] != [_written(c) for c in getattr(scale, side)]
    ]


def _item(
    k: int, item: Item, delivered: Mapping[str, tuple[Header, ...]], form: FormData
) -> list[Change]:
    label = str(form.get(f"libelle{k}", "")).strip() or item.libelle
    theme, nature = str(form.get(f"theme{k}")), str(form.get(f"nature{k}"))
    axes = sorted({int(str(a)) for a in form.getlist(f"axes{k}") if str(a) in "12345678"})
    columns = list(item.colonnes)
    for j, headers in enumerate(delivered.values()):
        chosen = str(form.get(f"col{k}_{j}", ""))
        if chosen not in columns and chosen in {h.name for h in headers}:
            columns.append(chosen)
    wanted: dict[str, Any] = {"libelle": label, "axes": axes, "colonnes": columns}
    wanted |= {"theme": theme} if theme in set(Theme) else {}
    wanted |= {"nature": nature} if nature in set(Nature) else {}
    before = item.model_dump(mode="json")
    return [(("items", k, key), v) for key, v in wanted.items() if v != before[key]]
