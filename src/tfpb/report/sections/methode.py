"""The survey among « Sources »: its waves, its field and its weights as rows; how its figures are made."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import pandas as pd

from tfpb.model.codes import ENSEMBLE, SHOWN, TOTAL
from tfpb.model.report import Block, Text
from tfpb.model.results import VARIANT_COLUMNS
from tfpb.model.survey import HIDDEN_COUNT, Published, pick
from tfpb.report.sections.build import cut
from tfpb.report.sections.survey import survey_view as view
from tfpb.survey.compare import DELIVERED_WEIGHTS
from tfpb.text import fold
from tfpb.words.documents import report_words as words
from tfpb.words.numbers import number
from tfpb.words.survey import survey_words
from tfpb.words.survey.satisfaction import GROUPES
from tfpb.words.survey.verdict_words import RELEASED, TARGETS, adopted_before, margin_words

_WAVE = (
    "vague", "n", "n_residences", "n_qpv", "n_hors", "periode", "mode", "prestataire", "population",
    "quotas", "poids", "effet_plan_median",
)  # fmt: skip
_COUNTS = ("n", "n_residences", "n_qpv", "n_hors")
Row = dict[Any, Any]


def survey_rows(survey: Published, name: str) -> list[Row]:
    """Return the rows of a survey: a wave each, then its response, sample, weights and calibration.

    `name` is the bailleur whose stock and gaps are shown, or `ensemble`.
    """
    waves = []
    for w in survey.waves:
        row: Row = {"nature": words.SOURCES["vague"], "nom": w.vague} | {
            k: getattr(w, k) for k in _WAVE
        }
        row |= {k: survey_words.HIDDEN for k in _COUNTS if row[k] == HIDDEN_COUNT}
        row["valeur"] = words.INTERVIEWS.format(
            interviews=survey_words.all_interviews([w.n], survey.masking_n)
        )
        row["contactes"] = w.contactes or survey_words.NOT_GIVEN
        row["taux"] = survey_words.response_rate(w.n, w.contactes, shared=w.contactes_partages)
        waves.append(row)
    return [
        *waves,
        *_response(survey),
        *_sample(survey, name),
        *_weights(survey),
        *_calibration(survey, name),
    ]


def method_lead(survey: Published) -> str:
    """Write how many interviews and waves, and the margin."""
    wave, period = survey.last_wave, "".join([w.periode for w in survey.waves][-1:])
    return words.METHOD_LEAD.format(
        interviews=survey_words.all_interviews([w.n for w in survey.waves], survey.masking_n),
        waves=len(survey.waves), margin=margin_words(survey.margin),
        region=survey.settings.get("portee") == "region", wave=wave,
        before=adopted_before(survey.settings.get("marge_adoptee_le"), wave, period),
    )  # fmt: skip


def method_texts(survey: Published, name: str) -> list[Block]:
    """Return how figures of the survey are made, what was settled before any, what its field is worth."""
    settings = survey.settings
    adopted = [
        words.margin_adopted(
            survey.margin, settings.get("marge_adoptee_par"), settings.get("marge_adoptee_le")
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
    field = [
        survey_words.field_lead(
            [
                (
                    w.vague,
                    w.n,
                    survey_words.response_rate(w.n, w.contactes, shared=w.contactes_partages),
                )
                for w in survey.waves
            ],
            survey.masking_n,
        )
    ]
    if not all(w.contactes for w in survey.waves):
        field.append(survey_words.UNKNOWN_RESPONSE)
    field.append(
        survey_words.SAMPLE_NOTE if _own(survey, name) is not None else survey_words.NO_SAMPLE
    )
    if not any(w.ponderation for w in survey.waves):
        field.append(survey_words.NO_WEIGHTS)
    if not _calibration(survey, name):
        calibrated = settings.get("calage", "livres") != "livres"
        field.append(survey_words.CALIBRATION_MASKED if calibrated else survey_words.NOT_CALIBRATED)
    return [
        Text(tuple(adopted), bullets=True),
        Text(words.METHOD),
        Text(tuple(field)),
        *_readings(survey),
    ]


def _contacted(survey: Published) -> dict[str, Any]:
    """Return the households contacted by side and type, where they are those of the interviews told."""
    field = survey.fieldwork
    # interviews of one bailleur among others are not those that the contacts of all are of
    alone = len(field) and set(field["bailleur"]) == {ENSEMBLE}
    held: Any = survey.settings.get("contactes_par", {})
    return dict(held) if alone else {}


def _response(survey: Published) -> list[Row]:
    """Return the response by side and type of dwelling."""
    rows: list[Row] = []
    for wave, lines in _contacted(survey).items():
        for side, kind, contacted in lines:
            mine = pick(survey.fieldwork, vague=wave, cote=side)
            mine = mine[[not kind or fold(str(t)) == fold(kind) for t in mine["type_habitat"]]]
            n = float(mine["n"].sum(skipna=False)) if len(mine) else math.nan
            hidden = math.isnan(n)
            rows.append(
                {"nature": words.SOURCES["reponse"], "nom": _part(wave, GROUPES[side], kind),
                 "vague": wave, "cote_mot": GROUPES[side],
                 "type_habitat": kind, "contactes": contacted, "n": survey_words.HIDDEN if hidden else n,
                 "taux": survey_words.response_rate(-1 if hidden else int(n), contacted)}
            )  # fmt: skip
    return rows


def _part(*names: Any) -> str:
    """Name a part of the interviews: wave, side, type, period."""
    return ", ".join(str(name) for name in names if name and not pd.isna(name))


def _readings(survey: Published) -> list[Block]:
    """Return what a difference of response between sides is worth; nothing where it is not known."""
    held, last = _contacted(survey), survey.waves[-1]
    ratio = last.response_ratio(held.get(last.vague, ())) if held else math.nan
    if math.isnan(ratio):
        return []
    gaps = view.totals(view.gaps(survey, ENSEMBLE, last.vague))
    heads = view.shown(view.headlines(gaps)) if len(gaps) else gaps
    lines = [survey_words.readings_line(ratio, r) for r in heads.to_dict("records")]
    return [
        Text((survey_words.READINGS.format(ratio=number(ratio, 2)),)),
        Text(tuple(filter(None, lines)), bullets=True),
    ]


def _own(survey: Published, name: str) -> pd.DataFrame | None:
    """Return the sample of the bailleur, else of all; None where it is not known."""
    held = survey.fieldwork
    own = held["bailleur"] if "bailleur" in held else pd.Series(dtype=object)
    return next((cut(held, own == n) for n in (name, ENSEMBLE) if (own == n).any()), None)


def _sample(survey: Published, name: str) -> list[Row]:
    """Return the sample beside the stock of the bailleur."""
    held = _own(survey, name)
    out: list[Row] = []
    for row in () if held is None else held.drop(columns="bailleur").to_dict("records"):
        hidden: Row = {k: survey_words.HIDDEN for k in ("n", "part_interroges") if pd.isna(row[k])}
        side = GROUPES.get(str(row["cote"]), row["cote"])
        out.append(
            {
                **row,
                **hidden,
                "nature": words.SOURCES["parc"],
                "cote_mot": side,
                "nom": _part(row["vague"], side, row["type_habitat"], row["periode_construction"]),
            }
        )
    return out


def _weights(survey: Published) -> list[Row]:
    """Return how weights spread, wave by wave."""
    return [
        {
            **asdict(s),
            "nature": words.SOURCES["poids"],
            "nom": survey_words.WEIGHTS[s.cales],
            "vague": w.vague,
        }
        for w in survey.waves
        for s in w.ponderation
    ]


def _calibration(survey: Published, name: str) -> list[Row]:
    """Return the headline gaps of the last wave before and after our calibration."""
    if survey.settings.get("calage", "livres") == "livres":
        return []
    wave = survey.last_wave
    held = survey.variants.reindex(columns=list(VARIANT_COLUMNS))
    before = pick(
        held, variante=DELIVERED_WEIGHTS, vague=wave, bailleur=name, niveau=TOTAL,
        publication=SHOWN,
    )  # fmt: skip
    before = before[["item", "estimation"]].rename(columns={"estimation": "avant"})
    heads = view.shown(view.headlines(view.gaps(survey, name, wave)))
    rows = heads.merge(before, on="item", how="inner", validate="one_to_one")
    kept = (
        rows[["libelle", "avant", "ecart"]].rename(columns={"libelle": "nom"})
        if len(rows)
        else rows
    )
    return [
        {**r, "nature": words.SOURCES["calage"], "vague": wave} for r in kept.to_dict("records")
    ]
