"""Checks and sources as values: what `run.json` holds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """One file or geography a run rests on.

    Parameters
    ----------
    role : str
        Key of the dossier (`patrimoine`, `enquete`…) or geography (`adresses`, `qpv2024`…).
    name : str
        File name, never an absolute path.
    sha256 : str
    size_bytes, rows : int
    vintage, licence, reference : str
        For geographies; empty otherwise.
    """

    role: str
    name: str
    sha256: str
    size_bytes: int
    rows: int
    vintage: str = ""
    licence: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a run: what was counted, what it should be, whether it holds.

    Parameters
    ----------
    name : str
        Code; words/ says it.
    passed : bool
    got, expected : str
    """

    name: str
    passed: bool
    got: str = ""
    expected: str = ""
