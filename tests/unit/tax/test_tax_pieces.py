"""References and the files that bear them: whole words and numbers, whatever stands between."""

from __future__ import annotations

import pytest

from tfpb.piece_names import files_of, is_numbered, references


def test_a_cell_cites_each_piece_once() -> None:
    assert references("FA-1 ; fa 1\nBL 7, BL 8 | ") == ["FA-1", "BL 7", "BL 8"]
    assert references("") == []
    assert is_numbered("FA-1")
    assert not is_numbered("voir dossier")


@pytest.mark.parametrize(
    ("cell", "cited"),
    [
        ("en attente ; À fournir, oui", []),
        ("Facture à venir | néant | n.c. | Voir compta", []),
        ("facture manquante", []),
        ("FA-12 ; en attente", ["FA-12"]),
        ("facture en cours FA-12", ["facture en cours FA-12"]),
        ("attestation gardien", ["attestation gardien"]),
        ("Régie", ["Régie"]),
    ],
)
def test_a_cell_that_says_where_a_piece_stands_names_none(cell: str, cited: list[str]) -> None:
    assert references(cell) == cited


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("FA-2025-014", "FA-2025-014.pdf"),
        ("FA 2025/014", "2025/fa_2025_014.PDF"),
        ("FA2025014", "FA-2025-014.pdf"),
        ("FA-2025-014", "fa2025014.jpeg"),
        ("facture n° 12", "Facture n°12.pdf"),
        ("facture 12.pdf", "facture 12.pdf"),
        ("FA-2025-014", "2025-06 FA-2025-014 Nettoyage Express.pdf"),
        ("attestation gardien", "Attestation gardien.docx"),
        ("12", "12.pdf"),
    ],
)
def test_a_reference_names_its_file(reference: str, name: str) -> None:
    assert files_of(reference, [name, "autre.pdf"]) == [name]


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("FA-2025-14", "FA-2025-140.pdf"),
        ("FA-2025-014", "XFA-2025-014.pdf"),
        ("F-1-14", "F-11-4.pdf"),
        ("F-11-4", "F-1-14.pdf"),
        ("12", "facture 12 mars.pdf"),
        ("attestation gardien", "attestation gardien signée.pdf"),
        ("voir dossier", "voir dossier FA-1.pdf"),
        ("—", "FA-1.pdf"),
    ],
)
def test_a_near_name_proves_nothing(reference: str, name: str) -> None:
    assert files_of(reference, [name]) == []


def test_a_file_called_so_comes_before_those_that_hold_the_name() -> None:
    names = ["FA-2025-014 annexe.pdf", "FA-2025-014.pdf", "scans/FA 2025 014.pdf"]
    assert files_of("FA-2025-014", names) == names[1:]
    assert files_of("FA-2025-014", names[:1]) == names[:1]
