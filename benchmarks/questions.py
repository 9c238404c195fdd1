"""Questions of whole tables, measured on both sides: asked of clean files, missed on spoiled ones.

Clean dossiers are drawn from what landlords keep (equal flats, buildings without a letter, one large
action, gardens and parking of other columns, a mark that follows satisfaction); each kind of spoiling
then changes one thing whose truth is known. Files are written and read as users' own.

    python benchmarks/questions.py [--propres 75] [--par-genre 20] [--graine 1]

« propres » counts dossiers of four or five files.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from openpyxl import Workbook
from openpyxl.styles import Font
from results import record

from tfpb.io.sources.inputs import gather_inputs
from tfpb.io.sources.toml_files import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import Generator

YEAR = 2025
STREETS = (
    "rue des Lilas", "avenue Jean Jaurès", "allée du Parc", "rue Pasteur", "boulevard Gambetta",
    "place du Marché", "rue de la Gare", "impasse des Tilleuls", "chemin Vert", "rue Victor Hugo",
)  # fmt: skip
PLAN = """[colonnes]
repondant = "id_enquete"
vague = "vague"
bailleur = "bailleur"
residence = "residence_id"
poids = "poids"
qpv = "qpv"
[reglages]
marge_points = 5.0
[echelles.satisfaction4]
satisfait = [1, 2]
insatisfait = [3, 4]
non_concerne = [8]
nsp = [9]
[echelles.note10]
type = "note"
satisfait_des = 7
[[items]]
colonnes = ["note_globale"]
libelle = "Note globale"
theme = "global"
nature = "autre"
echelle = "note10"
"""


@dataclass
class Table:
    """A sheet as a landlord keeps it: lines above, header, rows, and rows that are hidden or struck."""

    header: list[str]
    rows: list[list[Any]]
    above: list[list[Any]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    struck: set[int] = field(default_factory=set)

    def column(self, name: str) -> int:
        """Return where a column stands."""
        return self.header.index(name)

    def total(self, name: str) -> float:
        """Return the sum of a column."""
        at = self.column(name)
        return sum(float(r[at] or 0) for r in self.rows)


Folder = dict[str, Table]


def stock(rng: Generator) -> Table:
    """Draw a stock: résidences of one to eight entrances, often alike."""
    header = [
        "id_residence", "id_batiment", "nom", "adresse", "code_postal", "commune", "nb_logements",
        "annee_construction", "agence", "chauffage", "annexes",
    ]  # fmt: skip
    rows, lettered = [], rng.random() < 0.6
    for k in range(int(rng.integers(8, 120))):
        count = int(rng.choice([1, 1, 2, 3, 4, 6, 8]))
        street, first = rng.choice(STREETS), int(rng.integers(1, 90))
        same = int(rng.choice([4, 6, 8, 10, 12, 16, 20, 24, 30, 40]))
        built = int(rng.integers(1955, 2020))
        agency, heat = rng.choice(["Nord", "Sud", "Centre"]), rng.choice(["gaz", "collectif", ""])
        for e in range(count):
            letter = "ABCDEFGH"[e] if lettered and (count > 1 or rng.random() < 0.5) else ""
            flats = same if rng.random() < 0.7 else int(rng.integers(2, 45))
            rows.append([
                f"R{k:04d}", letter, f"Résidence {k}", f"{first + 2 * e} {street}", "59300",
                rng.choice(["Valmont", "Aulnes"]) if count == 1 else "Valmont", flats, built, agency,
                heat, rng.choice(["", "", "parking", "cave et parking"]) if k % 3 else "",
            ])  # fmt: skip
    if rng.random() < 0.5:
        at = header.index("annexes")
        header, rows = header[:at], [row[:at] for row in rows]
    return Table(header, rows)


def premises(rng: Generator, homes: Table) -> Table:
    """Draw notices: a line a building, or a line a flat; bases equal in a résidence or not."""
    header = [
        "avis", "invariant", "id_residence", "annee", "vlc_eur", "nb_logements", "taux_commune_pct",
        "taux_epci_pct", "taux_tse_pct", "cotisation_avis_eur", "teom_eur", "service",
    ]  # fmt: skip
    commune, epci, tse = round(rng.uniform(25, 50), 2), round(rng.uniform(1, 9), 2), 0.21
    by_flat, cents = rng.random() < 0.3, rng.random() < 0.4
    rows, number = [], 0
    held: dict[str, list[int]] = {}
    for row in homes.rows:
        held.setdefault(row[0], []).append(int(row[6]))
    for k, (home, flats) in enumerate(held.items()):
        each = rng.uniform(1200, 3800)
        kinds = [round(each * f, 2 if cents else 0) for f in (0.7, 1.0, 1.2)]
        for count in flats:
            lines = [int(rng.integers(0, 3)) for _ in range(count)] if by_flat else [None]
            for kind in lines:
                number += 1
                alike = rng.random() < 0.5
                value = (
                    kinds[kind] if kind is not None
                    else round((each if alike else each * rng.uniform(0.8, 1.2)) * count, 2 if cents else 0)
                )  # fmt: skip
                base = value / 2
                sums = sum(round(base * rate / 100) for rate in (commune, epci, tse))
                rows.append([
                    f"A{k // 3:04d}", f"59{number:07d}", home, YEAR, value,
                    1 if kind is not None else count, commune, epci, tse, sums,
                    round(base * 0.12), rng.choice(["SIP Nord", "SIP Sud"]),
                ])  # fmt: skip
    return Table(header, rows)


def programme(rng: Generator) -> Table:
    """Draw a programme: many small actions, sometimes a large one; hours for some."""
    header = [
        "id_action", "axe", "code_qpv", "action", "prevu_eur", "realise_eur", "valorise_eur",
        "heures", "cout_horaire_eur", "avancement",
    ]  # fmt: skip
    rows = []
    for k in range(int(rng.integers(8, 60))):
        spent = round(float(rng.lognormal(8.5, 0.9)), 2)
        rows.append([
            f"ACT{k:03d}", int(rng.integers(1, 9)), f"QN0599{rng.integers(1, 4)}I", f"Action {k}",
            round(spent * rng.uniform(0.8, 1.3), 0), spent, round(spent * rng.choice([0.5, 1.0]), 2),
            int(rng.integers(10, 400)) if rng.random() < 0.3 else "",
            32 if rng.random() < 0.3 else "", rng.choice(["réalisé", "en cours", "à poursuivre"]),
        ])  # fmt: skip
    for row in rows:
        if row[7] == "" or row[8] == "":
            row[7] = row[8] = ""
    return Table(header, rows)


def costs(rng: Generator, homes: Table) -> Table:
    """Draw what common services cost: four lines a résidence, by dwellings."""
    header = ["id_residence", "indicateur", "quantite", "cout_eur", "annee", "prestataire"]
    names = ("gardiens (ETP)", "nettoyage (heures)", "espaces extérieurs", "maintenance")
    rows = []
    flat = rng.random() < 0.3
    for home in dict.fromkeys(r[0] for r in homes.rows):
        size = sum(int(r[6]) for r in homes.rows if r[0] == home)
        for name, unit in zip(names, (260, 140, 60, 45), strict=True):
            noise = 1 if flat else rng.uniform(0.7, 1.4)
            rows.append([home, name, round(size / 20, 2), round(size * unit * noise, 2), YEAR,
                         rng.choice(["Propr’Net", "régie"])])  # fmt: skip
    return Table(header, rows)


def answers(rng: Generator, homes: Table, wave: int, count: int, items: int) -> Table:
    """Draw interviews: a mood a résidence and a person, items that follow it, a mark too.

    In half of the files the angriest give 0, more than give 1 or 2.
    """
    names = list(dict.fromkeys(r[0] for r in homes.rows))
    header = ["id_enquete", "vague", "bailleur", "residence_id", "poids", "qpv", "note_globale"]
    header += [f"q{k:02d}" for k in range(items)]
    header += ["age", "enqueteur", "occupation"]
    levels = np.sort(rng.normal(0.9, 0.6, items))
    place = {name: rng.normal(0, 0.35) for name in names}
    inside = {name: int(k % 3 == 0) for k, name in enumerate(names)}
    angry = rng.uniform(-1.9, -1.2) if rng.random() < 0.5 else -np.inf
    rows = []
    for k in range(count):
        home = str(rng.choice(names))
        mood = place[home] + rng.normal(0, 0.8) - 0.1 * inside[home]
        own = []
        for level in levels:
            if rng.random() < 0.05:
                own.append(int(rng.choice([8, 9])))
            else:
                own.append(
                    int(np.digitize(-(mood + level + rng.normal(0, 0.8)), [-1.2, 0.0, 1.2])) + 1
                )
        mark = int(np.clip(np.rint(6.5 + 1.4 * mood + rng.normal(0, 1.4)), 0, 10))
        if mood + rng.normal(0, 0.3) < angry:
            mark = 0
        rows.append([
            f"E{wave}{k:05d}", wave, "Habitat Valmontois", home, round(float(rng.uniform(0.5, 2)), 3),
            inside[home], mark, *own, int(rng.integers(19, 90)), rng.choice(["A", "B", "C"]),
            rng.choice(["temps plein", "temps partiel", "retraité", "sans emploi"]),
        ])  # fmt: skip
    return Table(header, rows)


def clean(rng: Generator) -> Folder:
    """Draw a whole dossier."""
    homes = stock(rng)
    count, items = int(rng.integers(120, 1500)), int(rng.integers(8, 26))
    folder = {
        "patrimoine": homes, "fiscalite": premises(rng, homes), "programme": programme(rng),
        "droit_commun": costs(rng, homes),
        "enquete_2025": answers(rng, homes, YEAR, count, items),
    }  # fmt: skip
    if rng.random() < 0.5:
        folder["enquete_2022"] = answers(rng, homes, 2022, count, items)
    return folder


def write(folder: Folder, path: Path) -> Path:
    """Write a dossier and its plan."""
    for name, table in folder.items():
        book = Workbook()
        page = book.active
        for line in (*table.above, table.header, *table.rows):
            page.append([v.item() if isinstance(v, np.generic) else v for v in line])
        top = len(table.above) + 2
        for k in table.hidden:
            page.row_dimensions[top + k].hidden = True
        for k in table.struck:
            for cell in page[top + k]:
                font = copy(cell.font)
                cell.font = Font(name=font.name, size=font.size, strike=True)
        book.save(path / f"{name}.xlsx")
    surveys = sorted(n for n in folder if n.startswith("enquete"))
    items = [h for h in folder[surveys[-1]].header if h.startswith("q") and h[1:].isdigit()]
    plan = PLAN + "".join(
        f'[[items]]\ncolonnes = ["{h}"]\nlibelle = "Question {h}"\ntheme = "residence"\n'
        'nature = "service"\nechelle = "satisfaction4"\naxes = [3]\n'
        for h in items
    )
    (path / "plan.toml").write_text(plan, encoding="utf-8")
    files = "".join(f'{n} = "{n}.xlsx"\n' for n in folder if not n.startswith("enquete"))
    listed = ", ".join(f'"{n}.xlsx"' for n in surveys)
    (path / "dossier.toml").write_text(
        f'[dossier]\ntitre = "essai"\nannee = {YEAR}\ndate = 2026-02-10\n'
        'bailleur = "Habitat Valmontois"\ndonnees_fictives = true\n'
        f'[fichiers]\n{files}enquete = [{listed}]\nplan = "plan.toml"\n',
        encoding="utf-8",
    )
    return path / "dossier.toml"


# what each spoiling does: the table it changes, and the question that should come


def _summed(table: Table, row: list[Any], names: tuple[str, ...], span: slice) -> list[Any]:
    for name in names:
        at = table.column(name)
        row[at] = round(sum(float(r[at] or 0) for r in table.rows[span]), 2)
    return row


def hidden(folder: Folder, rng: Generator) -> None:
    """Hide some entrances that were sold."""
    table = folder["patrimoine"]
    table.hidden = set(
        rng.choice(len(table.rows), max(2, len(table.rows) // 12), replace=False).tolist()
    )


def struck(folder: Folder, rng: Generator) -> None:
    """Strike some premises through."""
    table = folder["fiscalite"]
    table.struck = set(
        rng.choice(len(table.rows), max(2, len(table.rows) // 12), replace=False).tolist()
    )


def sold(folder: Folder, rng: Generator) -> None:
    """Say of some entrances that they were sold, in a column nothing reads."""
    table = folder["patrimoine"]
    table.header.append("situation")
    for row in table.rows:
        row.append("Vendu en 2024" if rng.random() < 0.08 else "En service")
    table.rows[0][-1] = "Vendu en 2024"


def parking(folder: Folder, rng: Generator) -> None:
    """Add parking lots as rows of the stock."""
    table = folder["patrimoine"]
    table.header.append("type")
    for row in table.rows:
        row.append("Collectif")
    for k in range(3):
        row = list(table.rows[k])
        row[1], row[3], row[6], row[-1] = (
            f"P{k}",
            f"{200 + k} rue Haute",
            int(rng.integers(15, 60)),
            "Parking",
        )
        table.rows.append(row)


def abandoned(folder: Folder, rng: Generator) -> None:
    """Keep interviews that were given up."""
    table = folder["enquete_2025"]
    table.header.append("statut")
    for row in table.rows:
        row.append("Abandon" if rng.random() < 0.05 else "Complet")
    table.rows[0][-1] = "Abandon"


def overall(folder: Folder, _rng: Generator) -> None:
    """End the notices with a row of sums that names itself « Ensemble » where an identifier stands."""
    table = folder["fiscalite"]
    row = list(table.rows[-1])
    row[0], row[1], row[2] = "ENSEMBLE", "", table.rows[-1][2]
    table.rows.append(
        _summed(
            table, row, ("vlc_eur", "nb_logements", "cotisation_avis_eur", "teom_eur"), slice(None)
        )
    )


def by_notice(folder: Folder, _rng: Generator) -> None:
    """Sum the premises of each notice under them, without a word."""
    table, out, start = folder["fiscalite"], [], 0
    names = ("vlc_eur", "nb_logements", "cotisation_avis_eur", "teom_eur")
    for k, row in enumerate(table.rows):
        out.append(row)
        if k + 1 == len(table.rows) or table.rows[k + 1][0] != row[0]:
            if k - start > 0:
                one = list(row)
                one[1] = ""
                out.append(_summed(table, one, names, slice(start, k + 1)))
            start = k + 1
    table.rows = out


def whole_cost(folder: Folder, _rng: Generator) -> None:
    """End the costs of common services with their sum, in the name of a résidence."""
    table = folder["droit_commun"]
    row = ["", "ensemble des services", "", "", YEAR, ""]
    table.rows.append(_summed(table, row, ("quantite", "cout_eur"), slice(None)))


def groups(folder: Folder, rng: Generator, *, exact: float = 1.0) -> None:
    """Put a row a résidence above those of its entrances."""
    table, out, before = folder["patrimoine"], [], ""
    for row in table.rows:
        if row[0] != before:
            before = row[0]
            own = [r for r in table.rows if r[0] == before]
            total = sum(int(r[6]) for r in own)
            head = list(row)
            head[1], head[3] = "", f"Groupe {row[2]}"
            head[6] = total if rng.random() < exact else total + int(rng.integers(1, 4))
            out.append(head)
        out.append(row)
    table.rows = out


def inexact_groups(folder: Folder, rng: Generator) -> None:
    """Put such rows, two in ten of them a little wrong."""
    groups(folder, rng, exact=0.8)


def copied(folder: Folder, rng: Generator) -> None:
    """Paste a run of premises again under new identifiers."""
    table = folder["fiscalite"]
    start = int(rng.integers(0, max(1, len(table.rows) - 30)))
    for k, row in enumerate(table.rows[start : start + 30]):
        table.rows.append([row[0], f"60{k:07d}", *row[2:]])


def copied_answers(folder: Folder, rng: Generator) -> None:
    """Copy one interview in ten under new numbers."""
    table = folder["enquete_2025"]
    chosen = rng.choice(len(table.rows), len(table.rows) // 10, replace=False)
    table.rows += [[f"X{k:05d}", *table.rows[i][1:]] for k, i in enumerate(chosen.tolist())]


def heavy(folder: Folder, rng: Generator) -> None:
    """Lose the decimal mark of one weight."""
    table = folder["enquete_2025"]
    row = table.rows[int(rng.integers(len(table.rows)))]
    row[4] = float(row[4]) * 1000


def large(folder: Folder, rng: Generator) -> None:
    """Lose the decimal mark of one cadastral value."""
    table = folder["fiscalite"]
    row = table.rows[int(rng.integers(len(table.rows)))]
    row[4] = float(row[4]) * 1000


def two_years(folder: Folder, rng: Generator) -> None:
    """Give dwellings of last year and of this one."""
    table = folder["patrimoine"]
    at = table.column("nb_logements")
    table.header[at] = "Nb logts 2024"
    table.header.insert(at + 1, "Nb logts 2025")
    for row in table.rows:
        row.insert(at + 1, row[at])
        row[at] = max(0, int(row[at]) - int(rng.integers(0, 4)))


def years_above(folder: Folder, rng: Generator) -> None:
    """Do so under a row of years."""
    two_years(folder, rng)
    table = folder["patrimoine"]
    at = table.column("Nb logts 2024")
    above = [""] * len(table.header)
    above[at : at + 2] = ["2024", "2025"]
    table.header[at : at + 2] = ["Nb logts", "Nb logts"]
    table.above = [above]


def last_year(folder: Folder, _rng: Generator) -> None:
    """Give dwellings of last year alone."""
    table = folder["patrimoine"]
    table.header[table.column("nb_logements")] = "Nb logts 2024"


def spent_of_year(folder: Folder, _rng: Generator) -> None:
    """Name amounts by their year, beside hours of staff."""
    table = folder["programme"]
    at = table.column("valorise_eur")
    for row in table.rows:
        row[7], row[8] = 10, 30
        del row[at]
    del table.header[at]
    table.header[table.column("realise_eur")] = "Réalisé 2025"


def stacked(folder: Folder, _rng: Generator) -> None:
    """Stack the costs of two years."""
    table = folder["droit_commun"]
    table.rows = [[*row[:4], YEAR - 1, row[5]] for row in table.rows] + table.rows


def thousands(folder: Folder, _rng: Generator) -> None:
    """Say thousands in a title."""
    table = folder["programme"]
    table.above = [["Programme d’actions 2025 (montants en k€)"]]
    for row in table.rows:
        for at in (4, 5, 6):
            row[at] = round(float(row[at] or 0) / 1000, 3)


def labels(folder: Folder, _rng: Generator) -> None:
    """Repeat the header in full words on its second line."""
    table = folder["fiscalite"]
    names = [
        "numéro", "invariant", "résidence", "année", "valeur locative", "logements", "taux communal",
        "taux EPCI", "taux TSE", "cotisation", "TEOM", "service",
    ]  # fmt: skip
    table.rows.insert(0, names)


def second_table(folder: Folder, _rng: Generator) -> None:
    """Paste a second table under the first, its columns in another order."""
    table = folder["droit_commun"]
    order = [0, 1, 3, 2, 4, 5]
    more = [[row[k] for k in order] for row in table.rows[:4]]
    table.rows += [[table.header[k] for k in order], *more]


def reversed_codes(folder: Folder, _rng: Generator) -> None:
    """Code answers the other way round."""
    table = folder["enquete_2025"]
    for row in table.rows:
        for k, name in enumerate(table.header):
            if name.startswith("q") and name[1:].isdigit() and row[k] in (1, 2, 3, 4):
                row[k] = 5 - row[k]


def noughts(folder: Folder, rng: Generator) -> None:
    """Write 0 where no mark was given, one interview in five."""
    for row in folder["enquete_2025"].rows:
        if rng.random() < 0.2:
            row[6] = 0


def reversed_without_mark(folder: Folder, rng: Generator) -> None:
    """Do so where nobody gave a mark, after another wave."""
    table = folder["enquete_2025"]
    if "enquete_2022" not in folder:
        old = [list(row) for row in table.rows]
        for row in old:
            row[0], row[1] = f"V{row[0]}", 2022
            for k, name in enumerate(table.header):
                if name.startswith("q") and name[1:].isdigit() and rng.random() < 0.3:
                    row[k] = int(rng.integers(1, 4))
        folder["enquete_2022"] = Table(list(table.header), old)
    reversed_codes(folder, rng)
    for one in (table, folder["enquete_2022"]):
        for row in one.rows:
            row[6] = ""


def one_point(folder: Folder, rng: Generator) -> None:
    """Give the agency's point to a fifth of the entrances."""
    table = folder["patrimoine"]
    table.header += ["x", "y"]
    for row in table.rows:
        near = [700000 + rng.uniform(-3000, 3000), 7050000 + rng.uniform(-3000, 3000)]
        row.extend([700000.0, 7050000.0] if rng.random() < 0.2 else near)
    streets = {" ".join(r[3].split()[1:]) for r in table.rows if r[-2] == 700000.0}
    for row in table.rows[: 6 if len(streets) < 3 else 0]:
        row[-2:] = [700000.0, 7050000.0]


