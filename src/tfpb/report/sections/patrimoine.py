"""« Résidences » and « Adresses »: the stock counted once for every section, where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.facts.place import cut_homes, doubtful
from tfpb.model.legal.map_table import pair_of
from tfpb.model.report import ANNEX, DOCUMENT, Block, Section, Text
from tfpb.model.results import RESIDENCE_COLUMNS
from tfpb.report.sections.build import cut, has, section, table, total_of, worded
from tfpb.report.sections.money.quartiers import quarters_part
from tfpb.tax.ledger.fact_lines import HOME_MONEY, with_money
from tfpb.words.documents.report_words import ROWS_ELSEWHERE
from tfpb.words.faults.sentences import LEAST
from tfpb.words.money.abatement_words import NATURES, STATUTS, UNKNOWN_QUARTER
from tfpb.words.places import side_words as words
from tfpb.words.places.address_words import CHOSEN

if TYPE_CHECKING:
    from tfpb.facts.quarter import Quarters
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.location import Located

_NOT_SHOWN = frozenset({"x", "y", "longitude", "latitude"})


def residences(dossier: Dossier) -> Section:
    """Return the section of the stock: one row a résidence, and the quarters."""
    located = dossier.located
    money = dossier.abatement
    homes = worded(
        with_money(located.residences, money),
        statut=("cote", words.STATUTS),
        evolution_mot=("evolution", words.evolutions(pair_of(located.vintage)[1])),
    )
    # the answer of most of its dwellings would deny those on the other side
    split = homes["id_residence"].map(cut_homes(located.held)) & homes["evolution"].ne("")
    homes["evolution_mot"] = homes["evolution_mot"].mask(split, words.CUT)
    known = {*RESIDENCE_COLUMNS, *_NOT_SHOWN, "statut", "evolution_mot", "bailleur"}
    if "statut_avis" in homes:
        homes = worded(homes, statut_avis=STATUTS, nature=NATURES)
    course = None if money is None else money.course
    years = [{"an": year} for year, _ in course.years] if course is not None else []
    later = [{"ensuite": one["an"]} for one in years if one["an"] != located.year]
    if "code_qpv_quitte" in homes:
        homes["nom_qpv_quitte"] = [
            _left(str(code), dossier.quarters) if isinstance(code, str) else ""
            for code in homes["code_qpv_quitte"]
        ]
    own = [
        {"nom": name}
        for name in located.residences.columns
        if name not in known and not str(name).startswith("_") and has(homes, str(name))
    ]
    blocks: list[Block] = [
        table(
            "residences",
            homes,
            repeated=[*years, *later, *own],
            annee=located.year,
            ancienne=pair_of(located.vintage)[0],
            nouvelle=pair_of(located.vintage)[1],
            remarks=_remarks(dossier.located),
            totals={column: total_of(dossier.claims, name) for column, name in _COUNTED.items()}
            | {column: dossier.claims.amount(name) for column, name in HOME_MONEY.items()}
            | {
                c: dossier.claims.amount(name)
                for c, name in _GONE.items()
                if dossier.claims.has(name)
            },
        ),
        quarters_part(dossier, "quartiers_patrimoine", of="residences"),
        Text(
            (ROWS_ELSEWHERE.format(count=len(homes), sheet=words.RESIDENCES_SHEET),),
            media=DOCUMENT,
        ),
    ]
    return section("residences", words.stock_lead(dossier.claims), blocks)


def _left(codes: str, quarters: Quarters) -> str:
    """Name the quarters that a résidence left; one of which the stock tells nothing is not known."""
    return ", ".join(quarters[c].shown if c else UNKNOWN_QUARTER for c in codes.split(", "))


_COUNTED: Final = {
    "nb_logements": "logements",
    "logements_dans": "logements_qpv",
    "logements_hors": "logements_hors",
    "logements_a_verifier": "logements_a_verifier",
}
_GONE: Final = {"logements_sortis": "logements_sortants", "abattement_sorti_eur": "sortants_perdu"}
"""Columns of the sheet whose total is claimed, and the claim; then those of what a map took out."""


def adresses(dossier: Dossier) -> Section:
    """Return the section of location: one row an entrance with its distance and motive."""
    located = dossier.located
    doors = located.entrances
    shown = worded(
        doors,
        statut=("qpv_statut", words.STATUTS),
        precision=("result_type", words.PRECISIONS),
        verdict=("result_verdict", words.GEOCODE_VERDICTS),
        evolution_mot=("qpv_evolution", words.evolutions(pair_of(located.vintage)[1])),
    )
    if "result_source" in doors.columns:
        by_hand = doors["result_source"].astype("str").str.startswith(CHOSEN, na=False)
        shown["verdict"] = shown["verdict"].mask(by_hand, doors["result_source"])
    near = doubtful(doors)
    remarks = tuple(
        (row, "statut", str(motive))
        for row, (unsure, motive) in enumerate(zip(near, doors["qpv_motif"], strict=True))
        if unsure and motive
    )
    old, new = pair_of(located.vintage)
    blocks: list[Block] = [
        table(
            "adresses",
            shown,
            millesime=located.vintage,
            ancienne=old,
            nouvelle=new,
            remarks=remarks,
        ),
        Text(words.THREE_ANSWERS, media=ANNEX),
    ]
    if near.any():
        blocks.append(table("adresses_a_verifier_document", cut(shown, near)))
    lead = words.location_lead(dossier.claims, located.vintage, located.year)
    return section("adresses", lead, blocks)


def _remarks(located: Located) -> tuple[tuple[int, str, str], ...]:
    """Return, for each doubtful number of dwellings, why its entrances are to check."""
    doors = located.entrances
    unsure = doors[doubtful(doors) & (doors["qpv_motif"] != "")]
    motives: dict[str, list[str]] = {}
    for home, motive in zip(unsure["id_residence"], unsure["qpv_motif"], strict=True):
        known = motives.setdefault(str(home), [])
        if motive not in known:
            known.append(str(motive))
    return tuple(
        (row, "logements_a_verifier", " ".join(motives[str(home)]))
        for row, home in enumerate(located.residences["id_residence"])
        if str(home) in motives
    )


def masking_n(dossier: Dossier) -> int:
    """Return the count of households below which the pack tells none."""
    return dossier.survey.masking_n if dossier.survey is not None else LEAST
