"""`tfpb planifier`: the answer on one page and in a workbook; faults said, nothing lost nor invented."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pytest
from xlsx_rules import faults

from effort import tries
from tfpb.report.documents.document_pdf import page_count

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from conftest import Run

SHEETS = [
    "Réponse", "Bailleurs", "Quartiers", "Résidences", "Quotas", "Puissance", "Hypothèses", "Sommaire",
]  # fmt: skip
HEAD = "id_residence;nom;bailleur;nb_logements;qpv_statut;qpv_code;qpv_nom;type_habitat;annee_construction"


def located(
    *, quarters: int = 2, owners: tuple[str, ...] = ("Habitat",), name: str = "Quartier"
) -> str:
    """Write a stock of one row an entrance; two entrances a résidence."""
    lines = [HEAD]
    for b, owner in enumerate(owners):
        for q in range(quarters + 1):
            side = "dans" if q < quarters else "hors"
            for k in range(8):
                code = f"QN{59000 + q:05d}N" if side == "dans" else ""
                for n in (30 + q, 20 + b):
                    called = f"{name} {q}" if code else ""
                    lines.append(
                        f"R{q}-{k};Les Lilas;{owner};{n};{side};{code};{called};Collectif;1965"
                    )
    lines += [
        f"V1;À trancher;{owners[0]};12;a_verifier;;;Collectif;1965",
        f"Z1;Vide;{owners[0]};0;hors;;;;",
    ]
    return "\n".join(lines) + "\n"


class Desk:
    """A folder with a stock and a plan, and what the command makes of them."""

    def __init__(self, folder: Path, run: Run) -> None:
        self.folder, self.run = folder, run
        self.stock("patrimoine.csv", located())
        self.plan("")

    def stock(self, name: str, content: str) -> None:
        (self.folder / name).write_text(content, encoding="utf-8")

    def plan(self, lines: str, *, head: str = "[planification]\n") -> None:
        (self.folder / "plan.toml").write_text(head + lines, encoding="utf-8")

    def made(self, output: str = "p.xlsx", *more: object) -> Result:
        return self.run(
            "planifier", self.folder / "plan.toml", "--patrimoine", self.folder / "patrimoine.csv",
            "--sortie", self.folder / output, *more,
        )  # fmt: skip

    def refused(self, *words: str) -> None:
        before = sorted(self.folder.iterdir())
        result = self.made()
        assert result.exit_code == 2, result.output
        text = " ".join(result.output.split())
        for word in words:
            assert word in text
        assert "Traceback" not in text
        assert sorted(self.folder.iterdir()) == before


@pytest.fixture
def desk(tmp_path: Path, run: Run) -> Desk:
    return Desk(tmp_path, run)


def rows(sheet: Any) -> list[dict[str, object]]:
    """Read the first table of a sheet."""
    table = next(iter(sheet.tables.values()))
    head, *lines = [[c.value for c in line] for line in sheet[table.ref]]
    return [dict(zip(head, line, strict=True)) for line in lines]


def test_the_answer_comes_first_in_sentences_and_figures(desk: Desk) -> None:
    desk.plan("entretiens = 300\n")
    result = desk.made()
    assert result.exit_code == 0, result.output
    # one household in four answers: 8 × (12 + 12 + 13)
    assert result.output.startswith("À commander : 296 ménages à interroger dans 24 résidences")
    assert "Sur 300 demandés, ce patrimoine n’en permet que 296" in result.output
    for word in ("Ce que l’enquête montrera : ", "Ce qu’elle ne montrera pas : aucun quartier seul",
                 "À vérifier : 1 résidence (12 logements)", "À ouvrir d’abord : p.pdf"):  # fmt: skip
        assert word in result.output
    assert faults(desk.folder / "p.xlsx") == []
    book = openpyxl.load_workbook(desk.folder / "p.xlsx")
    assert book.sheetnames == SHEETS
    assert book["Réponse"]["A2"].value in result.output.splitlines()[0]
    homes = rows(book["Résidences"])
    assert len(homes) == 3 * 8 + 2
    assert sum(int(str(r["Ménages à interroger"])) for r in homes) == 296
    assert {r["Pourquoi aucun"] for r in homes if not r["Ménages à interroger"]} == {
        "côté à vérifier : décidez, puis recommencez", "aucun logement",
    }  # fmt: skip
    assert len(rows(book["Quartiers"])) == 2
    power: Any = book["Puissance"]
    (chart,) = power._charts
    inks = {s.spPr.ln.solidFill.srgbClr for s in chart.series}
    assert inks == {"333333", "33658A"}  # the whole and a quarter, never red nor green
    origin = {r["Clé"]: r["D’où"] for r in rows(book["Hypothèses"])}
    assert origin["entretiens"] == "votre fichier"
    assert origin["correlation"] == "par défaut"
    assert set(origin) >= {"cible", "marge_points", "puissance", "taux_reponse", "quotas"}


def test_the_page_is_one_whatever_it_holds(desk: Desk) -> None:
    owners = tuple(
        f"Office public de l’habitat de la très longue agglomération {k}" for k in range(4)
    )
    desk.stock("patrimoine.csv", located(quarters=30, owners=owners, name="Grand quartier " * 6))
    desk.plan(
        f'titre = "{"Enquête " * 40}"\ndate = 2026-03-01\ncible = "service"\n'
        "entretiens = 90000\necart_suppose_points = [0.0, -2.5, -3.0]\n"
    )
    result = desk.made()
    assert result.exit_code == 0, result.output
    pdf = (desk.folder / "p.pdf").read_bytes()
    assert page_count(pdf) == 1
    if tries(0, 1):
        assert desk.made().exit_code == 0
        assert (desk.folder / "p.pdf").read_bytes() == pdf


@pytest.mark.parametrize("suffix", ["csv", "ods", "parquet"])
def test_other_formats_hold_the_territories_that_add_up(desk: Desk, suffix: str) -> None:
    desk.stock("patrimoine.csv", located(owners=("Habitat", "Foyer")))
    desk.plan("entretiens = 400\n")
    assert desk.made(f"p.{suffix}", "--csv-brut").exit_code == 0
    path = desk.folder / f"p.{suffix}"
    readers: dict[str, Any] = {"csv": pd.read_csv, "ods": pd.read_excel, "parquet": pd.read_parquet}
    frame = readers[suffix](path)
    asked = frame.groupby("niveau")[["entretiens_qpv", "entretiens_hors"]].sum().sum(axis=1)
    assert asked["total"] == asked["bailleur"] == 400
    assert (desk.folder / "p.pdf").is_file()
    # one identifier in two bailleurs is two résidences
    assert frame.loc[frame["niveau"] == "total", "residences_hors"].item() == 16


def test_a_plan_of_the_survey_is_accepted_and_followed(desk: Desk) -> None:
    desk.plan(
        'marge_points = 7.5\ncible = "service"\ncarte = 2024\n[echelles.s]\n', head="[reglages]\n"
    )
    result = desk.made()
    assert result.exit_code == 0, result.output
    assert "ne peut pas démontrer 7,5 points" in result.output
    origin = {
        r["Clé"]: r["D’où"]
        for r in rows(openpyxl.load_workbook(desk.folder / "p.xlsx")["Hypothèses"])
    }
    assert origin["marge_points"] == "votre fichier"
    assert origin["puissance"] == "par défaut"


def test_the_template_of_a_new_dossier_is_a_plan(desk: Desk, run: Run) -> None:
    assert run("nouveau", desk.folder / "d").exit_code == 0
    template = (desk.folder / "d" / "planification.toml").read_text(encoding="utf-8")
    desk.plan(template, head="")
    assert desk.made().exit_code == 0
    default = (desk.folder / "p.xlsx").read_bytes()
    shown = re.sub(r"^# (?=\w+ = )(?!titre|date|entretiens )", "", template, flags=re.MULTILINE)
    desk.plan(shown, head="")
    assert desk.made().exit_code == 0, "what the template shows is read"
    first, second = (
        openpyxl.load_workbook(desk.folder / "p.xlsx")["Résidences"],
        openpyxl.load_workbook(io.BytesIO(default))["Résidences"],
    )
    assert rows(first) == rows(second), "and is what is taken by default"


def test_a_table_of_residences_is_read_too(desk: Desk) -> None:
    lines = ["id_residence;bailleur;nb_logements;cote;code_qpv"]
    lines += [f"R{k};A;100;{('dans', 'hors')[k % 2]};{('QN59000N', '')[k % 2]}" for k in range(30)]
    desk.stock("patrimoine.csv", "\n".join(lines))
    assert desk.made().exit_code == 0
    counts = ["id_residence;logements_dans;logements_hors;logements_a_verifier"]
    counts += [f"R{k};{k % 2 * 90};{(1 - k % 2) * 80};3" for k in range(30)]
    desk.stock("patrimoine.csv", "\n".join([*counts, "E;5;5;0"]))
    result = desk.made()
    assert result.exit_code == 0, result.output
    assert "1 résidence (10 logements) dont le côté n’est pas sûr" in result.output


def test_a_bailleur_left_blank_is_that_of_its_residence(desk: Desk) -> None:
    content = located().replace("R0-0;Les Lilas;Habitat", "R0-0;Les Lilas;", 1)
    desk.stock(
        "patrimoine.csv", content.replace("R0-1;Les Lilas;Habitat", "R0-1;Les Lilas;HABITAT", 1)
    )
    assert desk.made().exit_code == 0
    homes = rows(openpyxl.load_workbook(desk.folder / "p.xlsx")["Résidences"])
    assert len(homes) == 26
    assert {r["Bailleur"] for r in homes} == {"Habitat"}


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("entretien = 3\n", ("planification.entretien", "n’existe pas")),
        ("entretiens = 0\n", ("planification.entretiens", "au moins 1")),
        ("entretiens = true\n", ("planification.entretiens", "un nombre entier")),
        ('entretiens = "1500"\n', ("planification.entretiens", "un nombre entier")),
        ("marge_points = -5\n", ("planification.marge_points", "plus de 0")),
        ("marge_points = nan\n", ("planification.marge_points",)),
        ("taux_reponse = 25\n", ("planification.taux_reponse", "au plus 1")),
        ("puissance = 80\n", ("planification.puissance", "au plus 0,99")),
        ('cible = "parcs"\n', ("planification.cible", "parc, service")),
        ("ecart_suppose_points = []\n", ("planification.ecart_suppose_points",)),
        ("ecart_suppose_points = 3\n", ("planification.ecart_suppose_points", "une liste")),
        ("ecart_suppose_points = [30.0]\n", ("Un écart réel de 30 points ne se peut pas",)),
        ('entretiens = 9\nentretiens_par_bailleur = { "Habitat" = 9 }\n', ("donné deux fois",)),
        (
            'entretiens_par_bailleur = { "Habitant" = 9 }\n',
            ("« Habitant » a un budget mais n’est pas dans le patrimoine", "Habitat"),
        ),
        ("entretiens = \n", ("ligne 2",)),
    ],
)
def test_a_plan_at_fault_is_said_with_its_key(
    desk: Desk, lines: str, words: tuple[str, ...]
) -> None:
    desk.plan(lines)
    desk.refused("« plan.toml »", *words)


def test_a_file_that_is_no_plan(desk: Desk) -> None:
    desk.plan("", head="[dossier]\ntitre = 'x'\n")
    desk.refused("planification", "dossier")
    desk.plan("", head="")
    desk.refused("planification")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"{HEAD}\n", ("vide",)),
        ("id_residence;nb_logements\nR1;12\n", ("de quel côté",)),
        (
            f"{HEAD}\nR1;A;H;12;dans;QN59000N;Q;;\nR2;B;H;9;dans;QN59000N;Q;;\n",
            ("Aucun logement hors QPV",),
        ),
        (f"{HEAD}\nR1;A;H;12;hors;;;;\nR2;B;H;9;a_verifier;;;;\n", ("Aucun logement QPV",)),
        (f"{HEAD}\nR1;A;H;0;hors;;;;\nR2;B;H;0;dans;QN59000N;;;\n", ("ne porte de logement",)),
        (f"{HEAD}\nR1;A;H;douze;hors;;;;\n", ("ligne 2", "nb_logements", "douze")),
        (f"{HEAD}\nR1;A;H;12;dedans;;;;\n", ("qpv_statut", "dedans")),
    ],
)
def test_a_stock_at_fault_is_said_with_its_place(
    desk: Desk, content: str, words: tuple[str, ...]
) -> None:
    desk.stock("patrimoine.csv", content)
    desk.refused(*words)


def test_doubts_of_budgets_and_of_sides_are_listed(desk: Desk) -> None:
    blank = "N1;Les Lilas;Habitat;;dans;QN59000N;Quartier 0;Collectif;1965\n"
    desk.stock("patrimoine.csv", located(owners=("Habitat", "Foyer")) + blank)
    desk.plan('entretiens_par_bailleur = { "HABITAT" = 200 }\n')
    result = desk.made()
    assert result.exit_code == 0, result.output
    assert "Le bailleur « Foyer » n’a pas de budget" in result.output
    assert "1 résidence à vérifier (12 logements)" in result.output
    assert "1 ligne du patrimoine n’a pas de nombre de logements" in result.output
    book = openpyxl.load_workbook(desk.folder / "p.xlsx")
    shown = {r["Clé"]: r["Valeur"] for r in rows(book["Hypothèses"])}
    assert shown["entretiens_par_bailleur"] == "Habitat : 200"
    assert "entretiens" not in shown


def test_inputs_are_never_written_over(desk: Desk) -> None:
    for output in ("plan.toml", "patrimoine.csv"):
        assert desk.made(output).exit_code == 2
    (desk.folder / "p.pdf").mkdir()
    assert desk.made().exit_code == 2
    assert not (desk.folder / "p.xlsx").exists()


def test_names_of_a_hostile_stock_stay_text(desk: Desk) -> None:
    bad = '=HYPERLINK("http://x")'
    desk.stock("patrimoine.csv", located(name='#eval("x") $x^2$ *gras*').replace("Les Lilas", bad))
    result = desk.made()
    assert result.exit_code == 0, result.output
    sheet = openpyxl.load_workbook(desk.folder / "p.xlsx")["Résidences"]
    cells = [c for line in sheet.iter_rows() for c in line if c.value == bad]
    assert len(cells) == 24
    assert all(c.data_type == "s" and c.quotePrefix for c in cells)


def test_fictional_data_says_so(desk: Desk) -> None:
    desk.plan("donnees_fictives = true\n")
    assert desk.made().exit_code == 0
    sheet = openpyxl.load_workbook(desk.folder / "p.xlsx")["Réponse"]
    assert any("données fictives" in str(c.value) for line in sheet.iter_rows() for c in line)


@pytest.mark.parametrize("cells", ["R1;A;H;1;dans;QN59000N;Q;;", "R1;A;H;2000;dans;;;;"])
def test_a_stock_too_small_says_what_cannot_be_done(desk: Desk, cells: str) -> None:
    desk.stock("patrimoine.csv", f"{HEAD}\n{cells}\nR2;B;H;40;hors;;;;\n")
    result = desk.made()
    assert result.exit_code == 0, result.output
    assert "Aucun écart à l’échelle d’un quartier" in result.output
    assert "nan" not in result.output


def _comparison(folder: Path, gaps: dict[str, float], **changed: str) -> Path:
    """Write a comparison as a pack does: an older wave, another bailleur's whole, a masked row."""
    row = {
        "vague": "2023", "niveau": "total", "territoire": "total", "bailleur": "Habitat",
        "theme": "residence", "nature": "service", "groupe": "ecart", "ajustement": "brut",
        "publication": "publiable",
    } | changed  # fmt: skip
    rows = [row | {"item": name, "estimation": gap} for name, gap in gaps.items()]
    rows += [
        row | {"item": "vieux", "estimation": -0.40, "vague": "2019"},
        row
        | {
            "item": "change",
            "estimation": -0.40,
            "groupe": "evolution_ecart",
            "vague": "2019-2023",
        },
        row | {"item": "tous", "estimation": -0.40, "bailleur": "ensemble"},
        row | {"item": "quartier", "estimation": -0.40, "nature": "quartier"},
        row | {"item": "seul", "estimation": -0.40, "niveau": "code_qpv", "territoire": "QN1"},
        row | {"item": "masque", "publication": "masque", "estimation": None},
    ]
    path = folder / "comparaison.csv"
    pd.DataFrame(rows).to_csv(path, sep=";", decimal=",", index=False, encoding="utf-8-sig")
    return path


