"""A command mistyped: said in French, with the ones that were near."""

from __future__ import annotations

import pytest

from tfpb.cli.app import app


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["dosier"], "La commande « dosier » n’existe pas. Voulez-vous : dossier ?"),
        (["zzz"], "La commande « zzz » n’existe pas."),
        (
            ["geodonnees", "importer-adress", "f.csv"],
            "La commande « importer-adress » n’existe pas. Voulez-vous : importer-adresses,",
        ),
    ],
)
def test_a_mistyped_command_is_answered_in_french(
    typed: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as leaving:
        app(typed, prog_name="tfpb")
    assert leaving.value.code == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert "mean" not in shown
