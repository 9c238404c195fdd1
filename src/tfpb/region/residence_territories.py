"""Territories of a résidence: département, intercommunalité, contrat de ville, and their names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tfpb.errors import Fault, Place, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from tfpb.geodata.geography import Geography
    from tfpb.io.sources.region_inputs import RegionInputs
    from tfpb.region.partition import Part


@dataclass(frozen=True, slots=True)
class Territories:
    """The territories of communes and quarters.

    Parameters
    ----------
    epci, departement : mapping of str to str
        By code of commune; empty when unknown.
    contrat_of_quarter : mapping of str to str
    contrat_of_commune : mapping of str to str
        Contrat of a commune's quarters, when they have a single one: its classic quarters are
        those that the contrat's are set against.
    names : mapping of (str, str) to str
        (Level, code) → name.
    quarters : mapping of str to str
        Names of the quarters by code.
    notices : tuple of Fault
    """

    epci: Mapping[str, str]
    departement: Mapping[str, str]
    contrat_of_quarter: Mapping[str, str]
    contrat_of_commune: Mapping[str, str]
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    quarters: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[Fault, ...] = ()

    def of_rows(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return interviews with their territories (`code_insee`, `code_qpv` and `qpv` needed)."""
        if "code_insee" not in frame:
            return frame
        city = frame["code_insee"].fillna("").astype(str)
        quarter = frame["code_qpv"].fillna("").astype(str).where(frame["qpv"] == 1, "")
        inside = quarter.map(lambda c: self.contrat_of_quarter.get(c, ""))
        outside = city.map(lambda c: self.contrat_of_commune.get(c, ""))
        return frame.assign(
            code_qpv=quarter.to_numpy(dtype=object),
            contrat_de_ville=inside.where(frame["qpv"] == 1, outside).to_numpy(dtype=object),
            siren_epci=city.map(lambda c: self.epci.get(c, "")).to_numpy(dtype=object),
            departement=city.map(lambda c: self.departement.get(c, "")).to_numpy(dtype=object),
        )


def territories(parts: Sequence[Part], inputs: RegionInputs, geography: Geography) -> Territories:
    """Return the territories of every commune of the stock and of every quarter.

    The region's own table of communes comes first, then the package's; contrats de ville come from
    the region's table, else from the bailleurs' conventions.
    """
    names: dict[tuple[str, str], str] = {}
    epci: dict[str, str] = {}
    departement: dict[str, str] = {}
    cities = sorted(
        {str(c) for p in parts if p.located is not None for c in p.located.residences["code_insee"]}
        - {""}
    )
    known = geography.communes.territory
    for city in cities:
        given = inputs.communes.get(city)
        siren, label = given[:2] if given and given[0] else known(city, "epci")
        code, title = given[2:] if given and given[2] else known(city, "departement")
        epci[city], departement[city] = siren, code or _departement(city)
        names["siren_epci", siren] = label or siren
        names["departement", departement[city]] = title or departement[city]
    contrats, notices = _contrats(parts, inputs)
    if lone := [city for city in cities if not epci[city]]:
        fields = {"nombre": len(lone), "codes": ", ".join(lone[:20])}
        notices.append(Fault("region_commune_sans_epci", Place(), "", fields, Severity.DOUTE))
    frame = geography.maps[next(p.located.vintage for p in parts if p.located is not None)].frame
    quarters = dict(zip(frame["code_qpv"], frame["nom_qpv"], strict=True))
    for name in set(contrats.values()):
        names["contrat_de_ville", name] = name
    for code, name in quarters.items():
        names["code_qpv", code] = name
    return Territories(
        epci=epci,
        departement=departement,
        contrat_of_quarter=contrats,
        contrat_of_commune=_communes(parts, contrats),
        names=names,
        quarters=quarters,
        notices=tuple(notices),
    )


def _departement(city: str) -> str:
    return city[: 3 if city.startswith(("97", "98")) else 2]


def _contrats(parts: Sequence[Part], inputs: RegionInputs) -> tuple[dict[str, str], list[Fault]]:
    """Return the contrat of each quarter, the region's table first; contradictions are listed."""
    out = dict(inputs.contrats)
    notices: list[Fault] = []
    for part in parts:
        rows = part.inputs.frame("conventions") if part.inputs is not None else None
        if rows is None:
            continue
        for name, codes in zip(rows["contrat_de_ville"], rows["codes_qpv"], strict=True):
            for code in codes if name else ():
                kept = out.setdefault(str(code), str(name))
                if kept != str(name):
                    fields = {"bailleur": part.name, "lu": str(name), "retenu": kept}
                    notices.append(
                        Fault(
                            "region_contrat_contredit", Place(), str(code), fields, Severity.DOUTE
                        )
                    )
    return out, notices


def _communes(parts: Sequence[Part], contrats: Mapping[str, str]) -> dict[str, str]:
    """Return the contrat of the communes whose quarters, in the stock, have a single one."""
    met: dict[str, set[str]] = {}
    for part in parts:
        if part.located is None:
            continue
        homes = part.located.residences
        for city, quarter in zip(homes["code_insee"], homes["code_qpv"], strict=True):
            if quarter and contrats.get(quarter):
                met.setdefault(str(city), set()).add(contrats[quarter])
    return {city: next(iter(found)) for city, found in sorted(met.items()) if len(found) == 1}
