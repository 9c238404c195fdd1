"""Doubts as a file may tell them: no count of households that secrecy hides, nor what gives it.

The screen is for the one who holds the delivery; a file leaves the house.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tfpb.errors import Place
from tfpb.words.numbers import number

if TYPE_CHECKING:
    from tfpb.errors import Fault

LEAST: Final = 11
"""Households under which nothing is told, where no plan asks for more."""
OF_HOUSEHOLDS: Final = frozenset(
    {
        "poids_manquant", "poids_illisible", "qpv_illisible", "qpv_manquant", "qpv_contredit",
        "residence_a_verifier", "residence_hors_patrimoine", "residence_sans_cote", "residence_manquante",
        "ajustement_incomplet", "code_reponse_inconnu", "residence_inconnue_enquete",
        "region_bailleur_inconnu", "categorie_inconnue", "region_reponses_autres", "enquete_cellule_vide",
        "vague_deux_fichiers", "vague_fichier_contredite",
    }
)  # fmt: skip
"""Doubts that count interviews."""
_OF_A_RESIDENCE: Final = frozenset(
    {
        "qpv_contredit", "residence_a_verifier", "residence_hors_patrimoine", "residence_sans_cote",
        "residence_inconnue_enquete",
    }
)  # fmt: skip
_OF_ONE: Final = frozenset({"interview_en_double", "identifiant_en_double"})
"""Doubts that quote the number of an interview."""
_OF_OTHERS: Final = frozenset({"bailleur_absent_enquete", "bailleur_absent_vague"})
"""Doubts that name another bailleur of a common delivery, near in name."""
_FEWER: Final = "moins de {count}"
_MORE: Final = "au moins {count}"


def bounded(count: int, masking_n: int) -> str:
    """Write a count that secrecy hides: « moins de 11 », « au moins 11 »."""
    return (_FEWER if count < masking_n else _MORE).format(count=number(masking_n))


def told(fault: Fault, masking_n: int) -> Fault:
    """Return a doubt without the counts that secrecy hides.

    Parameters
    ----------
    fault : Fault
    masking_n : int
        Counts below are « moins de 11 », and their rows are not listed. What a résidence of the
        survey counts is never exact: its quarter less that is another's.
    """
    if fault.code in _OF_OTHERS:
        return replace(fault, fields={**fault.fields, "proches": ""})
    if fault.code in _OF_ONE:
        return replace(fault, got="", place=replace(fault.place, row=0))
    if fault.code not in OF_HOUSEHOLDS or "nombre" not in fault.fields:
        return fault
    count = int(fault.fields["nombre"])
    small = count < masking_n
    if not small and fault.code not in _OF_A_RESIDENCE:
        return fault
    said = bounded(count, masking_n)
    place = Place(fault.place.file, fault.place.sheet, 0, fault.place.column, fault.place.name)
    return replace(fault, fields={**fault.fields, "nombre": said, "lignes": "…"}, place=place)
