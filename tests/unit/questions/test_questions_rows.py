from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from tfpb.model.question import Unit
from tfpb.model.tables import BY_ROLE
from tfpb.questions.contract_tables import examine, of_contract
from tfpb.questions.finding import KEPT, OUT, Finding, settle
from tfpb.questions.odd_amounts import DIVIDED
from tfpb.questions.repeated_rows import SHARED
from tfpb.questions.shared_points import BY_ADDRESS
from tfpb.questions.years import THOUSANDS
from tfpb.words.faults.question_words import question_text

if TYPE_CHECKING:
    from tfpb.questions.whole_table import WholeTable

_K = re.compile(r"k€")
STOCK = ("id_residence", "id_batiment", "nom", "adresse", "commune", "nb_logements")
NOTICES = (
    "avis",
    "invariant",
    "id_residence",
    "annee",
    "vlc_eur",
    "nb_logements",
    "taux_commune_pct",
)


def table(
    source: str, rows: list[list[object]], names: tuple[str, ...], **more: object
) -> WholeTable:
    """Make a table whose headers are the contract's names, and others that nothing reads."""
    frame = pd.DataFrame([[str(c) for c in row] for row in rows], columns=list(names), dtype=object)
    contract = BY_ROLE[source]
    found = {c.name: c.name for c in contract.columns if c.name in names}
    numbers = np.arange(2, len(frame) + 2)
    made = of_contract(source, contract, found, frame, numbers, file="f.xlsx", sheet="S", year=2025)
    for name, value in more.items():
        object.__setattr__(made, name, value)
    return made


def findings(one: WholeTable) -> list[Finding]:
    return list(examine(one, BY_ROLE[one.source], _K, frozenset()))


def the(one: WholeTable, code: str) -> Finding:
    (found,) = findings(one)
    assert found.question.code == code
    return found


def effects(found: Finding) -> dict[str, float]:
    return {a.code: a.effect.amount for a in found.question.answers}


def stock(count: int = 12) -> list[list[object]]:
    """Make résidences of one entrance, of sizes that no row sums."""
    return [
        [f"R{k}", "A", f"Nom {k}", f"{k + 1} rue Haute", "Valmont", 10 + (7 * k) % 11]
        for k in range(count)
    ]


def notices(count: int = 12) -> list[list[object]]:
    return [
        [f"A{k // 4}", f"I{k}", f"R{k}", 2025, 30_000 + 1_713 * k % 7_919, 10 + k % 3, 40]
        for k in range(count)
    ]


def test_a_plain_table_asks_nothing() -> None:
    assert findings(table("patrimoine", stock(), STOCK)) == []
    assert findings(table("fiscalite", notices(), NOTICES)) == []


def test_rows_hidden_or_struck_are_asked_with_their_dwellings() -> None:
    hidden = the(table("patrimoine", stock(), STOCK, hidden=frozenset({3, 5})), "lignes_masquees")
    whole = sum(int(str(r[5])) for r in stock())
    gone = int(str(stock()[1][5])) + int(str(stock()[3][5]))
    assert hidden.question.rows == (3, 5)
    assert effects(hidden) == {OUT: whole - gone, KEPT: whole}
    assert hidden.question.total.unit is Unit.LOGEMENTS
    left = settle(table("patrimoine", stock(), STOCK).frame, np.arange(2, 14), hidden.changes[OUT],
                  file="f.xlsx", sheet="S")  # fmt: skip
    assert left.rows.tolist() == [2, 4, *range(6, 14)]
    assert hidden.changes[KEPT] == ()
    the(table("patrimoine", stock(), STOCK, struck=frozenset({4})), "lignes_barrees")
    every = frozenset(range(2, 14))
    assert findings(table("patrimoine", stock(), STOCK, hidden=every)) == []


