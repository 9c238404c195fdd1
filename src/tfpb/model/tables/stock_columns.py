"""The stock, a row an entrance or building, and what was decided near limits."""

from __future__ import annotations

from typing import Final

from tfpb.model.columns import Column, Contract, Kind
from tfpb.model.tables.keys import ID_BATIMENT, ID_RESIDENCE

STOCK: Final = Contract(
    "patrimoine",
    "Patrimoine",
    (
        Column(
            "id_residence",
            Kind.CODE,
            "identifiant de la résidence",
            required=True,
            filled=True,
            aliases=ID_RESIDENCE,
        ),
        Column(
            "id_batiment",
            Kind.CODE,
            "identifiant du bâtiment ou de l’entrée",
            aliases=ID_BATIMENT,
        ),
        Column(
            "nom",
            Kind.TEXT,
            "nom de la résidence",
            aliases=("nom residence", "residence", "libelle residence", "nom du programme"),
        ),
        Column(
            "bailleur",
            Kind.TEXT,
            "organisme propriétaire",
            aliases=("organisme", "raison sociale", "rs", "societe"),
        ),
        Column(
            "adresse",
            Kind.TEXT,
            "adresse de l’entrée : numéro et voie",
            required=True,
            aliases=("adresse entree", "adresse complete", "libelle adresse", "cle"),
        ),
        Column(
            "code_postal", Kind.CODE, "code postal à cinq chiffres", aliases=("cp", "codepostal")
        ),
        Column(
            "commune",
            Kind.TEXT,
            "nom de la commune",
            aliases=("ville", "libcom", "nom commune", "localite"),
        ),
        Column(
            "code_insee",
            Kind.CODE,
            "code Insee de la commune",
            aliases=("insee", "depcom", "code commune", "insee com", "code insee commune"),
        ),
        Column(
            "nb_logements",
            Kind.INTEGER,
            "nombre de logements de la ligne",
            required=True,
            filled=True,
            aliases=(
                "logements",
                "nombre de logements",
                "nb logts",
                "nb lgts",
                "nblogt",
                "nb log",
                "appartement",
            ),
            minimum=0,
            maximum=5000,
        ),
        Column(
            "annee_construction",
            Kind.YEAR,
            "année de construction",
            aliases=("annee de construction", "annee constr", "construction", "construct"),
            minimum=1700,
            maximum=2100,
        ),
        Column(
            "annee_rehabilitation",
            Kind.YEAR,
            "année de la dernière réhabilitation",
            aliases=("rehabilitation",),
            minimum=1700,
            maximum=2100,
        ),
        Column(
            "type_habitat",
            Kind.TEXT,
            "collectif ou individuel",
            aliases=("type", "type logement", "type d habitat"),
        ),
        Column(
            "fin_exoneration",
            Kind.DATE,
            "dernière année ou date de fin d’exonération longue durée",
            aliases=(
                "fin d exoneration",
                "date fin exoneration",
                "fin exo",
                "fin exoneration tfpb",
            ),
        ),
        Column(
            "motif_eligibilite",
            Kind.CHOICE,
            "motif d’éligibilité",
            choices=("exoneration_echue", "acquis_avant_1998", "autre"),
        ),
        Column(
            "parcelle",
            Kind.CODE,
            "référence cadastrale",
            aliases=("reference cadastrale", "ref cadastrale"),
        ),
        Column(
            "x", Kind.NUMBER, "abscisse ou longitude", aliases=("lon", "longitude", "x lambert93")
        ),
        Column(
            "y", Kind.NUMBER, "ordonnée ou latitude", aliases=("lat", "latitude", "y lambert93")
        ),
        Column("npnru", Kind.BOOLEAN, "quartier en renouvellement urbain (NPNRU)"),
        Column(
            "annee_demolition",
            Kind.YEAR,
            "année de démolition prévue",
            aliases=("demolition",),
            minimum=2000,
            maximum=2100,
        ),
        Column(
            "annee_livraison",
            Kind.YEAR,
            "année de livraison prévue",
            aliases=("livraison",),
            minimum=2000,
            maximum=2100,
        ),
    ),
)


DECISIONS_LIMITES: Final = Contract(
    "decisions",
    "Limites",
    (
        Column(
            "id_residence", Kind.CODE, "identifiant de la résidence", required=True, filled=True
        ),
        Column("id_batiment", Kind.CODE, "identifiant du bâtiment", aliases=ID_BATIMENT),
        Column("adresse", Kind.TEXT, "adresse de l’entrée"),
        Column("decision", Kind.CHOICE, "dans ou hors", choices=("dans", "hors")),
        Column("code_qpv", Kind.CODE, "code du QPV retenu"),
        Column("auteur", Kind.TEXT, "auteur de la décision"),
        Column("date", Kind.DATE, "date de la décision"),
        Column("piece", Kind.TEXT, "pièce ou motif"),
    ),
)
