"""No file of a pack tells of a tenant, of a masked figure or of another bailleur."""

from __future__ import annotations

import re
import subprocess
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pack_variant
import pandas as pd
import pytest
from canaries import INPUTS, OUTPUTS, SAID
from pack_reading import Pack, sheet_tables, texts

from everywhere import need
from tfpb import survey
from tfpb.io.sources.toml_files import load_settings
from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.pipeline import stages
from tfpb.pipeline.assembling import first_values, read
from tfpb.pipeline.stages import run as run_to
from tfpb.text import fold

if TYPE_CHECKING:
    from pathlib import Path

    from tfpb.survey.respondents import Survey


SAID_BY_THE_COMMAND = "(ce que dit la commande)"
_NUMBER = re.compile(r"[−+-]?\d[\d\u202f\u00a0 ]*(?:[.,]\d+)?\s*(?:%|€|points?)?")
_OLDER = re.compile(r"\b2019\b")


@dataclass(frozen=True)
class Made:
    pack: Pack
    words: dict[str, str]
    folded: dict[str, str]
    exact: Survey


@pytest.fixture(scope="module")
def made(planted: Path) -> Made:
    """Read the pack that was made of the variant, with canaries in its inputs besides."""
    outputs, said = planted / OUTPUTS, (planted / SAID).read_text(encoding="utf-8")
    out = outputs / "sorties" / "pack"
    paths = sorted(p for p in (*out.rglob("*"), *out.parent.glob("pack_*")) if p.is_file())
    words = {p.name: "\n".join(texts(p)) for p in paths}
    [own] = [part for part in said.split("\n== ") if part.startswith("['dossier'")]
    words[SAID_BY_THE_COMMAND] = own
    toml, geodata = planted / INPUTS / "dossier.toml", outputs / "geo"
    settings = load_settings(toml)
    inputs, geography, _ = read(settings, geodata)
    start = first_values(settings, inputs, geography)
    values = run_to((stages.SURVEY_SIDES,), start).required()
    answers = values[stages.ANSWERS]
    assert answers.plan is not None
    frames = [one.frame for one in answers.deliveries]
    exact = survey.recode(frames, answers.plan, values[stages.SURVEY_SIDES])
    folded = {name: fold(text) for name, text in words.items()}
    return Made(Pack(out), words, folded, exact)


def test_every_kind_of_file_is_read(made: Made) -> None:
    kinds = {name.rpartition(".")[2] for name in made.words}
    assert {"xlsx", "docx", "pdf", "html", "csv", "gpkg", "png", "json", "zip"} <= kinds
    for name in ("dossier.xlsx", "rapport.pdf", "carte.html", "residences.gpkg"):
        assert "Habitat Valmontois" in made.words[name], name
    assert len(made.words) >= 38


def test_the_others_are_in_what_is_compared(made: Made) -> None:
    """Else the absence of their names would prove nothing."""
    rows = pd.DataFrame(made.pack.rows("satisfaction_detail"))
    line = rows[
        (rows["item"] == "q01_residence") & (rows["groupe"] == "ensemble")
        & (rows["niveau"] == "total") & (rows["vague"] == "2023") & (rows["ajustement"] == "brut")
    ].set_index("bailleur")["n"].astype(int)  # fmt: skip
    assert line["ensemble"] > line["Habitat Valmontois"] + 500


@pytest.mark.parametrize("name", pack_variant.OTHERS)
def test_no_other_bailleur_is_named(made: Made, name: str) -> None:
    told = [file for file, text in made.folded.items() if fold(name) in text]
    assert not told
    part = fold(name).split()[-2]  # boréal, cambrelois, pignons: no other word of the example
    assert not [file for file, text in made.folded.items() if part in text.split()]


