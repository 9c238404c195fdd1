"""The habit of a notice file: taken, asked or refused on the whole of it, each answer in euros."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from tax_builders import abate, checks_in, codes, held, home, homes, local, states

from tfpb.model.question import Asked, with_subjects
from tfpb.packaged import packaged
from tfpb.tax.abatement.notices.habit import CENTS, TEOM_FEES, THOUSANDS, Base, Habit
from tfpb.tax.abatement.notices.notice_patterns import is_dense
from tfpb.words.faults.question_words import question_text
from tfpb.words.money.habit_words import reading_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tfpb.model.money import Abatement

QUESTION_WORDS = packaged("tfpb.words.faults.question_words")
RATES = Decimal("0.55")
REFUSED = (2, 5)
"""Notices of the file that abate nothing; the others abate all."""
OUT = (10, 11)
"""Premises out of every quarter."""


def worth(k: int) -> int:
    """Return the VLC of a premises: all differ."""
    return 30_000 + 1_370 * k


def file_of(change: Callable[[int, dict[str, Any]], None] | None = None) -> list[dict[str, Any]]:
    """Write twelve notices of a premises, in whole euros, TEOM (13 % of the base) apart."""
    rows = []
    for k in range(12):
        base = Decimal(worth(k)) / 2
        left = base if k in REFUSED or k in OUT else base * Decimal("0.7")
        row = local(
            invariant=k, avis=f"A{k}", id_residence=f"R{k}", vlc_eur=worth(k),
            teom_eur=round(base * Decimal("0.13")),
            cotisation_avis_eur=round(left * RATES),
        )  # fmt: skip
        if change is not None:
            change(k, row)
        rows.append(row)
    return rows


def read(rows: list[dict[str, Any]], **options: Any) -> Abatement:
    out = {"logements_dans": 0, "logements_hors": 1, "cote": "hors", "code_qpv": ""}
    stock = homes(*(home(f"R{k}", **(out if k in OUT else {})) for k in range(12)))
    return abate(*rows, residences=stock, **options)


def answered(rows: list[dict[str, Any]], code: str) -> Abatement:
    (question,) = read(rows).questions
    return read(rows, replies={question.key: code})


DUE = sum(Decimal(worth(k)) / 2 * Decimal("0.3") * RATES for k in range(10))
CLAIM = sum(Decimal(worth(k)) / 2 * Decimal("0.3") * RATES for k in REFUSED)


def is_right(made: Abatement) -> bool:
    return abs(states(made).to_claim - CLAIM) < 1 and abs(states(made).acquired - (DUE - CLAIM)) < 1


def test_a_file_kept_as_its_headers_say_asks_nothing() -> None:
    made = read(file_of())
    assert is_right(made)
    assert not made.questions
    assert not {c for c in codes(made) if c.startswith("avis")}


def based(factor: str) -> Callable[[int, dict[str, Any]], None]:
    def change(k: int, row: dict[str, Any]) -> None:
        row |= {"vlc_eur": "", "base_nette_eur": worth(k) * Decimal(factor)}

    return change


def scaled(column: str, factor: str) -> Callable[[int, dict[str, Any]], None]:
    def change(_: int, row: dict[str, Any]) -> None:
        row[column] = f"{row[column] * Decimal(factor):.4f}".replace(".", ",")

    return change


def with_teom(factor: str = "1") -> Callable[[int, dict[str, Any]], None]:
    def change(_: int, row: dict[str, Any]) -> None:
        row["cotisation_avis_eur"] += round(row["teom_eur"] * Decimal(factor))

    return change


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(with_teom(), id="TEOM in"),
        pytest.param(with_teom("1.08"), id="TEOM and its fees in"),
        pytest.param(based("1"), id="the base is the VLC"),
        pytest.param(scaled("vlc_eur", "0.5"), id="the VLC is its half"),
        pytest.param(scaled("cotisation_avis_eur", "100"), id="cents"),
        pytest.param(scaled("cotisation_avis_eur", "0.001"), id="thousands"),
    ],
)
def test_a_habit_that_explains_a_file_is_taken_and_disclosed(change: Any) -> None:
    made = read(file_of(change))
    assert is_right(made)
    assert not made.questions
    assert codes(made).count("avis_lus_autrement") == 1
    assert not {"avis_inexplique", "cotisation_avec_teom"} & set(codes(made))


def test_degrevements_deducted_are_added_again() -> None:
    def change(_: int, row: dict[str, Any]) -> None:
        row |= {"degrevements_eur": 450, "cotisation_avis_eur": row["cotisation_avis_eur"] - 450}

    made = read(file_of(change))
    given = 450 * len(REFUSED)  # what a notice gave back is claimed no more
    assert abs(states(made).to_claim - (CLAIM - given)) < 1
    assert abs(states(made).acquired - (DUE - CLAIM)) < 1


def after(k: int, row: dict[str, Any]) -> None:
    """Put the base that the notice prints, once abated."""
    abated = k not in REFUSED and k not in OUT
    row["base_nette_eur"] = round(Decimal(worth(k)) / 2 * Decimal("0.7" if abated else 1))


def alone(k: int, row: dict[str, Any]) -> None:
    after(k, row)
    row["vlc_eur"] = ""


def reduced(k: int, row: dict[str, Any]) -> None:
    """Put seven tenths of every base under the header of what is before the abatement."""
    row |= {"vlc_eur": "", "base_nette_eur": round(Decimal(worth(k)) / 2 * Decimal("0.7"))}


def test_bases_all_reduced_are_asked_about_and_nothing_is_claimed() -> None:
    """Its TEOM shows none of them abated: every abated notice then looks refused."""
    rows = file_of(reduced)
    made = read(rows)
    (question,) = made.questions
    assert question.code == "avis_base"
    assert (states(made).to_claim, states(made).acquired, states(made).at_risk) == (0, 0, 0)
    after_it = answered(rows, "base_apres")
    assert (states(after_it).to_claim, states(after_it).acquired) == (0, 0)


def test_a_base_after_the_abatement_is_but_a_witness_of_the_cadastral_value() -> None:
    made = read(file_of(after))
    assert is_right(made)
    assert not made.questions


def test_the_teom_shows_which_bases_are_after_the_abatement() -> None:
    made = read(file_of(alone))
    assert abs(states(made).to_claim - CLAIM) < 5
    assert abs(states(made).acquired - (DUE - CLAIM)) < 5
    assert "avis_lus_autrement" in codes(made)


def test_one_sum_of_all_bases_after_the_abatement_is_asked_about() -> None:
    """The TEOM of each line shows it, but a single sum is too few to take a habit on."""
    rows = [row | {"avis": "A"} for row in file_of(alone)]
    whole = sum(row["cotisation_avis_eur"] for row in rows)
    for k, row in enumerate(rows):
        row["cotisation_avis_eur"] = whole if k == 0 else ""
    made = read(rows)
    assert [q.code for q in made.questions] == ["avis_base"]
    assert (states(made).acquired, states(made).to_claim) == (0, 0)
    given = answered(rows, "base_apres")
    assert abs(states(given).to_claim - CLAIM) < 5
    assert abs(states(given).acquired - (DUE - CLAIM)) < 5


def test_bases_alone_without_teom_are_asked_and_read_in_neither_way_until_then() -> None:
    def change(k: int, row: dict[str, Any]) -> None:
        alone(k, row)
        row["teom_eur"] = ""

    rows = file_of(change)
    made = read(rows)
    (question,) = made.questions
    assert (question.code, [a.code for a in question.answers]) == (
        "avis_base",
        ["base_dite", "base_apres"],
    )
    assert (states(made).acquired, states(made).to_claim) == (0, 0)
    assert set(made.premises["statut"]) == {"non_lu", "hors_qpv"}
    assert codes(made).count("avis_deux_lectures") == 1
    assert "avis_inexplique" not in codes(made)
    before = answered(rows, "base_dite")
    assert states(before).to_claim > 0
    assert question.answers[0].effect.amount == float(states(before).to_claim)
    assert (
        states(answered(rows, "base_apres")).to_claim == 0
    )  # what it bears, no base printed abated tells


def test_bases_alone_of_a_few_notices_are_asked_where_one_holds_exempt_premises() -> None:
    """What is exempt owes nothing under bases after the abatement as under bases before it."""
    rows = []
    for first in range(0, 12, 3):
        held = file_of(alone)[first : first + 3]
        if first == 6:
            held[0] |= {"fin_exoneration": "2031-12-31", "cotisation_avis_eur": 0}
        whole = sum(row["cotisation_avis_eur"] for row in held)
        rows += [
            row | {"avis": f"A{first}", "teom_eur": "", "cotisation_avis_eur": "" if k else whole}
            for k, row in enumerate(held)
        ]
    made = read(rows)
    assert [q.code for q in made.questions] == ["avis_base"]
    assert (states(made).acquired, states(made).to_claim) == (0, 0)


def third(k: int, row: dict[str, Any]) -> None:
    if k % 3 == 0:
        row["cotisation_avis_eur"] += row["teom_eur"]


def test_a_teom_in_a_third_of_the_notices_has_three_answers() -> None:
    rows = file_of(third)
    made = read(rows)
    (question,) = made.questions
    assert question.code == "avis_teom"
    assert [a.code for a in question.answers] == ["teom_a_part", "teom_comprise", "selon_avis"]
    assert is_right(answered(rows, "selon_avis"))
    assert (states(made).acquired, states(made).to_claim) == (0, 0)
    assert question.is_blocking


def test_without_conventions_a_question_weighs_what_notices_bear() -> None:
    (question,) = read(file_of(third), conventions=None).questions
    assert question.spread > 1_000
    assert question.total.amount >= max(a.effect.amount for a in question.answers)
    assert 0.01 < question.share < 1


def test_an_answer_supposed_holds_under_another_answer_that_changes_the_lines() -> None:
    (question,) = read(file_of(third)).questions
    open_ = Asked(replace(question, content="other lines"))
    under = with_subjects([open_], {open_.question.key: "selon_avis"})
    assert is_right(read(file_of(third), replies=under))
    assert with_subjects([open_], {}) == {}


@pytest.mark.parametrize("name", ["acquis", "a_reclamer", "porte"])
def test_no_answer_gives_more_than_the_bounds_that_stood_before_it(name: str) -> None:
    rows = file_of(third)
    made = read(rows)
    (question,) = made.questions
    wide = held(made).amount(name)
    for answer in question.answers:
        given = held(answered(rows, answer.code)).amount(name)
        assert given.at_most is not None
        assert wide.at_most is not None
        assert given.at_most <= wide.at_most


def test_not_known_is_an_answer_that_reads_nothing_more() -> None:
    rows = file_of(third)
    (question,) = read(rows).questions
    unknown = read(rows, replies={question.key: "inconnu"})
    assert states(unknown) == states(read(rows))


def test_a_teom_in_a_few_notices_of_many_suspends_those_alone() -> None:
    def change(k: int, row: dict[str, Any]) -> None:
        if k in (0, 6):
            row["cotisation_avis_eur"] += row["teom_eur"]

    rows = file_of(change)
    made = read(rows)
    (question,) = made.questions
    assert [a.code for a in question.answers] == ["teom_a_part", "selon_avis"]
    assert list(made.premises["statut"]).count("non_lu") == 2
    assert question.rows == (4, 10)
    assert is_right(answered(rows, "selon_avis"))


def test_an_answer_falls_with_a_cell_that_it_rests_on_and_no_other() -> None:
    rows = file_of(third)
    (question,) = read(rows).questions
    rows[3]["section"] = "AB"
    assert read(rows).questions[0].key == question.key
    rows[3]["teom_eur"] += 1
    other = read(rows).questions[0]
    assert other.key != question.key
    assert other.subject == question.subject


def test_rates_that_are_not_the_notices_are_asked_and_bend_amounts_once_said_so() -> None:
    def change(_: int, row: dict[str, Any]) -> None:
        row |= {"taux_commune_pct": "41,2", "taux_epci_pct": "15,45"}  # 3 % above

    rows = file_of(change)
    made = read(rows)
    (question,) = made.questions
    assert (question.code, question.place.column) == ("avis_taux", "taux_commune_pct")
    assert (states(made).acquired, states(made).to_claim) == (0, 0)
    given = answered(rows, "taux_autres")
    assert abs(states(given).to_claim - CLAIM) < CLAIM / 1000
    assert states(answered(rows, "taux_lus")).acquired == 0


def test_a_small_rate_that_no_line_bears_is_within_what_is_asked() -> None:
    """Other rates with fees explain as much as without: both are answers, and the bounds hold both."""

    def change(_: int, row: dict[str, Any]) -> None:
        row |= {
            "taux_commune_pct": "39"
        }  # the notices ask 55 %, of which one point is of no column

    rows = file_of(change)
    made = read(rows)
    assert [a.code for a in made.questions[0].answers] == [
        "taux_lus", "taux_autres_frais", "taux_autres",
    ]  # fmt: skip
    claims = [
        states(answered(rows, code)).to_claim for code in ("taux_autres_frais", "taux_autres")
    ]
    assert claims[0] < CLAIM - 100
    assert abs(claims[1] - CLAIM) < CLAIM / 1000
    assert states(made).unread >= DUE - 1


def test_a_teom_that_no_column_gives_is_asked() -> None:
    def change(_: int, row: dict[str, Any]) -> None:
        row["cotisation_avis_eur"] += row.pop("teom_eur")

    rows = file_of(change)
    made = read(rows)
    (question,) = made.questions
    assert [a.code for a in question.answers] == ["teom_a_part", "teom_sans_colonne"]
    assert (states(made).acquired, states(made).to_claim) == (0, 0)
    assert is_right(answered(rows, "teom_sans_colonne"))


def test_a_garbled_sum_is_not_read_and_betters_nothing() -> None:
    rows = file_of()
    rows[0]["cotisation_avis_eur"] = 7
    made, clean = read(rows), read(file_of())
    assert made.premises.iloc[0]["statut"] == "non_lu"
    assert not made.questions
    assert (
        states(made).acquired
        == states(clean).acquired - clean.premises.iloc[0]["abattement_acquis_eur"]
    )
    assert states(made).to_claim == states(clean).to_claim


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_sums_that_hold_the_teom_are_asked_not_taken(count: int) -> None:
    made = read(file_of(with_teom())[:count])
    assert [q.code for q in made.questions] == ["avis_teom"]
    assert (states(made).acquired, states(made).to_claim) == (0, 0)


def test_a_sum_that_any_pattern_would_explain_is_not_read() -> None:
    worths = [3000 + 137 * k for k in range(9)]
    left = sum(worths) - Decimal("0.3") * sum(worths[2:])  # two of nine are not abated
    rows = [local(invariant=k, vlc_eur=w) for k, w in enumerate(worths)]
    rows[0]["cotisation_avis_eur"] = left * Decimal("0.275")
    made = abate(*rows)
    assert set(made.premises["statut"]) == {"non_lu"}
    assert (states(made).acquired, states(made).to_claim) == (0, 0)


def test_patterns_are_dense_where_their_margins_cover_a_fifth() -> None:
    assert not is_dense([0.0, 100.0], 1.0)
    assert is_dense([0.0, 10.0, 20.0, 30.0], 2.0)


@pytest.mark.parametrize("unit", [1, 100])
def test_a_sum_repeated_on_its_lines_is_the_notice_s(unit: int) -> None:
    """On premises alike, in the first, it may be each one's own: the other notices of the file say which."""
    rows = []
    for n in range(5):
        worths = (3000 + 100 * n, 5000) if n else (4000, 4000)
        paid = sum(worths) * Decimal("0.7") * Decimal("0.275") * unit
        rows += [
            local(avis=f"A{n}", invariant=f"{n}{k}", vlc_eur=w, cotisation_avis_eur=paid)
            for k, w in enumerate(worths)
        ]
    made = abate(*rows)
    assert set(made.premises["statut"]) == {"abattu"}
    assert len(checks_in(made)) == 5


