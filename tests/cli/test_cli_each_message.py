"""Messages no other test provokes by name: each is reached by an input, with its place and what to do."""

from __future__ import annotations

import json
import os
import re
import string
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer

from everywhere import small_settings
from tfpb.cli.terminal.shared import guard
from tfpb.errors import TfpbError, fail
from tfpb.io.tables.contents import require_file
from tfpb.words.faults.sentences import CATALOGUE

if TYPE_CHECKING:
    from conftest import Run

TESTS = Path(__file__).parents[1]
STOCK = """id_residence;nom;bailleur;adresse;code_postal;commune;code_insee;nb_logements;contact
R1;A;Habitat;1 rue A;59990;Valmont;59999;3;a.b@exemple.fr
R1;A;Autre;2 rue A;59990;Valmont;59999;3;c.d@exemple.fr
R2;B;Habitat;;59990;Valmont;59999;3;e.f@exemple.fr
R3;C;Habitat;3 rue C;;;;3;g.h@exemple.fr
R4;D;Habitat;4 rue D;59990;Valmont;59XYZ;3;i.j@exemple.fr
"""
SETTINGS = small_settings()
PLAN = """[colonnes]
vague = "vague"
bailleur = "bailleur"
residence = "residence"
poids = "poids"
qpv = "qpv"
ajustement = ["type", "perdue"]
[reglages]
marges_calage = "marges.csv"
[enquete."2019"]
population = "tous"
[enquete."2023"]
population = "anciens"
[variables.type]
colonnes = ["type"]
[echelles.s4]
satisfait = [1, 2]
insatisfait = [3, 4]
[[items]]
colonnes = ["q1"]
libelle = "Propreté"
theme = "residence"
echelle = "s4"
"""

ELSEWHERE = {
    "quartiers_autre_nombre": ("test_cli_lacking_columns.py", "ceux qui comptent sont "),
    "avis_sans_numero": ("test_cli_lacking_columns.py", "pas de numéro d’avis"),
    "convention_qpv_illisible": ("test_cli_abattement_quarters.py", "ne se lit pas"),
    "encodage_ancien": ("test_cli_lacking_columns.py", "Les accents du fichier"),
    "cotisation_negative": ("test_cli_lacking_columns.py", "est un crédit"),
    "actions_numerotees": ("test_cli_lacking_columns.py", "reçoivent un"),
    "annee_isolee": ("test_cli_abattement.py", " quand le fichier en a "),
    "a_faire_personne": ("test_cli_to_do.py", "nomme peut-être une personne"),
    "a_faire_illisible": ("test_cli_to_do.py", "n’a pas été compris dans la feuille « À faire »"),
    "a_faire_sans_cle": ("test_cli_to_do.py", "elle n’a pas de clé"),
    "a_faire_sans_objet": ("test_cli_to_do.py", "n’ont plus d’objet"),
    "dossier_deja_ouvert": ("test_packaging_windows.py", "déjà ouvert"),
    "qpv_autre_carte": ("test_cli_forty_faults.py", "carte QPV "),
    "qpv_plusieurs": ("test_cli_forty_faults.py", "plusieurs quartiers"),
    "residence_inconnue_enquete": (
        "test_cli_forty_faults.py",
        "dans l’enquête mais pas dans le patrimoine",
    ),
    "envoi_a_confirmer": ("test_cli_comparer_releases.py", "--envoyer-quand-meme"),
    "controle_diffuse": ("test_cli_comparer.py", "--controle"),
    "controle_sans_dossier": (
        "test_cli_controler.py",
        "ne contient aucun dossier à contrôler",
    ),
    "region_alias_inconnu": ("test_cli_region.py", "n’est celui d’aucun bailleur de la région"),
    "positions_en_double": ("test_cli_localiser.py", "ne disent pas le même lieu que "),
    "cotes_perimes": ("test_cli_layers.py", "depuis que les côtés de ce fichier"),
    "option_sans_effet": ("test_cli_files.py", " n’a pas servi : "),
    "communes_sans_adresses": ("test_cli_files.py", "n’a rien pour "),
    "geodonnees_mal_nommees": ("test_cli_mistyped.py", " n’existe pas ; voulez-vous dire "),
    "reglages_absents": ("test_cli_paths.py", " ne contient pas de "),
    "reglages_a_nommer": ("test_cli_paths.py", " ; il contient : "),
    "region_bailleur_en_double": ("test_cli_region.py", "nommé deux fois"),
    "region_annee_differente": ("test_cli_region.py", "porte sur l’année"),
    "region_qpv_sans_contrat": ("test_cli_region_documents.py", "rattaché"),
    "total_sans_lignes": ("test_cli_abattement.py", "que les lignes n’expliquent pas"),
    "ordre_illisible": ("test_cli_comparer_releases.py", "ne dit pas quelle vague est remplacée"),
    "vague_renommee": (
        "test_cli_comparer_releases.py",
        "donne presque partout les résultats de la vague",
    ),
    "premiere_diffusion": ("test_cli_comparer_releases.py", "Aucune diffusion antérieure"),
    "memoire_insuffisante": ("test_hostile_memory.py", "La mémoire de ce poste ne suffit pas"),
    "diffusions_illisibles": (
        "test_cli_releases.py",
        "Le registre des diffusions ne peut pas être lu",
    ),
    "precedent_sans_diffusion": ("test_cli_releases.py", "projet"),
    "region_trop_peu": ("test_cli_region.py", "Trop peu de bailleurs"),
}
"""Messages whose words, not whose names, are looked for where commands are run."""


