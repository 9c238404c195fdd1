"""What a pack that was handed in lacks, from its own tables: the invoices it counts twice."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pandas as pd
import pytest

from tfpb import tax
from tfpb.evidence.pack_control import BalanceLine, Received, findings, held_by_two
from tfpb.facts.amount import known, unknown
from tfpb.facts.place import holds_of_counts
from tfpb.law.values import load
from tfpb.model.codes import ALL_QUARTERS
from tfpb.words.documents.control_words import sentence

ONE, TWO = "QN05991I", "QN05992I"


def told(actions: pd.DataFrame) -> str:
    """Return the invoices told as valued twice."""
    pack = Received("x", year=2025, tables={"actions": actions})
    found = {f.code: f.fields for f in findings(pack, None)}
    return str(found.get("piece_deux_fois", {}).get("pieces", ""))


def actions(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Write actions: identifier, quarter, piece."""
    money = {"axe": "3", "annee": 2025, "realise_eur": Decimal(50), "valorise_eur": Decimal(50)}
    return pd.DataFrame([{"id_action": i, "code_qpv": q, "piece": p, **money} for i, q, p in rows])


def test_our_own_action_of_all_quarters_bears_its_invoice_once() -> None:
    given = {
        "id_action": ["A1"], "code_qpv": [ALL_QUARTERS], "axe": ["3"], "action": ["Nettoyage"],
        "realise_eur": [Decimal(4000)], "valorise_eur": [Decimal(4000)], "piece": ["FAC-2025-012"],
    }  # fmt: skip
    stock = pd.DataFrame(
        {"id_residence": ["R1", "R2"], "logements_dans": [30, 10], "code_qpv": [ONE, TWO]}
    )
    made = tax.programme(pd.DataFrame(given), None, holds_of_counts(stock), year=2025).actions
    assert made["piece"].tolist() == ["FAC-2025-012"] * 2
    assert told(made) == ""


@pytest.mark.parametrize(
    ("rows", "twice"),
    [
        ((("A1", ONE, "voir classeur"), ("A2", TWO, "voir classeur")), ""),
        ((("A1", ONE, "FAC-1 ; FAC-2"), ("A2", TWO, "fac-2")), "FAC-2"),
        ((("A1", ONE, "FAC-2"), ("A2", TWO, "Fac2")), "FAC-2"),
        ((("A1", ONE, "FAC-1, FAC-1"), ("A2", TWO, "FAC-2")), ""),
        ((("A1", ONE, "FAC-1"), ("A1", ONE, "FAC-1")), "FAC-1"),
        ((("", ONE, "FAC-1"), ("", TWO, "FAC-1")), "FAC-1"),
    ],
)
def test_an_invoice_is_counted_by_action(
    rows: tuple[tuple[str, str, str], ...], twice: str
) -> None:
    assert told(actions(*rows)) == twice


def test_a_piece_without_its_date_proves_nothing() -> None:
    rows = actions(("A1", ONE, "FAC-1"), ("A2", ONE, "FAC-2"), ("A3", ONE, ""))
    dated = rows.assign(date_piece=[dt.date(2025, 5, 1), None, dt.date(2025, 5, 1)])
    pack = Received("x", year=2025, tables={"actions": dated})
    (bare,) = [f for f in findings(pack, None) if f.code == "piece_absente"]
    assert (bare.fields["nombre"], bare.fields["total"]) == (2, 3)
    assert bare.fields["montant"] == known(100)


@pytest.mark.parametrize(
    ("carried", "left", "code"),
    [
        (0, -20, "a_rattraper"), (0, -30, "solde_faux"), (None, -30, "a_rattraper"),
        (None, -10, "solde_faux"), (10, -30, "a_rattraper"), (0, None, "abattement_inconnu"),
    ],
)  # fmt: skip
def test_a_balance_is_held_to_what_its_line_tells(
    carried: int | None, left: int | None, code: str
) -> None:
    """80 valued for 100 abated: a carry-over that is not told may only lower what is left."""
    untold = unknown("non_lu") if carried is None else known(carried)
    balance = None if left is None else Decimal(left)
    line = BalanceLine(ONE, "", 2025, known(100), known(80), untold, balance)
    pack = Received("x", year=2025, balance=(line,))
    assert code in {f.code for f in findings(pack, None)}
    assert pack.quarters == (ONE,)


@pytest.mark.parametrize(
    ("value", "piece"), [("50.00", "FAC-1"), ("50", "fac 1"), ("50.0", "FAC1")]
)
def test_an_invoice_of_two_bailleurs_is_one_however_it_is_written(value: str, piece: str) -> None:
    rows = [actions(("A1", ONE, name)) for name in ("FAC-1", piece)]
    rows[1]["valorise_eur"] = [Decimal(value)]
    packs = [Received(n, n, 2025, tables={"actions": r}) for n, r in zip("AB", rows, strict=True)]
    assert [f.code for found in held_by_two(packs).values() for f in found] == [
        "pieces_communes"
    ] * 2


SIGNED = {
    "id_convention": "C1", "codes_qpv": (ONE,), "bailleur": "",
    "date_signature_contrat": dt.date(2024, 3, 28), "date_signature_convention": dt.date(2024, 12, 12),
    "date_declaration": dt.date(2024, 12, 20), "date_fin": dt.date(2030, 12, 31),
    "date_bilan": dt.date(2026, 6, 30),
}  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({}, None),
        ({"date_signature_contrat": None}, "contrat_sans_date"),
        ({"date_signature_contrat": dt.date(2025, 1, 2)}, "convention_dates_contraires"),
        ({"date_signature_convention": None}, "convention_sans_date"),
        ({"date_signature_convention": dt.date(2025, 6, 1)}, "convention_tardive"),
        ({"date_declaration": None}, "declaration_absente"),
        ({"date_declaration": dt.date(2025, 6, 1)}, "declaration_tardive"),
        ({"date_fin": None}, "convention_sans_fin"),
        ({"date_fin": dt.date(2024, 12, 31)}, "convention_echue"),
        ({"date_bilan": None}, "bilan_sans_date"),
        ({"bailleur": "Autre HLM"}, "convention_autre_organisme"),
        ({"bailleur": "HABITAT A"}, None),
        ({"codes_qpv": (TWO,)}, "convention_absente"),
    ],
)
def test_what_a_convention_lacks_is_said_in_words(
    cells: dict[str, object], code: str | None
) -> None:
    """A convention of another body was taken for the pack's own; one without end stopped the check."""
    tables = {"conventions": pd.DataFrame([SIGNED | cells])}
    pack = Received("x", "Habitat A", 2025, tables=tables, declared=(ONE,))
    law = load().on(dt.date(2025, 1, 1))
    found = [f for f in findings(pack, law) if f.subject in ("convention", "declaration", "bilan")]
    assert [f.code for f in found if f.code != "liste_absente"] == [code] * (code is not None)
    assert all(sentence(f.code, f.fields) for f in found)
