"""From the dossier to what maps show: layers in French, protected, and one page a quarter."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd

from tfpb.model.codes import TOTAL, Ajustement, Groupe, Publication
from tfpb.model.maps import GapLine, MapModel, QpvPage
from tfpb.report.map_residences import map_residences
from tfpb.report.print_map.overview_territories import territories
from tfpb.report.sections.survey.survey_view import ALONE
from tfpb.report.theme import verdict_sign
from tfpb.survey.disagreement import disagreements, key_of
from tfpb.words.documents import quarter_page as words
from tfpb.words.money.evaluation_words import before_actions
from tfpb.words.money.state_words import named_states, quarter_sentence
from tfpb.words.numbers import interval_points, long_date, points
from tfpb.words.survey.area_words import ON_PAGE
from tfpb.words.survey.satisfaction import otherwise
from tfpb.words.survey.verdict_words import qualified, verdict_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from tfpb.model.assembly import Dossier
    from tfpb.survey.disagreement import Disagreement, Key

_SHOWN: Final = frozenset({Publication.PUBLIABLE, Publication.FRAGILE})
_OTHER: Final = {2015: 2024, 2024: 2015}
_LINES: Final = 3
_GAP_COLUMNS: Final = (
    "code_qpv", "vague", "item", "libelle", "theme", "ecart", "ic95_bas", "ic95_haut", "n",
    "verdict", "phrase", "publication",
)  # fmt: skip


def map_model(dossier: Dossier) -> MapModel:
    """Gather everything maps show of a dossier.

    Returns
    -------
    MapModel
        Quarters where the bailleur has dwellings or doubts, résidences by side, protected gaps, and
        one page a quarter that holds dwellings of the stock.
    """
    located = dossier.located
    ruling = dossier.maps[located.vintage].frame
    homes = located.residences
    here = {c for c in homes["code_qpv"] if c}
    near = {c for c in located.entrances["qpv_proche_code"] if c}
    shown = ruling[ruling["code_qpv"].isin(here | near)]
    old = dossier.maps.get(_OTHER[located.vintage])
    gaps = _gaps(dossier)
    head = dossier.settings.dossier
    return MapModel(
        title=head.titre,
        bailleur=head.bailleur,
        year=located.year,
        date=long_date(head.date),
        vintage=located.vintage,
        run_hash=dossier.run_hash,
        fictional=head.donnees_fictives,
        draft=bool(dossier.draft),
        qpv=_quarters(dossier, shown),
        qpv_old=_old_quarters(old.frame if old is not None else ruling.iloc[:0], shown),
        residences=map_residences(dossier.located),
        gaps=gaps,
        pages=tuple(
            _page(dossier, str(code), str(name), str(communes))
            for code, name, communes in zip(
                shown["code_qpv"], shown["nom_qpv"], shown["communes"], strict=True
            )
            if code in here
        ),
        ground=dossier.ground,
        sources=_sources(dossier),
        online=dossier.settings.reglages.plan_en_ligne,
        territories=territories(dossier.ground.places, _communes_of(dossier, shown)),
    )


def _communes_of(dossier: Dossier, shown: gpd.GeoDataFrame) -> dict[str, set[str]]:
    """Return the communes of each quarter: as published, and those of the stock that lies in it."""
    entrances = dossier.located.entrances
    out = {
        str(code): {str(c) for c in communes}
        for code, communes in zip(shown["code_qpv"], shown["codes_insee"], strict=True)
    }
    for code, commune in zip(entrances["qpv_code"], entrances["result_citycode"], strict=True):
        if code in out and commune:
            out[code].add(str(commune))
    return out


def _sources(dossier: Dossier) -> tuple[str, ...]:
    """Name each geography once, the one that rules the year before the other; then the figures' files."""
    named = [
        words.source_words(s.role, s.reference, s.vintage)
        for s in dossier.sources
        if s.role in ("adresses", "communes") or s.role.startswith("qpv")
    ]
    year = dossier.located.year
    if dossier.survey is not None and dossier.survey.waves:
        named.append(words.SURVEY_SOURCE.format(wave=dossier.survey.waves[-1].vague))
    if dossier.abatement is not None:
        named.append(words.TAX_SOURCE.format(year=year))
    if dossier.programme is not None:
        named.append(words.PROGRAMME_SOURCE.format(year=year))
    return tuple(dict.fromkeys(named))


