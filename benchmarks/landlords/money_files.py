"""Notices, conventions, the list that was sent, the programme and ordinary upkeep, as landlords keep them."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from .sheets import Sheet, Written, write

if TYPE_CHECKING:
    from pathlib import Path

    from .layout import Layout
    from .world import Action, Premises, World

TAX = {
    "avis": ("N° avis", "Avis", "Réf. avis", "Référence de l'avis"),
    "invariant": ("Invariant", "N° invariant", "Invariant fiscal"),
    "id_residence": (
        "Code résidence",
        "N° groupe",
        "Groupe immobilier",
        "Code programme",
        "Groupe",
    ),
    "id_batiment": ("Code entrée", "Entrée", "N° bâtiment"),
    "annee": ("Année", "Exercice", "Année d'imposition"),
    "nb_logements": ("Logements", "Nb logts", "Nombre de logements"),
    "type_local": ("Nature", "Nature du local", "Type de local"),
    "vlc_eur": ("VLC", "Valeur locative", "Valeur locative cadastrale"),
    "base_nette_eur": (
        "Base nette",
        "Base avant abattement",
        "Base d'imposition (avant abattement)",
    ),
    "fin_exoneration": ("Fin d'exonération", "Exonéré jusqu'au", "Fin exo"),
    "commune": ("Taux commune", "Commune (%)", "Tx communal"),
    "syndicats": ("Taux syndicats", "Syndicats (%)", "Tx syndicat"),
    "epci": ("Taux EPCI", "EPCI (%)", "Tx interco"),
    "tse": ("Taux TSE", "TSE (%)", "Tx TSE"),
    "gemapi": ("Taux GEMAPI", "GEMAPI (%)", "Tx GEMAPI"),
    "somme": ("Taux global", "Taux cumulé", "Total des taux (%)"),
    "cotisation_avis_eur": ("Cotisation", "Cotisation payée", "Montant TFPB", "Cotisation TF"),
    "teom_eur": ("TEOM", "Ordures ménagères", "Montant TEOM"),
}
RATE = {name: f"taux_{name}_pct" for name in ("commune", "syndicats", "epci", "tse", "gemapi")}


def _tax_line(world: World, how: Layout, one: Premises) -> dict[str, object]:
    inside = how.tax == "teom_dedans"
    line: dict[str, object] = {
        "avis": None if how.exempt_blank and one.exempt else one.notice,
        "invariant": one.invariant,
        "id_residence": one.residence,
        "id_batiment": one.entrance or None,
        "annee": world.year,
        "nb_logements": one.dwellings,
        "type_local": "Appartement" if one.kind == "logement" else "Garage",
        "vlc_eur": one.rental,
        "base_nette_eur": one.rental / 2 if one.rental % 4 else one.rental // 2,
        "fin_exoneration": f"31/12/{one.exempt_until}" if one.exempt_until else None,
        "cotisation_avis_eur": one.paid(world.rates) + (one.teom if inside else 0),
        "teom_eur": one.teom,
        "somme": round(sum(world.rates.values()), 2),
    }
    line["base_nette_eur"] = one.rental // 2
    return line | dict(world.rates)


def taxes(folder: Path, world: World, how: Layout) -> Written:
    """Write the tax sheet."""
    rng = random.Random(how.seed + 2)
    fields = ["avis", "invariant", "id_residence", "id_batiment", "annee", "nb_logements"]
    if how.tax == "residence":
        fields.remove("id_batiment")
    if not how.year_told:
        fields.remove("annee")
    if how.garages:
        fields.append("type_local")
    fields.append("base_nette_eur" if how.tax == "base" else "vlc_eur")
    fields.append("fin_exoneration")
    fields += ["somme"] if how.tax == "somme" else list(world.rates)
    fields.append("cotisation_avis_eur")
    if how.tax != "residence":
        fields.append("teom_eur")
    words = {name: rng.choice(TAX[name]) for name in fields}
    lines = [_tax_line(world, how, one) for one in world.premises]
    headers = [words[name] for name in fields]
    titles = [f"Taxe foncière {world.year} - {world.name}", "Données fictives"]
    if how.tax == "avis_par_feuille":
        notices = list(dict.fromkeys(one.notice for one in world.premises))
        sheets = [
            Sheet(
                f"Avis {rank + 1}",
                headers,
                [
                    [line[name] for name in fields]
                    for line, one in zip(lines, world.premises, strict=True)
                    if one.notice == notice
                ],
                titles,
            )
            for rank, notice in enumerate(notices)
        ]
    else:
        rows = [[line[name] for name in fields] for line in lines]
        if how.total_row:
            total: list[object] = [None] * len(fields)
            total[0] = "Total"
            for name in ("nb_logements", "cotisation_avis_eur", "teom_eur"):
                if name in fields:
                    total[fields.index(name)] = sum(int(str(line[name])) for line in lines)
            rows.append(total)
        sheets = [Sheet("TF", headers, rows, titles if rng.random() < 0.6 else [])]
    path = folder / f"{rng.choice(('TFPB', 'taxe fonciere', 'Avis TF'))} {world.year}.xlsx"
    write(path, sheets)
    known = {RATE.get(name, name): header for name, header in words.items() if name != "somme"}
    return Written("fiscalite", path.name, known)


def plain_taxes(folder: Path, world: World, how: Layout) -> Written:
    """Write the tax sheet with the tool's own headers."""
    names = [
        "avis",
        "invariant",
        "id_residence",
        "id_batiment",
        "annee",
        "nb_logements",
        "type_local",
        "vlc_eur",
        "fin_exoneration",
    ]
    names += [*world.rates, "cotisation_avis_eur", "teom_eur"]
    rows = []
    for one in world.premises:
        line = _tax_line(world, how, one) | {
            "avis": one.notice,
            "cotisation_avis_eur": one.paid(world.rates),
        }
        rows.append([line[name] for name in names])
    headers = [RATE.get(name, name) for name in names]
    path = folder / "fiscalite_refaite.xlsx"
    write(path, [Sheet("Fiscalité", headers, rows)])
    return Written("fiscalite", path.name, {name: name for name in headers})


