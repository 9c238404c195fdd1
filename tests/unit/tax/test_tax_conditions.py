"""The right of a premises on 1 January, condition by condition, on dwellings counted by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from tax_builders import QPV, convention, conventions

from tfpb.law.values import Reader, load
from tfpb.tax.abatement.holdings import Holding, Unit
from tfpb.tax.abatement.rights import (
    EITHER_SIDE,
    TWO_QUARTERS,
    Right,
    end_of_exemption,
    exempt,
    right_of,
    standing_units,
)
from tfpb.tax.abatement.signatures import Conventions
from tfpb.words.money.state_words import MOTIVES

SIGNED = Conventions(conventions())
KEPT = dt.date(2030, 12, 31)


@dataclass(frozen=True)
class Own:
    """A legal value of the user's own."""

    valeur: Any
    reference: str = "note fictive"
    annee: int | None = None


def on(year: int, **own: Own) -> Reader:
    return load(own).on(dt.date(year, 1, 1))


def inside(dwellings: int = 10, **cells: Any) -> Unit:
    return Unit(dwellings, "dans", QPV, **cells)


def outside(dwellings: int = 10, **cells: Any) -> Unit:
    return Unit(dwellings, "hors", **cells)


def doubtful(dwellings: int = 10, **cells: Any) -> Unit:
    return Unit(dwellings, "a_verifier", QPV, **cells)


def holding(*units: Unit, **cells: Any) -> Holding:
    told = {
        "id_residence": "R1", "nom": "Résidence R1", "bailleur": "", "commune": "Valmont",
        "code_insee": "59999", "code_qpv": QPV, "evolution": "maintenu",
    }  # fmt: skip
    return Holding(**{**told, **cells}, units=units)


def right(
    *units: Unit, year: int = 2025, own: dt.date | None = None, reader: Reader | None = None,
    signed: Conventions = SIGNED, **cells: Any,
) -> Right:  # fmt: skip
    return right_of(
        holding(*units, **cells), own_exemption=own, conventions=signed,
        reader=reader or on(year),
    )  # fmt: skip


def read(reader: Reader) -> set[str]:
    return {key for key, _ in reader.read}


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("2024-12-31", False),  # over on the eve: the year is taxed
        ("2025-01-01", True),  # still runs on the day that settles the year
        ("2025-12-31", True),
        ("2026-01-01", True),
        ("", False),
    ],
)
def test_an_exemption_that_runs_on_1_january_keeps_the_year(end: str, *, expected: bool) -> None:
    until = dt.date.fromisoformat(end) if end else None
    assert exempt(until, dt.date(2025, 1, 1)) is expected
    assert (right(inside(exempt_until=until)).statut == "exonere") is expected


def test_a_building_demolished_in_the_year_stands_on_1_january() -> None:
    gone, going, steady = inside(1, demolition=2024), inside(2, demolition=2025), inside(3)
    assert standing_units((gone, going, steady), 2025) == (going, steady)


def test_a_building_delivered_in_the_year_does_not_stand_yet() -> None:
    here, coming = inside(1, delivery=2024), inside(2, delivery=2025)
    assert standing_units((here, coming), 2025) == (here,)
    assert standing_units((here, coming), 2026) == (here, coming)


def test_a_delivery_opens_fifteen_years_unless_the_end_is_known() -> None:
    reader = on(2025)
    assert end_of_exemption(inside(delivery=2022), reader) == dt.date(2037, 12, 31)
    assert end_of_exemption(inside(delivery=2022, exempt_until=KEPT), reader) == KEPT
    assert end_of_exemption(inside(exempt_until=KEPT), reader) == KEPT
    assert end_of_exemption(inside(), reader) is None


def test_a_residence_that_the_stock_lacks_hangs_on_a_check_as_a_whole() -> None:
    told = right_of(None, own_exemption=None, conventions=SIGNED, reader=on(2025))
    assert told == Right("a_verifier", Decimal(0), Decimal(1), "", "residence_hors_patrimoine")
    assert told.known
    assert told.taxable