def test_a_convention_struck_hidden_or_void_is_asked_with_its_quarters() -> None:
    """It opened the right of its quarter without a word."""
    rows: list[list[object]] = [
        ["C1", "QN05991I, QN05992M", "signée"],
        ["C2", "QN05993N", "annulée"],
    ]
    names = ("id_convention", "codes_qpv", "Observations")
    struck = the(
        table("conventions", [r[:2] for r in rows], names[:2], struck=frozenset({3})),
        "lignes_barrees",
    )
    assert (effects(struck), struck.question.total.unit) == ({OUT: 2, KEPT: 3}, Unit.QUARTIERS)
    assert question_text(struck.question).spread == "1 quartier"
    the(table("conventions", rows, names), "lignes_nommees")
    assert findings(table("conventions", [r[:2] for r in rows], names[:2])) == []
    # most bodies have signed one: it is all of its table
    one = [rows[1][:2]]
    for how in ("struck", "hidden"):
        alone = table("conventions", one, names[:2], **{how: frozenset({2})})
        assert [effects(f) for f in findings(alone)] == [{OUT: 0, KEPT: 1}]
    for word in ("Résiliée", "Convention annulée", "non signée"):
        the(table("conventions", [[*one[0], word]], names), "lignes_nommees")


def test_what_was_sent_decided_or_claimed_is_asked_about_where_its_sheet_strikes_it() -> None:
    """A struck line of the list sent declared its premises."""
    lists = {
        "declaration": ("invariant", "id_residence"),
        "decisions": ("id_residence", "decision"),
        "reclamations": ("avis", "annee"),
    }
    for source, names in lists.items():
        rows: list[list[object]] = [[f"{source}{k}", "x", "Rejetée" if k else ""] for k in range(4)]
        made = table(source, rows, (*names, "suite"), struck=frozenset({3}))
        struck = next(f for f in findings(made) if f.question.code == "lignes_barrees")
        assert (effects(struck), struck.question.total.unit) == ({OUT: 3, KEPT: 4}, Unit.LIGNES)
        # « rejetée » is what came of a claim, and why a line of the list is none
        asked = {f.question.code for f in findings(made)}
        assert ("lignes_nommees" in asked) == (source == "declaration")


def test_a_remark_that_says_a_row_is_no_data_is_met_among_many_others() -> None:
    """Of more than twelve remarks, « Annulée » was one that nobody read; so was the bilan of an action."""
    names = ("id_action", "code_qpv", "axe", "action", "valorise_eur")
    rows: list[list[object]] = [
        [f"A{k}", "QN05991I", "3", f"Action {k}", 500 + 1713 * k % 7919] for k in range(20)
    ]
    for header in ("Suivi", "texte_bilan", "calendrier"):
        noted = [[*r, f"suivi du {k + 1} mars"] for k, r in enumerate(rows)]
        noted[4][-1] = "Reportée en 2026"
        found = the(table("programme", noted, (*names, header)), "lignes_nommees")
        assert found.question.rows == (6,)
        noted[4][-1] = "Reportée de mars à juin, faite depuis avec les habitants"
        assert findings(table("programme", noted, (*names, header))) == []


def test_words_of_a_column_that_nothing_reads_take_rows_out() -> None:
    rows = [[*row, "Vendu le 3 mai" if k == 2 else "En service"] for k, row in enumerate(stock())]
    found = the(table("patrimoine", rows, (*STOCK, "situation")), "lignes_nommees")
    assert found.question.rows == (4,)
    assert ("mots", "Vendu le 3 mai") in found.question.seen
    kinds = [[*row, "LCR" if k == 2 else "Collectif"] for k, row in enumerate(stock())]
    assert the(table("patrimoine", kinds, (*STOCK, "nature")), "lignes_nommees").question.rows == (
        4,
    )
    many = [[*row, f"Vendu {k}"] for k, row in enumerate(stock(14))]
    many[0][-1] = "x"
    assert findings(table("patrimoine", many, (*STOCK, "note"))) == []


