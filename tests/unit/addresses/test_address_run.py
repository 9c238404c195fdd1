"""Whole files through index, service and both; cut, and run again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from address_samples import ban_line

from tfpb.addresses.communes import Communes
from tfpb.addresses.file_geocoder import FileGeocoder
from tfpb.addresses.imports import import_addresses
from tfpb.addresses.service import AddressService, ServiceSettings
from tfpb.addresses.store import AddressStore
from tfpb.model.results import ADDRESS_COLUMNS, RESULT_COLUMNS

if TYPE_CHECKING:
    from pathlib import Path

    from fake_address_service import FakeService

# a point of Bondy in both systems
LON, LAT, X, Y = 2.488881, 48.893494, 662524.1, 6866064.08


def table(*lines: str, code: str = "93010") -> pd.DataFrame:
    frame = pd.DataFrame("", index=range(len(lines)), columns=list(ADDRESS_COLUMNS), dtype=object)
    frame["adresse"] = list(lines)
    frame["code_insee"] = code
    return frame


@pytest.fixture
def asked(service: FakeService, tmp_path: Path) -> Any:
    settings = ServiceSettings(base_url=service.url, attempts=1, wait_s=0.01, rate_per_s=1e6)
    with AddressService(tmp_path / "cache.sqlite", settings) as client:
        yield client


@pytest.fixture
def store(tmp_path: Path, ban: Any) -> Any:
    path = ban(*(ban_line("Rue des Lilas", n, x=X + n, y=Y) for n in range(1, 30, 2)))
    import_addresses([path], folder=tmp_path / "geo")
    with AddressStore(tmp_path / "geo") as found:
        yield found


def online(asked: AddressService, **more: Any) -> FileGeocoder:
    return FileGeocoder(
        mode=more.pop("mode", "api"), communes=Communes.load(), service=asked, **more
    )


@pytest.mark.parametrize("sign", ["0069", "00069", "i7xf1o"])
def test_a_street_keeps_its_identifier(
    service: FakeService, asked: AddressService, sign: str
) -> None:
    service.knows("12", "Rue des Lilas", lon=LON, lat=LAT, key=f"93010_{sign}_00012")
    out = online(asked).run(table("12 rue des Lilas", "rue des Lilas"))
    assert out["result_id"].tolist() == [f"93010_{sign}_00012", f"93010_{sign}"]


def test_answers_are_graded_by_our_own_evidence(
    service: FakeService, asked: AddressService
) -> None:
    service.knows("12", "Rue des Lilas", lon=LON, lat=LAT, key="93010_abcd_00012")
    # the service answers « ok » with something else altogether
    service.rubbish = {
        "result_label": "Rue Alfred Nobel 93140 Bondy", "result_score": "0.62", "result_type": "street",
        "result_id": "93010_zzzz", "result_housenumber": "", "result_name": "Rue Alfred Nobel",
        "result_street": "", "result_postcode": "93140", "result_city": "Bondy", "result_citycode": "93010",
        "result_oldcity": "", "longitude": str(LON), "latitude": str(LAT), "result_status": "ok",
    }  # fmt: skip
    out = online(asked).run(table("12 R DES LILAS BAT A", "8 avenue du Quetzalcoatl", ""))
    assert list(out.columns) == list(RESULT_COLUMNS)
    assert out["result_verdict"].tolist() == ["accepte", "rejete", "rejete"]
    assert out["result_status"].iloc[2] == "skipped"
    first = out.iloc[0]
    assert (first["result_type"], first["result_id"]) == ("housenumber", "93010_abcd_00012")
    assert abs(first["result_x"] - X) < 0.2
    assert abs(first["result_y"] - Y) < 0.2
    assert first["result_source"] == "Service national des adresses"
    assert "BAT A" in first["result_complement"]
    assert "Alfred Nobel" in out["result_alternatives"].iloc[1]


def test_given_coordinates_are_neither_sent_nor_checked_against_answers(
    service: FakeService, asked: AddressService
) -> None:
    service.knows("12", "Rue des Lilas", lon=LON, lat=LAT)
    frame = table("12 rue des Lilas", "99 rue des Pins")
    frame.loc[1, ["x", "y"]] = [str(X + 900), str(Y + 900)]
    out = online(asked).run(frame)
    assert out["result_type"].tolist() == ["housenumber", "given"]
    assert out["result_x"].iloc[1] == X + 900
    assert [text for _, rows in service.requests for text, _ in rows] == ["12 rue des lilas"]


def test_an_answer_in_another_commune_is_not_taken(
    service: FakeService, asked: AddressService
) -> None:
    service.knows("12", "Rue des Lilas", code="93001", postcode="93300", city="Aubervilliers")
    service.rubbish = next(iter(service.known.values()))
    out = online(asked).run(table("12 rue des Lilas"))
    assert out["result_verdict"].tolist() != ["accepte"]


def test_the_other_end_of_a_range_is_asked_too(service: FakeService, asked: AddressService) -> None:
    service.knows("16", "Rue des Lilas", lon=LON, lat=LAT)
    out = online(asked).run(table("12-16 rue des Lilas"))
    sent = [text for _, rows in service.requests for text, _ in rows]
    assert [text.split()[0] for text in sent] == ["12", "16"]
    assert out["result_citycode"].tolist() == ["93010"]
    assert out["result_x"].notna().all()


def test_without_a_sure_commune_the_town_is_sent_in_the_line(
    service: FakeService, asked: AddressService
) -> None:
    frame = table("12 rue des Lilas", code="")
    frame["code_postal"], frame["commune"] = "93140", "Bondi"
    online(asked).run(frame)
    frame["commune"] = ""
    online(asked).run(frame)
    assert next(rows for _, rows in service.requests)[0][1] in {"93010", ""}
    assert all("93140" in text or code for _, rows in service.requests for text, code in rows)


def test_auto_asks_only_what_the_index_does_not_settle(
    service: FakeService, asked: AddressService, store: AddressStore
) -> None:
    service.knows("4", "Rue Neuve", lon=LON, lat=LAT)
    geocoder = online(asked, mode="auto", source=store)
    out = geocoder.run(table("5 rue des Lilas", "4 rue Neuve", "7 rue des Lilas"))
    sent = [text for _, rows in service.requests for text, _ in rows]
    assert sent == ["4 rue neuve"]
    assert out["result_verdict"].tolist() == ["accepte"] * 3
    assert out["result_source"].tolist() == ["BAN", "Service national des adresses", "BAN"]


def test_index_mode_sends_nothing(
    service: FakeService, asked: AddressService, store: AddressStore
) -> None:
    geocoder = FileGeocoder(mode="index", communes=Communes.load(), source=store, service=asked)
    geocoder.run(table("4 rue Neuve", "5 rue des Lilas"))
    assert service.requests == []


def test_a_disagreement_is_a_reason_to_check(
    service: FakeService, asked: AddressService, store: AddressStore
) -> None:
    # the index places 60 beyond its last number; the service has it half a kilometre away
    service.knows("60", "Rue des Lilas", lon=LON + 0.007, lat=LAT)
    out = online(asked, mode="auto", source=store).run(table("60 rue des Lilas"))
    assert out["result_verdict"].tolist() == ["a_verifier"]
    assert "desaccord_service" in out["result_reasons"].iloc[0]
    assert "Lilas" in out["result_alternatives"].iloc[0]


def test_rows_without_answer_are_told_and_the_rest_goes_on(
    service: FakeService, asked: AddressService
) -> None:
    for n in range(1, 10):
        service.knows(str(n), "Rue des Lilas", lon=LON, lat=LAT)
    service.poison = "7 rue"
    out = online(asked).run(table(*(f"{n} rue des Lilas" for n in range(1, 10))))
    assert out.index[out["result_status"] == "error"].tolist() == [6]
    assert out["result_reasons"].iloc[6] == "service_en_erreur"
    assert (out["result_verdict"].drop(index=6) == "accepte").all()


def test_a_cut_run_asks_the_service_for_the_rest_alone(
    service: FakeService, asked: AddressService
) -> None:
    for n in range(1, 41):
        service.knows(str(n), "Rue des Lilas", lon=LON, lat=LAT)
    addresses = table(*(f"{n} rue des Lilas" for n in range(1, 41)))
    done = 0

    def stop(rows: int) -> None:
        nonlocal done
        done += rows
        if done >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        online(asked).run(addresses, chunk_rows=10, progress=stop)
    before = len(service.requests)
    out = online(asked).run(addresses, chunk_rows=10)
    again = {text for _, rows in service.requests[before:] for text, _ in rows}
    assert again == {f"{n} rue des lilas" for n in range(21, 41)}
    assert (out["result_verdict"] == "accepte").all()


def test_a_point_shared_by_rows_of_different_stretches_is_doubted(store: AddressStore) -> None:
    geocoder = FileGeocoder(mode="index", communes=Communes.load(), source=store)
    rows = table("4 rue du Quetzal", "5 rue des Lilas", "8 avenue Xyzzy").assign(x=str(X), y=str(Y))
    out = geocoder.run(rows, chunk_rows=1)
    assert out["result_verdict"].tolist() == ["a_verifier", "accepte", "a_verifier"]
    alone = geocoder.run(rows.iloc[:1], chunk_rows=1)
    assert alone["result_verdict"].tolist() == ["accepte"]


def test_no_rows(store: AddressStore) -> None:
    out = FileGeocoder(mode="index", communes=Communes.load(), source=store).run(table())
    assert list(out.columns) == list(RESULT_COLUMNS)
    assert out.empty
