from __future__ import annotations

import hashlib
import json
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace

import pytest

from tfpb.archives import zip_bytes
from tfpb.errors import TfpbError
from tfpb.evidence.differences import differences
from tfpb.io.packs import output_files
from tfpb.io.packs.output_files import refuse_for_windows, refused_part
from tfpb.io.packs.pack import (
    GrowingFolder,
    Written,
    broken_files,
    changed_by_hand,
    check_place,
    dumps,
    read_pack,
    read_record,
    run_hash_of,
    write_folder,
    write_pack,
)
from tfpb.words.documents.pack_words import broken_words, difference_words

FILES = {
    "dossier.xlsx": b"xlsx",
    "cartes/QN1.png": b"png",
    "donnees/abattement.csv": "code;eur\r\nQN1;12,50\r\n".encode("utf-8-sig"),
    "technique/run.json": b'{"empreinte": "abc", "reglages": {"annee": 2025}}',
}


def test_a_pack_is_whole_and_the_same_twice(tmp_path: Path) -> None:
    first = write_pack(tmp_path / "a", FILES, {"durees_s": {"total": 1.0}})
    second = write_pack(tmp_path / "b", FILES, {"durees_s": {"total": 2.0}})
    archives = [(w.folder / "dossier.zip").read_bytes() for w in (first, second)]
    assert archives[0] == archives[1]
    pack = read_pack(tmp_path / "a")
    assert set(pack) == set(FILES)
    assert not broken_files(pack)
    assert (
        json.loads((tmp_path / "a" / "technique" / "journal.json").read_text())["durees_s"]["total"]
        == 1.0
    )
    assert not differences(pack, read_pack(tmp_path / "b" / "dossier.zip"))


def test_a_second_run_replaces_its_own_files(tmp_path: Path) -> None:
    write_pack(tmp_path / "a", FILES, {})
    fewer = {k: v for k, v in FILES.items() if not k.startswith("cartes")}
    again = write_pack(tmp_path / "a", fewer, {})
    assert again.folder == tmp_path / "a"
    assert not (tmp_path / "a" / "cartes").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_a_file_changed_by_hand_is_never_replaced(tmp_path: Path) -> None:
    write_pack(tmp_path / "a", FILES, {})
    (tmp_path / "a" / "dossier.xlsx").write_bytes(b"my own words")
    second = write_pack(tmp_path / "a", FILES, {})
    assert second.folder == tmp_path / "a.2"
    assert second.kept == ("dossier.xlsx",)
    assert (tmp_path / "a" / "dossier.xlsx").read_bytes() == b"my own words"
    (tmp_path / "a.2" / "notes.txt").write_text("mine too")
    assert write_pack(tmp_path / "a", FILES, {}).folder == tmp_path / "a.3"


OLD_EDITION = {
    "dossier.xlsx": b"58 feuilles (fictif)",
    "rapport.docx": b"docx",
    "cartes/QN1.png": b"png",
    "cartes/QN1.pdf": b"pdf",
    "courriers/reclamation_QN1.docx": b"lettre",
    "donnees/abattement_locaux.csv": b"invariant;eur\r\n",
    "donnees/dictionnaire.csv": b"table;colonne\r\n",
    "donnees/bilan_programme.xlsx": b"bilan",
    "run.json": b'{"empreinte": "abc", "versions": {"tfpb": "0.3.0"}}',
}
"""Files of a fictional pack as 0.3.0 laid them out."""
NEW_EDITION = {
    "dossier.xlsx": b"14 feuilles (fictif)",
    "quartiers/QN1.png": b"png",
    "a_envoyer/bilan_programme.xlsx": b"bilan",
    "donnees/locaux.csv": b"invariant;eur\r\n",
    "technique/run.json": b'{"empreinte": "def", "versions": {"tfpb": "0.4.0"}}',
}