@pytest.mark.parametrize("change", [third, alone, with_teom()])
def test_every_question_and_answer_has_its_words(change: Any) -> None:
    for question in read(file_of(change)[:3] if change is not third else file_of(change)).questions:
        text = question_text(question)
        assert text.title.endswith("?")
        assert all(label and effect for _, label, effect in text.answers)


def test_every_reading_has_its_words() -> None:
    odd = Habit(Base.AFTER, TEOM_FEES, cut=True, unit=CENTS, value_unit=THOUSANDS, fees=True)
    for habit in (
        Habit(),
        odd,
        *(Habit(b) for b in Base),
        Habit(teom=Decimal(1)),
        Habit(unit=THOUSANDS),
    ):
        for subject, code in habit.codes().items():
            assert reading_words({subject: code})
            assert code in QUESTION_WORDS[f"avis_{subject}"]["reponses"]


def test_a_teom_asked_of_exempt_premises_is_no_tax_on_them() -> None:
    """Sums that hold the TEOM: what is exempt owes it still, and nothing contradicts the exemption."""

    def change(k: int, row: dict[str, Any]) -> None:
        if k == 7:
            row |= {"cotisation_avis_eur": 0, "fin_exoneration": "2031-12-31"}
        row["cotisation_avis_eur"] += row["teom_eur"]

    made = read(file_of(change))
    assert "avis_lus_autrement" in codes(made)  # the TEOM is read in the sums
    assert "exonere_impose" not in codes(made)
