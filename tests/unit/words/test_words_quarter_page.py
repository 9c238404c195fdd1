"""The sentences of the A4 page: what was done, whether it is of any use, and what cannot be said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tfpb.facts.amount import known, unknown
from tfpb.facts.claim import Claims, claim
from tfpb.words.documents import quarter_page
from tfpb.words.money import evaluation_words

if TYPE_CHECKING:
    from tfpb.facts.claim import Within


def quarter(**amounts: int) -> Within:
    return Claims([claim(name, "QN1", known(n)) for name, n in amounts.items()]).within("QN1")


def change(verdict: str, n: int = 1460, isole: str = "") -> dict[str, object]:
    return {
        "vague": "2019-2023", "verdict": verdict, "n": n, "isole": isole, "publication": "publiable",
    }  # fmt: skip


def test_no_programme_is_not_no_action() -> None:
    assert quarter_page.money_lines(quarter(acquis=5))[0] == quarter_page.NO_PROGRAMME
    none = quarter_page.money_lines(quarter(actions=0, valorise=0))[0]
    assert none.replace("\u202f", " ") == "0 action, 0 € valorisés."


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (change("hausse"), "▲ passé de −24 (2019) à −10 (2023)"),
        (change("baisse"), "▼ passé de −24 (2019) à −10 (2023)"),
        (change("hausse", isole="oui"), "peut-être : de −24 à −10"),
        (change("non_demontre"), "pas de changement démontré"),
        (change("interrompue"), "série interrompue"),
        (change("hausse", n=90), "évolution plus favorable en QPV"),
        (change("hausse") | {"publication": "masque"}, ""),
        (None, ""),
    ],
)
def test_a_movement_is_told_with_its_figures_where_it_is_established(
    row: dict[str, object] | None, said: str
) -> None:
    assert quarter_page.movement(row, -0.24, -0.10) == said
    assert quarter_page.movement(row, None, -0.10) == ""


@pytest.mark.parametrize(
    ("wave", "year", "before"),
    [
        ("2023", 2025, True),
        ("2022-2023", 2023, False),
        ("vague 2 (2019)", 2020, True),
        ("V2", 2025, False),
        ("120199", 2025, False),
        ("2025", 2025, False),
    ],
)
def test_the_year_of_a_wave_is_read_in_its_name(wave: str, year: int, *, before: bool) -> None:
    assert evaluation_words.before_actions(wave, year) is before
    assert wave in evaluation_words.survey_too_early(wave, year)


def test_sources_are_dated_as_french_readers_write() -> None:
    assert quarter_page.source_words("qpv2024", "x", "2024-01-01").endswith("(01/01/2024)")
    assert quarter_page.source_words("adresses", "BAN", "juin") == "BAN (juin)"


def test_a_bar_says_what_is_not_known_of_it() -> None:
    counts = [("logements_abattus", known(1)), ("logements_exoneres", known(190))]
    told = quarter_page.homes_words(counts, known(47))
    assert told == "1 abattu · 190 encore exonérés · plus 47 à vérifier"
    open_ = [("logements_abattus", unknown("sans_ligne")), ("logements_sans_avis", known(3))]
    assert quarter_page.homes_words(open_, known(0)) == "abattus : non connu · 3 sans avis"
