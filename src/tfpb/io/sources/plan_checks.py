"""Checks of a plan against its deliveries: waves, filters, scales and names must match what was delivered.

A wave is that of the settings of a file, then of its column, then `vague_fixe`.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.errors import Fault, Place, Severity
from tfpb.near_names import near_names
from tfpb.text import fold
from tfpb.words.faults.input_words import NEAR_NAMES, listed
from tfpb.words.faults.paste_words import ALIAS, WAVES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tfpb.io.sources.deliveries import Delivery
    from tfpb.model.plan import Item, Plan

_MOST_WAVES: Final = 12
_YEAR: Final = re.compile(r"(?:19|20)\d{2}")
_SHOWN: Final = 6
_WEIGHTLESS: Final = frozenset({"", "0.0", "-0.0", "nan"})


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
    """Write the wave that the settings give a file in its column (added to the plan if needed).

    Faults: `vague_fichier_inconnu`, `vague_fichier_contredite` (a fault when waves would be pooled),
    `plan_vague_absente`; `file` is the name of the plan.
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
            lacks = column is None and not plan.colonnes.vague_fixe
            if lacks and (wanted or not plan.colonnes.vague):
                paste = {"coller": (WAVES, delivery.table.file, "")} if len(deliveries) > 1 else {}
                faults.append(Fault("plan_vague_absente", Place(file), fields=paste))
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
        out.append(delivery.with_frame(frame))
    return plan, out, faults


def given_owner(plan: Plan, delivery: Delivery, owners: Mapping[str, str]) -> tuple[Plan, Delivery]:
    """Write the bailleur that the settings give a file, where none of its columns names one.

    The plan gets a column of bailleurs, if it had none and one is needed.
    """
    owner = {fold(name): owner for name, owner in owners.items()}.get(fold(delivery.table.file))
    if owner is None or delivery.column(plan.colonnes.bailleur) is not None:
        return plan, delivery
    names = plan.colonnes.bailleur or ("bailleur",)
    columns = plan.colonnes.model_copy(update={"bailleur": names})
    frame = delivery.table.frame.assign(**{names[0]: owner})
    return plan.model_copy(update={"colonnes": columns}), delivery.with_frame(frame)


def _waves(plan: Plan, delivery: Delivery) -> Iterator[Fault]:
    """Refuse a column of dates or numbers read as waves: each would be a survey of its own."""
    column = delivery.column(plan.colonnes.vague)
    if column is None:
        return
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
            if wave:  # without one, that it lacks is the fault
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


def check_scales(plan: Plan, file: str) -> list[Fault]:
    """Refuse a scale in which one code stands for two answers, or that names none as satisfied."""
    faults = []
    for name, scale in plan.echelles.items():
        place = Place(file, "", 0, f"echelles.{name}")
        kinds = {
            kind: getattr(scale, kind, ())
            for kind in ("satisfait", "insatisfait", "non_concerne", "nsp")
        }
        if not scale.parts_answers:
            faults.append(Fault("plan_echelle_vide", place, name))
        seen: dict[str, str] = {}
        for kind, codes in kinds.items():
            for code in codes:
                key = _key(code)
                other = seen.setdefault(key, kind)
                if other != kind:
                    fields = {"echelle": name, "un": other, "autre": kind}
                    faults.append(Fault("plan_code_en_double", place, str(code), fields))
    return faults


def _key(code: object) -> str:
    """Compare codes by value, as the recoding does: « 1 », 1 and 1.0 are one code."""
    text = str(code).strip()
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return fold(text)
    return repr(number)


def check_deliveries(
    plan: Plan, deliveries: Iterable[Delivery], file: str, *, bailleur: str = ""
) -> list[Fault]:
    """Check what the plan's filters and names expect against the deliveries (at least one).

    `bailleur`, whose dossier it is, is doubted when no delivery names it; `file` is the name of the plan.
    """
    delivered = list(deliveries)
    faults = [f for item in plan.items for f in _filter(item, plan, delivered, file)]
    for delivery in delivered:
        faults += [*_unanswered(plan, delivery), *_weights(plan, delivery)]
    faults += [f for delivery in delivered for f in _waves(plan, delivery)]
    return [*faults, *_pooled(plan, delivered), *_owner(plan, delivered, bailleur)]


