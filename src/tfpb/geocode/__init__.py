"""The geocoder: pure, it takes an address base behind a protocol and touches neither disk nor network."""

from tfpb.geocode.line.parsed import ParsedAddress
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
