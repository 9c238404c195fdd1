"""What a run keeps for the next one: results of stages, by the content of what they read.

The folder lies with the user's other caches, never beside the files of the dossier nor in a pack: it
can be deleted at any time and holds nothing that a pack does not hold. An entry is one file, written
aside then renamed; one that is broken, or that another version wrote, counts as absent.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tfpb.io.packs.provenance import versions
from tfpb.pipeline.kept.fingerprint import UnkeyedError, fingerprint, package_fingerprint
from tfpb.pipeline.kept.kept_forms import from_parts, to_parts
from tfpb.stage import directly

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.stage import Execute, Stage

VARIABLE: Final = "TFPB_CACHE"
"""Another folder, or « non » to keep nothing."""
MOST_BYTES: Final = 128 << 20
_SUFFIX: Final = ".etape"
_ASIDE: Final = ".ecriture-"
_MARK: Final = b"tfpb 1\n"


def cache_folder() -> Path | None:
    """Return the folder of kept results: `TFPB_CACHE`, or the user's own; None when refused."""
    given = os.environ.get(VARIABLE, "")
    if given.lower() in ("non", "0"):
        return None
    if given:
        return Path(given)
    import platformdirs  # noqa: PLC0415 - only the command line asks

    return Path(platformdirs.user_cache_dir("tfpb", appauthor=False)) / "etapes"


@dataclass(frozen=True, slots=True)
class StageCache:
    """An executor that keeps results of stages between runs.

    Parameters
    ----------
    folder : Path
        Made when the first result is kept.
    execute : Execute
        Runs a stage whose result is not there.
    most_bytes : int
        The results used longest ago go when there is more than this.
    reused, made : list of str
        Names of the stages taken from the folder, and of those that could have been.
    """

    folder: Path
    execute: Execute = directly
    most_bytes: int = MOST_BYTES
    reused: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)

    def __call__(self, stage: Stage, values: tuple[Any, ...]) -> Any:
        """Run a stage, or take what it gave when it read the same."""
        if not stage.may_keep(values):
            return self.execute(stage, values)
        try:
            name = stage_key(stage, values)
        except UnkeyedError:
            return self.execute(stage, values)
        path = self.folder / f"{name}{_SUFFIX}"
        found = _read(path, stage.kept)
        if found is not None:
            self.reused.append(stage.name)
            return found[0]
        result = self.execute(stage, values)
        self.made.append(stage.name)
        _keep(path, stage.kept, result)
        return result

    def tidy(self) -> None:
        """Drop what an interrupted run left aside, and the results used longest ago."""
        if not self.folder.is_dir():
            return
        with suppress(OSError):
            for path in self.folder.glob(f"{_ASIDE}*"):
                _drop(path)
            entries = [(p.stat(), p) for p in self.folder.glob(f"*{_SUFFIX}")]
            left = sum(s.st_size for s, _ in entries)
            for stat, path in sorted(entries, key=lambda e: (e[0].st_mtime_ns, e[1].name)):
                if left <= self.most_bytes:
                    break
                _drop(path)
                left -= stat.st_size


def users_cache() -> StageCache | None:
    """Return the cache of the user's own folder; None when it is refused."""
    folder = cache_folder()
    return None if folder is None else StageCache(folder)


def stage_key(stage: Stage, values: tuple[Any, ...]) -> str:
    """Name the result of a stage by all that makes it: itself, this program, libraries, values.

    Parameters
    ----------
    stage : Stage
    values : tuple
        What it reads.

    Raises
    ------
    UnkeyedError
        If a value has no fingerprint.
    """
    return fingerprint(stage.name, stage.kept, package_fingerprint(), versions(), values)


def _keep(path: Path, form: str, result: Any) -> None:
    """Keep a result, unless it would not come back the same or the disk refuses."""
    try:
        parts = to_parts(form, result)
        if fingerprint(from_parts(form, parts)) != fingerprint(result):
            return
    except (TypeError, ValueError, KeyError):
        return
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, aside = tempfile.mkstemp(prefix=_ASIDE, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_bind(parts))
            Path(aside).replace(path)
        except OSError:
            _drop(Path(aside))


def _read(path: Path, form: str) -> tuple[Any] | None:
    """Return a kept result in a tuple of one; None when there is none or it is broken."""
    try:
        parts = _unbind(path.read_bytes())
        found = (from_parts(form, parts),)
    except FileNotFoundError:
        return None
    except Exception:  # noqa: BLE001 - whatever is wrong with an entry, the stage is run instead
        _drop(path)
        return None
    with suppress(OSError):
        os.utime(path)
    return found


def _drop(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def _bind(parts: Mapping[str, bytes]) -> bytes:
    """Put parts in one file: mark, hash of the rest, names and lengths on a line, contents."""
    head = json.dumps([[name, len(data)] for name, data in parts.items()]).encode()
    rest = head + b"\n" + b"".join(parts.values())
    return _MARK + hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest


def _unbind(data: bytes) -> dict[str, bytes]:
    mark, digest, rest = data.split(b"\n", 2)
    if mark + b"\n" != _MARK or hashlib.sha256(rest).hexdigest().encode() != digest:
        raise ValueError("entry")
    head, _, body = rest.partition(b"\n")
    parts = {}
    for name, length in json.loads(head):
        parts[name], body = body[:length], body[length:]
    return parts
