"""Deliveries read into ranks: every row kept or listed, every unknown code named where it stands."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from surveycases import LEVELS, make_delivery, make_plan, stamped

from effort import tries
from tfpb.errors import Fault, Severity, TfpbError
from tfpb.survey.compare import compare
from tfpb.survey.reading.delivery_columns import parse_number, parse_numbers, token
from tfpb.survey.reading.located_residences import located_residences
from tfpb.survey.reading.recode import recode
from tfpb.survey.reading.scales import ABSENT, NOT_CONCERNED, NSP, build_scale
from tfpb.survey.reading.stock_agreement import disagreements
from tfpb.survey.reading.surveyed_stock import stock_columns


def _rows(*rows: dict[str, str], file: str = "e.csv") -> pd.DataFrame:
    base = {
        "id": "", "vague": "2023", "bailleur": "A", "residence": "R1", "poids": "1", "qpv": "1",
        "q1": "1", "q2": "1",
    }  # fmt: skip
    return stamped(pd.DataFrame([base | {"id": str(k)} | r for k, r in enumerate(rows)]), file)


def _codes(faults: tuple[Fault, ...]) -> list[str]:
    return [f.code for f in faults]


def _one(faults: tuple[Fault, ...], code: str) -> Fault:
    found = [f for f in faults if f.code == code]
    assert len(found) == 1, _codes(faults)
    return found[0]


@pytest.mark.parametrize("written", ["1", "1.0", "1,0", "Très satisfait", "TRES SATISFAIT", " 1 "])
def test_a_code_and_its_label_are_one(written: str) -> None:
    survey = recode([_rows({"q1": written})], make_plan())
    assert survey.answers["q1"].tolist() == [0]
    assert not survey.faults


@pytest.mark.parametrize(
    ("written", "rank"), [("", ABSENT), ("9", NSP), ("Ne sait pas", NSP), ("8", NOT_CONCERNED)]
)
def test_answers_out_of_the_base(written: str, rank: int) -> None:
    assert recode([_rows({"q1": written})], make_plan()).answers["q1"].tolist() == [rank]


def test_a_numbered_label_must_agree_with_its_code() -> None:
    scale = build_scale(make_plan().echelles["s4"])
    assert scale.read("2 - Plutôt satisfait") == pytest.approx((1, np.nan), nan_ok=True)
    assert scale.read("2 - Très satisfait") is None


def test_an_unknown_code_is_a_fault_with_its_place() -> None:
    frame = _rows({}, {"q1": "7"}, {"q1": "7"}, {"q1": "Bof"})
    found = [f for f in recode([frame], make_plan()).faults if f.code == "code_reponse_inconnu"]
    assert [(f.got, f.place.file, f.place.row, f.place.column) for f in found] == [
        ("7", "e.csv", 3, "q1"),
        ("Bof", "e.csv", 5, "q1"),
    ]
    assert found[0].fields["nombre"] == 2
    assert found[0].fields["lignes"] == "3, 4"
    assert all(f.severity is Severity.FAUTE for f in found)


def test_a_survey_at_fault_is_not_compared() -> None:
    survey = recode([_rows({"q1": "7"})], make_plan())
    with pytest.raises(TfpbError):
        compare(survey, make_plan())


def test_marks_keep_their_value_and_their_cut() -> None:
    plan = make_plan(
        more=[{"colonnes": "note", "libelle": "Note", "theme": "global", "echelle": "note"}]
    )
    frame = _rows(*({"note": v} for v in ("7", "6,5", "10", "99", "Ne sait pas", "")))
    survey = recode([frame], plan)
    assert survey.answers["note"].tolist() == [1, 0, 1, NSP, NSP, ABSENT]
    np.testing.assert_allclose(survey.marks["note"], [7, 6.5, 10, np.nan, np.nan, np.nan])
    assert "code_reponse_inconnu" in _codes(recode([_rows({"note": "11"})], plan).faults)


def test_the_same_interview_twice_counts_once() -> None:
    frame = _rows({"id": "x"}, {"id": "x"}, {"id": "y"})
    survey = recode([frame], make_plan())
    assert len(survey.respondents) == 2
    fault = _one(survey.faults, "interview_en_double")
    assert (fault.place.row, fault.fields["autre"], fault.severity) == (3, 2, Severity.DOUTE)


def test_two_interviews_under_one_identifier_are_a_fault() -> None:
    survey = recode([_rows({"id": "x"}, {"id": "x", "q1": "4"})], make_plan())
    assert _one(survey.faults, "identifiant_en_double").severity is Severity.FAUTE


def test_identifiers_may_restart_with_the_bailleur() -> None:
    frame = _rows({"id": "1"}, {"id": "1", "bailleur": "B", "residence": "R2"})
    assert len(recode([frame], make_plan()).respondents) == 2


def test_weights_missing_are_listed_and_weights_wrong_are_faults() -> None:
    frame = _rows({"poids": "1,25"}, {"poids": ""}, {"poids": "0"}, {"poids": "1.5"})
    survey = recode([frame], make_plan())
    assert survey.respondents["poids"].tolist() == [1.25, 1.5]
    fault = _one(survey.faults, "poids_manquant")
    assert (fault.fields["nombre"], fault.fields["lignes"]) == (2, "3, 4")
    for wrong in ("-1", "abc"):
        found = recode([_rows({"poids": wrong})], make_plan()).faults
        assert _one(found, "poids_illisible").severity is Severity.FAUTE


@pytest.mark.parametrize(
    ("written", "side"),
    [("1", 1), ("oui", 1), ("QPV", 1), ("0", 0), ("non", 0), ("hors QPV", 0), ("QN05991I", 1)],
)
def test_flags_as_firms_write_them(written: str, side: int) -> None:
    assert recode([_rows({"qpv": written})], make_plan()).respondents["qpv"].tolist() == [side]


def test_a_flag_that_means_nothing_is_a_fault_and_an_empty_one_is_listed() -> None:
    survey = recode([_rows({"qpv": "peut-être"}, {"qpv": ""}, {})], make_plan())
    assert {"qpv_illisible", "qpv_manquant"} <= set(_codes(survey.faults))
    assert len(survey.respondents) == 1


STOCK = pd.DataFrame(
    {
        "id_residence": ["R1", "R2", "R3"],
        "cote": ["dans", "hors", "a_verifier"],
        "code_qpv": ["QN1", "", ""],
        "agence": ["Nord", "Sud", "Sud"],
    }
)


def test_the_map_rules_and_the_flag_is_only_compared() -> None:
    frame = _rows(
        {"residence": "R1", "qpv": "0"},
        {"residence": "R2", "qpv": "0"},
        {"residence": "R3", "qpv": "1"},
        {"residence": "R9", "qpv": "1"},
        {"residence": "R8", "qpv": ""},
    )
    survey = recode([frame], make_plan(), STOCK)
    assert survey.respondents["residence"].tolist() == ["R1", "R2", "R9"]
    assert survey.respondents["qpv"].tolist() == [1, 0, 1]
    assert survey.respondents["code_qpv"].tolist() == ["QN1", "", ""]
    contradiction = _one(survey.faults, "qpv_contredit")
    assert contradiction.got == "R1"
    assert (contradiction.fields["livre"], contradiction.fields["situe"]) == ("hors", "dans")
    assert _one(survey.faults, "residence_a_verifier").got == "R3"
    assert _one(survey.faults, "residence_hors_patrimoine").got == "R9"
    assert _one(survey.faults, "residence_sans_cote").got == "R8"
    assert all(f.severity is Severity.DOUTE for f in survey.faults)


def test_another_bailleurs_residence_is_not_taken_for_ours() -> None:
    stock = STOCK.assign(bailleur="A")
    frame = _rows({"residence": "R2", "qpv": "1"}, {"bailleur": "B", "residence": "R2", "qpv": "1"})
    survey = recode([frame], make_plan(), stock)
    assert survey.respondents["qpv"].tolist() == [0, 1]
    assert _one(survey.faults, "residence_hors_patrimoine").fields["bailleur"] == "B"


@pytest.mark.parametrize("stock", [STOCK, STOCK.assign(bailleur="A SA"), STOCK.assign(bailleur="")])
def test_identifiers_of_two_bailleurs_are_not_matched_without_their_names(
    stock: pd.DataFrame,
) -> None:
    frame = _rows({"residence": "R1"}, {"bailleur": "B", "residence": "R1", "qpv": "0"})
    fault = _one(recode([frame], make_plan(), stock).faults, "residences_de_deux_bailleurs")
    assert (fault.severity, fault.got, fault.place.row) == (Severity.FAUTE, "R1", 3)
    assert fault.fields == {"bailleurs": "A ; B", "nombre": 1}
    apart = _rows({"residence": "R1"}, {"bailleur": "B", "residence": "R2", "qpv": "0"})
    survey = recode([apart], make_plan(), stock)
    doubt = _one(survey.faults, "residences_sans_bailleur")
    assert (doubt.severity, doubt.fields) == (Severity.DOUTE, {"nombre": 2})
    assert survey.respondents["qpv"].tolist() == [1, 0]
    lone = recode([_rows({"residence": "R1"})], make_plan(), stock)  # a stock of its own
    assert not lone.faults


def test_the_bailleur_of_located_residences_is_found_under_its_other_headers() -> None:
    stock = STOCK.assign(Organisme="A")
    located, _ = located_residences(stock)
    assert located["bailleur"].tolist() == ["A", "A", "A"]
    frame = _rows({"residence": "R1"}, {"bailleur": "B", "residence": "R1", "qpv": "0"})
    survey = recode([frame], make_plan(), located)
    assert survey.respondents["qpv"].tolist() == [1, 0]
    assert _one(survey.faults, "residence_hors_patrimoine").fields["bailleur"] == "B"


def test_more_interviews_than_dwellings_are_no_census() -> None:
    plan = make_plan(("q1",))
    homes = [f"R{k:02d}" for k in range(40)]
    frame = _rows(
        *(
            {"id": str(k), "residence": homes[k % 40], "qpv": "", "q1": "14"[k * 37 % 100 > 75]}
            for k in range(400)
        )
    )
    stock = pd.DataFrame({"id_residence": homes, "cote": ["dans"] * 20 + ["hors"] * 20})
    unknown, crowded, whole = (
        recode([frame], plan, stock.assign(nb_logements=n)) for n in ("", "9", "10")
    )
    doubts = [f for f in crowded.faults if f.code == "interviews_plus_que_logements"]
    assert [f.got for f in doubts] == homes
    fields = {"residence": "R00", "vague": "2023", "bailleur": "A", "nombre": 10, "logements": 9}
    assert doubts[0].fields == fields
    assert doubts[0].severity is Severity.DOUTE
    one, two = (compare(s, plan).comparison for s in (unknown, crowded))
    pd.testing.assert_frame_equal(one, two)
    assert (
        not whole.faults
    )  # as many interviews as dwellings: everyone was asked, nothing is uncertain
    assert whole.stock is not None
    one_of_them = stock.assign(nb_logements=["9"] + ["40"] * 39)
    mixed = recode([frame], plan, one_of_them)
    assert _one(mixed.faults, "interviews_plus_que_logements").got == "R00"
    assert mixed.stock is not None
    assert mixed.stock["logements"].tolist() == [40.0] * 39
    waves = frame.assign(vague=[("2019", "2023")[k // 40 % 2] for k in range(400)])  # five a wave
    assert not recode([waves], plan, stock.assign(nb_logements="5")).faults


def test_a_residence_in_two_strata_is_listed() -> None:
    survey = recode([_rows({"qpv": "1"}, {"qpv": "0"})], make_plan())
    assert _one(survey.faults, "residence_deux_strates").got == "R1"


def test_columns_lacking_are_named() -> None:
    faults = recode([_rows({}).drop(columns=["poids", "q2"])], make_plan()).faults
    assert _one(faults, "enquete_colonne_absente").fields["role"] == "poids"
    assert _one(faults, "item_absent").fields["item"] == "Question q2"


def test_an_item_may_lack_in_one_delivery() -> None:
    frames = [_rows({"vague": "2019"}, file="a.csv").drop(columns="q2"), _rows({}, file="b.csv")]
    survey = recode(frames, make_plan())
    assert _one(survey.faults, "item_absent_livraison").place.file == "a.csv"
    assert survey.answers["q2"].tolist() == [ABSENT, 0]


@pytest.mark.parametrize("values", [["collectif"], [1], ["1"]])
def test_a_filter_names_a_category_or_a_code(values: list[object]) -> None:
    plan = make_plan(
        variables={
            "type_habitat": {
                "colonnes": ["habitat"],
                "categories": {"collectif": [1], "individuel": [2]},
            }
        },
        more=[
            {
                "colonnes": "q3", "libelle": "Ascenseur", "theme": "residence", "echelle": "s4",
                "filtre": {"colonne": "type_habitat", "valeurs": values},
            }
        ],
    )  # fmt: skip
    survey = recode([_rows({"habitat": "1", "q3": "1"}, {"habitat": "2", "q3": "4"})], plan)
    assert survey.answers["q3"].tolist() == [0, ABSENT]
    assert survey.respondents["type_habitat"].tolist() == ["collectif", "individuel"]


def test_answers_outside_a_filter_are_listed() -> None:
    lift: dict[str, object] = {
        "colonnes": "q3", "libelle": "Ascenseur", "theme": "residence", "echelle": "s4",
        "filtre": {"colonne": "habitat", "valeurs": ["collectif"]},
    }  # fmt: skip
    plan = make_plan(more=[lift])
    frame = _rows(
        {"habitat": "Collectif", "q3": "1"},
        {"habitat": "Immeuble collectif", "q3": "4"},
        {"habitat": "maison", "q3": "8"},  # « non concerné »: nobody is left out
        {"habitat": "maison", "q3": ""},
        {"habitat": "Immeuble collectif", "q3": "2"},
    )
    survey = recode([frame], plan)
    assert survey.answers["q3"].tolist() == [0, ABSENT, ABSENT, ABSENT, ABSENT]
    doubt = _one(survey.faults, "reponses_hors_filtre")
    assert (doubt.severity, doubt.got) == (Severity.DOUTE, "Immeuble collectif")
    assert (doubt.place.row, doubt.place.column) == (3, "q3")
    assert doubt.fields == {
        "item": "Ascenseur", "filtre": "habitat", "valeurs": "collectif", "nombre": 2,
        "lignes": "3, 6",
    }  # fmt: skip
    assert not recode([frame.iloc[[0, 2, 3]]], plan).faults


def test_a_wave_in_two_spellings_is_one() -> None:
    frame = make_delivery(3, waves=("Vague 2023",))
    halves = ["vague 2023" if k % 3 else "Vague 2023" for k in range(len(frame))]
    sections = {"Vague 2023": {"prestataire": "Alpha", "contactes": 5000}}
    plan = make_plan(enquete=sections)
    survey = recode([frame.assign(vague=halves)], plan)
    assert survey.waves == ("vague 2023",)  # the more frequent
    made = compare(survey, plan)
    assert set(made.comparison["vague"]) == {"vague 2023"}  # and no change
    (facts,) = made.waves
    assert (facts.prestataire, facts.contactes) == ("Alpha", 5000)
    repere = pd.DataFrame({"item": ["q1"], "valeur": ["62"], "vague": ["VAGUE 2023"]})
    marks = compare(survey, plan, repere=repere.assign(reference="X")).benchmark
    assert set(marks[marks["repere"] == "national"]["vague"]) == {"vague 2023"}


def test_an_unknown_category_is_a_fault() -> None:
    plan = make_plan(variables={"type": {"categories": {"collectif": [1]}}})
    fault = _one(recode([_rows({"type": "3"})], plan).faults, "categorie_inconnue")
    assert (fault.got, fault.place.column, fault.place.row) == ("3", "type", 2)


def test_labels_and_codes_give_the_same_wave() -> None:
    codes = make_delivery(11)
    labels = codes.copy()
    words = dict(zip("1234", LEVELS, strict=True)) | {"8": "Non concerné", "9": "Ne sait pas"}
    for item in ("q1", "q2"):
        labels[item] = labels[item].map(words)
    labels["poids"] = labels["poids"].str.replace(".", ",")
    labels["qpv"] = labels["qpv"].map({"1": "QPV", "0": "hors QPV"})
    plan = make_plan()
    one, two = (compare(recode([f], plan), plan) for f in (codes, labels))
    pd.testing.assert_frame_equal(one.comparison, two.comparison)
    pd.testing.assert_frame_equal(one.levels, two.levels)


@settings(deadline=None, max_examples=tries(15, 60))
@given(
    cells=st.lists(
        st.tuples(
            st.sampled_from(["1", "2,5", "", "0"]),
            st.sampled_from(["0", "1", ""]),
            st.sampled_from(["R1", "R2", "R3", "R9"]),
            st.sampled_from(["i1", "i2", "i3", ""]),
        ),
        min_size=1,
        max_size=25,
    ),
    located=st.booleans(),
)
def test_rows_in_are_rows_out_and_rows_listed(
    cells: list[tuple[str, str, str, str]], *, located: bool
) -> None:
    frame = _rows(*({"poids": p, "qpv": q, "residence": r, "id": i} for p, q, r, i in cells))
    survey = recode([frame], make_plan(), STOCK if located else None)
    left_out = sum(
        int(f.fields.get("nombre", 1))
        for f in survey.faults
        if f.code
        in {
            "poids_manquant", "qpv_manquant", "residence_a_verifier", "residence_sans_cote",
            "interview_en_double", "identifiant_en_double",
        }
    )  # fmt: skip
    assert len(frame) == len(survey.respondents) + left_out


@pytest.mark.parametrize(
    ("one", "two"), [("1", 1), (1, 1.0), ("1,50", "1.5"), ("Été", "ete"), ("", " "), ("01", "1")]
)
def test_tokens_are_equal_by_value(one: object, two: object) -> None:
    assert token(one) == token(two)


def test_entrances_become_residences_by_their_dwellings() -> None:
    entrances = pd.DataFrame(
        {
            "id_residence": ["R1", "R1", "R2", "R3", "R3"],
            "nb_logements": ["10", "30", "5", "8", "8"],
            "qpv_statut": ["dans", "hors", "dans", "dans", "hors"],
            "qpv_code": ["QN1", "", "QN2", "QN1", ""],
            "qpv2015_statut": ["hors", "hors", "hors", "hors", "hors"],
            "qpv2015_code": [""] * 5,
            "agence": ["Nord", "Sud", "Sud", "Est", "Est"],
        }
    )
    out, faults = located_residences(entrances)
    assert not faults
    assert out["cote"].tolist() == ["hors", "dans", "a_verifier"]
    assert out["agence"].tolist() == ["Sud", "Sud", "Est"]
    assert out["code_qpv"].tolist()[1] == "QN2"
    old, _ = located_residences(entrances, carte=2015)
    assert set(old["cote"]) == {"hors"}
    inside = entrances.assign(qpv2015_statut="dans", qpv2015_code="QP9")
    assert set(located_residences(inside, carte=2015)[0]["code_qpv"]) == {"QP9"}
    bare = inside.drop(columns="qpv2015_code")  # the quarters of 2024 are not those of 2015
    assert "code_qpv" not in located_residences(bare, carte=2015)[0]
    assert located_residences(pd.DataFrame({"nom": ["x"]}))[1][0].code == "colonne_absente"


@pytest.mark.parametrize(
    ("inside", "outside", "unsure"),
    [
        ("dans", "hors", "a_verifier"), ("Dans", "HORS", "À vérifier"), ("QPV", "hors QPV", ""),
        ("oui", "non", ""), ("1", "0", ""),
    ],
)  # fmt: skip
def test_a_side_is_read_in_the_words_of_a_delivery(inside: str, outside: str, unsure: str) -> None:
    stock = pd.DataFrame({"id_residence": ["R1", "R2", "R3"], "cote": [inside, outside, unsure]})
    out, faults = located_residences(stock)
    assert (out["cote"].tolist(), faults) == (["dans", "hors", "a_verifier"], [])


def test_dwellings_that_are_not_read_are_not_nil() -> None:
    doors = pd.DataFrame(
        {
            "id_residence": ["R1", "R1", "R2", "R2", "R3"],
            "qpv_statut": ["dans", "hors", "dans", "dans", "hors"],
            "nb_logements": ["12", "", "8", "", "0"],
        }
    )
    out, faults = located_residences(doors)
    assert not faults
    assert out["cote"].tolist() == ["a_verifier", "dans", "hors"]
    assert out["nb_logements"].tolist() == ["", "", "0"]
    for cell, code in (("1.200", "valeur_ambigue"), ("12 logts", "valeur_illisible")):
        doors.loc[1, "nb_logements"] = cell
        fault = _one(located_residences(doors, file="r.csv")[1], code)
        assert (fault.place.file, fault.place.row, fault.got) == ("r.csv", 3, cell)


def test_a_side_in_unknown_words_is_a_fault() -> None:
    stock = pd.DataFrame({"id_residence": ["R1", "R2"], "cote": ["dans", "peut-être"]})
    out, faults = located_residences(stock, file="r.csv")
    fault = _one(faults, "valeur_illisible")
    assert (fault.severity, fault.got) == (Severity.FAUTE, "peut-être")
    assert (fault.place.file, fault.place.row, fault.place.column) == ("r.csv", 3, "cote")
    assert out.empty


def test_a_residence_of_two_quarters_is_of_the_larger_and_outside_of_none() -> None:
    entrances = pd.DataFrame(
        {
            "id_residence": ["R1", "R1", "R1", "R2", "R2"],
            "nb_logements": ["40", "30", "50", "10", "20"],
            "qpv_statut": ["dans", "dans", "hors", "dans", "hors"],
            "qpv_code": ["QN1", "QN2", "", "QN1", ""],
        }
    )
    out, _ = located_residences(entrances)
    assert out["cote"].tolist() == ["dans", "hors"]  # 70 of 120, 10 of 30
    assert out["code_qpv"].tolist() == ["QN1", ""]


@pytest.mark.parametrize(
    ("column", "maps", "other"),
    [
        ("qpv2015_statut", "2024", "2024"),  # there, and empty: that map was not imported
        ("qpv2015_statut", "", "qpv_statut"),
        ("note", "2024", "2024"),
        ("note", "2015", ""),
        ("note", "", ""),  # nothing says which map it is
    ],
)
def test_residences_on_another_map_than_asked_are_refused(
    column: str, maps: str, other: str
) -> None:
    table = pd.DataFrame({"id_residence": ["R1"], "qpv_statut": ["dans"], "qpv_code": ["QN1"]})
    table = table.assign(qpv_millesime=maps, **{column: ""})
    out, faults = located_residences(table, carte=2015)
    assert [(f.code, f.fields["autre"]) for f in faults] == (
        [("residences_autre_carte", other)] if other else []
    )
    assert out.empty is bool(other)
    assert not located_residences(table)[1]  # no map is asked for


def test_a_plan_that_names_no_side_is_told_both_ways_out() -> None:
    plan = make_plan(colonnes={"qpv": []})
    faults = recode([make_delivery(1)], plan).faults
    assert [f.code for f in faults if f.severity is Severity.FAUTE] == ["enquete_sans_cote"]


@pytest.mark.parametrize("more", [[], [""], ["1,5"], ["n. c."], ["1 234,5"]])
def test_numbers_read_together_are_those_read_one_by_one(more: list[str]) -> None:
    texts = ["1.25", "12", "1e3", "-4", "nan", "inf", "007", *more]
    np.testing.assert_array_equal(parse_numbers(texts), [parse_number(t) for t in texts])


def test_years_of_construction_become_periods_and_what_is_no_year_none() -> None:
    years = pd.Series([1965, 1980.0, None, "avant 1949", "19²", " 1990 "], dtype=object)
    kept = stock_columns(pd.DataFrame({"annee_construction": years}))["periode_construction"]
    assert kept.tolist() == ["1949-1974", "1975-1989", "", "", "", "1990-2004"]


def test_codes_that_slid_are_doubted_and_an_honest_muddle_is_not() -> None:
    dice = np.random.default_rng(5)
    stock = dice.choice(["Collectif", "Individuel"], 600, p=[0.8, 0.2]).astype(object)
    muddled = np.where(dice.random(600) < 0.08, "individuel", stock).astype(object)
    frame = stamped(pd.DataFrame({"vague": ["2019"] * 300 + ["2023"] * 300}), "e.csv")
    assert not list(disagreements(frame, "type_habitat", muddled, stock))
    slid = muddled.copy()
    slid[300:] = np.roll(muddled[300:], 40)
    (doubt,) = disagreements(frame, "type_habitat", slid, stock)
    assert (doubt.code, doubt.fields["vague"]) == ("variable_contraire", "2023")
    assert not list(disagreements(frame[:90], "type_habitat", slid[:90][::-1], stock[:90]))
    alone = np.full(600, "Collectif", dtype=object)
    assert not list(disagreements(frame, "type_habitat", alone, stock))
