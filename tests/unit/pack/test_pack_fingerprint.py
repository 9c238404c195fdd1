"""Equal values have one fingerprint, others another; what is unknown has none."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from tfpb.model.codes import Verdict
from tfpb.model.settings import Entete, Fichiers, Settings
from tfpb.pipeline.kept.entry_files import package_fingerprint
from tfpb.pipeline.kept.stage_cache import UnkeyedError, fingerprint

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.decimals(allow_nan=False, allow_infinity=False, places=2)
    | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


def told(value: Any) -> str:
    """Write a value so that two texts are equal when, and only when, the values are."""
    if isinstance(value, list):
        return "[" + ",".join(told(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{k!r}:{told(v)}" for k, v in value.items()) + "}"
    return f"{type(value).__name__}:{value!r}"


@given(plain, plain)
@settings(deadline=None)
def test_two_plain_values_share_a_fingerprint_when_they_are_one(a: Any, b: Any) -> None:
    assert (fingerprint(a) == fingerprint(b)) == (told(a) == told(b))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["ab", "c"], ["a", "bc"]),
        ([["a"], "b"], [["a", "b"]]),
        (1, "1"),
        (1, 1.0),
        (True, 1),
        (b"a", "a"),
        (Decimal("1.0"), Decimal("1.00")),
        (dt.date(2025, 1, 1), "2025-01-01"),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (None, ""),
        (pd.Series([1, 2]), pd.Series([1.0, 2.0])),
        (pd.Series(["1"]), pd.Series([1], dtype=object)),
    ],
)
def test_values_that_look_alike_are_told_apart(one: Any, other: Any) -> None:
    assert fingerprint(one) != fingerprint(other)


def test_a_closed_code_is_its_text_and_a_set_has_no_order() -> None:
    assert fingerprint(Verdict.EQUIVALENT) == fingerprint("equivalent")
    assert fingerprint({"a", "b", "c"}) == fingerprint(frozenset(("c", "b", "a")))


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {"code": ["a", ""], "n": [1, 2], "x": [0.5, np.nan], "eur": [Decimal("1.10"), None]}
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda f: f.assign(code=["a", "b"]),
        lambda f: f.assign(x=[0.5, 0.0]),
        lambda f: f.assign(eur=[Decimal("1.1"), None]),
        lambda f: f[["n", "code", "x", "eur"]],
        lambda f: f.rename(columns={"n": "N"}),
        lambda f: f.iloc[::-1],
        lambda f: f.iloc[:1],
        lambda f: f.set_axis([3, 4]),
    ],
)
def test_every_change_of_a_table_counts(change: Any) -> None:
    assert fingerprint(frame()) == fingerprint(frame())
    assert fingerprint(change(frame())) != fingerprint(frame())


def test_points_and_their_projection_count() -> None:
    def places(x: float, crs: int) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame({"a": [1]}, geometry=[Point(x, 2)], crs=crs)

    assert fingerprint(places(1, 4326)) == fingerprint(places(1, 4326))
    assert fingerprint(places(1, 4326)) != fingerprint(places(1.0000001, 4326))
    assert fingerprint(places(1, 4326)) != fingerprint(places(1, 2154))


@dataclass(frozen=True)
class Sealed:
    value: int
    seal: object = field(compare=False)


def test_what_a_record_leaves_out_of_comparison_does_not_count() -> None:
    assert fingerprint(Sealed(1, object())) == fingerprint(Sealed(1, object()))
    assert fingerprint(Sealed(1, None)) != fingerprint(Sealed(2, None))


def test_the_place_of_a_dossier_does_not_count_but_its_settings_do() -> None:
    head = Entete(titre="t", annee=2025, date=dt.date(2026, 1, 1), bailleur="b")
    files = Fichiers(patrimoine="p.xlsx")
    one, moved = (Settings(dossier=head, fichiers=files, folder=Path(p)) for p in ("/a", "/b"))
    other = one.model_copy(update={"fichiers": Fichiers(patrimoine="q.xlsx")})
    assert fingerprint(one) == fingerprint(moved)
    assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize("value", [object(), lambda: 1, [object()], {"a": print}, Path("x")])
def test_an_unknown_kind_of_value_has_no_fingerprint(value: Any) -> None:
    with pytest.raises(UnkeyedError):
        fingerprint(value)


def test_the_program_has_one_fingerprint() -> None:
    assert len(package_fingerprint()) == 64
    assert package_fingerprint() == package_fingerprint()