@pytest.mark.parametrize(
    "name", ["Les Tilleuls (DÉMOLIE 2022)", "LES TILLEULS VENDU", "Vendue - Pré"]
)
def test_a_name_that_says_there_is_nothing_left_is_asked(name: str) -> None:
    rows = stock()
    rows[4][2] = name
    assert the(table("patrimoine", rows, STOCK), "lignes_dites").question.rows == (6,)
    rows[4][2] = "Le Pré Vendu Haut"
    assert findings(table("patrimoine", rows, STOCK)) == []


def test_a_residence_under_two_codes_is_asked_and_neighbours_are_not() -> None:
    rows = stock()
    rows[1][0] = "R0"
    again = [[f"X{row[0]}", f"X{row[1]}", f"RES. {row[2]}", *row[3:]] for row in rows[:2]]
    assert the(table("patrimoine", rows + again, STOCK), "residences_reprises").question.rows == (
        14,
        15,
    )
    again[0][5] = 99
    assert findings(table("patrimoine", rows + again, STOCK)) == []
    one = [["X5", "B", "Autre nom", *rows[5][3:]]]  # a second building at one address, as large
    assert findings(table("patrimoine", rows + one, STOCK)) == []
    one[0][2] = f"Rés. {rows[5][2]}"
    assert the(table("patrimoine", rows + one, STOCK), "residences_reprises").question.rows == (14,)


ACTIONS = ("id_action", "action", "code_qpv", "calendrier", "valorise_eur", "piece", "date_piece")


def actions(count: int = 9) -> list[list[object]]:
    return [
        [
            f"A{k}",
            f"Action {k}",
            "QN1",
            "Année 2025",
            1_000 + 317 * k,
            f"F{k}",
            f"{k + 1:02d}/03/2025",
        ]
        for k in range(count)
    ]


def test_actions_of_years_before_are_asked_by_their_calendar_and_a_span_is_not() -> None:
    rows = actions()
    rows[2][3], rows[5][3], rows[6][3] = "Année 2024", "2023-2024", "2024 à 2026"
    found = the(table("programme", rows, ACTIONS), "lignes_d_une_autre_annee")
    assert found.question.rows == (4, 7)
    told = [[*row, 2025] for row in rows]  # a year of its own: the programme's rule for past years
    assert findings(table("programme", told, (*ACTIONS, "annee"))) == []
    for row in rows:
        row[3] = "au fil de l’eau"
    rows[0][6] = "12/12/2024"
    assert findings(table("programme", rows, ACTIONS)) == []
    for row in rows[:4]:
        row[6] = "12/12/2024"
    assert the(table("programme", rows, ACTIONS), "lignes_d_une_autre_annee").question.rows == (
        2, 3, 4, 5,
    )  # fmt: skip


def test_an_action_given_up_in_its_name_is_asked_and_wrecks_are_not() -> None:
    rows = actions()
    rows[1][1], rows[3][1] = "Enlèvement d'une épave abandonnée", "Fête de quartier (annulée)"
    assert the(table("programme", rows, ACTIONS), "lignes_dites").question.rows == (5,)


def test_an_action_entered_twice_is_asked_and_a_monthly_one_is_not() -> None:
    rows = actions()
    rows += [["B1", *rows[2][1:5], "M1", rows[2][6]]]
    found = the(table("programme", rows, ACTIONS), "actions_repetees")
    assert found.question.rows == (11,)
    rows[-1][6] = "03/04/2025"
    assert findings(table("programme", rows, ACTIONS)) == []


def test_what_dwellings_have_is_no_kind_of_row() -> None:
    rows = [[*row, "parking" if k % 2 else ""] for k, row in enumerate(stock())]
    assert findings(table("patrimoine", rows, (*STOCK, "annexes"))) == []
    assert findings(table("patrimoine", rows, (*STOCK, "divers"))) == []
    kinds = [[*row, "Parking" if k == 3 else "Logements"] for k, row in enumerate(stock())]
    assert the(
        table("patrimoine", kinds, (*STOCK, "categorie")), "lignes_nommees"
    ).question.rows == (5,)


