"""Words of the second face of a quarter's page: axis by axis, from action to proof and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.facts.claim import axis_scope
from tfpb.words.documents.quarter_page import DAGGER_NOTE, covered
from tfpb.words.money.accounts import axis_short
from tfpb.words.money.programme_words import lacking
from tfpb.words.numbers import NOTHING, euros
from tfpb.words.phrase import Phrase
from tfpb.words.survey.verdict_words import ISOLATED_MEANS, LEVEL, VERDICTS, margin_words
from tfpb.words.terms import PIECES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tfpb.facts.amount import Amount
    from tfpb.facts.claim import Claims, Within
    from tfpb.model.location import GapLine

TITLE: Final = Phrase("{name} : actions, pièces, réponses")
SUBTITLE: Final = Phrase("{code} · {bailleur} · actions {year}{survey}")
_SURVEY: Final = Phrase(" · enquête {wave} : ici {here}, ailleurs {elsewhere}{heard}")
HEADERS: Final = Phrase(
    "Axe, actions (€)|Valorisé {year} ({before})|Avec pièce|Ce que disent les locataires|● ici||○ ailleurs|"
    "Écart, en points ({level})|Écart, {waves}"
)
_LEAD: Final = Phrase("{actions:s action} ({proved:n} {pieces}), {valued:€} valorisés.")
_LEFT: Final = Phrase(" {proved:€} d’abattement {pieces}, {left}.")
NO_PROGRAMME: Final = "Le programme d’actions n’est pas fourni."
NO_ACTION: Final = "Aucune action n’est inscrite ici pour {year}."
JOIN: Final = "à joindre :"
_PIECE: Final = Phrase("{action}, {stake:€}")
_UNREAD: Final = Phrase("{action}, montant non établi")
_PROVED: Final = Phrase("{proved:n} sur {actions:n}")
_ACTION: Final = Phrase("{action} {amount}")
TOTAL: Final = Phrase("Total{before:? ({year} : {before})}")
ALREADY: Final = Phrase("déjà lu à l’axe {axes}")
NOT_ASKED: Final = "aucune question ne porte sur cet axe"
NO_SURVEY: Final = "aucune enquête jointe"
_KEY: Final = Phrase(
    "Clé. Moins, plus : la marge exclut zéro. Autant : moins de {margin} d’écart, c’est démontré. Autant "
    "ou plus : pas moins de plus de {margin}, c’est démontré. On ne sait pas : marge trop large pour "
    "trancher. Masqué : moins de 30 ménages, une seule résidence ou 1 à 10 ménages d’autres bailleurs. "
    "Peu de réponses, de résidences : à lire avec prudence. {isolated} – : pas de changement démontré. "
    "{dagger}. Barre :"
)
_BAR: Final = (
    ("prouve", f"{PIECES.avec} ;"), ("a_prouver", f"{PIECES.sans_court}, à revoir ou en trop."),
)  # fmt: skip
WALKED: Final = Phrase("Constats faits sur place : {count:n} ({found}).")
PHOTO: Final = Phrase("{found} ({day:d})")
ENTERED: Final = Phrase(
    "Entrés en quartier prioritaire avec la carte de {carte} : {homes:s logement}."
)
ENTERED_UNKNOWN: Final = Phrase(
    "On ne sait pas si {homes:s logement} du quartier {homes:a était/étaient} déjà en quartier prioritaire "
    "sur la carte de {avant}."
)
NONE_ENTERED: Final = Phrase(
    "Ses logements étaient déjà en quartier prioritaire sur la carte de {avant}."
)
SETTLED: Final = Phrase("Adresses douteuses tranchées dans ce quartier : {count:n}.")
NOTHING_BESIDE: Final = "Pas de comparaison avec {year} : ses actions ne sont pas jointes."
_MORE: Final = Phrase("{count:s autre}")


def survey_words(wave: str, lines: Iterable[GapLine], span: Iterable[str], heard: str) -> str:
    """Write the survey and how many answered on each side, of how many; nothing where no line has figures."""
    here, elsewhere = span
    shown = any(line.gap is not None for line in lines)
    rates = f", {heard}" if heard else ""
    return _SURVEY.format(wave=wave, here=here, elsewhere=elsewhere, heard=rates) if shown else ""


def headers(year: int, waves: Sequence[str]) -> tuple[str, ...]:
    """Write the heads of the columns."""
    pair = " à ".join(waves[-2:]) if len(waves) > 1 else "évolution"
    return tuple(HEADERS.format(year=year, before=year - 1, level=LEVEL, waves=pair).split("|"))


def lead(held: Within, year: int) -> str:
    """Write what was done in the quarter, what of it is proved, and what is left to justify."""
    if not held.has("valorise"):
        return NO_PROGRAMME
    actions = held.amount("actions")
    if actions.is_nil:
        return NO_ACTION.format(year=year)
    facts: dict[str, object] = {"actions": actions, "valued": held.amount("valorise")}
    facts |= {"proved": held.amount("actions_prouvees"), "pieces": PIECES.avec_en_entier}
    text = _LEAD.filled(facts)
    if not held.has("reste_a_justifier"):
        return text
    left = {"proved": held.amount("prouve"), "left": lacking(held.amount("reste_a_justifier"))}
    return text + _LEFT.filled({**left, "pieces": PIECES.avec})


def axis_texts(claims: Claims, axis: int, code: str) -> tuple[str, str, str, str]:
    """Write an axis, what is valued this year and was last, and how many of its actions are proved."""
    held = claims.within(axis_scope(axis, code))
    return (axis_short(axis), *_texts(held))


def total_texts(held: Within, year: int) -> tuple[str, str, str, str, str]:
    """Write the same of all axes, then what of the abatement it proves and justifies."""
    valued, before, proved = _texts(held)
    acquired = ""
    if held.has("part_prouvee"):
        acquired = f"{covered(held)}."
    before = before.strip("()")
    return TOTAL.format(before=before, year=year - 1), valued, "", proved, acquired


def _texts(held: Within) -> tuple[str, str, str]:
    valued, before = held.amount("valorise"), ""
    if held.has("valorise_precedent"):
        before = f"({euros(held.amount('valorise_precedent'))})"
    actions = held.amount("actions")
    proved = held.amount("actions_prouvees")
    text = NOTHING if actions.is_nil else _PROVED.format(proved=proved, actions=actions)
    return NOTHING if actions.is_nil else euros(valued), before, text


def action_words(action: str, amount: Amount) -> str:
    """Write an action with what it is valued."""
    return _ACTION.format(action=action, amount=euros(amount))


def piece_words(action: str, stake: Amount | None) -> str:
    """Write an action whose proof lacks, with what its piece would prove."""
    return (
        _UNREAD.format(action=action)
        if stake is None
        else _PIECE.format(action=action, stake=stake)
    )


def cut(texts: Sequence[str], most: int) -> tuple[str, ...]:
    """Keep the first texts of a list, the others counted."""
    if len(texts) <= most:
        return tuple(texts)
    return (*texts[:most], _MORE.format(count=len(texts) - most))


def listed(texts: Sequence[str], most: int) -> str:
    """Write the first actions of an axis on one line, the others counted."""
    return ", ".join(cut(texts, most)) if texts else ""


def moved(line: GapLine) -> str:
    """Write how a gap moved; « – », which the key explains, where no change is established."""
    return NOTHING if line.moved in ("", VERDICTS["non_demontre"]) else line.moved


def hidden(lines: Sequence[GapLine]) -> str:
    """Write in one the questions of an axis that show nothing, for the same reason; empty otherwise."""
    reasons = {line.words for line in lines}
    if len(reasons) != 1 or any(line.gap is not None for line in lines):
        return ""
    return f"{', '.join(line.label for line in lines)} : {reasons.pop()}"


def key(margin_points: float) -> str:
    """Write how verdicts are read."""
    return _KEY.format(
        margin=margin_words(margin_points),
        isolated=ISOLATED_MEANS,
        dagger=DAGGER_NOTE[:1] + " :" + DAGGER_NOTE[1:],
    )


def key_parts(text: str) -> list[dict[str, str]]:
    """Return the key in parts, each after the square it explains."""
    return [{"sign": "", "text": text}, *({"sign": sign, "text": name} for sign, name in _BAR)]
