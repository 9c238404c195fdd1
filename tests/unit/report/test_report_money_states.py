"""Where an amount is nil, not known or only estimated, every document tells what stands beside it, once."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from note_text import note, written
from report_dossier import bare, claimed, facts_of, make, premises_facts

from tfpb.facts.place import quarters_held
from tfpb.model.money import States
from tfpb.perimeters.map_marks import marks
from tfpb.report.quarter_pages import own_answers, quarter_page
from tfpb.report.sections.quarter_reports import residents_page
from tfpb.report.sections.synthese import key_figures as of_screen
from tfpb.words.documents import residents_words
from tfpb.words.documents.note_words import closing
from tfpb.words.money import abatement_words

if TYPE_CHECKING:
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.location import QpvPage

CODE = "QN05991I"
NIL = Decimal(0)
AT_RISK = States(at_risk=Decimal(260_354), lost=Decimal(38_781))


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


def of_states(states: States, dossier: Dossier | None = None) -> Dossier:
    """Give the year and its one quarter some states."""
    dossier = dossier or make(programme=None)
    money = dossier.abatement
    assert money is not None
    row = money.by_qpv[money.by_qpv["code_qpv"] == CODE].iloc[0].to_dict()
    row |= {"logements_sans_montant": states.missing}
    facts = premises_facts([facts_of(states, CODE) | {"perte": states.granted / 2}])
    given = dataclasses.replace(
        money, by_qpv=pd.DataFrame([row], dtype=object), by_premises=facts
    )  # fmt: skip
    return claimed(dataclasses.replace(dossier, abatement=given))


def lead(dossier: Dossier) -> str:
    return plain(abatement_words.lead(dossier.claims.within(), 2025))


def page_of(dossier: Dossier) -> QpvPage:
    (here,) = (q for q in quarters_held(dossier.located.held) if q.code_qpv == CODE)
    return quarter_page(dossier, own_answers(dossier), here, marks(dossier.located, None), ())


def on_page(dossier: Dossier) -> dict[str, tuple[str, str]]:
    """Return the abatement of the A4 page, and its sentence of what stands beside."""
    page = page_of(dossier)
    (_, value, detail) = page.figures[1]
    told = {"Abattement acquis": (plain(value), plain(detail))}
    beside = [plain(s) for s in page.lines if s.startswith("À part")]
    return told | {"À part": (" ".join(beside), "")}


def for_residents(dossier: Dossier) -> tuple[str, str]:
    """Return what was spared, and what cannot be said yet."""
    page = page_of(dossier)
    leaflet = residents_page(dossier, page)
    return plain(leaflet.money[0]), plain(" ".join(dict(leaflet.open)[residents_words.OPEN]))


def key_figures(dossier: Dossier) -> dict[str, tuple[str, str]]:
    return {f.label: (plain(f.value), plain(f.detail)) for f in of_screen(dossier)}


def test_nothing_counted_and_all_at_risk_is_not_nothing() -> None:
    dossier = of_states(AT_RISK)
    told = "Abattement 2025 : rien d’acquis ; 260 354 € à risque, 38 781 € perdu."
    assert told in written(note(dossier))
    assert lead(dossier) == told
    figures = key_figures(dossier)
    assert figures["Abattement acquis"] == ("rien d’acquis", "260 354 € à risque, 38 781 € perdu")
    assert "Perte des collectivités" not in figures
    page = on_page(dossier)
    assert page["Abattement acquis"] == ("rien d’acquis", "260 354 € à risque, 38 781 € perdu")
    assert not any(line.startswith("Qui paie") for line in page_of(dossier).lines)
    spared, pending = for_residents(dossier)
    told = "rien de sûr en 2025, 260 354 € peut-être à rendre et 38 781 € perdus."
    assert spared == f"Impôt en moins : {told}"
    assert "Si 260 354 € d’impôt devront être rendus." in pending
    assert "Abattement 2025 : rien d’acquis ; à risque : 260 354 € ; perdu : 38 781 €." in [
        plain(line) for line in closing(dossier, "x")
    ]


@pytest.mark.parametrize(
    ("states", "figure", "spared"),
    [
        (
            States(to_claim=Decimal(46_692)),
            ("rien d’acquis", "46 692 € à réclamer"),
            "Impôt en moins : rien de sûr en 2025, 46 692 € oubliés par l’avis.",
        ),
        (
            States(lost=Decimal(46_692)),
            ("rien d’acquis", "46 692 € perdu"),
            "Impôt en moins : rien en 2025. 46 692 € sont perdus, une condition a été remplie trop tard.",
        ),
        (
            States(),
            ("0 €", "réel (avis)"),
            "Aucun logement d’ici n’a eu cette baisse d’impôt en 2025.",
        ),
    ],
)
def test_a_nil_amount_tells_its_states(
    states: States, figure: tuple[str, str], spared: str
) -> None:
    dossier = of_states(states)
    assert on_page(dossier)["Abattement acquis"] == figure
    assert for_residents(dossier)[0] == spared


def test_a_year_without_any_state_says_that_no_abatement_is_due() -> None:
    dossier = of_states(States())
    none = "aucun n’est porté par les avis ni estimé dû"
    assert f"Abattement 2025 : {none}." in written(note(dossier))
    assert key_figures(dossier)["Abattement acquis"] == ("0 €", none)


def test_what_awaits_its_notice_is_told_once() -> None:
    """574 032 € counted and on no notice, 21 280 € on a side: 21 280 € stand beside."""
    dossier = of_states(States(estimated=Decimal(574_032), hanging=Decimal(21_280)))
    page = on_page(dossier)
    assert page["Abattement acquis"][0] == "574 032 €"
    assert page["À part"][0] == "À part : 21 280 € sous réserve."
    spared, pending = for_residents(dossier)
    assert spared == "Impôt en moins : 574 032 €, en partie estimés."
    assert "sous réserve" not in pending  # no word of a tenant
    told = "Abattement 2025 acquis : 574 032 € (estimé : sur aucun avis) ; sous réserve : 21 280 €."
    assert told in [plain(line) for line in closing(dossier, "x")]
    assert "Abattement 2025 acquis : 574 032 € (estimé : sur aucun avis) ;" in lead(dossier)
    assert "574 032 € (estimé : sur aucun avis)" in written(note(dossier))
    part = of_states(
        States(acquired=Decimal(500_000), estimated=Decimal(74_032), hanging=Decimal(21_280))
    )
    assert on_page(part)["À part"][0] == "À part : 21 280 € sous réserve."
    assert "574 032 €, dont 74 032 € sur aucun avis" in written(note(part))
    alone = of_states(States(estimated=Decimal(14_792)))
    assert on_page(alone)["À part"][0] == ""
    assert "rendus" not in for_residents(alone)[1]


def test_leavers_that_no_notice_bears_are_not_borne_for_nothing() -> None:
    dossier = of_states(States(acquired=Decimal(500)))
    money = dossier.abatement
    assert money is not None

    def told(risk: int) -> tuple[str, str]:
        left = pd.DataFrame(
            [{"annee": 2025, "residences": 2, "logements": 40,
              "abattement_a_risque_eur": Decimal(risk), "abattement_perdu_eur": Decimal(80_194)}]
        )  # fmt: skip
        given = dataclasses.replace(money, leavers=left)  # type: ignore[type-var]
        return key_figures(claimed(dataclasses.replace(dossier, abatement=given)))[
            "Sortants, plus dû en 2025"
        ]

    assert told(0) == ("80 194 €", "aucun avis lu ne les porte")
    assert told(12_411) == ("80 194 €", "dont 12 411 € encore portés par les avis, à risque")


def test_an_amount_not_known_still_tells_what_is_at_risk() -> None:
    states = States(at_risk=Decimal(260_354), hanging=Decimal(10_198))
    dossier = of_states(states)
    page = on_page(dossier)
    assert page["Abattement acquis"] == ("sous réserve", "10 198 € au mieux")
    assert page["À part"][0] == "À part : 260 354 € à risque."
    pending = for_residents(dossier)[1]
    assert "Si 260 354 € d’impôt devront être rendus." in pending
    claim = States(to_claim=Decimal(38_781), hanging=Decimal(10_198))
    page = on_page(of_states(claim))
    assert page["Abattement acquis"][1] == "48 979 € au mieux, dont 38 781 € à réclamer"
    assert page["À part"][0] == ""
    lacking = on_page(of_states(States(to_claim=Decimal(38_781), missing=7)))
    assert lacking["Abattement acquis"] == (
        "non connu", "7 logements sans aucune ligne au fichier fiscal",
    )  # fmt: skip
    told = "À part : au moins 38 781 € à réclamer, 7 logements sans montant."
    assert lacking["À part"][0] == told


def test_without_a_tax_file_nothing_stands_beside() -> None:
    assert on_page(bare())["À part"][0] == ""
