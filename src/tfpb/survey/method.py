"""The method sheet and the field sheet: items, settings, facts of each wave, who was asked, doubts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from tfpb.errors import Fault, Severity
from tfpb.model.codes import ENSEMBLE
from tfpb.model.columns import STAMP
from tfpb.model.results import FIELD_COLUMNS
from tfpb.model.survey import WaveFacts, WeightSpread
from tfpb.survey.printed import rounded_count
from tfpb.survey.reading.calibration import DELIVERED, calibration_columns, delivered_weight
from tfpb.survey.reading.surveyed_stock import PARC as ROW
from tfpb.survey.verdicts import MODE_CHANGED, PARC, SERVICE
from tfpb.text import fold
from tfpb.words.faults.sentences import bounded
from tfpb.words.numbers import long_date
from tfpb.words.survey.verdict_words import adopted_before
from tfpb.words.survey.wave_dates import order_unsure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tfpb.model.arrays import Floats
    from tfpb.model.plan import Contactes, Item, Plan
    from tfpb.survey.respondents import Survey


DECLARED: Final = ("prestataire", "mode", "dates", "population", "quotas")
_HALF_MORE: Final = 1.5
ALARM: Final = 1.05
"""Median ratio of R's errors to those printed beyond which résidences differ more than was supposed."""
_ENOUGH: Final = 200
"""Fewer answers than this in a wave, and a level may be lacking by chance."""
_MOVED: Final = 0.3
"""Distance of the levels of two waves (0..2) from which an order is looked for that brings them nearer."""
_MOST_TURNED: Final = 0.6


def doubt(code: str, got: str = "", /, **fields: object) -> Fault:
    """Return a doubt: a fault that does not stop."""
    return Fault(code, got=got, fields=fields, severity=Severity.DOUTE)


def territory_columns(survey: Survey, by: Sequence[str]) -> tuple[list[str], list[Fault]]:
    """Return the territory columns that exist, and a doubt for each that does not.

    Case and accents of the names do not count.
    """
    kept: list[str] = []
    notices: list[Fault] = []
    aliases = {"code_qp": "code_qpv"}
    folded = {fold(str(c)): str(c) for c in survey.respondents}
    for name in dict.fromkeys(by):
        wanted = aliases.get(name, name)
        column = name if name in survey.respondents else folded.get(fold(wanted), wanted)
        if column in survey.respondents and column not in {"vague", "bailleur", "qpv", "poids"}:
            kept.append(column)
        else:
            known = ", ".join(str(c) for c in survey.respondents if not str(c).startswith("_"))
            notices.append(doubt("territoire_inconnu", name, connus=known))
    return list(dict.fromkeys(kept)), notices


def target(survey: Survey, plan: Plan) -> str:
    """Return what the comparison is about: `parc` (these dwellings, now) or `service`.

    What the plan adopts; else `parc` wherever the stock's dwellings are known. Without them there is no
    population to speak of, whatever the plan says.
    """
    if survey.stock is None or not survey.has_clusters:
        return SERVICE
    return plan.reglages.cible or PARC


def incomplete_rows(survey: Survey, wave: str, variables: Sequence[str]) -> list[Fault]:
    """Return a doubt with the number of interviews that lack an adjustment variable, if any."""
    frame = survey.respondents[survey.respondents["vague"] == wave]
    lacking = int((frame[list(variables)] == "").any(axis=1).sum())
    if not lacking:
        return []
    joined = ", ".join(variables)
    return [doubt("ajustement_incomplet", vague=wave, nombre=lacking, variables=joined)]


def item_table(items: Sequence[Item]) -> pd.DataFrame:
    """Describe the items, one row each, in the order of the plan."""
    return pd.DataFrame(
        {
            "item": [i.identifiant for i in items],
            "libelle": [i.libelle for i in items],
            "theme": [i.theme.value for i in items],
            "nature": [i.nature.value for i in items],
            "echelle": [i.echelle for i in items],
            "axes": [tuple(i.axes) for i in items],
            "ordre": range(len(items)),
            "tete_de_theme": [i.tete_de_theme for i in items],
        }
    )


