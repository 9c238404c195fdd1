from __future__ import annotations

import dataclasses
import datetime as dt
import math
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_dossier import make

from tfpb.facts.amount import Amount, between, known, unknown
from tfpb.facts.claim import TOTAL, Claims, claim
from tfpb.model.codes import Evolution, Publication, QpvStatut, Statut, Theme, Verdict
from tfpb.model.legal.axis_table import AXES
from tfpb.model.report import Format
from tfpb.report.cell_values import EXCEL, as_number, as_text, printable
from tfpb.report.sections.methode import method_lead
from tfpb.report.sections.survey.survey_view import needed
from tfpb.words.documents import report_words as words
from tfpb.words.money import abatement_words, accounts, evaluation_words, programme_words
from tfpb.words.places import side_words
from tfpb.words.survey import satisfaction, verdict_words

NOW = ("sans_enquete", "sans_item", "sans_reponse", "masque", "ecart_defavorable", "ecart_equivalent",
       "ecart_non_conclu", "ecart_a_confirmer")  # fmt: skip
MOVED = ("hausse", "baisse", "evolution_non_demontree", "sans_evolution")


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_a_word_and_a_meaning(verdict: Verdict) -> None:
    assert verdict_words.verdict_words(verdict)
    assert len(verdict_words.verdict_meaning(verdict, 5.0)) > 20


def test_every_code_has_words() -> None:
    assert set(verdict_words.PUBLICATIONS) == set(Publication)
    assert set(side_words.STATUTS) == set(QpvStatut)
    assert set(side_words.evolutions(2024)) == set(Evolution)
    assert set(abatement_words.STATUTS) == set(Statut)
    assert all(accounts.axis_name(n) for n in AXES)
    assert set(satisfaction.THEMES) == set(Theme)


@pytest.mark.parametrize("now", NOW)
@pytest.mark.parametrize("moved", [*MOVED, ""])
def test_every_reading_makes_one_sentence(now: str, moved: str) -> None:
    sentence = evaluation_words.reading_sentence(f"{now}|{moved}" if moved else now)
    assert sentence.endswith(".")
    assert sentence.count(".") == 1


def test_what_is_not_shown_is_said_by_its_reason() -> None:
    assert verdict_words.verdict_words("equivalent", "masque") == "masqué"
    assert verdict_words.verdict_words("", "non_publiable") == "masqué"


def test_a_verdict_bears_what_weakens_it() -> None:
    said = verdict_words.plainly
    assert said("equivalent", "publiable") == "autant"
    assert said("inferieur_peu", "publiable", few="residences") == "moins (peu de résidences)"
    assert said("meilleur", "publiable", alone=True) == "plus (isolé)"
    assert said("masque", "masque", alone=True, few="residences") == "masqué"


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0 résidence et 0 logement"), (1, "1 résidence et 1 logement"),
     (2, "2 résidences et 2 logements")],
)  # fmt: skip
def test_agreement_in_number(count: int, expected: str) -> None:
    claims = [claim(name, TOTAL, known(count)) for name in ("residences", "logements")]
    assert side_words.stock_lead(Claims(claims)).startswith(expected)


def test_dwellings_that_no_file_counts_are_not_written_as_known() -> None:
    homes = claim("logements", TOTAL, between(Decimal(12), None, "sans_compte"))
    said = side_words.stock_lead(Claims([homes]))
    assert said.startswith(
        "un nombre de résidences non connu et au moins 12 logements : non connu en QPV"
    )
    assert "(part inconnue)" in said


def test_doubts_agree() -> None:
    assert "1 point signalé " in words.doubts_lead(1, known(1))
    assert "1 adresse à vérifier, près d’une limite ou mal reconnue." in words.doubts_lead(
        1, known(1)
    )
    assert "2 points signalés" in words.doubts_lead(2, known(0))
    assert "Aucun doute" in words.doubts_lead(0, known(0))
    assert "Aucun doute" not in words.doubts_lead(0, unknown("sans_fichier"))
    assert "n’est pas montré," in words.unreadable_quarters(1)
    assert "ne sont pas montrés," in words.unreadable_quarters(2)


def test_dwellings_alone_that_change_are_said() -> None:
    ten = known(10)
    assert "Aucun doute" in accounts.sensitivity_sentence(ten, ten)
    possible = between(Decimal(10), Decimal(30), "cote")
    assert "va de 10 à 30 ; 10 sont retenus" in accounts.sensitivity_sentence(ten, possible)
    open_ = between(Decimal(10), None, "sans_compte")
    assert "n’est pas borné" in accounts.sensitivity_sentence(ten, open_)


