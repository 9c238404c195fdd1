"""Columns that a delivery lacks, and cells that say something else: asked once, each by the command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook
from typer import Typer
from typer.testing import CliRunner, Result

from tfpb.cli.abattement import abattement

if TYPE_CHECKING:
    from pathlib import Path

app = Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
app.command()(abattement)
ASKED = re.compile(r"^\d+\. (.+?) \(fichier.*?\n(?:.*\n)*?.*?Clé ([0-9a-f]{12})", re.MULTILINE)
HEADER = (
    "avis;invariant;id_residence;annee;vlc_eur;nb_logements;taux_commune_pct;taux_epci_pct;"
    "cotisation_avis_eur"
)
ROWS = (
    "A1;1;R1;2025;30000;10;40;15;5775",
    "A1;2;R2;2025;30000;12;40;15;8250",
    "A2;3;R3;2025;24000;8;40;15;4620",
    "A2;4;R4;2025;27000;9;40;15;5197,5",
)
"""Four lines, of which R2 is out of the quarters: the others were abated, for 6 682.50 euros."""
ACTIONS = "id_action;axe;code_qpv;action;realise_eur;valorise_eur;piece"


class Delivery:
    """Files of a landlord, and the command on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write(
            "localise.csv",
            "id_residence;nb_logements;qpv_statut;qpv_code;qpv_nom",
            *(f"R{k};{n};{side}" for k, n, side in (
                (1, 10, "dans;QN05991I;Tilleuls"), (2, 12, "hors;;"),
                (3, 8, "dans;QN05991I;Tilleuls"), (4, 9, "dans;QN05992I;Lilas"),
            )),
        )  # fmt: skip
        self.write(
            "conventions.csv",
            "id_convention;codes_qpv;date_signature_contrat;date_signature_convention;date_declaration;date_fin",
            "C1;QN05991I, QN05992I;28/03/2024;12/12/2024;20/12/2024;31/12/2030",
        )
        self.write("fiscalite.csv", HEADER, *ROWS)

    def write(self, name: str, *lines: str) -> None:
        (self.folder / name).write_text("\n".join(lines) + "\n", "utf-8-sig")

    def run(
        self, *extra: str, replies: dict[str, str] | None = None, tax: str = "fiscalite.csv"
    ) -> Result:
        args = [
            tax,
            "--residences",
            "localise.csv",
            "--conventions",
            "conventions.csv",
            "--annee",
            "2025",
        ]
        named = [
            str(self.folder / a) if "." in a and not a.startswith("-") else a
            for a in (*args, *extra)
        ]
        if replies:
            lines = (
                f'{key} = {{ reponse = "{code}", par = "fiscalite", le = 2026-01-05 }}'
                for key, code in replies.items()
            )
            self.write("reponses.toml", "[reponses]", *lines)
            named += ["--reponses", str(self.folder / "reponses.toml")]
        return CliRunner().invoke(app, [*named, "--sortie", str(self.folder / "sortie.xlsx")])

    def cells(self, sheet: str) -> list[list[object]]:
        return [
            list(r)
            for r in load_workbook(self.folder / "sortie.xlsx")[sheet].iter_rows(values_only=True)
        ]


@pytest.fixture
def delivery(tmp_path: Path) -> Delivery:
    return Delivery(tmp_path)


def asked(done: Result) -> dict[str, str]:
    """Return the questions of a run: title → key."""
    assert done.exit_code == 0, done.output
    return dict(ASKED.findall(done.output))


def key_of(done: Result, words: str) -> str:
    found = [key for title, key in asked(done).items() if words in title]
    assert len(found) == 1, done.output
    return found[0]


def columns(*names: str) -> list[str]:
    """Return the tax sheet with some columns left out, header first."""
    kept = [k for k, n in enumerate(HEADER.split(";")) if n not in names]
    return [";".join(line.split(";")[k] for k in kept) for line in (HEADER, *ROWS)]


def renamed(old: str, new: str) -> list[str]:
    return [HEADER.replace(old, new), *ROWS]


def acquired(done: Result) -> str:
    """Return the line that tells what notices bear."""
    assert done.exit_code == 0, done.output
    return next(line for line in shown(done).splitlines() if "Les avis portent" in line)


