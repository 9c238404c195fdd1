"""Rules that nobody read: settings with a reference, unverified, doubted where they would matter."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from tax_builders import abate, codes, convention, conventions, counted, door, held, local

from tfpb.facts.kinds import effect_of
from tfpb.law.values import load
from tfpb.model.settings import LoiUtilisateur

BELIEVED = (
    "signature_retenue",
    "effet_apres_annee_contrat",
    "seconde_vie_depuis",
    "source_compensation",
)
SIGNED = {
    "date_signature_contrat": "2025-02-03", "date_signature_convention": "2025-02-20",
    "date_declaration": "2025-03-10",
}  # fmt: skip


def own(key: str, value: Any) -> Any:
    return load({key: LoiUtilisateur(valeur=value, reference="réponse du service, 3 mars 2026")})


def test_each_is_listed_unverified_with_its_reference() -> None:
    made = abate(
        local(), entrances=pd.DataFrame([door()]), conventions=conventions(convention(**SIGNED))
    )
    values = {v.cle: v for v in made.values}  # noqa: PD011
    assert not [key for key in BELIEVED if key not in values or values[key].verifie]
    assert all(values[key].reference for key in BELIEVED)
    without = {v.cle for v in abate(local()).values}  # noqa: PD011
    assert "effet_apres_annee_contrat" not in without  # where it does not matter, it is not told


def test_a_contract_of_the_tax_year_is_taken_for_open_and_doubted() -> None:
    signed = conventions(convention(**SIGNED))
    made = abate(local(cotisation_avis_eur=578), conventions=signed)
    assert counted(made) == held(made).amount("acquis").exact > 0
    assert codes(made) == ["contrat_annee_effet"]
    assert made.notices[0].fields == {"annee": 2025, "suivante": 2026}
    assert "acquis" in effect_of("contrat_annee_effet").suspends
    earlier = conventions(convention())
    assert codes(abate(local(cotisation_avis_eur=578), conventions=earlier)) == []


@pytest.mark.parametrize(("value", "acquired"), [("non", True), ("oui", False)])
def test_what_the_user_read_of_it_is_followed_and_no_longer_doubted(
    value: str, *, acquired: bool
) -> None:
    signed = conventions(convention(**SIGNED))
    law = own("effet_apres_annee_contrat", value)
    made = abate(local(cotisation_avis_eur=578), conventions=signed, law=law)
    assert "contrat_annee_effet" not in codes(made)
    assert held(made).amount("acquis").exceeds_nil is acquired
    assert held(made).amount("a_risque").exceeds_nil is not acquired
    [line] = made.premises.to_dict("records")
    assert ("d’après votre réglage" in line["motif"]) is not acquired


def test_a_renewed_building_that_no_notice_shows_to_pay_may_be_exempt_again() -> None:
    renewed = pd.DataFrame([door(annee_rehabilitation=2024)])
    made = abate(local(), entrances=renewed)
    [asked] = [n for n in made.notices if n.code == "seconde_vie_possible"]
    assert (asked.got, asked.fields) == ("R1", {"rehabilitation": 2024})
    for apart in (
        abate(local(cotisation_avis_eur=578), entrances=renewed),  # it pays
        abate(local(), entrances=pd.DataFrame([door(annee_rehabilitation=2023)])),
        abate(
            local(), entrances=pd.DataFrame([door(annee_rehabilitation=2025)])
        ),  # not on 1 January
        abate(local(), entrances=pd.DataFrame([door(side="hors", annee_rehabilitation=2024)])),
        abate(local(), entrances=renewed, law=own("seconde_vie_depuis", 2025)),
    ):
        assert "seconde_vie_possible" not in codes(apart)
