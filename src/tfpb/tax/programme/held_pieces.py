"""Pieces of the actions against the folder that holds them: what is there, lacks, or serves twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.codes import PieceFound
from tfpb.piece_names import files_of, references
from tfpb.tax.plain_values import doubt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tfpb.errors import Fault, Place
    from tfpb.model.record import PieceFile
    from tfpb.tax.plain_values import Record

COLUMNS: Final = (
    "id_action", "annee", "axe", "code_qpv", "action", "valorise_eur", "genre", "reference", "date_piece",
    "etat", "fichier", "taille_octets", "sha256", "copie",
)  # fmt: skip
ABSENT: Final = "piece_absente"
"""Column of an action of which the folder lacks a piece."""


def held_against(
    rows: list[Record], pieces: tuple[PieceFile, ...] | None, year: int
) -> tuple[pd.DataFrame | None, list[Fault]]:
    """Match the pieces of a year's actions with their folder; an action that lacks one is marked `ABSENT`.

    A row a file, or a reference without any; None without a folder: nothing is matched then. Actions of
    other years are unchanged. Faults: `piece_non_trouvee` (proves nothing), `piece_meme_fichier`.
    """
    if pieces is None:
        return None, []
    by_name = {one.name: one for one in pieces}
    own = [row for row in rows if row["annee"] == year]
    out: list[dict[str, Any]] = []
    lost: dict[Place, Fault] = {}
    for row in own:
        mine = list(_listed(row, by_name))
        out += mine
        lacking = [line["reference"] for line in mine if line["etat"] == PieceFound.ABSENTE]
        if lacking:  # parts of one action bear its pieces
            row[ABSENT] = "oui"
            here, named = row.place("piece"), ", ".join(lacking)
            lost[here] = doubt("piece_non_trouvee", here, row.text("id_action"), pieces=named)
    return pd.DataFrame(out, columns=list(COLUMNS)), [*lost.values(), *_served_twice(own, out)]


def _listed(row: Record, by_name: Mapping[str, PieceFile]) -> Iterator[dict[str, Any]]:
    """Yield a line for each file of an action, and for each reference that no file bears."""
    cells = {c: row.get(c) for c in COLUMNS if c in row}
    cited = [("piece", one) for one in references(row.text("piece"))]
    if not cited:
        yield {**cells, "genre": "piece", "reference": "", "etat": PieceFound.NON_CITEE}
    cited += [("photo", one) for one in references(row.text("photo"))]
    for kind, reference in cited:
        found = files_of(reference, by_name)
        if not found and kind == "piece":  # a cell of photographs may say « oui »
            yield {**cells, "genre": kind, "reference": reference, "etat": PieceFound.ABSENTE}
        for one in (by_name[name] for name in found):
            yield {
                **cells, "genre": kind, "reference": reference, "etat": PieceFound.TROUVEE,
                "fichier": one.name, "taille_octets": one.size_bytes, "sha256": one.sha256,
                "copie": one.copy,
            }  # fmt: skip


def _served_twice(rows: list[Record], lines: list[dict[str, Any]]) -> Iterator[Fault]:
    """Doubt a file that proves two actions: one name or two, its bytes are the same."""
    places = {row.text("id_action"): row.place("piece") for row in rows}
    first: dict[str, str] = {}
    met: set[tuple[str, str]] = set()
    for line in lines:
        if line["genre"] != "piece" or line["etat"] != PieceFound.TROUVEE:
            continue
        action, other = line["id_action"], first.setdefault(line["sha256"], line["id_action"])
        if other != action and (other, action) not in met:
            met.add((other, action))
            yield doubt(
                "piece_meme_fichier", places[action], line["fichier"], action=action, autre=other
            )
