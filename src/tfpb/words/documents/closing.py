"""The last words of a run: what was found, what is doubtful, which file to open first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfpb.model.codes import ENSEMBLE, TOTAL, Ajustement, Groupe, Publication
from tfpb.model.survey import only
from tfpb.words.money.state_words import RESERVED, unknown_value
from tfpb.words.numbers import euros, number, percent, plural
from tfpb.words.survey.verdict_words import VERDICTS, plainly

if TYPE_CHECKING:
    from tfpb.model.assembly import Dossier


def closing(dossier: Dossier, folder: str, review: str = "") -> list[str]:
    """Sum a run up in plain French.

    Parameters
    ----------
    dossier : Dossier
    folder : str
        Name of the folder written.
    review : str
        Name of the workbook of what is left to decide, if there is one.

    Returns
    -------
    list of str
        Lines to print.
    """
    lines = [*_stock(dossier), *_money(dossier), *_survey(dossier)]
    lacking = [
        label
        for label, value in (
            ("l’enquête", dossier.survey),
            ("la fiscalité", dossier.abatement),
            ("le programme d’actions", dossier.programme),
            ("le droit commun", dossier.droit_commun),
            ("les conventions", dossier.conventions),
        )
        if value is None
    ]
    if lacking:
        lines.append(
            f"Il manque : {', '.join(lacking)}. Le dossier le dit à chaque page concernée."
        )
    if review:
        lines.append(_to_decide(review, dossier.settings.fichiers.decisions.replace("\\", "/")))
    lines.append(
        f"À ouvrir d’abord : {folder}/note.pdf (une page) ; puis {folder}/dossier.xlsx, feuilles "
        "« Synthèse » et « Doutes »."
    )
    return lines


def _stock(dossier: Dossier) -> list[str]:
    homes = dossier.located.residences
    entrances = dossier.located.entrances
    total = int(homes["nb_logements"].sum())
    inside = int(homes["logements_dans"].sum())
    doubtful = int(homes["logements_a_verifier"].sum())
    to_check = int((entrances["qpv_statut"] == "a_verifier").sum())
    unfound = int((entrances["result_verdict"] == "rejete").sum())
    share = percent(inside / total) if total else "part inconnue"
    lines = [
        (
            f"Patrimoine : {plural(len(homes), 'résidence')}, {plural(len(entrances), 'entrée')}, "
            f"{plural(total, 'logement')}, dont {number(inside)} en QPV ({share})."
        )
    ]
    if to_check:
        lost = plural(unfound, "adresse introuvable", "adresses introuvables")
        lines.append(
            f"À vérifier : {plural(to_check, 'entrée')}, {plural(doubtful, 'logement')}"
            + (f", dont {lost}" if unfound else "")
            + "."
        )
    return lines


def _money(dossier: Dossier) -> list[str]:
    lines = []
    if dossier.abatement is not None:
        money = dossier.abatement
        states, amount = money.states, money.totals["abattement_eur"]
        head = unknown_value(states) if amount is None else euros(amount)
        if head == RESERVED:  # the amount follows
            head = "non établi"
        beside = {
            "à réclamer": states.to_claim,
            "à risque": states.at_risk,
            "sous réserve": states.reserved,
        }
        told = [f"{name} : {euros(part)}" for name, part in beside.items() if part]
        line = " ; ".join([f"Abattement {money.year} : {head}", *told])
        lines.append(line + ".")
    if dossier.programme is not None:
        valued = dossier.programme.totals["valorise_eur"]
        count = int((dossier.programme.actions["annee"] == dossier.settings.dossier.annee).sum())
        lines.append(f"Programme : {plural(count, 'action')}, {euros(valued)} valorisés.")
    return lines


def _survey(dossier: Dossier) -> list[str]:
    if dossier.survey is None:
        return []
    table = dossier.survey.comparison
    last = dossier.survey.waves[-1].vague
    names = set(table["bailleur"])
    own = dossier.settings.dossier.bailleur
    gaps = only(
        table, vague=last, groupe=Groupe.ECART, niveau=TOTAL, ajustement=Ajustement.BRUT,
        bailleur=own if own in names else ENSEMBLE,
    )  # fmt: skip
    counts = gaps["verdict"].value_counts()
    margin = float(str(dossier.survey.settings.get("marge_points", 5.0)))
    said = [
        f"{plainly(code, Publication.PUBLIABLE, margin)} : {number(int(counts[code]))}"
        for code in VERDICTS
        if code in counts
    ]
    counted = " ; ".join(said)
    head = (
        f"Satisfaction {last}, QPV comparés aux autres quartiers, nombre de questions par verdict"
    )
    return [f"{head} – {counted}."]


def _to_decide(review: str, given: str) -> str:
    """Write what to do with the workbook of doubts; `given` is what dossier.toml names as decisions."""
    name = review.rpartition("/")[2]
    if given == review:
        return (
            f"Vos décisions restent dans {name} : s’il y a encore des lignes sans décision, remplissez-les "
            "et relancez."
        )
    put = f'ajoutez decisions = "{review}" sous [fichiers] du dossier.toml'
    if given:
        put = f'écrivez decisions = "{review}" au lieu de « {given} » dans dossier.toml'
    return f"Pour trancher ces doutes : remplissez {name} (une petite carte par ligne), {put}, et relancez."