def lines_of(delivery: Delivery) -> dict[str, float]:
    """Sum what each line of the notices that is known bears, the whole and the loss of local bodies."""
    rows = pd.read_excel(delivery.folder / "sortie.xlsx", sheet_name="Locaux", engine="calamine")
    sums = rows.filter(regex=r"^(abattement_(commune|epci)|abattement|perte_collectivites)_eur$")
    told = sums.sum(min_count=len(rows)).dropna()
    return {str(name).removesuffix("_eur"): float(value) for name, value in told.items()}


def shown(done: Result) -> str:
    """Return what a run printed, with plain spaces."""
    return done.output.replace("\u202f", " ").replace("\u00a0", " ")


def test_nothing_is_asked_of_a_clean_delivery(delivery: Delivery) -> None:
    done = delivery.run()
    assert asked(done) == {}
    assert "6 683 €" in acquired(done), done.output


# -- rates


def test_a_lone_rate_may_be_a_sum_whose_split_is_not_known(delivery: Delivery) -> None:
    lines = [line.replace(";40;15;", ";55;") for line in ROWS]
    delivery.write(
        "fiscalite.csv", HEADER.replace("taux_commune_pct;taux_epci_pct", "Taux (%)"), *lines
    )
    done = delivery.run()
    key = key_of(done, "la somme de tous les taux")
    assert "6 683 €" in acquired(done), done.output
    assert lines_of(delivery) == {"abattement": 6682.5}
    town = delivery.run(replies={key: "commune"})
    assert town.exit_code == 0, town.output
    assert lines_of(delivery) == {
        "abattement_commune": 6682.5,
        "abattement": 6682.5,
        "perte_collectivites": 4009.5,
    }


def test_a_column_that_says_it_is_the_sum_is_no_commune_s_rate(delivery: Delivery) -> None:
    lines = [line.replace(";40;15;", ";55;") for line in ROWS]
    delivery.write(
        "fiscalite.csv", HEADER.replace("taux_commune_pct;taux_epci_pct", "Taux global"), *lines
    )
    done = delivery.run()
    assert asked(done) == {}
    assert "6 683 €" in acquired(done), done.output
    assert lines_of(delivery) == {"abattement": 6682.5}


# -- what is the same for all rows, and what is not read


def test_the_year_of_the_dossier_is_proposed_for_all_rows(delivery: Delivery) -> None:
    delivery.write("fiscalite.csv", *columns("annee"))
    done = delivery.run()
    key = key_of(done, "l’année du dossier")
    assert "au plus" in acquired(done), done.output
    settled = delivery.run(replies={key: "annee_du_dossier"})
    assert "6 683 €" in acquired(settled), settled.output
    assert "au plus" not in acquired(settled)


def test_one_notice_for_all_rows_is_an_answer(delivery: Delivery) -> None:
    delivery.write("fiscalite.csv", *columns("avis"))
    done = delivery.run()
    key = key_of(done, "même avis")
    settled = delivery.run(replies={key: "un_seul"})
    assert "6 683 €" in acquired(settled), settled.output


def test_an_unread_column_that_a_figure_needs_is_asked_first(delivery: Delivery) -> None:
    delivery.write("fiscalite.csv", *renamed("cotisation_avis_eur", "Cotisation payée"))
    done = delivery.run()
    key = key_of(done, "Cotisation payée")
    assert "1. « Cotisation payée » est-elle la colonne qui manque" in done.output
    assert "5775 ; 8250 ; 4620" in done.output
    assert "Ces colonnes ne sont pas lues : Cotisation payée" not in done.output
    settled = delivery.run(replies={key: "lire"})
    assert "6 683 €" in acquired(settled), settled.output


@pytest.mark.parametrize(
    ("header", "numbers", "is_matched"),
    [
        ("Numéro fiscal du local", ("591", "593", "594"), True),
        ("Réf. du bien", ("1", "3", "4"), False),
        ("invariant", ("77", "78"), False),
    ],
)
def test_a_list_sent_of_which_no_row_is_on_a_notice_leaves_amounts_between_bounds(
    delivery: Delivery, header: str, numbers: tuple[str, ...], *, is_matched: bool
) -> None:
    """Nothing was concluded from it, and all was told acquired as if every premises were on it."""
    long = [row.split(";", 2) for row in ROWS]
    lines = (f"{notice};{int(local):010d};{rest}" for notice, local, rest in long)
    delivery.write("fiscalite.csv", HEADER, *lines)
    whole = [f"59{int(n[2:]):010d}" if n.startswith("59") else f"{int(n):010d}" for n in numbers]
    delivery.write("liste.csv", f"{header};declare_le", *(f"{n};20/12/2024" for n in whole))
    done = delivery.run("--declaration", "liste.csv")
    assert done.exit_code == 0, done.output
    doubted = "Aucune des" in done.output
    assert doubted != is_matched
    if is_matched:
        assert "6 683 €" in acquired(done)
        return
    assert "n’est pas établi : il est sous réserve, 6 683 € au mieux" in shown(done), done.output
    if header != "invariant":
        assert header in done.output  # the column that nothing reads