def _weights(plan: Plan, delivery: Delivery) -> Iterator[Fault]:
    """Refuse a column of weights that are all nil: its wave would vanish."""
    column = delivery.column(plan.colonnes.poids)
    if column is not None:
        weights = delivery.table.frame[column].unique()
        if all(_key(w) in _WEIGHTLESS for w in weights):
            yield Fault("poids_tous_nuls", delivery.place(column))


def _owner(plan: Plan, deliveries: list[Delivery], bailleur: str) -> Iterator[Fault]:
    """Doubt a dossier whose bailleur no delivery names, or some wave does not: near names are proposed."""
    named: dict[tuple[str, Place], dict[str, str]] = {}
    for delivery in deliveries:
        column = delivery.column(plan.colonnes.bailleur)
        if column is None:
            return
        place, frame = delivery.place(column), delivery.table.frame
        for wave, names in frame[column].groupby(waves_of(plan, delivery)):
            named[str(wave), place] = {fold(c): c for c in names.unique() if c}
    lost = [part for part, names in named.items() if names and fold(bailleur) not in names]
    if not bailleur or not lost:
        return
    if len(lost) < len(named):
        there = {wave for (wave, _), names in named.items() if fold(bailleur) in names}
        for wave, place in lost:
            fields = {"vague": wave, **_meant(bailleur, named[wave, place].values())}
            # a common wave is delivered in many files, each of other bailleurs
            if wave not in there or "coller" in fields:
                yield Fault("bailleur_absent_vague", place, bailleur, fields, Severity.DOUTE)
        return
    every = {key: name for names in named.values() for key, name in names.items()}
    # doubts enter the pack, where other bailleurs of a common delivery are not to be named
    alone = next(iter(every.values())) if len(every) == 1 else f"{len(every)} autres bailleurs"
    fields = {"lus": alone, **_meant(bailleur, every.values())}
    yield Fault("bailleur_absent_enquete", lost[-1][1], bailleur, fields, Severity.DOUTE)


def _meant(bailleur: str, named: Iterable[str]) -> dict[str, object]:
    """Return the fields that propose to read near names as the bailleur's."""
    near = near_names(bailleur, named)
    pasted = {"coller": (ALIAS.format(what="bailleurs"), near[0], bailleur)} if near else {}
    return {"proches": NEAR_NAMES.format(names=listed(near)) if near else "", **pasted}


def _filter(item: Item, plan: Plan, deliveries: list[Delivery], file: str) -> Iterator[Fault]:
    wanted = item.filtre
    if wanted is None:
        return
    place = Place(file, "", 0, f"filtre de {item.identifiant}")
    variable = plan.variables.get(wanted.colonne)
    names = (wanted.colonne, *(variable.colonnes if variable is not None else ()))
    frames = [d.table.frame for d in deliveries]
    answers = {cell for f in frames for n in names if n in f.columns for cell in f[n].unique()}
    if not answers:
        yield Fault("filtre_colonne_inconnue", place, wanted.colonne, {"question": item.libelle})
        return
    categories = tuple(variable.categories) if variable is not None else ()
    known = {_key(c) for c in (*answers, *categories)}
    shown = ", ".join(sorted(categories or answers)[:_SHOWN])
    for value in wanted.valeurs:
        if _key(value) not in known:
            fields = {"colonne": wanted.colonne, "valeurs": shown}
            yield Fault("filtre_valeur_inconnue", place, str(value), fields)


def _unanswered(plan: Plan, delivery: Delivery) -> Iterator[Fault]:
    """Doubt a question that stands in a delivery and that nobody answers."""
    for item in plan.items:
        column = delivery.column(item.colonnes)
        if column is not None and (delivery.table.frame[column] == "").all():
            place = delivery.place(column)
            yield Fault("question_sans_reponse", place, item.libelle, {}, Severity.DOUTE)
