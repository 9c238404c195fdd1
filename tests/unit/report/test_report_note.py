"""The note answers four questions on one page, whatever the dossier holds, never in the landlord's favour."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import subprocess
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import note_text
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from note_text import answers, cell, note, rows, synthese, written
from report_dossier import abatement, claimed, located, make, settled

from effort import tries
from everywhere import need
from tfpb.evidence.explanation import explain
from tfpb.evidence.tasks import KINDS, Task
from tfpb.facts.amount import between, known, nil, total, unknown
from tfpb.facts.claim import TOTAL, Claim, Claims, State, claim
from tfpb.facts.programme_claims import programme_claims
from tfpb.facts.quarter import Quarter, Quarters
from tfpb.facts.survey_claims import answers_scope
from tfpb.model.codes import TaskState
from tfpb.model.question import Unit
from tfpb.model.report import Drawn, Format, Headed, Lines
from tfpb.pipeline.pack_files import data_files
from tfpb.report import theme
from tfpb.report.cell_values import as_text
from tfpb.report.documents import document_pdf
from tfpb.report.sections import report
from tfpb.report.sections.build import of_dossier
from tfpb.report.sections.faits import faits
from tfpb.report.sections.note import _ROOMS, OfPlace
from tfpb.report.sections.note import note as whole_note
from tfpb.report.sections.note.left_to_do import left_to_do
from tfpb.report.sections.note.tenants import tenants
from tfpb.report.sections.survey import survey_view as view
from tfpb.words.documents import note_words
from tfpb.words.numbers import ROUNDED, ROUNDED_HERE, euros, rough

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.report import Section

INPUTS = ("abatement", "programme", "survey", "conventions", "droit_commun")
JUSTIFIED, PAYERS, TENANTS, TO_DO = range(4)


def said(dossier: Dossier, rank: int = JUSTIFIED) -> str:
    """Return the sentences and the notes of an answer, with plain spaces."""
    answer = answers(note(dossier))[rank]
    return plain(" ".join((*answer.sentences, *answer.notes)))


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def lines(dossier: Dossier, rank: int = JUSTIFIED) -> list[list[str]]:
    """Return the lines of an answer as texts."""
    return [[plain(cell(c)) for c in row] for row in rows(note(dossier), rank)]


def asked(dossier: Dossier, most: int = 9) -> list[list[str]]:
    """Return the questions that a page of so much room prints."""
    body = tenants(dossier)(most).rests_on
    assert isinstance(body, Lines)
    return [[plain(cell(c)) for c in row] for row in body.rows]


def of_balance(dossier: Dossier, *rows: dict[str, Any]) -> Dossier:
    """Make a quarter a row: its abatement (None: not known), one action of so much, what is carried over."""
    plan, year = dossier.programme, dossier.settings.dossier.annee
    assert plan is not None
    codes = [f"QN{k:05d}M" for k in range(len(rows))]
    due = [
        unknown("avis_non_lu")
        if row.get("abattement_eur") is None
        else known(row["abattement_eur"])
        for row in rows
    ]
    mine = dataclasses.replace(
        plan,
        actions=pd.DataFrame(
            [
                plan.actions.iloc[0].to_dict()
                | {"id_action": f"A{k}", "code_qpv": codes[k], "annee": year,
                   "valorise_eur": row["valorise_eur"]}
                for k, row in enumerate(rows)
            ]
        ),
        balance=pd.DataFrame(
            [
                plan.balance[plan.balance["annee"] == year].iloc[0].to_dict()
                | {"code_qpv": codes[k], "abattement_eur": row.get("abattement_eur"),
                   "valorise_eur": row["valorise_eur"]}
                for k, row in enumerate(rows)
            ]
        ),
        carried={codes[k]: row["report_eur"] for k, row in enumerate(rows) if "report_eur" in row},
        before=None,
    )  # fmt: skip
    others = [
        c
        for c in dossier.claims
        if c.scope == TOTAL or " " in c.scope
        if c.title.unit is not Unit.EUR and not c.scope.startswith("QN")
    ]
    money = [claim("acquis", code, amount) for code, amount in zip(codes, due, strict=True)]
    homes = [
        claim(name, code, known(count + k))
        for k, code in enumerate(codes)
        for name, count in (("logements_abattus", 100), ("logements_qpv", 120))
    ]
    base = Claims([claim("acquis", TOTAL, total(due)), *money, *homes])
    own = [*programme_claims(mine, base), *of_tenants(dossier, codes, rows)]
    names = {c.name for c in own}
    kept = [c for c in others if c.name not in names]
    return dataclasses.replace(
        dossier,
        programme=mine,
        claims=Claims([*kept, *base, *own]),
        quarters=Quarters(
            Quarter(code, row.get("nom_qpv", f"Quartier {k}"))
            for k, (code, row) in enumerate(zip(codes, rows, strict=True))
        ),
    )


def of_tenants(
    dossier: Dossier, codes: Sequence[str], rows: Sequence[dict[str, Any]]
) -> list[Claim]:
    """Claim the tenants content with their résidence in each quarter: `contents`, None where masked."""
    out = []
    for k, (code, row) in enumerate(zip(codes, rows, strict=True)):
        level = row.get("contents", Decimal(60 + k % 20) / 100)
        scope = answers_scope(code, "q01", "2023")
        out.append(
            Claim("satisfaits_qpv", scope, None, State.MASQUE)
            if level is None
            else claim("satisfaits_qpv", scope, known(level), state=row.get("etat", State.CONNU))
        )
    return out


def page_of(dossier: Dossier) -> tuple[Section, bytes]:
    """Return what one page took of the note, and that page."""
    whole = of_dossier(dossier, "Titre", "", [note(dossier)])
    fit, pdf = document_pdf.answered(whole)
    return fit.sections[0], pdf


def euros_of(amount: int, valued: int, **more: Any) -> dict[str, Any]:
    return {"abattement_eur": Decimal(amount), "valorise_eur": Decimal(valued), **more}


def test_what_one_quarter_spends_too_much_justifies_no_other() -> None:
    dossier = of_balance(make(), euros_of(1000, 3000), euros_of(1000, 500))
    text = said(dossier)
    assert "justifient 75 % de l’abattement : 1 500 € sur 2 000 €" in text
    assert "Il manque 500 € : Quartier 1." in text
    assert "Quartier 0 : 2 000 € de plus que le sien, sans compenser les autres." in text
    for alone in (euros_of(1000, 3000), euros_of(1000, 500)):
        assert "sans compenser" not in said(of_balance(make(), alone))


def test_a_share_is_never_rounded_up_to_the_whole() -> None:
    dossier = of_balance(make(), euros_of(100_000, 99_600))
    assert "justifient 99 % de l’abattement : 99 600 € sur 100 000 €" in said(dossier)
    assert "Il manque 400 €" in said(dossier)


def test_what_lacks_most_comes_first_and_each_line_adds_up_to_what_is_acquired() -> None:
    dossier = of_balance(make(), euros_of(1000, 999), euros_of(2001, 10), euros_of(500, 500))
    found = lines(dossier)
    assert [row[0] for row in found] == ["Quartier 1", "Quartier 0", "Quartier 2"]
    for row in found:
        acquired, *parts = (int(c.replace(" ", "")) for c in (row[1], *row[3:6]))
        assert acquired == sum(parts), row
    assert "dans 2 quartiers. D’abord Quartier 1 (1 991 €)." in said(dossier)


def test_cents_are_rounded_once_and_a_line_that_does_not_add_up_says_so() -> None:
    cents = {"abattement_eur": Decimal("1000.50"), "valorise_eur": Decimal("333.40")}
    (row,) = lines(of_balance(make(), cents))
    assert [row[1], *row[3:6]] == ["1 001", "0", "333", "667"]
    assert ROUNDED_HERE in written(note(of_balance(make(), cents)))
    assert ROUNDED_HERE not in written(note(of_balance(make(), euros_of(1000, 333))))
    assert "667 €" in plain(written(note(of_balance(make(), cents))))  # as the sentences round it


def test_what_is_carried_over_is_to_be_programmed_and_named() -> None:
    dossier = of_balance(make(), euros_of(1000, 900, report_eur=Decimal(300)))
    before = dossier.settings.dossier.annee - 1
    [line] = [row for row in lines(dossier, TO_DO) if row[1].startswith("Programmer")]
    assert (
        line[1]
        == f"Programmer en {before + 2} : manque 100 + reporté de {before} 300 = 400 ; Quartier 0"
    )
    assert line[2] == "400"


def test_all_is_justified_only_where_every_quarter_is() -> None:
    assert "Rien ne manque, quartier par quartier" in said(of_balance(make(), euros_of(1000, 1000)))
    unread = of_balance(make(), euros_of(1000, 1000), {"valorise_eur": Decimal(10)})
    text = said(unread)
    assert "ien ne manque" not in text
    assert "Sur au moins 1 000 €, on ne sait pas ce qui manque." in text
    first = lines(unread)[0]
    assert first[0] == "Quartier 1", "what is not known stands before what lacks nothing"
    assert [first[1], *first[3:6]] == ["non connu", "0", "au plus 10", "non connu"]


def with_claims(dossier: Dossier, **amounts: object) -> Dossier:
    """Claim other amounts over the whole."""
    made = [claim(name, TOTAL, amount) for name, amount in amounts.items()]  # type: ignore[arg-type]
    return dataclasses.replace(dossier, claims=dossier.claims.renewed(made))


def test_an_unknown_abatement_is_no_zero() -> None:
    hangs = between(Decimal(0), Decimal(800), "convention")
    text = said(with_claims(make(), acquis=hangs, sous_reserve=known(800)))
    assert "sous réserve" in text
    assert not re.search(r"(?<!\d)0 €", text)
    assert "ustifié" not in text
    (payer,) = answers(note(with_claims(make(), acquis=hangs)))[PAYERS].sentences
    assert payer == "On ne sait pas : l’abattement acquis n’est pas connu."


def test_an_abatement_known_in_part_is_not_told_unknown_nor_of_one_quarter() -> None:
    """What lacks of the rest is of quarters not read: the one that is named lacks its own part alone."""
    part = between(Decimal(500), Decimal(800), "avis_non_lu")
    nobody = dict.fromkeys(("compensation", "perte", "perte_communes", "perte_intercommunale",
                            "reporte_contribuables"), unknown("avis_non_lu"))  # fmt: skip
    (payer,) = answers(note(with_claims(make(), acquis=part, **nobody)))[PAYERS].sentences
    assert payer.startswith("L’abattement acquis n’est connu qu’en partie")
    row = {"abattement_eur": 90, "valorise_eur": Decimal(50), "report_eur": 0}
    one = of_balance(make(), row)
    assert "Il manque 40 € : Quartier 0." in said(one, JUSTIFIED)
    lacking = with_claims(one, reste_a_justifier=between(Decimal(40), Decimal(90), "avis_non_lu"))
    told = said(lacking, JUSTIFIED)
    assert "manque de 40 à 90 €. D’abord Quartier 0 (40 €)" in told
    assert "€ : Quartier" not in told


def test_no_abatement_is_not_a_programme_that_lacks() -> None:
    text = said(of_balance(make(), euros_of(0, 5)))
    assert "aucun n’est porté par les avis ni estimé dû" in text
    assert "sans programme" not in text


def test_bounds_are_written_alike_in_sentence_cell_and_task() -> None:
    dossier = of_balance(make(), euros_of(1000, 400), euros_of(500, 500))
    open_ = between(Decimal(1500), Decimal(2500), "avis_non_lu")
    left = between(Decimal(600), Decimal(1600), "avis_non_lu")
    share = between(Decimal("0.36"), Decimal("0.6"), "avis_non_lu")
    made = with_claims(
        dossier, acquis=open_, reste_a_justifier=left, part_justifiee=share, part_prouvee=share,
        a_programmer=left, justifie=between(Decimal(900), Decimal(900), "x"),
    )  # fmt: skip
    verdict = plain(answers(note(made))[JUSTIFIED].sentences[0])
    assert "€" not in verdict, "no euros beside a bounded share"
    assert "Sur un abattement de 1 400 à 2 600 €, il manque de 600 à 1 600 €" in said(made)
    body = answers(note(made))[JUSTIFIED].rests_on
    assert isinstance(body, Lines)
    whole = [plain(cell(c)) for c in body.total]
    assert whole[1] == "de 1 400 à 2 600"


def test_under_reserve_what_is_at_risk_is_told_and_no_share() -> None:
    hangs = between(Decimal(0), Decimal(800), "convention")
    made_ = with_claims(make(), acquis=hangs, sous_reserve=known(800), a_risque=known(5000))
    assert "en plus, 5 000 € à risque." in said(made_)


def test_dwellings_that_a_notice_leaves_open_are_counted_once() -> None:
    """They may be abated: they are not « without abatement », nor both not read and to claim."""
    held = with_claims(
        make(), logements_exoneres=known(475), logements_non_lus=known(81),
        logements_a_reclamer=between(Decimal(200), Decimal(281), "avis_non_lu"),
    ).claims.within()  # fmt: skip
    text = plain(note_words.aside(held))
    assert (
        "l’abattement n’est pas acquis : 475 encore exonérés, au moins 200 à réclamer, 81" in text
    )


def tasked(*tasks: Task, **amounts: object) -> list[list[str]]:
    """Return the lines of the page for some tasks alone."""
    answer = left_to_do(with_claims(make(), **amounts), tasks)(8)
    assert isinstance(answer.rests_on, Lines)
    return [[plain(cell(c)) for c in row] for row in answer.rests_on.rows]


def test_the_last_answer_lists_what_nobody_has_done_the_nearest_day_first() -> None:
    """What is done, or has no object any more, is not asked again on page one."""

    def task(kind: str, day: dt.date | None, **more: Any) -> Task:
        return Task(KINDS[kind], f"R {kind}", name=f"Le {kind}", stake=known(10), day=day, **more)

    late = task("reclamer", dt.date(2026, 12, 31))
    soon = task("situer", dt.date(2026, 3, 31))
    now = task("signaler", None, at_once=True)
    said = [row[1] for row in tasked(late, soon, now)][:3]
    assert [next(k for k in ("signaler", "situer", "reclamer") if f"Le {k}" in s) for s in said] == [
        "signaler", "situer", "reclamer",
    ]  # fmt: skip
    for state in (TaskState.FAIT, TaskState.SANS_OBJET):
        done = dataclasses.replace(soon, state=state)
        assert not any("Le situer" in row[1] for row in tasked(late, done, now))


def test_what_is_at_risk_inside_a_quarter_is_not_said_out_of_it() -> None:
    signal = KINDS["signaler"]
    gone = Task(signal, "R1", name="Les Mineurs", stake=known(10))
    inside = Task(signal, "R2", code_qpv="QN00001M", name="Tour Debussy", stake=known(30))
    [alone, *_] = tasked(gone)
    assert "hors quartier, encore abattu" in alone[1]
    [mixed, *_] = tasked(inside, gone, acquis=nil())
    assert "hors quartier" not in mixed[1]
    assert "abattu sans droit" in mixed[1]
    assert "en plus" not in mixed[1], "nothing is acquired on top of which it would be"


def test_of_what_is_known_at_most_alone_the_largest_comes_first() -> None:
    """Ranked by its least alone, « d’abord » named the smallest of what may be."""
    sizes = {"A": 100, "B": 900, "C": 400}
    tasks = [
        Task(KINDS["prouver"], code, stake=between(Decimal(0), Decimal(size), "x"))
        for code, size in sizes.items()
    ]
    ranked = sorted(tasks, key=lambda one: one.weight, reverse=True)
    assert [one.subject for one in ranked] == ["B", "C", "A"]
    open_ = Task(KINDS["lire"], "D", stake=unknown("x"))
    assert open_.weight > ranked[0].weight, "what nothing bounds may be the largest"


def test_the_last_word_of_the_summary_is_a_sum_only_where_one_is_left() -> None:
    over = plain(synthese(of_balance(make(), euros_of(100, 200))).lead)
    assert over.startswith("Justifié à 100 % (100 €), et à 0 % (0 €) avec pièce"), over
    assert "manque" not in over
    short = plain(synthese(of_balance(make(), euros_of(100, 60))).lead)
    assert " ; manque : 40 €. " in short
    hangs = between(Decimal(0), Decimal(800), "convention")
    unsettled = of_balance(make(), euros_of(0, 5))
    kept = [c for c in unsettled.claims if not c.name.startswith("part_")]
    unsettled = dataclasses.replace(unsettled, claims=Claims(kept))
    assert "Abattement non établi" in plain(synthese(with_claims(unsettled, acquis=hangs)).lead)


def test_the_page_says_what_was_spent_and_how_many_doors_are_placed() -> None:
    text = said(of_balance(make(), euros_of(1000, 600)))
    assert re.search(r"Actions : .* réalisés, .* valorisés\.", text)
    assert re.search(r"En QPV : .* logements sur .* ; .* entrées situées sur", text)


def test_the_less_is_known_of_sides_the_more_stands_beside_what_is_justified() -> None:
    """With half of the addresses lost, « justifié à 100 % » stood alone: what waits is said as loud."""
    over = of_balance(make(), euros_of(100, 200))
    told = said(with_claims(over, sous_reserve=known(7000)))
    assert "Rien ne manque" in told
    assert "En plus, sous réserve : 7 000 €." in told
    assert "sous réserve" not in said(with_claims(over, sous_reserve=nil()))
    lead = plain(synthese(with_claims(over, sous_reserve=known(7000))).lead)
    assert " ; sous réserve : 7 000 €." in lead


def test_what_is_left_at_most_is_said_so() -> None:
    dossier = of_balance(make(), euros_of(100, 100))
    left = with_claims(dossier, reste_a_justifier=between(Decimal(0), Decimal(40), "x"))
    assert "Il manque au plus 40 €" in said(left)
    open_ = with_claims(dossier, reste_a_justifier=unknown("x"))
    assert "On ne sait pas ce qui manque" in said(open_)


def test_proofs_that_bring_nothing_are_no_line_and_those_of_a_quarter_no_more_than_it_lacks() -> (
    None
):
    more = Task(KINDS["prouver_de_plus"], "A1", code_qpv="QN00001M", name="Fête", stake=nil())
    assert not any("pièce" in row[1] for row in tasked(more))
    most = between(Decimal(0), Decimal(300), "x")
    proofs = [
        Task(KINDS["prouver"], f"A{k}", code_qpv="QN00001M", name=f"Action {k}", stake=most)
        for k in range(2)
    ]
    dossier = make()
    left = claim("a_prouver", "QN00001M", between(Decimal(0), Decimal(400), "x"))
    dossier = dataclasses.replace(dossier, claims=Claims([*dossier.claims, left]))
    body = left_to_do(dossier, proofs)(8).rests_on
    assert isinstance(body, Lines)
    [line] = [row for row in body.rows if "pièces" in cell(row[1])]
    assert plain(cell(line[2])) == "au plus 400"
    assert "Joindre 2 pièces : d’abord Action" in plain(cell(line[1])).replace("« ", "").replace(
        " »", ""
    )


@pytest.mark.parametrize("absent", [*[(k,) for k in INPUTS], ("abatement", "survey"), INPUTS])
def test_without_files_it_says_what_lacks_and_claims_nothing(absent: tuple[str, ...]) -> None:
    whole = written(note(dataclasses.replace(make(), **dict.fromkeys(absent))))
    if "abatement" in absent:
        assert "le montant de l’abattement n’est pas calculé" in whole
    if "survey" in absent:
        assert "la satisfaction des locataires n’est pas mesurée" in whole
        assert "pas moins bien" not in whole
    if "programme" in absent:
        assert "si elles servent" not in whole
        assert "Fournir « Programme d’actions »" in whole


def test_questions_are_printed_by_size_of_their_gap_and_a_masked_one_has_no_figure() -> None:
    dossier = make()
    survey = dossier.survey
    assert survey is not None
    labels = [row[0] for row in asked(dossier)]
    name = survey.name_of(dossier.settings.dossier.bailleur)
    found = view.shown(view.totals(view.gaps(survey, name, survey.last_wave)))
    size = dict(zip(found["libelle"], found["ecart"], strict=True))
    sizes = [size[label] for label in labels if label in size]
    assert len(sizes) == len(size) > 3
    assert sizes == sorted(sizes), "from the worst to the best"
    assert len(labels) == len(survey.items)
    hidden = survey.comparison.copy()
    here = (hidden["item"] == "q07") & (hidden["vague"] == "2023")
    hidden.loc[here, "publication"] = "masque"
    hidden.loc[here, ["estimation", "ic95_bas", "ic95_haut", "ic90_bas", "ic90_haut"]] = None
    masked = claimed(
        dataclasses.replace(dossier, survey=dataclasses.replace(survey, comparison=hidden))
    )
    [row] = [r for r in asked(masked) if r[0].startswith("Accueil")]
    assert row[1:3] == ["", "masqué"]
    assert "masqué sur 1." in said(masked, TENANTS)
    asked_of_none = hidden.assign(publication=hidden["publication"].where(~here, "non_calculable"))
    unasked = claimed(
        dataclasses.replace(dossier, survey=dataclasses.replace(survey, comparison=asked_of_none))
    )
    [row] = [r for r in asked(unasked) if r[0].startswith("Accueil")]
    assert row[1:3] == ["", "non calculable"]
    assert "sans réponse sur 1." in said(unasked, TENANTS)
    assert "masqué" not in said(unasked, TENANTS)
    every = (hidden["groupe"] == "ecart") & (hidden["vague"] == "2023")
    hidden.loc[every, "publication"] = "masque"
    hidden.loc[every, ["estimation", "ic95_bas", "ic95_haut", "ic90_bas", "ic90_haut"]] = None
    dark = claimed(
        dataclasses.replace(dossier, survey=dataclasses.replace(survey, comparison=hidden))
    )
    assert "sur 9 questions : toutes masquées" in said(dark, TENANTS)
    assert "sur 0" not in said(dark, TENANTS), "no nought is a result"
    assert note_words.NONE_ALIKE not in said(dark, TENANTS)


def test_of_few_lines_one_is_the_worst() -> None:
    dossier = make()
    survey = dossier.survey
    assert survey is not None
    rows = survey.comparison.copy()
    [worst] = survey.items.loc[survey.items["libelle"] == "Qualité de vie dans le quartier", "item"]
    there = (rows["item"] == worst) & (rows["groupe"] == "ecart") & (rows["vague"] == "2023")
    rows.loc[there, "estimation"] = -0.3
    found = dataclasses.replace(dossier, survey=dataclasses.replace(survey, comparison=rows))
    least = note(claimed(found)).shorter[-1]
    shown = [cell(row[0]) for row in note_text.rows(least, TENANTS)]
    assert shown == ["Qualité de vie dans le quartier", "Propreté des parties communes"]


def test_the_page_of_a_place_says_that_the_survey_is_the_region_s() -> None:
    dossier = make()
    place = written(whole_note(dossier, (), OfPlace("Contrat de ville X")))
    assert "Enquête mars 2023, toute la région : 1 474 ménages" in place
    assert "toute la région" not in written(note(dossier))


def test_where_no_question_has_a_like_answer_one_note_says_it_for_all() -> None:
    dossier = make()
    survey = dossier.survey
    assert survey is not None
    rows = survey.comparison
    raw = rows[rows["ajustement"] != "comparable"]
    for kept, word, other in (
        (raw, note_words.NONE_ALIKE, note_words.DAGGER),
        (pd.concat([raw, rows[(rows["ajustement"] == "comparable") & (rows["item"] == "q01")]]),
         note_words.DAGGER, note_words.NONE_ALIKE),
    ):  # fmt: skip
        found = claimed(
            dataclasses.replace(dossier, survey=dataclasses.replace(survey, comparison=kept))
        )
        assert word in said(found, TENANTS)
        assert other not in said(found, TENANTS)
        marked = any("†" in row[2] for row in lines(found, TENANTS))
        assert marked == (word == note_words.DAGGER)


def test_shares_that_a_doubt_may_change_are_to_confirm() -> None:
    dossier = make()
    doubted = [
        dataclasses.replace(c, state=State.A_CONFIRMER) if c.name == "justifie" else c
        for c in dossier.claims
    ]
    assert note_words.TO_CONFIRM not in said(dossier)
    assert note_words.TO_CONFIRM in said(dataclasses.replace(dossier, claims=Claims(doubted)))


@pytest.mark.parametrize(
    ("every", "borne", "written"),
    [
        (5000, 1200, " ; 1 200 € déjà sur avis, à rendre si hors QPV"),
        (5000, 0, ""),
        (6000, 1200, ""),  # another reserve may be what the notices bear
    ],
)
def test_what_waits_for_a_side_is_not_all_to_be_won(every: int, borne: int, written: str) -> None:
    dossier = make()
    amounts = {"sous_reserve": every, "reserve_cote": 5000, "sous_reserve_porte": borne}
    kept = [c for c in dossier.claims if (c.name, c.scope) not in {(n, TOTAL) for n in amounts}]
    own = [claim(name, TOTAL, known(Decimal(a))) for name, a in amounts.items()]
    found = lines(dataclasses.replace(dossier, claims=Claims([*kept, *own])), TO_DO)
    [line] = [row[1] for row in found if row[1].startswith("Situer")]
    assert line.endswith(written or "Résidence n° 11 (86)")


def test_a_residence_is_told_from_another_of_its_name_by_its_identifier() -> None:
    dossier = make()
    homes = dossier.located.residences
    same = homes.assign(nom=homes["nom"].mask(homes["id_residence"] == "R0004", "Résidence n° 3"))
    named = dataclasses.replace(
        dossier, located=dataclasses.replace(dossier.located, residences=same)
    )
    [line] = [row[1] for row in lines(named, TO_DO) if row[1].startswith("Situer")]
    assert "Résidence n° 3 n° R0003 (57), Résidence n° 11 (86)" in line


def test_what_moved_is_shown_and_named_then_and_now() -> None:
    dossier = make()
    survey = dossier.survey
    assert survey is not None

    def moved(**marks: str) -> Dossier:
        rows = survey.comparison.copy()
        there = (rows["item"] == "q08") & (rows["groupe"] == "evolution_ecart")
        rows.loc[there, "verdict"] = "hausse"
        same = rows[there].assign(ajustement="comparable")
        for name, value in marks.items():
            rows.loc[there, name] = value
        return claimed(
            dataclasses.replace(
                dossier, survey=dataclasses.replace(survey, comparison=pd.concat([rows, same]))
            )
        )

    [row] = [r for r in lines(moved(), TENANTS) if r[0].startswith("Traitement")]
    assert row[3].startswith("▲ de −3 à −1")
    assert "Depuis 2019, 1 écart en faveur des QPV (▲)." in said(moved(), TENANTS)
    [alone] = [r for r in asked(moved(isole="oui")) if r[0].startswith("Traitement")]
    assert alone[3].startswith("peut-être, de ")
    assert "▲" not in said(moved(isole="oui"), TENANTS)


def test_it_is_one_page_and_the_first_of_the_report() -> None:
    whole = report(make())
    fit, pdf = document_pdf.answered(whole)
    (page,) = pages(pdf)
    first, second = pages(document_pdf.render(fit, {}, {}))[:2]
    assert "1. L’abattement est-il justifié ?" in page
    for line in page.splitlines():
        if "€" in line:
            assert line in first, "one word, one figure"
    assert "Sommaire" in second
    assert len(pdf) < 300_000


LONG = "Le Grand Ensemble du Bois de l’Évêque et des Trois Fontaines " * 2
CASES = {
    "long": {},
    "unread": {"abattement_eur": None},
    "masked": {"contents": None},
    "few": {"etat": State.PEU_DE_REPONSES},
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("count", [40, 1, 3, 12][: tries(1, 4)])
def test_many_quarters_of_long_names_hold_on_one_page(count: int, case: str) -> None:
    given = [euros_of(1000 + k, 10 * k, nom_qpv=f"{k} {LONG}") | CASES[case] for k in range(count)]
    dossier = of_balance(make(), *given)
    kept, pdf = page_of(dossier)
    (page,) = pages(pdf)
    assert "4. Que faire ?" in page
    smallest = min(sizes(pdf))
    assert smallest >= theme.NOTE_PT, smallest
    assert len(pdf) < 300_000  # a mail
    shown = rows(kept, JUSTIFIED)
    if case == "unread":
        assert "justifient" not in page
        return
    others = [r for r in shown if "autres quartiers" in cell(r[0])]
    assert len(shown) - len(others) + sum(int(cell(r[0]).split()[0]) for r in others) == count


def test_quarters_that_the_page_does_not_hold_are_added_up_and_their_worst_is_named() -> None:
    given = [euros_of(1000, 10 * k) for k in range(40)]
    found = lines(of_balance(make(), *given))
    assert len(found) == 11
    name, acquired, _, proved, bare, left, content = found[-1]
    assert name == "30 autres quartiers"
    assert (acquired, left) == (
        "30 000",
        f"{sum(1000 - 10 * k for k in range(10, 40)):,}".replace(",", " "),
    )
    assert content == "60 à 79 %"
    assert (proved, bare) == ("0", "7 350")


def test_less_room_keeps_the_same_words_and_names_what_goes() -> None:
    whole = note(of_balance(make(), *(euros_of(1000, k) for k in range(8))))
    assert whole.shorter
    for page in whole.shorter:
        assert answers(page)[JUSTIFIED].sentences == answers(whole)[JUSTIFIED].sentences
    last = whole.shorter[-1]
    kept, every = (rows(p, TO_DO) for p in (last, whole))
    assert len(kept) == 3 < len(every)
    assert kept[0] == every[0], "what cannot wait stays"
    assert "Pas la place ici : " in written(last)
    gone = written(last).partition("Pas la place ici : ")[2]
    for _, what, stake, *_ in (row for row in every if row not in kept):
        head = cell(what).partition(" ")[0]
        assert head in gone, "what is left out is named"
        left = cell(stake).replace("\u202f", " ")
        assert left in ("–", "inconnu") or f"({left}" in gone.replace("\u202f", " "), (
            "with its euros"
        )
    assert all(r.tasks == 9 for r in _ROOMS if r.questions > 2), "questions go before what is due"
    assert [cell(r[0]) for r in rows(last, JUSTIFIED)][-1] == "6 autres quartiers"


def test_every_payer_is_named_and_they_come_to_the_whole() -> None:
    stock = located()
    text = written(note(make(abatement=settled(abatement(stock)))))
    third = text.partition("2. Qui paie ?")[2].partition("3. ")[0]
    for name in (
        "État* 18 000 €",
        "Commune 26 000 €",
        "Intercommunalité, syndicats 2 000 €",
        "Autres contribuables 1 600 €",
    ):
        assert name in third, third
    assert "* L’État rembourse" not in third, "no value of the law is at hand"
    assert "Autres contribuables" not in written(
        note(with_claims(make(), reporte_contribuables=nil()))
    )


def test_what_is_to_do_bears_its_stake_its_role_and_its_day() -> None:
    dossier = make()
    found = lines(dossier, TO_DO)
    [first, *others] = found
    assert first[1].startswith("Signaler Résidence n° 3, en partie : "), first
    assert first[2] == "310"
    assert first[0] == "sans attendre"
    assert {row[3] for row in found} == {"à désigner"}
    [claims] = [row for row in others if row[1].startswith("Suivre")]
    assert (claims[2], claims[0]) == ("2 400", "31/12/2026")
    proof = next(row for row in others if row[1].startswith("Dater"))
    assert "« Action 0 @SUM(A1) », Les Tilleuls" in proof[1]
    assert found[-1][1].startswith("Fixer la prochaine enquête")
    assert found[-1][0] == "date à fixer"


def pages(pdf: bytes) -> list[str]:
    """Return the text of each page."""
    command = [need("pdftotext"), "-layout", "-", "-"]
    made = subprocess.run(command, input=pdf, capture_output=True, check=True)
    return made.stdout.decode().split("\f")[:-1]


def sizes(pdf: bytes) -> set[float]:
    """Return the heights of the words of a page, in points: poppler takes the type for it."""
    command = [need("pdftotext"), "-bbox", "-", "-"]
    made = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()
    boxes = re.findall(r'yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)"', made)
    return {round(float(low) - float(high), 2) for high, low in boxes}


MOST_WORDS = 500


def words_of(pdf: bytes) -> int:
    """Count the words of a page as the residents' page counts them: figures and signs are none."""
    command = [need("pdftotext"), "-", "-"]
    text = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()
    return sum(bool(re.search(r"\w", w)) and not w.isdigit() for w in text.split())


