"""`tfpb region` on a small simulated region: outputs, names, territories, faults of all at once."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
from region_outputs import OWNERS, read

from tfpb.io.sources.toml_files import load_settings
from tfpb.model.report import Table
from tfpb.pipeline.assembling import assemble
from tfpb.report.sections import report

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run


def test_every_output_is_there(region_made: Path) -> None:
    assert (region_made / "region" / "donnees" / "satisfaction.csv").is_file()
    packs = sorted(p.name for p in (region_made / "bailleurs").iterdir() if p.is_dir())
    assert len(packs) == len(OWNERS)
    for pack in packs:
        assert (region_made / "bailleurs" / pack / f"repere_{pack}.csv").is_file()
        assert (region_made / "bailleurs" / pack / "donnees" / "position_ecarts.csv").is_file()
        with zipfile.ZipFile(region_made / "bailleurs" / f"{pack}.zip") as archive:
            assert "technique/run.json" in archive.namelist()
    assert list((region_made / "contrats").iterdir())
    run_json = json.loads((region_made / "technique" / "run.json").read_text(encoding="utf-8"))
    assert set(run_json["bailleurs"]) == set(OWNERS)
    assert str(region_made) not in (region_made / "technique" / "run.json").read_text(
        encoding="utf-8"
    )
    for folder in {p.parent for p in region_made.rglob("*.csv")}:
        assert "PROJET" in (folder / "PROJET.txt").read_text(encoding="utf-8"), folder


def test_the_regions_own_plan_counts_among_its_inputs(region: Path, region_made: Path) -> None:
    # the margin and the threshold of masking are written there: the hash must move with them
    read_in = json.loads((region_made / "technique" / "run.json").read_text(encoding="utf-8"))[
        "entrees"
    ]
    want = hashlib.sha256((region.parent / "plan_region.toml").read_bytes()).hexdigest()
    assert want in [e["sha256"] for e in read_in if e["nom"] == "plan_region.toml"]


def test_the_whole_region_is_counted(region: Path, region_made: Path) -> None:
    stock = read(region_made / "region" / "donnees" / "territoires_patrimoine.csv")
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


def test_four_shapes_give_one_survey(region_made: Path) -> None:
    rows = read(region_made / "region" / "donnees" / "sources.csv")
    assert rows.loc[rows["nature"] == "vague", "nom"].tolist() == ["2019", "2023"]
    owners = read(region_made / "region" / "donnees" / "bailleurs_ecarts.csv")
    assert owners["autres"].max() >= 5


def test_regional_outputs_name_no_bailleur(region_made: Path) -> None:
    for path in sorted((region_made / "region").rglob("*.csv")):
        text = path.read_text(encoding="utf-8-sig")
        assert not [o for o in OWNERS if o in text], path.name


def test_rows_of_a_delivery_are_untold_where_its_reading_hides_some(region_made: Path) -> None:
    def rows(folder: Path) -> list[int | None]:
        said = json.loads((folder / "technique" / "run.json").read_text(encoding="utf-8"))[
            "entrees"
        ]
        return [e["lignes"] for e in said if e["role"] == "enquete"]

    lost = 0
    for pack in (p for p in (region_made / "bailleurs").iterdir() if p.is_dir()):
        read_in = read(next(pack.rglob("sources.csv")))
        told = read_in[read_in["role"] == "Enquête"]
        assert len(told) >= 1
        hidden = (told["lues_mot"] == "…").any()
        assert (told["lues"].isna() == told["lues_mot"].notna()).all()
        assert all((n is None) == hidden for n in rows(pack))
        lost += hidden
    assert lost
    assert rows(region_made).count(None) >= lost
    whole = read(region_made / "region" / "donnees" / "sources.csv").set_index("role")
    assert pd.isna(whole.loc["Enquête", "lignes"])


def test_a_doubt_of_a_pack_is_written_once(region_made: Path) -> None:
    """Those of the programme were: under the file's name of the column, and under ours."""
    for path in (region_made / "bailleurs").glob("*/donnees/a_regler.csv"):
        rows = read(path)
        where = rows["ou"].fillna("").str.partition(", colonne")[0]
        assert not rows.assign(ou=where).duplicated(["titre", "ou"]).any(), path


