"""What must not move a figure moves none; what must move one moves that one alone."""

from __future__ import annotations

import csv
import io
import random
import re
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook
from pack_variant import SMALL_ITEM, make

from effort import by_night, tries
from example_pack import without
from tfpb.io.sources.toml_files import load_settings
from tfpb.model.question import Unit
from tfpb.pipeline.assembling import assemble
from tfpb.pipeline.kept.stage_cache import StageCache

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tfpb.facts.whole_dossier import Dossier

OWN = "Habitat Valmontois"
HEADS = {
    "patrimoine.xlsx": 4,
    "fiscalite_2025.xlsx": 3,
    "programme_2025.xlsx": 3,
    "enquete_2023.xlsx": 1,
}
CSV = ("enquete_2019.csv", "droit_commun.csv", "diagnostics.csv", "conventions.csv")
ROW = ["vague", "niveau", "territoire", "bailleur", "item", "groupe", "ajustement"]
"""What names a row of the comparison."""


@pytest.fixture(scope="module")
def made(geodata: Path, stages: Path) -> Callable[[Path], Dossier]:
    execute = StageCache(stages)
    return lambda folder: assemble(load_settings(folder / "dossier.toml"), geodata, execute=execute)


@pytest.fixture(scope="module")
def plain(example: Path, made: Callable[[Path], Dossier]) -> Dossier:
    return made(example)


def by_key(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    text = frame.astype(dict.fromkeys(keys, str))
    return text.sort_values(keys, kind="stable").reset_index(drop=True)


def same(
    left: pd.DataFrame, right: pd.DataFrame, keys: list[str], *, but: tuple[str, ...] = ()
) -> None:
    """Check that two tables hold the same lines and figures, whatever their order."""
    one, two = (by_key(f.drop(columns=[c for c in but if c in f]), keys) for f in (left, right))
    assert one[keys].equals(two[keys])
    for name in one.columns.difference(keys):
        if pd.api.types.is_float_dtype(one[name]):
            close = np.allclose(
                one[name], two[name].astype(float), rtol=1e-9, atol=1e-12, equal_nan=True
            )
            assert close, name
        else:
            assert one[name].astype(str).tolist() == two[name].astype(str).tolist(), name


def compared(dossier: Dossier) -> pd.DataFrame:
    assert dossier.survey is not None
    return dossier.survey.comparison


def money(dossier: Dossier) -> pd.DataFrame:
    assert dossier.abatement is not None
    facts = dossier.abatement.by_premises
    assert facts is not None
    return facts.groupby("code_qpv", as_index=False).sum(numeric_only=True)


def rows_of(path: Path) -> tuple[list[list[str]], str]:
    raw = path.read_bytes()
    encoding = "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "cp1252"
    return list(csv.reader(io.StringIO(raw.decode(encoding)), delimiter=";")), encoding


def write_rows(path: Path, rows: list[list[str]], encoding: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))


def change_rows(
    path: Path, head: int, change: Callable[[list[list[Any]]], list[list[Any]]]
) -> None:
    """Write the rows under the header of a workbook's first table anew."""
    book = load_workbook(path)
    page = book.worksheets[0]
    rows = [[c.value for c in row] for row in page.iter_rows(min_row=head + 1)]
    page.delete_rows(head + 1, len(rows))
    for number, row in enumerate(change(rows), start=head + 1):
        for column, value in enumerate(row, start=1):
            page.cell(number, column).value = value
    book.save(path)


def shuffled(rows: list[Any]) -> list[Any]:
    return random.Random(3).sample(rows, len(rows))  # noqa: S311 - an order, nothing secret


@pytest.mark.skipif(
    not tries(0, 1), reason="par jour : test_agreement_order.py, test_survey_properties.py"
)
def test_the_order_of_rows_of_any_input_moves_nothing(
    copy: Path, made: Callable[[Path], Dossier], plain: Dossier
) -> None:
    for name, head in HEADS.items():
        change_rows(copy / name, head, shuffled)
    for name in CSV:
        (header, *rows), encoding = rows_of(copy / name)
        write_rows(copy / name, [header, *shuffled(rows)], encoding)
    mixed = made(copy)
    same(compared(plain), compared(mixed), ROW)
    same(money(plain), money(mixed), ["code_qpv"])
    homes = (d.located.residences for d in (plain, mixed))
    same(*(h[["id_residence", "logements_dans", "logements_hors", "part_qpv"]] for h in homes),
         ["id_residence"])  # fmt: skip
    assert plain.programme is not None
    assert mixed.programme is not None
    same(
        plain.programme.by_axis, mixed.programme.by_axis, list(plain.programme.by_axis.columns[:1])
    )
    spent, again = (
        {(c.name, c.scope): c.value for c in d.claims if c.title.unit is Unit.EUR}
        for d in (plain, mixed)
    )
    assert spent == again