def design_notices(survey: Survey, plan: Plan) -> list[Fault]:
    """Return the doubts on the design: no résidence, no weight, a margin that nobody adopted."""
    reglages = plan.reglages
    notices = []
    if plan.colonnes.standardisation:
        notices.append(doubt("standardisation_lue", ", ".join(plan.colonnes.standardisation)))
    if not survey.has_clusters:
        notices.append(doubt("effet_plan_defaut", effet_plan=reglages.effet_plan_defaut))
    if not survey.has_weights:
        notices.append(doubt("sans_poids"))
    if reglages.cible == PARC and target(survey, plan) != PARC:
        notices.append(doubt("cible_sans_patrimoine"))
    notices += _contact_doubts(survey, plan)
    if not reglages.marge_adoptee_par:
        notices.append(doubt("marge_non_adoptee", marge=reglages.marge_points))
    last, adopted = survey.waves[-1], reglages.marge_adoptee_le
    if order_unsure(survey.waves, survey.periods):
        notices.append(doubt("vagues_sans_ordre", last, vagues=", ".join(survey.waves)))
    dates = declared(plan, last)["dates"]
    if adopted is not None and not adopted_before(adopted, last, dates):
        held = f" ({dates})" if dates else ""
        notices.append(doubt("marge_adoptee_apres", long_date(adopted), vague=last, dates=held))
    return notices


def _contact_doubts(survey: Survey, plan: Plan) -> Iterator[Fault]:
    """Doubt households contacted that are fewer than those interviewed, or those of several dossiers."""
    sizes, least = survey.respondents["vague"].value_counts(), plan.reglages.publication_n
    for wave in survey.waves:
        contacts, n = contacted(survey, plan, wave), int(sizes[wave])
        if signs := shared_contacts(survey, plan, wave):
            count = contacts or _added(plan, wave)
            yield doubt("contactes_partages", str(count), vague=wave, **signs)
        if 0 < contacts < n:
            asked = int(rounded_count(np.array(n))) if n >= least else bounded(n, least)
            yield doubt("contactes_trop_peu", str(contacts), vague=wave, interroges=asked)


def settings_used(survey: Survey, plan: Plan, by: Sequence[str]) -> dict[str, object]:
    """Return the settings as used, for the method sheet."""
    reglages = plan.reglages
    adopted = reglages.marge_adoptee_le
    return {
        "carte": reglages.carte,
        "cible": target(survey, plan),
        "marge_points": reglages.marge_points,
        "marge_adoptee_par": reglages.marge_adoptee_par,
        "marge_adoptee_le": adopted.isoformat() if adopted else "",
        "masquage_n": reglages.masquage_n,
        "publication_n": reglages.publication_n,
        "effet_plan_defaut": reglages.effet_plan_defaut,
        "strates": tuple(plan.colonnes.strates),
        "poids": survey.has_weights,
        "grappes": survey.has_clusters,
        "ajustement": plan.colonnes.comparables,
        "territoires": tuple(by),
        "calage": _calibration(survey),
        "segments": segments(plan, survey.respondents),
        "contactes_par": {w: c for w in survey.waves if (c := contacts_by(survey, plan, w))},
    }


def segments(plan: Plan, frame: pd.DataFrame) -> dict[str, str]:
    """Return the segments of a plan that interviews bear, and what each is called."""
    named = {n: v.libelle for n, v in plan.variables.items() if v.libelle}
    return {n: named.get(n, n) for n in plan.colonnes.segments if n in frame}


def _calibration(survey: Survey) -> str:
    """Return how weights were made: `livres`, `post_stratification` or `calage`."""
    count = len(calibration_columns(survey))
    return "livres" if not count else "post_stratification" if count == 1 else "calage"


def _section(plan: Plan, wave: str) -> dict[str, object]:
    """Return what the plan declares of one wave, however it writes its name."""
    sections = (plan.enquete.model_extra or {}).items()
    own = next((s for name, s in sections if fold(str(name)) == fold(wave)), None)
    return own if isinstance(own, dict) else {}


def declared(plan: Plan, wave: str) -> dict[str, str]:
    """Return what the method sheet declares of a wave: its own section first, else the common one."""
    common = {name: getattr(plan.enquete, name) for name in DECLARED}
    own = _section(plan, wave)
    if own:
        common |= {k: str(v) for k, v in own.items() if k in DECLARED}
    return {k: str(v) for k, v in common.items()}


def periods(plan: Plan, waves: Iterable[str]) -> dict[str, str]:
    """Return the dates of each wave, as declared."""
    return {wave: declared(plan, wave)["dates"] for wave in waves}


def contacted(survey: Survey, plan: Plan, wave: str) -> int:
    """Return the households contacted in a wave, as its own section declares, else the common one; 0.

    Where rows of `contactes_par` name bailleurs, those of the interviews count, if each has both sides.
    """
    rows = plan.enquete.contacts_by(_section(plan, wave))
    if any(c.bailleur for c in rows):
        own = _of_owners(survey, rows, wave)
        given = {(fold(c.bailleur), c.cote) for c in own}
        wanted = {(owner, side) for owner in _owners(survey, wave) for side in _SIDES.values()}
        return sum(c.contactes for c in own) if wanted <= given else 0
    declared_ = _section(plan, wave).get("contactes")
    count = declared_ if declared_ is not None else plan.enquete.contactes
    return count if isinstance(count, int) else 0