@pytest.mark.parametrize("count", [3, 12, 40])
def test_the_page_has_at_most_five_hundred_words_of_eight_points_at_least(count: int) -> None:
    given = [
        euros_of(90_000 + 1000 * k, 2000 * k, nom_qpv=f"Les Trois Fontaines {k}", **(
            {"contents": None} if k % 3 else {}
        ))
        for k in range(count)
    ]  # fmt: skip
    kept, pdf = page_of(of_balance(make(), *given))
    assert len(pages(pdf)) == 1
    assert 250 < words_of(pdf) <= MOST_WORDS
    assert min(sizes(pdf)) >= theme.NOTE_PT
    shown = [cell(row[0]) for row in rows(kept, JUSTIFIED)]
    assert len(shown) == min(count, 11), "ten that matter, the others in one row"


def test_bars_are_in_euros_on_one_scale_each_as_long_as_its_abatement() -> None:
    dossier = of_balance(
        make(), euros_of(4000, 1000), euros_of(1000, 1000), {"valorise_eur": Decimal(9)}
    )
    bars = {
        cell(row[0]): next((c for c in row if isinstance(c, Drawn)), None)
        for row in rows(note(dossier), JUSTIFIED)
    }
    longest, short = bars["Quartier 0"], bars["Quartier 1"]
    assert longest is not None
    assert short is not None
    assert sum(longest.lengths) == pytest.approx(1)
    assert longest.lengths[-1] == pytest.approx(0.75)
    assert sum(short.lengths) == pytest.approx(0.25)
    assert (longest.whole, short.whole) == (0, 0), "known: no dotted frame"
    assert bars["Quartier 2"] is None, "nothing bounds it: no length to draw"


