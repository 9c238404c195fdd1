"""Bondy's dwellings written as the register (RPLS) is: one row a dwelling, under each of its headers.

Addresses, years, programmes and points are those of the real file of 2022; what it lacks (rooms, surfaces,
leases, rents) is invented and seeded, and no tenant is anybody's.
"""

from __future__ import annotations

import csv
import re
from random import Random
from typing import TYPE_CHECKING, Final

from simulate_bondy import _quarters, _side, _table

if TYPE_CHECKING:
    from pathlib import Path

_OLD: Final = (
    "REG;DEP;DROIT;DEPCOM;CODEPOSTAL;LIBCOM;NUMVOIE;INDREP;TYPVOIE;NOMVOIE;NUMAPPT;NUMBOITE;ESC;COULOIR;"
    "ETAGE;COMPLIDENT;ENTREE;BAT;IMMEU;COMPLGEO;LIEUDIT;QPV;TYPECONST;NBPIECE;SURFHAB;CONSTRUCT;LOCAT;"
    "PATRIMOINE;ORIGINE;FINAN;FINANAUTRE;CONV;NUMCONV;DATCONV;NEWLOGT;CUS;DPEDATE;DPEENERGIE;DPESERRE;"
    "SRU_EXPIR;SRU_ALINEA;CODSEGPATRIM;LIBSEGPATRIM"
)
_NEW: Final = (
    "REG_CODE;REG_LIBELLE;DEP_CODE;DEP_LIBELLE;EPCI_CODE;EPCI_LIBELLE;DROIT_CODE;DROIT_LIBELLE;DEPCOM_CODE;"
    "DEPCOM_LIBELLE;CODEPOSTAL;NUMVOIE;INDREP;TYPVOIE;NOMVOIE;ESC;ETAGE;ENTREE;BAT;COMPLGEO;QPV_CODE;"
    "QPV_LIBELLE;TYPECONST_CODE;TYPECONST_LIBELLE;NBPIECE;SURFHAB;CONSTRUCT;LOCAT;FINAN_CODE;FINAN_LIBELLE;"
    "NUMCONV;DATCONV;NEWLOGT_CODE;NEWLOGT_LIBELLE;PMR_CODE;PMR_LIBELLE;PLG_VOIE;EPSG;X;Y;PLG_QP15;PLG_QP24;"
    "QUALITE_XY;DISTANCE_PRECISION"
)
OLD: Final = _OLD.split(";")
NEW: Final = _NEW.split(";")
OWN: Final = [
    *OLD, "IDENT_REP", "IDENT_INT", "MODE", "BAIL", "LOYERPRINC", "LOYERACC", "IDENTGES", "REMLOCDATE",
    "NOM_LOCATAIRE", "Code programme", "Nom du programme",
]  # fmt: skip
HEADERS: Final = {"2022": OLD, "2023": NEW, "bailleur": OWN}
NOBODY: Final = "DURANDAL"
"""Family name of every invented tenant: nothing that is made may hold it."""
_TYPES: Final = "AVENUE|AVS?|AVE|ALLEE|ALL|RUE|PLACE|PLA|PLN|PLG|RTE|VILLA|IMP|SQ|BD|CHE"
_KEY: Final = re.compile(
    rf"(\d+(?:-\d+)*)?\s*([BTQ](?=[ A-Z]))?\s*({_TYPES})?\.?\s*(?:(?:{_TYPES})\b\.?)?\s*(.*?)(?: - (.*))?",
    re.IGNORECASE,
)


def write_register(path: Path, source: Path, header: str) -> Path:
    """Write the register of Bondy.

    Parameters
    ----------
    path : Path
    source : Path
        Folder of the real files.
    header : str
        Key of `HEADERS`.
    """
    rng, quarters = Random(93_010), _quarters(source / "qpv2015.geojson")  # noqa: S311 - invented rooms
    rows, programmes = [], {}
    for line in _table(source / "rpls2022.csv"):
        built = int(line["Année.de.construction"])
        programme = programmes.setdefault((line["Nom.du.Programme"], built), len(programmes) + 1)
        found = _KEY.fullmatch(line["cle"].strip())
        number, index, kind, street, more = found.groups(default="") if found else ("",) * 5
        inside = _side(line, quarters)
        for k in range(int(line["appartement"])):
            name = f"{NOBODY} Élodie {len(rows)}"
            rows.append({
                "REG": "11", "DEP": "93", "DROIT": "1", "DEPCOM": "93010", "CODEPOSTAL": "93140",
                "LIBCOM": "BONDY", "DEPCOM_LIBELLE": "Bondy", "EPCI": "200057875", "NUMVOIE": number,
                "INDREP": index, "TYPVOIE": kind or "", "NOMVOIE": street or line["cle"],
                "NUMAPPT": str(k + 1),
                "ESC": "", "ETAGE": str(rng.randrange(1 + int(line["etage"] or 0))), "ENTREE": "", "BAT": "",
                "COMPLGEO": more, "QPV": "1" if inside else "2", "TYPECONST": "C",
                "NBPIECE": str(rng.randrange(1, 6)), "SURFHAB": str(rng.randrange(20, 95)),
                "CONSTRUCT": str(built), "LOCAT": str(built + rng.randrange(2)), "PATRIMOINE": str(built),
                "FINAN": "10", "CONV": "1", "NUMCONV": f"93N{programme:05d}", "DATCONV": f"01/{built}",
                "NEWLOGT": "2", "EPSG": "2154", "X": line["x"].replace(".", ","),
                "Y": line["y"].replace(".", ","),
                "PLG_QP15": inside, "PLG_QP24": "", "QUALITE_XY": "11", "DISTANCE_PRECISION": "0",
                "IDENT_REP": f"R{len(rows):08d}", "IDENT_INT": f"L{len(rows)}", "MODE": "1",
                "BAIL": "01/2019",
                "LOYERPRINC": f"{rng.randrange(250, 700)},12", "IDENTGES": "G1", "NOM_LOCATAIRE": name,
                "Code programme": f"P{programme:03d}", "Nom du programme": line["Nom.du.Programme"],
            })  # fmt: skip
    columns = HEADERS[header]
    with path.open(
        "w", encoding="utf-8" if header == "2023" else "cp1252", errors="replace", newline=""
    ) as out:
        writer = csv.writer(out, delimiter=";")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([row.get(c, row.get(c.removesuffix("_CODE"), "")) for c in columns])
    return path
