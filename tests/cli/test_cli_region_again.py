"""The region run again: kept stages, processes and a cluster give the same bytes; releases bind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from region_outputs import DATA, OWNERS, assert_same, read

from effort import by_night, tries
from tfpb import executors
from tfpb.errors import TfpbError, fail
from tfpb.io.packs.output_files import write_together
from tfpb.io.sources.region_inputs import load_region
from tfpb.model.survey import Order
from tfpb.pipeline.pack_files import data_files
from tfpb.pipeline.published_before import ledger_with, precedents
from tfpb.region.publishing.region_run import sent
from tfpb.region.publishing.reports import restitution
from tfpb.region.run import compute

if TYPE_CHECKING:
    from conftest import Run
    from tfpb.region.computed import Region

SENT = ("--diffuser", "--envoyer-quand-meme")
PROCESSES = ("--moteur", "processus", "--processus", 2, *DATA, *SENT)


def with_a_delivery(region: Path, folder: Path) -> Path:
    """Copy the region's files with sixty interviews more of the first bailleur; return its file."""
    shutil.copytree(region.parent, folder)
    path = folder / "bailleurs" / "b01" / "enquete.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    rows = [line.split(";") for line in lines[1:]]
    half = (
        len(rows[0]) // 2
    )  # late homes answer as one did, then as another: copies would be asked about
    extra = [
        ";".join([str(900_000 + k), *rows[k][1:half], *rows[k + 70][half:]]) for k in range(60)
    ]
    path.write_text("\n".join([*lines, *extra]) + "\n", encoding="utf-8-sig")
    return folder / "region.toml"


def interviews(outputs: Path) -> list[int]:
    """Return the interviews of each wave."""
    waves: list[int] = read(outputs / "region" / "donnees" / "methode_vagues.csv")["n"].tolist()
    return waves


