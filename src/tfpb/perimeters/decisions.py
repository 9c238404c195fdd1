"""Decisions of persons on doubtful entrances: matched, applied, contradicted ones flagged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.errors import Fault, Severity
from tfpb.model.codes import QpvStatut
from tfpb.perimeters.points import place_of, texts
from tfpb.text import fold
from tfpb.words.places.side_words import contradicted, decided

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.model.location import QpvMap

_SIDES: Final = (QpvStatut.DANS.value, QpvStatut.HORS.value)


@dataclass(frozen=True, slots=True)
class Match:
    """One decision and the rows (positions) it rules."""

    decision: int
    rows: tuple[int, ...]


def match_decisions(points: pd.DataFrame, decisions: pd.DataFrame) -> list[Match]:
    """Match decisions to rows by résidence, building and address; what is left empty matches all.

    Only lines with a side are matched. The address is compared without accents, case or punctuation.
    """
    ids = [fold(v) for v in texts(points, "id_residence")]
    buildings = [fold(v) for v in texts(points, "id_batiment")]
    addresses = [fold(v) for v in texts(points, "adresse")]
    rows_of: dict[str, list[int]] = {}
    for i, key in enumerate(ids):
        rows_of.setdefault(key, []).append(i)
    out = []
    side = texts(decisions, "decision")
    columns = [
        [fold(v) for v in texts(decisions, c)] for c in ("id_residence", "id_batiment", "adresse")
    ]
    for d, (key, building, address) in enumerate(zip(*columns, strict=True)):
        if side.iloc[d] not in _SIDES:
            continue
        rows = [
            i
            for i in rows_of.get(key, [])
            if (not building or buildings[i] == building)
            and (not address or addresses[i] == address)
        ]
        out.append(Match(d, tuple(rows)))
    return out


def apply_decisions(
    located: pd.DataFrame, points: pd.DataFrame, decisions: pd.DataFrame, maps: Mapping[int, QpvMap]
) -> pd.DataFrame:
    """Apply decisions on the ruling map; one that a clear map contradicts leaves the row in doubt.

    A decision whose quarter is not on the ruling map was taken on another map: it is left aside.
    The sentence of each row then names author, date and piece, and keeps what the map said.
    """
    out = located.copy()
    names = {
        v: dict(zip(m.frame["code_qp"].astype(str), m.frame["nom_qp"].astype(str), strict=True))
        for v, m in maps.items()
    }
    columns = ("qpv_statut", "qpv_code", "qpv_nom", "qpv_motif", "qpv2015_statut", "qpv2015_code",
               "qpv2024_statut", "qpv2024_code")  # fmt: skip
    cells: dict[str, list[Any]] = {c: out[c].tolist() for c in columns}
    vintages = out["qpv_millesime"].tolist()
    nearest = out["qpv_proche_code"].tolist()
    computed = list(cells["qpv_statut"])
    reasons = list(cells["qpv_motif"])
    for match in match_decisions(points, decisions):
        side, told = _told(decisions, match.decision)
        wanted = str(texts(decisions, "code_qpv").iloc[match.decision])
        for i in match.rows:
            vintage = int(vintages[i])
            if wanted and wanted not in names[vintage]:
                continue  # taken on another map: it says nothing of this one
            if computed[i] in _SIDES and computed[i] != side:
                statut, code = QpvStatut.A_VERIFIER.value, cells["qpv_code"][i]
                cells["qpv_motif"][i] = contradicted(
                    side=side, author=told["author"], date=told["date"], computed=reasons[i]
                )
            else:
                statut = side
                code = (wanted or cells["qpv_code"][i] or nearest[i]) if side == _SIDES[0] else ""
                cells["qpv_motif"][i] = decided(side=side, computed=reasons[i], **told)
            cells["qpv_statut"][i] = cells[f"qpv{vintage}_statut"][i] = statut
            cells["qpv_code"][i] = cells[f"qpv{vintage}_code"][i] = code
            cells["qpv_nom"][i] = names[vintage].get(code, "")
    for name, values in cells.items():
        out[name] = pd.Series(values, index=out.index)
    return out


def check_decisions(
    located: pd.DataFrame, points: pd.DataFrame, decisions: pd.DataFrame, maps: Mapping[int, QpvMap]
) -> list[Fault]:
    """List what is doubtful in decisions: no such entrance, incomplete, contrary, contradicted.

    Parameters
    ----------
    located : DataFrame
        `locate(…)` **without** decisions: what the map alone says.
    points, decisions, maps
        As given to `locate`.
    """
    faults: list[Fault] = []
    ruled: dict[int, list[int]] = {}
    known = {v: set(m.frame["code_qp"].astype(str)) for v, m in maps.items()}
    for match in match_decisions(points, decisions):
        d = match.decision
        side, told = _told(decisions, d)
        place = place_of(decisions, d)
        if not match.rows:
            got = " · ".join(
                filter(
                    None,
                    (
                        str(texts(decisions, c).iloc[d])
                        for c in ("id_residence", "id_batiment", "adresse")
                    ),
                )
            )
            faults.append(Fault("decision_sans_objet", place, got, {}, Severity.DOUTE))
            continue
        lacking = [
            w
            for k, w in (("author", "auteur"), ("date", "date"), ("piece", "pièce"))
            if not told[k]
        ]
        if lacking:
            faults.append(
                Fault(
                    "decision_incomplete",
                    place,
                    side,
                    {"manque": ", ".join(lacking)},
                    Severity.DOUTE,
                )
            )
        code = str(texts(decisions, "code_qpv").iloc[d])
        for i in match.rows:
            ruled.setdefault(i, []).append(d)
            statut = str(located["qpv_statut"].iloc[i])
            if statut in _SIDES and statut != side:
                fields = {"motif": str(located["qpv_motif"].iloc[i])}
                faults.append(Fault("decision_contredite", place, side, fields, Severity.DOUTE))
            vintage = int(located["qpv_millesime"].iloc[i])
            if code and code not in known.get(vintage, set()):
                faults.append(
                    Fault(
                        "decision_code_inconnu", place, code, {"millesime": vintage}, Severity.DOUTE
                    )
                )
    faults += _contrary(decisions, ruled)
    return _unique(faults)


def _contrary(decisions: pd.DataFrame, ruled: Mapping[int, list[int]]) -> list[Fault]:
    """List entrances that two decisions put on different sides."""
    side = texts(decisions, "decision")
    out = []
    for lines in ruled.values():
        if len({side.iloc[d] for d in lines}) > 1:
            rows = ", ".join(str(place_of(decisions, d).row) for d in lines)
            out.append(
                Fault(
                    "decisions_contraires",
                    place_of(decisions, lines[-1]),
                    "",
                    {"lignes": rows},
                    Severity.DOUTE,
                )
            )
    return out


def _unique(faults: list[Fault]) -> list[Fault]:
    """Tell each fault once: a decision on a whole résidence meets several entrances."""
    seen: dict[tuple[Any, ...], Fault] = {}
    for fault in faults:
        seen.setdefault((fault.code, fault.place, fault.got), fault)
    return list(seen.values())


def _told(decisions: pd.DataFrame, row: int) -> tuple[str, dict[str, str]]:
    """Return the side of a decision, and who, when and why as text."""
    side = str(texts(decisions, "decision").iloc[row])
    date = decisions["date"].iloc[row] if "date" in decisions.columns else None
    written = "" if date is None or pd.isna(date) else (
        date.strftime("%d/%m/%Y") if hasattr(date, "strftime") else str(date)
    )  # fmt: skip
    return side, {
        "author": str(texts(decisions, "auteur").iloc[row]),
        "date": written,
        "piece": str(texts(decisions, "piece").iloc[row]),
    }
