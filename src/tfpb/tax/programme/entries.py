"""The actions of a programme as read: faults, the year each stands for, shares of one for all quarters."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.decimals import apportion
from tfpb.errors import Fault, Place
from tfpb.facts.programme_claims import AWAITED, REVIEWED, TO_REVIEW, review_key
from tfpb.model.codes import QpvStatut
from tfpb.model.columns import STAMP, texts
from tfpb.model.tables import counted_quarters, means_every_quarter
from tfpb.piece_names import is_numbered, piece_key, references
from tfpb.tax.plain_values import (
    CENT,
    EURO,
    ZERO,
    Record,
    cents,
    doubt,
    grouped,
    records,
    repeats,
)
from tfpb.tax.programme.action_start import action_start
from tfpb.tax.programme.axes import LABELS, nearest_names, read_axis
from tfpb.text import fold
from tfpb.words.money.accounts import (
    EXPECTED_AXIS,
    axis_words,
    both_amounts,
    near_names,
    of_file,
    of_year,
    shares,
)
from tfpb.words.numbers import UNKNOWN, amount, long_date

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from tfpb.model.settings import Theme
    from tfpb.tax.programme.bilans import Bilans


AMOUNTS: Final = (
    "prevu_eur", "realise_eur", "bailleur_eur", "autres_eur", "valorise_eur", "cout_horaire_eur",
)  # fmt: skip
_TINY: Final = Decimal("0.005")
"""Part of a spending under which what is valued of it may be in thousands of euros."""
_WITH_VAT: Final = (Decimal("1.2"), Decimal("1.1"), Decimal("1.055"))
"""What an amount before tax is multiplied by: the rates of works and services."""
_SEVERAL: Final = re.compile(r"[;,\n]|\s(?:[+/]|et)\s")
"""What stands between the résidences of a cell: « 0123/01 » is one."""
_TAX_WORDS: Final = frozenset({"ht", "ttc", "tva"})
_YEAR: Final = re.compile(r"(?<!\d)20\d\d(?!\d)")
_REFUSED: Final = {"contradictoire": "axe_contradictoire", "plusieurs": "axe_multiple"}


def read_action(
    row: Record, themes: Mapping[str, Theme] | None, year: int
) -> tuple[Record, list[Fault]]:
    """Read one action: axis, year, staff time, amounts; its faults come with it."""
    faults: list[Fault] = []
    written = row.text("axe")
    axis, found = _axis(written, row.place("axe"), themes)
    faults += found
    values: dict[str, Decimal | None] = {c: row.money(c) for c in AMOUNTS}
    for column, value in values.items():
        if value is not None and value < 0:
            faults.append(Fault("montant_negatif", row.place(column), f"{value:f}"))
    hours, each = row.money("heures"), values["cout_horaire_eur"]
    staff = cents(hours * each) if hours is not None and each is not None else None
    if staff is not None and staff > 0:
        faults += _staff_time(row, values, staff)
    faults += _valued(row, values)
    of_year = row.whole("annee") or year
    read = {
        "axe_lu": written,
        "axe": axis,
        "annee": of_year,
        "temps_valorise_eur": staff,
        **values,
    }
    return Record(row | read), faults


def _axis(
    written: str, here: Place, themes: Mapping[str, Theme] | None
) -> tuple[int | None, list[Fault]]:
    reading = read_axis(written, themes)
    if reading.how in _REFUSED:
        return None, [Fault(_REFUSED[reading.how], here, written, {"attendu": EXPECTED_AXIS})]
    if reading.axe is None:
        near = near_names(nearest_names(written, themes))
        return None, [Fault("axe_inconnu", here, written, {"proches": near})]
    if reading.how == "exact":
        return reading.axe, []
    code = "axe_proposition" if reading.how == "proposition" else "code_devine"
    return reading.axe, [
        doubt(code, here, written, lu=axis_words(reading.axe), attendu=EXPECTED_AXIS)
    ]


def _staff_time(row: Record, values: dict[str, Decimal | None], staff: Decimal) -> list[Fault]:
    """Value the time of the staff where no spending is written, with a doubt."""
    spent, here = values["realise_eur"], row.place("heures")
    if spent is None:
        values["realise_eur"] = staff
        if values["valorise_eur"] is None:
            values["valorise_eur"] = staff
        return [doubt("temps_valorise", here, amount(staff))]
    if staff > spent + CENT:
        return [doubt("temps_depasse", here, amount(staff), realise=amount(spent))]
    return []


def _valued(row: Record, values: Mapping[str, Decimal | None]) -> list[Fault]:
    """Refuse more valued than spent; doubt a funding that does not add up to what was spent."""
    spent, valued = values["realise_eur"], values["valorise_eur"]
    faults = []
    if valued is not None and valued > 0:
        here = row.place("valorise_eur")
        if spent is None:
            faults.append(Fault("valorise_sans_depense", here, amount(valued)))
        elif valued > spent:
            fields = {"realise": amount(spent)}
            faults.append(Fault("valorise_depasse", here, amount(valued), fields))
        elif valued < spent * _TINY:
            faults.append(doubt("valorise_infime", here, amount(valued), realise=amount(spent)))
    own, others = values["bailleur_eur"], values["autres_eur"]
    if spent is not None and own is not None:
        funded = own + (others or ZERO)
        if abs(funded - spent) > EURO:
            here = row.place("bailleur_eur")
            faults.append(
                doubt("financements_divergents", here, amount(funded), realise=amount(spent))
            )
    if valued is not None and own is not None and valued > own + CENT:
        here = row.place("valorise_eur")
        faults.append(doubt("valorise_sur_autres", here, amount(valued), bailleur=amount(own)))
    return faults


def dated(
    rows: Iterable[Record], due: Bilans | None = None, confirmed: Collection[str] = ()
) -> list[Fault]:
    """Mark `TO_REVIEW` pieces dated before their action or after the bilan; doubt odd dates and calendars.

    An action of all quarters is one line of its file: it is doubted once, for all that it values, and its
    piece may be of the last of their bilans. `confirmed` has the keys (`review_key`) of pieces that people
    looked at.
    """
    faults: list[Fault] = []
    for same in grouped(list(rows), _line).values():
        row, year = same[0], same[0]["annee"]
        found = _misdated(row, year, _bilan(same, due), _total(same))
        for one in same:
            key = review_key(one.text("id_action"), one.text("code_qpv"))
            one[TO_REVIEW] = "" if found is None else REVIEWED if key in confirmed else AWAITED
        if found is not None and any(one[TO_REVIEW] == AWAITED for one in same):
            faults.append(found)
        day, text = row.day("date_piece"), row.text("calendrier")
        if day is not None and found is None and day.year != year:
            here = row.place("date_piece")
            faults.append(doubt("piece_hors_annee", here, long_date(day), annee=year))
        years = [int(other) for other in _YEAR.findall(text)]
        if years and not min(years) <= year <= max(years):
            faults.append(
                doubt("calendrier_autre_annee", row.place("calendrier"), text, annee=year)
            )
    return faults


def _line(row: Record) -> tuple[Place, str, dt.date | None, str]:
    # rows of an analyst's frame bear no place: an identifier and a day keep them distinct
    place, day = row.place("date_piece"), row.day("date_piece")
    return place, row.text("id_action"), day, row.text("calendrier")


def _bilan(same: Iterable[Record], due: Bilans | None) -> dt.date | None:
    days = [] if due is None else [due.day(r.text("code_qpv"), r["annee"]) for r in same]
    known = [day for day in days if day is not None]
    return max(known) if len(known) == len(days) and known else None


def _total(same: Iterable[Record]) -> str:
    parts = [r.money("valorise_eur") for r in same]
    known = [part for part in parts if part is not None]
    return UNKNOWN if len(known) < len(parts) else f"{amount(sum(known, ZERO))} €"


def _misdated(row: Record, year: int, bilan: dt.date | None, weight: str) -> Fault | None:
    """Return the doubt on a piece dated before its action can begin, or after its bilan."""
    day, text, here = row.day("date_piece"), row.text("calendrier"), row.place("date_piece")
    if day is None:
        return None
    if bilan is not None and day > bilan:
        fields = {"bilan": long_date(bilan), "montant": weight}
        return doubt("piece_apres_bilan", here, long_date(day), **fields)
    if day < (action_start(text, year) or dt.date(year, 1, 1)):
        fields = {"calendrier": text or str(year), "montant": weight}
        return doubt("piece_avant_action", here, long_date(day), **fields)
    return None


def pieces_twice(rows: Iterable[Record]) -> list[Fault]:
    """Refuse an invoice that stands for two spendings, this year or the year before."""
    faults: list[Fault] = []
    seen: dict[tuple[str, ...], tuple[Place, int]] = {}
    for row in rows:
        for piece in filter(is_numbered, references(row.text("piece"))):
            key, here = piece_key(piece), row.place("piece")
            if key in seen and seen[key][0] != here:  # parts of one action bear its piece
                there, year = seen[key]
                fields = {
                    "autre": there.row,
                    "annee": of_year(None if year == row["annee"] else year),
                    "fichier": of_file("" if there.file == here.file else there.file),
                }
                faults.append(Fault("piece_en_double", here, piece, fields))
            seen.setdefault(key, (here, row["annee"]))
    return faults


def repeated(rows: Iterable[Record]) -> list[Fault]:
    """Doubt an action that bears another's identifier, in the same quarter and year."""
    twice = repeats(
        rows, lambda r: (r.text("id_action"), r.text("code_qpv"), r["annee"]), "id_action"
    )
    return [doubt("action_en_double", here, r.text("id_action"), autre=n) for r, here, n in twice]


