"""How answers were gathered, wave by wave, when bailleurs do not all declare the same."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tfpb.survey.method import DECLARED, declared
from tfpb.words.numbers import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.model.plan import Plan
    from tfpb.region.partition import Part


def with_fieldwork(plan: Plan, parts: Sequence[Part]) -> Plan:
    """Write in the region's plan what bailleurs' own plans declare of their waves.

    A fact that the region does not declare is taken from bailleurs that agree; where they differ (a
    wave gathered in part by another firm, or another year), the method sheet lists every value with
    the number of bailleurs, named by none, and a change between waves is told as any other.

    Parameters
    ----------
    plan : Plan
        The region's.
    parts : sequence of Part
        With their answers and their own plans.
    """
    extra = dict(plan.enquete.model_extra or {})
    waves = {str(w) for p in parts if p.survey is not None for w in p.survey.waves}
    for wave in sorted(waves):
        told = declared(plan, wave)
        found = {name: value for name in DECLARED if (value := _met(parts, wave, name, told[name]))}
        if found:
            own = extra.get(wave)
            extra[wave] = {**(own if isinstance(own, dict) else {}), **found}
    facts = {name: getattr(plan.enquete, name) for name in DECLARED}
    return plan.model_copy(
        update={"enquete": type(plan.enquete).model_validate({**facts, **extra})}
    )


def _met(parts: Sequence[Part], wave: str, name: str, told: str) -> str:
    """Return what the bailleurs of a wave declare, when the region's word does not stand for all."""
    met = Counter(
        value
        for p in parts
        if p.survey is not None and p.plan is not None and wave in p.survey.waves
        if (value := declared(p.plan, wave)[name])
    )
    if len(met) == 1 and not told:
        return next(iter(met))
    if len(met) < 2:  # noqa: PLR2004 - they agree: the region's word stands
        return ""
    return " ; ".join(f"{value} ({plural(n, 'bailleur')})" for value, n in sorted(met.items()))
