"""The Windows package: every locked dependency has its wheel, and the zip is what it should be."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import importlib.util
import io
import os
import re
import struct
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

import tfpb

ROOT = Path(__file__).parents[3]
HERE = ROOT / "packaging" / "windows"


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Load the maker's modules, which are scripts beside one another."""
    monkeypatch.syspath_prepend(str(HERE))

    def load(name: str) -> Any:
        spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
        return module

    return {name: load(name) for name in ("libraries", "lock", "make", "check")}


def test_every_locked_dependency_has_its_file_for_windows(tools: Any) -> None:
    lock = tools["lock"]
    pins = lock.read_lock()
    assert lock.shortcomings(pins, lock.read_chosen()) == []
    names = {p.name for p in lock.for_windows(pins)}
    assert {"colorama", "tzdata", "pandas", "numpy", "typst", "odfpy"} <= names
    assert "colorama" not in {
        p.name for p in pins if p.holds({**lock.WINDOWS, "sys_platform": "linux"})
    }
    assert not {"hatchling", "editables"} & names


def test_what_is_not_proven_is_told(tools: Any) -> None:
    lock = tools["lock"]
    pins, chosen = lock.read_lock(), lock.read_chosen()
    numpy = next(n for n in chosen if n.startswith("numpy-"))
    assert any(
        "numpy: no file" in w
        for w in lock.shortcomings(pins, {n: d for n, d in chosen.items() if n != numpy})
    )
    assert any("hash is not in" in w for w in lock.shortcomings(pins, {**chosen, numpy: "0" * 64}))
    other = numpy.replace("win_amd64", "manylinux_2_28_x86_64")
    linux = {n: d for n, d in chosen.items() if n != numpy} | {other: chosen[numpy]}
    assert any("not a wheel for win_amd64" in w for w in lock.shortcomings(pins, linux))
    assert any(
        "not in the lock" in w
        for w in lock.shortcomings(pins, {**chosen, "intrus-1.0-py3-none-any.whl": "0" * 64})
    )


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("a-1-py3-none-any.whl", True),
        ("a-1-py2.py3-none-any.whl", True),
        ("a-1-cp311-cp311-win_amd64.whl", True),
        ("a-1-cp39-abi3-win_amd64.whl", True),
        ("a-1-cp312-abi3-win_amd64.whl", False),
        ("a-1-cp312-cp312-win_amd64.whl", False),
        ("a-1-cp311-cp311-win32.whl", False),
        ("a-1-cp311-cp311-win_arm64.whl", False),
        ("a-1-cp311-cp311-manylinux_2_28_x86_64.whl", False),
        ("a-1-cp311-cp311-macosx_11_0_arm64.whl", False),
    ],
)
def test_tags(tools: Any, name: str, good: object) -> None:
    assert tools["lock"].fits(name) is good


def module(*libraries: str) -> bytes:
    """Write the least of a 64-bit Windows module that imports libraries."""
    head = 0x80
    table = 20 * (len(libraries) + 1)
    data = bytearray(0x2000)
    data[:2] = b"MZ"
    struct.pack_into("<I", data, 0x3C, head)
    data[head : head + 4] = b"PE\0\0"
    struct.pack_into("<HH12xH", data, head + 4, 0x8664, 1, 240)
    struct.pack_into("<H", data, head + 24, 0x20B)
    struct.pack_into("<II", data, head + 24 + 32, 0x1000, 0x200)
    struct.pack_into("<I", data, head + 24 + 56, 0x3000)
    struct.pack_into("<I", data, head + 24 + 108, 16)
    struct.pack_into("<II", data, head + 24 + 120, 0x1000, table)
    struct.pack_into("<IIII", data, head + 24 + 240 + 8, 0x1C00, 0x1000, 0x1C00, 0x400)
    at = 0x400 + table
    for i, name in enumerate(libraries):
        symbols, title = at - 0x400 + 0x1000, at - 0x400 + 0x1000 + 32
        struct.pack_into("<IIIII", data, 0x400 + 20 * i, symbols, 0, 0, title, symbols)
        struct.pack_into("<Q", data, at, 1 << 63 | 1)  # one symbol, by its number
        data[at + 32 : at + 32 + len(name)] = name.encode()
        at += 32 + len(name) + 1
    return bytes(data)


