"""Every file of a pack as lines of text that compare on any machine, and its pictures in small.

The lines hold all that a reader sees: cells with their number formats, paragraphs, pages, layers.
What a run may change without a change of the program is left out: clocks, versions, hashes.
"""

from __future__ import annotations

import hashlib
import io
import json
import platform
import re
import shutil
import subprocess
import tempfile
import unicodedata
import zipfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import docx
import numpy as np
import pyogrio
import shapely
from openpyxl import load_workbook
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

WIDTH_PX: Final = 96
"""Width of the kept pictures, in grey."""
DRAWN: Final = ("quartiers/", "atlas")
"""PDF pages that are maps: their labels are compared as sorted words, their places as a picture."""
_NUMBER: Final = re.compile(r"(\d+)")

_LONG: Final = re.compile(r"\d+[.,]\d{10,}(?:e[+-]?\d+)?|\d[.,]\d+e-\d+")
_NOISE: Final = 1e-13
_SHORT_SHA: Final = 16
"""Digits of a source's hash that a table shows."""
_HASH: Final = re.compile(r"[0-9a-f]{8}")
_FOOT: Final = re.compile(r"calcul [0-9a-f]{8}\b")
"""Hash of a run that leaves no run.json, at the foot of its pages."""

Lines = list[str]


@dataclass
class Taken:
    """What was read of the files of one subject: lines and small grey pictures by part."""

    lines: dict[str, Lines] = field(default_factory=dict)
    pictures: dict[str, NDArray[np.uint8]] = field(default_factory=dict)


@cache
def poppler() -> str:
    """Return the version of the programs that read PDF pages, or nothing when one is missing."""
    if not all(shutil.which(name) for name in ("pdftotext", "pdftoppm", "pdfinfo")):
        return ""
    done = subprocess.run(["pdftotext", "-v"], check=True, capture_output=True, text=True)
    found = re.search(r"version ([\d.]+)", done.stderr)
    return found[1] if found else ""


def take(folder: Path, *, made: Iterable[Path] = (), pictured: Callable[[str], bool]) -> Taken:
    """Read every file under a folder.

    Parameters
    ----------
    folder : Path
        What the commands wrote.
    made : iterable of Path
        Inputs whose bytes depend on the machine (a compressed workbook): their hashes are masked.
    pictured : callable
        From the name of a file, whether its pictures are kept.
    """
    taken = Taken()
    hidden = _hidden(folder, made)
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        for part, lines in _parts(path, name):
            taken.lines[part] = [_mask(line, hidden) for line in lines]
        if pictured(name):
            taken.pictures |= _pictures(path, name)
    return taken


def _hidden(folder: Path, made: Iterable[Path]) -> dict[str, str]:
    """Return what is masked, longest first: hashes of runs, of made inputs, the version of Python."""
    hidden = {hashlib.sha256(p.read_bytes()).hexdigest(): f"‹sha256 {p.name}›" for p in made}
    for path in folder.rglob("run.json"):
        record = json.loads(path.read_text(encoding="utf-8"))
        regions = [s["sha256"] for s in record.get("entrees", ()) if s.get("role") == "region"]
        for sha256 in regions:
            hidden |= {sha256: "‹calcul›", sha256[:_SHORT_SHA]: "‹calcul›"}
        if "empreinte" in record:
            hidden[record["empreinte"]] = "‹calcul›"
    hidden[platform.python_version()] = "‹python›"
    return dict(sorted(hidden.items(), key=lambda pair: -len(pair[0])))


def _mask(line: str, hidden: dict[str, str]) -> str:
    for text, mask in hidden.items():
        if text in line:
            line = line.replace(text, mask)
    return _LONG.sub(_rounded, _FOOT.sub("calcul ‹calcul›", line))


def _rounded(found: re.Match[str]) -> str:
    """Keep ten digits of a long number: the last ones depend on the processor and on numpy."""
    value = float(found[0].replace(",", "."))
    text = "0" if abs(value) < _NOISE else f"{value:.10g}"
    return text.replace(".", ",") if "," in found[0] else text


