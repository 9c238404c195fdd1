"""Money beside satisfaction: what was spent, where the gap was, what moved. Beside is not cause."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.assembly import Evaluation
from tfpb.model.codes import ENSEMBLE, TOTAL, Ajustement, Axe, Groupe, Publication, Verdict
from tfpb.model.results import EVALUATION_COLUMNS
from tfpb.model.survey import only
from tfpb.survey.disagreement import disagreements, key_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tfpb.model.location import Located
    from tfpb.model.money import Programme
    from tfpb.model.survey import Published
    from tfpb.survey.disagreement import Disagreement, Key

_SHOWN: Final = frozenset({Publication.PUBLIABLE, Publication.FRAGILE})
_CENT: Final = Decimal("0.01")
_LOWER: Final = frozenset(
    {Verdict.INFERIEUR, Verdict.ECART_DEFAVORABLE, Verdict.EQUIVALENT_INFERIEUR}
)
_FINE: Final = frozenset({Verdict.EQUIVALENT, Verdict.NON_INFERIEUR, Verdict.MEILLEUR})


def evaluation(
    located: Located,
    programme: Programme | None,
    published: Published | None,
    *,
    bailleur: str = ENSEMBLE,
) -> Evaluation:
    """Set euros per dwelling, the gap of the linked items and its change side by side.

    One row a (convention or QPV) × axis × linked item. The convention (`niveau` « convention ») always
    comes; a quarter (`niveau` « qpv ») keeps only rows whose gap may be published. An axis without
    linked item, or without a survey, keeps its row of money with an empty item.

    Parameters
    ----------
    located : Located
        Dwellings of each quarter.
    programme : Programme or None
    published : Published or None
        Protected survey results; the last wave is used, and the change since the one before it.
    bailleur : str
        Whose rows of the comparison are read.

    Returns
    -------
    Evaluation
        `EVALUATION_COLUMNS`; `lecture` is one of `sans_enquete`, `sans_item`, `non_publiable`,
        `ecart_defavorable`, `ecart_equivalent`, `ecart_non_conclu`, followed by `|hausse`,
        `|baisse`, `|evolution_non_demontree` or `|sans_evolution`, then by `|ecart_…` and
        `|evolution_…` (`Story`) where the figure like with like tells another story.
    """
    if programme is None and published is None:
        return Evaluation(pd.DataFrame(columns=list(EVALUATION_COLUMNS)))
    homes = located.residences
    names = {c: n for c, n in zip(homes["code_qpv"], homes["nom_qpv"], strict=True) if c}
    dwellings = homes[homes["code_qpv"] != ""].groupby("code_qpv")["logements_dans"].sum()
    places: list[tuple[str, str, str, int]] = [("convention", TOTAL, "", int(dwellings.sum()))]
    places += [("qpv", c, names[c], int(dwellings[c])) for c in sorted(names) if dwellings[c] > 0]
    spent = _spent(programme)
    gaps = _gaps(published, bailleur)
    against = disagreements(published.comparison) if published is not None else {}
    rows: list[dict[str, Any]] = []
    for level, code, name, homes_in in places:
        for axe in Axe:
            money = spent.get((code, int(axe)), Decimal(0))
            head = {
                "niveau": level,
                "code_qpv": code,
                "nom_qpv": name,
                "axe": int(axe),
                "logements": homes_in,
                "valorise_eur": money,
                "valorise_par_logement_eur": _per_dwelling(money, homes_in),
            }
            rows += _axis_rows(head, level, gaps, published, int(axe), against)
    return Evaluation(pd.DataFrame(rows, columns=list(EVALUATION_COLUMNS)))


def _per_dwelling(money: Decimal, dwellings: int) -> Decimal | None:
    return (money / dwellings).quantize(_CENT, ROUND_HALF_UP) if dwellings else None


def _spent(programme: Programme | None) -> dict[tuple[str, int], Decimal]:
    if programme is None:
        return {}
    table = programme.by_axis
    return {
        (code, int(axe)): value
        for code, axe, value in zip(
            table["code_qpv"], table["axe"], table["valorise_eur"], strict=True
        )
    }


_Gaps = dict[tuple[str, str, str, str], dict[Any, Any]]


def _gaps(published: Published | None, bailleur: str) -> _Gaps:
    """Index raw gaps and changes of gaps by (group, wave, place, item)."""
    if published is None:
        return {}
    wanted = only(
        published.comparison, ajustement=Ajustement.BRUT, bailleur=bailleur,
        groupe=[Groupe.ECART, Groupe.EVOLUTION_ECART], niveau=[TOTAL, "code_qpv"],
    )  # fmt: skip
    return {
        (str(r["groupe"]), str(r["vague"]), str(r["territoire"]), str(r["item"])): dict(r)
        for r in wanted.to_dict("records")
    }


def _axis_rows(
    head: dict[str, Any],
    level: str,
    gaps: _Gaps,
    published: Published | None,
    axe: int,
    against: Mapping[Key, Disagreement],
) -> list[dict[str, Any]]:
    if published is None:
        return [{**head, "item": "", "vague": "", "lecture": "sans_enquete"}]
    items = published.items
    linked = [i for i, axes in zip(items["item"], items["axes"], strict=True) if axe in axes]
    if not linked:
        return [{**head, "item": "", "vague": "", "lecture": "sans_item"}]
    waves = [w.vague for w in published.waves]
    last = waves[-1] if waves else ""
    rows = []
    for item in linked:
        gap = gaps.get((Groupe.ECART, last, head["code_qpv"], item))
        shown = gap is not None and gap["publication"] in _SHOWN
        if not shown and level == "qpv":
            continue
        change = None
        if len(waves) > 1:
            change = gaps.get(
                (Groupe.EVOLUTION_ECART, f"{waves[-2]}-{last}", head["code_qpv"], item)
            )
        reading = _reading(gap, change)
        for kind, row in (("ecart", gap), ("evolution", change)):
            if row is not None and (told := against.get(key_of(row))) is not None:
                reading["lecture"] += f"|{kind}_{told.story}"
        rows.append({**head, "item": item, "vague": last, **reading})
    if not rows:
        rows = [{**head, "item": "", "vague": last, "lecture": "non_publiable|sans_evolution"}]
    return rows


def _reading(gap: dict[Any, Any] | None, change: dict[Any, Any] | None) -> dict[str, Any]:
    out: dict[str, Any] = {
        "publication": str(gap["publication"]) if gap else Publication.NON_CALCULABLE
    }
    if gap is None or gap["publication"] not in _SHOWN:
        now = "non_publiable"
    else:
        out |= {
            "n": gap["n"],
            "ecart": gap["estimation"],
            "ecart_ic95_bas": gap["ic95_bas"],
            "ecart_ic95_haut": gap["ic95_haut"],
            "verdict": gap["verdict"],
            "isole": gap["isole"],
        }
        verdict = gap["verdict"]
        now = "ecart_defavorable" if verdict in _LOWER else "ecart_non_conclu"
        now = "ecart_equivalent" if verdict in _FINE else now
    moved = "sans_evolution"
    if change is not None and change["publication"] in _SHOWN:
        out |= {
            "evolution": change["estimation"],
            "evolution_ic95_bas": change["ic95_bas"],
            "evolution_ic95_haut": change["ic95_haut"],
            "evolution_verdict": change["verdict"],
        }
        moved = {Verdict.HAUSSE: "hausse", Verdict.BAISSE: "baisse"}.get(
            change["verdict"], "evolution_non_demontree"
        )
    return {**out, "lecture": f"{now}|{moved}"}
