"""The two pages of a quarter: plain for its residents, action by action for who checks."""

from __future__ import annotations

import dataclasses
import io
import math
import re
import subprocess
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from note_text import written
from PIL import Image
from report_dossier import (
    BAILLEUR,
    HOSTILE_TYPST,
    ITEMS,
    bare,
    claimed,
    facts_of,
    make,
    premises_facts,
    restocked,
)

from everywhere import need
from tfpb.facts.amount import known
from tfpb.facts.claim import Claims, claim
from tfpb.facts.place import (
    QuarterHeld,
    dwellings_by_side,
    quarter_doubts,
    quarters,
    quarters_held,
)
from tfpb.model.money import States
from tfpb.model.report import Photos, Report, Table, Text
from tfpb.pipeline.pack_files import quarter_files
from tfpb.report.documents import document_pdf
from tfpb.report.map_model import map_model
from tfpb.report.quarter_pages import own_answers, quarter_page
from tfpb.report.sections.note import note
from tfpb.report.sections.quarter_reports import _axes, changes, quarter_report, residents_page
from tfpb.report.sections.survey.comparaison import comparaison
from tfpb.report.sections.survey.evaluation_sensibilite import evaluation
from tfpb.report.sections.survey.survey_view import too_early
from tfpb.report.sections.synthese import synthese
from tfpb.words.documents import residents_words as words
from tfpb.words.survey.satisfaction import NOT_NAMED

if TYPE_CHECKING:
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.location import QpvPage

CODE = "QN05991I"
SHOWN_PAGES = {"habitants": 1, "quartiers": 3}


def page_of(dossier: Dossier, name: str = "Les Tilleuls") -> QpvPage:
    held = {here.code_qpv: here for here in quarters_held(dossier.located.held)}
    doubt = quarter_doubts(dossier.located.entrances).get(CODE)
    here = held.get(CODE, QuarterHeld(CODE, 0, 0, 0, 0))
    made = quarter_page(dossier, own_answers(dossier), here, doubt)
    return dataclasses.replace(made, nom=name)


def told(report: Report) -> str:
    (section,) = report.sections
    texts = [b for b in section.blocks if isinstance(b, Text)]
    lines = [section.title, section.lead]
    for text in texts:
        lines += [text.title, *text.paragraphs]
    return "\n".join([report.subtitle, *lines]).replace("\u202f", " ")


def test_a_residence_in_two_quarters_is_of_both_by_its_entrances() -> None:
    dossier = make()
    doors = dossier.located.entrances
    half = doors.iloc[[0]].assign(nb_logements=35, qpv_code="QN05992M")  # of the 75 of R0000
    whole = doors.assign(nb_logements=doors["nb_logements"].where(doors.index > 0, 40))
    both = pd.concat([whole, half], ignore_index=True).assign(result_citycode="")
    moved = restocked(dossier, both)
    before, after = (quarters(d.located.held).set_index("code_qpv") for d in (dossier, moved))
    assert before["logements_dans"].to_dict() == {CODE: 405, "QN05992M": 20}
    assert after["logements_dans"].to_dict() == {CODE: 370, "QN05992M": 55}
    assert (after["residences"] - before["residences"]).to_dict() == {CODE: 0, "QN05992M": 1}
    _, dwellings, detail = page_of(moved).figures[0]
    assert (dwellings, detail.split(",")[0]) == ("370", "7 résidences")
    layer = map_model(moved).qpv.set_index("code_qpv")[["logements", "residences"]]
    assert layer.loc["QN05992M"].tolist() == [55, 2]


def residents(dossier: Dossier) -> str:
    return told(residents_page(dossier, page_of(dossier)))


@lru_cache(maxsize=1)
def drawn() -> dict[str, bytes]:
    dossier = make()
    return quarter_files(dossier, [page_of(dossier, f"{HOSTILE_TYPST} {'Très long nom ' * 8}")])