def _parts(path: Path, name: str) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield the parts of a file: one, or one a sheet."""
    kind = path.suffix
    if path.name in ("run.json", "journal.json"):
        yield name, _record(path)
    elif kind == ".xlsx":
        yield from ((f"{name}/{part}", lines) for part, lines in _workbook(path))
    elif kind == ".docx":
        yield name, _document(path)
    elif kind == ".pdf":
        if poppler():
            yield name, _pages(path, drawn=any(word in name for word in DRAWN))
    elif kind == ".html":
        yield from ((f"{name}/{part}", lines) for part, lines in _page(path))
    elif kind == ".gpkg":
        yield name, _layers(path)
    elif kind == ".zip":
        yield name, _archive(path)
    elif kind == ".png":
        with Image.open(path) as picture:
            yield name, [f"{picture.size} {picture.info.get('dpi')}"]
    else:
        yield name, text_lines(path.read_bytes())


def text_lines(data: bytes) -> Lines:
    """Cut a text file at its line ends and say how it is written: no byte goes unseen."""
    mark = data.startswith(b"\xef\xbb\xbf")
    try:
        text, encoding = data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = data.decode("cp1252"), "cp1252"
    windows = "\r\n" in text and text.count("\r\n") == text.count("\n")
    lines = text.split("\r\n" if windows else "\n")
    form = f"# {encoding}{', BOM' if mark else ''}, {'CRLF' if windows else 'LF'}"
    return [form, *(line.replace("\r", "␍").replace("\n", "␊") for line in lines)]


def _record(path: Path) -> Lines:
    """Return a JSON record without its versions, hashes and times, nor what an earlier run had kept."""
    record = json.loads(path.read_text(encoding="utf-8"))
    record.pop("repris", None)
    record.pop("sceau", None)
    if path.name != "run.json":
        record = _keys(record)
    else:
        if "versions" in record:
            record["versions"] = sorted(record["versions"])
        # the index has every file; a run of data alone writes no other
        files = record.get("empreintes", {})
        record["empreintes"] = {name: "…" for name in files if "donnees/" in f"/{name}"}
    return json.dumps(record, ensure_ascii=False, indent=1).split("\n")


def _keys(record: Any) -> Any:
    return {k: _keys(v) for k, v in record.items()} if isinstance(record, dict) else "…"


def _workbook(path: Path) -> Iterator[tuple[str, Lines]]:
    """Yield each sheet, in order, then what the book says of itself and its charts."""
    book = load_workbook(path)
    properties = book.properties
    yield (
        "classeur",
        [
            f"feuilles: {book.sheetnames}",
            f"titre: {properties.title}",
            f"auteur: {properties.creator}",
            f"noms: {sorted((k, v.value) for k, v in book.defined_names.items())}",
        ],
    )
    for sheet in book:
        yield sheet.title, [*_sheet_form(sheet), *_cells(sheet)]
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist(), key=natural):
            if name.startswith("xl/charts/"):
                yield Path(name).stem, archive.read(name).decode().replace("><", ">\n<").split("\n")


def _sheet_form(sheet: Any) -> Lines:
    """Describe a sheet: state, panes, widths, tables, rules, printing, and a hash of its styles."""
    widths = {k: round(d.width, 2) for k, d in sorted(sheet.column_dimensions.items())}
    hidden = sorted(k for k, d in sheet.column_dimensions.items() if d.hidden)
    heights = {k: d.height for k, d in sheet.row_dimensions.items() if d.height}
    rules = sorted(
        f"{area.sqref} {rule.type} {rule.operator} {rule.formula}"
        for area, held in sheet.conditional_formatting._cf_rules.items()
        for rule in held
    )
    choices = sorted(
        f"{v.sqref} {v.type} {v.formula1} {v.prompt}" for v in sheet.data_validations.dataValidation
    )
    setup, foot = sheet.page_setup, sheet.oddFooter
    styles = hashlib.sha256(
        "\n".join(
            f"{c.coordinate} {c.font.b} {c.font.i} {c.font.sz} {c.font.color and c.font.color.rgb} "
            f"{c.fill.fgColor.rgb} {c.alignment.horizontal} {c.alignment.wrap_text} "
            f"{c.border.bottom and c.border.bottom.style} {c.border.top and c.border.top.style}"
            for row in sheet.iter_rows()
            for c in row
            if c.has_style
        ).encode()
    ).hexdigest()[:12]
    lines = [
        f"état: {sheet.sheet_state} · volets: {sheet.freeze_panes} · filtre: {sheet.auto_filter.ref}",
        f"largeurs: {widths}", f"colonnes cachées: {hidden}", f"hauteurs: {heights}",
        f"fusions: {sorted(str(r) for r in sheet.merged_cells.ranges)}",
        f"impression: {setup.orientation} {setup.paperSize} {setup.fitToWidth} {setup.fitToHeight}",
        f"imprimé: {sheet.print_title_rows} {sheet.print_area}",
        f"pied: {foot.left.text} | {foot.center.text} | {foot.right.text}",
        f"images: {len(sheet._images)} · graphiques: {len(sheet._charts)}",
        f"styles: {styles}",
    ]  # fmt: skip
    lines += [f"tableau: {t.name} {t.ref}" for t in sheet.tables.values()]
    return [*lines, *(f"règle: {r}" for r in rules), *(f"choix: {c}" for c in choices)]


def _cells(sheet: Any) -> Iterator[str]:
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is None and cell.comment is None:
                continue
            kind = "" if cell.number_format == "General" else f"\t[{cell.number_format}]"
            note = f"\t✎ {_flat(cell.comment.text)}" if cell.comment else ""
            link = (
                f"\t→ {cell.hyperlink.location or cell.hyperlink.target}" if cell.hyperlink else ""
            )
            mark = "" if cell.data_type in "nsd" else f"({cell.data_type})"
            value = "" if cell.value is None else cell.value
            text = _flat(value) if isinstance(value, str) else repr(value)
            text = text if isinstance(value, str) else f"#{text}"
            yield f"{cell.coordinate}\t{mark}{text}{kind}{note}{link}"


def _flat(text: str) -> str:
    return text.replace("\r", "␍").replace("\n", "␊")


def _document(path: Path) -> Iterator[str]:
    """Yield the paragraphs of a Word document with their styles, those of tables after « | »."""
    document = docx.Document(str(path))
    properties = document.core_properties
    yield f"titre: {properties.title} · sujet: {properties.subject} · auteur: {properties.author}"
    for section in document.sections:
        yield f"page: {section.orientation} {section.page_width} {section.page_height}"
        for place, held in (("en-tête", section.header), ("pied", section.footer)):
            yield from (f"{place}: {p.text}" for p in held.paragraphs)
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    row: list[str] = []
    for element in document.element.body.iter():
        tag = str(element.tag)
        if tag == space + "tr":
            if row:
                yield "| " + " | ".join(row)
            row = []
        elif tag.endswith("}docPr"):
            yield f"image: {element.get('descr')}"
        elif tag == space + "p":
            style = element.find(f"{space}pPr/{space}pStyle")
            text = "".join(
                t.text or "" if t.tag == space + "t" else "\t"
                for t in element.iter(space + "t", space + "tab")
                if t.tag == space + "t" or t.getparent().tag == space + "r"
            )
            if any(a.tag == space + "tc" for a in element.iterancestors()):
                row.append(text)
                continue
            if row:
                yield "| " + " | ".join(row)
                row = []
            yield f"[{'' if style is None else style.get(space + 'val')}] {text}"
    if row:
        yield "| " + " | ".join(row)


def _pages(path: Path, *, drawn: bool) -> Iterator[str]:
    """Yield the text of a PDF page by page: lines of words, or the sorted words of a map."""
    told = _run("pdfinfo", str(path)).split("\n")
    yield from (line for line in told if line.startswith(("Title", "Subject", "Author", "Page")))
    pages = _run("pdftotext", "-raw", str(path), "-").split("\f")
    for number, page in enumerate(pages[:-1], start=1):
        yield f"=== page {number}"
        text = re.sub(r"(\. ){3,}\.?", "… ", page)
        if drawn:
            # the short hash first: it moves from run to run, its mask may not
            yield from sorted(text.split(), key=lambda w: (not _HASH.fullmatch(w), w))
        else:
            yield from filter(None, (" ".join(line.split()) for line in text.split("\n")))


def _run(*command: str) -> str:
    # a page may hold bytes that are no text: of a broken accent only the place counts
    done = subprocess.run(command, check=True, capture_output=True)
    return done.stdout.decode("utf-8", "replace")


def _page(path: Path) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield the data of the map's page, the texts it shows, and a hash of each of its scripts."""
    page = path.read_text(encoding="utf-8")
    scripts = []
    for tag, marks, held in re.findall(r"<(script|style)([^>]*)>(.*?)</\1>", page, re.DOTALL):
        if "json" in marks:
            yield "donnees", list(leaves(json.loads(held)))
        else:
            short = hashlib.sha256(held.encode()).hexdigest()[:12]
            scripts.append(f"{tag}{marks} {len(held)} signes {short}")
    bare = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL)
    yield "scripts", scripts
    yield "page", [line.strip() for line in bare.replace("><", ">\n<").split("\n") if line.strip()]


