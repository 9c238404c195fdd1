"""Releases of the survey: the ledger that remembers them, and what the next run takes from it.

A plain run is a draft and leaves no line.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import platformdirs

from tfpb.errors import Fault, Place, Severity, TfpbError, fail, stop_on_faults
from tfpb.io.packs.pack import ARCHIVE, dumps, read_pack
from tfpb.io.tables.contents import require_file, unreadable
from tfpb.model.record import RELEASE, RUN, Source, has_record, older, recorded
from tfpb.model.survey import Order
from tfpb.survey import Release, Released, together
from tfpb.words.documents.pack_words import LEDGER
from tfpb.words.faults.paste_words import REPLIES
from tfpb.words.faults.question_words import asked_text, effects, left_open_words, to_paste

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from tfpb.model.question import Asked
    from tfpb.model.survey import Published

OF_REGION: Final = f"organisme/{older(RELEASE)}"
"""That of a region: it holds each bailleur's own quarters, and is for the regional body alone."""
_LINES: Final = (RELEASE, older(RELEASE), OF_REGION)
DRAFT: Final = "PROJET.txt"
"""Stands beside the tables of a draft, which bear no foot."""
LEDGER_VARIABLE: Final = "TFPB_DIFFUSIONS"
"""Environment variable that names the ledger."""
ALONE: Final = ".json"
"""Ending of the line of a comparison released by itself, which stands beside it."""
_ROLE: Final = "diffusions"
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_ASKED_FIRST: Final = frozenset({"marge_non_adoptee", "marge_adoptee_apres"})
NO_CONVENTION: Final = "sans_convention"
IN_DOUBT: Final = "doutes_ouverts"
STOPS: Final = frozenset({"vague_renommee", "vague_non_diffusee", "diffusion_contredite"})
"""Doubts with which nothing is released: what is right, the release or today's files, is not said."""
OTHER_NOW: Final = "projet_hors_diffusion"
"""Doubt on what a draft gives and a release did not."""
HELD_BACK: Final = frozenset({"diffusion_a_remplacer", "diffusion_gardee", "premiere_diffusion"})
"""Doubts on what a release takes from earlier ones: said before anything is written."""


@dataclass(frozen=True, slots=True)
class Precedents:
    """The releases that a run has to agree with, in order."""

    releases: tuple[Release, ...] = ()
    again: bool = False  # whether the run has been released already: its line is there
    order: Order = field(default_factory=Order)

    def source(self) -> tuple[Source, ...]:
        """Return the releases as an input of the run; none when there is none."""
        digest = hashlib.sha256(b"".join(dumps(r.line()) for r in self.releases)).hexdigest()
        whole = Source(_ROLE, LEDGER, digest, 0, len(self.releases))
        return (*((whole,) if self.releases else ()), *of_order(self.order))

    def released(self, bailleurs: Iterable[str]) -> Released:
        """Return what readers hold, bailleurs written as in this run."""
        return together(self.releases, bailleurs, self.order)


def of_order(order: Order) -> tuple[Source, ...]:
    """Return, as inputs of a run, what was said of released waves."""
    orders = [f"--remplacer {w} : {reason}" for w, reason in sorted(order.replaced.items())]
    orders += [f"--garder {w}" for w in order.kept]
    digests = (hashlib.sha256(text.encode()).hexdigest() for text in orders)
    return tuple(
        Source(_ROLE, text, digest, 0, 0) for text, digest in zip(orders, digests, strict=True)
    )


def ledger_path() -> Path:
    """Return where the ledger lies: with the user's data, or where `TFPB_DIFFUSIONS` says."""
    named = os.environ.get(LEDGER_VARIABLE, "").strip()
    if not named:
        return Path(platformdirs.user_data_dir("tfpb", appauthor=False)) / LEDGER
    path = Path(named)
    if path.exists() and not path.is_file():  # a folder, a device: nothing is kept there
        raise fail("diffusions_illisibles", place=Place(path.name), got=path.name)
    return path


