"""One word, one figure: every medium of a pack read together, for what its readers would be misled by."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pytest
from pack_reading import Pack, flat, number, sheet_tables

from tfpb.words.survey.verdict_words import SIGNS, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

OPERATOR: Final = re.compile(
    r"\.toml|\.xlsx|\.csv|\[fichiers\]|\btfpb\b|--[a-z]|\b[Ss][Hh][Aa]-?256|\b[Rr]elance|[Ee]ncod"
    r"|\bcolonne «|_eur\b"
)
"""Words for who runs the program: file keys, commands, hashes, mended letters."""
_SCALES: Final = {"points": 100.0, "points_entiers": 100.0}
_NUMBER: Final = re.compile(r"[−+-]?\d+(?:,\d+)?%?")
_ONE_ADDRESS: Final = frozenset({"Résidence", "Adresse du fichier", "Adresse"})
"""A table with such a column names a quarter to place something else."""
Fact = tuple[float, int, str]
"""A figure, the decimals it is written with, and where."""


@pytest.fixture(scope="module")
def made(pack: Path) -> Pack:
    return Pack(pack)


def _plain(text: object) -> str:
    return re.sub(r"[\u00a0\u202f]", " ", str(text)).replace("\u00ad", "")


def _named(made: Pack) -> dict[str, str]:
    """Return what a row may be about, by each of its wordings: a quarter, a question, an axis, all."""
    quarters = {r["code_qpv"]: r["nom_qpv"] for r in made.quarters()}
    out = {w: code for code, name in quarters.items() for w in (code, name, f"{name} ({code})")}
    out |= {r["libelle"]: r["libelle"] for r in made.rows("satisfaction")}
    out |= {r["axe_mot"]: r["axe_mot"] for r in made.rows("axes")}
    return out | {word: word for word in ("Total", "Tous quartiers")}


def _value(cell: Any) -> tuple[float, int] | None:
    """Read a number and its decimals, from a cell of any medium."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell), 9
    text = flat(str(cell))
    if not _NUMBER.fullmatch(text):
        return None
    decimals = len(text.rstrip("%").partition(",")[2])
    share = text.endswith("%")
    return number(text) / (100 if share else 1), decimals + 2 * share


def _tables(made: Pack) -> Iterator[tuple[str, list[str], list[list[Any]]]]:
    """Yield each table of the workbook and the data: where, headers, rows."""
    for name, rows in sheet_tables(made.xlsx()).items():
        if rows:
            yield f"dossier.xlsx, {name}", list(rows[0]), [list(r.values()) for r in rows]
    columns: dict[str, list[dict[str, str]]] = defaultdict(list)
    for line in made.dictionary():
        columns[line["table"]].append(line)
    for name, held in columns.items():
        scales = [_SCALES.get(c["format"], 1.0) for c in held]
        data = [
            [_scaled(r[c["colonne"]], s) for c, s in zip(held, scales, strict=True)]
            for r in made.rows(name)
        ]
        yield f"donnees/{name}.csv", [c["intitule"] for c in held], data


def _scaled(text: str, scale: float) -> Any:
    value = _value(text)
    return text if value is None or scale == 1.0 else value[0] * scale


def differing(
    tables: Iterable[tuple[str, list[str], list[list[Any]]]], named: dict[str, str]
) -> list[str]:
    """Return the figures that bear one name, of one thing, and differ by more than their rounding."""
    facts: dict[tuple[str, ...], list[Fact]] = defaultdict(list)
    for place, head, rows in tables:
        heads = [_plain(h) for h in head]
        if _ONE_ADDRESS & set(heads):
            continue
        dated = heads.index("Année") if "Année" in heads else None
        keys = [
            tuple(sorted({named[t] for c in r if (t := _plain(c)) in named}))
            + (() if dated is None else (str(r[dated]),))
            for r in rows
        ]
        once = Counter(keys)
        for key, row in zip(keys, rows, strict=True):
            if not key or once[key] > 1 or set(key) <= {str(y) for y in range(2000, 2100)}:
                continue
            for header, cell in zip(heads, row, strict=True):
                if (value := _value(cell)) is not None:
                    facts[*key, header].append((*value, place))
    assert len(facts) > 5
    out = []
    for key, told in facts.items():
        for value, decimals, place in told:
            for other, fewer, elsewhere in told:
                least = min(decimals, fewer)
                if abs(value - other) > 0.51 * 10**-least and abs(value - other) > 1e-6:
                    out.append(f"{key}: {value} ({place}), {other} ({elsewhere})")
    return out