def leaves(value: Any, place: str = "$") -> Iterator[str]:
    """Yield one line a value of a JSON tree; a list of numbers, however deep, is one value."""
    if isinstance(value, dict) and value:
        for key, held in value.items():
            yield from leaves(held, f"{place}.{key}")
    elif isinstance(value, list) and not _numeric(value):
        for k, held in enumerate(value):
            yield from leaves(held, f"{place}[{k}]")
    else:
        yield f"{place} = {json.dumps(value, ensure_ascii=False)}"


def _numeric(value: Any) -> bool:
    if isinstance(value, list):
        return all(_numeric(v) for v in value)
    return isinstance(value, (int, float))


def _layers(path: Path) -> Iterator[str]:
    """Yield the rows of each layer of a GeoPackage, geometries to the centimetre."""
    for layer, kind in pyogrio.list_layers(path):
        frame = pyogrio.read_dataframe(path, layer=layer)
        columns = [c for c in frame.columns if c != "geometry"]
        yield f"=== {layer} · {kind} · {getattr(frame, 'crs', None)} · {len(frame)} · {columns}"
        for row in frame.itertuples(index=False):
            told = zip(frame.columns, row, strict=True)
            yield _flat("\t".join(_wkt(v) if c == "geometry" else str(v) for c, v in told))


