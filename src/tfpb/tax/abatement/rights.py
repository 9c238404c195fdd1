"""The right of a premises on 1 January of a tax year: sides, exemption, convention, declaration."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from tfpb.model.codes import Evolution, QpvStatut, Statut
from tfpb.model.legal.map_table import pair_of
from tfpb.packaged import packaged
from tfpb.tax.abatement.signatures import LATE, Standing
from tfpb.tax.plain_values import ZERO
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.law.values import Reader
    from tfpb.tax.abatement.holdings import Holding, Unit
    from tfpb.tax.abatement.signatures import Conventions
    from tfpb.tax.plain_values import Record

TWO_QUARTERS: Final = "plusieurs_quartiers"
EITHER_SIDE: Final = "deux_cotes"
_NATURES: Final = packaged(__name__)
_HOME: Final = re.compile(rf"\b(?:{'|'.join(_NATURES['logements'])})")
_APART: Final = re.compile(rf"\b(?:{'|'.join(_NATURES['autres'])})\b")
NATURE: Final = "type_local"
BARE: Final = "sans_logement"
"""Column of a line that is taken for one without dwellings: what it is is not known."""
_HELD: Final = Standing("", "")
_GONE: Final = {"demolie": attrgetter("demolition"), "vendue": attrgetter("sale")}
_AP_MA: Final = frozenset({"ap", "ma"})
"""How a relevé shortens flat and house."""


@dataclass(frozen=True, slots=True)
class Right:
    """What a premises is entitled to, before its notice is read."""

    statut: str  # `Statut`, or empty when every condition is met
    share: Decimal  # part of the taxable dwellings that are in the quarter (0..1)
    doubt: Decimal  # part pending a check of the location
    code_qpv: str
    motive: str  # code of the motive; `fields` are its values
    fields: Mapping[str, Any] = field(default_factory=dict)
    known: bool = True
    """False when the right is unknown: no table of conventions, signed by a body of another name, a blank
    date, dates out of order, two ends of exemption that differ."""
    opens: int | None = None  # first tax year without exemption, when an exemption is known
    taxable: bool = True  # False when all is exempt: a notice that asks nothing is then right


def exempt(until: dt.date | None, new_year: dt.date) -> bool:
    """Say whether a long-term exemption still runs on 1 January (an end within the year keeps it)."""
    return until is not None and until >= new_year


def _parted(unit: Unit, own: dt.date | None, new_year: dt.date) -> bool:
    """Return whether the stock and the tax sheet give two ends of exemption that part on 1 January."""
    ends = (unit.exempt_until, own)
    return None not in ends and exempt(unit.exempt_until, new_year) != exempt(own, new_year)


def bears_no_dwelling(row: Record) -> bool:
    """Return whether a line is of no dwelling: as it says, or by a count of none that nothing contradicts."""
    return row.text(BARE) != "" or (row.text(NATURE) != "" and not is_home(row.text(NATURE)))


def is_unsaid(row: Record) -> bool:
    """Return whether a line neither counts a dwelling nor says what it is."""
    nature, count = row.text(NATURE), row.whole("nb_logements")
    return not count and is_home(nature) and (not nature or count == 0)


def is_home(nature: str) -> bool:
    """Return whether a premises is one to live in; one that does not say is taken for it."""
    named = fold(nature)
    home = _HOME.search(named)
    inhabited = home is not None and not _APART.search(named, 0, home.start())
    return not named or named in _AP_MA or inhabited


def standing_units(units: tuple[Unit, ...], year: int) -> tuple[Unit, ...]:
    """Keep the units held on 1 January: delivered before, neither sold nor demolished before."""
    return tuple(
        u
        for u in units
        if not any(gone is not None and gone < year for gone in (u.demolition, u.sale))
        and not (u.delivery is not None and u.delivery >= year)
    )


def end_of_exemption(unit: Unit, reader: Reader) -> dt.date | None:
    """Return the last day of a unit's exemption; a planned delivery opens one (CGI 1384 A)."""
    if unit.exempt_until is not None or unit.delivery is None:
        return unit.exempt_until
    return dt.date(unit.delivery + reader.whole("duree_exoneration_neuf_ans"), 12, 31)


