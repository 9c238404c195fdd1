"""A copy of the program whose law is another: what a maintainer changes, and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import tfpb
from tfpb import packaged
from tfpb.law import values

if TYPE_CHECKING:
    import pytest

PACKAGE = Path(tfpb.__file__).parent
TESTS = Path(__file__).parent
VALUES = Path("law", "values.toml")
RATE_2025 = (
    '  { debut = 2025-01-01, fin = 2030-12-31, valeur = "0.30", reference = "CGI art. 1388 bis ; '
    'BOFiP 4844-PGP, impositions 2025 à 2030", verifie = true },\n'
)
"""The rate of the years to come, as the law writes it."""
LAW_2026 = "loi de finances fictive pour 2026"
RATE_FROM_2026 = (
    '  { debut = 2025-01-01, fin = 2025-12-31, valeur = "0.30", reference = "CGI art. 1388 bis", '
    "verifie = true },\n"
    f'  {{ debut = 2026-01-01, fin = 2030-12-31, valeur = "0.40", reference = "{LAW_2026}", '
    "verifie = true },\n"
)


def rate_without(*years: int) -> str:
    """Write the rate of the years to come without a value for some of them."""
    return "".join(
        f'  {{ debut = {y}-01-01, fin = {y}-12-31, valeur = "0.30", reference = "CGI art. 1388 bis", '
        "verifie = true },\n"
        for y in range(2025, 2031)
        if y not in years
    )


def changed(file: Path, *changes: tuple[str, str]) -> str:
    """Return a file of the program with texts of it replaced, each found once."""
    text = (PACKAGE / file).read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def law(monkeypatch: pytest.MonkeyPatch, *changes: tuple[str, str]) -> values.Law:
    """Load the law of a changed copy of `values.toml`."""
    raw = packaged.tomllib.loads(changed(VALUES, *changes))
    with monkeypatch.context() as patch:
        patch.setattr(values, "packaged", lambda _: raw)
        values._packaged.cache_clear()
        loaded = values.load()
    values._packaged.cache_clear()
    return loaded


class Program:
    """The program, copied with some of its files changed; run as a user runs it."""

    def __init__(self, folder: Path, files: dict[Path, str]) -> None:
        self.root = folder / "programme"
        leave = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PACKAGE, self.root / "tfpb", ignore=leave)
        for file, text in files.items():
            (self.root / "tfpb" / file).write_text(text, encoding="utf-8")

    def run(self, *args: object, code: int = 0) -> str:
        """Run a command; what it prints, on both outputs."""
        return self._called("-m", "tfpb", *map(str, args), code=code)

    def python(self, text: str, *args: object) -> str:
        """Run some Python with the program, and what the tests share; what it prints."""
        return self._called("-c", text, *map(str, args))

    def _called(self, *args: str, code: int = 0) -> str:
        made = subprocess.run(
            [sys.executable, *args],
            env=os.environ | {"PYTHONPATH": os.pathsep.join((str(self.root), str(TESTS))), "COLUMNS": "200"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert made.returncode == code, made.stdout + made.stderr
        return made.stdout + made.stderr
