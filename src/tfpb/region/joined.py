"""Parts put together: one stock table, one survey whose items and waves are those of the region's plan."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from tfpb import survey
from tfpb.errors import Fault, Place, Severity, stop_on_faults
from tfpb.model.location import Located
from tfpb.region.partition import renamed
from tfpb.survey.method import DECLARED, declared, periods
from tfpb.survey.reading.scales import ABSENT
from tfpb.survey.reading.surveyed_stock import PARC
from tfpb.survey.respondents import Survey, joined_stock
from tfpb.text import fold
from tfpb.words.numbers import plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tfpb.io.sources.region_inputs import RegionInputs
    from tfpb.model.plan import Item, Plan
    from tfpb.model.record import Reading
    from tfpb.region.partition import Part
    from tfpb.region.places import Territories
    from tfpb.survey.reading.scales import Scale

_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_ALIKE: Final = 3.0
"""Weights of two bailleurs are on one scale within this ratio."""
LEVELS: Final = ("code_qpv", "contrat_de_ville", "siren_epci", "departement")
"""Territories of the region, small to large."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The region as one."""

    located: Located  # one stock table, bailleurs in the order of the region's file
    survey: Survey | None
    items: Mapping[str, Mapping[str, str]]
    """Bailleur → (region's item → its name in the bailleur's own plan)."""
    notices: tuple[Fault, ...] = ()
    readings: tuple[Reading, ...] = ()
    """Interviews of every delivery, under the region's names where known."""
    written: frozenset[str] = frozenset()  # names of bailleurs in the joint deliveries, folded


class Surveyed(NamedTuple):
    """A bailleur whose own dossier holds answers, and the plan they were read with."""

    name: str
    survey: Survey
    plan: Plan


def surveyed(parts: Sequence[Part]) -> list[Surveyed]:
    """Return the bailleurs whose own dossiers hold answers."""
    return [
        Surveyed(p.name, p.survey, p.plan)
        for p in parts
        if p.survey is not None and p.plan is not None
    ]


def join(parts: Sequence[Part], inputs: RegionInputs, places: Territories) -> Joined:
    """Put the parts together.

    Raises `region_echelle_differente` when one question is read on different scales; faults of the joint
    deliveries.
    """
    located = join_stock(parts)
    written: frozenset[str] = frozenset()
    if inputs.plan is None:
        return Joined(located, None, {})
    if inputs.deliveries:
        sides = pd.concat([p.sides for p in parts], ignore_index=True)
        coded = survey.recode([d.frame for d in inputs.deliveries], inputs.plan, sides)
        written = frozenset(fold(r.bailleur) for r in coded.readings)
        coded = _known_bailleurs(coded, _names_of(parts, inputs))
        own = {p.name: {i: i for i in coded.answers} for p in parts}
        notices, readings = list(coded.faults), coded.readings
    else:
        asked = surveyed(parts)
        readings = _of_dossiers(parts, _names_of(parts, inputs))
        if not asked:
            return Joined(located, None, {}, readings=readings)
        coded, own, notices = _stacked(asked, inputs.plan, inputs.plan_file)
        notices += without_homes(asked, inputs.plan)
    notices += [*weights_apart(coded), *waves_apart(coded)]
    stop_on_faults(notices)
    fieldwork = with_fieldwork(inputs.plan, surveyed(parts))
    placed = replace(
        coded,
        respondents=places.of_rows(coded.respondents),
        stock=None if coded.stock is None else places.of_rows(coded.stock),
        periods=periods(fieldwork, map(str, coded.respondents["vague"].unique())),
        faults=(),
    )
    return Joined(located, placed, own, tuple(notices), readings, written)