def test_a_row_that_sums_two_measures_is_asked() -> None:
    rows = notices()
    total = ["ENSEMBLE", "X", "R0", 2025, sum(int(str(r[4])) for r in rows),
             sum(int(str(r[5])) for r in rows), 40]  # fmt: skip
    found = the(table("fiscalite", [*rows, total], NOTICES), "lignes_de_somme")
    assert found.question.rows == (14,)
    told = effects(found)
    assert told[KEPT] == pytest.approx(2 * told[OUT])
    assert told[OUT] > 0
    total[5] = int(str(total[5])) + 1
    assert findings(table("fiscalite", [*rows, total], NOTICES)) == []


def test_equal_flats_are_no_sums() -> None:
    values = [12, 12, 24, 12, 12, 24, 6, 6, 12, 36]
    flats = [
        [f"A{k // 4}", f"I{k}", f"R{k}", 2025, 3_198.08 * n, n, 40] for k, n in enumerate(values)
    ]
    assert findings(table("fiscalite", flats, NOTICES)) == []
    lettered = [
        [f"R{k}", "" if n == 24 else "A", f"N{k}", f"{k} rue Haute", "Valmont", n]
        for k, n in enumerate(values)
    ]
    assert [f for f in findings(table("patrimoine", lettered, STOCK)) if OUT in f.changes] == []


def test_buildings_without_a_letter_are_no_sums_though_one_equals_those_above() -> None:
    rows = [[f"R{k}", "A", f"N{k}", f"{k} rue Haute", "Valmont", 31 + k] for k in range(24)]
    rows += [["R50", letter, "N50", f"{letter} rue Basse", "Valmont", 8] for letter in "ABC"]
    rows += [["R51", "", "N51", "1 rue Longue", "Valmont", 24]]
    total = the(table("patrimoine", rows, STOCK), "lignes_de_somme")
    assert total.question.rows == (29,)  # alone without a letter, and the sum of a whole résidence
    rows += [["R52", "", "N52", "2 rue Longue", "Valmont", 17]]
    assert findings(table("patrimoine", rows, STOCK)) == []


def test_cents_prove_a_sum_but_for_multiples_of_one_unit() -> None:
    names = ("id_residence", "indicateur", "cout_eur", "annee")
    sizes = [12, 12, 24, 6, 18, 24, 36, 30, 66, 7]
    alike = [[f"R{k}", "gardiens", round(141.37 * n, 2), 2025] for k, n in enumerate(sizes)]
    assert findings(table("droit_commun", alike, names)) == []
    costs = [1_203.41, 877.13, 2_450.09, 1_011.7]
    whole = [*costs, round(sum(costs), 2)]
    rows = [[f"R{k}", "gardiens", cost, 2025] for k, cost in enumerate(whole)]
    assert the(table("droit_commun", rows, names), "lignes_de_somme").question.rows == (6,)


def test_sums_of_sums_are_found() -> None:
    rows, out = notices(12), []
    for start in (0, 4, 8):
        part = rows[start : start + 4]
        sums = [sum(int(str(r[k])) for r in part) for k in (4, 5)]
        out += [*part, [part[0][0], "", part[-1][2], 2025, *sums, 40]]
    every = [sum(int(str(r[k])) for r in rows) for k in (4, 5)]
    out.append(["A9", "", "R0", 2025, *every, 40])
    assert the(table("fiscalite", out, NOTICES), "lignes_de_somme").question.rows == (6, 11, 16, 17)


def test_group_rows_of_a_stock_are_asked_with_those_whose_sum_is_wrong() -> None:
    rows: list[list[object]] = []
    for k in range(5):
        sizes = [8 + k, 13, 21 + k]
        total = sum(sizes) + (k == 4)
        rows.append([f"R{k}", "", f"Nom {k}", f"Groupe {k}", "Valmont", total])
        rows += [
            [f"R{k}", "ABC"[e], f"Nom {k}", f"{e} rue {k}", "Valmont", n]
            for e, n in enumerate(sizes)
        ]
    found = the(table("patrimoine", rows, STOCK), "lignes_de_groupe")
    assert found.question.rows == (2, 6, 10, 14, 18)
    assert effects(found)[OUT] == sum(42 + 2 * k for k in range(5))