# -- the programme


def test_what_is_valued_is_what_was_spent_by_one_answer(delivery: Delivery) -> None:
    rows = [f"A{k};3;QN05991I;Passage {k};{300 + k};{200 + k},50" for k in range(22)]
    delivery.write("programme.csv", "N° action;Axe;QPV;Action;Prévu;Réalisé", *rows)
    done = delivery.run("--programme", "programme.csv")
    assert shown(done).count("A1") < 2, done.output  # no fault a row
    key = key_of(done, "valorisé au titre")
    settled = delivery.run("--programme", "programme.csv", replies={key: "realise"})
    assert "4 642 €" in shown(settled), settled.output


@pytest.mark.parametrize(
    "header", ["Retenu au titre de l’abattement", "Part valorisée", "Montant retenu"]
)
def test_a_column_that_may_say_what_is_valued_is_asked_about_before_what_was_spent(
    delivery: Delivery, header: str
) -> None:
    rows = [f"A{k};3;QN05991I;Passage {k};{3000 + k};{2000 + k};{1000 + k}" for k in range(4)]
    delivery.write("programme.csv", f"N° action;Axe;QPV;Action;Prévu;Réalisé;{header}", *rows)
    done = delivery.run("--programme", "programme.csv")
    assert not [title for title in asked(done) if "valorisé au titre" in title], done.output
    key = key_of(done, "la colonne qui manque")
    settled = delivery.run("--programme", "programme.csv", replies={key: "lire"})
    assert "4 006 €" in shown(settled), settled.output


def test_an_amount_of_the_tax_is_no_rate(delivery: Delivery) -> None:
    delivery.write("fiscalite.csv", *renamed("cotisation_avis_eur", "Montant TFPB"))
    done = delivery.run()
    key = key_of(done, "la colonne qui manque")
    assert "taux_global_pct" not in done.output
    settled = delivery.run(replies={key: "lire"})
    assert "6 683 €" in acquired(settled), settled.output


def test_before_or_with_tax_is_one_choice(delivery: Delivery) -> None:
    rows = [f"A{k};3;QN05991I;Passage {k};100;120;{{}};10;10" for k in range(4)]
    header = "N° action;Axe;QPV;Action;Réalisée HT;Réalisée TTC;Valorisé;Heures;Coût horaire"
    delivery.write("programme.csv", header, *(row.format(100) for row in rows))
    done = delivery.run("--programme", "programme.csv")
    key = key_of(done, "hors taxes")
    settled = delivery.run("--programme", "programme.csv", replies={key: "ttc"})
    assert settled.exit_code == 0, settled.output
    balance = load_workbook(delivery.folder / "sortie_solde.xlsx").active
    assert balance is not None
    assert any(cell == 480 for row in balance.iter_rows(values_only=True) for cell in row)
    delivery.write("programme.csv", header, *(row.format(110) for row in rows))
    alone = delivery.run("--programme", "programme.csv")  # 110 cannot be valued of 100
    assert alone.exit_code == 0, alone.output
    assert "lu comme « Réalisée TTC »" in shown(alone)


def test_amounts_in_thousands_that_nothing_says_are_asked(delivery: Delivery) -> None:
    rows = [f"A{k};3;QN05991I;Passage {k};{k},45;{k},25;" for k in range(1, 6)]
    delivery.write("programme.csv", ACTIONS, *rows)
    key_of(delivery.run("--programme", "programme.csv"), "milliers")
    lines = []
    for line in ROWS:
        cells = line.split(";")
        for k in (4, 8):
            cells[k] = str(float(cells[k].replace(",", ".")) / 1000).replace(".", ",")
        lines.append(";".join(cells))
    delivery.write("fiscalite.csv", HEADER, *lines)
    done = delivery.run()
    key = key_of(done, "milliers")
    settled = delivery.run(replies={key: "milliers"})
    assert "6 683 €" in acquired(settled), settled.output


