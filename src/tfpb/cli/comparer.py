"""`tfpb comparer`: QPV against classic quarters, from the deliveries of the survey."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfpb.cli.terminal import shared as terminal
from tfpb.words.documents import command_words as words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.errors import Fault
    from tfpb.facts.claim import Claims
    from tfpb.model.survey import Published


def comparer(
    enquete: Annotated[
        list[Path],
        typer.Argument(metavar="ENQUETE", help="Livraisons de l’enquête : xlsx, csv, sav…"),
    ],
    plan: Annotated[Path, typer.Option(help="Le plan_enquete.toml qui décrit les livraisons.")],
    sortie: terminal.Sortie,
    *,
    residences: Annotated[
        Path | None, typer.Option(help="Résidences situées, ou entrées écrites par tfpb localiser.")
    ] = None,
    par: Annotated[
        list[str] | None,
        typer.Option(help="Territoires, par exemple code_qpv,departement (répétable)."),
    ] = None,
    repere: Annotated[
        Path | None, typer.Option(help="Repères extérieurs : item, valeur, reference.")
    ] = None,
    feuille: terminal.Feuille = None,
    reponses: terminal.Reponses = None,
    controle: Annotated[
        Path | None,
        typer.Option(
            help="Chiffres exacts, ensemble et bailleurs, pour un statisticien de la maison : ne se "
            "diffusent jamais."
        ),
    ] = None,
    diffuser: terminal.Diffuser = False,
    envoyer_quand_meme: terminal.EnvoyerQuandMeme = False,
    remplacer: terminal.Remplacer = None,
    garder: terminal.Garder = None,
    precedents: terminal.Precedents = None,
    csv_brut: terminal.CsvBrut = False,
) -> None:
    """Compare la satisfaction en QPV et hors QPV, avec intervalles et verdicts.

    Écrit la table longue dans --sortie, et les niveaux et moyennes dans <sortie>_niveaux.
    Les cases trop petites sont masquées, sans exception possible ; --controle, à part, ne se diffuse pas.
    Sans --diffuser, c’est un PROJET, pour l’organisme seul ; avec, la comparaison peut être transmise,
    et les diffusions suivantes de la même enquête en tiennent compte.

    \b
    Exemple :
      tfpb comparer examples/valmont/enquete_2019.csv examples/valmont/enquete_2023.xlsx \\
        --plan examples/valmont/plan_enquete.toml --sortie sorties/comparaison.xlsx
    """
    with terminal.guard():
        from tfpb.errors import Place, fail
        from tfpb.evidence.suspension import without_survey_bounds
        from tfpb.io.open_questions.reply_file import read_replies
        from tfpb.pipeline.jobs.comparison_job import (
            SurveyFiles,
            bounded_claims,
            compared,
            siblings,
            write,
        )  # fmt: skip
        from tfpb.pipeline.published_before import asked_first, left_open, refuse_release

        unused = envoyer_quand_meme and not diffuser
        terminal.warn_unused("--envoyer-quand-meme", words.ONLY_DRAFTED, given=unused)
        if controle is not None and diffuser:
            raise fail("controle_diffuse", place=Place(controle.name), got="--controle --diffuser")
        packs = precedents or ()
        given = (*enquete, plan, residences, repere, reponses, *packs)
        terminal.check_output(sortie, given, raw=csv_brut, siblings=lambda p: siblings(p).values())
        if controle is not None:
            together = (sortie, *siblings(sortie).values())
            terminal.check_output(controle, (*given, *together), raw=False)
        by = [name.strip() for value in par or () for name in value.split(",") if name.strip()]
        written = words.replies_file(reponses)
        files = SurveyFiles(tuple(enquete), plan, residences, repere, tuple(by), feuille, written)
        replies = read_replies(reponses)
        read = files.read(replies)
        asked = read.answers.asked
        order = terminal.ordered(diffuser, remplacer, garder)
        done = compared(read, by, packs, control=controle is not None, order=order)
        first = asked_first(done.earlier) if diffuser else ()
        terminal.show_held_back((*done.published.notices, *first))
        if diffuser:
            open_ = left_open(done.published.notices)
            kept = () if envoyer_quand_meme else open_
            refuse_release(done.published.notices, asked, file=written, open_=kept)
            done = replace(done, sent_anyway=open_)
        claims = bounded_claims(done, files, replies, asked, packs, order)
        write(sortie, done, released=diffuser, raw_csv=csv_brut, control=controle)
        terminal.show_questions(asked)
        notices = [*read.doubts, *done.published.notices]
        shown = without_survey_bounds(claims) if diffuser else claims
        _show(done.shown, shown, notices, siblings(sortie))
        if controle is not None:
            terminal.print_line(words.CONTROL_WRITTEN.format(file=controle))
        terminal.show_corrections(done.published)
        terminal.print_line(words.RELEASED if diffuser else words.DRAFTED)


def _explore(published: Published, labels: dict[str, str]) -> None:
    """Say where to look first among territories, if there are any."""
    from tfpb.survey import exploration
    from tfpb.words.survey import survey_words as wording

    wave, kinds = published.last_wave, published.segments
    rows = exploration(published.comparison, wave=wave, bailleur="ensemble", segments=kinds)
    if rows.empty:
        return
    found = rows[rows["ressort"]]
    terminal.print_line(f"{wording.WHERE_TO_LOOK}.", f"  {wording.explored(len(rows), len(found))}")
    for row in found.head(5).to_dict("records"):
        place, label = str(row["territoire"]), labels[str(row["item"])]
        line = wording.explored_line(place, label, row["ecart"], row["qpv"], int(row["n"]))
        terminal.print_line(f"  {line}")
    if len(found):
        terminal.print_line(f"  {wording.NOT_A_PROOF}")


def _suspended(claims: Claims, published: Published) -> dict[tuple[str, str], str]:
    """Write the gaps that hang on an open question, by question and wave (« 2019-2023 » of a change).

    A gap whose interval alone moves is suspended too: its verdict would.
    """
    from tfpb.facts.claim import STATES, State
    from tfpb.facts.survey_claims import answers_scope
    from tfpb.model.codes import TOTAL
    from tfpb.model.survey import wave_pairs
    from tfpb.words.claim_words import claim_value

    waves = [w.vague for w in published.waves]
    pairs = [f"{one}-{two}" for one, two in wave_pairs(waves)]
    out = {}
    for item in published.labels:
        for wave in (*waves, *pairs):
            head = "evolution_ecart" if wave in pairs else "ecart"
            names = (head, f"{head}_bas", f"{head}_haut")
            found = [claims.get(n, answers_scope(TOTAL, item, wave)) for n in names]
            if State.SUSPENDU in [one.state for one in found]:
                own, unsure = found[0], STATES[State.SUSPENDU]
                out[item, wave] = claim_value(own) if own.state is State.SUSPENDU else unsure
    return out


def _show(
    published: Published, claims: Claims, notices: list[Fault], paths: Mapping[str, Path]
) -> None:
    from tfpb.errors import Severity
    from tfpb.model.codes import SHOWN, outcome
    from tfpb.survey import interviews_needed
    from tfpb.survey.raw_gaps import key_of, stories_of
    from tfpb.words.documents.report_words import MASKED_ROWS
    from tfpb.words.survey import survey_words as wording
    from tfpb.words.survey.satisfaction import otherwise, tipping_sentence
    from tfpb.words.survey.verdict_words import verdict_words

    show = terminal.print_line
    for wave in published.waves:
        known = wave.n >= 0
        count = wave.n if known else wording.few_interviews(published.masking_n)
        show(words.WAVE.format(wave=wave.vague, n=count, residences=wave.n_residences, known=known))
    table, labels = published.comparison, published.labels
    last = published.last_wave
    rows = table.query(
        "vague == @last and niveau == 'total' and bailleur == 'ensemble' and groupe == 'ecart'"
        " and ajustement == 'brut'"
    )
    items = published.items
    heads = set(items.loc[items["tete_de_theme"], "item"])
    against = stories_of(published)
    margin = wording.margin_words(published.margin)
    hanging = _suspended(claims, published)
    show(words.GAPS_HEADING.format(wave=last, margin=margin))
    for _, row in rows.iterrows():
        item, record = row["item"], {str(k): v for k, v in row.items()}
        if (value := hanging.pop((item, last), "")) and row["publication"] in SHOWN:
            show(f"  {labels[item]} : {value}")
            continue
        clash = against.get(key_of(record))
        first = otherwise(*clash.figures, published.margin) if clash else ""
        needed = interviews_needed(table, row)
        line = wording.gap_line(record, published.margin, interviews=needed, first=first)
        show(f"  {labels[item]} : {line}")
        if item in heads and (tipping := tipping_sentence(row["verdict"], row["bascule"])):
            show(f"    {tipping}")
    for (item, moment), value in hanging.items():
        show(f"  {labels[item]}, {moment} : {value}")
    for code in dict.fromkeys(map(outcome, rows["verdict"], rows["publication"])):
        show(words.VERDICT_KEY.format(name=verdict_words(code), meaning=wording.EXPLANATIONS[code]))
    _explore(published, labels)
    show(wording.QUOTA_SENTENCE)
    if masked := published.withheld_gaps:
        show(MASKED_ROWS.format(count=masked))
    doubts = [n for n in notices if n.severity is Severity.DOUTE]
    if doubts:
        show(words.DOUBTS_TO_KNOW.format(count=len(doubts)))
        terminal.show_doubts(doubts)
    show(words.COMPARISON_WRITTEN.format(first=paths["table"], second=paths["niveaux"]))
