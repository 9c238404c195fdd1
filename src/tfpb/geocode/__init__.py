"""The geocoder, usable without the command line: addresses in, answers out, one row for each row.

`geocode` takes a frame and an address base (any `AddressSource`; `tfpb.addresses.store.AddressStore` is
the offline index). It touches neither disk nor network. `tfpb.geocode.geoframe.as_points` makes a
GeoDataFrame of the answers; docs/api.md shows the whole.
"""

from tfpb.geocode.line.one_line import ParsedAddress
from tfpb.geocode.line.parser import parse
from tfpb.geocode.source import AddressSource, CommuneAddresses, CommuneTable, Street
from tfpb.geocode.table_run import geocode

__all__ = [
    "AddressSource",
    "CommuneAddresses",
    "CommuneTable",
    "ParsedAddress",
    "Street",
    "geocode",
    "parse",
]