def right_of(
    holding: Holding | None,
    *,
    own_exemption: dt.date | None,
    conventions: Conventions,
    reader: Reader,
    covers: bool = False,
) -> Right:
    """Weigh the conditions in the order of the contract; the first that fails names the status.

    A premises whose dwellings are in several quarters is in doubt unless each of them lacks a condition:
    nothing read says which quarter, hence which convention, it answers to. Where it `covers` all the
    dwellings of the holding and one quarter alone may have a convention, money follows the dwellings of
    that one. `own_exemption`, the end of exemption written on the premises, prevails over the stock's.
    """
    year = reader.day.year
    if holding is None:
        return Right(Statut.A_VERIFIER, ZERO, Decimal(1), "", "residence_hors_patrimoine")
    units = standing_units(holding.units, year)
    code = holding.code_qpv
    if not units:
        motive = next(
            (code for code, of in _GONE.items() if any(map(of, holding.units))), "a_livrer"
        )
        return Right(Statut.EXONERE, ZERO, ZERO, code, motive, _planned(holding), taxable=False)
    inside = _weight(units, QpvStatut.DANS)
    doubtful = _weight(units, QpvStatut.A_VERIFIER)
    ends = {u: own_exemption or end_of_exemption(u, reader) for u in units}
    parted = {u for u in units if _parted(u, own_exemption, reader.day)}
    ends |= {u: min(filter(None, (u.exempt_until, own_exemption))) for u in parted}
    reader.flag("annee_derniere_exoneration")
    taxable = tuple(u for u in units if not exempt(ends[u], reader.day))
    whole = sum(u.weight for u in taxable)
    share = Decimal(_weight(taxable, QpvStatut.DANS)) / whole if whole else ZERO
    doubt = Decimal(_weight(taxable, QpvStatut.A_VERIFIER)) / whole if whole else ZERO
    earliest = min((e for e in ends.values() if e is not None), default=None)
    opens = earliest.year + 1 if earliest is not None else None
    bare = Right(Statut.EXONERE, ZERO, doubt, code, "exonere", opens=opens, taxable=whole > 0)
    if len({u.side for u in taxable}) > 1 and not all(u.counted for u in taxable):
        return replace(
            bare, statut=Statut.A_VERIFIER, doubt=Decimal(1), motive="logements_inconnus",
            fields={"residence": holding.id_residence}, taxable=True,
        )  # fmt: skip
    if not inside:
        statut = Statut.A_VERIFIER if doubtful else Statut.HORS_QPV
        motive, fields = _outside(holding, doubtful, reader)
        return replace(bare, statut=statut, motive=motive, fields=fields)
    if not share:
        sides = (e for u, e in ends.items() if u.side == QpvStatut.DANS)
        first = min(e for e in sides if e is not None and exempt(e, reader.day))
        fields = {"date": first, "annee": first.year + 1}
        return replace(bare, fields=fields)
    quarters = quarters_of(taxable)
    standings = {c: conventions.standing(replace(holding, code_qpv=c), reader) for c in quarters}
    may = sorted(c for c, s in standings.items() if not (s.statut and s.known))
    several = len(quarters) > 1 and bool(may)
    if several and len(may) == 1 and covers:  # money follows its dwellings
        several, code = False, may[0]
        own = sum(u.weight for u in taxable if u.side == QpvStatut.DANS and u.code_qpv == code)
        share = Decimal(own) / whole
    if (
        not may and standings.get(code, _HELD).motive in LATE
    ):  # only what is late everywhere is lost
        code = next((c for c, s in sorted(standings.items()) if s.motive not in LATE), code)
    held = conventions.standing(replace(holding, code_qpv=code), reader)
    if (not held.statut or not held.known) and (unsure := parted.intersection(taxable)):
        stock = max(filter(None, (u.exempt_until for u in unsure)))
        held = Standing(
            Statut.DROIT_INCONNU,
            "exonerations_contraires",
            {"date": stock, "avis": own_exemption},
            known=False,
        )
    reader.text("limite_voie")
    reader.text("critere_localisation")
    if several:
        unknown = {
            "quartiers": ", ".join(sorted(quarters)),
            "residence": holding.id_residence,
        }
        return replace(
            bare, statut=Statut.A_VERIFIER, doubt=share + doubt, motive=TWO_QUARTERS, fields=unknown
        )
    # of dwellings whose end is not known, another's says nothing
    ended = all(ends[u] is not None for u in taxable if u.side == QpvStatut.DANS)
    motive, fields = _entitled(holding, units, held, share, reader, ended=ended)
    return Right(held.statut, share, doubt, code, motive, fields, known=held.known, opens=opens)