def test_a_column_that_is_mostly_masked_goes_and_a_line_says_so() -> None:
    hidden = [euros_of(1000, 10, contents=None) for _ in range(3)]
    one = euros_of(1000, 10, contents=Decimal("0.61"))
    most = of_balance(make(), *hidden, one)
    assert "Contents de leur résidence" not in head_of(most)
    assert "par quartier, 61 %, 3 masqués (feuille « Satisfaction »)" in said(most)
    assert note_words.MASKED in said(most)
    few = of_balance(make(), *hidden[:1], one)
    assert "Contents de leur résidence" in head_of(few)
    assert "par quartier" not in said(few)


def head_of(dossier: Dossier) -> list[str]:
    body = answers(note(dossier))[JUSTIFIED].rests_on
    assert isinstance(body, Lines)
    return [column.title for column in body.columns]


def test_a_range_is_rounded_outwards_to_what_it_knows() -> None:
    cases = {
        ("5112345", "5387000"): "de 5,1 à 5,4 M€",
        ("22226", "23235"): "de 22 200 à 23 400 €",
        ("0", "23235"): "au plus 23 235 €",
        ("7", "9"): "de 7 à 9 €",
    }
    for (low, high), expected in cases.items():
        assert plain(rough(between(Decimal(low), Decimal(high), "x"))) == expected
    assert plain(rough(known(23235))) == "23 235 €"
    assert plain(rough(between(Decimal(5), None, "x"))) == "au moins 5 €"


