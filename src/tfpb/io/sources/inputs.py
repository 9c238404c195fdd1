"""All the files of a dossier, read at once: every fault of every file in one list."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from tfpb.errors import Fault, Headers, Place, not_yet_reported
from tfpb.io.attachments.filled_tasks import read_filled
from tfpb.io.attachments.photos import read_photos
from tfpb.io.attachments.piece_files import PIECES, read_pieces
from tfpb.io.open_questions.scale_questions import with_levels_named, with_replies
from tfpb.io.open_questions.survey_questions import survey_findings
from tfpb.io.sources.address_columns import ALIAS_COLUMNS, renamed_streets, with_address_line
from tfpb.io.sources.gathering import Gathering, without_empty
from tfpb.io.sources.plan_checks import check_deliveries, given_owner, given_waves
from tfpb.io.sources.stock_checks import Identifiers, Names, check_stock
from tfpb.io.sources.toml_files import read_plan
from tfpb.io.tables.headers import match_columns
from tfpb.model.columns import READINGS
from tfpb.model.settings import of_role, replies_of
from tfpb.model.tables import BY_ROLE
from tfpb.questions.repeated_rows import repeated_in
from tfpb.text import fold
from tfpb.words.faults.input_words import ONE_OF, OPTIONAL

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from tfpb.io.sources.deliveries import Delivery
    from tfpb.io.tables.tabular import TextTable
    from tfpb.model.plan import FichierEnquete, Plan
    from tfpb.model.question import Asked
    from tfpb.model.record import Filled, PieceFile, Reading, Source
    from tfpb.model.settings import Settings
    from tfpb.questions.finding import Change

_NOT_THERE: Final = frozenset({"fichier_absent", "fichier_mal_nomme"})


@dataclass(frozen=True, slots=True)
class Inputs:
    """The user's files, typed."""

    frames: Mapping[str, pd.DataFrame]
    """By role (`patrimoine`, `fiscalite`…); absent roles are not there."""
    deliveries: tuple[Delivery, ...] = ()
    plan: Plan | None = None
    repere: TextTable | None = None  # regional mark, read by the survey
    margins: TextTable | None = None  # calibration margins that the plan names
    reference: TextTable | None = None  # standardisation stock that the plan names
    aliases: Mapping[str, str] = field(default_factory=dict)  # old street name → new one
    given: Mapping[str, str] = field(default_factory=dict)
    """Settings on the deliveries: a bailleur's name → the one meant, a file → its wave."""
    sources: tuple[Source, ...] = ()
    photos: Mapping[str, bytes] = field(default_factory=dict)
    """Those that diagnostics name, reduced."""
    pieces: tuple[PieceFile, ...] | None = None  # the folder of pieces, where one is given
    copies: Mapping[str, bytes] = field(default_factory=dict)
    """Name inside the pack → bare copy of a photograph of that folder."""
    readings: tuple[Reading, ...] = ()  # what became of the rows of the typed tables, file by file
    headers: Headers = field(default_factory=Headers)  # the user's own, of the typed tables
    asked: tuple[Asked, ...] = ()
    """Questions of the tables, largest stake first, each with its reply."""
    replies: Mapping[str, str] = field(default_factory=dict)
    """Key of a question that no table asks → code replied or supposed: those of notices."""
    filled: Mapping[str, Filled] = field(default_factory=dict)
    """What people filled in the list of what is to do, by key of its line."""

    def frame(self, role: str) -> pd.DataFrame | None:
        """Return a typed table, or None when the dossier lacks it."""
        return self.frames.get(role)

    def of_roles(self, *roles: str) -> Inputs:
        """Return the inputs of some roles and nothing else: a stage that reads it depends on them alone.

        `enquete` brings the plan with it, `programme` its pieces.
        """
        survey = "enquete" in roles
        wanted = {*roles, "plan", "calage", "standard"} if survey else set(roles)
        return Inputs(
            frames={role: frame for role, frame in self.frames.items() if role in wanted},
            deliveries=self.deliveries if survey else (),
            plan=self.plan if survey else None,
            repere=self.repere if "repere" in wanted else None,
            margins=self.margins if survey else None,
            reference=self.reference if survey else None,
            aliases=self.aliases if "alias_voies" in wanted else {},
            pieces=self.pieces if "programme" in wanted else None,
            copies=self.copies if "programme" in wanted else {},
            given=self.given if survey else {},
            sources=tuple(
                s for s in self.sources if (s.role if s.role != PIECES else "programme") in wanted
            ),
            asked=tuple(a for a in self.asked if a.question.source in wanted),
            replies=self.replies if "fiscalite" in wanted else {},
        )

    def identity(self) -> tuple[object, ...]:
        """Return what identifies these inputs: deliveries by file (its hash), sheet and replies."""
        return (
            self.frames, self.plan, self.repere, self.margins, self.reference, self.aliases, self.given,
            self.sources, tuple((d.table.file, d.table.sheet) for d in self.deliveries),
            tuple((a.question.key, a.reading) for a in self.asked), self.replies, self.pieces,
        )  # fmt: skip


