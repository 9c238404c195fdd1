"""Columns that may be read in two ways: asked about, and read as the settings answer."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tfpb.errors import Fault, Severity
from tfpb.io.packs.provenance import settings_record
from tfpb.io.sources.inputs import gather_inputs
from tfpb.io.sources.toml_files import load_settings
from tfpb.io.tables.french import parse_date
from tfpb.pipeline.steps.checking import money_faults
from tfpb.pipeline.steps.costing import TaxRule
from tfpb.words.faults.paste_words import paste_lines
from tfpb.words.faults.sentences import fault_text

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

STOCK = "id_residence;adresse;commune;nb_logements\nR1;1 rue A;Lille;12\n"
TAXES = (
    "avis;id_residence;annee;vlc_eur;{head}\nA1;R1;2025;3000;{first}\nA2;R1;2025;3000;{second}\n"
)
RATE = "fiscalite.taux_commune_pct"


def read(
    folder: Path, taxes: str, lectures: str = "", columns: str = ""
) -> tuple[pd.DataFrame, list[Fault]]:
    """Read a dossier as the commands do: its tax table, and all its faults."""
    (folder / "p.csv").write_text(STOCK, "utf-8")
    (folder / "f.csv").write_text(taxes, "utf-8")
    (folder / "dossier.toml").write_text(
        '[dossier]\ntitre = "T"\nannee = 2025\ndate = 2026-01-31\nbailleur = "B"\n'
        '[fichiers]\npatrimoine = "p.csv"\nfiscalite = "f.csv"\n'
        f"[reglages.colonnes]\n{columns}\n[reglages.lectures]\n{lectures}\n",
        "utf-8",
    )
    settings = load_settings(folder / "dossier.toml")
    inputs, faults = gather_inputs(settings)
    frame = inputs.frame("fiscalite")
    assert frame is not None
    return frame, [*faults, *money_faults(inputs, TaxRule.of(settings))]


def told(faults: list[Fault]) -> set[tuple[str, Severity]]:
    names = {"taux_suspect", "taux_infime", "unite_contraire", "dates_mois_jour", "code_inconnu",
             "valeur_illisible", "reglage_inconnu"}  # fmt: skip
    return {(f.code, f.severity) for f in faults if f.code in names}


@pytest.mark.parametrize(
    ("lectures", "rates", "expected"),
    [
        ("", [25, 0.3973], {("taux_suspect", Severity.FAUTE)}),
        (f'"{RATE}" = "proportion"', [25, 39.73], set()),
        (f'"{RATE}" = "pourcentage"', [25, 0.3973], {("taux_suspect", Severity.DOUTE)}),
    ],
)
def test_a_rate_under_one_among_others_is_asked_about(
    tmp_path: Path, lectures: str, rates: list[float], expected: set[tuple[str, Severity]]
) -> None:
    taxes = TAXES.format(head="taux_commune_pct", first="25", second="0,3973")
    frame, faults = read(tmp_path, taxes, lectures)
    assert frame["taux_commune_pct"].tolist() == pytest.approx(rates)
    assert told(faults) == expected
    asked = [f for f in faults if f.fields.get("coller", ("",))[0] == "reglages.lectures"]
    assert bool(asked) == (not lectures)
    if asked:
        assert asked[0].got == "0,3973"
        block = paste_lines(asked)
        assert block[2] == "[reglages.lectures]"
        assert block[3].startswith(f'# "{RATE}" = ""   # à compléter (« proportion » ou')
        assert "milliers" not in block[3], "a rate is not asked to be thousands"


def test_readings_are_recorded_where_there_are_some(tmp_path: Path) -> None:
    taxes = TAXES.format(head="taux_commune_pct", first="25", second="25")
    for lectures in ("", f'"{RATE}" = "proportion"'):
        read(tmp_path, taxes, lectures)
        record = settings_record(load_settings(tmp_path / "dossier.toml"))["reglages"]
        assert record.get("lectures") == ({RATE: "proportion"} if lectures else None)


def test_a_file_that_is_not_there_may_go_from_the_settings_but_the_stock(tmp_path: Path) -> None:
    read(tmp_path, TAXES.format(head="taux_commune_pct", first="25", second="25"))
    (tmp_path / "p.csv").unlink()
    (tmp_path / "f.csv").unlink()
    (tmp_path / "actions 2025.csv").write_text("", "utf-8")
    toml = tmp_path / "dossier.toml"
    text = toml.read_text("utf-8").replace(
        "[fichiers]",
        '[fichiers]\nprogramme = "actions 2024.csv"\nenquete = ["e.csv"]\nplan = "q.toml"',
    )
    toml.write_text(text, "utf-8")
    said = {
        f.place.file: fault_text(f).hint
        for f in gather_inputs(load_settings(toml))[1]
        if f.severity is Severity.FAUTE
    }
    roles = {"f.csv": "fiscalite", "actions 2024.csv": "programme", "q.toml": "plan"}
    for file, role in roles.items():
        assert said[file].endswith(
            f"si vous n’avez pas ce fichier, retirez « {role} » de [fichiers]."
        )
    assert "[fichiers]" not in said["p.csv"]


def test_a_whole_column_of_tiny_rates_is_quoted_to_its_last_digit(tmp_path: Path) -> None:
    taxes = TAXES.format(
        head="taux_commune_pct;taux_tse_pct", first="25;0,0047", second="25;0,0047"
    )
    _, faults = read(tmp_path, taxes)
    (asked,) = [f for f in faults if f.code == "taux_infime"]
    assert asked.got == "0,0047"
    frame, faults = read(tmp_path, taxes, '"fiscalite.taux_tse_pct" = "proportion"')
    assert frame["taux_tse_pct"].tolist() == pytest.approx([0.47, 0.47])
    assert not told(faults)


def test_a_sign_of_percent_holds_before_the_answer(tmp_path: Path) -> None:
    taxes = TAXES.format(head="taux_commune_pct", first="0,40 %", second="0,40")
    frame, _ = read(tmp_path, taxes, f'"{RATE}" = "proportion"')
    assert frame["taux_commune_pct"].tolist() == pytest.approx([0.40, 40])


def test_thousands_in_a_header_are_never_read_for_euros(tmp_path: Path) -> None:
    head = "taux_commune_pct;Ordures (k€)"
    taxes = TAXES.format(head=head, first="25;1,5", second="25;2 k€")
    named = '"fiscalite.teom_eur" = "Ordures (k€)"'
    _, faults = read(tmp_path, taxes, columns=named)
    assert told(faults) == {("unite_contraire", Severity.FAUTE)}
    frame, faults = read(tmp_path, taxes, '"fiscalite.teom_eur" = "milliers"', named)
    assert frame["teom_eur"].tolist() == [Decimal(1500), Decimal(2000)]  # the second says its own
    assert not told(faults)
    frame, faults = read(tmp_path, taxes, '"fiscalite.teom_eur" = "euros"', named)
    assert frame["teom_eur"].tolist() == [Decimal("1.5"), Decimal(2000)]
    assert not told(faults)


def test_a_line_of_units_in_thousands_is_settled_too(tmp_path: Path) -> None:
    taxes = TAXES.format(head="taux_commune_pct", first="25", second="25").replace(
        "\nA1", "\n;;;k€;%\nA1", 1
    )
    _, faults = read(tmp_path, taxes)
    assert told(faults) == {("unite_contraire", Severity.FAUTE)}
    frame, faults = read(tmp_path, taxes, '"fiscalite.vlc_eur" = "milliers"')
    assert frame["vlc_eur"].tolist() == [Decimal(3_000_000)] * 2
    assert "unite_contraire" not in {code for code, _ in told(faults)}


def test_dates_that_only_read_month_first_are_asked_about(tmp_path: Path) -> None:
    column = "fin_exoneration"
    head = f"taux_commune_pct;{column}"
    taxes = TAXES.format(head=head, first="25;04/03/2030", second="25;04/13/2030")
    frame, faults = read(tmp_path, taxes)
    assert frame[column].tolist() == [parse_date("2030-03-04"), None]
    assert told(faults) == {
        ("dates_mois_jour", Severity.DOUTE), ("valeur_illisible", Severity.FAUTE),
    }  # fmt: skip
    frame, faults = read(tmp_path, taxes, f'"fiscalite.{column}" = "mois_jour"')
    assert frame[column].tolist() == [parse_date("2030-04-03"), parse_date("2030-04-13")]
    assert not told(faults)
    _, faults = read(tmp_path, taxes, f'"fiscalite.{column}" = "jour_mois"')
    assert told(faults) == {("valeur_illisible", Severity.FAUTE)}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f'"{RATE}" = "milliers"', "code_inconnu"),
        ('"fiscalite.avis" = "proportion"', "reglage_inconnu"),
        ('"fiscalite.zut" = "proportion"', "reglage_inconnu"),
    ],
)
def test_an_answer_that_is_none_is_refused(tmp_path: Path, line: str, code: str) -> None:
    taxes = TAXES.format(head="taux_commune_pct", first="25", second="25")
    _, faults = read(tmp_path, taxes, line)
    assert told(faults) == {(code, Severity.FAUTE)}