@given(st.integers(1, 10**9), st.integers(1, 10**9))
@settings(deadline=None, max_examples=60)
def test_a_rounded_range_holds_the_exact_one(low: int, width: int) -> None:
    text = plain(rough(between(Decimal(low), Decimal(low + width), "x")))
    scale = 10**6 if "M€" in text else 1
    ends = [
        float(n.replace(" ", "").replace(",", ".")) * scale
        for n in re.findall(r"\d[\d ]*(?:,\d+)?", text)
    ]
    first = ends[0] if len(ends) == 2 else 0
    assert first <= low + 1e-6
    assert ends[-1] >= low + width - 1e-6
    assert ends[-1] - first <= 1.5 * width + 2


def test_the_level_in_qpv_then_and_now_stands_where_a_change_is_established_in_one_series() -> None:
    gaps = (-0.24, -0.10)
    plainly = {"alone": False, "doubt": False, "mode": False, "rises": True}
    told = note_words.moved("", gaps, (0.42, 0.55), **plainly)
    assert plain(told) == "▲ de −24 à −10 ; QPV 42 → 55 %"
    assert plain(note_words.moved("", gaps, None, **plainly)) == "▲ de −24 à −10"
    assert note_words.moved(note_words.NOT_SHOWN, None, (0.42, 0.55), **plainly) == "–"
    assert note_words.moved("masqué", None, None, **plainly) == "masqué", (
        "no dash for what is hidden"
    )


