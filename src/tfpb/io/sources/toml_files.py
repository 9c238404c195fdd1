"""`dossier.toml` and `plan_enquete.toml`: TOML in, frozen settings out, faults in French."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from tfpb.errors import Fault, Place, TfpbError, fail
from tfpb.io.sources.plan_checks import check_scales
from tfpb.io.tables.contents import require_file
from tfpb.io.tables.csv_text import decode
from tfpb.model.plan import Plan
from tfpb.model.settings import Settings
from tfpb.words.faults.input_words import setting_words

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

SETTINGS: Final = "dossier.toml"
M = TypeVar("M", bound=BaseModel)

MAX_TOML_BYTES: Final = 4_000_000
MAX_TOML_LINE: Final = 20_000

_HEADER: Final = re.compile(r"^(?=\s*\[)", re.MULTILINE)
"""Where a table begins; a list over several lines is cut too, then no TOML, and refused as it was."""
_LINE: Final = re.compile(r"line (\d+)")
_PATH_IN_QUOTES: Final = re.compile(
    r'"([A-Za-z]:\\[^"\n]*|\\\\[^"\n]*|[^"\n]*\\[^"\n]*\.(?:xls[xmb]?|ods|csv|txt|tsv|sav|zsav|parquet|toml))"',
    re.IGNORECASE,
)
_FAULT_OF: Final = {"missing": "reglage_absent", "extra_forbidden": "reglage_inconnu"}


def settings_path(given: Path | None, name: str = SETTINGS) -> Path:
    """Return the settings file given, or the one called `name` of the folder given (by default the current).

    Whether it is well written is for `load_settings`. Raises `reglages_absents`; `reglages_a_nommer` when
    the folder has other TOML files.
    """
    path = Path() if given is None else given
    try:
        if not path.is_dir():
            return path
    except OSError:  # too long a name for the system: reading it says so
        return path
    if (path / name).is_file():
        return path / name
    others = sorted(p.name for p in path.glob("*.toml") if p.is_file())
    code = "reglages_a_nommer" if others else "reglages_absents"
    raise fail(code, got=path.resolve(), nom=name, fichiers=", ".join(others))


def load_settings(path: Path) -> Settings:
    """Read a `dossier.toml`, whose files are found from its folder.

    Raises every fault of the file at once, each with its key.
    """
    return _faultless(*read_settings(path))


def read_settings(path: Path) -> tuple[Settings | None, list[Fault]]:
    """Read a `dossier.toml` as far as it can be: what is at fault in it is reported and left out.

    None when what is left is no dossier (no stock, no tax year).
    """
    settings, faults = _readable_part(Settings, path)
    if settings is not None:
        settings = settings.model_copy(update={"folder": path.resolve().parent, "file": path.name})
    return settings, faults


def load_plan(path: Path) -> Plan:
    """Read a `plan_enquete.toml`, scales and filters checked against each other.

    Raises every fault of the file at once, each with its key.
    """
    return _faultless(*read_plan(path))


def _faultless(read: M | None, faults: list[Fault]) -> M:
    if read is None or faults:
        raise TfpbError(faults)
    return read


def read_plan(path: Path) -> tuple[Plan | None, list[Fault]]:
    """Read a `plan_enquete.toml` as far as it can be; see `read_settings`.

    A scale at fault leaves with the questions that it reads: read as another, it would refuse every answer.
    """
    plan, faults = _readable_part(Plan, path)
    if plan is None:
        return None, faults
    unread = {
        k[1] for f in faults if len(k := f.place.column.split(".")) > 1 and k[0] == "echelles"
    }
    kept = {
        "echelles": {name: e for name, e in plan.echelles.items() if name not in unread},
        "items": tuple(i for i in plan.items if i.echelle not in unread),
    }
    plan = plan.model_copy(update=kept)
    for item in plan.items:
        if item.echelle not in plan.echelles:
            place = Place(path.name, "", 0, item.identifiant)
            fields = {"echelles": ", ".join(plan.echelles)}
            faults.append(Fault("plan_echelle_inconnue", place, item.echelle, fields))
    faults += check_scales(plan, path.name)
    seen: set[str] = set()
    for item in plan.items:
        if item.identifiant in seen:
            faults.append(Fault("plan_item_en_double", Place(path.name), item.identifiant))
        seen.add(item.identifiant)
    by_file = any(one.vague for one in plan.enquete.fichiers.values())
    if not (plan.colonnes.vague or plan.colonnes.vague_fixe or by_file):
        faults.append(Fault("plan_vague_absente", Place(path.name)))
    return plan, faults


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file as Notepad may have saved it (BOM, cp1252, Windows paths in double quotes).

    Raises `fichier_absent`, `toml_trop_grand`, `toml_illisible` (with the line).
    """
    require_file(path)
    if path.stat().st_size > MAX_TOML_BYTES:
        raise fail("toml_trop_grand", place=Place(path.name), limite=MAX_TOML_BYTES // 1_000_000)
    text = decode(path.read_bytes()).replace("\r\n", "\n")
    for row, line in enumerate(text.splitlines(), start=1):
        if len(line) > MAX_TOML_LINE:
            raise fail("toml_illisible", place=Place(path.name, "", row), got=line[:80])
    # "C:\Users" holds the escape \U in TOML: what is meant is a path, read it as one.
    text = _PATH_IN_QUOTES.sub(lambda m: "'" + m[1] + "'", text)
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # beyond faults of writing, the reader raises on nests too deep and on numbers too long
        lines = text.splitlines()
        row, twice = _row_of(error, len(lines)), _is_twice(error)
        if twice and (whole := joined(text)) is not None:
            return whole
        broken = _broken_row(text) if twice else 0
        if broken:  # a block pasted is no fault: what follows is one
            row, twice = broken, False
        got = lines[row - 1].strip() if 0 < row <= len(lines) else ""
        code = "toml_cle_en_double" if twice else "toml_illisible"
        raise fail(code, place=Place(path.name, "", row), got=got) from error


def _row_of(error: Exception, last: int) -> int:
    """Return the line that an error of TOML names, else the last."""
    found = _LINE.search(str(error))
    return int(found[1]) if found else last


def _is_twice(error: Exception) -> bool:
    return "overwrite" in str(error) or "Cannot declare" in str(error)


def _broken_row(text: str) -> int:
    """Return the first line that is no TOML, whatever its table; 0 where every table is."""
    before = 0
    for part in _HEADER.split(text):
        try:
            tomllib.loads(part)
        except (ValueError, RecursionError) as error:
            if not _is_twice(error):
                return before + _row_of(error, len(part.splitlines()))
        before += part.count("\n")
    return 0


def joined(text: str) -> dict[str, Any] | None:
    """Read a TOML text whose tables are written several times, as pasted blocks make it.

    Every table once, lists joined; None when a part is not TOML, or a key has two values.
    """
    whole: dict[str, Any] = {}
    try:
        for part in _HEADER.split(text):
            _join(whole, tomllib.loads(part))
    except (ValueError, RecursionError):
        return None
    return whole


def _join(whole: dict[str, Any], part: dict[str, Any]) -> None:
    for key, value in part.items():
        if key not in whole:
            whole[key] = value
            continue
        there = whole[key]
        if isinstance(there, dict) and isinstance(value, dict):
            _join(there, value)
        elif isinstance(there, list) and isinstance(value, list):
            there += [v for v in value if v not in there]
        elif there != value:
            raise ValueError(key)


def validated(model: type[M], path: Path) -> M:
    """Read a TOML file into a model.

    Raises as `read_toml`; every fault of the file at once, each with its key.
    """
    try:
        return model.model_validate(read_toml(path))
    except ValidationError as error:
        raise TfpbError([setting_fault(e, path.name) for e in error.errors()]) from error


def _readable_part(model: type[M], path: Path) -> tuple[M | None, list[Fault]]:
    """Validate a file; at fault, validate again without the values, then the elements, at fault."""
    data = read_toml(path)
    faults: list[Fault] = []
    for cut in (tuple, _element, None):
        try:
            return model.model_validate(data), faults
        except ValidationError as error:
            found = error.errors()
        faults = faults or [setting_fault(e, path.name) for e in found]
        if cut is not None:
            for key in sorted({cut(e["loc"]) for e in found}, key=_order, reverse=True):
                _remove(data, key)
    return None, faults


def _element(path: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Cut a path after its last rank in a list."""
    ranks = [k for k, part in enumerate(path) if isinstance(part, int)]
    return path[: ranks[-1] + 1] if ranks else path


def _order(path: tuple[int | str, ...]) -> list[tuple[int, str]]:
    """Order paths by their ranks, so that a list loses its last element first."""
    return [(part, "") if isinstance(part, int) else (0, part) for part in path]


def _remove(data: Any, path: tuple[int | str, ...]) -> None:
    """Remove a key from nested tables, if it is there."""
    *above, last = path
    try:
        for part in above:
            data = data[part]
        del data[last]
    except (KeyError, IndexError, TypeError):  # of a missing key there is nothing to remove
        return


def setting_fault(error: ErrorDetails, file: str) -> Fault:
    """Return the fault of a setting, at its key."""
    key = _key(error["loc"])
    got = error.get("input", "")
    code = _FAULT_OF.get(error["type"], "reglage_illisible")
    named = key
    if error["type"] == "enum" and error["loc"][0] == "reponses":
        code, named = "reponse_sans_role", str(error["loc"][1])
    fields = {"attendu": setting_words(error["type"], error.get("ctx", {})), "cle": named}
    return Fault(code, Place(file, "", 0, key), _as_written(got), fields)


def _as_written(value: Any) -> str:
    """Quote a value as a settings file writes it, not as the program holds it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        cells = (f'"{v}"' if isinstance(v, str) else _as_written(v) for v in value)
        return f"[{', '.join(cells)}]"
    return "" if isinstance(value, dict) else str(value)


def _key(parts: tuple[int | str, ...]) -> str:
    """Write the path of a setting: « items.12.theme » is the thirteenth item's."""
    out = ""
    for part in (p for p in parts if p != "[key]"):  # a key that is not known: it is its own path
        out += f" n° {part + 1}" if isinstance(part, int) else f".{part}" if out else str(part)
    return out
