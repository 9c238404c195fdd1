"""« Résidences » and « Localisation »: the stock, where it stands, how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.model.codes import QpvStatut
from tfpb.model.report import Format, Section, Text
from tfpb.model.results import RESIDENCE_COLUMNS
from tfpb.report.sections.build import DOCUMENT, WORKBOOK, column, cut, has, said, table
from tfpb.report.sections.counts import quarters, stock_facts
from tfpb.words.documents.report_words import rows_elsewhere
from tfpb.words.places import stock_words as words

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.model.assembly import Dossier
    from tfpb.model.location import Located
    from tfpb.model.report import Block, TableColumn

_NOT_SHOWN = frozenset({"x", "y", "longitude", "latitude"})


def residences(dossier: Dossier) -> Section:
    """Make the section of the stock: one row a résidence, and the quarters."""
    facts = stock_facts(dossier.located)
    homes = dossier.located.residences.assign(
        statut=said(dossier.located.residences["cote"], words.STATUTS),
        evolution_mot=said(dossier.located.residences["evolution"], words.EVOLUTIONS),
    )
    columns: list[TableColumn] = [
        column("id_residence", "Résidence", width=9),
        column("nom", "Nom", width=20),
        column("commune", "Commune", width=14),
        column("nb_entrees", "Entrées", Format.INTEGER, 8),
        column("nb_logements", "Logements", Format.INTEGER, 9),
        column("logements_dans", "Logements en QPV", Format.INTEGER, 9),
        column("logements_hors", "Logements hors QPV", Format.INTEGER, 9),
        column("logements_a_verifier", "Logements à vérifier", Format.INTEGER, 9),
        column("part_qpv", "Part en QPV (%)", Format.PERCENT, 8),
        column("statut", "Côté de la majorité", width=12),
        column("code_qpv", "Code du QPV", width=11),
        column("nom_qpv", "Nom du QPV", width=18),
        column("evolution_mot", "De 2015 à 2024", width=15),
        column("distance_min_m", "Distance à la limite (m)", Format.METRES, 9),
        column("annee_construction", "Année de construction", Format.YEAR, 11),
        column("type_habitat", "Type d’habitat", width=11),
    ]
    known = {*RESIDENCE_COLUMNS, *_NOT_SHOWN, "statut", "evolution_mot", "bailleur"}
    columns += [
        column(name, name, width=14)
        for name in dossier.located.residences.columns
        if name not in known and not str(name).startswith("_") and has(homes, str(name))
    ]
    main = table(
        "residences",
        "Résidences du patrimoine",
        columns,
        homes,
        unit="logements, mètres",
        scope=f"patrimoine du bailleur, imposition {dossier.located.year}",
        source="patrimoine, géocodage et carte des QPV",
        notes=(
            (
                "L’argent suit les logements : une résidence coupée par une limite compte pour ses "
                "logements de chaque côté."
            ),
        ),
        media=WORKBOOK,
        remarks=_remarks(dossier.located),
    )
    by_quarter = table(
        "quartiers",
        "Le patrimoine par quartier",
        (
            column("code_qpv", "Code du QPV", width=12),
            column("nom_qpv", "Nom du QPV", width=28),
            column("residences", "Résidences", Format.INTEGER, 11),
            column("logements_dans", "Logements en QPV", Format.INTEGER, 12),
            column("logements_a_verifier", "Logements à vérifier", Format.INTEGER, 12),
        ),
        quarters(dossier.located),
        unit="résidences, logements",
        scope="résidences rattachées à un QPV, y compris celles à vérifier",
        source="patrimoine, géocodage et carte des QPV",
        media=frozenset({"document", "donnees"}),
    )
    lead = words.stock_lead(
        facts.residences, facts.dwellings, facts.inside, facts.outside, facts.doubtful
    )
    pointer = Text((rows_elsewhere(facts.residences, "Résidences"),), media=DOCUMENT)
    return Section(
        "residences", "Résidences", lead, (main, by_quarter, pointer), sheet="Résidences"
    )


def localisation(dossier: Dossier) -> Section:
    """Make the section of location: one row an entrance with its distance and motive."""
    located = dossier.located
    facts = stock_facts(located)
    doors = located.entrances
    shown = doors.assign(
        statut=said(doors["qpv_statut"], words.STATUTS),
        precision=said(doors["result_type"], words.PRECISIONS),
        verdict=said(doors["result_verdict"], words.GEOCODE_VERDICTS),
        evolution_mot=said(doors["qpv_evolution"], words.EVOLUTIONS),
    )
    columns = (
        column("id_residence", "Résidence", width=9),
        column("id_batiment", "Bâtiment", width=9),
        column("adresse", "Adresse du fichier", width=22),
        column("commune", "Commune", width=12),
        column("nb_logements", "Logements", Format.INTEGER, 9),
        column("result_label", "Adresse reconnue", width=24),
        column("precision", "Précision", width=11),
        column("result_confidence", "Certitude de la voie (%)", Format.PERCENT, 9),
        column("verdict", "Géocodage", width=10),
        column("result_radius_m", "Incertitude (m)", Format.METRES, 10),
        column("statut", "Réponse", width=10),
        column("qpv_code", "Code du QPV", width=11),
        column("qpv_nom", "Nom du QPV", width=15),
        column("qpv_distance_m", "Distance à la limite (m)", Format.METRES, 9),
        column("evolution_mot", "De 2015 à 2024", width=13),
        column("qpv_motif", "Motif", width=32),
    )
    main = table(
        "localisation",
        "Adresses et quartiers prioritaires",
        columns,
        shown,
        unit="mètres",
        scope=f"une ligne par entrée, carte des QPV {located.vintage}",
        source="patrimoine, base d’adresses et carte des QPV",
        media=WORKBOOK,
        remarks=tuple(
            (row, "statut", str(motive))
            for row, (side, motive) in enumerate(
                zip(doors["qpv_statut"], doors["qpv_motif"], strict=True)
            )
            if side == QpvStatut.A_VERIFIER and motive
        ),
    )
    blocks: list[Block] = [main, Text(words.THREE_ANSWERS, media=DOCUMENT)]
    near = cut(shown, doors["qpv_statut"] == QpvStatut.A_VERIFIER)
    if len(near):
        blocks.append(doubt_table(near, "adresses_a_verifier_document", media=DOCUMENT))
    if len(located.correspondence):
        blocks.append(_correspondence(located.correspondence))
    sure = facts.entrances - facts.doubtful_entrances
    lead = words.location_lead(
        facts.entrances, sure, facts.doubtful_entrances, located.vintage, located.year
    )
    return Section("localisation", "Localisation", lead, tuple(blocks), sheet="Localisation")


def _remarks(located: Located) -> tuple[tuple[int, str, str], ...]:
    """Tell, on each doubtful number of dwellings, why its entrances are to check."""
    doors = located.entrances
    doubtful = doors[(doors["qpv_statut"] == QpvStatut.A_VERIFIER) & (doors["qpv_motif"] != "")]
    motives: dict[str, list[str]] = {}
    for home, motive in zip(doubtful["id_residence"], doubtful["qpv_motif"], strict=True):
        said_already = motives.setdefault(str(home), [])
        if motive not in said_already:
            said_already.append(str(motive))
    return tuple(
        (row, "logements_a_verifier", " ".join(motives[str(home)]))
        for row, home in enumerate(located.residences["id_residence"])
        if str(home) in motives
    )


def doubt_table(near: pd.DataFrame, key: str, *, media: frozenset[str]) -> Block:
    """Make the table of the addresses to check."""
    return table(
        key,
        "Adresses à vérifier",
        (
            column("id_residence", "Résidence", width=11),
            column("adresse", "Adresse du fichier", width=28),
            column("nb_logements", "Logements", Format.INTEGER, 10),
            column("qpv_proche_nom", "Quartier le plus proche", width=20),
            column("qpv_distance_m", "Distance à la limite (m)", Format.METRES, 11),
            column("result_radius_m", "Incertitude (m)", Format.METRES, 11),
            column("qpv_motif", "Motif", width=36),
        ),
        near,
        unit="logements, mètres",
        scope="entrées dont la réponse est « à vérifier »",
        source="patrimoine, base d’adresses et carte des QPV",
        media=media,
    )


def _correspondence(rows: pd.DataFrame) -> Block:
    return table(
        "correspondance_qpv",
        "Des QPV 2015 aux QPV 2024",
        (
            column("code_2015", "Code 2015", width=11),
            column("nom_2015", "Nom 2015", width=22),
            column("code_2024", "Code 2024", width=11),
            column("nom_2024", "Nom 2024", width=22),
            column("part_2015", "Part du QPV 2015 commune (%)", Format.PERCENT, 12),
            column("part_2024", "Part du QPV 2024 commune (%)", Format.PERCENT, 12),
            column("logements", "Logements", Format.INTEGER, 10),
            column("lien", "Lien", width=12),
        ),
        rows.assign(lien=said(rows["lien"], words.LINKS)),
        unit="% de la surface, logements du patrimoine",
        scope="quartiers touchés par le patrimoine",
        source="superposition des deux cartes de QPV",
        media=frozenset({"document", "donnees"}),
    )