def test_other_bailleurs_in_the_deliveries_move_no_figure_of_ones_own(
    example: Path, tmp_path: Path, made: Callable[[Path], Dossier], plain: Dossier
) -> None:
    more = made(make(example, tmp_path / "d").parent)
    # the standard of direct standardisation is the whole wave, and the variant blanks one question
    own = [
        f[(f["bailleur"] == OWN) & (f["ajustement"] != "comparable") & (f["item"] != SMALL_ITEM)]
        for f in (compared(plain), compared(more))
    ]
    shown = [f[f["publication"].isin(["publiable"])] for f in own]
    keys = ROW
    both = shown[0][keys].astype(str).merge(shown[1][keys].astype(str), on=keys)
    assert len(both) > 0.9 * len(shown[0])
    names = ["estimation", "n"]
    left, right = (
        f.astype(dict.fromkeys(keys, str)).merge(both, on=keys)[[*keys, *names]] for f in shown
    )
    same(left, right, keys)
    # what a survey of others moves is how alike neighbours answer: the width of few résidences' rows
    wide = [
        f.astype(dict.fromkeys(keys, str)).merge(both, on=keys).sort_values(keys)["ic95_haut"]
        for f in shown
    ]
    assert np.abs(wide[0].to_numpy(float) - wide[1].to_numpy(float)).max() < 0.1
    same(money(plain), money(more), ["code_qpv"])


@by_night("test_survey_properties.py, test_deliveries_reading.py")
def test_a_delivery_in_two_files_or_under_other_headers_is_the_same(
    copy: Path, made: Callable[[Path], Dossier], plain: Dossier
) -> None:
    (header, *rows), encoding = rows_of(copy / "enquete_2019.csv")
    plan = (copy / "plan_enquete.toml").read_text(encoding="utf-8")
    odd = "Propreté (halls, escaliers)"
    old = next(h for h in header if h.startswith("Q02."))
    assert f'"{old}"' in plan
    (copy / "plan_enquete.toml").write_text(plan.replace(f'"{old}"', f'"{odd}"'), encoding="utf-8")
    header = [odd if h == old else h for h in header]
    half = len(rows) // 2
    write_rows(copy / "enquete_2019.csv", [header, *rows[:half]], encoding)
    write_rows(copy / "enquete_2019_suite.csv", [header, *rows[half:]], encoding)
    toml = (copy / "dossier.toml").read_text(encoding="utf-8")
    toml = re.sub(r'(enquete = \["enquete_2019\.csv")', r'\1, "enquete_2019_suite.csv"', toml)
    (copy / "dossier.toml").write_text(toml, encoding="utf-8")
    same(compared(plain), compared(made(copy)), ROW)


def test_twice_the_rental_value_is_twice_the_money(
    copy: Path, made: Callable[[Path], Dossier], plain: Dossier
) -> None:
    if not tries(0, 1):
        without(copy, "enquete", "plan")
    toml = (copy / "dossier.toml").read_text(encoding="utf-8").replace('"avis"', '"centime"')
    (copy / "dossier.toml").write_text(toml, encoding="utf-8")
    once = made(copy)

    def doubled(rows: list[list[Any]]) -> list[list[Any]]:
        return [[v * 2 if k in (7, 15) and isinstance(v, int | float) else v
                 for k, v in enumerate(row)] for row in rows]  # fmt: skip

    change_rows(copy / "fiscalite_2025.xlsx", 3, doubled)
    twice = made(copy)
    left, right = (by_key(money(d), ["code_qpv"]) for d in (once, twice))
    assert left["code_qpv"].tolist() == right["code_qpv"].tolist()
    ratio = right["acquis"] / left["acquis"]
    held = left["acquis"] > 0
    assert held.any()
    assert np.allclose(
        ratio[held], 2, rtol=1e-4
    )  # each tax of each premises is rounded to the cent
    if tries(0, 1):
        same(compared(once), compared(twice), ROW)


def test_a_residence_that_leaves_moves_only_what_rests_on_it(
    copy: Path, made: Callable[[Path], Dossier], plain: Dossier
) -> None:
    homes = plain.located.residences
    gone = next(
        str(h["id_residence"]) for _, h in homes.iterrows()
        if h["logements_dans"] > 0 and h["logements_hors"] == 0
    )  # fmt: skip
    quarter = str(homes.set_index("id_residence").loc[gone, "code_qpv"])
    without(copy, "enquete", "plan")
    toml = (copy / "dossier.toml").read_text(encoding="utf-8")
    (copy / "dossier.toml").write_text(toml, encoding="utf-8")
    for name, head, at in (("patrimoine.xlsx", 4, 0), ("fiscalite_2025.xlsx", 3, 2)):
        change_rows(copy / name, head, lambda rows, k=at: [r for r in rows if str(r[k]) != gone])
    (header, *rows), encoding = rows_of(copy / "droit_commun.csv")
    kept = [header, *(r for r in rows if r[0] != gone)]
    write_rows(copy / "droit_commun.csv", kept, encoding)
    left = made(copy)
    shutil.rmtree(copy)
    stay = homes[homes["id_residence"] != gone]
    same(stay[["id_residence", "logements_dans", "logements_hors", "code_qpv"]],
         left.located.residences[["id_residence", "logements_dans", "logements_hors", "code_qpv"]],
         ["id_residence"])  # fmt: skip
    others = [m[m["code_qpv"].astype(str) != quarter] for m in (money(plain), money(left))]
    same(*others, ["code_qpv"])
    before, after = (
        m.loc[m["code_qpv"].astype(str) == quarter, "acquis"].sum()
        for m in (money(plain), money(left))
    )
    assert after < before