def test_amounts_in_thousands_that_a_title_says_are_asked_once(delivery: Delivery) -> None:
    """Small and under a title in k€, they were asked twice: two true answers made 1 000 times too much."""
    rows = [f"A{k};3;QN05991I;Passage {k};{k},45;{k},25;" for k in range(1, 6)]
    delivery.write("programme.csv", "Bilan (montants en k€);;;;;;", ";;;;;;", ACTIONS, *rows)
    done = delivery.run("--programme", "programme.csv")
    assert done.output.count("sont-ils en milliers d’euros ?") == 1, done.output
    key = key_of(done, "milliers")
    settled = delivery.run("--programme", "programme.csv", replies={key: "milliers"})
    assert "16 250 €" in shown(settled), settled.output


def test_a_column_read_by_an_answer_is_in_the_thousands_of_the_others(delivery: Delivery) -> None:
    rows = [f"A{k};3;QN05991I;Passage {k};{k},45;{k},25;" for k in range(1, 6)]
    head = ACTIONS.replace("valorise_eur", "Retenu au titre de l’abattement")
    delivery.write("programme.csv", "Bilan (montants en k€);;;;;;", ";;;;;;", head, *rows)
    done = delivery.run("--programme", "programme.csv")
    replies = {key_of(done, "milliers"): "milliers", key_of(done, "la colonne qui"): "lire"}
    settled = delivery.run("--programme", "programme.csv", replies=replies)
    assert "16 250 €" in shown(settled), settled.output


@pytest.mark.parametrize("title", ["Bilan (montants en k€);;;;;;", "Bilan;;;;;;"])
def test_naming_one_more_column_of_amounts_asks_of_thousands_no_second_time(
    delivery: Delivery, title: str
) -> None:
    rows = [f"A{k};3;QN05991I;Passage {k};{k},45;{k},25;" for k in range(1, 6)]
    unnamed = ACTIONS.replace("valorise_eur", "Ce que cela a pris")
    delivery.write("programme.csv", title, ";;;;;;", unnamed, *rows)
    before = key_of(delivery.run("--programme", "programme.csv"), "milliers")
    delivery.write("programme.csv", title, ";;;;;;", ACTIONS, *rows)
    assert key_of(delivery.run("--programme", "programme.csv"), "milliers") == before


# -- cells


@pytest.mark.parametrize("mark", ["idem", '""""', "//", "-\u00a0id.\u00a0-"])
def test_ditto_marks_mean_the_cell_above_by_one_answer(delivery: Delivery, mark: str) -> None:
    lines = [
        line if k == 0 else line.replace(";40;15;", f";{mark};{mark};")
        for k, line in enumerate(ROWS)
    ]
    delivery.write("fiscalite.csv", HEADER, *lines)
    done = delivery.run()
    key = key_of(done, "comme la cellule du dessus")
    settled = delivery.run(replies={key: "au_dessus"})
    assert "6 683 €" in acquired(settled), settled.output


@pytest.mark.parametrize(
    ("header", "cells", "kept_by"),
    [
        ("Date démolition", ("", "", "12/05/2023", ""), "garder"),
        ("Vendu le", ("2022", "", "", ""), "garder"),
        ("St.", ("G", "G", "V", "G"), "garder"),
        ("Etat lot", ("G", "G", "V", "G"), "garder"),
        ("Exonération partielle (%)", ("50", "", "", ""), "deja_deduite"),
    ],
)
def test_a_column_that_says_what_left_is_asked(
    delivery: Delivery, header: str, cells: tuple[str, ...], kept_by: str
) -> None:
    delivery.write(
        "fiscalite.csv",
        f"{HEADER};{header}",
        *(f"{r};{c}" for r, c in zip(ROWS, cells, strict=True)),
    )
    done = delivery.run()
    assert len(asked(done)) == 1, done.output
    assert f"Ces colonnes ne sont pas lues : {header}" not in done.output
    assert "au plus" in acquired(done) or "selon" in acquired(done), done.output
    kept = delivery.run(replies={next(iter(asked(done).values())): kept_by})
    assert "6 683 €" in acquired(kept), kept.output


# -- needless refusals, and messages


@pytest.mark.parametrize("day", ["décembre 2024", "déc-24", "20-12-2024 (LRAR)", "20/12/2024 LRAR"])
def test_a_month_and_a_remark_are_read_in_a_date(delivery: Delivery, day: str) -> None:
    text = (delivery.folder / "conventions.csv").read_text("utf-8-sig")
    delivery.write("conventions.csv", *text.replace("20/12/2024", day).splitlines())
    assert "6 683 € acquis" in acquired(delivery.run())


