"""Put each figure of a pack beside the truth."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from pathlib import Path

    from .truth import Figure
    from .world import World

OPEN = {"a_confirmer", "a_verifier", "suspendu", "on_ne_sait_pas_encore"}
EPSILON = 1e-9
FINEST = 0.01


class Result(TypedDict):
    """One figure: what is true, what the pack prints, and the verdict."""

    verdict: str
    kind: str
    name: str
    scope: str
    true: float
    printed: str
    state: str


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def _number(text: str | None) -> float | None:
    try:
        return float((text or "").replace(",", "."))
    except ValueError:
        return None


def compare(pack: Path, figures: list[Figure], world: World) -> list[Result]:
    """Return a verdict for each true figure."""
    facts = {(one["nom"], one["portee"]): one for one in _rows(pack / "donnees" / "faits.csv")}
    detail = next(
        (
            path
            for name in ("satisfaction_detail.csv", "comparaison_detail.csv")
            if (path := pack / "donnees" / name).exists()
        ),
        None,
    )
    long = _long(detail, world) if detail else {}
    headlines = _headlines(facts, world)
    return [
        _satisfaction(one, long, headlines)
        if one.kind == "satisfaction"
        else _fact(one, facts, world)
        for one in figures
    ]


def _long(path: Path, world: World) -> dict[tuple[str, str], dict[str, str]]:
    keys = {name: one.key for one in world.questions for name in one.columns.values()}
    out = {}
    for row in _rows(path):
        if row["bailleur"] != "ensemble" and row["niveau"] == "total":
            continue
        key = keys.get(row["item"])
        if key and row["ajustement"] == "brut" and row["niveau"] in {"total", "code_qpv"}:
            place = "" if row["niveau"] == "total" else f" {row['territoire']}"
            out[row["groupe"], f"{key} {row['vague']}{place}"] = row
    return out


def _headlines(
    facts: dict[tuple[str, str], dict[str, str]], world: World
) -> dict[tuple[str, str], str]:
    """Return the state of each survey fact, by name and question and wave."""
    keys = {name: one.key for one in world.questions for name in one.columns.values()}
    out = {}
    for (name, scope), row in facts.items():
        if scope.startswith("total "):
            item, _, wave = scope[6:].rpartition(" ")
            if item in keys:
                out[name, f"{keys[item]} {wave}"] = row["etat"]
    return out


def _result(one: Figure, verdict: str, printed: str, state: str) -> Result:
    return {
        "verdict": verdict,
        "kind": one.kind,
        "name": one.name,
        "scope": one.scope,
        "true": round(one.value, 4),
        "printed": printed,
        "state": state,
    }


def _satisfaction(
    one: Figure,
    long: dict[tuple[str, str], dict[str, str]],
    headlines: dict[tuple[str, str], str],
) -> Result:
    row = long.get((one.name, one.scope))
    beside = long.get(("ecart", one.scope), {})
    fact = {"qpv": "satisfaits_qpv", "hors_qpv": "satisfaits_hors"}.get(one.name, one.name)
    state = headlines.get((fact, one.scope), "")
    if row is None:
        return _result(one, "absent", "", state)
    printed = _number(row.get("estimation"))
    if printed is None:
        kind = (
            "à confirmer"
            if state in OPEN or "confirmer" in row.get("verdict", "")
            else "masqué ou inconnu"
        )
        return _result(one, kind, "", state or row.get("publication", ""))
    gap = abs(printed - one.value)
    shown = f"{printed:.2f}"
    if gap <= 0.005 + EPSILON:
        return _result(one, "juste", shown, state)
    if gap <= _steps(one, long) / 2 + EPSILON or _merged(one, printed, _steps(one, long)):
        return _result(one, "juste au pas", shown, state)
    if state in OPEN or "confirmer" in row.get("verdict", "") + beside.get("verdict", ""):
        return _result(one, "à confirmer", shown, state)
    return _result(one, "FAUX", shown, state)


def _steps(one: Figure, long: dict[tuple[str, str], dict[str, str]]) -> float:
    """Return how near a figure is printed: a share to its step, a gap to the cells of its shares."""
    if one.name in {"qpv", "hors_qpv"}:
        return _step(long.get((one.name, one.scope)))
    key, _, waves = one.scope.rpartition(" ")
    cells = [
        _cell(long.get((side, f"{key} {wave}")))
        for wave in waves.split("-")
        for side in ("qpv", "hors_qpv")
    ]
    return sum(cells) + FINEST


def _merged(one: Figure, printed: float, step: float) -> bool:
    """Whether an end is merged: « 95 % ou plus » where every household is satisfied."""
    if one.name not in {"qpv", "hors_qpv"}:
        return False
    return (
        min(printed, 1 - printed) <= step + EPSILON and abs(printed - one.value) <= step + EPSILON
    )


def _count(row: dict[str, str] | None) -> float:
    return (_number(row.get("n")) or 0) if row else 0


def _step(row: dict[str, str] | None) -> float:
    count = _count(row)
    return 0.05 if count <= 50 else 0.02 if count <= 100 else FINEST


def _cell(row: dict[str, str] | None) -> float:
    """Return how near a share may be told: below its step for large groups (benchmarks-secrecy.md)."""
    count = _count(row)
    return _step(row) if count <= 400 else FINEST / 2 if count <= 800 else FINEST / 4


def _fact(one: Figure, facts: dict[tuple[str, str], dict[str, str]], world: World) -> Result:
    row = facts.get((one.name, one.scope))
    if row is None:
        return _result(one, "juste" if one.value == 0 else "absent", "", "")
    low, high = _number(row["valeur_bas"]), _number(row["valeur_haut"])
    state = row["etat"]
    shown = (
        row["valeur_bas"]
        if row["valeur_bas"] == row["valeur_haut"]
        else f"{row['valeur_bas']} à {row['valeur_haut']}"
    )
    if low is None and high is None:
        return _result(one, "inconnu", "", state)
    slack = 0.0 if one.kind == "logements" else 1.0 + 0.01 * len(world.premises)
    if low is not None and high is not None and low == high:
        if abs(low - one.value) <= slack:
            return _result(one, "juste", shown, state)
        return _result(one, "ouvert sans bornes" if state in OPEN else "FAUX", shown, state)
    inside = (low is None or low - slack <= one.value) and (
        high is None or one.value <= high + slack
    )
    return _result(one, "borné" if inside else "FAUX (hors bornes)", shown, state)
