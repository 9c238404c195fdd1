from __future__ import annotations

import dataclasses
import inspect
import math
import re
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from note_text import of_answer
from report_dossier import (
    BAILLEUR,
    HOSTILE,
    OTHER,
    bare,
    comparison,
    complete,
    make,
    reported,
    restocked,
)
from report_pack import said

from effort import tries
from tfpb import words
from tfpb.errors import Fault, Place
from tfpb.model.codes import Publication
from tfpb.model.report import Answer, Chart, ChartKind, Format, KeyFigures, Report, Table, Text
from tfpb.pipeline.pack_files import data_files
from tfpb.report.data_table import data_table
from tfpb.report.documents import document_parts
from tfpb.report.sections import build
from tfpb.report.sections.a_regler import notices
from tfpb.report.sections.patrimoine import residences
from tfpb.report.sections.restitution import deliveries
from tfpb.report.sections.synthese import key_figures
from tfpb.words.claim_words import claim_value
from tfpb.words.documents import report_words
from tfpb.words.money import (
    abatement_words,
    accounts,
    evaluation_words,
    programme_words,
)
from tfpb.words.places import side_words
from tfpb.words.survey import satisfaction, verdict_words

WORDS = Path(report_words.__file__).parents[1] / "sections"
SHEETS = [
    "Synthèse", "Quartiers", "Résidences", "Adresses", "Satisfaction",
    "Locaux", "Qui paie", "Années", "Actions", "Axes",
    "Droit commun", "À faire", "À régler", "Sources",
]  # fmt: skip
FORBIDDEN = [
    "grâce à l’abattement", "grâce aux actions", "a permis", "ont permis", "a réduit l’écart",
    "ont réduit", "effet de", "effet du", "démontre que l’abattement", "aucune différence",
    "pas de différence", "impact", "efficace", "en raison de l’abattement", "p-value",
    "significatif à", "rang ", "classement",
]  # fmt: skip


def texts(whole: Report) -> list[str]:
    out = [whole.title, whole.subtitle, whole.bailleur, whole.warning]
    for section in whole.sections:
        out += [section.title, section.lead]
        for block in section.blocks:
            if isinstance(block, Text):
                out += block.paragraphs
            elif isinstance(block, KeyFigures):
                out += [t for f in block.figures for t in (f.label, f.value, f.detail)]
            elif isinstance(block, Answer):
                out += of_answer(block)
            else:
                out += [block.title, block.unit, block.source, *block.notes]
                if isinstance(block, Table):
                    out += [block.scope, *(c.header for c in block.columns)]
                else:
                    out.append(block.alt)
                for name in block.rows.columns:
                    out += [str(v) for v in block.rows[name] if isinstance(v, str)]
    return out


def tables(whole: Report) -> dict[str, Table]:
    return {b.key: b for s in whole.sections for b in s.blocks if isinstance(b, Table)}


@pytest.mark.parametrize("full", [True, False])
def test_sheets_bear_the_contract_names_in_order(*, full: bool) -> None:
    bare = {
        "Locaux",
        "Qui paie",
        "Années",
        "Actions",
        "Axes",
    }  # nothing to vary, no notice
    known = SHEETS if full else [s for s in SHEETS if s not in bare]
    assert [s.sheet for s in said(full=full).sections if s.sheet] == known


def test_every_declared_section_of_a_dossier_is_in_its_report() -> None:
    declared = {
        key
        for name in ("abattement", "dossier", "enquete", "evaluation", "pack", "programme")
        for key in tomllib.loads((WORDS / f"{name}.toml").read_text("utf-8")).get("sections", {})
    }
    assert declared - {s.key for s in said(full=True).sections} == set()


def test_no_chapter_of_a_whole_document_is_a_bare_title() -> None:
    """Without a survey a chapter may only say so; with every file each has something to show."""
    assert [c.title for c in document_parts.chapters(reported(complete())) if not c.blocks] == []


def test_document_only_sections_stand_between_the_sheets() -> None:
    keys = [s.key for s in said().sections if not s.sheet]
    assert keys == [
        "note", "rappel", "evolution", "abattement", "rapprochement", "programme", "evaluation",
        "sensibilite", "faits",
    ]  # fmt: skip


@pytest.mark.parametrize("full", [True, False])
def test_no_forbidden_phrase_anywhere(*, full: bool) -> None:
    whole = "\n".join(texts(said(full=full))).lower().replace("effet de plan", "")
    assert [p for p in FORBIDDEN if p in whole] == []


