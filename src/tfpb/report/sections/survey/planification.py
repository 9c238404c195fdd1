"""The report of the next wave: the answer on one page, then one sheet a question."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from tfpb.model.report import Block, Chart, Format, KeyFigures, Report, Section, Table, Text
from tfpb.report.sections.build import chart, figure, part, section, table, worded
from tfpb.survey.planning.next_wave import QUOTA_COUNTS, NextWave
from tfpb.survey.planning.planned_survey import Level, Outcome, largest
from tfpb.survey.verdicts import Thresholds
from tfpb.words.documents.report_words import WARNING
from tfpb.words.numbers import long_date, number
from tfpb.words.survey import planning_words as words

if TYPE_CHECKING:
    from collections.abc import Iterator


SHOWN: Final = (14, 10, 7, 5, 3, 0)
"""Quarters that may stand on the page, under the sentences and the curves: the most that fit."""
_NAME: Final = 40
_CURVES: Final = 2
"""Assumed gaps that are drawn; the table holds them all."""
_DRAWN: Final = (Level.TOTAL, Level.BAILLEUR, Level.QUARTIER)


def answer(wave: NextWave) -> tuple[str, ...]:
    """Return the sentences: what to buy, what it will show, what it will not, what is left out."""
    settings, total = wave.settings, wave.total
    buy = words.to_buy(
        wave.planned,
        int(total["enquetees_qpv"] + total["enquetees_hors"]),
        int(total["entretiens_qpv"]),
        int(total["entretiens_hors"]),
    )
    if wave.planned < wave.asked:
        most = settings.entretiens_max_par_residence
        buy += " " + words.shortfall(wave.asked, wave.planned, settings.taux_reponse, most)
    cases = [(gap, float(total[f"puissance_{rank}"])) for rank, gap in _gaps(wave)]
    show = words.will_show(float(total["demi_largeur"]), settings.marge_points, cases)
    quarters = _quarters(wave)
    shown = quarters["issue"].isin([Outcome.VERDICT, Outcome.INTERVALLE])
    judged = int((quarters["issue"] == Outcome.VERDICT).sum())
    silent = [_short(name) for name in quarters.loc[~shown, "quartier"]]
    show += " " + words.quarters_shown(int(shown.sum()), judged, len(quarters), silent)
    never = _never(wave)
    if cases[0][1] < settings.puissance:
        never += " " + words.whole_need(settings.puissance, wave.needed, wave.best, wave.reachable)
    out = [h + text.strip() for h, text in zip(words.HEADINGS, (buy, show, never), strict=True)]
    if wave.unsure[0]:
        out.append(words.unsure(*wave.unsure))
    return tuple(out)


def _never(wave: NextWave) -> str:
    """Say what one quarter cannot show, and what it would take."""
    margin, wanted = wave.settings.marge_points, wave.settings.puissance
    quarters = _quarters(wave)
    if wave.settings.cible == "service":
        widest = int(quarters["residences_qpv"].max())
        return words.alone_service(margin, widest, wave.enough_residences)
    able = int((quarters["puissance_1"] >= wanted).sum())
    if able:
        return words.some_alone(margin, able, len(quarters), wanted)
    row = quarters.iloc[int(quarters["puissance_1"].to_numpy().argmax())]
    interviews, room = int(row["entretiens_qpv"]), int(row["possibles_qpv"])
    name, share, need = (
        _short(str(row["quartier"])),
        float(row["puissance_1"]),
        float(row["besoin"]),
    )
    return words.alone_parc(margin, name, interviews, share, wanted, need, room)


def planning_report(
    wave: NextWave,
    *,
    run_hash: str,
    book: str,
    given: frozenset[str],
    measured: tuple[str, ...] = (),
    shown: int = SHOWN[0],
) -> Report:
    """Return the sheets of the workbook, the first of which is also the page.

    Parameters
    ----------
    book : str
        Name of the workbook, as the page refers to it.
    given : frozenset of str
        Settings that the user gave; the others are said to be defaults.
    measured : tuple of str
        Where the assumed gap comes from, when it was measured.
    shown : int
        Most quarters on the page.
    """
    settings = wave.settings
    buy, *rest = answer(wave)
    blocks: list[Block] = [
        _figures(wave),
        Text(tuple(rest), bullets=True),
        _curves(wave, "document"),
        _page_table(wave, book, shown),
    ]
    sheets = [
        section("plan_reponse", buy.removeprefix(words.HEADINGS[0]), blocks),
        _sheet("plan_bailleurs", _bailleurs_table(wave)),
        _sheet("plan_quartiers", _quarters_table(wave)),
        _sheet("plan_residences", _residences_table(wave)),
        _sheet("plan_quotas", *_quotas(wave)),
        _sheet("plan_puissance", _power_table(wave), _curves(wave, "classeur")),
        _sheet("plan_hypotheses", _settings_table(wave, given), Text((*_rules(wave), *measured))),
    ]
    owners = list(dict.fromkeys(wave.residences["bailleur"]))
    day = settings.date
    date = long_date(day) if day else ""
    return Report(
        title=settings.titre or words.TITLE,
        subtitle=words.subtitle(
            _short(settings.titre), [_short(o) for o in owners], settings.cible, date
        ),
        bailleur=owners[0] if len(owners) == 1 else words.TITLE,
        year=day.year if day else 0,
        date=date,
        run_hash=run_hash,
        sections=tuple(sheets),
        warning=WARNING,
        fictional=settings.donnees_fictives,
        properties={"date_iso": day.isoformat()} if day else {},
    )


def _sheet(key: str, *blocks: Block) -> Section:
    return section(key, words.LEADS[key], blocks, in_document=False)


def long_frame(wave: NextWave) -> pd.DataFrame:
    """Return the territories under names and units for software: the table of csv, ods, parquet."""
    names = {f"puissance_{k}": f"puissance_ecart_{gap:g}_point" for k, gap in _gaps(wave)}
    frame = wave.territories.rename(columns=names)
    points = {"demi_largeur": "demi_largeur_points"}
    return frame.assign(demi_largeur=100 * frame["demi_largeur"]).rename(columns=points)


def _gaps(wave: NextWave) -> Iterator[tuple[int, float]]:
    yield from enumerate(wave.settings.ecart_suppose_points, 1)


def _short(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1].rstrip()}…"


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with their quarter under the column that tables show."""
    return rows.rename(columns={"nom_qpv": "quartier"})


