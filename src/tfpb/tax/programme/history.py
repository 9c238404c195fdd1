"""Which row of a programme stands for which year, when last year's comes in a file of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tfpb.errors import Fault, Severity
from tfpb.tax.plain_values import place, text

if TYPE_CHECKING:
    from tfpb.tax.plain_values import Record


@dataclass(frozen=True, slots=True)
class Years:
    """The actions of a programme, told apart by year.

    Parameters
    ----------
    current : tuple of Record
        Of the tax year.
    past : tuple of Record
        Of the years before, from whichever file rules each year.
    others : tuple of Record
        Of later years: in the balance, without abatement.
    notices : tuple of Fault
        Rows set aside.
    """

    current: tuple[Record, ...]
    past: tuple[Record, ...]
    others: tuple[Record, ...]
    notices: tuple[Fault, ...] = ()

    @property
    def kept(self) -> list[Record]:
        """Every row that counts, the past first."""
        return [*self.past, *self.current, *self.others]

    def before(self, year: int) -> list[Record]:
        """Return the actions of the year before."""
        return [r for r in self.past if r["annee"] == year - 1]


def by_year(read: list[Record], earlier: list[Record], year: int) -> Years:
    """Let a file of the past rule every year it bears; each row it does not rule is listed.

    Parameters
    ----------
    read : list of Record
        Rows of the programme, with `annee` an int.
    earlier : list of Record
        Rows of last year's file; without a year they are of the year before.
    year : int
        Tax year.

    Returns
    -------
    Years
        A row of the tax year in last year's file is set aside (`precedent_autre_annee`), and so is a
        row of the programme whose year last year's file bears (`annee_deux_fichiers`).
    """
    past = [r for r in earlier if r["annee"] < year]
    notices = [
        Fault(
            "precedent_autre_annee",
            place(row, "annee"),
            str(row["annee"]),
            {"annee": year - 1},
            Severity.DOUTE,
        )
        for row in earlier
        if row["annee"] >= year
    ]
    ruled = {r["annee"] for r in past}
    for row in read:
        if row["annee"] in ruled:
            fields = {"fichier": text(past[0].get("_fichier"))}
            here = place(row, "annee")
            notices.append(
                Fault("annee_deux_fichiers", here, str(row["annee"]), fields, Severity.DOUTE)
            )
        elif row["annee"] < year:
            past.append(row)
    return Years(
        current=tuple(r for r in read if r["annee"] == year),
        past=tuple(past),
        others=tuple(r for r in read if r["annee"] > year),
        notices=tuple(notices),
    )
