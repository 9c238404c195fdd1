"""The other bailleurs of the invented town, for the example of a region."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

from maker import answers, deliveries, files, money, programme, stock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from maker.addresses import Address
    from maker.quarters import Quarters

NAMES: Final = ("Logis de l'Orve", "Le Foyer des Aunes", "Orve Habitat")
ZONES: Final = {
    "tilleuls": (5, 2, 3, (24, 40)),
    "moulin": (4, 2, 3, (24, 40)),
    "moulin_entrant": (2, 2, 2, (20, 34)),
    "hors": (10, 2, 3, (22, 40)),
}
QUARTERS: Final = {"QN05991I": 0.3, "QN05992M": 0.34}
SIZES: Final = {2019: (210, 240), 2023: (230, 260)}
ACTIONS: Final = 24


def folder_name(bailleur: str) -> str:
    """Return the name of a bailleur's folder."""
    return bailleur.lower().replace("'", "-").replace(" ", "-")


def make_neighbours(
    points: list[Address], perimeters: Quarters, own: list[stock.Residence], seed: int
) -> Mapping[str, bytes]:
    """Make the files of a region of four bailleurs, by their name under the folder.

    The first bailleur is that of the example of a dossier; its addresses (`own`) are not used twice.
    """
    used = {spot.id for r in own for e in r.entrances for spot in e.spots}
    out: dict[str, bytes] = {}
    for k, bailleur in enumerate(NAMES, start=1):
        rng = Random(seed + k)
        labels = [f"Programme {100 * k + n:04d}" for n in range(40)]
        homes = stock.place_stock(points, perimeters, rng, zones=ZONES, labels=labels, used=used)
        waves = [
            one
            for wave, sizes in SIZES.items()
            for one in answers.simulate(homes, wave, rng, sizes=sizes)
        ]
        rows = programme.actions(rng, QUARTERS, ACTIONS)
        premises = money.premises(homes, rng, owner=k)
        made = {
            "patrimoine.csv": files.csv_bytes(
                stock.HEADER, stock.stock_rows(homes, bailleur), "cp1252"
            ),
            "enquete.csv": deliveries.delivery_codes(waves, bailleur),
            "fiscalite.csv": files.csv_bytes(money.HEADER, premises, "cp1252"),
            "programme.csv": files.csv_bytes(programme.HEADER, rows, "cp1252"),
            "conventions.csv": money.conventions(bailleur, f"CONV-2024-0{k + 1}", QUARTERS),
            "dossier.toml": DOSSIER.format(bailleur=bailleur).encode(),
        }
        out |= {f"{folder_name(bailleur)}/{name}": data for name, data in made.items()}
    named = "".join(BAILLEUR.format(nom=n, dossier=folder_name(n)) for n in NAMES)
    out["region.toml"] = (REGION + named).encode()
    out["communes.csv"] = files.csv_bytes(
        ("code_insee", "siren_epci", "nom_epci", "departement", "nom_departement"),
        [("59999", "200099999", "Communauté de l'Orve (fictive)", "59", "Nord")],
        "utf-8-sig",
    )
    out["README.md"] = README.encode()
    return out


DOSSIER: Final = """\
# Dossier d'un bailleur de la région d'exemple - DONNÉES FICTIVES

[dossier]
titre = "Abattement de TFPB - {bailleur} (données fictives)"
annee = 2025
date = 2026-02-10
bailleur = "{bailleur}"
donnees_fictives = true

[fichiers]
patrimoine = "patrimoine.csv"
enquete = ["enquete.csv"]
plan = "../../valmont/plan_enquete.toml"
fiscalite = "fiscalite.csv"
programme = "programme.csv"
conventions = "conventions.csv"
"""

REGION: Final = """\
# Région d'exemple - DONNÉES FICTIVES : commune, bailleurs, résidences, réponses et montants inventés.

[region]
titre = "Enquête et abattement de TFPB - quatre bailleurs de Valmont-sur-Orve (données fictives)"
annee = 2025
date = 2026-02-10
organisme_regional = "Union régionale fictive"
donnees_fictives = true

[fichiers]
plan = "../valmont/plan_enquete.toml"
communes = "communes.csv"

[[bailleurs]]
nom = "Habitat Valmontois"
dossier = "../valmont/dossier.toml"
"""

BAILLEUR: Final = """
[[bailleurs]]
nom = "{nom}"
dossier = "{dossier}/dossier.toml"
"""

README: Final = """\
# Quatre bailleurs d'une même commune : l'exemple d'une région (données fictives)

La commune, les bailleurs, les résidences, les réponses et les montants sont **inventés**, et fabriqués par
`examples/make_example.py`. Le premier bailleur est celui de l'exemple `examples/valmont` ; les trois autres
ont chacun une vingtaine de résidences, deux vagues d'enquête en un fichier, leurs avis et leur programme.

Depuis la racine du dépôt, une fois les géodonnées de l'exemple importées (le premier bloc du README) :

```console
export TFPB_GEODONNEES=sorties/geodonnees
tfpb region examples/region/region.toml --sortie sorties/region
```

Le guide est dans `docs/guide-region.md`.
"""