def of_quarter(dossier: Dossier, states: States) -> Dossier:
    """Give the quarter some states."""
    money = dossier.abatement
    assert money is not None
    rows = money.by_qpv.assign(logements_sans_montant=states.missing)
    facts = premises_facts([facts_of(states, CODE) | {"logements_abattus": 405}])
    given = dataclasses.replace(money, by_qpv=rows, by_premises=facts)
    return claimed(dataclasses.replace(dossier, abatement=given))


def test_residents_read_the_figures_of_the_map_page_in_250_words() -> None:
    dossier = make()
    text = residents(dossier)
    figures = {label: value for label, value, _ in page_of(dossier).figures}
    for label in ("Abattement acquis", "Actions valorisées"):
        assert figures[label].replace("\u202f", " ") in text
    assert "reporté sur 2026" in text
    assert len(re.findall(r"[^\W\d_][\w’-]*", text)) <= 250
    titles = (words.SPARED, words.DONE, words.ANSWERS_TITLE, words.OPEN, words.ASK)
    assert [text.index(t) for t in titles] == sorted(text.index(t) for t in titles)
    assert "%" not in text


@pytest.mark.parametrize(
    ("states", "said"),
    [
        (States(hanging=Decimal(500)), "On ne le sait pas encore"),
        (States(), "Rien en 2025 : aucun logement du quartier n’a eu cette baisse d’impôt."),
        (States(estimated=Decimal(500)), "Ce montant est estimé"),
        (States(acquired=Decimal(100_238), missing=12), "Au moins 100 238 €"),
        (States(missing=12), "On ne le sait pas encore"),
        (States(unread=Decimal(500)), "On ne le sait pas encore"),
    ],
)
def test_an_amount_that_is_not_known_is_said_so_never_nil(states: States, said: str) -> None:
    text = residents(of_quarter(make(), states))
    spared = text.split(words.SPARED)[1].split(words.DONE)[0]
    assert said in spared
    assert not re.search(r"\b0 €", text)


@pytest.mark.parametrize(
    ("carried", "said"),
    [
        ("0", "Il reste 45\u202f928\u202f€ à programmer : c’est"),
        ("12500", "45\u202f928\u202f€ à programmer, avec 12\u202f500\u202f€ venus de 2024"),
    ],
)
def test_what_is_left_adds_up_with_what_came_from_the_year_before(carried: str, said: str) -> None:
    amounts = {"actions": 2, "valorise": 226_926, "a_programmer": 45_928, "reporte": int(carried)}
    held = Claims([claim(name, CODE, known(n)) for name, n in amounts.items()]).within(CODE)
    assert said in words.done([(3, known(226_926))], held, 2025)


def of_year(dossier: Dossier, *years: int) -> Dossier:
    """Give the programme, besides its own lines or in their place, two actions of nothing a year."""
    plan = dossier.programme
    assert plan is not None
    own = [plan.actions] if 2025 in years else []
    two = plan.actions.head(2).assign(valorise_eur=Decimal(0))
    others = [two.assign(annee=year) for year in years if year != 2025]
    actions = pd.concat([*own, *others], ignore_index=True)
    return claimed(
        dataclasses.replace(dossier, programme=dataclasses.replace(plan, actions=actions))
    )


def test_actions_planned_for_next_year_are_not_those_of_this_year() -> None:
    dossier = of_doors(make(), result_citycode="59999")
    both = of_year(dossier, 2024, 2025, 2026)
    assert page_of(both).figures == page_of(dossier).figures
    assert page_of(both).sentences == page_of(dossier).sentences
    assert residents(both) == residents(dossier)
    assert map_model(both).qpv["valorise_eur"].tolist() == [15200.0, 15200.0]


def test_actions_of_another_year_alone_are_none_of_this_year() -> None:
    before = claimed(
        dataclasses.replace(
            of_year(of_doors(make(), result_citycode="59999"), 2024), abatement=None
        )
    )
    figures = {label: (value, detail) for label, value, detail in page_of(before).figures}
    assert figures["Actions valorisées"] == ("0\u202f€", "0 action")
    assert "Aucune action n’est inscrite au programme" in page_of(before).sentences[0]
    assert "Aucune action n’est inscrite pour ce quartier en 2025." in residents(before)
    assert map_model(before).qpv["valorise_eur"].tolist() == [
        0.0,
        0.0,
    ]  # none is known, not unknown