def test_figures_of_one_name_agree_in_every_medium(made: Pack) -> None:
    assert not differing(_tables(made), _named(made))


def test_the_reader_of_this_test_would_see_two_figures_of_one_name() -> None:
    head = ["Quartier", "Abattement (€)", "a", "b", "c", "d", "e"]
    same = [["Le Moulin", "1 000", "1", "2", "3", "4", "5"]]
    named = {"Le Moulin": "QN1"}
    assert not differing(
        [("x", head, same), ("y", head, [["Le Moulin", 1000.4, 1, 2, 3, 4, 5]])], named
    )
    assert differing(
        [("x", head, same), ("y", head, [["Le Moulin", 1200.0, 1, 2, 3, 4, 5]])], named
    )


def test_the_layer_of_residences_says_the_figures_of_the_table(made: Pack) -> None:
    with closing(sqlite3.connect(made.folder / "donnees" / "residences.gpkg")) as base:
        base.row_factory = sqlite3.Row
        layer = {str(r["id_residence"]): dict(r) for r in base.execute("SELECT * FROM residences")}
    rows = made.rows("residences")
    shared = [c for c in rows[0] if c in next(iter(layer.values())) and c != "id_residence"]
    assert {"logements_dans", "logements_a_verifier", "code_qpv"} <= set(shared)
    compared = 0
    for row in rows:
        home = layer[row["id_residence"]]
        for column in shared:
            told, value = row[column], home[column]
            if isinstance(value, int | float) and told:
                assert number(told) == pytest.approx(float(value), rel=1e-9), (row, column)
                compared += 1
            elif isinstance(value, str) and column == "code_qpv":
                assert told == value
    assert compared > 300


_AMOUNT: Final = r"(\d{1,3}(?: \d{3})*(?:,\d\d)?)"
_NAMED: Final = {
    name: re.compile(pattern.replace("#", _AMOUNT))
    for name, pattern in {
        "abattement": r"[Aa]battement(?: 2025)?(?: acquis)?(?: :| de) # €(?! (?:par|à|sur))",
        "valorisé": r"# € valorisés en 2025",
        "à réclamer": r"# € (?:restent )?à réclamer",
        "à risque": r"# €(?: sont)? à risque",
        "sous réserve": r"# € sous réserve",
        "reste à justifier": r"# € à (?:justifier|programmer)",
        "logements à vérifier": r"# logements? (?:à vérifier|dont le côté)",
        "surcoût": r"(?:[Ss]urcoût de droit commun en QPV 2025 :|au-delà de l’ordinaire :) # €",
        "acquis": r"# € acquis",
        "acquis, au début": r"de l’abattement : [\d ]+ € sur # €",
        "justifié": r"(?:[Jj]ustifié à \d+ % \(|justifient \d+ % de l’abattement : )# €",
        "prouvé": r"et à \d+ % \(# €\) avec pièce",
        "avec pièce": r"dont # € \(\d+ %\) avec pièce",
        "manque": r"Il manque # €",
        "part de l’État": r"État\* # €",
        "de plus que le sien": r" : # € de plus que le sien",
        "au mieux": r"# € seraient dus",
        "impôt en moins": r"Impôt en moins : # €",
        "en tout": r"En tout # €",
        "avec justificatif": r"avec justificatif \(non contrôlé\) : # €",
        "encore dû": r"actions encore dues par le bailleur : # €",
        "valorisé par logement": r"Valorisé : # € par logement abattu",
        "abattement par logement": r"Abattement : # € par logement abattu",
    }.items()
}
"""Figures that sentences name, with the words around them."""