def _dates(world: World) -> dict[str, str]:
    if world.year == 2024:
        return {
            "contrat": "12/07/2015",
            "signee": "15/11/2022",
            "declaree": "20/12/2022",
            "fin": "31/12/2024",
        }
    return {
        "contrat": "28/03/2024",
        "signee": "12/12/2024",
        "declaree": "20/12/2024",
        "fin": "31/12/2030",
    }


def conventions(folder: Path, world: World, how: Layout) -> Written:
    """Write the conventions, one row for all quarters or one a quarter, by code or by name."""
    rng = random.Random(how.seed + 3)
    dates = _dates(world)
    words = {
        "id_convention": rng.choice(("Convention", "N° convention", "Réf. convention")),
        "contrat_de_ville": "Contrat de ville",
        "codes_qpv": rng.choice(("Quartiers", "Code QPV", "Quartier prioritaire")),
        "date_signature_contrat": "Signature contrat",
        "date_signature_convention": rng.choice(("Signature convention", "Signée le")),
        "date_declaration": rng.choice(("Date de déclaration", "Déclaration aux impôts")),
        "date_fin": rng.choice(("Fin", "Date fin convention", "Échéance")),
    }
    called = world.names if how.conventions == "noms" else {code: code for code in world.names}
    groups = (
        [[code] for code in world.covered] if how.conventions != "codes" else [list(world.covered)]
    )
    rows: list[list[object]] = [
        [
            f"C{rank + 1}",
            "Contrat de ville (fictif)",
            ", ".join(called[code] for code in group),
            dates["contrat"],
            dates["signee"],
            dates["declaree"],
            dates["fin"],
        ]
        for rank, group in enumerate(groups)
    ]
    path = folder / f"conventions{rng.choice(('.xlsx', '.csv'))}"
    write(path, [Sheet("Conventions", list(words.values()), rows)])
    return Written("conventions", path.name, words)


def plain_conventions(folder: Path, world: World) -> Written:
    """Write the conventions with the tool's own headers."""
    dates = _dates(world)
    names = ["id_convention", "contrat_de_ville", "codes_qpv", "date_signature_contrat"]
    names += ["date_signature_convention", "date_declaration", "date_fin"]
    row: list[object] = ["C1", "Contrat de ville (fictif)", ", ".join(world.covered)]
    row += [dates["contrat"], dates["signee"], dates["declaree"], dates["fin"]]
    path = folder / "conventions_refaites.xlsx"
    write(path, [Sheet("Conventions", names, [row])])
    return Written("conventions", path.name, {name: name for name in names})