def _money(dossier: Dossier, code: str) -> dict[str, Any]:
    """Return the abatement of a quarter, a value a column; empty without one."""
    return _last(dossier.abatement.by_qpv, code) if dossier.abatement is not None else {}


def _balance(dossier: Dossier, code: str) -> dict[str, Any]:
    """Return the last balance of a quarter, a value a column; empty without a programme."""
    return _last(dossier.programme.balance, code) if dossier.programme is not None else {}


def _last(rows: pd.DataFrame, code: str) -> dict[str, Any]:
    hit = rows[rows["code_qpv"] == code]
    return {str(k): v for k, v in hit.iloc[-1].items()} if len(hit) else {}


def _number(value: Any) -> float:
    return float("nan") if value is None or value is pd.NA else float(value)


def _quarters(dossier: Dossier, shown: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    homes = dossier.located.residences
    rows = []
    for code, name, communes in zip(
        shown["code_qpv"], shown["nom_qpv"], shown["communes"], strict=True
    ):
        mine = homes[homes["code_qpv"] == code]
        dwellings = int(mine["logements_dans"].sum())
        given = _money(dossier, code)
        money, abated = _number(given.get("abattement_eur")), given.get("logements_abattus", 0)
        valued = _number(_balance(dossier, code).get("valorise_eur"))
        rows.append(
            {
                "code_qpv": code,
                "nom": name,
                "commune": communes,
                "logements": dwellings,
                "residences": int((mine["logements_dans"] > 0).sum()),
                "abattement_eur": money,
                "valorise_eur": valued,
                "abattement_par_logement_eur": money / abated if abated else math.nan,
                "valorise_par_logement_eur": valued / abated if abated else math.nan,
                "etats": named_states(words.states_of(given)),
            }
        )
    columns = ["code_qpv", "nom", "commune", "logements", "residences", "abattement_eur",
               "valorise_eur", "abattement_par_logement_eur", "valorise_par_logement_eur",
               "etats"]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    return gpd.GeoDataFrame(frame, geometry=list(shown.geometry), crs=shown.crs)


def _old_quarters(old: gpd.GeoDataFrame, shown: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Keep the other vintage's quarters around those shown."""
    if len(old) and len(shown):
        west, south, east, north = shown.total_bounds
        old = old.cx[west - 0.03 : east + 0.03, south - 0.02 : north + 0.02]
    frame = pd.DataFrame({"code_qpv": list(old["code_qpv"]), "nom": list(old["nom_qpv"])})
    return gpd.GeoDataFrame(frame, geometry=list(old.geometry), crs=old.crs)


def _rows(dossier: Dossier) -> pd.DataFrame:
    """Raw gaps and changes of gaps that maps may draw from, of the dossier's bailleur."""
    if dossier.survey is None:
        return pd.DataFrame()
    table = dossier.survey.comparison
    own = dossier.survey.name_of(dossier.settings.dossier.bailleur)
    return table[(table["ajustement"] == Ajustement.BRUT) & (table["bailleur"] == own)]


def _gaps(dossier: Dossier) -> pd.DataFrame:
    rows = _rows(dossier)
    if dossier.survey is None or rows.empty:
        return pd.DataFrame(columns=list(_GAP_COLUMNS))
    gaps = rows[(rows["groupe"] == Groupe.ECART) & rows["niveau"].isin([TOTAL, "code_qpv"])].copy()
    labels = dict(zip(dossier.survey.items["item"], dossier.survey.items["libelle"], strict=True))
    gaps["code_qpv"] = gaps["territoire"]
    gaps["libelle"] = gaps["item"].map(labels)
    gaps["ecart"] = gaps["estimation"]
    against = disagreements(dossier.survey.comparison)
    gaps["phrase"] = [_phrase(r, against) for r in gaps.to_dict("records")]
    return gaps[list(_GAP_COLUMNS)].reset_index(drop=True)


def _first(row: Mapping[Any, Any] | None, against: Mapping[Key, Disagreement]) -> str:
    """Say what the figure like with like says against a raw one, nothing where it does not."""
    told = against.get(key_of(row)) if row is not None else None
    if told is None:
        return ""
    return otherwise(told.story, told.estimate, told.low, told.high, change=told.change)


def _phrase(row: dict[Any, Any], against: Mapping[Key, Disagreement]) -> str:
    if row["publication"] not in _SHOWN:
        return _verdict(row)
    between = interval_points(row["ic95_bas"], row["ic95_haut"])
    raw = f"{points(row['estimation'])} ({between}) : {_verdict(row)}"
    return words.against(_first(row, against)) + raw


def _verdict(row: Mapping[Any, Any]) -> str:
    """Name the verdict of a gap, with what weakens it."""
    return qualified(str(row["verdict"]), str(row["publication"]), alone=row["isole"] == ALONE)


def _page(dossier: Dossier, code: str, name: str, communes: str) -> QpvPage:
    homes = dossier.located.residences
    mine = homes[homes["code_qpv"] == code]
    dwellings = int(mine["logements_dans"].sum())
    money = _money(dossier, code)
    balance = _balance(dossier, code)
    total = int(homes["nb_logements"].sum())
    in_doubt = mine[mine["logements_a_verifier"] > 0]
    valued = balance.get("valorise_eur")
    actions = int(balance.get("actions", 0) or 0)
    scope, gaps, sentence, change, modelled = _satisfaction(dossier, code)
    head = dossier.settings.dossier
    return QpvPage(
        code_qpv=code,
        nom=name,
        commune=communes,
        bailleur=head.bailleur,
        year=dossier.located.year,
        figures=(
            words.dwellings_figure(
                dwellings,
                int((mine["logements_dans"] > 0).sum()),
                dwellings / total if total else 0.0,
            ),
            words.abatement_figure(money, dwellings),
            words.loss_figure(money),
            words.programme_figure(
                valued, money.get("abattement_eur"), actions, int(money.get("logements_abattus", 0))
            ),
            words.doubt_figure(int(in_doubt["logements_a_verifier"].sum()), len(in_doubt)),
        ),
        gaps=gaps,
        sentences=(
            words.done_sentence(
                _spent(dossier, code), actions, balance.get("rattrapage_eur"), dossier.located.year
            ),
            *filter(None, (quarter_sentence(money),)),
            sentence,
            change,
        ),
        modelled=modelled,
        margin=_margin(dossier),
        gap_scope=scope,
        wave=dossier.survey.waves[-1].vague if dossier.survey is not None and gaps else "",
    )


def _margin(dossier: Dossier) -> float:
    if dossier.survey is None:
        return 0.05
    return float(str(dossier.survey.settings.get("marge_points", 5.0))) / 100


def _spent(dossier: Dossier, code: str) -> list[tuple[int, Decimal]] | None:
    """Return what each axis was given in a quarter, largest first; None without a programme."""
    if dossier.programme is None:
        return None
    rows = dossier.programme.by_axis
    mine = rows[rows["code_qpv"] == code]
    pairs = [
        (int(axe), value) for axe, value in zip(mine["axe"], mine["valorise_eur"], strict=True)
    ]
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


def _headline_items(dossier: Dossier) -> list[str]:
    """Choose three items: the headline of each theme, service first, quartier kept for contrast."""
    if dossier.survey is None:
        return []
    items = dossier.survey.items.sort_values("ordre", kind="stable")
    chosen: list[str] = []
    for theme in ("residence", "relation", "quartier", "logement"):
        of_theme = items[items["theme"] == theme]
        heads = of_theme[of_theme["tete_de_theme"].astype(bool)]
        for pool in (heads, of_theme):
            if len(pool):
                chosen.append(str(pool["item"].iloc[0]))
                break
    return chosen[:_LINES]


def _satisfaction(dossier: Dossier, code: str) -> tuple[str, tuple[GapLine, ...], str, str, str]:
    """Return whose answers are shown, their lines, what tenants say, what changed, what is modelled."""
    rows = _rows(dossier)
    if dossier.survey is None or rows.empty:
        silent = words.change_sentence("", None, None, "", "", 0)
        return words.GAP_SCOPE_NONE, (), words.NOTHING_HEARD, silent, ""
    waves = [w.vague for w in dossier.survey.waves]
    labels = dict(zip(dossier.survey.items["item"], dossier.survey.items["libelle"], strict=True))
    now = rows[rows["vague"] == waves[-1]]
    items = _headline_items(dossier)
    against = disagreements(dossier.survey.comparison)
    local = now[(now["territoire"] == code) & (now["groupe"] == Groupe.ECART)]
    usable = local[local["item"].isin(items) & local["publication"].isin(_SHOWN)]
    place = code if len(usable) else TOTAL
    here = now[now["territoire"] == place]
    lines = tuple(_line(here, item, str(labels[item])) for item in items)
    quarter = place == code
    best = next((line for line in lines if line.gap is not None), None)
    chosen = items[lines.index(best)] if best is not None else ""
    sentence = words.tenants_sentence(
        best.label if best else "",
        best.gap if best else None,
        best.ic95 if best else None,
        best.n if best else 0,
        best.words if best else "",
        words.QUARTER_SCOPE if quarter else words.CONVENTION_SCOPE,
        first=_first(_one(here, chosen, Groupe.ECART), against),
    )
    return (
        words.GAP_SCOPE_QUARTER if quarter else words.GAP_SCOPE_CONVENTION,
        lines,
        sentence,
        _change(
            rows,
            waves,
            place,
            chosen,
            str(labels.get(chosen, "")),
            _year_of_actions(dossier),
            against,
        ),
        _modelled_sentence(dossier, code, chosen, str(labels.get(chosen, ""))),
    )


def _modelled_sentence(dossier: Dossier, code: str, item: str, label: str) -> str:
    """Write the modelled share of a quarter; nothing without one."""
    assert dossier.survey is not None  # noqa: S101 - the caller has rows of it
    table = dossier.survey.comparison
    own = dossier.survey.name_of(dossier.settings.dossier.bailleur)
    wave = dossier.survey.waves[-1].vague
    here = (table["territoire"] == code) & (table["vague"] == wave) & (table["bailleur"] == own)
    row = _one(table[here & (table["ajustement"] == Ajustement.MODELE)], item, Groupe.QPV)
    if row is None:
        return ""
    share, low, high = (float(row[c]) for c in ("estimation", "ic95_bas", "ic95_haut"))
    return ON_PAGE.format(label=label, share=share, low=low, high=high)


def _one(table: pd.DataFrame, item: str, group: Groupe) -> dict[str, Any] | None:
    hit = table[(table["item"] == item) & (table["groupe"] == group)]
    return {str(k): v for k, v in hit.iloc[0].items()} if len(hit) else None


def _line(here: pd.DataFrame, item: str, label: str) -> GapLine:
    """Return one gap, with the two levels it is the difference of."""
    gap = _one(here, item, Groupe.ECART)
    if gap is None or gap["publication"] not in _SHOWN:
        code = str(gap["verdict"]) if gap is not None else "non_publiable"
        return GapLine(
            label, None, None, None, None, None, 0, verdict_sign(code), verdict_words(code)
        )
    levels = [_one(here, item, g) for g in (Groupe.QPV, Groupe.HORS_QPV)]
    shown = [r if r is not None and r["publication"] in _SHOWN else None for r in levels]
    qpv, hors = (float(r["estimation"]) if r is not None else None for r in shown)
    n_qpv, n_hors = (int(r["n"]) if r is not None else 0 for r in shown)
    return GapLine(
        label,
        float(gap["estimation"]),
        (float(gap["ic90_bas"]), float(gap["ic90_haut"])),
        (float(gap["ic95_bas"]), float(gap["ic95_haut"])),
        qpv,
        hors,
        int(gap["n"]),
        verdict_sign(str(gap["verdict"])),
        _verdict(gap),
        n_qpv,
        n_hors,
    )


def _year_of_actions(dossier: Dossier) -> int | None:
    return dossier.located.year if dossier.programme is not None else None


def _change(
    rows: pd.DataFrame,
    waves: list[str],
    place: str,
    item: str,
    label: str,
    year: int | None,
    against: Mapping[Key, Disagreement],
) -> str:
    if len(waves) > 1 and item:
        pair = f"{waves[-2]}-{waves[-1]}"
        hit = rows[(rows["vague"] == pair) & (rows["territoire"] == place)]
        row = _one(hit, item, Groupe.EVOLUTION_ECART)
        if row is not None and row["publication"] in _SHOWN:
            bounds = (float(row["ic95_bas"]), float(row["ic95_haut"]))
            return words.change_sentence(
                label,
                float(row["estimation"]),
                bounds,
                pair,
                str(row["verdict"]),
                int(row["n"]),
                early=str(year) if year and before_actions(waves[-1], year) else "",
                first=_first(row, against),
            )
    return words.change_sentence(label, None, None, "", "", 0)
