"""A printed figure leads back to its lines; what is unknown says what is near."""

from __future__ import annotations

import math
import re
import sys
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import pandas as pd
import pytest

from tfpb.errors import TfpbError
from tfpb.evidence.differences import PACKAGE, dictionary, differences, rows_of
from tfpb.evidence.explanation import explain, near
from tfpb.facts.claim import STATES, State
from tfpb.io.tables.tabular import csv_bytes
from tfpb.model.assembly import Subject
from tfpb.packaged import packaged
from tfpb.pipeline.pack_files import data_files
from tfpb.report.sections import report
from tfpb.report.sections.note.justified import justified
from tfpb.report.sections.note.who_pays import who_pays
from tfpb.words.documents.pack_words import SCREEN, WIDE, answer_lines, unknown_words

sys.path.append(str(Path(__file__).parents[1] / "report"))
from report_dossier import make


@lru_cache(maxsize=1)
def pack() -> dict[str, bytes]:
    return data_files(report(make()))


def lines(reference: str) -> str:
    return "\n".join(answer_lines(explain(pack(), reference))).replace("\u202f", " ")


def tall(text: str) -> int:
    """Return how many lines of a screen of eighty signs a text takes."""
    return sum(max(1, math.ceil(len(line) / WIDE)) for line in text.split("\n"))


def test_a_quarter_is_led_back_to_its_premises_those_in_doubt_first() -> None:
    (found,) = explain(pack(), "les tilleuls")
    assert (found.kind, found.name) == (Subject.QUARTER, "QN05991I · Les Tilleuls")
    premises = found.extracts[0].lines
    assert sum(count for _, count in found.states) == len(premises)
    text = lines("QN05991I")
    assert "Acquis (€) : 100 237,50 €" in text
    assert "Pourquoi : locaux : " in text
    assert "Ligne du fichier" in text
    assert "art. 1388 bis" in text


def test_a_residence_tells_its_addresses_with_file_and_row() -> None:
    text = lines("R0004")
    assert "patrimoine.xlsx" in text
    assert "– 8 ; " in text


def test_an_amount_as_printed_is_the_claim_with_its_heaviest_premises() -> None:
    first, *_ = explain(pack(), "100 238 €")
    assert first.name == "Abattement acquis · QN05991I"
    amounts = [
        Decimal(c.text.replace(",", "."))
        for line in first.extracts[0].lines
        for c in line
        if c.key == "compte_eur"
    ]
    assert amounts == sorted(amounts, reverse=True)
    assert round(sum(amounts)) == 100238


def test_an_amount_that_is_no_claim_names_what_it_is_of_and_why() -> None:
    claims = {r["valeur_bas"] for r in rows_of(pack()["donnees/faits.csv"])}
    row = next(
        r for r in rows_of(pack()["donnees/locaux.csv"])
        if r["base_eur"] not in {"", "0"} and r["base_eur"] not in claims
    )  # fmt: skip
    first, *others = explain(pack(), row["base_eur"])
    assert first.kind is Subject.AMOUNT
    assert first.reasons
    assert row["invariant"] in [o.name for o in others]
    assert f"– {row['ligne_fichier']} ; " in lines(row["base_eur"])


def test_a_question_of_a_pack_of_0_3_0_is_found_in_the_table_that_it_has() -> None:
    """« comparaison » in place of « satisfaction »: the columns of the last wave bear the same names."""
    now = {n.replace("/satisfaction.csv", "/comparaison.csv"): d for n, d in pack().items()}
    named = (b'"name": "satisfaction"', b'"name": "comparaison"')
    now[PACKAGE] = now[PACKAGE].replace(*named)
    assert named[1] in now[PACKAGE]
    (before,), (found,) = (explain(each, "Accueil par le bailleur") for each in (now, pack()))
    assert (found.kind, found.name) == (Subject.QUESTION, before.name)
    assert found.extracts[0].lines == before.extracts[0].lines
    assert near(now, "accueil par le baileur") == ("Accueil par le bailleur",)


def test_a_question_gives_its_verdict_and_a_masked_cell_stays_masked() -> None:
    text = lines("Tranquillité dans le quartier")
    assert "Pourquoi : ■ moins" in text
    assert "masqué" in lines("Qualité de vie dans le quartier")


