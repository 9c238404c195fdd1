"""An audit: the attacker's assumptions, then every attacker, question and target."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tfpb.audit.atoms import Assumed, atoms_of
from tfpb.audit.attackers import Log, attackers
from tfpb.audit.findings import THRESHOLD, Attack, Audit, Finding
from tfpb.audit.questions import MASKED, Space, size_system
from tfpb.audit.released import RAW
from tfpb.audit.solving import OpenError
from tfpb.audit.weights import weights_told
from tfpb.audit.widths import sides_told, widths_told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from tfpb.audit.released import Release
    from tfpb.audit.solving import System

_LOOSER: Final[tuple[dict[str, bool], ...]] = (
    {},
    {"others": True},
    {"changes": False},
    {"others": True, "changes": False},
    {"stock": False},
    {"stock": False, "others": True},
    {"stock": False, "others": True, "elsewhere": True, "changes": False},
    {"stock": False, "others": True, "elsewhere": True, "changes": False, "moves": True},
)


def audit(
    releases: Sequence[Release],
    *,
    threshold: int = THRESHOLD,
    truth: pd.DataFrame | None = None,
    insiders: bool = True,
) -> Audit:
    """Attack one or several packs of a survey, as anybody who holds them could.

    Parameters
    ----------
    releases : sequence of Release
        The pack, and those released before it.
    threshold : int
        Smallest number of interviews that may be told.
    truth : DataFrame, optional
        `residence, bailleur, vague, item, n, satisfaits`: what the survey really holds. Each bailleur is
        then an attacker that knows its own rows, and only groups truly under the threshold count.
    insiders : bool
        Try each bailleur too, where there are several.

    Returns
    -------
    Audit
    """
    assumed, space = _believed(releases)
    log = Log(threshold, open=space.unreached)
    asked = space.asked() if space.equal else {}
    for item in space.items:
        system = size_system(space, space.told(item), assumed, asked)
        if not _solvable(system):
            log.open += 1
            continue
        for attacker in attackers(space, item, system, truth, insiders=insiders):
            attacker.attack(log)
    for release in releases:
        log.found += _without_system(release, threshold, equal=space.equal)
    cells = space.rows[space.rows["ajustement"] == RAW].drop_duplicates(
        ["release", "vague", "niveau", "territoire", "bailleur", "item", "groupe"]
    )
    return Audit(
        tuple(dict.fromkeys(log.found)),
        dict(log.tried),
        len(cells),
        int((cells["publication"] == MASKED).sum()),
        log.open,
        _loosened(assumed, releases),
    )


def _without_system(release: Release, threshold: int, *, equal: bool) -> Iterator[Finding]:
    """Attack what one row or sentence tells by itself."""
    yield from widths_told(release)
    yield from sides_told(release, threshold)
    if not equal:
        yield from weights_told(release, threshold)
    for file, sentence, n in release.sentences:
        if 0 < n < threshold:
            yield Finding(Attack.TEXT, ("", "", "", "", file, ""), low=n, high=n, text=sentence)


def _loosened(assumed: Assumed, releases: Sequence[Release]) -> tuple[str, ...]:
    """Name what the packs contradict; a stock that no pack holds contradicts nothing."""
    plain = Assumed(stock=_stocked(releases))
    names = ("stock", "others", "elsewhere", "changes", "moves")
    return tuple(k for k in names if getattr(assumed, k) != getattr(plain, k))


def _stocked(releases: Sequence[Release]) -> bool:
    return all(r.stock is not None for r in releases)


def _believed(releases: Sequence[Release]) -> tuple[Assumed, Space]:
    """Return the strongest assumptions that the packs do not contradict, else the weakest."""
    tries = [replace(Assumed(stock=_stocked(releases)), **change) for change in _LOOSER]
    for assumed in dict.fromkeys(tries):
        space = Space(releases, atoms_of(releases, assumed))
        if all(_solvable(size_system(space, space.told(i), assumed, {})) for i in space.items):
            break
    return assumed, space


def _solvable(system: System) -> bool:
    try:
        return system.solvable()
    except OpenError:
        return False
