"""Put tfpb in the Start menu of the user who asks, or take it out: one shortcut, no right, no registry.

Run by `Menu-demarrer.cmd` with the package's own Python; a second run takes the shortcut out again.
"""

from __future__ import annotations

import ctypes
import os
import sys
import uuid
from pathlib import Path
from typing import Any, Final

_LINK: Final = uuid.UUID("00021401-0000-0000-c000-000000000046")
_AS_LINK: Final = uuid.UUID("000214f9-0000-0000-c000-000000000046")
_AS_FILE: Final = uuid.UUID("0000010b-0000-0000-c000-000000000046")
_SET_DESCRIPTION, _SET_FOLDER, _SET_PATH, _SAVE = 7, 9, 20, 6
"""Places of what is called in the tables of IShellLinkW and IPersistFile."""
_WITHIN: Final = 1


def main() -> int:
    """Write or delete the shortcut, and say which in French."""
    here = Path(__file__).resolve().parent
    place = Path(os.environ["APPDATA"]) / "Microsoft" / "Windows" / "Start Menu" / "Programs"
    shortcut = place / "tfpb.lnk"
    if shortcut.exists():
        shortcut.unlink()
        print("Le raccourci « tfpb » est retiré du menu Démarrer.")
        return 0
    place.mkdir(parents=True, exist_ok=True)
    write_link(shortcut, here / "Ouvrir-tfpb.cmd", "Les preuves de l’abattement de TFPB")
    print("« tfpb » est dans le menu Démarrer. Relancez ce fichier pour l’en retirer.")
    return 0


def write_link(shortcut: Path, target: Path, description: str) -> None:
    """Write a shortcut to a file, by the system's own IShellLinkW.

    Raises
    ------
    OSError
        What the system refuses.
    """
    system: Any = ctypes
    ole = system.windll.ole32
    ole.CoInitialize(None)
    link = ctypes.c_void_p()
    system.oledll.ole32.CoCreateInstance(
        _bytes(_LINK), None, _WITHIN, _bytes(_AS_LINK), ctypes.byref(link)
    )
    _call(link, _SET_PATH, str(target))
    _call(link, _SET_FOLDER, str(target.parent))
    _call(link, _SET_DESCRIPTION, description)
    file = ctypes.c_void_p()
    _call(link, 0, _bytes(_AS_FILE), ctypes.byref(file))
    _call(file, _SAVE, str(shortcut), 1)
    ole.CoUninitialize()


def _bytes(name: uuid.UUID) -> Any:
    return (ctypes.c_byte * 16).from_buffer_copy(name.bytes_le)


def _call(thing: ctypes.c_void_p, slot: int, *given: Any) -> None:
    """Call a method by its place in an object's table."""
    system: Any = ctypes
    table = ctypes.cast(thing, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p))).contents
    plain = {str: ctypes.c_wchar_p, int: ctypes.c_int}
    kinds = [plain.get(type(value), ctypes.c_void_p) for value in given]
    values = [v if type(v) in plain else ctypes.cast(v, ctypes.c_void_p) for v in given]
    method = system.WINFUNCTYPE(system.HRESULT, ctypes.c_void_p, *kinds)
    method(table[slot])(thing, *values)


if __name__ == "__main__":
    sys.exit(main())
