"""The tables of a pack: one declaration each, whose columns the frame of its maker fills."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import pytest
from report_dossier import complete

from tfpb.model.report import Table
from tfpb.report.data_table import data_table
from tfpb.report.sections import report

if TYPE_CHECKING:
    from tfpb.model.report import Report

_FILE: Final = files("tfpb.words").joinpath("sections", "pack.toml")
DECLARED: Final[dict[str, Any]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
TABLES: Final[dict[str, Any]] = DECLARED["tableaux"]


@pytest.fixture(scope="module")
def whole() -> Report:
    return report(complete())


@pytest.mark.parametrize("key", TABLES)
def test_a_table_has_one_sheet_under_its_title_and_one_file(key: str, whole: Report) -> None:
    (found,) = (s for s in whole.sections if s.key == key)
    (made,) = (b for b in found.blocks if isinstance(b, Table) and b.key == key)
    assert found.sheet == found.title == made.title == TABLES[key]["titre"]
    assert (made.key, made.sheet) == (key, "")
    assert {"classeur", "donnees"} <= made.media


@pytest.mark.parametrize("key", TABLES)
def test_every_declared_column_is_in_the_data_once(key: str, whole: Report) -> None:
    (made,) = (b for s in whole.sections for b in s.blocks if isinstance(b, Table) and b.key == key)
    names = [c.key for c in data_table(made).columns]
    assert len(names) == len(set(names))
    plain = {c[0] for c in TABLES[key]["colonnes"] if "{" not in c[0]}
    assert plain <= set(names)
