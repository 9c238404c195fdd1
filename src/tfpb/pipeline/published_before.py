"""Releases of the survey: the ledger that remembers them, and what the next run takes from it.

A line says which résidence stood in which cell, which cells were masked, which were told and on how
many answers: no answer of anyone. A plain run is a draft and leaves no line.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import platformdirs

from tfpb.errors import Fault, Place, Severity, TfpbError, fail
from tfpb.io.packs.pack import dumps, read_pack
from tfpb.io.tables.contents import require_file, unreadable
from tfpb.model.codes import TOTAL
from tfpb.model.record import Source
from tfpb.survey import Disclosed, disclosed_in
from tfpb.survey.estimation.compared_groups import QUARTER_COLUMNS
from tfpb.survey.secrecy.cells import Cell, Home
from tfpb.survey.secrecy.field_counts import FieldCount, counts_told
from tfpb.text import fold
from tfpb.words.documents.pack_words import LEDGER
from tfpb.words.faults.paste_words import REPLIES
from tfpb.words.faults.question_words import effects, question_text, to_paste

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import pandas as pd

    from tfpb.model.question import Asked

RELEASE: Final = "diffusion.json"
"""Line of its own that a released pack holds: it serves as a precedent where there is no ledger."""
DRAFT: Final = "PROJET.txt"
"""Stands beside the tables of a draft, which bear no foot."""
LEDGER_VARIABLE: Final = "TFPB_DIFFUSIONS"
"""Environment variable that names the ledger."""
_BALANCE: Final = "donnees/bilan.csv"
_TOLD: Final = {
    "valorise_par_logement": "valorise_eur", "acquis_par_logement": "abattement_eur",
    "logements_abattus": "logements_abattus",
}  # fmt: skip
_ALONE: Final = ".json"
"""Ending of the line of a comparison released by itself, which stands beside it."""
_SIDE: Final = "cote"
_HOMES: Final = "residences"
_HOMES_BY_OWNER: Final = "residences_par_bailleur"
"""Résidences of a release of several bailleurs, of whom two may use one identifier. A program that does not
know this field refuses the ledger, which is better than to read it amiss."""
_COUNTS: Final = "terrain"
_NEVER_TWICE: Final = frozenset({"enquete_renommee", "cotes_d_avant_inconnus"})
"""Doubts with which nothing is released: what two releases tell together is not known."""
HELD_BACK: Final = frozenset({"masques_repris", "cotes_d_une_diffusion"})
"""Doubts on what two releases tell together: said before anything is written."""


@dataclass(frozen=True, slots=True)
class Release:
    """One release.

    Parameters
    ----------
    bailleurs : tuple of str
    run : str
        Short hash of its inputs, settings and versions, the ledger apart.
    homes : mapping of str to mapping of (str, str) to str
        Column (`cote`, `code_qpv`, each level shown) → bailleur ("" where it is not known) and résidence →
        what it was then.
    masked : tuple of Cell
    shown : tuple of (Cell, int)
    counts : tuple of FieldCount
        Those of the field sheet, each bailleur under its name.
    """

    bailleurs: tuple[str, ...]
    run: str
    homes: dict[str, dict[Home, str]]
    masked: tuple[Cell, ...]
    shown: tuple[tuple[Cell, int], ...]
    counts: tuple[FieldCount, ...] = ()

    def line(self) -> dict[str, Any]:
        """Return the release as the ledger writes it."""
        field_sheet = {_COUNTS: [list(c) for c in self.counts]} if self.counts else {}
        return {
            "bailleurs": list(self.bailleurs),
            "calcul": self.run,
            **self._homes_line(),
            "masquees": [list(c) for c in self.masked],
            "montrees": [[*c, n] for c, n in self.shown],
            **field_sheet,
        }

    def _homes_line(self) -> dict[str, Any]:
        if len(self.bailleurs) == 1:
            return {
                _HOMES: {c: {h: v for (_, h), v in told.items()} for c, told in self.homes.items()}
            }
        out: dict[str, dict[str, dict[str, str]]] = {}
        for column, told in self.homes.items():
            for (owner, home), value in told.items():
                out.setdefault(owner, {}).setdefault(column, {})[home] = value
        return {_HOMES_BY_OWNER: out}

    def concerns(self, bailleurs: Iterable[str], homes: Collection[str]) -> bool:
        """Return whether a run is about the same survey: a bailleur and some résidences in common.

        A survey that names no résidence may be the same.
        """
        known = {h for _, h in self.homes.get(_SIDE, {})}
        shared = {fold(b) for b in bailleurs} & {fold(b) for b in self.bailleurs}
        return bool(shared) and (not known or not homes or any(h in known for h in homes))


@dataclass(frozen=True, slots=True)
class Precedents:
    """The releases that a run has to agree with, in order.

    Parameters
    ----------
    releases : tuple of Release
    again : bool
        Whether the run has been released already: its line is there.
    """

    releases: tuple[Release, ...] = ()
    again: bool = False

    def source(self) -> tuple[Source, ...]:
        """Return the releases as an input of the run; none when there is none."""
        digest = hashlib.sha256(b"".join(dumps(r.line()) for r in self.releases)).hexdigest()
        whole = Source("diffusions", LEDGER, digest, 0, len(self.releases))
        return (whole,) if self.releases else ()

    def disclosed(
        self, bailleurs: Iterable[str], same: Collection[str] = QUARTER_COLUMNS
    ) -> Disclosed:
        """Return what readers hold: a level of a release is a level of its own, as it was then.

        Sides and quarters are those of the first release that gave them. Bailleurs are written as
        in this run; levels of `same` are what they were.
        """
        written = {fold(b): b for b in bailleurs}
        masked: list[Cell] = []
        shown: dict[Cell, int] = {}
        sides: dict[str, dict[Home, str]] = {}
        for rank, release in enumerate(self.releases, start=1):
            names = {c: c if c in {_SIDE, *same} else f"@{rank}:{c}" for c in release.homes}
            for column, values in release.homes.items():
                stood = {h: v for h, v in values.items() if v or column != _SIDE}
                ours = _of_run(stood, written)
                sides[names[column]] = ours | sides.get(names[column], {})

            def as_now(cell: Cell, names: Mapping[str, str] = names) -> Cell:
                owner = written.get(fold(cell.bailleur), cell.bailleur)
                return cell._replace(niveau=names.get(cell.niveau, cell.niveau), bailleur=owner)

            masked += [as_now(c) for c in release.masked]
            shown |= {as_now(c): n for c, n in release.shown}
        hidden = set(masked)
        told = tuple(sorted((c, n) for c, n in shown.items() if c not in hidden))
        counts = [
            tuple(
                c._replace(bailleur=written[fold(c.bailleur)])
                for c in release.counts
                if fold(c.bailleur) in written
            )
            for release in self.releases
        ]
        return Disclosed(
            tuple(sorted(hidden)), told, tuple(sorted(sides.items())), tuple(filter(None, counts))
        )


def _of_run(stood: Mapping[Home, str], bailleurs: Collection[str]) -> dict[Home, str]:
    """Return what is told of the résidences of a run, under its bailleurs' names, folded.

    Those of a run of one bailleur are all its own, whatever its stock calls it. What was of a bailleur that
    the run does not name (it has another name now, or the line named none) is of whoever has that
    identifier, unless two had it.
    """
    own = {(fold(o), h): v for (o, h), v in stood.items() if fold(o) in bailleurs}
    if len(bailleurs) == 1:
        own |= {("", h): v for (_, h), v in own.items()}
    free: dict[Home, set[str]] = {}
    for (owner, home), value in stood.items():
        if not owner or (len(bailleurs) > 1 and fold(owner) not in bailleurs):
            free.setdefault(("", home), set()).add(value)
    return {h: told.pop() for h, told in free.items() if len(told) == 1} | own


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
    bailleurs: Sequence[str], run: str, homes: Collection[str], packs: Sequence[Path] = ()
) -> Precedents:
    """Return the releases that a run has to agree with.

    Parameters
    ----------
    bailleurs : sequence of str
    run : str
        Short hash of the run, the ledger apart.
    homes : collection of str
        Résidences of the stock, or of the survey.
    packs : sequence of Path
        Released packs that the ledger of this machine may not know, or the line beside a comparison.

    Raises
    ------
    TfpbError
        `diffusions_illisibles`, `precedent_sans_diffusion`, or a pack that cannot be read: what cannot
        be read hides what was told.
    """
    found = [_of_pack(path) for path in packs]
    seen = {dumps(r.line()) for r in found}
    found += [r for r in _ledger() if dumps(r.line()) not in seen]
    ours = [r for r in found if r.concerns(bailleurs, homes)]
    runs = [r.run for r in ours]
    again = run in runs
    return Precedents(tuple(ours[: runs.index(run)] if again else ours), again)


def last_heights(bailleur: str, year: int, packs: Sequence[Path]) -> dict[str, Decimal]:
    """Return what last year's pack of a bailleur tells per abated dwelling, euros.

    Parameters
    ----------
    bailleur : str
    year : int
        Tax year of the run.
    packs : sequence of Path
        Released packs.

    Returns
    -------
    dict of str to Decimal
        `valorise_par_logement` and `acquis_par_logement`, of abated dwellings, over the quarters whose
        abatement is known; empty when no pack is of that year.
    """
    for path in packs:
        if path.suffix == _ALONE or fold(bailleur) not in map(fold, _of_pack(path).bailleurs):
            continue
        told = [r for r in _balance_of(path, year - 1) if r.get("abattement_eur")]
        try:
            sums = {n: sum((Decimal(r[c]) for r in told), Decimal(0)) for n, c in _TOLD.items()}
        except (KeyError, InvalidOperation) as error:
            raise unreadable(path, _BALANCE) from error
        if homes := sums.pop("logements_abattus"):
            return {name: total / homes for name, total in sums.items()}
    return {}


def carried_over(pack: Path, year: int) -> dict[str, Decimal | None]:
    """Return what a pack says each quarter carries over from a year, euros.

    Returns
    -------
    dict of str to Decimal or None
        None where its abatement is not known; empty when the pack tells no balance of that year.
    """
    rows = [r for r in _balance_of(pack, year) if "rattrapage_eur" in r]
    try:
        return {
            r["code_qpv"]: Decimal(r["rattrapage_eur"]) if r["rattrapage_eur"] else None
            for r in rows
        }
    except (KeyError, InvalidOperation) as error:
        raise unreadable(pack, _BALANCE) from error


def _balance_of(pack: Path, year: int) -> list[dict[str, str]]:
    """Read the lines of a year in the balance of a pack, decimal points in place of commas."""
    table = read_pack(pack).get(_BALANCE, b"").decode("utf-8-sig", "replace")
    rows = [
        {name: (text or "").replace(",", ".") for name, text in row.items() if name}
        for row in csv.DictReader(io.StringIO(table), delimiter=";")
    ]
    return [r for r in rows if r.get("annee") == str(year)]


def _ledger() -> list[Release]:
    path = ledger_path()
    if not path.is_file():
        return []
    try:
        return [_release(json.loads(t)) for t in path.read_text(encoding="utf-8").splitlines() if t]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise fail("diffusions_illisibles", place=Place(path.name), got=path.name) from error


def _of_pack(path: Path) -> Release:
    if path.suffix == _ALONE:
        require_file(path)
    pack = {RELEASE: path.read_bytes()} if path.suffix == _ALONE else read_pack(path)
    if RELEASE not in pack:
        raise fail("precedent_sans_diffusion", place=Place(path.name))
    try:
        return _release(json.loads(pack[RELEASE]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise unreadable(path, RELEASE) from error


def _release(line: Any) -> Release:
    bailleurs = tuple(map(str, line["bailleurs"]))
    return Release(
        bailleurs,
        str(line["calcul"]),
        _homes(line, bailleurs),
        tuple(Cell(*map(str, c)) for c in line["masquees"]),
        tuple((Cell(*map(str, c)), int(n)) for *c, n in line["montrees"]),
        tuple(FieldCount._make((*map(str, c), int(n))) for *c, n in line.get(_COUNTS, ())),
    )


def _homes(line: Any, bailleurs: Sequence[str]) -> dict[str, dict[Home, str]]:
    """Read the résidences of a line; before 0.2.0 those of several bailleurs bore no owner."""
    if _HOMES in line:
        by_owner = {bailleurs[0] if len(bailleurs) == 1 else "": line[_HOMES]}
    else:
        by_owner = line[_HOMES_BY_OWNER]
    out: dict[str, dict[Home, str]] = {}
    for owner, columns in by_owner.items():
        # without a side it was two résidences of one name: the rest is of either
        two = {h for h, side in columns.get(_SIDE, {}).items() if not side}
        for column, told in columns.items():
            kept = {(str(owner), str(h)): str(v) for h, v in told.items() if h not in two}
            blank = {(str(owner), str(h)): "" for h in two if column == _SIDE}
            out.setdefault(str(column), {}).update(kept | blank)
    return out


def release_of(
    bailleurs: Sequence[str],
    run: str,
    comparison: pd.DataFrame | None,
    homes: pd.DataFrame | None,
    fieldwork: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Return the line of a run; empty when it shows nothing of a survey.

    Parameters
    ----------
    bailleurs : sequence of str
    run : str
    comparison : DataFrame or None
        As published.
    homes : DataFrame or None
        Résidences (`id_residence`) as the survey was estimated on them; without `cote`, their side is not
        known. Two of one bailleur that bear one name are on no known side either, nor in a known quarter.
    fieldwork : DataFrame, optional
        Counts of the field sheet as published.
    """
    if comparison is None or homes is None:
        return {}
    told = disclosed_in([comparison])
    levels = sorted(set(comparison["niveau"].astype(str)) - {TOTAL})
    columns = [_SIDE, *(c for c in dict.fromkeys(("code_qpv", *levels)) if c in homes)]
    keys = ["bailleur", "id_residence"]
    rows = homes.reindex(columns=[*keys, *columns], fill_value="").fillna("").astype(str)
    if len(bailleurs) == 1:
        rows["bailleur"] = bailleurs[0]
    rows = rows.drop_duplicates().sort_values(keys, kind="stable")
    double = rows[keys].duplicated(keep=False)
    rows.loc[double, _SIDE] = ""
    names = list(rows[keys].itertuples(index=False, name=None))
    held = {c: dict(zip(names, rows[c], strict=True)) for c in columns}
    doubled = {name for name, twice in zip(names, double, strict=True) if twice}
    for column in set(columns) - {_SIDE}:
        held[column] = {h: v for h, v in held[column].items() if h not in doubled}
    counts = counts_told(fieldwork) if fieldwork is not None else ()
    if len(bailleurs) == 1:  # the whole of a delivery of one bailleur is its own
        counts = tuple(c._replace(bailleur=bailleurs[0]) for c in counts)
    return Release(tuple(sorted(bailleurs)), run, held, told.masked, told.shown, counts).line()


