"""What differs between a release and today's files, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tfpb.words.numbers import gap_number, percent, plain_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tfpb.model.survey import Correction, Order

_SIDES: Final = {"qpv": "QPV", "hors_qpv": "ailleurs", "ensemble": "QPV et ailleurs"}
_EXAMPLES: Final = 3
_GONE: Final = "plus rien"
_COUNT: Final = "{n:.0f} ménages"
_LINE: Final = "« {label} » {place} : {then} diffusé, {now} aujourd’hui"
_REPLACES: Final = "Vague {wave} : remplace la diffusion du {date}, motif : {reason}."
_ASKED: Final = "Vague {wave} : la diffusion est remplacée, motif : {reason}"
_ASKED_TO_KEEP: Final = "Vague {wave} : les chiffres diffusés sont gardés"
_KEEPS: Final = (
    "Vague {wave} : chiffres de la diffusion du {date}, gardés ; les fichiers d’aujourd’hui en donnent "
    "d’autres."
)


def correction_line(correction: Correction) -> str:
    """Say that a wave replaces what was released, and why; or that its released figures are kept."""
    sentence = _KEEPS if correction.kept else _REPLACES
    date = plain_date(correction.date)
    return sentence.format(wave=correction.vague, date=date, reason=correction.reason)


def order_lines(order: Order | None) -> tuple[str, ...]:
    """Say what was asked about waves released before."""
    if order is None:
        return ()
    asked = [_ASKED.format(wave=w, reason=reason) for w, reason in order.replaced.items()]
    return (*asked, *(_ASKED_TO_KEEP.format(wave=wave) for wave in order.kept))


def differing(rows: Iterable[Mapping[str, Any]], labels: Mapping[str, str]) -> str:
    """Write some figures as released and as today's files give them."""
    out = []
    for row in rows:
        gap = row["groupe"] not in _SIDES
        write = gap_number if gap else percent
        then, now = (_GONE if row[c] != row[c] else write(row[c]) for c in ("then", "now"))
        if then == now:
            then, now = (_COUNT.format(n=row[c]) for c in ("then_n", "now_n"))
        place = _SIDES.get(row["groupe"], "écart")
        if row["niveau"] != "total":
            place += f", {row['territoire']}"
        label = labels.get(row["item"], row["item"])
        out.append(_LINE.format(label=label, place=place, then=then, now=now))
    return " ; ".join(list(dict.fromkeys(out))[:_EXAMPLES])