def shown_waves(joined: Joined, fewest: int, file: str) -> Joined:
    """Leave out the waves of too few bailleurs for a regional figure to hide each of them, and doubt them.

    One more than `fewest`: each of them is shown the region without itself.
    """
    if joined.survey is None:
        return joined
    frame = joined.survey.respondents
    owners = frame.groupby("vague")["bailleur"].nunique()
    few = [str(wave) for wave in owners.index[owners <= fewest]]
    if not few:
        return joined
    place, fields = Place(file, "", 0, "bailleurs"), {"attendu": fewest + 1}
    doubts = [Fault("region_trop_peu", place, wave, fields, Severity.DOUTE) for wave in few]
    rows = np.flatnonzero(~frame["vague"].astype(str).isin(few))
    kept = joined.survey.kept(rows) if len(rows) else None
    return replace(joined, survey=kept, notices=(*joined.notices, *doubts))


def _names_of(parts: Sequence[Part], inputs: RegionInputs) -> dict[str, str]:
    """Return the region's name of each bailleur by those that files may give it, folded."""
    alone = {w: inputs.written.count(w) == 1 for w in inputs.written}
    pairs = zip(inputs.written, parts, strict=True)
    names = {fold(w): p.name for w, p in pairs if alone[w]} | {fold(p.name): p.name for p in parts}
    lent = inputs.settings.alias.bailleurs.items()
    return {fold(w): names[fold(meant)] for w, meant in lent if fold(meant) in names} | names


def _of_dossiers(parts: Sequence[Part], names: Mapping[str, str]) -> tuple[Reading, ...]:
    """Gather what each dossier's deliveries gave; of others' interviews, what nobody else has.

    A delivery common to several dossiers is counted once: each takes its own there.
    """
    every = [(p.name, r) for p in parts for r in p.readings]
    own = [r for name, r in every if r.bailleur == name]
    known = {(r.bailleur, r.wave) for r in own}
    others = {
        (r.file, r.sheet, r.bailleur, r.wave, r.read): replace(r, bailleur=meant)
        for name, r in every
        if r.bailleur != name
        and ((meant := names.get(fold(r.bailleur), r.bailleur)), r.wave) not in known
    }
    return (*own, *others.values())


def join_stock(parts: Sequence[Part]) -> Located:
    """Make one stock table of all parts."""
    whole = [p.located for p in parts]
    first = whole[0]
    return Located(
        year=first.year,
        vintage=first.vintage,
        entrances=pd.concat([w.entrances for w in whole], ignore_index=True),
        residences=pd.concat([w.residences for w in whole], ignore_index=True),
        held=pd.concat([w.held for w in whole], ignore_index=True),
        correspondence=first.correspondence.iloc[:0],
    )


def _known_bailleurs(coded: Survey, names: Mapping[str, str]) -> Survey:
    """Write each bailleur of a joint delivery as the region does; others are left out and counted.

    `names` gives the region's, for each that a file may write, folded.
    """
    delivered = coded.respondents["bailleur"].to_numpy(dtype=object)
    rows = np.flatnonzero([fold(d) in names for d in delivered])
    named = [names[fold(d)] for d in delivered[rows]]
    stock = coded.stock
    if stock is not None:
        owners = [names.get(fold(str(b)), str(b)) for b in stock["bailleur"]]
        stock = stock.assign(bailleur=owners)
    kept = coded.kept(rows)
    return replace(
        kept,
        respondents=kept.respondents.assign(bailleur=named),
        stock=stock,
        readings=tuple(
            replace(r, bailleur=names[fold(r.bailleur)])
            if fold(r.bailleur) in names
            else renamed(r)
            for r in coded.readings
        ),
    )


