"""Parts put together: the same question under two names, strata apart, what differs said."""

from __future__ import annotations

import datetime as dt
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from tfpb import survey
from tfpb.errors import Severity, TfpbError
from tfpb.executors import executor
from tfpb.facts.place import holds, holds_of_counts
from tfpb.io.sources.gathering import Gathering
from tfpb.io.sources.region_inputs import _communes as communes_of_file
from tfpb.io.sources.region_inputs import _contrats as contrats_of_file
from tfpb.model.plan import Plan
from tfpb.model.record import Reading
from tfpb.model.settings import Entete, Fichiers, Settings
from tfpb.region import joined
from tfpb.region.estimates import compare_region
from tfpb.region.joined import (
    Surveyed,
    _known_bailleurs,
    _names,
    _names_of,
    _of_dossiers,
    _stacked,
    waves_apart,
    weights_apart,
    without_homes,
)
from tfpb.region.partition import OTHER_NAME, Refused, _answers
from tfpb.region.places import Territories
from tfpb.region.reconciliation import doubts, reconciled
from tfpb.region.territories import _communes, _contrats, territories
from tfpb.survey.reading.scales import ABSENT

if TYPE_CHECKING:
    from pathlib import Path


def plan(column: str, label: str, *, satisfied: tuple[int, ...] = (1, 2)) -> Plan:
    return Plan.model_validate(
        {
            "colonnes": {"vague_fixe": "2023", "bailleur": "b", "residence": "r", "poids": "p",
                         "qpv": "q", "strates": ["qpv"]},
            "reglages": {"marge_adoptee_par": "comité"},
            "echelles": {"s": {"satisfait": list(satisfied),
                               "insatisfait": [k for k in (1, 2, 3, 4) if k not in satisfied]}},
            "items": [{"colonnes": column, "libelle": label, "theme": "residence", "echelle": "s"}],
        }
    )  # fmt: skip


