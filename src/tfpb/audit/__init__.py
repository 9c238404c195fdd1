"""Statistical disclosure, audited from what a pack tells alone: shares no code with `tfpb.survey`.

`release_of` reads a pack, `audit` attacks one or several of them. Nothing here reads or writes a file.
"""

from tfpb.audit.attackers import audit
from tfpb.audit.findings import THRESHOLD, Attack, Audit, Finding
from tfpb.audit.released import Release, release_of, releases_in

__all__ = [
    "THRESHOLD",
    "Attack",
    "Audit",
    "Finding",
    "Release",
    "audit",
    "release_of",
    "releases_in",
]