def said(code: str, output: str) -> bool:
    """Say whether a message's words are there, in order, whatever stands between them."""
    pieces = [re.escape(text) for text, _, _, _ in string.Formatter().parse(CATALOGUE[code].title)]
    return re.search(".*?".join(pieces), output.replace("\n", " ")) is not None


def dossier(folder: Path, *, stock: str = STOCK, settings: str = SETTINGS, **files: str) -> Path:
    """Write a small dossier."""
    for name, content in (("patrimoine.csv", stock), ("dossier.toml", settings)):
        (folder / name).write_text(content, encoding="utf-8")
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content, encoding="utf-8")
    return folder / "dossier.toml"


def told(result: Any, *codes: str, where: str = "") -> None:
    """Check that messages came, with where and what to do, and no word of a programmer."""
    assert result.exit_code in (0, 2), result.output
    for code in codes:
        assert said(code, result.output), (code, result.output)
    assert where in result.output
    assert not CATALOGUE[codes[0]].hint or "que faire : " in result.output
    assert "Traceback" not in result.output


def test_of_a_stock(tmp_path: Path, geodata: Path, run: Run) -> None:
    near = ("--geodonnees", geodata)
    result = run("verifier", dossier(tmp_path), *near)
    told(
        result, "residence_deux_organismes", "adresse_absente", "commune_absente",
        "code_commune_douteux", "donnee_personnelle_ecartee", where="« patrimoine.csv »",
    )  # fmt: skip
    bare = re.sub(r"\d rue \w", "", STOCK)
    told(run("verifier", dossier(tmp_path, stock=bare), *near), "patrimoine_sans_adresse")
    lines = STOCK.splitlines()
    lines[0] += ";locataire"
    named = "\n".join([lines[0], *(f"{line};DUPONT Jean" for line in lines[1:])])
    online = SETTINGS + '[reglages]\ngeocodage = "api"\n'
    told(
        run("verifier", dossier(tmp_path, stock=named, settings=online), *near),
        "adresses_de_locataires",
    )


def test_of_settings(tmp_path: Path, geodata: Path, run: Run) -> None:
    near = ("--geodonnees", geodata)
    without_plan = SETTINGS + 'enquete = "e.csv"\n'
    told(run("verifier", dossier(tmp_path, settings=without_plan), *near), "plan_absent")
    twice = SETTINGS.replace("annee = 2025", "annee = 2025\nannee = 2024")
    told(
        run("verifier", dossier(tmp_path, settings=twice), *near),
        "toml_cle_en_double",
        where="ligne 4",
    )
    toml = dossier(tmp_path)
    told(run("verifier", toml, "--geodonnees", tmp_path / "rien"), "geographie_absente")
    file = tmp_path / "patrimoine.csv"
    told(run("dossier", toml, "--sortie", file, *near), "sortie_est_fichier")
    told(run("nouveau", tmp_path), "commande_depuis")
    assert file.read_text(encoding="utf-8") == STOCK


