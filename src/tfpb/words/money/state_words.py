"""Why a premises has its status, what is acquired, at risk, to claim; the worst and best case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.packaged import packaged
from tfpb.text import capital
from tfpb.words.numbers import THIN, bounded, euros, long_date, number, rounded_sum
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from decimal import Decimal

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Within
    from tfpb.model.money import States

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
_REFUSED: Final = Phrase("À réclamer, déclaré et refusé : {euros:€}.")
_UNPROVED: Final = Phrase(
    "À réclamer sans preuve de déclaration : {euros:€} ; rien ne dit que ces locaux figuraient sur la liste "
    "déclarée."
)
_RELIEVED: Final = Phrase(
    "À réclamer, obtenu ? {euros:€} : l’avis porte un dégrèvement du même montant."
)
_WAITING: Final = Phrase("Réclamé et sans réponse : {euros:€}.")


_NAMED: Final[dict[str, str]] = _TEXTS["named"]
"""What follows the amount of a claim in a list of amounts."""
_SHOWN_OPEN: Final = frozenset({"non_lu"})
"""Claims that are told though nothing shows them to exceed nil."""
_BORNE: Final = Phrase("Les avis portent {borne:€} : {parts}.")
_NONE_BORNE: Final = "Aucun avis lu ne montre d’abattement."
_BEST: Final = Phrase("Au mieux, {best:€} seraient dus : {parts}.")
_AWAITED: Final = Phrase("{euros:€} sont estimés dus, mais aucun avis lu ne les montre encore.")
_UNREAD: Final = Phrase(
    "{homes:s logement} {homes:a est/sont} sur un avis dont la somme n’a pas été comprise : {euros:€} "
    "d’abattement, acquis ou à réclamer."
)
_UNREAD_HOMES: Final = Phrase("{homes:s logement} dont l’avis n’est pas lu")
_UNLINED_HOMES: Final = Phrase("{homes:s logement} sans aucune ligne au fichier fiscal")
_RESERVED_BEST: Final = Phrase(
    "{best:€} au mieux{claim:?, dont {claim} à réclamer}{borne:?, dont {borne} portés par les avis}"
)
_NOT_GIVEN: Final = "aucun fichier fiscal ne le donne"


def named_states(states: States) -> str:
    """Write each state of a premises that has an amount."""
    pairs = {
        "acquis": states.acquired, "estime": states.estimated, "a_risque": states.at_risk,
        "sous_reserve_porte": states.doubtful, "a_reclamer": states.to_claim, "non_lu": states.unread,
        "reserve_hors_avis": states.hanging, "perdu": states.lost,
    }  # fmt: skip
    return ", ".join(f"{euros(amount)} {_NAMED[name]}" for name, amount in pairs.items() if amount)


def named(held: Within, *names: str) -> str:
    """Write the amounts of claims that come to something, each with its name.

    One that nothing shows to exceed nil is left out, but for what a notice not read or a reply may bear.
    """
    amounts = ((name, held.amount(name)) for name in names)
    shown = (
        (name, amount)
        for name, amount in amounts
        if amount.is_written or (name in _SHOWN_OPEN and held.has(name) and amount.may_exceed_nil)
    )
    return ", ".join(f"{euros(amount)} {_NAMED[name]}" for name, amount in shown)


def standing(held: Within) -> str:
    """Write every amount that comes to something, and the dwellings that have none."""
    amounts = named(held, "acquis", "a_risque", "a_reclamer", "sous_reserve", "non_lu", "perdu")
    return ", ".join(filter(None, (amounts, _unlined(held))))


def _unlined(held: Within) -> str:
    homes = held.amount("logements_sans_avis")
    return _UNLINED.format(homes=homes) if homes.exceeds_nil else ""


_UNLINED: Final = Phrase("{homes:s logement} sans montant")


def is_aside(held: Within) -> bool:
    """Return whether something is to be told where nothing is acquired: at risk, to claim, lost."""
    return any(held.amount(name).exceeds_nil for name in ("a_risque", "a_reclamer", "perdu"))


def acquired(held: Within) -> str:
    """Write what is acquired: an amount, or in its place why there is none; never a zero for an unknown."""
    amount = held.amount("acquis")
    if amount.exceeds_nil:
        return euros(amount)
    if amount.is_nil:
        return NONE_ACQUIRED if is_aside(held) else euros(amount)
    return RESERVED if held.amount("sous_reserve").exceeds_nil else LACKING


def unknown_detail(held: Within) -> str:
    """Write what is known of an amount that is not."""
    if held.amount("sous_reserve").exceeds_nil:
        parts = {"claim": held.amount("a_reclamer"), "borne": held.amount("sous_reserve_porte")}
        written = {name: euros(a) if a.exceeds_nil else "" for name, a in parts.items()}
        return _RESERVED_BEST.filled({"best": held.amount("au_mieux"), **written})
    if (amount := held.amount("acquis")).is_written:
        return euros(amount)
    return left_out(held) or _NOT_GIVEN


def left_out(held: Within) -> str:
    """Write which dwellings leave an amount open: of notices not read, of no line; empty when it is whole."""
    counts = (
        (_UNREAD_HOMES, held.amount("logements_non_lus")),
        (_UNLINED_HOMES, held.amount("logements_sans_avis")),
    )
    return " et ".join(phrase.format(homes=n) for phrase, n in counts if n.exceeds_nil)


def without(held: Within) -> str:
    """Write after an amount why it is not known; empty when it is."""
    left = left_out(held)
    return f" ({left})" if left else ""


def nature_words(held: Within) -> str:
    """Say after what is acquired how much of it no notice bears; nothing where all is on notices."""
    estimated = held.amount("estime")
    if not estimated.exceeds_nil:
        return ""
    whole = not held.amount("acquis_porte").exceeds_nil
    return ESTIMATED if whole else PART_ESTIMATED.format(estimated=estimated)


def none_acquired(held: Within, year: int) -> str:
    """Write in place of an abatement that comes to nothing what is known of it: never 0 € for an unknown."""
    if not held.amount("acquis").is_nil:
        return unknown_sentence(held, year)
    aside = f"{NONE_ACQUIRED} ; {standing(held)}" if is_aside(held) else NONE_DUE
    return f"Abattement {year} : {aside}."


def borne_sentence(held: Within) -> str:
    """Write the first total: what notices bear, state by state."""
    borne = held.amount("porte")
    if not borne.is_written:
        return _NONE_BORNE
    acquired_there = "acquis_porte" if held.amount("estime").exceeds_nil else "acquis"
    return _BORNE.format(
        borne=borne, parts=named(held, acquired_there, "a_risque", "sous_reserve_porte")
    )


def best_sentence(held: Within) -> str:
    """Write the second total: what may be due at best; empty when nothing may be."""
    best = held.amount("au_mieux")
    if not best.is_written:
        return ""
    return _BEST.format(
        best=best, parts=named(held, "acquis", "a_reclamer", "sous_reserve", "non_lu")
    )


def state_sentences(held: Within, year: int, on: dt.date | None) -> tuple[str, ...]:
    """Write the two totals, then each state with what it depends on.

    `on`, the day of the dossier, decides whether the last day to claim has passed.
    """
    totals = (borne_sentence(held), best_sentence(held))
    return (*filter(None, totals), *reason_sentences(held, year, on))


def reason_sentences(held: Within, year: int, on: dt.date | None) -> tuple[str, ...]:
    """Write each state but what is acquired, with what it hangs on."""
    claim = held.get("a_reclamer")
    until = {"a_reclamer": _until(claim.deadline, on)}
    each = {"a_reclamer": _CLAIM, "a_risque": _RISK, "estime": _AWAITED, **RESERVES, "perdu": _LOST}
    out = [
        capital(phrase.format(euros=held.amount(name), year=year)) + until.get(name, "")
        for name, phrase in each.items()
        if held.amount(name).is_written
    ]
    homes = {
        _UNREAD: held.amount("logements_non_lus"),
        _MISSING: held.amount("logements_sans_avis"),
    }
    out += [
        phrase.format(homes=count, euros=held.amount("non_lu"))
        for phrase, count in homes.items()
        if count.exceeds_nil
    ]
    return tuple(out)


def _until(limit: dt.date | None, on: dt.date | None) -> str:
    if limit is None:
        return ""
    if on is not None and on > limit:
        return f" Le délai de réclamation a pris fin le {long_date(limit)}."
    return f" La réclamation est recevable jusqu’au {long_date(limit)}."


def declared_sentences(held: Within) -> tuple[str, ...]:
    """Split what is to claim by what is known of it, then say what was claimed; a nil part has no zero."""
    phrases = {
        "a_reclamer_declare": _REFUSED, "a_reclamer_sans_preuve": _UNPROVED, "a_reclamer_obtenu": _RELIEVED,
        "reclame_en_cours": _WAITING,
    }  # fmt: skip
    amounts = ((phrase, held.amount(name)) for name, phrase in phrases.items() if held.has(name))
    return tuple(phrase.format(euros=amount) for phrase, amount in amounts if amount.exceeds_nil)


def claim_until(limit: dt.date | None, on: dt.date) -> str:
    """Write until when a claim is open, in a detail under a figure."""
    if limit is None:
        return "dû et non porté par les avis"
    if on > limit:
        return f"délai de réclamation passé le {long_date(limit)}"
    return f"dû et non porté par les avis ; à réclamer jusqu’au {long_date(limit)}"


def unknown_sentence(held: Within, year: int) -> str:
    """Open the chapter of an abatement that is not known."""
    if held.amount("sous_reserve").exceeds_nil:
        text = (
            f"L’abattement de {year} n’est pas établi : il est sous réserve, {unknown_detail(held)}"
        )
        risk = named(held, "a_risque")
        return f"{text} ; en plus, {risk}." if risk else f"{text}."
    return f"L’abattement de {year} n’est pas connu : {unknown_detail(held)}."


def quarter_sentence(held: Within) -> str:
    """Write what a quarter has beside its amount, in one sentence; empty when nothing."""
    amount = held.amount("acquis")
    stated = not amount.exceeds_nil and not amount.is_nil  # its figure tells the rest, at best
    reserved = stated and held.amount("sous_reserve").exceeds_nil
    names = ("a_risque",) if reserved else ("a_risque", "a_reclamer", "sous_reserve", "non_lu")
    parts = ", ".join(filter(None, (named(held, *names), _unlined(held))))
    return f"À part : {parts}." if parts else ""


def abated_share(per_home: Amount, abated: Amount, dwellings: Amount) -> str:
    """Write an amount per abated dwelling: of how many, among how many (left out where it is not known)."""
    among = f" sur {bounded(dwellings, number)}" if dwellings.is_known else ""
    return f"{euros(per_home)} par logement abattu ({bounded(abated, number)}{among})"


OUTSIDE: Final = "hors de tout quartier"

_WORST: Final = Phrase("Au pire, seraient à rendre de ce que portent les avis : {parts} ; {left}.")
_AT_BEST: Final = Phrase(
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


def cases(held: Within) -> tuple[str, ...]:
    """Write the worst and the best case, then the fees saved."""
    out = []
    worst = named(held, "a_risque", "sous_reserve_porte")
    if worst:
        left = held.amount("acquis_porte")
        stays = f"il resterait {euros(left)}" if left.is_written else _NOTHING_LEFT
        out.append(_WORST.format(parts=worst, left=stays))
    if named(held, "a_reclamer", "sous_reserve", "non_lu"):
        after = held.amount("apres_reclamation")
        claim = (
            f" ; réclamations seules admises, {euros(after)}"
            if held.amount("a_reclamer").exceeds_nil
            else ""
        )
        out.append(_AT_BEST.format(best=held.amount("au_mieux"), claim=claim))
        if claim and (note := rounded_sum(after, held.amount("acquis"), held.amount("a_reclamer"))):
            out.append(note)
    fees = (
        ("acquis", held.amount("frais_gestion")),
        ("à réclamer", held.amount("frais_a_reclamer")),
    )
    words = ", ".join(f"{euros(a)} avec ce qui est {name}" for name, a in fees if a.exceeds_nil)
    if words:
        out.append(_FEES.format(fees=words))
    return tuple(out)


def after_claims(balance: Decimal, after: Decimal) -> str:
    """Write what the balance of the programme becomes if claims succeed."""
    now, then = (f"{number(v, sign=True)}{THIN}€" for v in (balance, after))
    return (
        f"Si les réclamations aboutissent, valorisé − abattement − reporté passe de {now} à {then} : ce qui "
        "est obtenu est à justifier."
    )


MOTIVES: Final = Phrase.table(**_TEXTS["motives"])
SHORT: Final = Phrase.table(**_TEXTS["short"])
"""Motives in a few words, for a cell; the whole sentence stands elsewhere."""
STATES: Final = Phrase.table(**_TEXTS["states"])
EXTRAS: Final = Phrase.table(**_TEXTS["extras"])
NOTICES: Final = Phrase.table(**_TEXTS["notices"])
LACKS: Final = Phrase.table(**_TEXTS["lacks"])
FORECAST: Final = Phrase.table(**_TEXTS["forecast"])

PREVIOUS: Final[dict[str, str]] = _TEXTS["previous"]
"""What a premises shows beside itself a year before."""
PREVIOUS_FOUND: Final = Phrase("Avis de {year} à côté de ceux de {before} : {counts}.")
PROOFS: Final[dict[str, str]] = _TEXTS["proofs"]
FOLLOWED: Final[dict[str, str]] = _TEXTS["followed"]
"""What is known of a premises to claim, and where its claim stands."""
SOME_PREMISES: Final = Phrase("{part:s local/locaux} sur {whole:n} :")
"""How many premises of a résidence a motive is about."""


def lacks(codes: tuple[str, ...], fields: Mapping[str, Any]) -> str:
    """List what a declaration lacks for a premises, empty when nothing."""
    return ", ".join(LACKS[c].filled(fields) for c in codes)