class _Reader(Gathering):
    """Reads the tables of a dossier by their role, and keeps the headers of each."""

    def __init__(
        self, settings: Settings, supposed: Mapping[str, str], outside: tuple[Change, ...]
    ) -> None:
        replies = replace(replies_of(settings.reponses), supposed=supposed)
        owner = settings.dossier.bailleur
        super().__init__(replies=replies, year=settings.dossier.annee, outside=outside, owner=owner)
        self.settings = settings
        self.names = Names(settings)

    def role(self, role: str, known: tuple[str, ...] = ()) -> TextTable | None:
        """Read the table of a role, if the dossier names one."""
        name = getattr(self.settings.fichiers, role)
        if not name:
            return None
        sheet = self.settings.reglages.feuilles.get(role)
        renames = self._renames(role)
        known = (*known, *renames.values())
        return self.table(role, self.settings.path(name), sheet=sheet, known=known, renames=renames)

    def frame(self, role: str) -> pd.DataFrame | None:
        """Read and type the table of a role."""
        contract = replace(BY_ROLE[role], name=role)
        stock = role == "patrimoine"
        table = self.role(role, contract.headers)
        if table is None:
            return None
        renames = self._renames(role)
        if stock:
            whole = match_columns(table, contract, renames)[0].get("adresse", "")
            table, line = with_address_line(table, whole)
            renames |= {"adresse": line} if line else {}
        read = {fold(h) for h in table.frame.columns}
        # a header explained for one file is understood in the others
        known = match_columns(table, contract, renames)[0]
        for other in BY_ROLE:
            renames |= {
                c: h
                for c, h in self._renames(other).items()
                if c in contract.names and c not in known and fold(h) in read
            }
        named = self.tenants[role]
        if stock and named and self.settings.reglages.geocodage != "index":
            place = Place(table.file, table.sheet, 0, named[0])
            self.faults.append(Fault("adresses_de_locataires", place, ", ".join(named)))
        chosen = self.settings.reglages
        copied = of_role(dict.fromkeys(chosen.recopier, ""), role)
        self.faults += [
            _not_copied(self.settings, f"{role}.{column}")
            for column in copied
            if column not in contract.names and fold(column) not in read
        ]
        typed = self.typed(table, contract, renames, copied, of_role(chosen.lectures, role))
        frame, doubts = self.names.in_table(role, typed)
        self.faults += doubts
        return frame

    def _renames(self, role: str) -> dict[str, str]:
        """Return the columns that dossier.toml names for a role: contract name → header."""
        return of_role(self.settings.reglages.colonnes, role)


