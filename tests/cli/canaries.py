"""Every command but those that name the network, run on a variant of the example full of canaries."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pack_variant
from openpyxl import load_workbook

from effort import tries
from example_pack import EXAMPLE, undecided
from tfpb.io.tables.csv_text import decode

ROOT = Path(__file__).parents[2]
INPUTS, OUTPUTS, SAID = "entrées", "écrit", "dit.txt"
TELEPHONE = "06 55 44 {:02d} 11"
PLANTED = {
    "patrimoine.xlsx": {
        "Nom du locataire": "CANARINOM {}", "Tél": TELEPHONE, "Contact": "canari{}@exemple.fr",
        "Gardien": "CANARINOM Jean {}", "Colonne libre": "voir Mme CANARINOM au " + TELEPHONE,
    },
    "enquete_2019.csv": {"nom": "CANARINOM {}", "courriel": "canari{}@exemple.fr"},
    "fiscalite_2025.xlsx": {"Signataire": "CANARINOM {}", "Portable": "06554400{:02d}"},
    "programme_2025.xlsx": {"Référent": "CANARINOM {}", "E-mail": "canari{}@exemple.fr"},
    "conventions.csv": {"Signé par": "CANARINOM {}"},
    "droit_commun.csv": {"Saisi par": "CANARINOM {}"},
    "diagnostics.csv": {"Interlocuteur": "Mme CANARINOM {}"},
}  # fmt: skip
"""Input → columns of persons put into it, and what each line then holds."""
WATCH = """
import os, sys
def watch(event, arguments):
    if event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname"):
        place = arguments[1] if len(arguments) > 1 else ""
        if event == "socket.bind" or isinstance(place, (str, bytes)) and event == "socket.connect":
            return  # a pipe of this machine
        with open(os.environ["TFPB_TEST_SOCKETS"], "a") as file:
            file.write(f"{event} {arguments[1:]}\\n")
        raise ConnectionRefusedError(111, event)
sys.addaudithook(watch)
"""
RUN = """
import json, sys
from tfpb.cli.app import app
for line in json.loads(sys.argv[1]):
    print("==", line)
    try:
        code = app(line, prog_name="tfpb", standalone_mode=False)
    except SystemExit as leaving:
        code = leaving.code
    print("== exit", code or 0)
