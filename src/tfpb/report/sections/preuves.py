"""« Doutes », « Méthode », « Sources et hypothèses » and the legal recital."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from tfpb.model.codes import QpvStatut
from tfpb.model.report import Format, Section, Text
from tfpb.report.sections.build import column, cut, table
from tfpb.report.sections.facts import stock_facts
from tfpb.report.sections.patrimoine import doubt_table
from tfpb.words import report as words
from tfpb.words.faults import say
from tfpb.words.numbers import number, plural
from tfpb.words.verdicts import margin_words

if TYPE_CHECKING:
    from tfpb.errors import Fault
    from tfpb.model.dossier import Dossier
    from tfpb.model.report import Block


def notices(dossier: Dossier) -> tuple[Fault, ...]:
    """Gather the notices of the run and of every stage, each once, in order."""
    parts = (
        dossier.notices,
        dossier.located.notices,
        dossier.survey.notices if dossier.survey is not None else (),
        dossier.abatement.notices if dossier.abatement is not None else (),
        dossier.programme.notices if dossier.programme is not None else (),
        dossier.droit_commun.notices if dossier.droit_commun is not None else (),
    )
    seen: dict[str, Fault] = {}
    for fault in (f for part in parts for f in part):
        key = f"{fault.code}|{fault.place}|{fault.got}|{sorted(map(str, fault.fields.items()))}"
        seen.setdefault(key, fault)
    return tuple(seen.values())


def doutes(dossier: Dossier) -> Section:
    """Make the section of doubts: what was read and is not sure, what to do about it."""
    found = notices(dossier)
    doors = dossier.located.entrances
    near = cut(doors, doors["qpv_statut"] == QpvStatut.A_VERIFIER)
    rows = pd.DataFrame(
        [
            {"titre": s.title, "ou": s.where, "lu": s.got, "attendu": s.expected, "faire": s.hint}
            for s in map(say, found)
        ],
        columns=["titre", "ou", "lu", "attendu", "faire"],
    )
    blocks: list[Block] = []
    if len(rows):
        blocks.append(
            table(
                "doutes",
                "Points signalés à la lecture",
                (
                    column("titre", "Constat", width=38),
                    column("ou", "Où", width=30),
                    column("lu", "Lu", width=18),
                    column("attendu", "Attendu", width=24),
                    column("faire", "Que faire", width=36),
                ),
                rows,
                scope="doutes conservés : ils n’arrêtent pas le calcul",
                source="fichiers d’entrée",
            )
        )
    if len(near):
        blocks.append(doubt_table(near, media=frozenset({"classeur", "donnees"})))
        blocks.append(
            Text(
                (
                    ("Pour trancher une adresse, remplissez la feuille « Limites » du fichier de "
                    "vérification, indiquez-le sous decisions dans dossier.toml, puis relancez."),
                )
            )
        )
    lead = words.doubts_lead(len(found), stock_facts(dossier.located).doubtful_entrances)
    return Section("doutes", "Doutes", lead, tuple(blocks), sheet="Doutes")


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
    lead = (
        f"{plural(interviews, 'ménage interrogé', 'ménages interrogés')} en "
        f"{plural(len(survey.waves), 'vague')} ; marge d’équivalence de {margin_words(margin)}, "
        "fixée avant tout résultat."
    )
    adopted = [
        f"Marge d’équivalence : {margin_words(margin)}"
        + (f", adoptée par {by}" if (by := settings.get("marge_adoptee_par")) else "")
        + (f" le {when}" if (when := settings.get("marge_adoptee_le")) else "")
        + ".",
        f"Une case de moins de {number(mask)} ménages interrogés est masquée.",
    ]
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
        scope="livraisons de l’enquête, après application d’une seule carte",
        source="enquête et plan d’enquête",
    )
    blocks: tuple[Block, ...] = (main, Text(tuple(adopted), bullets=True), Text(words.METHOD))
    return Section("methode", "Méthode", lead, blocks, sheet="Méthode")


_WAVE = [
    "vague", "n", "n_residences", "n_qpv", "n_hors", "periode", "mode", "prestataire", "population",
    "quotas", "poids", "poids_min", "poids_max", "effet_plan_median",
]  # fmt: skip


def _number(value: object, default: float) -> float:
    return float(value) if isinstance(value, int | float) else default


def sources(dossier: Dossier) -> Section:
    """Make the sheet of sources and assumptions: files, law, settings, checks."""
    files = pd.DataFrame(
        [
            {"role": words.ROLES.get(s.role, s.role), "nom": s.name, "lignes": s.rows,
             "taille": s.size_bytes / 1024, "empreinte": s.sha256[:16], "millesime": s.vintage,
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
            notes=(words.EDIT_INPUTS,),
        )
    ]
    money = dossier.abatement
    unverified = 0
    if money is not None and money.values:
        unverified = sum(not v.verifie for v in money.values)
        law = pd.DataFrame(
            [
                {"libelle": v.libelle, "valeur": v.valeur, "debut": v.debut, "fin": v.fin,
                 "reference": v.reference,
                 "origine": "utilisateur" if v.origine == "utilisateur" else "texte",
                 "etat": "vérifié" if v.verifie else words.NOT_CHECKED}
                for v in money.values
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
    blocks.append(_settings(dossier))
    if dossier.checks:
        blocks.append(_checks(dossier))
    lead = (
        f"{plural(len(dossier.sources), 'fichier lu', 'fichiers lus')} ; "
        + (
            f"{plural(unverified, 'valeur légale reste non vérifiée', 'valeurs légales restent non vérifiées')}"
            if unverified
            else "aucune valeur légale non vérifiée"
        )
        + f" ; calcul {dossier.run_hash}."
    )
    title = "Sources et hypothèses"
    return Section("sources", title, lead, tuple(blocks), sheet=title)


def _settings(dossier: Dossier) -> Block:
    values: dict[str, Any] = dossier.settings.reglages.model_dump(mode="json")
    rows = pd.DataFrame(
        [
            {"reglage": words.SETTINGS.get(key, key), "valeur": _plain(value)}
            for key, value in values.items()
            if key
            != "geodonnees"  # a folder of the user's machine tells nothing and is never printed
        ]
    )
    return table(
        "reglages",
        "Réglages",
        (column("reglage", "Réglage", width=40), column("valeur", "Valeur", width=40)),
        rows,
        scope="réglages de dossier.toml, ou valeurs par défaut",
        source="dossier.toml",
    )


def _plain(value: Any) -> str:
    if value is None or value in ({}, [], ""):
        return "aucun"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, dict):
        return " ; ".join(f"{k} = {_plain(v)}" for k, v in sorted(value.items()))
    if isinstance(value, list):
        return ", ".join(str(v) for v in value)
    return (
        number(value, 0 if float(value).is_integer() else 2)
        if isinstance(value, int | float)
        else str(value)
    )


def _checks(dossier: Dossier) -> Block:
    rows = pd.DataFrame(
        [
            {"controle": words.CHECKS.get(c.name, c.name.replace("_", " ")), "lu": c.got,
             "attendu": c.expected, "resultat": "tenu" if c.passed else "non tenu"}
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