def test_the_end_of_an_exemption_may_be_a_month(delivery: Delivery) -> None:
    lines = (f"{row};{end}" for row, end in zip(ROWS, ("déc-88", "", "déc-40", ""), strict=True))
    delivery.write("fiscalite.csv", f"{HEADER};fin_exoneration", *lines)
    assert "1 exonéré" in shown(delivery.run()) or "exonéré" in shown(delivery.run())


@pytest.mark.parametrize("given", ["-120", "120"])
def test_a_relief_has_no_sign_and_a_credit_is_not_read(delivery: Delivery, given: str) -> None:
    delivery.write(
        "fiscalite.csv", f"{HEADER};degrevements_eur", *(f"{row};{given}" for row in ROWS)
    )
    plain = shown(delivery.run())
    assert "6 683 €" in plain
    delivery.write("fiscalite.csv", HEADER, *ROWS[:3], ROWS[3].replace("5197,5", "-250"))
    done = delivery.run()
    assert "est un crédit" in shown(done), done.output


def test_rates_may_be_headed_by_who_takes_them(delivery: Delivery) -> None:
    named = HEADER.replace("taux_commune_pct", "Commune").replace("taux_epci_pct", "EPCI")
    delivery.write("fiscalite.csv", named, *ROWS)
    assert "6 683 €" in acquired(delivery.run())
    assert lines_of(delivery) == {
        "abattement_commune": 4860,
        "abattement_epci": 1822.5,
        "abattement": 6682.5,
        "perte_collectivites": 4009.5,
    }


@pytest.mark.parametrize(
    "axis", ["III", "Axe III", "III - Sur-entretien", "axe iii : sur-entretien"]
)
def test_an_axis_may_be_a_roman_number(delivery: Delivery, axis: str) -> None:
    delivery.write("programme.csv", ACTIONS, f"A1;{axis};QN05991I;Passage;300;250,50;F1")
    done = delivery.run("--programme", "programme.csv")
    assert done.exit_code == 0, done.output


def test_an_action_without_a_number_gets_one_that_stays(delivery: Delivery) -> None:
    rows = [f";{k};QN05991I;Action {k};300;{200 + k};" for k in (3, 4)]
    delivery.write("programme.csv", ACTIONS, *rows)
    done = delivery.run("--programme", "programme.csv")
    assert "reçoivent un" in shown(done), done.output
    first = re.findall(r"SN-[0-9A-F]{4}", done.output)
    delivery.write("programme.csv", ACTIONS, ";5;QN05991I;Une de plus;10;10;", *rows)
    again = delivery.run("--programme", "programme.csv")
    assert again.exit_code == 0, again.output
    sheet = load_workbook(delivery.folder / "sortie_bilan.xlsx")["À ressaisir"]
    listed = " ".join(str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)
    assert len(set(re.findall(r"SN-[0-9A-F]{4}", listed))) == 3
    assert first[0] in listed


@pytest.mark.parametrize(
    ("quarter", "shared"),
    [("les deux", True), ("Tous", True), ("tous les QPV", True), ("les 3 quartiers", False)],
)
def test_quarters_may_be_said_by_their_number(
    delivery: Delivery, quarter: str, *, shared: bool
) -> None:
    delivery.write("programme.csv", ACTIONS, f"A1;3;{quarter};Passage;270;270;F1")
    done = delivery.run("--programme", "programme.csv")
    assert (done.exit_code == 0) is shared, done.output
    if shared:
        assert "67 % (18 logements), QN05992I 33 %" in shown(done)
    else:
        assert "ceux qui comptent sont QN05991I, QN05992I" in shown(done)


def test_an_exempt_line_without_a_notice_is_kept(delivery: Delivery) -> None:
    header = f"{HEADER};fin_exoneration"
    exempt = ROWS[2].replace("A2;3", ";3").replace(";4620", ";") + ";31/12/2040"
    delivery.write("fiscalite.csv", header, *(f"{r};" for r in (ROWS[0], ROWS[1], ROWS[3])), exempt)
    done = delivery.run()
    assert done.exit_code == 0, done.output
    assert "1 ligne exonérée n’a pas de numéro d’avis" in shown(done)
    assert "8 logements" in shown(done)


