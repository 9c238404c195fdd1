"""The frame of the premises: each once, every declared column filled, what no notice bears last."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from tax_builders import abate, local, premises, table

from tfpb.model import tables
from tfpb.model.columns import STAMP

FULL, RIGHT = 825, "577,50"  # VLC 3 000 €, 55 %, bare and abated
_PACK = files("tfpb.words").joinpath("sections", "pack.toml").read_text(encoding="utf-8")
DECLARED = {c[0] for c in tomllib.loads(_PACK)["tableaux"]["locaux"]["colonnes"] if "{" not in c[0]}


def test_the_tax_stage_fills_every_column_declared() -> None:
    now = local(cotisation_avis_eur=RIGHT, invariant="5990010001")
    made = abate(now, previous=premises(now | {"annee": 2024})).locaux
    assert DECLARED - set(made) == {"ligne_fichier"}, (
        "the place, which the sheet reads of the stamp"
    )
    filled = {c for c in DECLARED & set(made) if made[c].notna().any()}
    assert {"base_eur_precedente", "attendu_eur", "statut", "nom", "manque"} <= filled


def test_what_no_notice_of_the_year_bears_has_its_row_and_moves_no_other() -> None:
    rows = [
        local(cotisation_avis_eur=FULL, invariant=f"599001000{k}", avis=f"A{k}") for k in (1, 2)
    ]
    gone = local(annee=2024, cotisation_avis_eur=RIGHT, invariant="5990010003", avis="A3")
    claim = {"avis": "A9", "annee": 2023, "envoyee_le": "02/02/2024"}
    sent = table(tables.CLAIMS_SENT, claim, file="reclamations.csv")
    alone = abate(*rows)
    made = abate(*rows, previous=premises(gone), claimed=sent)
    others = made.locaux[~made.locaux["sur_avis"]]
    named = zip(others["avis"], others["annee"], others["statut"], strict=True)
    assert list(named) == [("A9", 2023, ""), ("A3", 2024, "")]
    assert others[STAMP[2]].isna().all()
    assert others["abattement_acquis_eur"].isna().all(), "a row of no notice has no amount, not nil"
    assert made.premises["abattement_a_reclamer_eur"].tolist() == (
        alone.premises["abattement_a_reclamer_eur"].tolist()
    )
    assert made.counts == alone.counts
