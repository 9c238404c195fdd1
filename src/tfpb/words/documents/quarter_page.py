"""Words of the A4 page of a quarter: five figures, three sentences, what an élu is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.words.money.accounts import axis_name
from tfpb.words.money.state_words import (
    NONE_ACQUIRED,
    RATE_TO_CONFIRM,
    UNSETTLED,
    abated_share,
    named_states,
    states_of,
    unknown_detail,
    unknown_value,
)
from tfpb.words.numbers import (
    THIN,
    euros,
    interval_points,
    number,
    percent,
    plain_date,
    plural,
    points,
)
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from tfpb.facts.claim import Claims
    from tfpb.facts.place import QuarterDoubt
    from tfpb.model.location import GapLine, QpvPage

NATURE: Final = {"reel": "réel (avis)", "estime": "estimé"}
AT_LEAST: Final = Phrase("au moins {amount:€}")
PARTLY: Final = "montant non établi chez un bailleur au moins"
"""Of a sum over bailleurs that lacks one."""
FOLLOWS: Final = "suit l’abattement"
NO_TAX_FILE: Final = ("non calculé", "le fichier fiscal n’est pas fourni")


_STOCK: Final = Phrase("{homes:s résidence}, {share:%} du patrimoine du bailleur")
_VALUE: Final = Phrase("{count:n}")
_HOMES: Final = Phrase("{count:s logement}")


def dwellings_figure(claims: Claims, code: str) -> tuple[str, str, str]:
    """Write the stock of the quarter and its weight in the bailleur's."""
    homes, share = (claims.amount(name, code) for name in ("residences_qpv", "part_qpv"))
    value = _VALUE.format(count=claims.amount("logements_qpv", code))
    return "Logements", value, _STOCK.format(homes=homes, share=share)


def abatement_figure(row: Mapping[str, Any], dwellings: int) -> tuple[str, str, str]:
    """Write the abatement, whether real or estimated, and per abated dwelling.

    Parameters
    ----------
    row : mapping
        A line of `Abatement.by_qpv`, empty without a tax file. An amount that is not known says why,
        never zero.
    dwellings : int
        Of the quarter.
    """
    label = "Abattement de TFPB"
    if not row:
        return label, *NO_TAX_FILE
    amount, nature, states = row["abattement_eur"], str(row["nature"]), states_of(row)
    if amount is None:
        return label, unknown_value(states), unknown_detail(states)
    if not amount and states.aside:
        partly = f" ; {PARTLY}" if row.get("abattement_partiel") else ""
        return label, NONE_ACQUIRED, named_states(states) + partly
    abated = int(row.get("logements_abattus") or 0)
    per_home = f", {abated_share(amount / abated, abated, dwellings)}" if abated and amount else ""
    said = f"{NATURE.get(nature, nature)}{per_home}"
    if row.get("abattement_partiel"):
        return label, AT_LEAST.format(amount=amount), f"{said} ; {PARTLY}"
    return label, euros(amount), said


