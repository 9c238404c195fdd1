"""What the project rests on: locked, licensed, hashed; and a CI whose steps all exist."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
yaml = pytest.importorskip("yaml")


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> Any:
    spec = importlib.util.spec_from_file_location("licences", ROOT / "scripts" / "licences.py")
    assert spec is not None
    assert spec.loader is not None
    monkeypatch.setattr(sys, "path", list(sys.path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.modules.pop("lock", None)


def test_every_dependency_is_listed_with_a_permissive_licence(tools: Any) -> None:
    header, *lines = tools.TARGET.read_text(encoding="utf-8").splitlines()
    assert header == tools.HEADER
    listed = {tuple(line.split(";")) for line in lines}
    locked = {(name, versions) for name, versions, _ in tools.rows({})}
    assert {(name, versions) for name, versions, _ in listed} == locked
    for name, _, licence in listed:
        assert tools.permissive(licence), (name, licence)
    cards = tools.cards(None)
    for name, versions, licence in listed:
        try:
            same = version(name) in versions.split(", ")
        except PackageNotFoundError:
            continue
        if same:
            assert tools.licence(cards[name]) == licence, name


@pytest.mark.parametrize(
    ("expression", "good"),
    [
        ("MIT", True),
        ("Apache-2.0 OR BSD-2-Clause", True),
        ("GPL-3.0-or-later OR MIT", True),
        ("GPL-3.0-or-later", False),
        ("MIT AND GPL-2.0-only", False),
        ("LGPL-2.1-only", False),
        ("(MIT)", True),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_only_permissive_licences_pass(tools: Any, expression: str, good: object) -> None:
    assert tools.permissive(expression) is good


def test_the_lock_answers_the_project_and_holds_hashes_and_no_address(tools: Any) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[<>=!~ \[]", d)[0].lower() for d in project["dependencies"]}
    for name in ("run.txt", "dev.txt"):
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
        pins = tools.read_lock(ROOT / "requirements" / name)
        assert wanted <= {p.name for p in pins}
        assert all(p.hashes for p in pins)
        assert not re.search(r"https?://|--index|--find-links|@ file", text)


@pytest.mark.parametrize(
    "listing",
    sorted(
        p.relative_to(ROOT).as_posix()
        for p in [*ROOT.glob("src/**/SOURCES.json"), *ROOT.glob("tests/**/SOURCES.json")]
    ),
)
def test_vendored_files_are_what_their_list_says(listing: str) -> None:
    folder = (ROOT / listing).parent
    entries = json.loads((ROOT / listing).read_text(encoding="utf-8"))
    for entry in entries:
        assert entry["version"]
        assert entry["licence"]
        found = hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest()
        assert found == entry["sha256"], entry["file"]
    files = {p.name for p in folder.iterdir()} - {"SOURCES.json", "LICENSE"}
    assert files <= {e["file"] for e in entries}
    assert (folder / "LICENSE").is_file()


def test_three_vendored_folders_are_known() -> None:
    assert len([*ROOT.glob("src/**/SOURCES.json"), *ROOT.glob("tests/**/SOURCES.json")]) == 3


@pytest.fixture
def workflow() -> dict[str, Any]:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def test_the_workflow_calls_what_exists(workflow: dict[str, Any]) -> None:
    jobs = workflow["jobs"]
    assert {"tout", "systemes", "bornes", "failles", "windows"} == set(jobs)
    called = set()
    for job in jobs.values():
        assert job["timeout-minutes"]
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step)
            if "uses" in step:
                assert re.fullmatch(r"[\w-]+/[\w-]+@(v\d+|[0-9a-f]{40})", step["uses"])
            words = re.split(r"[\s\"';=]+", step.get("run", "").replace("\\", "/"))
            called |= {
                w
                for w in words
                if re.match(r"(scripts|packaging|requirements|tests|examples|docs|\.ci)/", w)
            }
            called |= {f"examples/{w}" for w in words if re.match(r"valmont/", w)}
    assert len(called) > 10
    assert [path for path in called if not (ROOT / path).exists()] == []


def test_the_matrix_covers_what_the_project_claims(workflow: dict[str, Any]) -> None:
    matrix = workflow["jobs"]["systemes"]["strategy"]["matrix"]
    assert {o.partition("-")[0] for o in matrix["os"]} == {"ubuntu", "macos", "windows"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lowest = project["requires-python"].removeprefix(">=")
    assert lowest in matrix["python"]
    assert {"3.12", "3.13"} <= set(matrix["python"])
    ends = {
        e["resolution"]: e["python"]
        for e in workflow["jobs"]["bornes"]["strategy"]["matrix"]["include"]
    }
    assert ends["lowest-direct"] == lowest
    assert "highest" in ends


def test_the_locked_wheels_exist_for_each_system_and_python(tools: Any) -> None:
    """The lock answers every Python of the matrix: one pin a package holds there."""
    for minor in (11, 12, 13, 14):
        for system in ("win32", "linux", "darwin"):
            environment = {"sys_platform": system, "python_version": f"3.{minor}",
                           "python_full_version": f"3.{minor}.0", "platform_system": "",
                           "os_name": "", "platform_machine": "", "implementation_name": "cpython",
                           "platform_python_implementation": "CPython"}  # fmt: skip
            held = [p.name for p in tools.read_lock() if p.holds(environment)]
            assert len(held) == len(set(held))
            assert {"numpy", "pyproj", "scipy", "contourpy"} <= set(held)


def test_the_privacy_page_names_what_exists() -> None:
    text = (ROOT / "docs" / "rgpd.md").read_text(encoding="utf-8")
    code = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "src").rglob("*.py"))
    named = re.findall(r"\b(TFPB_[A-Z_]+|SSL_CERT_FILE|HTTPS_PROXY|masquage_n)\b", text)
    for name in {*named, "service_adresses.sqlite", "--moteur"}:
        assert name in code, name
    for path in re.findall(r"\]\(([\w.]+\.md)\)", text):
        assert (ROOT / "docs" / path).is_file()
