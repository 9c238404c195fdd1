"""Claims to the tax office, followed: what is to send, what was sent, what came of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.columns import STAMP
from tfpb.model.results import FOLLOW_UP_COLUMNS
from tfpb.tax.abatement.premises import claim_limit, year_of
from tfpb.tax.abatement.premises_facts import TO_SEND
from tfpb.tax.abatement.sent_list import premises_key
from tfpb.tax.plain_values import Record, doubt, grouped, records, total
from tfpb.text import number_key
from tfpb.words.numbers import amount

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tfpb.errors import Fault
    from tfpb.law.values import Reader
    from tfpb.tax.abatement.premises import Premises


_WITH_FEES: Final = Decimal("1.1")


def follow_up(
    items: Sequence[Premises], claimed: pd.DataFrame | None, reader: Reader, on: dt.date | None
) -> pd.DataFrame:
    """Match the claims that were sent with what is to claim; none of either is left out.

    Of several claims of one premises the last sent says how far it got, wherever it is in the file. A claim
    without premises is of all those of its notice that are to claim; where they are several, what it was
    granted is on its own line, and says of each how far it got. `items` are settled; `claimed`
    (`CLAIMS_SENT`) is of this year and of those before; `on`, the day of the dossier, closes the time to
    claim. Rows: what is to claim by notice and premises, under its position in `items`, then the other
    claims. Euros are Decimal, `accorde_eur` None without an answer; the last column is the row of the claim
    in the user's file.
    """
    year, sent = reader.day.year, grouped(sorted(records(claimed), key=_days, reverse=True), _key)
    rows = []
    claimable = [k for k, item in enumerate(items) if item.states.to_claim]
    claimable.sort(key=lambda k: (items[k].avis, items[k].invariant))
    notices = grouped((items[k] for k in claimable), lambda i: number_key(i.avis))
    counts = {avis: len(sent.get((avis, "", year), [])) - len(notices[avis]) for avis in notices}
    for item in (items[k] for k in claimable):
        avis, local = number_key(item.avis), premises_key(item.invariant)
        own = sent.get((avis, local, year), []) if local else []
        whole = sent.get((avis, "", year), [])
        mine = (own or whole).pop(0) if own or (whole and counts[avis] >= 0) else Record()
        facts = {
            "avis": item.avis, "invariant": item.invariant, "annee": year,
            "id_residence": item.id_residence, "nom": _name(item), "code_qpv": item.right.code_qpv,
            "montant_eur": item.states.to_claim, "preuve": item.proof, "limite": claim_limit(reader),
        }  # fmt: skip
        row = _row(Record(mine | facts), on)
        if whole and counts[avis] and mine.money("accorde_eur") is None:
            asked = {"montant_eur": total(i.states.to_claim for i in notices[avis])}
            of_all = _row(Record(max(reversed(whole), key=_days) | facts | asked), on)
            row |= {c: of_all[c] for c in ("envoyee_le", "repondue_le", "suite")}
        rows.append(row)
    left = [one for key in sorted(sent) for one in sent[key]]
    for line in left:
        limit = dt.date(year_of(line) + reader.whole("delai_reclamation_ans"), 12, 31)
        rows.append(_row(Record(line | {"limite": limit, "preuve": ""}), on))
    index = [*claimable, *range(len(items), len(items) + len(left))]
    return pd.DataFrame(rows, index, columns=[*FOLLOW_UP_COLUMNS, *STAMP], dtype=object)


def odd_answers(followed: pd.DataFrame) -> list[Fault]:
    """Doubt an answer dated before its claim was sent, and one that grants far more than was asked.

    Management fees, at most a tenth, may come on top of what was asked.
    """
    out = []
    for line in records(followed):
        sent, answered = line.day("envoyee_le"), line.day("repondue_le")
        asked, given = line.money("montant_eur"), line.money("accorde_eur")
        more = asked is not None and given is not None and given > asked * _WITH_FEES + 1
        if more or (sent and answered and answered < sent):
            sums = {"accorde": given, "montant": asked}
            texts = {name: "" if value is None else amount(value) for name, value in sums.items()}
            place = line.place("accorde_eur" if more else "repondue_le")
            out.append(doubt("reclamation_contraire", place, line.text("avis"), trop=more, **texts))
    return out


def stray_claims(
    claimed: pd.DataFrame | None, items: Sequence[Premises], reader: Reader
) -> Iterator[Fault]:
    """Doubt the claims of the tax year that are of no premises, or notice, of its sheet: mistyped."""
    known = {(number_key(i.avis), premises_key(i.invariant)) for i in items}
    known |= {(avis, "") for avis, _ in known}
    year = reader.day.year
    for one in records(claimed):
        if year_of(one) == year and _key(one)[:2] not in known:
            yield doubt("reclamation_sans_local", one.place("avis"), one.text("avis"), annee=year)


def _name(item: Premises) -> str:
    return item.holding.nom if item.holding is not None and item.holding.nom else item.id_residence


def _key(row: Record) -> tuple[str, str, int]:
    return number_key(row.text("avis")), premises_key(row.text("invariant")), year_of(row)


def _days(row: Record) -> tuple[dt.date, dt.date]:
    """Return when a claim was sent, then answered; what has no day comes before all."""
    return row.day("envoyee_le") or dt.date.min, row.day("repondue_le") or dt.date.min


def _row(line: Record, on: dt.date | None) -> dict[str, Any]:
    dates = {c: line.day(c) for c in ("envoyee_le", "repondue_le")}
    return {**line, **dates, "accorde_eur": line.money("accorde_eur"), "suite": _state(line, on)}


def _state(line: Record, on: dt.date | None) -> str:
    """Say where a claim stands; an answer without an amount is not a refusal."""
    asked, given = line.money("montant_eur"), line.money("accorde_eur")
    if given is not None:
        if not given:
            return "refusee"
        return "accordee_en_partie" if asked is not None and given + 1 < asked else "accordee"
    if line.day("repondue_le"):
        return "repondue"
    sent, limit = line.day("envoyee_le"), line["limite"]
    if sent is not None:
        return "hors_delai" if sent > limit else "envoyee"
    if on is not None and on > limit:
        return "hors_delai"
    return "obtenu" if line["preuve"] == "obtenu" else TO_SEND