def precedents(
    bailleurs: Sequence[str],
    run: str,
    homes: Collection[str],
    packs: Sequence[Path] = (),
    sent: Sequence[Path] = (),
    order: Order | None = None,
) -> Precedents:
    """Return the releases that a run has to agree with.

    `run` is its short hash, the ledger excluded, its order included; `homes`, résidences of the stock or of
    the survey; `packs`, released ones that the ledger of this machine may not know, or the line next to a
    comparison; `sent`, those kept next to the dossier: one that shows nothing of a survey is no precedent.
    Raises `diffusions_illisibles`, `precedent_sans_diffusion`, `precedent_d_un_autre`,
    `precedent_autres_residences`, or for a pack that cannot be read: it hides what was published.
    """
    ledger, order = _ledger(), order or Order()
    held = {dumps(r.line()) for r in ledger}
    given = [_of_pack(path) for path in packs]
    stop_on_faults(
        fault
        for path, one in zip(packs, given, strict=True)
        for fault in _apart(one, Place(path.name), bailleurs, homes)
    )
    given += [release for path in sent if (release := _sent_before(path)) is not None]
    more = {dumps(r.line()): r for r in given}
    found = _in_order(ledger, [r for line, r in more.items() if line not in held])
    ours = [r for r in found if r.concerns(bailleurs, homes)]
    runs = [r.run for r in ours]
    retired = {r for one in ours for c in one.corrections for r in c.runs}
    if (
        run in runs and run not in retired
    ):  # files of a release that was replaced are asked about again
        return Precedents(tuple(ours[: runs.index(run)]), again=True, order=order)
    return Precedents(tuple(ours), order=order)


def replaced(orders: Iterable[str]) -> dict[str, str]:
    """Read which waves are replaced, and why: « 2023="motif" » (TfpbError: `ordre_illisible`)."""
    out = {}
    for text in orders:
        wave, sign, reason = text.partition("=")
        if not (wave.strip() and sign and reason.strip(' "')):
            raise fail("ordre_illisible", got=text)
        out[wave.strip()] = reason.strip().strip('"').strip()
    return out


def _apart(
    release: Release, place: Place, bailleurs: Sequence[str], homes: Collection[str]
) -> Iterator[Fault]:
    """Refuse a release that was given and is not of a survey: nothing would be held of it."""
    if not release.concerns(bailleurs, ()):
        yield Fault("precedent_d_un_autre", place, fields={"bailleurs": ", ".join(bailleurs)})
    elif not release.concerns(bailleurs, homes):
        yield Fault("precedent_autres_residences", place)


def _sent_before(path: Path) -> Release | None:
    """Return what a send told of a survey, None where nothing: its line stands beside the archive too.

    Who sends the archive may move it away: what it told is told all the same.
    """
    for name in _LINES:
        if (path / name).is_file():
            return _line_of(path, {name: (path / name).read_bytes()})
    if (path / ARCHIVE).is_file():
        return _line_of(path, pack) if has_record(pack := read_pack(path), RELEASE) else None
    return None


def _in_order(ledger: Sequence[Release], more: Sequence[Release]) -> list[Release]:
    """Put releases that the ledger lacks where their days stand among its lines.

    Days are compared as written, year first. One without a day stands before all: nothing says that it is
    the last.
    """
    found = [*(r for r in more if not _day(r)), *ledger]
    for one in sorted(filter(_day, more), key=_day, reverse=True):
        later = (k for k, other in enumerate(found) if _day(other) > _day(one))
        found.insert(next(later, len(found)), one)
    return found


def _day(release: Release) -> str:
    return release.date if _DAY.fullmatch(release.date) else ""


def bailleurs_of(pack: Path) -> tuple[str, ...]:
    """Return the bailleurs of a pack that was sent: of its release, else of its record."""
    files = read_pack(pack)
    if set(_LINES) & set(files):
        return _line_of(pack, files).bailleurs
    try:
        return (str(json.loads(recorded(files, RUN))["reglages"]["dossier"]["bailleur"]),)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise fail("precedent_sans_diffusion", place=Place(pack.name)) from error


