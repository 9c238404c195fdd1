"""Map models shared by the tests of the room; made once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import map_models
import pytest

if TYPE_CHECKING:
    from tfpb.model.location import MapModel


@pytest.fixture(scope="session")
def model() -> MapModel:
    """Three towns, sixty résidences, hostile names."""
    return map_models.synthetic()


@pytest.fixture(scope="session")
def region() -> MapModel:
    """204 quarters, 5 000 résidences."""
    return map_models.synthetic(quarters=204, residences=5000)
