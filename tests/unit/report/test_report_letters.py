"""Draft letters, the claims followed, and the convention over its years, in the report."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import docx
import pandas as pd
import pytest
from report_dossier import LOCAUX_TEXTS, make, premises_facts

from tfpb.facts.amount import between, known
from tfpb.facts.claim import TOTAL, Claims, claim
from tfpb.model.report import Table
from tfpb.pipeline.pack_files import letter_files
from tfpb.report.data_table import data_table
from tfpb.report.sections import report
from tfpb.tax.programme.convention_years import convention_years

if TYPE_CHECKING:
    from tfpb.facts.whole_dossier import Dossier

CLAIM, RISK = "a_envoyer/reclamation.docx", "a_envoyer/a_risque.docx"


def line(**cells: Any) -> dict[str, Any]:
    return {
        "avis": "A1", "invariant": "5990010001", "annee": 2025, "id_residence": "R1", "nom": "La Fonderie",
        "code_qpv": "QN05991I", "abattement_a_reclamer_eur": Decimal(1200), "preuve": "declare",
        "limite": dt.date(2026, 12, 31), "suite": "a_envoyer", **cells,
    }  # fmt: skip


def written(*rows: dict[str, Any], risks: int = 0, **changes: Any) -> Dossier:
    dossier = make(**changes)
    assert dossier.abatement is not None
    wrong = {
        "avis": "A7", "invariant": "5990070001", "id_residence": "R7", "nom": "Les Mineurs",
        "abattement_a_risque_eur": Decimal(300), "motif": "Hors de tout quartier.",
    }  # fmt: skip
    lines = dossier.abatement.locaux
    blank = lines.iloc[0].to_dict() | dict.fromkeys(LOCAUX_TEXTS, "")
    more = pd.DataFrame([blank | one for one in (*rows, *[wrong] * risks)], columns=lines.columns)
    own = dossier.abatement.by_premises
    facts = premises_facts([{}] * len(rows) + [{"a_risque": 300}] * risks)
    money = dataclasses.replace(
        dossier.abatement,
        by_premises=pd.concat([own.assign(a_risque=0), facts], ignore_index=True),
        locaux=pd.concat([lines, more], ignore_index=True),
        claim_until=dt.date(2026, 12, 31),
    )
    told = [c for c in dossier.claims if c.name != "reclame_a_envoyer"]
    claims = Claims((*told, claim("reclame_a_envoyer", TOTAL, known(1200))))
    return dataclasses.replace(dossier, abatement=money, claims=claims)


def texts(data: bytes) -> str:
    whole = docx.Document(io.BytesIO(data))
    cells = [c.text for t in whole.tables for row in t.rows for c in row.cells]
    heads = [p.text for s in whole.sections for p in (*s.header.paragraphs, *s.footer.paragraphs)]
    said = "\n".join([*(p.text for p in whole.paragraphs), *cells, *heads])
    return said.replace("\u202f", " ").replace("\u00a0", " ")


def test_a_letter_lists_what_is_to_claim_with_its_amount_article_and_deadline() -> None:
    files = letter_files(written(line(), line(avis="A2", suite="envoyee", nom="La Verrerie")))
    assert set(files) == {CLAIM}
    said = texts(files[CLAIM])
    for word in (
        "La Fonderie",
        "5990010001",
        "1 200 €",
        "1388 bis",
        "R*196-2",
        "31 décembre 2026",
        "déclaré",
    ):
        assert word in said
    assert "La Verrerie" not in said, "a claim that was sent is not sent again"
    assert "AVANT L’ENVOI" not in said
    for word in ("vérifié", "paraissent", "« cartes »"):
        assert word not in said, "a letter states what files show"
    assert "obtenu" not in said


def test_what_is_to_join_is_between_brackets_and_what_may_be_obtained_is_left_out() -> None:
    rows = [
        line(preuve="sans_preuve"),
        line(avis="A3", suite="obtenu", preuve="obtenu", nom="La Gare"),
    ]
    said = texts(letter_files(written(*rows))[CLAIM])
    assert "[À FAIRE AVANT L’ENVOI : rien au dossier ne prouve" in said
    assert "1 autre local n’est pas réclamé ici" in said
    assert "La Gare" not in said
    assert "[Lieu, date, nom, qualité et signature à compléter]" in said


def test_a_date_that_is_not_known_is_left_to_complete() -> None:
    conventions = pd.DataFrame(
        [{"id_convention": "C1", "codes_qpv": "QN05991I", "date_fin": None, "date_declaration": pd.NaT,
          "date_signature_contrat": dt.date(2024, 3, 1), "date_signature_convention": None}]
    )  # fmt: skip
    said = texts(letter_files(written(line(), conventions=conventions))[CLAIM])
    assert "contrat de ville signé le 1er mars 2024" in said
    assert (
        "convention signée le [date non connue], déclaration déposée le [date non connue]" in said
    )


def test_what_is_at_risk_has_a_letter_of_its_own() -> None:
    files = letter_files(written(risks=2))
    assert set(files) == {RISK}
    said = texts(files[RISK])
    assert "Hors de tout quartier." in said
    assert "2 locaux" in said


@pytest.mark.parametrize("draft", [True, False, None])
def test_a_letter_is_a_draft_unless_it_is_released(draft: bool | None) -> None:  # noqa: FBT001
    said = texts(letter_files(written(line(), draft=draft))[CLAIM])
    assert ("PROJET" in said) == bool(draft)


def test_no_letter_without_anything_to_write() -> None:
    assert letter_files(written()) == {}
    assert letter_files(make(abatement=None)) == {}


def test_letters_are_the_same_for_the_same_dossier() -> None:
    assert letter_files(written(line())) == letter_files(written(line()))


def test_claims_followed_are_a_table_under_the_names_of_the_contract() -> None:
    said = report(written(line(envoyee_le=dt.date(2026, 2, 2), suite="envoyee")))
    (found,) = [
        b for s in said.sections for b in s.blocks if isinstance(b, Table) and b.key == "locaux"
    ]
    names = ("avis", "invariant", "annee", "envoyee_le", "repondue_le", "accorde_eur")
    assert set(names) <= {c.key for c in data_table(found).columns}
    assert found.rows["suite"].iloc[-1] == "envoyée, sans réponse connue"


def test_the_convention_over_its_years_keeps_what_is_not_known() -> None:
    past = {
        2023: {"acquis_eur": between(Decimal(5), None, "non_etabli")},
        2024: {"prouve_eur": known(7)},
    }
    dossier = dataclasses.replace(make(), past_years=past)
    rows = convention_years(dossier).set_index("annee")
    assert list(rows["origine"])[:3] == ["precedent", "precedent", "dossier"]
    assert rows["acquis_eur"][2023].at_most is None
    assert rows["acquis_eur"][2024] is None
    assert rows["acquis_eur"][2025] == dossier.claims.amount("acquis")
    assert rows["prouve_eur"][2025] == dossier.claims.amount("prouve")
    assert set(rows["origine"][3:]) <= {"prevision"}
    (found,) = [
        b for s in report(dossier).sections for b in s.blocks
        if isinstance(b, Table) and b.key == "annees"
    ]  # fmt: skip
    assert found.rows["acquis_eur"][0].startswith("au moins")
