"""Office files with the same bytes for the same content: no clock, fixed entries of the archive."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_STAMP: Final = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")
_CORE: Final = "docProps/core.xml"


def settle(data: bytes, day: str) -> bytes:
    """Repack a xlsx or docx without clocks.

    Parameters
    ----------
    data : bytes
    day : str
        ISO date of the dossier, written as its date of creation.
    """
    stamp = f"{day}T00:00:00Z".encode()
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == _CORE:
                content = _STAMP.sub(rb"\g<1>" + stamp + rb"\g<2>", content)
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            info.create_system = 3
            target.writestr(info, content)
    return buffer.getvalue()