def _allowed(made: Pack) -> dict[str, dict[str, set[float]]]:
    """Return what each named figure may be, from the data: by quarter, « » for all of them."""
    given = balance = {r["code_qpv"]: r for r in made.quarters()}
    matched = [r for r in made.rows("quartiers") if r["porte_avis_eur"]]
    homes = made.rows("residences")

    def each(rows: dict[str, dict[str, str]], *columns: str) -> dict[str, list[float]]:
        return {c: [sum(number(r[k] or 0) for k in columns)] for c, r in rows.items()}

    def summed(by_quarter: dict[str, list[float]]) -> float:
        return sum(v[0] for v in by_quarter.values())

    named = {
        "abattement": each(given, "abattement_eur"),
        "valorisé": each(balance, "valorise_eur"),
        "à réclamer": each(given, "abattement_a_reclamer_eur"),
        "sous réserve": each(given, "abattement_sous_reserve_eur"),
        "reste à justifier": each(balance, "rattrapage_eur"),
        "acquis": each(given, "abattement_eur"),
        "impôt en moins": each(given, "abattement_eur"),
        "en tout": each(balance, "valorise_eur"),
    }
    out = {
        name: {"": {summed(v), *(x for one in v.values() for x in one)}} | {
            c: set(one) for c, one in v.items()
        }
        for name, v in named.items()
    }  # fmt: skip
    bare = sum(
        max(0.0, number(r["abattement_eur"]) - number(r["valorise_eur"])) for r in balance.values()
    )
    out["reste à justifier"][""].add(bare)
    out["acquis, au début"] = out["acquis"]
    pairs = [(number(r["abattement_eur"]), number(r["valorise_eur"])) for r in balance.values()]
    out["justifié"] = {"": {sum(map(min, pairs)), *map(min, pairs)}}
    proved = sum(number(r["prouve_eur"] or 0) for r in made.rows("actions"))
    out["prouvé"] = out["avec pièce"] = {"": {proved}}
    by_code: dict[str, float] = dict.fromkeys(balance, 0.0)
    for row in made.rows("actions"):
        by_code[row["code_qpv"]] = by_code.get(row["code_qpv"], 0.0) + number(
            row["prouve_eur"] or 0
        )
    out["avec justificatif"] = {"": {proved}} | {c: {one} for c, one in by_code.items()}
    lacking = {c: max(0.0, due - valued) for c, (due, valued) in zip(balance, pairs, strict=True)}
    out["manque"] = out["encore dû"] = {"": {bare}} | {c: {one} for c, one in lacking.items()}
    out["de plus que le sien"] = {"": {valued - due for due, valued in pairs}}
    back = [number(r["compensation_etat_eur"]) for r in given.values()]
    out["part de l’État"] = {"": {sum(back)}}
    abated = sum(number(r["logements_abattus"]) for r in given.values())
    for name, top in (("valorisé", "valorisé"), ("abattement", "abattement")):
        out[f"{name} par logement"] = {"": {summed(named[top]) / abated}}
    for name, column in (("à risque", "abattement_a_risque_eur"), ("au mieux", "au_mieux_eur")):
        out[name] = {"": {sum(number(r[column] or 0) for r in matched)}}
    near = {r["id_residence"]: r["code_qpv_avis"] for r in homes}
    doubts: dict[str, float] = {"": 0.0}
    for row in homes:
        for code in {"", row["code_qpv"] or near[row["id_residence"]]}:
            doubts[code] = doubts.get(code, 0.0) + number(row["logements_a_verifier"])
    out["logements à vérifier"] = {code: {count} for code, count in doubts.items()}
    out["surcoût"] = {"": {sum(number(r["surcout_eur"] or 0) for r in made.rows("droit_commun"))}}
    return out


def _beside_tables(book: Any) -> list[str]:
    """Return the texts of a workbook that stand in no table: leads, notes, key figures."""
    out = []
    for sheet in book:
        held = {
            cell.coordinate
            for table in sheet.tables.values()
            for row in sheet[table.ref]
            for cell in row
        }
        out += [
            str(c.value)
            for row in sheet.iter_rows()
            for c in row
            if c.value is not None and c.coordinate not in held
        ]
    return out


