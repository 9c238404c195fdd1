"""What a manager's Windows does to the tool: the same figures, odd paths, held files, kills, no console."""

from __future__ import annotations

import csv
import io
import re
import shutil
import signal
import subprocess
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from typer.testing import CliRunner
from under_wine import PROGRAM, tfpb

from tfpb.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterable

EXAMPLE = Path(__file__).parents[2] / "examples" / "valmont"
STOCK = r"C:\exemples\valmont\patrimoine.xlsx"
GEO = ("--geodonnees", r"C:\geo")
_HOLD = (
    "import ctypes, time; ctypes.windll.kernel32.CreateFileW({path!r}, 0xC0000000, 0, None, 3, 0, None);"
    " print('tenu', flush=True); time.sleep(600)"
)


def cells(data: bytes) -> list[list[str]]:
    """Read the cells of a csv."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))


def same(here: list[list[str]], there: list[list[str]]) -> Iterable[tuple[int, str, str]]:
    """Name the cells that differ: texts at all, numbers by more than a billionth."""
    if len(here) != len(there):
        yield 0, f"{len(here)} lignes", f"{len(there)} lignes"
    for i, (a, b) in enumerate(zip(here, there, strict=False), 1):
        for x, y in zip(a, b, strict=True):
            if x == y:
                continue
            try:
                u, v = float(x.replace(",", ".")), float(y.replace(",", "."))
            except ValueError:
                yield i, x, y
                continue
            if abs(u - v) > 1e-9 * max(1.0, abs(u)):
                yield i, x, y


def on_linux(*words: object) -> None:
    result = CliRunner().invoke(app, [str(w) for w in words])
    assert result.exit_code == 0, result.output


def well(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="session")
def pack(wine: Any) -> Path:
    """Make the example's pack under Wine, in a folder with accents and spaces."""
    out = r"C:\essais\Été à Liévin\dossier n°1"
    well(wine.tfpb("dossier", r"C:\exemples\valmont\dossier.toml", "--sortie", out, *GEO))
    return Path(wine.drive / "essais" / "Été à Liévin" / "dossier n°1")


def test_the_pack_holds_the_cells_and_texts_of_linux(pack: Path, first_run: Path) -> None:
    linux = first_run / "valmont"
    names = {p.relative_to(linux).as_posix() for p in linux.rglob("*") if p.is_file()}
    assert {p.relative_to(pack).as_posix() for p in pack.rglob("*") if p.is_file()} == names
    for name in sorted(n for n in names if n.endswith(".csv")):
        here, there = cells((linux / name).read_bytes()), cells((pack / name).read_bytes())
        assert list(same(here, there)) == [], name
    for name in ("note.pdf", "rapport.pdf"):
        texts = [
            subprocess.run(["pdftotext", "-layout", p / name, "-"], capture_output=True, check=True).stdout
            for p in (linux, pack)
        ]  # fmt: skip
        # a hair of a column moves its spaces, and nothing that is read
        words = [re.sub(rb"[0-9a-f]{8}", b"", text).split() for text in texts]
        assert words[0] == words[1], name


def test_each_command_gives_what_linux_gives(wine: Any, geodata: Path, tmp_path: Path) -> None:
    survey = [EXAMPLE / "enquete_2023.xlsx", EXAMPLE / "enquete_2019.csv"]
    there = wine.drive / "essais"
    on_linux(
        "geocoder",
        EXAMPLE / "patrimoine.xlsx",
        "--sortie",
        tmp_path / "g.csv",
        "--geodonnees",
        geodata,
    )
    well(wine.tfpb("geocoder", STOCK, "--sortie", r"C:\essais\g.csv", *GEO))
    on_linux("localiser", EXAMPLE / "patrimoine.xlsx", "--annee", 2025, "--sortie", tmp_path / "l.csv",
             "--geodonnees", geodata)  # fmt: skip
    well(wine.tfpb("localiser", STOCK, "--annee", "2025", "--sortie", r"C:\essais\l.csv", *GEO))
    plan = ("--plan", EXAMPLE / "plan_enquete.toml", "--residences", tmp_path / "l.csv")
    on_linux("comparer", *survey, *plan, "--sortie", tmp_path / "c.csv")
    well(wine.tfpb(
        "comparer", *(rf"C:\exemples\valmont\{p.name}" for p in survey), "--plan",
        r"C:\exemples\valmont\plan_enquete.toml", "--residences", r"C:\essais\l.csv", "--sortie",
        r"C:\essais\c.csv",
    ))  # fmt: skip
    for name in ("g.csv", "l.csv", "c.csv"):
        here, wines = cells((tmp_path / name).read_bytes()), cells((there / name).read_bytes())
        assert list(same(here, wines)) == [], name


