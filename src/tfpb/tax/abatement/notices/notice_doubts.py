"""What a file of notices gives to look at: the habit it was read by, and the sums that nothing explains."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tfpb.errors import Fault, Place
from tfpb.tax.abatement.notices.notice_reading import ambiguous
from tfpb.tax.abatement.premises import UNKNOWN
from tfpb.tax.plain_values import cents, doubt
from tfpb.words.money.accounts import AMBIGUOUS, GONE
from tfpb.words.money.habit_words import reading_words
from tfpb.words.numbers import amount, plural

if TYPE_CHECKING:
    from tfpb.model.arrays import Flags
    from tfpb.tax.abatement.notices.file_reading import NoticeFile, Outcome
    from tfpb.tax.abatement.notices.habit_choice import Choice


def habit_doubts(file: NoticeFile, choice: Choice) -> list[Fault]:
    """List what was read otherwise than the headers say, or may be read in two ways."""
    if not file.sums:
        return []
    here = file.items[file.sums[0].places[0]].row.place()
    whole = Place(here.file, here.sheet)
    found = []
    if choice.taken:
        lecture, sums = reading_words(choice.first.codes()), plural(len(file.sums), "somme")
        found.append(
            doubt("avis_lus_autrement", whole, lecture=lecture, lues=choice.explained, sommes=sums)
        )
    if choice.answers:
        ways = [reading_words({choice.subject: code}) for code in choice.readings]
        sums = plural(int(_open(choice).sum()), "somme")
        found.append(doubt("avis_deux_lectures", whole, une=ways[0], autre=ways[1], sommes=sums))
    return found


def notice_doubts(file: NoticeFile, choice: Choice, outcome: Outcome) -> list[Fault]:
    """List the sums that are not read, that abate some of premises alike, or that tax what is exempt.

    Those that wait for an answer have one doubt for all.
    """
    found = []
    waiting = (
        _open(choice)
        if choice.answers and outcome is choice.outcome
        else np.zeros(len(file.sums), dtype=bool)
    )
    for k, (one, reading) in enumerate(zip(file.sums, outcome.readings, strict=True)):
        lines = [outcome.items[p] for p in one.places]
        here = lines[0].row.place("cotisation_avis_eur")
        exempt = not any(line.right.taxable for line in lines)
        # what is exempt owes its TEOM still: a sum that holds it asks no tax
        if exempt and float(reading.check.read) > file.margins.of(lines, choice.first):
            asked = amount(cents(reading.check.read))
            gone = next((i.right for i in lines if i.right.motive in GONE), None)
            if gone is None:
                found.append(doubt("exonere_impose", here, asked, avis=one.avis))
            else:
                year = gone.fields["annee"]
                fields = {"sort": GONE[gone.motive], "annee": f" ({year})" if year else ""}
                found.append(doubt("sorti_impose", here, asked, avis=one.avis, **fields))
        if reading.is_read or reading.is_dense:
            if unsure := ambiguous(lines, reading.states):
                listed = ", ".join(dict.fromkeys(i.invariant or i.id_residence for i in unsure))
                issue = AMBIGUOUS[UNKNOWN not in reading.states]
                fields = {"avis": one.avis, "locaux": listed, "issue": issue}
                found.append(doubt("avis_ambigu", here, amount(one.written), **fields))
        elif not waiting[k]:
            code = "cotisation_avec_teom" if file.holds_teom[k] else "avis_inexplique"
            fields = {"avis": one.avis, "attendu": amount(cents(reading.check.expected))}
            found.append(doubt(code, here, amount(one.written), **fields))
    return found


def _open(choice: Choice) -> Flags:
    """Return the sums that an answer reads and that are not read until it is given."""
    answers = [o.readings for o in choice.answers.values()]
    return np.array(
        [
            not held.is_read and any(a[k].is_read for a in answers)
            for k, held in enumerate(choice.outcome.readings)
        ],
        dtype=bool,
    )