def declaration(folder: Path, world: World, how: Layout) -> Written:
    """Write the list that was sent to the tax office."""
    rng = random.Random(how.seed + 4)
    words = {
        "invariant": rng.choice(("Invariant", "N° invariant", "Numéro fiscal du local")),
        "declare_le": rng.choice(("Déclaré le", "Date d'envoi")),
    }
    whole = words["invariant"].startswith(
        "Numéro fiscal"
    )  # the department comes before the invariant
    prefix = world.residences[0].entrances[0].insee[:2] if whole else ""
    rows: list[list[object]] = [
        [prefix + one.invariant, _dates(world)["declaree"]]
        for one in world.premises
        if one.kind == "logement" and one.share > 0 and one.covered and one.declared
    ]
    path = folder / "liste envoyee SIP.xlsx"
    write(
        path, [Sheet("Liste", list(words.values()), rows, ["Liste des locaux déclarés (fictif)"])]
    )
    return Written("declaration", path.name, words)


def plain_declaration(folder: Path, world: World, how: Layout) -> Written:
    """Write the list with the tool's own headers."""
    declaration(folder, world, how)
    rows: list[list[object]] = [
        [one.invariant, _dates(world)["declaree"]]
        for one in world.premises
        if one.kind == "logement" and one.share > 0 and one.covered and one.declared
    ]
    path = folder / "declaration_refaite.xlsx"
    write(path, [Sheet("Déclaration", ["invariant", "declare_le"], rows)])
    return Written("declaration", path.name, {"invariant": "invariant", "declare_le": "declare_le"})


ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII")
AXES = (
    "",
    "Renforcement de la présence du personnel de proximité",
    "Formation/soutien des personnels de proximité",
    "Sur-entretien",
    "Gestion des déchets et encombrants / épaves",
    "Tranquillité résidentielle",
    "Concertation / sensibilisation des locataires",
    "Animation, lien social, vivre ensemble",
    "Petits travaux d'amélioration de la qualité de service",
)
SHORT_AXES = (
    "",
    "Présence de proximité",
    "Formation",
    "Sur-entretien",
    "Déchets / encombrants",
    "Tranquillité",
    "Concertation",
    "Vivre ensemble",
    "Petits travaux",
)
THEMES = (
    "",
    "Humain",
    "Compétences",
    "Propreté",
    "Objets abandonnés",
    "Sécurité",
    "Parole des habitants",
    "Convivialité",
    "Cadre bâti",
)
ACTION = {
    "id_action": ("N°", "N° action", "Réf."),
    "axe": ("Axe", "Axe de la convention", "Thématique"),
    "code_qpv": ("Quartier", "QPV", "Quartiers concernés"),
    "action": ("Action", "Intitulé", "Libellé de l'action", "Nature de l'intervention"),
    "prevu_eur": ("Prévu", "Budget prévu", "Prévisionnel"),
    "realise_eur": ("Réalisé", "Dépensé", "Coût réel"),
    "valorise_eur": ("Valorisé", "Valorisé TFPB", "Retenu au titre de l'abattement"),
    "piece": ("Justificatif", "Facture", "Pièce"),
    "date_piece": ("Date facture", "Date justificatif", "Date pièce"),
}


def has_valued(how: Layout) -> bool:
    """Whether the programme has a column of valued amounts."""
    return how.programme not in {"prevu_realise", "sections"}


def _axis(how: Layout, axis: int) -> str:
    if how.programme == "romains":
        return ROMAN[axis]
    if how.programme == "mots":
        return SHORT_AXES[axis]
    if how.programme == "themes":
        return THEMES[axis]
    if how.programme in {"trois", "sections"}:
        return AXES[axis]
    return f"Axe {axis}"


def _quarter(world: World, one: Action, *, named: bool) -> str:
    held = list(world.quarters())
    if len(one.quarters) == 1:
        return world.names[one.quarters[0]] if named else one.quarters[0]
    return "Les deux" if len(held) == 2 else "Tous quartiers"


