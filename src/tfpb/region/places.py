"""The territories of communes and quarters: their codes, their names, those of each interview."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from tfpb.facts.quarter import Quarters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from tfpb.errors import Fault
    from tfpb.model.arrays import Objects


@dataclass(frozen=True, slots=True)
class Territories:
    """The territories of communes and quarters."""

    epci: Mapping[str, str]  # by code of commune; empty when unknown
    departement: Mapping[str, str]  # by code of commune; empty when unknown
    contrat_of_quarter: Mapping[str, str]
    contrat_of_commune: Mapping[str, str]
    """Contrat of a commune's quarters, when they have a single one: its classic quarters are those that the
    contrat's are compared with."""
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (level, code) → name
    quarters: Quarters = field(default_factory=Quarters)  # with the contrat of each
    notices: tuple[Fault, ...] = ()

    def of_rows(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return interviews with their territories (`code_insee`, `code_qpv` and `qpv` needed)."""
        if "code_insee" not in frame:
            return frame
        quarter = frame["code_qpv"].fillna("").astype(str).where(frame["qpv"] == 1, "")
        inside = quarter.map(lambda c: self.contrat_of_quarter.get(c, ""))
        outside = self.of_communes(frame["code_insee"], "contrat_de_ville")
        return frame.assign(
            code_qpv=quarter.to_numpy(dtype=object),
            contrat_de_ville=inside.where(frame["qpv"] == 1, outside).to_numpy(dtype=object),
            siren_epci=self.of_communes(frame["code_insee"], "siren_epci"),
            departement=self.of_communes(frame["code_insee"], "departement"),
        )

    def of(self, city: str, level: str) -> str:
        """Return the territory of a commune at a level; empty when unknown."""
        return str(self.of_communes([city], level)[0])

    def of_communes(self, codes: Iterable[Any], level: str) -> Objects:
        """Return the territory of each commune at a level; empty when unknown."""
        of = {
            "departement": self.departement,
            "siren_epci": self.epci,
            "contrat_de_ville": self.contrat_of_commune,
        }[level]
        return np.array([of.get(str(code), "") for code in codes], dtype=object)

    def name(self, level: str, code: str) -> str:
        """Return the name of a territory, its code when it has none."""
        return self.names.get((level, code), code)
