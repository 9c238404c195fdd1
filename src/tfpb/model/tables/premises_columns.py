"""What the tax department sends: a row a premises of a notice."""

from __future__ import annotations

from typing import Final

from tfpb.model.columns import Column, Contract, Kind
from tfpb.model.tables.keys import ID_BATIMENT, ID_RESIDENCE

PREMISES: Final = Contract(
    "fiscalite",
    "Fiscalité",
    (
        Column(
            "avis",
            Kind.CODE,
            "numéro de l’avis",
            required=True,
            filled=True,
            aliases=("numero avis", "n avis", "avis de taxe fonciere"),
        ),
        Column(
            "invariant",
            Kind.CODE,
            "numéro invariant du local",
            aliases=("n invariant", "numero invariant"),
        ),
        Column(
            "id_residence",
            Kind.CODE,
            "identifiant de la résidence",
            required=True,
            filled=True,
            aliases=(*ID_RESIDENCE, "residence"),
        ),
        Column("id_batiment", Kind.CODE, "identifiant du bâtiment", aliases=ID_BATIMENT),
        Column("section", Kind.CODE, "section cadastrale"),
        Column("parcelle", Kind.CODE, "numéro de parcelle"),
        Column(
            "annee",
            Kind.YEAR,
            "année d’imposition",
            required=True,
            filled=True,
            aliases=("annee d imposition", "annee imposition"),
            minimum=1900,
            maximum=2100,
        ),
        Column(
            "vlc_eur",
            Kind.MONEY,
            "valeur locative cadastrale, en euros",
            aliases=("vlc", "valeur locative cadastrale"),
        ),
        Column(
            "base_nette_eur",
            Kind.MONEY,
            "base nette (50 % de la VLC), en euros",
            aliases=("base nette",),
        ),
        Column(
            "nb_logements",
            Kind.INTEGER,
            "nombre de logements",
            aliases=("logements", "nombre de logements", "nb logts"),
            minimum=0,
        ),
        Column(
            "fin_exoneration",
            Kind.DATE,
            "fin d’exonération longue durée",
            aliases=("fin d exoneration", "fin exo", "fin exo tfpb", "fin exoneration tfpb"),
        ),
        Column(
            "taux_commune_pct",
            Kind.PERCENT,
            "taux communal, en %",
            required=True,
            aliases=("taux commune", "tx commune", "taux communal"),
            minimum=0,
            maximum=100,
        ),
        Column(
            "taux_syndicats_pct",
            Kind.PERCENT,
            "taux des syndicats, en %",
            aliases=("taux syndicats", "tx syndicats", "taux syndicat"),
            minimum=0,
            maximum=100,
        ),
        Column(
            "taux_epci_pct",
            Kind.PERCENT,
            "taux intercommunal, en %",
            aliases=("taux epci", "tx epci", "taux intercommunalite"),
            minimum=0,
            maximum=100,
        ),
        Column(
            "taux_tse_pct",
            Kind.PERCENT,
            "taux de la taxe spéciale d’équipement, en %",
            aliases=("taux tse", "tx tse"),
            minimum=0,
            maximum=100,
        ),
        Column(
            "taux_tasa_pct",
            Kind.PERCENT,
            "taux de la taxe additionnelle spéciale annuelle, en %",
            aliases=("taux tasa", "tx tasa"),
            minimum=0,
            maximum=100,
        ),
        Column(
            "taux_gemapi_pct",
            Kind.PERCENT,
            "taux de la taxe GEMAPI, en %",
            aliases=("taux gemapi", "tx gemapi"),
            minimum=0,
            maximum=100,
        ),
        Column(
            "cotisation_avis_eur",
            Kind.MONEY,
            "cotisation de l’avis hors TEOM, avant dégrèvements, en euros",
            aliases=("cotisation avis", "cotisation"),
        ),
        Column("degrevements_eur", Kind.MONEY, "dégrèvements, en euros", aliases=("degrevements",)),
        Column(
            "teom_eur",
            Kind.MONEY,
            "taxe d’enlèvement des ordures ménagères, en euros",
            aliases=("teom",),
        ),
    ),
    closed=True,
)
