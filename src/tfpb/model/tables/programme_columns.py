"""Conventions, programme of actions and walking diagnostics."""

from __future__ import annotations

from typing import Final

from tfpb.model.columns import Column, Contract, Kind
from tfpb.model.tables.keys import QPV

CONVENTIONS: Final = Contract(
    "conventions",
    "Conventions",
    (
        Column(
            "id_convention",
            Kind.CODE,
            "identifiant de la convention",
            required=True,
            filled=True,
            aliases=("convention",),
        ),
        Column("contrat_de_ville", Kind.TEXT, "contrat de ville de rattachement"),
        Column(
            "codes_qpv",
            Kind.CODES,
            "codes des QPV couverts",
            required=True,
            filled=True,
            aliases=("qpv", "code qpv"),
        ),
        Column("date_signature_contrat", Kind.DATE, "signature du contrat de ville"),
        Column("date_signature_convention", Kind.DATE, "signature de la convention d’abattement"),
        Column("date_declaration", Kind.DATE, "dépôt de la déclaration au service des impôts"),
        Column("date_fin", Kind.DATE, "fin de la convention"),
        Column("date_bilan", Kind.DATE, "date du bilan annuel"),
        Column("bailleur", Kind.TEXT, "organisme signataire", aliases=("organisme",)),
    ),
    closed=True,
)


PROGRAMME: Final = Contract(
    "programme",
    "Programme d’actions",
    (
        Column(
            "id_action",
            Kind.CODE,
            "identifiant de l’action",
            required=True,
            filled=True,
            aliases=(
                "n action",
                "numero action",
                "code action",
                "reference action",
                "n",
                "no",
                "numero",
            ),
        ),
        Column(
            "axe", Kind.TEXT, "axe du cadre national (1 à 8 ou libellé)", required=True, filled=True
        ),
        Column("code_qpv", Kind.CODE, "code du QPV", required=True, filled=True, aliases=QPV),
        Column(
            "action",
            Kind.TEXT,
            "intitulé de l’action",
            required=True,
            filled=True,
            aliases=("intitule", "libelle action"),
        ),
        Column(
            "description",
            Kind.TEXT,
            "résidence ou description",
            aliases=("residence description", "residence"),
        ),
        Column("calendrier", Kind.TEXT, "calendrier"),
        Column(
            "prevu_eur",
            Kind.MONEY,
            "dépense prévisionnelle, en euros",
            aliases=(
                "depense previsionnelle",
                "prevu",
                "previsionnel",
                "cout previsionnel",
                "depense prevue",
            ),
        ),
        Column(
            "realise_eur",
            Kind.MONEY,
            "dépense réalisée, en euros",
            aliases=("depense realisee", "realise", "cout realise"),
        ),
        Column(
            "bailleur_eur",
            Kind.MONEY,
            "financement du bailleur, en euros",
            aliases=("financement bailleur",),
        ),
        Column(
            "autres_eur",
            Kind.MONEY,
            "autres financements, en euros",
            aliases=("autre financement", "autres financements"),
        ),
        Column(
            "valorise_eur",
            Kind.MONEY,
            "dépense valorisée au titre de la TFPB, en euros",
            aliases=(
                "depense valorisee tfpb",
                "depense valorisee",
                "valorise",
                "valorise tfpb",
                "valorisation tfpb",
                "valorisation",
            ),
        ),
        Column("heures", Kind.NUMBER, "heures de personnel", minimum=0),
        Column("cout_horaire_eur", Kind.MONEY, "coût horaire, en euros", aliases=("cout horaire",)),
        Column("piece", Kind.TEXT, "pièce justificative", aliases=("justificatif", "facture")),
        Column(
            "texte_bilan",
            Kind.TEXT,
            "bilan qualitatif",
            aliases=("bilan qualitatif", "commentaire"),
        ),
        Column("annee", Kind.YEAR, "année de l’action", minimum=2000, maximum=2100),
        Column("date_piece", Kind.DATE, "date de la pièce"),
        Column("photo", Kind.TEXT, "photo"),
    ),
    closed=True,
)


DIAGNOSTICS: Final = Contract(
    "diagnostics",
    "Diagnostics en marchant",
    (
        Column("date", Kind.DATE, "date du diagnostic", required=True, filled=True),
        Column("code_qpv", Kind.CODE, "code du QPV", required=True, filled=True, aliases=QPV),
        Column("constat", Kind.TEXT, "constat", required=True, filled=True),
        Column("responsable", Kind.TEXT, "fonction de la personne responsable"),
        Column("suite", Kind.TEXT, "suite donnée"),
        Column("photo", Kind.TEXT, "photo"),
        Column("id_action", Kind.CODE, "action liée"),
    ),
    closed=True,
)
