"""Words of the stock and its sides: why a point is in, out or to check; the review sheet, the summary."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tfpb.model.legal.map_table import MAPS, pair_in
from tfpb.packaged import packaged
from tfpb.words.documents.report_words import WARNING
from tfpb.words.numbers import number, percent, plural
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping, Sequence

    from tfpb.facts.claim import Claims

_TEXTS: Final = packaged(__name__)
SIDE_WORDS: Final = {"dans": "dans le QPV", "hors": "hors QPV", "a_verifier": "à vérifier"}
QUARTER: Final = "« {name} » ({code})"
DEFAULT_RADIUS: Final = "par défaut, faute d’incertitude donnée"
_SYSTEMS: Final[dict[str, str]] = _TEXTS["systems"]
_CONIC: Final = range(3942, 3951)


def system_name(epsg: int, *, swapped: bool) -> str:
    """Name a system of coordinates: an EPSG code, 0 for the legal projection of each commune."""
    conic = _SYSTEMS["cc"].format(zone=epsg - 3900)
    name = conic if epsg in _CONIC else _SYSTEMS.get(str(epsg), f"EPSG:{epsg}")
    return _SYSTEMS["swapped"].format(name=name) if swapped else name


class Case(IntEnum):
    """Why a row has the status it has."""

    HORS_LOIN = 0
    HORS_NET = 1
    DANS_NET = 2
    LIMITE = 3
    SANS_POSITION = 4
    VERDICT = 5
    SURFACE_DANS = 6
    SURFACE_HORS = 7
    SURFACE_COUPEE = 8
    SURFACES_CONTRAIRES = 9
    SURFACE_CONTRE_POINT = 10
    SURFACE_CONTRE_VOISINS = 11
    SURFACE_LOIN = 12


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the sentence of a row needs; names are « « nom » (code) » of quarters, empty when none."""

    radius_m: float = float("nan")  # positional uncertainty
    distance_m: float = float("nan")  # to the nearest limit (NaN beyond reach)
    by_default: bool = False  # whether the uncertainty is a default
    holder: str = ""  # quarter that contains the point
    other: str = ""  # another that contains it too
    nearest: str = ""  # quarter of the nearest limit
    tied: str = ""  # another equally near
    surface: str = ""  # « parcelle 93010000AB0012 » or « emprise du bâtiment … »
    share: float = float("nan")  # share 0..1 of the surface inside quarters
    quarter: str = ""  # quarter that contains the whole surface
    gap_m: float = float("nan")  # from the point to the farthest surface that the row cites
    verdict: str = ""  # of the geocoder


def reason(case: Case, facts: Circumstances) -> str:
    """Write in one or two sentences why a row is in, out or to be checked."""
    return f"{_core(case, facts)}{_ties(facts)}"


def _core(case: Case, facts: Circumstances) -> str:
    if case >= Case.SURFACE_DANS:
        return _of_surface(case, facts)
    radius = f"{metres(facts.radius_m)}{f' {DEFAULT_RADIUS}' if facts.by_default else ''}"
    match case:
        case Case.HORS_LOIN:
            text = "Aucun quartier prioritaire à moins de 2\u202f000\u202fm."
        case Case.HORS_NET:
            text = f"Hors QPV, plus loin de toute limite que l’incertitude du point ({radius})."
        case Case.DANS_NET:
            text = (
                f"Dans le quartier, plus loin de la limite que l’incertitude du point ({radius})."
            )
        case Case.LIMITE:
            less = (
                f"l’incertitude du point ({radius}) dépasse la distance au quartier le plus proche"
                if math.isnan(facts.distance_m)
                else f"moins que son incertitude ({radius})"
            )
            text = f"Le point tombe {_side(facts)}{_away(facts)}, {less} : à vérifier sur place ou sur plan."
        case Case.VERDICT:
            word = "rejetée" if facts.verdict == "rejete" else "à vérifier"
            text = f"Position peu sûre : l’adresse est {word} ; le point tombe {_side(facts)}."
        case _:
            text = "Adresse non située : aucune position à comparer aux quartiers."
    return text


