"""A commune in a blob, and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import tries
from tfpb.addresses.blob import (
    NO_NUMBER,
    CommuneRows,
    StreetKey,
    decode,
    encode,
    merge,
    sort_and_dedupe,
    to_commune,
)

_TEXT = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\x1e\x1f\n\u2028\u2029"),
    max_size=12,
)


@st.composite
def communes(draw: st.DrawFn) -> CommuneRows:
    size = draw(st.integers(1, 40))
    streets = [
        StreetKey(
            f"93010_{i:04d}",
            draw(_TEXT),
            draw(st.sampled_from("sl")),
            "93140",
            "",
            draw(st.sampled_from("bx")),
        )
        for i in range(draw(st.integers(1, 5)))
    ]

    def ints(low: int, high: int) -> np.ndarray:
        return np.array(
            draw(st.lists(st.integers(low, high), min_size=size, max_size=size)), dtype=np.int32
        )

    def texts(values: st.SearchStrategy[str]) -> np.ndarray:
        return np.array(draw(st.lists(values, min_size=size, max_size=size)), dtype=object)

    return CommuneRows(
        streets,
        ints(0, len(streets) - 1),
        ints(NO_NUMBER, 99_999),
        texts(st.sampled_from(["", "bis", "ter", "a"])),
        ints(0, 130_000_000),
        ints(600_000_000, 870_000_000),
        texts(st.sampled_from(["a1", "b2"])),
        texts(st.sampled_from(["", "93010000AB0001"])),
    )


@given(communes())
@settings(deadline=None, max_examples=tries(15, 60))
def test_a_blob_gives_back_what_was_put_in(rows: CommuneRows) -> None:
    kept, left_out = sort_and_dedupe(rows, one_position=False)
    assert kept.number.size + left_out == rows.number.size
    back = decode(encode(kept))
    assert back.streets == kept.streets
    for name in ("street", "number", "x_cm", "y_cm"):
        assert np.array_equal(getattr(back, name), getattr(kept, name)), name
    assert back.suffix.tolist() == kept.suffix.tolist()
    if kept.parcels is not None and any(kept.parcels):
        assert back.parcels is not None
        assert back.parcels.tolist() == kept.parcels.tolist()
    written_out = [kept.streets[s].scheme == "x" for s in kept.street]
    if any(written_out):
        assert back.ids is not None
        assert kept.ids is not None
        assert [i for i, w in zip(back.ids, written_out, strict=True) if w] == [
            i for i, w in zip(kept.ids, written_out, strict=True) if w
        ]


@given(communes())
@settings(deadline=None, max_examples=30)
def test_merging_and_sorting_twice_changes_nothing(rows: CommuneRows) -> None:
    once, _ = sort_and_dedupe(rows, one_position=False)
    twice, repeated = sort_and_dedupe(merge([once, once]), one_position=False)
    assert repeated == once.number.size
    assert encode(twice) == encode(once)


def _rows(numbers: list[int], x: list[int], *, rank: list[int] | None = None) -> CommuneRows:
    size = len(numbers)
    return CommuneRows(
        [StreetKey("93010_0001", "Rue A", "s", "93140", "", "b")],
        np.zeros(size, np.int32),
        np.array(numbers, np.int32),
        np.full(size, "", dtype=object),
        np.array(x, np.int32),
        np.full(size, 686_600_000, np.int32),
        rank=None if rank is None else np.array(rank, np.int8),
    )


def test_a_number_listed_twice_far_apart_stays_twice() -> None:
    kept, left_out = sort_and_dedupe(
        _rows([7, 7, 7], [66_200_000, 66_200_050, 66_242_600]), one_position=False
    )
    assert left_out == 1
    assert kept.x_cm.tolist() == [66_200_000, 66_242_600]


def test_the_entrance_is_kept_of_several_positions() -> None:
    rows = _rows([7, 7], [66_200_000, 66_205_000], rank=[5, 0])
    kept, left_out = sort_and_dedupe(rows, one_position=True)
    assert left_out == 1
    assert kept.x_cm.tolist() == [66_205_000]


@pytest.mark.parametrize("blob", [b"", b"XXXX", b"TFA1", b"TFA1" + b"\x00" * 9])
def test_a_blob_from_elsewhere_is_refused(blob: bytes) -> None:
    with pytest.raises(ValueError):
        decode(blob)


def test_a_cut_blob_is_refused() -> None:
    whole = encode(sort_and_dedupe(_rows([1, 3, 5], [1, 2, 3]), one_position=False)[0])
    with pytest.raises(ValueError):
        decode(whole[:-3])


def test_a_row_without_number_places_the_street_only() -> None:
    rows, _ = sort_and_dedupe(_rows([NO_NUMBER, 4, 2], [100, 300, 500]), one_position=False)
    street = to_commune("93010", "Bondy", [rows]).streets[0]
    assert street.numbers.tolist() == [2, 4]
    assert street.x.tolist() == [5.0, 3.0]
    assert street.centre == (4.0, 6_866_000.0)
    alone = to_commune("93010", "Bondy", [_rows([NO_NUMBER], [100])]).streets[0]
    assert alone.numbers.size == 0
    assert alone.centre == (1.0, 6_866_000.0)
