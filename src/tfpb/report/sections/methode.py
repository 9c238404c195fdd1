"""« Méthode »: the waves, the settings, how figures are made, and the field sheet."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pandas as pd

from tfpb.model.codes import ENSEMBLE, SHOWN, TOTAL
from tfpb.model.report import Block, Section, Table, Text
from tfpb.model.results import VARIANT_COLUMNS
from tfpb.model.survey import HIDDEN_COUNT, Published, pick
from tfpb.report.cell_values import as_text
from tfpb.report.sections.build import cut, lacking, section, table, worded
from tfpb.report.sections.survey import survey_view as view
from tfpb.survey.compare import DELIVERED_WEIGHTS
from tfpb.text import fold
from tfpb.words.documents import report_words as words
from tfpb.words.numbers import NOTHING, number
from tfpb.words.survey import survey_words
from tfpb.words.survey.satisfaction import GROUPES
from tfpb.words.survey.verdict_words import RELEASED, TARGETS, adopted_before, margin_words

if TYPE_CHECKING:
    from tfpb.facts.whole_dossier import Dossier


def methode(dossier: Dossier) -> Section:
    """Return the method sheet."""
    survey = dossier.survey
    if survey is None:
        return lacking("methode", subject="enquete")
    settings = survey.settings
    margin = survey.margin
    region = settings.get("portee") == "region"
    adopted = [
        words.margin_adopted(
            margin, settings.get("marge_adoptee_par"), settings.get("marge_adoptee_le")
        ),
        words.SECRECY_RULE,
    ]
    if masked := survey.withheld_gaps:
        adopted.append(words.MASKED_ROWS.format(count=masked))
    weights = words.WEIGHTS.get(str(settings.get("calage", "")))
    if weights and settings.get("poids", True):  # without weights, a doubt says so
        adopted.append(weights)
    if target := TARGETS.get(survey.target):
        adopted.append(f"{target}.")
    adopted.append(f"{RELEASED}.")
    if carte := settings.get("carte"):
        adopted.append(words.ONE_MAP.format(carte=carte))
    waves = pd.DataFrame([{k: getattr(w, k) for k in _WAVE} for w in survey.waves], columns=_WAVE)
    for column in _COUNTS:
        waves[column] = _counts_in_words(waves[column])
    scope = words.REGION_WAVES if region else words.OWN_WAVES
    main = table("methode_vagues", waves, champ=scope)
    interviews = survey_words.all_interviews([w.n for w in survey.waves], survey.masking_n)
    wave, period = survey.last_wave, "".join([w.periode for w in survey.waves][-1:])
    before = adopted_before(settings.get("marge_adoptee_le"), wave, period)
    lead = words.METHOD_LEAD.format(
        interviews=interviews, waves=len(waves), margin=margin_words(margin), region=region,
        before=before, wave=wave,
    )  # fmt: skip
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
    "quotas", "poids", "effet_plan_median",
]  # fmt: skip


_COUNTS = ["n", "n_residences", "n_qpv", "n_hors"]


def _counts_in_words(counts: pd.Series[int]) -> pd.Series[int]:
    """Write counts that secrecy hides; others stay numbers."""
    hidden = counts == HIDDEN_COUNT
    return counts.astype(object).where(~hidden, survey_words.HIDDEN) if hidden.any() else counts


def field_sheet(survey: Published, name: str, champ: str) -> list[Block]:
    """Return the field sheet, for the method.

    Parameters
    ----------
    name : str
        Bailleur whose stock and gaps are told, or `ensemble`.
    champ : str
        What the interviews of each wave are.
    """
    asked = [(w.vague, w.n, w.contactes) for w in survey.waves]
    rows = pd.DataFrame(asked, columns=["vague", "n", "contactes"]).astype(object)
    rows["n"] = _counts_in_words(rows["n"])
    rows["taux"] = [
        survey_words.response_rate(w.n, w.contactes, shared=w.contactes_partages)
        for w in survey.waves
    ]
    answered = [(wave, n, rate) for (wave, n, _), rate in zip(asked, rows["taux"], strict=True)]
    rows["contactes"] = [c or survey_words.NOT_GIVEN for *_, c in asked]
    blocks: list[Block] = [
        Text((survey_words.field_lead(answered, survey.masking_n),)),
        table("terrain_reponse", rows, champ=champ),
    ]
    if not all(c for *_, c in asked):
        blocks.append(Text((survey_words.UNKNOWN_RESPONSE,)))
    blocks += _response_by(survey, champ)
    return [*blocks, _sample(survey, name), *_weights(survey, champ), _calibration(survey, name)]


def _response_by(survey: Published, champ: str) -> list[Block]:
    """Return the response by side and type of dwelling, and what a difference of it is worth."""
    held: Any = survey.settings.get("contactes_par", {})
    field = survey.fieldwork
    # interviews of one bailleur among others are not those that the contacts of all are of
    alone = len(field) and set(field["bailleur"]) == {ENSEMBLE}
    rows = []
    for wave, lines in held.items() if alone else ():
        for side, kind, contacted in lines:
            mine = pick(field, vague=wave, cote=side)
            mine = mine[[not kind or fold(str(t)) == fold(kind) for t in mine["type_habitat"]]]
            n = float(mine["n"].sum(skipna=False)) if len(mine) else math.nan
            count: object = survey_words.HIDDEN if math.isnan(n) else n
            rate = survey_words.response_rate(-1 if math.isnan(n) else int(n), contacted)
            rows.append((wave, GROUPES[side], kind or NOTHING, contacted, count, rate))
    if not rows:
        return []
    names = ["vague", "cote_mot", "type_habitat", "contactes", "n", "taux"]
    blocks: list[Block] = [
        table("terrain_reponse_cotes", pd.DataFrame(rows, columns=names, dtype=object), champ=champ)
    ]
    last = survey.waves[-1]
    ratio = last.response_ratio(held.get(last.vague, ()))
    if not math.isnan(ratio):
        gaps = view.totals(view.gaps(survey, ENSEMBLE, last.vague))
        heads = view.shown(view.headlines(gaps)) if len(gaps) else gaps
        lines = [survey_words.readings_line(ratio, r) for r in heads.to_dict("records")]
        blocks.append(Text((survey_words.READINGS.format(ratio=number(ratio, 2)),)))
        blocks.append(Text(tuple(filter(None, lines)), bullets=True))
    return blocks


def _sample(survey: Published, name: str) -> Block:
    """Return the sample beside the stock of the bailleur, or that it is not known."""
    held = survey.fieldwork
    own = held["bailleur"] if "bailleur" in held else pd.Series(dtype=object)
    rows = next((cut(held, own == n) for n in (name, ENSEMBLE) if (own == n).any()), None)
    if rows is None:
        return Text((survey_words.NO_SAMPLE,))
    rows = worded(rows, cote_mot=("cote", GROUPES))
    for column in ("n", "part_interroges"):
        counts = rows[column].astype(object)
        rows[column] = counts.where(rows[column].notna(), survey_words.HIDDEN)
    return table("terrain_parc", rows, notes=(survey_words.SAMPLE_NOTE,))


def _weights(survey: Published, champ: str) -> list[Block]:
    """Return how weights spread, wave by wave, or that there are none."""
    rows = [
        {"vague": w.vague, "poids": survey_words.WEIGHTS[s.cales], **asdict(s)}
        for w in survey.waves
        for s in w.ponderation
    ]
    if not rows:
        return [Text((survey_words.NO_WEIGHTS,))]
    return [table("terrain_poids", pd.DataFrame(rows), champ=champ)]


def _calibration(survey: Published, name: str) -> Block:
    """Return the headline gaps of the last wave before and after our calibration, or why there are none."""
    if survey.settings.get("calage", "livres") == "livres":
        return Text((survey_words.NOT_CALIBRATED,))
    wave = survey.last_wave
    held = survey.variants.reindex(columns=list(VARIANT_COLUMNS))
    before = pick(
        held, variante=DELIVERED_WEIGHTS, vague=wave, bailleur=name, niveau=TOTAL,
        publication=SHOWN,
    )  # fmt: skip
    before = before[["item", "estimation"]].rename(columns={"estimation": "avant"})
    heads = view.shown(view.headlines(view.gaps(survey, name, wave)))
    rows = heads.merge(before, on="item", how="inner", validate="one_to_one")
    if rows.empty:
        return Text((survey_words.CALIBRATION_MASKED,))
    return table("terrain_calage", rows, **view.source(survey, wave))
