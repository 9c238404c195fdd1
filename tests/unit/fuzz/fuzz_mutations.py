"""How a real file is spoiled: bytes, whole cells or values, inside its archive when it is one."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import TYPE_CHECKING

import numpy as np
from fuzz_targets import seeds_of

if TYPE_CHECKING:
    import random

TOKENS = (
    b"", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3\x28", b"-1", b"1e999", b"NaN", b"Infinity", b"1e-320",
    b"99999999999999999999", b"4294967296", b"null", b"true", b'"', b"'", b"{", b"}", b"[", b"]", b"[[", b"=",
    b"=1+1", b";", b";;;;", b",", b"\t", b"\n", b"\r", b"<", b">", b"&", b"&amp;", b"&#0;", b"&#x110000;",
    b"/>",
    b"2025-01-01", b"0000-00-00", b"9999-12-31", b"31/12/9999", b"1900-01-00", b"QN05991I", b"QP059001",
    b"2A",
    b"../../x", b"NUL:", b"%s", b"{x}", b"\xe2\x80\xae", b"\xf0\x9f\x8f\xa0", "２½²٣".encode(), b"A" * 3000,
    b"1.234", b"12,5", b"1 234,50", b"id", b"type", b"Polygon", b"MultiPolygon", b"Point", b"coordinates",
    b"XFD1048576", b't="s"', b't="e"', b'r="A0"', b'r="ZZZZ9"', b's="99"',
)  # fmt: skip


def mutated(target: str, chance: random.Random) -> tuple[str, bytes]:
    """Spoil one of a reader's real files: inside its archive when it is one, else in its bytes."""
    seeds = seeds_of(target)
    name = chance.choice(sorted(seeds))
    data = seeds[name]
    inside = data.startswith((b"PK", b"\x1f\x8b")) and chance.random() < 0.8
    if inside and data.startswith(b"PK"):
        return name, _spoil_archive(data, chance)
    if inside:
        return name, gzip.compress(_spoil(gzip.decompress(data), chance), mtime=0)
    return name, _spoil(data, chance)


def _spoil_archive(data: bytes, chance: random.Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        names = old.namelist()
        hit = set(chance.sample(names, min(len(names), chance.randint(1, 2))))
        for name in names:
            body = old.read(name)
            if name in hit:
                if chance.random() < 0.05:
                    continue
                body = _spoil(body, chance)
            new.writestr(name, body)
    return out.getvalue()


def _spoil(data: bytes, chance: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        at = chance.randint(0, len(out))
        size = min(len(out) - at, chance.choice((1, 1, 2, 4, 8, 40, 400)))
        kind = chance.randint(0, 7)
        if kind == 0:
            out[at : at + size] = chance.choice(TOKENS)
        elif kind == 1:
            out[at:at] = chance.choice(TOKENS)
        elif kind == 2:
            del out[at : at + size]
        elif kind == 3:
            out[at : at + size] = chance.randbytes(size)
        elif kind == 4 and at < len(out):
            out[at] ^= 1 << chance.randint(0, 7)
        elif kind == 5:
            out[at:at] = out[at : at + size] * chance.choice((1, 2, 30))
        elif kind == 6 and chance.random() < 0.2:
            del out[at:]
        else:
            _replace_word(out, chance)
    return bytes(out)


def _replace_word(out: bytearray, chance: random.Random) -> None:
    """Put something else in the place of a whole cell, value or attribute."""
    at = chance.randint(0, len(out))
    marks = b";,\n\"'>< =[]{}:"
    start = max((out.rfind(m, 0, at) for m in np.frombuffer(marks, "u1").tolist()), default=-1) + 1
    ends = [e for m in marks if (e := out.find(m, start)) >= 0]
    out[start : min(ends, default=len(out))] = chance.choice(TOKENS)
