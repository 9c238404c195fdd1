"""Archives with the same bytes for the same content: no clock, fixed order, fixed attributes."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_STAMP: Final = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")
_FIXED_STAMP: Final = b"2000-01-01T00:00:00Z"


def zip_bytes(files: Mapping[str, bytes], *, order: bool = True) -> bytes:
    """Pack files (archive name → content), sorted by name unless `order` is False."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(files) if order else files:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            info.create_system = 3
            archive.writestr(info, files[name])
    return buffer.getvalue()


def settle_xlsx(data: bytes) -> bytes:
    """Repack an Office file without clocks: fixed dates in core.xml, fixed zip entries, same order."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    core = "docProps/core.xml"
    if core in files:
        files[core] = _STAMP.sub(rb"\g<1>" + _FIXED_STAMP + rb"\g<3>", files[core])
    return zip_bytes(files, order=False)