def _quarters(wave: NextWave) -> pd.DataFrame:
    """Return one row a quarter, all its bailleurs together, most interviews first."""
    rows = wave.territories[wave.territories["niveau"] == Level.QUARTIER]
    rows = rows.drop_duplicates("code_qpv")  # where there are several, « ensemble » comes first
    return _named(rows).sort_values("entretiens_qpv", ascending=False, kind="stable")


def _figures(wave: NextWave) -> KeyFigures:
    total, settings = wave.total, wave.settings
    sides = {s: number(int(total[f"entretiens_{s}"])) for s in ("qpv", "hors")}
    margin = words.points(settings.marge_points)
    first = words.gap_short(settings.ecart_suppose_points[0])
    precise, sure = words.width_words(total["demi_largeur"]), words.of_hundred(total["puissance_1"])
    return KeyFigures(
        (
            figure("plan_entretiens", wave.planned, Format.INTEGER, **sides),
            figure("plan_precision", None, value=precise),
            figure("plan_chances", None, value=sure, marge=margin, ecart=first),
        )
    )


def _facts(wave: NextWave) -> dict[str, Any]:
    """Return what titles and headers name."""
    settings = wave.settings
    return {
        "marge": words.points(settings.marge_points),
        "premier": words.gap_short(settings.ecart_suppose_points[0]),
        "visee": words.chances(settings.puissance),
    }


def _territory_table(key: str, rows: pd.DataFrame, wave: NextWave) -> Table:
    rows = worded(rows, issue_mot=("issue", words.OUTCOMES)).assign(
        precision=100 * rows["demi_largeur"]
    )
    repeated = [{"rang": k, "ecart": words.gap_short(gap)} for k, gap in _gaps(wave)]
    drawn = table(key, rows, repeated=repeated, **_facts(wave))
    return replace(drawn, notes=(*drawn.notes, words.OUTCOME_NOTE))


def _bailleurs_table(wave: NextWave) -> Table:
    rows = wave.territories
    kept = rows["niveau"].isin([Level.BAILLEUR])
    if kept.sum() > 1:
        kept |= rows["niveau"] == Level.TOTAL
    return _territory_table("plan_bailleurs", rows[kept], wave)


def _quarters_table(wave: NextWave) -> Table:
    rows = wave.territories[wave.territories["niveau"] == Level.QUARTIER]
    return _territory_table("plan_quartiers", _named(rows), wave)


def _page_table(wave: NextWave, book: str, most: int) -> Table:
    """Return the quarters that fit on the page, the others left to the workbook."""
    rows = _quarters(wave)
    shown = rows.head(most).assign(quartier=[_short(n) for n in rows["quartier"].head(most)])
    drawn = _territory_table("plan_quartiers", shown, wave)
    repeated = [{"rang": k} for k, _ in _gaps(wave)]
    left = len(rows) - len(shown)
    more = [words.others(left, book)] if left else []
    notes = (*more, words.OUTCOME_NOTE, words.BEFORE)
    return replace(part(drawn, "plan_quartiers_page", repeated=repeated), notes=notes)


