"""Words on packs: whole or not, and what changed between two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.words.numbers import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tfpb.evidence.differences import Difference

_STATES: Final = {
    "absent": "manque",
    "modifie": "a été modifié après coup",
    "ajoute": "a été ajouté après coup",
}
_MOST: Final = 200


def broken_words(broken: Iterable[tuple[str, str]]) -> list[str]:
    """Say which files of a pack are not as written."""
    lines = [f"  – {name} : {_STATES[state]}" for name, state in broken]
    return ["Ce dossier n’est pas entier :", *lines, "Refaites-le avec « tfpb dossier »."]


def difference_words(found: Sequence[Difference]) -> list[str]:
    """Say what differs between two packs, figure by figure."""
    if not found:
        return ["Les deux dossiers portent les mêmes chiffres."]
    lines = [f"{plural(len(found), 'différence')} entre les deux dossiers :"]
    for one in found[:_MOST]:
        where = f"{one.table}, {one.key}, {one.column}" if one.key else f"{one.table}, {one.column}"
        lines.append(f"  – {where} : {one.before or 'vide'} → {one.after or 'vide'}")
    if len(found) > _MOST:
        lines.append(f"  – … et {len(found) - _MOST} autres")
    return lines
