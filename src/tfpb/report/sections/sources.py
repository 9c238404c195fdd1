"""« Sources et hypothèses » and the legal recital: files, law, settings, checks."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd

from tfpb.law.values import load as load_law
from tfpb.model.report import Block, Section, Text
from tfpb.report.sections.build import section, table
from tfpb.report.sections.patrimoine import masking_n
from tfpb.text import fold
from tfpb.words.documents import report_words as words
from tfpb.words.documents import setting_words
from tfpb.words.money.accounts import axis_words
from tfpb.words.numbers import plain_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.money import LegalValue
    from tfpb.model.settings import LoiUtilisateur


def sources(dossier: Dossier) -> Section:
    """Return the sheet of sources and assumptions: files, law, settings, checks."""
    files = pd.DataFrame(
        [
            {"role": words.ROLES.get(s.role, s.role), "nom": s.name, "lignes": s.rows,
             "taille": s.size_bytes / 1024 if s.size_bytes else None, "empreinte": s.sha256[:16],
             "millesime": plain_date(s.vintage), "licence": s.licence, "reference": s.reference}
            for s in dossier.sources
        ]
    )  # fmt: skip
    legal = _legal_values(dossier)
    notes = [words.ROWS_UNTOLD] * any(s.rows is None for s in dossier.sources)
    notes.append(words.EDIT_FILES)
    blocks: list[Block] = [*_readings(dossier), table("sources", files, notes=tuple(notes))]
    if legal:
        blocks.append(table("hypotheses_legales", pd.DataFrame([_legal_row(v) for v in legal])))
    blocks += [_overrides(dossier), _settings(dossier), *_themes(dossier)]
    unverified = sum(not v.verifie and v.origine == "texte" for v in legal)
    lead = words.sources_lead(len(dossier.sources), unverified, dossier.run_hash)
    return section("sources", lead, blocks)


def _readings(dossier: Dossier) -> list[Block]:
    """Return what became of the rows of each file; interviews of other bailleurs are not told."""
    listed = [r for r in dossier.readings if r.role != setting_words.SURVEY or r.bailleur]
    least = masking_n(dossier)
    rows = pd.DataFrame([setting_words.reading_row(r, least) for r in listed])
    return [table("lectures", rows)] if len(rows) else []


def rappel(dossier: Dossier) -> Section:
    """Return the legal recital (document only), with the dates of the conventions."""
    blocks: list[Block] = [
        Text(
            conditions(dossier.settings.dossier.annee, dossier.settings.reglages.loi), bullets=True
        ),
        Text(words.RECITAL),
    ]
    signed = dossier.conventions
    if signed is None or signed.empty:
        blocks.append(Text(words.MISSING["conventions"][:1]))
    else:
        blocks.append(table("conventions", signed.assign(codes=signed["codes_qpv"].map(_codes))))
    return section("rappel", words.LEGAL_LEAD.format(year=dossier.settings.dossier.annee), blocks)


def conditions(year: int, own: Mapping[str, LoiUtilisateur]) -> tuple[str, ...]:
    """Write the conditions of a tax year, each with its date and whether that was verified."""
    new_year = dt.date(year, 1, 1)
    law = load_law(own)
    if not law.covers("taux_abattement", new_year):
        return ()
    reader = law.on(new_year)

    def unsure(key: str) -> bool:
        return not law.value(key, new_year).verifie

    facts = {
        "year": year,
        "before": year - 1,
        "carte": reader.whole("carte_qpv"),
        "carte_marque": unsure("carte_qpv"),
        "signature": reader.due("limite_signature"),
        "signature_marque": unsure("limite_signature"),
        "tolerance": reader.due("limite_signature") > new_year,
        "declaration": reader.due("limite_declaration"),
        "declaration_marque": unsure("limite_declaration"),
        "prorogation_marque": unsure("prorogation_convention"),
    }
    kept = ["quartier", "convention", "declaration", "exoneration"]
    kept += ["prorogation"] if reader.flag("prorogation_convention") else []
    kept += ["outremer"] if reader.flag("reconduction_outremer") else []
    return tuple(words.CONDITIONS[key].format(**facts) for key in kept)


def _legal_values(dossier: Dossier) -> tuple[LegalValue, ...]:
    """Return the values that the abatement, the programme and droit commun read, in the order of the law."""
    parts = (dossier.abatement, dossier.programme, dossier.droit_commun)
    read = {(v.cle, v.debut): v for part in parts if part is not None for v in part.values}  # noqa: PD011
    rank = {key: k for k, key in enumerate(load_law().series)}
    return tuple(read[k] for k in sorted(read, key=lambda k: (rank.get(k[0], 0), k[1])))


def _legal_row(value: LegalValue) -> dict[str, str]:
    """Return a line of the legal values; the user alone answers for theirs."""
    return {
        "libelle": value.libelle,
        "valeur": setting_words.legal_value(value.valeur),
        "debut": setting_words.legal_value(value.debut),
        "fin": setting_words.legal_value(value.fin),
        "reference": value.reference,
        "origine": setting_words.LEGAL_ORIGINS[value.origine],
        "etat": setting_words.legal_state(value),
    }


def _overrides(dossier: Dossier) -> Block:
    """Return every legal value the user replaced, used or not, or that there is none."""
    replaced = dossier.settings.reglages.loi
    if not replaced:
        return Text((words.NO_OVERRIDE,))
    own_values = [v for v in load_law(replaced).all_values() if v.origine == "utilisateur"]
    used = {(v.cle, v.debut) for v in _legal_values(dossier)}
    rows = pd.DataFrame(
        [
            {"libelle": own.libelle, "valeur": setting_words.legal_value(own.valeur),
             "annee": replaced[own.cle].annee, "reference": own.reference,
             "emploi": words.USED[(own.cle, own.debut) in used]}
            for own in own_values
        ]
    )  # fmt: skip
    return table("valeurs_utilisateur", rows)


def _settings(dossier: Dossier) -> Block:
    values: dict[str, Any] = dossier.settings.reglages.model_dump(mode="json", exclude={"loi"})
    replaced = setting_words.overrides_words(dossier.settings.reglages.loi)
    rows = pd.DataFrame(
        [
            {
                "reglage": words.SETTINGS.get(key, key),
                "valeur": setting_words.setting_value(key, value),
            }
            for key, value in values.items()
            if key != "geodonnees"  # a folder of the user's machine is never printed
        ]
        + [{"reglage": words.SETTINGS["loi"], "valeur": replaced}]
    )
    return table("reglages", rows)


def _themes(dossier: Dossier) -> list[Block]:
    """Return the user's own themes, the axis each stands for, and whether a text fixes it."""
    themes = dossier.settings.themes
    if not themes:
        return []
    plan = dossier.programme
    read = [] if plan is None else [fold(text) for text in plan.actions["axe_lu"]]
    rows = pd.DataFrame(
        [
            {"theme": name, "axe": axis_words(theme.axe),
             "etat": words.USERS_OWN if theme.reference else words.PROPOSITION,
             "reference": theme.reference, "actions": read.count(fold(name))}
            for name, theme in themes.items()
        ]
    )  # fmt: skip
    return [table("themes", rows)]


def _codes(value: object) -> str:
    return ", ".join(str(v) for v in value) if isinstance(value, list | tuple) else str(value or "")