def _of_surface(case: Case, facts: Circumstances) -> str:
    inside = facts.share > 0.5  # noqa: PLR2004 - more than half
    match case:
        case Case.SURFACE_DANS | Case.SURFACE_HORS:
            share = percent(facts.share if inside else 1 - facts.share)
            where = (
                f"dans le quartier {facts.holder}"
                if inside and facts.holder
                else _words(inside=inside)
            )
            return f"Pas de doute : {facts.surface} est à {share} {where}."
        case Case.SURFACE_COUPEE:
            return (
                f"La limite coupe {facts.surface} : {percent(facts.share)} en QPV. "
                f"Le point tombe {_side(facts)}{_away(facts)} : à vérifier."
            )
        case Case.SURFACE_CONTRE_VOISINS:
            return (
                f"Le point tombe {_side(facts)}{_away(facts)}, et {facts.surface} est "
                f"{_words(inside=inside)}, mais les entrées voisines sont de l’autre côté : à vérifier."
            )
        case Case.SURFACE_LOIN:
            lies = "va jusqu’à" if "|" in facts.surface else "est à"
            return (
                f"Le point tombe {_side(facts)}{_away(facts)}, mais {facts.surface}, que la ligne cite, "
                f"{lies} {metres(facts.gap_m)} de lui : référence ou position à vérifier."
            )
        case Case.SURFACES_CONTRAIRES:
            return f"La parcelle et l’emprise du bâtiment se contredisent ({facts.surface}) : à vérifier."
        case _:
            elsewhere = inside and facts.holder and facts.quarter
            where = f"dans le quartier {facts.quarter}" if elsewhere else _words(inside=inside)
            return (
                f"Le point tombe {_side(facts)}{_away(facts)}, mais {facts.surface} est "
                f"{where} : à vérifier."
            )


def surface_words(parcel: str, building: str, case: Case, *, by_building: bool) -> str:
    """Name the surface that a reason rests on; both where they contradict each other."""
    ground = f"la parcelle {parcel}".rstrip()
    walls = f"l’emprise du bâtiment {building}".rstrip()
    if case is Case.SURFACES_CONTRAIRES:
        return f"{ground}, {walls}"
    return walls if by_building else ground


def _words(*, inside: bool) -> str:
    return "en QPV" if inside else "hors QPV"


def _side(facts: Circumstances) -> str:
    return f"dans le quartier {facts.holder}" if facts.holder else "hors QPV"


def _away(facts: Circumstances) -> str:
    if math.isnan(facts.distance_m):
        return ""
    whose = (
        "sa limite" if facts.nearest == facts.holder else f"la limite du quartier {facts.nearest}"
    )
    return f", à {metres(facts.distance_m)} de {whose}"


def _ties(facts: Circumstances) -> str:
    extra = ""
    if facts.other:
        extra += (
            f" Le point est aussi dans le quartier {facts.other} : deux quartiers se recouvrent."
        )
    if facts.tied:
        extra += f" À égale distance de la limite du quartier {facts.tied}."
    return extra


@lru_cache(maxsize=8192)
def metres(value: float) -> str:
    """Write a distance: decimetres under 10 m, metres beyond, kilometres from 10 km."""
    if value >= 10_000:  # noqa: PLR2004
        return f"{number(value / 1000)}\u202fkm"
    return f"{number(value, 1 if value < 10 and value % 1 else 0)}\u202fm"  # noqa: PLR2004


_DECISION: Final = "Décision"


def decided(*, side: str, date: str, piece: str, computed: str) -> str:
    """Write that a person decided, when and on which piece; keep what the map alone gives.

    Who decided stays in the file of decisions.
    """
    when = f" du {date}" if date else " (date non indiquée)"
    why = f" Pièce ou motif : {piece}." if piece else " Aucune pièce indiquée."
    return f"{_DECISION}{when} : {SIDE_WORDS[side]}.{why} La carte seule disait : {computed}"


