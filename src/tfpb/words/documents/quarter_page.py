"""Words of the A4 page of a quarter: five figures, three sentences, what an élu is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.facts.claim import Nature
from tfpb.words.money.accounts import axis_name
from tfpb.words.money.programme_words import justified_to
from tfpb.words.money.state_words import (
    RATE_TO_CONFIRM,
    UNSETTLED,
    abated_share,
    acquired,
    is_aside,
    standing,
    unknown_detail,
    without,
)
from tfpb.words.numbers import (
    THIN,
    euros,
    number,
    percent,
    plain_date,
    plural,
    points,
)
from tfpb.words.phrase import Phrase
from tfpb.words.survey.verdict_words import LEVEL, MODE_CHANGED, interval_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Claims, Within
    from tfpb.facts.place import QuarterDoubt
    from tfpb.model.location import GapLine, QpvPage

NATURE: Final = {Nature.REEL: "réel (avis)", Nature.ESTIME: "estimé"}
PARTLY: Final = "montant non établi chez un bailleur au moins"
"""Of a sum over bailleurs that lacks one."""
FOLLOWS: Final = "suit l’abattement"
NO_TAX_FILE: Final = ("non calculé", "le fichier fiscal n’est pas fourni")


_STOCK: Final = Phrase("{homes:s résidence}, {share:%} du patrimoine du bailleur")
_VALUE: Final = Phrase("{count:n}")
_HOMES: Final = Phrase("{count:s logement}")
_ACTIONS: Final = Phrase("{count:s action}")
_LISTED: Final = Phrase(
    "{count:s action} {count:a est inscrite/sont inscrites} au programme, sans montant valorisé."
)


def dwellings_figure(claims: Claims, code: str) -> tuple[str, str, str]:
    """Write the stock of the quarter and its weight in the bailleur's."""
    homes, share = (claims.amount(name, code) for name in ("residences_qpv", "part_qpv"))
    value = _VALUE.format(count=claims.amount("logements_qpv", code))
    return "Logements", value, _STOCK.format(homes=homes, share=share)


def abatement_figure(held: Within) -> tuple[str, str, str]:
    """Write the abatement, whether real or estimated, and per abated dwelling.

    Parameters
    ----------
    held : Within
        Claims of the quarter. An amount that is not known says why, never zero.
    """
    label, claim = "Abattement acquis", held.get("acquis")
    if not held.has("acquis"):
        return label, *NO_TAX_FILE
    value, amount = acquired(held), claim.amount
    partly = [PARTLY] if "bailleur_absent" in amount.why else []
    if not amount.exceeds_nil:
        known = amount.is_nil and not is_aside(held)
        detail = (
            NATURE[Nature.REEL]
            if known
            else standing(held)
            if amount.is_nil
            else unknown_detail(held)
        )
        return label, value, " ; ".join([detail, *partly])
    per_home, homes = held.amount("acquis_par_logement"), held.amount("logements_abattus")
    how = NATURE[claim.nature or Nature.ESTIME]
    if per_home.is_known and homes.is_known:
        inside = held.amount("logements_qpv")
        how += f", {abated_share(per_home, homes, inside)}"
    return label, value, " ; ".join([how + without(held), *partly])


def loss_figure(held: Within) -> tuple[str, str, str]:
    """Write what the collectivities give up once the State has paid its part."""
    label, lost = "Perte des collectivités", held.amount("perte")
    if not held.has("perte"):
        return label, *NO_TAX_FILE
    if (
        lost.is_nil and held.amount("a_risque").exceeds_nil
    ):  # it is on notices, and may be paid back
        return label, UNSETTLED, FOLLOWS
    if not lost.exceeds_nil and not lost.is_nil:
        return label, acquired(held), FOLLOWS
    back = held.amount("compensation")
    return label, euros(lost), f"l’État compense {euros(back)} ({RATE_TO_CONFIRM})"


def programme_figure(held: Within) -> tuple[str, str, str]:
    """Write what was valued, per abated dwelling, against the abatement.

    Parameters
    ----------
    held : Within
        Claims of the quarter. What is not known is not divided.
    """
    label, valued = "Actions valorisées", held.amount("valorise")
    if not held.has("valorise"):
        return label, "non renseigné", "le programme d’actions n’est pas fourni"
    parts = [_ACTIONS.format(count=held.amount("actions"))]
    if not valued.is_known and "bailleur_absent" in valued.why:
        return label, euros(valued), " ; ".join([*parts, PARTLY])
    each = held.amount("valorise_par_logement")
    if each.is_known:
        parts.append(f"{euros(each)} par logement abattu")
    if held.has("part_justifiee"):
        parts.append(justified_to(held.amount("part_justifiee")))
    return label, euros(valued), ", ".join(parts)


