"""Closed lists of the field: an unknown code is an error, known spellings are mended and reported."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from tfpb.model.legal.map_table import VINTAGES


class Theme(StrEnum):
    """Themes of the triennial survey, and `GLOBAL` for the overall marks."""

    RESIDENCE = "residence"
    QUARTIER = "quartier"
    LOGEMENT = "logement"
    RELATION = "relation"
    GLOBAL = "global"


class Nature(StrEnum):
    """What an item is about: only `SERVICE` answers the abatement's promise."""

    SERVICE = "service"
    QUARTIER = "quartier"
    AUTRE = "autre"


class QpvStatut(StrEnum):
    """Side of a point: three answers, never two."""

    DANS = "dans"
    HORS = "hors"
    A_VERIFIER = "a_verifier"


class Exemption(StrEnum):
    """What the first letting tells of the long-term exemption: an estimate, never a date."""

    ECHUE = "echue"
    EN_COURS = "en_cours"
    INCONNUE = "inconnue"


class Evolution(StrEnum):
    """What became of a place between a map and the one before."""

    ENTRANT = "entrant"
    SORTANT = "sortant"
    MAINTENU = "maintenu"
    HORS = "hors"
    A_VERIFIER = "a_verifier"


class Groupe(StrEnum):
    """What a row of the comparison estimates."""

    QPV = "qpv"
    HORS_QPV = "hors_qpv"
    ENSEMBLE = "ensemble"
    ECART = "ecart"
    EVOLUTION_QPV = "evolution_qpv"
    EVOLUTION_HORS = "evolution_hors"
    EVOLUTION_ECART = "evolution_ecart"


class Ajustement(StrEnum):
    """Raw, or like with like."""

    BRUT = "brut"
    COMPARABLE = "comparable"


class Verdict(StrEnum):
    """What a gap shows, given the margin set beforehand; or, of one that is not shown, why (`outcome`)."""

    EQUIVALENT = "equivalent"
    EQUIVALENT_INFERIEUR = "equivalent_inferieur"
    NON_INFERIEUR = "non_inferieur"
    MEILLEUR_PEU = "meilleur_peu"
    MEILLEUR = "meilleur"
    SUPERIEUR_PEU = "superieur_peu"
    INFERIEUR = "inferieur"
    INFERIEUR_PEU = "inferieur_peu"
    ECART_DEFAVORABLE = "ecart_defavorable"
    NON_CONCLUANT = "non_concluant"
    MASQUE = "masque"
    NON_CALCULABLE = "non_calculable"
    HAUSSE = "hausse"
    BAISSE = "baisse"
    NON_DEMONTRE = "non_demontre"
    INTERROMPUE = "interrompue"
    A_CONFIRMER = "a_confirmer"


class Publication(StrEnum):
    """Whether a cell may be shown; `NON_PUBLIABLE` (few households) is told as masked."""

    PUBLIABLE = "publiable"
    NON_PUBLIABLE = "non_publiable"
    MASQUE = "masque"
    NON_CALCULABLE = "non_calculable"


SHOWN: Final = frozenset({Publication.PUBLIABLE.value})
"""A cell in one of these states may be shown."""
LOWER: Final = frozenset(
    {
        Verdict.INFERIEUR,
        Verdict.ECART_DEFAVORABLE,
        Verdict.EQUIVALENT_INFERIEUR,
        Verdict.INFERIEUR_PEU,
    }
)
"""Verdicts that establish a lower satisfaction in QPV, whatever the margin."""
HIGHER: Final = frozenset({Verdict.MEILLEUR_PEU, Verdict.MEILLEUR, Verdict.SUPERIEUR_PEU})
"""Verdicts that establish a higher one."""
FAVOURABLE: Final = HIGHER | {Verdict.EQUIVALENT, Verdict.NON_INFERIEUR}
"""Verdicts that establish one as good as elsewhere or better, to the margin; of others nothing is known."""
ALONE: Final = "oui"
"""`isole` of a verdict that the rule of families does not keep; `autre_histoire` too."""
FEW_ANSWERS: Final = "reponses"
FEW_HOMES: Final = "residences"
"""`peu_de_reponses`: what there is too little of for a margin to be concluded on."""


