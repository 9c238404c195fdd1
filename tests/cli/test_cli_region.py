"""`tfpb region` on a small simulated region: outputs, names, same bytes anywhere, faults of all at once."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest

from everywhere import need
from tfpb import executors
from tfpb.errors import TfpbError
from tfpb.executors import InProcess
from tfpb.io.sources.region_inputs import load_region
from tfpb.io.sources.toml_files import load_settings
from tfpb.pipeline.assembling import assemble
from tfpb.pipeline.pack_files import data_files
from tfpb.pipeline.published_before import precedents
from tfpb.region.reports import no_homes, thin_dossier
from tfpb.region.run import compute
from tfpb.report.sections import report
from tfpb.report.sections.survey.evolution import evolution
from tfpb.words.faults.sentences import fault_text

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

if TYPE_CHECKING:
    from conftest import Run
    from tfpb.errors import Fault
    from tfpb.region.computed import Region

OWNERS = [f"Habitat fictif {k:02d}" for k in range(1, 8)]
DATA = ("--sans-documents", "--sans-pages")
PROCESSES = ("--moteur", "processus", "--processus", 2, *DATA, "--diffuser")


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of an output but its timings."""
    paths = (p for p in sorted(folder.rglob("*")) if p.is_file() and p.name != "journal.json")
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in paths}


def assert_same(one: Path, two: Path) -> None:
    """Compare names, then bytes; the first files that differ are told by name."""
    first, second = files_of(one), files_of(two)
    assert sorted(first) == sorted(second)
    assert [name for name, data in first.items() if second[name] != data][:5] == []


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first run keeps its stages for the run after a delivery."""
    return tmp_path_factory.mktemp("garde")


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the region's files and geography."""
    from region_maker import Size, make_region

    folder = tmp_path_factory.mktemp("region")
    size = Size(bailleurs=7, residences=190, qpv=6, communes=5, adresses=2500, menages=3600)
    return make_region(folder, size)