def quarters_of(units: tuple[Unit, ...]) -> frozenset[str]:
    """Return the quarters that hold dwellings of some units: of several, each has its own convention."""
    return frozenset(u.code_qpv for u in units if u.side == QpvStatut.DANS and u.code_qpv)


def without_dwellings(right: Right, row: Record) -> Right:
    """Return the right of a line of no dwelling, from that of the dwellings where it stands.

    Only dwellings are abated (CGI 1388 bis), and nothing read says whether a garage goes with one: it is
    never claimed, and what its notice abates is under reserve; without right where theirs is known to lack.
    """
    if right.statut in {Statut.HORS_QPV, Statut.EXONERE}:
        return right
    lacks = right.known and right.statut in {Statut.SANS_CONVENTION, Statut.NON_DECLARE}
    nature = row.text(NATURE)
    return replace(
        right, statut=Statut.SANS_LOGEMENT, share=ZERO, doubt=ZERO if lacks else right.share + right.doubt,
        motive="autre_local" if nature else "local_sans_logement", fields={NATURE: nature}, known=True,
    )  # fmt: skip


def _weight(units: tuple[Unit, ...], side: str) -> int:
    return sum(u.weight for u in units if u.side == side)


def _planned(holding: Holding) -> dict[str, Any]:
    years = [u.demolition or u.sale or u.delivery for u in holding.units]
    return {"annee": max((y for y in years if y is not None), default="")}


def effect_year(reader: Reader, *, overseas: bool) -> int:
    """Return the first tax year that the newer map of the year's pair counts."""
    newer = newer_map(reader, overseas=overseas)
    year = reader.date(f"effet_perimetres_{newer}").year
    if overseas:
        key = "carte_qpv_outremer"
        while reader.law.covers(key, on := dt.date(year, 1, 1)) and (
            int(reader.law.value(key, on).valeur) < newer
        ):
            year += 1
    return year


def newer_map(reader: Reader, *, overseas: bool) -> int:
    """Return the newer of the two maps that an evolution of the reader's year compares."""
    return pair_of(reader.whole("carte_qpv_outremer" if overseas else "carte_qpv"))[1]


def _effect(holding: Holding, reader: Reader) -> dict[str, Any]:
    """Say from which tax year a map counts, and whether that was read in a text."""
    newer = newer_map(reader, overseas=holding.overseas)
    year = effect_year(reader, overseas=holding.overseas)
    value = reader.law.value(f"effet_perimetres_{newer}", reader.day)
    return {"annee_effet": year, "marque": "" if value.verifie else "non_verifie", "carte": newer}


def _outside(holding: Holding, doubtful: int, reader: Reader) -> tuple[str, dict[str, Any]]:
    if doubtful:
        return "cote_a_verifier", {"logements": doubtful, "code_qpv": holding.code_qpv}
    if holding.evolution == Evolution.SORTANT:
        return "sortant", _effect(holding, reader)
    return "hors_qpv", {}


def _entitled(
    holding: Holding,
    units: tuple[Unit, ...],
    held: Standing,
    share: Decimal,
    reader: Reader,
    *,
    ended: bool,
) -> tuple[str, dict[str, Any]]:
    """Choose the motive of a premises in the quarter: what fails, else by what title it holds."""
    fields = dict(held.fields)
    if held.statut:
        return held.motive, fields
    fields["part"] = share
    if holding.evolution == Evolution.ENTRANT:
        fields |= {"entrant": True, **_effect(holding, reader)}
    fields["condition"] = held.motive
    reasons = {u.reason for u in units}
    if "acquis_avant_1998" in reasons:
        reader.date("acquisition_avant")
        return "droit_acquis_1998", fields
    if "autre" in reasons:
        reader.text("autre_motif")
        return "droit_autre", fields
    if ended or "exoneration_echue" in reasons:
        return "droit_exoneration_echue", fields
    return "droit_exoneration_inconnue", fields