def test_the_region_holds_the_cells_of_linux(wine: Any, geodata: Path, tmp_path: Path) -> None:
    on_linux("region", EXAMPLE.parent / "region" / "region.toml", "--sortie", tmp_path / "r",
             "--geodonnees", geodata)  # fmt: skip
    well(wine.tfpb("region", r"C:\exemples\region\region.toml", "--sortie", r"C:\essais\r", *GEO))
    names = sorted(
        p.relative_to(tmp_path / "r").as_posix() for p in (tmp_path / "r").rglob("*.csv")
    )
    assert names
    for name in names:
        if name.endswith("sources.csv"):  # bears the hash of the run, versions included
            continue
        here = cells((tmp_path / "r" / name).read_bytes())
        assert list(same(here, cells((wine.drive / "essais" / "r" / name).read_bytes()))) == [], (
            name
        )


def test_a_new_dossier_is_made_checked_and_told_in_french(wine: Any) -> None:
    well(wine.tfpb("nouveau", r"C:\essais\mon dossier"))
    assert (wine.drive / "essais" / "mon dossier" / "patrimoine.xlsx").is_file()
    told = well(wine.tfpb("verifier", r"C:\exemples\valmont", *GEO))
    assert "lignes lues" in told
    assert "�" not in told


@pytest.mark.parametrize("page", ["850", "1252"])
def test_the_command_file_speaks_french_whatever_the_code_page(wine: Any, page: str) -> None:
    command = rf"chcp {page} >nul & {PROGRAM}\tfpb.cmd --help"
    assert "quartier" in well(wine.run(["cmd", "/c", command])).lower()
    done = wine.run(["cmd", "/c", rf"chcp {page} >nul & {PROGRAM}\tfpb.cmd verifier C:\été.toml"])
    assert "été.toml" in refused(done)


@pytest.mark.parametrize(
    "name",
    [r"C:\essais\CON\s.csv", r"C:\essais\nul.csv", r"C:\essais\fin.\s.csv", r"C:\essais\a:b.csv",
     r"C:\essais\a?b.csv", r"C:\essais\blanc \s.csv"],
)  # fmt: skip
def test_a_name_that_windows_does_not_take_is_told_before_any_work(wine: Any, name: str) -> None:
    told = refused(wine.tfpb("geocoder", STOCK, "--sortie", name, *GEO))
    assert "Windows n’accepte pas" in told
    told = refused(wine.tfpb("dossier", r"C:\exemples\valmont", "--sortie", name[:-4], *GEO))
    assert "Windows n’accepte pas" in told


def test_a_path_of_240_characters_and_another_drive_are_written_to(
    wine: Any, tmp_path: Path
) -> None:
    folder = r"C:\essais" + "".join("\\" + letter * 70 for letter in "abc")
    name = rf"{folder}\{'d' * (240 - len(folder) - 5)}.csv"
    assert len(name) == 240
    well(wine.tfpb("geocoder", STOCK, "--sortie", name, *GEO))
    other = "Z:" + str(tmp_path / "accentué" / "s.csv").replace("/", "\\")
    well(wine.tfpb("geocoder", STOCK, "--sortie", other, *GEO))
    assert (tmp_path / "accentué" / "s.csv").is_file()


