"""One action of a programme as read: axis, staff time, amounts, invoices; its faults come with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tfpb.errors import Fault, Place, Severity
from tfpb.tax.plain_values import CENT, EURO, ZERO, Record, cents, money, place, text, whole
from tfpb.tax.programme.axes import LABELS, nearest_names, read_axis
from tfpb.text import fold
from tfpb.words.money.accounts import axis_words, near_names
from tfpb.words.numbers import amount

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from tfpb.tax.programme.axes import Theme

AMOUNTS: Final = (
    "prevu_eur", "realise_eur", "bailleur_eur", "autres_eur", "valorise_eur", "cout_horaire_eur",
)  # fmt: skip
_PIECES: Final = re.compile(r"\s*[;|\n]\s*|\s*,\s+")
_REFUSED: Final = {"contradictoire": "axe_contradictoire", "plusieurs": "axe_multiple"}
_EXPECTED: Final = "un axe de 1 à 8, ou son libellé dans le cadre national"


def read_action(
    row: Record, themes: Mapping[str, Theme] | None, year: int
) -> tuple[Record, list[Fault]]:
    """Read one action: axis, staff time, amounts; its faults come with it."""
    faults: list[Fault] = []
    out = dict(row)
    out["axe_lu"] = text(row["axe"])
    out["axe"], found = _axis(row, themes)
    faults += found
    out["annee"] = whole(row.get("annee")) or year
    values: dict[str, Decimal | None] = {c: money(row.get(c)) for c in AMOUNTS}
    for column, value in values.items():
        if value is not None and value < 0:
            faults.append(Fault("montant_negatif", place(row, column), f"{value:f}"))
    hours = money(row.get("heures"))
    each = values["cout_horaire_eur"]
    staff = cents(hours * each) if hours is not None and each is not None else None
    out["temps_valorise_eur"] = staff
    if staff is not None and staff > 0:
        faults += _staff_time(row, values, staff)
    out |= values
    faults += _valued(row, values)
    return out, faults


def _axis(row: Record, themes: Mapping[str, Theme] | None) -> tuple[int | None, list[Fault]]:
    written = text(row["axe"])
    reading = read_axis(written, themes)
    here = place(row, "axe")
    if reading.how in _REFUSED:
        return None, [Fault(_REFUSED[reading.how], here, written, {"attendu": _EXPECTED})]
    if reading.axe is None:
        fields = {"proches": near_names(nearest_names(written, themes))}
        return None, [Fault("axe_inconnu", here, written, fields)]
    if reading.how == "exact":
        return reading.axe, []
    code = "axe_proposition" if reading.how == "proposition" else "code_devine"
    fields = {"lu": axis_words(reading.axe), "attendu": _EXPECTED}
    return reading.axe, [Fault(code, here, written, fields, Severity.DOUTE)]


def _staff_time(row: Record, values: dict[str, Decimal | None], staff: Decimal) -> list[Fault]:
    """Value the time of the staff where no spending is written, and say it."""
    spent, valued = values["realise_eur"], values["valorise_eur"]
    said = amount(staff)
    if spent is None:
        values["realise_eur"] = staff
        if valued is None:
            values["valorise_eur"] = staff
        return [Fault("temps_valorise", place(row, "heures"), said, {}, Severity.DOUTE)]
    if staff > spent + CENT:
        fields = {"realise": amount(spent)}
        return [Fault("temps_depasse", place(row, "heures"), said, fields, Severity.DOUTE)]
    return []


def _valued(row: Record, values: Mapping[str, Decimal | None]) -> list[Fault]:
    spent, valued = values["realise_eur"], values["valorise_eur"]
    faults = []
    if valued is not None and valued > 0:
        here = place(row, "valorise_eur")
        if spent is None:
            faults.append(Fault("valorise_sans_depense", here, amount(valued)))
        elif valued > spent:
            fields = {"realise": amount(spent)}
            faults.append(Fault("valorise_depasse", here, amount(valued), fields))
    own, others = values["bailleur_eur"], values["autres_eur"]
    if spent is not None and own is not None:
        funded = own + (others or ZERO)
        if abs(funded - spent) > EURO:
            fields = {"realise": amount(spent)}
            here = place(row, "bailleur_eur")
            faults.append(
                Fault("financements_divergents", here, amount(funded), fields, Severity.DOUTE)
            )
    return faults


def pieces_twice(rows: Iterable[Record]) -> list[Fault]:
    """Refuse an invoice that stands for two spendings, this year or the year before.

    Only what bears a digit counts as the name of an invoice: « voir dossier » names none.
    """
    faults: list[Fault] = []
    seen: dict[str, tuple[Place, int]] = {}
    for row in rows:
        for piece in dict.fromkeys(_PIECES.split(text(row.get("piece")))):
            key = fold(piece)
            if not any(c.isdigit() for c in key):
                continue
            here = place(row, "piece")
            if key in seen:
                there, year = seen[key]
                fields = {
                    "autre": there.row,
                    "annee": f" de {year}" if year != row["annee"] else "",
                    "fichier": f" du fichier « {there.file} »" if there.file != here.file else "",
                }
                faults.append(Fault("piece_en_double", here, piece, fields))
            seen.setdefault(key, (here, row["annee"]))
    return faults


def repeated(rows: Iterable[Record]) -> list[Fault]:
    """Doubt an action that bears another's identifier, in the same quarter and year."""
    faults = []
    seen: dict[tuple[Any, ...], int] = {}
    for row in rows:
        key = (text(row["id_action"]), text(row["code_qpv"]), row["annee"])
        here = place(row, "id_action")
        if key in seen:
            fields = {"autre": seen[key]}
            faults.append(Fault("action_en_double", here, key[0], fields, Severity.DOUTE))
        seen.setdefault(key, here.row)
    return faults


def contradictions(themes: Mapping[str, Theme] | None) -> list[Fault]:
    """Doubt themes of the user that bear an axis's official label and name another axis."""
    official = {fold(label): int(axe) for label, axe in LABELS.items()}
    return [
        Fault(
            "theme_contredit",
            Place("dossier.toml", column=f"themes.{theme}"),
            theme,
            {"lu": axis_words(meant.axe), "cadre": axis_words(official[fold(theme)])},
            Severity.DOUTE,
        )
        for theme, meant in (themes or {}).items()
        if official.get(fold(theme), meant.axe) != meant.axe
    ]
