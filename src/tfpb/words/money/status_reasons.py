"""Sentences on why a premises has its status, and what a notice shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

MOTIVES: Final = Phrase.table(
    residence_hors_patrimoine="La résidence n’est pas dans le patrimoine : sa localisation est "
    "inconnue.",
    cote_a_verifier="{logements:s logement} trop près d’une limite ou mal situés : côté à vérifier.",
    hors_qpv="Hors de tout quartier prioritaire.",
    sortant="Sorti du périmètre : l’abattement est perdu à compter de {annee_effet}"
    "{marque:? (date non vérifiée)}.",
    exonere="Encore exonéré jusqu’au {date:d} ; l’abattement peut commencer en {annee}.",
    demolie="Démolition prévue en {annee} : plus de logement au 1er janvier.",
    a_livrer="Livraison prévue en {annee} : pas encore de logement au 1er janvier.",
    convention_non_fournie="Aucune table de conventions n’est donnée : le droit n’est pas établi.",
    convention_absente="Aucune convention d’abattement ne couvre le quartier {code_qpv}.",
    convention_sans_date="La convention {convention} n’a pas de date de signature.",
    convention_tardive="La convention {convention} a été signée le {date:d}, après le {limite:d} : "
    "l’année {annee} est perdue.",
    contrat_tardif="Le contrat de ville de la convention {convention} a été signé le {date:d}, après "
    "le {limite:d} : l’année {annee} est perdue.",
    convention_echue="La convention {convention} a pris fin le {date:d}.",
    declaration_absente="La déclaration de la convention {convention} n’est pas datée : elle était "
    "due au plus tard le {limite:d}.",
    declaration_tardive="La déclaration a été déposée le {date:d}, après le {limite:d} : l’année {annee} "
    "est perdue, les suivantes non.",
    declaration_sans_local="Le local n’est pas sur la liste déclarée (colonne « declare »).",
    autre_local="Ce local n’est pas un logement ({type_local}) : rien de lu ne dit qu’il a droit à "
    "l’abattement.",
    droit_acquis_1998="En quartier, acquis avant 1998 avec l’aide de l’État : droit sans "
    "exonération préalable.",
    droit_autre="En quartier, au titre d’un autre motif d’éligibilité, à justifier par le bailleur.",
    droit_exoneration_echue="En quartier, exonération de longue durée échue.",
    droit_exoneration_inconnue="En quartier ; aucune exonération connue, tenue pour échue.",
)
SHORT: Final = Phrase.table(
    residence_hors_patrimoine="hors du patrimoine",
    cote_a_verifier="côté à vérifier",
    hors_qpv="hors QPV",
    sortant="sorti du périmètre",
    exonere="exonéré, s’ouvre en {annee}",
    demolie="démolition en {annee}",
    a_livrer="livraison en {annee}",
    convention_non_fournie="convention non fournie",
    convention_absente="sans convention",
    convention_sans_date="convention sans date",
    convention_tardive="convention tardive",
    contrat_tardif="contrat de ville tardif",
    convention_echue="convention à renouveler",
    declaration_absente="non déclaré",
    declaration_tardive="déclaré trop tard",
    declaration_sans_local="local non déclaré",
    autre_local="pas un logement",
    droit_acquis_1998="droit ouvert",
    droit_autre="droit ouvert",
    droit_exoneration_echue="droit ouvert",
    droit_exoneration_inconnue="droit ouvert",
)
"""Motives in a few words, for a cell; the whole sentence stands elsewhere."""
STATES: Final = Phrase.table(
    eligible="Pas encore d’avis pour {annee}.",
    eligible_inexplique="L’avis ne permet pas de dire si l’abattement est porté.",
    abattu="L’avis porte l’abattement.",
    abattu_trop="L’avis abat aussi des logements hors du quartier : {risque:€c} à risque.",
    a_reclamer="L’avis ne porte pas l’abattement : {montant:€c} à réclamer jusqu’au {limite:d}.",
    a_reclamer_passe="L’avis ne porte pas l’abattement : {montant:€c}, mais le délai de réclamation a "
    "pris fin le {limite:d}.",
    a_risque="L’avis porte pourtant l’abattement : {montant:€c} à risque.",
    sous_reserve="L’avis porte l’abattement, sous réserve de ce qui manque.",
)
EXTRAS: Final = Phrase.table(
    part="L’abattement porte sur {part:%1} des logements (ceux qui sont dans le quartier).",
    entrant="Entré dans le périmètre en 2024 : droit à compter de {annee_effet}"
    "{marque:? (date non vérifiée)}.",
    convention_prorogee="Convention échue, prorogée pour 2024 (non vérifié).",
    convention_outremer="Outre-mer : reconduction automatique pour 2025.",
    doute="{doute:%1} de plus dépendent d’une vérification du côté.",
    manque="Montant qu’auraient donné les conditions réunies : {manque:€c}.",
)
NOTICES: Final = Phrase.table(
    concordant="L’avis porte l’abattement attendu.",
    concordant_sans="L’avis ne porte pas d’abattement, comme attendu.",
    a_verifier="L’avis porte un abattement ; le côté du périmètre reste à vérifier.",
    sous_reserve="L’avis porte un abattement ; aucune table de conventions ne dit s’il est dû.",
    a_reclamer="L’avis ne porte pas l’abattement attendu, au détriment du bailleur : "
    "{ecart:€c} à réclamer jusqu’au {limite:d}.",
    a_risque="L’avis porte un abattement sans droit, au détriment des collectivités : "
    "{ecart:€c} à risque.",
    manque="Une partie de l’avis n’est pas abattue, au détriment du bailleur : {ecart:€c} à réclamer "
    "jusqu’au {limite:d}.",
    trop="Une partie de l’avis est abattue sans droit, au détriment des collectivités : {ecart:€c} "
    "à risque.",
    inexplique="La cotisation ne s’explique ni avec ni sans abattement : à relire.",
)
LACKS: Final = Phrase.table(
    section="section cadastrale",
    parcelle="numéro de parcelle",
    invariant="numéro invariant",
    adresse="adresse",
    nb_logements="nombre de logements",
    commune="commune",
    cote="côté du périmètre à vérifier",
    locaux="aucune ligne de fiscalité pour cette résidence",
    exoneration="encore exonéré : à déclarer avant le 1er janvier {annee}",
)
FORECAST: Final = Phrase.table(
    demoli="démoli",
    a_livrer="à livrer",
    estime="Estimé à bases et taux constants.",
    avis="D’après les avis de l’année.",
    moyenne="Base inconnue : estimé d’après l’abattement moyen par logement {ou}.",
    inconnu="Base inconnue : montant non estimé.",
    debut="L’exonération prend fin : première année d’abattement.",
    demolition_partielle="Une partie est démolie : {logements:s logement} restent dans le quartier.",
)

SOME_PREMISES: Final = Phrase("{part:s local/locaux} sur {whole:n} :")
"""How many premises of a résidence a motive is about."""


def lacks(codes: tuple[str, ...], fields: Mapping[str, Any]) -> str:
    """List what a declaration lacks for a premises, empty when nothing."""
    return ", ".join(LACKS[c].filled(fields) for c in codes)
