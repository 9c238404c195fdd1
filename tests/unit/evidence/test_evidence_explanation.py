"""A printed figure leads back to its lines; what is unknown says what is near."""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from pathlib import Path

import pytest

from tfpb.errors import TfpbError
from tfpb.evidence.differences import DICTIONARY
from tfpb.evidence.explanation import explain, near
from tfpb.io.tables.tabular import csv_bytes
from tfpb.model.assembly import Subject
from tfpb.pipeline.pack_files import data_files, data_tables, dictionary
from tfpb.report.sections import report
from tfpb.report.sections.note.justified import justified
from tfpb.report.sections.note.who_pays import who_pays
from tfpb.words.documents.pack_words import explanation_lines, unknown_words

sys.path.append(str(Path(__file__).parents[1] / "report"))
from report_dossier import make


@lru_cache(maxsize=1)
def pack() -> dict[str, bytes]:
    said = report(make())
    return {**data_files(said), DICTIONARY: csv_bytes(dictionary(data_tables(said)))}


def lines(reference: str) -> str:
    found = explain(pack(), reference)
    return "\n".join(line for one in found for line in explanation_lines(one)).replace(
        "\u202f", " "
    )


def test_a_quarter_is_led_back_to_the_premises_and_actions_it_adds_up() -> None:
    (found,) = explain(pack(), "les tilleuls")
    assert (found.kind, found.name) == (Subject.QUARTER, "QN05991I · Les Tilleuls")
    by_title = {e.title: e for e in found.extracts}
    premises = by_title["Locaux"]
    amounts = [c.text for line in premises.lines for c in line if c.header.startswith("Compté")]
    whole = next(
        c.text for e in found.extracts for line in e.lines for c in line if c.header == "Acquis (€)"
    )
    added = sum(float(a.replace(",", ".") or 0) for a in amounts)
    assert added == pytest.approx(float(whole.replace(",", ".")))
    text = lines("QN05991I")
    assert "Ligne du fichier : " in text
    assert "Règle : abattement = somme" in text


def test_a_residence_tells_its_addresses_with_file_and_row() -> None:
    text = lines("R0004")
    assert "patrimoine.xlsx" in text
    assert "Ligne du fichier : 8" in text
    assert "À 4 m" in text or "Réponse" in text


def test_an_amount_as_printed_says_where_it_stands_then_what_it_is_made_of() -> None:
    *claims, first, second = explain(pack(), "100 238 €")
    assert next(c.name for c in claims) == "Abattement acquis · QN05991I"
    assert first.kind is Subject.AMOUNT
    assert any("Acquis (€)" in [c.header for c in line] for e in first.extracts for line in e.lines)
    assert second.name.startswith("QN05991I")


def test_a_question_gives_its_verdict_and_a_masked_cell_stays_masked() -> None:
    text = lines("Tranquillité dans le quartier")
    assert "■ plus bas, de plus de 5 points" in text
    hidden = lines("Qualité de vie dans le quartier")
    assert "masqué" in hidden
    assert "marge du dossier" in hidden


def test_what_is_unknown_says_what_is_near() -> None:
    assert explain(pack(), "Les Tileuls") == ()
    assert explain(pack(), "123 456 789 €") == ()
    assert "Les Tilleuls" in near(pack(), "Les Tileuls")
    assert "« Les Tilleuls »" in unknown_words("Les Tileuls", near(pack(), "Les Tileuls"))[1]
    assert "numéro d’action" in unknown_words("zzz", ())[1]


def test_a_pack_without_dictionary_is_said_unreadable() -> None:
    with pytest.raises(TfpbError):
        explain({}, "QN05991I")


def test_a_claim_is_led_back_to_the_rows_that_it_adds_up() -> None:
    (found,) = explain(pack(), "logements en qpv")
    assert found.kind is Subject.CLAIM
    claims, quarters = found.extracts
    whole = next(line for line in claims.lines if [c for c in line if c.text == "total"])
    value = next(c.text for c in whole if c.header == "Au moins")
    counted = [int(c.text) for line in quarters.lines for c in line if "en QPV" in c.header]
    assert int(value) == sum(counted) > 0
    assert (found.name, explain(pack(), "logements_qpv")[0].name) == (found.name,) * 2


def test_an_amount_that_is_a_claim_says_so_first() -> None:
    (whole, *_) = explain(pack(), "logements_qpv")[0].extracts[0].lines
    value = next(c.text for c in whole if c.header == "Au moins")
    first, *_ = explain(pack(), value)
    assert first.kind is Subject.CLAIM
    assert first.name.endswith("total")


def test_every_figure_of_the_first_answers_of_the_note_is_explained() -> None:
    dossier = make()
    answers = (justified(dossier)(12), who_pays(dossier))
    text = str(answers).replace("\\u202f", " ").replace("\\xa0", " ")
    figures = set(re.findall(r"\b\d{1,3}(?: \d{3})*(?: [€%])", text))
    figures |= set(re.findall(r"\b\d{1,3} \d{3}\b", text))
    assert {"10 250 €", "19 %", "18 000 €"} <= figures
    assert not [figure for figure in figures if not explain(pack(), figure)]


def test_what_the_note_divides_and_what_it_rounds_to_add_up_are_explained() -> None:
    known = (
        "nom;titre;portee;valeur_bas;valeur_haut;unite;etat;nature;echeance;feuille\n"
        + "\n".join(
            f"{nom};{titre};total;{value};{value};;;;;"
            for nom, titre, value in (
                ("perte_communes", "Perte des communes", "51234"),
                ("acquis", "Abattement acquis", "100000"),
                ("logements_abattus", "Logements abattus", "407"),
                ("a_prouver", "Justifié, à prouver", "1379.59"),
            )
        )
    )
    held = pack() | {"donnees/faits.csv": known.encode()}

    def named(reference: str) -> list[str]:
        return [found.name for found in explain(held, reference) if found.kind is Subject.CLAIM]

    assert named("126 €") == ["Perte des communes ÷ Logements abattus"]
    assert named("51 %") == ["Perte des communes ÷ Abattement acquis"]
    assert named("1 379") == ["Justifié, à prouver · total = 1379.59"]
    assert named("1 378") == []
