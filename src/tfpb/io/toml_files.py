"""`dossier.toml` and `plan_enquete.toml`: TOML in, frozen settings out, faults in French."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from tfpb.config import Settings
from tfpb.errors import Fault, Place, TfpbError, fail
from tfpb.io.contents import require_file
from tfpb.io.csv_text import decode
from tfpb.io.limits import MAX_TOML_BYTES, MAX_TOML_LINE
from tfpb.io.plan_checks import check_scales
from tfpb.model.plan import Plan

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

SETTINGS: Final = "dossier.toml"
M = TypeVar("M", bound=BaseModel)

_LINE: Final = re.compile(r"line (\d+)")
_PATH_IN_QUOTES: Final = re.compile(
    r'"([A-Za-z]:\\[^"\n]*|\\\\[^"\n]*|[^"\n]*\\[^"\n]*\.(?:xls[xmb]?|ods|csv|txt|tsv|sav|zsav|parquet|toml))"',
    re.IGNORECASE,
)
_FAULT_OF: Final = {"missing": "reglage_absent", "extra_forbidden": "reglage_inconnu"}


def settings_path(given: Path | None, name: str = SETTINGS) -> Path:
    """Return the settings a command is given: a file, or the one a folder holds.

    Parameters
    ----------
    given : Path or None
        A file or a folder; None is the folder one stands in.
    name : str
        File looked for in a folder.

    Raises
    ------
    TfpbError
        `reglages_absents`; `reglages_a_nommer` when the folder holds other TOML files.
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
    """Read a `dossier.toml`.

    Raises
    ------
    TfpbError
        Every fault of the file at once, each with its key.
    """
    settings, faults = read_settings(path)
    if settings is None or faults:
        raise TfpbError(faults)
    return settings


def read_settings(path: Path) -> tuple[Settings | None, list[Fault]]:
    """Read a `dossier.toml` as far as it can be: what is at fault in it is told and left out.

    Returns
    -------
    settings : Settings or None
        None when what is left cannot be examined (no stock, no tax year).
    faults : list of Fault
    """
    settings, faults = _what_stands(Settings, read_toml(path), path.name)
    if settings is not None:
        settings = settings.model_copy(update={"folder": path.resolve().parent, "file": path.name})
    return settings, faults


def load_plan(path: Path) -> Plan:
    """Read a `plan_enquete.toml`, scales and filters checked against each other."""
    plan, faults = read_plan(path)
    if plan is None or faults:
        raise TfpbError(faults)
    return plan


def read_plan(path: Path) -> tuple[Plan | None, list[Fault]]:
    """Read a `plan_enquete.toml` as far as it can be; see `read_settings`."""
    plan, faults = _what_stands(Plan, read_toml(path), path.name)
    if plan is None:
        return None, faults
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
    if not plan.colonnes.vague and not plan.colonnes.vague_fixe:
        faults.append(Fault("plan_vague_absente", Place(path.name)))
    return plan, faults


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file as Notepad may have saved it (BOM, cp1252, Windows paths in double quotes).

    Raises
    ------
    TfpbError
        `fichier_absent`, `toml_trop_grand`, `toml_illisible` (with the line).
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
        told = _LINE.search(str(error))
        row = int(told[1]) if told else len(lines)
        got = lines[row - 1].strip() if 0 < row <= len(lines) else ""
        twice = "overwrite" in str(error) or "Cannot declare" in str(error)
        code = "toml_cle_en_double" if twice else "toml_illisible"
        raise fail(code, place=Place(path.name, "", row), got=got) from error


def _validate(model: type[M], data: dict[str, Any], file: str) -> M:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise TfpbError([_fault(e, file) for e in error.errors()]) from error


def _what_stands(model: type[M], data: dict[str, Any], file: str) -> tuple[M | None, list[Fault]]:
    """Validate, then once more without what was at fault, so that the rest can be examined too."""
    faults: list[Fault] = []
    for cut in (
        tuple,
        _element,
    ):  # the value at fault; then the whole question or bailleur it is of
        try:
            return model.model_validate(data), faults
        except ValidationError as error:
            found = error.errors()
        faults = faults or [_fault(e, file) for e in found]
        for path in sorted({cut(e["loc"]) for e in found}, key=_order, reverse=True):
            _remove(data, path)
    try:
        return model.model_validate(data), faults
    except ValidationError:
        return None, faults


def _element(path: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Cut a path after its last rank in a list."""
    ranks = [k for k, part in enumerate(path) if isinstance(part, int)]
    return path[: ranks[-1] + 1] if ranks else path


def _order(path: tuple[int | str, ...]) -> list[tuple[int, str]]:
    """Order paths so that elements of a list leave from the last to the first."""
    return [(part, "") if isinstance(part, int) else (0, part) for part in path]


def _remove(data: Any, path: tuple[int | str, ...]) -> None:
    """Take a key out of nested tables, if it is there."""
    *above, last = path
    try:
        for part in above:
            data = data[part]
        del data[last]
    except (
        KeyError,
        IndexError,
        TypeError,
    ):  # a key that is missing is a fault with nothing to take
        return


def _fault(error: ErrorDetails, file: str) -> Fault:
    key = _key(error["loc"])
    got = error.get("input", "")
    return Fault(
        _FAULT_OF.get(error["type"], "reglage_illisible"),
        Place(file, "", 0, key),
        _as_written(got),
        {"attendu": _expected(error), "cle": key},
    )


def _as_written(value: Any) -> str:
    """Quote a value as a settings file writes it, not as the program holds it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return (
            "[" + ", ".join(f'"{v}"' if isinstance(v, str) else _as_written(v) for v in value) + "]"
        )
    return "" if isinstance(value, dict) else str(value)


def _key(parts: tuple[int | str, ...]) -> str:
    """Write the path of a setting: « items.12.theme » is the thirteenth item's."""
    out = ""
    for part in parts:
        out += f" n° {part + 1}" if isinstance(part, int) else f".{part}" if out else str(part)
    return out


_BOUNDS: Final = (("ge", "au moins"), ("gt", "plus de"), ("le", "au plus"), ("lt", "moins de"))
_KINDS: Final = (
    ("date", "une date, par exemple 2026-02-10"),
    ("int", "un nombre entier"),
    ("float", "un nombre"),
    ("bool", "true ou false"),
    ("string_too_short", "un texte non vide"),
    ("string", "un texte entre guillemets"),
    ("too_short", "au moins un élément"),
    ("tuple", "une liste entre crochets"),
)


def _expected(error: ErrorDetails) -> str:
    """Say in French what the validator wanted."""
    context = error.get("ctx", {})
    if error["type"] in ("literal_error", "enum"):
        values = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
        return f"l’une des valeurs : {values}"
    for bound, word in _BOUNDS:
        if bound in context:
            return f"{word} {context[bound]:g}".replace(".", ",")
    for kind, word in _KINDS:
        if kind in error["type"]:
            return word
    return "une valeur de la forme montrée par « tfpb nouveau »"
