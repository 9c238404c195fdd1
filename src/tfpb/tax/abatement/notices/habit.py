"""The habit of a notice file: what its columns of values and of sums truly hold."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tfpb.tax.abatement.formula import amounts
from tfpb.tax.plain_values import EURO, ZERO, cents

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.tax.abatement.notices.notice_sums import Sum
    from tfpb.tax.abatement.premises import Premises

TEOM_FEES: Final = Decimal("1.08")
"""What a notice asks of the TEOM, management fees included (CGI 1641)."""
CENTS: Final = Decimal("0.01")
THOUSANDS: Final = Decimal(1000)
_ONE: Final = Decimal(1)


class Base(StrEnum):
    """What the columns of values hold."""

    HEADER = "base_dite"
    """Half of the cadastral value where it is there, else the base as given."""
    HALF = "vlc_moitie"
    """The column of cadastral values holds their half."""
    WHOLE = "base_vlc"
    """The column of bases holds cadastral values."""
    AFTER = "base_apres"
    """The column of bases holds what the abatement leaves."""
    COLUMN = "base_colonne"
    """Both are there, and the base is the right one."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How a file keeps its notices; the default is what the headers mean."""

    base: Base = Base.HEADER
    teom: Decimal = ZERO  # part of the TEOM that is in the sums: 0, 1, or with its fees
    cut: bool = False  # whether the sums are after dégrèvements
    unit: Decimal = _ONE  # euros that one unit of the sums is worth
    value_unit: Decimal = _ONE  # euros that one unit of the values is worth
    fees: bool = False  # whether the sums include the management fees
    factors: Mapping[str, Decimal] = field(default_factory=dict)
    """By commune, multiplies the rates of the file into the notice's."""
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    """By commune, TEOM in the sums that no column gives, as a part of the base."""

    @property
    def oddities(self) -> int:
        """How many of its parts are not what the headers mean; fees are no oddity."""
        other = self.base != Base.HEADER
        units = (self.unit != _ONE) + (self.value_unit != _ONE)
        return other + bool(self.teom) + self.cut + units + bool(self.factors) + bool(self.rates)

    def codes(self) -> dict[str, str]:
        """Return the code of each part, by subject, that which weighs most first."""
        units = {_ONE: "euros", CENTS: "centimes", THOUSANDS: "milliers"}
        rates = "taux_autres_frais" if self.fees else "taux_autres"
        teom = {ZERO: "teom_a_part", _ONE: "teom_comprise"}.get(self.teom, "teom_et_frais")
        return {
            "base": str(self.base),
            "teom": "teom_sans_colonne" if self.rates else teom,
            "degrevements": "degrevements_deduits" if self.cut else "degrevements_a_part",
            "unite": units[self.unit],
            "valeurs": f"valeurs_{units[self.value_unit]}",
            "taux": rates if self.factors else "taux_lus",
            "frais": "frais_compris" if self.fees else "frais_a_part",
        }

    def apart(self, one: Sum, place: str, base: Decimal) -> Decimal:
        """Return a sum in euros, without TEOM, before dégrèvements, whatever its rates.

        `place` is the commune of its premises, `base` the sum of their bases in euros.
        """
        if not self.oddities:
            return one.written
        euros = one.written * self.unit - self.teom * one.teom
        if self.cut:
            euros += one.cut
        euros -= self.rates.get(place, ZERO) * base
        return cents(euros)


def commune_of(item: Premises) -> str:
    """Return where rates are one: the commune, else the rates themselves."""
    town = item.holding.code_insee if item.holding is not None else ""
    return town or " ".join(map(str, item.rates))


def rebased(item: Premises, base: Decimal, factor: Decimal | None = None) -> Premises:
    """Return a premises on another net base, to the euro on copied notices, and on rates times a factor."""
    if item.terms.quantum == EURO:
        base = base.quantize(EURO, ROUND_HALF_UP)
    if base == item.base and factor is None:
        return item
    rates = item.rates if factor is None else tuple(rate * factor for rate in item.rates)
    full = amounts(base, rates, item.terms).abatement
    return replace(item, base=base, taxed=base if item.taxed else ZERO, rates=rates, full=full)