def twins(rows: Iterable[Record]) -> list[Fault]:
    """Doubt an action of another identifier that bears an earlier one's title, quarter, year and amount.

    The amount may be the same but for a rate of VAT: a quotation before tax, then the invoice.
    """
    alike: dict[tuple[str, str, int], list[tuple[Decimal, str]]] = {}
    faults = []
    for row in rows:
        spent = row.money("valorise_eur") or row.money("realise_eur")
        name = row.text("id_action")
        title = " ".join(w for w in fold(row.text("action")).split() if w not in _TAX_WORDS)
        if not spent or not title:
            continue
        earlier = alike.setdefault((title, row.text("code_qpv"), row["annee"]), [])
        first = next(((s, n) for s, n in earlier if _same_but_for_tax(spent, s)), (spent, name))
        earlier.append((spent, name))
        if fold(first[1]) != fold(name):
            fields = {"autre": first[1], "montant": both_amounts(first[0], spent)}
            faults.append(doubt("actions_jumelles", row.place("id_action"), name, **fields))
    return faults


def _same_but_for_tax(one: Decimal, other: Decimal) -> bool:
    less, more = sorted((abs(one), abs(other)))
    return one == other or any(abs(less * rate - more) <= CENT for rate in _WITH_VAT)


def elsewhere(rows: Iterable[Record], held: pd.DataFrame) -> list[Fault]:
    """Doubt an action that names a résidence without a dwelling in its quarter.

    An action of several quarters has a row in each: its résidences may be in any of them. In `held`
    (`facts.place.holds`), a side that is not settled is no doubt here.
    """
    near = held[held["cote"] != QpvStatut.HORS]
    names, codes = texts(near, "id_residence"), texts(near, "code_qpv")
    places = {(n.lstrip("0"), c) for n, c in zip(names, codes, strict=True)}
    given = grouped(list(rows), lambda r: (r.text("id_action"), r["annee"]))
    return [
        doubt("action_residence_ailleurs", same[0].place("id_residence"), name, action=action)
        for (action, _), same in given.items()
        for name in residences_of(same[0])
        if not any((name.lstrip("0"), row.text("code_qpv")) in places for row in same)
    ]