def is_decided(motive: object) -> bool:
    """Return whether a motive of the sheet of addresses tells a decision."""
    return str(motive).startswith(_DECISION)


def lacking_words(**given: str) -> str:
    """List what a decision lacks among its author, date and piece."""
    names = {"author": "auteur", "date": "date", "piece": "pièce"}
    return ", ".join(name for key, name in names.items() if not given[key])


def quoted(headers: tuple[str, ...]) -> str:
    """Quote the headers of columns."""
    return " et ".join(f"« {h} »" for h in headers)


def contradicted(*, side: str, date: str, code: str, computed: str) -> str:
    """Write that a decision goes against a map that is clear: another side, or another quarter."""
    when = f" du {date}" if date else ""
    decision = f"{SIDE_WORDS[side]} {code}".strip()
    return f"La décision{when} ({decision}) contredit la carte, à revoir. {computed}"


def contrary(decisions: Sequence[tuple[str, str]], *, computed: str) -> str:
    """Write what contrary decisions on one entrance say, each once: its side, and the quarter it names."""
    listed = dict.fromkeys(f"{SIDE_WORDS[side]} {code}".strip() for side, code in decisions)
    return f"Des décisions contraires portent sur l’entrée ({' ; '.join(listed)}) : à revoir. {computed}"


def without_quarter(*, side: str, date: str, computed: str) -> str:
    """Write that a decision puts an entrance in a quarter which neither it nor the map names."""
    when = f" du {date}" if date else ""
    return (
        f"La décision{when} ({SIDE_WORDS[side]}) ne dit pas quel quartier, et la carte n’en situe aucun : "
        f"à compléter. {computed}"
    )


ROAD_AXIS: Final = (
    "Quand la limite suit une rue, elle passe par l’axe de la chaussée : chaque côté relève de son "
    "propre périmètre. La règle « des deux côtés de la rue » ne vaut que pour les commerces ; elle "
    "n’est pas appliquée ici."
)
"""Printed once on every sheet and page that shows doubts (arrêté of 19 January 2018; CGI 1383 C ter)."""
NOT_AN_ATTESTATION: Final = f"{WARNING}."

TOTAL_ROW: Final = "ligne de total : pas un lieu, laissée de côté"
"""In the place of the motive of a side."""
REVIEW_LEAD: Final = (
    "Pour chaque ligne, choisissez « dans » ou « hors », signez, datez, et dites sur quelle pièce vous "
    "vous fondez. Redonnez ce fichier avec --decisions (ou « decisions » dans dossier.toml)."
)
REVIEW_HEADERS: Final[dict[str, str]] = _TEXTS["review_headers"]
"""Headers of the sheet « Limites »; those that are read back bear the names of their contract."""

EVOLUTION_WORDS: Final[dict[str, str]] = _TEXTS["evolution_words"]


def summary_lines(
    *, counts: Counter[str], evolution: Mapping[str, int], output: str, review: str,
    renamed: Mapping[str, str], year: int, geocoded: bool, radius_m: float,
) -> list[str]:  # fmt: skip
    """Sum a run up: how many on each side, which file to open first."""
    total = sum(counts.values())
    inside, outside, unsure = (counts[k] for k in ("dans", "hors", "a_verifier"))
    sides = f"{number(inside)} dans un QPV, {number(outside)} hors QPV, {number(unsure)} à vérifier"
    lines = [f"Année {year} : {plural(total, 'ligne')}, dont {sides}."]
    moved = [f"{number(evolution[k])} {w}" for k, w in EVOLUTION_WORDS.items() if evolution.get(k)]
    if moved:
        old, new = pair_in(year)
        lines.append(f"De la carte {old} à la carte {new} : {', '.join(moved)}.")
    if geocoded:
        lines.append(
            "Le fichier n’avait pas de position : ses adresses ont été géocodées par l’index."
        )
    lines.append(f"Incertitude des points qui n’en portent pas : {metres(radius_m)} (--rayon).")
    if renamed:
        listed = ", ".join(f"« {old} » → « {new} »" for old, new in renamed.items())
        lines.append(
            f"Colonnes d’entrée renommées, car leur nom est celui d’une réponse : {listed}."
        )
    if review:
        lines.append(ROAD_AXIS)
        lines.append(f"À ouvrir d’abord : {review}, feuille « Limites » ; puis {output}.")
    else:
        lines.append(f"À ouvrir : {output}.")
    lines.append(NOT_AN_ATTESTATION)
    return lines