def _ledger() -> list[Release]:
    path = ledger_path()
    if not path.is_file():
        return []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return [Release.read(json.loads(t)) for t in lines if t]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise fail("diffusions_illisibles", place=Place(path.name), got=path.name) from error


def _of_pack(path: Path) -> Release:
    if path.suffix == ALONE:
        require_file(path)
    return _line_of(path, {RELEASE: path.read_bytes()} if path.suffix == ALONE else read_pack(path))


def _line_of(path: Path, pack: Mapping[str, bytes]) -> Release:
    name = next((n for n in _LINES if n in pack), None)
    if name is None:
        raise fail("precedent_sans_diffusion", place=Place(path.name))
    try:
        return Release.read(json.loads(pack[name]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise unreadable(path, name) from error


def release_of(
    bailleurs: Sequence[str],
    run: str,
    published: Published | None,
    homes: pd.DataFrame | None,
    date: str = "",
) -> dict[str, Any]:
    """Return the line of a run; empty when it shows nothing of a survey."""
    if published is None or homes is None:
        return {}
    return Release.of(bailleurs, run, date, homes, published).line()


def left_open(
    notices: Iterable[Fault], *, no_convention: bool = False, in_doubt: bool = False
) -> tuple[str, ...]:
    """List what a release leaves open and must be confirmed first: « j’envoie quand même ».

    Notices about a margin that was not adopted, or after the fieldwork; `no_convention`: taxes without the
    conventions that give the right; `in_doubt`: the side of an entrance is left to verify.
    """
    met = sorted({n.code for n in notices} & _ASKED_FIRST)
    more = {NO_CONVENTION: no_convention, IN_DOUBT: in_doubt}
    return (*met, *(code for code, is_open in more.items() if is_open))


def refuse_release(
    notices: Iterable[Fault], asked: Iterable[Asked] = (), on: dt.date | None = None, file: str = "",
    open_: Sequence[str] = (), whose: Mapping[str, Sequence[str]] | None = None,
) -> None:  # fmt: skip
    """Refuse to release what may be subtracted from an earlier release, or waits for a reply.

    A question above a hundredth of its claim must be answered, were it « inconnu »: `on` is proposed for
    the replies, None where the command knows none, and `file` is where they are written, when it is no
    `dossier.toml`. `open_` comes from `left_open`, unless the sender said « quand même »: an awaited reply
    stops all the same. `whose` names, in a region, the bailleurs of each of these; all where none is named.
    """
    twice = [replace(n, severity=Severity.FAUTE) for n in notices if n.code in STOPS]
    faults = [*twice, *unanswered(asked, on, file=file)]
    if open_:
        faults.append(Fault("envoi_a_confirmer", fields={"ouvert": left_open_words(open_, whose)}))
    if faults:
        raise TfpbError(faults)


def unanswered(asked: Iterable[Asked], on: dt.date | None, *, file: str = "") -> list[Fault]:
    """Make the faults of the questions that a release waits for, each with what to write.

    `on` is the day of the dossier, None where the command knows none; `file` is where replies are written,
    when it is no `dossier.toml`.
    """
    out = []
    for one in (one for one in asked if one.is_waiting):
        question, text = one.question, asked_text(one)
        fields = {
            "question": text.title, "phrase": text.sentence, "cle": question.key,
            "effets": effects(one), "part": text.share,
            "coller": (REPLIES, question.key, to_paste(one, on)), **({"ou": file} if file else {}),
        }  # fmt: skip
        out.append(Fault("diffusion_sans_reponse", question.place, "", fields))
    return out


def asked_first(sources: Iterable[Source]) -> tuple[Fault, ...]:
    """Ask, before a release that follows none known here, whether one was sent from elsewhere."""
    if any(s.role == _ROLE for s in sources):
        return ()
    return (Fault("premiere_diffusion", severity=Severity.DOUTE),)


def ledger_with(line: Mapping[str, Any]) -> dict[Path, bytes]:
    """Return the ledger with one line more, for its place."""
    path = ledger_path()
    before = path.read_bytes() if path.is_file() else b""
    text = json.dumps(line, ensure_ascii=False, sort_keys=True)
    return {path: before + text.encode() + b"\n"}
