"""Column contracts of the files that users bring, one contract a table.

Their order counts: of a column that several contracts label, messages quote the first label.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from tfpb.model.columns import Column, Contract, Kind

_QPV: Final = (
    "qpv", "code qp", "code quartier", "quartier prioritaire", "quartier", "nom du quartier", "nom qpv",
    "quartiers",
)  # fmt: skip
WORDS: Final[dict[str, tuple[str, ...]]] = {
    "id_residence": (
        "code residence", "identifiant residence", "code programme", "code groupe", "n residence",
        "groupe immobilier", "n groupe immobilier", "code groupe immobilier", "code esi", "residence",
    ),
    "id_batiment": ("id entree", "code batiment", "code entree", "n entree", "n batiment"),
    "code_qpv": _QPV,
    "codes_qpv": (*_QPV, "code qpv"),
    "bailleur": ("organisme", "raison sociale", "rs", "societe", "nom bailleur"),
    "nb_logements": ("logements", "nombre de logements", "nb logts", "nb lgts", "nblogt", "nb log",
                     "appartement"),
    "logements": ("nombre de logements",),
    "fin_exoneration": ("fin d exoneration", "date fin exoneration", "fin exo", "fin exo tfpb",
                        "fin exoneration tfpb"),
    "annee": ("annee d imposition", "annee imposition", "exercice"),
    "piece": ("justificatif", "facture"),
}  # fmt: skip
"""Name of a column → other headers that mean it, the same in every table that has the column."""


EVERY_QUARTER: Final = re.compile(
    r"(?:tous|ensemble)(?: les| des)?(?: (?:quartiers?|qpv|qp)(?: prioritaires?)?)?"
    r"|(?:multi|inter) ?(?:quartiers?|qpv|qp)"
)
"""Folded words of an action for all quarters."""
BEFORE_QUARTER: Final = re.compile(
    r"^(?:qpv|(?:le )?quartiers?(?: prioritaires?)?)(?: (?:de la|de l|du|des|de|d))? "
)
"""Folded words before the name of a quarter."""


def _contract(
    name: str, title: str, columns: tuple[Column, ...], *, closed: bool = False
) -> Contract:
    """Make a contract whose columns bear the shared words, those of another of its columns left out."""
    own = {alias for column in columns for alias in column.aliases}
    return Contract(
        name,
        title,
        tuple(
            replace(c, aliases=(*c.aliases, *(w for w in WORDS.get(c.name, ()) if w not in own)))
            for c in columns
        ),
        closed=closed,
    )


PREMISES: Final = _contract(
    "fiscalite",
    "Fiscalité",
    (
        Column("avis", Kind.CODE, "numéro de l’avis", required=True, filled=True,
               aliases=("numero avis", "n avis", "avis de taxe fonciere")),
        Column("invariant", Kind.CODE, "numéro invariant du local",
               aliases=("n invariant", "numero invariant")),
        Column("id_residence", Kind.CODE, "identifiant de la résidence", required=True, filled=True),
        Column("id_batiment", Kind.CODE, "identifiant du bâtiment"),
        Column("section", Kind.CODE, "section cadastrale"),
        Column("parcelle", Kind.CODE, "numéro de parcelle"),
        Column("annee", Kind.YEAR, "année d’imposition", required=True, filled=True, minimum=1900,
               maximum=2100),
        Column("vlc_eur", Kind.MONEY, "valeur locative cadastrale, en euros",
               aliases=("vlc", "valeur locative cadastrale")),
        Column("base_nette_eur", Kind.MONEY, "base nette (50 % de la VLC), en euros",
               aliases=("base nette", "base avant abattement")),
        Column("nb_logements", Kind.INTEGER, "nombre de logements", minimum=0),
        Column("type_local", Kind.TEXT, "nature du local",
               aliases=("nature", "type de local", "type du local")),
        Column("fin_exoneration", Kind.DATE, "fin d’exonération longue durée"),
        Column("taux_commune_pct", Kind.PERCENT, "taux communal, en %", required=True, minimum=0,
               maximum=100, aliases=("taux commune", "tx commune", "taux communal")),
        Column("taux_syndicats_pct", Kind.PERCENT, "taux des syndicats, en %", minimum=0, maximum=100,
               aliases=("taux syndicats", "tx syndicats", "taux syndicat")),
        Column("taux_epci_pct", Kind.PERCENT, "taux intercommunal, en %", minimum=0, maximum=100,
               aliases=("taux epci", "tx epci", "taux intercommunalite")),
        Column("taux_tse_pct", Kind.PERCENT, "taux de la taxe spéciale d’équipement, en %", minimum=0,
               maximum=100, aliases=("taux tse", "tx tse")),
        Column("taux_tasa_pct", Kind.PERCENT, "taux de la taxe additionnelle spéciale annuelle, en %",
               minimum=0, maximum=100, aliases=("taux tasa", "tx tasa")),
        Column("taux_gemapi_pct", Kind.PERCENT, "taux de la taxe GEMAPI, en %", minimum=0, maximum=100,
               aliases=("taux gemapi", "tx gemapi")),
        Column("cotisation_avis_eur", Kind.MONEY,
               "cotisation de l’avis hors TEOM, avant dégrèvements, en euros",
               aliases=("cotisation avis", "cotisation")),
        Column("degrevements_eur", Kind.MONEY, "dégrèvements, en euros", aliases=("degrevements",)),
        Column("teom_eur", Kind.MONEY, "taxe d’enlèvement des ordures ménagères, en euros",
               aliases=("teom",)),
        Column("declare", Kind.BOOLEAN, "local porté sur la liste déclarée au service des impôts",
               aliases=("local declare", "declare au service des impots")),
    ),
    closed=True,
)  # fmt: skip
"""What the tax department sends: one row a premises of a notice."""

STOCK: Final = _contract(
    "patrimoine",
    "Patrimoine",
    (
        Column("id_residence", Kind.CODE, "identifiant de la résidence", required=True, filled=True),
        Column("id_batiment", Kind.CODE, "identifiant du bâtiment ou de l’entrée"),
        Column("nom", Kind.TEXT, "nom de la résidence",
               aliases=("nom residence", "residence", "libelle residence", "nom du programme")),
        Column("bailleur", Kind.TEXT, "organisme propriétaire"),
        Column("adresse", Kind.TEXT, "adresse de l’entrée : numéro et voie", required=True,
               aliases=("adresse entree", "adresse complete", "libelle adresse", "cle")),
        Column("code_postal", Kind.CODE, "code postal à cinq chiffres", aliases=("cp", "codepostal")),
        Column("commune", Kind.TEXT, "nom de la commune",
               aliases=("ville", "libcom", "nom commune", "localite")),
        Column("code_insee", Kind.CODE, "code Insee de la commune",
               aliases=("insee", "depcom", "code commune", "insee com", "code insee commune")),
        Column("nb_logements", Kind.INTEGER, "nombre de logements de la ligne", required=True,
               filled=True, minimum=0, maximum=5000),
        Column("annee_construction", Kind.YEAR, "année de construction", minimum=1700, maximum=2100,
               aliases=("annee de construction", "annee constr", "construction", "construct")),
        Column("annee_rehabilitation", Kind.YEAR, "année de la dernière réhabilitation", minimum=1700,
               maximum=2100, aliases=("rehabilitation",)),
        Column("type_habitat", Kind.TEXT, "collectif ou individuel",
               aliases=("type", "type logement", "type d habitat")),
        Column("fin_exoneration", Kind.DATE, "dernière année ou date de fin d’exonération longue durée"),
        Column("motif_eligibilite", Kind.CHOICE, "motif d’éligibilité",
               choices=("exoneration_echue", "acquis_avant_1998", "autre")),
        Column("parcelle", Kind.CODE, "référence cadastrale",
               aliases=("reference cadastrale", "ref cadastrale")),
        Column("x", Kind.NUMBER, "abscisse ou longitude", aliases=("lon", "longitude", "x lambert93")),
        Column("y", Kind.NUMBER, "ordonnée ou latitude", aliases=("lat", "latitude", "y lambert93")),
        Column("npnru", Kind.BOOLEAN, "quartier en renouvellement urbain (NPNRU)"),
        Column("annee_demolition", Kind.YEAR, "année de démolition prévue", minimum=2000, maximum=2100,
               aliases=("demolition",)),
        Column("annee_livraison", Kind.YEAR, "année de livraison prévue", minimum=2000, maximum=2100,
               aliases=("livraison",)),
    ),
)  # fmt: skip
"""The stock (patrimoine): one row an entrance or building."""

GMBI: Final = _contract(
    "gmbi",
    "Locaux possédés (GMBI)",
    (
        Column("invariant", Kind.CODE, "numéro fiscal du local", required=True, filled=True,
               aliases=("n fiscal du local", "numero fiscal local", "identifiant fiscal du local",
                        "numero invariant", "n invariant")),
        Column("id_residence", Kind.CODE, "groupe ou résidence",
               aliases=("groupe", "groupe de biens", "nom du groupe")),
        Column("nature", Kind.TEXT, "nature du local", aliases=("type de local", "type du local")),
        Column("section", Kind.CODE, "section cadastrale"),
        Column("parcelle", Kind.CODE, "référence cadastrale",
               aliases=("ref cadastrale", "numero de parcelle", "n de plan")),
        Column("adresse", Kind.TEXT, "adresse du bien", aliases=("adresse du local",)),
    ),
)  # fmt: skip
"""Every premises owned, as « Gérer mes biens immobiliers » exports it: nothing else of it is kept."""

CONVENTIONS: Final = _contract(
    "conventions",
    "Conventions",
    (
        Column("id_convention", Kind.CODE, "identifiant de la convention", required=True, filled=True,
               aliases=("convention",)),
        Column("contrat_de_ville", Kind.TEXT, "contrat de ville de rattachement"),
        Column("codes_qpv", Kind.CODES, "codes des QPV couverts", required=True, filled=True),
        Column("date_signature_contrat", Kind.DATE, "signature du contrat de ville"),
        Column("date_signature_convention", Kind.DATE, "signature de la convention d’abattement"),
        Column("date_declaration", Kind.DATE, "dépôt de la déclaration au service des impôts"),
        Column("date_fin", Kind.DATE, "fin de la convention"),
        Column("date_bilan", Kind.DATE, "date du bilan annuel"),
        Column("bailleur", Kind.TEXT, "organisme signataire"),
    ),
    closed=True,
)  # fmt: skip
"""Conventions of abatement, and the quarters each covers."""

DIAGNOSTICS: Final = _contract(
    "diagnostics",
    "Diagnostics en marchant",
    (
        Column("date", Kind.DATE, "date du diagnostic", required=True, filled=True),
        Column("code_qpv", Kind.CODE, "code du QPV", required=True, filled=True),
        Column("constat", Kind.TEXT, "constat", required=True, filled=True),
        Column("responsable", Kind.TEXT, "fonction de la personne responsable"),
        Column("suite", Kind.TEXT, "suite donnée"),
        Column("photo", Kind.TEXT, "photo"),
        Column("id_action", Kind.CODE, "action liée"),
    ),
    closed=True,
)  # fmt: skip
"""Walking diagnostics: one row a finding."""

PROGRAMME: Final = _contract(
    "programme",
    "Programme d’actions",
    (
        Column("id_action", Kind.CODE, "identifiant de l’action", required=True, filled=True,
               aliases=("n action", "numero action", "code action", "reference action", "n", "no",
                        "numero")),
        Column("axe", Kind.TEXT, "axe du cadre national (1 à 8 ou libellé)", required=True,
               filled=True, aliases=("theme", "thematique", "axe d intervention", "axe du cadre")),
        Column("code_qpv", Kind.CODE, "code du QPV", required=True, filled=True),
        Column("action", Kind.TEXT, "intitulé de l’action", required=True, filled=True,
               aliases=("intitule", "libelle action")),
        Column("description", Kind.TEXT, "résidence ou description",
               aliases=("residence description", "residence")),
        Column("calendrier", Kind.TEXT, "calendrier"),
        Column("prevu_eur", Kind.MONEY, "dépense prévisionnelle, en euros",
               aliases=("depense previsionnelle", "prevu", "previsionnel", "cout previsionnel",
                        "depense prevue")),
        Column("realise_eur", Kind.MONEY, "dépense réalisée, en euros",
               aliases=("depense realisee", "realise", "cout realise")),
        Column("bailleur_eur", Kind.MONEY, "financement du bailleur, en euros",
               aliases=("financement bailleur",)),
        Column("autres_eur", Kind.MONEY, "autres financements, en euros",
               aliases=("autre financement", "autres financements")),
        Column("valorise_eur", Kind.MONEY, "dépense valorisée au titre de la TFPB, en euros",
               aliases=("depense valorisee tfpb", "depense valorisee", "valorise", "valorise tfpb",
                        "valorisation tfpb", "valorisation")),
        Column("heures", Kind.NUMBER, "heures de personnel", minimum=0),
        Column("cout_horaire_eur", Kind.MONEY, "coût horaire, en euros", aliases=("cout horaire",)),
        Column("piece", Kind.TEXT, "pièce justificative"),
        Column("texte_bilan", Kind.TEXT, "bilan qualitatif",
               aliases=("bilan qualitatif", "commentaire")),
        Column("annee", Kind.YEAR, "année de l’action", minimum=2000, maximum=2100),
        Column("date_piece", Kind.DATE, "date de la pièce"),
        Column("photo", Kind.TEXT, "photo"),
    ),
    closed=True,
)  # fmt: skip
"""The programme of actions: one row an action."""

DROIT_COMMUN: Final = _contract(
    "droit_commun",
    "Droit commun",
    (
        Column("id_residence", Kind.CODE, "identifiant de la résidence"),
        Column("perimetre", Kind.CHOICE, "QPV ou hors QPV, si le tableau ne donne que des totaux",
               choices=("qpv", "hors_qpv"), aliases=("groupe",)),
        Column("indicateur", Kind.TEXT, "indicateur de droit commun", required=True, filled=True),
        Column("quantite", Kind.NUMBER, "quantité"),
        Column("cout_eur", Kind.MONEY, "coût annuel, en euros", aliases=("cout", "cout annuel")),
        Column("logements", Kind.INTEGER,
               "logements du périmètre, si le tableau ne donne que des totaux", minimum=0),
        Column("annee", Kind.YEAR, "année", minimum=2000, maximum=2100),
    ),
    closed=True,
)  # fmt: skip
"""What is spent in QPV and elsewhere: one row a résidence and indicator, or totals."""

DECISIONS_LIMITES: Final = _contract(
    "decisions",
    "Limites",
    (
        Column("id_residence", Kind.CODE, "identifiant de la résidence", required=True, filled=True),
        Column("id_batiment", Kind.CODE, "identifiant du bâtiment"),
        Column("adresse", Kind.TEXT, "adresse de l’entrée"),
        Column("decision", Kind.CHOICE, "dans ou hors", choices=("dans", "hors")),
        Column("code_qpv", Kind.CODE, "code du QPV retenu"),
        Column("auteur", Kind.TEXT, "auteur de la décision"),
        Column("date", Kind.DATE, "date de la décision"),
        Column("piece", Kind.TEXT, "pièce ou motif"),
    ),
)  # fmt: skip
"""What the user decided of entrances near a limit of a QPV."""

INSEE_COUNTS: Final = _contract(
    "insee",
    "Insee",
    (
        Column("code_qpv", Kind.CODE, "code du QPV", required=True,
               aliases=("codgeo", "codgeo qpv", "code geographique", "code geo", "code du quartier")),
        Column("logements", Kind.NUMBER, "nombre de logements sociaux du quartier", required=True,
               minimum=0,
               aliases=("nblspls", "nb ls pls", "nblogsoc", "nb logsoc", "nb log soc", "nb logements sociaux",
                        "logements sociaux", "nb ls", "nls", "nb lgt soc", "nombre de logements sociaux",
                        "nombre de logements du parc social", "parc social")),
    ),
)  # fmt: skip
"""Insee's count of social dwellings a quarter; its published header may be another: it is mapped."""