@pytest.mark.parametrize(
    "secret",
    [
        r"REP\d{7}X",  # respondents
        r"ZZ[012]\d\d",  # résidences of others
        r"(?<!\d)(?<!\d,)07[ .]?99[ .]?88",  # telephones, not the decimals of a figure
        r"v.los\s+jaunes",  # verbatims
    ],
)
def test_nothing_names_a_tenant_or_a_home_of_others(made: Made, secret: str) -> None:
    told = [file for file, text in made.words.items() if re.search(secret, text)]
    assert not told


def masked_rows(made: Made) -> pd.DataFrame:
    rows = pd.DataFrame(made.pack.rows("satisfaction_detail"))
    masked = rows[rows["publication"] == "masque"]
    assert len(masked) >= 8
    return masked


def test_masked_rows_of_the_data_hold_no_number(made: Made) -> None:
    keys = {"vague", "niveau", "territoire", "bailleur", "item", "theme", "nature", "groupe",
            "ajustement", "marge_points", "verdict", "publication"}  # fmt: skip
    masked = masked_rows(made)
    assert (masked[[c for c in masked if c not in keys]] == "").all().all()
    rows = pd.DataFrame(made.pack.rows("satisfaction_niveaux"))
    hidden = rows[rows["publication"] == "masque"]
    known = {*keys, "mesure", "modalite", "rang"}
    assert (hidden[[c for c in hidden if c not in known]] == "").all().all()


def digits(value: float) -> str:
    return f"{value:.17g}".replace("-", "").replace(".", "").lstrip("0")[:9]


def share_of(made: Made, row: pd.Series) -> float:
    """Work out the exact share of a side, from the answers alone; NaN where nobody answered."""
    people, item = made.exact.respondents, str(row["item"])
    scale, ranks = made.exact.scales[item], made.exact.answers[item]
    here = (people["vague"] == row["vague"]) & (people["qpv"] == (row["groupe"] == "qpv"))
    if row["niveau"] != TOTAL:
        here &= people[row["niveau"]] == row["territoire"]
    if row["bailleur"] != ENSEMBLE:
        here &= people["bailleur"] == row["bailleur"]
    here &= ranks >= 0
    weights = people.loc[here, "poids"].to_numpy(dtype=float)
    content = np.asarray(scale.satisfied)[ranks[here.to_numpy()]]
    return float(content @ weights / weights.sum()) if len(weights) else float("nan")


def test_no_masked_figure_stands_anywhere(made: Made) -> None:
    """Shares of masked sides, exact: more digits than any figure of the pack has by chance."""
    rows = pd.DataFrame(made.pack.rows("satisfaction_detail"))
    sides = rows[rows["groupe"].isin(["qpv", "hors_qpv"]) & (rows["ajustement"] == "brut")]
    masked = sides["publication"] == "masque"
    told = {digits(share_of(made, r)) for _, r in sides[~masked].iterrows()}
    shares = [share_of(made, r) for _, r in sides[masked].iterrows()]
    secrets = {d for v in shares if v == v and len(d := digits(v)) == 9 and d not in told}  # noqa: PLR0124
    assert len(secrets) >= 8
    for file, text in made.words.items():
        bare_text = re.sub(r"[.,]", "", text)
        assert not [d for d in secrets if d in bare_text], file


def test_a_masked_line_shows_no_number_in_any_document(made: Made) -> None:
    lines = 0
    for rows in sheet_tables(made.pack.xlsx()).values():
        for cells in rows:
            values = list(cells.values())
            if "masqué" in values:
                lines += 1
                # of the wave that is masked: an older one, and a change, say their own
                own = [
                    v
                    for h, v in cells.items()
                    if isinstance(v, int | float) and "ailleurs" not in h and not _OLDER.search(h)
                ]
                assert not own, cells  # the other side of the gap is a line of its own
    assert lines >= 2


def test_nothing_is_hidden_in_the_workbook(made: Made) -> None:
    book = made.pack.xlsx()
    assert all(sheet.sheet_state == "visible" for sheet in book)
    for sheet in book:
        assert not [k for k, d in sheet.row_dimensions.items() if d.hidden]
        assert not [k for k, d in sheet.column_dimensions.items() if d.hidden]
    assert not list(book.defined_names)


