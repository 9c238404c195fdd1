"""« À faire »: what is left to do, a line a résidence, an action or a quarter, each with what hangs on it.

The lines of one claim add up to it. Who is in charge, by when and how far it is come from what people filled
in the last workbook, else from the dossier.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from tfpb.errors import Fault, Place, Severity
from tfpb.facts.amount import Amount, between, known, lesser, nil, total, unknown
from tfpb.facts.claim import TITLES, is_quarter
from tfpb.facts.kinds import NOBODY
from tfpb.facts.place import by_side_of, cut_homes, doubtful
from tfpb.facts.programme_claims import Proof, review_key
from tfpb.model.codes import QpvStatut, Role, TaskState
from tfpb.model.columns import numbers, texts
from tfpb.model.record import Filled
from tfpb.packaged import packaged
from tfpb.text import capital
from tfpb.words.documents.task_words import (
    PARTLY,
    PAST,
    SHEET,
    coming,
    is_office,
    proposal,
    proposed,
)
from tfpb.words.money.abatement_words import EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tfpb.facts.claim import Claims
    from tfpb.facts.programme_claims import Action
    from tfpb.facts.quarter import Quarters
    from tfpb.facts.whole_dossier import Dossier
    from tfpb.tax.ledger.fact_lines import FactLines

_HELD: Final = ("cote", "id_residence", "code_qpv")
BY_RESIDENCE: Final = "residence"
BY_ACTION: Final = "action"
BY_QUARTER: Final = "quartier"
BY_DAY: Final = "echeance"
DATING: Final = "dater"
REVIEW: Final = "revoir"
"""Code of a piece dated before its action or after its bilan, which counts once a line says « fait »."""
NO_WAITING: Final = "sans_attendre"
"""What is to do at once: it waits for no day."""


@dataclass(frozen=True, slots=True)
class TaskKind:
    """A kind of thing to do: its French title, its claims, who and when.

    Its euros add up to the first of the claims; the others are settled with it.
    """

    code: str
    title: str
    claims: tuple[str, ...]
    of: str
    role: Role
    when: str
    sheet: str

    @property
    def claim(self) -> str:
        """The claim its euros are of; empty where it changes none."""
        return next(iter(self.claims), "")


@dataclass(frozen=True, slots=True)
class Task:
    """A line of « À faire »."""

    kind: TaskKind
    subject: str  # `id_residence`, `id_action` or `code_qpv`
    code_qpv: str = ""  # empty out of every quarter
    name: str = ""  # of the résidence or the action; empty for a quarter
    detail: str = ""
    """Where it is, for a side to settle; how much of it is carried over, for a programme."""
    dwellings: Amount | None = None  # None where the line is of no dwellings
    stake: Amount | None = None
    """Euros of the claim that the line changes; None where it changes none."""
    worth: Amount | None = None  # value of an action, where more than its stake
    role: str = NOBODY  # in charge, as it may be sent: a role, never a person
    typed: str = ""  # what people wrote in its place, for the landlord alone
    day: dt.date | None = None  # None without a date; `at_once` is then to look at
    at_once: bool = False
    state: TaskState | None = TaskState.A_FAIRE
    proposed: str = ""
    """What the dossier alone says of who, when and how far: a cell that says otherwise was filled."""
    event: Mapping[Any, Any] = field(default_factory=dict)
    """Of a deadline, its line of the calendar."""

    @property
    def key(self) -> str:
        """What a line is known by from one run to the next; a proof keeps it when it becomes optional."""
        if self.kind.code == REVIEW:
            return review_key(self.subject, self.code_qpv)
        kind = "prouver" if self.kind.of == BY_ACTION else self.kind.code
        place = f" {self.code_qpv}" if self.kind.of == BY_ACTION else ""
        return f"{kind} {self.subject}{place}"

    @property
    def weight(self) -> tuple[Decimal, Decimal]:
        """What ranks a line of a kind: its euros at least, then at most, open above or not."""
        stake = nil() if self.stake is None else self.stake
        return stake.at_least, Decimal("Infinity") if stake.at_most is None else stake.at_most

    @property
    def has_happened(self) -> bool:
        """Whether it is a day past of what came about: nobody has anything left to do about it."""
        return self.kind.code in _HAPPENING and proposed(self.proposed)[2] == PAST

    @property
    def is_open(self) -> bool:
        """Whether nobody has done with it."""
        return self.state not in (TaskState.FAIT, TaskState.SANS_OBJET)


TO_PROVIDE: Final = "fournir_lieu"
"""Code of a line of a place where what may be at risk is not known: the tax sheet comes first."""
KINDS: Final = {
    code: TaskKind(code, title, tuple(claims), of, Role(role), when, sheet)
    for code, (title, claims, of, role, when, sheet) in packaged(__name__)["kinds"].items()
}
IN_CHARGE: Final = {
    event: Role(role) for role, events in packaged(__name__)["days"].items() for event in events
}
"""Who is in charge of what falls on a day, by kind of event."""
_UNPROVED: Final[str] = packaged(__name__)["lacking"]["reclamer"]
"""Title of a claim of which nothing shows that the premises were declared."""
_HAPPENING: Final = frozenset(packaged(__name__)["happening"])
if unclaimed := {name for kind in KINDS.values() for name in kind.claims} - set(TITLES):
    raise ValueError(unclaimed)
_MONEY: Final = tuple(
    code for code in (
        "signaler", "conventions", "convention", "renouveler", "declarer", "exonerer", "nommer", "lire",
    )
)  # fmt: skip
"""Kinds whose lines are the premises of their claim, whatever else is known of them."""


def tasks_of(dossier: Dossier) -> tuple[Task, ...]:
    """Return what is left to do: at once, then by day; of a day, the heaviest claim first, then euros."""
    found = [
        *_of_premises(dossier),
        *_of_sides(dossier),
        *_of_actions(dossier),
        *_of_quarters(dossier.claims),
    ]
    of_claim: dict[str, Decimal] = defaultdict(Decimal)
    for one in found:
        of_claim[one.kind.claim] += one.weight[0]
    order = list(KINDS)

    def rank(one: Task) -> tuple[object, ...]:
        heaviest = (-of_claim[one.kind.claim] if one.kind.claim else 0, order.index(one.kind.code))
        return (
            not one.at_once,
            one.day or dt.date.max,
            *heaviest,
            *(-end for end in one.weight),
            one.key,
        )

    return tuple(sorted((_charged(one, dossier) for one in found), key=rank))


def deadlines_of(dossier: Dossier) -> tuple[Task, ...]:
    """Return every day of the calendar as a line that people may fill; nothing says that one was kept."""
    if dossier.calendar is None:
        return ()
    out, met = [], Counter[str]()
    for event in dossier.calendar.to_dict("records"):
        code = str(event["evenement"])
        kind = TaskKind(code, capital(EVENTS[code]), (), BY_DAY, IN_CHARGE[code], "", SHEET)
        subject = " ".join(
            filter(None, (event["id_convention"] or event["code_qpv"], str(event["annee"])))
        )
        met[f"{code} {subject}"] += 1
        again = met[f"{code} {subject}"]
        subject += f" ({again})" if again > 1 else ""
        role, day = dossier.settings.roles.get(kind.role, NOBODY), event["date"]
        task = Task(
            kind, subject, code_qpv=str(event["code_qpv"]), name=str(event["lecture"]), event=event,
            proposed=proposal(role, day, at_once=False, state=coming(day, dossier.settings.dossier.date)),
        )  # fmt: skip
        out.append(_filled(task, dossier, role, day, None))
    return tuple(out)


def tasks_of_place(claims: Claims, names: Quarters, role: str, sheet: str) -> tuple[Task, ...]:
    """Return what is left to do in a place over several bailleurs: a line a quarter and kind of claim.

    The details are in the pack of each: no bailleur's résidence or action is named. `claims` are of the
    place and its quarters; `role` is in charge of every line, `sheet` is the one to look at.
    """
    out = []
    for code in ("signaler", "reclamer", "programmer", "prouver", "situer"):
        kind = replace(KINDS[code], of=BY_QUARTER, sheet=sheet)
        kind = kind if code in ("programmer", "situer") else replace(kind, code=f"{code}_lieu")
        for quarter in filter(is_quarter, claims.scopes(kind.claim)):
            stake = claims.amount(kind.claim, quarter)
            if stake.exceeds_nil or (stake.may_exceed_nil and claims.has("acquis", quarter)):
                day = claims.get(kind.claim, quarter).deadline
                urgent = kind.when == NO_WAITING
                is_known = not urgent or stake.exceeds_nil  # else nothing is there to report yet
                out.append(
                    Task(kind if is_known else replace(kind, code=TO_PROVIDE), quarter, quarter,
                         names[quarter].shown, stake=stake, role=role, day=day, at_once=urgent and is_known)
                )  # fmt: skip
    rank = lambda one: (not one.at_once, one.day or dt.date.max, *(-end for end in one.weight))  # noqa: E731
    return tuple(sorted(out, key=rank))


def filled_doubts(dossier: Dossier, tasks: Iterable[Task]) -> list[Fault]:
    """Doubt what people filled and nothing keeps: a line no more to do, a person in place of a role."""
    tasks = tuple(tasks)
    lost = sorted(set(dossier.filled) - {task.key for task in tasks})
    named = [task.key for task in tasks if task.typed and task.typed != task.role]
    place = Place(dossier.settings.fichiers.a_faire.rpartition("/")[2])
    return [
        Fault(code, place, keys[0], {"nombre": len(keys)}, Severity.DOUTE)
        for code, keys in (("a_faire_sans_objet", lost), ("a_faire_personne", named))
        if keys
    ]


def charged(claims: Claims, tasks: Iterable[Task]) -> Claims:
    """Return the claims with who is in charge of what is left to do about each, and by when."""
    by_claim: dict[str, list[Task]] = {}
    for task in tasks:
        for name in task.kind.claims if task.is_open else ():
            by_claim.setdefault(name, []).append(task)
    return claims.renewed(
        replace(
            one,
            owner=", ".join(dict.fromkeys(task.role for task in mine)),
            deadline=one.deadline or min((t.day for t in mine if t.day is not None), default=None),
        )
        for one, mine in ((claims.get(name), mine) for name, mine in by_claim.items())
    )


def _charged(task: Task, dossier: Dossier) -> Task:
    """Return a line with who and when: as filled, else as the dossier says."""
    role = dossier.settings.roles.get(task.kind.role, NOBODY)
    at_once = task.kind.when == NO_WAITING
    day = None if at_once else _day(task, dossier)
    task = replace(task, at_once=at_once, proposed=proposal(role, day, at_once=at_once))
    return _filled(task, dossier, role, day, TaskState.A_FAIRE)


def _filled(
    task: Task, dossier: Dossier, role: str, day: dt.date | None, state: TaskState | None
) -> Task:
    """Return a line as people filled it, else as the dossier proposes."""
    filled = dossier.filled.get(task.key, Filled())
    office = filled.role if is_office(filled.role, dossier.settings.roles.values()) else ""
    return replace(
        task,
        role=office or role,
        typed=filled.role,
        day=filled.day or day,
        at_once=task.at_once and filled.day is None,
        state=filled.state or state,
    )


def _day(task: Task, dossier: Dossier) -> dt.date | None:
    """Return the last day of a line: of what is claimed by the law, of the others that of the next bilan."""
    if task.kind.when == "reclamation":
        return dossier.claims.get("a_reclamer").deadline
    if dossier.calendar is None:
        return None
    on = dossier.settings.dossier.date
    days = zip(*(dossier.calendar[c] for c in ("evenement", "date", "code_qpv")), strict=True)
    ahead = [
        (day, task.code_qpv in codes)
        for kind, day, codes in days
        if kind == task.kind.when and day is not None and day >= on
    ]
    own = [day for day, here in ahead if here and task.code_qpv]
    return min(own or [day for day, _ in ahead], default=None)


def _of_premises(dossier: Dossier) -> Iterator[Task]:
    """Return what premises leave to do: the facts of each claim, by résidence or quarter."""
    lines = _lines_of(dossier)
    if lines is None:
        return
    names = _names(dossier)
    claimed, sent = lines.touched("a_reclamer"), set(lines.touched("reclame_a_envoyer"))
    found = [(code, lines.touched(KINDS[code].claim, open_too=code == "lire")) for code in _MONEY]
    found += [("reclamer", [k for k in claimed if k in sent])]
    found += [("suivre", [k for k in claimed if k not in sent])]
    for code, rows in found:
        kind = own = KINDS[code]
        for subject, mine in lines.grouped(rows, by_quarter=kind.of == BY_QUARTER).items():
            name, homes = names.get(subject, (subject, None))
            partly = False
            if kind.claim == "a_reclamer":
                bare = code == "reclamer" and not lines.euros("a_reclamer_sans_preuve", mine).is_nil
                own = replace(kind, title=_UNPROVED) if bare else kind
                homes = known(lines.dwellings("logements_a_reclamer", mine))
            elif kind.of == BY_RESIDENCE and not lines.is_whole(subject, mine):
                whole, homes = homes, lines.retained(mine)
                partly = whole is None or homes is None or homes.exact != whole.exact
            yield Task(
                own, subject, code_qpv=lines.quarter(mine), dwellings=homes,
                detail=PARTLY if partly else "",
                name="" if kind.of == BY_QUARTER else name, stake=lines.euros(kind.claim, mine),
            )  # fmt: skip


def _lines_of(dossier: Dossier) -> FactLines | None:
    from tfpb.tax.ledger.fact_lines import FactLines  # noqa: PLC0415 - the page reads kinds alone

    money = dossier.abatement
    return None if money is None or money.by_premises is None else FactLines(money)


def _names(dossier: Dossier) -> dict[str, tuple[str, Amount | None]]:
    """Return the name and the dwellings of each résidence."""
    homes = dossier.located.residences
    if homes.empty:
        return {}
    counts = numbers(homes, "nb_logements").tolist()
    named = zip(texts(homes, "id_residence"), texts(homes, "nom"), counts, strict=True)
    return {i: (nom or i, None if math.isnan(n) else known(int(n))) for i, nom, n in named}


def _of_sides(dossier: Dossier) -> Iterator[Task]:
    """Return the résidences to place, each with what hangs on its side; then those that a limit cuts."""
    held = dossier.located.held
    if held.empty:
        return
    names, lines, places = _names(dossier), _lines_of(dossier), _places(dossier)
    sides = by_side_of(held, "id_residence")
    unsure = {str(i): int(n) for i, n in sides[QpvStatut.A_VERIFIER].items() if n}
    quarters = {
        (cote, home): code
        for cote, home, code in zip(*(texts(held, c) for c in _HELD), strict=True)
        if code
    }
    hanging = {} if lines is None else lines.grouped(lines.touched("reserve_cote", open_too=True))
    for home in dict.fromkeys((*unsure, *hanging)):
        rows = hanging.get(home, [])
        stake = unknown("sans_fichier")
        if lines is not None:
            lined = rows or home in lines.homes
            stake = lines.euros("reserve_cote", rows) if lined else unknown("sans_ligne")
        code = quarters.get((QpvStatut.A_VERIFIER, home), "")
        yield Task(
            KINDS["situer"], home, code_qpv=code or (lines.quarter(rows) if lines else ""),
            name=names.get(home, (home, None))[0], detail=places.get(home, ""),
            dwellings=known(unsure[home]) if home in unsure else None, stake=stake,
        )  # fmt: skip
    for home in (str(i) for i, is_cut in cut_homes(held).items() if is_cut):
        name, homes = names.get(home, (home, None))
        code = quarters[QpvStatut.DANS, home]
        yield Task(KINDS["relire"], home, code_qpv=code, name=name, dwellings=homes)


def _places(dossier: Dossier) -> dict[str, str]:
    """Return where the doors of each résidence whose side is not known stand."""
    doors = dossier.located.entrances
    near = doors[doubtful(doors)]
    found: dict[str, dict[str, None]] = {}
    for home, address in zip(texts(near, "id_residence"), texts(near, "adresse"), strict=True):
        found.setdefault(home, {})[address] = None
    return {home: ", ".join(addresses) for home, addresses in found.items()}


def _of_actions(dossier: Dossier) -> Iterator[Task]:
    """Return the actions of the year without whole proof, each with what its proof is worth."""
    from tfpb.tax.programme.brought import to_prove  # noqa: PLC0415 - the page reads kinds alone

    plan = dossier.programme
    groups: dict[tuple[str, str, bool], list[tuple[str, Amount, Action]]] = {}
    for action, title, stake in () if plan is None else to_prove(plan.actions, plan.year):
        proof = _open_stake(action, dossier) if stake is None else known(stake)
        has_piece = action.proof is not Proof.SANS
        key = (action.id_action, action.code_qpv, has_piece)
        groups.setdefault(key, []).append((title, proof, action))
    for (identifier, code, has_piece), lines in groups.items():  # one action, several lines
        proves = total(proof for _, proof, _ in lines)
        undated = all(action.is_undated for _, _, action in lines)
        lacking = "prouver_de_plus" if proves.is_nil else DATING if undated else "prouver"
        yield Task(
            KINDS[REVIEW if has_piece else lacking], identifier, code_qpv=code,
            name=lines[0][0], stake=proves, worth=total(action.valorise for _, _, action in lines),
        )  # fmt: skip


def _open_stake(action: Action, dossier: Dossier) -> Amount:
    """Return what a proof is worth where the share is not known: at most its action, or all to prove."""
    name = "a_prouver" if action.proof is Proof.SANS else "a_revoir"
    left = dossier.claims.amount(name, action.code_qpv)
    most = lesser(left, action.valorise).at_most
    return between(Decimal(0), most, *(left.why or {"non_etabli"}))


def _of_quarters(claims: Claims) -> Iterator[Task]:
    """Return the quarters where actions are to be planned, with what is carried over there."""
    for code in filter(is_quarter, claims.scopes("a_programmer")):
        stake = claims.amount("a_programmer", code)
        if stake.may_exceed_nil:
            yield Task(
                KINDS["programmer"], code, code_qpv=code, stake=stake,
                worth=claims.amount("reporte", code),
            )  # fmt: skip
