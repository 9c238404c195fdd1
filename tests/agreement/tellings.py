"""What each medium of a pack tells of each claim: value, scope, word and place.

The reader is a stranger: it knows the words a claim may bear (``claims.toml``) and the files of a
pack, nothing of the code. A sentence is about the quarter it names, the quarter of its page, else the
whole; a row of a table is about the quarter it names. What a sentence tells of a résidence, an axis or
another year is none of the claims' business.
"""

from __future__ import annotations

import html
import re
import subprocess
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from openpyxl.utils import range_boundaries
from pack_reading import Pack, number, sheet_tables

from everywhere import need

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TOTAL: Final = "total"
Span = tuple[float | None, float | None]
"""Least and most a telling allows; None where it tells no such bound (« au moins », « non connu »)."""
Patterns = dict[str, list[tuple[re.Pattern[str], bool, str]]]
"""Ways to say each claim, whether under its own word, and the phrase."""
_NUMBER: Final = r"\d{1,3}(?: \d{3})+(?:,\d+)?|\d+(?:,\d+)?"
_NEAR: Final = 22.0
"""Points between a large figure and its label."""
_UNITS: Final = {"€": r" ?€", "%": r" ?%", "logements": ""}
_ABOUT_A_PART: Final = re.compile(r"\baxe \d|\(axe|par an\b|en 2030|de plus en \d{4}")
_CELLS: Final = re.compile(r"\s*[¦|]\s*|(?<=[.;•])\s+| – (?=[A-ZÀÉ])")


@dataclass(frozen=True)
class Telling:
    """A claim met in a medium."""

    claim: str
    scope: str
    medium: str
    span: Span
    own_word: bool
    """False where it stands under another word than its own."""
    word: str
    """The phrase, title or label it stands under, as written in ``claims.toml``."""
    place: str


@dataclass(frozen=True)
class Passage:
    """A piece of text of a medium, and the quarter of the page it stands on."""

    medium: str
    text: str
    scope: str = TOTAL