def doubt_figure(claims: Claims, code: str, doubt: QuarterDoubt | None) -> tuple[str, str, str]:
    """Write how many dwellings are in doubt, in a quarter or next to it.

    Of the worst placed, the uncertainty is written where a sign on the plan would be too precise.
    """
    if doubt is None:
        return "À vérifier", "aucun logement", "aucun doute dans ce quartier"
    homes, nearby = doubt.residences, doubt.nearby
    details = [plural(homes, "résidence") + (" à côté" if nearby == homes else "")]
    if 0 < nearby < homes:
        details.append(f"dont {number(nearby)} à côté")
    near = doubt.radius_m <= _PLACED_M
    whole = "" if 0 < nearby < homes else " sur le plan"  # the line is short
    details.append(f"en losange{whole}" if near else f"à {number(doubt.radius_m)}{THIN}m près")
    value = _HOMES.format(count=claims.amount("logements_a_verifier", code))
    return "À vérifier", value, ", ".join(details)


_PLACED_M: Final = 100
"""Uncertainty beyond which a point on a plan shows little: the middle of a street or of a town."""


def done_sentence(spent: list[tuple[int, Amount]] | None, held: Within, year: int) -> str:
    """Write what was done: the two axes that weigh most, and what is left to justify.

    Parameters
    ----------
    spent : list of (axis, amount) or None
        Largest first; None when no programme is given.
    held : Within
        Claims of the quarter.
    year : int
    """
    if spent is None:
        return (
            "Ce qui a été fait : on ne peut pas le dire, le programme d’actions n’est pas fourni."
        )
    count, left = held.amount("actions"), held.amount("a_programmer")
    if not count.exceeds_nil:
        return "Aucune action n’est inscrite au programme de ce quartier."
    top = [
        f"{_lower(axis_name(axe))} (axe {axe}, {euros(amount)})"
        for axe, amount in spent[:2]
        if amount.exceeds_nil
    ]
    if not top:
        return _LISTED.format(count=count)
    done = f"Ce qui a été fait : {_ACTIONS.format(count=count)}, d’abord {' puis '.join(top)}."
    if left.exceeds_nil:
        done += f" Et ensuite : {euros(left)} à programmer en {year + 1}."
    return done


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


WITHHELD: Final = "masqué : moins de 30 réponses ici ou dans un territoire voisin"


def tenants_sentence(
    line: GapLine | None, scope: str, *, first: str = "", masked: bool = False
) -> str:
    """Write what tenants answer here and elsewhere, with how sure it is.

    `first` is what the figure like with like says against it (`satisfaction.otherwise`); `masked`: without a
    line to show, one at least is masked.
    """
    if line is None and masked:
        return f"Ce que disent les locataires : {WITHHELD}."
    if line is None or line.gap is None:
        return "Ce que disent les locataires : personne n’a été interrogé ou n’a répondu."
    return (
        f"Ce que disent les locataires {scope} : « {line.label} », {against(first)}"
        f"{line.phrase}, en points, au regard du hors QPV ({LEVEL}, n = {number(line.n)}) : {line.words}."
    )


def against(first: str) -> str:
    """Put what figures like with like say before the raw ones."""
    return f"{first} ; en brut, " if first else ""


def change_sentence(
    label: str,
    row: Mapping[str, Any] | None,
    *,
    early: str = "",
    first: str = "",
    mode: bool = False,
) -> str:
    """Answer what an élu is asked: what moved between waves, or that nobody can know yet.

    Parameters
    ----------
    row : mapping or None
        The change of the gap, a row of the comparison that may be shown.
    early : str
        Year of the actions, when the last survey was held before them: no answer is about them.
    first : str
        What the change like with like says against it (`satisfaction.otherwise`).
    mode : bool
        Firm or mode changed between the two.
    """
    if row is None:
        return f"{DOES_IT_WORK} {_NOT_KNOWN_YET}, faute de deux vagues d’enquête comparables."
    start, _, last = row["vague"].partition("-")
    between = interval_words(row["ic90_bas"], row["ic90_haut"], 0.0)
    mark = f", {MODE_CHANGED}" * mode
    figures = f"({points(row['estimation'])}, {between}, n = {number(int(row['n']))}{mark})"
    moved = f"{against(first)}de {start} à {last}, l’écart sur « {label} »"
    head = {
        "hausse": f"{moved} a évolué en faveur des QPV {figures}",
        "baisse": f"{moved} a évolué en défaveur des QPV {figures}",
    }.get(row["verdict"], "")
    if early:
        head = head or f"{moved} n’a pas changé de façon démontrée {figures}"
        text = f"{_NOT_KNOWN_YET} : l’enquête de {last} précède les actions de {early}. Avant elles, {head}."
    elif head:
        text = f"{head[:1].upper()}{head[1:]}. La cause n’est pas mesurée."
    else:
        text = f"{_NOT_KNOWN_YET} : {moved} n’a pas changé de façon démontrée {figures}."
    return f"{DOES_IT_WORK} {text}"


