"""Killed, refused or without disk at any operation on files, a command harms nothing and runs again."""

from __future__ import annotations

import random
import signal
from typing import TYPE_CHECKING

import pytest
from fault_harness import Server
from fault_jobs import commands, job, prepare, survives

from effort import tries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
SHORT = (
    "importer-qpv",
    "nouveau",
    "comparer",
    "importer-adresses",
    "importer-communes",
    "geocoder",
    "localiser",
    "abattement",
)
MODES = ("tuer", "refuser", "remplir")
LONG = ("dossier", "cartes", "region")
"""Left to `benchmarks/faults.py`: minutes each."""


@pytest.fixture(scope="module")
def lent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fautes")


@pytest.fixture(scope="module")
def server(lent: Path) -> Iterator[Server]:
    with Server(lent) as made:
        prepare(made, lent)
        located = job(made, lent, "localiser")
        assert located.operations
        yield made


@pytest.mark.parametrize("name", SHORT[: tries(len(MODES), len(SHORT))])
def test_a_command_at_fault_at_many_operations(server: Server, lent: Path, name: str) -> None:
    one = job(server, lent, name)
    chance = random.Random(name)  # noqa: S311 - moments of faults, nothing secret
    moments = range(1, one.operations + 1)
    turn = SHORT.index(name) % len(MODES)
    for mode in MODES[turn : turn + 1] if tries(1, 0) else MODES:
        codes = {
            survives(server, one, mode=mode, at=at).code
            for at in chance.sample(moments, min(tries(1, 12), len(moments)))
        }
        assert codes <= ({-9} if mode == "tuer" else {0, 2}), (name, mode)
    assert survives(server, one, octets=4000).code == 2


def test_all_commands_that_write_are_put_at_fault(lent: Path) -> None:
    assert {*SHORT, *LONG} == set(commands(lent))
