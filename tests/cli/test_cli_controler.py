"""`tfpb controler`: every omission of `omissions.toml` found, no alarm on whole packs, hostile ones told."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from typing import TYPE_CHECKING

import pytest
from handed_in import OMISSIONS, Tables, ours, plain, sown, whole, write_folder, write_zip
from openpyxl import Workbook, load_workbook

from tfpb.io.packs import received
from tfpb.pipeline.jobs.control_job import check_packs
from tfpb.words.documents.control_words import sentence

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run
    from tfpb.evidence.pack_control import Checked

ABOUT_FILES = {"alterer", "perdre", "ajouter", "projet"}


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Checked]:
    """Sow each omission in a pack of ours and, unless it is about files, in a plain folder."""
    home = tmp_path_factory.mktemp("remis")
    for k, omission in enumerate(OMISSIONS):
        tables = sown(whole(k), omission)
        write_zip(home / f"archive-{k:02d}.zip", ours(tables, k, omission))
        if omission["geste"] not in ABOUT_FILES:
            write_folder(home / f"simple-{k:02d}", plain(tables, 100 + k))
    return {c.pack.name: c for c in check_packs([home])}


def test_there_are_enough_omissions() -> None:
    assert len(OMISSIONS) >= 20
    assert len({o["nom"] for o in OMISSIONS}) == len(OMISSIONS)
    for omission in OMISSIONS:
        if omission["geste"] not in ABOUT_FILES:
            assert sown(whole(), omission) != whole(), omission["nom"]


@pytest.mark.parametrize("shape", ["archive", "simple"])
@pytest.mark.parametrize("k", range(len(OMISSIONS)))
def test_an_omission_is_found_where_it_is_looked_for(
    checked: dict[str, Checked], shape: str, k: int
) -> None:
    omission = OMISSIONS[k]
    if shape == "simple" and omission["geste"] in ABOUT_FILES:
        return
    one = checked[f"{shape}-{k:02d}" + (".zip" if shape == "archive" else "")]
    told = {(str(f.subject), f.quarter) for f in one.lacking}
    wanted = (omission["sujet"], omission.get("quartier", ""))
    assert wanted in told or (not wanted[1] and wanted[0] in {s for s, _ in told}), told


def test_whole_packs_raise_no_alarm(tmp_path: Path) -> None:
    for k in range(26):
        if k % 2:
            write_zip(tmp_path / f"d{k:02d}.zip", ours(whole(k), k))
        else:
            write_folder(tmp_path / f"d{k:02d}", plain(whole(k), k))
    checked = check_packs([tmp_path], year=2025)
    assert len(checked) == 26
    assert {c.pack.name: c.lacking for c in checked if c.lacking} == {}
    assert {f.code for c in checked for f in c.found} == {"sans_empreintes", "a_rattraper"}


@pytest.mark.parametrize(
    ("most", "state", "tables", "codes"),
    [
        ("0", "connu", {}, set()),
        ("0", "a_verifier", {}, {"sans_quartier_a_verifier"}),
        ("12", "a_verifier", {}, {"convention_non_fournie", "solde_absent"}),
        (
            "0",
            "connu",
            {"actions": whole(1)["actions"]},
            {"convention_non_fournie", "solde_absent"},
        ),
    ],
)
def test_a_landlord_of_no_quarter_is_asked_for_no_convention(
    tmp_path: Path, most: str, state: str, tables: Tables, codes: set[str]
) -> None:
    """Its pack says that no dwelling of its is in a quarter; where that waits, so does the check."""
    row = {
        "nom": "logements_qpv", "portee": "total", "valeur_bas": "0", "valeur_haut": most, "etat": state
    }  # fmt: skip
    write_zip(tmp_path / "d.zip", ours(tables | {"faits": [row]}))
    [one] = check_packs([tmp_path])
    assert codes <= {f.code for f in one.lacking}
    assert bool(codes) is bool(one.lacking)
    assert all(sentence(f.code, f.fields) for f in one.found)


def told_of(path: Path, code: str) -> dict[str, dict[str, object]]:
    return {
        c.pack.name: dict(f.fields)
        for c in check_packs([path])
        for f in c.lacking
        if f.code == code
    }


def test_a_home_of_two_landlords_and_a_piece_valued_twice_are_found(tmp_path: Path) -> None:
    """Two packs bear one dwelling and one invoice of one amount; a third shares neither."""
    one, two, three = whole(1), whole(2), whole(3)
    two["declaration"][4]["invariant"] = one["declaration"][2]["invariant"]
    two["actions"][1]["piece"] = one["actions"][1]["piece"]  # 7 500 € in both
    two["actions"][0]["piece"] = one["actions"][2]["piece"]  # a share each: other amounts
    for k, tables in enumerate((one, two, three), 1):
        write_folder(tmp_path / f"d{k}", plain(tables, k))
    homes = told_of(tmp_path, "locaux_communs")
    assert {n: (f["nombre"], f["autre"]) for n, f in homes.items()} == {
        "d1": (1, "d2"), "d2": (1, "d1"),
    }  # fmt: skip
    pieces = told_of(tmp_path, "pieces_communes")
    assert {n: (f["nombre"], f["autre"]) for n, f in pieces.items()} == {
        "d1": (1, "d2"), "d2": (1, "d1"),
    }  # fmt: skip


def test_a_table_handed_in_is_asked_as_the_landlord_s_own(tmp_path: Path) -> None:
    """A programme in thousands, one that lists its actions twice, one with a row hidden."""
    thousands, doubled, hidden = whole(1), whole(2), plain(whole(3), 3)
    for row in thousands["actions"]:
        row["valorise_eur"] = str(int(row["valorise_eur"]) / 1000).replace(".", ",")
    doubled["actions"] += [dict(row, id_action=f"B{k}") for k, row in enumerate(doubled["actions"])]
    book = Workbook()
    assert book.active is not None
    for row in csv.reader(
        io.StringIO(hidden.pop("programme_2025.csv").decode("utf-8-sig")), delimiter=";"
    ):
        book.active.append([int(c) if c.isdigit() else c for c in row])
    book.active.row_dimensions[3].hidden = True
    write_folder(tmp_path / "milliers", plain(thousands, 1))
    write_folder(tmp_path / "doubles", plain(doubled, 2))
    book.save(write_folder(tmp_path / "masquee", hidden) / "programme_2025.xlsx")
    found = {c.pack.name: {f.code for f in c.lacking} for c in check_packs([tmp_path])}
    assert "valorise_autre" in found["milliers"]
    assert {"piece_deux_fois", "valorise_autre"} <= found["doubles"]
    assert found["masquee"] == {"question_ouverte"}


def test_the_workbook_and_the_page_tell_each_pack(run: Run, tmp_path: Path) -> None:
    home = tmp_path / "remis"
    home.mkdir()
    write_zip(home / "entier.zip", ours(whole(1), 1))
    unsigned = next(o for o in OMISSIONS if o["nom"] == "convention non signée")
    write_folder(home / "sans-date", plain(sown(whole(2), unsigned), 2))
    (home / "photo.zip").write_bytes(b"pas une archive")
    result = run("controler", home, "--sortie", tmp_path / "c.xlsx")
    assert result.exit_code == 0, result.output
    assert "3 dossiers : 1 complet, 1 à compléter, 1 refusé" in result.output
    book = load_workbook(tmp_path / "c.xlsx")
    assert book.sheetnames == ["Dossiers", "Constats", "Soldes"]
    told = [[c.value for c in row] for row in book["Constats"].iter_rows()]
    assert any("n’a pas de date de signature" in str(cell) for row in told for cell in row)
    assert (tmp_path / "c.pdf").read_bytes().startswith(b"%PDF")
    again = (tmp_path / "c.xlsx").read_bytes()
    assert run("controler", home, "--sortie", tmp_path / "c.xlsx").exit_code == 0
    assert (tmp_path / "c.xlsx").read_bytes() == again


def test_the_examples_own_pack_is_read_as_it_is_written(pack: Path) -> None:
    [one] = check_packs([pack])
    found = {f.code: f for f in one.found}
    assert one.pack.bailleur == "Habitat Valmontois"
    assert (one.pack.year, one.pack.state, one.pack.broken) == (2025, "projet", ())
    assert set(one.pack.tables) == {"conventions", "actions", "bilan", "declaration"}
    # among files, waves and legal values of « sources », conventions alone
    assert one.pack.tables["conventions"]["id_convention"].tolist() == ["CONV-2024-01"]
    # a draft; 9 actions of the 64 have no piece, ten are to review; two quarters to catch up; nothing else
    assert {f.code for f in one.lacking} == {"projet", "piece_absente", "piece_a_revoir"}
    counts = [found[code].fields["nombre"] for code in ("piece_absente", "piece_a_revoir")]
    assert counts == [9, 10]
    assert [f.quarter for f in one.found if f.code == "a_rattraper"] == ["QN05991I", "QN05993N"]


def test_quarters_of_a_user_are_no_balance_and_those_of_no_year_no_line() -> None:
    """Only the quarters of a pack of this edition tell its balance; other files bear that name too."""
    theirs = received.Files(kept={"quartiers.csv": b"code_qpv;nom_qpv\nQN05901N;Un\n"})
    assert theirs.table("bilan") is None
    ours_ = b"code_qpv;annee;solde_eur;preuves_completes\nQN05901N;2025;-5;3\nQN05902N;;;\n"
    assert received.Files(kept={"donnees/quartiers.csv": ours_}).table("bilan") is not None


def hostile(path: Path, kind: str) -> Path:
    files = ours(whole(1), 1)
    if kind == "chemin":
        return write_zip(path, {**files, "../../dehors.csv": b"x"})
    if kind == "absolu":
        return write_zip(path, {**files, "/etc/dehors.csv": b"x"})
    if kind == "lecteur":
        return write_zip(path, {**files, "C:\\dehors.csv": b"x"})
    if kind == "vide":
        return write_zip(path, {"photo.jpg": b"x"})
    if kind == "abime":
        write_zip(path, files)
        path.write_bytes(path.read_bytes()[:-40])
        return path
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        if kind == "lien":
            info = zipfile.ZipInfo("donnees/lien.csv")
            info.external_attr = 0o120777 << 16
            archive.writestr(info, "/etc/hostname")
        if kind == "double":
            archive.writestr("DONNEES/bilan.csv", b"x")
        if kind == "bombe":
            archive.writestr("donnees/grand.csv", b"0" * 3_000_000)
    return path


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("chemin", "refus_chemin"), ("absolu", "refus_chemin"), ("lecteur", "refus_chemin"),
        ("lien", "refus_lien"), ("double", "refus_double"), ("bombe", "refus_trop_grand"),
        ("vide", "refus_pas_un_dossier"), ("abime", "refus_illisible"),
    ],
)  # fmt: skip
def test_a_hostile_archive_is_told_and_never_extracted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, code: str
) -> None:
    monkeypatch.setenv("TFPB_TAILLE_MAX_MO", "2")
    path = hostile(tmp_path / "remis.zip", kind)
    before = sorted(tmp_path.parent.rglob("*"))
    [one] = check_packs([path])
    assert one.refused
    assert [f.code for f in one.found] == [code]
    assert sorted(tmp_path.parent.rglob("*")) == before


def test_an_archive_that_says_less_than_it_holds_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The declared sizes pass, the bytes do not: what is read is counted, not what is announced."""
    path = write_zip(
        tmp_path / "remis.zip", {**ours(whole(1), 1), "donnees/g.csv": b"0" * 3_000_000}
    )
    monkeypatch.setenv("TFPB_TAILLE_MAX_MO", "2")
    monkeypatch.setattr(received, "_look", lambda _archive: None)
    [one] = check_packs([path])
    assert [f.code for f in one.found] == ["refus_trop_grand"]