def test_what_is_wholly_demolished_or_to_come_owes_and_gets_nothing() -> None:
    gone = right(inside(demolition=2022), inside(demolition=2024))
    assert gone == Right(
        "exonere", Decimal(0), Decimal(0), QPV, "demolie", {"annee": 2024},
        taxable=False,
    )  # fmt: skip
    coming = right(inside(delivery=2027), inside(delivery=2026))
    assert (coming.motive, coming.fields, coming.taxable) == ("a_livrer", {"annee": 2027}, False)
    rebuilt = right(inside(demolition=2023), inside(delivery=2027))
    assert (rebuilt.motive, rebuilt.fields) == ("demolie", {"annee": 2027})
    sold = right(inside(sale=2024))
    assert (sold.motive, sold.fields, sold.taxable) == ("vendue", {"annee": 2024}, False)
    empty = right()
    assert (empty.motive, empty.fields) == ("a_livrer", {"annee": ""})


def test_a_right_that_hangs_on_its_building_has_a_word() -> None:
    assert {EITHER_SIDE, TWO_QUARTERS} <= MOTIVES.keys()


def test_shares_are_of_the_taxable_dwellings() -> None:
    told = right(inside(6), outside(2), doubtful(2))
    assert (told.statut, told.share, told.doubt) == ("", Decimal("0.6"), Decimal("0.2"))
    assert (told.code_qpv, told.opens, told.taxable) == (
        QPV,
        None,
        True,
    )
    part = right(inside(5, exempt_until=KEPT), inside(4), outside(12), doubtful(4))
    assert (part.share, part.doubt) == (Decimal("0.2"), Decimal("0.2"))  # 4 and 4 of 20
    assert part.opens == 2031
    assert part.taxable


def test_the_end_of_dwellings_exempt_or_outside_says_nothing_of_those_that_are_due() -> None:
    past = dt.date(2019, 12, 31)
    unknown, known = "droit_exoneration_inconnue", "droit_exoneration_echue"
    assert right(inside(), inside(exempt_until=KEPT)).motive == unknown
    assert right(inside(), outside(exempt_until=past)).motive == unknown
    assert right(inside(), inside(exempt_until=past)).motive == unknown
    assert right(inside(exempt_until=past), outside(), doubtful()).motive == known


def test_sides_that_are_not_counted_make_no_share() -> None:
    told = right(inside(6), outside(0, counted=False))
    assert (told.statut, told.motive) == ("a_verifier", "logements_inconnus")
    assert (told.share, told.doubt, told.taxable) == (0, 1, True)
    assert (told.fields, told.code_qpv) == ({"residence": "R1"}, QPV)
    assert right(inside(0, counted=False), outside(0, counted=False)).taxable
    assert right(inside(0, counted=False), outside(6)).statut == "a_verifier"
    alike = right(inside(6), inside(0, counted=False))
    assert (alike.statut, alike.share) == ("", 1)
    weighed = right(inside(6), outside(2), outside(0, counted=False, exempt_until=KEPT))
    assert (weighed.statut, weighed.share) == ("", Decimal("0.75"))


def test_two_ends_of_exemption_that_part_leave_the_right_unknown() -> None:
    parted = right(inside(exempt_until=KEPT), own=dt.date(2020, 12, 31))
    assert (parted.statut, parted.share, parted.known) == ("droit_inconnu", Decimal(1), False)
    turned = right(inside(exempt_until=dt.date(2020, 12, 31)), own=KEPT)
    assert (turned.statut, turned.motive) == ("droit_inconnu", "exonerations_contraires")
    later = right(
        inside(exempt_until=KEPT),
        inside(exempt_until=dt.date(2033, 12, 31)),
        own=dt.date(2020, 12, 31),
    )
    assert later.fields["date"] == dt.date(2033, 12, 31)
    both = right(inside(exempt_until=KEPT), own=dt.date(2020, 12, 31), signed=Conventions(None))
    assert (both.motive, both.known) == ("exonerations_contraires", False)
    free = right(inside(exempt_until=dt.date(2021, 12, 31)), own=dt.date(2020, 12, 31))
    assert (free.statut, free.share, free.opens) == ("", Decimal(1), 2021)  # both are past
    held = right(inside(), own=KEPT)
    assert (held.statut, held.motive, held.share) == ("exonere", "exonere", Decimal(0))
    assert held.fields == {"date": KEPT, "annee": 2031}
    assert (held.opens, held.taxable, held.code_qpv) == (2031, False, QPV)


