"""The note answers on one page, whatever the dossier holds, and never in the landlord's favour."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import subprocess
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from report_dossier import claimed, make

from everywhere import need
from tfpb.facts.amount import between, known, nil, total, unknown
from tfpb.facts.claim import TOTAL, Claims, Unit, claim
from tfpb.facts.programme_claims import programme_claims
from tfpb.facts.quarter import Quarter, Quarters
from tfpb.model.report import Chart, Report, Section, Table, Text
from tfpb.pipeline.pack_files import _noted, document_files
from tfpb.report.charts.drawing import draw
from tfpb.report.documents import document_pdf
from tfpb.report.sections import report
from tfpb.report.sections.note import note, shortened
from tfpb.words.numbers import euros
from tfpb.words.survey.verdict_words import SIGNS, VERDICTS, plainly

if TYPE_CHECKING:
    from tfpb.facts.whole_dossier import Dossier

INPUTS = ("abatement", "programme", "survey", "conventions", "droit_commun")


def prose(section: Section) -> str:
    lines = [p for b in section.blocks if isinstance(b, Text) for p in b.paragraphs]
    return "\n".join([section.lead, *lines])


def quarters(section: Section) -> Table:
    return next(b for b in section.blocks if isinstance(b, Table))


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
        if c.title.unit is not Unit.EUR
    ]
    money = [claim("acquis", code, amount) for code, amount in zip(codes, due, strict=True)]
    base = Claims([claim("acquis", TOTAL, total(due)), *money])
    own = list(programme_claims(mine, base))
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


def pages(pdf: bytes) -> list[str]:
    """Return the text of each page."""
    command = [need("pdftotext"), "-layout", "-", "-"]
    made = subprocess.run(command, input=pdf, capture_output=True, check=True)
    return made.stdout.decode().split("\f")[:-1]


def drawn(dossier: Dossier) -> dict[str, bytes]:
    return document_files(report(dossier), {})


def test_what_one_quarter_spends_too_much_justifies_no_other() -> None:
    dossier = of_balance(
        make(),
        {"abattement_eur": Decimal(1000), "valorise_eur": Decimal(3000)},
        {"abattement_eur": Decimal(1000), "valorise_eur": Decimal(500)},
    )
    lead = note(dossier).lead
    assert "justifié à 75 %" in lead.replace("\u202f", " ")
    assert "il reste 500 € à justifier dans 1 quartier" in lead.replace("\u202f", " ")


def test_a_share_is_never_rounded_up_to_the_whole() -> None:
    rows = {"abattement_eur": Decimal(100000), "valorise_eur": Decimal(99600)}
    lead = note(of_balance(make(), rows)).lead.replace("\u202f", " ")
    assert "justifié à 99 %" in lead
    assert "400 €" in lead


def test_what_is_carried_over_is_said_beside_what_the_year_lacks() -> None:
    row = {
        "abattement_eur": Decimal(1000), "valorise_eur": Decimal(900), "report_eur": Decimal(300),
    }  # fmt: skip
    dossier = of_balance(make(), row)
    lead = note(dossier).lead.replace("\u202f", " ")
    year = dossier.settings.dossier.annee
    assert (
        f"100 € à justifier dans 1 quartier (400 € à programmer avec le report de {year - 1})"
        in lead
    )
    assert quarters(note(dossier)).columns[-1].header == "À programmer (€)"


def test_a_carry_over_alone_leaves_the_year_justified_and_is_named() -> None:
    row = {
        "abattement_eur": Decimal(1000), "valorise_eur": Decimal(1100), "report_eur": Decimal(300),
    }  # fmt: skip
    dossier = of_balance(make(), row)
    before = dossier.settings.dossier.annee - 1
    lead = note(dossier).lead.replace("\u202f", " ")
    assert "1 000 €, justifié en entier, quartier par quartier" in lead
    assert lead.endswith(f"du report de {before}, 200 € à programmer dans 1 quartier.")
    # what the year lacks is told of the quarters that lack it
    both = of_balance(make(), row, {"abattement_eur": Decimal(50), "valorise_eur": Decimal(40)})
    lead = note(both).lead.replace("\u202f", " ")
    assert (
        f"10 € à justifier dans 1 quartier (210 € à programmer avec le report de {before})" in lead
    )


def test_all_is_justified_only_where_every_quarter_is() -> None:
    full = {"abattement_eur": Decimal(1000), "valorise_eur": Decimal(1000)}
    assert "justifié en entier" in note(of_balance(make(), full)).lead
    unknown = note(of_balance(make(), full, {"valorise_eur": Decimal(10)}))
    assert "1 quartier n’a pas d’abattement connu" in unknown.lead
    first = quarters(unknown).rows.iloc[0]
    assert pd.isna(first["abattement_eur"])
    assert first["nom_qpv"] == "Quartier 1", "what is not known stands first"


def with_claims(dossier: Dossier, **amounts: object) -> Dossier:
    """Claim other amounts over the whole."""
    made = [claim(name, TOTAL, amount) for name, amount in amounts.items()]  # type: ignore[arg-type]
    return dataclasses.replace(dossier, claims=dossier.claims.renewed(made))


def test_an_unknown_abatement_is_no_zero() -> None:
    hangs = between(Decimal(0), Decimal(800), "convention")
    lead = note(with_claims(make(), acquis=hangs, sous_reserve=known(800))).lead
    assert "sous réserve" in lead
    assert not re.search(r"(?<!\d)0 €", lead.replace("\u202f", " "))
    assert "justifié" not in lead


def test_no_abatement_is_not_a_programme_that_lacks() -> None:
    lead = note(of_balance(make(), {"abattement_eur": Decimal(0), "valorise_eur": Decimal(5)})).lead
    assert "aucun n’est porté par les avis ni estimé dû" in lead
    assert "sans programme" not in lead


@pytest.mark.parametrize("absent", [*[(k,) for k in INPUTS], ("abatement", "survey"), INPUTS])
def test_without_files_it_says_what_lacks_and_claims_nothing(absent: tuple[str, ...]) -> None:
    whole = dataclasses.replace(make(), **dict.fromkeys(absent))
    text = prose(note(whole))
    if "abatement" in absent:
        assert "le montant de l’abattement n’est pas calculé" in text
    if "survey" in absent:
        assert "la satisfaction des locataires n’est pas mesurée" in text
        assert "égale ou meilleure" not in text
        assert not [b for b in note(whole).blocks if isinstance(b, Chart)]
    if "programme" in absent:
        assert "justifié à" not in text
        assert "Les actions y changent-elles" not in text


def test_questions_add_up_and_a_masked_one_counts_as_unknown() -> None:
    dossier = make()
    survey = dossier.survey
    assert survey is not None
    told = prose(note(dossier))
    hidden = survey.comparison.copy()
    gap = (hidden["item"] == "q07") & (hidden["groupe"] == "ecart")
    hidden.loc[gap, "publication"] = "masque"
    hidden.loc[gap, ["estimation", "ic95_bas", "ic95_haut", "ic90_bas", "ic90_haut"]] = None
    masked = note(
        claimed(dataclasses.replace(dossier, survey=dataclasses.replace(survey, comparison=hidden)))
    )
    assert prose(masked) != told
    assert "Sans chiffre qui se publie : Relation avec le bailleur." in prose(masked)
    picture = next(b for b in masked.blocks if isinstance(b, Chart))
    assert "Accueil par le bailleur" not in set(picture.rows["libelle"])


def test_a_weak_verdict_bears_its_words() -> None:
    told = plainly("meilleur", "publiable", 5, alone=True, few=True)
    assert told == "plus haut (isolé, peu de réponses)"
    assert plainly("inferieur", "publiable", 7.5) == "plus bas, de plus de 7,5\u202fpoints"
    assert set(VERDICTS) == set(SIGNS)


def test_a_verdict_with_its_doubts_is_not_cut_short() -> None:
    rows = pd.DataFrame(
        {
            "libelle": "Question", "theme": "", "ecart": -0.06, "n": 400, "sign": "▽",
            "ic90_bas": -0.11, "ic90_haut": -0.01, "ic95_bas": -0.12, "ic95_haut": -0.005,
            "verdict": [plainly(v, "publiable", 7.5, alone=True, few=True) for v in VERDICTS],
        }
    )  # fmt: skip
    chart = next(b for b in note(make()).blocks if isinstance(b, Chart))
    picture = draw(dataclasses.replace(chart, rows=rows))["svg"].decode()
    assert "…" not in picture


def test_it_is_one_page_and_the_first_of_the_report() -> None:
    files = drawn(make())
    (page,) = pages(files["note.pdf"])
    first, second = pages(files["rapport.pdf"])[:2]
    assert "L’essentiel" in page
    for line in page.splitlines():
        if "€" in line:
            assert line in first, "one word, one figure"
    assert "Sommaire" in second
    assert len(files["note.pdf"]) < 300_000


@pytest.mark.parametrize("count", [1, 12, 40])
def test_many_quarters_of_long_names_hold_on_one_page(count: int) -> None:
    name = "Le Grand Ensemble du Bois de l’Évêque et des Trois Fontaines " * 2
    rows = [
        {"abattement_eur": Decimal(1000 + k), "valorise_eur": Decimal(10 * k), "nom_qpv": name}
        for k in range(count)
    ]
    files = drawn(of_balance(make(), *rows))
    (page,) = pages(files["note.pdf"])
    if count > 10:
        assert "autres quartiers, compris dans le total" in page.replace("\n", " ")


@pytest.mark.parametrize(("count", "tried"), [(1, [1]), (3, [3, 2]), (7, [7, 6, 4, 2])])
def test_no_page_is_made_twice_to_fit(
    count: int, tried: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def render(said: Report, *_: object, **__: object) -> bytes:
        made.extend(len(quarters(s).rows) for s in said.sections if s.key == "note")
        return b""

    monkeypatch.setattr(document_pdf, "render", render)
    monkeypatch.setattr(document_pdf, "page_count", lambda _: 2)  # nothing ever fits
    rows = [{"abattement_eur": Decimal(1000), "valorise_eur": Decimal(k)} for k in range(count)]
    _noted(report(of_balance(make(), *rows)), {})
    assert made == tried


def test_rows_left_out_are_counted() -> None:
    rows = [{"abattement_eur": Decimal(1000), "valorise_eur": Decimal(k)} for k in range(5)]
    whole = note(of_balance(make(), *rows))
    short = quarters(shortened(whole, 2))
    assert list(short.rows["valorise_eur"]) == [0, 1], "the least justified stay"
    assert short.notes[-1].startswith("3 autres quartiers")
    assert short.totals == quarters(whole).totals


def test_euros_at_stake_and_doubts_come_before_signing() -> None:
    dossier = make()
    at_stake = with_claims(dossier, acquis=known(900), a_risque=known(70), a_reclamer=known(30))
    text = prose(note(at_stake)).replace("\u202f", " ")
    assert "70 € sont abattus alors qu’une condition manque" in text
    assert "30 € restent à réclamer" in text
    assert "dont le côté de la limite du quartier reste à vérifier" in text


def test_a_surplus_pays_for_no_other_quarter_and_it_is_said() -> None:
    over, under = (
        {"abattement_eur": Decimal(1000), "valorise_eur": Decimal(v)} for v in (1500, 300)
    )
    said = "ne compense pas l’autre"
    assert any(said in n for n in quarters(note(of_balance(make(), over, under))).notes)
    for alone in (over, under):
        assert not any(said in n for n in quarters(note(of_balance(make(), alone))).notes)


def test_a_survey_that_comes_first_comes_before_actions_not_surveys() -> None:
    assert "l’enquête (2023) précède les actions de 2025" in prose(note(make()))


def test_what_the_abatement_costs_adds_up_to_it_on_the_note() -> None:
    dossier = make()
    spread = dossier.claims.amount("reporte_contribuables")
    assert spread.exceeds_nil

    def written(some: Dossier) -> str:
        return prose(note(some)).replace("\u202f", " ")

    amount = euros(spread).replace("\u202f", " ")
    assert f"compensés par l’État (taux à confirmer) et {amount} reportés." in written(dossier)
    assert "reportés" not in written(with_claims(dossier, reporte_contribuables=nil()))


def test_the_share_justified_is_rounded_as_the_table_and_named_apart_from_what_is_valued() -> None:
    rows = {"abattement_eur": Decimal(100000), "valorise_eur": Decimal(92560)}
    told = note(of_balance(make(), rows))
    assert "justifié à 93 % ;" in told.lead.replace("\u202f", " ")
    heads = {c.key: c.header for c in quarters(told).columns}
    assert heads["couverture"] == "Couverture (trait : 100 %)"


def test_what_is_valued_per_dwelling_says_of_which() -> None:
    heads = {
        c.header
        for s in report(make()).sections
        for b in s.blocks
        if isinstance(b, Table)
        for c in b.columns
        if c.header.startswith("Valorisé par logement")
    }
    assert heads == {"Valorisé par logement en QPV (€)", "Valorisé par logement abattu (€)"}


def test_the_days_ahead_are_one_line_by_date_then_what_nobody_dated() -> None:
    def day(kind: str, date: dt.date | None) -> dict[str, Any]:
        return {"evenement": kind, "date": date}

    past, bilan, claim = dt.date(2026, 1, 1), dt.date(2026, 3, 31), dt.date(2026, 12, 31)
    calendar = pd.DataFrame(
        [
            day("declaration", past), day("declaration_deposee", claim), day("bilan", bilan),
            day("reclamation", claim), day("terme", dt.date(2030, 12, 31)), day("mi_parcours_attendue", None),
            day("sans_bilan", None),
        ],
        dtype=object,
    )  # fmt: skip
    made = note(make(calendar=calendar))
    [said] = [b.paragraphs for b in made.blocks if isinstance(b, Text) and b.title == "Échéances"]
    assert said[0].split(" ; ") == [
        "Bilan le 31 mars 2026",
        "réclamation le 31 décembre 2026",
        "fin de convention le 31 décembre 2030",
        "évaluation à mi-parcours à dater.",
    ]


def test_missing_proofs_are_weighed_and_the_first_is_named() -> None:
    dossier = make()
    text = " ".join(s for b in note(dossier).blocks if isinstance(b, Text) for s in b.paragraphs)
    plain = text.replace("\u202f", " ").replace("\u00a0", " ")
    worth = dossier.claims.amount("valorise_sans_preuve").exact
    assert worth > 0
    assert "sans pièce complète (référence et date), de " in plain
    assert "en tout : " in plain
    assert "à prouver ; d’abord « Action" in plain
