"""The overview page of a commune, an EPCI or a region: all its quarters on one map, and a table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb.model.codes import TOTAL, QpvStatut
from tfpb.report import theme
from tfpb.report.canvas import POINT_MM, Sheet, printable, shorten, style, wrap
from tfpb.report.print_map.map_foot import foot
from tfpb.report.print_map.map_layers import Atlas, Frame, atlas, fit, page_epsg
from tfpb.report.print_map.map_panel import (
    COLUMN_W,
    COLUMN_X,
    HEIGHT,
    MAP_H,
    MAP_W,
    MAP_X,
    MAP_Y,
    WIDTH,
    Heading,
    head,
)
from tfpb.report.print_map.map_print import DPI, MapPicture, stamped, unstamped
from tfpb.report.print_map.map_view import Imprint, cut, imprint
from tfpb.report.print_map.map_window import draw
from tfpb.words.numbers import euros, number
from tfpb.words.places import map_words as words

if TYPE_CHECKING:
    from tfpb.model.maps import MapModel

ROW: Final = 7.0
SECOND: Final = 3.4
"""Height of the second line of a long name."""
_TABLE: Final = (
    "code_qpv", "nom", "logements", "abattement_par_logement_eur", "valorise_par_logement_eur",
)  # fmt: skip
_RIGHT: Final = (COLUMN_W - 36.0, COLUMN_W - 18.0, COLUMN_W)


@dataclass(frozen=True, slots=True)
class OverviewView:
    """The overview of a territory, ready to draw.

    Parameters
    ----------
    quarters : DataFrame
        Those of the territory, largest first: `code_qpv, nom, logements`, abatement and spending a dwelling.
    question : (label, wave), optional
        What `gaps` (by code of quarter, in words) are about.
    doubts : int
        Résidences to be checked that the map shows.
    """

    title: str
    subtitle: str
    quarters: pd.DataFrame
    question: tuple[str, str] | None
    gaps: dict[str, str]
    doubts: int
    frame: Frame
    layers: Atlas
    imprint: Imprint
    dpi: int


def overview_view(
    model: MapModel,
    *,
    title: str = "",
    codes: tuple[str, ...] | None = None,
    layers: Atlas | None = None,
    dpi: int = DPI,
) -> OverviewView:
    """Take from a model what the overview of a territory shows.

    Parameters
    ----------
    model : MapModel
    title : str
        Name of the territory; the model's title by default.
    codes : tuple of str, optional
        Quarters of the territory (a commune, an EPCI…); all of the model by default. Those that hold
        no résidence are left out, unless none does.
    layers : Atlas, optional
        Layers already in the territory's projection, to share between sheets.
    dpi : int
        Resolution of the PNG.

    Raises
    ------
    KeyError
        If no quarter of the model is in `codes`.
    """
    known = model.qpv["code_qpv"].astype(str)
    mine = model.qpv[known.isin(codes)] if codes is not None else model.qpv
    if mine.empty:
        raise KeyError(codes)
    # quarters that the stock only comes near are drawn, neither listed nor counted
    held = mine["code_qpv"].isin(set(model.residences["code_qpv"])) | (mine["logements"] > 0)
    mine = mine[held] if held.any() else mine
    layers = layers or atlas(model, page_epsg(str(mine["code_qpv"].iloc[0])))
    own = layers.qpv[layers.qpv["code_qpv"].isin(mine["code_qpv"])]
    homes = layers.residences
    if codes is not None:
        homes = homes[homes["code_qpv"].isin(codes)]
    boxes = np.array([f.total_bounds for f in (own, homes) if len(f)])
    bounds = (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))
    frame = fit(bounds, MAP_W, MAP_H, margin=0.05)
    subtitle = (
        model.bailleur,
        words.quarters_count(len(mine)),
        words.dwellings(float(np.nansum(mine["logements"].to_numpy(dtype=float)))),
        words.year(model.year),
    )
    order = mine.sort_values(["logements", "code_qpv"], ascending=[False, True], kind="stable")
    question, gaps = _headline(model)
    mine_codes = set(mine["code_qpv"])
    shown = layers.near(layers.residences, frame)
    return OverviewView(
        title=title or model.title,
        subtitle=" · ".join(subtitle),
        quarters=pd.DataFrame(order[list(_TABLE)]).reset_index(drop=True),
        question=question,
        gaps={code: text for code, text in gaps.items() if code in mine_codes},
        doubts=int((shown["statut"] == QpvStatut.A_VERIFIER).sum()),
        frame=frame,
        layers=cut(layers, frame),
        imprint=imprint(model),
        dpi=dpi,
    )


def draw_overview(
    model: MapModel, *, title: str = "", codes: tuple[str, ...] | None = None, dpi: int = DPI
) -> MapPicture:
    """Draw the overview of a territory, A4 landscape (see `overview_view`); same model, same bytes."""
    view = overview_view(model, title=title, codes=codes, dpi=dpi)
    return stamped(draw_view(view), model.run_hash)


def draw_view(view: OverviewView) -> MapPicture:
    """Draw an overview once from all that it shows but the run's hash, and save it twice."""
    with style():
        return unstamped(compose(view), title=view.title, dpi=view.dpi)