@cache
def _told(made: Pack) -> dict[str, tuple[str, list[str]]]:
    """Return the sentences of each medium, with the quarter it is about (« » for all)."""
    folders = ("habitants", "quartiers")
    pages = sorted(p for f in folders for p in (made.folder / f).glob("QN*.pdf"))
    texts = {
        "note.pdf": ("", [made.pdf("note.pdf")]),
        "rapport.pdf": ("", [made.pdf()]),
        "dossier.xlsx": ("", _beside_tables(made.xlsx())),
    } | {
        f"{p.parent.name}/{p.name}": (
            p.stem,
            [made.pdf(f"{p.parent.name}/{p.name}")],
        )
        for p in pages
    }
    return {k: (c, [_plain(re.sub(r"\s+", " ", t)) for t in v]) for k, (c, v) in texts.items()}


def _strangers(
    sentences: list[str], allowed: dict[str, dict[str, set[float]]], code: str
) -> tuple[list[str], int]:
    """Return the named figures that the data do not have, and how many were read."""
    wrong, read = [], 0
    for name, pattern in _NAMED.items():
        known = allowed[name].get(code, allowed[name][""])
        for found in pattern.finditer(" \n ".join(sentences)):
            read += 1
            value, rounding = number(found[1]), 0.006 if "," in found[1] else 0.51
            if not any(abs(value - k) < rounding for k in known):
                wrong.append(f"{name} : {found[0]}")
    return wrong, read


def test_a_figure_that_sentences_name_is_that_of_the_data(made: Pack) -> None:
    allowed = _allowed(made)
    read = {}
    for medium, (code, sentences) in _told(made).items():
        wrong, read[medium] = _strangers(sentences, allowed, code)
        assert not wrong, (medium, wrong)
    least = {"note.pdf": 7, "rapport.pdf": 15, "dossier.xlsx": 5}
    assert all(read[m] >= n for m, n in least.items()), read
    assert sum(bool(n) for n in read.values()) >= 9, read


def test_one_figure_changed_in_one_medium_is_seen(made: Pack) -> None:
    """Whatever medium is spoilt, and whichever of the figures it names."""
    allowed = _allowed(made)
    tried = 0
    for medium, (code, sentences) in _told(made).items():
        whole = " \n ".join(sentences)
        for pattern in _NAMED.values():
            for found in pattern.finditer(whole):
                spoilt = whole[: found.start(1)] + "987 654" + whole[found.end(1) :]
                assert _strangers([spoilt], allowed, code)[0], (medium, found[0])
                tried += 1
    assert tried >= 77


def test_the_note_marks_what_differs_like_with_like_and_the_report_says_it(made: Pack) -> None:
    told = {m: " ".join(" ".join(_told(made)[m][1]).split()) for m in ("note.pdf", "rapport.pdf")}
    apart = re.findall(
        r"Pour (\d+) questions?, l’écart à structure comparable ne dit pas", told["rapport.pdf"]
    )
    none = "À structure comparable, l’enquête ne montre pas d’autre écart" in told["rapport.pdf"]
    assert none != bool(apart), told["rapport.pdf"][:300]
    assert ("†" in told["note.pdf"]) <= bool(apart)


def test_a_page_of_a_quarter_says_the_figures_of_no_other(made: Pack) -> None:
    """The sums of each quarter stand on its pages; those of its neighbours, nowhere on them."""
    rows = made.quarters()
    pages = {m: (c, t[0]) for m, (c, t) in _told(made).items() if "/" in m}
    for medium, (code, text) in pages.items():
        for row in rows:
            amount = f"{int(number(row['abattement_eur']))}€"
            assert (amount in flat(text)) == (row["code_qpv"] == code), (medium, amount)


