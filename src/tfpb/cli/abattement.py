"""`tfpb abattement`: money, eligibility, balance by axis."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfpb.cli.terminal import shared as terminal
from tfpb.words.documents import command_words as words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tfpb.facts.claim import Claims
    from tfpb.pipeline.jobs.tax_job import Accounts


class Arrondi(StrEnum):
    """The two declared roundings."""

    CENTIME = "centime"
    AVIS = "avis"


def abattement(  # noqa: PLR0917 - options of a command line
    fiscalite: Annotated[Path, typer.Argument(help="Les locaux des avis de taxe foncière.")],
    residences: Annotated[Path, typer.Option(help="Le patrimoine situé par « tfpb localiser ».")],
    sortie: terminal.Sortie,
    conventions: Annotated[
        Path | None, typer.Option(help="Les conventions et leurs dates.")
    ] = None,
    gmbi: Annotated[
        Path | None,
        typer.Option(help="L’export GMBI des locaux possédés : ceux qui ne sont sur aucun avis."),
    ] = None,
    programme: Annotated[
        Path | None, typer.Option(help="Le programme d’actions, pour le bilan.")
    ] = None,
    programme_precedent: Annotated[
        Path | None, typer.Option(help="Le programme de l’année d’avant, pour le mettre à côté.")
    ] = None,
    fiscalite_precedente: Annotated[
        Path | None, typer.Option(help="Les avis de l’année d’avant, comparés local par local.")
    ] = None,
    declaration: Annotated[Path | None, typer.Option(help="La liste envoyée aux impôts.")] = None,
    reclamations: Annotated[
        Path | None, typer.Option(help="Ce qui est réclamé, et ce qui est revenu.")
    ] = None,
    annee: Annotated[
        int | None, typer.Option(help="Année d’imposition (par défaut celle de chaque ligne).")
    ] = None,
    arrondi: Annotated[
        Arrondi, typer.Option(help="Au centime (estimation), ou à l’euro comme sur un avis.")
    ] = Arrondi.CENTIME,
    feuille: terminal.Feuille = None,
    reponses: terminal.Reponses = None,
    csv_brut: terminal.CsvBrut = False,
) -> None:
    """Calcule l’abattement de chaque local, son statut et son motif, et le solde du programme par axe.

    Le fichier a une ligne par local, avec les colonnes de la feuille Locaux d’un dossier. Les sommes par
    quartier et la prévision sont dans le dossier de « tfpb dossier ». Avec --programme, trois fichiers
    s’ajoutent : …_axes, …_solde et …_bilan.xlsx (colonnes en usage, et les actions à ressaisir). Avec
    --programme-precedent, le bilan met les deux années côte à côte.

    \b
    Exemple :
      tfpb localiser examples/valmont/patrimoine.xlsx --sortie sorties/localise.xlsx \\
        --annee 2025 --geodonnees sorties/geodonnees
      tfpb abattement examples/valmont/fiscalite_2025.xlsx \\
        --residences sorties/localise.xlsx --sortie sorties/abattement.xlsx
    """
    with terminal.guard():
        from tfpb.io.open_questions.reply_file import read_replies
        from tfpb.io.packs.output_files import write_together
        from tfpb.pipeline.jobs.tax_job import accounts, bounded_claims, siblings

        files = {
            "fiscalite": fiscalite,
            "residences": residences,
            "conventions": conventions,
            "gmbi": gmbi,
            "programme": programme,
            "programme_precedent": programme_precedent,
            "fiscalite_precedente": fiscalite_precedente,
            "declaration": declaration,
            "reclamations": reclamations,
        }
        read = (*files.values(), reponses)
        terminal.check_output(sortie, read, raw=csv_brut, siblings=siblings)
        replies = read_replies(reponses)

        def computed(supposed: Mapping[str, str]) -> Accounts:
            return accounts(
                files, sheet=feuille, year=annee, rounding=str(arrondi),
                replies=replace(replies, supposed=supposed), replies_file=words.replies_file(reponses),
            )  # fmt: skip

        done = computed({})
        write_together(done.files(sortie, raw_csv=csv_brut))
        terminal.show_questions(done.asked)
        _show(done, bounded_claims(done, computed))


def _show(done: Accounts, claims: Sequence[Claims]) -> None:
    from tfpb.words.money.abatement_words import summary
    from tfpb.words.money.programme_words import balance_lead

    for money, own in zip(done.abatements, claims, strict=True):
        terminal.print_line(*summary(money, own.within()))
    if done.programme is not None:
        terminal.print_line(balance_lead(claims[-1]))
    if done.doubts:
        terminal.print_line(words.DOUBTS_OF_FILES)
        terminal.show_doubts(done.doubts)