def old_pack(folder: Path) -> Path:
    """Write a pack as 0.3.0 did, hand by hand: its list, its archive, its journal at the root."""
    listing = dumps({n: hashlib.sha256(d).hexdigest() for n, d in sorted(OLD_EDITION.items())})
    archive = zip_bytes({**OLD_EDITION, "empreintes.json": listing})
    beside = {"empreintes.json": listing, "dossier.zip": archive, "journal.json": b"{}"}
    for name, data in (OLD_EDITION | beside).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def inside(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_what_an_older_edition_wrote_and_nobody_changed_goes(tmp_path: Path) -> None:
    written = write_pack(old_pack(tmp_path / "a"), NEW_EDITION, {})
    assert written == Written(tmp_path / "a")
    assert inside(tmp_path / "a") == {
        *NEW_EDITION, "dossier.zip", "technique/journal.json",
    }  # fmt: skip
    assert not {p.name for p in (tmp_path / "a").iterdir()} & {"cartes", "courriers", "run.json"}
    assert (tmp_path / "a" / "dossier.xlsx").read_bytes() == NEW_EDITION["dossier.xlsx"]


@pytest.mark.parametrize("name", [*OLD_EDITION, "dossier.zip", "empreintes.json"])
def test_one_file_of_an_older_edition_changed_by_hand_keeps_all_of_it(
    tmp_path: Path, name: str
) -> None:
    folder = old_pack(tmp_path / "a")
    (folder / name).write_bytes(b"a la main")
    before = {n: (folder / n).read_bytes() for n in inside(folder)}
    written = write_pack(folder, NEW_EDITION, {})
    assert written == Written(tmp_path / "a.2", (name,))
    assert {n: (folder / n).read_bytes() for n in inside(folder)} == before


def test_the_record_lists_every_other_file_of_the_archive_and_is_sealed(tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "a", FILES, {}).folder
    record = json.loads((folder / "technique" / "run.json").read_text("utf-8"))
    others = {n: hashlib.sha256(d).hexdigest() for n, d in FILES.items() if "run.json" not in n}
    assert record["empreintes"] == others
    assert record["empreinte"] == "abc"
    assert inside(folder) == {*FILES, "dossier.zip", "technique/journal.json"}
    record["reglages"]["annee"] = 2024
    (folder / "technique" / "run.json").write_bytes(dumps(record))
    assert changed_by_hand(folder) == ("technique/run.json",)
    assert write_pack(folder, FILES, {}).folder == tmp_path / "a.2"
    spoiled = read_pack(folder) | {"technique/run.json": dumps(record)}
    assert broken_files(spoiled) == [("technique/run.json", "modifie")]


def test_a_pack_of_an_older_edition_is_read_and_checked(tmp_path: Path) -> None:
    folder = old_pack(tmp_path / "a")
    pack = read_pack(folder)
    assert run_hash_of(pack) == run_hash_of(read_record(folder)) == "abc"
    assert not broken_files(pack)
    assert broken_files({**pack, "run.json": b"{}"}) == [("run.json", "modifie")]
    (folder / "dossier.zip").unlink()
    assert read_pack(folder) == pack  # the folder alone, as of a region


def test_an_archive_of_another_run_is_not_replaced(tmp_path: Path) -> None:
    folder = old_pack(tmp_path / "a")
    other = zip_bytes({**OLD_EDITION, "empreintes.json": b"{}"})
    (folder / "dossier.zip").write_bytes(other)
    assert write_pack(folder, NEW_EDITION, {}).kept == ("dossier.zip",)
    assert (folder / "dossier.zip").read_bytes() == other
    (folder / "dossier.zip").unlink()
    assert write_pack(folder, NEW_EDITION, {}).folder == folder


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "photo.jpg").write_bytes(b"x")
    assert changed_by_hand(tmp_path / "a") == ("photo.jpg",)
    assert write_pack(tmp_path / "a", FILES, {}).folder == tmp_path / "a.2"


@pytest.mark.parametrize(
    "name",
    ["~$dossier.xlsx", ".~lock.dossier.xlsx#", "Thumbs.db", "desktop.ini", ".DS_Store", "._x"],
)
def test_what_systems_and_spreadsheets_leave_does_not_count(tmp_path: Path, name: str) -> None:
    write_pack(tmp_path / "a", FILES, {})
    (tmp_path / "a" / name).write_bytes(b"x")
    assert not changed_by_hand(tmp_path / "a")


def test_a_hidden_file_of_the_user_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / ".notes").write_bytes(b"mine")
    assert write_pack(tmp_path / "a", FILES, {}).folder == tmp_path / "a.2"
    assert (tmp_path / "a" / ".notes").read_bytes() == b"mine"


def test_a_pack_that_was_tampered_with_is_told(tmp_path: Path) -> None:
    write_pack(tmp_path / "a", FILES, {})
    pack = read_pack(tmp_path / "a")
    pack["dossier.xlsx"] = b"other"
    pack["extra.txt"] = b"new"
    del pack["cartes/QN1.png"]
    assert broken_files(pack) == [
        ("cartes/QN1.png", "absent"),
        ("dossier.xlsx", "modifie"),
        ("extra.txt", "ajoute"),
    ]
    assert "manque" in "\n".join(broken_words(broken_files(pack)))
    (tmp_path / "x.zip").write_bytes(b"not a zip")
    for path in (tmp_path / "x.zip", tmp_path / "none.zip"):
        with pytest.raises(TfpbError):
            read_pack(path)