def test_a_contrat_names_bailleurs_for_their_stock_only(region_made: Path) -> None:
    for folder in (region_made / "contrats").iterdir():
        for path in sorted(folder.rglob("*.csv")):
            text = path.read_text(encoding="utf-8-sig")
            named = [o for o in OWNERS if o in text]
            assert bool(named) == (path.name == "contrat_patrimoine.csv"), path.name


def test_a_pack_names_no_other_bailleur(region_made: Path) -> None:
    for own, pack in zip(
        OWNERS, sorted(p for p in (region_made / "bailleurs").iterdir() if p.is_dir()), strict=True
    ):
        for path in sorted(pack.rglob("*")):
            if path.suffix in {".csv", ".json"}:
                text = path.read_text(encoding="utf-8-sig")
                assert not [o for o in OWNERS if o != own and o in text], path


def test_a_bailleurs_own_dossier_reads_the_region_back(
    region: Path, region_made: Path, tmp_path: Path
) -> None:
    home = tmp_path / "b05"
    shutil.copytree(region.parent / "bailleurs" / "b05", home)
    shutil.copy(
        region_made / "bailleurs" / "habitat-fictif-05" / "repere_habitat-fictif-05.csv", home
    )
    text = (home / "dossier.toml").read_text(encoding="utf-8")
    text = text.replace("[reglages]", 'repere = "repere_habitat-fictif-05.csv"\n\n[reglages]')
    (home / "dossier.toml").write_text(text, encoding="utf-8")
    told = assemble(load_settings(home / "dossier.toml"), region.parent / "geodonnees")
    (rows,) = [
        b.rows
        for s in report(told).sections
        for b in s.blocks
        if isinstance(b, Table) and b.key == "reperes"
    ]
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


def test_territories_add_up_to_what_each_pack_tells(region_made: Path) -> None:
    rows = read(region_made / "region" / "donnees" / "territoires_argent.csv")
    codes = pd.concat(read(p) for p in region_made.glob("bailleurs/*/donnees/quartiers.csv"))
    codes = codes[codes["residences"].notna()]
    own = pd.concat(read(p) for p in region_made.glob("bailleurs/*/donnees/faits.csv"))
    own = own[own["portee"] == "total"].groupby("nom")["valeur_bas"].sum()
    axes = [f"axe_{k}_eur" for k in range(1, 9)]
    told = read(region_made / "region" / "donnees" / "faits.csv")
    for level in ("departement ", "siren_epci ", "contrat_de_ville "):
        places = told["portee"].str.startswith(level) & ~told["portee"].str.contains(" axe ")
        for name in ("acquis", "a_reclamer", "sous_reserve"):  # open sums: their least
            found = told.loc[places & (told["nom"] == name), "valeur_bas"].sum()
            assert found == pytest.approx(own[name]), (level, name)
    for level, part in rows.groupby("niveau_mot"):
        assert part[axes].sum().sum() == pytest.approx(part["valorise_eur"].sum()), level
    assert set(rows["niveau_mot"]) == {
        "Département",
        "Intercommunalité",
        "Contrat de ville",
        "Quartier",
    }
    spent = pd.concat(read(p) for p in region_made.glob("bailleurs/*/donnees/quartiers.csv"))[
        "valorise_eur"
    ].sum()
    assert rows[rows["niveau_mot"] == "Quartier"]["valorise_eur"].sum() == pytest.approx(spent)
    layers = region_made / "region" / "donnees" / "territoires.gpkg"
    drawn = gpd.read_file(layers, layer="quartiers")
    assert drawn.crs.to_epsg() == 2154
    assert sorted(drawn["code_qpv"]) == sorted(set(codes["code_qpv"]))
    assert set(gpd.read_file(layers, layer="questions")["vague"]) == {"2023"}
    shown = [c for c in drawn if c.startswith("satisf_")]
    # a figure of a quarter is there only where the sheets of contrats show it
    told = [read(p) for p in region_made.glob("contrats/*/donnees/satisfaction.csv")]
    assert bool(drawn[shown].notna().any().any()) <= any(len(t) for t in told)