def test_every_claim_place_and_premises_is_answered_in_twelve_lines() -> None:
    claims = rows_of(pack()["donnees/faits.csv"])
    assert len(claims) > 100
    for row in claims:
        text = lines(f"{row['nom']} {row['portee']}")
        assert tall(text) <= SCREEN, text
        title, why, *_ = text.split("\n")
        assert title.startswith(f"{row['titre']} · {row['portee']} : ")
        value = title.partition(f"{row['portee']} : ")[2]
        assert re.search(r"\d", value) or not row["valeur_bas"], title
        assert why.startswith(f"Pourquoi : {STATES[State(row['etat'])]}. ")
        assert not why.endswith("…")
    for table, key in (
        ("locaux", "invariant"), ("locaux", "avis"), ("actions", "id_action"),
        ("residences", "id_residence"), ("quartiers", "code_qpv"), ("satisfaction", "libelle"),
    ):  # fmt: skip
        for name in {r[key] for r in rows_of(pack()[f"donnees/{table}.csv"])}:
            assert tall(lines(name)) <= SCREEN, lines(name)


_SUMS = "statut ligne_fichier abattement_a_risque_eur abattement_a_reclamer_eur abattement_sous_reserve_eur"
OLD = {
    "rapprochement_lignes": (
        "locaux",
        f"id_residence avis invariant code_qpv porte_avis_eur abattement_acquis_eur {_SUMS}",
    ),
    "abattement_locaux": (
        "locaux",
        f"id_residence code_qpv avis invariant base_eur somme_taux_pct compte_eur {_SUMS}",
    ),
    "localisation": ("adresses", "id_residence adresse nb_logements statut qpv_motif ligne_fichier"),
    "abattement_residences": ("residences", "id_residence nom code_qpv statut_avis:statut motif"),
}  # fmt: skip
"""Of a table of 0.3.0, that of today which has its rows, and its columns."""


def pack_of_030() -> dict[str, bytes]:
    """Return the same pack as 0.3.0 cut it: the premises in two tables, the motive apart."""
    files = dict(pack())
    words = dictionary(files)
    gone = {"locaux": "*", "adresses": "*", "residences": "motif statut_avis"}
    kept = [
        r for r in words
        if gone.get(r["table"]) != "*" and r["colonne"] not in gone.get(r["table"], "").split()
    ]  # fmt: skip
    for name, (of, columns) in OLD.items():
        both = [(c.partition(":")[0], c.rpartition(":")[2]) for c in columns.split()]
        rows = [{b: r[a] for a, b in both} for r in rows_of(files[f"donnees/{of}.csv"])]
        files[f"donnees/{name}.csv"] = csv_bytes(pd.DataFrame(rows))
        known = {r["colonne"]: r for r in words if r["table"] == of}
        kept += [{**known[a], "table": name, "colonne": b} for a, b in both]
    homes = pd.DataFrame(rows_of(files["donnees/residences.csv"]))
    files["donnees/residences.csv"] = csv_bytes(homes.drop(columns=["motif", "statut_avis"]))
    for name in ("locaux", "adresses"):
        del files[f"donnees/{name}.csv"]
    del files[PACKAGE]
    return {**files, "donnees/dictionnaire.csv": csv_bytes(pd.DataFrame(kept))}


@pytest.mark.parametrize("reference", ["porte", "acquis", "QN05991I", "R0004", "logements_qpv"])
def test_a_pack_of_030_is_answered_by_its_own_tables(reference: str) -> None:
    today, old = (answer_lines(explain(p, reference)) for p in (pack(), pack_of_030()))
    assert today == old
    assert any(line.startswith("  – ") for line in today)


def test_a_premises_of_030_takes_its_motive_from_its_residence() -> None:
    files = pack_of_030()
    homes = rows_of(files["donnees/abattement_residences.csv"])
    said = pd.DataFrame([{**r, "motif": f"Motif de {r['id_residence']}."} for r in homes])
    files["donnees/abattement_residences.csv"] = csv_bytes(said)
    row = rows_of(files["donnees/abattement_locaux.csv"])[-1]
    _, why, *_ = answer_lines(explain(files, row["invariant"]))
    assert f"Motif de {row['id_residence']}." in why