def _claims(valued: Amount, abated: Amount | None, balance: int = 0, left: int = 0) -> Claims:
    found = {"valorise": valued}
    if abated is not None:
        found |= {"acquis": abated, "solde": known(balance), "a_programmer": known(left)}
    return Claims(claim(name, TOTAL, amount) for name, amount in found.items())


@pytest.mark.parametrize(
    ("balance", "said"),
    [(-5, "5\u202f€ à programmer"), (5, "dépassent"), (0, "rien n’est à programmer")],
)
def test_the_balance_says_which_way(balance: int, said: str) -> None:
    lead = programme_words.balance_lead
    assert said in lead(_claims(known(10), known(15), balance, max(0, -balance)))
    assert "n’est pas connu" in lead(_claims(known(10), None))


def test_a_quarter_in_excess_does_not_hide_what_another_has_left() -> None:
    hidden = _claims(known(486), known(500), -26, 50)
    said = programme_words.balance_lead(hidden)
    assert "quartier par quartier, 50\u202f€ à programmer, reporté compris" in said
    assert "26" not in said
    alone = _claims(known(10), known(15), -5, 5)
    assert "quartier par quartier" not in programme_words.balance_lead(alone)


def _unsure(least: int, most: int | None) -> Amount:
    return between(Decimal(least), None if most is None else Decimal(most), "valorise_vide")


def test_what_is_left_is_written_between_its_bounds() -> None:
    base = [
        claim(n, TOTAL, a) for n, a in {"valorise": _unsure(10, None), "acquis": known(15)}.items()
    ]
    lead = [
        programme_words.balance_lead(Claims([*base, claim("a_programmer", TOTAL, left)])).replace(
            "\u202f", " "
        )
        for left in (_unsure(0, 5), _unsure(0, None))
    ]
    assert "s’élèvent à au moins 10 €" in lead[0]
    assert "au plus 5 € à programmer" in lead[0]
    assert "on ne sait pas ce qui est à programmer" in lead[1]


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        ("0.9256", "0.9256", "93 %"), ("0.997", "0.997", "99 %"), ("1", "1", "100 %"),
        ("0", "0.831", "au plus 84 %"), ("0.879", None, "au moins 87 %"), ("0", None, "une part non connue"),
        ("0.879", "0.901", "entre 87 % et 91 %"),
    ],
)  # fmt: skip
def test_a_share_is_rounded_away_from_what_it_would_claim(
    low: str, high: str | None, said: str
) -> None:
    share = between(Decimal(low), None if high is None else Decimal(high), "avis_non_lu")
    assert programme_words.share_words(share).replace("\u202f", " ") == said


def test_no_euros_stand_beside_a_share_between_bounds() -> None:
    amounts = {"acquis": known(200), "part_justifiee": known(1), "justifie": known(200)}
    amounts |= {"part_prouvee": between(Decimal("0.5"), None, "avis_non_lu"), "prouve": known(100)}
    said = programme_words.justified_words(Claims(claim(n, TOTAL, a) for n, a in amounts.items()))
    assert said.replace("\u202f", " ") == (
        "justifié à 100 % (200 €), et à au moins 50 % avec pièce datée (non contrôlée)"
    )
    assert programme_words.justified_words(Claims()) == "abattement inconnu"


def test_a_title_counts_the_questions_it_does_not_name() -> None:
    title = satisfaction.chart_title(
        "residence", lower=["A", "B", "C", "D"], better=["E"], level=["F", "G", "H"]
    )
    assert "moins en QPV pour « A », « B » et 2 autres" in title.replace("\u202f", " ")
    assert "plus en QPV pour « E » ;" in title.replace("\u202f", " ")
    assert "autant, à la marge près, pour « F », « G » et 1 autre" in title.replace("\u202f", " ")


def test_doubts_agree_with_their_number() -> None:
    assert words.doubts_lead(1, 1).endswith(
        "1 adresse à vérifier, près d’une limite ou mal reconnue."
    )
    assert words.doubts_lead(9, 2).endswith("près d’une limite ou mal reconnues.")


def test_a_large_enough_survey_is_not_told_to_grow() -> None:
    text = verdict_words.would_have_taken(5.0, 6.2, 1000, 1500)
    assert "aurait fallu" not in text
    assert "6,2" in text


def test_interviews_needed_follow_the_power_line() -> None:
    assert needed(0.75, 5.0) == 1480
    assert needed(math.nan, 5.0) > needed(0.9, 5.0)


def test_the_footer_carries_run_warning_and_fiction() -> None:
    foot = words.footer("0a1b2c3d", fictional=True)
    assert "0a1b2c3d" in foot
    assert "données fictives" in foot
    assert words.WARNING in foot
    assert "fictives" not in words.footer("0a1b2c3d", fictional=False)


