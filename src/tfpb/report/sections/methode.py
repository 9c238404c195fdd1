"""« Méthode »: the waves, the settings, how figures are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tfpb.model.codes import Ajustement
from tfpb.model.report import Text
from tfpb.report.cell_values import as_text
from tfpb.report.sections.build import lacking, section, table
from tfpb.report.sections.survey.terrain import field_sheet
from tfpb.survey.secrecy.cost import masking_cost
from tfpb.words.documents import report_words as words
from tfpb.words.numbers import NOTHING
from tfpb.words.survey.area_words import METHOD as MODELLED
from tfpb.words.survey.verdict_words import POOLED, TARGETS, margin_words

if TYPE_CHECKING:
    from tfpb.model.assembly import Dossier
    from tfpb.model.report import Section, Table


def methode(dossier: Dossier) -> Section:
    """Return the method sheet."""
    survey = dossier.survey
    if survey is None:
        return lacking("methode", subject="enquete")
    settings = survey.settings
    margin = _number(settings.get("marge_points"), 5.0)
    region = settings.get("portee") == "region"
    adopted = [
        words.margin_adopted(
            margin, settings.get("marge_adoptee_par"), settings.get("marge_adoptee_le")
        ),
        words.MASKED_UNDER.format(count=int(_number(settings.get("masquage_n"), 11))),
    ]
    cost = masking_cost(survey.comparison)
    if cost.cells:
        adopted.append(words.masked_cost(*cost))
    weights = words.WEIGHTS.get(str(settings.get("calage", "")))
    if weights and settings.get("poids", True):  # without weights, a doubt says so
        adopted.append(weights)
    if target := TARGETS.get(str(settings.get("cible", ""))):
        adopted.append(f"{target}.")
    adopted.append(f"{POOLED}.")
    if (survey.comparison["ajustement"] == Ajustement.MODELE).any():
        adopted.append(MODELLED)
    if carte := settings.get("carte"):
        adopted.append(words.ONE_MAP.format(carte=carte))
    waves = pd.DataFrame([{k: getattr(w, k) for k in _WAVE} for w in survey.waves], columns=_WAVE)
    scope = words.REGION_WAVES if region else words.OWN_WAVES
    main = table("methode_vagues", waves, champ=scope)
    interviews = sum(w.n for w in survey.waves)
    lead = words.METHOD_LEAD.format(
        interviews=interviews, waves=len(waves), margin=margin_words(margin), region=region
    )
    texts = (Text(tuple(adopted), bullets=True), Text(words.METHOD))
    name = survey.name_of(dossier.settings.dossier.bailleur)
    field = field_sheet(survey, name, scope)
    return section("methode", lead, [main, _sideways(main, scope), *texts, *field])


def _sideways(whole: Table, scope: str) -> Table:
    """Return the table of waves on its side for the page: one line a fact, one column a wave."""
    facts = [c for c in whole.columns if c.key != "vague"]
    rows = pd.DataFrame({"fait": [c.header for c in facts]})
    waves = [{"cle": f"v{k}", "vague": wave} for k, wave in enumerate(whole.rows["vague"])]
    for k, wave in enumerate(waves):
        rows[wave["cle"]] = [as_text(whole.rows[c.key].iloc[k], c.format) or NOTHING for c in facts]
    return table("methode_document", rows, repeated=waves, champ=scope)


_WAVE = [
    "vague", "n", "n_residences", "n_qpv", "n_hors", "periode", "mode", "prestataire", "population",
    "quotas", "poids", "poids_min", "poids_max", "effet_plan_median",
]  # fmt: skip


def _number(value: object, default: float) -> float:
    return float(value) if isinstance(value, int | float) else default
