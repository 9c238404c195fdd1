"""`tfpb comparer`: QPV against classic quarters, from the deliveries of the survey."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tfpb.cli.common import CsvBrut, Feuille, Sortie, guard, say, show_doubts

if TYPE_CHECKING:
    import pandas as pd

    from tfpb.model.plan import Plan
    from tfpb.model.survey import Published
    from tfpb.survey import Before


def comparer(
    enquete: Annotated[
        list[Path],
        typer.Argument(
            metavar="ENQUETE",
            help="Livraisons de l’enquête : xlsx, csv, sav…",
            show_default=False,
        ),
    ],
    plan: Annotated[
        Path, typer.Option("--plan", help="Le plan_enquete.toml qui décrit les livraisons.")
    ],
    sortie: Sortie,
    residences: Annotated[
        Path | None,
        typer.Option(
            "--residences", help="Résidences situées, ou entrées écrites par tfpb localiser."
        ),
    ] = None,
    par: Annotated[
        list[str] | None,
        typer.Option(
            "--par",
            help="Territoires, par exemple code_qpv,departement (répétable).",
        ),
    ] = None,
    repere: Annotated[
        Path | None,
        typer.Option("--repere", help="Repères extérieurs : item, valeur, reference."),
    ] = None,
    feuille: Feuille = None,
    csv_brut: CsvBrut = False,
) -> None:
    """Compare la satisfaction en QPV et hors QPV, avec intervalles et verdicts.

    Écrit la table longue dans --sortie, et les niveaux et moyennes dans <sortie>_niveaux.
    Les cases trop petites sont masquées, sans exception possible.

    \b
    Exemple :
      tfpb comparer examples/valmont/enquete_2019.csv examples/valmont/enquete_2023.xlsx \\
        --plan examples/valmont/plan_enquete.toml --sortie sorties/comparaison.xlsx
    """
    with guard():
        # matrices here are small: further threads of the algebra library wait more than they work
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        from tfpb import survey
        from tfpb.errors import stop_on_faults
        from tfpb.io.deliveries import read_delivery
        from tfpb.io.outputs import refuse_inputs
        from tfpb.io.tabular import check_format, read_table
        from tfpb.io.toml_files import load_plan

        check_format(sortie)
        second = sortie.with_name(f"{sortie.stem}_niveaux{sortie.suffix}")
        refuse_inputs((sortie, second), (*enquete, plan, residences, repere))
        described = load_plan(plan)
        deliveries = [read_delivery(path, described, sheet=feuille) for path in enquete]
        notices = [n for d in deliveries for n in d.notices]
        stop_on_faults(notices)
        by = [name.strip() for value in par or () for name in value.split(",") if name.strip()]
        stock = _stock(residences, described, by) if residences is not None else None
        before = _before(sortie)
        answers = survey.recode([d.frame for d in deliveries], described, stock)
        levels, _ = survey.territory_columns(answers, by)
        others = [c for c in before.levels if c in answers.respondents and c not in levels]
        estimates = survey.compare(
            answers,
            described,
            by=[*by, *others],
            repere=read_table(repere) if repere is not None else None,
            margins=_beside(plan, described.reglages.marges_calage),
            reference=_frame(_beside(plan, described.reglages.reference_standardisation)),
        )
        published = survey.protect(
            estimates,
            masking_n=described.reglages.masquage_n,
            previous=before.masked,
            told=before.told,
            levels=levels,
        )
        _write(sortie, second, published, raw_csv=csv_brut)
        _tell(published, [*notices, *published.notices], sortie, second)


def _stock(path: Path, plan: Plan, by: list[str]) -> pd.DataFrame:
    from tfpb.errors import stop_on_faults
    from tfpb.geodata.communes import Communes
    from tfpb.geodata.territories import with_territories
    from tfpb.io.tabular import read_table
    from tfpb.model.results import LOCATION_COLUMNS, RESIDENCE_COLUMNS
    from tfpb.survey import located_residences

    table = read_table(path, known=(*RESIDENCE_COLUMNS, *LOCATION_COLUMNS))
    frame, faults = located_residences(
        table.frame, file=table.file, sheet=table.sheet, carte=plan.reglages.carte
    )
    stop_on_faults(faults)
    return with_territories(frame, by, Communes.load())


def _beside(plan: Path, name: str) -> Any:
    """Read a table that the plan names, relative to the plan."""
    from tfpb.io.tabular import read_table

    return read_table(plan.parent / name.replace("\\", "/")) if name else None


def _frame(table: Any) -> pd.DataFrame | None:
    return None if table is None else table.frame


def _before(path: Path) -> Before:
    """Read what a comparison that stands where the new one will masks and tells: masks are kept."""
    from tfpb.errors import TfpbError
    from tfpb.io.tabular import read_table
    from tfpb.model.results import COMPARISON_COLUMNS
    from tfpb.survey import Before, told_before

    try:
        frame = read_table(path, known=COMPARISON_COLUMNS).frame
    except TfpbError:
        return Before()
    return told_before([frame] if set(COMPARISON_COLUMNS) <= set(frame.columns) else [])


def _write(first: Path, second: Path, published: Published, *, raw_csv: bool) -> None:
    """Write both tables or neither."""
    from tfpb.io.outputs import write_together
    from tfpb.io.tabular import table_bytes

    tables = ((first, published.comparison, "Comparaison"), (second, published.levels, "Niveaux"))
    write_together(
        {
            path: table_bytes(path, table, raw_csv=raw_csv, sheet=sheet)
            for path, table, sheet in tables
        }
    )


def _explore(published: Published, labels: dict[str, str]) -> None:
    """Say where to look first among territories, if there are any."""
    from tfpb.survey import exploration
    from tfpb.words.exploration import NOT_A_PROOF, TITLE, explored, explored_line

    rows = exploration(published.comparison, wave=published.waves[-1].vague, bailleur="ensemble")
    if rows.empty:
        return
    found = rows[rows["ressort"]]
    say(f"{TITLE}.")
    say(f"  {explored(len(rows), len(found))}")
    for row in found.head(5).to_dict("records"):
        place, label = str(row["territoire"]), labels[str(row["item"])]
        line = explored_line(place, label, row["ecart"], row["qpv"], int(row["n"]))
        say(f"  {line}")
    if len(found):
        say(f"  {NOT_A_PROOF}")


def _tell(published: Published, notices: list[Any], first: Path, second: Path) -> None:
    from tfpb.errors import Severity
    from tfpb.survey import interviews_needed
    from tfpb.words.numbers import plural
    from tfpb.words.survey import EXPLANATIONS, QUOTA_SENTENCE, gap_line, margin_words
    from tfpb.words.verdicts import VERDICTS

    for wave in published.waves:
        say(
            f"Vague {wave.vague} : {plural(wave.n, 'ménage interrogé', 'ménages interrogés')} "
            f"dans {plural(wave.n_residences, 'résidence')}."
        )
    table = published.comparison
    last = published.waves[-1].vague
    rows = table[
        (table["vague"] == last)
        & (table["niveau"] == "total")
        & (table["bailleur"] == "ensemble")
        & (table["groupe"] == "ecart")
        & (table["ajustement"] == "brut")
    ]
    labels = dict(zip(published.items["item"], published.items["libelle"], strict=True))
    say(
        f"Écarts QPV − hors QPV, vague {last}, tous bailleurs, bruts "
        f"({margin_words(float(str(published.settings['marge_points'])))}) :"
    )
    for _, row in rows.iterrows():
        needed = interviews_needed(table, row)
        record = {str(k): v for k, v in row.items()}
        say(f"  {labels[row['item']]} : {gap_line(record, interviews=needed)}")
    for verdict in dict.fromkeys(rows["verdict"]):
        say(f"  « {VERDICTS[verdict]} » : {EXPLANATIONS[verdict]}.")
    _explore(published, labels)
    say(QUOTA_SENTENCE)
    masked = int((table["publication"] == "masque").sum())
    if masked:
        say(f"{plural(masked, 'ligne masquée', 'lignes masquées')} au titre du secret statistique.")
    doubts = [n for n in notices if n.severity is Severity.DOUTE]
    if doubts:
        say(f"{plural(len(doubts), 'doute')} à connaître :")
        show_doubts(doubts)
    say(f"Comparaison écrite dans {first}, niveaux et moyennes dans {second}.")