def test_the_margin_says_who_adopted_it() -> None:
    assert "15 janvier 2025" in words.margin_adopted(5.0, "comité", "2025-01-15")
    assert "ne dit pas qui" in words.margin_adopted(5.0, "", None)


@pytest.mark.parametrize(
    ("adopted", "wave", "period", "before"),
    [
        ("2023-03-05", "2023", "du 6 mars au 19 mai 2023", True),
        ("2023-03-06", "2023", "du 6 mars au 19 mai 2023", False),
        ("2019-11-03", "2019", "du 4 novembre 2019 au 17 janvier 2020", True),
        ("2025-01-15", "2023", "du 6 mars au 19 mai 2023", False),
        ("2022-12-31", "enquête 2023", "", True),
        ("2023-01-15", "2023", "au printemps", False),
        ("2023-01-15", "2023", "1er juin 2023", True),
        ("2022-01-15", "vague B", "au printemps", False),
        ("", "2023", "", False),
    ],
)
def test_a_margin_precedes_a_survey_only_where_dates_show_it(
    adopted: str,
    wave: str,
    period: str,
    before: bool,  # noqa: FBT001
) -> None:
    assert verdict_words.adopted_before(adopted, wave, period) is before


def test_the_method_never_says_before_any_result_of_a_later_margin() -> None:
    dossier = make()
    survey = dossier.survey
    assert survey is not None
    for day, said in (
        ("2018-06-01", "fixée avant l’enquête 2023"),
        ("2025-01-15", "dont rien ne montre qu’elle ait été fixée avant l’enquête 2023"),
        ("", "dont rien ne montre"),
    ):
        held = dataclasses.replace(survey, settings={**survey.settings, "marge_adoptee_le": day})
        assert said in method_lead(held)


@given(
    st.floats(-1, 1, allow_nan=False),
    st.sampled_from([Format.PERCENT, Format.POINTS, Format.WHOLE_POINTS]),
)
@settings(deadline=None)
def test_text_and_number_of_a_cell_say_the_same(value: float, fmt: Format) -> None:
    text = as_text(value, fmt).replace("\u202f", "").replace("%", "")
    read = float(text.replace(",", ".").replace("−", "-"))
    held = as_number(value, fmt) * (100 if fmt is Format.PERCENT else 1)
    assert abs(read - held) <= (0.05 if fmt is Format.POINTS else 0.5) + 1e-9


def test_points_rounded_to_the_point_show_no_decimal() -> None:
    assert as_text(-0.06, Format.WHOLE_POINTS) == "−6"
    assert as_text(0.03, Format.WHOLE_POINTS) == "+3"
    assert as_text(-0.0, Format.WHOLE_POINTS) == "0"
    assert EXCEL[Format.WHOLE_POINTS] == "+0;−0;0"


@pytest.mark.parametrize("value", [None, math.nan])
def test_a_missing_number_is_a_dash_in_a_page_and_nothing_in_a_cell(value: object) -> None:
    assert as_text(value, Format.EUROS) == "–"
    assert as_text(value, Format.TEXT) == ""
    assert as_number(value, Format.EUROS) is None


def test_dates_years_and_lists() -> None:
    assert as_text(dt.date(2025, 3, 1), Format.DATE) == "01/03/2025"
    assert as_text(2025, Format.YEAR) == "2025"
    assert as_text(("a", "b"), Format.TEXT) == "a, b"
    assert as_text(value=True, fmt=Format.TEXT) == "oui"


@given(st.text(max_size=60))
@settings(deadline=None)
def test_printable_never_fails_and_is_stable(text: str) -> None:
    once = printable(text)
    assert printable(once) == once
    assert "\u200f" not in once


def test_the_guide_reads_verdicts_in_the_words_of_the_pack() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "lire-les-resultats.md").read_text(
        encoding="utf-8"
    )
    told = re.findall(r"^\| (\S) \| ([^|]+) \| [^|]+ \| `(\w+)` \|$", guide, re.MULTILINE)
    moves = {"hausse", "baisse", "non_demontre", "interrompue"}
    hidden = {"masque", "non_calculable"}
    assert {code for *_, code in told} | moves | {"non_publiable"} == set(verdict_words.VERDICTS)
    for sign, words_, code in told:
        state = code if code in hidden else Publication.PUBLIABLE
        said = verdict_words.plainly(code, state)
        assert (sign, words_) == (verdict_words.SIGNS[code], said)
    assert "à structure comparable" in guide


def test_marks_bear_each_its_own_reference() -> None:
    same = programme_words.mark_references("IREV", "IREV")
    apart = programme_words.mark_references("IREV", "note")
    assert same == {"dated": ", IREV", "national_dated": "", "region_dated": ""}
    assert apart == {"dated": "", "national_dated": ", IREV", "region_dated": ", note"}
