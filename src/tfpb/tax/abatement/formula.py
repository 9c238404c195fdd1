"""The formula of the abatement, exact: lines of a notice, management fees, State compensation."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from tfpb.model.legal.tax_lines import LINES, LOST
from tfpb.tax.plain_values import CENT, EURO, ZERO, cents

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.law.values import Reader

ROUNDINGS: Final = ("centime", "avis")


@dataclass(frozen=True, slots=True)
class Terms:
    """What the formula needs of the law on 1 January of a tax year."""

    part: Decimal  # share of the base that is abated (CGI 1388 bis)
    base_part: Decimal  # share of the VLC that makes the net base (CGI 1388)
    fees: Mapping[str, Decimal]  # management fees by line
    compensation: Decimal
    """Share of the commune, syndicats and EPCI lines that the State compensates."""
    quantum: Decimal  # step of rounding of a line, euros (0.01, or 1 as on a notice: CGI 1657)


@dataclass(frozen=True, slots=True)
class Amounts:
    """Rounded amounts of one premises; every sum is the sum of the rounded lines."""

    lines: tuple[Decimal, ...]
    abatement: Decimal
    fees: Decimal
    compensation: Decimal
    lost: Decimal
    spread: Decimal

    @property
    def total(self) -> Decimal:
        """Abatement and the management fees it saves."""
        return self.abatement + self.fees

    @property
    def town_lost(self) -> Decimal:
        """What of the loss is the commune's: its line, less its part of what the State returns."""
        town = self.lines[0]
        return town - cents(town * self.compensation / (self.lost + self.compensation or EURO))


def terms(reader: Reader, rounding: str) -> Terms:
    """Read the terms of a year; `rounding` is `centime` (estimates) or `avis` (whole euros a line)."""
    if rounding == "avis":
        reader.text("arrondi_avis")
    reader.text("teom_abattue")
    reader.text("taxes_reportees")
    reader.text("source_compensation")
    return Terms(
        part=reader.decimal("taux_abattement"),
        base_part=reader.decimal("part_vlc"),
        fees={line: reader.decimal(f"frais_{line}") for line in LINES},
        compensation=reader.decimal("part_compensation"),
        quantum=EURO if rounding == "avis" else CENT,
    )


def net_base(vlc: Decimal | None, base: Decimal | None, law: Terms) -> Decimal:
    """Return the net base B = 0.5 × VLC, or as given without one; to the euro when a notice is copied.

    The cadastral value is never abated, a base may be: where both are there, it rules.
    """
    ruled = vlc is not None and base != 0  # a base of nothing is a base
    exact = (vlc or ZERO) * law.base_part if ruled else base or ZERO
    return exact.quantize(EURO, ROUND_HALF_UP) if law.quantum == EURO else exact


def due(base: Decimal, rates_pct: tuple[Decimal, ...], *, fees: Mapping[str, Decimal]) -> Decimal:
    """Return what a notice asks before any abatement, unrounded (fees empty: without them)."""
    return sum(
        (
            base * rate / 100 * (1 + fees.get(line, ZERO))
            for line, rate in zip(LINES, rates_pct, strict=True)
        ),
        ZERO,
    )


def amounts(
    base: Decimal, rates_pct: tuple[Decimal, ...], law: Terms, *, share: Decimal = Decimal(1)
) -> Amounts:
    """Compute the abatement A = 0.3 × B × share × rate, line by line, each line rounded.

    Parameters
    ----------
    base : Decimal
        Net base B, euros, before the abatement.
    rates_pct : tuple of Decimal, one a line of `LINES`
        Rates in percent.
    share : Decimal
        Part of the premises' dwellings that have the right (0..1).

    References
    ----------
    CGI 1388, 1388 bis, 1641, 1657.
    """
    lines = tuple(
        (law.part * base * share * rate / 100).quantize(law.quantum, ROUND_HALF_UP)
        for rate in rates_pct
    )
    by_line = dict(zip(LINES, lines, strict=True))
    fees = sum(
        ((by_line[n] * law.fees[n]).quantize(law.quantum, ROUND_HALF_UP) for n in LINES), ZERO
    )
    shared = sum((by_line[n] for n in LOST), ZERO)
    compensation = cents(shared * law.compensation)
    abatement = sum(lines, ZERO)
    return Amounts(
        lines=lines,
        abatement=abatement,
        fees=fees,
        compensation=compensation,
        lost=shared - compensation,
        spread=abatement - shared,
    )


NOTHING: Final = Amounts((ZERO,) * len(LINES), ZERO, ZERO, ZERO, ZERO, ZERO)
"""Amounts of a premises without right."""