def test_every_table_and_column_of_the_declaration_is_one_of_the_pack() -> None:
    said = packaged("tfpb.evidence.explanation")
    held = {(r["table"], r["colonne"]) for r in dictionary(pack())}
    names = {first: first for first, _ in held} | {n: t[0] for n, t in said.pop("tables").items()}
    for rows in said.pop("rows"):
        for column in (rows["by"], *rows["columns"]):
            assert (names[rows["table"]], column) in held
    del said["shares"], said["fait"]
    for about in said.values():
        asked = [(about["table"], c) for c in about["names"]]
        asked += [tuple(c.split(".")) for c in (*about["figures"], *about["reasons"])]
        lines = (r for r in about["lines"] if r["table"] != "constats")  # of a pack of 0.3.0
        asked += [(r["table"], c) for r in lines for c in (*r["by"], *r["columns"])]
        for table, column in asked:
            assert any((t, column) in held for t in (names[table], *OTHERS.get(table, ()))), (
                table, column,
            )  # fmt: skip


OTHERS = {"quartiers": ("abattement_qpv", "rapprochement")}
"""What of a table stands in another until both are one."""


def test_legal_values_are_those_of_the_pack_of_either_edition() -> None:
    cited = {law for one in explain(pack(), "QN05991I") for law in one.law}
    assert cited
    assert all("1388" in reference for reference in cited)
    legal = [r for r in rows_of(pack()["donnees/sources.csv"]) if r["nature"] == "valeur légale"]
    old = pd.DataFrame([{"libelle": r["nom"], "reference": r["reference"]} for r in legal])
    before = {k: v for k, v in pack().items() if not k.endswith("sources.csv")}
    before["donnees/hypotheses_legales.csv"] = csv_bytes(old)
    assert {law for one in explain(before, "QN05991I") for law in one.law} == cited


def test_what_is_unknown_says_what_is_near() -> None:
    assert explain(pack(), "Les Tileuls") == ()
    assert explain(pack(), "123 456 789 €") == ()
    assert "Les Tilleuls" in near(pack(), "Les Tileuls")
    assert "« Les Tilleuls »" in unknown_words("Les Tileuls", near(pack(), "Les Tileuls"))[1]
    assert "numéro d’action" in unknown_words("zzz", ())[1]


def test_a_dictionary_of_an_older_edition_reads_as_well() -> None:
    words = pd.DataFrame(dictionary(pack()))
    old = {n: d for n, d in pack().items() if n != PACKAGE}
    old["donnees/dictionnaire.csv"] = csv_bytes(words)
    assert explain(old, "R0004") == explain(pack(), "R0004") != ()
    assert not differences(old, pack())


def test_a_pack_without_dictionary_is_said_unreadable() -> None:
    with pytest.raises(TfpbError):
        explain({}, "QN05991I")


def test_a_claim_is_led_back_to_the_rows_that_it_adds_up() -> None:
    (found,) = explain(pack(), "logements en qpv")
    assert found.kind is Subject.CLAIM
    counted = [
        int(c.text)
        for line in found.extracts[0].lines
        for c in line
        if "en QPV" in c.header and c.text
    ]
    assert int(found.figures[0].text) == sum(counted) > 0
    assert sum(int(c.text) for c in found.quarters) == sum(counted)
    assert (found.name, explain(pack(), "logements_qpv")[0].name) == (found.name,) * 2


def test_an_amount_that_is_a_claim_says_so_first() -> None:
    value = explain(pack(), "logements_qpv")[0].figures[0].text
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
                ("a_prouver", "Justifié sans pièce datée", "1379.59"),
            )
        )
    )
    held = pack() | {"donnees/faits.csv": known.encode()}

    def named(reference: str) -> list[str]:
        return [found.name for found in explain(held, reference) if found.kind is Subject.CLAIM]

    assert named("126 €") == ["Perte des communes ÷ Logements abattus"]
    assert named("51 %") == ["Perte des communes ÷ Abattement acquis"]
    assert named("1 379") == ["Justifié sans pièce datée · total"]
    assert named("1 378") == []
