"""Territories that have an overview of their own: communes, EPCI, régions of the stock's quarters."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from tfpb.model.maps import Territory
from tfpb.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tfpb.model.maps import Place


def territories(
    places: Iterable[Place], quarters: Mapping[str, Iterable[str]]
) -> tuple[Territory, ...]:
    """Return the territories to draw beside the whole stock.

    Parameters
    ----------
    places : iterable of Place
        Communes of the stock.
    quarters : mapping of str to iterable of str
        INSEE codes of the communes of each quarter; those that are no place of the stock do not count.

    Returns
    -------
    tuple of Territory
        Each commune when there are several; each EPCI, and each région, when there are several EPCI.
        A quarter over several communes belongs to each. Sorted by name within a kind.
    """
    known = {p.code_insee: p for p in places}
    held: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for quarter, codes in quarters.items():
        for place in (known[c] for c in codes if c in known):
            for kind, code, name in (
                ("commune", place.code_insee, place.commune),
                ("epci", place.siren_epci, place.epci),
                ("region", place.code_region, place.region),
            ):
                if code and name:
                    held[kind, code, name].add(quarter)
    count = Counter(kind for kind, _, _ in held)
    shown = {"commune": count["commune"] > 1, "epci": count["epci"] > 1}
    shown["region"] = shown["epci"]
    named = [key for key in held if shown[key[0]]]
    slugs = Counter(_slug(kind, name) for kind, _, name in named)
    out = []
    for kind, code, name in sorted(named, key=lambda k: (k[0], fold(k[2]), k[1])):
        slug = _slug(kind, name)
        # two communes of one name: their codes distinguish them, and file names are stable
        slug = slug if slugs[slug] == 1 else f"{slug}-{code}"
        out.append(Territory(slug, name, tuple(sorted(held[kind, code, name]))))
    return tuple(out)


def _slug(kind: str, name: str) -> str:
    return f"{kind}-{fold(name).replace(' ', '-') or 'sans-nom'}"