def test_a_wave_without_a_year_in_its_name_is_dated_by_its_dates() -> None:
    dossier = make()
    survey = dossier.survey
    assert survey is not None
    names = {"2019": "vague A", "2023": "vague B", "2019-2023": "vague A-vague B"}
    rows = survey.comparison.assign(vague=survey.comparison["vague"].map(names))
    local = rows["territoire"] == CODE  # masked: the change is that of all quarters
    rows = rows.assign(publication=rows["publication"].mask(local, "masque"))
    waves = tuple(dataclasses.replace(w, vague=names[w.vague]) for w in survey.waves)
    named = dataclasses.replace(survey, comparison=rows, waves=waves)
    given = claimed(
        dataclasses.replace(dossier, survey=named)
    )  # « mars 2023 », and actions of 2025
    assert "l’enquête de vague B précède les actions de 2025" in page_of(given).sentences[-1]
    assert "l’enquête de vague B date d’avant" in residents(given)
    assert too_early(given)
    later = tuple(dataclasses.replace(w, periode="mars 2026") for w in waves)
    after = claimed(dataclasses.replace(given, survey=dataclasses.replace(named, waves=later)))
    assert "précède les actions" not in page_of(after).sentences[-1]
    assert not too_early(after)


def test_without_files_the_page_says_what_nobody_knows() -> None:
    text = residents(bare())
    assert text.count("On ne le sait pas") == 3
    assert "il faudrait une enquête" in text
    assert "€" not in text


def test_a_quarter_too_small_shows_the_answers_of_all_and_says_so() -> None:
    dossier = make()
    survey = dossier.survey
    assert survey is not None
    rows = survey.comparison
    local = rows["territoire"] == CODE
    rows = rows.assign(publication=rows["publication"].mask(local, "masque"))
    masked = claimed(
        dataclasses.replace(dossier, survey=dataclasses.replace(survey, comparison=rows))
    )
    assert page_of(masked).borrowed
    assert not page_of(dossier).borrowed
    assert "Ici, masqué : moins de 30 réponses ici ou dans un territoire voisin" in residents(
        masked
    )
    assert "Ici, masqué" not in residents(dossier)


def test_a_masked_question_bears_no_number() -> None:
    dossier = make()
    unasked = next(g for g in page_of(dossier).gaps if g.gap is None)
    assert words.line(unasked) == f"{unasked.label} : masqué"
    survey = dossier.survey
    assert survey is not None
    rows = survey.comparison
    hidden = (rows["territoire"] == CODE) & (rows["item"] == "q01")
    rows = rows.assign(publication=rows["publication"].mask(hidden, "masque"))
    page = page_of(
        claimed(dataclasses.replace(dossier, survey=dataclasses.replace(survey, comparison=rows)))
    )
    (line,) = [g for g in page.gaps if g.masked and g.label != unasked.label]
    assert (line.gap, line.qpv, line.n, line.words, line.sign) == (None, None, None, "masqué", "–")
    assert words.line(line) == f"{line.label} : masqué"
    assert not page.borrowed  # another question of the quarter is shown


def test_where_all_is_masked_nobody_is_said_to_have_kept_silent() -> None:
    dossier = make()
    survey = dossier.survey
    assert survey is not None
    masked = dataclasses.replace(survey, comparison=survey.comparison.assign(publication="masque"))
    said = page_of(claimed(dataclasses.replace(dossier, survey=masked))).sentences[-2]
    rule = "moins de 30 réponses ici ou dans un territoire voisin"
    assert said == f"Ce que disent les locataires : masqué : {rule}."


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0, "0 sur 10"), (0.04, "moins de 1 sur 10"), (0.61, "6 sur 10"),
        (0.62, "un peu plus de 6 sur 10"), (0.65, "entre 6 et 7 sur 10"),
        (0.68, "un peu moins de 7 sur 10"), (0.74, "entre 7 et 8 sur 10"),
        (0.99, "plus de 9 sur 10"), (1.0, "10 sur 10"),
    ],
)  # fmt: skip
def test_tenths_neither_hide_a_gap_nor_make_one(share: float, said: str) -> None:
    assert words.tenths(share) == said


