"""Cells of the published tables: which are told, what readers hold of them, the atoms that make them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tfpb.model.codes import ENSEMBLE, TOTAL
from tfpb.model.survey import Atoms
from tfpb.survey.secrecy.cells import (
    Cell,
    Cells,
    Disclosed,
    Members,
    declare_cells,
    panel_name,
    split_pair,
)

PLACES = pd.DataFrame(
    [("A", "1", "x"), ("A", "0", "x"), ("B", "1", "x"), ("B", "1", "y"), ("C", "0", "y")],
    columns=["bailleur", "qpv", "agence"],
)


def atoms(wave: str, *answers: int) -> Atoms:
    n = np.array(answers)[:, None]
    return Atoms(wave, ("q",), PLACES, n, n // 2, np.full(len(n), np.inf))


def cell(place: str, group: str = "qpv", owner: str = ENSEMBLE, wave: str = "2023") -> Cell:
    level = TOTAL if place == TOTAL else "agence"
    return Cell(wave, "q", level, place, owner, group)


def table(*rows: tuple[object, ...]) -> Any:
    names = [
        "vague",
        "niveau",
        "territoire",
        "bailleur",
        "groupe",
        "n",
        "publication",
        "ajustement",
    ]
    frame = pd.DataFrame([(*r, "brut")[:8] for r in rows], columns=names).assign(item="q")
    waves = (atoms("2019", 3, 4, 5, 6, 0), atoms("2023", 10, 20, 0, 0, 50))
    return SimpleNamespace(comparison=frame, atoms=waves)


def test_levels_that_were_told_or_masked() -> None:
    told = Disclosed(
        masked=(cell("x"), cell(TOTAL)),
        shown=((cell("y")._replace(niveau="epci"), 4), (cell(TOTAL), 9)),
    )
    assert told.levels == ["agence", "epci"]
    assert Disclosed().levels == []


def test_raw_sides_and_wholes_are_cells_and_what_tells_no_share_is_silent() -> None:
    made = declare_cells(table(
        ("2023", TOTAL, TOTAL, "ensemble", "qpv", 80, "publiable"),
        ("2023", TOTAL, TOTAL, "ensemble", "hors_qpv", 70, "publiable"),
        ("2023", TOTAL, TOTAL, "ensemble", "ensemble", 150, "non_publiable"),
        ("2023", TOTAL, TOTAL, "ensemble", "ecart", 150, "publiable"),
        ("2023", "agence", "x", "A", "qpv", 10, "non_calculable"),
        ("2023", "code_qpv", "Q1", "A", "hors_qpv", 20, "publiable"),
        ("2023", "code_qpv", "Q1", "A", "qpv", 12, "publiable"),
        ("2023", "agence", "x", "B", "hors_qpv", 13, "publiable"),
        ("2023", "agence", "y", "A", "qpv", 99, "publiable", "comparable"),
    ))  # fmt: skip
    outside = Cell("2023", "q", TOTAL, TOTAL, "A", "hors_qpv")  # a quarter's other side
    assert made.count == {
        cell(TOTAL): 80, cell(TOTAL, "hors_qpv"): 70, cell(TOTAL, "ensemble"): 150,
        cell("x", owner="A"): 10, outside: 20, cell("x", "hors_qpv", "B"): 13,
        Cell("2023", "q", "code_qpv", "Q1", "A", "qpv"): 12,
    }  # fmt: skip
    assert made.shown == set(made.count)
    assert made.silent == {cell(TOTAL, "ensemble"), cell("x", owner="A")}
    assert (made.sums, made.known, made.panels) == ([], set(), {})


def test_changes_of_the_whole_tell_the_bailleurs_of_both_waves() -> None:
    raw = [
        ("2023", TOTAL, TOTAL, ENSEMBLE, "qpv", 10, "publiable"),
        ("2023", TOTAL, TOTAL, ENSEMBLE, "hors_qpv", 70, "publiable"),
        ("2023", "agence", "x", ENSEMBLE, "qpv", 10, "publiable"),
        ("2023", "agence", "y", ENSEMBLE, "hors_qpv", 50, "publiable"),
    ]
    made = declare_cells(table(
        *raw,
        ("2019-2023", TOTAL, TOTAL, ENSEMBLE, "evolution_ecart", 0, "publiable"),
        ("2019-2023", "agence", "x", ENSEMBLE, "evolution_qpv", 0, "publiable"),
        ("2019-2023", "agence", "y", "A", "evolution_hors", 0, "publiable"),
        ("2023-2031", "agence", "y", ENSEMBLE, "evolution_hors", 0, "publiable"),
    ))  # fmt: skip
    within = panel_name("2019-2023")
    both = frozenset({"A"})  # B did not answer in 2023, nor C in 2019
    assert {c: n for c, n in made.count.items() if c.bailleur == within} == {
        cell(TOTAL, "hors_qpv", within): 20  # told by no other row; 10 and 10 are
    }
    assert made.panels == {("2023", "q", within): both}
    assert cell(TOTAL, "hors_qpv", within) in made.shown


@pytest.mark.parametrize(
    ("pair", "found"),
    [
        ("2019-2023", ("2019", "2023")),
        ("2023-2023 bis-2", ("2023", "2023 bis-2")),
        ("2023-2023", None),
        ("2019-2031", None),
    ],
)
def test_two_waves_are_read_from_their_names(pair: str, found: tuple[str, str] | None) -> None:
    assert split_pair(pair, ["2019", "2023", "2023 bis-2"]) == found


@pytest.mark.parametrize(
    ("asked", "members"),
    [
        (cell(TOTAL), [0, 2, 3]),
        (cell(TOTAL, "hors_qpv"), [1, 4]),
        (cell(TOTAL, "ensemble"), [0, 1, 2, 3, 4]),
        (cell("x", "ensemble"), [0, 1, 2]),
        (cell("y", owner="B"), [3]),
        (cell("x", owner="A"), [0]),
        (cell(TOTAL, "ensemble", panel_name("2019-2023")), [0, 1, 4]),
        (cell("x", "hors_qpv", panel_name("2019-2023")), [1]),
        (cell("@avant:x"), None),
        (cell("x")._replace(niveau="secteur"), None),
        (cell("x", owner=panel_name("p"))._replace(niveau="secteur"), None),
    ],
)
def test_the_atoms_of_a_cell(asked: Cell, members: list[int] | None) -> None:
    wave = Members(atoms("2023", 10, 20, 30, 40, 50))
    for _ in range(2):  # found, then remembered
        found = wave.of(asked, {"A", "C"})
        assert (None if found is None else np.flatnonzero(found).tolist()) == members
    sizes = [10, 20, 30, 40, 50]
    assert wave.count(asked, {"A", "C"}) == sum(sizes[k] for k in members or [])


def test_levels_that_name_their_places_alike_are_apart() -> None:
    turned = PLACES.assign(secteur=["y", "y", "y", "x", "x"])
    n = np.ones((5, 1), dtype=int)
    wave = Members(Atoms("2023", ("q",), turned, n, n, np.full(5, np.inf)))
    both = [cell("x"), cell("x")._replace(niveau="secteur")]
    assert [np.flatnonzero(m).tolist() for c in both if (m := wave.of(c)) is not None] == [
        [0, 2], [3],
    ]  # fmt: skip


def test_a_panel_is_that_of_its_question() -> None:
    wave = Members(atoms("2023", 10, 20, 30, 40, 0))
    asked = cell(TOTAL, "ensemble", panel_name("2019-2023"))
    assert [wave.count(asked, names) for names in ({"A"}, {"A", "B"}, set())] == [30, 100, 0]
    assert wave.owners("q") == {"A", "B"}
    two = Atoms("2023", ("q", "r"), PLACES, np.array([[1, 0]] * 5), np.zeros((5, 2)), np.zeros(5))
    assert [Members(two).owners(i) for i in "qr"] == [{"A", "B", "C"}, set()]
    both = Members(two)
    assert [both.owners(i) for i in "qrq"] == [{"A", "B", "C"}, set(), {"A", "B", "C"}]
    assert [both.count(cell(TOTAL)._replace(item=i), ()) for i in "qr"] == [3, 0]


def made(**counts: int) -> Cells:
    names = {cell(p): n for p, n in counts.items()}
    return Cells(dict(names), set(names))


def test_what_was_told_alike_is_known_and_what_moved_is_tied_to_what_was() -> None:
    cells = made(x=40, y=24, z=30)
    cells.withdraw((), [(cell("x"), 40), (cell("y"), 20), (cell("z"), 33), (cell("w"), 5)])
    then = {p: cell(f"@avant:{p}") for p in "yz"}
    apart = {p: cell(f"@entre:{p}") for p in "yz"}
    assert cells.known == {cell("x"), then["y"], then["z"]}
    assert cells.shown == {cell("y"), cell("z")}
    assert cells.count == {
        cell("x"): 40, cell("y"): 24, cell("z"): 30,
        then["y"]: 20, apart["y"]: 4, then["z"]: 33, apart["z"]: 3,
    }  # fmt: skip
    assert cells.sums == [
        (cell("y"), (then["y"], apart["y"])), (then["z"], (cell("z"), apart["z"])),
    ]  # fmt: skip


def test_a_hidden_level_is_not_masked_and_what_no_row_shows_is_not_known() -> None:
    cells = made(x=40, total=60)
    cells.shown.remove(cell(TOTAL))
    cells.withdraw({"agence"}, [(cell(TOTAL), 60)])
    assert cells.shown == set()
    assert cells.known == set()
    assert cells.count == {cell("x"): 40, cell(TOTAL): 60}


def whole() -> Cells:
    names = [cell(p, wave=w) for w in ("2019", "2023") for p in "xyz"]
    panels = {(w, "q", panel_name("p")): frozenset("A") for w in ("2019", "2023")}
    sums = [(names[0], (names[1],)), (names[3], (names[4],))]
    return Cells(
        {c: k for k, c in enumerate(names)}, {names[0], names[3]}, sums, {names[1], names[4]},
        {names[2], names[5]}, panels,
    )  # fmt: skip


def test_a_wave_is_cut_with_all_that_it_holds() -> None:
    cut = whole().of_wave("2023")
    x, y, z = (cell(p) for p in "xyz")
    assert cut.count == {x: 3, y: 4, z: 5}
    assert (cut.shown, cut.known, cut.silent) == ({x}, {y}, {z})
    assert cut.sums == [(x, (y,))]
    assert cut.panels == {("2023", "q", panel_name("p")): frozenset("A")}


def identity(cells: Cells) -> tuple[object, ...]:
    """Return the fingerprinted values as plain ones, the table by its cells."""
    told, *others = cells.identity()
    assert isinstance(told, pd.DataFrame)
    return (told.astype(str).to_numpy().tolist(), list(told), *others)


def test_all_that_cells_hold_is_in_their_fingerprint() -> None:
    seen = [identity(whole())]
    outside = cell("w")
    for change in (
        lambda c: c.count.update({cell("x"): 9}),
        lambda c: c.shown.add(cell("y")),
        lambda c: c.known.add(cell("x")),
        lambda c: c.silent.add(cell("x")),
        lambda c: c.shown.add(outside),
        lambda c: c.known.add(outside),
        lambda c: c.silent.add(outside),
        lambda c: c.sums.pop(),
        lambda c: c.panels.popitem(),
    ):
        cells = whole()
        change(cells)
        seen.append(identity(cells))
    assert len({repr(s) for s in seen}) == len(seen)
    assert identity(whole()) == seen[0]
    told = whole().identity()[0]
    assert isinstance(told, pd.DataFrame)
    assert list(told) == [*Cell._fields, "_n", "_0", "_1", "_2"]