def test_what_is_to_plan_is_a_sum_only_where_it_adds_up() -> None:
    told = note_words.planned(known(50_516), known(38_016), known(12_500), 2024)
    assert plain(told) == "manque 38 016 + reporté de 2024 12 500 = 50 516 ; "
    assert note_words.planned(known(50_000), known(38_016), known(12_500), 2024) == ""
    open_ = between(Decimal(1), Decimal(2), "x")
    assert note_words.planned(known(50_516), open_, known(12_500), 2024) == ""


def test_names_cut_alike_are_cut_in_their_middle() -> None:
    names = {
        "A": "Intercommunal Saint-Éloi - Chevalement Nord",
        "B": "Intercommunal Saint-Éloi - Chevalement Sud",
        "C": "Thiers - Château d’Eau - Sabatier",
        "D": "Beaulieu",
    }
    cut = note_words.cut_apart(names)
    assert len(set(cut.values())) == 4
    assert all(len(name) <= 26 for name in cut.values())
    assert cut["A"].endswith("Nord")
    assert cut["B"].endswith("Sud")
    assert cut["C"] == "Thiers - Château d’Eau…"  # no dash hangs at its end
    assert cut["D"] == "Beaulieu"


def test_what_is_added_up_of_quarters_that_the_page_does_not_hold_is_explained() -> None:
    """At 15 quarters: their line, on all the room and on less."""
    rows_of = [
        euros_of(1000 * k + 7, 997 * k - 400 * (k % 3), report_eur=Decimal(100 + k))
        for k in range(4, 17)
    ]
    done = euros_of(5000, 9000, report_eur=Decimal(77))  # nothing is left to plan there
    dossier = of_balance(make(), *rows_of, done, {"valorise_eur": Decimal(321)})
    held = data_files(of_dossier(dossier, "", "", [faits(dossier)]))
    page = note(dossier)
    figures: set[str] = set()
    for one in (page, *page.shorter):
        line = [plain(cell(c)) for c in rows(one, JUSTIFIED)[-1]]
        assert line[0].endswith(" autres quartiers")
        figures |= set(re.findall(r"\d{1,3}(?: \d{3})+", " ".join(line[1:6])))
    assert len(figures) > 12
    assert not [one for one in figures if not explain(held, one)]


