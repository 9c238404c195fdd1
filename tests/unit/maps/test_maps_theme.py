"""The look: shipped font, palette told apart in grey, text that can be read."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise

import numpy as np
import pytest
from fontTools.ttLib import TTFont

from tfpb.model.codes import Verdict
from tfpb.report import theme
from tfpb.report.canvas import shorten, text_width_mm, wrap
from tfpb.report.cell_values import printable
from tfpb.words.survey.verdict_words import sign


@pytest.mark.parametrize("style", sorted(theme.FONT_FILES))
def test_each_face_holds_signs_spaces_and_tabular_figures(style: str) -> None:
    font = TTFont(theme.FONT_FILES[style])
    letters = font.getBestCmap()
    needed = "".join(sign(v) for v in Verdict) + "\u202f\u00a0−–’«»€œŒÉçδ◆△→²"
    assert [c for c in needed if ord(c) not in letters] == []
    assert len({font["hmtx"][letters[ord(d)]][0] for d in "0123456789"}) == 1
    assert font["name"].getDebugName(1) == theme.FONT_FAMILY


def test_shipped_files_are_those_recorded_and_light() -> None:
    for folder in (theme.FONT_FOLDER, theme.ASSETS / "leaflet"):
        assert (folder / "LICENSE").stat().st_size > 500
        for entry in json.loads((folder / "SOURCES.json").read_text(encoding="utf-8")):
            data = (folder / entry["file"]).read_bytes()
            assert hashlib.sha256(data).hexdigest() == entry["sha256"], entry["file"]
            assert entry["licence"]
            assert entry["version"]
    assert sum(f.stat().st_size for f in theme.FONT_FILES.values()) < 1_500_000


def test_every_verdict_has_a_sign_and_its_look() -> None:
    for verdict in Verdict:
        assert sign(verdict)
    gaps = [
        v
        for v in Verdict
        if v not in {"hausse", "baisse", "non_demontre", "interrompue", "masque", "non_calculable"}
    ]
    # lower, or a little higher, has one sign, few résidences or not: its word bears the rest
    assert sign("inferieur_peu") == sign("ecart_defavorable")
    assert sign("superieur_peu") == sign("meilleur_peu")
    assert len({sign(v) for v in gaps}) == len(gaps) - 2
    assert sign("inconnu") == "–"


def test_statuses_stay_apart_in_grey() -> None:
    dans, doubt = (theme.luminance(c) for c in (theme.DANS, theme.A_VERIFIER))
    assert theme.contrast(theme.DANS, theme.A_VERIFIER) > 3
    assert theme.contrast(theme.DANS, theme.PAPER) > 7
    assert abs(dans - doubt) > 0.2
    # the hollow disc is told by its edge, the outline by its darkness over streets and parcels
    assert theme.contrast(theme.HORS, theme.PAPER) > 3
    assert theme.contrast(theme.QPV, theme.STREET) > 3
    assert theme.contrast(theme.QPV, theme.PARCEL) > 4.5


def test_words_read_on_their_ground() -> None:
    assert theme.contrast(theme.INK, theme.PAPER) > 7
    assert theme.contrast(theme.SOFT, theme.PAPER) > 4.5
    assert theme.contrast(theme.STREET_NAME, theme.PAPER) > 4.5
    assert theme.contrast(theme.STREET_NAME, theme.STREET) > 4.5
    for colour in theme.GAP_SCALE:
        assert theme.contrast(theme.ink_on(colour), colour) > 4.5


def test_scales_darken_towards_their_ends() -> None:
    light = [theme.luminance(c) for c in theme.GAP_SCALE]
    assert all(a < b for a, b in pairwise(light[:4]))
    assert all(a > b for a, b in pairwise(light[3:]))
    money = [theme.luminance(c) for c in theme.MONEY_SCALE]
    assert all(a > b for a, b in pairwise(money))


@pytest.mark.parametrize(
    ("gap", "rank"),
    [(-0.2, 0), (-0.15, 1), (-0.10, 2), (-0.05, 3), (0.0, 3), (0.05, 4), (0.2, 6)],
)
def test_gap_classes(gap: float, rank: int) -> None:
    assert np.searchsorted(theme.GAP_BREAKS, gap, side="right") == rank
    assert rank < len(theme.GAP_SCALE) == len(theme.GAP_BREAKS) + 1


def test_text_is_measured_wrapped_and_cut() -> None:
    assert text_width_mm("mmmm", 10) > text_width_mm("iiii", 10)
    assert text_width_mm("ab", 20) == pytest.approx(2 * text_width_mm("ab", 10))
    lines = wrap("Résidence des Tilleuls et des Érables " * 3, 40, 8)
    assert all(text_width_mm(line, 8) <= 40 for line in lines)
    assert len(wrap("mot " * 60, 30, 8, lines=2)) == 2
    assert shorten("court", 40, 8) == "court"
    assert shorten("long " * 40, 30, 8).endswith("…")
    assert max(text_width_mm(t, 8) for t in wrap("x" * 200, 20, 8)) <= 20
    # French: no line may begin with « % » or « : »
    assert not any(t.startswith(("%", ":")) for t in wrap("la part est de 40 % : peu " * 4, 22, 8))


def test_what_cannot_be_drawn_shows_or_goes() -> None:
    assert printable("a\u202eb\u200fc") == "abc"
    assert printable("ligne\nsuivante") == "ligne suivante"
    assert printable("\u4e2d") == "¤"
    assert printable("$x$ <b>") == "$x$ <b>"
