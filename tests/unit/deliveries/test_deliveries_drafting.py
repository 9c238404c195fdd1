"""A drafted plan reads the delivery it was drawn from, and says each of its guesses."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from effort import tries
from tfpb.io.sources.deliveries import read_delivery
from tfpb.io.tables.tabular import TextTable
from tfpb.model.codes import Nature, Theme
from tfpb.model.plan import Dictionary, Plan
from tfpb.survey.reading.delivery_columns import parse_side
from tfpb.survey.reading.drafting import draft_plan
from tfpb.survey.reading.guessing import (
    ROLES,
    guess_axes,
    guess_nature,
    guess_scale,
    guess_theme,
    likely_columns,
    role_candidates,
)
from tfpb.survey.reading.recode import recode

EXAMPLE = Path(__file__).parents[3] / "examples" / "valmont"
LABELS = {
    "1": "Très satisfait",
    "2": "Plutôt satisfait",
    "3": "Plutôt pas satisfait",
    "4": "Pas du tout satisfait",
    "8": "Non concerné",
    "9": "Ne sait pas",
}


def load(text: str) -> Plan:
    return Plan.model_validate(tomllib.loads(text))


def table(**columns: list[str]) -> TextTable:
    frame = pd.DataFrame(columns, dtype=object)
    return TextTable(frame, "essai.csv", "", frame.index.to_numpy() + 2)


@pytest.mark.parametrize("name", ["enquete_2019.csv", "enquete_2023.xlsx"])
def test_the_draft_of_the_example_agrees_with_its_hand_written_plan(name: str) -> None:
    written = load((EXAMPLE / "plan_enquete.toml").read_text(encoding="utf-8"))
    read = read_delivery(EXAMPLE / name)
    drafted = load(draft_plan(read.table, read.dictionary))
    assert [i.libelle for i in drafted.items] == [i.libelle for i in written.items]
    assert [i.theme for i in drafted.items] == [i.theme for i in written.items]
    assert [i.nature for i in drafted.items] == [i.nature for i in written.items]
    for role in ("repondant", "vague", "bailleur", "residence", "poids", "qpv"):
        (found,) = getattr(drafted.colonnes, role)
        assert found in getattr(written.colonnes, role)
    assert drafted.colonnes.ajustement == written.colonnes.ajustement


@pytest.mark.parametrize("name", ["enquete_2019.csv", "enquete_2023.xlsx"])
def test_the_draft_reads_every_answer_of_its_delivery(name: str) -> None:
    read = read_delivery(EXAMPLE / name)
    plan = load(draft_plan(read.table, read.dictionary))
    survey = recode([read_delivery(EXAMPLE / name, plan).frame], plan)
    assert [f.code for f in survey.faults] == []
    assert len(survey.respondents) == len(read.table.frame)


def test_guesses_are_said_in_comments() -> None:
    text = draft_plan(table(id_enquete=["1", "2"], q1=["1", "4"]), Dictionary())
    assert "À CONFIRMER : aucun libellé livré" in text
    assert "# vague_fixe" in text
    assert "aucune colonne de poids trouvée" in text
    assert "thème non reconnu" in text


def test_two_candidates_for_a_role_are_both_shown() -> None:
    text = draft_plan(table(poids=["1"], coef=["2"], q1=["Très satisfait"]), Dictionary())
    assert load(text).colonnes.poids == ("poids",)
    assert "autres colonnes possibles : « coef »" in text


def test_a_delivery_without_questions_gives_a_model_to_fill() -> None:
    text = draft_plan(table(a=["x"], b=["y"]), Dictionary())
    raw = tomllib.loads(text)
    assert "items" not in raw
    assert "Aucune question de satisfaction" in text
    assert "« a », « b »" in text


def test_scale_by_labels_is_placed_best_first_whatever_its_codes() -> None:
    scale = guess_scale(
        ["1", "4"], {"1": "Pas du tout satisfait", "2": "Plutôt pas satisfait",
                     "3": "Plutôt satisfait", "4": "Très satisfait", "98": "Sans objet", "99": "NSP"}
    )  # fmt: skip
    assert scale is not None
    assert scale.satisfied == ("4", "3", "Très satisfait", "Plutôt satisfait")
    assert scale.unsatisfied == ("2", "1", "Plutôt pas satisfait", "Pas du tout satisfait")
    assert scale.not_concerned == ("98", "Sans objet")
    assert scale.unknown == ("99", "NSP")


def test_a_middle_answer_is_placed_and_said() -> None:
    answers = ["Très satisfait", "Plutôt satisfait", "Moyennement satisfait", "Insatisfait"]
    scale = guess_scale(answers, {})
    assert scale is not None
    assert scale.unsatisfied == ("Moyennement satisfait", "Insatisfait")
    assert scale.middle == ("Moyennement satisfait",)
    text = draft_plan(table(q1=answers), Dictionary())
    assert "réponse du milieu" in text


@pytest.mark.parametrize(
    ("answer", "side"),
    [
        ("Pas de gardien dans ma résidence", "not_concerned"),
        ("Il n’y a pas d’ascenseur", "not_concerned"),
        ("5 - Aucun espace vert", "not_concerned"),
        ("Pas d’avis", "unknown"),
        ("Pas de réponse", "unknown"),
        ("Pas satisfait(e)", "unsatisfied"),
        ("Pas du tout satisfait", "unsatisfied"),
        ("Plutôt satisfait(e)", "satisfied"),
    ],
)
def test_nothing_to_be_satisfied_with_is_not_dissatisfaction(answer: str, side: str) -> None:
    scale = guess_scale(["Très satisfait", answer], {})
    assert scale is not None
    assert answer in getattr(scale, side)


def test_answers_in_capitals_or_spaced_are_the_same_answers() -> None:
    """Six answers written three ways are eighteen texts, which no scale has; the reader takes them as six."""
    said = list(LABELS.values())
    plain = table(q1=said * 3, q2=said * 3)
    other = table(
        q1=[*said, *(f" {a.upper()}" for a in said), *(a.lower() for a in said)], q2=said * 3
    )
    drafted = draft_plan(other, Dictionary())
    assert drafted == draft_plan(plain, Dictionary())
    survey = recode(
        [other.frame.assign(repondant=range(18), vague="2024")],
        load(drafted.replace('# vague_fixe = ""', 'vague_fixe = "2024"')),
    )
    assert [f.code for f in survey.faults if f.code == "code_reponse_inconnu"] == []


def test_a_question_about_the_bailleur_names_no_bailleur() -> None:
    firm = table(QPV=["Oui", "Non"] * 4, NOTE=[str(k) for k in range(8)])
    text = draft_plan(firm, Dictionary({"NOTE": "Note globale donnée au bailleur sur 10"}, {}))
    assert 'bailleur = "NOTE"' not in text
    assert "# bailleur_fixe" in text
    assert "satisfait_des = 7" in text


@pytest.mark.parametrize(
    "header",
    ["Accueil par votre bailleur", "Q9. Information donnée par le bailleur", "Accueil du bailleur"],
)
@pytest.mark.parametrize("answers", [list("1234"), list("12345"), [*LABELS.values()][:4]])
def test_a_question_that_names_the_bailleur_is_asked_and_no_column_of_his(
    header: str, answers: list[str]
) -> None:
    """The question was lost, and its codes taken for the names of landlords."""
    firm = table(
        **{"N°": [f"m{k}" for k in range(20)]},
        **dict.fromkeys([header, "Abords"], answers * (20 // len(answers))),
    )
    drafted = tomllib.loads(draft_plan(firm, Dictionary({}, {})))
    assert "bailleur" not in drafted["colonnes"]
    assert [i["colonnes"] for i in drafted["items"]] == [[header], ["Abords"]]


def test_codes_of_an_age_are_no_question() -> None:
    firm = table(**dict.fromkeys(["Abords", "Halls", "Tranche d'âge"], list("12345") * 4))
    drafted = tomllib.loads(draft_plan(firm, Dictionary({}, {})))
    assert [i["colonnes"] for i in drafted["items"]] == [["Abords"], ["Halls"]]


def test_answers_that_cannot_be_placed_are_listed() -> None:
    scale = guess_scale(["Très satisfait", "Vert"], {})
    assert scale is not None
    assert scale.left == ("Vert",)
    assert "n’a pas su ranger : « Vert »" in draft_plan(
        table(q1=["Très satisfait", "Vert"]), Dictionary()
    )


@pytest.mark.parametrize(
    ("answers", "meanings", "kind"),
    [
        ([str(n) for n in range(11)], {}, "note"),
        ([*[str(n) for n in range(2, 11)], "99"], {"99": "Ne sait pas"}, "note"),
        ([*[str(n) for n in range(2, 11)], "Ne sait pas"], {}, "note"),
        (["1", "2", "3", "4"], {}, "niveaux"),
        (["1", "2"], {"1": "Collectif", "2": "Individuel"}, None),
        (["1", "2", "3", "4"], {"1": "Nord", "2": "Sud", "3": "Est", "4": "Ouest"}, None),
        ([str(n) for n in range(40)], {}, None),
        (["Oui", "Non"], {}, None),
        (["", ""], {}, None),
    ],
)
def test_what_is_a_question_and_what_is_not(
    answers: list[str], meanings: dict[str, str], kind: str | None
) -> None:
    scale = guess_scale(answers, meanings)
    assert (scale.kind if scale else None) == kind


@pytest.mark.parametrize(
    ("label", "theme", "nature", "axes"),
    [
        ("Propreté des parties communes", Theme.RESIDENCE, Nature.SERVICE, (3,)),
        ("Enlèvement des encombrants", Theme.RESIDENCE, Nature.SERVICE, (4,)),
        ("Tranquillité dans le quartier", Theme.QUARTIER, Nature.QUARTIER, (5,)),
        ("Isolation du logement", Theme.LOGEMENT, Nature.AUTRE, ()),
        ("Accueil à l'agence", Theme.RELATION, Nature.SERVICE, (1,)),
        ("Tout autre chose", None, Nature.AUTRE, ()),
    ],
)
def test_theme_nature_and_axes(
    label: str, theme: Theme | None, nature: Nature, axes: tuple[int, ...]
) -> None:
    found = guess_theme(label, mark=False)
    assert found == theme
    assert guess_nature(label, found) == nature
    assert guess_axes(label, found) == axes


def test_roles_are_found_by_label_when_the_header_says_nothing() -> None:
    assert role_candidates("poids", ["v12", "v13"], {"v13": "Coefficient de redressement"}) == [
        "v13"
    ]


def test_a_filter_is_suggested_not_imposed() -> None:
    text = draft_plan(
        table(type_habitat=["1", "1", "2"], q1=["1", "4", ""], q2=["1", "4", "2"]),
        Dictionary(meanings={"q1": LABELS, "q2": LABELS}),
    )
    assert text.count('# filtre = { colonne = "type_habitat", valeurs = [1] }') == 1
    assert all(i.filtre is None for i in load(text).items)


@pytest.mark.slow
@settings(deadline=None, max_examples=tries(8, 60))
@given(
    header=st.text(min_size=1, max_size=25),
    label=st.text(max_size=40),
    file=st.text(min_size=1, max_size=15),
)
def test_any_header_and_label_give_readable_toml(header: str, label: str, file: str) -> None:
    named, finders = {header: label}, (role_candidates, likely_columns)
    assume(not any(found(role, [header], named) for role in ROLES for found in finders))
    frame = pd.DataFrame({header: ["1", "4"]}, dtype=object)
    answers = TextTable(frame, file, "", frame.index.to_numpy() + 2)
    text = draft_plan(answers, Dictionary({header: label}, {header: LABELS}))
    (item,) = load(text).items
    assert item.identifiant == header


def test_likely_headers_are_taken_and_marked_to_be_confirmed() -> None:
    firm = table(
        NUM_QUEST=["1", "2"],
        ANNEE=["2024", "2024"],
        ORGANISME=["A", "B"],
        COEF_REDR=["1.5", "0.5"],
        **{"QPV O/N": ["Oui", "Non"], "Q1. Propreté": ["Très satisfait", "Pas satisfait"]},
    )
    text = draft_plan(firm, Dictionary())
    columns = load(text).colonnes
    assert (columns.repondant, columns.vague, columns.poids, columns.qpv) == (
        ("NUM_QUEST",), ("ANNEE",), ("COEF_REDR",), ("QPV O/N",),
    )  # fmt: skip
    for line in text.splitlines():
        if line.startswith(("repondant", "vague", "poids", "qpv")):
            assert "À CONFIRMER" in line
        if line.startswith("bailleur"):
            assert "À CONFIRMER" not in line


def test_sides_are_known_by_their_names_whatever_the_header() -> None:
    named = {"Z": {"1": "Hors QPV", "2": "QPV"}, "Q1": LABELS}
    coded = table(id=["1", "2"], bailleur=["A", "A"], Z=["1", "2"], Q1=["1", "4"])
    assert load(draft_plan(coded, Dictionary({}, named))).colonnes.qpv == ("Z",)
    words = table(id=["1", "2"], bailleur=["A", "A"], zone=["QPV", "hors QPV"], Q1=["1", "4"])
    assert load(draft_plan(words, Dictionary())).colonnes.qpv == ("zone",)


@pytest.mark.parametrize(
    "label",
    [
        "Quartier prioritaire (QPV)",
        "QPV (quartier prioritaire)",
        "Quartier prioritaire de la politique de la ville",
    ],
)
def test_a_dictionary_that_spells_qpv_out_names_the_column_without_a_doubt(label: str) -> None:
    answers = table(id=["1", "2"], QP=["1", "2"], Q1=["1", "4"])
    text = draft_plan(answers, Dictionary({"QP": label}, {"QP": {"1": "Oui", "2": "Non"}}))
    assert load(text).colonnes.qpv == ("QP",)
    assert "À CONFIRMER" not in next(x for x in text.splitlines() if x.startswith("qpv = "))


@pytest.mark.parametrize(
    ("within", "without"),
    [
        ("Quartier prioritaire (QPV)", "Hors quartier prioritaire"),
        ("Quartiers prioritaires de la politique de la ville", "Quartiers classiques"),
        ("Résidence en QPV", "Résidence hors QPV"),
        ("Dans un quartier prioritaire", "Pas en quartier prioritaire"),
    ],
)
def test_sides_spelled_out_in_a_dictionary_are_read(within: str, without: str) -> None:
    assert (parse_side(within), parse_side(without)) == (1, 0)
    answers = table(id=["1", "2"], bailleur=["A", "A"], Z=["1", "2"], Q1=["1", "4"])
    meanings = {"Z": {"1": within, "2": without}, "Q1": LABELS}
    assert load(draft_plan(answers, Dictionary({}, meanings))).colonnes.qpv == ("Z",)


def test_four_codes_without_labels_are_levels_not_marks() -> None:
    scale = guess_scale(["1", "2", "3", "4", "98", "99"], {})
    assert scale is not None
    assert (scale.kind, scale.labelled) == ("niveaux", False)
    mark = guess_scale([*map(str, range(11)), "99"], {})
    assert mark is not None
    assert mark.kind == "note"
