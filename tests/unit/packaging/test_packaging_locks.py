"""The locks: every extra that a locked package asks for is pinned with it.

Hash mode refuses what is not pinned. A lock may leave an extra out and install today, when pip finds no
release newer than the pin; on the day after the next release it installs nowhere.
"""

from __future__ import annotations

import importlib.util
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[3]
LOCKS = ("build", "run", "dev")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = (("win32", "Windows", "nt"), ("linux", "Linux", "posix"), ("darwin", "Darwin", "posix"))
MACHINES = ("x86_64", "aarch64")


@pytest.fixture
def read_lock(monkeypatch: pytest.MonkeyPatch) -> Any:
    path = ROOT / "packaging" / "windows" / "lock.py"
    spec = importlib.util.spec_from_file_location("lock", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "lock", module)
    spec.loader.exec_module(module)
    return module.read_lock


def environments() -> Iterator[dict[str, str]]:
    for python, (platform, system, name), machine in product(PYTHONS, SYSTEMS, MACHINES):
        yield {
            "python_version": python, "python_full_version": f"{python}.0", "sys_platform": platform,
            "platform_system": system, "os_name": name, "platform_machine": machine,
            "implementation_name": "cpython", "platform_python_implementation": "CPython",
        }  # fmt: skip


def installed(name: str) -> list[str]:
    """Return what an installed package asks for; nothing for one of another platform."""
    try:
        return requires(name) or []
    except PackageNotFoundError:
        return []


def unpinned(pins: list[Any], asked: Callable[[str], list[str]]) -> set[str]:
    """List what locked packages ask for and the lock does not pin, on any supported environment."""
    lacking = set()
    asking = {p.name: [Requirement(text) for text in asked(p.name)] for p in pins}
    for environment in environments():
        held = {p.name: p.extras for p in pins if p.holds(environment)}
        for name, chosen in held.items():
            for wanted in asking[name]:
                if wanted.marker and not any(
                    wanted.marker.evaluate({**environment, "extra": e}) for e in {"", *chosen}
                ):
                    continue
                target = canonicalize_name(wanted.name)
                if target not in held:
                    lacking.add(f"{name} asks for {target}")
                lacking |= {
                    f"{name} asks for {target}[{extra}]"
                    for extra in map(canonicalize_name, wanted.extras)
                    if extra not in held.get(target, ())
                }
    return lacking


@pytest.mark.parametrize("lock", LOCKS)
def test_every_extra_is_pinned(read_lock: Any, lock: str) -> None:
    pins = read_lock(ROOT / "requirements" / f"{lock}.txt")
    assert len(pins) >= 7
    assert unpinned(pins, installed) == set()


def test_the_extras_of_the_project_are_pinned(read_lock: Any) -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = told["dependency-groups"]
    for lock, lines in (
        ("run", [*told["project"]["dependencies"], *groups["build"]]),
        ("dev", [*told["project"]["dependencies"], *groups["build"], *groups["dev"]]),
    ):
        pins = {p.name: p for p in read_lock(ROOT / "requirements" / f"{lock}.txt")}
        for wanted in map(Requirement, lines):
            pin = pins[canonicalize_name(wanted.name)]
            assert wanted.specifier.contains(pin.version)
            assert {canonicalize_name(e) for e in wanted.extras} <= pin.extras


def test_the_commands_told_are_those_that_made_the_locks() -> None:
    folder = ROOT / "requirements"
    told = (folder / "README.md").read_text(encoding="utf-8").splitlines()
    made = [(folder / f"{n}.txt").read_text(encoding="utf-8").splitlines()[1] for n in LOCKS]
    commands = [line for line in told if line.startswith("uv pip compile")]
    assert sorted(commands) == sorted(line.strip("# ") for line in made)


def test_the_tools_that_build_are_those_of_the_lock(read_lock: Any) -> None:
    """They are installed first: another version would be replaced by the lock a moment later."""
    run = {(p.name, p.version) for p in read_lock(ROOT / "requirements" / "run.txt")}
    dev = {(p.name, p.version) for p in read_lock(ROOT / "requirements" / "dev.txt")}
    build = {(p.name, p.version) for p in read_lock(ROOT / "requirements" / "build.txt")}
    assert build <= run <= dev
    assert {"hatchling", "editables", "setuptools"} <= {name for name, _ in build}


def test_a_lock_without_an_extra_is_refused(read_lock: Any, tmp_path: Path) -> None:
    text = (ROOT / "requirements" / "dev.txt").read_text(encoding="utf-8")
    assert "\ncoverage[toml]==" in text
    doctored = tmp_path / "dev.txt"
    doctored.write_text(text.replace("\ncoverage[toml]==", "\ncoverage=="), encoding="utf-8")
    assert unpinned(read_lock(doctored), installed) == {"pytest-cov asks for coverage[toml]"}


def test_markers_and_extras_of_extras_count(read_lock: Any, tmp_path: Path) -> None:
    asked = {
        "un": ["Deux[Plus_Fort]>=1; sys_platform == 'win32'", "cinq[x]; python_version < '3.11'"],
        "deux": ["trois[b]; extra == 'plus-fort'", "quatre; extra == 'autre'"],
    }
    listing = tmp_path / "lock.txt"
    lines = "un==1 \\\ndeux==1 \\\ntrois==1 ; python_full_version < '3.13' \\\n"
    listing.write_text(lines, encoding="utf-8")
    found = unpinned(read_lock(listing), lambda name: asked.get(name, []))
    assert found == {"un asks for deux[plus-fort]"}
    listing.write_text(lines.replace("deux==", "deux[plus-fort]=="), encoding="utf-8")
    found = unpinned(read_lock(listing), lambda name: asked.get(name, []))
    assert found == {"deux asks for trois", "deux asks for trois[b]"}