def test_no_forbidden_phrase_in_the_sentences_that_were_not_said() -> None:
    modules = (
        report_words,
        evaluation_words,
        abatement_words,
        programme_words,
        abatement_words,
        accounts,
        satisfaction,
        side_words,
        verdict_words,
    )
    source = "\n".join(
        re.sub(r'""".*?"""', "", inspect.getsource(m), flags=re.DOTALL) for m in modules
    )
    declared = Path(words.__file__).parent.joinpath("sections").glob("*.toml")
    source += "\n".join(file.read_text(encoding="utf-8") for file in declared)
    source = source.lower().replace("effet de plan", "").replace("sans classement", "")
    assert [p for p in FORBIDDEN if p in source] == []


def test_every_declared_table_may_be_made() -> None:
    """Formats exist, and what a table is a part of, or like, holds its columns."""
    known = build.declarations().tableaux
    assert len(known) > 70
    for key, own in known.items():
        base = known[own.comme or own.partie_de or key]
        keys = {column[0] for column in base.colonnes}
        if own.partie_de:
            assert set(own.colonnes) <= keys, key
            continue
        formats = {column[2] for column in base.colonnes} - {"{format}"}
        assert formats <= {str(f) for f in Format}, key
        assert base.titre, key


def test_a_column_left_out_where_nothing_fills_it_and_one_repeated() -> None:
    rows = pd.DataFrame({"id_residence": ["R1"], "id_batiment": [""], "avis": ["A"]})
    rows[[f"abattement_{k}_eur" for k in ("commune", "epci")]] = [[1, 0]]
    rows[["abattement_estime_eur", "abattement_perdu_eur"]] = [[5, 0]]
    lines = [{"ligne": "commune", "nom": "Commune"}, {"ligne": "epci", "nom": "Interco"}]
    made = build.table("locaux", rows, repeated=lines, annee=2025, source="avis.csv")
    headers = {c.key: c.header for c in made.columns}
    assert headers["abattement_estime_eur"] == "dont estimé, sur aucun avis (€)"
    left = {"abattement_commune_eur", "abattement_perdu_eur", "id_batiment"}
    assert not left & set(headers)
    data = data_table(made)
    held = {c.key: c.header for c in data.columns}
    assert left <= set(held), "what a sheet leaves out, the data have, filled or not"
    assert held["abattement_commune_eur"] == "Commune (€)"
    assert data.rows["abattement_commune_eur"].tolist() == [1]
    with pytest.raises(KeyError, match="annee"):
        build.table("locaux", rows, repeated=lines, source="avis.csv")


def test_straight_apostrophes_and_plain_spaces_before_signs_are_not_written() -> None:
    for text in texts(said(full=False)):
        assert not re.search(r"\w'\w", text), text
        assert not re.search(
            r"\d %", text.replace("30 %", "").replace("95 %", "").replace("90 %", "")
        )


def test_each_missing_input_says_what_lacks_and_how_to_add_it() -> None:
    by_title = {s.title: s for s in said(full=False).sections}
    for title, key in (
        ("Satisfaction", "enquete"), ("Abattement", "fiscalite"),
        ("Rapprochement", "fiscalite"),
        ("Programme et bilan", "programme"), ("Droit commun", "droit_commun"),
        ("Évaluation", "programme"),
    ):  # fmt: skip
        section = by_title[title]
        assert "Aucun" in section.lead or "demande" in section.lead
        said_here = " ".join(t for b in section.blocks if isinstance(b, Text) for t in b.paragraphs)
        assert key in said_here
        assert "dossier.toml" in said_here


@pytest.mark.parametrize(
    "lost", ["survey", "abatement", "programme", "droit_commun", "conventions", "evaluation",
             "sensitivity"][:: tries(3, 1)],
)  # fmt: skip
def test_any_single_input_may_be_missing(lost: str) -> None:
    whole = reported(make(**{lost: None}))
    gone = {
        "abatement": ["Locaux", "Qui paie"],
        "programme": ["Actions"],
    }.get(lost, [])
    known = [s for s in SHEETS if s not in gone]
    assert [s.sheet for s in whole.sections if s.sheet] == known


