"""The list of claims (donnees/faits.csv): named, bounded, added up, as the design of the pages has them."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest
import tellings
from dropped_variants import file_dropped
from input_edits import unsurveyed
from pack_reading import number
from seen_variants import GARBLED, VARIANTS
from tellings import TOTAL, faits, quarters

if TYPE_CHECKING:
    from collections.abc import Callable

    from tellings import Span

    from conftest import Made

pytestmark = pytest.mark.slow
COLUMNS: Final = ["nom", "titre", "portee", "valeur_bas", "valeur_haut", "unite", "etat", "nature",
                  "role", "echeance", "feuille"]  # fmt: skip
STATES: Final = {"connu", "a_confirmer", "a_verifier", "non_lu", "inconnu", "peu_de_reponses",
                 "peu_de_residences", "masque", "on_ne_sait_pas", "non_demontre"}  # fmt: skip
"""As codes, like `nature`: the registry has one French word each."""
MONEY: Final = ("acquis", "valorise", "justifie", "prouve", "a_revoir", "a_prouver", "reste_a_justifier",
                "reporte", "a_programmer", "a_reclamer", "a_risque", "sous_reserve",
                "sous_reserve_porte", "porte", "non_lu", "perte", "compensation",
                "reporte_contribuables")  # fmt: skip
DWELLINGS: Final = ("logements_qpv", "logements_abattus", "logements_exoneres", "logements_a_reclamer",
                    "logements_non_lus", "logements_droit_non_etabli", "logements_sans_avis",
                    "logements_a_verifier")  # fmt: skip
SHARES: Final = ("part_justifiee", "part_prouvee")
OUTSIDE: Final = {"a_risque", "porte"}
"""Claims of which a part lies in no quarter: a notice may bear the abatement of a résidence that left."""
EXAMPLE: Final = {
    "acquis": 510_880, "valorise": 486_346, "justifie": 472_864,
    "prouve": 359_035, "a_revoir": 81_494,
    "a_prouver": 32_335, "reste_a_justifier": 38_016, "reporte": 12_500, "a_programmer": 50_516,
    "a_reclamer": 46_692,
    "a_risque": 12_411, "sous_reserve": 21_280, "sous_reserve_porte": 3_755, "porte": 527_046,
    "non_lu": 0, "logements_qpv": 2_880, "logements_abattus": 2_205, "logements_exoneres": 475,
    "logements_a_reclamer": 200, "logements_non_lus": 0, "logements_droit_non_etabli": 0,
    "logements_sans_avis": 0, "logements_a_verifier": 92,
}  # fmt: skip
"""What the design of the pages says of the example."""
IDENTITIES: Final = (
    (("acquis",), ("prouve", "a_revoir", "a_prouver", "reste_a_justifier")),
    (("justifie",), ("prouve", "a_revoir", "a_prouver")),
    (("a_programmer",), ("reste_a_justifier", "reporte")),
    (("porte",), ("acquis", "a_risque", "sous_reserve_porte")),
    (("acquis",), ("perte", "compensation", "reporte_contribuables")),
    (("perte",), ("perte_communes", "perte_intercommunale")),
    (("logements_qpv",), DWELLINGS[1:-1]),
)


def claims(made: Made) -> list[dict[str, str]]:
    """Return the rows of the list, of which there must be some."""
    rows = faits(made.pack)
    assert rows, "donnees/faits.csv"
    return rows


def spans(made: Made) -> dict[tuple[str, str], Span]:
    """Return the bounds of each claim, by name and scope; None where there is none."""
    return {
        (r["nom"], r["portee"]): (
            number(r["valeur_bas"]) if r["valeur_bas"] else None,
            number(r["valeur_haut"]) if r["valeur_haut"] else None,
        )
        for r in claims(made)
    }


@pytest.fixture
def made(variant: Callable[..., Made]) -> Made:
    return variant("exemple", VARIANTS["exemple"])


def test_the_table_is_the_contract_s(made: Made) -> None:
    rows = claims(made)
    assert list(rows[0]) == COLUMNS
    assert {r["nom"] for r in rows} >= {*MONEY, *DWELLINGS, *SHARES}
    assert max(Counter((r["nom"], r["portee"]) for r in rows).values()) == 1
    titles = defaultdict(set)
    for row in rows:
        titles[row["nom"]].add(row["titre"])
    assert {name for name, all_of_it in titles.items() if len(all_of_it) > 1} == set()
    assert len({next(iter(t)) for t in titles.values()}) == len(titles), (
        "two claims under one title"
    )


def test_each_claim_has_a_state_and_a_sheet_and_what_is_to_verify_a_role(made: Made) -> None:
    names = made.pack.xlsx().sheetnames
    sheets = {
        *names,
        *(name.split(", ")[0] for name in names),
    }  # « Actions, montants », « …, suivi »
    for row in claims(made):
        key = (row["nom"], row["portee"])
        assert row["etat"] in STATES, key
        assert row["nature"] in ("reel", "estime", ""), key
        assert row["feuille"] in sheets, key
        assert row["role"] or row["etat"] != "a_verifier", key
        assert not row["echeance"] or date.fromisoformat(row["echeance"]), key


def test_a_state_without_figure_bears_none(made: Made) -> None:
    """What is masked carries no number at all; what is known has bounds, the least no more than the most."""
    for row in claims(made):
        ends = [row["valeur_bas"], row["valeur_haut"]]
        if row["etat"] == "masque":
            assert ends == ["", ""], row
        if row["etat"] == "connu":
            assert ends[0], row
            assert number(ends[0]) == number(ends[1]), row
        if all(ends):
            assert number(ends[0]) <= number(ends[1]), row


@pytest.mark.parametrize("name", EXAMPLE)
def test_the_example_s_claims_are_those_of_the_design(name: str, made: Made) -> None:
    low, high = spans(made)[name, TOTAL]
    assert low == high == pytest.approx(EXAMPLE[name], abs=1)


@pytest.mark.parametrize("variante", VARIANTS)
def test_claims_are_one_another_s_sums(variante: str, variant: Callable[..., Made]) -> None:
    """Where every part is exact, the whole is their sum; else it lies within the sums of their bounds."""
    told = spans(variant(variante, VARIANTS[variante]))
    scopes = {scope for _, scope in told} & {
        TOTAL,
        *quarters(variant(variante, VARIANTS[variante]).pack),
    }
    for scope in scopes:
        for (whole,), parts in IDENTITIES:
            of_parts = [told[p, scope] for p in parts if (p, scope) in told]
            if (whole, scope) not in told or len(of_parts) < len(parts):
                assert scope != TOTAL, (whole, parts)
                continue
            low, high = told[whole, scope]
            if all(tellings.exact(s) for s in (*of_parts, (low, high))):
                assert low == pytest.approx(sum(s[0] or 0 for s in of_parts), abs=len(parts)), whole
            if high is not None:
                assert sum(s[0] or 0 for s in of_parts) <= high + len(parts), (whole, scope)


@pytest.mark.parametrize("variante", VARIANTS)
def test_the_quarters_add_up_to_the_whole(variante: str, variant: Callable[..., Made]) -> None:
    made = variant(variante, VARIANTS[variante])
    told, codes = spans(made), quarters(made.pack)
    for name in {*MONEY, *DWELLINGS} - OUTSIDE:
        parts = [told[name, code] for code in codes if (name, code) in told]
        if len(parts) < len(codes):
            continue  # a claim of the whole alone
        for end in (0, 1):
            ends = [p[end] for p in parts]
            whole = told[name, TOTAL][end]
            if None in ends:
                assert whole is None, (name, end)
                continue
            added = sum(e or 0 for e in ends)
            assert whole is not None, (name, end)
            assert added - len(codes) <= whole <= added + len(codes), (name, end)


def test_an_unread_notice_leaves_its_amount_open_to_its_computed_one(
    made: Made, variant: Callable[..., Made]
) -> None:
    """Acquis lies between what the other notices bear and that with 30 % of the notice's base × rates.

    Written against the amounts of donnees/locaux.csv of the whole example, notice by notice.
    """
    rows = [r for r in made.pack.rows("locaux") if r["avis"] == GARBLED]
    borne = sum(number(r["abattement_acquis_eur"] or "0") for r in rows)
    due = sum(number(r["abattement_a_reclamer_eur"] or "0") for r in rows)
    assert borne > 0 < due
    told = spans(variant("un avis illisible", VARIANTS["un avis illisible"]))
    whole = spans(made)["acquis", TOTAL][0] or 0
    low, high = told["acquis", TOTAL]
    assert low == pytest.approx(whole - borne, abs=1)
    assert high == pytest.approx(whole + due, abs=1)  # what is under reserve is beside
    assert told["logements_abattus", TOTAL][0] != told["logements_abattus", TOTAL][1] or (
        (told["logements_non_lus", TOTAL][0] or 0) > 0
    )


def test_without_contributions_all_that_is_due_is_open(variant: Callable[..., Made]) -> None:
    """The notices are there and not read: what is due is [0, 30 % of base × rates], a side on top."""
    made = variant("sans cotisations", VARIANTS["sans cotisations"])
    told = spans(made)
    due = EXAMPLE["acquis"] + EXAMPLE["a_reclamer"]
    assert told["acquis", TOTAL] == pytest.approx((0, due + EXAMPLE["sous_reserve"]), abs=1)
    assert told["logements_non_lus", TOTAL] == (2_405, 2_405)
    states = {r["etat"] for r in claims(made) if r["nom"] == "acquis" and r["portee"] == TOTAL}
    assert states == {"non_lu"}
    for name in ("acquis_porte", "porte"):
        assert told[name, TOTAL][0] == 0 < (told[name, TOTAL][1] or due), name
    assert told["sous_reserve", TOTAL] == pytest.approx((21_280, 21_280), abs=1)


def test_the_word_of_a_claim_is_its_title(made: Made) -> None:
    """The word that the readers of the media look for is the title of the list."""
    titles = {r["nom"]: r["titre"].lower() for r in claims(made)}
    for claim, entry in tellings.words().items():
        assert entry["mot"].lower() in titles[claim], claim


@pytest.mark.parametrize("role", ["fiscalite", "programme", "conventions"])
def test_what_a_missing_file_hides_is_not_known(role: str, variant: Callable[..., Made]) -> None:
    """The claims that hang on the file are no number, or an open one: never nil."""
    hidden = {"fiscalite": ("acquis", "a_reclamer", "sous_reserve"), "programme": ("valorise", "justifie"),
              "conventions": ("acquis",)}  # fmt: skip
    told = spans(variant(f"sans {role}", file_dropped(role)))
    for name in hidden[role]:
        low, high = told.get((name, TOTAL), (None, None))  # claimed by nobody: not known
        assert not low, name
        assert high is None or high > 0, name


def test_claims_only_widen_when_a_notice_is_not_read(variant: Callable[..., Made]) -> None:
    """What is known with less holds what is known with more."""
    more = spans(variant("sans enquête", unsurveyed))
    less = spans(variant("un avis illisible", VARIANTS["un avis illisible"]))
    for key, (low, high) in more.items():
        if key[0] in {*MONEY, *SHARES} - {"non_lu"} and key in less:
            wide_low, wide_high = less[key]
            assert (wide_low or 0) <= (low or 0) + 1, key
            assert wide_high is None or (high is not None and wide_high >= high - 1), key
