"""What tests of addresses share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from address_samples import BAN_HEADER
from fake_address_service import FakeService

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def ban(tmp_path: Path) -> Any:
    """Write a BAN file: lines of `ban_line`, any encoding."""

    def write(*lines: str, name: str = "adresses.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes("\n".join((BAN_HEADER, *lines, "")).encode(encoding))
        return path

    return write


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeService]:
    fake = FakeService()
    monkeypatch.setenv("TFPB_SERVICE_ADRESSES", fake.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield fake
    fake.close()
