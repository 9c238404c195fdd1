"""Forty other faults, over all the inputs this time: one run of verifier finds them all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from openpyxl import load_workbook
from test_cli_forty_faults import (
    ACTIONS,
    COMMON,
    CONVENTIONS,
    PLAN,
    SETTINGS,
    STOCK,
    TAX,
    WALKS,
    _blocks,
    _head,
    _spoil_csv,
    _spoil_workbook,
)  # fmt: skip

from example_pack import undecided

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run

ALIAS, MARKS, DECIDED, NEW_WALKS = "alias.csv", "repere.csv", "decisions.csv", "marches.csv"
# one line a fault: file, row, header, what is written there, and words of what must be told
CELLS: tuple[tuple[str, int, str, Any, tuple[str, ...]], ...] = (
    (STOCK, 8, "CP", "599", ("599", "code postal")),
    (STOCK, 10, "Code INSEE", "59XYZ", ("59XYZ", "code Insee")),
    (STOCK, 12, "Réhabilitation", 2199, ("2199", "hors des bornes")),
    (STOCK, 14, "Adresse", None, ("pas d’adresse",)),
    (STOCK, 16, "Nb logts", 99_999, ("99999", "hors des bornes")),
    (STOCK, 18, "Nb logts", "1.234", ("1.234", "deux façons")),
    (STOCK, 20, "Nb logts", 0, ("aucun logement",)),
    (STOCK, 22, "Année de construction", "#REF!", ("#REF!",)),
    (STOCK, 24, "Réhabilitation", "2O18", ("2O18", "une année")),
    (TAX, 6, "Année", "deux mille", ("deux mille", "une année")),
    (TAX, 8, "Taux EPCI (%)", -2, ("-2", "hors des bornes")),
    (TAX, 10, "Logements", "douze", ("douze", "un nombre entier")),
    (TAX, 12, "Cotisation (€)", "#NUM!", ("#NUM!",)),
    (TAX, 14, "Fin d'exonération", "31/02/2030", ("31/02/2030", "une date")),
    (TAX, 16, "VLC (€)", "12 000 F", ("12 000 F", "un montant en euros")),
    (TAX, 18, "Année", 2014, ("2014",)),
    (TAX, 20, "Code résidence", None, ("cellule est vide", "résidence")),
    (ACTIONS, 6, "Axe", "3 - Tranquillité résidentielle", ("contredisent",)),
    (ACTIONS, 8, "Date pièce", "32/01/2025", ("32/01/2025", "une date")),
    (ACTIONS, 10, "Financement bailleur", 1, ("financements",)),
    (ACTIONS, 12, "Code QPV", "QP0599", ("QP0599",)),
    (ACTIONS, 14, "Code QPV", None, ("cellule est vide", "code du QPV")),
    (ACTIONS, 16, "Dépense réalisée", None, ("pas de dépense réalisée",)),
    (ACTIONS, 18, "Année", "l’an passé", ("l’an passé", "une année")),
    (ACTIONS, 20, "Heures", 900_000, ("heures",)),
    (COMMON, 3, "indicateur", "", ("cellule est vide", "indicateur")),
    (COMMON, 5, "id_residence", "99999", ("99999", "ne figure pas dans le patrimoine")),
    (COMMON, 7, "quantite", "beaucoup", ("beaucoup", "un nombre")),
    (CONVENTIONS, 2, "id_convention", "", ("cellule est vide", "convention")),
    (CONVENTIONS, 2, "date_signature_contrat", "printemps", ("printemps", "une date")),
    (WALKS, 2, "code_qpv", "QN99999I", ("QN99999I", "n’existe pas dans la carte")),
    (WALKS, 3, "constat", "", ("cellule est vide", "constat")),
)  # fmt: skip
TEXTS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (SETTINGS, 'QN05991I = "12500"', 'QN05991I = "beaucoup"', ("report", "beaucoup")),
    (PLAN, 'theme = "residence"', 'theme = "maison"', ("theme", "maison")),
    (PLAN, "marge_points = 5.0", "marge_points = -5.0", ("marge_points", "-5")),
    (PLAN, "axes = [", "axes = [12, ", ("axes", "12")),
    (PLAN, 'echelle = "note10"', 'echelle = "note11"', ("note11", "pas décrite")),
)  # fmt: skip
FILES: dict[str, tuple[str, tuple[tuple[int, tuple[str, ...]], ...]]] = {
    ALIAS: (
        "ancien;nouveau\nRUE A;RUE B\nRUE A;RUE C\nRUE D;\n",
        ((3, ("RUE A", "deux voies")), (4, ("ancien ou son nouveau nom",))),
    ),
    DECIDED: (
        (
            "id_residence;id_batiment;adresse;decision;code_qpv;auteur;date;piece\n"
            "00111;;;peut-être;;M. X;10/02/2026;plan\n;;;hors;;M. X;10/02/2026;plan\n"
            "00148;;;hors;;M. X;hier;plan\n"
        ),
        ((2, ("peut-être",)), (3, ("cellule est vide",)), (4, ("hier", "une date"))),
    ),
    MARKS: (
        "item;valeur;reference\nq01_residence;1300;Enquête\nq99_zut;70;Enquête\n",
        ((2, ("repère",)), (3, ("repère",))),
    ),
}
COPIED = ((ACTIONS, 29, 30),)


def seed(folder: Path) -> None:
    """Write every fault into a copy of the example."""
    for file in dict.fromkeys(c[0] for c in CELLS):
        changes = [(row, header, value) for name, row, header, value, _ in CELLS if name == file]
        (_spoil_workbook if file.endswith(".xlsx") else _spoil_csv)(folder / file, changes)
    for file, source, target in COPIED:
        book = load_workbook(folder / file)
        page = next(p for p in book if _head(p, next(c[2] for c in CELLS if c[0] == file)))
        for cell in page[source]:
            page.cell(target, cell.column).value = cell.value
        book.save(folder / file)
    for file, (content, _) in FILES.items():
        (folder / file).write_text(content, encoding="utf-8")
    undecided(folder)
    names = f'alias_voies = "{ALIAS}"\ndecisions = "{DECIDED}"\nrepere = "{MARKS}"\n\n[reglages]'
    for file, old, new, _ in ((SETTINGS, "[reglages]", names, ()), *TEXTS):
        content = (folder / file).read_text(encoding="utf-8")
        assert old in content, old
        (folder / file).write_text(content.replace(old, new, 1), encoding="utf-8")


def test_verifier_finds_forty_other_faults_in_one_run(copy: Path, geodata: Path, run: Run) -> None:
    seed(copy)
    before = {p: p.read_bytes() for p in copy.rglob("*") if p.is_file()}
    result = run("verifier", copy / "dossier.toml", "--geodonnees", geodata)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    told = [b.replace("\n", " ") for b in (*_blocks(result.stderr), *_doubts(result.stdout))]

    def found(file: str, row: int, words: tuple[str, ...]) -> bool:
        place = re.compile(rf"« {re.escape(file)} ».*\blignes? [\d, à]*\b{row}\b")
        return any((not row or place.search(b)) and all(w in b for w in words) for b in told)

    wanted = [(f, row, words) for f, row, _, _, words in CELLS]
    wanted += [(f, 0, words) for f, _, _, words in TEXTS]
    wanted += [(f, row, words) for f, (_, lines) in FILES.items() for row, words in lines]
    wanted += [(f, target, (str(source),)) for f, source, target in COPIED]
    assert len(wanted) >= 40
    missed = [w for w in wanted if not found(*w)]
    assert not missed, (missed, "\n".join(told))
    assert {p: p.read_bytes() for p in copy.rglob("*") if p.is_file()} == before


def _doubts(text: str) -> list[str]:
    """Cut the list of doubts: each begins by a title, the lines about it stand further in."""
    out: list[str] = []
    for line in text.splitlines():
        if line.startswith("    ") and out:
            out[-1] += "\n" + line
        else:
            out.append(line)
    return out