def test_a_single_wave_says_that_nothing_can_be_compared() -> None:
    dossier = complete()
    table = dossier.survey.comparison
    alone = dataclasses.replace(
        dossier.survey,
        comparison=table[table["vague"] == "2023"].copy(),
        waves=dossier.survey.waves[1:],
    )
    section = {s.key: s for s in reported(make(survey=alone)).sections}["evolution"]
    assert "Une seule vague" in section.lead
    # the other wave is there: that nothing is shown is no proof that it is not
    hidden = dataclasses.replace(alone, waves=dossier.survey.waves)
    section = {s.key: s for s in reported(make(survey=hidden)).sections}["evolution"]
    assert section.lead.startswith("Plusieurs vagues sont fournies")


def test_gap_charts_hold_every_gap_on_one_axis() -> None:
    section = {s.key: s for s in said().sections}["satisfaction"]
    drawn = [b for b in section.blocks if isinstance(b, Chart) and b.kind is ChartKind.GAPS]
    assert len(drawn) > 1
    (reach,) = {c.reach for c in drawn}
    widest = max(float(c.rows[["ic95_bas", "ic95_haut"]].abs().max().max()) for c in drawn)
    assert reach >= widest > 0


def test_no_other_bailleur_is_named() -> None:
    whole = said()
    assert OTHER not in "\n".join(texts(whole))
    for table in tables(whole).values():
        assert OTHER not in table.rows.to_csv()
    for section in whole.sections:
        for block in section.blocks:
            if isinstance(block, Chart):
                assert OTHER not in block.rows.to_csv()


def test_without_rows_of_the_bailleur_the_ensemble_is_read() -> None:
    dossier = complete()
    assert dossier.survey.name_of(BAILLEUR.upper()) == BAILLEUR
    assert dossier.survey.name_of("Inconnu") == "ensemble"


def test_a_masked_cell_shows_its_reason_and_no_number() -> None:
    rows = tables(said())["satisfaction"].rows
    masked = rows[rows["publication_court"] == "masqué"]
    assert len(masked) == 2
    # those of the wave that is masked: the other one has its own
    own = ["qpv", "hors", "ecart", "comparable", "n_qpv", "marge_demontree_points", "bascule"]
    assert masked[own].isna().to_numpy().all()
    assert set(masked["phrase"]) == {"masqué"}
    assert set(masked["verdict_mot"]) == {"– masqué"}


def test_only_what_may_be_shown_is_drawn() -> None:
    hidden = comparison()
    hidden.loc[hidden["item"] == "q02", "publication"] = str(Publication.NON_PUBLIABLE)
    estimates = ["estimation", "ic95_bas", "ic95_haut", "ic90_bas", "ic90_haut"]
    hidden.loc[hidden["item"] == "q02", estimates] = math.nan
    survey = dataclasses.replace(complete().survey, comparison=hidden)
    whole = reported(make(survey=survey))
    for section in whole.sections:
        for block in section.blocks:
            if isinstance(block, Chart) and block.key.startswith(("ecarts", "satisfaits")):
                assert "Propreté des espaces extérieurs" not in set(block.rows["libelle"])


def test_every_share_said_carries_its_n_and_every_gap_its_interval() -> None:
    charts = [b for s in said().sections for b in s.blocks if isinstance(b, Chart)]
    spoken = [c for c in charts if c.key.startswith("ecarts")]
    assert spoken
    for chart in spoken:
        sentences = re.findall(r"[^.;]* de satisfaits en QPV.*?\.(?= |$)", chart.alt)
        assert sentences, chart.alt
        for sentence in sentences:
            assert sentence.count("n\u202f=") == 2, sentence
            assert "entre" in sentence
            assert "points" in sentence


def test_an_inconclusive_item_says_what_it_would_have_taken() -> None:
    whole = "\n".join(texts(said()))
    assert "on ne sait pas : avec ces réponses, la plus petite marge démontrable" in whole
    assert "il aurait fallu environ" in whole
    assert "est la même ou non qu’ailleurs, à 5" in whole


def test_a_favourable_verdict_that_holm_rejects_is_marked() -> None:
    rows = tables(said())["satisfaction"].rows
    marked = rows[rows["verdict_mot"].str.contains("isolé")]
    assert set(marked["libelle"]) == {"Accueil par le bailleur"}


def test_raw_and_comparable_gaps_stand_side_by_side() -> None:
    rows = tables(said())["comparaison_document"].rows
    assert rows["ecart"].notna().all()
    assert rows["comparable"].notna().all()
    assert not (rows["ecart"] == rows["comparable"]).any()


