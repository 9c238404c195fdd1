"""« Résidences » and « Localisation »: the stock, where it stands, how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.model.codes import QpvStatut
from tfpb.model.report import Text
from tfpb.model.results import RESIDENCE_COLUMNS
from tfpb.report.sections.build import DOCUMENT, cut, has, section, table, worded
from tfpb.report.sections.counts import quarters, stock_facts
from tfpb.words.documents.report_words import ROWS_ELSEWHERE
from tfpb.words.places import stock_words as words
from tfpb.words.places.review_words import CHOSEN

if TYPE_CHECKING:
    from tfpb.model.assembly import Dossier
    from tfpb.model.location import Located
    from tfpb.model.report import Block, Section

_NOT_SHOWN = frozenset({"x", "y", "longitude", "latitude"})


def residences(dossier: Dossier) -> Section:
    """Return the section of the stock: one row a résidence, and the quarters."""
    located = dossier.located
    facts = stock_facts(located)
    homes = worded(
        located.residences,
        statut=("cote", words.STATUTS),
        evolution_mot=("evolution", words.EVOLUTIONS),
    )
    known = {*RESIDENCE_COLUMNS, *_NOT_SHOWN, "statut", "evolution_mot", "bailleur"}
    own = [
        {"nom": name}
        for name in located.residences.columns
        if name not in known and not str(name).startswith("_") and has(homes, str(name))
    ]
    blocks: list[Block] = [
        table(
            "residences", homes, repeated=own, annee=located.year, remarks=_remarks(dossier.located)
        ),
        table("quartiers", quarters(located)),
        Text(
            (ROWS_ELSEWHERE.format(count=facts.residences, sheet=words.RESIDENCES_SHEET),),
            media=DOCUMENT,
        ),
    ]
    lead = words.stock_lead(
        facts.residences, facts.dwellings, facts.inside, facts.outside, facts.doubtful
    )
    return section("residences", lead, blocks)


def localisation(dossier: Dossier) -> Section:
    """Return the section of location: one row an entrance with its distance and motive."""
    located = dossier.located
    facts = stock_facts(located)
    doors = located.entrances
    shown = worded(
        doors,
        statut=("qpv_statut", words.STATUTS),
        precision=("result_type", words.PRECISIONS),
        verdict=("result_verdict", words.GEOCODE_VERDICTS),
        evolution_mot=("qpv_evolution", words.EVOLUTIONS),
    )
    if "result_source" in doors.columns:
        by_hand = doors["result_source"].astype("str").str.startswith(CHOSEN, na=False)
        shown["verdict"] = shown["verdict"].mask(by_hand, doors["result_source"])
    near = doors["qpv_statut"] == QpvStatut.A_VERIFIER
    remarks = tuple(
        (row, "statut", str(motive))
        for row, (doubtful, motive) in enumerate(zip(near, doors["qpv_motif"], strict=True))
        if doubtful and motive
    )
    blocks: list[Block] = [
        table("localisation", shown, millesime=located.vintage, remarks=remarks),
        Text(words.THREE_ANSWERS, media=DOCUMENT),
    ]
    if near.any():
        blocks.append(table("adresses_a_verifier_document", cut(shown, near)))
    if len(located.correspondence):
        linked = worded(located.correspondence, lien=words.LINKS)
        blocks.append(table("correspondance_qpv", linked))
    if dossier.outside is not None and len(dossier.outside):
        against = dossier.outside.assign(
            motif=[
                " ; ".join(words.OUTSIDE[code] for code in codes)
                for codes in dossier.outside["motifs"]
            ]
        )
        blocks.append(table("controle_insee", against))
    sure = facts.entrances - facts.doubtful_entrances
    lead = words.location_lead(
        facts.entrances, sure, facts.doubtful_entrances, located.vintage, located.year
    )
    return section("localisation", lead, blocks)


def _remarks(located: Located) -> tuple[tuple[int, str, str], ...]:
    """Return, for each doubtful number of dwellings, why its entrances are to check."""
    doors = located.entrances
    doubtful = doors[(doors["qpv_statut"] == QpvStatut.A_VERIFIER) & (doors["qpv_motif"] != "")]
    motives: dict[str, list[str]] = {}
    for home, motive in zip(doubtful["id_residence"], doubtful["qpv_motif"], strict=True):
        known = motives.setdefault(str(home), [])
        if motive not in known:
            known.append(str(motive))
    return tuple(
        (row, "logements_a_verifier", " ".join(motives[str(home)]))
        for row, home in enumerate(located.residences["id_residence"])
        if str(home) in motives
    )
