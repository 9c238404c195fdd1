"""« Sources » and the legal recital: files, maps, waves, conventions, legal values, settings."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.law.values import load as load_law
from tfpb.model.legal.map_table import pair_of
from tfpb.model.report import Block, Section, Table, Text
from tfpb.report.cell_values import as_text
from tfpb.report.sections.build import cut, part, section, table, worded
from tfpb.report.sections.methode import Row, method_lead, method_texts, survey_rows
from tfpb.report.sections.patrimoine import masking_n
from tfpb.text import fold
from tfpb.words.documents import report_words as words
from tfpb.words.documents import setting_words
from tfpb.words.money.accounts import axis_words
from tfpb.words.numbers import NOTHING, plain_date
from tfpb.words.places import side_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.money import LegalValue
    from tfpb.model.settings import LoiUtilisateur
    from tfpb.model.survey import Published


def sources(dossier: Dossier) -> Section:
    """Return what the dossier rests on, a row each: files, maps, waves, conventions, law, settings."""
    survey, laws = dossier.survey, _legal_values(dossier)
    name = "" if survey is None else survey.name_of(dossier.settings.dossier.bailleur)
    rows = [
        *_files(dossier),
        *(() if survey is None else survey_rows(survey, name)),
        *_conventions(dossier),
        *_laws(dossier, laws),
        *_settings(dossier),
        *_themes(dossier),
        *_links(dossier),
        *_counted_by_insee(dossier),
    ]
    unverified = sum(not v.verifie and v.origine == "texte" for v in laws)
    lead = words.sources_lead(len(dossier.sources), unverified, dossier.run_hash)
    untold = (words.ROWS_UNTOLD,) * any(s.rows is None for s in dossier.sources)
    return _section(rows, lead, dossier, (*untold, words.EDIT_FILES))


def place_sources(dossier: Dossier, files: pd.DataFrame | None = None) -> Section | None:
    """Return what a report over several bailleurs rests on: the waves, and the files without their names.

    `files` are `role, fichiers, lignes`.
    """
    rows: list[Row] = []
    untold = False
    if files is not None:
        rows += [{"nature": words.SOURCES["fichier"], **r} for r in files.to_dict("records")]
        answers = files["role"] == words.ROLES[setting_words.SURVEY]
        untold = bool(files.loc[answers, "lignes"].isna().any())
    survey = dossier.survey
    if survey is not None:
        rows += survey_rows(survey, survey.name_of(dossier.settings.dossier.bailleur))
    lead = words.PLACE_FILES.format(run_hash=dossier.run_hash) if files is not None else ""
    return _section(rows, lead, dossier, (words.ROWS_UNTOLD,) * untold) if rows else None


def _section(rows: list[Row], lead: str, dossier: Dossier, notes: tuple[str, ...]) -> Section:
    """Return the rows as a sheet; on pages, the waves, the method, the files and the law."""
    survey, pair = dossier.survey, _maps(dossier)
    rank = {nature: k for k, nature in enumerate(words.SOURCES.values())}
    kinds = pd.Series([rank[str(row["nature"])] for row in rows])
    listed = pd.DataFrame(rows).iloc[kinds.argsort(kind="stable")].reset_index(drop=True)
    whole = table(
        "sources", listed, repeated=[{"avant": pair[0], "apres": pair[1]}], notes=notes
    )  # fmt: skip
    blocks: list[Block] = [whole]
    leads = [lead]
    if survey is not None:
        leads.insert(0, method_lead(survey))
        blocks += [
            _waves(whole, survey),
            *method_texts(survey, survey.name_of(dossier.settings.dossier.bailleur)),
        ]
    for key, nature in (("sources_document", _READ), ("valeurs_document", (words.SOURCES["loi"],))):
        mine = cut(whole.rows, whole.rows["nature"].isin(nature))
        if len(mine) and "nom" in mine and mine["nom"].notna().any():
            blocks.append(part(replace(whole, rows=mine), key))
    return section("sources", " ".join(filter(None, leads)), blocks)


_READ: Final = (words.SOURCES["fichier"], words.SOURCES["carte"])


def _waves(whole: Table, survey: Published) -> Table:
    """Return the waves on their side for the page: one line a fact, one column a wave."""
    facts = [c for c in whole.columns if c.key in _OF_A_WAVE]
    mine = cut(whole.rows, whole.rows["nature"] == words.SOURCES["vague"])
    rows = pd.DataFrame({"fait": [c.header for c in facts]})
    waves = [{"cle": f"v{k}", "vague": wave} for k, wave in enumerate(mine["nom"])]
    for k, wave in enumerate(waves):
        rows[wave["cle"]] = [as_text(mine[c.key].iloc[k], c.format) or NOTHING for c in facts]
    region = survey.settings.get("portee") == "region"
    scope = words.REGION_WAVES if region else words.OWN_WAVES
    return table("methode_document", rows, repeated=waves, champ=scope)


_OF_A_WAVE: Final = frozenset({
    "n", "n_residences", "n_qpv", "n_hors", "contactes", "taux", "periode", "mode", "prestataire",
    "population", "quotas", "poids", "effet_plan_median",
})  # fmt: skip


def _files(dossier: Dossier) -> list[Row]:
    """Return the files and maps that were read, and what became of their rows.

    A file read for several bailleurs or waves has a row each; what it is stands on the first.
    """
    least = masking_n(dossier)
    # interviews of other bailleurs are not printed
    printed = [r for r in dossier.readings if r.role != setting_words.SURVEY or r.bailleur]
    read: dict[tuple[str, str], list[Row]] = {}
    for one in printed:
        read.setdefault((one.role, one.file), []).append({**setting_words.reading_row(one, least)})
    out: list[Row] = []
    for s in dossier.sources:
        is_map = bool(s.vintage or s.licence or s.reference)
        row: Row = {
            "nature": words.SOURCES["carte" if is_map else "fichier"],
            "role": words.ROLES.get(s.role, s.role), "nom": s.name, "lignes": s.rows,
            "taille": s.size_bytes / 1024 if s.size_bytes else None, "empreinte": s.sha256[:16],
            "debut": plain_date(s.vintage), "licence": s.licence, "reference": s.reference,
        }  # fmt: skip
        first, *others = read.pop((s.role, s.name), [{}])
        same = {k: row[k] for k in ("nature", "role", "nom")}
        out += [{**first, **row}, *({**other, **same} for other in others)]
    left = [row for rows in read.values() for row in rows]
    return [
        *out,
        *({**row, "nature": words.SOURCES["fichier"], "nom": row["fichier"]} for row in left),
    ]


def _conventions(dossier: Dossier) -> list[Row]:
    """Return the conventions given, with their dates."""
    signed = dossier.conventions
    return [
        {**r, "nature": words.SOURCES["convention"], "nom": r["id_convention"],
         "valeur": r["contrat_de_ville"], "codes": _codes(r["codes_qpv"])}
        for r in (() if signed is None else signed.to_dict("records"))
    ]  # fmt: skip


def _links(dossier: Dossier) -> list[Row]:
    """Return what became of each quarter from the map before to the ruling one."""
    if dossier.located.correspondence.empty:
        return []
    linked = worded(dossier.located.correspondence, lien=side_words.LINKS)
    return [
        {
            **r,
            "nature": words.SOURCES["correspondance"],
            "valeur": r["lien"],
            "nom": " → ".join(str(r[f"nom_{one}"] or NOTHING) for one in _maps(dossier)),
        }
        for r in linked.to_dict("records")
    ]


def _counted_by_insee(dossier: Dossier) -> list[Row]:
    """Return the dwellings placed in each quarter beside those that Insee counts there."""
    rows: list[Row] = [] if dossier.outside is None else dossier.outside.to_dict("records")
    return [
        {
            **{_BY_INSEE.get(name, name): value for name, value in r.items()},
            "nature": words.SOURCES["insee"],
            "debut": str(r["carte"]),
            "motif": " ; ".join(side_words.OUTSIDE[code] for code in r["motifs"]),
        }
        for r in rows
    ]


_BY_INSEE: Final = {
    "nom_qpv": "nom", "insee": "logements_insee", "ecart": "ecart_insee", "part": "part_insee",
    "a_verifier": "logements_a_verifier",
}  # fmt: skip
"""Columns of what Insee counts, and their names among the others."""


def _maps(dossier: Dossier) -> tuple[int, int]:
    return pair_of(dossier.located.vintage)


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


def _laws(dossier: Dossier, read: Sequence[LegalValue]) -> list[Row]:
    """Return the legal values that were read, then those the user replaced and nothing reads."""
    replaced = dossier.settings.reglages.loi
    used = {(v.cle, v.debut) for v in read}
    own = (
        [v for v in load_law(replaced).all_values() if v.origine == "utilisateur"]
        if replaced
        else []
    )
    unused = [v for v in own if (v.cle, v.debut) not in used]
    return [
        {"nature": words.SOURCES["loi"], "nom": v.libelle, "valeur": setting_words.legal_value(v.valeur),
         "debut": setting_words.legal_value(v.debut), "fin": setting_words.legal_value(v.fin),
         "reference": v.reference, "origine": setting_words.LEGAL_ORIGINS[v.origine],
         "etat": setting_words.legal_state(v), "emploi": words.USED[(v.cle, v.debut) in used],
         "annee": replaced[v.cle].annee if v.origine == "utilisateur" else None}
        for v in (*read, *unused)
    ]  # fmt: skip


def _settings(dossier: Dossier) -> list[Row]:
    """Return the settings, and how many legal values the user replaced."""
    values: dict[str, Any] = dossier.settings.reglages.model_dump(mode="json", exclude={"loi"})
    pairs = [
        (key, setting_words.setting_value(key, value))
        for key, value in values.items()
        if key != "geodonnees"  # a folder of the user's machine is never printed
    ]
    pairs.append(("loi", setting_words.overrides_words(dossier.settings.reglages.loi)))
    return [
        {"nature": words.SOURCES["reglage"], "nom": words.SETTINGS.get(key, key), "valeur": value}
        for key, value in pairs
    ]


def _themes(dossier: Dossier) -> list[Row]:
    """Return the user's own themes, the axis each stands for, and whether a text fixes it."""
    plan = dossier.programme
    read = [] if plan is None else [fold(text) for text in plan.actions["axe_lu"]]
    return [
        {"nature": words.SOURCES["theme"], "nom": name, "valeur": axis_words(theme.axe),
         "etat": words.USERS_OWN if theme.reference else words.PROPOSITION,
         "reference": theme.reference, "actions": read.count(fold(name))}
        for name, theme in dossier.settings.themes.items()
    ]  # fmt: skip


def _codes(value: object) -> str:
    return ", ".join(str(v) for v in value) if isinstance(value, list | tuple) else str(value or "")