@pytest.fixture(scope="module")
def made(region: Path, run: Run, kept: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the region once, data only, in this process."""
    out = tmp_path_factory.mktemp("sortie") / "region"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TFPB_CACHE", str(kept))
        result = run("region", region, "--sortie", out, "--moteur", "local", *DATA)
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


def test_the_regions_own_plan_counts_among_its_inputs(region: Path, made: Path) -> None:
    # the margin and the threshold of masking are written there: the hash must move with them
    read_in = json.loads((made / "run.json").read_text(encoding="utf-8"))["entrees"]
    want = hashlib.sha256((region.parent / "plan_region.toml").read_bytes()).hexdigest()
    assert want in [e["sha256"] for e in read_in if e["nom"] == "plan_region.toml"]


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


def test_rows_of_a_delivery_are_untold_where_its_reading_hides_some(made: Path) -> None:
    def rows(folder: Path) -> list[int | None]:
        said = json.loads((folder / "run.json").read_text(encoding="utf-8"))["entrees"]
        return [e["lignes"] for e in said if e["role"] == "enquete"]

    lost = 0
    for pack in (p for p in (made / "bailleurs").iterdir() if p.is_dir()):
        read_in = read(next(pack.rglob("lectures.csv")))
        told = read_in.loc[read_in["role"] == "Enquête", "lues"].astype(str)
        assert len(told) >= 1
        hidden = told.str.contains("…").any()
        assert all((n is None) == hidden for n in rows(pack))
        lost += hidden
    assert lost
    assert rows(made).count(None) >= lost
    whole = read(made / "region" / "donnees" / "sources.csv").set_index("role")
    assert pd.isna(whole.loc["Enquête", "lignes"])


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


def test_after_one_delivery_kept_stages_and_a_cluster_that_loses_a_worker_give_the_same_bytes(
    region: Path, made: Path, kept: Path, run: Run, tmp_path: Path
) -> None:
    pytest.importorskip("distributed", reason="l’option dask n’est pas installée")
    from dask_cluster import dask_cluster

    folder = tmp_path / "region"
    shutil.copytree(region.parent, folder)
    path = folder / "bailleurs" / "b01" / "enquete.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    extra = [f"{900_000 + k};{line.split(';', 1)[1]}" for k, line in enumerate(lines[1:61])]
    path.write_text("\n".join([*lines, *extra]) + "\n", encoding="utf-8-sig")
    again, anew = tmp_path / "encore", tmp_path / "grappe"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TFPB_CACHE", str(kept))
        result = run(
            "region", folder / "region.toml", "--sortie", again, "--moteur", "local", *DATA
        )
    assert result.exit_code == 0, result.output
    from tfpb.executors import Dask

    whole = Dask.map
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

        def with_a_loss(self: Dask, work: Any, parts: Any, advance: Any = None) -> Any:
            def told(count: int) -> None:
                killed.kill()
                if advance is not None:
                    advance(count)

            return whole(self, work, parts, told)

        patch.setattr(Dask, "map", with_a_loss)
        dragging = threading.Thread(target=drag)
        dragging.start()
        result = run("region", folder / "region.toml", "--sortie", anew, "--moteur", "dask",
                     "--ordonnanceur", cluster.scheduler, *DATA)  # fmt: skip
        ended.set()
        dragging.join()
        assert killed.wait(timeout=60) != 0
        assert slow.poll() is None
    assert result.exit_code == 0, result.output
    assert "données personnelles" in result.output
    assert_same(again, anew)
    now, before = (
        read(p / "region" / "donnees" / "methode_vagues.csv")["n"] for p in (again, made)
    )
    assert now[0] > before[0]  # the delivery is of the first wave
    assert now[1] == before[1]


@pytest.mark.slow
def test_a_release_is_the_same_twice_and_in_processes_and_binds_the_next(
    region: Path, made: Path, kept: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in {p.parent for p in made.rglob("*.csv")}:
        assert "PROJET" in (folder / "PROJET.txt").read_text(encoding="utf-8"), folder
    ledger = Path(os.environ["TFPB_DIFFUSIONS"])
    call = ("--moteur", "local", *DATA, "--diffuser")
    # the second keeps nothing and works in processes: neither moves a byte
    for name, cache, engine in (("un", str(kept), call), ("encore", "non", PROCESSES)):
        monkeypatch.setenv("TFPB_CACHE", cache)
        result = run("region", region, "--sortie", tmp_path / name, *engine)
        assert result.exit_code == 0, result.output
        assert "PROJET" not in result.output
        assert ledger.read_text(encoding="utf-8").count("\n") == 1
    assert_same(tmp_path / "un", tmp_path / "encore")
    monkeypatch.setenv("TFPB_CACHE", str(kept))
    assert not list((tmp_path / "un").rglob("PROJET.txt"))
    first = json.loads((tmp_path / "un" / "diffusion.json").read_text(encoding="utf-8"))
    assert first["bailleurs"] == OWNERS
    own = tmp_path / "un" / "bailleurs" / "habitat-fictif-01.zip"
    homes = list(first["residences_par_bailleur"][OWNERS[0]]["cote"])
    [alone] = precedents(OWNERS[:1], "", homes, [own]).releases[:1]
    assert alone.bailleurs == (OWNERS[0],)
    assert {c.bailleur for c in alone.masked} <= {OWNERS[0], "ensemble"}

    folder = tmp_path / "region"
    shutil.copytree(region.parent, folder)
    path = folder / "bailleurs" / "b01" / "enquete.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    path.write_text("\n".join(lines[:-4]) + "\n", encoding="utf-8-sig")
    result = run("region", folder / "region.toml", "--sortie", tmp_path / "deux", *call)
    assert result.exit_code == 0, result.output
    said = result.output
    assert said.index("soustraites, le diraient") < said.index("Région écrite dans")
    second = json.loads((tmp_path / "deux" / "diffusion.json").read_text(encoding="utf-8"))
    told = [{tuple(c): n for *c, n in r["montrees"]} for r in (first, second)]
    both = told[0].keys() & told[1].keys()
    assert len(both) > 100
    assert not [c for c in both if 0 < abs(told[0][c] - told[1][c]) < 11]


def test_a_bailleurs_own_dossier_reads_the_region_back(
    region: Path, made: Path, tmp_path: Path
) -> None:
    home = tmp_path / "b05"
    shutil.copytree(region.parent / "bailleurs" / "b05", home)
    shutil.copy(made / "bailleurs" / "habitat-fictif-05" / "repere_habitat-fictif-05.csv", home)
    text = (home / "dossier.toml").read_text(encoding="utf-8")
    text = text.replace("[reglages]", 'repere = "repere_habitat-fictif-05.csv"\n\n[reglages]')
    (home / "dossier.toml").write_text(text, encoding="utf-8")
    told = assemble(load_settings(home / "dossier.toml"), region.parent / "geodonnees")
    (tmp_path / "reperes.csv").write_bytes(data_files(report(told))["donnees/reperes.csv"])
    rows = read(tmp_path / "reperes.csv")
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


def test_an_alias_that_names_no_bailleur_is_refused(region: Path, run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "region"
    shutil.copytree(region.parent, folder)
    with (folder / "region.toml").open("a", encoding="utf-8") as toml:
        toml.write('\n[alias.bailleurs]\n"HF 01" = "Habitat inconnu"\n')
    result = run("region", folder / "region.toml", "--sortie", tmp_path / "s", "--moteur", "local")
    assert result.exit_code == 2
    assert "n’est celui d’aucun bailleur de la région" in " ".join(result.output.split())
    assert not (tmp_path / "s").exists()


def test_a_map_that_nobody_imported_is_asked_for_once(
    region: Path, run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "region"
    shutil.copytree(region.parent, folder)
    for path in (folder / "geodonnees").glob("qpv-2024*"):
        path.unlink()
    result = run("region", folder / "region.toml", "--sortie", tmp_path / "s", "--moteur", "local")
    assert result.exit_code == 2
    assert "1 faute à corriger" in result.output
    assert "la carte des QPV 2024" in result.output
    assert "importer-qpv" in result.output
    assert not (tmp_path / "s").exists()


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


def test_what_the_regional_body_should_know_is_told(
    region: Path, made: Path, kept: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TFPB_CACHE", str(kept))
    source = tmp_path / "source"
    shutil.copytree(region.parent, source, ignore=shutil.ignore_patterns("sources"))
    toml = source / "region.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace(f'"{OWNERS[1]}"', '"Société Deux"', 1), encoding="utf-8")
    table = source / "communes.csv"
    towns = pd.read_csv(table, sep=";", dtype=str, encoding="utf-8-sig")
    towns.loc[0, ["siren_epci", "nom_epci"]] = ""
    towns.to_csv(table, sep=";", index=False)
    marks = source / "national.csv"
    marks.write_text("item;valeur;reference\nCharges;780;x\nAscenseurs;55 %;x\n", encoding="utf-8")
    plan = source / "bailleurs" / "b03" / "plan.toml"
    other = plan.read_text(encoding="utf-8").replace("hiver 2019", "été 2020")
    plan.write_text(other, encoding="utf-8")
    out = tmp_path / "sortie"
    result = run("region", toml, "--sortie", out, "--moteur", "local", *DATA)
    assert result.exit_code == 0, result.output
    told = " ".join(result.output.split())
    assert "aucune intercommunalité connue : " + towns.loc[0, "code_insee"] in told
    assert "Le repère de la ligne 2" in told
    assert "« hiver 2019 (6 bailleurs) ; été 2020 (1 bailleur) » puis « printemps 2023 »" in told
    # its own files call it otherwise: conventions, hence abatement, are its own all the same
    pack = out / "bailleurs" / "societe-deux" / "donnees"
    assert (read(pack / "abattement_qpv.csv")["abattement_eur"] > 0).any()
    assert len(read(pack / "position_niveaux.csv"))


def test_a_bailleur_spelt_otherwise_in_one_wave_is_neither_lost_nor_missing(
    region: Path, kept: Path, tmp_path: Path
) -> None:
    name, written = "Territoire habitat (OPH 90)", "TERRITOIRE HABITAT"
    folder = tmp_path / "region"
    shutil.copytree(region.parent, folder, ignore=shutil.ignore_patterns("sources", "b0[1-7].*"))
    toml = folder / "region.toml"
    for path in (toml, *(folder / "bailleurs" / "b02").iterdir()):
        encoding = "cp1252" if path.name.startswith(("enquete", "export")) else "utf-8"
        spelt = written if path.name == "enquete_2019.csv" else name
        path.write_text(
            path.read_text(encoding=encoding).replace(OWNERS[1], spelt), encoding=encoding
        )
    lines = len((folder / "bailleurs" / "b02" / "enquete_2019.csv").read_bytes().splitlines()) - 1

    def computed(
        alias: str = "", *, draft: bool = True
    ) -> tuple[Region, pd.DataFrame, list[Fault]]:
        toml.write_text(text + alias, encoding="utf-8")
        told: list[Any] = []
        made = compute(
            load_region(toml), folder / "geodonnees", executor=InProcess(), kept=kept, draft=draft,
            tell_read=lambda table, doubts: told.extend((table, doubts)),
        )  # fmt: skip
        return made, told[0], told[1]

    text = toml.read_text(encoding="utf-8")
    made, table, doubts = computed()
    told = table.set_index(["bailleur", "vague"])
    assert told.loc[(name, "2019"), ["livrees", "constat"]].tolist() == [0, "non_lu"]
    assert told.loc[(name, "2019"), "proches"] == f"« {written} »"
    assert told.loc[(written, "2019"), ["ecartees", "constat"]].tolist() == [lines, "inconnu"]
    assert told.loc[(name, "2023"), "gardees"] > 0
    assert [f.got for f in doubts if f.code == "region_bailleur_inconnu"] == [written]
    said = " ".join(fault_text(f).title for f in made.notices)
    assert "1 bailleur n’est lu qu’à la seconde vague" in said
    assert "manque" not in said
    assert made.protected is not None
    own = evolution(thin_dossier(made.head, name, made.protected.bailleur(name), no_homes()))
    assert "Une seule vague" not in own.lead

    with pytest.raises(TfpbError) as refused:
        computed(draft=False)
    assert [f.code for f in refused.value.faults] == ["region_bailleur_inconnu"]

    wanted = (
        "contrat_de_ville;indicateur;mesure;cible_pct\n;Une question que nul n’a posée;ecart;-2\n"
    )
    (folder / "cibles.csv").write_text(wanted, encoding="utf-8")
    text = text.replace("[fichiers]\n", '[fichiers]\ncibles = "cibles.csv"\n')
    made, table, doubts = computed(f'\n[alias.bailleurs]\n"{written}" = "{name}"\n')
    assert set(table["constat"]) <= {"lu", "ecarte"}  # on no known side, no more for their name
    assert doubts == ()
    lost = [f.got for f in made.notices if f.code == "region_cible_inconnue"]
    assert lost == ["Une question que nul n’a posée"]
    assert table.set_index(["bailleur", "vague"]).loc[(name, "2019"), "livrees"] == lines
    assert not [
        f for p in made.parts for f in p.notices if f.code.startswith(("alias", "bailleur_"))
    ]


def test_territories_add_up_to_what_each_pack_tells(made: Path) -> None:
    rows = read(made / "region" / "donnees" / "territoires_argent.csv")
    packs = [read(p) for p in made.glob("bailleurs/*/donnees/abattement_qpv.csv")]
    own = pd.concat(packs)
    columns = ["abattement_acquis_eur", "abattement_a_reclamer_eur", "abattement_sous_reserve_eur"]
    axes = [f"axe_{k}_eur" for k in range(1, 9)]
    for level, part in rows.groupby("niveau_mot"):
        for column in columns:
            assert part[column].sum() == pytest.approx(own[column].sum()), (level, column)
        assert part[axes].sum().sum() == pytest.approx(part["valorise_eur"].sum()), level
    assert set(rows["niveau_mot"]) == {
        "Département",
        "Intercommunalité",
        "Contrat de ville",
        "Quartier",
    }
    spent = pd.concat(read(p) for p in made.glob("bailleurs/*/donnees/bilan.csv"))[
        "valorise_eur"
    ].sum()
    assert rows[rows["niveau_mot"] == "Quartier"]["valorise_eur"].sum() == pytest.approx(spent)
    layers = made / "region" / "donnees" / "territoires.gpkg"
    drawn = gpd.read_file(layers, layer="quartiers")
    assert drawn.crs.to_epsg() == 2154
    assert sorted(drawn["code_qpv"]) == sorted(set(own["code_qpv"]))
    assert set(gpd.read_file(layers, layer="questions")["vague"]) == {"2023"}
    shown = [c for c in drawn if c.startswith("satisf_")]
    # a figure of a quarter is there only where the sheets of contrats show it
    told = [read(p) for p in made.glob("contrats/*/donnees/comparaison.csv")]
    assert bool(drawn[shown].notna().any().any()) <= any(len(t) for t in told)


def test_each_contrat_has_its_frame_of_evaluation(made: Path) -> None:
    for folder in (made / "contrats").iterdir():
        frame = read(folder / "donnees" / "referentiel_qpv.csv")
        assert len(frame) >= 5
        based = frame["base"].notna()
        assert frame.loc[based, "lecture"].str.startswith("cible à fixer").all()
        assert frame.loc[~based, ["bas", "haut", "n", "plus_petit"]].isna().all().all()
        assert frame.loc[~based, "lecture"].str.startswith("sans base").all()


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
def test_documents_open(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from region_maker import Size, make_region

    monkeypatch.setattr(executors, "RENEWED", 40)  # that they give way: test_region_executor.py
    size = Size(bailleurs=4, residences=96, qpv=3, communes=5, adresses=2000, menages=1600)
    source = make_region(tmp_path / "source", size)
    table = source.parent / "contrats.csv"
    text = table.read_text(encoding="utf-8-sig")
    table.write_text(re.sub(r"QN\w+, ", "", text, count=1), encoding="utf-8")  # one has no contrat
    out = tmp_path / "region"
    result = run("region", source, "--sortie", out, "--processus", 2)
    assert result.exit_code == 0, result.output
    assert "rattaché" in result.output  # quarters that no sheet speaks of are told
    homes = pd.concat(read(p) for p in out.glob("bailleurs/*/donnees/residences.csv"))
    quarters = set(homes["code_qpv"].dropna())
    atlas = subprocess.run(
        [need("pdftotext"), str(out / "region" / "atlas.pdf"), "-"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert quarters  # all of them, with or without contrat: in the contents and on its page
    assert {q: atlas.count(q) >= 2 for q in quarters} == dict.fromkeys(quarters, True)
    maps = {p.parent.name for p in (out / "region" / "cartes").glob("*/carte.html")}
    assert {m.split("-")[0] for m in maps} == {"departement", "epci", "sans"}
    assert (out / "region" / "restitution.pdf").read_bytes().startswith(b"%PDF")
    for pack in (p for p in (out / "bailleurs").iterdir() if p.is_dir()):
        with zipfile.ZipFile(pack / "dossier.xlsx") as book:
            assert "Position" in book.read("xl/workbook.xml").decode()
    for folder in (out / "contrats").iterdir():
        assert {p.name for p in folder.glob("fiche.*")} == {"fiche.xlsx", "fiche.pdf", "fiche.docx"}
