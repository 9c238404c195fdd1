"""Territories a stock does not bear but its communes tell: département, EPCI, région."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.model.maps import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from tfpb.addresses.communes import Communes

_CODES: Final = ("result_citycode", "code_insee", "Code INSEE")


def with_territories(
    frame: pd.DataFrame, wanted: Iterable[str], communes: Communes
) -> pd.DataFrame:
    """Add the territory columns asked for that the commune of each row tells.

    Parameters
    ----------
    frame : DataFrame
        Holds `result_citycode` or `code_insee` (INSEE codes, text).
    wanted : iterable of str
        Names asked for; `departement`, `siren_epci`, `nom_epci` and `region` are known, and a column
        the frame already bears is left as it is.
    communes : Communes

    Returns
    -------
    DataFrame
        Same rows; codes (and the name of the EPCI), empty where the commune is not known.
    """
    known: dict[str, Callable[[str], str]] = {
        "departement": lambda code: communes.departement(code)[0],
        "siren_epci": lambda code: communes.epci(code)[0],
        "nom_epci": lambda code: communes.epci(code)[1],
        "region": lambda code: communes.region(code)[0],
    }
    code = next((c for c in _CODES if c in frame), None)
    if code is None:
        return frame
    added = {
        name: [known[name](str(c)) if c else "" for c in frame[code]]
        for name in wanted
        if name in known and name not in frame
    }
    return frame.assign(**added)


def places(codes: Iterable[str], communes: Communes) -> tuple[Place, ...]:
    """Tell what each commune belongs to, by its INSEE code; an arrondissement keeps its own code."""
    return tuple(
        Place(code, communes.name(code), *communes.epci(code), *communes.region(code))
        for code in codes
    )