def test_of_renamed_streets(tmp_path: Path, geodata: Path, run: Run) -> None:
    dossier(tmp_path, alias_csv="ancien;nouveau\nRUE A;RUE B\nRUE A;RUE C\nRUE D;\n")
    result = run("geocoder", tmp_path / "patrimoine.csv", "--sortie", tmp_path / "s.csv",
                 "--alias-voies", tmp_path / "alias.csv", "--geodonnees", geodata)  # fmt: skip
    told(result, "alias_contradictoire", "alias_incomplet", where="« alias.csv »")


def test_of_geography(
    tmp_path: Path, example: Path, geodata: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = ("--geodonnees", tmp_path / "g")
    square = [[[3.0, 50.0], [3.1, 50.0], [3.1, 50.1], [3.0, 50.0]]]
    feature = {
        "type": "Feature", "geometry": {"type": "Polygon", "coordinates": square},
        "properties": {"couleur": "vert"},
    }  # fmt: skip
    path = tmp_path / "c.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    told(run("geodonnees", "importer-communes", path, *mine), "couche_sans_colonne")
    told(run("geodonnees", "importer-qpv", path, "--millesime", 1999, *mine), "millesime_inconnu")
    install = ("geodonnees", "installer", "--departement")
    told(run(*install, "99", *mine), "departement_inconnu")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "rien.pem"))
    told(run(*install, "59", *mine), "certificats_illisibles")
    monkeypatch.delenv("SSL_CERT_FILE")
    monkeypatch.setenv("HTTPS_PROXY", "foo://proxy:3128")
    told(run(*install, "59", *mine), "proxy_illisible")
    monkeypatch.delenv("HTTPS_PROXY")
    assert not (tmp_path / "g").exists() or not list((tmp_path / "g").iterdir())
    broken = tmp_path / "abimee"
    broken.mkdir()
    for source in geodata.iterdir():
        cut = source.stat().st_size // 2 if source.suffix == ".parquet" else None
        (broken / source.name).write_bytes(source.read_bytes()[:cut])
    result = run("localiser", example / "patrimoine.xlsx", "--sortie", tmp_path / "s.csv",
                 "--annee", 2025, "--geodonnees", broken)  # fmt: skip
    told(result, "geodonnees_abimees")


def test_of_points(tmp_path: Path, geodata: Path, run: Run) -> None:
    where = ("--annee", 2025, "--geodonnees", geodata)
    path = tmp_path / "p.csv"
    path.write_text("a;b\n1;2\n")
    told(run("localiser", path, "--sortie", tmp_path / "s.csv", *where), "entree_sans_colonnes")
    path.write_text("adresse;x;y\n1 RUE INVENTEE;;\n")
    told(run("localiser", path, "--sortie", tmp_path / "s.gpkg", *where), "aucune_position")
    assert [p.name for p in tmp_path.iterdir()] == ["p.csv"]


@pytest.mark.parametrize(
    ("code", "header", "row"),
    [
        ("metres_inverses_suite", "x;y", "7060000;705000"),
        ("degres_inverses_suite", "longitude;latitude", "50.63;3.07"),
        ("lambert_2_suite", "x;y", "652000;2627000"),
        ("point_hors_france_suite", "longitude;latitude", "-74.0;40.7"),
        (
            "positions_discordantes_suite",
            "result_x;result_y;longitude;latitude",
            "705000;7060000;2.35;48.85",
        ),
    ],
)
def test_of_many_wrong_points(
    tmp_path: Path, geodata: Path, run: Run, code: str, header: str, row: str
) -> None:
    path = tmp_path / "p.csv"
    path.write_text("\n".join([header, *[row] * 60]))
    result = run("localiser", path, "--sortie", tmp_path / "s.csv", "--annee", 2025,
                 "--geodonnees", geodata)  # fmt: skip
    told(result, code.removesuffix("_suite"))
    assert said(code, result.output), result.output


