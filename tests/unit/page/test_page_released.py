"""The two buttons of a release that today's files contradict, as the page reads them."""

from __future__ import annotations

from starlette.datastructures import FormData

from tfpb.model.survey import Order
from tfpb.page.screens.pack_screen import ordered


def test_the_two_buttons_say_what_the_command_says() -> None:
    waves = [("vague", "2019"), ("vague", "2023")]
    told = FormData([*waves, ("motif", " colonnes inversées "), ("sort", "remplacer")])
    assert ordered(told) == Order(
        replaced={"2019": "colonnes inversées", "2023": "colonnes inversées"}
    )
    assert ordered(FormData([*waves, ("sort", "garder")])) == Order(kept=("2019", "2023"))
    assert ordered(FormData(waves)) == Order()