SPOILED: dict[str, tuple[Callable[[Folder, Generator], None], str]] = {
    "lignes masquées": (hidden, "lignes_masquees"),
    "lignes barrées": (struck, "lignes_barrees"),
    "« Vendu » dans une autre colonne": (sold, "lignes_nommees"),
    "« Parking » compté": (parking, "lignes_nommees"),
    "« Abandon » gardé": (abandoned, "lignes_nommees"),
    "« Ensemble » compté": (overall, "lignes_de_somme"),
    "un total par avis": (by_notice, "lignes_de_somme"),
    "total des services": (whole_cost, "lignes_de_somme"),
    "lignes de groupe": (groups, "lignes_de_groupe"),
    "lignes de groupe, une sur cinq inexacte": (inexact_groups, "lignes_de_groupe"),
    "30 locaux collés deux fois": (copied, "lignes_copiees"),
    "un entretien sur dix copié": (copied_answers, "entretiens_copies"),
    "un poids × 1 000": (heavy, "montant_demesure"),
    "une VLC × 1 000": (large, "montant_demesure"),
    "deux années de logements": (two_years, "lu"),
    "années au-dessus de l’en-tête": (years_above, "lu"),
    "logements de l’an dernier": (last_year, "colonne_d_une_autre_annee"),
    "« Réalisé 2025 » et des heures": (spent_of_year, "lu"),
    "deux années de coûts empilées": (stacked, "lignes_d_une_autre_annee"),
    "k€ dans le titre": (thousands, "milliers_dans_le_titre"),
    "intitulés sous l’en-tête": (labels, "lu"),
    "second tableau dessous": (second_table, "second_tableau"),
    "codes à l’envers, avec une note": (reversed_codes, "sens_des_reponses_note"),
    "codes à l’envers, sans note, vague avant": (reversed_without_mark, "sens_des_reponses_vague"),
    "note 0 sans réponse": (noughts, "zeros_sans_note"),
    "un point pour plusieurs rues": (one_point, "point_commun"),
}
READ = "lu"
"""The table is read as it is meant: nothing is asked."""