def residences_of(action: Record) -> list[str]:
    """Return the résidences that an action names, one or several in a cell."""
    return [name for part in _SEVERAL.split(action.text("id_residence")) if (name := part.strip())]


def unvalued(rows: Iterable[Record]) -> list[Fault]:
    """Doubt the actions of which nothing says what is valued: one each, or one where no action says it."""
    held = list(rows)
    blank = list(
        {r.place("valorise_eur"): r for r in held if r.money("valorise_eur") is None}.values()
    )
    whole = len(held) > 1 and all(r.money("valorise_eur") is None for r in held)
    others = len(blank) - 1 if whole else 0
    return [
        doubt("valorise_non_renseigne", r.place("valorise_eur"), r.text("id_action"), autres=others)
        for r in (blank[:1] if whole else blank)
    ]


def contradictions(themes: Mapping[str, Theme] | None) -> list[Fault]:
    """Doubt themes of the user that bear an axis's official label and name another axis."""
    official = {fold(label): int(axe) for label, axe in LABELS.items()}
    return [
        doubt(
            "theme_contredit",
            Place("dossier.toml", column=f"themes.{theme}"),
            theme,
            lu=axis_words(meant.axe),
            cadre=axis_words(official[fold(theme)]),
        )
        for theme, meant in (themes or {}).items()
        if official.get(fold(theme), meant.axe) != meant.axe
    ]