def test_a_total_on_each_door_is_asked_and_doors_built_alike_are_not() -> None:
    homes = [(2, 31), (2, 18), (3, 42), (3, 55), (4, 61), (4, 93), (5, 88)]
    rows = [
        [f"R{k}", d, "", f"{d} rue {k}", "V", n]
        for k, (many, n) in enumerate(homes)
        for d in range(many)
    ]
    found = the(table("patrimoine", rows, STOCK), "logements_repetes")
    assert effects(found) == {SHARED: sum(n for _, n in homes), KEPT: sum(m * n for m, n in homes)}
    left = settle(table("patrimoine", rows, STOCK).frame, np.arange(2, 25), found.changes[SHARED],
                  file="f.xlsx", sheet="S")  # fmt: skip
    assert left.frame["nb_logements"].tolist()[:7] == ["16", "15", "9", "9", "14", "14", "14"]
    alike = [
        [*row[:5], n]
        for row, n in zip(
            rows, np.repeat([9, 12, 8, 10, 7, 11, 9], [m for m, _ in homes]), strict=True
        )
    ]
    assert findings(table("patrimoine", alike, STOCK)) == []
    rows[0][5] = 30  # one résidence whose doors differ
    assert findings(table("patrimoine", rows, STOCK)) == []


def test_a_run_of_rows_that_comes_again_is_a_copy() -> None:
    rows = notices(20)
    again = [[row[0], f"J{k}", *row[2:]] for k, row in enumerate(rows[6:14])]
    found = the(table("fiscalite", [*rows, *again], NOTICES), "lignes_copiees")
    assert found.question.rows == tuple(range(22, 30))
    floors = [["A0", f"I{k}", "R0", 2025, 1_000 + k % 5, 1, 40] for k in range(40)]
    assert findings(table("fiscalite", floors, NOTICES)) == []
    one = [["A0", *row[1:]] for row in notices(60)]  # counts of dwellings come again, no base does
    assert findings(table("fiscalite", one, NOTICES)) == []


def test_one_amount_out_of_proportion_is_divided() -> None:
    rows = notices()
    rows[3][4] = int(str(rows[3][4])) * 1000
    found = the(table("fiscalite", rows, NOTICES), "montant_demesure")
    assert found.question.rows == (5,)
    (change,) = found.changes[DIVIDED]
    assert change.scaled == {"vlc_eur": Decimal(1) / 1000}
    plain = table("fiscalite", notices(), NOTICES).whole().amount
    assert abs(effects(found)[DIVIDED] - plain) < 1 < effects(found)[KEPT] - plain


def test_a_few_cells_apart_are_divided_and_a_heavy_tail_is_not() -> None:
    rows = notices(40)
    for k in (3, 17):
        rows[k][4] = int(str(rows[k][4])) * 10_000
    found = the(table("fiscalite", rows, NOTICES), "montants_demesures")
    assert found.question.rows == (5, 19)
    assert found.changes[DIVIDED][0].scaled == {"vlc_eur": Decimal(1) / 10_000}
    rows[3][4], rows[17][4] = 800_000, 2_000_000  # 25 and 60 times the others: no power of ten
    assert findings(table("fiscalite", rows, NOTICES)) == []


def test_the_rows_of_one_quarter_in_thousands_are_asked_and_small_actions_are_not() -> None:
    names = ("id_action", "axe", "code_qpv", "action", "realise_eur", "valorise_eur")
    rows = [[f"A{k}", 1, "QN05991I", "x", 4_000 + 391 * k, 3_900 + 377 * k] for k in range(16)]
    small = [[*r[:4], 90 + 7 * k, 40 + 3 * k] if k < 4 else r for k, r in enumerate(rows)]
    assert findings(table("programme", small, names)) == []
    for k in range(4):
        rows[k][4:] = [Decimal(str(v)) / 1000 for v in rows[k][4:]]
    found = the(table("programme", rows, names), "milliers_par_lignes")
    assert found.question.rows == (2, 3, 4, 5)
    assert found.changes[THOUSANDS][0].scaled == {"realise_eur": 1000, "valorise_eur": 1000}
    assert abs(effects(found)[THOUSANDS] - sum(3_900 + 377 * k for k in range(16))) < 1


