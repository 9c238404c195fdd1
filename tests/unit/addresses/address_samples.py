"""Lines of small address files."""

from __future__ import annotations

BAN_HEADER = (
    "id;id_fantoir;numero;rep;nom_voie;code_postal;code_insee;nom_commune;"
    "code_insee_ancienne_commune;nom_ancienne_commune;x;y;lon;lat;type_position;alias;nom_ld;"
    "libelle_acheminement;nom_afnor;source_position;source_nom_voie;certification_commune;cad_parcelles"
)


def ban_line(
    street: str = "Rue des Lilas",
    number: object = 1,
    suffix: str = "",
    *,
    code: str = "93010",
    postcode: str = "93140",
    city: str = "Bondy",
    fantoir: str = "0001",
    x: object = 662000.0,
    y: object = 6866000.0,
    old_code: str = "",
    old_city: str = "",
    parcels: str = "",
    lon: object = "",
    lat: object = "",
    key: str | None = None,
) -> str:
    end = f"_{suffix}" if suffix else ""
    text = f"{number:05d}" if isinstance(number, int) else str(number)
    key = f"{code}_{fantoir}_{text}{end}" if key is None else key
    cells = [
        key, "", number, suffix, street, postcode, code, city, old_code, old_city, x, y, lon, lat,
        "", "", "", city.upper(), street.upper(), "", "", "1", parcels,
    ]  # fmt: skip
    return ";".join(map(str, cells))