def maps_in_turn() -> str:
    """Write which map rules from which tax year on, in mainland France."""
    (first, *others) = [(m.code, m.mainland) for m in MAPS.values() if m.mainland]
    if not others:
        return f"La carte des quartiers de {first[0]} s’applique."
    later = [f"à partir de {years[0].first}, celle de {code}" for code, years in others]
    until = f"Jusqu’en {first[1][-1].last}, la carte des quartiers de {first[0]} s’applique"
    return f"{until} ; {' ; '.join(later)}."


RESIDENCES: Final = Phrase("{count:s résidence}")
DWELLINGS: Final = Phrase("{count:s logement}")
RESIDENCES_SHEET: Final = "Résidences"
STATUTS: Final[dict[str, str]] = _TEXTS["statuts"]
_EVOLUTIONS: Final = Phrase.table(**_TEXTS["evolutions"])


def evolutions(carte: int) -> dict[str, str]:
    """Return the words of each evolution, `carte` being the newer of the two maps."""
    return {code: phrase.format(carte=carte) for code, phrase in _EVOLUTIONS.items()}


CUT: Final = "coupée par la limite"
"""In place of an evolution, of a résidence with dwellings on both sides."""
GEOCODE_VERDICTS: Final[dict[str, str]] = _TEXTS["geocode_verdicts"]
PRECISIONS: Final[dict[str, str]] = _TEXTS["precisions"]
LINKS: Final[dict[str, str]] = _TEXTS["links"]


_COUNTS: Final = (
    "residences", "entrees", "entrees_situees", "entrees_a_verifier", "logements", "logements_qpv",
    "logements_hors", "logements_a_verifier", "residences_a_verifier",
)  # fmt: skip
_STOCK: Final = Phrase(
    "{residences:s résidence} et {logements:s logement} : {logements_qpv:n} en QPV ({part}), "
    "{logements_hors:n} hors QPV, "
    "{logements_a_verifier:?{logements_a_verifier:s logement}|aucun logement} à vérifier."
)
_LOCATION: Final = Phrase(
    "Pour l’imposition {year}, la carte des QPV {vintage} s’applique : sur {entrees:s adresse}, "
    "{entrees_situees:s est située/sont situées} avec certitude d’un côté ou de l’autre, "
    "{entrees_a_verifier:?{entrees_a_verifier:s reste/restent} à vérifier|aucune n’est douteuse}."
)


def inside_share(claims: Claims) -> str:
    """Write the share of the dwellings that are inside."""
    share = claims.amount("part_qpv")
    return percent(share.exact) if share.is_known else "part inconnue"


def stock_facts(claims: Claims) -> dict[str, object]:
    """Return the counts of the stock, each under the name of its claim, for a phrase."""
    facts: dict[str, object] = {name: claims.amount(name) for name in _COUNTS}
    return facts | {"part": inside_share(claims)}


def stock_lead(claims: Claims) -> str:
    """Open the chapter of the stock."""
    return _STOCK.filled(stock_facts(claims))


def location_lead(claims: Claims, vintage: int, year: int) -> str:
    """Open the chapter of location."""
    return _LOCATION.filled(stock_facts(claims) | {"vintage": vintage, "year": year})


THREE_ANSWERS: Final[tuple[str, ...]] = tuple(_TEXTS["three_answers"])

OUTSIDE: Final[dict[str, str]] = _TEXTS["outside"]
"""Why a located number and Insee's may differ."""
