"""Who answered, how far words hold, what is withheld between two firms, declared segments: on the page."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from note_text import written
from report_dossier import (
    BAILLEUR,
    ITEMS,
    complete,
    published,
    reported,
)

from tfpb.facts.claim import Claims, State
from tfpb.model.codes import Verdict
from tfpb.model.report import Chart, Table, Text
from tfpb.words.survey import satisfaction, survey_words
from tfpb.words.survey.satisfaction import tipping_sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.report import Section
    from tfpb.model.survey import Published


def dossier_of(change: Callable[[pd.DataFrame], pd.DataFrame], **more: Any) -> Dossier:
    found = published()
    found = dataclasses.replace(found, comparison=change(found.comparison), **more)
    return dataclasses.replace(complete(), survey=found)


def section_of(dossier: Dossier, key: str) -> Section:
    return next(s for s in reported(dossier).sections if s.key == key)


def texts(section: Section) -> str:
    return "\n".join(p for b in section.blocks if isinstance(b, Text) for p in b.paragraphs)


def tipped(**factors: float) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def change(rows: pd.DataFrame) -> pd.DataFrame:
        there = (rows["groupe"] == "ecart") & (rows["ajustement"] == "brut")
        return rows.assign(bascule=rows["item"].map(factors).where(there))

    return change


_IF: str = (
    "Ce ne serait plus vrai si les {} avaient répondu {} fois plus volontiers que les {} ici, et autant "
    "qu’eux ailleurs"
)


@pytest.mark.parametrize(
    ("verdict", "factor", "wanted"),
    [
        (Verdict.EQUIVALENT, 1.43, _IF.format("satisfaits", "1,43", "mécontents") + "."),
        (
            Verdict.INFERIEUR,
            1.19,
            _IF.format("mécontents", "1,19", "satisfaits") + " (fragile à la non-réponse).",
        ),
        (Verdict.MEILLEUR, math.inf, satisfaction.NEVER_TIPPED),
        (Verdict.NON_CONCLUANT, math.nan, ""),
    ],
)
def test_what_would_tip_a_word(verdict: str, factor: float, wanted: str) -> None:
    assert tipping_sentence(verdict, factor) == wanted
    assert ("fragile" in tipping_sentence(Verdict.INFERIEUR, 1.2)) is False


def test_each_headline_says_what_would_tip_it_and_no_other_question() -> None:
    dossier = dossier_of(tipped(q01=1.07, q02=1.3, q04=1.6))
    found = texts(section_of(dossier, "satisfaction"))
    assert "« Propreté des parties communes », " in found
    assert "1,07 fois plus volontiers" in found
    assert "1,60 fois plus volontiers" in found
    assert "1,30 fois" not in found  # q02 is no headline
    note = written(section_of(dossier, "note"))
    assert "Fragile à la non-réponse : « Propreté des parties communes »." in note
    sure = written(section_of(dossier_of(tipped(q01=1.2, q04=1.6, q02=1.2)), "note"))
    assert "non-réponse" not in sure


def test_the_workbook_shows_a_factor_that_is_a_number() -> None:
    section = section_of(dossier_of(tipped(q01=1.07, q04=math.inf)), "satisfaction")
    whole = next(b for b in section.blocks if isinstance(b, Table) and b.key == "satisfaction")
    shown = whole.rows["bascule"].dropna().tolist()
    assert shown == [1.07] * 3  # over the whole, and in two quarters


def test_the_note_says_how_many_answered_and_out_of_how_many() -> None:
    found = published()
    last = dataclasses.replace(found.waves[-1], n=1474, contactes=5896)  # 639 and 835, as released
    known = dossier_of(lambda rows: rows, waves=(found.waves[0], last))
    said = written(section_of(known, "note"))
    assert "Enquête mars 2023 : 1 474 ménages, 25 réponses" in said
    shared = dataclasses.replace(last, contactes_partages=True)  # may be those of several dossiers
    unsure = dossier_of(lambda rows: rows, waves=(found.waves[0], shared))
    assert "25 réponses" not in written(section_of(unsure, "note"))
    assert "pour 100 contactés" not in written(section_of(complete(), "note"))
    shown = complete().claims
    asked = [
        dataclasses.replace(c, value=None, state=State.MASQUE) if c.name == "menages" else c
        for c in shown
    ]
    none = written(section_of(dataclasses.replace(complete(), claims=Claims(asked)), "note"))
    assert "ménages" not in none.partition("4. Que faire")[0].partition("3. Les locataires")[2]


def test_the_note_tells_no_rate_of_a_delivery_that_holds_others() -> None:
    found = published()
    last = dataclasses.replace(
        found.waves[-1], contactes=6192
    )  # 1 548 households, of two landlords
    note = written(section_of(dossier_of(lambda rows: rows, waves=(found.waves[0], last)), "note"))
    assert "Enquête mars 2023 : 1 474 ménages." in note


def _field(found: Published, **n: float) -> dict[str, Any]:
    rows = [
        {"vague": "2023", "bailleur": "ensemble", "cote": side, "type_habitat": kind,
         "periode_construction": period, "logements": 900, "part_logements": 0.2,
         "n": n.get(f"{side}_{kind}", 200.0), "part_interroges": 0.2}
        for side in ("qpv", "hors_qpv")
        for kind in ("collectif", "individuel")
        for period in ("avant 1949", "2005 et après")
    ]  # fmt: skip
    told = [["qpv", "Collectif", 2000], ["qpv", "Individuel", 900], ["hors_qpv", "", 3000]]
    settings = {**found.settings, "contactes_par": {"2023": told}}
    return {"fieldwork": pd.DataFrame(rows), "settings": settings}


def _by_side(section: Section) -> pd.DataFrame:
    (whole,) = (b for b in section.blocks if isinstance(b, Table) and b.key == "sources")
    return whole.rows[whole.rows["nature"] == "réponse, par côté"]


def test_the_field_sheet_gives_the_response_by_side_and_type() -> None:
    change = tipped(q01=1.43)
    dossier = dossier_of(change, **_field(published(), qpv_individuel=math.nan))
    section = section_of(dossier, "sources")
    rows = _by_side(section)
    assert rows["taux"].tolist() == [0.2, survey_words.MASKED, 800 / 3000]
    assert rows["n"].tolist() == [400.0, survey_words.HIDDEN, 800.0]
    # k = (640 / 2900) / (908 / 3000) = 0.73; p = 0.60: read 0.44 or 0.71
    found = texts(section)
    assert "rapporté à celui d’ailleurs : 0,73" in found
    assert "un facteur de 1,93, ou de 1,62 ; bascule 1,43" in found


def test_contacts_of_all_are_not_set_against_one_bailleur() -> None:
    more = _field(published())
    more["fieldwork"] = more["fieldwork"].assign(bailleur=BAILLEUR)
    assert _by_side(section_of(dossier_of(lambda rows: rows, **more), "sources")).empty


def tables_of(dossier: Dossier) -> list[Table]:
    return [b for b in section_of(dossier, "satisfaction").blocks if isinstance(b, Table)]


def broken(rows: pd.DataFrame) -> pd.DataFrame:
    """Levels of two firms: withheld; one change of the gap stands."""
    levels = rows["groupe"].isin(["evolution_qpv", "evolution_hors"])
    rows = rows.assign(verdict=rows["verdict"].mask(levels, Verdict.INTERROMPUE.value))
    rows.loc[levels, ["estimation", "ic90_bas", "ic90_haut", "ic95_bas", "ic95_haut"]] = math.nan
    moved = (rows["groupe"] == "evolution_ecart") & (rows["item"] == "q01")
    return rows.assign(verdict=rows["verdict"].mask(moved, Verdict.HAUSSE.value))


def test_between_two_firms_levels_are_withheld_and_the_gap_bears_it() -> None:
    section = section_of(dossier_of(broken), "evolution")
    (whole,) = [b for b in tables_of(dossier_of(broken)) if b.key == "satisfaction"]
    assert satisfaction.BROKEN_LEVELS in whole.notes
    assert whole.rows["evolution_qpv_2019-2023"].isna().all()
    assert "2019) à" in texts(section)
    assert ", mode changé" in texts(section)
    rows = whole.rows[whole.rows["territoire_mot"] == "Ensemble"]
    told = dict(zip(rows["libelle"], rows["evolution_verdict_mot_2019-2023"], strict=True))
    assert "(mode changé)" in told["Propreté des parties communes"]
    assert "mode changé" not in told["État du logement"]  # no change is told of it
    assert not [
        b for b in section.blocks if isinstance(b, Chart)
    ]  # no line from one firm to another
    same = section_of(complete(), "evolution")
    assert [b for b in same.blocks if isinstance(b, Chart)]
    assert satisfaction.BROKEN_LEVELS not in texts(same)
    (whole,) = [b for b in tables_of(complete()) if b.key == "satisfaction"]
    assert satisfaction.BROKEN_LEVELS not in whole.notes


def test_a_broken_scale_has_a_word_and_no_number() -> None:
    def change(rows: pd.DataFrame) -> pd.DataFrame:
        cut = rows["groupe"].str.startswith("evolution") & (rows["item"] == "q01")
        rows = rows.assign(verdict=rows["verdict"].mask(cut, Verdict.INTERROMPUE.value))
        rows.loc[cut, ["estimation", "ic90_bas", "ic90_haut", "ic95_bas", "ic95_haut"]] = math.nan
        return rows

    assert "1 « série interrompue »" in section_of(dossier_of(change), "evolution").lead


def test_segments_are_a_table_of_their_own_without_rank() -> None:
    def change(rows: pd.DataFrame) -> pd.DataFrame:
        whole = rows[(rows["vague"] == "2023") & (rows["niveau"] == "total")]
        parts = [
            whole.assign(niveau="anciennete", territoire=name)
            for name in ("plus de dix ans", "moins de dix ans")
        ]
        numbers = ["estimation", "ic90_bas", "ic90_haut", "ic95_bas", "ic95_haut", "n"]
        parts[1] = parts[1].assign(publication="masque", **dict.fromkeys(numbers, math.nan))
        return pd.concat([rows, *parts], ignore_index=True)

    settings = {**published().settings, "segments": {"anciennete": "Ancienneté"}}
    section = section_of(dossier_of(change, settings=settings), "satisfaction")
    made = next(
        b for b in section.blocks if isinstance(b, Table) and b.key == "comparaison_segments"
    )
    assert set(made.rows["territoire_mot"]) == {"Ancienneté : plus de dix ans"}
    heads = [label for _, label, *_, head, _, _ in ITEMS if head]
    assert made.rows["libelle"].tolist() == heads  # in the order of the plan, none of the others
    assert "9 écarts par segment, masqués" in texts(section)
