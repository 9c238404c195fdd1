"""Attack generated surveys with the auditor: what it tried, what it found, by kind of attacker.

    python benchmarks/secrecy_audit.py --enquetes 40 --graine 17
    python benchmarks/secrecy_audit.py --enquetes 30 --sans-regions
    python benchmarks/secrecy_audit.py --protecteur aucun        # nothing is masked
    python benchmarks/secrecy_audit.py --inutiles 10             # masks that the rules did not ask for

Surveys are drawn by tests/unit/audit/auditcases.py: résidences of 1 to 45 interviews, one in four of
fewer than 11. « exact » is a group, a count or an answer known to the unit; « narrowed » an interval of
sizes that no longer holds 1 to 11; « open » what a limit on nodes left undecided.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "unit" / "audit"))

from auditcases import (
    Case,
    make_case,
    masked_cells,
    needless_masks,
    primary_only,
    region_case,
    three_levels,
    three_runs,
    unprotected,
)

from tfpb import survey
from tfpb.audit import Attack, Audit, Release, audit

if TYPE_CHECKING:
    from collections.abc import Iterator

WAVES = ("2019", "2023")
TWO, THREE = ("code_qpv", "agence"), ("code_qpv", "agence", "secteur")
FEW: dict[str, Any] = {"small": 0.4, "quarters": 5}
FAMILIES: dict[str, dict[str, Any]] = {
    "1 bailleur, 1 level": {"residences": 16} | FEW,
    "1 bailleur, 1 level, drawn weights": {"residences": 16, "weights": "tires"} | FEW,
    "1 bailleur, 1 level, weights N/n": {"residences": 16, "weights": "parc"} | FEW,
    "1 bailleur, 2 levels, 2 waves": {"residences": 18, "levels": TWO, "waves": WAVES} | FEW,
    "1 bailleur, 3 levels": {"residences": 20, "levels": THREE},
    "1 bailleur, 18 agencies": {
        "residences": 90,
        "levels": ("agence",),
        "agencies": 18,
        "small": 0.5,
    },
    "3 bailleurs, 1 level": {"owners": 3, "residences": 12, "quarters": 4},
    "3 bailleurs, 2 levels, drawn weights": {"owners": 3, "levels": TWO, "weights": "tires"},
    "3 bailleurs, 2 levels, 2 waves": {"owners": 3, "levels": TWO, "waves": WAVES},
}
REGIONS: dict[str, dict[str, Any]] = {
    "region of 6 bailleurs, 4 levels": {},
    "region of 6 bailleurs, 4 levels, 2 waves": {"waves": WAVES},
    "region of 9 bailleurs, 4 levels": {"owners": 9, "towns": 5, "small": 0.5},
}
SIZES = {Attack.SIZE, Attack.UNION, Attack.REST}
PROTECTORS = {"aucun": unprotected, "primaire": primary_only}


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--enquetes", type=int, default=40, help="surveys a family")
    parser.add_argument("--graine", type=int, default=17)
    parser.add_argument("--protecteur", choices=PROTECTORS)
    parser.add_argument("--sans-regions", action="store_true", help="leave out what takes longest")
    parser.add_argument("--inutiles", type=int, default=0, metavar="N", help="surveys to unmask")
    asked = parser.parse_args()
    if asked.protecteur:
        survey.protect = PROTECTORS[asked.protecteur]
    if asked.inutiles:
        needless(asked.inutiles, asked.graine)
        return
    total: Counter[str] = Counter()
    for name, options in FAMILIES.items():
        total += family(name, one_pack(asked.enquetes, asked.graine, options))
    for name, more in ({} if asked.sans_regions else REGIONS).items():
        cases = (region_case(1000 * asked.graine + k, **more) for k in range(asked.enquetes))
        total += family(name, map(packed, cases))
    total += family("2 packs, a decision between", decisions(asked.enquetes, asked.graine))
    total += family("3 levels that overlap (made)", iter([packed(three_levels())]))
    total += family("3 groupings in turn (made)", iter([in_turn(three_runs())]))
    print(f"\n{total['surveys']} surveys, {total['tried']} attacks, {total['found']} findings")


def one_pack(count: int, seed: int, options: dict[str, Any]) -> Iterator[Audit]:
    """Attack surveys published once."""
    for k in range(count):
        yield packed(make_case(1000 * seed + k, target=("parc", "service")[k % 2], **options))


def packed(case: Case) -> Audit:
    """Attack one pack of a survey."""
    return audit(case.releases(), truth=case.truth)


def decisions(count: int, seed: int) -> Iterator[Audit]:
    """Attack two packs, between which one résidence was put on a side."""
    for k in range(count):
        before = make_case(1000 * seed + k, residences=16, undecided=2)
        home = before.stock.loc[before.stock["cote"] == "", "residence"].iloc[0]
        after = before.decided(home, "dans", "QN0") if k % 2 else before.decided(home, "hors")
        first = before.published()
        told = survey.disclosed_in([first])
        second = after.published(masked_before=told.masked, shown_before=told.shown)
        yield audit([after.release(second), before.release(first)], truth=after.truth)


def in_turn(case: Case) -> Audit:
    """Attack three packs, each of which remembers the one it replaces."""
    packs: list[Release] = []
    told = survey.disclosed_in([])
    for level in ("agence", "deux", "un"):
        rows = case.published((level,), masked_before=told.masked, shown_before=told.shown)
        told = survey.disclosed_in([rows])
        packs.append(case.release(rows, level))
    return audit(packs, truth=case.truth)


def family(name: str, audits: Iterator[Audit]) -> Counter[str]:
    """Print a line a kind of attacker and attack, and add up."""
    start = time.perf_counter()
    out: Counter[str] = Counter()
    tried: Counter[tuple[str, str]] = Counter()
    found: Counter[tuple[str, str, str]] = Counter()
    for one in audits:
        out.update(
            surveys=1, cells=one.cells, masked=one.masked, open=one.open, found=len(one.found)
        )
        out.update(tried=one.attempts, hit=bool(one.found))
        tried.update({(a, str(b)): n for (a, b), n in one.tried.items()})
        for f in one.found:
            narrow = f.attack in SIZES and f.low != f.high
            found[
                "bailleur" if f.attacker else "exterieur",
                str(f.attack),
                "narrowed" if narrow else "exact",
            ] += 1
    seconds = time.perf_counter() - start
    print(
        f"\n{name}: {out['surveys']} surveys, {out['cells']} cells, {out['masked']} masked, "
        f"{out['tried']} attacks; found in {out['hit']} surveys, {out['open']} open; {seconds:.0f} s"
    )
    for who in ("exterieur", "bailleur"):
        for attack in map(str, Attack):
            exact, narrowed = found[who, attack, "exact"], found[who, attack, "narrowed"]
            if tried[who, attack] or exact or narrowed:
                print(
                    f"  {who:10}{attack:10}{tried[who, attack]:8}{exact:7} exact{narrowed:7} narrowed"
                )
    return out


def needless(count: int, seed: int) -> None:
    """Unmask, dearest first, what can be shown without anybody learning more."""
    for name in ("1 bailleur, 1 level", "1 bailleur, 2 levels, 2 waves", "3 bailleurs, 1 level"):
        options = FAMILIES[name] | {"waves": ("2023",), "small": 0.4}
        for insiders in (False, True):
            masked = spared = totals = 0
            for k in range(count):
                case = make_case(1000 * seed + k, **options)
                rows = case.published()
                masked += len(masked_cells(rows))
                shown = needless_masks(case, rows, insiders=insiders)
                spared += len(shown)
                totals += sum(level == "total" for level, *_ in shown)
            who = "outsider and insiders" if insiders else "outsider"
            print(f"{name}, {who}: {masked} masked, {spared} needlessly, of which {totals} totals")


if __name__ == "__main__":
    main()