def programme(folder: Path, world: World, how: Layout) -> Written:  # noqa: C901 - a branch a layout
    """Write the programme of the year."""
    rng = random.Random(how.seed + 5)
    fields = [name for name in ACTION if how.numbered or name != "id_action"]
    if not has_valued(how):
        fields.remove("valorise_eur")
    if not how.dated_pieces:
        fields = [name for name in fields if name not in {"piece", "date_piece"}]
    if how.programme == "sections":
        fields.remove("code_qpv")
    words = {name: rng.choice(ACTION[name]) for name in fields}
    if rng.random() < 0.35:
        for name in ("prevu_eur", "realise_eur"):
            words[name] = f"{words[name]} {world.year}"
    named = rng.random() < 0.5
    unit = 1000 if how.programme == "milliers" else 1

    def line(one: Action) -> list[object]:
        cells: dict[str, object] = {
            "id_action": one.number,
            "axe": _axis(how, one.axis),
            "code_qpv": _quarter(world, one, named=named),
            "action": one.title,
            "prevu_eur": one.planned / unit if unit > 1 else one.planned,
            "realise_eur": one.spent / unit if unit > 1 else one.spent,
            "valorise_eur": one.valued / unit if unit > 1 else one.valued,
            "piece": one.piece,
            "date_piece": one.dated,
        }
        return [cells[name] for name in fields]

    rows: list[list[object]] = []
    if how.programme == "sections":
        groups: dict[str, list[Action]] = {}
        for one in world.actions:
            groups.setdefault(_quarter(world, one, named=named), []).append(one)
        for quarter, own in groups.items():
            rows.append([quarter] + [None] * (len(fields) - 1))
            rows += [line(one) for one in own]
    else:
        rows = [line(one) for one in world.actions]
    if how.total_row:
        total: list[object] = [None] * len(fields)
        total[fields.index("action")] = "TOTAL"
        for name in ("prevu_eur", "realise_eur", "valorise_eur"):
            if name in fields:
                total[fields.index(name)] = sum(row[fields.index(name)] or 0 for row in rows)  # type: ignore[misc]
        rows.append(total)
    title = f"Programme d'actions {world.year} - bilan" + (" (montants en k€)" if unit > 1 else "")
    path = (
        folder
        / f"{rng.choice(('programme', 'Actions TFPB', 'bilan abattement'))} {world.year}.xlsx"
    )
    titled = unit > 1 or rng.random() < 0.6
    write(path, [Sheet("Bilan", [words[name] for name in fields], rows, [title] if titled else [])])
    return Written("programme", path.name, words)


def plain_programme(folder: Path, world: World) -> Written:
    """Write the programme with the tool's own headers; actions of several quarters say so."""
    names = list(ACTION)
    rows: list[list[object]] = []
    for one in world.actions:
        cells: dict[str, object] = {
            "id_action": one.number,
            "axe": one.axis,
            "code_qpv": one.quarters[0] if len(one.quarters) == 1 else "Tous quartiers",
            "action": one.title,
            "prevu_eur": one.planned,
            "realise_eur": one.spent,
            "valorise_eur": one.valued,
            "piece": one.piece,
            "date_piece": one.dated,
        }
        rows.append([cells[name] for name in names])
    path = folder / "programme_refait.xlsx"
    write(path, [Sheet("Programme", names, rows)])
    return Written("programme", path.name, {name: name for name in names})


def ordinary(folder: Path, world: World, how: Layout) -> Written | None:
    """Write ordinary upkeep by residence or as two totals."""
    rng = random.Random(how.seed + 6)
    if how.ordinary == "rien":
        return None
    path = folder / "droit commun.xlsx"
    if how.ordinary == "totaux":
        words = {
            "perimetre": "Périmètre",
            "indicateur": "Indicateur",
            "cout_eur": "Coût annuel",
            "logements": "Nombre de logements",
            "annee": "Année",
        }
        inside = sum(world.quarters().values())
        total = sum(one.dwellings for one in world.residences)
        rows: list[list[object]] = [
            ["QPV", "Nettoyage des parties communes", 140 * inside, inside, world.year],
            [
                "hors QPV",
                "Nettoyage des parties communes",
                110 * (total - inside),
                total - inside,
                world.year,
            ],
        ]
    else:
        words = {
            "id_residence": "Code résidence",
            "indicateur": "Indicateur",
            "cout_eur": "Coût annuel",
            "annee": "Année",
        }
        rows = [
            [
                one.code,
                "Nettoyage des parties communes",
                round(one.dwellings * rng.uniform(90, 160)),
                world.year,
            ]
            for one in world.residences
        ]
    write(path, [Sheet("Droit commun", list(words.values()), rows)])
    return Written("droit_commun", path.name, words)