@by_night("test_a_release_waits_for_what_is_open_and_binds_the_next, test_cli_region_part.py")
@pytest.mark.slow
def test_a_release_after_a_delivery_is_the_same_kept_or_in_processes_and_binds_the_next(
    region: Path,
    region_made: Path,
    region_kept: Path,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ledger = Path(os.environ["TFPB_DIFFUSIONS"])
    call = ("--moteur", "local", *DATA, *SENT)
    delivered = with_a_delivery(region, tmp_path / "region")
    # the first takes what a run before the delivery kept; the second keeps nothing and works in processes
    for name, cache, engine in (("un", str(region_kept), call), ("encore", "non", PROCESSES)):
        monkeypatch.setenv("TFPB_CACHE", cache)
        result = run("region", delivered, "--sortie", tmp_path / name, *engine)
        assert result.exit_code == 0, result.output
        assert "PROJET" not in result.output
        assert ledger.read_text(encoding="utf-8").count("\n") == 1
    assert_same(tmp_path / "un", tmp_path / "encore")
    now, before = interviews(tmp_path / "un"), interviews(region_made)
    assert now[0] > before[0]  # the delivery is of the first wave
    assert now[1] == before[1]
    assert not list((tmp_path / "un").rglob("PROJET.txt"))
    first = json.loads(
        (tmp_path / "un" / "organisme" / "diffusion.json").read_text(encoding="utf-8")
    )
    assert first["bailleurs"] == OWNERS
    own = tmp_path / "un" / "bailleurs" / "habitat-fictif-01.zip"
    homes = list(first["residences_par_bailleur"][OWNERS[0]]["cote"])
    monkeypatch.setenv("TFPB_DIFFUSIONS", str(tmp_path / "autre_poste.jsonl"))  # who was sent it
    [alone] = precedents(OWNERS[:1], "", homes, [own]).releases
    assert alone.bailleurs == (OWNERS[0],)
    assert set(alone.printed.groups["bailleur"]) <= {OWNERS[0], "ensemble"}
    # the line of the whole holds the quarters of each: it is for the regional body alone
    [whole] = precedents(OWNERS, "", homes, [tmp_path / "un"]).releases
    assert whole.bailleurs == tuple(OWNERS)
    lines = [p.relative_to(tmp_path / "un") for p in (tmp_path / "un").rglob("diffusion.json")]
    assert {p.parts[0] for p in lines} == {"organisme", "bailleurs"}

    for folder in ("", "bailleurs/habitat-fictif-01"):
        record = json.loads(
            (tmp_path / "un" / folder / "technique" / "run.json").read_text(encoding="utf-8")
        )
        assert record["envoye_quand_meme"] == ["marge_adoptee_apres", "doutes_ouverts"]


def without_four_answers(region: Path, folder: Path) -> Path:
    """Copy the region's files but four interviews of the first bailleur; return its file."""
    shutil.copytree(region.parent, folder)
    path = folder / "bailleurs" / "b01" / "enquete.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    path.write_text("\n".join(lines[:-4]) + "\n", encoding="utf-8-sig")
    return folder / "region.toml"


@pytest.mark.slow
def test_a_release_waits_for_what_is_open_and_binds_the_next(
    region: Path, region_kept: Path, tmp_path: Path
) -> None:
    def released(toml: Path) -> Region:
        return compute(
            load_region(toml), toml.parent / "geodonnees", executor=executors.InProcess(),
            kept=region_kept, order=Order(release=True),
        )  # fmt: skip

    made = released(region)
    # what is left open is named, with whose it is, and recorded if it goes all the same
    with pytest.raises(TfpbError) as refused:
        sent(made, anyway=False)
    (open_first,) = refused.value.faults
    assert open_first.code == "envoi_a_confirmer"
    assert OWNERS[0] in open_first.fields["ouvert"]
    assert sent(made, anyway=True).sent_anyway == tuple(made.left_open)
    assert made.protected is not None
    first = made.release(OWNERS, made.protected.whole)
    if not tries(0, 1):  # by day, that a release binds the next: test_cli_releases.py
        return
    write_together(ledger_with(first))

    # four answers fewer move no rounded count by thirty: what was printed stands, and is said to
    again = released(without_four_answers(region, tmp_path / "region"))
    assert again.protected is not None
    second = again.release(OWNERS, again.protected.whole)
    assert second["calcul"] != first["calcul"]
    name = "donnees/comparaison_detail.csv"
    for file, one in (("un.csv", made), ("deux.csv", again)):
        (tmp_path / file).write_bytes(data_files(restitution(one))[name])
    rows = [read(tmp_path / file) for file in ("un.csv", "deux.csv")]
    keys = ["vague", "niveau", "territoire", "bailleur", "item", "groupe", "ajustement"]
    both = rows[0].merge(rows[1], on=keys, suffixes=("", "_deux"))
    shown = both[(both["ajustement"] == "brut") & both["n"].notna() & both["n_deux"].notna()]
    assert len(shown) > 100
    assert (shown["n"] == shown["n_deux"]).all()


def test_who_sends_parts_to_a_cluster_reads_first_what_travels(
    region: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody_answers(cluster: executors.Dask, *_: object) -> None:
        raise fail("dask_injoignable", got=cluster.scheduler)

    monkeypatch.setattr(executors.Dask, "map", nobody_answers)
    result = run("region", region, "--sortie", tmp_path / "s", "--moteur", "dask",
                 "--ordonnanceur", "tcp://127.0.0.1:9", *DATA)  # fmt: skip
    assert result.exit_code == 2, result.output
    assert "données personnelles" in result.output
    assert not (tmp_path / "s").exists()


@pytest.mark.skipif(not tries(0, 1), reason="une région de plus, en grappe : TFPB_ESSAIS=tous")
def test_a_cluster_that_loses_a_worker_gives_the_same_bytes(
    region: Path, region_made: Path, run: Run, tmp_path: Path
) -> None:
    pytest.importorskip("distributed", reason="l’option dask n’est pas installée")
    from dask_cluster import dask_cluster

    whole = executors.Dask.map
    with (
        dask_cluster(tmp_path / "dask", workers=3) as cluster,
        pytest.MonkeyPatch.context() as patch,
    ):
        killed, slow, _ = cluster.workers
        ended = threading.Event()

        def drag() -> None:
            while not ended.wait(0.05):
                slow.send_signal(signal.SIGSTOP)
                ended.wait(0.2)
                slow.send_signal(signal.SIGCONT)

        def with_a_loss(self: executors.Dask, work: Any, parts: Any, advance: Any = None) -> Any:
            def told(count: int) -> None:
                killed.kill()
                if advance is not None:
                    advance(count)

            return whole(self, work, parts, told)

        patch.setattr(executors.Dask, "map", with_a_loss)
        dragging = threading.Thread(target=drag)
        dragging.start()
        result = run("region", region, "--sortie", tmp_path / "grappe", "--moteur", "dask",
                     "--ordonnanceur", cluster.scheduler, *DATA)  # fmt: skip
        ended.set()
        dragging.join()
        assert killed.wait(timeout=60) != 0
        assert slow.poll() is None
    assert result.exit_code == 0, result.output
    assert_same(region_made, tmp_path / "grappe")
