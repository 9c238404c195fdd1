"""The field sheet: who was asked beside who lives there, the weights, what calibration moved."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import pandas as pd

from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.model.report import Text
from tfpb.model.results import VARIANT_COLUMNS
from tfpb.model.survey import only
from tfpb.report.sections.build import cut, in_words, table
from tfpb.report.sections.survey import survey_view as view
from tfpb.survey.variants import DELIVERED_WEIGHTS
from tfpb.words.survey import field_words as words
from tfpb.words.survey.satisfaction import GROUPES

if TYPE_CHECKING:
    from tfpb.model.report import Block
    from tfpb.model.survey import Published


def field_sheet(survey: Published, name: str, champ: str) -> list[Block]:
    """Return the field sheet, for the method.

    Parameters
    ----------
    survey : Published
    name : str
        Bailleur whose stock and gaps are told, or `ensemble`.
    champ : str
        What the interviews of each wave are.
    """
    asked = [(w.vague, w.n, w.contactes) for w in survey.waves]
    rows = pd.DataFrame(asked, columns=["vague", "n", "contactes"]).astype(object)
    rows["taux"] = [n / c if c else words.NOT_GIVEN for _, n, c in asked]
    rows["contactes"] = [c or words.NOT_GIVEN for *_, c in asked]
    blocks: list[Block] = [
        Text((words.field_lead(asked),)),
        table("terrain_reponse", rows, champ=champ),
    ]
    if not all(c for *_, c in asked):
        blocks.append(Text((words.UNKNOWN_RESPONSE,)))
    return [*blocks, _sample(survey, name), *_weights(survey, champ), _calibration(survey, name)]


def _sample(survey: Published, name: str) -> Block:
    """Return the sample beside the stock of the bailleur, or that it is not known."""
    held = survey.fieldwork
    own = held["bailleur"] if "bailleur" in held else pd.Series(dtype=object)
    rows = next((cut(held, own == n) for n in (name, ENSEMBLE) if (own == n).any()), None)
    if rows is None:
        return Text((words.NO_SAMPLE,))
    rows = rows.assign(cote_mot=in_words(rows["cote"], GROUPES))
    for column in ("n", "part_interroges"):
        told = rows[column].astype(object)
        rows[column] = told.where(rows[column].notna(), words.HIDDEN)
    return table("terrain_parc", rows, notes=(words.SAMPLE_NOTE,))


def _weights(survey: Published, champ: str) -> list[Block]:
    """Return how weights spread, wave by wave, or that there are none."""
    rows = [
        {"vague": w.vague, "poids": words.WEIGHTS[s.cales], **asdict(s)}
        for w in survey.waves
        for s in w.ponderation
    ]
    if not rows:
        return [Text((words.NO_WEIGHTS,))]
    return [table("terrain_poids", pd.DataFrame(rows), champ=champ)]


def _calibration(survey: Published, name: str) -> Block:
    """Return the headline gaps of the last wave before and after our calibration, or why there are none."""
    if survey.settings.get("calage", "livres") == "livres":
        return Text((words.NOT_CALIBRATED,))
    wave = view.last_wave(survey)
    held = survey.variants.reindex(columns=list(VARIANT_COLUMNS))
    before = only(
        held, variante=DELIVERED_WEIGHTS, vague=wave, bailleur=name, niveau=TOTAL,
        publication=view.SHOWN,
    )  # fmt: skip
    before = before[["item", "estimation"]].rename(columns={"estimation": "avant"})
    heads = view.shown(view.headlines(view.gaps(survey, name, wave)))
    rows = heads.merge(before, on="item", how="inner", validate="one_to_one")
    if rows.empty:
        return Text((words.CALIBRATION_MASKED,))
    return table("terrain_calage", rows, **view.source(survey, wave))