def refuse_release(
    notices: Iterable[Fault], asked: Iterable[Asked] = (), on: dt.date | None = None, file: str = ""
) -> None:
    """Refuse to release what may be subtracted from an earlier release, or waits for a reply.

    Parameters
    ----------
    notices : iterable of Fault
    asked : iterable of Asked
        Questions of the files: one above a hundredth of its claim must be answered, were it « inconnu ».
    on : date or None
        Proposed for the replies; None where the command knows none.
    file : str
        Where replies are written, when it is no `dossier.toml`.

    Raises
    ------
    TfpbError
    """
    twice = [replace(n, severity=Severity.FAUTE) for n in notices if n.code in _NEVER_TWICE]
    faults = [*twice, *unanswered(asked, on, file=file)]
    if faults:
        raise TfpbError(faults)


def unanswered(asked: Iterable[Asked], on: dt.date | None, *, file: str = "") -> list[Fault]:
    """Make the faults of the questions that a release waits for, each with what to write.

    Parameters
    ----------
    asked : iterable of Asked
    on : date or None
        Of the dossier; None where the command knows none.
    file : str
        Where replies are written, when it is no `dossier.toml`.
    """
    out = []
    for question in (one.question for one in asked if one.is_waiting):
        said = question_text(question)
        fields = {
            "question": said.title, "phrase": said.sentence, "cle": question.key,
            "effets": effects(question), "part": said.share,
            "coller": (REPLIES, question.key, to_paste(question, on)), **({"ou": file} if file else {}),
        }  # fmt: skip
        out.append(Fault("diffusion_sans_reponse", question.place, "", fields))
    return out


def ledger_with(line: Mapping[str, Any]) -> dict[Path, bytes]:
    """Return the ledger with one line more, for its place."""
    path = ledger_path()
    before = path.read_bytes() if path.is_file() else b""
    text = json.dumps(line, ensure_ascii=False, sort_keys=True)
    return {path: before + text.encode() + b"\n"}