def test_an_exempt_quarter_side_leaves_the_others_taxable() -> None:
    told = right(
        inside(5, exempt_until=dt.date(2028, 6, 30)), inside(5, exempt_until=KEPT), outside(3),
        doubtful(1),
    )  # fmt: skip
    assert (told.statut, told.share, told.doubt) == ("exonere", Decimal(0), Decimal("0.25"))
    assert told.fields == {"date": dt.date(2028, 6, 30), "annee": 2029}  # the first building out
    assert (told.opens, told.taxable) == (2029, True)


def test_exemptions_outside_or_over_do_not_move_the_date_told() -> None:
    told = right(
        inside(5, exempt_until=KEPT), inside(0, exempt_until=dt.date(2015, 12, 31)),
        outside(5, exempt_until=dt.date(2026, 12, 31)), outside(5, exempt_until=dt.date(2040, 12, 31)),
    )  # fmt: skip
    assert (told.statut, told.fields) == ("exonere", {"date": KEPT, "annee": 2031})


def test_nothing_inside_is_outside_or_in_doubt() -> None:
    away = right(outside(exempt_until=KEPT), outside(5), evolution="hors")
    assert away == Right("hors_qpv", Decimal(0), Decimal(0), QPV, "hors_qpv", {}, opens=2031)
    asleep = right(outside(exempt_until=KEPT))
    assert (asleep.taxable, asleep.opens) == (False, 2031)
    doubt = right(outside(6), doubtful(3), doubtful(3, exempt_until=KEPT))
    assert (doubt.statut, doubt.motive) == ("a_verifier", "cote_a_verifier")
    assert doubt.fields == {"logements": 6, "code_qpv": QPV}
    assert doubt.share == 0
    assert doubt.doubt == Decimal(3) / 9
    assert (doubt.opens, doubt.taxable) == (2031, True)


def test_a_single_dwelling_that_is_taxable_is_enough() -> None:
    assert right(outside(1), outside(9, exempt_until=KEPT)).taxable
    assert right(inside(9, exempt_until=KEPT), outside(1)).taxable


@pytest.mark.parametrize(
    ("code_insee", "year", "first"), [("59999", 2025, 2025), ("97411", 2026, 2026)]
)
def test_a_leaver_loses_the_right_when_the_new_map_counts(
    code_insee: str, year: int, first: int
) -> None:
    told = right(outside(), year=year, evolution="sortant", code_insee=code_insee)
    assert (told.statut, told.motive) == ("hors_qpv", "sortant")
    assert told.fields == {"annee_effet": first, "marque": "non_verifie", "carte": 2024}


def test_the_year_of_effect_may_come_from_a_text_that_was_read() -> None:
    own = Own(dt.date(2025, 1, 1))  # another year would say one thing and count another
    told = right(outside(), evolution="sortant", reader=on(2025, effet_perimetres_2024=own))
    assert told.fields == {"annee_effet": 2025, "marque": "", "carte": 2024}


def test_an_old_map_for_ever_overseas_stops_where_the_texts_stop() -> None:
    reader = on(2026, carte_qpv_outremer=Own(2015))
    told = right(outside(), evolution="sortant", code_insee="97411", reader=reader)
    assert told.fields["annee_effet"] == 2031