def test_a_shared_folder_is_read_and_written_by_its_network_path(wine: Any, tmp_path: Path) -> None:
    share = wine.prefix / "dosdevices" / "unc" / "serveur" / "partage"
    share.parent.mkdir(parents=True, exist_ok=True)
    share.unlink(missing_ok=True)
    share.symlink_to(tmp_path)
    shutil.copy(EXAMPLE / "patrimoine.xlsx", tmp_path)
    stock = r"\\serveur\partage\patrimoine.xlsx"
    well(wine.tfpb("geocoder", stock, "--sortie", r"\\serveur\partage\Été\s.csv", *GEO))
    assert (tmp_path / "Été" / "s.csv").is_file()
    well(wine.tfpb("geocoder", STOCK, "--sortie", r"\\?\UNC\serveur\partage\t.csv", *GEO))
    assert (tmp_path / "t.csv").read_bytes() == (tmp_path / "Été" / "s.csv").read_bytes()
    assert "aux.csv" in refused(
        wine.tfpb("geocoder", stock, "--sortie", r"\\serveur\partage\aux.csv", *GEO)
    )
    refused(wine.tfpb("geocoder", stock, "--sortie", stock, *GEO))
    assert (tmp_path / "patrimoine.xlsx").read_bytes() == (EXAMPLE / "patrimoine.xlsx").read_bytes()


def test_a_workbook_held_open_is_named_and_nothing_is_lost(wine: Any) -> None:
    path = r"C:\essais\tenu.xlsx"
    well(wine.tfpb("geocoder", STOCK, "--sortie", path, *GEO))
    before = (wine.drive / "essais" / "tenu.xlsx").read_bytes()
    holder = wine.start([rf"{PROGRAM}\python\python.exe", "-c", _HOLD.format(path=path)])
    try:
        assert holder.stdout.readline().strip() == "tenu"
        told = refused(wine.tfpb("geocoder", STOCK, "--sortie", path, *GEO))
        assert "tenu.xlsx" in told
        assert "Fermez-le" in told
    finally:
        holder.kill()
        wine.run(["taskkill", "/f", "/im", "python.exe"])
        holder.communicate(timeout=60)
    assert (wine.drive / "essais" / "tenu.xlsx").read_bytes() == before
    assert not [p for p in (wine.drive / "essais").iterdir() if p.name.startswith(".tenu")]


def test_a_pack_held_open_is_told_and_stays_whole(wine: Any, pack: Path) -> None:
    path = r"C:\essais\Été à Liévin\dossier n°1\dossier.xlsx"
    before = (pack / "dossier.xlsx").read_bytes()
    holder = wine.start([rf"{PROGRAM}\python\python.exe", "-c", _HOLD.format(path=path)])
    try:
        assert holder.stdout.readline().strip() == "tenu"
        out = r"C:\essais\Été à Liévin\dossier n°1"
        told = refused(wine.tfpb("dossier", r"C:\exemples\valmont", "--sortie", out, *GEO))
        assert "Fermez" in told
    finally:
        holder.kill()
        wine.run(["taskkill", "/f", "/im", "python.exe"])
        holder.communicate(timeout=60)
    assert (pack / "dossier.xlsx").read_bytes() == before
    well(wine.tfpb("verifier", "--dossier", r"C:\essais\Été à Liévin\dossier n°1\dossier.zip"))


def test_two_runs_at_once_leave_one_whole_pack(wine: Any) -> None:
    words = tfpb("dossier", r"C:\exemples\valmont", "--sortie", r"C:\essais\deux", *GEO)
    runs = [wine.start(words), wine.start(words)]
    told = ["".join(run.communicate(timeout=600)) for run in runs]
    ends = list(zip((run.returncode for run in runs), told, strict=True))
    assert 0 in {code for code, _ in ends}, ends
    assert all(code in (0, 2) for code, _ in ends), ends
    assert all("Traceback" not in text for _, text in ends)
    well(wine.tfpb("verifier", "--dossier", r"C:\essais\deux\dossier.zip"))


