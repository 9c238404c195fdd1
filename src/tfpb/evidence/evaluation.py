"""Money beside satisfaction (beside is not cause), and how far the main figures move with the doubts."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.facts.claim import Claims, axis_scope
from tfpb.facts.place import (
    dwellings_by_side,
    dwellings_in,
    holds,
    home_columns,
    settled,
    with_doors,
)
from tfpb.facts.quarter import quarters_of
from tfpb.model.assembly import Evaluation
from tfpb.model.codes import (
    ENSEMBLE,
    FAVOURABLE,
    LOWER,
    SHOWN,
    TOTAL,
    Ajustement,
    Groupe,
    Publication,
    QpvStatut,
    Verdict,
)
from tfpb.model.legal.axis_table import AXES
from tfpb.model.results import EVALUATION_COLUMNS
from tfpb.model.survey import Published, pick, rows_of
from tfpb.survey.raw_gaps import Disagreement, Key, key_of, stories_of
from tfpb.text import letters_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tfpb.facts.amount import Amount
    from tfpb.facts.quarter import Quarters
    from tfpb.model.location import Located

_CENT: Final = Decimal("0.01")


_READINGS: Final = (("retenu", None), ("tous_dans", QpvStatut.DANS), ("tous_hors", QpvStatut.HORS))


def evaluation(
    located: Located,
    quarters: Quarters,
    claims: Claims,
    published: Published | None,
    *,
    bailleur: str = ENSEMBLE,
) -> Evaluation:
    """Set euros per dwelling, the gap of the linked items and its change side by side.

    One row a (convention or QPV) × axis × linked item. The convention (`niveau` « convention ») always
    comes; a quarter (`niveau` « qpv ») keeps only rows whose gap may be published. An axis without linked
    item, or without a survey, keeps its row of money with an empty item. Without a programme no amount is
    known. `claims` are `valorise` and `valorise_par_logement_qpv`, by axis; of `published`, rows of
    `bailleur`, the last wave is used, and the change since the one before it. `lecture` is one of
    `sans_enquete`, `sans_item`, `sans_reponse`, `masque`, `ecart_defavorable`, `ecart_equivalent`,
    `ecart_non_conclu`, `ecart_a_confirmer`, then `|hausse`, `|baisse`, `|evolution_non_demontree` or
    `|sans_evolution`, then by `|ecart_…` and `|evolution_…` (`Story`) where the figure like with like tells
    another story.
    """
    if published is None and not claims.has("valorise"):
        return Evaluation(pd.DataFrame(columns=list(EVALUATION_COLUMNS)))
    dwellings = dwellings_in(located.held)
    places: list[tuple[str, str, str, int]] = [("convention", TOTAL, "", sum(dwellings.values()))]
    places += [("qpv", code, quarters[code].shown, count) for code, count in dwellings.items()]
    gaps = _gaps(published, bailleur)
    letters = {code: letters_of(k) for k, code in enumerate(sorted(dwellings), 1)}
    against = stories_of(published) if published is not None else {}
    rows: list[dict[str, Any]] = []
    for level, code, name, homes_in in places:
        for axe in AXES:
            scope = axis_scope(axe, code)
            each = _cell(claims.amount("valorise_par_logement_qpv", scope))
            head = {
                "niveau": level,
                "code_qpv": code,
                "nom_qpv": name,
                "axe": int(axe),
                "logements": homes_in,
                "valorise_eur": _cell(claims.amount("valorise", scope)),
                "valorise_par_logement_eur": each,
                "depense": math.nan if each is None else float(each),
                "repere": f"{letters[code]}{int(axe)}" if code in letters else "",
            }
            rows += _axis_rows(head, code, gaps, published, int(axe), against)
    return Evaluation(pd.DataFrame(rows, columns=list(EVALUATION_COLUMNS)))


def _cell(amount: Amount) -> Decimal | None:
    """Return euros to the cent, none where they are not known."""
    return amount.exact.quantize(_CENT, ROUND_HALF_UP) if amount.is_known else None


_Gaps = dict[tuple[str, str, str, str], dict[Any, Any]]


def _gaps(published: Published | None, bailleur: str) -> _Gaps:
    """Index raw gaps and changes of gaps by (group, wave, place, item)."""
    if published is None:
        return {}
    wanted = pick(
        published.comparison, ajustement=Ajustement.BRUT, bailleur=bailleur,
        groupe=[Groupe.ECART, Groupe.EVOLUTION_ECART], niveau=[TOTAL, "code_qpv"],
    )  # fmt: skip
    return {
        (str(r["groupe"]), str(r["vague"]), str(r["territoire"]), str(r["item"])): r
        for r in rows_of(wanted)
    }


def _axis_rows(
    head: dict[str, Any],
    code: str,
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
        gap = gaps.get((Groupe.ECART, last, code, item))
        shown = gap is not None and gap["publication"] in SHOWN
        if not shown and code != TOTAL:
            continue
        change = None
        if len(waves) > 1:
            change = gaps.get((Groupe.EVOLUTION_ECART, f"{waves[-2]}-{last}", code, item))
        reading = _reading(gap, change)
        for kind, row in (("ecart", gap), ("evolution", change)):
            if row is not None and (clash := against.get(key_of(row))) is not None:
                reading["lecture"] += f"|{kind}_{clash.story}"
        rows.append({**head, "item": item, "vague": last, **reading})
    if not rows:
        unshown = {_unshown(gaps.get((Groupe.ECART, last, code, item))) for item in linked}
        now = "masque" if "masque" in unshown else "sans_reponse"
        rows = [{**head, "item": "", "vague": last, "lecture": f"{now}|sans_evolution"}]
    return rows


def _unshown(gap: dict[Any, Any] | None) -> str:
    """Return why a gap is not shown: nobody was asked or answered, else secrecy."""
    nobody = gap is None or gap["publication"] == Publication.NON_CALCULABLE
    return "sans_reponse" if nobody else "masque"


def _reading(gap: dict[Any, Any] | None, change: dict[Any, Any] | None) -> dict[str, Any]:
    out: dict[str, Any] = {
        "publication": str(gap["publication"]) if gap else Publication.NON_CALCULABLE
    }
    if gap is None or gap["publication"] not in SHOWN:
        now = _unshown(gap)
    else:
        out |= {
            "n": gap["n"],
            "ecart": gap["estimation"],
            "ecart_ic90_bas": gap["ic90_bas"],
            "ecart_ic90_haut": gap["ic90_haut"],
            "verdict": gap["verdict"],
            "isole": gap["isole"],
            "peu_de_reponses": gap["peu_de_reponses"],
        }
        verdict = gap["verdict"]
        now = "ecart_defavorable" if verdict in LOWER else "ecart_non_conclu"
        now = "ecart_equivalent" if verdict in FAVOURABLE else now
        now = "ecart_a_confirmer" if verdict == Verdict.A_CONFIRMER else now
    moved = "sans_evolution"
    is_shown = change is not None and change["publication"] in SHOWN
    if change is not None and is_shown and change["verdict"] != Verdict.INTERROMPUE:
        out |= {
            "evolution": change["estimation"],
            "evolution_ic90_bas": change["ic90_bas"],
            "evolution_ic90_haut": change["ic90_haut"],
            "evolution_verdict": change["verdict"],
        }
        moved = {Verdict.HAUSSE: "hausse", Verdict.BAISSE: "baisse"}.get(
            change["verdict"], "evolution_non_demontree"
        )
    return {**out, "lecture": f"{now}|{moved}"}


def readings(located: Located, *, abate: Callable[[Located], Claims]) -> pd.DataFrame:
    """Count dwellings and money again with every doubtful dwelling on one side, then on the other.

    A row for « retenu », « tous_dans » and « tous_hors »: `abattement_eur` (on notices and due) and
    `au_mieux_eur` (due at best, claims included; Decimal or None). `abate` claims the money of a stock;
    what it does not claim is left empty.
    """
    rows = []
    for hypothesis, side in _READINGS:
        stock = located if side is None else _settled(located, side)
        claims = abate(stock)
        counted = dwellings_by_side(stock.held)
        rows.append(
            {
                "hypothese": hypothesis,
                "logements_dans": counted[QpvStatut.DANS],
                "logements_a_verifier": counted[QpvStatut.A_VERIFIER],
                "abattement_eur": _cell(claims.amount("acquis")),
                "au_mieux_eur": _cell(claims.amount("au_mieux")),
            }
        )
    return pd.DataFrame(rows)


def _settled(located: Located, side: QpvStatut) -> Located:
    """Read every doubtful door on one side; résidences follow their doors, by the rule of any other."""
    doors = settled(located.entrances, side)
    homes = located.residences
    placed = home_columns(holds(doors)).reindex(homes["id_residence"])
    homes = homes.assign(**{str(c): placed[c].to_numpy() for c in placed.columns})
    return with_doors(located, doors, quarters_of(stock=[doors]).named(homes))