def test_a_large_action_whose_amounts_agree_is_no_slip() -> None:
    names = ("id_action", "axe", "code_qpv", "action", "realise_eur", "valorise_eur")
    rows = [[f"A{k}", 1, "QN05991I", "x", 1_000 + 91 * k, 900 + 77 * k] for k in range(12)]
    rows[4][4:] = [800_000, 400_000]
    assert findings(table("programme", rows, names)) == []
    rows[4][4:] = [800_000, 976]
    the(table("programme", rows, names), "montant_demesure")
    rows[4][4:] = [1_500, 400_000]  # valued above what was spent: a fault, and nothing to ask
    assert findings(table("programme", rows, names)) == []


def test_a_point_of_several_streets_is_asked() -> None:
    names = (*STOCK, "x", "y")
    rows = [
        [*row[:3], f"{k} rue {'ABCDEFGHIJKL'[k]}", *row[4:], 700_000 + 100 * (k > 5) * k, 7_000_000]
        for k, row in enumerate(stock())
    ]
    found = the(table("patrimoine", rows, names), "point_commun")
    assert found.question.rows == tuple(range(2, 8))
    (change,) = found.changes[BY_ADDRESS]
    assert change.written[2, "x"] == change.written[7, "y"] == ""
    one_street = [[*row[:3], f"{k} rue A", *row[4:]] for k, row in enumerate(rows)]
    assert findings(table("patrimoine", one_street, names)) == []


def test_stacked_years_are_asked_and_building_years_are_not() -> None:
    names = ("id_residence", "indicateur", "cout_eur", "annee")
    costs = [[f"R{k}", "gardiens", 1_000 + 37 * k, 2024 + k % 2] for k in range(12)]
    found = the(table("droit_commun", costs, names), "lignes_d_une_autre_annee")
    assert found.question.rows == (2, 4, 6, 8, 10, 12)
    undated = [[*row[:3], ""] for row in costs]
    assert findings(table("droit_commun", undated, names)) == []
    built = [[*row, 1960 + k] for k, row in enumerate(stock())]
    assert findings(table("patrimoine", built, (*STOCK, "année"))) == []


def test_thousands_of_a_title_are_asked_but_for_columns_with_their_unit() -> None:
    names = ("id_action", "axe", "code_qpv", "action", "valorise_eur")
    rows = [[f"A{k}", 1, "QN05991I", "x", 12 + 5 * k % 7] for k in range(8)]
    found = the(
        table("programme", rows, names, title="Bilan 2025 (en k€)"), "milliers_dans_le_titre"
    )
    assert effects(found)[THOUSANDS] == 1000 * effects(found)[KEPT]
    assert set(found.changes[THOUSANDS][0].scaled) == {"valorise_eur"}
    assert findings(table("programme", rows, names, title="Bilan 2025")) == []
    said = table("programme", rows, names, title="en k€")
    assert list(examine(said, BY_ROLE["programme"], _K, frozenset({"valorise_eur"}))) == []


def test_a_key_falls_when_a_cell_of_the_question_changes_and_not_another() -> None:
    def key(rows: list[list[object]]) -> tuple[str, str]:
        question = the(
            table("patrimoine", rows, STOCK, hidden=frozenset({3})), "lignes_masquees"
        ).question
        return question.key, question.subject

    first, other, own = stock(), stock(), stock()
    other[5][5] = 99 if other[5][5] != 99 else 98
    other[5][5] = int(str(first[5][5])) + 1
    own[1][5] = int(str(first[1][5])) + 1
    assert key(first) == key(other)
    assert key(first)[0] != key(own)[0]
    assert key(first)[1] == key(own)[1]
