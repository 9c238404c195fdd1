"""Small typed tables for the tests of the money."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from tfpb import tax
from tfpb.errors import stop_on_faults
from tfpb.facts.claim import TOTAL, Claims
from tfpb.facts.money_claims import money_claims
from tfpb.io.tables.tabular import TextTable
from tfpb.io.tables.typed import typed
from tfpb.law.values import load
from tfpb.model import tables
from tfpb.model.money import States
from tfpb.model.results import PREMISES_TEXTS, RESERVE_FACTS

if TYPE_CHECKING:
    from tfpb.facts.claim import Within
    from tfpb.model.columns import Contract
    from tfpb.model.money import Abatement

QPV = "QN05991I"
_STATES: Final = {
    "acquired": "acquis_porte", "estimated": "estime", "at_risk": "a_risque",
    "doubtful": "sous_reserve_porte", "to_claim": "a_reclamer", "lost": "perdu",
    "claim_fees": "frais_a_reclamer",
}  # fmt: skip


def table(contract: Contract, *rows: dict[str, Any], file: str = "essai.xlsx") -> pd.DataFrame:
    """Type rows by a contract, as if they stood from row 4 of a workbook."""
    headers = list(dict.fromkeys(h for row in rows for h in row))
    frame = pd.DataFrame(
        [{h: str(row.get(h, "")) for h in headers} for row in rows], columns=headers, dtype=object
    )
    made = TextTable(frame, file, "Feuille", np.arange(4, len(rows) + 4))
    out, faults = typed(made, contract)
    stop_on_faults(faults)
    return out


def held(made: Abatement, scope: str = TOTAL) -> Within:
    """Return the claims of money of a scope."""
    return Claims(money_claims(made)).within(scope)


def facts(made: Abatement) -> dict[str, Decimal]:
    """Add each fact of premises over all of them; counts of dwellings too."""
    assert made.by_premises is not None
    rows = made.by_premises.drop(columns=list(PREMISES_TEXTS))
    return {
        str(name): Decimal(int(cells.sum())).scaleb(0 if str(name).startswith("logements") else -2)
        for name, cells in rows.items()
    }


def states(made: Abatement) -> States:
    """Return the states of the whole, out of the facts of its premises."""
    of = facts(made)
    sure = {name: of[fact] for name, fact in _STATES.items()}
    return States(
        **sure,
        unread=of["apres_reclamation"] - of["acquis_porte"] - of["estime"] - of["a_reclamer"],
        hanging=of["sous_reserve"] - of["sous_reserve_porte"],
        missing=int(made.by_qpv["logements_sans_montant"].sum()),
    )


def reserves(made: Abatement) -> dict[str, Decimal]:
    """Return what is under reserve by what it hangs on, nil left out."""
    of = facts(made)
    return {str(why): of[name] for name, why in RESERVE_FACTS.items() if of[name]}


def counted(made: Abatement, fact: str = "acquis") -> Decimal | None:
    """Return what counts, None where nothing does and part of the money is not known."""
    of = facts(made)
    return of[fact] if of["acquis"] or not states(made).unknown else None


def local(**cells: Any) -> dict[str, Any]:
    """Write one premises, a dwelling: VLC 3 000 €, rates adding up to 55 %; `premises` gives it a year."""
    return {
        "avis": "A1",
        "invariant": "",
        "id_residence": "R1",
        "vlc_eur": 3000,
        "type_local": "Appartement",
        "taux_commune_pct": 40,
        "taux_epci_pct": 15,
        **cells,
    }


def premises(*rows: dict[str, Any]) -> pd.DataFrame:
    """Type premises: of 2025 where their notice bears a sum, else of a year gone by, without notice."""
    summed = {row["avis"] for row in rows if "cotisation_avis_eur" in row}
    dated = [{"annee": 2025 if row["avis"] in summed else 2017, **row} for row in rows]
    return table(tables.PREMISES, *dated, file="fiscalite.xlsx")


def home(identifier: str = "R1", **cells: Any) -> dict[str, Any]:
    """Make a résidence wholly in the quarter."""
    return {
        "id_residence": identifier,
        "nom": f"Résidence {identifier}",
        "bailleur": "",
        "commune": "Valmont",
        "code_insee": "59999",
        "nb_logements": 1,
        "logements_dans": 1,
        "logements_hors": 0,
        "logements_a_verifier": 0,
        "code_qpv": QPV,
        "nom_qpv": "Les Tilleuls",
        "cote": "dans",
        "evolution": "maintenu",
        "type_habitat": "collectif",
        "annee_construction": 1972,
        **cells,
    }


def homes(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(rows or (home(),))


def door(
    identifier: str = "R1", building: str = "", side: str = "dans", **cells: Any
) -> dict[str, Any]:
    """Make an entrance of the located stock."""
    return {
        "id_residence": identifier,
        "id_batiment": building,
        "nb_logements": 10,
        "qpv_statut": side,
        "qpv_code": QPV if side == "dans" else "",
        "qpv_nom": "Les Tilleuls" if side == "dans" else "",
        "qpv_proche_code": QPV,
        "qpv_proche_nom": "Les Tilleuls",
        "qpv_millesime": 2024,
        "adresse": "1 rue des Tilleuls",
        "fin_exoneration": None,
        "annee_demolition": None,
        "annee_livraison": None,
        "annee_construction": 1972,
        "motif_eligibilite": "",
        "parcelle": "",
        **cells,
    }


def convention(**cells: Any) -> dict[str, Any]:
    return {
        "id_convention": "C1",
        "codes_qpv": QPV,
        "date_signature_contrat": "2024-03-28",
        "date_signature_convention": "2024-12-12",
        "date_declaration": "2024-12-20",
        "date_fin": "2030-12-31",
        **cells,
    }


def conventions(*rows: dict[str, Any]) -> pd.DataFrame:
    return table(tables.CONVENTIONS, *(rows or (convention(),)), file="conventions.csv")


def abate(*rows: dict[str, Any], **options: Any) -> Abatement:
    """Compute 2025 for a few premises of résidences in the quarter, convention signed."""
    year = options.pop("year", 2025)
    stock = options.pop("residences", None)
    if stock is None:
        stock = homes(*(home(i) for i in dict.fromkeys(r["id_residence"] for r in rows)))
    signed = options.pop("conventions", conventions())
    return tax.abate(
        premises(*rows),
        stock,
        options.pop("entrances", None),
        signed,
        options.pop("law", load()),
        year=year,
        **options,
    )


def first(made: Abatement) -> dict[str, Any]:
    """Return the first premises as computed."""
    return {str(k): v for k, v in made.premises.iloc[0].to_dict().items()}


def claims_in(made: Abatement) -> pd.DataFrame:
    """Return the premises that a claim is of, by notice; then the claims of no premises of the year."""
    rows = made.locaux[made.locaux["suite"] != ""]
    return rows.sort_values("sur_avis", ascending=False, kind="stable", ignore_index=True)


def beside_in(made: Abatement) -> pd.DataFrame:
    """Return the premises set beside themselves a year before."""
    return made.locaux[made.locaux["constat_precedent"] != ""]


def checks_in(made: Abatement) -> pd.DataFrame:
    """Return the premises on which the check of a sum stands."""
    return made.locaux[made.locaux["code_constat"] != ""].reset_index(drop=True)


def owned_in(made: Abatement) -> pd.DataFrame:
    """Return the premises on which a finding on those owned stands."""
    return made.locaux[made.locaux["constat_gmbi"] != ""].reset_index(drop=True)


def codes(made: Any) -> list[str]:
    """Return the codes of the notices."""
    return [n.code for n in made.notices]


def faults_of(error: Any) -> list[str]:
    """Return the codes of a caught error."""
    return [f.code for f in error.value.faults]


NEW_YEAR = dt.date(2025, 1, 1)
