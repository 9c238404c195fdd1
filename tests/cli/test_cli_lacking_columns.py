"""Columns that a delivery lacks, and cells that say something else: asked once, each by the command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
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


def lines_of(delivery: Delivery) -> dict[object, tuple[object, object]]:
    """Return the amount and the loss of each line of the notices."""
    head, *rows = delivery.cells("Collectivités")
    at = [head.index(name) for name in ("ligne", "abattement_eur", "perte_eur")]
    return {row[at[0]]: (row[at[1]], row[at[2]]) for row in rows}


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
    assert lines_of(delivery) == {"global": (6682.5, None)}
    town = delivery.run(replies={key: "commune"})
    assert town.exit_code == 0, town.output
    assert lines_of(delivery) == {"commune": (6682.5, 4009.5)}


def test_a_column_that_says_it_is_the_sum_is_no_commune_s_rate(delivery: Delivery) -> None:
    lines = [line.replace(";40;15;", ";55;") for line in ROWS]
    delivery.write(
        "fiscalite.csv", HEADER.replace("taux_commune_pct;taux_epci_pct", "Taux global"), *lines
    )
    done = delivery.run()
    assert asked(done) == {}
    assert "6 683 €" in acquired(done), done.output
    assert lines_of(delivery) == {"global": (6682.5, None)}


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


# -- the programme


def test_what_is_valued_is_what_was_spent_by_one_answer(delivery: Delivery) -> None:
    rows = [f"A{k};3;QN05991I;Passage {k};{300 + k};{200 + k},50" for k in range(22)]
    delivery.write("programme.csv", "N° action;Axe;QPV;Action;Prévu;Réalisé", *rows)
    done = delivery.run("--programme", "programme.csv")
    assert shown(done).count("A1") < 2, done.output  # no fault a row
    key = key_of(done, "valorisé au titre")
    settled = delivery.run("--programme", "programme.csv", replies={key: "realise"})
    assert "4 642 €" in shown(settled), settled.output


def test_before_or_with_tax_is_one_choice(delivery: Delivery) -> None:
    rows = [f"A{k};3;QN05991I;Passage {k};100;120;100;10;10" for k in range(4)]
    delivery.write(
        "programme.csv",
        "N° action;Axe;QPV;Action;Réalisée HT;Réalisée TTC;Valorisé;Heures;Coût horaire",
        *rows,
    )
    done = delivery.run("--programme", "programme.csv")
    key = key_of(done, "hors taxes")
    settled = delivery.run("--programme", "programme.csv", replies={key: "ttc"})
    assert settled.exit_code == 0, settled.output
    balance = load_workbook(delivery.folder / "sortie_solde.xlsx").active
    assert balance is not None
    assert any(cell == 480 for row in balance.iter_rows(values_only=True) for cell in row)


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