def gather_inputs(
    settings: Settings,
    supposed: Mapping[str, str] | None = None,
    outside: tuple[Change, ...] = (),
) -> tuple[Inputs, tuple[Fault, ...]]:
    """Read every file of a dossier; faults and doubts, under the user's headers, are returned, never raised.

    Tables are read under `supposed` answers (by key of a question), whatever was replied, and as changed
    from `outside` by answers to questions on several dossiers.
    """
    reader = _Reader(settings, supposed or {}, outside)
    reader.faults += unknown_settings(settings)
    frames = {role: frame for role in BY_ROLE if (frame := reader.frame(role)) is not None}
    identifiers = Identifiers(())
    if "patrimoine" in frames:
        frames["patrimoine"], found = check_stock(
            frames["patrimoine"], settings.dossier.bailleur, repeated_in(reader.asked, "patrimoine")
        )
        reader.faults += not_yet_reported(found, reader.faults)
        identifiers = Identifiers([*frames["patrimoine"]["id_residence"], *reader.gone])
    taxes = ("fiscalite", "fiscalite_precedente", "gmbi", "declaration")
    for role in (*taxes, "droit_commun", "decisions"):
        if role in frames:
            frames[role], found = identifiers.mend(frames[role], "id_residence")
            reader.faults += found
    for role in ("fiscalite", "droit_commun"):
        if role in frames:
            frames[role] = reader.followed(frames[role])
    survey = _survey(reader, identifiers)
    aliases: dict[str, str] = {}
    streets = reader.role("alias_voies", ALIAS_COLUMNS)
    if streets is not None:
        aliases, found = renamed_streets(streets)
        reader.faults += found
    walked = frames.get("diagnostics")
    photos = read_photos(reader, settings, walked) if walked is not None else {}
    pieces, copies = read_pieces(reader, settings, frames.get("programme"))
    repere = reader.role("repere")
    filled = read_filled(reader, settings)
    asked = reader.answered(settings.file)
    reader.faults += reader.names.unused()
    reader.faults[:] = _optional(reader.faults, settings)
    headers = Headers(reader.headers)
    inputs = replace(
        survey,
        frames=frames,
        repere=repere,
        aliases=aliases,
        photos=photos,
        pieces=pieces,
        copies=copies,
        sources=tuple(reader.sources),
        readings=_by_bailleur(reader.readings, frames.get("patrimoine")),
        headers=headers,
        asked=asked,
        replies=reader.replies.beyond(asked),
        filled=filled,
    )
    return inputs, headers.quote(reader.faults)


def _optional(faults: Iterable[Fault], settings: Settings) -> list[Fault]:
    """Say of the files that are not there and that a dossier may do without that their line may go."""
    roles: dict[str, str] = {}
    for role, given in settings.fichiers.model_dump(exclude={"patrimoine"}).items():
        for name in filter(None, (given,) if isinstance(given, str) else given):
            roles[settings.path(name).name] = role
    return [
        replace(f, fields={**f.fields, "aussi": OPTIONAL.format(role=roles[f.place.file])})
        if f.code in _NOT_THERE and f.place.file in roles
        else f
        for f in faults
    ]


def _by_bailleur(readings: Iterable[Reading], stock: pd.DataFrame | None) -> tuple[Reading, ...]:
    """Split what was read of the stock by bailleur, when it names several; totals stay with the first."""
    out: list[Reading] = []
    for one in readings:
        counts: Counter[str] = Counter(stock["bailleur"] if stock is not None else ())
        if one.role != "patrimoine" or len(counts) < 2:  # noqa: PLR2004
            out.append(one)
            continue
        left, aside = one.left, one.read - one.kept
        for name, rows in sorted(counts.items()):
            out.append(
                replace(one, bailleur=str(name), read=int(rows) + aside, kept=int(rows), left=left)
            )
            left, aside = {}, 0
    return tuple(out)


def _survey(reader: _Reader, identifiers: Identifiers) -> Inputs:
    """Read the survey that the dossier names, if it names one."""
    settings, files = reader.settings, reader.settings.fichiers
    if files.enquete and not files.plan:
        reader.faults.append(Fault("plan_absent", Place(settings.file)))
    if not files.plan:
        return Inputs({})
    path, paths = settings.path(files.plan), [settings.path(name) for name in files.enquete]
    owner = settings.dossier.bailleur
    own = settings.enquete.fichiers
    found = gather_survey(
        reader, path, paths, sheet=settings.reglages.feuilles.get("enquete"),
        identifiers=identifiers, bailleur=owner, names=reader.names, own=own,
    )  # fmt: skip
    waves = {name: one.vague for name, one in own.items() if one.vague}
    return replace(found, given={**settings.alias.bailleurs, **waves})