def test_both_maps_and_the_layer_place_a_residence_alike(made: Pack) -> None:
    shown = made.payload()["residences"]
    read = gpd.read_file(made.folder / "donnees" / "residences.gpkg", layer="residences")
    layer = read.to_crs(4326).set_index("id_residence")
    assert set(shown["id"]) == set(layer.index)
    cut = 0
    for key, x, y, both in zip(shown["id"], shown["x"], shown["y"], shown["cou"], strict=True):
        row = layer.loc[key]
        assert (row.geometry.x * 1e5, row.geometry.y * 1e5) == pytest.approx((x, y), abs=0.51)
        cut += both
        assert not both or (row["logements_dans"] and row["logements_hors"])
    assert cut >= 1


def _read_by_a_prefect(made: Pack) -> dict[str, str]:
    """Return the note, the body of the report, and the pages of quarters."""
    body, *_ = made.pdf().split("Annexe · Rappel légal", 2)[1:]
    folders = ("habitants", "quartiers")
    names = [f"{f}/{p.name}" for f in folders for p in (made.folder / f).glob("*.pdf")]
    pages = {name: made.pdf(name) for name in names}
    return {"note.pdf": made.pdf("note.pdf"), "rapport.pdf": body, **pages}


def test_a_prefect_meets_no_word_of_the_operator(made: Pack) -> None:
    for name, text in _read_by_a_prefect(made).items():
        assert len(text) > 1000, name
        assert not OPERATOR.findall(text), name


def _everywhere(made: Pack) -> dict[str, str]:
    sheets = [str(c.value) for s in made.xlsx() for r in s.iter_rows() for c in r if c.value]
    data = [p.read_text(encoding="utf-8-sig") for p in (made.folder / "donnees").glob("*.csv")]
    return _read_by_a_prefect(made) | {
        "rapport.pdf": made.pdf(),
        "dossier.xlsx": "\n".join(sheets),
        "carte.html": str(made.payload()),
        "donnees": "\n".join(data),
    }


def test_nothing_is_said_sans_doute_which_means_probably(made: Pack) -> None:
    for name, text in _everywhere(made).items():
        assert "sans doute" not in re.sub(r"\s+", " ", text), name


_TECHNICAL: Final = r"(?:[ée]quivalent|(?:non.)?inf[ée]rieur|sup[ée]rieur|meilleur|non.concluant)"
"""What statisticians call verdicts, which no sign stands before."""


def test_a_verdict_has_one_wording_and_its_key(made: Pack) -> None:
    assert not any(re.search(_TECHNICAL, word) for word in VERDICTS.values())
    rows = made.rows("satisfaction")
    met = {r[name] for r in rows for name in ("verdict_mot", "verdict_mot_2019")} - {""}
    key = _plain(re.sub(r"\s+", " ", made.pdf().split("Comment lire un verdict")[1]))
    sheet = _plain("\n".join(str(c[0].value) for c in made.xlsx()["Satisfaction"].iter_rows()))
    for said in met:
        word = re.sub(r" \((?:isolé|fragile|isolé, fragile)\)$", "", said)
        if word[0] in set(SIGNS.values()) - {"–"}:
            assert f"{_plain(word)} : " in key, said
            assert f"{_plain(word)} : " in sheet, said
    for name, text in _everywhere(made).items():
        whole = _plain(re.sub(r"\s+", " ", text))
        assert not re.search(rf"[●◒◐○■▽◇◆▲▼] {_TECHNICAL}", whole), name


_KEYS: Final = (
    "Comment lire un verdict",
    "marge d’équivalence",
    "▲ l’écart a bougé en faveur des QPV",
)
_SIGNED: Final = re.compile(
    r"[●◒◐■▽◇◆] (?!ici\b|tous les QPV|quartiers)[a-zà]|○ (?!ailleurs)[a-zà]"
)
"""A sign before a word; those of a line of levels, and of a movement, are no verdicts."""


def test_no_page_shows_a_verdict_without_a_key(made: Pack) -> None:
    signed = 0
    for name, text in _read_by_a_prefect(made).items():
        if _SIGNED.search(text):
            signed += 1
            assert any(key in re.sub(r"\s+", " ", text) for key in _KEYS), name
    assert signed >= 1


def test_no_sentence_of_a_page_is_cut(made: Pack) -> None:
    for name, text in _read_by_a_prefect(made).items():
        assert "…" not in text, name
