"""Compare what a pack tells with what a better informed one tells: knowing less never tells more.

Nothing here knows the rules of the tax: only which way a claim looks better, and that nil is
established by facts, never by their absence.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from pack_reading import number
from tellings import TOTAL, passages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pack_reading import Pack
    from tellings import Telling

    from conftest import Made

MAY_NOT_RISE: Final = ("acquis", "valorise", "justifie", "prouve", "a_reclamer", "part_justifiee",
                       "part_prouvee", "logements_abattus")  # fmt: skip
"""Claims that look better when they are larger: the least that is told may not rise."""
MAY_NOT_FALL: Final = ("sous_reserve", "a_risque", "reste_a_justifier", "a_programmer",
                       "logements_a_verifier", "non_lu")  # fmt: skip
"""Claims that look better when they are smaller: the most that is told may not fall."""
OF_ACQUIRED: Final = (
    "part_prouvee",
    "a_revoir",
    "a_prouver",
    "quartiers.a_revoir_eur",
    "quartiers.a_prouver_eur",
    "actions.enjeu_eur",
    "actions.justifie_eur",
)
"""What is a part of what is acquired, or lacks to prove it: compared where as much is acquired."""
RECOVERED: Final = 0.001
"""Part by which the bounds of an open question may miss: rates found again from sums of whole euros."""
_KEYS: Final = ("code_qpv", "id_residence", "avis", "invariant", "id_action", "commune", "raison",
                "annee", "axe_mot", "collectivite", "statut", "libelle")  # fmt: skip
_NIL: Final = re.compile(r"(?<![\d,.])(?<!\d )0(?:,0+)? ?€")


def put_under_reserve(less: Made, more: Made) -> set[str]:
    """Return quarters that acquire less, all of it under reserve and the share to confirm; and the whole.

    The whole where each quarter that acquires less is one of them.
    """
    then, now = ({(r["nom"], r["portee"]): r for r in m.pack.rows("faits")} for m in (more, less))

    def fell(name: str, scope: str) -> float:
        ends = [number(facts[name, scope]["valeur_bas"]) for facts in (then, now)]
        return float(ends[0] - ends[1])

    places = [p for n, p in then if n == "acquis" and ("acquis", p) in now and p != TOTAL]
    poorer = {p for p in places if fell("acquis", p) > 0}
    kept = {
        p
        for p in poorer
        if ("sous_reserve", p) in now
        if abs(fell("acquis", p) + fell("sous_reserve", p)) < 1
        if now.get(("part_prouvee", p), {}).get("etat") != "connu"  # none where nothing is sure
    }
    return kept | ({TOTAL} if poorer == kept and kept else set())


def better(less: Made, more: Made) -> Iterator[tuple[str, str]]:
    """Yield the claims that look better in the pack that knows less, and how."""
    before, after = _ends(more.tellings), _ends(less.tellings)
    kept = put_under_reserve(less, more)
    open_claims = {
        (r["nom"], r["portee"]) for r in less.pack.rows("faits") if r["etat"] == "suspendu"
    }
    for key in sorted(before.keys() & after.keys()):
        claim, scope = key
        if claim in OF_ACQUIRED and scope in kept:
            continue
        if claim == "justifie" and "axe" in scope.split():
            continue  # its quarter's is shared out, proved actions first: one axis gains what others lose
        low_before, high_before = before[key]
        low, high = after[key]
        slack = max(1.0, RECOVERED * high_before) if key in open_claims else 1.0
        if claim in MAY_NOT_RISE and low > low_before + slack:
            yield claim, f"{scope} : de {low_before:.0f} à {low:.0f}"
        if claim in MAY_NOT_FALL and high < high_before - slack:
            yield claim, f"{scope} : de {high_before:.0f} à {high:.0f}"


def _ends(told: Iterable[Telling]) -> dict[tuple[str, str], tuple[float, float]]:
    """Return the largest least and the smallest most that any medium tells of each claim."""
    by: defaultdict[tuple[str, str], list[Telling]] = defaultdict(list)
    for telling in told:
        if not telling.own_word and telling.claim.startswith("part_"):
            continue  # valorisé over acquis is another share: it rises when what is acquired falls
        by[telling.claim, telling.scope].append(telling)
    return {
        key: (
            max(t.span[0] or 0.0 for t in group),
            min(float("inf") if t.span[1] is None else t.span[1] for t in group),
        )
        for key, group in by.items()
    }


def nil_told(less: Made, more: Made) -> Iterator[tuple[str, str]]:
    """Yield what is told to be nil in the pack that knows less and was not in the other, and where.

    What: a claim, a medium whose sentence says « 0 € », a column of donnees/.
    """
    before = {(t.claim, t.scope) for t in more.tellings if t.span == (0.0, 0.0)}
    known = {(t.claim, t.scope) for t in more.tellings}
    kept = put_under_reserve(less, more)
    for telling in less.tellings:
        key = (telling.claim, telling.scope)
        if telling.claim in OF_ACQUIRED and telling.scope in kept:
            continue
        if telling.span == (0.0, 0.0) and key in known and key not in before:
            yield telling.claim, f"{telling.scope}, {telling.medium}, {telling.word}"
    said = set(_nil_sentences(more))
    media = {passage.medium for passage in passages(more.pack, more.screen)}
    for medium, sentence in _nil_sentences(less):
        # a document that the other pack has not drawn tells nothing of what it would say
        if medium in media and (medium, sentence) not in said:
            yield medium, sentence
    yield from _nil_cells(less.pack, more.pack, kept)


def _nil_sentences(made: Made) -> Iterator[tuple[str, str]]:
    for passage in passages(made.pack, made.screen):
        for sentence in re.split(r"(?<=[.;•|¦])\s", passage.text):
            for hit in _NIL.finditer(sentence):
                yield passage.medium, sentence[max(0, hit.start() - 60) : hit.end() + 30]


def _nil_cells(less: Pack, more: Pack, kept: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the columns of donnees/ in which an amount that was not nil is nil now."""
    for path in sorted((less.folder / "donnees").glob("*.csv")):
        if not (more.folder / "donnees" / path.name).exists():
            continue
        old = {_key(row): row for row in more.rows(path.stem)}
        columns = {
            column
            for row in less.rows(path.stem)
            for column, text in row.items()
            if column.endswith("_eur") and _nil(text)
            if f"{path.stem}.{column}" not in OF_ACQUIRED or row.get("code_qpv") not in kept
            if old.get(_key(row), {}).get(column) and not _nil(old[_key(row)][column])
        }
        yield from ((f"{path.stem}.{column}", "une ligne au moins") for column in sorted(columns))


def _key(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row.get(k, "") for k in _KEYS)


def _nil(text: str) -> bool:
    return bool(re.fullmatch(r"-?0(,0+)?", text))