def contacts_by(survey: Survey, plan: Plan, wave: str) -> list[list[object]]:
    """Return the households contacted in a wave by side and type of dwelling: `[cote, type, count]`."""
    if shared_contacts(survey, plan, wave):
        return []
    counts = Counter[tuple[str, str]]()
    for c in _of_owners(survey, plan.enquete.contacts_by(_section(plan, wave)), wave):
        counts[c.cote, c.type_habitat] += c.contactes
    return [[side, kind, count] for (side, kind), count in counts.items()]


def _added(plan: Plan, wave: str) -> int:
    return sum(c.contactes for c in plan.enquete.contacts_by(_section(plan, wave)))


def _owners(survey: Survey, wave: str) -> set[str]:
    frame = survey.respondents
    return {fold(str(name)) for name in frame.loc[frame["vague"] == wave, "bailleur"].unique()}


def _of_owners(survey: Survey, rows: Iterable[Contactes], wave: str) -> list[Contactes]:
    """Keep the contacts of the bailleurs of the interviews, and those of no bailleur in particular."""
    owners = _owners(survey, wave)
    return [c for c in rows if not c.bailleur or fold(c.bailleur) in owners]


def shared_contacts(survey: Survey, plan: Plan, wave: str) -> dict[str, object]:
    """Return what shows that the contacts of a plan may be those of several dossiers; empty if nothing does.

    The plan names a file of another bailleur, which this survey does not read; or more households were
    contacted than there are dwellings, by half: some are located later, none is contacted twice.
    """
    rows = plan.enquete.contacts_by(_section(plan, wave))
    count = contacted(survey, plan, wave) or _added(plan, wave)
    if not count or any(c.bailleur for c in rows):
        return {}
    read = {fold(str(name)) for name in survey.respondents[STAMP[0]].unique()}
    named = ((n, one.bailleur) for n, one in plan.enquete.fichiers.items() if fold(n) not in read)
    if (other := next((n for n, bailleur in named if bailleur), None)) is not None:
        return {"fichier": other}
    if survey.stock is None:
        return {}
    homes = int(survey.stock["logements"].sum())
    return {"fichier": "", "logements": homes} if 0 < homes * _HALF_MORE < count else {}


def wave_facts(survey: Survey, plan: Plan, wave: str, deff: float) -> WaveFacts:
    """Count and describe one wave."""
    frame = survey.respondents[survey.respondents["vague"] == wave]
    named = frame[frame["residence"] != ""]
    weighted = survey.has_weights and plan.colonnes.poids
    sheet = declared(plan, wave)
    contacts = contacted(survey, plan, wave)
    return WaveFacts(
        vague=wave,
        n=len(frame),
        n_residences=len(named[["bailleur", "residence"]].drop_duplicates()),
        n_qpv=int((frame["qpv"] == 1).sum()),
        n_hors=int((frame["qpv"] == 0).sum()),
        poids=plan.colonnes.poids[0] if weighted else "",
        effet_plan_median=deff,
        periode=sheet.pop("dates"),
        contactes=contacts if contacts >= len(frame) else 0,
        contactes_partages=bool(shared_contacts(survey, plan, wave)),
        ponderation=weight_spreads(survey, wave),
        **sheet,
    )


def wave_notices(survey: Survey, plan: Plan, pair: tuple[str, str]) -> list[Fault]:
    """Warn of what changed between two waves besides the answers."""
    notices = []
    first, second = (declared(plan, w) for w in pair)

    def warn(code: str, avant: str = "", apres: str = "", **more: object) -> None:
        notices.append(doubt(code, vagues="-".join(pair), avant=avant, apres=apres, **more))

    for name, code in (
        ("prestataire", "vagues_prestataire"),
        ("mode", "vagues_mode"),
        ("population", "vagues_population"),
        ("dates", "vagues_periode"),
    ):
        if first[name] and second[name] and first[name] != second[name]:
            warn(code, first[name], second[name])
    waves = survey.respondents["vague"]
    before, after = (set(survey.respondents["bailleur"][waves == w].unique()) for w in pair)
    for gone, code in ((before - after, "vagues_sortis"), (after - before, "vagues_entres")):
        if gone:
            warn(code, nombre=len(gone), communs=len(before & after))
    common = before & after
    if asked := [item for item, lone in survey.asked_once(pair).items() if lone & common]:
        warn("vagues_question", questions=len(asked), item=asked[0])
    notices += [
        doubt("vagues_echelle", vagues="-".join(pair), avant="", apres="", item=item)
        for item in _scale_changed(survey, pair)
    ]
    return notices


