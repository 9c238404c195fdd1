"""Names in two spellings, merged cells, waves in several files: read as said, and nothing lost in silence."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook
from shapely.geometry import box

from everywhere import small_settings
from tfpb.addresses.communes import Communes
from tfpb.errors import Fault, Severity, TfpbError
from tfpb.evidence.crosschecks import by_code
from tfpb.facts.place import holds
from tfpb.geodata.geography import Geography
from tfpb.io.sources.inputs import Inputs, gather_inputs
from tfpb.io.sources.toml_files import load_settings, read_toml
from tfpb.io.tables.headers import match_columns
from tfpb.io.tables.text_table import TextTable
from tfpb.io.tables.typed import typed
from tfpb.model.codes import ALL_QUARTERS
from tfpb.model.location import QpvMap
from tfpb.model.record import Reading, Source
from tfpb.model.tables import DROIT_COMMUN, PREMISES, PROGRAMME, STOCK
from tfpb.near_names import near_names
from tfpb.pipeline.kept.stage_cache import fingerprint
from tfpb.pipeline.steps.checking import quarters_by_code, remaining_faults
from tfpb.survey import recode
from tfpb.tax import programme
from tfpb.words.documents.setting_words import masked_sources, reading_line, reading_row
from tfpb.words.faults.paste_words import paste_lines
from tfpb.words.faults.sentences import fault_text, fault_texts, masked_fault

if TYPE_CHECKING:
    from pathlib import Path

    from tfpb.model.columns import Contract

TOML = small_settings("Val Habitat")
STOCK_CSV = """id_residence;bailleur;agence;adresse;code_postal;commune;nb_logements
R1;Val Habitat;Agence Nord;1 rue A;59990;Valmont;10
R2;Val Habitat;Agence Nord;2 rue A;59990;Valmont;20
R3;VAL-HABITAT SA;Agence Nor;3 rue A;59990;Valmont;30
TOTAL;;;;;;60
"""
PLAN = """[colonnes]
repondant = "id"
bailleur = "bailleur"
residence = "res"
qpv = "qpv"
{wave}
[echelles.s4]
satisfait = [1, 2]
insatisfait = [3, 4]
[[items]]
colonnes = ["q1"]
libelle = "Propreté"
theme = "residence"
echelle = "s4"
"""


def survey(
    name: str, rows: int, *, wave: str = "", owner: str = "Val Habitat", first: int = 0
) -> str:
    """Write a delivery; without a wave, no column of waves."""
    head = "id;bailleur;res;qpv;q1" + (";vague" if wave else "")
    body = [
        f"{name}{first + k};{owner};R{1 + k % 2};{k % 2};{1 + k % 4}" + (f";{wave}" if wave else "")
        for k in range(rows)
    ]
    return "\n".join([head, *body]) + "\n"


def dossier(folder: Path, more: str = "", *, wave: str = 'vague = "vague"', **files: str) -> Path:
    (folder / "patrimoine.csv").write_text(files.pop("stock", STOCK_CSV), encoding="utf-8")
    names = [f"{name}.csv" for name in files]
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    toml = TOML
    if names:
        (folder / "plan.toml").write_text(PLAN.format(wave=wave), encoding="utf-8")
        toml += f'plan = "plan.toml"\nenquete = {names}\n'.replace("'", '"')
    path = folder / "dossier.toml"
    path.write_text(toml + more, encoding="utf-8")
    return path


def read(path: Path) -> tuple[Inputs, dict[str, list[Fault]]]:
    inputs, faults = gather_inputs(load_settings(path))
    by: dict[str, list[Fault]] = {}
    for fault in faults:
        by.setdefault(fault.code, []).append(fault)
    return inputs, by


def text_table(*rows: tuple[str, ...]) -> TextTable:
    head, *body = rows
    frame = pd.DataFrame(body, columns=list(head), dtype=object)
    return TextTable(frame, "t.csv", "", np.arange(2, len(body) + 2), "")


# headers


@pytest.mark.parametrize(
    ("contract", "header", "column"),
    [
        (PREMISES, "Rés.", "id_residence"),
        (DROIT_COMMUN, "Rés.", "id_residence"),
        (STOCK, "Rés.", "nom"),
        (PREMISES, "Tx com.", "taux_commune_pct"),
        (PREMISES, "Tx interco.", "taux_epci_pct"),
        (PREMISES, "VL cadastrale", "vlc_eur"),
        (PREMISES, "VL", ""),
        (PROGRAMME, "Thématique", "axe"),
        (PREMISES, "Nb lgts", "nb_logements"),
        (STOCK, "Nb lgts", "nb_logements"),
        (PREMISES, "Date fin exonération", "fin_exoneration"),
        (STOCK, "Com.", "commune"),
    ],
)
def test_abbreviated_headers_are_understood(contract: Contract, header: str, column: str) -> None:
    found, _ = match_columns(text_table((header,), ("1",)), contract, {})
    assert found == ({column: header} if column else {})


def test_a_header_explained_for_one_file_is_understood_in_the_others(tmp_path: Path) -> None:
    stock = STOCK_CSV.replace("id_residence", "Matricule")
    taxes = "avis;Matricule;annee;taux_commune_pct\nA1;R1;2025;20\n"
    more = 'fiscalite = "taxes.csv"\n[reglages.colonnes]\n"patrimoine.id_residence" = "Matricule"\n'
    (tmp_path / "taxes.csv").write_text(taxes)
    inputs, faults = read(dossier(tmp_path, more, stock=stock))
    assert "colonne_absente" not in faults
    assert list(inputs.frames["fiscalite"]["id_residence"]) == ["R1"]


# one block to paste


def test_one_block_settles_every_file_and_adds_up(tmp_path: Path) -> None:
    stock = STOCK_CSV.replace("adresse;", "Adr. compl. ligne;").replace(
        "nb_logements", "Logts gérés nb"
    )
    taxes = "N avis TF;Matricule;annee;Taux comunal voté\nA1;R1;2025;20\n"
    (tmp_path / "taxes.csv").write_text(taxes, encoding="utf-8")
    path = dossier(tmp_path, 'fiscalite = "taxes.csv"\n[reglages]\ndpi = 100\n', stock=stock)
    _, faults = read(path)
    assert "colonne_absente" in faults  # the column of addresses: once, and not as cells left blank
    assert "patrimoine_sans_adresse" not in faults
    lines = paste_lines(f for several in faults.values() for f in several)
    title, *block = lines
    assert "À coller à la fin du dossier.toml" in title
    wanted = tomllib.loads("\n".join(block))
    assert wanted["reglages"]["colonnes"]["patrimoine.nb_logements"] == "Logts gérés nb"
    assert wanted["reglages"]["colonnes"]["fiscalite.taux_commune_pct"] == "Taux comunal voté"
    assert wanted["alias"]["bailleurs"] == {"VAL-HABITAT SA": "Val Habitat"}
    assert wanted["alias"]["agences"] == {"Agence Nor": "Agence Nord"}
    assert any(line.startswith('# "fiscalite.id_residence" = ""') for line in block)
    path.write_text(path.read_text("utf-8") + "\n".join(block), encoding="utf-8")
    _, faults = read(path)
    assert {f.place.file for f in faults["colonne_absente"]} == {"taxes.csv"}
    assert [f.fields["colonne"] for f in faults["colonne_absente"]] == ["id_residence"]
    assert "nom_proche" not in faults
    second = '\n[reglages.colonnes]\n"fiscalite.id_residence" = "Matricule"\n'
    path.write_text(path.read_text("utf-8") + second, encoding="utf-8")
    inputs, faults = read(path)
    assert "colonne_absente" not in faults
    assert load_settings(path).reglages.dpi == 100
    assert list(inputs.frames["patrimoine"]["bailleur"]) == ["Val Habitat"] * 3


def test_blocks_add_up_and_two_values_of_one_key_are_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('[reglages]\nrecopier = ["a.b"]\n[reglages.colonnes]\nx = "1"\n'
                    '[reglages]\nrecopier = ["c.d"]\n[reglages.colonnes]\ny = "2"\n')  # fmt: skip
    assert read_toml(path) == {
        "reglages": {"recopier": ["a.b", "c.d"], "colonnes": {"x": "1", "y": "2"}}
    }
    path.write_text('[reglages.colonnes]\nx = "1"\n[reglages.colonnes]\nx = "2"\n')
    with pytest.raises(TfpbError) as caught:
        read_toml(path)
    assert caught.value.faults[0].code == "toml_cle_en_double"
    path.write_text('[reglages]\nx = "1"\n[reglages]\ny = "2"\nz = "3\n')
    with pytest.raises(
        TfpbError
    ) as caught:  # a block may be pasted: what is broken is another line
        read_toml(path)
    (fault,) = caught.value.faults
    assert (fault.code, fault.place.row, fault.got) == ("toml_illisible", 5, 'z = "3')


def test_one_header_is_never_proposed_for_two_columns() -> None:
    faults = [
        Fault("colonne_absente", fields={"coller": ("reglages.colonnes", f"fiscalite.{c}", "Tx")})
        for c in ("taux_commune_pct", "taux_epci_pct")
    ]
    block = "\n".join(paste_lines(faults)[1:])
    assert tomllib.loads(block) == {"reglages": {"colonnes": {"fiscalite.taux_commune_pct": "Tx"}}}


# merged cells


def merged(folder: Path) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("Rés", "Adresse", "CP", "Ville", "Logts"), ("R1", "1 rue A", "59990", "Valmont", 4),
                (None, "2 rue A", "59990", "Valmont", 5), ("R2", "3 rue A", "59990", "Valmont", 6),
                ("TOTAL", None, None, None, 15)):  # fmt: skip
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    book.save(folder / "p.xlsx")
    return folder / "dossier.toml"


def test_merged_cells_are_copied_down_on_request_and_said(tmp_path: Path) -> None:
    path = merged(tmp_path)
    toml = TOML.replace("patrimoine.csv", "p.xlsx")
    toml += '[reglages.colonnes]\n"patrimoine.id_residence" = "Rés"\n'
    path.write_text(toml)
    _, faults = read(path)
    assert [f.place.row for f in faults["valeur_vide"]] == [3]
    (fused,) = faults["cellules_fusionnees"]
    assert 'recopier = ["patrimoine.id_residence"]' in fault_text(fused).hint
    block = paste_lines([fused])
    assert 'recopier = ["patrimoine.id_residence"]' in block
    path.write_text(toml + "\n".join(block[1:]))
    inputs, faults = read(path)
    assert list(inputs.frames["patrimoine"]["id_residence"]) == ["R1", "R1", "R2"]
    assert [(f.place.row, f.got) for f in faults["cellule_recopiee"]] == [(3, "R1")]
    assert "cellules_fusionnees" not in faults
    (reading,) = inputs.readings
    assert (reading.read, reading.kept, dict(reading.left)) == (4, 3, {"ligne_de_total": 1})
    path.write_text(toml + '[reglages]\nrecopier = ["patrimoine.truc", "rien"]\n')
    assert [f.got for f in read(path)[1]["reglage_inconnu"]] == ["rien", "patrimoine.truc"]


# names


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("VAL HABITAT SA", "Val Habitat", True),
        ("Le Foyer des Aunes", "Foyer des aunes", True),
        ("Bondi Habitat", "Bondy Habitat", True),
        ("Territoire habitat (OPH 90)", "TERRITOIRE HABITAT", True),
        ("Agence Lille", "Agence Lille 2", False),
        ("Logis (59)", "Logis (62)", False),
        ("Agence Est", "Agence Ouest", False),
        ("Agence 1", "Agence 2", False),
        ("Logis 59", "Logis 62", False),
        ("Habitat Nord", "Habitat du Nord-Est", False),
        ("Vilogia", "Partenord Habitat", False),
        ("Office public", "Val Habitat", False),
    ],
)
def test_near_names_are_proposed_and_opposite_ones_never(one: str, other: str, near: bool) -> None:  # noqa: FBT001
    assert near_names(one, (other,)) == ((other,) if near else ())


def test_near_names_of_bailleurs_and_agencies_are_doubts_with_their_rows(tmp_path: Path) -> None:
    inputs, faults = read(dossier(tmp_path))
    said = {(f.got, f.fields["proche"], f.place.row) for f in faults["nom_proche"]}
    assert said == {("VAL-HABITAT SA", "Val Habitat", 4), ("Agence Nor", "Agence Nord", 4)}
    assert [(r.bailleur, r.read, r.kept) for r in inputs.readings] == [
        ("VAL-HABITAT SA", 2, 1), ("Val Habitat", 2, 2),
    ]  # fmt: skip
    more = '[alias.bailleurs]\n"val habitat sa" = "Val Habitat"\n"Autre" = "Val Habitat"\n'
    inputs, faults = read(dossier(tmp_path, more))
    assert set(inputs.frames["patrimoine"]["bailleur"]) == {"Val Habitat"}
    assert [f.got for f in faults["alias_sans_effet"]] == ["Autre"]


def test_a_wave_that_misspells_the_bailleur_is_said_and_its_alias_gives_it_back(
    tmp_path: Path,
) -> None:
    files = {
        "e19": survey("a", 12, wave="2019", owner="VAL HABITAT S.A."),
        "e23": survey("b", 12, wave="2023"),
    }
    _, faults = read(dossier(tmp_path, **files))
    (lost,) = faults["bailleur_absent_vague"]
    assert "2019" in fault_text(lost).title
    assert "VAL HABITAT S.A." in fault_text(lost).title
    assert (
        "S.A." not in fault_text(masked_fault(lost, 11)).title
    )  # a pack may not name it: it may be another
    block = "\n".join(paste_lines([lost])[1:])
    inputs, faults = read(dossier(tmp_path, "\n" + block, **files))
    assert "bailleur_absent_vague" not in faults
    assert {b for d in inputs.deliveries for b in d.frame["bailleur"]} == {"Val Habitat"}
    other, _ = read(dossier(tmp_path, **files))
    assert fingerprint(other.of_roles("enquete")) != fingerprint(inputs.of_roles("enquete"))


# waves


def test_two_files_in_one_wave_are_a_doubt_with_their_numbers(tmp_path: Path) -> None:
    files = {"e_a": survey("a", 12), "e_b": survey("b", 20)}
    _, faults = read(dossier(tmp_path, wave='vague_fixe = "2023"', **files))
    said = {(f.place.file, f.fields["nombre"], f.got) for f in faults["vague_deux_fichiers"]}
    assert said == {("e_a.csv", 12, "2023"), ("e_b.csv", 20, "2023")}
    # of two bailleurs, two files of one wave are what is expected
    files["e_b"] = survey("b", 20, owner="Autre Logis")
    _, faults = read(dossier(tmp_path, wave='vague_fixe = "2023"', **files))
    assert "vague_deux_fichiers" not in faults


def test_a_plan_without_wave_is_one_fault_with_a_line_to_paste_a_file(tmp_path: Path) -> None:
    files = {"e_a": survey("a", 12), "e_b": survey("b", 20)}
    path = dossier(tmp_path, wave="", **files)
    inputs, faults = read(path)
    assert "vague_deux_fichiers" not in faults
    absent = faults["plan_vague_absente"]
    assert len(fault_texts(absent)) == 1
    assert [f.fields["coller"][1] for f in absent] == ["e_a.csv", "e_b.csv"]
    rest = remaining_faults(load_settings(path), inputs, absent)
    assert {f.code for f in rest} & {"plan_vague_absente", "enquete_colonne_absente"} == set()
    _, faults = read(dossier(tmp_path, wave="", e_a=survey("a", 12)))
    (alone,) = faults["plan_vague_absente"]  # of one file, the plan says it
    assert "coller" not in alone.fields


def test_the_wave_of_a_file_rules_it_and_vague_fixe_never_overrides_a_column(
    tmp_path: Path,
) -> None:
    files = {"e_a": survey("a", 12), "e_b": survey("b", 20, wave="2023")}
    more = '[enquete.fichiers]\n"e_a.csv" = { vague = 2019 }\n'
    inputs, faults = read(dossier(tmp_path, more, wave="", **files))
    assert inputs.plan is not None
    read_survey = recode([d.frame for d in inputs.deliveries], inputs.plan)
    assert read_survey.waves == ("2019", "2023")
    assert "plan_vague_absente" not in faults
    inputs, faults = read(dossier(tmp_path, wave='vague = "vague"\nvague_fixe = "2019"', **files))
    assert inputs.plan is not None
    assert recode([d.frame for d in inputs.deliveries], inputs.plan).waves == ("2019", "2023")
    assert [f.place.file for f in faults["vague_fixe_sans_effet"]] == ["e_b.csv"]
    more = '[enquete.fichiers]\n"e_b.csv" = { vague = "2022" }\n"e_c.csv" = { vague = "1" }\n'
    _, faults = read(dossier(tmp_path, more, **files))
    (other,) = faults["vague_fichier_contredite"]
    assert (other.severity, other.fields["nombre"]) == (Severity.DOUTE, 20)
    assert [f.got for f in faults["vague_fichier_inconnu"]] == ["e_c.csv"]
    files["e_b"] += survey("c", 5, wave="2019").split("\n", 1)[1]
    _, faults = read(dossier(tmp_path, more, **files))
    assert faults["vague_fichier_contredite"][0].severity is Severity.FAUTE


def test_the_sheet_of_the_survey_is_the_one_that_the_settings_name(tmp_path: Path) -> None:
    path = dossier(tmp_path, '[reglages.feuilles]\nenquete = "vague 2019"\n', e_a=survey("a", 5))
    path.write_text(path.read_text("utf-8").replace("e_a.csv", "e.xlsx"), "utf-8")
    book = Workbook()
    for wave, count in (("2019", 12), ("2023", 20)):
        page = book.create_sheet(f"Vague {wave}")
        for line in survey(wave, count, wave=wave).splitlines():
            page.append(line.split(";"))
    book.save(tmp_path / "e.xlsx")
    inputs, faults = read(path)
    assert [(d.table.sheet, len(d.table.frame)) for d in inputs.deliveries] == [("Vague 2019", 12)]
    assert "feuilles_de_reponses" not in faults


# read, kept, set aside


def test_interviews_are_counted_by_file_bailleur_and_wave(tmp_path: Path) -> None:
    twice = survey("a", 12, wave="2023")
    twice += twice.splitlines()[1] + "\n"
    files = {"e_a": twice, "e_b": survey("b", 14, wave="2019", owner="Autre")}
    inputs, _ = read(dossier(tmp_path, **files))
    assert inputs.plan is not None
    found = recode([d.frame for d in inputs.deliveries], inputs.plan).readings
    first, second = found
    assert (first.file, first.bailleur, first.wave, first.read, first.kept) == (
        "e_a.csv", "Val Habitat", "2023", 13, 12,
    )  # fmt: skip
    assert dict(first.left) == {"interview_en_double": 1}
    assert (second.wave, second.read, second.kept) == ("2019", 14, 14)
    assert "13 lignes lues, 12 gardées, 1 écartée (interview en double : 1)" in reading_line(
        first, owners=True
    )
    unnamed = replace(second, bailleur="")  # as a bailleur reads what is of others
    assert "sous d’autres noms" in reading_line(unnamed, owners=True)
    assert "[alias.bailleurs]" in reading_line(unnamed, owners=True)
    assert "[alias.bailleurs]" not in reading_line(unnamed, owners=False)


def test_a_pack_hides_small_counts_of_interviews_and_what_gives_them() -> None:
    def row(read: int, left: int, role: str = "enquete") -> dict[str, str | int]:
        one = Reading(role, "e.csv", "", "Val", "2023", read, read - left, {"poids_manquant": left})
        return reading_row(one, 11)

    assert (row(100, 3)["lues"], row(100, 3)["ecartees"]) == ("…", "moins de 11")
    assert "3" not in str(row(100, 3)["motif"])
    assert (row(100, 20)["lues"], row(100, 20)["ecartees"]) == (100, 20)
    assert row(5, 0)["gardees"] == "moins de 11"
    assert row(107, 3)["gardees"] == 100  # 104: as every count of a survey is printed
    # of one résidence, never exact: its quarter less that is another's
    side = Reading("enquete", "e.csv", "", "Val", "2023", 100, 80, {"qpv_manquant": 20})
    assert (reading_row(side, 11)["lues"], reading_row(side, 11)["ecartees"]) == (
        "…",
        "au moins 11",
    )
    # rows of the file, less what is kept, would give what the line above hides
    sources = [Source(role, "e.csv", "", 9, 100) for role in ("enquete", "patrimoine")]
    assert [s.rows for s in masked_sources(sources, [side], 11)] == [None, 100]
    plain = Reading("enquete", "e.csv", "", "Val", "2023", 100, 80, {"poids_manquant": 20})
    assert [s.rows for s in masked_sources(sources, [plain], 11)] == [100, 100]
    assert [s.rows for s in masked_sources(sources, [side, plain], 11)] == [None, 100]
    assert (row(5, 1, "patrimoine")["lues"], row(5, 1, "patrimoine")["ecartees"]) == (5, 1)


# quarters


def carte() -> QpvMap:
    frame = gpd.GeoDataFrame(
        {
            "code_qpv": ["QN05991I", "QN05992M", "QN06201N"],
            "nom_qpv": ["Les Tilleuls", "Centre", "Centre"],
            "communes": ["Valmont", "Valmont", "Arras"],
            "codes_insee": [("59999",), ("59999",), ("62041",)],
        },
        geometry=[box(k, 0, k + 1, 1) for k in range(3)],
        crs=4326,
    )
    return QpvMap(2024, frame)


def actions(*quarters: str) -> pd.DataFrame:
    head = (
        "id_action",
        "axe",
        "code_qpv",
        "action",
        "realise_eur",
        "valorise_eur",
        "heures",
        "piece",
    )
    rows = [
        (f"A{k}", "3", q, "Nettoyage", "100,01", "70,00", "3", f"F{k}")
        for k, q in enumerate(quarters)
    ]
    return typed(text_table(head, *rows), PROGRAMME)[0]


def test_quarters_are_read_by_name_in_the_communes_of_the_stock() -> None:
    frame = actions(
        "quartier des Tilleuls", "LES TILLEULS", "Centre", "QN05991I", "Tous les QPV", "ZUP"
    )
    own = {"ZUP": "QN05992M", "ZAC": "QN05991I"}
    made, faults = by_code({"programme": frame}, carte(), own, ["59999"], file="d.toml")
    # « quartier des Tilleuls » lacks « Les »: proposed, never taken
    assert list(made["programme"]["code_qpv"])[1:] == [
        "QN05991I", "QN05992M", "QN05991I", ALL_QUARTERS, "QN05992M",
    ]  # fmt: skip
    by = {(f.code, f.got): f for f in faults}
    assert by["qpv_nom_inconnu", "quartier des Tilleuls"].fields["coller"][2] == "QN05991I"
    assert by["qpv_par_nom", "Centre"].severity is Severity.DOUTE
    assert ("alias_sans_effet", "ZAC") in by
    _, faults = by_code({"programme": actions("Centre")}, carte(), {}, [], file="d.toml")
    (unsure,) = faults
    assert unsure.code == "qpv_nom_ambigu"
    assert "QN05992M" in fault_text(unsure).title
    assert "QN06201N" in fault_text(unsure).title


def test_last_year_s_quarters_are_read_on_the_map_there_is(tmp_path: Path) -> None:
    """Without the map of 2015, a name left as a code would part one quarter in two lines."""
    (tmp_path / "p.csv").write_text(
        "id_action;annee;axe;code_qpv;action;valorise_eur\n"
        "A1;2024;3;Les Tilleuls;Nettoyage;100\nA2;2024;3;Les Ormes;Nettoyage;100\n"
    )
    settings = load_settings(dossier(tmp_path, 'programme_precedent = "p.csv"\n'))
    inputs, _ = gather_inputs(settings)
    there = Geography(None, Communes.load(), {2024: carte()}, None, tmp_path, ())
    made, faults = quarters_by_code(settings, inputs, there, 2024)
    assert list(made.frames["programme_precedent"]["code_qpv"]) == ["QN05991I", "Les Ormes"]
    assert {(f.code, f.got, f.severity) for f in faults} == {
        ("qpv_par_nom", "Les Tilleuls", Severity.DOUTE),
        ("qpv_nom_inconnu", "Les Ormes", Severity.DOUTE),
    }


def test_names_of_quarters_with_spaces_are_not_cut_in_conventions(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(
        "id_convention;codes_qpv\nC1;Les Tilleuls, Centre\nC2;QN 059 91 I QN05992M\n"
    )
    inputs, _ = read(dossier(tmp_path, 'conventions = "c.csv"\n'))
    assert list(inputs.frames["conventions"]["codes_qpv"]) == [
        ("Les Tilleuls", "Centre"), ("QN05991I", "QN05992M"),
    ]  # fmt: skip


def test_an_action_for_all_quarters_is_shared_by_dwellings_to_the_cent() -> None:
    stock = holds(
        pd.DataFrame(
            {
                "id_residence": ["R1", "R2", "R3"], "nb_logements": [10, 20, 7], "qpv_statut": "dans",
                "qpv_code": ["QN05991I", "QN05992M", "QN06201N"],
            }
        )
    )  # fmt: skip
    given = actions("tous quartiers", "QN05991I")
    made = programme(given, None, stock, year=2025, covered=["QN05991I", "QN05992M"])
    rows = made.actions
    assert list(rows["code_qpv"]) == ["QN05991I", "QN05992M", "QN05991I"]
    assert list(rows["valorise_eur"]) == [Decimal("23.33"), Decimal("46.67"), Decimal("70.00")]
    assert sum(rows["realise_eur"]) == Decimal("200.02")
    assert list(rows["heures"]) == [1.0, 2.0, 3.0]
    assert rows["annee"].dtype == "Int64"
    (said,) = [n for n in made.notices if n.code == "action_partagee"]
    assert "QN05991I 33" in fault_text(said).title
    alone = programme(given, None, stock, year=2025)
    assert "QN06201N" in set(alone.actions["code_qpv"])
    with pytest.raises(TfpbError) as caught:
        programme(given, None, stock.iloc[:0], year=2025)
    assert "action_sans_quartier" in {f.code for f in caught.value.faults}
