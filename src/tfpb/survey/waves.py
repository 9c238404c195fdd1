"""What is said of each wave, and of what changed between two besides the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tfpb.errors import Fault, Severity
from tfpb.model.survey import WaveFacts

if TYPE_CHECKING:
    from tfpb.model.plan import Plan
    from tfpb.survey.respondents import Survey

DECLARED = ("prestataire", "mode", "dates", "population", "quotas")
_ENOUGH = 200


def declared(plan: Plan, wave: str) -> dict[str, str]:
    """Return what the method sheet declares of a wave: its own section first, else the common one."""
    common = {name: getattr(plan.enquete, name) for name in DECLARED}
    own = (plan.enquete.model_extra or {}).get(wave)
    if isinstance(own, dict):
        common |= {k: str(v) for k, v in own.items() if k in DECLARED}
    return {k: str(v) for k, v in common.items()}


def wave_facts(survey: Survey, plan: Plan, wave: str, deff: float) -> WaveFacts:
    """Count and describe one wave."""
    frame = survey.respondents[survey.respondents["vague"] == wave]
    said = declared(plan, wave)
    named = frame[frame["residence"] != ""]
    weighted = survey.has_weights and plan.colonnes.poids
    return WaveFacts(
        vague=wave,
        n=len(frame),
        n_residences=int(named.groupby(["bailleur", "residence"]).ngroups) if len(named) else 0,
        n_qpv=int((frame["qpv"] == 1).sum()),
        n_hors=int((frame["qpv"] == 0).sum()),
        poids=plan.colonnes.poids[0] if weighted else "",
        poids_min=float(frame["poids"].min()),
        poids_max=float(frame["poids"].max()),
        effet_plan_median=deff,
        prestataire=said["prestataire"],
        mode=said["mode"],
        periode=said["dates"],
        population=said["population"],
        quotas=said["quotas"],
    )


def wave_notices(survey: Survey, plan: Plan, pair: tuple[str, str]) -> list[Fault]:
    """Warn of what changed between two waves besides the answers."""
    notices = []
    first, second = (declared(plan, w) for w in pair)
    fields = {"vagues": "-".join(pair), "avant": "", "apres": ""}

    def warn(code: str, **more: object) -> None:
        notices.append(Fault(code, fields={**fields, **more}, severity=Severity.DOUTE))

    for name, code in (
        ("prestataire", "vagues_prestataire"),
        ("mode", "vagues_mode"),
        ("population", "vagues_population"),
        ("dates", "vagues_periode"),
    ):
        if first[name] and second[name] and first[name] != second[name]:
            warn(code, avant=first[name], apres=second[name])
    waves = survey.respondents["vague"]
    owners = [set(survey.respondents["bailleur"][waves == w]) for w in pair]
    for gone, code in (
        (owners[0] - owners[1], "vagues_sortis"),
        (owners[1] - owners[0], "vagues_entres"),
    ):
        if gone:
            warn(code, nombre=len(gone), communs=len(owners[0] & owners[1]))
    if asked := _asked_once(survey, pair, owners[0] & owners[1]):
        warn("vagues_question", questions=len(asked), item=asked[0])
    for item, ranks in survey.answers.items():
        used = [set(np.unique(ranks[(waves == w).to_numpy() & (ranks >= 0)])) for w in pair]
        enough = all(((waves == w).to_numpy() & (ranks >= 0)).sum() >= _ENOUGH for w in pair)
        if enough and used[0] != used[1] and not survey.scales[item].marks:
            warn("vagues_echelle", item=item)
    return notices


def _asked_once(survey: Survey, pair: tuple[str, str], common: set[str]) -> list[str]:
    """List the questions that a bailleur of both waves answered in one of them only."""
    frame = survey.respondents
    owner = frame["bailleur"].to_numpy(dtype=object)
    waves = [(frame["vague"] == w).to_numpy() for w in pair]
    return [
        item
        for item, ranks in survey.answers.items()
        if (set(owner[waves[0] & (ranks >= 0)]) ^ set(owner[waves[1] & (ranks >= 0)])) & common
    ]