def test_the_last_measured_gap_is_assumed_beside_none(desk: Desk) -> None:
    path = _comparison(desk.folder, {"a": -0.061, "b": -0.04, "c": -0.09})
    result = desk.made("p.xlsx", "--precedent", path)
    text = " ".join(result.output.split())
    assert result.exit_code == 0, text
    assert "vague 2023 : de 6 points en défaveur des QPV" in text
    assert "3 questions" in text
    book = openpyxl.load_workbook(desk.folder / "p.xlsx")
    cells = {str(c.value): c.row for r in book["Hypothèses"].iter_rows() for c in r if c.value}
    assert any("vague 2023 : de 6 points" in text for text in cells)
    heads = [str(c.value) for r in book["Puissance"].iter_rows() for c in r if c.value]
    assert any("−6" in head for head in heads), heads
    desk.made("q.xlsx")
    alone = openpyxl.load_workbook(desk.folder / "q.xlsx")["Puissance"]
    assert not any("−" in str(c.value) for r in alone.iter_rows() for c in r if c.value)


def test_the_last_wave_is_that_of_time_or_of_the_changes_told(desk: Desk) -> None:
    path = _comparison(desk.folder, {"a": -0.061})
    text = path.read_text(encoding="utf-8-sig")

    def renamed(first: str, last: str) -> str:
        named = text.replace("2019-2023", f"{first}-{last}")
        return named.replace("2019;", f"{first};").replace("2023;", f"{last};")

    for first, last in (("novembre 2019", "mars 2023"), ("vague B", "vague A")):
        path.write_text(renamed(first, last), encoding="utf-8-sig")
        told = " ".join(desk.made("p.xlsx", "--precedent", path).output.split())
        assert f"vague {last} : de 6 points en défaveur des QPV" in told
    alone = [line for line in renamed("B", "A").splitlines() if "evolution" not in line]
    path.write_text("\n".join(alone), encoding="utf-8-sig")
    unsure = desk.made("q.xlsx", "--precedent", path)
    assert unsure.exit_code == 2
    assert "laquelle de ces vagues est la dernière : A, B" in " ".join(unsure.output.split())


def test_a_gap_is_not_assumed_twice_nor_read_where_there_is_none(desk: Desk) -> None:
    path = _comparison(desk.folder, {"a": -0.061})
    desk.plan("ecart_suppose_points = [0.0]\n")
    twice = desk.made("p.xlsx", "--precedent", path)
    assert twice.exit_code == 2
    assert "L’écart supposé est donné deux fois" in " ".join(twice.output.split())
    desk.plan("")
    for file in (_comparison(desk.folder, {"a": -0.06}, publication="masque"),
                 desk.folder / "patrimoine.csv"):  # fmt: skip
        none = desk.made("p.xlsx", "--precedent", file)
        assert none.exit_code == 2
        assert "aucun écart publié" in " ".join(none.output.split())
    assert not (desk.folder / "p.xlsx").exists()
