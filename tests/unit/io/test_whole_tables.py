"""What a table says as a whole, as it is read: years, labels, a second table, rows hidden or struck."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import openpyxl
import pandas as pd
import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from tfpb.errors import Severity
from tfpb.io.open_questions.table_questions import table_findings
from tfpb.io.sources.gathering import Gathering
from tfpb.io.sources.inputs import gather_survey
from tfpb.io.tables.asides import set_aside
from tfpb.io.tables.headers import match_columns, unread_columns
from tfpb.io.tables.tabular import read_table
from tfpb.io.tables.text_table import TextTable
from tfpb.model.question import Replies
from tfpb.model.tables import BY_ROLE
from tfpb.questions.years import dated, of_year
from tfpb.words.faults.question_words import question_text

if TYPE_CHECKING:
    from pathlib import Path

STOCK = BY_ROLE["patrimoine"]


def table(header: list[str], *rows: list[str], year: int | None = 2025) -> TextTable:
    frame = pd.DataFrame(rows or [["x"] * len(header)], columns=header, dtype=object)
    return TextTable(frame, "f.csv", "", np.arange(2, len(frame) + 2), year=year)


@pytest.mark.parametrize(
    ("header", "bare", "year"),
    [
        ("Nb logts 2024", "Nb logts", 2024),
        ("VLC (2025)", "VLC", 2025),
        ("Réalisé N", "Réalisé", 2025),
        ("Réalisé N-1", "Réalisé", 2024),
        ("N° 12", "N° 12", None),
        ("N° avis", "N° avis", None),
        ("2025", "2025", None),
        ("Écart 2024-2025", "Écart 2024-2025", None),
        ("qpv2015_statut", "qpv2015_statut", None),
    ],
)
def test_a_year_of_a_header_is_parted_from_it(header: str, bare: str, year: int | None) -> None:
    found = dated(header, 2025)
    assert (found.bare, found.year) == (bare, year)


def test_the_files_year_is_read_and_another_never() -> None:
    both = table(["id_residence", "adresse", "Nb logts 2024", "Nb logts 2025"])
    assert match_columns(both, STOCK, {})[0]["nb_logements"] == "Nb logts 2025"
    undated = table(["id_residence", "adresse", "Nb logts 2024", "Nb logts"])
    assert match_columns(undated, STOCK, {})[0]["nb_logements"] == "Nb logts"
    ruled = table(["id_residence", "adresse", "Nb logts", "Nb logts 2025"])
    assert match_columns(ruled, STOCK, {})[0]["nb_logements"] == "Nb logts 2025"
    old = table(["id_residence", "adresse", "Nb logts 2024"])
    found, faults = match_columns(old, STOCK, {})
    assert "nb_logements" not in found
    (fault,) = (f for f in faults if f.code == "colonne_absente")
    assert "2024" not in fault.fields["aussi"]
    named, faults = match_columns(old, STOCK, {"nb_logements": "Nb logts 2024"})
    assert named["nb_logements"] == "Nb logts 2024"
    assert faults == []
    assert of_year(["Nb logts 2024"], None) == ({}, ())


def test_no_total_is_made_of_hours_while_amounts_stand_unread() -> None:
    programme = BY_ROLE["programme"]
    head = ["id_action", "axe", "code_qpv", "action", "heures", "cout_horaire_eur"]
    row = ["A1", "1", "QN05991I", "x", "10", "30"]
    for header in ("Dépenses réalisées en 2024", "Réalisé 2024"):
        one = table([*head, header], [*row, "500"])
        found = match_columns(one, programme, {})[0]
        assert "montants_absents" in {f.code for f in unread_columns(one, programme, found)}
    read = table([*head, "Réalisé 2025"], [*row, "500"])
    found = match_columns(read, programme, {})[0]
    assert found["realise_eur"] == "Réalisé 2025"
    assert "montants_absents" not in {f.code for f in unread_columns(read, programme, found)}
    hours = table(head, row)
    found = match_columns(hours, programme, {})[0]
    assert unread_columns(hours, programme, found) == []


def test_a_row_of_years_joins_the_header_under_it(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text(
        "Parc;;;\n;;2024;2025\nid_residence;adresse;Nb logts;Nb logts\nR1;1 rue A;10;12\n", "utf-8"
    )
    read = read_table(path, known=STOCK.headers)
    assert list(read.frame.columns) == ["id_residence", "adresse", "Nb logts 2024", "Nb logts 2025"]
    assert read.title == "Parc"
    path.write_text("Situation;2024;\nid_residence;adresse;Nb logts\nR1;1 rue A;10\n", "utf-8")
    assert list(read_table(path, known=STOCK.headers).frame.columns)[-1] == "Nb logts"


def test_labels_under_the_header_are_set_aside_and_data_is_not() -> None:
    fiscal = BY_ROLE["fiscalite"]
    head = ["avis", "id_residence", "annee", "vlc_eur", "taux_commune_pct"]
    one = ["A1", "R1", "2025", "1000", "40"]
    labels = ["numéro", "résidence", "année", "valeur locative", "taux communal"]
    read = set_aside(table(head, labels, one, one), fiscal)
    assert read.rows.tolist() == [3, 4]
    assert [n.code for n in read.notices] == ["ligne_de_libelles"]
    unknown = ["A0", "R0", "2025", "inconnue", "inconnu"]
    assert len(set_aside(table(head, one, unknown), fiscal).frame) == 2
    assert len(set_aside(table(head, unknown, unknown), fiscal).frame) == 2


def test_a_header_in_another_order_is_a_second_table() -> None:
    costs = BY_ROLE["droit_commun"]
    head = ["id_residence", "indicateur", "quantite", "cout_eur"]
    row = ["R1", "gardiens", "1", "1000"]
    again = [head[0], head[1], head[3], head[2]]
    read = set_aside(table(head, row, again, ["R2", "gardiens", "2000", "2"]), costs)
    (fault,) = read.notices
    assert (fault.code, fault.severity, fault.place.row) == ("second_tableau", Severity.FAUTE, 3)
    printed = set_aside(table(head, row, head, row), costs)
    assert [n.code for n in printed.notices] == ["entete_repete"]


def test_rows_hidden_and_struck_are_known_and_folded_ones_are_data(tmp_path: Path) -> None:
    book = Workbook()
    page = book.worksheets[0]
    page.append(["id_residence", "adresse", "nb_logements"])
    for k in range(2, 12):
        page.append([f"R{k}", f"{k} rue A", k])
    page.row_dimensions[3].hidden = True
    page.row_dimensions[5].hidden, page.row_dimensions[5].outlineLevel = True, 1
    for cell in page[7]:
        cell.font = Font(strike=True)
    page["A9"].font = Font(strike=True)
    page["A10"].font = Font(strike=False)
    book.save(tmp_path / "f.xlsx")
    read = read_table(tmp_path / "f.xlsx", known=STOCK.headers)
    assert (set(read.hidden), set(read.struck)) == ({3}, {7})


def test_an_open_document_says_so_too(tmp_path: Path) -> None:
    import zipfile

    def line(cells: str, style: str = "", more: str = "") -> str:
        mark = f' table:style-name="{style}"' if style else ""
        mark += ' office:value-type="string"'
        held = "".join(
            f"<table:table-cell{mark}><text:p>{c}</text:p></table:table-cell>" for c in cells
        )
        return f"<table:table-row{more}>{held}</table:table-row>"

    away = ' table:visibility="collapse"'
    rows = [line("abc"), line("123"), line("456", more=away), line("789", "barre"),
            f"<table:table-row-group>{line('123', more=away)}</table:table-row-group>",
            line("456")]  # fmt: skip
    space = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f'<office:document-content xmlns:office="{space}office:1.0" xmlns:table="{space}table:1.0" '
        f'xmlns:text="{space}text:1.0" xmlns:style="{space}style:1.0"><office:automatic-styles>'
        '<style:style style:name="barre"><style:text-properties style:text-line-through-style="solid"/>'
        "</style:style></office:automatic-styles><office:body><office:spreadsheet>"
        f'<table:table table:name="F">{"".join(rows)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(tmp_path / "f.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    read = read_table(tmp_path / "f.ods", known=["a", "b", "c"])
    assert (set(read.hidden), set(read.struck)) == ({3}, {4})


PLAN = """[colonnes]
repondant = "id"
vague = "vague"
[echelles.s4]
satisfait = [1, 2]
insatisfait = [3, 4]
[echelles.n10]
type = "note"
satisfait_des = 7
[[items]]
colonnes = ["note"]
libelle = "Note"
theme = "global"
nature = "autre"
echelle = "n10"
"""


def delivered(folder: Path, waves: dict[str, bool], *, mark: bool = True) -> Gathering:
    """Deliver waves, coded as planned or the other way round; read them."""
    rng = np.random.default_rng(3)
    lines = ["id;vague;note;" + ";".join(f"q{k}" for k in range(6))]
    levels = rng.normal(0.9, 0.4, 6)
    for wave, turned in waves.items():
        for k in range(400):
            mood = rng.normal(0, 1)
            codes = np.digitize(-(mood + levels + rng.normal(0, 1, 6)), [-1, 0, 1]) + 1
            own = 5 - codes if turned else codes
            note = str(int(np.clip(np.rint(6 + mood), 0, 10))) if mark else ""
            lines.append(f"{wave}{k};{wave};{note};" + ";".join(map(str, own)))
    items = "".join(
        f'[[items]]\ncolonnes = ["q{k}"]\nlibelle = "Q{k}"\ntheme = "residence"\nechelle = "s4"\n'
        for k in range(6)
    )
    (folder / "plan.toml").write_text(PLAN + items, "utf-8")
    (folder / "e.csv").write_text("\n".join(lines) + "\n", "utf-8")
    gathered = Gathering()
    gather_survey(gathered, folder / "plan.toml", [folder / "e.csv"])
    return gathered


def codes_of(gathered: Gathering) -> list[str]:
    return [a.question.code for a in gathered.asked]


def test_codes_the_other_way_round_are_asked_and_turned_on_their_rows(tmp_path: Path) -> None:
    plain = delivered(tmp_path, {"2022": False, "2025": False})
    assert codes_of(plain) == []
    assert "sens_non_verifie" not in {f.code for f in plain.faults}
    turned = delivered(tmp_path, {"2022": False, "2025": True})
    assert codes_of(turned) == ["sens_des_reponses_note"]
    question = turned.asked[0].question
    assert question.rows == tuple(range(402, 802))
    assert question.is_blocking


def test_one_question_a_little_against_the_mark_is_doubted(tmp_path: Path) -> None:
    delivered(tmp_path, {"2025": False})
    head, *rows = (tmp_path / "e.csv").read_text("utf-8").splitlines()
    cells = [row.split(";") for row in rows]
    for k, one in enumerate(cells):
        if k * 37 % 100 < 63:
            one[6] = str(5 - int(one[6]))
    lines = [head, *(";".join(one) for one in cells)]
    (tmp_path / "e.csv").write_text("\n".join(lines) + "\n", "utf-8")
    gathered = Gathering()
    gather_survey(gathered, tmp_path / "plan.toml", [tmp_path / "e.csv"])
    assert codes_of(gathered) == []
    assert [(f.code, f.got) for f in gathered.faults] == [("sens_d_une_question", "q3")]


def test_marks_out_of_five_are_asked_and_counted_double(tmp_path: Path) -> None:
    delivered(tmp_path, {"2025": False})
    lines = (tmp_path / "e.csv").read_text("utf-8").splitlines()
    cells = [line.split(";") for line in lines]
    halved = [";".join([*c[:2], str(-(-int(c[2]) // 2)), *c[3:]]) for c in cells[1:]]
    (tmp_path / "e.csv").write_text("\n".join([lines[0], *halved]) + "\n", "utf-8")
    gathered = Gathering()
    gather_survey(gathered, tmp_path / "plan.toml", [tmp_path / "e.csv"])
    (asked,) = gathered.asked
    assert asked.question.code == "note_sur_la_moitie"
    assert asked.question.is_blocking
    assert asked.question.spread > 20
    doubled = Gathering(replies=Replies(supposed={asked.question.key: "doubler"}))
    (delivery,) = gather_survey(doubled, tmp_path / "plan.toml", [tmp_path / "e.csv"]).deliveries
    assert set(delivery.table.frame["note"]) <= {str(2 * k) for k in range(6)}


@pytest.mark.parametrize("angry", [False, True])
def test_noughts_of_tenants_who_answer_as_the_others_are_asked(
    tmp_path: Path, *, angry: bool
) -> None:
    """One mark in ten is 0: of anyone, or of those who are content with nothing."""
    delivered(tmp_path, {"2025": False})
    head, *rows = (tmp_path / "e.csv").read_text("utf-8").splitlines()
    cells = [row.split(";") for row in rows]
    chosen = sorted(cells, key=lambda c: -sum(map(int, c[3:])))[:40] if angry else cells[::10]
    for one in chosen:
        one[2] = "0"
    lines = [head, *(";".join(one) for one in cells)]
    (tmp_path / "e.csv").write_text("\n".join(lines) + "\n", "utf-8")
    gathered = Gathering()
    gather_survey(gathered, tmp_path / "plan.toml", [tmp_path / "e.csv"])
    assert codes_of(gathered) == ([] if angry else ["zeros_sans_note"])
    if not angry:
        key = gathered.asked[0].question.key
        none = Gathering(replies=Replies(supposed={key: "sans_note"}))
        (delivery,) = gather_survey(none, tmp_path / "plan.toml", [tmp_path / "e.csv"]).deliveries
        notes = delivery.table.frame["note"]
        assert "0" not in set(notes)
        assert (notes == "").sum() == 40


def test_interviews_dated_years_before_their_wave_are_asked(tmp_path: Path) -> None:
    delivered(tmp_path, {"2025": False})
    head, *rows = (tmp_path / "e.csv").read_text("utf-8").splitlines()
    dates = ["12/05/2019" if k % 9 == 4 else f"{k % 28 + 1:02d}/01/2025" for k in range(len(rows))]
    dates[0] = "30/12/2024"  # a fieldwork goes over the new year
    moved = [f"{1960 + k % 50}" for k in range(len(rows))]
    lines = [f"{r};{d};01/01/{m}" for r, d, m in zip(rows, dates, moved, strict=True)]
    text = "\n".join([f"{head};date_entretien;date_entree", *lines])
    (tmp_path / "e.csv").write_text(f"{text}\n", "utf-8")
    gathered = Gathering()
    gather_survey(gathered, tmp_path / "plan.toml", [tmp_path / "e.csv"])
    (asked,) = gathered.asked
    assert asked.question.code == "lignes_d_une_autre_annee"
    assert asked.question.rows == tuple(k + 2 for k in range(len(rows)) if k % 9 == 4)


def test_without_a_mark_the_wave_before_or_nothing_says_the_way(tmp_path: Path) -> None:
    turned = delivered(tmp_path, {"2022": False, "2025": True}, mark=False)
    assert codes_of(turned) == ["sens_des_reponses_vague"]
    alone = delivered(tmp_path, {"2025": True}, mark=False)
    assert codes_of(alone) == []
    assert "sens_non_verifie" in {f.code for f in alone.faults}


def test_labels_beside_codes_that_contradict_the_plan_are_asked(tmp_path: Path) -> None:
    """« 1 - Pas du tout satisfait » was read by its code alone: satisfied."""
    delivered(tmp_path, {"2025": False})
    head, *rows = (tmp_path / "e.csv").read_text("utf-8").splitlines()
    at = head.split(";").index("q0")
    words = ["Pas du tout satisfait", "Plutôt pas satisfait", "Plutôt satisfait", "Très satisfait"]
    for order, asked in ((words, ["sens_contredit"]), (words[::-1], [])):
        lines = [head]
        for row in rows:
            cells = row.split(";")
            if cells[at].isdigit():
                cells[at] = f"{cells[at]} - {order[int(cells[at]) - 1]}"
            lines.append(";".join(cells))
        (tmp_path / "e.csv").write_text("\n".join(lines), "utf-8")
        gathered = Gathering()
        gather_survey(gathered, tmp_path / "plan.toml", [tmp_path / "e.csv"])
        assert [f for f in gathered.faults if f.severity is Severity.FAUTE] == []
        assert codes_of(gathered) == asked
        for one in gathered.asked:
            turned = Gathering(replies=Replies(supposed={one.question.key: "libelles"}))
            (read,) = gather_survey(turned, tmp_path / "plan.toml", [tmp_path / "e.csv"]).deliveries
            kept = {line.split(";")[0]: line.split(";")[at] for line in lines[1:]}
            read_as = {
                kept[i][0]: c
                for i, c in zip(*(read.table.frame[c] for c in ("id", "q0")), strict=True)
            }
            assert read_as == {"1": "4", "2": "3", "3": "2", "4": "1"}


def test_a_codebook_that_contradicts_the_plan_is_asked(tmp_path: Path) -> None:
    delivered(tmp_path, {"2025": False})
    words = ["Pas du tout satisfait", "Plutôt pas satisfait", "Plutôt satisfait", "Très satisfait"]
    for order, asked in ((words, ["sens_contredit"]), (words[::-1], [])):
        book = Workbook()
        page = book.worksheets[0]
        for line in (tmp_path / "e.csv").read_text("utf-8").splitlines():
            page.append([int(c) if c.isdigit() else c for c in line.split(";")])
        codebook = book.create_sheet("Dictionnaire")
        codebook.append(["variable", "code", "modalité"])
        for name in ("q0", "q1"):
            for k, word in enumerate(order, start=1):
                codebook.append([name, k, word])
        book.save(tmp_path / "e.xlsx")
        gathered = Gathering()
        gather_survey(gathered, tmp_path / "plan.toml", [tmp_path / "e.xlsx"])
        assert [f for f in gathered.faults if f.severity is Severity.FAUTE] == []
        assert codes_of(gathered) == asked
        for one in gathered.asked:
            text = question_text(one.question)
            assert (
                "compte la réponse « 1 » comme satisfait, la livraison la nomme « Pas du tout satisfait »"
                in text.sentence
            )
            assert one.is_waiting


def test_a_stock_of_last_year_is_asked_about_its_column(tmp_path: Path) -> None:
    path = tmp_path / "parc.csv"
    rows = "".join(f"R{k};{k} rue A;{10 + k}\n" for k in range(12))
    path.write_text(f"id_residence;adresse;Nb logts 2024\n{rows}", "utf-8")
    gathered = Gathering(year=2025)
    read = gathered.table("patrimoine", path, known=STOCK.headers)
    assert read is not None
    assert read == replace(read, year=2025)
    gathered.typed(read, STOCK)
    (asked,) = gathered.asked
    assert asked.question.code == "colonne_d_une_autre_annee"
    assert [(a.code, a.effect.amount) for a in asked.question.answers] == [
        ("lire", sum(10 + k for k in range(12))), ("ne_pas_lire", 0),
    ]  # fmt: skip


def parc(path: Path, sheets: dict[str, int], *, hide: bool = False) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, count in sheets.items():
        page = book.create_sheet(name)
        page.append(["id_residence", "adresse", "commune", "Nb logts", "Logements actuels"])
        for k in range(6):
            page.append([f"R{k}", f"{k + 1} rue Haute", "Valmont", count + k, 10 * count + k])
        page.column_dimensions["D"].hidden = hide
    book.save(path)
    return path


def test_of_sheets_named_by_years_the_files_is_read(tmp_path: Path) -> None:
    path = parc(tmp_path / "p.xlsx", {"Parc 2024": 10, "Parc 2025": 20, "Notes": 1})
    for year, sheet in ((2025, "Parc 2025"), (2024, "Parc 2024"), (2023, "Parc 2024")):
        read = Gathering(year=year).table("patrimoine", path)
        assert read is not None
        assert read.sheet == sheet
        assert "feuilles_semblables" in {n.code for n in read.notices}
    plain = parc(tmp_path / "q.xlsx", {"Parc": 10, "Parc 2025": 20})
    read = Gathering(year=2025).table("patrimoine", plain)
    assert read is not None
    assert read.sheet == "Parc"


def test_a_count_read_in_a_hidden_column_is_asked_where_one_in_sight_is_like_it(
    tmp_path: Path,
) -> None:
    for hide in (True, False):
        path = parc(tmp_path / f"{hide}.xlsx", {"Parc": 10}, hide=hide)
        for code, count in (("", 75), ("autre", 615)):
            gathered = Gathering(year=2025)
            table = gathered.table("patrimoine", path)
            assert table is not None
            found = table_findings(table, STOCK, {})
            assert len(found) == hide
            if code and found:
                gathered.replies = Replies(supposed={found[0].question.key: code})
            frame = gathered.typed(table, STOCK)
            assert frame["nb_logements"].sum() == (count if hide else 75)
