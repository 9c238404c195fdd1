"""What settles faults, as one block to paste at the end of the settings: blocks add up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from tfpb.text import drop_controls
from tfpb.words.phrase import Phrase

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from tfpb.errors import Fault

COLUMNS: Final = "reglages.colonnes"
COPIED: Final = "reglages.recopier"
READ_AS: Final = "reglages.lectures"
WAVES: Final = "enquete.fichiers"
ALIAS: Final = "alias.{what}"
REPLIES: Final = "reponses"
_NAMES: Final = ("bailleurs", "agences", "communes", "quartiers")
TABLES: Final = (
    COPIED,
    COLUMNS,
    READ_AS,
    *(ALIAS.format(what=what) for what in _NAMES),
    WAVES,
    REPLIES,
)
"""Tables of the block, in order."""
_OF: Final = " › "
"""Between a bailleur of a region and its file."""
_TITLE: Final = Phrase(
    "À coller à la fin du {file}{whose}, en bloc ({count:s ligne}) ; relisez chaque ligne avant, "
    "supprimez celles qui sont fausses :"
)
_WHOSE: Final = " de {name}"
_FILE: Final = "dossier.toml"
_TO_CHOOSE: Final = "# {key} = {value}   # à compléter ({what}), puis retirez le premier #"
_HEADER: Final = "l’en-tête de votre fichier"
_CODE: Final = "le code du quartier"
_READINGS: Final = {
    "pct": "« proportion » ou « pourcentage »", "eur": "« milliers », « millions » ou « euros »",
}  # fmt: skip
"""End of a column’s name → what it may be read as; a day else."""
_DAYS: Final = "« mois_jour » ou « jour_mois »"
_WAVE: Final = "sa vague, par exemple 2023"
_DAY: Final = "AAAA-MM-JJ"
_ONE_EACH: Final = "# Par question, retirez le # devant une seule réponse, celle qui est vraie."


_TO_WRITE: Final = {WAVES: _WAVE, COLUMNS: _HEADER}


def asked(role: str, column: str) -> dict[str, tuple[str, str, str]]:
    """Return the field of a fault that asks how a column is read: the line to fill in the settings."""
    return {"coller": (READ_AS, f"{role}.{column}", "")}


def reply_line(key: str, answer: str, role: str, on: dt.date | None, subject: str) -> str:
    """Write the entry of a reply; `on` is to be filled in where the command knows no day."""
    facts = (f"reponse = {_quoted(answer)}", f"par = {_quoted(role)}")
    day = _DAY if on is None else on.isoformat()
    return f"{key} = {{ {', '.join(facts)}, le = {day}, sujet = {_quoted(subject)} }}"


def paste_lines(faults: Iterable[Fault]) -> list[str]:
    """Write one block for all files and columns at once; empty when nothing can be settled so.

    A field `coller` (table, key, value) is a line; several of one key give the first. A field `ou` names
    the file to paste it in, when it is not a `dossier.toml`.
    """
    owners: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
    for fault in faults:
        if "coller" in fault.fields:
            table, key, value = fault.fields["coller"]
            whose_file = (fault.place.file.rpartition(_OF)[0], str(fault.fields.get("ou", _FILE)))
            lines = owners.setdefault(whose_file, {}).setdefault(table, {})
            one_file = {v for k, v in lines.items() if _role(k) == _role(key)}
            twice = table == COLUMNS and value in one_file  # one header cannot be two columns
            lines.setdefault(key, "" if twice else value)
    out: list[str] = []
    for (owner, file), tables in owners.items():
        whose = _WHOSE.format(name=owner) if owner else ""
        count = sum(len(lines) for lines in tables.values())
        out += [_TITLE.format(file=file, whose=whose, count=count), ""]
        for table in TABLES:
            if table in tables:
                out += [*_table(table, tables[table]), ""]
    return out


def _role(key: str) -> str:
    return key.partition(".")[0]


def _table(table: str, lines: dict[str, str]) -> list[str]:
    if table == REPLIES:  # several lines a question, none of them chosen
        return [f"[{table}]", _ONE_EACH, *lines.values()]
    if table == COPIED:
        head, _, name = table.partition(".")
        return [f"[{head}]", f"{name} = [{', '.join(_quoted(k) for k in lines)}]"]
    written = [
        f"{_quoted(key)} = {_value(table, value)}"
        if value
        else _TO_CHOOSE.format(key=_quoted(key), value=_value(table, value), what=_what(table, key))
        for key, value in lines.items()
    ]
    return [f"[{table}]", *written]


def _what(table: str, key: str) -> str:
    """Write what is to be filled in."""
    if table == READ_AS:
        return _READINGS.get(key.rpartition("_")[2], _DAYS)
    return _TO_WRITE.get(table, _CODE)


def _value(table: str, value: str) -> str:
    return f"{{ vague = {_quoted(value)} }}" if table == WAVES else _quoted(value)


def _quoted(text: str) -> str:
    """Write a TOML string: JSON's escapes are TOML's."""
    return json.dumps(drop_controls(text), ensure_ascii=False)
