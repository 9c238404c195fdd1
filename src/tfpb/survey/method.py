"""What the method sheet says: items, settings, territories, warnings on the design."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.errors import Fault, Severity
from tfpb.survey.reading.calibration import calibration_columns
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tfpb.model.plan import Item, Plan
    from tfpb.survey.respondents import Survey

WITHIN: Final = "ecarts_moyens_par_bailleur"
"""Setting that holds the means of the gaps within bailleurs."""


def territory_columns(survey: Survey, by: Sequence[str]) -> tuple[list[str], list[Fault]]:
    """Keep the territory columns that exist; say which do not."""
    kept: list[str] = []
    notices: list[Fault] = []
    aliases = {"code_qp": "code_qpv"}
    folded = {fold(str(c)): str(c) for c in survey.respondents}
    for name in dict.fromkeys(by):
        wanted = aliases.get(name, name)
        column = name if name in survey.respondents else folded.get(fold(wanted), wanted)
        if column in survey.respondents and column not in {"vague", "bailleur", "qpv", "poids"}:
            kept.append(column)
        else:
            known = ", ".join(str(c) for c in survey.respondents if not str(c).startswith("_"))
            notices.append(
                Fault(
                    "territoire_inconnu",
                    got=name,
                    fields={"connus": known},
                    severity=Severity.DOUTE,
                )
            )
    return list(dict.fromkeys(kept)), notices


def incomplete_rows(survey: Survey, wave: str, variables: Sequence[str]) -> list[Fault]:
    """Say how many interviews lack an adjustment variable."""
    frame = survey.respondents[survey.respondents["vague"] == wave]
    lacking = int((frame[list(variables)] == "").any(axis=1).sum())
    if not lacking:
        return []
    fields = {"vague": wave, "nombre": lacking, "variables": ", ".join(variables)}
    return [Fault("ajustement_incomplet", fields=fields, severity=Severity.DOUTE)]


def item_table(items: Sequence[Item]) -> pd.DataFrame:
    """Describe the items, one row each, in the order of the plan."""
    return pd.DataFrame(
        {
            "item": [i.identifiant for i in items],
            "libelle": [i.libelle for i in items],
            "theme": [i.theme.value for i in items],
            "nature": [i.nature.value for i in items],
            "echelle": [i.echelle for i in items],
            "axes": [tuple(i.axes) for i in items],
            "ordre": range(len(items)),
            "tete_de_theme": [i.tete_de_theme for i in items],
        }
    )


def design_notices(survey: Survey, plan: Plan) -> list[Fault]:
    """Say what must be known of the design before any figure is read."""
    notices = []
    if not survey.has_clusters:
        deff = plan.reglages.effet_plan_defaut
        notices.append(
            Fault("effet_plan_defaut", fields={"effet_plan": deff}, severity=Severity.DOUTE)
        )
    if not survey.has_weights:
        notices.append(Fault("sans_poids", severity=Severity.DOUTE))
    if not plan.reglages.marge_adoptee_par:
        margin = plan.reglages.marge_points
        notices.append(
            Fault("marge_non_adoptee", fields={"marge": margin}, severity=Severity.DOUTE)
        )
    return notices


def settings_used(survey: Survey, plan: Plan, by: Sequence[str]) -> dict[str, object]:
    """Return the settings as used, for the method sheet."""
    reglages = plan.reglages
    adopted = reglages.marge_adoptee_le
    return {
        "carte": reglages.carte,
        "marge_points": reglages.marge_points,
        "marge_adoptee_par": reglages.marge_adoptee_par,
        "marge_adoptee_le": adopted.isoformat() if adopted else "",
        "masquage_n": reglages.masquage_n,
        "effet_plan_defaut": reglages.effet_plan_defaut,
        "strates": tuple(plan.colonnes.strates),
        "poids": survey.has_weights,
        "grappes": survey.has_clusters,
        "ajustement": tuple(plan.colonnes.ajustement),
        "standardisation": tuple(plan.colonnes.standardisation),
        "territoires": tuple(by),
        "calage": _calibration(survey),
    }


def _calibration(survey: Survey) -> str:
    """Return how weights were made: `livres`, `post_stratification` or `calage`."""
    count = len(calibration_columns(survey))
    return "livres" if not count else "post_stratification" if count == 1 else "calage"
