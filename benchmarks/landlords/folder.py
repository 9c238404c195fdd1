"""The dossier's folder as the manager prepares it: files named, plan reread."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from .sheets import Written
    from .world import World


def named(folder: Path, world: World, files: list[Written]) -> None:
    """Fill the template of dossier.toml: title, year, date, landlord, files."""
    path = folder / "dossier.toml"
    text = path.read_text(encoding="utf-8")
    first = {
        "titre": f"Données fictives : {world.name}",
        "annee": world.year,
        "date": f"{world.year + 1}-02-10",
        "bailleur": world.name,
    }
    for key, value in first.items():
        shown = value if key in {"annee", "date"} else json.dumps(value, ensure_ascii=False)
        text = re.sub(
            rf"(?m)^{key} = .*$", lambda _, key=key, shown=shown: f"{key} = {shown}", text, count=1
        )
    by_role: dict[str, list[str]] = {}
    for one in files:
        by_role.setdefault(one.role, []).append(one.name)
    lines = [
        f"{role} = {json.dumps(names if role == 'enquete' else names[0], ensure_ascii=False)}"
        for role, names in by_role.items()
    ]
    if "enquete" in by_role:
        lines.append('plan = "plan_enquete.toml"')
    head, rest = text.split("[fichiers]\n", 1)
    rest = re.sub(r"(?m)^patrimoine = .*\n", "", rest, count=1)
    path.write_text(f"{head}[fichiers]\n" + "\n".join(lines) + "\n" + rest, encoding="utf-8")
