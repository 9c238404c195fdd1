"""The same wave reads alike in its three forms, and no household can be named downstream."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from openpyxl import Workbook

from tfpb.errors import Severity, TfpbError
from tfpb.io.packs.output_files import write_bytes
from tfpb.io.sources.deliveries import (
    Delivery,
    is_dictionary,
    plan_names,
    read_delivery,
    read_dictionary,
)
from tfpb.io.sources.personal import personal_columns
from tfpb.io.tables.tabular import table_bytes
from tfpb.model.plan import Plan
from tfpb.survey.reading.recode import recode
from tfpb.words.faults.sentences import fault_text

EXAMPLE = Path(__file__).parents[3] / "examples" / "valmont"
PERSONAL = {"telephone", "q22_verbatim"}


@pytest.fixture(scope="module")
def plan() -> Plan:
    text = (EXAMPLE / "plan_enquete.toml").read_text(encoding="utf-8")
    return Plan.model_validate(tomllib.loads(text))


@pytest.fixture(scope="module")
def delivered(plan: Plan) -> Delivery:
    return read_delivery(EXAMPLE / "enquete_2023.xlsx", plan)


def test_base_and_dictionary_are_told_apart_by_what_they_hold(delivered: Delivery) -> None:
    assert delivered.table.sheet == "Base"
    assert len(delivered.table.frame) >= 1500
    assert delivered.dictionary.labels["q02_proprete_pc"] == "Propreté des parties communes"
    assert delivered.dictionary.meanings["q02_proprete_pc"]["9"] == "Ne sait pas"
    assert delivered.dictionary.meanings["qpv"] == {"0": "Non", "1": "Oui"}


def test_personal_columns_are_dropped_and_said(delivered: Delivery) -> None:
    assert not PERSONAL & set(delivered.table.frame.columns)
    assert not PERSONAL & set(delivered.dictionary.labels)
    [notice] = delivered.notices
    assert notice.severity is Severity.DOUTE
    title = fault_text(notice).title
    assert "Colonnes laissées de côté" in title
    assert all(f"« {name} »" in title for name in PERSONAL)


IDENTIFIERS = [f"2023{k:05d}" for k in range(40)]
HOMES = [f"59012{k // 6:04d}" for k in range(40)]
PLACES = [f"62{(k * 37) % 900:03d}{k:04d}" for k in range(40)]
MOBILES = [f"{'67'[k % 5 == 0]}{(k * 61_803_399) % 100_000_000:08d}" for k in range(40)]


@pytest.mark.parametrize(
    ("cells", "planned", "dropped"),
    [
        (IDENTIFIERS, False, False),
        (HOMES, False, False),
        (MOBILES, False, True),
        (MOBILES, True, True),
        (PLACES, False, False),
        (["245900410", "775685019", "662012491"], False, False),  # SIREN
        (["0" + m for m in MOBILES], True, True),
        (["+33" + m for m in MOBILES], True, True),
        ([" ".join((m[0], m[1:3], m[3:5], m[5:7], m[7:])) for m in MOBILES], True, True),
    ],
)
def test_numbers_of_nine_digits_are_not_all_telephones(
    cells: list[str], planned: object, dropped: object
) -> None:
    frame = pd.DataFrame({"id_enquete": cells})
    found = personal_columns(frame, {}, keep=["id_enquete"] if planned else [])
    assert bool(found) == bool(dropped)


def test_rows_are_those_of_the_spreadsheet(delivered: Delivery) -> None:
    frame = delivered.frame
    assert frame["_ligne"].tolist()[:2] == [2, 3]
    assert set(frame["_fichier"]) == {"enquete_2023.xlsx"}


def test_leading_zeros_of_residences_survive(delivered: Delivery, plan: Plan) -> None:
    old = read_delivery(EXAMPLE / "enquete_2019.csv", plan)
    assert set(old.frame["Code résidence"]) >= {"00111"}
    assert delivered.frame["residence_id"].str.len().eq(5).all()


def test_cp1252_csv_keeps_accents_and_writes_weights_with_a_point(plan: Plan) -> None:
    old = read_delivery(EXAMPLE / "enquete_2019.csv", plan)
    assert set(old.frame["Q08. Qualité de vie dans le quartier"]) >= {
        "Très satisfait",
        "Ne sait pas",
    }
    assert old.frame["Pondération"].map(float).between(0.5, 20).all()
    assert not old.notices


@pytest.fixture(scope="module")
def as_sav(delivered: Delivery, tmp_path_factory: pytest.TempPathFactory) -> Path:
    frame = delivered.table.frame.head(200)
    codes = [c for c in frame.columns if c.startswith("q") and c != "qpv"]
    typed = frame.copy()
    for name in [*codes, "poids", "qpv", "type_habitat", "periode_construction", "vague"]:
        typed[name] = pd.to_numeric(frame[name].replace("", None)).astype(float)
    path = tmp_path_factory.mktemp("sav") / "vague.sav"
    labels = {c: {1: "Très satisfait", 9: "Ne sait pas"} for c in codes}
    pyreadstat.write_sav(
        typed.drop(columns="date_entretien").astype({"residence_id": str, "id_enquete": str}),
        str(path),
        column_labels=dict(delivered.dictionary.labels),
        variable_value_labels=labels,
        missing_ranges={c: [8, 9] for c in codes},
    )
    return path


def test_spss_keeps_answers_declared_missing_and_writes_whole_codes(
    as_sav: Path, delivered: Delivery, plan: Plan
) -> None:
    spss = read_delivery(as_sav, plan)
    expected = delivered.table.frame.head(200).drop(columns="date_entretien")
    pd.testing.assert_frame_equal(
        spss.table.frame, expected, check_dtype=False, check_column_type=False
    )
    assert (spss.table.frame["q06_ascenseur"] == "8").any()
    assert spss.dictionary.meanings["q06_ascenseur"] == {"1": "Très satisfait", "9": "Ne sait pas"}
    assert spss.table.rows[0] == 1


def test_one_wave_in_three_forms_gives_the_same_survey(
    as_sav: Path, delivered: Delivery, plan: Plan, tmp_path: Path
) -> None:
    codes = delivered.table.frame.head(200).drop(columns="date_entretien")
    book = tmp_path / "vague.xlsx"
    write_bytes(book, table_bytes(book, codes))
    words = codes.copy()
    for name in [
        c for c in codes.columns if c.startswith("q") and c not in {"qpv", "q21_note_globale"}
    ]:
        words[name] = [delivered.dictionary.meanings[name].get(v, "") for v in codes[name]]
    words["q21_note_globale"] = codes["q21_note_globale"].replace("99", "Ne sait pas")
    words["qpv"] = codes["qpv"].map({"0": "non", "1": "oui"})
    words["poids"] = codes["poids"].str.replace(".", ",")
    words["type_habitat"] = codes["type_habitat"].map({"1": "Collectif", "2": "Individuel"})
    text = tmp_path / "vague.csv"
    text.write_bytes(words.to_csv(sep=";", index=False).encode("cp1252"))
    surveys = [recode([read_delivery(p, plan).frame], plan) for p in (as_sav, book, text)]
    first = surveys[0]
    for other in surveys[1:]:
        assert other.faults == first.faults == ()
        for item, ranks in first.answers.items():
            assert ranks.tolist() == other.answers[item].tolist()
        for name in ("poids", "qpv", "residence", "type_habitat"):
            assert first.respondents[name].tolist() == other.respondents[name].tolist()


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".ods", ".parquet"])
def test_every_table_format_reads_alike(
    suffix: str, delivered: Delivery, plan: Plan, tmp_path: Path
) -> None:
    frame = delivered.table.frame.head(60).reset_index(drop=True)
    path = tmp_path / f"vague{suffix}"
    write_bytes(path, table_bytes(path, frame))
    again = read_delivery(path, plan)
    pd.testing.assert_frame_equal(
        again.table.frame, frame, check_dtype=False, check_column_type=False
    )


def test_codes_are_equal_however_written(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    lines = [
        "id_enquete;residence_id;poids;q01_residence",
        "a;0012;1,25;1",
        "b;0012;1,5;1,0",
        "c;0012;2;1.00",
        "d;0012;;#NULL!",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    frame = read_delivery(path, plan).frame
    assert frame["q01_residence"].tolist() == ["1", "1", "1", ""]
    assert frame["poids"].tolist() == ["1.25", "1.5", "2.0", ""]
    assert frame["residence_id"].tolist() == ["0012"] * 4


def test_headers_take_the_plan_s_spelling(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text(
        "N° ENQUETE;Q02 - proprete des parties communes\n1;Très satisfait\n", encoding="utf-8"
    )
    frame = read_delivery(path, plan).table.frame
    assert list(frame.columns) == ["N° enquête", "Q02. Propreté des parties communes"]


def test_garbled_accents_are_mended_and_counted(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    text = "id_enquete;q01_residence\n1;Très satisfait\n2;Très satisfait\n"
    path.write_bytes(text.encode().decode("cp1252").encode())
    read = read_delivery(path, plan)
    assert read.frame["q01_residence"].tolist() == ["Très satisfait"] * 2
    assert [n.fields["nombre"] for n in read.notices if n.code == "encodage_repare"] == [2]


def test_personal_content_goes_whatever_its_header(plan: Plan, tmp_path: Path) -> None:
    path = tmp_path / "v.csv"
    lines = ["id_enquete;contact;z1;zone;Q23;q01_residence"]
    remark = "Il faudrait vraiment que quelqu'un passe réparer la porte numéro"
    lines += [
        f"{i};03 53 01 00 {i:02d};a{i}@exemple.invalid;Nord;{remark} {i};{i % 4 + 1}"
        for i in range(20)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    read = read_delivery(path, plan)
    assert list(read.table.frame.columns) == ["id_enquete", "zone", "q01_residence"]
    assert [n.fields["colonnes"] for n in read.notices] == ["« contact », « z1 », « Q23 »"]


def test_a_column_the_plan_reads_is_not_dropped_for_its_name(plan: Plan, tmp_path: Path) -> None:
    first = plan.items[0].model_copy(update={"colonnes": ("mobile_qualite",)})
    other = plan.model_copy(update={"items": (first, *plan.items[1:])})
    path = tmp_path / "v.csv"
    path.write_text("id_enquete;mobile_qualite\n1;2\n", encoding="utf-8")
    assert "mobile_qualite" in read_delivery(path, other).frame
    assert "mobile_qualite" not in read_delivery(path, plan).frame


def test_plan_names_lists_filters_and_variables(plan: Plan) -> None:
    names = plan_names(plan)
    assert {"Type d'habitat", "type_habitat", "id_enquete", "q06_ascenseur"} <= set(names)
    assert len(names) == len(set(names))
    assert plan_names(None) == ()


def test_title_rows_above_the_base_are_passed(plan: Plan, tmp_path: Path) -> None:
    book = Workbook()
    page = book.active
    page.title = "Données"
    for row in (
        ["Enquête 2022"],
        [],
        ["id_enquete", "residence_id", "q01_residence"],
        ["1", "007", 2],
    ):
        page.append(row)
    guide = book.create_sheet("Lisez-moi")
    guide.append(["Rien ici"])
    book.save(tmp_path / "v.xlsx")
    read = read_delivery(tmp_path / "v.xlsx", plan)
    assert read.table.sheet == "Données"
    assert read.frame["residence_id"].tolist() == ["007"]
    assert read.frame["_ligne"].tolist() == [4]


def test_sheet_can_be_chosen(plan: Plan) -> None:
    chosen = read_delivery(EXAMPLE / "enquete_2023.xlsx", plan, sheet="base")
    assert chosen.table.sheet == "Base"
    assert chosen.dictionary.labels
    with pytest.raises(TfpbError) as caught:
        read_delivery(EXAMPLE / "enquete_2023.xlsx", plan, sheet="Reponses")
    assert caught.value.faults[0].code == "feuille_absente"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("absent.sav", None, "fichier_absent"),
        ("absent.xlsx", None, "fichier_absent"),
        ("casse.sav", b"$FL2 not a file", "fichier_illisible"),
        ("casse.xlsx", b"PK not a file", "fichier_illisible"),
        ("vide.csv", b"", "feuille_vide"),
        ("autre.docx", b"x", "format_inconnu"),
    ],
)
def test_bad_files_are_told_not_raised(
    name: str, content: bytes | None, code: str, plan: Plan, tmp_path: Path
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TfpbError) as caught:
        read_delivery(path, plan)
    assert caught.value.faults[0].code == code
    assert fault_text(caught.value.faults[0]).title


def test_wide_dictionary() -> None:
    frame = pd.DataFrame(
        {
            "Nom de la variable": ["q1", "q2"],
            "Question": ["Propreté", "Note"],
            "Modalités": ["1=Très satisfait ; 2=Plutôt satisfait; 9 : NSP", ""],
        }
    )
    assert is_dictionary(frame)
    read = read_dictionary(frame)
    assert read.labels == {"q1": "Propreté", "q2": "Note"}
    assert read.meanings == {"q1": {"1": "Très satisfait", "2": "Plutôt satisfait", "9": "NSP"}}


def test_long_dictionary_names_its_variable_once() -> None:
    frame = pd.DataFrame(
        {
            "Variable": ["q1", "", ""],
            "Libellé": ["Propreté", "", ""],
            "Valeur": ["", "1.0", "2"],
            "Étiquette": ["", "Oui", "Non"],
        }
    )
    assert read_dictionary(frame).meanings == {"q1": {"1": "Oui", "2": "Non"}}


@pytest.mark.parametrize(
    "heads",
    [
        ("Nom de variable", "Intitulé de la question", "Valeur", "Signification"),
        ("Code variable", "Texte de la question", "Code réponse", "Libellé de la réponse"),
        ("Nom de la colonne", "Libellé de question", "Valeurs", "Étiquette de valeur"),
    ],
)
def test_dictionary_headers_of_other_firms(heads: tuple[str, ...]) -> None:
    rows = [("v03", "Présence du gardien", "1", "Pas du tout satisfait"), ("v03", "", "4", "Ravi")]
    frame = pd.DataFrame(rows, columns=list(heads))
    assert is_dictionary(frame)
    read = read_dictionary(frame)
    assert read.labels == {"v03": "Présence du gardien"}
    assert read.meanings == {"v03": {"1": "Pas du tout satisfait", "4": "Ravi"}}


def test_dictionary_of_codes_under_an_unknown_header() -> None:
    frame = pd.DataFrame({"Variable": ["q1"], "Libellé": ["A"], "Format": ["1=Oui\n2=Non"]})
    assert read_dictionary(frame).meanings == {"q1": {"1": "Oui", "2": "Non"}}


def test_answers_are_not_taken_for_a_dictionary(delivered: Delivery) -> None:
    assert not is_dictionary(delivered.table.frame)


def test_codes_of_bailleurs_and_sides_are_read_by_their_names(plan: Plan, tmp_path: Path) -> None:
    """A firm may code the first side 1: « Hors QPV » is not to be read as QPV."""
    path = tmp_path / "codes.sav"
    frame = pd.DataFrame(
        {"bailleur": [1.0, 2.0, 2.0], "qpv": [1.0, 2.0, 1.0], "q01_residence": 1.0}
    )
    names = {
        "bailleur": {1: "Logis du Nord (fictif)", 2: "Habitat Sud (fictif)"},
        "qpv": {1: "Hors QPV", 2: "QPV"},
    }
    pyreadstat.write_sav(frame, str(path), variable_value_labels=names)
    read = read_delivery(path, plan).table.frame
    assert read["qpv"].tolist() == ["Hors QPV", "QPV", "Hors QPV"]
    assert read["bailleur"].tolist() == [names["bailleur"][c] for c in (1, 2, 2)]
    names["qpv"] = {1: "zone A", 2: "zone B"}
    pyreadstat.write_sav(frame, str(path), variable_value_labels=names)
    assert read_delivery(path, plan).table.frame["qpv"].tolist() == ["1", "2", "1"]