def test_a_run_that_is_killed_leaves_what_stood_and_the_next_one_ends(
    wine: Any, pack: Path
) -> None:
    before = (pack / "dossier.zip").read_bytes()
    out = r"C:\essais\Été à Liévin\dossier n°1"
    for seconds in (4, 9, 14):
        run = wine.start(tfpb("dossier", r"C:\exemples\valmont", "--sortie", out, *GEO))
        time.sleep(seconds)
        run.send_signal(signal.SIGKILL)
        wine.run(["taskkill", "/f", "/im", "python.exe"])
        run.communicate(timeout=60)
        assert (pack / "dossier.zip").read_bytes() == before
    well(wine.tfpb("dossier", r"C:\exemples\valmont", "--sortie", out, *GEO))
    assert (pack / "dossier.zip").read_bytes() == before


@pytest.mark.parametrize("place", ["", r"C:\nulle part\du tout", r"C:\windows\win.ini"])
def test_where_the_user_has_no_folder_of_data_a_run_ends_or_says_so(wine: Any, place: str) -> None:
    more = {"LOCALAPPDATA": place}
    well(wine.tfpb("geocoder", STOCK, "--sortie", r"C:\essais\sans.csv", *GEO, more=more))
    done = wine.tfpb(
        "dossier", r"C:\exemples\valmont", "--sortie", r"C:\essais\sans", *GEO, more=more
    )
    assert done.returncode in (0, 2), done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_files_with_windows_line_ends_give_the_same_pack(wine: Any, pack: Path) -> None:
    folder = wine.drive / "essais" / "fins de ligne"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("geodonnees_sources"))
    for path in [*folder.glob("*.toml"), *folder.glob("*.csv")]:
        path.write_bytes(re.sub(rb"\r?\n", b"\r\n", path.read_bytes()))
    well(wine.tfpb("dossier", r"C:\essais\fins de ligne", "--sortie", r"C:\essais\crlf", *GEO))
    for path in sorted((wine.drive / "essais" / "crlf" / "donnees").glob("*.csv")):
        if path.name in ("sources.csv", "journal.csv"):
            continue
        here = cells((pack / "donnees" / path.name).read_bytes())
        assert list(same(here, cells(path.read_bytes()))) == [], path.name


class Visitor:
    """A browser outside: comes in by the door that the double click leaves, sends forms as the page does."""

    def __init__(self, door: Path) -> None:
        address = re.search(r"http://127\.0\.0\.1:\d+[^\"<]*", door.read_text(encoding="utf-8"))
        assert address
        self.client = httpx.Client(follow_redirects=True, timeout=120)
        entered = self.client.get(address[0].replace("&amp;", "&"))
        assert entered.status_code == 200
        self.origin = str(entered.url.join("/")).rstrip("/")

    def get(self, path: str) -> str:
        shown = self.client.get(f"{self.origin}{path}")
        assert shown.status_code == 200, shown.text
        return shown.text

    def send(self, path: str, form: dict[str, str], *files: Path) -> None:
        """Send a form, then wait for the work that it begins; whoever waits looks: the page does not end."""
        (token,) = set(re.findall(r'name="jeton" value="([^"]+)"', self.get(path)))
        parts = [("fichiers", (f.name, f.read_bytes())) for f in files]
        done = self.client.post(
            f"{self.origin}{path}", data={"jeton": token, **form}, files=parts or None,
            headers={"origin": self.origin},
        )  # fmt: skip
        assert done.status_code == 200, done.text
        end = time.monotonic() + 900
        while "data-en-cours" in self.get(path):
            assert time.monotonic() < end
            time.sleep(2)


