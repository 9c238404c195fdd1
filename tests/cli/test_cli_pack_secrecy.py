"""No file of a pack tells of a tenant, of a masked figure or of another bailleur."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pack_variant
import pandas as pd
import pytest
from canaries import INPUTS, OUTPUTS, SAID
from pack_reading import Pack, sheet_tables, texts

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


_NUMBER = re.compile(r"[−+-]?\d[\d\u202f\u00a0 ]*(?:[.,]\d+)?\s*(?:%|€|points?)?")


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
    words["(ce que dit la commande)"] = own
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
    for name in ("dossier.xlsx", "rapport.docx", "rapport.pdf", "carte.html", "residences.gpkg"):
        assert "Habitat Valmontois" in made.words[name], name
    assert len(made.words) > 40


def test_the_others_are_in_what_is_compared(made: Made) -> None:
    """Else the absence of their names would prove nothing."""
    rows = pd.DataFrame(made.pack.rows("comparaison_detail"))
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
    rows = pd.DataFrame(made.pack.rows("comparaison_detail"))
    masked = rows[rows["publication"] == "masque"]
    assert len(masked) >= 8
    return masked


def test_masked_rows_of_the_data_hold_no_number(made: Made) -> None:
    keys = {"vague", "niveau", "territoire", "bailleur", "item", "theme", "nature", "groupe",
            "ajustement", "marge_points", "verdict", "publication"}  # fmt: skip
    masked = masked_rows(made)
    assert (masked[[c for c in masked if c not in keys]] == "").all().all()
    for table in ("niveaux", "priorites_detail"):
        rows = pd.DataFrame(made.pack.rows(table))
        hidden = rows[rows["publication"] == "masque"]
        known = {*keys, "mesure", "modalite", "rang", "quadrant"}
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
    rows = pd.DataFrame(made.pack.rows("comparaison_detail"))
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
    for table in made.pack.docx().tables:
        for row in table.rows:
            cells = [c.text.strip() for c in row.cells]
            if any(c.startswith("masqué") for c in cells):
                lines += 1
                # the first page tells a quarter's money beside what its tenants answered
                answered = cells[-1:] if "Abattement" in table.cell(0, 2).text else cells
                assert not [c for c in answered if _NUMBER.fullmatch(c)], cells
    for rows in sheet_tables(made.pack.xlsx()).values():
        for cells in rows:
            values = list(cells.values())
            if "masqué" in values:
                lines += 1
                own = [
                    v for h, v in cells.items() if isinstance(v, int | float) and "hors" not in h
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
