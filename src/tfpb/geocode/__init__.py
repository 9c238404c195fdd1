"""The geocoder: pure, it takes an address base behind a protocol and touches neither disk nor network."""

from tfpb.geocode.line import parse
from tfpb.geocode.parsed import ParsedAddress
from tfpb.geocode.run import geocode
from tfpb.geocode.source import AddressSource, CommuneAddresses, CommuneTable, Street

__all__ = [
    "AddressSource",
    "CommuneAddresses",
    "CommuneTable",
    "ParsedAddress",
    "Street",
    "geocode",
    "parse",
]
