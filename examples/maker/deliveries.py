"""The two deliveries as a survey firm sends them, and the plan that reads both."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from maker.files import Sheet, csv_bytes, xlsx_bytes
from maker.questions import ANSWERS, KINDS, MARK, PERIODS, QUESTIONS, old_header
from maker.stock import BAILLEUR

if TYPE_CHECKING:
    from random import Random

    from maker.answers import Interview

REMARKS: Final = (
    "Le hall est propre depuis le changement d'équipe.", "On attend toujours la réparation de la porte.",
    "Le gardien est à l'écoute.", "Trop d'encombrants au pied de l'immeuble.", "Rien à signaler.",
    "Il faudrait plus d'éclairage le soir.",
)  # fmt: skip
NEW_HEADER: Final = (
    "id_enquete", "vague", "bailleur", "residence_id", "poids", "qpv", "type_habitat",
    "periode_construction", "date_entretien", "telephone",
    *(q.name for q in QUESTIONS), MARK[0], "q22_verbatim",
)  # fmt: skip


def delivery_2019(interviews: list[Interview]) -> bytes:
    """Write 2019: a cp1252 CSV, questions and answers in full words."""
    header = [
        "N° enquête", "Vague", "Organisme", "Code résidence", "Pondération", "Quartier prioritaire",
        "Type d'habitat", "Période de construction", "Date de l'entretien",
        *(old_header(i, q.label) for i, q in enumerate(QUESTIONS, start=1)),
        old_header(len(QUESTIONS) + 1, MARK[1]),
    ]  # fmt: skip
    rows = []
    for one in interviews:
        answers = [
            "" if (code := one.answers[q.name]) is None else ANSWERS[code] for q in QUESTIONS
        ]
        rows.append(
            [
                one.id,
                "2019",
                BAILLEUR,
                one.residence.id,
                one.weight,
                "oui" if one.in_qpv else "non",
                KINDS[one.kind],
                PERIODS[one.period],
                one.day.strftime("%d/%m/%Y"),
                *answers,
                ANSWERS[9] if one.mark == 99 else str(one.mark),
            ]
        )
    return csv_bytes(header, rows, "cp1252")


def delivery_2023(interviews: list[Interview], rng: Random) -> bytes:
    """Write 2023: a workbook with « Base » in codes and « Dictionnaire », and what should not be there."""
    rows: list[list[Any]] = []
    for one in interviews:
        phone = f"03 53 01 {rng.randrange(100):02d} {rng.randrange(100):02d}"
        remark = rng.choice(REMARKS) if rng.random() < 0.08 else ""
        rows.append(
            [
                one.id,
                2023,
                BAILLEUR,
                one.residence.id,
                one.weight,
                int(one.in_qpv),
                one.kind,
                one.period,
                one.day,
                phone,
                *(one.answers[q.name] for q in QUESTIONS),
                one.mark,
                remark,
            ]
        )
    base = Sheet("Base", (), NEW_HEADER, rows)
    dictionary = Sheet(
        "Dictionnaire",
        (
            "Enquête de satisfaction 2023 - dictionnaire des variables",
            "DONNÉES FICTIVES - réponses simulées",
        ),
        ("Variable", "Libellé", "Code", "Modalité"),
        _dictionary(),
    )
    return xlsx_bytes([base, dictionary], "Enquête de satisfaction 2023 (données fictives)")


def delivery_codes(interviews: list[Interview], bailleur: str) -> bytes:
    """Write waves in one « ; » CSV in codes, without telephone nor remark."""
    header = [c for c in NEW_HEADER if c not in {"telephone", "q22_verbatim"}]
    rows = [
        [
            one.id, 2000 + int(one.id[:2]), bailleur, one.residence.id, one.weight, int(one.in_qpv),
            one.kind, one.period, one.day, *(one.answers[q.name] for q in QUESTIONS), one.mark,
        ]
        for one in interviews
    ]  # fmt: skip
    return csv_bytes(header, rows, "utf-8-sig")


def _dictionary() -> list[list[Any]]:
    rows: list[list[Any]] = [
        ["id_enquete", "Identifiant du questionnaire", None, None],
        ["vague", "Année de l'enquête", None, None],
        ["bailleur", "Organisme", None, None],
        ["residence_id", "Code de la résidence", None, None],
        ["poids", "Coefficient de redressement", None, None],
        ["qpv", "Résidence en quartier prioritaire", 0, "Non"],
        ["qpv", "Résidence en quartier prioritaire", 1, "Oui"],
    ]
    rows += [["type_habitat", "Type d'habitat", code, word] for code, word in KINDS.items()]
    rows += [["periode_construction", "Période de construction", c, w] for c, w in PERIODS.items()]
    rows += [
        ["date_entretien", "Date de l'entretien", None, None],
        ["telephone", "Téléphone du ménage", None, None],
    ]
    rows += [[q.name, q.label, code, word] for q in QUESTIONS for code, word in ANSWERS.items()]
    rows += [[MARK[0], MARK[1], None, "Note de 0 à 10"], [MARK[0], MARK[1], 99, "Ne sait pas"]]
    rows.append(["q22_verbatim", "Remarques libres", None, None])
    return rows


def plan() -> bytes:
    """Write the plan that reads both deliveries."""
    lines = [PLAN_HEAD]
    for i, q in enumerate(QUESTIONS, start=1):
        lines += [
            "[[items]]",
            f"colonnes = {_list([q.name, old_header(i, q.label)])}",
            f"libelle = {_text(q.label)}",
            f'theme = "{q.theme}"',
            f'nature = "{q.nature}"',
            'echelle = "satisfaction4"',
        ]
        if q.axes:
            lines.append(f"axes = [{', '.join(str(a) for a in q.axes)}]")
        if q.flats_only:
            lines.append('filtre = { colonne = "type_habitat", valeurs = ["collectif"] }')
        if q.headline:
            lines.append("tete_de_theme = true")
        lines.append("")
    lines += [
        "[[items]]",
        f"colonnes = {_list([MARK[0], old_header(len(QUESTIONS) + 1, MARK[1])])}",
        f"libelle = {_text(MARK[1])}",
        'theme = "global"',
        'nature = "autre"',
        'echelle = "note10"',
        "tete_de_theme = true",
        "",
    ]
    return "\n".join(lines).encode()


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _list(values: list[str]) -> str:
    return "[" + ", ".join(_text(v) for v in values) + "]"


PLAN_HEAD: Final = """\
# Plan de lecture de l'enquête - DONNÉES FICTIVES (réponses simulées)
# Une livraison de 2019 (CSV, questions et réponses en toutes lettres) et une de 2023 (Excel, codes).