def test_differences_are_told_figure_by_figure() -> None:
    other = {
        **FILES,
        "donnees/abattement.csv": "code;eur\r\nQN1;13,50\r\nQN2;1\r\n".encode("utf-8-sig"),
        "technique/run.json": b'{"empreinte": "xyz", "reglages": {"annee": 2026}}',
    }
    found = differences(FILES, other)
    assert [(d.kind, d.table, d.key, d.column, d.before, d.after) for d in found] == [
        ("reglage", "", "annee", "", "2025", "2026"),
        ("chiffre", "abattement", "QN1", "eur", "12,50", "13,50"),
        ("ligne_ajoutee", "abattement", "QN2", "", "", ""),
    ]
    said = "\n".join(difference_words(found))
    assert "annee : 2025 → 2026" in said
    assert "2 différences dans les chiffres" in said
    assert "ligne ajoutée : QN2" in said
    assert difference_words([]) == ["Les deux dossiers portent les mêmes chiffres."]


def test_a_failed_write_leaves_the_old_pack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pack(tmp_path / "a", FILES, {})
    before = (tmp_path / "a" / "dossier.zip").read_bytes()

    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(output_files, "_write_synced", full)
    with pytest.raises(TfpbError):
        write_pack(tmp_path / "a", {**FILES, "new": b"1"}, {})
    monkeypatch.undo()
    assert (tmp_path / "a" / "dossier.zip").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_a_whole_disk_is_no_place_for_a_pack(tmp_path: Path) -> None:
    for write in (check_place, lambda place: write_pack(place, FILES, {})):
        with pytest.raises(TfpbError) as caught:
            write(Path(tmp_path.anchor))
        assert [f.code for f in caught.value.faults] == ["sortie_est_disque"]


def test_a_folder_that_grows_is_whole_or_not_there(tmp_path: Path) -> None:
    target = tmp_path / "region"
    write_folder(target, {"a.csv": b"avant"})
    left = GrowingFolder(target)
    left.put({"a.csv": b"apres", "d/b.csv": b"b"})
    left.close()
    assert (target / "a.csv").read_bytes() == b"avant"
    assert [p.name for p in tmp_path.iterdir()] == ["region"]
    whole = GrowingFolder(target)
    whole.put({"a.csv": b"apres"})
    whole.put({"d/b.csv": b"b"})
    assert whole.names == {"a.csv", "d/b.csv"}
    written = whole.finish()
    whole.close()
    assert written == Written(target)
    assert changed_by_hand(target) == ()
    assert (target / "a.csv").read_bytes() == b"apres"
    assert [p.name for p in tmp_path.iterdir()] == ["region"]
    (target / "a.csv").write_bytes(b"a la main")
    aside = GrowingFolder(target)
    aside.put({"a.csv": b"neuf"})
    assert aside.finish() == Written(tmp_path / "region.2", ("a.csv",))
    aside.close()


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        (r"C:\Users\é\sortie n°1\res.xlsx", ""), (r"..\sortie\s.csv", ""), (r"\\serveur\partage\s.csv", ""),
        (r"C:\CON\s.csv", "CON"), (r"nul.csv", "nul.csv"), (r"D:\x\Lpt1 .txt", "Lpt1 .txt"),
        (r"C:\fin.\s.csv", "fin."), (r"C:\s.csv ", "s.csv "), (r"C:\a:b.csv", "a:b.csv"),
        (r"C:\pourquoi ?.csv", "pourquoi ?.csv"), ("C:\\a\tb.csv", "a\tb.csv"), (r"C:\console\s.csv", ""),
        (r"\\?\UNC\serveur\partage\s.csv", ""), (r"\\serveur\partage\aux.csv", "aux.csv"),
        (r"\\?\C:\x\s.csv", ""),
    ],
)  # fmt: skip
def test_names_that_windows_does_not_take_are_found(path: str, refused: str) -> None:
    assert refused_part(PureWindowsPath(path)) == refused


def test_a_name_that_windows_does_not_take_is_refused_there_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refuse_for_windows(Path("CON/res.csv"))
    monkeypatch.setattr(output_files, "os", SimpleNamespace(name="nt"))
    with pytest.raises(TfpbError) as error:
        refuse_for_windows(Path("CON/res.csv"))
    assert [(f.code, f.got) for f in error.value.faults] == [("nom_refuse_par_windows", "CON")]