def test_a_cell_signs_what_hangs_on_a_reply_and_the_page_reads_the_sign() -> None:
    row = ("Quartier", "au moins 5 selon une réponse", Headed("de 1 à 2 selon une réponse"), None)
    signed = note_words.signed(row)
    assert signed == ("Quartier", "au moins 5\u202f‡", Headed("de 1 à 2\u202f‡"), None)
    assert note_words.sign_note([signed]) == "‡ selon une réponse."
    assert note_words.sign_note([("Quartier", None)]) == ""


@given(st.lists(st.tuples(*[st.integers(0, 10**9)] * 4), min_size=1, max_size=6))
@settings(deadline=None, max_examples=60)
def test_an_amount_has_one_rounding_in_the_note_its_sentences_and_tables(
    drawn: list[tuple[int, int, int, int]],
) -> None:
    """The parts of each quarter, then their sums: as sentences write them, and as cells do."""
    names = ("prouve", "a_revoir", "a_prouver", "reste_a_justifier")
    lines = [
        {n: known(Decimal(c).scaleb(-2)) for n, c in zip(names, cents, strict=True)}
        for cents in drawn
    ]
    lines.append({n: total(line[n] for line in lines) for n in names})
    for line in lines:
        line["acquis"] = total(line[n] for n in names)
    for line in lines:
        cells = note_words.balance(line)
        order = ("acquis", *names)
        assert [f"{cell}\u202f€" for cell in cells] == [euros(line[n]) for n in order]
        shown = [as_text(line[n].exact, Format.EUROS) for n in order]
        assert [cell.removesuffix("\u202f€") for cell in shown] == list(cells)
    printed = [[int(plain(c).replace(" ", "")) for c in note_words.balance(x)] for x in lines]
    adds = all(line[0] == sum(line[1:]) for line in printed)
    down = all(sum(column[:-1]) == column[-1] for column in zip(*printed, strict=True))
    assert note_words.rounding_note(lines) == ("" if adds and down else ROUNDED)