[colonnes]
repondant = ["id_enquete", "N° enquête"]
vague = ["vague", "Vague"]
bailleur = ["bailleur", "Organisme"]
residence = ["residence_id", "Code résidence"]
poids = ["poids", "Pondération"]
qpv = ["qpv", "Quartier prioritaire"]
strates = ["bailleur", "qpv"]
ajustement = ["type_habitat", "periode_construction"]

[reglages]
carte = 2024                       # une seule carte pour les deux vagues
marge_points = 5.0                 # fixée avant tout résultat
marge_adoptee_par = "comité de pilotage du contrat de ville"
marge_adoptee_le = 2019-09-16
masquage_n = 11

[enquete]
prestataire = "Institut fictif d'études (données simulées)"
mode = "téléphone"
population = "locataires en titre présents depuis six mois au moins"
quotas = "type d'habitat et période de construction, par organisme"

[enquete."2019"]
dates = "du 4 novembre 2019 au 17 janvier 2020"

[enquete."2023"]
dates = "du 6 mars au 19 mai 2023"
contactes = 6800                   # ménages appelés au moins une fois : donne le taux de réponse

[variables.type_habitat]
colonnes = ["type_habitat", "Type d'habitat"]
libelle = "Type d'habitat"
categories = { collectif = [1, "Collectif"], individuel = [2, "Individuel"] }

[variables.periode_construction]
colonnes = ["periode_construction", "Période de construction"]
libelle = "Période de construction"
[variables.periode_construction.categories]
"avant 1970" = [1, "Avant 1970"]
"1970-1979" = [2, "1970-1979"]
"1980-1999" = [3, "1980-1999"]
"2000 et après" = [4, "2000 et après"]

[echelles.satisfaction4]
satisfait = [1, 2, "Très satisfait", "Plutôt satisfait"]
insatisfait = [3, 4, "Plutôt pas satisfait", "Pas du tout satisfait"]
non_concerne = [8, "Non concerné"]
nsp = [9, "Ne sait pas"]

[echelles.note10]
type = "note"
satisfait_des = 7
nsp = [99, "Ne sait pas"]
"""