def test_a_link_in_a_folder_is_not_followed(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "remis", plain(whole(1)))
    (tmp_path / "secret.csv").write_text("a;b\n")
    (folder / "bilan.csv").unlink()
    (folder / "bilan.csv").symlink_to(tmp_path / "secret.csv")
    [one] = check_packs([folder])
    assert [f.code for f in one.found] == ["refus_lien"]


def test_shapes_that_people_make(tmp_path: Path) -> None:
    """A folder zipped by hand has one folder at its top; an archive and its folder are one pack."""
    wrapped = {f"Mon dossier/{name}": data for name, data in ours(whole(1), 1).items()}
    write_zip(tmp_path / "a.zip", wrapped)
    write_zip(tmp_path / "b.zip", ours(whole(2), 2))
    write_folder(tmp_path / "b", ours(whole(2), 2))
    checked = check_packs([tmp_path])
    assert [(c.pack.name, c.lacking) for c in checked] == [("a.zip", ()), ("b.zip", ())]
    region = tmp_path / "region"
    write_folder(
        region, {"technique/run.json": b"{}", "bailleurs/un.zip": (tmp_path / "a.zip").read_bytes()}
    )
    assert [c.pack.name for c in check_packs([region])] == ["un.zip"]
    shutil.rmtree(region)
    shutil.copy(tmp_path / "b.zip", tmp_path / "c.zip")
    assert [f.code for f in check_packs([tmp_path])[-1].lacking] == ["deux_fois"]
    assert [f.code for f in check_packs([tmp_path / "b.zip"], year=2024)[0].lacking] == [
        "autre_annee"
    ]


def test_nothing_to_check_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "vide").mkdir()
    for given in ("vide", "absent.zip"):
        result = run("controler", tmp_path / given, "--sortie", tmp_path / "c.xlsx")
        assert result.exit_code == 2
        assert "Traceback" not in result.output
        assert ("ne contient aucun dossier à contrôler" in result.output) == (given == "vide")
    assert not (tmp_path / "c.xlsx").exists()