def test_every_sum_of_the_region_is_that_of_its_quarters_and_of_its_bailleurs(
    region_made: Path,
) -> None:
    facts = read(region_made / "region" / "donnees" / "faits.csv")
    rows = read(region_made / "region" / "donnees" / "territoires_argent.csv")
    rows = rows[rows["niveau_mot"] == "Quartier"].set_index("code_qpv")
    columns = {
        "logements": "logements_qpv", "a_verifier": "logements_a_verifier", "porte_avis_eur": "porte",
        "logements_abattus": "logements_abattus", "abattement_acquis_eur": "acquis",
        "abattement_a_risque_eur": "a_risque", "abattement_a_reclamer_eur": "a_reclamer",
        "abattement_sous_reserve_eur": "sous_reserve", "valorise_eur": "valorise",
    }  # fmt: skip
    own = pd.concat([read(p) for p in region_made.glob("bailleurs/*/donnees/faits.csv")])
    own = own[own["portee"] == "total"].groupby("nom")["valeur_bas"].sum()
    for column, name in columns.items():
        by_scope = facts[facts["nom"] == name].set_index("portee")
        whole, least = by_scope.loc["total", "valeur_bas"], by_scope["valeur_bas"]
        quarters = least[[s for s in by_scope.index if s in {*rows.index, "hors_quartier"}]]
        assert quarters.sum() == pytest.approx(whole), name
        assert whole == pytest.approx(own[name]), name
        for code, row in rows[rows.index.notna()].iterrows():
            one = by_scope.loc[code]
            known = one["valeur_bas"] == one["valeur_haut"]
            cell = pd.to_numeric(str(row[column]).replace(",", "."), errors="coerce")
            assert cell == one["valeur_bas"] if known else pd.isna(cell), (name, code)
    assert rows["a_verifier"].sum() > 0
    assert facts.set_index(["nom", "portee"]).loc[("quartiers", "total"), "valeur_bas"] == len(rows)
    assert not set(facts["feuille"]) & {"Abattement", "À régler", "Actions"}


def test_each_contrat_has_its_frame_of_evaluation(region_made: Path) -> None:
    for folder in (region_made / "contrats").iterdir():
        frame = read(folder / "donnees" / "referentiel_qpv.csv")
        assert len(frame) >= 5
        based = frame["base"].notna()
        assert frame.loc[based, "lecture"].str.startswith("cible à fixer").all()
        assert frame.loc[~based, ["bas", "haut", "n", "plus_petit"]].isna().all().all()
        assert frame.loc[~based, "lecture"].str.startswith("sans base").all()


def test_too_few_bailleurs_have_no_common_survey_and_all_the_rest(
    region: Path, region_kept: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One writes its programme in thousands: the region lists it, a line among thousands of a pack."""
    monkeypatch.setenv("TFPB_CACHE", str(region_kept))
    folder = tmp_path / "region"
    shutil.copytree(region.parent, folder, ignore=shutil.ignore_patterns("sources", "b0[45]"))
    path = folder / "region.toml"
    head, *bailleurs = path.read_text(encoding="utf-8").split("[[bailleurs]]")
    path.write_text("[[bailleurs]]".join([head, *bailleurs[:3]]), encoding="utf-8")
    programme = folder / "bailleurs" / "b01" / "programme.csv"
    actions = pd.read_csv(programme, sep=";", dtype=str)
    money = [c for c in actions if c.endswith("_eur")]
    actions[money] = actions[money].astype(float) / 1000
    actions.to_csv(programme, sep=";", decimal=",", index=False)
    out = tmp_path / "sortie"
    result = run("region", path, "--sortie", out, "--moteur", "local", "--sans-documents")
    assert result.exit_code == 0
    assert "Trop peu de bailleurs" in result.output
    assert "Le programme de 2025 valorise" in result.output
    assert f"« {OWNERS[0]} › programme.csv »" in result.output
    assert not list(out.glob("**/comparaison*.csv"))
    facts = read(out / "region" / "donnees" / "faits.csv").set_index(["nom", "portee"])
    assert facts.loc[("acquis", "total"), "valeur_bas"] > 0
    assert len(list((out / "bailleurs").glob("*/donnees/faits.csv"))) == 3


def test_engines_are_checked(region: Path, run: Run, tmp_path: Path) -> None:
    result = run("region", region, "--sortie", tmp_path / "s", "--moteur", "spark")
    assert result.exit_code == 2
    assert "local, processus ou dask" in result.output
