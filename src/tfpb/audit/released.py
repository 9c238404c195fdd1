"""What packs tell of a survey: rows, the located stock, sentences that count interviews."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from tfpb.model.codes import ENSEMBLE
from tfpb.text import fold, squeeze
from tfpb.words.survey import audit_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TABLE: Final = "donnees/comparaison_detail.csv"
_LEVELS: Final = "donnees/niveaux.csv"
_STOCK: Final = "donnees/residences.csv"
_NUMBERS: Final = (
    "n", "n_residences", "part_nsp", "part_non_concerne", "estimation", "erreur_type", "ic95_bas",
    "ic95_haut",
)  # fmt: skip
_NAMES: Final = (
    "vague",
    "niveau",
    "territoire",
    "bailleur",
    "item",
    "groupe",
    "ajustement",
    "publication",
)
ANSWER: Final = "satisfait"
RAW: Final = "brut"
WHERE: Final = ["vague", "niveau", "territoire", "bailleur", "item", "groupe"]
"""Columns that name a row, its question and its group."""
_COUNT: Final = re.compile(audit_words.COUNTED)
_BEFORE: Final = re.compile(audit_words.NO_COUNT, re.IGNORECASE)
_TAGS: Final = re.compile(r"<[^>]*>")
_CHECKED: Final = (".csv", ".json", ".html", ".docx", ".xlsx")


@dataclass(frozen=True, slots=True)
class Release:
    """One pack as its readers hold it.

    Parameters
    ----------
    name : str
    rows : DataFrame
        Names and numbers of `comparer`'s long table, `mesure` (`satisfait`, or an answer's label).
    stock : DataFrame, optional
        `residence, bailleur, cote (dans|hors|''), logements` and a column a level of territory.
    sentences : tuple of (file, sentence, count)
        What files say that counts interviews.
    """

    name: str
    rows: pd.DataFrame
    stock: pd.DataFrame | None = None
    sentences: tuple[tuple[str, str, int], ...] = ()

    @classmethod
    def of_rows(cls, name: str, rows: pd.DataFrame, stock: pd.DataFrame | None = None) -> Release:
        """Take a comparison as `comparer` writes it, already read."""
        kept = rows.reindex(columns=[*_NAMES, *_NUMBERS])
        kept[list(_NAMES)] = kept[list(_NAMES)].fillna("").astype(str).astype(object)
        kept[list(_NUMBERS)] = kept[list(_NUMBERS)].astype(float)
        return cls(name, kept.assign(mesure=ANSWER), stock)

    @property
    def levels(self) -> tuple[str, ...]:
        """Levels of territory that have rows, the whole apart."""
        return tuple(v for v in self.rows["niveau"].unique() if v != "total")


def releases_in(pack: Mapping[str, bytes]) -> list[Release]:
    """Read every comparison of a pack, or of a region's folder, each with its own readers.

    Parameters
    ----------
    pack : mapping of str to bytes
        Name inside the pack → content.

    Returns
    -------
    list of Release
        Each bears the name of its folder inside the pack.
    """
    roots = [n.removesuffix(_TABLE) for n in sorted(pack) if n.endswith(_TABLE)]
    return [
        replace(release_of(root.strip("/"), pack, root), sentences=tuple(_sentences(pack, root)))
        for root in roots
    ]


def release_of(name: str, pack: Mapping[str, bytes], root: str = "") -> Release:
    """Read one comparison of a pack, with the stock that stands beside it."""
    rows = Release.of_rows(name, _table(pack[root + _TABLE])).rows
    if root + _LEVELS in pack:
        levels = _table(pack[root + _LEVELS])
        levels = levels[levels["mesure"] == "niveau"].assign(ajustement=RAW)
        more = Release.of_rows(name, levels).rows.assign(mesure=levels["modalite"].astype(str))
        rows = pd.concat([rows, more], ignore_index=True)
    stock = None
    if root + _STOCK in pack:
        levels_told = [v for v in rows["niveau"].unique() if v != "total"]
        stock = _stock(
            _table(pack[root + _STOCK]), _owner(pack.get(root + "run.json")), levels_told
        )
    return Release(name, rows, stock)


def _table(data: bytes) -> pd.DataFrame:
    frame = pd.read_csv(
        io.BytesIO(data), sep=";", dtype=str, encoding="utf-8-sig", keep_default_na=False
    )
    for name in frame.columns.intersection([*_NUMBERS]):
        frame[name] = pd.to_numeric(frame[name].str.replace(",", "."), errors="coerce")
    return frame


def _owner(run: bytes | None) -> str:
    """Name the bailleur of a pack, as its settings write it."""
    try:
        return str(json.loads(run or b"{}")["reglages"]["dossier"]["bailleur"])
    except (ValueError, KeyError, TypeError):
        return ""


def _stock(frame: pd.DataFrame, owner: str, levels: list[str]) -> pd.DataFrame | None:
    """Read where résidences lie; None when a level that is told has no column there."""
    sides = {"dans": "logements_dans", "hors": "logements_hors", "": "logements_a_verifier"}
    folded = {fold(c): c for c in frame.columns}
    found = {level: folded.get(fold(level), "") for level in levels}
    if not {"id_residence", *sides.values()} <= set(frame.columns) or not all(found.values()):
        return None
    homes = frame[[*sides.values()]].apply(pd.to_numeric, errors="coerce").fillna(0)
    homes.columns = pd.Index(list(sides))
    top = homes.max(axis=1)
    side = homes.idxmax(axis=1).where((homes.eq(top, axis=0)).sum(axis=1) == 1, "")
    return pd.DataFrame(
        {
            "residence": frame["id_residence"],
            "bailleur": owner,
            "cote": side,
            "logements": homes.sum(axis=1),
            **{level: frame[column] for level, column in found.items()},
        }
    )


def _sentences(pack: Mapping[str, bytes], root: str) -> Iterator[tuple[str, str, int]]:
    """Find, in files of the pack, each sentence that counts interviews, once."""
    seen: set[str] = set()
    for name in sorted(pack):
        if not name.startswith(root) or not name.endswith(_CHECKED):
            continue
        for line in _lines(name, pack[name]):
            for hit in _COUNT.finditer(line):
                start = line.rfind(";", 0, hit.start()) + 1
                sentence = line[start : line.find(";", hit.end()) % (len(line) + 1)].strip()
                key = squeeze(line[start : hit.end()])  # the same words in every file
                if not _BEFORE.search(line[: hit.start()]) and key not in seen:
                    seen.add(key)
                    yield name, sentence, int(hit[1])


def _lines(name: str, data: bytes) -> Iterator[str]:
    if name.endswith((".docx", ".xlsx")):
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            parts = [book.read(n) for n in book.namelist() if n.endswith(".xml")]
        text = "\n".join(
            re.sub("</(w:p|si|is|row)>", "\n", p.decode("utf-8", "replace")) for p in parts
        )
    else:
        text = data.decode("utf-8-sig", "replace")
    return (html.unescape(_TAGS.sub("", line)) for line in text.splitlines())


def is_whole(bailleur: str) -> bool:
    """Return whether a row is about every bailleur."""
    return bailleur == ENSEMBLE
