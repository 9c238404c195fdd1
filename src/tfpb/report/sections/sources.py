"""« Sources et hypothèses » and the legal recital: files, law, settings, checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from tfpb.law.values import load as load_law
from tfpb.model.report import Format, Section, Text
from tfpb.report.sections.build import column, table
from tfpb.text import fold
from tfpb.words.documents import report_words as words
from tfpb.words.documents.setting_words import legal_value, overrides_words, setting_value
from tfpb.words.money.accounts import axis_words
from tfpb.words.numbers import number, plain_date

if TYPE_CHECKING:
    from tfpb.model.assembly import Dossier
    from tfpb.model.money import LegalValue
    from tfpb.model.report import Block


def sources(dossier: Dossier) -> Section:
    """Make the sheet of sources and assumptions: files, law, settings, checks."""
    files = pd.DataFrame(
        [
            {"role": words.ROLES.get(s.role, s.role), "nom": s.name, "lignes": s.rows,
             "taille": s.size_bytes / 1024 if s.size_bytes else None, "empreinte": s.sha256[:16],
             "millesime": plain_date(s.vintage),
             "licence": s.licence, "reference": s.reference}
            for s in dossier.sources
        ],
        columns=["role", "nom", "lignes", "taille", "empreinte", "millesime", "licence", "reference"],
    )  # fmt: skip
    blocks: list[Block] = [
        table(
            "sources",
            "Fichiers d’entrée et géographies",
            (
                column("role", "Rôle", width=24),
                column("nom", "Fichier", width=28),
                column("lignes", "Lignes", Format.INTEGER, 10),
                column("taille", "Taille (Ko)", Format.NUMBER1, 10),
                column("empreinte", "Empreinte (sha256, début)", width=18),
                column("millesime", "Millésime", width=11),
                column("licence", "Licence", width=18),
                column("reference", "Référence", width=30),
            ),
            files,
            scope="tout ce qui a été lu ; run.json donne les empreintes entières",
            source="lecture des fichiers",
            notes=(words.EDIT_FILES,),
        )
    ]
    unverified = 0
    legal = _legal_values(dossier)
    if legal:
        unverified = sum(not v.verifie for v in legal)
        law = pd.DataFrame(
            [
                {"libelle": v.libelle, "valeur": legal_value(v.valeur), "debut": legal_value(v.debut),
                 "fin": legal_value(v.fin),
                 "reference": v.reference,
                 "origine": "utilisateur" if v.origine == "utilisateur" else "texte",
                 "etat": _state(v)}
                for v in legal
            ]
        )  # fmt: skip
        blocks.append(
            table(
                "hypotheses_legales",
                "Valeurs légales employées",
                (
                    column("libelle", "Valeur légale", width=34),
                    column("valeur", "Valeur", width=14),
                    column("debut", "Depuis", width=11),
                    column("fin", "Jusqu’à", width=11),
                    column("reference", "Référence", width=34),
                    column("origine", "Origine", width=12),
                    column("etat", "État", width=12),
                ),
                law,
                scope="« non vérifié » : de mémoire ou déduit, à confirmer avant usage",
                source="textes cités, ou réglage de l’utilisateur",
            )
        )
    blocks += [_overrides(dossier), _settings(dossier), *_themes(dossier)]
    if dossier.checks:
        blocks.append(_checks(dossier))
    lead = words.sources_lead(len(dossier.sources), unverified, dossier.run_hash)
    title = "Sources et hypothèses"
    return Section("sources", title, lead, tuple(blocks), sheet=title)


def _legal_values(dossier: Dossier) -> tuple[LegalValue, ...]:
    """Gather the values that the abatement, the programme and droit commun read, in the order of the law."""
    parts = (dossier.abatement, dossier.programme, dossier.droit_commun)
    read = {(v.cle, v.debut): v for part in parts if part is not None for v in part.values}  # noqa: PD011
    rank = {key: k for k, key in enumerate(load_law().series)}
    return tuple(read[k] for k in sorted(read, key=lambda k: (rank.get(k[0], 0), k[1])))


def _state(value: LegalValue) -> str:
    """Say how sure a value is; the user alone answers for theirs."""
    if value.origine == "utilisateur":
        return words.USERS_OWN
    return "vérifié" if value.verifie else words.NOT_CHECKED


def _overrides(dossier: Dossier) -> Block:
    """List every legal value the user replaced, used or not, or say that there is none."""
    replaced = dossier.settings.reglages.loi
    if not replaced:
        return Text((words.NO_OVERRIDE,))
    own_values = [v for v in load_law(replaced).all_values() if v.origine == "utilisateur"]
    used = {v.cle for v in _legal_values(dossier)}
    rows = pd.DataFrame(
        [
            {"libelle": own.libelle, "valeur": legal_value(own.valeur), "reference": own.reference,
             "emploi": "employée" if own.cle in used else "sans emploi dans ce calcul"}
            for own in own_values
        ]
    )  # fmt: skip
    return table(
        "valeurs_utilisateur",
        "Valeurs légales remplacées par l’utilisateur",
        (
            column("libelle", "Valeur légale", width=34),
            column("valeur", "Valeur de l’utilisateur", width=16),
            column("reference", "Référence de l’utilisateur", width=34),
            column("emploi", "Emploi", width=18),
        ),
        rows,
        scope="réglage loi de dossier.toml : la référence est celle de l’utilisateur",
        source="dossier.toml",
    )


def _settings(dossier: Dossier) -> Block:
    values: dict[str, Any] = dossier.settings.reglages.model_dump(mode="json", exclude={"loi"})
    replaced = overrides_words(dossier.settings.reglages.loi)
    rows = pd.DataFrame(
        [
            {"reglage": words.SETTINGS.get(key, key), "valeur": setting_value(key, value)}
            for key, value in values.items()
            if key
            != "geodonnees"  # a folder of the user's machine tells nothing and is never printed
        ]
        + [{"reglage": words.SETTINGS["loi"], "valeur": replaced}]
    )
    return table(
        "reglages",
        "Réglages",
        (column("reglage", "Réglage", width=40), column("valeur", "Valeur", width=40)),
        rows,
        scope="réglages de dossier.toml, ou valeurs par défaut",
        source="dossier.toml",
    )


def _themes(dossier: Dossier) -> list[Block]:
    """List the user's own themes, the axis each stands for, and whether a text fixes it."""
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
    return [
        table(
            "themes",
            "Thèmes de l’utilisateur, rattachés aux axes du cadre national",
            (
                column("theme", "Thème", width=34),
                column("axe", "Axe", width=40),
                column("etat", "État", width=18),
                column("reference", "Référence", width=34),
                column("actions", "Actions", Format.INTEGER, 9),
            ),
            rows,
            scope="table themes de dossier.toml ; sans référence, un rattachement est une proposition",
            source="dossier.toml",
        )
    ]