def _stacked(
    parts: Sequence[Surveyed], plan: Plan, plan_file: str
) -> tuple[Survey, dict[str, dict[str, str]], list[Fault]]:
    """Stack the surveys of several bailleurs, each question under the region's name."""
    own = {p.name: _names(p, plan) for p in parts}
    faults: list[Fault] = []
    scales: dict[str, Scale] = {}
    for part in parts:
        for item in plan.items:
            name = own[part.name].get(item.identifiant)
            if name is None:
                fields = {"bailleur": part.name, "libelle": item.libelle}
                faults.append(
                    Fault("region_item_absent", Place(), item.identifiant, fields, Severity.DOUTE)
                )
                continue
            mine = next(i for i in part.plan.items if i.identifiant == name)
            if fold(mine.libelle) != fold(item.libelle):
                fields = {"bailleur": part.name, "libelle": item.libelle, "lu": mine.libelle}
                faults.append(
                    Fault("region_libelle_different", Place(), name, fields, Severity.DOUTE)
                )
            scale = part.survey.scales[name]
            first = scales.setdefault(item.identifiant, scale)
            if _levels(first) != _levels(scale):
                fields = {"bailleur": part.name, "plan": plan_file, "libelle": item.libelle}
                faults.append(Fault("region_echelle_differente", Place(), name, fields))
    frames, answers, marks = [], [], []
    for part in parts:
        size = len(part.survey.respondents)
        names = own[part.name]
        nothing = np.full(size, ABSENT, dtype=np.int16)
        blank = np.full(size, np.nan)
        frames.append(_with_strata(part.survey.respondents))
        answers.append({i: part.survey.answers.get(names.get(i, ""), nothing) for i in scales})
        marks.append({i: part.survey.marks.get(names.get(i, ""), blank) for i in scales})
    marked = [i for i in scales if scales[i].marks]
    order = [i.identifiant for i in plan.items if i.identifiant in scales]
    stock, places = joined_stock([p.survey for p in parts])
    joined = Survey(
        respondents=_filled(pd.concat(frames, ignore_index=True)).assign(**{PARC: places}),
        answers={i: np.concatenate([a[i] for a in answers]) for i in order},
        marks={i: np.concatenate([m[i] for m in marks]) for i in order if i in marked},
        scales={i: scales[i] for i in order},
        stock=stock,
        has_clusters=any(p.survey.has_clusters for p in parts),
        has_weights=all(p.survey.has_weights for p in parts),
    )
    return joined, own, faults


def without_homes(parts: Sequence[Surveyed], plan: Plan) -> list[Fault]:
    """Doubt the bailleurs that name no résidence where others do: their design effect is assumed."""
    if not any(p.survey.has_clusters for p in parts):
        return []  # said of the whole
    deff = plan.reglages.effet_plan_defaut
    return [
        Fault(
            "region_sans_residences", Place(), "", {"bailleur": p.name, "effet_plan": deff},
            Severity.DOUTE,
        )
        for p in parts if not p.survey.has_clusters
    ]  # fmt: skip