def gather_survey(
    gathered: Gathering,
    plan_file: Path,
    files: Sequence[Path],
    *,
    sheet: str | None = None,
    identifiers: Identifiers | None = None,
    bailleur: str = "",
    names: Names | None = None,
    own: Mapping[str, FichierEnquete] | None = None,
) -> Inputs:
    """Read a plan, its deliveries, and the margins and reference stock that it names; empty without a plan.

    `gathered` gets every fault and doubt (nothing is raised) and the sources. Zeros that a delivery lost
    are given back by the `identifiers` of the stock; `bailleur`, whose dossier it is, is doubted when no
    delivery names it; `names` are the dossier's for the bailleurs of deliveries; `own` gives the wave and
    bailleur of a file, in addition to the plan.
    """
    plan, faults = gathered.attempt(lambda: read_plan(plan_file)) or (None, [])
    if plan is None:
        gathered.faults += faults
        return Inputs({})
    own = {**plan.enquete.fichiers, **(own or {})}
    waves = {name: one.vague for name, one in own.items() if one.vague}
    owners = {name: one.bailleur for name, one in own.items() if one.bailleur}
    lacks_waves = [f for f in faults if f.code == "plan_vague_absente"]
    gathered.faults += [f for f in faults if f not in lacks_waves]
    gathered.note("plan", plan_file, len(plan.items))
    deliveries = []
    for path in files:
        delivery = gathered.delivery(path, plan, sheet=sheet)
        if delivery is not None:
            if identifiers is not None:
                delivery = identifiers.mend_delivery(delivery, plan.colonnes.residence)
            plan, delivery = given_owner(plan, delivery, owners)
            if names is not None:
                delivery = names.in_delivery(delivery, plan)
            deliveries.append(delivery)
            gathered.faults += delivery.notices
    plan, deliveries, found = given_waves(plan, deliveries, waves, plan_file.name)
    gathered.faults += found or (lacks_waves if not (deliveries or waves) else [])
    findings, found = survey_findings(plan, deliveries)
    gathered.faults += found
    residence = plan.colonnes.residence
    settled = [gathered.settled_delivery(d, own, residence, bailleur) for d, own in findings]
    plan = with_levels_named(with_replies(plan, gathered.asked))
    # a file that is another's copy, whole, is left with nothing
    deliveries = [d for d in settled if len(d.table.frame)] or settled
    options = plan.reglages
    margins = beside_plan(gathered, "calage", plan_file, options.marges_calage)
    reference = beside_plan(gathered, "standard", plan_file, options.reference_standardisation)
    gathered.faults += _delivered_twice(gathered.sources)
    if deliveries:
        gathered.faults[:] = without_empty(gathered.faults)
        gathered.faults += check_deliveries(plan, deliveries, plan_file.name, bailleur=bailleur)
    return Inputs({}, deliveries=tuple(deliveries), plan=plan, margins=margins, reference=reference)


def beside_plan(reader: Gathering, role: str, plan: Path, name: str) -> TextTable | None:
    """Read a table that the plan names, relative to the plan."""
    return reader.table(role, plan.parent / name.replace("\\", "/")) if name else None


def unknown_settings(settings: Settings) -> list[Fault]:
    """List what `[reglages]` names that is no table, no column, or no reading of its column."""
    columns = {f"{r}.{c.name}": c for r, contract in BY_ROLE.items() for c in contract.columns}
    read = {key: READINGS[c.kind] for key, c in columns.items() if c.kind in READINGS}
    chosen = settings.reglages
    named: dict[str, tuple[Iterable[str], Container[str]]] = {
        "colonnes": (chosen.colonnes, columns),
        "feuilles": (chosen.feuilles, type(settings.fichiers).model_fields),
        "lectures": (chosen.lectures, read),
    }
    faults = [
        _not_copied(settings, key)
        for key in chosen.recopier
        if key.partition(".")[0] not in BY_ROLE or not key.partition(".")[2]
    ]
    for key, reading in chosen.lectures.items():
        if reading not in read.get(key, (reading,)):
            place = Place(settings.file, "", 0, f"reglages.lectures.{key}")
            fields = {"attendu": ONE_OF.format(values=", ".join(read[key]))}
            faults.append(Fault("code_inconnu", place, reading, fields))
    for section, (given, known) in named.items():
        for key in given:
            if key not in known:
                whole = f"reglages.{section}.{key}"
                place = Place(settings.file, "", 0, whole)
                faults.append(Fault("reglage_inconnu", place, key, {"cle": whole}))
    return faults


def _not_copied(settings: Settings, key: str) -> Fault:
    place = Place(settings.file, "", 0, "reglages.recopier")
    return Fault("reglage_inconnu", place, key, {"cle": f"recopier : {key}"})


def _delivered_twice(sources: list[Source]) -> list[Fault]:
    """Refuse the same delivery named twice: every interview would be in double."""
    seen: dict[str, str] = {}
    faults = []
    for one in sources:
        if one.role == "enquete":
            if one.sha256 in seen:
                fields = {"autre": seen[one.sha256]}
                faults.append(Fault("livraison_en_double", Place(one.name), one.name, fields))
            seen.setdefault(one.sha256, one.name)
    return faults