def _wkt(shape: Any) -> str:
    return str(shapely.to_wkt(shape, rounding_precision=2))


def _archive(path: Path) -> Iterator[str]:
    """Yield the names in an archive, and whether each is the file that lies beside it."""
    folder = path.with_suffix("") if path.with_suffix("").is_dir() else path.parent
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            beside = folder / name
            same = beside.is_file() and beside.read_bytes() == archive.read(name)
            yield f"{name}\t{'le même' if same else 'autre'}"


def _pictures(path: Path, name: str) -> dict[str, NDArray[np.uint8]]:
    """Return small grey pictures: of a picture, of those inside an office file, of PDF pages."""
    if path.suffix == ".png":
        return {name: _small(path.read_bytes())}
    if path.suffix in (".docx", ".xlsx"):
        with zipfile.ZipFile(path) as archive:
            held = [n for n in archive.namelist() if n.endswith(".png")]
            return {
                f"{name}/{Path(n).name}": _small(archive.read(n)) for n in sorted(held, key=natural)
            }
    if path.suffix == ".pdf" and poppler():
        with tempfile.TemporaryDirectory() as place:
            _run("pdftoppm", "-r", "40", "-gray", str(path), f"{place}/p")
            pages = sorted(Path(place).iterdir(), key=lambda p: natural(p.name))
            return {
                f"{name}/page {k}": _small(p.read_bytes()) for k, p in enumerate(pages, start=1)
            }
    return {}


def _small(data: bytes) -> NDArray[np.uint8]:
    rich = Image.open(io.BytesIO(data)).convert("RGBA")
    flat = Image.new("RGB", rich.size, "white")
    flat.paste(rich, mask=rich.getchannel("A"))
    size = (WIDTH_PX, max(1, round(WIDTH_PX * flat.height / flat.width)))
    return np.asarray(flat.convert("L").resize(size, Image.Resampling.BOX), dtype=np.uint8)


def natural(name: str) -> list[Any]:
    """Return a key that sorts « page 10 » after « page 9 »."""
    return [int(p) if p.isdigit() else p for p in _NUMBER.split(name)]


def plain(name: str) -> str:
    """Return a name any file system takes."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^\w./-]+", "_", bare)