def test_one_question_on_the_residence_is_not_told_as_content_with_it() -> None:
    """No question set above the others: what is asked of cleanliness alone says no more."""
    whole = make()
    assert whole.survey is not None
    items = whole.survey.items
    none = dataclasses.replace(
        whole, survey=dataclasses.replace(whole.survey, items=items.assign(tete_de_theme=False))
    )
    first = items.loc[items["theme"] == "residence", "libelle"].iloc[0]
    shown = plain(written(note(none)))
    assert "Contents de leur résidence" not in shown
    assert f"Satisfaits, « {first} », 2023 : ailleurs, " in shown
    assert "Contents de leur résidence ailleurs, 2023 : " in plain(written(note(whole)))


def test_accounts_due_on_one_day_have_no_first() -> None:
    day, later = dt.date(2026, 4, 30), dt.date(2026, 6, 30)
    told = [plain(note_words.account_due(days, ())) for days in ([day, day], [day, later])]
    assert told == [
        "2 bilans à remettre le 30 avril 2026",
        "2 bilans à remettre, le premier le 30 avril 2026",
    ]


def test_a_piece_that_only_lacks_its_date_is_to_date_and_not_to_join() -> None:
    dossier = make()
    plan = dossier.programme
    assert plan is not None

    def told(pieces: list[str]) -> str:
        actions = plan.actions.assign(
            piece=[pieces[k % len(pieces)] for k in range(len(plan.actions))], date_piece=None
        )
        changed = dataclasses.replace(dossier, programme=dataclasses.replace(plan, actions=actions))
        (row,) = (r[1] for r in lines(changed, TO_DO) if "pièce" in r[1])
        return row

    assert told(["FA-1"]).startswith("Dater ")
    assert told([""]).startswith("Joindre ")
    assert " à dater seulement)" not in told(["FA-1"]) + told([""])
    facts = {"enough": 3, "others": False, "count": 3, "several": False, "names": "A"}
    head = note_words.task("prouver", "", facts | {"join": True, "dated": 2})[0]
    assert plain(head) == "Joindre 3 pièces (dont 2 à dater seulement) :"


def test_what_bears_the_abatement_without_right_in_a_quarter_is_not_told_out_of_it() -> None:
    facts = {"names": "R1", "acquired": ""}
    told = [note_words.task("signaler", "", {**facts, "outside": out})[1] for out in (True, False)]
    assert told[0].startswith("R1 : hors quartier, encore abattu")
    assert told[1].startswith("R1 : abattu sans droit")