DOES_IT_WORK: Final = "Cela sert-il à quelque chose ?"
_NOT_KNOWN_YET: Final = "On ne peut pas encore le dire"


def page_in_words(page: QpvPage) -> str:
    """Write the whole page in sentences: for a reader who cannot see it."""
    figures = [f"{label} : {value}, {detail}." for label, value, detail in page.figures]
    gaps = [_gap_in_words(line) for line in page.gaps]
    scope = [f"{page.gap_scope}."] if page.gap_scope else []
    return " ".join([*figures, *scope, *gaps, *page.sentences, *filter(None, [page.modelled])])


def _gap_in_words(line: GapLine) -> str:
    if line.gap is None:
        return f"{line.label} : {line.words}."
    levels = ""
    if line.qpv is not None and line.hors is not None:
        levels = f"{percent(line.qpv)} de satisfaits en QPV, {percent(line.hors)} hors QPV, "
    return f"{line.label} : {levels}{line.phrase}, en points ({LEVEL}, n = {number(line.n)}) : {line.words}."


QUARTER_SCOPE: Final = "ici"
CONVENTION_SCOPE: Final = "des QPV du bailleur, tous ensemble"
GAP_SCOPE_QUARTER: Final = "Ménages de ce quartier comparés aux ménages hors QPV du bailleur"
GAP_SCOPE_CONVENTION: Final = (
    "Tous les QPV du bailleur, faute d’assez de réponses dans ce seul quartier"
)
EVERYONE: Final = {
    QUARTER_SCOPE: "ici, tous bailleurs de l’enquête",
    CONVENTION_SCOPE: "des QPV de tous les bailleurs de l’enquête",
    GAP_SCOPE_QUARTER: "Tous bailleurs (l’enquête ne nomme pas celui-ci) : ici et hors QPV",
    GAP_SCOPE_CONVENTION: (
        "Tous bailleurs (l’enquête ne nomme pas celui-ci), tous QPV, faute d’assez de réponses ici"
    ),
}
"""Whose answers are told, where the survey does not name the bailleur."""
GAP_SCOPE_NONE: Final = "Enquête absente ou résultats non publiables"
TAX_SOURCE: Final = "fichier de fiscalité {year}"
PROGRAMME_SOURCE: Final = "programme d’actions {year}"
"""Names of sources under a map."""
NOTHING_HEARD: Final = "Ce que disent les locataires : aucune enquête n’est jointe au dossier."


def survey_source(wave: str, target: str) -> str:
    """Name the survey under a map, and what its intervals are about."""
    about = f" (cible : {target})" if target else ""
    return f"enquête {wave}{about}"


def source_words(role: str, reference: str, date: str) -> str:
    """Name a geography under a map: what it is and its date."""
    name = f"périmètres des QPV {role.removeprefix('qpv')}" if role.startswith("qpv") else reference
    return f"{name} ({plain_date(date)})" if date else name


SUBTITLE: Final = "Page du quartier · {code} · {commune} · {bailleur} · imposition {year}"
CHANGED: Final = "Ce qui a changé depuis le dernier dossier"
NOTHING_BESIDE: Final = "Pas de comparaison avec {year} : ses actions ne sont pas jointes."
ENTERED: Final = Phrase(
    "Entrés en quartier prioritaire avec la carte de 2024 : {homes:s logement}."
)
ENTERED_UNKNOWN: Final = Phrase(
    "On ne sait pas si {homes:s logement} du quartier {homes:a était/étaient} déjà en quartier prioritaire "
    "sur la carte de 2015."
)
NONE_ENTERED: Final = "Ses logements étaient déjà en quartier prioritaire sur la carte de 2015."
SETTLED: Final = Phrase("Adresses douteuses tranchées dans ce quartier : {count:n}.")
PROVED: Final = Phrase("{proved:n} sur {actions:n}")
NO_ACTION: Final = "aucune action"
OTHERWISE: Final = "à structure comparable, autre lecture"
PHOTOS: Final = "En images"
PHOTO: Final = Phrase("{found} ({day:d})")
NOT_ASKED: Final = "aucune question ne porte sur cet axe"
NO_SURVEY: Final = "aucune enquête jointe"
