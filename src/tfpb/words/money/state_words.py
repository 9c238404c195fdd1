"""Why a premises has its status, what is acquired, at risk, to claim; the worst and best case."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from tfpb.model.codes import Reserve
from tfpb.model.money import States
from tfpb.packaged import packaged
from tfpb.words.numbers import THIN, euros, long_date, number, plural
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from tfpb.model.money import Abatement

_TEXTS: Final = packaged(__name__)
RATE_TO_CONFIRM: Final = "taux à confirmer"
RESERVED: Final = "sous réserve"
LACKING: Final = "non connu"
UNSETTLED: Final = "non établi"
NONE_ACQUIRED: Final = "rien d’acquis"
"""In place of « 0 € » where nothing counts and notices, a claim or a lost year are to be told."""
NONE_DUE: Final = "aucun n’est porté par les avis ni estimé dû"
PART_ESTIMATED: Final = Phrase(", dont {estimated:€} sur aucun avis")
ESTIMATED: Final = " (estimé : sur aucun avis)"
RESERVES: Final = Phrase.table(**_TEXTS["reserves"])
WAITS: Final[dict[str, str]] = _TEXTS["waits"]
"""What a coming amount hangs on, after « dépendent »."""
REASONS: Final[dict[str, str]] = _TEXTS["reasons"]
_LOST: Final = Phrase(
    "{euros:€} sont perdus pour {year} : une condition a été remplie trop tard, ce montant n’est dans "
    "aucun des deux totaux."
)
_MISSING: Final = Phrase(
    "{homes:s logement} des quartiers n’ont aucune ligne dans le fichier de fiscalité : leur abattement "
    "n’est pas connu, et il n’est dans aucun total."
)
_CLAIM: Final = Phrase(
    "{euros:€} restent à réclamer : l’abattement semble dû et l’avis ne le porte pas."
)
_RISK: Final = Phrase(
    "{euros:€} sont abattus alors qu’une condition manque : ce montant est à risque."
)
_REFUSED: Final = Phrase("À réclamer, déclaré et refusé : {declared:€}.")
_UNPROVED: Final = Phrase(
    "À réclamer sans preuve de déclaration : {rest:€} ; rien ne dit que ces locaux figuraient sur la liste "
    "déclarée."
)


_WITHOUT: Final = Phrase(", sans {count:s quartier} dont le montant n’est pas connu")


def without_quarters(count: int) -> str:
    """Write how many quarters a sum leaves out, after its amount; empty when it is the whole."""
    return _WITHOUT.format(count=count) if count else ""


def states_of(row: Mapping[str, Any]) -> States:
    """Return the states that a line of a quarter holds; nothing of one that has none."""
    doubtful = row.get("abattement_douteux_eur") or Decimal(0)
    reserved = row.get("abattement_sous_reserve_eur") or Decimal(0)
    return States(
        acquired=row.get("abattement_acquis_eur") or Decimal(0),
        at_risk=row.get("abattement_a_risque_eur") or Decimal(0),
        lost=row.get("abattement_perdu_eur") or Decimal(0),
        to_claim=row.get("abattement_a_reclamer_eur") or Decimal(0),
        doubtful=doubtful,
        hanging=reserved - doubtful,
        missing=int(row.get("logements_sans_montant") or 0),
    )


def on_no_notice(amount: Decimal | None, states: States) -> Decimal:
    """Return what an amount counts without a notice: all but what is acquired."""
    return max(Decimal(0), (amount or Decimal(0)) - states.acquired)


def pending(amount: Decimal | None, states: States) -> Decimal:
    """Return what hangs on something and is not in the amount, which counts what awaits its notice."""
    return max(Decimal(0), states.reserved - on_no_notice(amount, states))


def nature_words(amount: Decimal, states: States) -> str:
    """Say after an amount what of it no notice bears; nothing where all is on notices."""
    estimated = on_no_notice(amount, states)
    if not estimated:
        return ""
    return ESTIMATED if estimated == amount else PART_ESTIMATED.format(estimated=estimated)


def nothing_acquired(states: States, year: int) -> str:
    """Write in place of an abatement of 0 € what notices bear, what is to claim, what is lost."""
    return f"Abattement {year} : {NONE_ACQUIRED} ; {named_states(states)}."


def named_states(states: States) -> str:
    """Write each state that has an amount, and the dwellings that have none."""
    said = _parts(
        (states.acquired, "acquis"), (states.at_risk, "à risque"), (states.doubtful, "douteux"),
        (states.to_claim, "à réclamer"), (states.hanging, RESERVED), (states.lost, "perdu"),
    )  # fmt: skip
    lacking = f"{plural(states.missing, 'logement')} sans montant" if states.missing else ""
    return ", ".join(filter(None, (said, lacking)))


def borne_sentence(states: States) -> str:
    """Write the first total: what notices bear, state by state."""
    if not states.borne:
        return "Aucun avis lu ne montre d’abattement."
    parts = _parts(
        (states.acquired, "acquis"), (states.at_risk, "à risque"), (states.doubtful, "douteux")
    )
    return f"Les avis portent {euros(states.borne)} : {parts}."


def best_sentence(states: States) -> str:
    """Write the second total: what may be due at best; empty when nothing may be."""
    if not states.best:
        return ""
    parts = _parts(
        (states.acquired, "acquis"),
        (states.to_claim, "à réclamer"),
        (states.reserved, "sous réserve"),
    )
    return f"Au mieux, {euros(states.best)} seraient dus : {parts}."


def _parts(*pairs: tuple[Decimal, str]) -> str:
    return ", ".join(f"{euros(amount)} {name}" for amount, name in pairs if amount)


def state_sentences(money: Abatement, on: dt.date | None) -> tuple[str, ...]:
    """Write the two totals, then each state with what it hangs on.

    Parameters
    ----------
    money : Abatement
    on : date or None
        Day of the dossier, to know whether the last day to claim has passed.
    """
    states, reserves = money.states, money.reserves
    out = [borne_sentence(states)]
    if best := best_sentence(states):
        out.append(best)
    if states.to_claim:
        out.append(_CLAIM.format(euros=states.to_claim) + _until(money.claim_until, on))
    if states.at_risk:
        out.append(_RISK.format(euros=states.at_risk))
    out += [RESERVES[r].format(euros=reserves[r]) for r in Reserve if reserves.get(r)]
    if states.lost:
        out.append(_LOST.format(euros=states.lost, year=money.year))
    if states.missing:
        out.append(_MISSING.format(homes=states.missing))
    return tuple(out)


def _until(limit: dt.date | None, on: dt.date | None) -> str:
    if limit is None:
        return ""
    if on is not None and on > limit:
        return f" Le délai de réclamation a pris fin le {long_date(limit)}."
    return f" La réclamation est recevable jusqu’au {long_date(limit)}."


def declared_sentences(to_claim: Decimal, declared: Decimal) -> tuple[str, ...]:
    """Split what is to claim by what is known of the declaration; an unknown part has no zero."""
    out = [_REFUSED.format(declared=declared)] if declared else []
    rest = to_claim - declared
    return (*out, _UNPROVED.format(rest=rest)) if rest else tuple(out)


def claim_until(limit: dt.date | None, on: dt.date) -> str:
    """Write until when a claim is open, in a detail under a figure."""
    if limit is None:
        return "dû et non porté par les avis"
    if on > limit:
        return f"délai de réclamation passé le {long_date(limit)}"
    return f"dû et non porté par les avis ; à réclamer jusqu’au {long_date(limit)}"


def unknown_value(states: States) -> str:
    """Write, in place of an amount that is not known, why it is not: never a zero."""
    return RESERVED if states.reserved else LACKING


def unknown_detail(states: States) -> str:
    """Write what is known of an amount that is not."""
    if states.reserved:
        claim = f", dont {euros(states.to_claim)} à réclamer" if states.to_claim else ""
        borne = f", dont {euros(states.doubtful)} portés par les avis" if states.doubtful else ""
        return f"{euros(states.best)} au mieux{claim}{borne}"
    if not states.missing:
        return "aucun fichier fiscal ne le donne"
    return f"{plural(states.missing, 'logement')} sans montant au fichier fiscal"


def unknown_sentence(states: States, year: int) -> str:
    """Open the chapter of an abatement that is not known."""
    if states.reserved:
        return f"L’abattement de {year} n’est pas établi : il est sous réserve, {unknown_detail(states)}."
    return f"L’abattement de {year} n’est pas connu : {unknown_detail(states)}."


def quarter_sentence(row: Mapping[str, Any], doubtful: int = 0) -> str:
    """Write what a quarter has beside its amount, in one sentence; empty when nothing.

    Parameters
    ----------
    row : mapping
        A line of `Abatement.by_qpv`; one without states (several bailleurs together) says nothing.
    doubtful : int
        Dwellings to check, where some are of no quarter and only next to this one.
    """
    amount, states = row.get("abattement_eur"), states_of(row)
    known = amount is not None
    claim = states.to_claim if known or not states.reserved else Decimal(0)
    hanging = pending(amount, states) if known else Decimal(0)  # else its figure tells it, at best
    told = _parts((states.at_risk, "à risque"), (claim, "à réclamer"), (hanging, RESERVED))
    lacking = f"{plural(states.missing, 'logement')} sans montant connu" if states.missing else ""
    unsure = f" ; {plural(doubtful, 'logement')} à vérifier" if doubtful and known else ""
    parts = ", ".join(filter(None, (told, lacking)))
    return f"À part : {parts}{unsure}." if parts else ""


def abated_share(per_home: Decimal, abated: int, dwellings: int) -> str:
    """Write an amount per abated dwelling: of how many, among how many."""
    return f"{euros(per_home)} par logement abattu ({number(abated)} sur {number(max(abated, dwellings))})"


OUTSIDE: Final = "hors de tout quartier"
_WORST: Final = Phrase(
    "Au pire, {downside:€} de ce que portent les avis seraient à rendre ({risk:€} à risque, {doubtful:€} "
    "douteux) : {left}."
)
_BEST: Final = Phrase(
    "Au mieux, réclamations admises et réserves levées, {best:€} seraient dus{claim}."
)
_NOTHING_LEFT: Final = "rien ne resterait"
UNKNOWN_AMOUNT: Final = "un montant non établi"
OWNED: Final = Phrase.table(**_TEXTS["owned"])
"""Readings of premises owned against notices, by finding."""
NOT_OWNED: Final = (
    "Logements possédés en QPV et sur aucun avis : non connu, l’export GMBI des locaux possédés n’est pas "
    "fourni."
)
ALL_NOTICED: Final = (
    "Locaux possédés (GMBI) : tous ceux des quartiers sont sur un avis lu, et l’export connaît tous les "
    "locaux des avis."
)
FINDINGS: Final[dict[str, str]] = _TEXTS["findings"]
_FEES: Final = "Frais de gestion épargnés (taux non vérifiés) : {fees}."


def cases(states: States) -> tuple[str, ...]:
    """Write the worst and the best case, then the fees saved."""
    out = []
    if states.downside:
        out.append(
            _WORST.format(
                downside=states.downside,
                risk=states.at_risk,
                doubtful=states.doubtful,
                left=f"il resterait {euros(states.acquired)}" if states.acquired else _NOTHING_LEFT,
            )
        )
    if states.best != states.acquired:
        claim = (
            f" ; réclamations seules admises, {euros(states.claimed)}" if states.to_claim else ""
        )
        out.append(_BEST.format(best=states.best, claim=claim))
    if states.fees or states.claim_fees:
        fees = (("acquis", states.fees), ("à réclamer", states.claim_fees))
        words = ", ".join(
            f"{euros(amount)} avec ce qui est {name}" for name, amount in fees if amount
        )
        out.append(_FEES.format(fees=words))
    return tuple(out)


def after_claims(balance: Decimal, after: Decimal) -> str:
    """Write what the balance of the programme becomes if claims succeed."""
    now, then = (f"{number(v, sign=True)}{THIN}€" for v in (balance, after))
    return (
        f"Si les réclamations aboutissent, le solde du programme passe de {now} à {then} : ce qui est "
        "obtenu est à justifier."
    )


MOTIVES: Final = Phrase.table(**_TEXTS["motives"])
SHORT: Final = Phrase.table(**_TEXTS["short"])
"""Motives in a few words, for a cell; the whole sentence stands elsewhere."""
STATES: Final = Phrase.table(**_TEXTS["states"])
EXTRAS: Final = Phrase.table(**_TEXTS["extras"])
NOTICES: Final = Phrase.table(**_TEXTS["notices"])
LACKS: Final = Phrase.table(**_TEXTS["lacks"])
FORECAST: Final = Phrase.table(**_TEXTS["forecast"])

SOME_PREMISES: Final = Phrase("{part:s local/locaux} sur {whole:n} :")
"""How many premises of a résidence a motive is about."""


def lacks(codes: tuple[str, ...], fields: Mapping[str, Any]) -> str:
    """List what a declaration lacks for a premises, empty when nothing."""
    return ", ".join(LACKS[c].filled(fields) for c in codes)