_HOUSEHOLDS = re.compile(
    r"(?<![\d,.])(\d{1,3}(?:[\u202f\u00a0 ]\d{3})+|\d+)(?: à (\d+))?[\u202f\u00a0 ]+"
    r"(?:ménages|interviews|réponses|répondants|enquêtés|questionnaires)\b"
    r"(?!\s+pour\s+100\b)"  # a rate of printed counts
)
_OF_THE_RULE = {1, 11}
"""« 1 à 10 ménages », « 11 ménages »: figures of the rule itself."""


def exact_sizes(made: Made) -> set[int]:
    """Count the interviews of each wave, by side, bailleur and quarter, and what those of each file take."""
    people = made.exact.respondents
    sizes: set[int] = set()
    for keys in (["vague"], ["vague", "qpv"], ["vague", "bailleur"], ["vague", "qpv", "bailleur"],
                 ["vague", "code_qpv"]):  # fmt: skip
        sizes |= set(people.groupby(keys).size())
    return {n for n in sizes if n >= 100 and n % 10}


def properties(path: Path) -> list[str]:
    """Return what a file says of itself beside its pages: properties, titles, comments."""
    if path.suffix == ".pdf":
        tool = need("pdfinfo")
        told = [
            subprocess.run([tool, *o, str(path)], check=True, capture_output=True, text=True).stdout
            for o in ([], ["-meta"])
        ]
        return [re.sub(r"<xmpMM:\w+ID>[^<]*", "", text) for text in told]  # hashes of the document
    if path.suffix in {".docx", ".xlsx"}:
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if "docProps/" in n or "comment" in n.lower()]
            return [archive.read(n).decode("utf-8") for n in names if n.endswith(".xml")]
    if path.suffix == ".html":
        return re.findall(
            r"<(?:title|meta|svg|desc)\b[^>]*>[^<]*", path.read_text(encoding="utf-8")
        )
    if path.suffix == ".png":
        return list(texts(path))
    if path.name in {"run.json", "journal.json", "datapackage.json"}:
        return [re.sub(r"[0-9a-f]{16,}", "", path.read_text(encoding="utf-8"))]
    return []


def test_what_files_say_of_themselves_counts_no_interview_exactly(made: Made) -> None:
    exact = exact_sizes(made)
    assert len(exact) >= 8
    counting = 0
    kinds = set()
    for path in made.pack.files():
        for text in properties(path):
            kinds.add(path.suffix)
            counting += len(_HOUSEHOLDS.findall(text))
            numbers = {int(t) for t in re.findall(r"(?<![\d.])\d{3,9}(?![\d.])", text)}
            assert not numbers & exact, (path.name, numbers & exact)
    assert counting >= 2  # subjects of the pages of quarters
    assert kinds >= {".pdf", ".docx", ".xlsx", ".html", ".json"}


def test_the_record_of_a_run_sizes_no_delivery(made: Made) -> None:
    """Rows of answers are of one length: what a file weighs counts them."""
    record, sheet = made.pack.run()["entrees"], made.pack.rows("sources")
    own = [s for s in record if s["role"] == "enquete"]
    assert len(own) == 2
    assert all(s["octets"] is None and (s["lignes"] or 0) % 10 == 0 for s in own)
    names = {s["nom"] for s in own}
    mine = [r for r in sheet if r["nom"] in names]
    assert len(mine) == 2
    assert all(r["taille"] == "" for r in mine)
    assert all(s["octets"] for s in record if s["role"] == "patrimoine")


def test_counts_of_households_are_tens_in_every_file(made: Made) -> None:
    seen = 0
    for name, text in made.words.items():
        if name == SAID_BY_THE_COMMAND:  # to who holds the delivery
            continue
        counts = [
            int(re.sub(r"\D", "", n)) for found in _HOUSEHOLDS.findall(text) for n in found if n
        ]
        seen += len(counts)
        assert not {n for n in counts if n % 10} - _OF_THE_RULE, name
    assert seen > 100