@pytest.mark.parametrize(
    ("codec", "name"), [("cp850", "DOS"), ("mac_roman", "Mac"), ("cp1252", "")]
)
def test_an_old_encoding_is_read_and_named(delivery: Delivery, codec: str, name: str) -> None:
    text = "\n".join((HEADER.replace("annee", "Année d’imposition".replace("’", " ")), *ROWS))
    text = text.replace("cotisation_avis_eur", "Cotisation taxe foncière").replace(
        "avis;", "N° avis;", 1
    )
    text = text.replace("Cotisation taxe foncière", "Cotisation taxe fonciere;Dégrèvements", 1)
    text = "\n".join(line + (";0" if k else "") for k, line in enumerate(text.split("\n")))
    (delivery.folder / "fiscalite.csv").write_bytes(text.encode(codec))
    done = delivery.run()
    assert "6 683 €" in acquired(done)
    assert ("Les accents du fichier" in shown(done)) is bool(name)
    assert name in shown(done)


def test_formulas_of_a_total_that_is_set_aside_are_no_fault(delivery: Delivery) -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(HEADER.split(";"))
    for row in ROWS:
        page.append(
            [float(c.replace(",", ".")) if k > 3 else c for k, c in enumerate(row.split(";"))]
        )
    page.append(
        ["TOTAL", None, None, None, "=SUM(E2:E5)", "=SUM(F2:F5)", None, None, "=SUM(I2:I5)"]
    )
    book.save(delivery.folder / "fiscalite.xlsx")
    done = delivery.run(tax="fiscalite.xlsx")
    assert done.exit_code == 0, done.output
    assert "6 683 €" in acquired(done)
    page["E3"] = "=15000*2"
    book.save(delivery.folder / "fiscalite.xlsx")
    assert "1 cellule" in shown(delivery.run(tax="fiscalite.xlsx"))


def test_sheets_of_one_header_are_stacked_by_one_answer(delivery: Delivery) -> None:
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, part in (("Agence Nord", ROWS[:2]), ("Agence Sud", ROWS[2:])):
        page = book.create_sheet(name)
        page.append(HEADER.split(";"))
        for row in part:
            page.append(
                [float(c.replace(",", ".")) if k > 3 else c for k, c in enumerate(row.split(";"))]
            )
    book.save(delivery.folder / "fiscalite.xlsx")
    done = delivery.run(tax="fiscalite.xlsx")
    key = key_of(done, "même en-tête")
    assert "au moins 2 475 €" in acquired(done), done.output
    settled = delivery.run(tax="fiscalite.xlsx", replies={key: "empiler"})
    assert "Les avis portent 6 683 €" in acquired(settled), settled.output
    page["G3"] = "quarante"
    book.save(delivery.folder / "fiscalite.xlsx")
    key = key_of(delivery.run(tax="fiscalite.xlsx"), "même en-tête")
    wrong = delivery.run(tax="fiscalite.xlsx", replies={key: "empiler"})
    assert "feuille « Agence Sud », ligne 3" in shown(wrong), wrong.output


# -- dates, names, the year before


@pytest.mark.parametrize("year", ["2024", "2024.0"])
def test_a_year_alone_is_no_date_of_signature_and_the_message_says_why(
    delivery: Delivery, year: str
) -> None:
    """It may be before or after the day that opens the right: the whole date is asked for, not guessed."""
    dates = "date_signature_contrat;date_signature_convention;date_declaration;date_fin"
    head = f"id_convention;codes_qpv;{dates}"
    row = f"C1;QN05991I, QN05992I;28/03/2024;{year};20/12/2024;2030"
    delivery.write("conventions.csv", head, row)
    done = delivery.run()
    assert done.exit_code == 2, done.output
    told = shown(done)
    assert told.count("conventions.csv") == 1, told  # the end, « 2030 », is its 31 December
    assert "date_signature_convention" in told
    assert f"lu : {year}" in told
    assert "une année seule" in told


def test_the_notices_of_the_year_before_are_asked_the_same_as_those_of_the_year(
    delivery: Delivery,
) -> None:
    """Each by its own key: an answer about a year says nothing of the other."""
    bare = columns("annee", "avis")
    delivery.write("fiscalite.csv", *bare)
    alone = asked(delivery.run())
    delivery.write("avant.csv", *bare)
    done = delivery.run("--fiscalite-precedente", "avant.csv")
    keys = ASKED.findall(done.output)
    assert len(keys) == len({key for _, key in keys}) == 2 * len(alone), done.output
    assert "Toutes les lignes sont-elles de 2024, l’année du dossier ?" in done.output
    assert set(alone.values()) < {key for _, key in keys}