def _checks(dossier: Dossier) -> Block:
    rows = pd.DataFrame(
        [
            {"controle": words.CHECKS.get(c.name, c.name.replace("_", " ")),
             "lu": _counted(c.got), "attendu": _counted(c.expected),
             "resultat": "tenu" if c.passed else "non tenu"}
            for c in dossier.checks
        ]
    )  # fmt: skip
    return table(
        "controles",
        "Contrôles du calcul",
        (
            column("controle", "Contrôle", width=44),
            column("lu", "Compté", width=16),
            column("attendu", "Attendu", width=16),
            column("resultat", "Résultat", width=12),
        ),
        rows,
        source="calcul",
    )


def _counted(value: object) -> str:
    text = str(value)
    return number(int(text)) if text.isdecimal() else text


def rappel(dossier: Dossier) -> Section:
    """Make the legal recital (document only), with the dates of the conventions."""
    blocks: list[Block] = [Text(words.RECITAL)]
    signed = dossier.conventions
    if signed is None or signed.empty:
        blocks.append(Text(words.MISSING["conventions"]))
    else:
        rows = signed.assign(codes=[_codes(value) for value in signed["codes_qpv"]])
        blocks.append(
            table(
                "conventions",
                "Conventions et dates",
                (
                    column("id_convention", "Convention", width=12),
                    column("contrat_de_ville", "Contrat de ville", width=22),
                    column("codes", "QPV couverts", width=20),
                    column("date_signature_contrat", "Contrat signé le", Format.DATE, 12),
                    column("date_signature_convention", "Convention signée le", Format.DATE, 12),
                    column("date_declaration", "Déclaration déposée le", Format.DATE, 12),
                    column("date_fin", "Fin", Format.DATE, 12),
                    column("date_bilan", "Bilan attendu le", Format.DATE, 12),
                ),
                rows,
                scope="conventions fournies",
                source="fichier des conventions",
                media=frozenset({"document", "donnees"}),
            )
        )
    year = dossier.settings.dossier.annee
    lead = (
        f"Pour l’imposition {year}, l’abattement de 30 % tient à trois conditions : le quartier, la "
        "convention signée au 1er janvier, la fin de l’exonération de longue durée."
    )
    return Section("rappel", "Rappel légal", lead, tuple(blocks))


def _codes(value: object) -> str:
    return ", ".join(str(v) for v in value) if isinstance(value, list | tuple) else str(value or "")