def test_figures_of_the_summary_are_those_of_the_stages() -> None:
    dossier = complete()
    amounts = {f.label: f.amount for f in key_figures(dossier)}
    cells = {r["fait"]: r for r in tables(said())["synthese"].rows.to_dict("records")}
    for label, name in (("Actions valorisées", "valorise"), ("Logements en QPV", "logements_qpv")):
        assert cells[label]["valeur"].value == dossier.claims.amount(name).exact
    bounds = claim_value(dossier.claims.get("acquis"))
    assert cells["Abattement acquis"]["valeur"].value == bounds
    acquired = dossier.claims.amount("acquis")  # one quarter is wholly in doubt: between bounds
    assert (amounts["Abattement acquis"], acquired.is_known) == (None, False)
    assert acquired.at_least == dossier.abatement.by_premises["acquis"].sum() / 100
    assert amounts["Actions valorisées"] == dossier.claims.amount("valorise").exact
    assert amounts["Logements en QPV"] == dossier.located.residences["logements_dans"].sum()


def test_every_row_of_the_stock_is_listed() -> None:
    dossier = complete()
    listed = tables(said())
    assert len(listed["residences"].rows) == len(dossier.located.residences)
    assert len(listed["adresses"].rows) == len(dossier.located.entrances)
    assert HOSTILE in set(listed["residences"].rows["nom"])


def test_a_place_chosen_by_hand_says_so() -> None:
    dossier = complete()
    doors = dossier.located.entrances.assign(result_source="BAN 2025")
    doors.loc[doors.index[0], "result_source"] = "choisi à la main le 12/03/2025 : vu sur place"
    located = dataclasses.replace(dossier.located, entrances=doors)
    shown = tables(reported(dataclasses.replace(dossier, located=located)))["adresses"].rows
    assert shown["verdict"].iloc[0] == "choisi à la main le 12/03/2025 : vu sur place"
    assert set(shown["verdict"].iloc[1:]) <= set(side_words.GEOCODE_VERDICTS.values())


def test_a_doubtful_number_carries_how_it_was_made() -> None:
    listed = tables(said())
    rows = listed["residences"].rows
    remarked = {rows.loc[r, "id_residence"] for r, _, _ in listed["residences"].remarks}
    assert remarked == set(rows.loc[rows["logements_a_verifier"] > 0, "id_residence"])
    assert all("limite" in text for _, _, text in listed["residences"].remarks)


def test_notices_of_all_stages_are_listed_once() -> None:
    whole = complete()
    (one,) = whole.notices
    # a stage names our column, the dossier that of the file: one doubt all the same
    quoted = dataclasses.replace(one, place=dataclasses.replace(one.place, column="Axe"))
    assert notices(dataclasses.replace(whole, notices=(quoted, quoted))) == (quoted,)
    assert list(tables(said())["a_regler"].rows["nature"]) == ["doute"]
    assert "a_regler" not in tables(reported(bare()))


def test_keys_of_tables_and_charts_are_unique() -> None:
    keys = [b.key for s in said().sections for b in s.blocks if isinstance(b, Table | Chart)]
    assert len(keys) == len(set(keys))


def test_columns_of_every_table_are_there() -> None:
    for table in tables(said()).values():
        assert [c.key for c in table.columns] == list(table.rows.columns)
        assert isinstance(table.rows.index, pd.RangeIndex)


def test_data_alone_are_those_of_the_whole_report() -> None:
    bare = reported(dataclasses.replace(complete(), printed=False))
    assert data_files(bare) == data_files(said())
    drawn = [b.key for s in bare.sections for b in s.blocks if isinstance(b, Chart)]
    assert not [key for key in drawn if key.startswith(("ecarts", "vagues"))]
    assert "note" not in {s.key for s in bare.sections}


def test_the_folder_of_the_machine_is_never_printed() -> None:
    dossier = complete()
    settings = dossier.settings.model_copy(
        update={"reglages": dossier.settings.reglages.model_copy(update={"geodonnees": "/home/x"})}
    )
    assert "/home/x" not in "\n".join(texts(reported(make(settings=settings))))


def test_legal_values_are_written_the_french_way_and_marked() -> None:
    rows = tables(said())["sources"].rows
    rows = rows[rows["nature"] == "valeur légale"]
    assert list(rows["debut"]) == ["01/01/2025", "01/01/2016"]
    assert list(rows["etat"]) == ["vérifié", "non vérifié"]


