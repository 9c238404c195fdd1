"""What a run records of itself: versions, hash, checks; the content of `run.json`."""

from __future__ import annotations

import hashlib
import json
import platform
from functools import lru_cache
from importlib import metadata
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING, Any, Final

from tfpb import __version__
from tfpb.model.record import Check, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from tfpb.facts.whole_dossier import Dossier
    from tfpb.model.location import Located
    from tfpb.model.settings import Settings

_LIBRARIES: Final = (
    "folium", "geopandas", "matplotlib", "numpy", "openpyxl", "pandas", "pyproj", "python-docx",
    "scipy", "shapely", "typst",
)  # fmt: skip


def versions() -> dict[str, str]:
    """Return the versions that results and documents depend on."""
    return {"tfpb": __version__, "python": platform.python_version(), **dict(_installed())}


@lru_cache(maxsize=1)
def _installed() -> tuple[tuple[str, str], ...]:
    """Read the versions of libraries, once: every kept stage asks for them."""
    return tuple((name, metadata.version(name)) for name in _LIBRARIES)


def settings_record(settings: Settings) -> dict[str, Any]:
    """Return the settings as a run records them: of a file named by its whole path, the name only."""
    record: dict[str, Any] = settings.model_dump(mode="json")
    record["fichiers"] = {role: _names(value) for role, value in record["fichiers"].items()}
    record["reglages"]["geodonnees"] = _names(record["reglages"]["geodonnees"])
    return record


def _names(value: Any) -> Any:
    if isinstance(value, list):
        return [_names(v) for v in value]
    path = PureWindowsPath(value)  # reads both kinds of slash
    return path.name if path.root or path.drive else value


def run_hash(settings: Settings, sources: Iterable[Source]) -> str:
    """Return the short hash of a run: first 8 hex of sha256(input hashes + settings + versions).

    Settings are as `settings_record` writes them: of a file named by its whole path, the name only.
    """
    return inputs_hash(sources, settings_record(settings))


def inputs_hash(sources: Iterable[Source], settings: Mapping[str, Any]) -> str:
    """Return the short hash of what was made from some inputs, by settings as they are recorded."""
    return _short([(s.role, s.sha256) for s in sources], settings, versions())


def files_hash(files: Iterable[bytes], settings: Mapping[str, Any]) -> str:
    """Return the short hash of what was made from some files and settings."""
    inputs = [(str(k), hashlib.sha256(data).hexdigest()) for k, data in enumerate(files)]
    return _short(inputs, settings, versions())


def recorded_hash(record: Mapping[str, Any]) -> str:
    """Compute the short hash again from the content of a `run.json` of ours.

    KeyError or TypeError if the record is not one of `run_record`.
    """
    inputs = [(s["role"], s["sha256"]) for s in record["entrees"]]
    return _short(inputs, record["reglages"], record["versions"])


def _short(inputs: list[tuple[str, str]], settings: Any, versions_of_run: Any) -> str:
    content = {"entrees": inputs, "reglages": settings, "versions": versions_of_run}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def checks_of(stock: pd.DataFrame, located: Located) -> tuple[Check, ...]:
    """Count what must balance, on the stock as typed: rows and dwellings in and out, one side a row."""
    entrances, homes = located.entrances, located.residences
    dwellings = int(stock["nb_logements"].fillna(0).sum())
    split = homes[["logements_dans", "logements_hors", "logements_a_verifier"]].to_numpy().sum()
    named = set(entrances["qpv_statut"]) <= {"dans", "hors", "a_verifier"}
    return (
        _same("lignes_patrimoine", len(entrances), len(stock)),
        _same("residences", len(homes), entrances["id_residence"].nunique()),
        _same("logements", int(split), dwellings),
        Check("trois_reponses", named, "", ""),
    )


def _same(name: str, got: int, expected: int) -> Check:
    return Check(name, got == expected, str(got), str(expected))


def run_record(dossier: Dossier) -> dict[str, Any]:
    """Return the content of `run.json`: no clock, no absolute path.

    `envoye_quand_meme` is there when something was sent though left open.
    """
    return {
        "empreinte": dossier.run_hash,
        "versions": versions(),
        "reglages": settings_record(dossier.settings),
        "entrees": [_source(s) for s in dossier.sources],
        "controles": [
            {"nom": c.name, "tenu": c.passed, "obtenu": c.got, "attendu": c.expected}
            for c in dossier.checks
        ],
        "doutes": len(dossier.notices),
        **({} if dossier.draft is None else {"etat": "projet" if dossier.draft else "diffusion"}),
        **({"envoye_quand_meme": list(dossier.sent_anyway)} if dossier.sent_anyway else {}),
        "reprises": sum(n.code == "diffusion_reprise" for n in dossier.notices),
    }


def _source(source: Source) -> dict[str, Any]:
    return {
        "role": source.role,
        "nom": source.name,
        "sha256": source.sha256,
        "octets": source.size_bytes or None,  # of a geography, the imported file may be gone
        "lignes": source.rows,
        "millesime": source.vintage,
        "licence": source.licence,
        "reference": source.reference,
    }