def loss_figure(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """Write what the collectivities give up once the State has paid its part."""
    label = "Perte des collectivités"
    if not row:
        return label, *NO_TAX_FILE
    loss, compensation = row["perte_collectivites_eur"], row["compensation_etat_eur"]
    states = states_of(row)
    if loss is None or compensation is None:
        return label, unknown_value(states), FOLLOWS
    if not row["abattement_eur"] and states.at_risk:  # it is on notices, and may be paid back
        return label, UNSETTLED, FOLLOWS
    return label, euros(loss), f"l’État compense {euros(compensation)} ({RATE_TO_CONFIRM})"


def programme_figure(
    done: Mapping[str, Any], given: Mapping[str, Any], abated: int
) -> tuple[str, str, str]:
    """Write what was valued, per abated dwelling, against the abatement.

    Parameters
    ----------
    done, given : mapping
        Lines of `Programme.balance` and `Abatement.by_qpv`; empty without the file. Where either sum
        lacks a bailleur, neither is divided by the other.
    abated : int
        Abated dwellings.
    """
    label, valued, abatement = (
        "Actions valorisées",
        done.get("valorise_eur"),
        given.get("abattement_eur"),
    )
    if valued is None:
        return label, "non renseigné", "le programme d’actions n’est pas fourni"
    acted = plural(int(done.get("actions") or 0), "action")
    if done.get("valorise_partiel"):
        return label, AT_LEAST.format(amount=valued), f"{acted} ; {PARTLY}"
    parts = [acted]
    if abated and not given.get("abattement_partiel"):
        parts.append(f"{euros(valued / abated)} par logement abattu")
    if abatement and not given.get("abattement_partiel"):
        parts.append(f"{percent(valued / abatement)} de l’abattement")
    return label, euros(valued), ", ".join(parts)


def doubt_figure(claims: Claims, code: str, doubt: QuarterDoubt | None) -> tuple[str, str, str]:
    """Write how many dwellings are in doubt, in a quarter or next to it.

    Of the worst placed, the uncertainty is written where a sign on the plan would be too precise.
    """
    if doubt is None:
        return "À vérifier", "aucun logement", "aucun doute dans ce quartier"
    homes, beside = doubt.residences, doubt.beside
    told = [plural(homes, "résidence") + (" à côté" if beside == homes else "")]
    if 0 < beside < homes:
        told.append(f"dont {number(beside)} à côté")
    near = doubt.radius_m <= _PLACED_M
    told.append("en losange sur le plan" if near else f"à {number(doubt.radius_m)}{THIN}m près")
    value = _HOMES.format(count=claims.amount("logements_a_verifier", code))
    return "À vérifier", value, ", ".join(told)


_PLACED_M: Final = 100
"""Uncertainty beyond which a point on a plan shows little: the middle of a street or of a town."""


def done_sentence(
    spent: list[tuple[int, Decimal]] | None, actions: int, left: Decimal | None, year: int
) -> str:
    """Write what was done: the two axes that weigh most, and what is left to justify.

    Parameters
    ----------
    spent : list of (axis, amount) or None
        Largest first; None when no programme is given.
    left : Decimal or None
        What the quarter carries over to the next year.
    """
    if spent is None:
        return (
            "Ce qui a été fait : on ne peut pas le dire, le programme d’actions n’est pas fourni."
        )
    if not actions:
        return "Aucune action n’est inscrite au programme de ce quartier."
    top = [
        f"{_lower(axis_name(axe))} (axe {axe}, {euros(amount)})"
        for axe, amount in spent[:2]
        if amount > 0
    ]
    if not top:
        head = "est inscrite" if actions == 1 else "sont inscrites"
        return f"{plural(actions, 'action')} {head} au programme, sans montant valorisé."
    done = f"Ce qui a été fait : {plural(actions, 'action')}, d’abord {' puis '.join(top)}."
    if left:
        done += f" Et ensuite : {euros(left)} restent à justifier, reportés sur {year + 1}."
    return done


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def tenants_sentence(
    line: GapLine | None, scope: str, *, first: str = "", masked: bool = False
) -> str:
    """Write what tenants answer here and elsewhere, with how sure it is.

    `first` is what the figure like with like says against it (`satisfaction.otherwise`); `masked`: without a
    line to show, one at least is masked.
    """
    if line is None and masked:
        return "Ce que disent les locataires : masqué, secret des réponses."
    if line is None or line.gap is None or line.ic95 is None:
        return "Ce que disent les locataires : trop peu de ménages interrogés pour publier un résultat."
    return (
        f"Ce que disent les locataires {scope} : « {line.label} », {against(first)}écart de "
        f"{points(line.gap)} avec le hors QPV ({interval_points(*line.ic95)}, n = {number(line.n)}), "
        f"{line.words}."
    )


def against(first: str) -> str:
    """Put what figures like with like say before the raw ones."""
    return f"{first} ; en brut, " if first else ""


def change_sentence(
    label: str, row: Mapping[str, Any] | None, *, early: str = "", first: str = ""
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
    """
    if row is None:
        return f"{DOES_IT_WORK} {_CANNOT_SAY}, faute de deux vagues d’enquête comparables."
    start, _, last = row["vague"].partition("-")
    between = interval_points(row["ic95_bas"], row["ic95_haut"])
    figures = f"({points(row['estimation'])}, {between}, n = {number(int(row['n']))})"
    moved = f"{against(first)}de {start} à {last}, l’écart sur « {label} »"
    head = {
        "hausse": f"{moved} a évolué en faveur des QPV {figures}",
        "baisse": f"{moved} a évolué en défaveur des QPV {figures}",
    }.get(row["verdict"], "")
    if early:
        head = head or f"{moved} n’a pas changé de façon démontrée {figures}"
        text = f"{_CANNOT_SAY} : l’enquête de {last} précède les actions de {early}. Avant elles, {head}."
    elif head:
        text = f"{head[:1].upper()}{head[1:]}. La cause n’est pas mesurée."
    else:
        text = f"{_CANNOT_SAY} : {moved} n’a pas changé de façon démontrée {figures}."
    return f"{DOES_IT_WORK} {text}"


DOES_IT_WORK: Final = "Cela sert-il à quelque chose ?"
_CANNOT_SAY: Final = "On ne peut pas encore le dire"


def page_said(page: QpvPage) -> str:
    """Write the whole page in sentences: for a reader who cannot see it."""
    figures = [f"{label} : {value}, {detail}." for label, value, detail in page.figures]
    gaps = [_gap_said(line) for line in page.gaps]
    scope = [f"{page.gap_scope}."] if page.gap_scope else []
    return " ".join([*figures, *scope, *gaps, *page.sentences, *filter(None, [page.modelled])])


def _gap_said(line: GapLine) -> str:
    if line.gap is None or line.ic95 is None:
        return f"{line.label} : {line.words}."
    levels = ""
    if line.qpv is not None and line.hors is not None:
        levels = f"{percent(line.qpv)} de satisfaits en QPV, {percent(line.hors)} hors QPV, "
    return (
        f"{line.label} : {levels}écart de {points(line.gap)}, {interval_points(*line.ic95)}, "
        f"n = {number(line.n)}, {line.words}."
    )


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
TOO_FEW_ANSWERS: Final = "trop peu de réponses ici pour le montrer"
NO_SURVEY: Final = "aucune enquête jointe"