def test_an_entrant_says_so_with_its_first_year() -> None:
    told = right(inside(), evolution="entrant").fields
    assert told["entrant"] is True
    assert (told["annee_effet"], told["marque"]) == (2025, "non_verifie")
    assert "entrant" not in right(inside()).fields
    late = right(inside(), year=2026, evolution="entrant", code_insee="97411").fields
    assert late["annee_effet"] == 2026


@pytest.mark.parametrize(
    ("units", "motive"),
    [
        ((inside(reason="acquis_avant_1998"), inside(reason="autre")), "droit_acquis_1998"),
        ((inside(reason="autre"), inside(reason="exoneration_echue")), "droit_autre"),
        ((inside(reason="exoneration_echue"),), "droit_exoneration_echue"),
        ((inside(exempt_until=dt.date(2019, 12, 31)),), "droit_exoneration_echue"),
        ((inside(),), "droit_exoneration_inconnue"),
    ],
)
def test_by_what_title_the_right_is_held(units: tuple[Unit, ...], motive: str) -> None:
    told = right(*units)
    assert (told.statut, told.motive) == ("", motive)
    assert told.fields["condition"] == "convention_ok"
    assert told.fields["convention"] == "C1"
    assert told.fields["part"] == 1


def test_a_title_of_what_is_demolished_is_no_title() -> None:
    told = right(inside(demolition=2020, reason="acquis_avant_1998"), inside())
    assert told.motive == "droit_exoneration_inconnue"


def test_a_missing_convention_is_the_motive_and_keeps_the_share() -> None:
    told = right(
        inside(4), outside(12), signed=Conventions(conventions(convention(codes_qpv="QN00000I")))
    )
    assert (told.statut, told.motive) == ("sans_convention", "convention_absente")
    assert told.fields == {"code_qpv": QPV}
    assert (told.share, told.known) == (Decimal("0.25"), True)
    unknown = right(inside(), signed=Conventions(None))
    assert (unknown.statut, unknown.known) == ("sans_convention", False)


def test_the_residences_own_bailleur_signs_before_the_dossiers() -> None:
    table = conventions(convention(bailleur="Habitat Valmontois"))
    ours, others = Conventions(table, "Habitat Valmontois"), Conventions(table, "Un autre")
    assert right(inside(), signed=ours).statut == ""
    assert right(inside(), signed=others).statut == "sans_convention"
    mine = holding(inside(), bailleur="Habitat Valmontois")
    told = right_of(mine, own_exemption=None, conventions=others, reader=on(2025))
    assert told.statut == ""


def test_of_nobody_named_a_table_of_several_bodies_says_nothing() -> None:
    """A town's table of conventions gave its right to a stock that names no bailleur."""
    others = convention(bailleur="Autre HLM"), convention(bailleur="Un tiers", codes_qpv="QN00000I")
    unknown = right(inside(), signed=Conventions(conventions(*others)))
    assert (unknown.motive, unknown.known) == ("convention_organisme_inconnu", False)
    assert right(inside(), signed=Conventions(conventions(others[0]))).statut == ""
    blank = conventions(*others, convention())
    assert right(inside(), signed=Conventions(blank)).statut == ""


def test_overseas_goes_on_by_itself_in_2025() -> None:
    nothing = Conventions(conventions(convention(codes_qpv="QN00000I")))
    assert right(inside(), signed=nothing, code_insee="97411").statut == ""
    assert right(inside(), signed=nothing, code_insee="97411", year=2026).statut != ""


def test_the_texts_that_were_read_are_listed() -> None:
    common = {"annee_derniere_exoneration", "limite_voie", "critere_localisation"}
    for reason, more in (("acquis_avant_1998", "acquisition_avant"), ("autre", "autre_motif")):
        reader = on(2025)
        right(inside(reason=reason), reader=reader)
        assert common | {more} <= read(reader)
    reader = on(2025)
    right(outside(), reader=reader)
    assert read(reader) == {"annee_derniere_exoneration"}