def _residences_table(wave: NextWave) -> Table:
    rows = worded(
        wave.residences,
        cote_mot=("cote", words.SIDES),
        motif_mot=("motif", words.LEFT),
    )
    sums = {c: int(rows[c].sum()) for c in ("nb_logements", "joignables", "entretiens")}
    return table("plan_residences", rows.rename(columns={"nom_qpv": "quartier"}), totals=sums)


def _quotas(wave: NextWave) -> list[Block]:
    absent = Text((words.no_quota(wave.missing_quotas),))
    if wave.quotas.empty:
        return [absent]
    rows = wave.quotas
    keys = [str(c) for c in rows.columns if c not in {*QUOTA_COUNTS, "seul"}]
    rows = rows.assign(**{k: rows[k].replace("", words.NOT_GIVEN) for k in keys})
    quotas = table(
        "plan_quotas",
        rows.assign(remarque=rows["seul"].map({True: words.NO_PAIR, False: ""})),
        repeated=[{"quota": k, "quota_mot": words.quota_name(k)} for k in keys],
        totals={c: int(rows[c].sum()) for c in QUOTA_COUNTS},
    )
    return [quotas, absent] if wave.missing_quotas else [quotas]


def _series(wave: NextWave) -> list[tuple[str, str, str]]:
    """Return key in the curve, key in the chart, and name of each curve."""
    names = _examples(wave)
    return [
        (f"{level}_{k}", f"valeur_{level}_{k}", f"{names[level]}, {words.gap_short(gap)}")
        for level in _DRAWN
        if f"{level}_1" in wave.curve
        for k, gap in _gaps(wave)
        if k <= _CURVES
    ]


def _examples(wave: NextWave) -> dict[str, str]:
    """Return the name of the bailleur and of the quarter that are drawn."""
    names = {str(Level.TOTAL): words.WHOLE, str(Level.BAILLEUR): "", str(Level.QUARTIER): ""}
    for level in (Level.BAILLEUR, Level.QUARTIER):
        at = largest(wave.territories, level)
        if at is not None:
            row = _named(wave.territories).iloc[at]
            names[level] = _short(str(row["quartier" if level is Level.QUARTIER else "bailleur"]))
    return names


def _curves(wave: NextWave, medium: str) -> Chart:
    series = _series(wave)
    rows = wave.curve.rename(columns={"entretiens": "libelle"} | {a: b for a, b, _ in series})
    ends = [f"{name} : {words.chances(rows[key].iloc[-1])}" for _, key, name in series]
    curves = chart(
        "plan_courbes",
        rows[["libelle", *(key for _, key, _ in series)]],
        name=f"plan_courbes_{medium}",
        margin=wave.settings.puissance,
        reach=float(wave.planned),
        marge=_facts(wave)["marge"],
        dit=words.at_most(int(rows["libelle"].iloc[-1]), ends),
    )
    return replace(curves, series=tuple(n for *_, n in series), media=frozenset({medium}))


def _power_table(wave: NextWave) -> Table:
    names = _examples(wave)
    columns: list[dict[str, object]] = []
    for level in _DRAWN:
        if f"{level}_1" not in wave.curve:
            continue
        if level is not Level.TOTAL:
            key, title = f"entretiens_{level}", words.asked_in(level)
            columns.append({"cle": key, "titre": title, "format": Format.INTEGER})
        for k, gap in _gaps(wave):
            title = f"{words.SCOPES[level]}, {words.gap_short(gap)}"
            columns.append({"cle": f"{level}_{k}", "titre": title, "format": Format.PERCENT})
    shown = {k: names[k] if f"{k}_1" in wave.curve else words.NONE for k in names}
    return table(
        "plan_puissance", wave.curve, repeated=columns, marge=_facts(wave)["marge"],
        notes=words.examples(shown["bailleur"], shown["quartier"]),
    )  # fmt: skip


def _settings_table(wave: NextWave, given: frozenset[str]) -> Table:
    values = wave.settings.model_dump()
    shown = {k: v for k, v in values.items() if k in words.MEANING and v not in (None, {})}
    if "entretiens_par_bailleur" not in shown:
        shown.setdefault("entretiens", wave.asked)
    rows = [
        dict(zip(("reglage", "valeur", "sens"), words.setting_row(key, shown[key]), strict=True))
        | {"cle": key, "origine": words.YOURS if key in given else words.DEFAULT}
        for key in words.MEANING
        if key in shown
    ]
    return table("plan_hypotheses", pd.DataFrame(rows))


def _rules(wave: NextWave) -> tuple[str, ...]:
    least = Thresholds()
    homes = least.least_homes
    return words.rules(wave.settings.cible, least.shown_n, homes)
