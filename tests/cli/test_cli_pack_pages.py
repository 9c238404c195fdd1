"""The report in pages: the answer, the maps, a body of eight pages, annexes; no page half empty."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from pack_reading import Pack
from PIL import Image

from everywhere import need
from tfpb.words.documents.report_words import QUESTIONS

if TYPE_CHECKING:
    from pathlib import Path

MOST_PAGES: Final = 8
LEAST_FILLED: Final = 0.60
_TOP, _FOOT = 22 / 297, 20 / 297


@dataclass(frozen=True)
class Page:
    """A page: its words, and down to where it is filled (0..1); None for a map."""

    words: str
    filled: float | None


@pytest.fixture(scope="module")
def pages(pack: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Page]:
    folder = tmp_path_factory.mktemp("pages")
    command = [need("pdftoppm"), "-r", "36", "-gray", str(pack / "rapport.pdf"), str(folder / "p")]
    subprocess.run(command, check=True, capture_output=True)
    texts = Pack(pack).pdf().split("\f")
    pictures = sorted(folder.iterdir())
    assert len(texts) == len(pictures) + 1
    return [Page(t, _filled(p)) for t, p in zip(texts, pictures, strict=False)]


def _filled(picture: Path) -> float | None:
    with Image.open(picture) as image:
        grey = np.asarray(image.convert("L"))
    height, width = grey.shape
    if width > height:
        return None
    inside = grey[int(height * _TOP) : int(height * (1 - _FOOT))]
    return float(np.flatnonzero((inside < 200).any(axis=1)).max() + 1) / len(inside)


def _parts(pages: list[Page]) -> tuple[list[Page], list[Page]]:
    body = next(k for k, p in enumerate(pages) if p.filled is None)
    while pages[body].filled is None:
        body += 1
    annexes = next(
        k
        for k, p in enumerate(pages[body + 1 :], body + 1)
        if re.search(r"^Annexe · ", p.words, re.MULTILINE)
    )
    return pages[body:annexes], pages[annexes:]


def test_the_note_then_the_maps_then_a_body_of_eight_pages(pages: list[Page]) -> None:
    assert "1. L’abattement est-il justifié" in pages[0].words
    assert [p.filled for p in pages[1:4]] == [None] * 3  # a map a quarter
    body, annexes = _parts(pages)
    assert len(body) <= MOST_PAGES
    told = re.sub(r"\s+", " ", " ".join(p.words for p in body))
    assert all(told.count(question) >= 2 for question in QUESTIONS.values())  # contents and title
    assert "Annexe · Sources" in "".join(p.words for p in annexes)
    assert not re.search(r"^Synthèse$", "\n".join(p.words for p in pages), re.MULTILINE)


def test_no_page_is_half_empty_but_the_last_of_a_part(pages: list[Page]) -> None:
    for part in _parts(pages):
        filled = [p.filled for p in part[:-1]]
        assert all(f is not None and f >= LEAST_FILLED for f in filled), filled


def test_a_map_of_the_report_is_the_sheet_itself_so_that_its_scale_holds(
    pack: Path, tmp_path: Path
) -> None:
    seen = []
    for name, page in (("rapport.pdf", "2"), ("quartiers/QN05991I.pdf", "1")):
        out = tmp_path / f"p{page}"
        command = [need("pdftoppm"), "-r", "36", "-gray", "-f", page, "-l", page, str(pack / name)]
        subprocess.run([*command, "-singlefile", str(out)], check=True, capture_output=True)
        with Image.open(out.with_suffix(".pgm")) as image:
            seen.append(np.asarray(image)[:275].astype(float))  # the foot of the report is below
    assert seen[0].shape == seen[1].shape
    assert np.corrcoef(seen[0].ravel(), seen[1].ravel())[0, 1] > 0.6


def test_residents_have_one_page_a_quarter_of_the_figures_of_the_map(pack: Path) -> None:
    made = Pack(pack)
    names = sorted(f"{p.stem}.pdf" for p in (pack / "quartiers").glob("QN*.png"))
    for folder in ("habitants", "quartiers"):
        assert sorted(p.name for p in (pack / folder).glob("*.pdf")) == names
    for row in made.quarters():
        page = re.sub(r"\s+", " ", made.pdf(f"habitants/{row['code_qpv']}.pdf"))
        assert page.count("\f") <= 1
        amount = f"{int(row['abattement_eur']):,}".replace(",", " ")
        assert f"{amount} €" in page
        words = [w for w in page.rpartition("PROJET")[0].split() if re.search(r"\w", w)]
        words = [w for w in words if not w.isdigit()]  # « 260 354 € » is one, and stands in three
        assert 100 < len(words) <= 220
    masked = " ".join(made.pdf("habitants/QN05993N.pdf").split())
    assert "Vos réponses ne sont pas publiées, pour que personne ne soit reconnu" in masked
    assert "sur 100" not in masked
    assert "Masqué : moins de 30 ménages" in " ".join(made.pdf("quartiers/QN05993N.pdf").split())


def test_the_page_of_a_quarter_is_its_map_then_its_actions_and_says_which_of_two(
    pack: Path,
) -> None:
    made = Pack(pack)
    for path in sorted((pack / "quartiers").glob("QN*.png")):
        sides = made.pdf(f"quartiers/{path.stem}.pdf").split("\f")[:-1]
        assert [re.findall(r"\b\d/\d\b", side)[-1:] for side in sides] == [["1/2"], ["2/2"]]
        mapped, proved = (" ".join(side.split()) for side in sides)
        assert "Échelle 1 :" in mapped
        assert "Échelle 1 :" not in proved
        assert "actions, pièces, réponses" in proved
        assert all(made.run()["empreinte"] in side for side in (mapped, proved))


def test_sizes_are_those_of_a_mail(pack: Path) -> None:
    assert (pack / "note.pdf").stat().st_size < 300_000
    assert (pack / "rapport.pdf").stat().st_size < 3_000_000


_OF_QUARTERS: Final = ("habitants/QN05991I.pdf", "quartiers/QN05991I.pdf")


@pytest.mark.parametrize("name", ["note.pdf", "rapport.pdf", *_OF_QUARTERS])
def test_pages_are_tagged_in_french_with_their_fonts(pack: Path, name: str) -> None:
    data = (pack / name).read_bytes()
    assert b"pdfuaid:part" in data
    command = [need("pdfinfo"), "-struct", str(pack / name)]  # its words: seconds
    read = subprocess.run(command, check=True, capture_output=True).stdout.decode(errors="replace")
    assert re.search(r"^\s*H1", read, re.MULTILINE)
    assert re.search(r"^\s*TH\b", read, re.MULTILINE) or name.startswith("habitants")
    listing = subprocess.run(
        [need("pdffonts"), str(pack / name)], check=True, capture_output=True, text=True
    ).stdout.splitlines()[2:]
    assert listing
    assert all("TFPBSans" in line for line in listing)