def test_a_module_that_needs_what_windows_lacks_is_told(tools: Any) -> None:
    libraries = tools["libraries"]
    wanting = module(
        "KERNEL32.dll", "MSVCP140.dll", "python311.dll", "api-ms-win-crt-math-l1-1-0.dll"
    )
    assert libraries.imported(wanting) == [
        "kernel32.dll", "msvcp140.dll", "python311.dll", "api-ms-win-crt-math-l1-1-0.dll",
    ]  # fmt: skip
    assert libraries.lacking({"a/x.pyd": wanting}) == {"a/x.pyd": ["msvcp140.dll"]}
    assert (
        libraries.lacking({"a/x.pyd": wanting, "a.libs/msvcp140.dll": module("kernel32.dll")}) == {}
    )
    assert libraries.imported(b"\x7fELF") == []


def wheel(folder: Path, name: str, files: dict[str, bytes]) -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        for inside, data in files.items():
            archive.writestr(inside, data)
    return path


@pytest.fixture
def parts(tmp_path: Path) -> dict[str, Any]:
    """Make a false embeddable Python, false wheels, and this project's own files as a wheel."""
    wheels = tmp_path / "roues"
    wheels.mkdir()
    inside = ("python.exe", "python311.dll", "python311.zip", "python311._pth")
    python = wheel(tmp_path, "embed.zip", dict.fromkeys(inside, b"fictif"))
    made = [
        wheel(wheels, "un-1.0-py3-none-any.whl", {
            "un/__init__.py": b"NOM = 'un'\n", "un/tests/test_un.py": b"", "PIL/_avif.py": b"",
            "un-1.0.dist-info/METADATA": b"",
            "un-1.0.data/purelib/deux.py": b"", "un-1.0.data/scripts/un.exe": b"MZ",
        }),
        wheel(wheels, "trois-1.0-cp311-cp311-win_amd64.whl", {"trois/x.pyd": module("kernel32.dll")}),
    ]  # fmt: skip
    sources = wheels / "odfpy-1.4.1.tar.gz"
    with tarfile.open(sources, "w:gz") as archive:
        for name in ("odfpy-1.4.1/odf/__init__.py", "odfpy-1.4.1/setup.py", "odfpy-1.4.1/PKG-INFO"):
            entry = tarfile.TarInfo(name)
            entry.size = 2
            archive.addfile(entry, io.BytesIO(b"#\n"))
    package = ROOT / "src" / "tfpb"
    own = {f"tfpb/{p.relative_to(package).as_posix()}": p.read_bytes()
           for p in package.rglob("*.py")}  # fmt: skip
    project = wheel(tmp_path, "tfpb-0.4.0-py3-none-any.whl", own)
    chosen = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in [*made, sources]}
    return {"python": python, "wheels": wheels, "project": project, "chosen": chosen}


def made(tools: Any, parts: dict[str, Any]) -> dict[str, bytes]:
    make = tools["make"]
    digest = hashlib.sha256(parts["python"].read_bytes()).hexdigest()
    python = make.embeddable(parts["python"], digest)
    files: dict[str, bytes] = make.assemble(
        python, parts["wheels"], parts["project"], parts["chosen"]
    )
    return files


