"""`installer`: find the official files through the portals' own interfaces, fetch, import."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import httpx

from tfpb.addresses.network import reason
from tfpb.errors import Fault, Place, Severity, TfpbError, fail
from tfpb.geodata.catalogue import Entry, catalogue, portal, quarters
from tfpb.geodata.ground_imports import import_communes_outlines
from tfpb.geodata.qpv_imports import import_qpv, load_qpv
from tfpb.geodata.transfer import Checksum, Patience, client, fetch
from tfpb.text import fold
from tfpb.words.faults.input_words import LARGE
from tfpb.words.faults.sentences import fault_text
from tfpb.words.places.geodata_words import FETCHING, NO_FILE, installed_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

_SOURCES: Final = (*quarters(), "adresses", "lieux-dits", "communes")
"""What a dossier needs; parcels are heavy, and imported from a file."""
_FOLDER: Final = "telechargements"
_LISTING: Final = 32 << 20
_HASHES: Final = frozenset({"md5", "sha1", "sha256", "sha512"})
_DEPARTMENT: Final = re.compile(r"^(0[1-9]|1\d|2[1-9AB]|[3-8]\d|9[0-5]|97[1-46-8])$")


@dataclass(frozen=True, slots=True)
class Resource:
    """One file that a portal lists; its hash, if the portal gives it."""

    title: str
    address: str
    format: str
    checksum: Checksum | None = None


def install(
    departement: str,
    *,
    folder: Path,
    show: Callable[[str], None] = lambda _text: None,
    advance: Callable[[int], None] = lambda _count: None,
    import_addresses: Callable[[Path], object] | None = None,
    patience: Patience | None = None,
) -> list[str]:
    """Download and import the official files of a département: « 59 », « 2A », « 971 », « 1 » for « 01 ».

    Downloads are kept in `telechargements` of the folder. `show` is called with a French line at each step,
    `advance` with the number of bytes received since the last call; `import_addresses` imports one address
    file, by default into the address index. Returns what was installed, one French line each, with faults
    of optional sources. Raises `departement_inconnu`, or the faults of every required source that failed:
    what could be installed is.
    """
    code = departement.strip().upper().zfill(2)
    if not _DEPARTMENT.match(code):
        raise fail("departement_inconnu", got=departement)
    lines: list[str] = []
    faults: list[Fault] = []
    with client(patience) as http:
        for key in _SOURCES:
            source = catalogue()[key]
            if source.vintage and _whole(folder, source.vintage):
                lines.append(installed_line(source.title, "", known=True))
                continue
            try:
                found = find(http, source, code)
                show(FETCHING.format(title=source.title, address=found.address))
                target = folder / _FOLDER / _file_name(source, found, code)
                path = fetch(
                    http, found.address, target, source,
                    patience=patience, advance=advance, show=show, checksum=found.checksum,
                )  # fmt: skip
                _import(source, path, folder, import_addresses)
            except TfpbError as error:
                if source.optional:
                    lines += [fault_text(f).title for f in error.faults]
                else:
                    faults += error.faults
                continue
            lines.append(installed_line(source.title, path.name, known=False))
    if any(f.severity is Severity.FAUTE for f in faults):
        raise TfpbError(faults)
    return lines


def _whole(folder: Path, vintage: int) -> bool:
    """Return whether the official map is stored: an extract alone would put outside what it lacks."""
    stored = load_qpv(folder, vintage)
    return stored is not None and bool(stored.licence)


def find(http: httpx.Client, source: Entry, departement: str) -> Resource:
    """Find the file of a source: by its path, or in what the portal lists of its dataset.

    Raises `portail_injoignable`, `portail_illisible`, `ressource_absente`.
    """
    base = portal(source.portal)
    if not source.dataset:
        path = source.path.format(departement=departement)
        return Resource(source.title, f"{base}/{path}", source.formats[0])
    address = f"{base}/api/1/datasets/{source.dataset}/"
    resources = _listed(http, address)
    for words in (source.wanted, source.fallback):
        fit = [r for r in resources if _fits(r, words, source.formats)]
        if fit:
            return min(fit, key=lambda r: (_rank(r, source.formats), r.title, r.address))
    raise fail(
        "ressource_absente", place=Place(source.dataset), adresse=address,
        lus=" ; ".join(r.title for r in resources[:12]) or NO_FILE,
    )  # fmt: skip


def _listed(http: httpx.Client, address: str) -> list[Resource]:
    try:
        with http.stream("GET", address, headers={"Accept": "application/json"}) as answer:
            answer.raise_for_status()
            body = b""
            for block in answer.iter_bytes():
                body += block
                if len(body) > _LISTING:
                    raise httpx.ReadError(LARGE)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise fail("portail_injoignable", got=reason(error), adresse=address) from error
    try:
        listed = json.loads(body)["resources"]
        return [_resource(r) for r in listed]
    except (ValueError, KeyError, TypeError) as error:
        raise fail("portail_illisible", adresse=address) from error


def _resource(raw: dict[str, Any]) -> Resource:
    return Resource(
        title=str(raw.get("title") or ""),
        address=str(raw.get("latest") or raw["url"]),
        format=str(raw.get("format") or "").lower(),
        checksum=_checksum(raw),
    )


def _checksum(raw: dict[str, Any]) -> Checksum | None:
    """Return the hash of a file that the portal itself holds; of one held elsewhere it may be old."""
    given = raw.get("checksum")
    if raw.get("filetype") != "file" or not isinstance(given, dict):
        return None
    kind, value = str(given.get("type", "")).lower(), str(given.get("value", "")).lower()
    return Checksum(kind, value) if kind in _HASHES and value else None


def _fits(resource: Resource, words: Iterable[str], formats: Sequence[str]) -> bool:
    """Return whether every word is in the title, address or format of a resource."""
    text = fold(f"{resource.title} {resource.address} {resource.format}").split()
    wanted = [w for group in words for w in fold(group).split()]
    known = _rank(resource, formats) < len(formats)
    return known and all(any(w in t for t in text) for w in wanted)


def _rank(resource: Resource, formats: Sequence[str]) -> int:
    ends = resource.address.lower().partition("?")[0]
    return next(
        (i for i, f in enumerate(formats) if ends.endswith(f".{f}") or resource.format == f),
        len(formats),
    )


def _file_name(source: Entry, found: Resource, code: str) -> str:
    """Name the file on disk by its source and real ending, so that readers know its format."""
    if not source.dataset:
        return source.path.format(departement=code).rsplit("/", 1)[-1]
    ends = found.address.lower().partition("?")[0]
    ending = next((f for f in source.formats if ends.endswith(f".{f}")), found.format)
    return f"{source.key}.{ending or source.formats[0]}"


def _import(
    source: Entry, path: Path, folder: Path, import_addresses: Callable[[Path], object] | None
) -> None:
    """Hand a downloaded file to its import."""
    if source.imports == "qpv":
        import_qpv(path, vintage=source.vintage, folder=folder)
    elif source.imports == "communes":
        import_communes_outlines(path, folder=folder)
    elif import_addresses is not None:
        import_addresses(path)
    else:
        from tfpb.addresses.imports import import_addresses as import_all  # noqa: PLC0415 - 1 s of imports

        import_all([path], folder=folder)
