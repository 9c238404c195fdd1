"""A region in the page's hands: its own file, and the dossier of each bailleur."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from tfpb.errors import TfpbError, fail
from tfpb.io.packs.pack import run_file
from tfpb.io.sources.region_inputs import RegionBailleur, RegionSettings, load_region
from tfpb.io.sources.toml_files import SETTINGS, read_settings, validated
from tfpb.model.settings import Alias, Entete, Fichiers, Reglages, Settings
from tfpb.page.desk import ALIKE, CHECK, Desk, Gesture, T, in_gesture, mark, safe_name, sign_of
from tfpb.page.union.region_work import RegionOutlook, check_region, make_region
from tfpb.text import fold
from tfpb.words.page.screen_words import ASKED_FOR, NO_STOCK, REGION_SCREENS
from tfpb.words.survey.release_words import order_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tfpb.model.survey import Order

REGION: Final = "region.toml"
REGION_PACK: Final = "sorties"
"""Where a region's files go when nothing is said, beside the region.toml."""
MAKE: Final = "region"
HOMES: Final = "bailleurs"
"""Folder of the dossiers that the page begins, one a bailleur."""
_UNNAMED: Final = "-"


class BegunRegion(RegionSettings):
    """A `region.toml` that may have no bailleur yet."""

    bailleurs: tuple[RegionBailleur, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """A bailleur of a region."""

    name: str  # as the region calls it
    file: Path  # its `dossier.toml`
    counted: bool
    """Whether the region's file names it; else its files are awaited, or it was set aside."""
    settings: Settings | None  # what its file says, as far as it can be read

    @property
    def opens(self) -> bool:
        """Whether the screens of a dossier can show it."""
        return self.file.name == SETTINGS

    @property
    def sign(self) -> str:
        """The mark of its desk."""
        return sign_of(self.file.parent.resolve())

    def has(self, role: str) -> tuple[str, ...]:
        """Return the files of a role that are there."""
        if self.settings is None:
            return ()
        named = getattr(self.settings.fichiers, role)
        names = (named,) if isinstance(named, str) else named
        return tuple(n for n in names if n and self.settings.path(n).is_file())


class RegionDesk(Desk):
    """One region: what it shares with a dossier is read as the common files of one."""

    _pack: ClassVar = REGION_PACK
    _whole = staticmethod(run_file)

    def _enter(self, folder: Path) -> None:
        super()._enter(folder)
        self.outlook = RegionOutlook()
        self._desks: dict[Path, Desk] = {}

    @property
    def file(self) -> Path:
        """The `region.toml`."""
        return self.folder / REGION

    @property
    def name(self) -> str:
        """What the page calls it."""
        return self.folder.name

    @property
    def read_through(self) -> bool:
        """Whether the questions of the files as they are were all looked for: faults stop that here."""
        return self.fresh and self.outlook.computed

    @property
    def owners(self) -> tuple[str, ...]:
        """The bailleurs that a name of the survey may be of."""
        return tuple(m.name for m in self.members if m.counted)

    @property
    def screens(self) -> dict[str, str]:
        """As `Desk`; questions of the survey, where the region has a plan of its own."""
        own = self.begun and self.plan_file.is_file()
        return {k: v for k, v in REGION_SCREENS.items() if own or k != "questions"}

    @property
    def found(self) -> RegionOutlook:
        """What the last check found."""
        return self.outlook if isinstance(self.outlook, RegionOutlook) else RegionOutlook()

    @property
    def union(self) -> BegunRegion:
        """Read the `region.toml`; raises every fault of it."""
        read: BegunRegion = self.kept(
            (REGION, self.file.read_bytes()), lambda: validated(BegunRegion, self.file)
        )
        return read.model_copy(update={"folder": self.folder, "file": REGION})

    @property
    def settings(self) -> Settings:
        """The region as the dossier of its common files: what screens of both read."""
        union = self.union
        head, files = union.region, union.fichiers
        return Settings(
            folder=self.folder,
            file=REGION,
            dossier=Entete(
                titre=head.titre or _UNNAMED, annee=head.annee, date=head.date,
                bailleur=head.organisme_regional or _UNNAMED,
            ),
            fichiers=Fichiers(patrimoine=NO_STOCK, enquete=files.enquete, plan=files.plan),
            reglages=Reglages(geodonnees=union.reglages.geodonnees),
            alias=Alias(bailleurs=union.alias.bailleurs),
            reponses=union.reponses,
        )  # fmt: skip

    @property
    def members(self) -> list[Member]:
        """The bailleurs: those that the region's file names, in order, then those that are awaited."""
        union = self.union
        files = [(b.nom, union.path(b.dossier), True) for b in union.bailleurs]
        there = {path.resolve() for _, path, _ in files}
        begun = sorted(self.folder.glob(f"{HOMES}/*/{SETTINGS}"))
        files += [("", path, False) for path in begun if path.resolve() not in there]
        return [self._member(*one) for one in files]

    def _member(self, name: str, file: Path, counted: bool) -> Member:  # noqa: FBT001
        settings = None
        if file.is_file():
            content = file.read_bytes()
            try:
                settings = self.kept((str(file), content), lambda: read_settings(file)[0])
            except TfpbError:  # its own dossier says it
                settings = None
        own = settings.dossier.bailleur if settings is not None else file.parent.name
        return Member(name or own, file, counted, settings)

    def member(self, name: str) -> Member:
        """Return a bailleur by its name (`region_organisme_absent`)."""
        for one in self.members:
            if one.name == name:
                return one
        raise fail("region_organisme_absent", got=name)

    def desk_of(self, member: Member) -> Desk:
        """Return the dossier of a bailleur, locked as this region is.

        Raises `dossier_deja_ouvert`; `region_organisme_absent` where no screen can show it.
        """
        if not member.opens:
            raise fail("region_organisme_absent", got=member.name)
        folder = member.file.parent.resolve()
        self.hold(folder)
        with self.lock:
            desk = self._desks.get(folder)
            if desk is None or desk.folder != folder:  # it went on to another year
                desk = self._desks[folder] = Desk(folder, lambda _settings: self.geography)
                desk.hold, desk.region = self.hold, self.name
                desk.elsewhere = partial(self._elsewhere, folder)
            return desk

    def at(self, sign: str) -> Desk | None:
        """Return the desk of a mark: this region, or one of its bailleurs; None where it is of neither."""
        for desk in (self, *self._desks.values()):
            if desk.mark == sign:
                return desk
        there = self.members if self.begun else ()
        found = (m for m in there if m.opens and m.sign == sign)
        return next(map(self.desk_of, found), None)

    @property
    def works(self) -> list[Desk]:
        """Every desk that may have a work under way."""
        return [self, *self._desks.values()]

    def within(self, owner: str, act: Callable[[Desk], T], screen: str, name: str = "") -> T:
        """Do something in the dossier of a bailleur, as a gesture of its journal; of nobody, here."""
        if not owner:
            return act(self)
        desk = self.desk_of(self.member(owner))
        with desk.lock, in_gesture(Gesture(screen, name, self.author)):
            return act(desk)

    def _elsewhere(self, here: Path, act: Callable[[Desk], bool], screen: str) -> list[str]:
        """Do something in the dossiers of the others; return those where it changed something."""
        done = []
        for member in self.members:
            if (
                member.opens
                and member.settings is not None
                and member.file.parent.resolve() != here
            ):
                with suppress(TfpbError):  # another page holds it: it says so itself
                    if self.within(member.name, act, screen, ALIKE):
                        done.append(member.name)
        return done

    def expect(self, names: list[str]) -> list[str]:
        """Begin the dossier of each bailleur that has none yet; return those begun."""
        head = self.union.region
        known = {fold(m.name) for m in self.members}
        taken = {p.name for p in self.folder.glob(f"{HOMES}/*")}
        done = []
        for name in names:
            if fold(name) in known or not fold(name):
                continue
            known.add(fold(name))
            base = safe_name("-".join(fold(name).split()))
            place = next(
                n for k in range(1, len(taken) + 3) if (n := base if k == 1 else f"{base}-{k}") not in taken
            )  # fmt: skip
            taken.add(place)
            begun = {"bailleur": name, "titre": head.titre, "annee": head.annee, "date": head.date}
            keys = [(("dossier", k), v) for k, v in begun.items()]
            path = self.folder / HOMES / place / SETTINGS
            with in_gesture(Gesture("depart", "tete", self.author)):
                self.desk_of(Member(name, path, counted=False, settings=None)).edit(keys)
            done.append(name)
        return done

    def count(self, member: Member, *, counted: bool) -> None:
        """Let the region's file name a bailleur, or no longer: its files stay where they are."""
        named = [b.model_dump() for b in self.union.bailleurs]
        if counted and not member.counted:
            place = member.file.relative_to(self.folder).as_posix()
            named.append({"nom": member.name, "dossier": place})
        elif not counted:
            named = [b for b in named if b["nom"] != member.name]
        self.edit([(("bailleurs",), named or None)])

    def name_wave(self, file: str, wave: str) -> None:
        """Write the wave of a joint delivery that does not say it: in the plan, where it is the only one."""
        if self.union.fichiers.enquete == (file,):
            self.write(edits={self.plan_file: [(("colonnes", "vague_fixe"), wave)]})

    def stamp(self) -> tuple[object, ...]:
        """Return what tells whether a file of the region, or of a bailleur that it counts, has changed."""
        own = super().stamp()
        if not own:
            return ()
        named = [v for v in self.union.fichiers.model_dump().values() if v]
        names = [n for v in named for n in ((v,) if isinstance(v, str) else v)]
        marks = [mark(self.folder / n) for n in names]
        for member in self.members:
            if member.counted:
                files = member.settings.fichiers.model_dump().values() if member.settings else ()
                inside = [n for v in files if v for n in ((v,) if isinstance(v, str) else v)]
                marks += [mark(member.file), *(mark(member.file.parent / n) for n in inside)]
        return (*own, *marks)

    def check(self, *, again: bool = False) -> None:
        """Compute the region where that was asked for: it takes minutes, and screens say when it was not."""
        if again:
            with self.lock:
                if self.busy:
                    return
                self.begin(CHECK, check_region, self.file, self.geography)

    def produce(
        self, *, release: bool, anyway: bool, documents: bool, pages: bool, who: str,
        order: Order | None = None,
    ) -> None:  # fmt: skip
        """Make the files of the region."""
        settings, target = load_region(self.file), self.folder / REGION_PACK
        work = (MAKE, make_region, settings, self.geography, target)
        options: dict[str, Any] = {
            "release": release,
            "anyway": anyway,
            "documents": documents,
            "pages": pages,
        }
        if self.begin(*work, **options, order=order):
            lines = (ASKED_FOR[release, anyway], *order_lines(order))
            self.journal.write({}, who=who, screen="dossier", gesture="faire", lines=lines)
