"""« Comparaison »: satisfaction in QPV beside the other quarters, raw and like with like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from tfpb.model.codes import ENSEMBLE, TOTAL, Groupe, Publication, Theme, Verdict
from tfpb.model.report import Chart, ChartKind, Format, Section, Text
from tfpb.model.results import COMPARISON_COLUMNS, LEVEL_COLUMNS
from tfpb.report.sections.build import (
    DATA,
    DOCUMENT,
    WORKBOOK,
    column,
    cut,
    lacking,
    number_of,
    over_pages,
    said,
    table,
)
from tfpb.report.sections.counts import quarter_names
from tfpb.report.sections.survey import survey_view as view
from tfpb.report.sections.survey.ou_regarder import first_looks
from tfpb.words.documents.report_words import unreadable_quarters
from tfpb.words.places.map_words import interviews
from tfpb.words.survey import satisfaction, verdict_words

if TYPE_CHECKING:
    from tfpb.model.assembly import Dossier
    from tfpb.model.report import Block, Table
    from tfpb.model.survey import Published

_LOWER = frozenset({Verdict.INFERIEUR, Verdict.ECART_DEFAVORABLE})
_LEVEL = frozenset({Verdict.EQUIVALENT, Verdict.EQUIVALENT_INFERIEUR})
_SOURCE = "enquête de satisfaction, vague {}"


def comparaison(dossier: Dossier) -> Section:
    """Make the section of the comparison."""
    survey = dossier.survey
    if survey is None:
        return lacking("comparaison", subject="enquete", title="Comparaison", sheet="Comparaison")
    wave = view.last_wave(survey)
    name = survey.name_of(dossier.settings.dossier.bailleur)
    rows = view.gaps(survey, name, wave)
    whole = view.totals(rows)
    shown = view.shown(whole)
    margin = number_of(whole["marge_points"].iloc[0]) if len(whole) else float("nan")
    counts: dict[str, int] = {}
    for word in whole["mot"]:
        counts[word] = counts.get(word, 0) + 1
    lead = f"Vague {wave} : {satisfaction.count_sentence(counts, len(whole))}"
    blocks: list[Block] = [_workbook_table(rows, dossier, wave)]
    blocks.append(Text(_headline_sentences(whole), bullets=True, media=DOCUMENT))
    blocks += _charts(shown, wave, margin)
    blocks += _document_tables(shown, wave)
    blocks += _territories(
        rows, dossier, wave, "du bailleur" if name != ENSEMBLE else "de tous les bailleurs"
    )
    blocks += first_looks(survey, name, wave, quarter_names(dossier.located))
    if len(whole):
        read = pd.concat([whole, view.shown(view.quarters(rows))])
        blocks.append(Text(_verdict_key(read, margin), bullets=True))
        unclear = _unclear(shown, margin)
        if unclear:
            blocks.append(Text(unclear, bullets=True))
    blocks += _levels(survey, name, wave)
    blocks += _benchmark(survey, wave)
    blocks.append(_long(survey, name))
    return Section("comparaison", "Comparaison", lead, tuple(blocks), sheet="Comparaison")


def _workbook_table(rows: pd.DataFrame, dossier: Dossier, wave: str) -> Table:
    names = quarter_names(dossier.located)
    placed = rows.assign(
        territoire_mot=[
            view.place_label(level, str(place), names)
            for level, place in zip(rows["niveau"], rows["territoire"], strict=True)
        ],
        publication_court=[str(p).split(" :", maxsplit=1)[0] for p in rows["publication_mot"]],
    )
    columns = (
        column("territoire_mot", "Territoire", width=19),
        column("theme_mot", "Thème", width=14),
        column("libelle", "Question", width=28),
        column("n_qpv", "n QPV", Format.INTEGER, 7),
        column("n_hors", "n hors QPV", Format.INTEGER, 7),
        column("qpv", "Satisfaits QPV (%)", Format.PERCENT, 9),
        column("hors", "Satisfaits hors QPV (%)", Format.PERCENT, 9),
        column("ecart", "Écart brut (points)", Format.POINTS, 8),
        column("ic95_bas", "Brut, bas à 95 %", Format.POINTS, 8),
        column("ic95_haut", "Brut, haut à 95 %", Format.POINTS, 8),
        column("verdict_mot", "Verdict", width=23),
        column("marge_demontree_points", "Marge démontrable (points)", Format.NUMBER1, 11),
        column("standardise", "À structure comparable (points)", Format.POINTS, 11),
        column("standardise_bas", "Comparable, bas à 95 %", Format.POINTS, 11),
        column("standardise_haut", "Comparable, haut à 95 %", Format.POINTS, 11),
        column("regression", "Par régression (points)", Format.POINTS, 10),
        column("publication_court", "Publication", width=12),
    )
    return table(
        "comparaison",
        f"Satisfaction en QPV et hors QPV, vague {wave}",
        columns,
        placed,
        unit="% de ménages satisfaits, écarts en points (QPV − hors QPV)",
        scope="ménages interrogés, réponses valides",
        source=_SOURCE.format(wave),
        notes=(
            (
                "Une cellule vide n’est pas publiable : fragile, peu de réponses, à lire avec prudence ; "
                "non publiable, trop peu de réponses ; masqué, secret des réponses."
            ),
            (
                "Marge démontrable : la plus petite marge à laquelle ces réponses montreraient que les QPV "
                "ne sont pas en dessous."
            ),
        ),
        media=WORKBOOK,
    )


def _document_tables(shown: pd.DataFrame, wave: str) -> list[Block]:
    if shown.empty:
        return []
    alike = bool(shown["standardise"].notna().any())
    beside = (column("standardise", "Écart comparable", Format.POINTS, 8),) if alike else ()
    return [
        table(
            "comparaison_document",
            "Question par question : niveaux, écart brut"
            + (", écart à structure comparable" if alike else ""),
            (
                column("theme_mot", "Thème", width=13),
                column("libelle", "Question", width=24),
                column("n_qpv", "n QPV", Format.INTEGER, 6),
                column("n_hors", "n hors QPV", Format.INTEGER, 6),
                column("qpv", "QPV (%)", Format.PERCENT, 6),
                column("hors", "Hors QPV (%)", Format.PERCENT, 6),
                column("ecart", "Écart (points)", Format.POINTS, 8),
                column("ic95_bas", "bas à 95 %", Format.POINTS, 7),
                column("ic95_haut", "haut à 95 %", Format.POINTS, 7),
                *beside,
                column("verdict_mot", "Verdict", width=19),
            ),
            shown,
            unit="% de ménages satisfaits ; points (QPV − hors QPV)",
            scope="ménages interrogés, réponses valides",
            source=_SOURCE.format(wave),
            notes=(satisfaction.COMPARABLE if alike else satisfaction.NOT_COMPARABLE,),
            media=DOCUMENT,
        )
    ]


def _headline_sentences(whole: pd.DataFrame) -> tuple[str, ...]:
    rows = view.shown(view.headlines(whole)) if len(whole) else whole
    return tuple(
        satisfaction.gap_sentence(
            str(r["libelle"]),
            qpv=r["qpv"],
            n_qpv=int(r["n_qpv"]),
            hors=r["hors"],
            n_hors=int(r["n_hors"]),
            gap=r["ecart"],
            low=r["ic95_bas"],
            high=r["ic95_haut"],
            verdict=str(r["verdict_mot"]),
        )
        for r in view.records(rows)
    )


def _verdict_key(read: pd.DataFrame, margin: float) -> tuple[str, ...]:
    """Explain each verdict met, once, in the order of the codes."""
    columns = (read["verdict"], read["sign"], read["mot"], read["publication"])
    met = {(str(v), s, m, p == Publication.MASQUE) for v, s, m, p in zip(*columns, strict=True)}
    order = {code: rank for rank, code in enumerate(Verdict)}
    known = sorted((t for t in met if t[0] in order), key=lambda t: (order[Verdict(t[0])], t))
    return tuple(
        f"{sign} {word} : {verdict_words.verdict_meaning(code, margin, masked=masked)}."
        for code, sign, word, masked in known
    )


def _unclear(shown: pd.DataFrame, margin: float) -> tuple[str, ...]:
    out = []
    for r in view.records(cut(shown, shown["verdict"] == Verdict.NON_CONCLUANT)):
        needed = view.needed(number_of(r["qpv"]), number_of(r["effet_plan"]), margin)
        detail = verdict_words.would_have_taken(
            margin,
            number_of(r["marge_demontree_points"]),
            needed,
            int(min(r["n_qpv"], r["n_hors"])),
        )
        out.append(f"« {r['libelle']} », non concluant : {detail}.")
    return tuple(out)


def _charts(shown: pd.DataFrame, wave: str, margin: float) -> list[Block]:
    out: list[Block] = []
    reach = float(shown[["ic95_bas", "ic95_haut"]].abs().max().max()) if len(shown) else 0.0
    for code in Theme:
        part = cut(shown, shown["theme"] == code).sort_values("ecart", kind="stable")
        if len(part) < 2:  # noqa: PLR2004  # one question is said in a sentence, not drawn
            continue
        title = satisfaction.chart_title(
            code,
            lower=[str(x) for x in part.loc[part["verdict"].isin(_LOWER), "libelle"]],
            level=[str(x) for x in part.loc[part["verdict"].isin(_LEVEL), "libelle"]],
            better=[str(x) for x in part.loc[part["verdict"] == Verdict.MEILLEUR, "libelle"]],
        )
        rows = part.assign(verdict=part["mot"])[
            ["libelle", "theme", "ecart", "ic90_bas", "ic90_haut", "ic95_bas", "ic95_haut", "n",
             "verdict", "sign"]
        ]  # fmt: skip
        alt = " ".join(_headline_sentences(part))
        out += over_pages(
            Chart(
                f"ecarts_{code}",
                ChartKind.GAPS,
                title,
                rows.reset_index(drop=True),
                alt,
                unit="points (QPV − hors QPV)",
                margin=margin / 100,
                reach=reach,
                source=_SOURCE.format(wave),
                notes=(
                    (
                        "Trait épais : intervalle à 90 % ; trait fin : intervalle à 95 % ; bande : marge "
                        "d’équivalence."
                    ),
                ),
            )
        )
    if len(shown):
        levels = shown[["libelle", "theme", "qpv", "hors", "n"]].reset_index(drop=True)
        out += over_pages(
            Chart(
                "satisfaits",
                ChartKind.DUMBBELL,
                f"Part de ménages satisfaits en QPV et hors QPV, vague {wave}",
                levels,
                "Part de satisfaits, question par question, en QPV puis hors QPV : voir le tableau.",
                unit="% de ménages satisfaits",
                source=_SOURCE.format(wave),
                media=frozenset({"document", "classeur"}),
            )
        )
    return out


def _territories(rows: pd.DataFrame, dossier: Dossier, wave: str, whose: str) -> list[Block]:
    parts = view.quarters(rows)
    if parts.empty:
        return []
    names = quarter_names(dossier.located)
    shown = view.shown(parts)
    hidden = len(parts) - len(shown)
    out: list[Block] = []
    if len(shown):
        named = shown.assign(
            territoire_mot=[
                view.place_label("code_qpv", str(t), names) for t in shown["territoire"]
            ],
            court=[str(p).split(" :", maxsplit=1)[0] for p in shown["publication_mot"]],
        )
        heads = named[named["tete"].astype(bool)]
        out.append(
            table(
                "comparaison_quartiers",
                "Par quartier, questions de tête, là où les réponses suffisent",
                (
                    column("territoire_mot", "Quartier", width=24),
                    column("libelle", "Question", width=28),
                    column("n_qpv", "n du quartier", Format.INTEGER, 8),
                    column("qpv", "Satisfaits (%)", Format.PERCENT, 9),
                    column("ecart", "Écart (points)", Format.POINTS, 9),
                    column("ic95_bas", "bas à 95 %", Format.POINTS, 9),
                    column("ic95_haut", "haut à 95 %", Format.POINTS, 9),
                    column("verdict_mot", "Verdict", width=22),
                    column("court", "Publication", width=10),
                ),
                heads if len(heads) else named,
                unit=f"% et points (quartier − hors QPV {whose})",
                scope="ménages interrogés dans le quartier, comparés à tout le hors QPV ; les autres "
                "questions sont dans la feuille « Comparaison » du classeur",
                source=_SOURCE.format(wave),
                media=DOCUMENT,
            )
        )
    if hidden:
        out.append(Text((unreadable_quarters(hidden),)))
    return out


def _levels(survey: Published, name: str, wave: str) -> list[Block]:
    """Draw the four levels of the headline items, and hand on the whole table as data."""
    rows = view.visible(survey.levels, name)
    if rows.empty:
        return []
    out: list[Block] = [
        table(
            "niveaux",
            "Niveaux de satisfaction et notes moyennes",
            tuple(_data_column(c) for c in LEVEL_COLUMNS),
            rows,
            media=DATA,
        )
    ]
    items = survey.items
    heads = items.loc[items["tete_de_theme"].astype(bool), ["item", "libelle", "ordre"]]
    picked = rows[
        (rows["vague"] == wave)
        & (rows["bailleur"] == name)
        & (rows["niveau"] == TOTAL)
        & (rows["mesure"] == "niveau")
        & rows["groupe"].isin([Groupe.QPV, Groupe.HORS_QPV])
        & rows["publication"].isin(view.SHOWN)
    ].merge(heads, on="item", how="inner", validate="many_to_one")
    if len(picked):
        drawn = picked.assign(
            groupe=[
                f"{group}, {interviews(int(n))}"
                for group, n in zip(
                    said(picked["groupe"], satisfaction.GROUPES), picked["n"], strict=True
                )
            ],
            part=picked["estimation"],
            _hors=picked["groupe"] == Groupe.HORS_QPV,  # QPV above hors QPV
        ).sort_values(["ordre", "_hors", "rang"], kind="stable")
        out += over_pages(
            Chart(
                "quatre_niveaux",
                ChartKind.STACKED,
                f"Les réponses en détail, questions de tête, vague {wave}",
                drawn[["libelle", "groupe", "modalite", "rang", "part"]].reset_index(drop=True),
                "Répartition des réponses par niveau de satisfaction, QPV au-dessus de hors QPV.",
                unit="% des réponses valides",
                source=_SOURCE.format(wave),
            )
        )
    return out


def _benchmark(survey: Published, wave: str) -> list[Block]:
    rows = survey.benchmark[survey.benchmark["vague"] == wave]
    if rows.empty:
        return []
    named = rows.merge(
        survey.items[["item", "libelle", "ordre"]], on="item", how="left", validate="many_to_one"
    ).sort_values("ordre", kind="stable")
    named = named.assign(
        repere=said(named["repere"], satisfaction.REPERES),
        groupe=said(named["groupe"], satisfaction.GROUPES),
    )
    return [
        table(
            "reperes",
            "Repères extérieurs",
            (
                column("libelle", "Question", width=30),
                column("groupe", "Ménages", width=12),
                column("repere", "Repère", width=24),
                column("valeur", "Satisfaits (%)", Format.PERCENT, 10),
                column("ic95_bas", "Bas à 95 % (%)", Format.PERCENT, 10),
                column("ic95_haut", "Haut à 95 % (%)", Format.PERCENT, 10),
                column("n", "n", Format.INTEGER, 8),
                column("reference", "Référence", width=26),
            ),
            named,
            unit="% de ménages satisfaits",
            scope="repères tels que fournis ; ils ne portent pas sur les mêmes ménages",
            source="fichier de repères",
            media=frozenset({"document", "donnees"}),
        )
    ]


def _data_column(key: str) -> Any:
    counts = {"n", "n_residences", "rang"}
    return column(key, key, Format.INTEGER if key in counts else Format.TEXT)


def _long(survey: Published, name: str) -> Table:
    """Hand on the long table of the contract, protected, without any other bailleur."""
    return table(
        "comparaison_detail",
        "Comparaison, table longue",
        tuple(_data_column(c) for c in COMPARISON_COLUMNS),
        view.visible(survey.comparison, name),
        media=DATA,
    )
