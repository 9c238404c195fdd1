"""What every test may use: where real data lies; and nothing kept between runs unless a test asks.

The process of the tests is set up as `tfpb` sets up its own: one thread of linear algebra (two, on two
cores that two workers share, double the time of the survey's tests) and a collector that passes less often.
"""

from __future__ import annotations

import fcntl
import functools
import gc
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Once = Callable[[str, Callable[[Path], None]], Path]

ROOT = Path(__file__).parents[1]
BEGUN_FIRST = {
    (Path(__file__).parent / name).resolve(strict=True): rank
    for rank, name in enumerate(
        (
            "cli/test_cli_questions.py", "cli/test_cli_region_again.py", "cli/test_cli_privacy.py",
            "browser/test_browser_page.py", "golden/test_golden_packs.py", "cli/test_cli_releases.py",
            "browser/test_browser_map.py", "unit/maps/test_maps_print.py",
            "agreement/test_agreement_dropped.py",
            "cli/test_cli_bad_input.py", "cli/test_cli_dossier.py", "agreement/test_agreement_faits.py",
            "cli/test_cli_properties.py", "cli/test_cli_comparer_releases.py",
            "cli/test_cli_region_told.py", "unit/report/test_report_quarter_pages.py",
            "cli/test_cli_to_do.py", "cli/test_cli_pack_again.py", "cli/test_cli_comparer.py",
            "unit/report/test_report_note.py", "cli/test_cli_pack_one_word.py",
            "cli/test_cli_region_part.py", "unit/report/test_report_money_sections.py",
            "cli/test_cli_controler.py", "unit/region/test_region_funnel.py",
            "unit/faults/test_faults_commands.py", "unit/region/test_region_executor.py",
        )
    )
}  # fmt: skip
"""Files of more than eight seconds, longest first: one begun last leaves the other workers without work. Two
that wait for one pack or region are not begun together."""
LEFT_OUT = {"audit", "faults", "fuzz", "page", "region"}
"""Folders that `scripts/check.sh --vite` leaves to the whole run."""
os.environ["TFPB_CACHE"] = "non"
# no test reads or fills the user's ledger; never a device: as root, writing would replace it
os.environ["TFPB_DIFFUSIONS"] = str(
    Path(tempfile.mkdtemp(prefix="tfpb-tests-")) / "diffusions.jsonl"
)
os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp(prefix="tfpb-tests-")  # nor their columns
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read when the library is loaded, hence here
gc.set_threshold(50_000, 20, 20)
os.fsync = lambda _: (
    None
)  # no test cuts the power, and each of 84 files of a pack would wait for the disk


def pytest_configure(config: pytest.Config) -> None:
    config.option.loadscopereorder = False  # else xdist begins with the files that have most tests


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name in LEFT_OUT:
            item.add_marker("slow")
    items.sort(key=lambda item: BEGUN_FIRST.get(item.path.resolve(), len(BEGUN_FIRST)))


@pytest.fixture(autouse=True)
def own_ledger(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Give each test a ledger of releases of its own: one that releases binds no other."""
    name = f"{abs(hash(request.node.nodeid)):x}.jsonl"
    path = Path(os.environ["TFPB_DIFFUSIONS"]).with_name(name)
    monkeypatch.setenv("TFPB_DIFFUSIONS", str(path))


def real_folder() -> Path:
    """Return the folder of real files: TFPB_DONNEES_REELLES, or `shared/data` beside the clone."""
    return Path(os.environ.get("TFPB_DONNEES_REELLES", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    folder = real_folder()
    if not folder.is_dir():
        pytest.skip("les données réelles ne sont pas là (TFPB_DONNEES_REELLES)")
    return folder


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Return a folder that the first worker to ask filled, the same one for all workers."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def made(name: str, fill: Callable[[Path], None]) -> Path:
        folder, whole = shared / f"{name}-premier", shared / f"{name}-fait"
        with (shared / f"{name}-verrou").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not whole.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                fill(folder)
                whole.touch()
        return folder

    return made


@pytest.fixture(scope="session")
def once(first: Once, tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Return a folder of this worker, a copy of one that the first worker to ask filled for all."""
    own = tmp_path_factory.getbasetemp()
    return lambda name, fill: Path(shutil.copytree(first(name, fill), own / name))


@pytest.fixture(scope="session")
def example() -> Path:
    return ROOT / "examples" / "valmont"


@pytest.fixture(scope="session")
def geodata(once: Once) -> Path:
    """Import the example's geography."""
    import example_pack

    return once("geodonnees", example_pack.geography)


@pytest.fixture(scope="session")
def first_run(once: Once, geodata: Path) -> Path:
    """Make the example's pack, and keep its stages: nothing was kept before."""
    import example_pack

    return once("exemple", lambda folder: example_pack.first_run(folder, geodata))


@pytest.fixture(scope="session")
def pasted_region(first: Once, geodata: Path) -> Path:
    """Return what the region's example wrote, data only, pasted once for all workers."""
    import example_pack

    fill = functools.partial(example_pack.pasted_region, geodata=geodata)
    return first("region-collee", fill) / "sorties" / "region"


@pytest.fixture(scope="session")
def stages(first: Once, first_run: Path) -> Path:
    """Return a copy of what the first run kept, to which the tests of all workers may add."""

    def copied(folder: Path) -> None:
        shutil.copytree(first_run / "garde", folder, dirs_exist_ok=True)

    return first("etapes", copied)
