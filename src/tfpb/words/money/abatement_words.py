"""What the command prints of an abatement once it is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.words.money.accounts import STATUTS, abatement_lead, standing_sentences
from tfpb.words.numbers import euros, plural

if TYPE_CHECKING:
    from tfpb.model.money import Abatement

BILAN_TITLE: Final = "Bilan {year} du programme d’actions"


def summary(money: Abatement) -> list[str]:
    """Write the year in a few lines: amount, claims and risks, premises by status."""
    sums = money.totals
    lines = [
        abatement_lead(
            money.year,
            sums["abattement_eur"],
            sums["perte_collectivites_eur"],
            sums["compensation_etat_eur"],
        ),
        *standing_sentences(
            sums["abattement_a_reclamer_eur"],
            sums["abattement_a_risque_eur"],
            sums["abattement_a_verifier_eur"],
            limit=money.claim_until,
            on=None,
        ),
    ]
    if sums["abattement_sans_convention_eur"]:
        lines.append(
            f"{euros(sums['abattement_sans_convention_eur'])} ne sont comptés nulle part : aucune "
            "table de conventions n’est donnée (option --conventions)."
        )
    lines += [
        f"  {STATUTS[statut]} : {plural(premises, 'local', 'locaux')}, "
        f"{plural(dwellings, 'logement')}"
        for statut, (premises, dwellings) in money.counts.items()
    ]
    return lines