def _scale_changed(survey: Survey, pair: tuple[str, str]) -> list[str]:
    """List the questions that one of two waves answered on another scale.

    Other levels; marks of which none is above half of the scale in one wave alone; levels nearer to those
    of the other wave read from the other end, for three questions in five at least.
    """
    rows = [np.flatnonzero(survey.respondents["vague"] == w) for w in pair]
    out, turned, kept = [], [], 0
    for item, ranks in survey.answers.items():
        scale, answered = survey.scales[item], [of[of >= 0] for of in (ranks[at] for at in rows)]
        if min(map(len, answered)) < _ENOUGH:
            continue
        if scale.marks:
            low, high = sorted(float(np.nanmax(survey.marks[item][at])) for at in rows)
            if low <= scale.maximum / 2 < high:
                out.append(item)
        elif set(answered[0].tolist()) != set(answered[1].tolist()):
            out.append(item)
        else:
            one, two = (np.bincount(a, minlength=len(scale.labels)) / len(a) for a in answered)
            straight = np.abs(one - two).sum()
            if straight > _MOVED and np.abs(one - two[::-1]).sum() < straight / 2:
                turned.append(item)
            else:
                kept += 1
    return out + (turned if len(turned) >= max(_MOST_TURNED * (len(turned) + kept), 2) else [])


def broken_series(
    survey: Survey, plan: Plan, pair: tuple[str, str], items: Sequence[Item]
) -> Floats:
    """Return what a change of each question must lie beyond (`verdicts.evolution_verdicts`).

    A declared change of firm or mode is taken to have reached both sides alike: the wave has one mode.
    """
    first, second = (declared(plan, w) for w in pair)
    moved = any(first[k] and second[k] and first[k] != second[k] for k in ("prestataire", "mode"))
    changed = set(_scale_changed(survey, pair))
    return np.array([np.inf if i.identifiant in changed else MODE_CHANGED * moved for i in items])


def alarm_notices(ratios: Sequence[float]) -> list[Fault]:
    """Return a doubt when résidences differ between them more than was supposed."""
    if not ratios or float(np.median(ratios)) <= ALARM:
        return []
    return [doubt("residences_differentes", rapport=round(float(np.median(ratios)), 2))]


_KINDS: Final = ("type_habitat", "periode_construction")
_CELL: Final = ["cote", *_KINDS]
_DIGITS: Final = 3
_SIDES: Final = {1: "qpv", 0: "hors_qpv"}


def sample_against_stock(survey: Survey) -> pd.DataFrame:
    """Compare the interviews of each wave with the dwellings they represent.

    An interview has the side, type and period of its résidence's row in the stock: both are counted in the
    same categories. One that the stock lacks is left out, and dwellings of no known side. Each bailleur is
    under its name (`ensemble` when there is one only), unprotected; empty without stock.
    """
    stock = survey.stock
    if stock is None:
        return pd.DataFrame(columns=list(FIELD_COLUMNS))
    homes = stock.assign(cote=stock["qpv"].map(_SIDES))
    homes = homes.assign(**{k: homes.get(k, "") for k in _KINDS})
    alone = len(survey.respondents["bailleur"].unique()) == 1
    homes = homes.assign(bailleur=ENSEMBLE if alone else homes["bailleur"])
    keys = ["bailleur", *_CELL]
    there = homes[homes["qpv"] >= 0].groupby(keys, sort=True)["logements"].sum()
    parts = []
    for wave in survey.waves:
        rows = survey.respondents.loc[survey.respondents["vague"] == wave, ROW]
        asked = homes.iloc[rows[rows >= 0].to_numpy(dtype=np.intp)]
        met = asked.groupby(keys).size().rename("n")
        table = there.to_frame().join(met).fillna({"n": 0}).reset_index()
        parts.append(table.assign(vague=wave))
    out = pd.concat(parts, ignore_index=True)
    for count, share in (("logements", "part_logements"), ("n", "part_interroges")):
        whole = out.groupby(["vague", "bailleur"])[count].transform("sum").clip(lower=1)
        out[share] = (out[count] / whole).round(_DIGITS)
    return out[list(FIELD_COLUMNS)]


def weight_spreads(survey: Survey, wave: str) -> tuple[WeightSpread, ...]:
    """Measure the weights of one wave as delivered, then as calibrated by this run."""
    frame = survey.respondents[survey.respondents["vague"] == wave]
    out = [_spread(delivered_weight(frame), calibrated=False)] if survey.has_weights else []
    if DELIVERED in frame:
        out.append(_spread(frame["poids"].to_numpy(dtype=float), calibrated=True))
    return tuple(out)


def _spread(weights: Floats, *, calibrated: bool) -> WeightSpread:
    first, middle, third = map(float, np.quantile(weights, [0.25, 0.5, 0.75]))
    kish = len(weights) * float((weights**2).sum()) / float(weights.sum()) ** 2
    return WeightSpread(calibrated, first, middle, third, kish)