def compose(view: OverviewView) -> Sheet:
    """Lay the overview out: title band, map, table of quarters, foot."""
    sheet = Sheet(WIDTH, HEIGHT)
    window = sheet.window(MAP_X, MAP_Y, MAP_W, MAP_H)
    draw(window, view.layers, view.frame, own=tuple(view.quarters["code_qpv"]), single=False)
    heading = Heading(view.title, view.subtitle, words.OVERVIEW_KIND)
    head(sheet, heading, fictional=view.imprint.fictional)
    _table(sheet, view)
    near = view.layers.touching(view.layers.qpv, view.frame)
    others = len(near) > len(view.quarters)
    foot(sheet, view.imprint, view.layers, view.frame, single=False, others=others)
    return sheet


def _table(sheet: Sheet, view: OverviewView) -> None:
    """List the quarters by dwellings; those that do not fit are counted, not forgotten."""
    x, y = COLUMN_X, MAP_Y + 2.6
    sheet.text(x, y, words.OVERVIEW_TABLE, 9.5, fontweight="bold", color=theme.ACCENT)
    if view.question:
        sheet.text(
            x,
            y + 3.8,
            shorten(printable(words.overview_gap(*view.question)), COLUMN_W, 7),
            7,
            color=theme.SOFT,
        )
        y += 3.8
    y += 4.4
    for right, text in zip(_RIGHT, words.OVERVIEW_COLUMNS, strict=True):
        for k, line in enumerate(text.split("\n")):
            sheet.text(x + right, y + k * 3.1, line, 7, ha="right", color=theme.SOFT)
    y += 4.6
    sheet.rule(x, y, x + COLUMN_W, y, color=theme.ACCENT, linewidth=1.0)
    order, shown = view.quarters, 0
    for row in order.itertuples(index=False):
        name = wrap(str(row.nom), _RIGHT[0] - 11, 8, lines=2)
        if y + ROW + (len(name) - 1) * SECOND > MAP_Y + MAP_H - 12:
            break
        shown += 1
        for right, text in zip(_RIGHT, _values(row), strict=True):
            sheet.text(x + right, y + ROW - 2.5, text, 8, ha="right")
        for k, line in enumerate(name):
            sheet.text(x, y + ROW - 2.5 + k * SECOND, line, 8)
        y += ROW + (len(name) - 1) * SECOND
        under = " · ".join(filter(None, (str(row.code_qpv), view.gaps.get(str(row.code_qpv), ""))))
        sheet.text(
            x,
            y - 2.5 + 8 * POINT_MM * 1.02,
            shorten(printable(under), COLUMN_W, 7),
            7,
            color=theme.SOFT,
        )
        sheet.rule(x, y + 1.2, x + COLUMN_W, y + 1.2, color="#ECECEC")
    if shown < len(order):
        rest = words.quarters_count(len(order) - shown)
        sheet.text(x, y + 6, words.OVERVIEW_MORE.format(rest=rest), 7.5, color=theme.SOFT)
    if view.doubts:
        doubts = words.doubts_line(view.doubts)
        sheet.block(x, MAP_Y + MAP_H - 1.5, doubts, COLUMN_W, 8, lines=1)


def _values(row: Any) -> tuple[str, str, str]:
    """Say the dwellings of a quarter, its abatement and its spending a dwelling."""
    return (
        number(_known(row.logements)),
        euros(_known(row.abattement_par_logement_eur)),
        euros(_known(row.valorise_par_logement_eur)),
    )


def _headline(model: MapModel) -> tuple[tuple[str, str] | None, dict[str, str]]:
    """Return the first question of the last survey, and what it says of each quarter."""
    table = model.gaps[model.gaps["code_qpv"] != TOTAL]
    if table.empty:
        return None, {}
    wave = max(table["vague"].astype(str))
    rows = table[table["vague"].astype(str) == wave]
    rows = rows[rows["item"] == rows["item"].iloc[0]]
    said = {
        str(r.code_qpv): words.gap_line(
            theme.verdict_sign(str(r.verdict)),
            str(r.verdict),
            _known(r.ecart),
            (_known(r.ic95_bas), _known(r.ic95_haut)),
            _known(r.n),
        )
        for r in rows.itertuples(index=False)
    }
    return (str(rows["libelle"].iloc[0]), wave), said


def _known(value: Any) -> float | None:
    number_ = float(value) if value is not None else math.nan
    return None if math.isnan(number_) else number_
