"""« Méthode »: the waves, the settings, how figures are made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from tfpb.model.report import Format, Section, Text
from tfpb.report.cell_values import as_text
from tfpb.report.sections.build import DOCUMENT, WORKBOOK, column, table
from tfpb.words.documents import report_words as words
from tfpb.words.numbers import number, plural
from tfpb.words.survey.verdict_words import margin_words

if TYPE_CHECKING:
    from tfpb.model.assembly import Dossier
    from tfpb.model.report import Block, Table


def methode(dossier: Dossier) -> Section:
    """Make the method sheet."""
    survey = dossier.survey
    if survey is None:
        lead, hint = words.MISSING["enquete"]
        return Section("methode", "Méthode", lead, (Text((hint,)),), sheet="Méthode")
    settings = survey.settings
    margin = _number(settings.get("marge_points"), 5.0)
    mask = int(_number(settings.get("masquage_n"), 11))
    waves = pd.DataFrame([{k: getattr(w, k) for k in _WAVE} for w in survey.waves], columns=_WAVE)
    interviews = sum(w.n for w in survey.waves)
    region = settings.get("portee") == "region"
    lead = (
        f"{plural(interviews, 'ménage interrogé', 'ménages interrogés')}"
        f"{words.WHOLE_REGION if region else ''} en "
        f"{plural(len(survey.waves), 'vague')} ; marge d’équivalence de {margin_words(margin)}, "
        "fixée avant tout résultat."
    )
    adopted = [
        words.margin_adopted(
            margin, settings.get("marge_adoptee_par"), settings.get("marge_adoptee_le")
        ),
        f"Une case de moins de {number(mask)} ménages interrogés est masquée.",
    ]
    weights = words.WEIGHTS.get(str(settings.get("calage", "")))
    if weights and settings.get("poids", True):  # without weights, a doubt says so
        adopted.append(weights)
    carte = settings.get("carte")
    if carte:
        adopted.append(f"La carte des QPV {carte} départage toutes les vagues.")
    main = table(
        "methode_vagues",
        "Les vagues d’enquête",
        (
            column("vague", "Vague", width=9),
            column("n", "Ménages interrogés", Format.INTEGER, 11),
            column("n_residences", "Résidences", Format.INTEGER, 11),
            column("n_qpv", "dont QPV", Format.INTEGER, 9),
            column("n_hors", "dont hors QPV", Format.INTEGER, 9),
            column("periode", "Période", width=20),
            column("mode", "Mode", width=12),
            column("prestataire", "Prestataire", width=16),
            column("population", "Population", width=20),
            column("quotas", "Quotas", width=18),
            column("poids", "Pondération", width=12),
            column("poids_min", "Poids minimal", Format.NUMBER1, 9),
            column("poids_max", "Poids maximal", Format.NUMBER1, 9),
            column("effet_plan_median", "Effet de plan médian", Format.NUMBER1, 9),
        ),
        waves,
        unit="ménages interrogés",
        scope=words.REGION_WAVES if region else words.OWN_WAVES,
        source="enquête et plan d’enquête",
        media=WORKBOOK,
    )
    blocks: tuple[Block, ...] = (
        main,
        _sideways(main),
        Text(tuple(adopted), bullets=True),
        Text(words.METHOD),
    )
    return Section("methode", "Méthode", lead, blocks, sheet="Méthode")


def _sideways(whole: Table) -> Table:
    """Turn the table of waves on its side for the page: one line a fact, one column a wave."""
    waves = [str(v) for v in whole.rows["vague"]]
    rows = pd.DataFrame(
        [
            {
                "fait": c.header,
                **{
                    f"v{k}": as_text(value, c.format) or "–"
                    for k, value in enumerate(whole.rows[c.key])
                },
            }
            for c in whole.columns
            if c.key != "vague"
        ]
    )
    columns = (
        column("fait", "Fait", width=22),
        *(column(f"v{k}", f"Vague {wave}", width=40) for k, wave in enumerate(waves)),
    )
    return replace(
        whole, key="methode_document", columns=columns, rows=rows, media=DOCUMENT, unit=""
    )


_WAVE = [
    "vague", "n", "n_residences", "n_qpv", "n_hors", "periode", "mode", "prestataire", "population",
    "quotas", "poids", "poids_min", "poids_max", "effet_plan_median",
]  # fmt: skip


def _number(value: object, default: float) -> float:
    return float(value) if isinstance(value, int | float) else default