def _with_strata(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep the strata of two bailleurs apart, whatever their own plans call them."""
    owner = frame["bailleur"].astype(str)
    return frame.assign(strate=owner + " × " + frame["strate"].astype(str))


def _filled(frame: pd.DataFrame) -> pd.DataFrame:
    """Write « unknown » as the survey does where a bailleur lacks a variable."""
    columns: dict[str, Any] = {
        str(name): frame[name].astype(object).where(frame[name].notna(), "")
        for name in frame
        if not pd.api.types.is_numeric_dtype(frame[name])
    }
    return frame.assign(**columns)


def _names(part: Surveyed, plan: Plan) -> dict[str, str]:
    """Find the region's items in a bailleur's plan: by wording first, else by a column name in common.

    A column « q1 » may be another question in another plan; no question of a bailleur is taken twice.
    """
    left = [i for i in part.plan.items if i.identifiant in part.survey.answers]
    out: dict[str, str] = {}

    def take(item: Item, found: list[Item]) -> None:
        if item.identifiant not in out and found:
            out[item.identifiant] = found[0].identifiant
            left.remove(found[0])

    for item in plan.items:
        alike = [m for m in left if fold(m.libelle) == fold(item.libelle)]
        take(item, [m for m in alike if _same_column(m, item)] or alike)
    for item in plan.items:
        take(item, [m for m in left if _same_column(m, item)])
    return out


def _same_column(one: Item, two: Item) -> bool:
    return not {fold(c) for c in one.colonnes}.isdisjoint(fold(c) for c in two.colonnes)


def _levels(scale: Scale) -> tuple[object, ...]:
    """Return what two scales must share for their answers to add up."""
    bounds = (scale.cut, scale.minimum, scale.maximum) if scale.marks else ()
    return scale.satisfied, scale.marks, bounds


def weights_apart(answers: Survey) -> list[Fault]:
    """Doubt the bailleurs whose weights are on another scale than those of most, wave by wave.

    Weights that count dwellings differ in mean from one bailleur to another and add up to as much of the
    dwellings of each; weights that are relative are alike in mean. Both are whole: what is neither gives
    a bailleur more, or less, of the region than its tenants.
    """
    homes = pd.Series(dtype=float)
    if answers.stock is not None:
        # nobody is kept where the side is to be checked
        heard = answers.stock[answers.stock["qpv"] >= 0]
        homes = heard.groupby("bailleur")["logements"].sum()
    out = []
    for wave in answers.waves:
        frame = answers.respondents[answers.respondents["vague"] == wave]
        grouped = frame.groupby("bailleur")["poids"].agg(["mean", "sum"])
        means, shares = grouped["mean"], grouped["sum"] / homes.reindex(grouped.index)
        for name in grouped.index[_apart(means) & _apart(shares)]:
            fields = {
                "bailleur": str(name),
                "vague": wave,
                "moyen": round(float(means[name]), 2),
                "autres": round(float(means.median()), 2),
            }
            found = Fault("region_poids_differents", Place(), "", fields, Severity.DOUTE)
            out.append(found)
    return out


def waves_apart(answers: Survey) -> list[Fault]:
    """Doubt the bailleurs that write a wave as others of the same year do not: it is counted alone."""
    pairs = answers.respondents[["vague", "bailleur"]].drop_duplicates()
    held = {str(wave): set(own) for wave, own in pairs.groupby("vague")["bailleur"]}
    out = []
    for wave, owners in held.items():
        year = _YEAR.findall(wave)
        alike = [w for w in held if year and _YEAR.findall(w) == year]
        most = max(alike, key=lambda w: len(held[w]), default=wave)
        for name in sorted(owners - held[most]) if len(held[most]) > len(owners) else ():
            fields = {"bailleur": name, "vague": most}
            out.append(Fault("region_vague_autrement", Place(), wave, fields, Severity.DOUTE))
    return out


def _apart(values: pd.Series[float]) -> pd.Series[bool]:
    """Tell which values are far from that of most; one that is not known may be."""
    ratio = values / values.median()
    return ~ratio.between(1 / _ALIKE, _ALIKE)


def with_fieldwork(plan: Plan, parts: Sequence[Surveyed]) -> Plan:
    """Return the region's plan, with what bailleurs' own plans declare of their waves.

    A fact that the region does not declare is taken from bailleurs that agree; where they differ (a wave
    gathered in part by another firm, or another year), the method sheet lists every value with the number
    of bailleurs, without names, and a change between waves is reported as any other.
    """
    extra = dict(plan.enquete.model_extra or {})
    waves = {str(w) for p in parts for w in p.survey.waves}
    for wave in sorted(waves):
        known = declared(plan, wave)
        found = {
            name: value for name in DECLARED if (value := _met(parts, wave, name, known[name]))
        }
        if found:
            own = extra.get(wave)
            extra[wave] = {**(own if isinstance(own, dict) else {}), **found}
    facts = {name: getattr(plan.enquete, name) for name in DECLARED}
    return plan.model_copy(
        update={"enquete": type(plan.enquete).model_validate({**facts, **extra})}
    )


def _met(parts: Sequence[Surveyed], wave: str, name: str, known: str) -> str:
    """Return what the bailleurs of a wave declare, when the region's own declaration is not that of all."""
    met = Counter(
        value for p in parts if wave in p.survey.waves and (value := declared(p.plan, wave)[name])
    )
    if len(met) == 1 and not known:
        return next(iter(met))
    if len(met) < 2:  # noqa: PLR2004 - they agree with the region
        return ""
    return " ; ".join(f"{value} ({plural(n, 'bailleur')})" for value, n in sorted(met.items()))
