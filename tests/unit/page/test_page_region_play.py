"""A region of six, from a drop to what was sent: by the page as a person would, then by the command."""

from __future__ import annotations

import re
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pandas as pd
import pytest
from test_page_region import Forms, zipped
from typer.testing import CliRunner

from effort import tries
from served_page import Served, served
from tfpb.cli.app import app

if TYPE_CHECKING:
    import httpx

sys.path.insert(0, str(Path(__file__).parents[3] / "benchmarks"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not tries(0, 1), reason="une région entière, trois fois : TFPB_ESSAIS=tous"),
]
NAMES = [f"Habitat fictif {k:02d}" for k in range(1, 7)]


def _confirm(page: Served, screen: str, sign: str, **more: str) -> httpx.Response:
    """Send the form of a screen as it is proposed."""
    page.wait()
    forms = Forms(page.get(f"/{screen}?d={sign}").text).found
    fields: dict[str, Any] = next(f for action, f in forms if action == f"/{screen}")
    answer = page.client.post(
        f"/{screen}",
        content=urlencode(fields | more, doseq=True),
        headers={"origin": page.address, "content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 200
    page.wait()
    return answer


def _run(page: Served, where: str, **form: str) -> None:
    page.post(where, form)
    page.wait(900)
    assert page.desk.job is not None
    assert not page.desk.job.broken


def _bytes(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_a_region_goes_from_a_drop_to_a_send_that_the_command_makes_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from region_maker import Size, make_region

    monkeypatch.setenv("TFPB_CACHE", str(tmp_path / "cache"))
    made = tmp_path / "faite"
    make_region(made, Size(6, 260, 6, 5, 3000, 3000))
    by_page, by_command = tmp_path / "page" / "URH", tmp_path / "commande" / "URH"
    with served(by_page, made / "geodonnees") as page:
        page.post("/depart", {"geste": "sorte", "sorte": "region"})
        head = {"geste": "tete", "titre": "Région", "organisme_regional": "URH", "annee": "2025",
                "date": "2026-09-15", "organismes": "\n".join(NAMES)}  # fmt: skip
        page.post("/depart", head)
        common = ("plan_region.toml", "contrats.csv", "communes.csv")
        files = [("fichiers", (n, (made / n).read_bytes())) for n in common]
        for k, name in enumerate(NAMES, start=1):
            inside = {
                p.stem: pd.read_parquet(p).to_csv(sep=";", index=False).encode()
                if p.suffix == ".parquet"
                else p.read_bytes()
                for p in sorted((made / "bailleurs" / f"b{k:02d}").iterdir())
                if p.suffix in {".csv", ".parquet"}
            }
            files.append(("fichiers", (f"{name}.zip", zipped(**inside))))
            book = made / "bailleurs" / f"b{k:02d}" / "patrimoine.xlsx"
            if book.is_file():
                files.append(("fichiers", (f"{name} parc.xlsx", book.read_bytes())))
        told = page.post("/deposer", {"geste": "deposer"}, files=files).text
        assert "6 organismes sont prêts sur 6" in told
        signs = dict(re.findall(r'<a href="/deposer\?d=(\w+)">([^<]+)</a></th>', told))
        region = page.desk.mark
        for sign in [
            s for s, name in signs.items() if name in NAMES[2:4]
        ]:  # other columns than the plan's
            _confirm(page, "colonnes", sign)
            _confirm(page, "questions", sign)
        page.get(f"/deposer?d={region}")
        _run(page, "/verifier", retour="fautes")
        assert page.desk.outlook.computed, page.desk.outlook.wrong[:3]
        waiting = [one for one in page.desk.outlook.asked if one.is_waiting]
        for one in waiting:
            _confirm(page, "reponses", region, cle=one.question.key, reponse="inconnu")
        assert not any(one.is_waiting for one in page.desk.outlook.asked)
        assert not page.desk.fresh

        monkeypatch.setenv("TFPB_DIFFUSIONS", str(tmp_path / "page.jsonl"))
        _run(page, "/dossier", geste="faire", diffuser="oui")
        assert {f.code for f in page.desk.job.faults} == {"envoi_a_confirmer"}  # type: ignore[union-attr]
        assert not page.desk.sends
        shutil.copytree(by_page, by_command)
        _run(page, "/dossier", geste="faire", diffuser="oui", quand_meme="oui", qui="URH")
        (sent,) = page.desk.sends
        before = _bytes(sent)
        page.post("/dossier", {"geste": "faire", "diffuser": "non"})
        time.sleep(5)
        page.post("/arreter", {})  # in the middle of the next run
        assert _bytes(sent) == before
        assert _bytes(by_page / "sorties").keys() >= before.keys()
        shown = page.get(
            f"/envoi/{sent.name}/bailleurs/habitat-fictif-01.zip?d={region}&telecharger"
        )
        assert shown.content == before["bailleurs/habitat-fictif-01.zip"]

    monkeypatch.setenv("TFPB_DIFFUSIONS", str(tmp_path / "commande.jsonl"))
    words = ["region", str(by_command / "region.toml"), "--sortie", str(by_command / "sorties"),
             "--geodonnees", str(made / "geodonnees"), "--sans-documents", "--diffuser",
             "--envoyer-quand-meme"]  # fmt: skip
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert _bytes(by_command / "envois" / sent.name) == before
