"""Cross-check with the notices: which premises were abated, who loses, by how much."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tax_builders import abate, checks_in, codes, counted, facts, held, home, homes, local, states

from tfpb.words.numbers import euros

FULL = 825  # VLC 3 000 €, 55 %
PART = Decimal("577.5")


def check(made: object) -> dict[str, object]:
    return checks_in(made).iloc[0].to_dict()  # type: ignore[arg-type]


def test_a_notice_abated_as_it_should_be_agrees() -> None:
    row = check(abate(local(cotisation_avis_eur=578)))
    assert row["code_constat"] == "concordant"
    assert row["ecart_eur"] == Decimal("0.50")


def test_within_a_euro_a_line_is_the_same() -> None:
    # two lines with a rate: two euros
    assert check(abate(local(cotisation_avis_eur="579,50")))["code_constat"] == "concordant"
    off = abate(local(cotisation_avis_eur="579,51"))
    assert check(off)["code_constat"] != "concordant"


def test_notice_with_management_fees() -> None:
    # 3 % of fees on both lines: 825 × 1.03 × 0.7
    made = abate(local(cotisation_avis_eur="594,83"))
    assert check(made)["code_constat"] == "concordant"
    assert made.premises.iloc[0]["statut"] == "abattu"


def test_claim_and_risk_say_who_loses() -> None:
    claim = check(abate(local(cotisation_avis_eur=FULL)))
    assert claim["code_constat"] == "a_reclamer"
    assert "détriment du bailleur" in str(claim["constat_avis"])
    assert claim["ecart_eur"] == Decimal("247.50")
    out = homes(home(logements_dans=0, logements_hors=1, code_qpv=""))
    risk = check(abate(local(cotisation_avis_eur=PART), residences=out))
    assert risk["code_constat"] == "a_risque"
    assert "détriment des collectivités" in str(risk["constat_avis"])
    none = check(abate(local(cotisation_avis_eur=FULL), residences=out))
    assert none["code_constat"] == "concordant"
    assert "ne porte pas" in str(none["constat_avis"])


def test_doubtful_side_that_is_abated_is_neither() -> None:
    doubt = homes(home(logements_dans=0, logements_a_verifier=1, cote="a_verifier"))
    made = abate(local(cotisation_avis_eur=PART), residences=doubt)
    assert check(made)["code_constat"] == "a_verifier"
    assert made.premises.iloc[0]["statut"] == "a_verifier"


@pytest.mark.parametrize("repeat", ["repeated", "once"])
def test_amount_of_the_whole_notice(repeat: str) -> None:
    """Three premises, one sum: the only pattern that explains it is found."""
    worth = (3000, 5000, 7000)
    paid = sum(w * Decimal("0.275") for w in worth) - Decimal("0.3") * 7000 * Decimal("0.275")
    rows = [
        local(
            invariant=i,
            vlc_eur=w,
            cotisation_avis_eur=paid if repeat == "repeated" or i == 0 else "",
        )
        for i, w in enumerate(worth)
    ]
    made = abate(*rows)
    assert list(made.premises["statut"]) == ["a_reclamer", "a_reclamer", "abattu"]
    assert len(checks_in(made)) == 1
    row = check(made)
    assert row["code_constat"] == "manque"
    assert row["ecart_eur"] == Decimal("660.00")  # 0.3 × 8 000 × 0.275


def test_two_equal_premises_and_one_abated_cannot_be_told_apart() -> None:
    paid = FULL + PART
    rows = [local(invariant=i, cotisation_avis_eur=paid if i == 0 else "") for i in range(2)]
    made = abate(*rows)
    assert check(made)["code_constat"] == "manque"
    assert check(made)["ecart_eur"] == Decimal("247.50")
    assert "avis_inexplique" not in codes(made)


def test_sum_of_the_notice_wrongly_abated_in_part() -> None:
    stock = homes(home("R1"), home("R2", logements_dans=0, logements_hors=1, code_qpv=""))
    paid = (Decimal(825) + Decimal("0.275") * 5000) * Decimal("0.7")
    rows = [
        local(invariant=1, cotisation_avis_eur=paid),
        local(invariant=2, id_residence="R2", vlc_eur=5000),
    ]
    made = abate(*rows, residences=stock)
    assert list(made.premises["statut"]) == ["abattu", "a_risque"]
    assert check(made)["code_constat"] == "trop"
    assert facts(made)["a_risque"] == Decimal("412.50")


def test_a_sum_that_two_patterns_explain_tells_neither() -> None:
    """The first refused; or the second, and the third abated out of the quarter: 165 € = 412.50 − 247.50."""
    out = {"logements_dans": 0, "logements_hors": 100, "code_qpv": ""}
    sides = [{"logements_dans": 100}, {"logements_dans": 100}, out, {"logements_dans": 100}]
    stock = homes(*(home(f"R{k}", nb_logements=100, **cells) for k, cells in enumerate(sides, 1)))
    worth = (200_000, 500_000, 300_000, 710_000)
    paid = sum(Decimal("0.275") * w for w in worth) - Decimal("0.0825") * (500_000 + 710_000)
    rows = [
        local(
            invariant=k, id_residence=f"R{k}", vlc_eur=w, cotisation_avis_eur=paid if k == 1 else ""
        )
        for k, w in enumerate(worth, 1)
    ]
    made = abate(*rows, residences=stock)
    assert list(made.premises["statut"][:2]) == ["non_lu", "non_lu"]
    told = held(made)
    for name, either in (
        ("acquis", (58_575 + 41_250, 58_575 + 16_500)),
        ("a_reclamer", (16_500, 41_250)),
        ("a_risque", (0, 24_750)),
    ):
        amount = told.amount(name)
        assert (name, amount.at_least <= min(either)) == (name, True)
        assert (name, amount.at_most >= max(either)) == (name, True)


def test_cut_residence_abated_in_full_is_at_risk_for_the_rest() -> None:
    cut = homes(home(nb_logements=4, logements_dans=3, logements_hors=1))
    made = abate(local(nb_logements=4, cotisation_avis_eur=PART), residences=cut)
    assert made.premises.iloc[0]["statut"] == "abattu"
    assert counted(made) == Decimal("185.63")
    assert facts(made)["a_risque"] == Decimal("61.87")  # 247.50 − 185.63
    assert "à risque" in made.premises.iloc[0]["motif"]
    right = abate(local(nb_logements=4, cotisation_avis_eur="639,38"), residences=cut)
    assert check(right)["code_constat"] == "concordant"


@pytest.mark.parametrize("paid", [0, 300, 1200])
def test_sum_that_nothing_explains(paid: int) -> None:
    made = abate(local(cotisation_avis_eur=paid))
    assert check(made)["code_constat"] == "inexplique"
    assert "avis_inexplique" in codes(made)
    assert made.premises.iloc[0]["statut"] == "non_lu"
    doubt = next(n for n in made.notices if n.code == "avis_inexplique")
    assert (doubt.place.file, doubt.place.row) == ("fiscalite.xlsx", 4)


def test_long_notice_is_settled_without_search() -> None:
    rows = [local(invariant=i, vlc_eur=3000 + 10 * i) for i in range(20)]
    full = sum(Decimal("0.275") * (3000 + 10 * i) for i in range(20))
    rows[0]["cotisation_avis_eur"] = full * Decimal("0.7")
    assert set(abate(*rows).premises["statut"]) == {"abattu"}
    rows[0]["cotisation_avis_eur"] = full
    assert set(abate(*rows).premises["statut"]) == {"a_reclamer"}
    rows[0]["cotisation_avis_eur"] = full * Decimal("0.8")
    made = abate(*rows)
    assert set(made.premises["statut"]) == {"non_lu"}  # which ones, nothing says
    assert check(made)["code_constat"] == "inexplique"
    rows[0]["cotisation_avis_eur"] = full * Decimal("0.7") + 5  # three euros past the margin
    made = abate(*rows)
    assert set(made.premises["statut"]) == {"abattu"}  # one more premises would make over 247 €
    assert states(made).to_claim == 0
    assert "avis_inexplique" not in codes(made)


def test_amounts_given_for_some_premises_only() -> None:
    rows = [
        local(invariant=1, cotisation_avis_eur=PART),
        local(invariant=2, cotisation_avis_eur=FULL),
        local(invariant=3),
    ]
    made = abate(*rows)
    assert list(made.premises["statut"]) == ["abattu", "a_reclamer", "non_lu"]
    assert len(checks_in(made)) == 2


def test_nothing_due_on_a_notice_without_rates() -> None:
    rows = [
        local(invariant=i, taux_commune_pct=0, taux_epci_pct=0, cotisation_avis_eur=0)
        for i in (1, 2)
    ]
    assert set(abate(*rows).premises["abattement_eur"]) == {0}


def test_notice_of_a_residence_outside_never_bears_the_abatement_for_a_few_cents() -> None:
    # whole euros leave the sum some cents under what is due: no abatement is there to be seen
    stock = homes(home(logements_dans=0, logements_hors=1, cote="hors", code_qpv=""))
    made = abate(local(vlc_eur=2999, cotisation_avis_eur=824), residences=stock)
    row = checks_in(made).iloc[0]
    assert row["ecart_eur"] < 0
    assert row["constat_avis"] == "L’avis ne porte pas d’abattement, comme attendu."


def test_what_is_to_claim_is_the_same_sum_in_every_table() -> None:
    """Whole euros a line: differences with the notice are some cents off, the claim is not."""
    rates = {"taux_commune_pct": "38,97", "taux_epci_pct": "3,14"}
    rows = [
        local(invariant=i, avis=f"A{i}", vlc_eur=w, cotisation_avis_eur=full, **rates)
        for i, (w, full) in enumerate(((27_658, 5823), (49_820, 10_490), (65_108, 13_708)))
    ]
    made = abate(*rows, rounding="avis")
    assert set(made.premises["statut"]) == {"a_reclamer"}
    for claim, check_row in zip(
        made.premises["abattement_a_reclamer_eur"], checks_in(made).to_dict("records"), strict=True
    ):
        assert claim == claim.to_integral_value()
        assert f"{euros(claim)} à réclamer" in check_row["constat_avis"]


def test_premises_of_a_notice_that_is_out_are_real_whichever_row_bears_the_sum() -> None:
    rows = [local(invariant=i, cotisation_avis_eur=2 * PART if i == 0 else "") for i in range(2)]
    assert list(abate(*rows).premises["nature"]) == ["reel", "reel"]
    assert list(abate(*(local(invariant=i) for i in range(2))).premises["nature"]) == [
        "estime",
        "estime",
    ]


@pytest.mark.parametrize("paid", [FULL, PART])
def test_a_sum_that_holds_the_teom_is_asked_about_or_listed_as_such(paid: Decimal) -> None:
    """The only sum of its file may be kept so: asked. One among many that are not: a doubt on it."""
    row = local(cotisation_avis_eur=paid + 200, teom_eur=200)
    assert [q.code for q in abate(row).questions] == ["avis_teom"]
    whole = [
        local(invariant=1, cotisation_avis_eur=2 * FULL + 400, teom_eur=200),
        local(invariant=2, teom_eur=200),
    ]
    assert [q.code for q in abate(*whole).questions] == ["avis_teom"]
    others = [local(avis=f"B{k}", invariant=k, cotisation_avis_eur=paid) for k in range(5)]
    among = abate(row, *others)
    assert not among.questions
    assert "cotisation_avec_teom" in codes(among)
    odd = abate(local(cotisation_avis_eur=paid + 300, teom_eur=200))
    assert "cotisation_avec_teom" not in codes(odd)


@pytest.mark.parametrize(
    ("paid", "code"),
    [
        (FULL, "avis_inexplique"),  # the first premises' own figure, the others left blank
        ("1,73", "avis_deux_lectures"),  # 1 732,50 € in thousands: the unit is asked
        (0, "avis_inexplique"),
        (2000, "avis_inexplique"),
        (3 * PART + 450, "avis_deux_lectures"),  # all abated, and 450 € of TEOM left in: asked
    ],
)
def test_a_sum_of_the_notice_that_nothing_explains_says_nothing_of_its_premises(
    paid: object, code: str
) -> None:
    sums = {"cotisation_avis_eur": paid, "teom_eur": 450}
    made = abate(*(local(invariant=i, **(sums if i == 0 else {})) for i in range(3)))
    assert set(made.premises["statut"]) == {"non_lu"}
    assert set(made.premises["nature"]) == {"estime"}
    assert (states(made).acquired, states(made).to_claim) == (0, 0)
    assert states(made).unread == Decimal("742.50")  # 3 × 247.50
    assert check(made)["code_constat"] == "inexplique"
    assert [c for c in codes(made) if c.startswith(("avis", "cotisation"))] == [code]
    assert made.premises["motif"].str.contains("ne permet pas de dire").all()


def test_the_teom_left_in_is_not_taken_for_premises_that_are_not_abated() -> None:
    """Two of three not abated, or all abated with a TEOM of 495 €: the same 2 227,50 €."""
    sums = {"cotisation_avis_eur": 3 * PART + 495, "teom_eur": 495}
    rows = [local(invariant=i, **(sums if i == 0 else {})) for i in range(3)]
    made = abate(*rows)
    assert (states(made).acquired, states(made).to_claim) == (0, 0)
    assert [q.code for q in made.questions] == ["avis_teom"]
    rows[0]["teom_eur"] = ""
    told = abate(*rows)
    assert (states(told).acquired, states(told).to_claim) == (Decimal("247.50"), 495)


@pytest.mark.parametrize(
    ("abated", "acquired", "claim"), [(8, 1980, "1732.5"), (7, "1732.5", 1980)]
)
def test_many_premises_alike_are_counted_abated_as_the_sum_says(
    abated: int, acquired: object, claim: object
) -> None:
    """Fifteen alike: over 5 000 patterns, of which sixteen differ."""
    paid = 15 * FULL - abated * Decimal("247.5")
    rows = [local(invariant=i, cotisation_avis_eur=paid if i == 0 else "") for i in range(15)]
    made = abate(*rows)
    assert states(made).acquired == Decimal(str(acquired))
    assert states(made).to_claim == Decimal(str(claim))
    assert check(made)["ecart_eur"] == Decimal(str(claim))
    assert "avis_ambigu" in codes(made)


def test_sums_hold_where_a_notice_abates_some_of_two_kinds() -> None:
    """One of two at 3 000 € and one of two at 5 000 €: 247.50 + 412.50 on the notice, as much to claim."""
    paid = 2 * Decimal(825) + 2 * Decimal(1375) - Decimal("247.5") - Decimal("412.5")
    rows = [local(invariant=i, vlc_eur=w) for i, w in enumerate((3000, 3000, 5000, 5000))]
    rows[0]["cotisation_avis_eur"] = paid
    made = abate(*rows)
    assert (states(made).acquired, states(made).to_claim) == (660, 660)
    (doubt,) = [n for n in made.notices if n.code == "avis_ambigu"]
    assert doubt.fields["locaux"] == "0, 1, 2, 3"


@pytest.mark.parametrize("bearer", [0, 1])
def test_an_exempt_premises_may_bear_the_sum_of_its_notice(bearer: int) -> None:
    rows = [
        local(invariant=0, fin_exoneration="31/12/2030"),
        local(invariant=1),
        local(invariant=2, vlc_eur=5000),
    ]
    rows[bearer]["cotisation_avis_eur"] = PART + Decimal("962.5")
    made = abate(*rows)
    assert list(made.premises["statut"]) == ["exonere", "abattu", "abattu"]
    assert states(made).acquired == 660
