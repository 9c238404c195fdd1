"""The geocoder on real files of Bondy: addresses of 2022, social dwellings of 2021 and 2022."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tfpb.addresses.communes import Communes
from tfpb.addresses.imports import import_addresses
from tfpb.addresses.store import FILE_NAME, AddressStore
from tfpb.geocode import geocode

_DATA = Path(
    os.environ.get("TFPB_DONNEES_REELLES", Path(__file__).parents[2].parent / "shared" / "data")
)
BONDY = _DATA / "bondy_93010"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not BONDY.is_dir(), reason="the real data folder is absent"),
]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("bondy")
    import_addresses([BONDY / "ban.csv"], folder=folder)
    stock = pd.concat(
        pd.read_csv(BONDY / name, dtype=str) for name in ("rpls2022.csv", "rpls2021_bailleurs.csv")
    ).reset_index(drop=True)
    rows = pd.DataFrame({"adresse": stock["cle"], "code_insee": "93010"})
    with AddressStore(folder / FILE_NAME) as store:
        found = geocode(rows, store, Communes.load())
    found["true_m"] = np.hypot(
        found["result_x"] - stock["x"].astype(float), found["result_y"] - stock["y"].astype(float)
    )
    found["cle"] = stock["cle"]
    return found


def test_rows_are_kept(answers: pd.DataFrame) -> None:
    assert len(answers) == 714 + 675


def test_most_rows_lie_where_the_file_says(answers: pd.DataFrame) -> None:
    assert (answers["true_m"] <= 100).mean() >= 0.945
    assert (answers["true_m"] <= 250).mean() >= 0.989


def test_what_is_accepted_is_there(answers: pd.DataFrame) -> None:
    accepted = answers[answers["result_verdict"] == "accepte"]
    assert len(accepted) / len(answers) >= 0.98
    assert (accepted["true_m"] <= 250).mean() >= 0.993


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("1-3-5RUEDU BREUIL", "Rue du Breuil 93140 Bondy"),
        ("107RUEROGER SALENGRO - L'EUROPE BATIMENT N°1", "107 Rue Roger Salengro 93140 Bondy"),
        ("7PLA. THOMAS", "7 Place Albert Thomas 93140 Bondy"),
        ("11AVS. BUISSON", "11 Avenue Suzanne Buisson 93140 Bondy"),
        ("43RUEL.A. BLANQUI", "43 Rue Louis Auguste Blanqui 93140 Bondy"),
        ("2RueRUE RAPHAEL", "Raphael 93140 Bondy"),
    ],
)
def test_lines_as_landlords_write_them(answers: pd.DataFrame, line: str, label: str) -> None:
    labels = answers.loc[answers["cle"] == line, "result_label"]
    assert labels.str.endswith(label).all()
    assert len(labels)


def test_street_that_the_base_lacks_is_not_chosen(answers: pd.DataFrame) -> None:
    lost = answers[answers["cle"].str.contains("BARRILLIET|NADIA MURAD")]
    assert len(lost)
    assert (lost["result_type"] == "municipality").all()
    assert (lost["result_verdict"] != "accepte").all()
