"""Archives with the same bytes for the same content: no clock, fixed order, fixed attributes."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_STAMP: Final = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")
_CORE: Final = "docProps/core.xml"


def zip_bytes(files: Mapping[str, bytes], *, order: bool = True) -> bytes:
    """Return an archive of files (archive name → content), sorted by name unless `order` is False."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(files) if order else files:
            info = zipfile.ZipInfo(name, _EPOCH)
            pressed = name.endswith(".png")
            info.compress_type = zipfile.ZIP_STORED if pressed else zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            info.create_system = 3
            archive.writestr(info, files[name])
    return buffer.getvalue()


def settle(
    data: bytes,
    day: str = "2000-01-01",
    mended: Callable[[str, bytes], bytes] = lambda _, content: content,
) -> bytes:
    """Return an xlsx or docx packed again without clocks, created on an ISO `day`.

    `mended` takes name and content of each entry, and returns its content.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: mended(name, archive.read(name)) for name in archive.namelist()}
    if _CORE in files:
        files[_CORE] = _STAMP.sub(rb"\g<1>" + f"{day}T00:00:00Z".encode() + rb"\g<2>", files[_CORE])
    return zip_bytes(files, order=False)