"""


def run_everything(place: Path) -> None:
    """Run every command but those that name the network, on spoiled inputs, in a home of its own.

    By day, those that write something that no other writes: the maps and the places of the dossier are in
    its pack too.
    """
    inputs, outputs, hook = place / INPUTS, place / OUTPUTS, place / "crochet"
    toml = pack_variant.make(EXAMPLE, inputs)
    _plant(inputs)
    for name in ("maison", "cache", "tmp", "sorties"):
        (outputs / name).mkdir(parents=True)
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    geo, out = outputs / "geo", outputs / "sorties"
    sources = EXAMPLE / "geodonnees_sources"
    stock = inputs / "patrimoine.xlsx"
    layer = _plant_layer(sources / "qpv2024_valmont.geojson", place / "qpv2024.geojson")
    surveys = [inputs / "enquete_2019.csv", inputs / "enquete_2023.xlsx"]
    lines: list[list[object]] = [
        ["geodonnees", "importer-adresses", sources / "adresses-59999.csv.gz"],
        ["geodonnees", "importer-qpv", sources / "qpv2015_valmont.geojson", "--millesime", 2015],
        ["geodonnees", "importer-qpv", layer, "--millesime", 2024],
        ["geodonnees", "lister"],
        ["geodonnees", "verifier"],
        ["verifier", toml],
        ["dossier", toml, "--sortie", out / "pack"],
        ["cartes", toml, "--sortie", out / "cartes"],
        ["geocoder", stock, "--sortie", out / "adresses.csv"],
        ["localiser", stock, "--annee", 2025, "--sortie", out / "lieux.xlsx"],
        ["localiser", stock, "--annee", 2025, "--decisions", inputs / "decisions.csv",
         "--sortie", out / "lieux.gpkg"],
        ["abattement", inputs / "fiscalite_2025.xlsx", "--residences", out / "lieux.xlsx",
         "--sortie", out / "abattement.xlsx"],
        ["comparer", *surveys, "--plan", inputs / "plan_enquete.toml", "--sortie", out / "compare.csv"],
        ["nouveau", out / "nouveau", "--depuis", surveys[1]],
        ["verifier", "--dossier", out / "pack" / "dossier.zip"],
    ]  # fmt: skip
    if not tries(0, 1):
        again = (["geodonnees", "lister"], ["geocoder"], ["cartes"])
        lines = [line for line in lines if not any(line[: len(a)] == a for a in again)]
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "TFPB_"))},
        "PYTHONPATH": os.pathsep.join((str(hook), str(ROOT / "src"))),
        "HOME": str(outputs / "maison"), "TMPDIR": str(outputs / "tmp"),
        "TFPB_CACHE": str(outputs / "cache"), "TFPB_GEODONNEES": str(geo),
        "TFPB_TEST_SOCKETS": str(place / "sockets.txt"), "MPLCONFIGDIR": str(outputs / "maison"),
    }  # fmt: skip
    text = json.dumps([[str(word) for word in line] for line in lines])
    made = subprocess.run(
        [sys.executable, "-c", RUN, text],
        capture_output=True, env=env, cwd=outputs, check=False, encoding="utf-8",
    )  # fmt: skip
    said = made.stdout + made.stderr
    codes = re.findall(r"== exit (\d)", said)
    assert codes == ["0"] * len(lines), said
    (place / SAID).write_text(said, encoding="utf-8")


def _plant(folder: Path) -> None:
    """Put names, telephones and mail addresses of tenants, caretakers and signatories in every input."""
    for name, columns in PLANTED.items():
        path = folder / name
        (_plant_csv if path.suffix == ".csv" else _plant_workbook)(path, columns)
    (folder / "decisions.csv").write_text(
        "id_residence;decision;auteur;date;piece;Téléphone\n"
        f"01001;dans;CANARINOM Chef;03/02/2026;plan de masse;{TELEPHONE.format(1)}\n",
        encoding="utf-8-sig",
    )
    undecided(folder)
    toml = folder / "dossier.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(
        text.replace("[fichiers]\n", '[fichiers]\ndecisions = "decisions.csv"\n'), encoding="utf-8"
    )


def _plant_workbook(path: Path, columns: dict[str, str]) -> None:
    book = load_workbook(path)
    sheet = book.worksheets[0]
    head = next(r for r in range(1, 10) if sum(c.value is not None for c in sheet[r]) > 3)
    start = max(c.column for c in sheet[head] if c.value is not None) + 1
    for k, (name, value) in enumerate(columns.items()):
        sheet.cell(head, start + k, name)
        for row in range(head + 1, sheet.max_row + 1):
            sheet.cell(row, start + k, value.format(row % 100))
    book.save(path)


def _plant_csv(path: Path, columns: dict[str, str]) -> None:
    raw = path.read_bytes()
    lines = decode(raw).splitlines()
    more = [";".join(columns)]
    more += [";".join(v.format(n % 100) for v in columns.values()) for n in range(len(lines) - 1)]
    whole = [f"{line};{cells}" for line, cells in zip(lines, more, strict=True)]
    path.write_bytes("\r\n".join(whole).encode("utf-8-sig"))


def _plant_layer(source: Path, target: Path) -> Path:
    """Put a person among the attributes of a layer."""
    layer = json.loads(source.read_text(encoding="utf-8"))
    for feature in layer["features"]:
        feature["properties"] |= {"referent": "CANARINOM Zoé", "mel": "canari@exemple.fr"}
    target.write_text(json.dumps(layer), encoding="utf-8")
    return target
