"""A region computed, before anything is rendered; and the heading of what is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tfpb.facts.claim import Claims
from tfpb.facts.place import all_outside, to_verify
from tfpb.pipeline.published_before import left_open, release_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from tfpb.errors import Fault
    from tfpb.io.sources.region_inputs import RegionSettings
    from tfpb.model.location import Located
    from tfpb.model.question import Asked
    from tfpb.model.record import Source
    from tfpb.model.survey import Correction, Published
    from tfpb.region.cuts import Protected
    from tfpb.region.partition import Part
    from tfpb.region.places import Territories
    from tfpb.report.sections.restitution import RegionFacts


_TOGETHER: Final = (
    "acquis", "valorise", "part_justifiee", "part_prouvee", "acquis_par_logement", "valorise_par_logement",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Head:
    """The heading of every report of the region."""

    settings: RegionSettings
    run_hash: str
    year: int  # tax year
    vintage: int  # of the map that rules it
    draft: bool = True  # for the regional body alone
    asked: tuple[Asked, ...] = ()  # questions of the common files, and of each bailleur's
    printed: bool = True  # whether documents are made, not data alone
    corrections: tuple[Correction, ...] = ()  # waves released before that are replaced, or kept


def open_in(part: Part) -> tuple[str, ...]:
    """List what a release leaves open in the files of a bailleur, its survey apart."""
    return left_open(
        (),
        no_convention=part.abatement is not None
        and part.inputs.frame("conventions") is None
        and not all_outside(part.located.entrances),
        in_doubt=bool(to_verify(part.located.entrances).any()),
    )


@dataclass(frozen=True, slots=True)
class Region:
    """A region computed: the values that its outputs are made of, before anything is rendered."""

    settings: RegionSettings
    parts: Sequence[Part]  # without answers
    located: Located  # one stock table
    items: Mapping[str, Mapping[str, str]]  # as `Joined`
    places: Territories
    facts: RegionFacts
    protected: Protected | None  # None without a survey
    contrats: dict[str, tuple[str, ...]]
    """Contrat → its quarters that contain dwellings of the stock."""
    lone_quarters: tuple[str, ...]  # quarters of the stock without a known contrat
    sources: tuple[Source, ...]
    digest: str  # hash of inputs, settings and versions
    notices: tuple[Fault, ...]
    homes: pd.DataFrame  # résidences of every bailleur, as the survey was estimated on them
    again: bool  # whether it has been released already
    deliveries: pd.DataFrame  # as `reconciled` gives it; empty without a survey
    targets: pd.DataFrame | None = None  # what the contrats set themselves (`[fichiers] cibles`)
    draft: bool = True  # for the regional body alone: not released
    asked: tuple[Asked, ...] = ()  # questions of the common files
    sent_anyway: tuple[str, ...] = ()  # what a release leaves open, knowingly

    @property
    def left_open(self) -> dict[str, tuple[str, ...]]:
        """What a release would leave open and asks about first, with the bailleurs it is of: none, all."""
        whole = self.protected.whole.notices if self.protected is not None else ()
        found: dict[str, tuple[str, ...]] = dict.fromkeys(left_open(whole), ())
        for part in self.parts:
            for code in open_in(part):
                found[code] = (*found.get(code, ()), part.name)
        return found

    def release(self, bailleurs: Sequence[str], published: Published | None) -> dict[str, Any]:
        """Return the line that a release of these figures leaves in the ledger."""
        homes = self.homes[self.homes["bailleur"].isin(bailleurs)]
        date = str(self.settings.region.date or "")
        return release_of(bailleurs, self.digest[:8], published, homes, date)

    @property
    def money_together(self) -> Claims:
        """Sums that a bailleur sees beside its own: none of so few that the others would be seen in them."""
        if len(self.parts) <= self.settings.reglages.organismes_minimum:
            return Claims()
        held = self.facts.claims
        return Claims(held.get(name) for name in _TOGETHER if held.has(name))

    @property
    def head(self) -> Head:
        """The heading of every report."""
        every = (*self.asked, *(one for part in self.parts for one in part.asked))
        year, vintage = self.located.year, self.located.vintage
        corrections = () if self.protected is None else self.protected.whole.corrections
        return Head(
            self.settings,
            self.digest[:8],
            year,
            vintage,
            self.draft,
            every,
            corrections=corrections,
        )