def answers(*, holes: bool) -> str:
    """Write a delivery of two waves: one bailleur in the first, two in the second."""
    lines = ["vague;bailleur;residence;poids;qpv;type;q1"]
    for wave, owners in (("2019", "A"), ("2023", "AB")):
        for k in range(240):
            home = "" if holes and k == 7 else f"R{k % 16}"
            kind = "" if holes and k == 9 else ("tour", "barre")[k % 2]
            score = 1 + k % (2 if wave == "2019" else 4)
            lines.append(f"{wave};{owners[k % len(owners)]};{home};1,5;{k % 16 % 2};{kind};{score}")
    return "\n".join(lines) + "\n"


def test_of_a_survey(tmp_path: Path, run: Run) -> None:
    files = {"e.csv": answers(holes=True), "plan.toml": PLAN,
             "marges.csv": "variable;modalite;effectif\ntype;tour;100\n"}  # fmt: skip
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")

    def compared() -> Any:
        return run("comparer", tmp_path / "e.csv", "--plan", tmp_path / "plan.toml",
                   "--sortie", tmp_path / "s.csv")  # fmt: skip

    told(
        compared(), "marge_non_adoptee", "calage_impossible", "variable_absente",
        "vagues_population", "vagues_echelle", "vagues_entres", "residence_manquante",
        "ajustement_incomplet",
    )  # fmt: skip
    late = PLAN.replace("[reglages]", "[reglages]\nmarge_adoptee_le = 2024-01-15", 1)
    (tmp_path / "plan.toml").write_text(late, encoding="utf-8")
    told(compared(), "marge_adoptee_apres")
    swapped = PLAN.replace('"tous"', '"tous"\ndates = "mars 2024"', 1)
    (tmp_path / "plan.toml").write_text(swapped, encoding="utf-8")
    told(compared(), "vagues_sans_ordre")
    wanted = PLAN.replace("[reglages]", '[reglages]\ncible = "parc"', 1)
    assert wanted != PLAN
    (tmp_path / "plan.toml").write_text(wanted, encoding="utf-8")
    told(compared(), "cible_sans_patrimoine")
    plan = PLAN.replace('qpv = "qpv"', 'qpv = "qpv"\nstrates = ["inconnue"]')
    (tmp_path / "plan.toml").write_text(plan, encoding="utf-8")
    told(compared(), "strate_absente")
    (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "e.csv").write_text(answers(holes=False).replace("2019;", ";", 1), encoding="utf-8")
    told(compared(), "enquete_cellule_vide", where="« e.csv », ligne 2")
    for column, among, codes in (
        (3, slice(1, 2), ("poids_manquant",)),
        (3, slice(1, None), ("poids_tous_nuls",)),
        (4, slice(1, None), ("enquete_sans_interview", "qpv_manquant")),
    ):
        rows = [line.split(";") for line in answers(holes=False).split()]
        for row in rows[among]:
            row[column] = ""
        (tmp_path / "e.csv").write_text("\n".join(map(";".join, rows)), encoding="utf-8")
        (tmp_path / "s.csv").unlink(missing_ok=True)
        told(compared(), *codes, where="« e.csv »")
        assert (tmp_path / "s.csv").exists() is (codes == ("poids_manquant",))