def opened(wine: Any, *words: str, program: str = PROGRAM) -> Visitor:
    """Double-click `Ouvrir-tfpb.cmd`, and come in."""
    door = "users/*/AppData/Local/tfpb/Cache/page/*.html"
    for left in wine.drive.glob(door):  # of an earlier trial
        left.unlink()
    # what it starts keeps what it was given to write to, and lives on
    subprocess.run(
        ["wine", "cmd", "/c", rf"{program}\Ouvrir-tfpb.cmd", *words],
        env=wine.environment(), cwd=wine.drive, check=True, timeout=120,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    end = time.monotonic() + 180
    while not (found := [p for p in wine.drive.glob(door) if p.stat().st_size]):
        assert time.monotonic() < end
        time.sleep(0.5)
    return Visitor(found[0])


def test_the_page_opens_without_console_and_makes_the_pack_of_linux(
    wine: Any, first_run: Path
) -> None:
    folder = wine.drive / "essais" / "par la page"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("geodonnees_sources"))
    toml = folder / "dossier.toml"
    text = re.sub(r"(?m)^geodonnees *=.*$", "", toml.read_text(encoding="utf-8"))
    toml.write_text(text, encoding="utf-8")
    page = opened(wine, r"C:\essais\par la page", *GEO)
    assert "Départ" in page.get("/")
    page.send("/dossier", {"geste": "faire", "diffuser": "non"})
    page.client.close()
    for path in sorted((first_run / "valmont" / "donnees").glob("*.csv")):
        here = cells((folder / "dossier" / "donnees" / path.name).read_bytes())
        assert list(same(here, cells(path.read_bytes()))) == [], path.name
    wine.run(["taskkill", "/f", "/im", "pythonw.exe"])


def test_a_new_user_who_follows_the_notice_has_a_pack(wine: Any) -> None:
    """LISEZMOI: extracted in Documents, a double click, files dropped (geography too), a pack asked for."""
    (documents,) = (p for p in wine.drive.glob("users/*/Documents") if p.parent.name != "Public")
    program = rf"C:\users\{documents.parent.name}\Documents\tfpb"
    shutil.rmtree(documents / "tfpb", ignore_errors=True)
    shutil.rmtree(documents / "Dossier TFPB", ignore_errors=True)
    shutil.rmtree(documents.parent / "AppData" / "Local" / "tfpb", ignore_errors=True)
    with zipfile.ZipFile(wine.prefix.parent / "tfpb-windows.zip") as held:
        held.extractall(documents)
    try:
        page = opened(wine, program=program)
        head = {
            "bailleur": "Fictif Habitat",
            "titre": "Convention",
            "annee": "2025",
            "date": "2026-01-15",
        }
        page.send("/depart", {"geste": "tete", "brouillon": "tete", **head})
        sources = sorted((EXAMPLE / "geodonnees_sources").glob("*.*"))
        page.send("/deposer", {"geste": "deposer"}, *sources)
        names = ("patrimoine.xlsx", "programme_2025.xlsx", "fiscalite_2025.xlsx", "conventions.csv")
        page.send("/deposer", {"geste": "deposer"}, *(EXAMPLE / name for name in names))
        page.send("/dossier", {"geste": "faire", "diffuser": "non"})
        page.client.close()
        pack = documents / "Dossier TFPB" / "dossier"
        for name in ("dossier.xlsx", "note.pdf", "carte.html", "dossier.zip"):
            assert (pack / name).stat().st_size > 10_000, page.get("/fautes")
    finally:
        wine.run(["taskkill", "/f", "/im", "pythonw.exe"])
        shutil.rmtree(documents / "tfpb", ignore_errors=True)


def test_the_zip_opens_and_says_how_to_begin(wine: Any) -> None:
    archive = wine.prefix.parent / "tfpb-windows.zip"
    with zipfile.ZipFile(archive) as held:
        names = held.namelist()
        assert max(map(len, names)) <= 180
        assert "tfpb/LISEZMOI.txt" in names


def test_the_start_menu_has_a_shortcut_and_loses_it(wine: Any) -> None:
    command = ["cmd", "/c", rf"{PROGRAM}\Menu-demarrer.cmd"]
    place = "users/*/AppData/Roaming/Microsoft/Windows/Start Menu/Programs/tfpb.lnk"
    for left in wine.drive.glob(place):  # of an earlier trial
        left.unlink()
    assert "est dans le menu Démarrer" in well(wine.run(command))
    (shortcut,) = wine.drive.glob(place)
    assert "Ouvrir-tfpb.cmd".encode("utf-16-le") in shortcut.read_bytes()
    assert "retiré" in well(wine.run(command))
    assert not shortcut.exists()
