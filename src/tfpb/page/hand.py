"""Which desk the page has in hand: a dossier, or a region and the dossiers of its bailleurs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.page.desk import Desk
from tfpb.page.union.region_desk import REGION, RegionDesk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tfpb.model.settings import Settings


class Hand:
    """The folder that the page was opened on, and the desk of it that was last looked at.

    A dossier, or a region where a `region.toml` is; the folder may not be there yet. `geography` as in
    `Desk`.
    """

    def __init__(self, folder: Path, geography: Callable[[Settings | None], Path]) -> None:
        kind = RegionDesk if (folder / REGION).is_file() else Desk
        self._geography = geography
        self.home: Desk = kind(folder, geography)
        self.desk = self.home

    @property
    def works(self) -> list[Desk]:
        """Every desk that may have a work under way."""
        return self.home.works if isinstance(self.home, RegionDesk) else [self.home]

    @property
    def busy(self) -> bool:
        """Whether a work is under way."""
        return any(desk.busy for desk in self.works)

    def take(self, sign: str) -> Desk | None:
        """Take in hand the desk of a mark, that a tab shows; None where it is of none.

        Without a mark, what was last in hand.
        """
        if sign:
            home = self.home
            found = home.at(sign) if isinstance(home, RegionDesk) else home
            if found is None or found.mark != sign:
                return None
            self.desk = found
        return self.desk

    def begin(self, *, region: bool) -> None:
        """Let the folder, empty as yet, become that of a region, or of one bailleur."""
        if not self.home.begun:
            hold, kind = self.home.hold, RegionDesk if region else Desk
            self.home = self.desk = kind(self.home.folder, self._geography)
            self.home.hold = hold

    def close(self) -> None:
        """Stop every work under way."""
        for desk in self.works:
            desk.cancel()
            for one in desk.maps.values():
                one.lent.close()