def test_what_insee_counts_is_beside_what_is_placed() -> None:
    counts = pd.DataFrame(
        [{"carte": 2024, "code_qpv": "QN05991I", "nom_qpv": "Les Tilleuls", "logements": 1483, "insee": 1520,
          "ecart": -37, "part": 0.975, "a_verifier": 12, "coupes": 0, "motifs": ()}]
    )  # fmt: skip
    (row,) = (
        r for r in tables(reported(make(outside=counts)))["sources"].rows.to_dict("records")
        if r["nature"] == "compte de l’Insee"
    )  # fmt: skip
    assert (row["nom"], row["debut"], row["code_qpv"]) == ("Les Tilleuls", "2024", "QN05991I")
    assert (row["logements"], row["logements_insee"], row["ecart_insee"]) == (1483, 1520, -37)
    assert (row["part_insee"], row["logements_a_verifier"]) == (0.975, 12)


def test_every_sign_of_a_quarter_is_explained() -> None:
    """A verdict met in a quarter alone stood in its table without a line in the key."""
    dossier = complete()
    assert dossier.survey is not None
    rows = dossier.survey.comparison.copy()
    gaps = rows["groupe"] == "ecart"
    rows.loc[gaps & (rows["niveau"] == "total"), "verdict"] = "equivalent"
    rows.loc[gaps & (rows["niveau"] == "code_qpv"), ["verdict", "publication"]] = [
        "meilleur", "publiable",
    ]  # fmt: skip
    survey = dataclasses.replace(dossier.survey, comparison=rows)
    made = reported(dataclasses.replace(dossier, survey=survey))
    assert any(
        v.startswith("◆ plus") for v in tables(made)["comparaison_quartiers"].rows["verdict_mot"]
    )
    assert any(t.startswith("◆ plus : ") for t in texts(made))


def test_answers_in_detail_carry_their_sample_size() -> None:
    (chart,) = [
        b for s in said().sections for b in s.blocks
        if isinstance(b, Chart) and b.key == "quatre_niveaux"
    ]  # fmt: skip
    assert set(chart.rows["groupe"]) == {"QPV, n = 600", "ailleurs, n = 600"}


def test_a_residence_with_dwellings_on_both_sides_is_said_to_be_cut() -> None:
    dossier = complete()
    doors = dossier.located.entrances
    row = doors.index[doors["qpv_statut"] == "hors"][0]
    inside = doors.loc[[row]].assign(nb_logements=1, qpv_statut="dans", qpv_code="QN05991I")
    split = restocked(dossier, pd.concat([doors, inside], ignore_index=True))
    cut, whole = (
        next(b for b in residences(d).blocks if isinstance(b, Table)).rows["evolution_mot"]
        for d in (split, dossier)
    )
    assert whole.loc[row] == "hors des deux cartes"
    assert cut.loc[row] == "coupée par la limite"
    assert cut.drop(row).tolist() == whole.drop(row).tolist()


def test_what_the_files_of_one_bailleur_alone_say_is_read_first() -> None:
    """A programme in k€ was a line of one pack, among two thousand doubts of 26."""
    merged = Fault("cellules_fusionnees", Place("parc.xlsx"), fields={"plages": "A2:A4"})
    fields = {"annee": 2025, "part": 5, "repere": "de l’abattement", "montant": 9}
    unit = Fault("programme_infime", Place("actions.csv", "", 1), "2 319,50", fields)
    shared = Fault("axe_multiple", Place("actions.csv", "", 4), "1, 2", {"axe": 1})
    listed = {"A": [merged, shared, shared], "B": [shared, unit]}
    rows = pd.DataFrame({c: [] for c in ("bailleur", "livrees", "gardees", "ecartees", "constat")})
    page = deliveries(rows, pd.DataFrame(), listed)
    (found,) = [b for b in page.blocks if isinstance(b, Table) and b.key == "livraisons_doutes"]
    assert found.rows[["bailleur", "fichier", "bailleurs", "doutes"]].to_numpy().tolist() == [
        ["B", "actions.csv", 1, 1], ["A", "actions.csv", 2, 3], ["A", "parc.xlsx", 1, 1],
    ]  # fmt: skip
    assert "2 319,50" in found.rows["exemple"].iloc[0].replace("\u202f", " ")
    assert found.rows["question"].iloc[0].endswith("?")
    assert not found.rows["question"].iloc[-1]