def asked(folder: Folder) -> tuple[list[Any], list[Any], Any, float]:
    """Write a dossier, read it; return its questions, faults, inputs and the seconds taken."""
    with tempfile.TemporaryDirectory() as place:
        settings = load_settings(write(folder, Path(place)))
        start = time.perf_counter()
        inputs, faults = gather_inputs(settings)
        return [a.question for a in inputs.asked], list(faults), inputs, time.perf_counter() - start


def right(name: str, inputs: Any, folder: Folder) -> bool:
    """Return whether what needs no question is read as meant."""
    if name.startswith(("deux années de l", "années")):
        frame, table = inputs.frames["patrimoine"], folder["patrimoine"]
        at = next(k for k, h in enumerate(table.header) if "2025" in h or h == "Nb logts")
        at += table.header[at] == "Nb logts"
        return int(frame["nb_logements"].sum()) == sum(int(r[at]) for r in table.rows)
    if name.startswith("« Réalisé"):
        frame, table = inputs.frames["programme"], folder["programme"]
        return abs(float(sum(frame["realise_eur"])) - table.total("Réalisé 2025")) < 1
    return len(inputs.frames["fiscalite"]) == len(folder["fiscalite"].rows) - 1


def main() -> None:
    """Print both sides."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--propres", type=int, default=75)
    options.add_argument("--par-genre", type=int, default=20)
    options.add_argument("--graine", type=int, default=1)
    options.add_argument("--genre", default="")
    given = options.parse_args()
    files = false = notes = 0
    kinds: Counter[str] = Counter()
    for k in range(given.propres):
        rng = np.random.default_rng([given.graine, k])
        folder = clean(rng)
        questions, faults, *_ = asked(folder)
        files += len(folder)
        real = [q for q in questions if not q.is_note]
        false, notes = false + len(real), notes + len(questions) - len(real)
        kinds.update(f"{q.code} ({q.source}, dossier {k})" for q in questions)
        kinds.update(f"faute {f.code}" for f in faults if f.severity == "faute")
        kinds.update(f.code for f in faults if f.code == "sens_non_verifie")
    print(
        f"propres : {given.propres} dossiers, {files} fichiers, {false} questions, {notes} remarques"
    )
    for name, count in kinds.most_common():
        print(f"    {count} {name}")
    if given.propres:
        record("money.questions", asked=false, files=files)
    print("gâtés : genre | demandé ou lu juste | autre question | rien")
    found = tried = 0
    for number, (name, (spoil, code)) in enumerate(SPOILED.items()):
        if given.genre and given.genre not in name:
            continue
        good, other, others = 0, 0, Counter[str]()
        for k in range(given.par_genre):
            rng = np.random.default_rng([given.graine, 1000 + number, k])
            folder = clean(rng)
            spoil(folder, rng)
            questions, faults, inputs, _ = asked(folder)
            codes = [q.code for q in questions if not q.is_note]
            stops = [f.code for f in faults if f.severity == "faute"]
            hit = right(name, inputs, folder) if code == READ else code in (*codes, *stops)
            good += hit
            more = [c for c in (*codes, *stops) if c != code]
            other += bool(more) and not hit
            others.update(more)
        extra = ", ".join(f"{n} {c}" for c, n in others.items())
        left = given.par_genre - good - other
        found, tried = found + good, tried + given.par_genre
        print(
            f"    {name} | {good}/{given.par_genre} | {other} | {left} {extra}",
            file=sys.stdout,
            flush=True,
        )
    if tried:
        record("money.spoiled", found=found, files=tried)


if __name__ == "__main__":
    main()
