"""Waves of the deliveries: the settings of a file, then its column, then `vague_fixe`."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.text import fold
from tfpb.words.faults.input_words import listed
from tfpb.words.faults.paste_words import WAVES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tfpb.io.sources.deliveries import Delivery
    from tfpb.model.plan import Plan

_MOST_WAVES: Final = 12
_SHOWN: Final = 6
_YEAR: Final = re.compile(r"(?:19|20)\d{2}")


def waves_of(plan: Plan, delivery: Delivery) -> pd.Series[str]:
    """Return the wave of each interview: its column, `vague_fixe` where that says nothing."""
    column, fixed = delivery.column(plan.colonnes.vague), plan.colonnes.vague_fixe
    frame = delivery.table.frame
    return (
        frame[column].where(frame[column] != "", fixed) if column else pd.Series(fixed, frame.index)
    )


def given_waves(
    plan: Plan, deliveries: list[Delivery], waves: Mapping[str, str], file: str
) -> tuple[Plan, list[Delivery], list[Fault]]:
    """Write the wave that the settings give a file in its column.

    Parameters
    ----------
    plan : Plan
    deliveries : list of Delivery
    waves : mapping of str to str
        File → wave.
    file : str
        Name of the plan.

    Returns
    -------
    plan : Plan
        With a column of waves, if it had none and one is needed.
    deliveries : list of Delivery
    faults : list of Fault
        `vague_fichier_inconnu`, `vague_fichier_contredite` (a fault when waves would be pooled),
        `plan_vague_absente`.
    """
    wanted = {fold(name): wave for name, wave in waves.items()}
    names = {fold(d.table.file) for d in deliveries}
    place = Place(file, "", 0, WAVES)
    faults = [Fault("vague_fichier_inconnu", place, n) for n in waves if fold(n) not in names]
    if wanted:
        fixed = "" if names <= wanted.keys() else plan.colonnes.vague_fixe  # every file has its own
        change = {"vague": plan.colonnes.vague or ("vague",), "vague_fixe": fixed}
        plan = plan.model_copy(update={"colonnes": plan.colonnes.model_copy(update=change)})
    out = []
    for delivery in deliveries:
        wave = wanted.get(fold(delivery.table.file))
        column = delivery.column(plan.colonnes.vague)
        if wave is None:
            if wanted and column is None and not plan.colonnes.vague_fixe:
                faults.append(Fault("plan_vague_absente", Place(file)))
            out.append(delivery)
            continue
        frame = delivery.table.frame
        if column is not None and (others := sorted(set(frame[column]) - {"", wave})):
            fields = {
                "lues": ", ".join(others[:_SHOWN]),
                "nombre": int(frame[column].isin(others).sum()),
            }
            severity = Severity.FAUTE if len(others) > 1 else Severity.DOUTE
            faults.append(
                Fault("vague_fichier_contredite", delivery.place(column), wave, fields, severity)
            )
        frame = frame.assign(**{column or plan.colonnes.vague[0]: wave})
        out.append(replace(delivery, table=replace(delivery.table, frame=frame)))
    return plan, out, faults


def check_waves(plan: Plan, deliveries: list[Delivery]) -> Iterator[Fault]:
    """Check the waves: too many of them, without a year, the plan's own unused, two files into one.

    Parameters
    ----------
    plan : Plan
    deliveries : list of Delivery
    """
    for delivery in deliveries:
        column = delivery.column(plan.colonnes.vague)
        if column is not None:
            yield from _column(plan, delivery, column)
    yield from _pooled(plan, deliveries)


def _column(plan: Plan, delivery: Delivery, column: str) -> Iterator[Fault]:
    """Refuse a column of dates or numbers read as waves: each would be a survey of its own."""
    place = delivery.place(column)
    waves = sorted(set(delivery.table.frame[column]) - {""})
    shown = ", ".join(waves[:_SHOWN])
    fixed = plan.colonnes.vague_fixe
    if fixed and waves and waves != [fixed]:
        yield Fault("vague_fixe_sans_effet", place, fixed, {"lues": shown}, Severity.DOUTE)
    if len(waves) > _MOST_WAVES:
        fields = {"nombre": len(waves), "exemples": shown}
        yield Fault("vagues_trop_nombreuses", place, waves[0], fields)
        return
    dateless = [w for w in waves if not _YEAR.search(w)]
    if dateless:
        yield Fault("vague_sans_annee", place, ", ".join(dateless), {}, Severity.DOUTE)


def _pooled(plan: Plan, deliveries: list[Delivery]) -> Iterator[Fault]:
    """Doubt two files of one bailleur and wave: they may be two waves. Of 26 bailleurs, each has its own."""
    counts: dict[tuple[str, str], Counter[Place]] = {}
    for delivery in deliveries:
        place = delivery.place(delivery.column(plan.colonnes.vague) or "")
        owner = delivery.column(plan.colonnes.bailleur)
        waves = waves_of(plan, delivery)
        owners = delivery.table.frame[owner].map(fold) if owner else [""] * len(waves)
        for (wave, name), rows in Counter(zip(waves, owners, strict=True)).items():
            counts.setdefault((wave, name), Counter())[place] += rows
    pooled: dict[str, Counter[Place]] = {}
    for (wave, _), files in counts.items():
        if len(files) > 1:
            pooled.setdefault(wave, Counter()).update(files)
    for wave, files in pooled.items():
        for place, rows in files.items():
            autres = listed(p.file for p in files if p != place)
            fields = {"nombre": rows, "autres": autres, "coller": (WAVES, place.file, "")}
            yield Fault("vague_deux_fichiers", place, wave, fields, Severity.DOUTE)