def test_the_zip_holds_python_packages_and_a_french_notice(
    tools: Any, parts: dict[str, Any], tmp_path: Path
) -> None:
    files = made(tools, parts)
    data = tools["make"].archive(files)
    assert data == tools["make"].archive(made(tools, parts))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "ici")  # noqa: S202 - our own
    assert {n.partition("/")[0] for n in names} == {"tfpb"}
    for name in ("tfpb.cmd", "LISEZMOI.txt", "python/python.exe", "paquets/un/__init__.py", "paquets/deux.py",
                 "paquets/trois/x.pyd", "paquets/odf/__init__.py", "paquets/odfpy-1.4.1.dist-info/METADATA",
                 "paquets/tfpb/cli/app.py"):  # fmt: skip
        assert f"tfpb/{name}" in names, name
    assert not [
        n for n in names if "/tests/" in n or n.endswith(("un.exe", "setup.py", "_avif.py"))
    ]
    folder = tmp_path / "ici" / "tfpb"
    assert (folder / "python" / "python311._pth").read_text().split() == [
        "python311.zip",
        ".",
        "..\\paquets",
    ]
    notice = (folder / "LISEZMOI.txt").read_bytes()
    assert notice.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in notice
    assert "aucun droit d’administrateur" in notice.decode("utf-8-sig")
    command = (folder / "tfpb.cmd").read_bytes()
    assert b'"%~dp0python\\python.exe" -X utf8 -m tfpb %*\r\n' in command
    assert b"exit /b %code%" in command
    # the unpacked packages are found by a Python that has nothing else
    say = "import sys; sys.path.insert(0, sys.argv[1]); import un, tfpb.text as e; print(un.NOM, e.__file__)"
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", say, str(folder / "paquets")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.startswith("un ")
    assert str(folder) in run.stdout


PYTHONW = (
    "import runpy, sys; sys.stdin = sys.stdout = sys.stderr = None; "
    "runpy.run_module('tfpb', run_name='__main__', alter_sys=True)"
)
"""What `pythonw.exe -m tfpb` is: no console, no streams."""


