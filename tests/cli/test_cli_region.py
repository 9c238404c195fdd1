"""`tfpb region` on a small simulated region: outputs, names, same bytes anywhere, faults of all at once."""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

if TYPE_CHECKING:
    from conftest import Run

OWNERS = [f"Habitat fictif {k:02d}" for k in range(1, 8)]


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the region's files and geography."""
    from region_maker import Size, make_region

    folder = tmp_path_factory.mktemp("region")
    size = Size(bailleurs=7, residences=500, qpv=6, communes=5, adresses=8000, menages=4200)
    return make_region(folder, size)


@pytest.fixture(scope="module")
def made(region: Path, run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the region once, data only."""
    out = tmp_path_factory.mktemp("sortie") / "region"
    result = run("region", region, "--sortie", out, "--moteur", "local", "--sans-documents")
    assert result.exit_code == 0, result.output
    return out


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep=";", decimal=",", encoding="utf-8-sig")


def test_every_output_is_there(made: Path) -> None:
    assert (made / "region" / "donnees" / "comparaison.csv").is_file()
    packs = sorted(p.name for p in (made / "bailleurs").iterdir() if p.is_dir())
    assert len(packs) == len(OWNERS)
    for pack in packs:
        assert (made / "bailleurs" / pack / f"repere_{pack}.csv").is_file()
        assert (made / "bailleurs" / pack / "donnees" / "position_ecarts.csv").is_file()
        with zipfile.ZipFile(made / "bailleurs" / f"{pack}.zip") as archive:
            assert "run.json" in archive.namelist()
    assert list((made / "contrats").iterdir())
    run_json = json.loads((made / "run.json").read_text(encoding="utf-8"))
    assert set(run_json["bailleurs"]) == set(OWNERS)
    assert str(made) not in (made / "run.json").read_text(encoding="utf-8")


def test_the_whole_region_is_counted(region: Path, made: Path) -> None:
    stock = read(made / "region" / "donnees" / "territoires_patrimoine.csv")
    total = stock[stock["niveau_mot"] == "Département"]["logements"].sum()
    read_in = 0
    for home in sorted((region.parent / "bailleurs").iterdir()):
        for name, kind in (("patrimoine.csv", ";"), ("export.csv", ";"), ("stock.csv", ",")):
            path = home / name
            if path.is_file():
                encoding = "cp1252" if name == "export.csv" else "utf-8-sig"
                frame = pd.read_csv(path, sep=kind, encoding=encoding)
                read_in += int(frame.filter(regex="(?i)nb.log").iloc[:, 0].sum())
        if (home / "patrimoine.xlsx").is_file():
            frame = pd.read_excel(home / "patrimoine.xlsx", header=2, engine="openpyxl")
            read_in += int(frame["Nb logts"].sum())
    assert total == read_in


def test_four_shapes_give_one_survey(made: Path) -> None:
    waves = read(made / "region" / "donnees" / "methode_vagues.csv")
    assert waves["vague"].tolist() == [2019, 2023]
    owners = read(made / "region" / "donnees" / "bailleurs_ecarts.csv")
    assert owners["autres"].max() >= 5


def test_regional_outputs_name_no_bailleur(made: Path) -> None:
    for path in sorted((made / "region").rglob("*.csv")):
        text = path.read_text(encoding="utf-8-sig")
        assert not [o for o in OWNERS if o in text], path.name


def test_a_contrat_names_bailleurs_for_their_stock_only(made: Path) -> None:
    for folder in (made / "contrats").iterdir():
        for path in sorted(folder.rglob("*.csv")):
            text = path.read_text(encoding="utf-8-sig")
            named = [o for o in OWNERS if o in text]
            assert bool(named) == (path.name == "contrat_patrimoine.csv"), path.name


def test_a_pack_names_no_other_bailleur(made: Path) -> None:
    for own, pack in zip(
        OWNERS, sorted(p for p in (made / "bailleurs").iterdir() if p.is_dir()), strict=True
    ):
        for path in sorted(pack.rglob("*")):
            if path.suffix in {".csv", ".json"}:
                text = path.read_text(encoding="utf-8-sig")
                assert not [o for o in OWNERS if o != own and o in text], path


def test_the_same_bytes_in_processes(region: Path, made: Path, run: Run, tmp_path: Path) -> None:
    out = tmp_path / "region"
    result = run("region", region, "--sortie", out, "--processus", 2, "--sans-documents")
    assert result.exit_code == 0, result.output
    names = sorted(p.relative_to(made) for p in made.rglob("*") if p.is_file())
    assert names == sorted(p.relative_to(out) for p in out.rglob("*") if p.is_file())
    for name in names:
        if name.name != "journal.json":
            assert (made / name).read_bytes() == (out / name).read_bytes(), name


def test_a_bailleurs_own_dossier_reads_the_region_back(
    region: Path, made: Path, run: Run, tmp_path: Path
) -> None:
    home = tmp_path / "b05"
    shutil.copytree(region.parent / "bailleurs" / "b05", home)
    shutil.copy(made / "bailleurs" / "habitat-fictif-05" / "repere_habitat-fictif-05.csv", home)
    text = (home / "dossier.toml").read_text(encoding="utf-8")
    text = text.replace("[reglages]", 'repere = "repere_habitat-fictif-05.csv"\n\n[reglages]')
    (home / "dossier.toml").write_text(text, encoding="utf-8")
    result = run("dossier", home / "dossier.toml", "--sortie", tmp_path / "pack",
                 "--geodonnees", region.parent / "geodonnees")  # fmt: skip
    assert result.exit_code == 0, result.output
    rows = read(tmp_path / "pack" / "donnees" / "reperes.csv")
    given = read(home / "repere_habitat-fictif-05.csv")
    last = given[given["vague"] == 2023]
    assert len(rows) == len(last) > 0
    assert set(rows["repere"]) == {"Région, sans les réponses du bailleur"}


def test_faults_of_several_bailleurs_come_together_and_nothing_is_written(
    region: Path, run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "region"
    shutil.copytree(region.parent, folder)
    for home, name in (("b01", "fiscalite.csv"), ("b02", "programme.csv")):
        path = folder / "bailleurs" / home / name
        lines = path.read_text(encoding="utf-8").splitlines()
        lines[1] = lines[1].replace("2025", "deux mille")
        path.write_text("\n".join(lines), encoding="utf-8")
    out = tmp_path / "sortie"
    result = run("region", folder / "region.toml", "--sortie", out, "--moteur", "local")
    assert result.exit_code == 2
    assert "Habitat fictif 01 › fiscalite.csv" in result.output
    assert "Habitat fictif 02 › programme.csv" in result.output
    assert "Traceback" not in result.output
    assert not out.exists()


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('nom = "Habitat fictif 02"', 'nom = "HABITAT FICTIF 01"', "nommé deux fois"),
        ("annee = 2025", "annee = 2024", "porte sur l’année 2025"),
        ('plan = "plan_region.toml"', 'plan = "absent.toml"', "absent.toml"),
        ("[reglages]", "[reglages]\nsecret = 1", "n’existe pas"),
    ],
)
def test_faults_of_the_regions_own_file(
    region: Path, run: Run, tmp_path: Path, before: str, after: str, words: str
) -> None:
    text = region.read_text(encoding="utf-8").replace(before, after, 1)
    path = region.with_name(f"essai-{len(before)}-{len(after)}.toml")
    path.write_text(text, encoding="utf-8")
    result = run("region", path, "--sortie", tmp_path / "sortie", "--moteur", "local")
    assert result.exit_code == 2, result.output
    assert words in result.output


def test_too_few_bailleurs_are_refused(region: Path, run: Run, tmp_path: Path) -> None:
    text = region.read_text(encoding="utf-8")
    head, *bailleurs = text.split("[[bailleurs]]")
    path = region.with_name("trois.toml")
    path.write_text("[[bailleurs]]".join([head, *bailleurs[:3]]), encoding="utf-8")
    result = run("region", path, "--sortie", tmp_path / "sortie", "--moteur", "local")
    assert result.exit_code == 2
    assert "Trop peu de bailleurs" in result.output


def test_engines_are_checked(region: Path, run: Run, tmp_path: Path) -> None:
    result = run("region", region, "--sortie", tmp_path / "s", "--moteur", "spark")
    assert result.exit_code == 2
    assert "local, processus ou dask" in result.output


@pytest.mark.slow
def test_documents_open(region: Path, run: Run, tmp_path: Path) -> None:
    out = tmp_path / "region"
    result = run("region", region, "--sortie", out, "--processus", 2)
    assert result.exit_code == 0, result.output
    assert (out / "region" / "restitution.pdf").read_bytes().startswith(b"%PDF")
    pack = out / "bailleurs" / "habitat-fictif-05"
    with zipfile.ZipFile(pack / "dossier.xlsx") as book:
        assert "Position" in book.read("xl/workbook.xml").decode()
    for folder in (out / "contrats").iterdir():
        assert {p.name for p in folder.glob("fiche.*")} == {"fiche.xlsx", "fiche.pdf", "fiche.docx"}