def test_of_located_residences_and_of_tables_of_counts(tmp_path: Path, run: Run) -> None:
    (tmp_path / "e.csv").write_text(answers(holes=False), encoding="utf-8")

    def compared(stock: str, plan: str) -> Any:
        (tmp_path / "r.csv").write_text(stock, encoding="utf-8")
        (tmp_path / "plan.toml").write_text(plan, encoding="utf-8")
        return run("comparer", tmp_path / "e.csv", "--plan", tmp_path / "plan.toml",
                   "--residences", tmp_path / "r.csv", "--sortie", tmp_path / "s.csv")  # fmt: skip

    def homes(side: str, *rows: str) -> str:
        lines = [f"R{k};{('hors', 'dans')[k % 2]};9" for k in range(16)]
        return "\n".join(
            [f"id_residence;{side};nb_logements{rows[0]}", *(x + rows[1] for x in lines)]
        )

    bare = PLAN.replace('marges_calage = "marges.csv"', "").replace(', "perdue"', "")
    bare = bare.replace('ajustement = ["type"]', "")
    where = "« e.csv »"
    # sixteen identifiers of A in 2019, eight of which are B's in 2023
    told(compared(homes("cote", "", ""), bare), "residences_de_deux_bailleurs", where=where)
    later = answers(holes=False).splitlines()
    (tmp_path / "e.csv").write_text("\n".join([later[0], *later[241:]]), encoding="utf-8")
    told(compared(homes("cote", "", ""), bare), "residences_sans_bailleur",
         "interviews_plus_que_logements", where=where)  # fmt: skip
    old = bare.replace("[reglages]", "[reglages]\ncarte = 2015")
    entrances = homes("qpv_statut", ";qpv2015_statut;qpv_millesime", ";;2024")
    told(compared(entrances, old), "residences_autre_carte", where="« r.csv »")
    filtered = bare + 'filtre = { colonne = "type", valeurs = ["tour"] }\n'
    told(compared(homes("cote", "", ""), filtered), "reponses_hors_filtre", where=where)
    apart = PLAN.replace('ajustement = ["type", "perdue"]', 'standardisation = ["type"]')
    apart = apart.replace("[reglages]", '[reglages]\nreference_standardisation = "parc.csv"')
    (tmp_path / "parc.csv").write_text("type;logements\ntour;100\n", encoding="utf-8")
    # a résidence of even number is a « tour » and hors QPV
    margins = "variable;modalite;effectif\ntype;tour;100\ntype;barre;900\nqpv;0;500\nqpv;1;500\n"
    (tmp_path / "marges.csv").write_text(margins, encoding="utf-8")
    told(compared(homes("cote", "", ""), apart), "calage_contradictoire", "standard_incomplet")


def test_of_a_pack(unsurveyed: Path, geodata: Path, run: Run) -> None:
    path = unsurveyed / "conventions.csv"
    late = path.read_text(encoding="utf-8-sig").replace("2024-12-20", "2026-12-20")
    path.write_text(late, encoding="utf-8-sig")
    result = run("verifier", unsurveyed / "dossier.toml", "--geodonnees", geodata)
    told(result, "abattement_non_acquis", "residence_coupee")


def test_of_what_the_system_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "p.csv"
    path.write_text("a;b\n")

    def refused(*_: object, **__: object) -> Any:
        raise PermissionError(13, "Permission denied", str(tmp_path / ".p.csv.part"))

    with pytest.raises(typer.Exit) as left, guard():
        refused()
    assert left.value.exit_code == 2
    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(typer.Exit), guard():
        require_file(path)
    output = capsys.readouterr().err
    for code in ("acces_impossible", "fichier_inaccessible"):
        assert said(code, output), output
    assert output.count("« p.csv »") == 2


def test_of_a_file_that_may_not_be_read(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = dossier(tmp_path)
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    for line in (
        ("verifier", path),
        ("nouveau", tmp_path),
        ("geodonnees", "lister", "--geodonnees", tmp_path),
    ):
        result = run(*line)
        assert result.exit_code == 2
        assert "ne peut pas être lu : accès refusé" in result.output
        assert "Que faire : vérifiez les droits" in result.output


def test_every_message_is_provoked_by_a_test() -> None:
    """The name of each message stands in a test, or its words do where commands are run."""
    tests = {p.name: p.read_text(encoding="utf-8") for p in TESTS.rglob("test_*.py")}
    for code, (file, phrase) in ELSEWHERE.items():
        words = CATALOGUE[code]
        assert phrase in tests[file], code
        assert phrase in words.title + words.expected + words.hint, code
    here = {word for text in tests.values() for word in re.findall(r"\w+", text)}
    assert [code for code in CATALOGUE if code not in here] == []


def test_a_message_is_known_by_its_words() -> None:
    error = fail("fichier_absent", got="x")
    assert isinstance(error, TfpbError)
    assert said("fichier_absent", "Le fichier « x » est introuvable.")
    assert not said("fichier_absent", "Le fichier est introuvable.")
