"""Words for the completion of command lines by the Tab key."""

from __future__ import annotations

from typing import Final

UNKNOWN_SHELL: Final = (
    "Le programme de ce terminal n’est pas reconnu : la complétion existe pour bash, zsh, fish et "
    "PowerShell. Ouvrez l’un d’eux, puis relancez la commande."
)
INSTALLED: Final = (
    "Complétion installée pour {shell} : {path}\n"
    "Ouvrez un nouveau terminal : la touche Tab y complète les commandes, les options et les fichiers."
)