def test_the_page_of_a_quarter_leads_from_action_to_proof_and_answers() -> None:
    dossier = make()
    (section,) = quarter_report(dossier, page_of(dossier)).sections
    axes, actions, found = [b for b in section.blocks if isinstance(b, Table)]
    assert axes.rows["preuves"].tolist() == ["1 sur 2", *["2 sur 2"] * 3]
    assert axes.rows["dit"].tolist()[:2] == [
        "Accueil par le bailleur : ▽ plus bas, on ne sait pas de combien",
        "Propreté des parties communes : ▽ plus bas, on ne sait pas de combien",
    ]
    assert set(actions.rows["piece"]) == {f"F{k}" for k in range(0, 16, 2)}
    assert sum(actions.rows["valorise_eur"]) == sum(axes.rows["valorise_eur"])
    assert found.rows["suite"].tolist() == ["Enlèvement hebdomadaire"]


def test_photographs_of_a_quarter_stand_on_its_page_with_what_they_show() -> None:
    dossier = make()
    plan = dossier.programme
    assert plan is not None
    out = io.BytesIO()
    Image.new("RGB", (90, 60), "grey").save(out, "JPEG")
    walked = plan.diagnostics.assign(photo="hall.jpg")
    given = dataclasses.replace(
        dossier,
        programme=dataclasses.replace(plan, diagnostics=walked),
        photos={"hall.jpg": out.getvalue()},
    )
    report = quarter_report(given, page_of(given))
    (shown,) = [b for b in report.sections[0].blocks if isinstance(b, Photos)]
    assert shown.photos[0][0] == "Dépôts sauvages (3 avril 2025)"
    pdf = document_pdf.render(report, {}, {}, cover=False)
    listing = subprocess.run(
        [need("pdfimages"), "-list", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    assert re.search(r"\b90 +60\b", listing)
    assert not any(
        isinstance(b, Photos) for b in quarter_report(dossier, page_of(dossier)).sections[0].blocks
    )


def _inside(dossier: Dossier) -> int:
    homes = dossier.located.residences
    return int(homes.loc[homes["code_qpv"] == CODE, "logements_dans"].sum())


def of_doors(dossier: Dossier, **changed: Any) -> Dossier:
    """Change a column of the entrances, given by row."""
    return restocked(dossier, dossier.located.entrances.assign(**changed))


def test_dwellings_are_said_to_be_of_the_map_of_2015_only_where_it_is_known() -> None:
    dossier, old = make(), "étaient déjà en quartier prioritaire sur la carte de 2015."
    first = dossier.located.entrances.index == dossier.located.entrances.index[0]  # R0000, of CODE
    homes = int(dossier.located.entrances["nb_logements"].iloc[0])
    rest = _inside(dossier) - homes

    def said(one: str, others: str) -> list[str]:
        evolution = [one if here else others for here in first]
        made = of_doors(dossier, qpv_evolution=evolution)
        return [s for s in changes(made, page_of(made)) if "carte de 2" in s]

    entered = f"Entrés en quartier prioritaire avec la carte de 2024 : {homes} logements."
    unknown = "On ne sait pas si {} logements du quartier " + old
    assert said("maintenu", "maintenu") == [f"Ses logements {old}"]
    assert said("a_verifier", "a_verifier") == [unknown.format(homes + rest)]
    assert said("a_verifier", "maintenu") == [unknown.format(homes)]
    assert said("entrant", "maintenu") == [entered]
    assert said("entrant", "") == [entered, unknown.format(rest)]
    assert said("", "") == []


def test_both_pages_of_a_quarter_count_the_same_doubts() -> None:
    doors = make().located.entrances
    unsure = doors["qpv_statut"] == "a_verifier"  # out of the quarter, and nearest to it
    beside = of_doors(make(), qpv_code=doors["qpv_code"].mask(unsure, ""))
    count = page_of(beside).figures[-1][1].removesuffix(" logements")
    assert int(count) > 0
    assert f"Si {count} logements à vérifier sont bien du quartier." in residents(beside)


def test_what_changed_is_told_in_five_sentences_at_most() -> None:
    dossier = make()
    located = dossier.located
    doors = located.entrances.copy()
    doors.loc[doors.index[0], "qpv_motif"] = (
        "Décision du 02/02/2026 : dans. La carte seule disait : …"
    )
    doors["qpv_evolution"] = "entrant"
    moved = restocked(dossier, doors)
    said = changes(moved, page_of(moved))
    assert len(said) == 4
    assert "Adresses douteuses tranchées dans ce quartier : 1." in said
    inside = _inside(dossier)
    assert f"Entrés en quartier prioritaire avec la carte de 2024 : {inside} logements." in said
    assert said[-1].startswith("Cela sert-il à quelque chose ?")


@pytest.mark.parametrize("kind", SHOWN_PAGES)
def test_both_are_tagged_in_the_shipped_font_and_keep_to_their_pages(kind: str) -> None:
    data = drawn()[f"{kind}/{CODE}.pdf"]
    assert b"pdfuaid:part" in data
    command = [need("pdftotext"), "-layout", "-", "-"]
    text = subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode()
    assert 1 <= text.count("\f") <= SHOWN_PAGES[kind]
    assert "données fictives" in text
    assert drawn() == quarter_files(
        make(), [page_of(make(), f"{HOSTILE_TYPST} {'Très long nom ' * 8}")]
    )


def test_what_like_with_like_denies_is_said_on_both_pages() -> None:
    dossier = make()
    line = next(g for g in page_of(dossier).gaps if g.gap is not None)
    assert not line.otherwise
    assert "à immeubles semblables" in words.line(dataclasses.replace(line, otherwise=True))
    found = dossier.evaluation
    assert found is not None
    rows = found.table.assign(lecture=found.table["lecture"] + "|ecart_efface")
    against = dataclasses.replace(dossier, evaluation=dataclasses.replace(found, table=rows))
    (section,) = quarter_report(against, page_of(against)).sections
    axes = next(b for b in section.blocks if isinstance(b, Table))
    assert "autre lecture" in axes.rows["dit"].iloc[0]


def test_a_gap_without_levels_is_not_told_in_tenths() -> None:
    line = next(g for g in page_of(make()).gaps if g.gap is not None)
    assert "on ne sait pas" in words.line(dataclasses.replace(line, qpv=None))
    assert not math.isnan(line.gap or math.nan)


def test_an_axis_that_was_asked_and_has_too_few_answers_is_not_said_to_be_unasked() -> None:
    dossier = make()
    found = dossier.evaluation
    assert found is not None
    rows = found.table[found.table["niveau"] != "qpv"]
    few = dataclasses.replace(dossier, evaluation=dataclasses.replace(found, table=rows))
    (section,) = quarter_report(few, page_of(few)).sections
    axes = next(b for b in section.blocks if isinstance(b, Table)).rows
    said = dict(zip(axes["axe_mot"].str[0].astype(int), axes["dit"], strict=True))
    asked = {axis for item in ITEMS for axis in item[4]}
    assert {axis in asked for axis in said} == {True, False}
    for axis, text in said.items():
        few_or_none = (
            "masqué : moins de 30 réponses" if axis in asked else "aucune question ne porte"
        )
        assert text.startswith(few_or_none), axis
    (section,) = quarter_report(unheard := make(survey=None), page_of(unheard)).sections
    axes = next(b for b in section.blocks if isinstance(b, Table)).rows
    assert set(axes["dit"]) == {"aucune enquête jointe"}


def test_a_year_before_that_is_not_known_has_no_column() -> None:
    dossier = make()
    plan = dossier.programme
    assert plan is not None
    assert plan.quarter_axes is not None
    quarter = page_of(dossier).code_qpv

    def before(amount: Decimal | None) -> list[object]:
        axes = plan.quarter_axes.assign(valorise_precedent_eur=amount)
        told = dataclasses.replace(plan, quarter_axes=axes)
        rows = _axes(dataclasses.replace(dossier, programme=told), quarter)
        shown = next(b for b in rows if isinstance(b, Table)).rows
        return list(shown.get("valorise_precedent_eur", []))

    assert before(Decimal(0)) == [Decimal(0)] * 4
    assert before(None) == []


def test_a_doubt_next_to_a_quarter_is_counted_on_its_page_with_how_well_it_is_placed() -> None:
    dossier = make()
    homes, doors = dossier.located.residences.copy(), dossier.located.entrances.copy()

    def said(radius: float) -> tuple[str, str, str]:
        doors["result_radius_m"] = radius
        return page_of(restocked(dossier, doors, homes)).figures[-1]

    doubtful = homes["cote"] == "a_verifier"
    doors.loc[doubtful, "qpv_code"] = ""
    mine = doubtful & (doors["qpv_proche_code"] == CODE)
    count, dwellings = int(mine.sum()), int(homes.loc[mine, "nb_logements"].sum())
    assert count
    label, value, detail = said(4042.7)
    assert (label, value) == ("À vérifier", f"{dwellings} logements")
    assert detail.replace("\u202f", " ") == (f"{count} résidences à côté, à 4 043 m près")
    assert said(15.0)[2] == f"{count} résidences à côté, en losange sur le plan"
    doors.loc[doors.index[doubtful][0], "qpv_code"] = CODE
    assert f"{count} résidences, dont {count - 1} à côté, en losange" == said(15.0)[2]
    doors["qpv_statut"] = doors["qpv_statut"].replace("a_verifier", "hors")
    homes["logements_a_verifier"] = 0
    assert said(15.0)[1:] == ("aucun logement", "aucun doute dans ce quartier")


@pytest.mark.parametrize(
    ("here", "elsewhere", "said"),
    [
        (0.674, 0.796, "13 de moins sur 100"), (0.665, 0.604, "7 de plus sur 100"),
        (0.711, 0.706, "autant"),
    ],
)  # fmt: skip
def test_residents_read_a_gap_between_the_shares_printed(
    here: float, elsewhere: float, said: str
) -> None:
    line = next(g for g in page_of(make()).gaps if g.gap is not None)
    text = words.line(dataclasses.replace(line, qpv=here, hors=elsewhere))
    assert f" ailleurs, {said} ; {line.words}" in text


def test_a_residence_that_stands_in_two_quarters_is_counted_in_each() -> None:
    dossier = of_doors(make(), result_citycode="59999")
    doors, homes = dossier.located.entrances.copy(), dossier.located.residences
    other = "QN05992M"
    before = {p.code_qpv: p for p in map_model(dossier).pages}
    # R0000 takes the 40 dwellings of an entrance in the other quarter, and 7 in doubt beside it
    more = doors.iloc[[0, 0]].assign(
        nb_logements=[40, 7], qpv_statut=["dans", "a_verifier"], qpv_code=[other, ""],
        qpv_nom=["Le Moulin – Gare", ""], qpv_proche_code=other,
    )  # fmt: skip
    row = homes["id_residence"] == "R0000"
    held = homes.assign(
        nb_logements=homes["nb_logements"] + 47 * row,
        logements_dans=homes["logements_dans"] + 40 * row,
        logements_a_verifier=homes["logements_a_verifier"] + 7 * row,
    )
    made = restocked(dossier, pd.concat([doors, more], ignore_index=True), held)
    after = {p.code_qpv: p for p in map_model(made).pages}
    assert after[CODE].figures[0][1] == before[CODE].figures[0][1]
    assert after[CODE].doubtful == before[CODE].doubtful
    assert int(after[other].figures[0][1]) == int(before[other].figures[0][1]) + 40
    assert after[other].doubtful == before[other].doubtful + 7
    counted = quarters(made.located.held).set_index("code_qpv")
    whole = dwellings_by_side(made.located.held)
    assert counted["logements_dans"].sum() == whole["dans"]
    assert counted["logements_a_verifier"].sum() == whole["a_verifier"]
    known = quarters(dossier.located.held).set_index("code_qpv")["residences"]
    assert (counted["residences"] - known).to_dict() == {CODE: 0, other: 1}
    drawn_ = map_model(made).qpv.set_index("code_qpv")["logements"]
    assert drawn_[other] == int(after[other].figures[0][1])


def test_a_quarter_of_buildings_of_a_residence_counted_elsewhere_has_its_pages() -> None:
    dossier = of_doors(make(), result_citycode="59999")
    other = "QN05992M"
    doors, homes = dossier.located.entrances, dossier.located.residences
    one = doors["id_residence"] == "R0007"  # in the other quarter
    elsewhere = homes.assign(code_qpv=homes["code_qpv"].replace(other, CODE))
    own = doors.assign(qpv_code=[other if here else CODE for here in one], qpv_proche_code=CODE)
    own = own[own["qpv_statut"] == "dans"]
    made = restocked(dossier, own, elsewhere)
    page = next(p for p in map_model(made).pages if p.code_qpv == other)
    assert page.figures[0][1] == str(doors.loc[one, "nb_logements"].iloc[0])
    assert residents_page(made, page).title == "Le Moulin – Gare"


def test_answers_of_other_bailleurs_are_never_told_as_the_bailleurs() -> None:
    dossier = make()
    survey = dossier.survey
    assert survey is not None
    rows = survey.comparison
    rows = rows[rows["bailleur"] == BAILLEUR].assign(bailleur="ensemble")

    def told(masked: str = "", **settings: bool) -> tuple[QpvPage, str, str, str, str]:
        """Return the page of a quarter, the other two, the note with the comparison, and the summary."""
        hidden = rows.assign(
            publication=rows["publication"].mask(rows["territoire"] == masked, "masque")
        )
        heard = dataclasses.replace(
            survey, comparison=hidden, settings={**survey.settings, **settings}
        )
        made = claimed(dataclasses.replace(dossier, survey=heard))
        page = page_of(made)
        (proof,) = quarter_report(made, page).sections
        fields = " ".join(b.scope for b in proof.blocks if isinstance(b, Table))
        sheets = (note(made), synthese(made), comparaison(made), evaluation(made))
        texts = [
            "\n".join(p for b in s.blocks if isinstance(b, Text) for p in b.paragraphs)
            for s in sheets[1:]
        ]
        texts.insert(0, written(sheets[0]))
        assert len({NOT_NAMED.format(bailleur=BAILLEUR) in text for text in texts}) == 1
        return page, residents(made), fields, texts[0] + texts[2], texts[1]

    page, plain_page, fields, first, summary = told(autrui=True)
    assert page.everyone
    assert not page.borrowed
    assert page.gap_scope == "Tous bailleurs (l’enquête ne nomme pas celui-ci) : ici et hors QPV"
    assert "locataires ici, tous bailleurs de l’enquête : «" in page.sentences[-2]
    assert "tous ceux qu’elle nomme" in plain_page
    assert "quartiers du bailleur" not in plain_page + fields
    assert "autres quartiers de tous les bailleurs" in fields
    assert "Service du bailleur" not in first
    assert all(f"L’enquête ne nomme pas « {BAILLEUR} »" in text for text in (first, summary))
    page, plain_page, *_ = told(CODE, autrui=True)
    assert page.borrowed
    assert "tous QPV" in page.gap_scope
    assert "elle ne nomme pas celui d’ici" in plain_page
    page, plain_page, fields, first, _ = (
        told()
    )  # a delivery that names nobody is the bailleur's own
    assert page.gap_scope == "Ménages de ce quartier comparés aux ménages hors QPV du bailleur"
    assert "dans les autres quartiers du bailleur" in plain_page
    assert "autres quartiers du bailleur" in fields
    assert "Service du bailleur" in first