def part(name: str, its_plan: Plan, column: str, answers: list[int]) -> Surveyed:
    size = len(answers)
    frame = pd.DataFrame(
        {"b": name, "r": [f"R{k % 3}" for k in range(size)], "p": "1", "q": ["0", "1"] * (size // 2),
         column: [str(a) for a in answers], "_fichier": "e.csv", "_feuille": "", "_ligne": 2},
        dtype=object,
    )  # fmt: skip
    return Surveyed(name, survey.recode([frame], its_plan), its_plan)


def test_a_question_is_met_by_its_column_or_by_its_wording() -> None:
    region = plan("q1", "Propreté des parties communes")
    parts = [
        part("A", plan("Q1", "Autre libellé"), "Q1", [1, 2, 3, 4]),
        part("B", plan("Q01. Propreté", "propreté des parties  communes"), "Q01. Propreté", [4, 4]),
    ]
    made, names, faults = _stacked(parts, region, "plan.toml")
    assert names == {"A": {"q1": "Q1"}, "B": {"q1": "Q01. Propreté"}}
    # of one column and two wordings, nothing says that it is one question
    assert [(f.code, f.fields) for f in faults] == [
        ("region_libelle_different", {
            "bailleur": "A", "libelle": "Propreté des parties communes", "lu": "Autre libellé",
        }),
    ]  # fmt: skip
    assert made.answers["q1"].tolist() == [0, 1, 2, 3, 3, 3]
    assert len(made.respondents) == 6
    assert {s.split(" × ")[0] for s in made.respondents["strate"]} == {"A", "B"}


def items_of(*items: tuple[str, str]) -> Plan:
    base = plan("q1", "x")
    made = [base.items[0].model_copy(update={"colonnes": (c,), "libelle": w}) for c, w in items]
    return base.model_copy(update={"items": tuple(made)})


@pytest.mark.parametrize(
    ("theirs", "found"),
    [
        # the columns are turned round: the wording says which is which
        ([("q1", "Bruit"), ("q2", "Propreté")], {"q1": "q2", "q2": "q1"}),
        # what is known by its wording is not taken by its column too
        ([("q2", "Propreté")], {"q1": "q2"}),
        ([("q1", "Bruit")], {"q2": "q1"}),
        ([("q1", "propreté"), ("q2", "Autre")], {"q1": "q1", "q2": "q2"}),
        # of two of one wording, that of the same column
        ([("q0", "Propreté"), ("q1", "Propreté")], {"q1": "q1"}),
    ],
)
def test_a_question_is_known_by_its_wording_first(
    theirs: list[tuple[str, str]], found: dict[str, str]
) -> None:
    their_plan = items_of(*theirs)
    frame = pd.DataFrame(
        {"b": "A", "r": "R", "p": "1", "q": ["0", "1"], **{c: "1" for c, _ in theirs},
         "_fichier": "e.csv", "_feuille": "", "_ligne": 2}, dtype=object,
    )  # fmt: skip
    one = Surveyed("A", survey.recode([frame], their_plan), their_plan)
    assert _names(one, items_of(("q1", "Propreté"), ("q2", "Bruit"))) == found


def marked(**scale: float) -> Surveyed:
    made = plan("q1", "Note").model_dump(mode="json", exclude_none=True)
    made["echelles"] = {"s": {"type": "note", **scale}}
    its_plan = Plan.model_validate(made)
    return part(f"A {sorted(scale.items())}", its_plan, "q1", [5, 8])


@pytest.mark.parametrize("other", [{"satisfait_des": 5}, {"maximum": 20}, {"minimum": 1}])
def test_marks_of_another_cut_or_range_do_not_add_up(other: dict[str, float]) -> None:
    base = {"satisfait_des": 7, "minimum": 0, "maximum": 10}
    parts = [marked(**base), marked(**{**base, **other})]
    _, _, faults = _stacked(parts, parts[0].plan, "plan.toml")
    assert [f.code for f in faults] == ["region_echelle_differente"]
    same = [marked(**base), marked(satisfait_des=7)]  # 0 to 10 unless told otherwise
    assert not _stacked(same, same[0].plan, "plan.toml")[2]


def weighted(*owners: tuple[str, float, int], dwellings: bool = True) -> survey.Survey:
    """Return ten interviews of each (name, weight, dwellings); more dwellings of C are to be checked."""
    frame = pd.DataFrame(
        {"vague": "2023", "bailleur": [b for b, _, _ in owners for _ in range(10)],
         "poids": [w for _, w, _ in owners for _ in range(10)]}
    )  # fmt: skip
    held = [(b, n, 1) for b, _, n in owners] + [("C", 9000, -1)]
    stock = pd.DataFrame(held, columns=["bailleur", "logements", "qpv"])
    return survey.Survey(frame, {}, {}, {}, stock=stock if dwellings else None)


def test_a_wave_that_one_writes_otherwise_is_doubted() -> None:
    def waves(*pairs: tuple[str, str]) -> list[tuple[object, str, object]]:
        frame = pd.DataFrame(pairs, columns=["bailleur", "vague"])
        found = waves_apart(survey.Survey(frame, {}, {}, {}))
        return [(f.fields["bailleur"], f.got, f.fields["vague"]) for f in found]

    all_of = [(b, w) for b in "ABC" for w in ("2019", "2023")]
    assert waves(*all_of) == []
    assert waves(*all_of, ("D", "Vague 2023 (T2)")) == [("D", "Vague 2023 (T2)", "2023")]
    assert waves(*all_of, ("C", "2023 bis")) == []  # it has both: another wave of that year
    assert waves(*all_of, ("D", "automne")) == []
    assert waves(("A", "2023 S1"), ("B", "2023 S2")) == []  # neither is the one of most


def test_weights_of_another_scale_are_doubted() -> None:
    relative = [("A", 1.0, 500), ("B", 1.1, 9000), ("C", 0.9, 200), ("D", 1.0, 3000)]
    counts = [("A", 50.0, 500), ("B", 850.0, 9000), ("C", 21.0, 200), ("D", 270.0, 3000)]
    assert not weights_apart(weighted(*relative))
    assert not weights_apart(weighted(*counts))
    (found,) = weights_apart(weighted(*relative, ("E", 30.0, 320)))
    assert found.code == "region_poids_differents"
    assert found.fields == {"bailleur": "E", "vague": "2023", "moyen": 30.0, "autres": 1.0}
    (light,) = weights_apart(weighted(*counts, ("E", 1.0, 4000)))
    assert light.fields["bailleur"] == "E"
    # without dwellings, the means alone are known
    assert [f.fields["bailleur"] for f in weights_apart(weighted(*counts, dwellings=False))] == [
        "A", "B", "C",  # 50, 850 and 21, where the middle is 160
    ]  # fmt: skip
    assert not weights_apart(weighted(*relative, ("E", 3.0, 10), dwellings=False))


def test_a_bailleur_that_names_no_residence_has_the_design_effect_of_its_own_dossier() -> None:
    its_plan = plan("q1", "Propreté")
    answers = [1] * 140 + [4] * 60  # 70 of 100 on each side

    def owner(name: str, homes: int) -> Surveyed:
        size = len(answers)
        frame = pd.DataFrame(
            {"b": name, "r": [f"R{k % homes}" if homes else "" for k in range(size)], "p": "1",
             "q": ["0", "1"] * (size // 2), "q1": [str(a) for a in answers], "_fichier": "e.csv",
             "_feuille": "", "_ligne": 2}, dtype=object,
        )  # fmt: skip
        return Surveyed(name, survey.recode([frame], its_plan), its_plan)

    parts = [owner("A", 0), *(owner(b, 20) for b in "BCDE")]
    made, _, _ = _stacked(parts, its_plan, "plan.toml")
    assert made.has_clusters
    (doubt,) = without_homes(parts, its_plan)
    assert (doubt.code, doubt.fields) == (
        "region_sans_residences", {"bailleur": "A", "effet_plan": 1.6},
    )  # fmt: skip
    assert not without_homes([owner("A", 0)], its_plan)
    found = compare_region(made, its_plan, by=(), repere=None)
    assert found.design is not None
    side = found.design.query("bailleur == 'A' and groupe == 'qpv'")
    # √(1.6 × 0.7 × 0.3 / 99)
    np.testing.assert_allclose(side["erreur_type"], 0.058258, atol=1e-6)


def test_a_join_doubts_what_does_not_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joined, "join_stock", lambda _: None)
    its_plan = plan("q1", "Propreté")

    def owner(name: str, weight: str, home: str) -> Any:
        frame = pd.DataFrame(
            {"b": name, "r": home, "p": weight, "q": ["0", "1"] * 6, "q1": "1", "_fichier": "e.csv",
             "_feuille": "", "_ligne": 2}, dtype=object,
        )  # fmt: skip
        coded = survey.recode([frame], its_plan)
        return SimpleNamespace(name=name, survey=coded, plan=its_plan, readings=coded.readings)

    parts = [owner("A", "1", "R"), owner("B", "1", "R"), owner("C", "1", ""), owner("D", "9", "R")]
    settings = SimpleNamespace(alias=SimpleNamespace(bailleurs={}))
    inputs: Any = SimpleNamespace(
        plan=its_plan, plan_file="p.toml", deliveries=(), written=tuple("ABCD"), settings=settings
    )
    places: Any = SimpleNamespace(of_rows=lambda frame: frame)
    found = joined.join(parts, inputs, places).notices
    assert [(f.code, f.fields["bailleur"]) for f in found] == [
        ("region_sans_residences", "C"), ("region_poids_differents", "D"),
    ]  # fmt: skip


def test_a_question_one_lacks_is_said_and_left_empty() -> None:
    region = plan("q1", "Propreté")
    parts = [
        part("A", plan("q1", "Propreté"), "q1", [1, 2]),
        part("B", plan("z", "Tout autre"), "z", [1, 2]),
    ]
    made, _, faults = _stacked(parts, region, "plan.toml")
    assert [f.code for f in faults] == ["region_item_absent"]
    assert made.answers["q1"].tolist() == [0, 1, ABSENT, ABSENT]


def test_two_scales_do_not_add_up() -> None:
    region = plan("q1", "Propreté")
    parts = [
        part("A", plan("q1", "Propreté"), "q1", [1, 2]),
        part("B", plan("q1", "Propreté", satisfied=(1,)), "q1", [1, 2]),
    ]
    _, _, faults = _stacked(parts, region, "plan.toml")
    assert [(f.code, f.fields["bailleur"]) for f in faults] == [("region_echelle_differente", "B")]


def test_bailleurs_of_a_joint_delivery() -> None:
    one = part("HABITAT  a", plan("q1", "Propreté"), "q1", [1, 2]).survey
    kept = _known_bailleurs(one, {"habitat a": "Habitat A", "habitat b": "Habitat B"})
    as_written = _known_bailleurs(
        one, {"habitat a": "SA Habitat A", "sa habitat a": "SA Habitat A"}
    )
    assert set(as_written.respondents["bailleur"]) == {"SA Habitat A"}
    assert set(kept.respondents["bailleur"]) == {"Habitat A"}
    assert [(r.bailleur, r.kept) for r in kept.readings] == [("Habitat A", 2)]
    gone = _known_bailleurs(one, {"habitat b": "Habitat B"})
    assert len(gone.respondents) == 0
    table = reconciled(gone.readings, ["Habitat B"], {})
    faults = doubts(table, ["Habitat B"], "region.toml")
    assert [(f.code, f.fields["nombre"]) for f in faults] == [
        ("region_bailleur_inconnu", 2), ("region_bailleur_non_lu", 0),
    ]  # fmt: skip


def test_a_delivery_common_to_two_dossiers_is_counted_once_and_nobody_s_rows_are_told() -> None:
    def read(name: str, kept: int, left: int) -> Reading:
        why = {OTHER_NAME: left} if left else {}
        return Reading("enquete", "commune.csv", "", name, "2023", kept + left, kept, why)

    def owner(name: str, *readings: Reading) -> Any:
        return SimpleNamespace(name=name, readings=readings)

    lost, absent = read("Autre Habitat", 0, 7), read("habitat c", 0, 5)
    parts = [
        owner("A", read("A", 3, 0), read("B", 0, 4), lost, absent),
        owner("B", read("A", 0, 3), read("B", 4, 0), lost, absent),
    ]
    inputs: Any = SimpleNamespace(
        written=("A", "B", "Habitat C"),
        settings=SimpleNamespace(alias=SimpleNamespace(bailleurs={"C": "Habitat C", "Z": ""})),
    )
    names = _names_of([*parts, SimpleNamespace(name="Habitat C")], inputs)
    assert names == {"a": "A", "b": "B", "habitat c": "Habitat C", "c": "Habitat C"}
    told = _of_dossiers(parts, names)
    assert [(r.bailleur, r.kept, r.read) for r in told] == [
        ("A", 3, 3), ("B", 4, 4), ("Autre Habitat", 0, 7), ("Habitat C", 0, 5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "kept", "code"),
    [("AB", 2, "region_reponses_autres"), ("BC", 0, "region_bailleur_absent"), ("BB", 4, "")],
)
def test_a_delivery_of_several_gives_each_its_own(names: str, kept: int, code: str) -> None:
    frames = [
        pd.DataFrame(
            {"b": name, "r": ["R1", "R2"], "p": "1", "q": ["0", "1"], "q1": ["1", "4"],
             "_fichier": "e.csv", "_feuille": "", "_ligne": [2, 3]}, dtype=object,
        ) for name in names
    ]  # fmt: skip
    deliveries = [SimpleNamespace(frame=f, table=SimpleNamespace(file="e.csv")) for f in frames]
    its_plan = plan("q1", "Propreté")
    inputs: Any = SimpleNamespace(plan=its_plan, deliveries=deliveries)
    sides: Any = None
    # the region's name, and that of its own files
    made = _answers(inputs, its_plan, sides, "SA A", "A")
    owners = made.survey.respondents["bailleur"].tolist() if made.survey is not None else []
    assert owners == ["SA A"] * kept
    found = [f for f in made.notices if f.code.startswith("region_")]
    assert [(f.code, f.severity) for f in found] == [(code, Severity.DOUTE)] * bool(code)
    assert {r.bailleur for r in made.readings if r.kept} == ({"SA A"} if kept else set())


def test_doubts_on_the_residences_of_another_bailleur_stay_out_of_a_part() -> None:
    def rows(owner: str, home: str, side: str) -> pd.DataFrame:
        size = 12
        return pd.DataFrame(
            {"b": owner, "r": home, "p": "1", "q": side, "q1": ["1", "4"] * (size // 2),
             "_fichier": "e.csv", "_feuille": "", "_ligne": range(2, size + 2)}, dtype=object,
        )  # fmt: skip

    frame = pd.concat([rows("A", "R1", "0"), rows("Logis B", "R2", "0"), rows("A", "R3", "1")])
    its_plan = plan("q1", "Propreté")
    delivery = SimpleNamespace(frame=frame, table=SimpleNamespace(file="e.csv"))
    inputs: Any = SimpleNamespace(plan=its_plan, deliveries=[delivery])
    sides = pd.DataFrame(
        {"id_residence": ["R1", "R2", "R3"], "bailleur": "", "cote": "dans", "nb_logements": 40,
         "code_qpv": "QN05901M"}
    )  # fmt: skip
    made = survey.recode([frame], its_plan, sides)
    said = [f.fields["bailleur"] for f in made.faults if f.code == "qpv_contredit"]
    assert said == ["A", "Logis B"]
    found = _answers(inputs, its_plan, sides, "SA A", "A").notices
    assert not [f for f in found if "Logis B" in f.fields.values()]
    assert [f.fields["bailleur"] for f in found if f.code == "qpv_contredit"] == ["A"]


def test_contrats_that_contradict_are_said_and_the_region_rules() -> None:
    rows = pd.DataFrame({"contrat_de_ville": ["Autre", ""], "codes_qpv": [("Q1", "Q2"), ("Q1",)]})
    one: Any = SimpleNamespace(name="B", inputs=SimpleNamespace(frame=lambda _: rows))
    region: Any = SimpleNamespace(contrats={"Q1": "Contrat"})
    out, notices = _contrats([one], region)
    assert out == {"Q1": "Contrat", "Q2": "Autre"}
    assert [(f.code, f.got) for f in notices] == [("region_contrat_contredit", "Q1")]


@pytest.mark.parametrize(
    ("table", "doubted"),
    [
        ({}, ["Contrat de ville Lens-Liévin 2024-2030"]),
        ({"Q1": "Lens"}, ["Contrat de ville Lens-Liévin 2024-2030"]),
        ({"Q2": "Contrat de ville de Lens-Liévin"}, []),
        (
            {
                "Q1": "Contrat de ville de Lens-Liévin",
                "Q2": "Contrat de ville Lens-Liévin 2024-2030",
            },
            [],
        ),
    ],
)
def test_a_contrat_spelt_two_ways_is_doubted_until_the_region_s_table_settles_it(
    table: dict[str, str], doubted: list[str]
) -> None:
    names = ["Contrat de ville de Lens-Liévin", "Contrat de ville Lens-Liévin 2024-2030", "Lille"]
    codes = [("Q1", "Q3"), ("Q2",), ("Q4",)]
    rows = pd.DataFrame({"contrat_de_ville": names, "codes_qpv": codes})
    one: Any = SimpleNamespace(name="B", inputs=SimpleNamespace(frame=lambda _: rows))
    region: Any = SimpleNamespace(contrats=table, settings=SimpleNamespace(file="region.toml"))
    notices = [f for f in _contrats([one], region)[1] if f.code == "region_contrat_proche"]
    assert [f.got for f in notices] == doubted
    assert all(f.fields["ou"] == "region.toml" for f in notices)  # a release waits for these


def test_a_contrat_is_one_under_any_case_accents_and_spaces() -> None:
    def owner(name: str, *rows: tuple[str, tuple[str, ...]]) -> Any:
        table = pd.DataFrame(rows, columns=["contrat_de_ville", "codes_qpv"])
        homes = pd.DataFrame(
            {
                "id_residence": ["R1", "R2", "R3"],
                "code_insee": "59350",
                "code_qpv": ["Q1", "Q2", "Q3"],
            }
        )
        held = holds_of_counts(homes.assign(logements_dans=5))
        return SimpleNamespace(
            name=name, inputs=SimpleNamespace(frame=lambda _: table),
            located=SimpleNamespace(residences=homes, held=held),
        )  # fmt: skip

    parts = [
        owner("A", ("Contrat de Béthune", ("Q1",))),
        owner("B", ("CONTRAT DE BETHUNE", ("Q2", "Q1")), ("", ("Q4",))),
        owner("C", ("Contrat  de Bethune", ("Q3",))),
    ]
    alone: Any = SimpleNamespace(contrats={})
    out, notices = _contrats(parts, alone)
    assert out == dict.fromkeys(("Q1", "Q2", "Q3"), "Contrat de Béthune")
    assert not notices
    assert _communes(parts, out) == {"59350": "Contrat de Béthune"}
    given: Any = SimpleNamespace(contrats={"Q9": "contrat de béthune"})
    assert set(_contrats(parts, given)[0].values()) == {"contrat de béthune"}


def test_the_regions_table_of_contrats_spells_each_as_it_is_first(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(
        "contrat_de_ville;codes_qpv\nÉtoile;QN05901N\nETOILE;QN05901N QN05902N\n", encoding="utf-8"
    )
    settings: Any = SimpleNamespace(
        fichiers=SimpleNamespace(contrats="c.csv"), path=lambda name: tmp_path / name
    )
    gathered = Gathering()
    found = contrats_of_file(settings, gathered)
    assert found == {"QN05901N": "Étoile", "QN05902N": "Étoile"}
    assert not gathered.faults


def test_a_commune_of_no_known_epci_is_said() -> None:
    homes = pd.DataFrame({"id_residence": ["R1"], "code_insee": ["59999"], "code_qpv": [""]})
    located = SimpleNamespace(residences=homes, held=holds(pd.DataFrame()), vintage=2024)
    one: Any = SimpleNamespace(
        name="A", inputs=SimpleNamespace(frame=lambda _: None), located=located
    )
    region: Any = SimpleNamespace(contrats={}, communes={})
    maps = {2024: SimpleNamespace(frame=pd.DataFrame({"code_qpv": [], "nom_qpv": []}))}
    known = {"epci": ("", ""), "departement": ("59", "Nord")}
    communes = SimpleNamespace(territory=lambda _, level: known[level])
    geography: Any = SimpleNamespace(maps=maps, communes=communes)
    made = territories([one], region, geography)
    found = [(f.code, f.fields["codes"]) for f in made.notices]
    assert found == [("region_commune_sans_epci", "59999")]


def test_a_quarter_of_two_contrats_is_a_fault_at_its_row(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(
        "contrat_de_ville;codes_qpv\nA;QN05901N\nB;QN05901N QN05902N\n", encoding="utf-8"
    )
    settings: Any = SimpleNamespace(
        fichiers=SimpleNamespace(contrats="c.csv"), path=lambda name: tmp_path / name
    )
    gathered = Gathering()
    contrats_of_file(settings, gathered)
    found = [(f.code, f.got, f.place.row) for f in gathered.faults]
    assert found == [("region_qpv_deux_contrats", "QN05901N", 3)]


def test_a_commune_of_two_intercommunalites_is_a_fault_and_its_zero_is_given_back(
    tmp_path: Path,
) -> None:
    """The last line ruled in silence, and « 2001 » of the Aisne was no commune of the stock."""
    lines = ["code_insee;siren_epci", "2001;200000001", "2001;200000001", "2001;200000002"]
    (tmp_path / "c.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    settings: Any = SimpleNamespace(
        fichiers=SimpleNamespace(communes="c.csv"), path=lambda name: tmp_path / name
    )
    gathered = Gathering()
    assert communes_of_file(settings, gathered)["02001"][0] == "200000001"
    found = [(f.code, f.got, f.place.row, f.fields["autre"]) for f in gathered.faults]
    assert found == [("ligne_en_double", "2001", 4, 2)]


def test_without_the_extra_a_cluster_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(TfpbError) as caught:
        executor("dask", workers=1, scheduler="tcp://rien:8786").map(len, [[]])
    assert [f.code for f in caught.value.faults] == ["dask_absent"]


def test_a_scale_the_plan_does_not_hold_is_said_by_the_survey_too() -> None:
    lame = plan("q1", "Propreté").model_copy(update={"echelles": {}})
    made = survey.recode([pd.DataFrame(
        {"b": "A", "r": "R", "p": "1", "q": ["0"], "q1": "1", "_fichier": "e", "_feuille": "",
         "_ligne": 2}, dtype=object)], lame)  # fmt: skip
    assert "echelle_inconnue" in [f.code for f in made.faults]


def test_rows_are_kept_together() -> None:
    one = part("A", plan("q1", "Propreté"), "q1", [1, 2, 3, 4]).survey
    kept = one.kept(np.array([1, 3]))
    assert kept.answers["q1"].tolist() == [1, 3]
    assert len(kept.respondents) == 2


def test_territories_of_both_sides() -> None:
    places = Territories(
        epci={"59001": "E1", "59002": "E2"},
        departement={"59001": "59", "59002": "59"},
        contrat_of_quarter={"QN05901N": "Contrat"},
        contrat_of_commune={"59001": "Contrat"},
    )
    frame = pd.DataFrame(
        {"code_insee": ["59001", "59001", "59002"], "code_qpv": ["QN05901N", "QN05901N", ""],
         "qpv": [1, 0, 0]}
    )  # fmt: skip
    out = places.of_rows(frame)
    # a doubtful résidence decided out bears its nearest quarter: it does not count in it
    assert out["code_qpv"].tolist() == ["QN05901N", "", ""]
    assert out["contrat_de_ville"].tolist() == ["Contrat", "Contrat", ""]
    assert out["siren_epci"].tolist() == ["E1", "E1", "E2"]


def test_its_files_are_read_under_the_name_they_know() -> None:
    from pathlib import Path

    from tfpb.region.partition import Task

    settings = Settings(
        dossier=Entete(titre="t", annee=2025, date=dt.date(2026, 1, 1), bailleur="SA du Nord"),
        fichiers=Fichiers(patrimoine="p.csv"),
    )
    one = Task(settings, Path(), None, own_survey=True, written="Habitat du Nord")
    assert one.own_settings.dossier.bailleur == "Habitat du Nord"
    assert Task(settings, Path(), None, own_survey=True).own_settings == settings


def test_a_fault_raised_in_a_part_comes_back_as_a_value() -> None:
    from pathlib import Path

    from tfpb.region.partition import Task, make_part

    settings = Settings(
        dossier=Entete(titre="t", annee=2025, date=dt.date(2026, 1, 1), bailleur="A"),
        fichiers=Fichiers(patrimoine="p.csv"),
    )
    made = make_part(Task(settings, Path("nulle-part"), None, own_survey=True))
    assert isinstance(made, Refused)
    assert made.name == "A"
    assert made.faults
