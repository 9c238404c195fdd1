"""An invented town, and the two protocols of the geocoder held in memory."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from tfpb.geocode import CommuneAddresses, Street
from tfpb.text import fold

WEST, SOUTH = 700_000.0, 6_600_000.0


def street(
    name: str,
    numbers: str = "",
    *,
    at: tuple[float, float] = (0.0, 0.0),
    step: tuple[float, float] = (5.0, 0.0),
    code: str = "99001",
    postcode: str = "99000",
    old_city: str = "",
    kind: str = "street",
    parcels: tuple[str, ...] | None = None,
) -> Street:
    """Make a street whose number n stands n steps from its origin: « 1 2 3bis »."""
    pairs = sorted(
        (int(t.rstrip("abcdefghijklmnopqrstuvwxyz")), t.lstrip("0123456789"))
        for t in numbers.split()
    )
    values = np.array([n for n, _ in pairs], dtype=np.int32)
    return Street(
        id=f"{code}_{fold(name).replace(' ', '')[:8]}{int(at[0])}",
        name=name,
        kind=kind,
        postcode=postcode,
        citycode=code,
        old_city=old_city,
        numbers=values,
        suffixes=tuple(s for _, s in pairs),
        x=WEST + at[0] + values * step[0],
        y=SOUTH + at[1] + values * step[1],
        ids=None,
        parcels=parcels,
        centre=(WEST + at[0], SOUTH + at[1]),
    )


def even_odd(count: int) -> str:
    """Return the numbers from 1 to `count`."""
    return " ".join(str(n) for n in range(1, count + 1))


TOWN = CommuneAddresses(
    "99001",
    "Valfleury-sur-Orge",
    (
        street("Rue du Général Leclerc", even_odd(40)),
        street("Avenue du Maréchal de Lattre de Tassigny", even_odd(80), at=(0, 300)),
        street("Rue des Lilas", "1 3 5 7 9 11 12 14 16 18 12bis 20ter", at=(0, 600)),
        street("Rue Louis Auguste Blanqui", even_odd(30), at=(0, 900)),
        street("Allée des Tilleuls", even_odd(10), at=(500, 0)),
        street("Impasse des Tilleuls", even_odd(4), at=(900, 0)),
        street("Rue du 8 Mai 1945", even_odd(12), at=(500, 300)),
        street("Place du Onze Novembre", even_odd(6), at=(500, 600)),
        street("Rue Auguste Polissard", even_odd(30), at=(500, 900)),
        street("Avenue Galliéni", even_odd(60), at=(520, 905)),
        street("Rue de l’Égalité", even_odd(8), at=(1200, 0)),
        street("Rue Germaine Tillion", even_odd(8), at=(1200, 300)),
        street("Grande Rue", even_odd(50), at=(1200, 600)),
        street("Rue de la Tour", even_odd(6), at=(1200, 900)),
        street("Avenue de la Porte d'Orléans", even_odd(6), at=(1500, 0)),
        street("Avenue du Quartier Neuf", even_odd(6), at=(1500, 300)),
        street("Résidence les Hortensias", "1 2 3", at=(1500, 600)),
        street("Rue Robert Douvillez", even_odd(6), at=(1500, 900)),
        street("Rue Baudelaire", even_odd(6), at=(1800, 0)),
        street("Chemin des Écoles", "1 2 3", at=(1800, 300), old_city="Valfleury"),
        street("Chemin des Écoles", "1 2 3 4", at=(9000, 9000), old_city="Orge-le-Vieux", postcode="99010"),
        street("Le Moulin Brûlé", kind="locality", at=(1800, 600)),
        street("Rue Martin Luther King", "1 2 3 4 5 6 7 8", at=(1800, 900), parcels=("99001000AB0119",) * 8),
        street("Rue Sainte-Barbe", even_odd(9), at=(2100, 0)),
        street("Ruelle Sainte Barbe", even_odd(3), at=(2100, 300)),
    ),
)  # fmt: skip
NEIGHBOUR = CommuneAddresses(
    "99002",
    "Saint-Ormé",
    (
        street("Rue des Lilas", even_odd(5), at=(20_000, 0), code="99002", postcode="99020"),
        street("Rue de Verdun", even_odd(9), at=(20_000, 300), code="99002", postcode="99020"),
    ),
)


class Town:
    """An address base of two communes."""

    vintage = "Base fictive 2025"

    def __init__(self, *communes: CommuneAddresses) -> None:
        self._communes = {c.citycode: c for c in communes or (TOWN, NEIGHBOUR)}

    def commune(self, citycode: str) -> CommuneAddresses | None:
        return self._communes.get(citycode)


class Registry:
    """A list of communes with a homonym, an old commune, an arrondissement and shared postcodes."""

    names: ClassVar[dict[str, str]] = {
        "99001": "Valfleury-sur-Orge",
        "99002": "Saint-Ormé",
        "98003": "Saint-Ormé",
        "01004": "Ambérieu-en-Bugey",
        "2A004": "Ajaccio",
        "75056": "Paris",
        "75111": "Paris 11e Arrondissement",
    }
    old: ClassVar[dict[str, str]] = {"99009": "99001", "75111": "75111"}
    also: ClassVar[dict[str, str]] = {"orge le vieux": "99001"}
    postcodes: ClassVar[dict[str, tuple[str, ...]]] = {
        "99000": ("99001",),
        "99020": ("99002",),
        "99010": ("99001", "99002"),
        "01500": ("01004",),
        "98030": ("98003",),
        "75011": ("75056",),
    }

    def resolve(self, code: str) -> str | None:
        return self.old.get(code) or (code if code in self.names else None)

    def by_name(self, name_folded: str) -> tuple[str, ...]:
        found = tuple(c for c, n in self.names.items() if fold(n) == name_folded)
        return found + tuple(c for n, c in self.also.items() if n == name_folded)

    def all_names(self) -> list[str]:
        return [*map(fold, self.names.values()), *self.also]

    def by_postcode(self, postcode: str) -> tuple[str, ...]:
        return self.postcodes.get(postcode, ())

    def name(self, code: str) -> str:
        return self.names.get(code, "")

    def arrondissements(self, code: str) -> tuple[str, ...]:
        return ("75101", "75111") if code == "75056" else ()