@pytest.mark.slow
def test_a_double_click_serves_the_page_and_leaves_no_window(
    tools: Any, parts: dict[str, Any], tmp_path: Path
) -> None:
    """The line of the launcher, read and run from the unpacked layout; a Python of here stands in."""
    files = made(tools, parts)
    command = files["Ouvrir-tfpb.cmd"].decode("ascii")
    assert command.splitlines()[0] == "@echo off"
    assert command.count("\n") == command.count("\r\n")
    (line,) = [n for n in command.splitlines() if n.startswith("start ")]
    words = line.removeprefix('start "" ').split()
    assert words[0] == '"%~dp0python\\pythonw.exe"'  # no console of its own
    assert words[1:] == ["-X", "utf8", "-m", "tfpb", "ouvrir", "%*"]
    folder, shown = tmp_path / "tfpb", tmp_path / "montre"
    (folder / "paquets").mkdir(parents=True)
    (folder / "paquets" / "tfpb").symlink_to(Path(tfpb.__file__).parent)
    environment = {
        **os.environ, "PYTHONPATH": str(folder / "paquets"), "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_DATA_HOME": str(tmp_path / "data"),
        "BROWSER": f"{sys.executable} -c \"open('{shown}', 'a').write('%s')\"",
    }  # fmt: skip
    windowless = [sys.executable, "-X", "utf8", "-c", PYTHONW, "ouvrir"]
    with subprocess.Popen(
        [*windowless, str(tmp_path / "Dossier")],
        env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        place = tmp_path / "cache" / "tfpb" / "page"
        doors: list[Path] = []
        for _ in range(400):
            doors = list(place.glob("*.html")) if place.is_dir() else []
            if doors and doors[0].stat().st_size:
                break
            assert process.poll() is None, process.stderr and process.stderr.read()
            time.sleep(0.1)
        (door,) = doors
        assert door.stat().st_mode & 0o077 == 0
        assert place.stat().st_mode & 0o077 == 0
        (address,) = re.findall(r'href="(http[^"]+)"', door.read_text(encoding="utf-8"))
        told = Path(f"/proc/{process.pid}/cmdline").read_text(encoding="utf-8")
        assert address.rpartition("=")[2] not in told
        with httpx.Client(follow_redirects=True) as client:
            for _ in range(100):
                with contextlib.suppress(httpx.ConnectError):
                    if client.get(address).status_code == 200:
                        break
                time.sleep(0.1)
            base = address.partition("/entree")[0]
            page = client.get(f"{base}/depart").text
            assert "Organisme" in page
            again = subprocess.run(
                [sys.executable, *words[1:-1], str(tmp_path / "Dossier")],
                env=environment, cwd=folder, capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip
            assert again.returncode == 0
            assert "déjà ouvert" in again.stdout
            (token, *_) = re.findall(r'name="jeton" value="([^"]+)"', page)
            left = client.post(f"{base}/quitter", data={"jeton": token}, headers={"origin": base})
            assert "fermée" in left.text
        assert process.wait(30) == 0
    assert not list(place.glob("*.html"))
    assert shown.read_text(encoding="utf-8") == 2 * door.as_uri()  # once for each double click
    (tmp_path / "fichier.txt").write_text("x", encoding="utf-8")
    wrong = subprocess.run(
        [*windowless, str(tmp_path / "fichier.txt")],
        env=environment, cwd=folder, timeout=60, check=False,
    )  # fmt: skip
    assert wrong.returncode == 2
    message = tmp_path / "cache" / "tfpb" / "message.txt"
    assert shown.read_text(encoding="utf-8").endswith(message.as_uri())
    assert "est un fichier" in message.read_text(encoding="utf-8-sig")


def test_nothing_unproven_enters(tools: Any, parts: dict[str, Any], tmp_path: Path) -> None:
    make = tools["make"]
    with pytest.raises(make.UnprovenError, match="sha256"):
        make.embeddable(parts["python"], "0" * 64)
    not_python = wheel(tmp_path, "autre.zip", {"lisez.txt": b""})
    with pytest.raises(make.UnprovenError, match="not the embeddable"):
        make.embeddable(not_python, hashlib.sha256(not_python.read_bytes()).hexdigest())
    for name, files in (
        ("sort-1-py3-none-any.whl", {"../../mal.py": b""}),
        ("sort-1-py3-none-any.whl", {"C:/mal.py": b""}),
        ("sort-1-py3-none-any.whl", {"un/__init__.py": b"autre"}),
        ("sort-1-py3-none-any.whl", {"x.pyd": module("msvcp140.dll")}),
    ):
        path = wheel(parts["wheels"], name, files)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        with pytest.raises(make.UnprovenError):
            made(tools, {**parts, "chosen": {**parts["chosen"], name: digest}})
    first = next(iter(parts["chosen"]))
    with pytest.raises(make.UnprovenError, match="missing"):
        made(tools, {**parts, "chosen": {**parts["chosen"], first: "0" * 64}})


@pytest.mark.parametrize(
    ("kept", "code"), [("same", ""), ("other", "announces"), ("none", "no sources")]
)
def test_sources_come_from_the_index_as_a_file_and_proven(
    tools: Any, tmp_path: Path, kept: str, code: str
) -> None:
    data = b"sources"
    digest = hashlib.sha256(data).hexdigest()
    place = tmp_path / "simple" / "odfpy"
    place.mkdir(parents=True)
    (place / "odfpy-1.4.1.tar.gz").write_bytes(b"others" if kept == "other" else data)
    page = f'<a href="odfpy-1.4.1.tar.gz#sha256={digest}">odfpy</a>'
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path / "simple"))
    )
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    (place / "index.html").write_text("" if kept == "none" else page)
    out = tmp_path / "roues"
    out.mkdir()
    pin = tools["lock"].Pin("odfpy", "1.4.1", "", frozenset({digest}), frozenset({"tfpb"}))
    try:
        if code:
            with pytest.raises(SystemExit, match=code):
                tools["check"].fetch_sources(pin, out, f"http://127.0.0.1:{server.server_port}")
        else:
            tools["check"].fetch_sources(pin, out, f"http://127.0.0.1:{server.server_port}/")
    finally:
        server.shutdown()
        server.server_close()
    assert [p.name for p in out.iterdir()] == ([] if code else ["odfpy-1.4.1.tar.gz"])


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:  # type: ignore[override]
        return


def test_no_module_asks_for_what_the_zip_leaves_out(tools: Any) -> None:
    """Every module of the project is loaded where these parts of libraries are not there."""
    out = [p.rstrip("/").replace("/", ".") for p in tools["libraries"].LEFT_OUT]
    code = (
        "import importlib, pkgutil, sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if any(name == o or name.startswith(o + '.') for o in sys.argv[1:]):\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "import tfpb\n"
        "for m in pkgutil.walk_packages(tfpb.__path__, 'tfpb.'):\n"
        "    m.name.endswith('__main__') or importlib.import_module(m.name)\n"
        "print('lus')\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, *out], capture_output=True, text=True, check=False
    )
    assert run.stdout == "lus\n", run.stderr[-2000:]