@cache
def words() -> dict[str, dict[str, Any]]:
    """Return the words of the claims."""
    text = (Path(__file__).parent / "claims.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@lru_cache(maxsize=1)
def _book(pack: Pack) -> Any:
    return pack.xlsx()


def plain(text: str) -> str:
    """Return a text with one kind of space, no soft hyphen, one apostrophe."""
    text = re.sub(r"[\u00a0\u202f]", " ", text.replace("\u00ad", "")).replace("'", "’")
    return re.sub(r"\s+", " ", text)


def pdf_pages(path: Path, *how: str) -> list[str]:
    """Return the text of each page, in reading order, rows of a table broken into cells."""
    command = [need("pdftotext"), *how, str(path), "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return text.split("\f")[:-1]


def quarters(pack: Pack) -> dict[str, str]:
    """Return the names of the quarters by code."""
    return {r["code_qpv"]: plain(r["nom_qpv"]) for r in pack.quarters()}


def drawn(pack: Pack) -> bool:
    """Tell whether a pack has its documents, or is data alone."""
    return (pack.folder / "rapport.pdf").exists()


def passages(pack: Pack, screen: str = "") -> Iterator[Passage]:
    """Yield every text of a pack that a reader reads, by medium."""
    codes = quarters(pack)
    for path in sorted(pack.folder.rglob("*.pdf")):
        medium = path.relative_to(pack.folder).as_posix()
        for page in pdf_pages(path):
            head = page[:400]
            own = [c for c in codes if f"{c} ·" in head or f"· {c}" in head]
            scope = path.stem if path.stem in codes else own[0] if own else TOTAL
            # the labels of a column stand together: the last is not beside the first number
            parted = re.sub(r"^En tout\n", "En tout ¦ ", page, flags=re.MULTILINE)
            yield Passage(medium, plain(parted.replace("\n\n", " ¦ ")), scope)
            # an amount is printed with spaces that no line breaks: two lines are two numbers
            yield Passage(medium, plain(re.sub(r"(?<=\d)\n+(?=\d{3}\s)", " ¦ ", parted)), scope)
    for path in sorted((pack.folder / "habitants").glob("*.pdf")):
        for page in pdf_pages(path, "-layout"):  # a label and its euros, line by line
            lines = page.replace("\n", " ¦ ")
            yield Passage(path.relative_to(pack.folder).as_posix(), plain(lines), path.stem)
    yield from (Passage("écran", plain(line)) for line in screen.splitlines())
    if not drawn(pack):
        return
    for sheet in _book(pack):
        inside = [range_boundaries(t.ref) for t in sheet.tables.values()]
        for cell in (c for row in sheet.iter_rows() for c in row if isinstance(c.value, str)):
            if not any(top <= cell.row <= bottom for _, top, _, bottom in inside):
                yield Passage(f"dossier.xlsx, {sheet.title}", plain(cell.value))
    for quarter in pack.payload()["qpv"]:
        yield Passage("carte.html", plain(str(quarter.get("eta", ""))), quarter["code"])


def tellings(pack: Pack, screen: str = "") -> list[Telling]:
    """Return what a pack and its screen tell of the claims, each medium's telling once."""
    found: dict[Telling, None] = {}
    year = str(pack.run()["reglages"]["dossier"]["annee"])
    codes, compiled = quarters(pack), _compiled(year)
    for passage in passages(pack, screen):
        for telling in _in_sentences(passage, codes, compiled):
            found.setdefault(telling)
    for telling in (*_in_data(pack), *_in_faits(pack)):
        found.setdefault(telling)
    if drawn(pack):
        for telling in (*_on_cards(pack), *_in_tables(pack), *_in_synthese(pack),
                        *_on_the_web_map(pack)):  # fmt: skip
            found.setdefault(telling)
    return list(found)


def _patterns(claim: str, year: str) -> Iterator[tuple[re.Pattern[str], bool, str]]:
    entry = words()[claim]
    unit = _UNITS[entry.get("unite", "€")]
    value = (
        rf"(?P<v>(?:de (?:{_NUMBER}){unit} à )?(?:au moins |au plus )?(?<![\d,])(?<!\d )"
        rf"(?:{_NUMBER}){unit}|non connus?|inconnus?)"
    )
    for key, own in (("dit", True), ("autrement", False)):
        for said in entry.get(key, []):
            body = said.replace("{v}", value).replace("{annee}", year)
            start = r"(?<!\w)" if said[0].isalpha() else ""
            yield re.compile(start + body + r"(?!\w)", re.IGNORECASE), own, said


@cache
def _compiled(year: str) -> Patterns:
    return {claim: list(_patterns(claim, year)) for claim in words()}


def _in_sentences(passage: Passage, codes: dict[str, str], compiled: Patterns) -> Iterator[Telling]:
    for sentence in _CELLS.split(passage.text):
        if not any(ch.isdigit() for ch in sentence) or _ABOUT_A_PART.search(sentence):
            continue
        named = {c for c, name in codes.items() if c in sentence or name in sentence}
        scope = named.pop() if len(named) == 1 else passage.scope if not named else ""
        if not scope:
            continue
        for claim, patterns in compiled.items():
            for pattern, own, said in patterns:
                for hit in pattern.finditer(sentence):
                    span = read(hit["v"])
                    place = sentence[max(0, hit.start() - 20) : hit.end() + 20]
                    yield Telling(claim, scope, passage.medium, span, own, said, place)


def read(text: str) -> Span:
    """Read an amount, a share or a count as a page writes it, bounds included."""
    numbers = [number(n) for n in re.findall(_NUMBER, text)]
    if not numbers:
        return None, None
    if "au moins" in text.lower():
        return numbers[0], None
    if "au plus" in text.lower():
        return None, numbers[0]
    return numbers[0], numbers[-1]


def _phrases(path: Path) -> Iterator[list[tuple[float, float, str]]]:
    """Yield, for each page, its phrases (words close on one line): left edge, middle, text."""
    command = [need("pdftotext"), "-bbox", str(path), "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    word = re.compile(r'<word xMin="(\S+)" yMin="(\S+)" xMax="(\S+)" yMax="(\S+)">(.*?)</word>')
    for page in text.split("<page ")[1:]:
        out: list[tuple[float, float, str]] = []
        right, middle = 0.0, 0.0
        for hit in word.finditer(page):
            x0, y0, x1, y1 = (float(hit[n]) for n in range(1, 5))
            level, said = (y0 + y1) / 2, plain(html.unescape(hit[5]))
            if out and abs(level - middle) < 1.5 and -1 < x0 - right < 6:
                out[-1] = (out[-1][0], out[-1][1], f"{out[-1][2]} {said}")
            else:
                out.append((x0, level, said))
            right, middle = x1, level
        yield out


def _on_cards(pack: Pack) -> Iterator[Telling]:
    """Yield the large figures of the pages of a quarter: the figure nearest its label, same left edge."""
    for path in sorted((pack.folder / "quartiers").glob("*.pdf")):
        medium = f"quartiers/{path.name}"
        for phrases in _phrases(path):
            for claim, entry in words().items():
                for key, own in (("carte", True), ("carte_autrement", False)):
                    for label in entry.get(key, []):
                        text = _figure_of(label, phrases, entry.get("unite", "€"))
                        if text:
                            span = read(text)
                            yield Telling(claim, path.stem, medium, span, own, label, text)


def _figure_of(label: str, phrases: list[tuple[float, float, str]], unit: str) -> str:
    end = "(?: logements)?" if unit == "logements" else f" ?{unit}"
    figure = re.compile(rf"(?:au moins |au plus )?(?:{_NUMBER}){end}")
    for left, level, text in phrases:
        near = [
            (abs(y - level), said)
            for x, y, said in phrases
            if text == label and abs(x - left) < 4 and abs(y - level) < _NEAR
            if figure.fullmatch(said)
        ]
        if near:
            return min(near)[1]
    return ""


def _tables(pack: Pack) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    book = _book(pack)
    sheets = {
        t.name.removeprefix("t_"): sheet.title for sheet in book for t in sheet.tables.values()
    }
    for name, rows in sheet_tables(book).items():
        titled = [{plain(str(k)): v for k, v in row.items()} for row in rows]
        yield f"dossier.xlsx, {sheets[name]}", titled


def _in_tables(pack: Pack) -> Iterator[Telling]:
    by_name = {w: code for code, name in quarters(pack).items() for w in (code, name)}
    for medium, rows in _tables(pack):
        keys = [t for t in ("Code du QPV", "Quartier", "Nom du QPV") if rows and t in rows[0]]
        if not keys or {"Résidence", "Axe", "Année", "Question"} & set(rows[0]):
            continue
        for row in rows:
            named = [plain(str(row[k])) for k in keys]
            scopes = {by_name[n] for n in named if n in by_name}
            if "Total" in named:
                scopes = {TOTAL}
            if len(scopes) == 1:
                yield from _in_row(medium, row, scopes.pop())


def _in_row(medium: str, row: dict[str, Any], scope: str) -> Iterator[Telling]:
    for claim, entry in words().items():
        for key, own in (("titres", True), ("titres_autrement", False)):
            for title in entry.get(key, []):
                span = _cell(row.get(title), entry.get("unite", "€"))
                if span:
                    yield Telling(claim, scope, medium, span, own, title, f"colonne « {title} »")


def _cell(value: object, unit: str) -> Span | None:
    if isinstance(value, int | float):
        amount = value * 100 if unit == "%" and abs(value) <= 5 else value
        return float(amount), float(amount)
    text = plain(str(value or ""))
    if text.startswith("=") or not re.search(r"\d", text):
        return None
    return read(text)


def _in_synthese(pack: Pack) -> Iterator[Telling]:
    for row in _book(pack)["Synthèse"].iter_rows(values_only=True):
        for claim, entry in words().items():
            for key, own in (("synthese", True), ("synthese_autrement", False)):
                if row[0] in entry.get(key, []):
                    span = _cell(row[1], entry.get("unite", "€"))
                    medium = "dossier.xlsx, Synthèse"
                    if span:
                        yield Telling(
                            claim, TOTAL, medium, span, own, row[0], f"ligne « {row[0]} »"
                        )


def _in_data(pack: Pack) -> Iterator[Telling]:
    for claim, entry in words().items():
        for source in entry.get("donnees", []):
            table, column = source.split(".")
            path = pack.folder / "donnees" / f"{table}.csv"
            rows = pack.rows(table) if path.exists() else []
            cells = [(r["code_qpv"], r[column]) for r in rows if column in r]
            medium = f"donnees/{table}.csv"
            for code, text in cells:
                if code and text:
                    span = (number(text), number(text))
                    yield Telling(
                        claim, code, medium, span, own_word=True, word=column, place=column
                    )
            outside = not entry.get("hors") or any(not code for code, _ in cells)
            if cells and outside and all(text for _, text in cells):
                whole = sum(number(text) for _, text in cells)
                place = f"Σ {column}"
                span = (whole, whole)
                yield Telling(claim, TOTAL, medium, span, own_word=True, word=column, place=place)


def _on_the_web_map(pack: Pack) -> Iterator[Telling]:
    """Yield the dwellings that the discs drawn « à vérifier » stand for, by which they are sized."""
    homes = pack.payload()["residences"]
    signs = [homes["sta"]["v"][at] for at in homes["sta"]["i"]]
    drawn = sum(n for n, sign in zip(homes["des"], signs, strict=True) if sign == "a_verifier")
    drawn += sum(homes["non"])  # those that no disc stands for are told on the card
    word = "logements à vérifier"
    yield Telling("logements_a_verifier", TOTAL, "carte.html", (float(drawn), float(drawn)),
                  own_word=True, word=word, place="Σ « à vérifier », dessinés ou non")  # fmt: skip


def _in_faits(pack: Pack) -> Iterator[Telling]:
    for row in faits(pack):
        if row["nom"] in words():
            unit = 100 if row["unite"] == "part" else 1
            ends = (row[c] for c in ("valeur_bas", "valeur_haut"))
            span = tuple(number(end) * unit if end else None for end in ends)
            yield Telling(row["nom"], row["portee"], "donnees/faits.csv", (span[0], span[1]),
                          own_word=True, word=row["titre"], place="valeur_bas, valeur_haut")  # fmt: skip


def faits(pack: Pack) -> list[dict[str, str]]:
    """Return the rows of donnees/faits.csv, none where the pack has no such table."""
    return pack.rows("faits") if (pack.folder / "donnees" / "faits.csv").exists() else []


def apart(told: Iterable[Telling], room: float) -> list[list[Telling]]:
    """Group tellings by value: two are one when they differ by at most `room`, a rounding.

    A bound that is not told agrees with any, but « au moins 5 » is not one with « 5 ».
    """
    groups: list[list[Telling]] = []
    for telling in sorted(told, key=lambda t: (t.span[0] or 0.0, t.span[1] or 0.0)):
        for group in groups:
            if all(_close(one.span, telling.span, room) for one in group):
                group.append(telling)
                break
        else:
            groups.append([telling])
    return groups


def exact(span: Span, room: float = 1.0) -> bool:
    """Tell whether both bounds are told and one."""
    return span[0] is not None and span[1] is not None and span[1] - span[0] <= room


def _close(one: Span, two: Span, room: float) -> bool:
    both = [(a, b) for a, b in zip(one, two, strict=True) if a is not None and b is not None]
    return all(abs(a - b) <= room for a, b in both) and exact(one, room) == exact(two, room)
