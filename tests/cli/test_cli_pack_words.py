"""What a pack says, read as its readers do: no cause claimed, no code shown, nothing left unsaid."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pack_reading import Pack

import tfpb
from everywhere import need
from tfpb.packaged import packaged
from tfpb.pipeline.pack_files import DOCUMENTS
from tfpb.text import capital
from tfpb.words.terms import PIECES, PLAN, SIDES

PACKAGE = Path(tfpb.__file__).parent

CAUSAL = (
    r"\bgr[âa]ce (?:à|au|aux)\b",
    r"\b(?:a|ont|aura|auront) permis\b",
    r"\bpermet(?:tent)? d[’'e] ?(?:am[ée]liorer|augmenter|r[ée]duire|faire)",
    r"\bs[’']explique(?:nt)? par\b",
    r"\b(?:a|ont) (?:entra[îi]n[ée]|provoqu[ée]|caus[ée]|produit|g[ée]n[ée]r[ée])",
    r"\b(?:est|sont) d[ûu]e?s? (?:à|au|aux)\b",
    r"\bimpact(?:s|e|ent|[ée]e?s?)?\b",
    r"\befficac(?:e|es|ité)\b",
    r"\bef?fets? (?:de|des|du) (?:l[’']abattement|la d[ée]pense|l[’']action|programme|actions|d[ée]penses)",
    r"\ba(?:ur)?ont (?:un|des) effets?\b",
    r"\bcontribu(?:e|ent|[ée]) à (?:am[ée]liorer|la hausse|l[’']am[ée]lioration)",
    r"\b(?:prouve|prouvent|d[ée]montre|d[ée]montrent) que\b",
    r"\bam[ée]lior(?:e|ent|[ée]e?s?|ation) (?:de )?la satisfaction\b",
    r"\bfait (?:progresser|baisser|monter|reculer)\b",
    r"\ben raison d(?:e|u|es)\b.{0,40}\b(?:actions|d[ée]penses|abattement)",
    r"\bpar cons[ée]quent\b",
    r"\bc[’']est pourquoi la satisfaction\b",
)
LEAGUE = (
    r"\bclassement\b",
    r"\bmeilleur(?:e)? bailleur\b",
    r"\b(?:dernier|premier)e? de la liste\b",
)
CODES = (
    "a_verifier|hors_qpv|non_publiable|non_concluant|ecart_defavorable|non_inferieur|"
    "sans_convention|a_reclamer|a_risque|evolution_ecart"
)
JARGON = (
    r"\bp-?value\b", r"\bp_\w+", r"\bNaN\b", r"\bnan\b", r"\bNone\b", r"\bTrue\b", r"\bFalse\b",
    r"\bnull\b", r"\bundefined\b", r"\{\w+\}", rf"\b(?:{CODES})\b",
)  # fmt: skip
WENT = {
    r"\bprouvée?s?\b|\b(?:à|non|de) prouver\b|\bpreuves?\b(?! de (?:déclaration|son envoi|\d))": PIECES.avec,
    r"\bsoldes?\b|\breste à (?:justifier|employer)|\bà (?:employer|justifier)\b(?= ?[:|(\d])": PLAN.manque,
    r"[−-] ?hors QPV|\b(?:QPV|ici) (?:et|ou|puis) hors QPV|hors QPV \((?:%|n)|"
    r"\b(?:n|Satisfaits|dont) hors QPV": SIDES.ailleurs,
    r"\bplus (?:bas|haut)s? (?:en QPV|de plus|\(|,)|« (?:plus (?:bas|haut)|proche)|"
    r"[■▽◒◇◆●◐] (?:un peu |pas )?(?:plus (?:bas|haut)|proche)|\b(?:moins|aussi) bien\b|"
    r"\bpas moins, à\b|plus (?:basse|élevée) en QPV": "moins, autant, plus",
    r"équivalence (?:non )?(?:dé)?montrée|marge d[’']équivalence : ±": "autant",
}  # fmt: skip
"""What no medium writes any more, and the term of `words/terms.toml` in its place."""
WRONG_WORDS = (
    r"\bexon[ée]ration de 30\b",
    r"\bsite(?:s)? d[’']habitation\b",
    r"\bpropri[ée]taire bailleur\b",
)


@pytest.fixture(scope="module")
def made(pack: Path) -> Pack:
    return Pack(pack)


@pytest.fixture(scope="module")
def said(made: Pack) -> dict[str, str]:
    """Return the visible text of each medium."""
    need("pdftotext")
    book = made.xlsx()
    sheets = [
        str(c.value) + (f"\n{c.comment.text}" if c.comment else "")
        for sheet in book
        for row in sheet.iter_rows()
        for c in row
        if c.value is not None
    ]
    page = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", _html(made), flags=re.DOTALL)
    places = sorted((made.folder / "quartiers").glob("*.pdf"))
    pages = [made.pdf(f"quartiers/{p.name}") for p in places]
    whole = {
        "note.pdf": made.pdf("note.pdf"),
        "habitants": "\n".join(
            made.pdf(f"habitants/{p.name}")
            for p in sorted((made.folder / "habitants").glob("*.pdf"))
        ),
        "a_envoyer": "\n".join(
            str(value)
            for path in sorted((made.folder / "a_envoyer").glob("*.xlsx"))
            for sheet in load_workbook(path, read_only=True)
            for row in sheet.iter_rows(values_only=True)
            for value in (sheet.title, *row)
            if value is not None
        ),
        "écran": (made.folder.parent / "ecran.txt").read_text(encoding="utf-8"),
        "page": "\n".join(
            path.read_text(encoding="utf-8")
            for folder in ("page/templates", "words/page")
            for path in sorted((PACKAGE / folder).rglob("*.*"))
            if path.suffix in (".jinja", ".html", ".toml", ".py")
        ),
        "rapport.pdf": made.pdf(),
        "dossier.xlsx": "\n".join([*book.sheetnames, *sheets]),
        "carte.html": re.sub(r"<[^>]+>", " ", page) + "\n" + "\n".join(_strings(made.payload())),
        "quartiers": "\n".join(pages),
    }
    return {name: re.sub(r"[\s\u00a0\u202f]+", " ", text) for name, text in whole.items()}


def _html(made: Pack) -> str:
    return (made.folder / "carte.html").read_text(encoding="utf-8")


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [s for v in value.values() for s in _strings(v)]
    if isinstance(value, list):
        return [s for v in value for s in _strings(v)]
    return []


def found(patterns: tuple[str, ...], text: str, *, case: bool = False) -> list[str]:
    flags = 0 if case else re.IGNORECASE
    return [
        text[max(0, m.start() - 60) : m.end() + 60]
        for p in patterns
        for m in re.finditer(p, text, flags)
    ]


MEDIA = (*DOCUMENTS, "carte.html", "quartiers")


@pytest.mark.parametrize("medium", MEDIA)
def test_there_is_something_to_read(said: dict[str, str], medium: str) -> None:
    assert len(said[medium]) > 2000
    assert "Les Tilleuls - Pasteur" in said[medium]


@pytest.mark.parametrize("medium", MEDIA)
def test_no_cause_is_claimed(said: dict[str, str], medium: str) -> None:
    assert not found(CAUSAL, said[medium])


@pytest.mark.parametrize("medium", MEDIA)
def test_nobody_is_ranked(said: dict[str, str], medium: str) -> None:
    assert not found(LEAGUE, said[medium])


@pytest.mark.parametrize("medium", ["rapport.pdf", "dossier.xlsx", "quartiers"])
def test_no_code_of_the_program_shows(said: dict[str, str], medium: str) -> None:
    assert not found(JARGON, said[medium], case=True)


@pytest.mark.parametrize("medium", MEDIA)
def test_the_words_are_those_of_the_field(said: dict[str, str], medium: str) -> None:
    assert not found(WRONG_WORDS, said[medium])


@pytest.mark.parametrize(
    "claim",
    [
        "La satisfaction progresse grâce aux actions.",
        "Le sur-entretien a permis une hausse.",
        "Cette hausse s’explique par les dépenses.",
        "L’impact des actions est net.",
        "L’effet de l’abattement est positif.",
    ],
)
def test_the_reader_of_this_test_would_see_a_claim(claim: str) -> None:
    assert found(CAUSAL, claim)


@pytest.mark.parametrize("medium", ["rapport.pdf", "dossier.xlsx"])
def test_what_cannot_be_said_is_said_to_be_so(said: dict[str, str], medium: str) -> None:
    assert "on ne peut pas encore le dire" in said[medium]
    assert "ne vaut pas attestation" in said[medium]


@pytest.mark.parametrize("term", WENT.values())
def test_no_medium_has_a_word_that_went(said: dict[str, str], term: str) -> None:
    pattern = next(p for p, t in WENT.items() if t == term)
    met = {medium: found((pattern,), text)[:3] for medium, text in said.items()}
    assert not {medium: places for medium, places in met.items() if places}


@pytest.mark.parametrize(
    "gone",
    ["31 actions (27 prouvées)", "prouvé à 86 %", "Reste à justifier : 33 428 €", "le solde est de −37 034 €",
     "points (QPV − hors QPV)", "■ plus bas, de plus de 5 points", "moins bien 6 fois", "● proche"],
)  # fmt: skip
def test_the_reader_of_words_that_went_would_see(gone: str) -> None:
    assert found(tuple(WENT), gone)


def test_headers_are_the_terms_of_the_table() -> None:
    columns = packaged("tfpb.words.sections.pack")["tableaux"]["quartiers"]["colonnes"]
    titles = {key: title for key, title, *_ in columns}
    terms = {"prouve_eur": PIECES.avec, "a_prouver_eur": PIECES.sans_court}
    terms |= {"reste_a_justifier_eur": PLAN.manque, "report_eur": PLAN.reporte}
    terms |= {"rattrapage_eur": PLAN.a_programmer}
    assert {key: titles[key] for key in terms} == {k: f"{capital(t)} (€)" for k, t in terms.items()}


def test_elsewhere_is_defined_once_a_page(said: dict[str, str]) -> None:
    assert said["note.pdf"].count("Ailleurs : ") == 1