@dataclass(frozen=True, slots=True)
class Years:
    """The actions of a programme, by year."""

    current: tuple[Record, ...]  # of the tax year
    past: tuple[Record, ...]  # of the years before, from whichever file rules each year
    others: tuple[Record, ...]  # of later years: in the balance, without abatement
    notices: tuple[Fault, ...] = ()  # rows set aside

    @property
    def kept(self) -> list[Record]:
        """Every row that counts, the past first."""
        return [*self.past, *self.current, *self.others]

    def before(self, year: int) -> list[Record]:
        """Return the actions of the year before."""
        return [r for r in self.past if r["annee"] == year - 1]


def by_year(read: list[Record], earlier: list[Record], year: int) -> Years:
    """Let a file of the past rule every year it has; each row it does not rule is listed.

    `earlier` rows without a year are of the year before. A row of the tax year in last year's file is set
    aside (`precedent_autre_annee`), and so is a row of the programme whose year last year's file has
    (`annee_deux_fichiers`). A programme without an action of the year is a fault (`programme_autre_annee`):
    what it values is not nil.
    """
    current = tuple(r for r in read if r["annee"] == year)
    past = [r for r in earlier if r["annee"] < year]
    ruled = {r["annee"] for r in past}
    file = past[0].text(STAMP[0]) if past else ""
    past += [r for r in read if r["annee"] < year and r["annee"] not in ruled]
    notices = [
        doubt("precedent_autre_annee", r.place("annee"), str(r["annee"]), annee=year - 1)
        for r in earlier
        if r["annee"] >= year
    ]
    notices += [
        doubt("annee_deux_fichiers", r.place("annee"), str(r["annee"]), fichier=file)
        for r in read
        if r["annee"] in ruled
    ]
    if read and not current:
        of = ", ".join(map(str, sorted({r["annee"] for r in read})))
        where = replace(read[0].place("annee"), row=0)
        notices.append(Fault("programme_autre_annee", where, of, {"annee": year}))
    return Years(
        current=current,
        past=tuple(past),
        others=tuple(r for r in read if r["annee"] > year),
        notices=tuple(notices),
    )


_SPLIT = tuple(c for c in AMOUNTS if c != "cout_horaire_eur")


def shared(actions: pd.DataFrame, homes: Mapping[str, int]) -> tuple[pd.DataFrame, list[Fault]]:
    """Write one row a quarter for each action of all quarters; amounts add up to the cent.

    By the dwellings of each quarter that counts (`homes`), with a doubt `action_partagee`; faults are
    `action_sans_quartier` where no quarter has dwellings, `quartiers_autre_nombre` where « les deux » are
    not two. Actions are typed `PROGRAMME`.
    """
    if not actions["code_qpv"].map(means_every_quarter).any():
        return actions, []
    codes = [c for c, n in homes.items() if n > 0]
    weights = [Decimal(homes[c]) for c in codes]
    rows: list[Record] = []
    faults: list[Fault] = []
    for row in records(actions):
        written = row.text("code_qpv")
        if not means_every_quarter(written):
            rows.append(row)
            continue
        here = row.place("code_qpv")
        if not codes:
            faults.append(Fault("action_sans_quartier", here, row.text("id_action")))
            continue
        if (count := counted_quarters(written)) and count != len(codes):
            fields = {"codes": ", ".join(codes)}
            faults.append(Fault("quartiers_autre_nombre", here, written, fields))
            continue
        parts = {c: _split(row.money(c), weights) for c in _SPLIT}
        hours = row.money("heures")
        for k, code in enumerate(codes):
            each: dict[str, Any] = {c: values[k] for c, values in parts.items()}
            if hours is not None:
                each["heures"] = float(hours * weights[k] / sum(weights))
            rows.append(Record(row | each | {"code_qpv": code}))
        portions = shares({c: homes[c] for c in codes})
        faults.append(doubt("action_partagee", here, row.text("id_action"), parts=portions))
    frame = pd.DataFrame(rows, columns=list(actions.columns))
    kinds = {c: kind for c, kind in actions.dtypes.items() if kind.kind != "O"}
    return frame.astype(kinds), faults


def _split(amount: Decimal | None, weights: list[Decimal]) -> list[Decimal | None]:
    """Share an amount by weights, to the cent; parts add up to it."""
    if amount is None:
        return [None] * len(weights)
    count = int(amount.scaleb(2).to_integral_value())
    sign = -1 if count < 0 else 1
    return [Decimal(sign * part).scaleb(-2) for part in apportion(abs(count), weights)]