def outcome(verdict: str, publication: str) -> str:
    """Return what a row of the survey comes to: its verdict where it is shown, else why it is not."""
    return str(verdict if publication in SHOWN else publication)


class Statut(StrEnum):
    """Status of a premises for the abatement; the first that holds, in this order."""

    A_VERIFIER = "a_verifier"
    HORS_QPV = "hors_qpv"
    EXONERE = "exonere"
    SANS_LOGEMENT = "sans_logement"
    SANS_CONVENTION = "sans_convention"
    NON_DECLARE = "non_declare"
    NON_LU = "non_lu"
    ELIGIBLE = "eligible"
    A_RECLAMER = "a_reclamer"
    ABATTU = "abattu"
    A_RISQUE = "a_risque"
    DROIT_INCONNU = "droit_inconnu"


class Etat(StrEnum):
    """What a mark of a printed map shows of its dwellings."""

    ABATTUE = "abattue"
    EXONEREE = "exoneree"
    A_RECLAMER = "a_reclamer"
    A_ETABLIR = "a_etablir"
    DANS = "dans"
    HORS = "hors"
    A_RISQUE = "a_risque"
    A_VERIFIER = "a_verifier"


class Reserve(StrEnum):
    """What an amount that is neither acquired nor lost hangs on."""

    COTE = "cote"
    CONVENTIONS = "conventions"
    CONVENTION = "convention"
    DECLARATION = "declaration"
    RENOUVELLEMENT = "renouvellement"
    EXONERATION = "exoneration"
    NATURE = "nature"


class PieceFound(StrEnum):
    """What becomes of a piece that an action cites, once its folder is given."""

    TROUVEE = "trouvee"
    ABSENTE = "absente"
    NON_CITEE = "non_citee"


class Role(StrEnum):
    """What somebody is in charge of: keys of `[roles]`, and who answers a doubt."""

    PATRIMOINE = "patrimoine"
    FISCALITE = "fiscalite"
    CONVENTIONS = "conventions"
    PROGRAMME = "programme"
    ENQUETE = "enquete"


class TaskState(StrEnum):
    """How far something to do is come, as people fill it in."""

    A_FAIRE = "a_faire"
    EN_COURS = "en_cours"
    FAIT = "fait"
    SANS_OBJET = "sans_objet"


class GeocodeVerdict(StrEnum):
    """What becomes of a geocoded address."""

    ACCEPTE = "accepte"
    A_VERIFIER = "a_verifier"
    REJETE = "rejete"


class ResultType(StrEnum):
    """Precision of a geocoded answer, from the number to nothing."""

    HOUSENUMBER = "housenumber"
    RANGE = "range"
    INTERPOLATED = "interpolated"
    STREET = "street"
    LOCALITY = "locality"
    MUNICIPALITY = "municipality"
    GIVEN = "given"
    NONE = "none"


ENSEMBLE: Final = "ensemble"
"""Name of the row that gathers all bailleurs."""
TOTAL: Final = "total"
"""Niveau and territoire of the rows that are not split by territory."""
CHAIN: Final = ("departement", "siren_epci", "contrat_de_ville", "code_qpv")
"""Levels of territory that nest, large to small."""
ALL_QUARTERS: Final = "tous quartiers"
"""In the place of a code, in a programme: an action for all quarters, shared by their dwellings."""


PROPOSED: Final = "residence_proposee"
"""Column of a stock: not blank where the résidence is a proposal, first by street and year."""
INSIDE, OUTSIDE = "oui", "non"
"""What a register declares of the quarter of an entrance; blank where it does not say."""
UNDATED: Final = "qpv_declare"
FLAGS: Final = {UNDATED: "qpv"} | {f"qpv{v}_declare": f"plgqp{v % 100}" for v in VINTAGES}
"""Column of a stock that says so → bare name of the register's column, which dates the map but for the
oldest register."""
