"""What deserves a look in an abatement: listed with the figures, never a stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tfpb.errors import Fault, Place, Severity
from tfpb.model.codes import QpvStatut, Statut
from tfpb.tax.plain_values import place, text, total, whole
from tfpb.words.money.status_reasons import motive
from tfpb.words.numbers import number, plural

if TYPE_CHECKING:
    from tfpb.law.values import Reader
    from tfpb.tax.abatement import tallies
    from tfpb.tax.abatement.holdings import Holding, Stock
    from tfpb.tax.abatement.signatures import Conventions


def doubts_of(pairs: tallies.Pairs, stock: Stock, held: Conventions, reader: Reader) -> list[Fault]:
    """List what deserves a look: unknown résidences, no premises, counts, young buildings, heights."""
    doubts: list[Fault] = []
    groups: dict[str, tallies.Pairs] = {}
    for pair in pairs:
        groups.setdefault(text(pair[0].row["id_residence"]), []).append(pair)
    if not held.given:
        doubts.append(Fault("conventions_non_fournies", severity=Severity.DOUTE))
    doubts += [
        Fault("contrat_sans_date", got=name, severity=Severity.DOUTE)
        for name in held.without_contract_date()
    ]
    doubts += _unheld(pairs, reader)
    for key, group in groups.items():
        here = place(group[0][0].row, "id_residence")
        if stock.residence(key) is None:
            doubts.append(Fault("local_hors_patrimoine", here, key, {}, Severity.DOUTE))
        else:
            doubts += _residence_doubts(key, group, stock, reader, here)
    for holding in stock.holdings:
        inside = holding.count(QpvStatut.DANS)
        if inside and holding.id_residence not in groups:
            fields = {"logements": plural(inside, "logement")}
            doubts.append(
                Fault(
                    "residence_sans_local",
                    Place(),
                    holding.id_residence,
                    fields,
                    Severity.DOUTE,
                )
            )
    return doubts


def _unheld(pairs: tallies.Pairs, reader: Reader) -> list[Fault]:
    """Say once a quarter which condition its abatement lacks: signature, declaration or convention."""
    lacking = (Statut.SANS_CONVENTION, Statut.NON_DECLARE)
    seen: dict[tuple[str, str], Fault] = {}
    for item, _ in pairs:
        right = item.right
        if right.statut in lacking and right.known:
            fields = {"annee": reader.day.year, "raison": motive(right.motive, right.fields)}
            doubt = Fault("abattement_non_acquis", Place(), right.code_qpv, fields, Severity.DOUTE)
            seen.setdefault((right.code_qpv, right.motive), doubt)
    return [seen[key] for key in sorted(seen)]


def _residence_doubts(
    key: str, group: tallies.Pairs, stock: Stock, reader: Reader, here: Place
) -> list[Fault]:
    holding = stock.residence(key)
    if holding is None:
        return []
    doubts = []
    told = [whole(i.row.get("nb_logements")) for i, _ in group]
    read = sum(n for n in told if n is not None)
    if None not in told and read > holding.dwellings:
        fields: dict[str, Any] = {"lus": read, "connus": holding.dwellings}
        doubts.append(Fault("logements_divergents", here, key, fields, Severity.DOUTE))
    doubts += _unknown_buildings(group, holding)
    entitled = [i for i, o in group if i.entitled and o.statut == Statut.ELIGIBLE]
    young = reader.whole("duree_exoneration_longue_ans")
    built = [u.built for u in holding.units if u.built is not None]
    if (
        entitled
        and built
        and min(built) > reader.day.year - young
        and any(i.right.motive == "droit_exoneration_inconnue" for i in entitled)
    ):
        fields = {"construction": min(built)}
        doubts.append(Fault("exoneration_possible", here, key, fields, Severity.DOUTE))
    homes = sum(i.dwellings for i, _ in group)
    if homes and any(o.amounts.abatement for _, o in group):
        height = total(i.full for i, _ in group) / homes
        low = reader.decimal("abattement_par_logement_min_eur")
        high = reader.decimal("abattement_par_logement_max_eur")
        if not low <= height <= high:
            usual = reader.decimal("repere_valorise_region_eur") * reader.decimal(
                "repere_couverture_region"
            )
            # « 40 €, entre 40 et 700 € » would read as a mistake
            shown = number(height, 2 if low <= round(height) <= high else 0)
            fields = {"par_logement": shown, "bas": number(low), "haut": number(high)}
            fields |= {"repere": number(usual), "nom_region": reader.region}
            doubts.append(Fault("abattement_inhabituel", here, key, fields, Severity.DOUTE))
    return doubts


def _unknown_buildings(group: tallies.Pairs, holding: Holding) -> list[Fault]:
    """Doubt a building the stock does not know, where buildings of the résidence do not share one fate."""
    known = {u.building for u in holding.units if u.building}
    fates = {(u.side, u.exempt_until) for u in holding.units}
    if not known or len(fates) < 2:  # noqa: PLR2004 - whichever building it is, the amount is the same
        return []
    fields = {"residence": holding.id_residence, "connus": ", ".join(sorted(known))}
    return [
        Fault("batiment_inconnu", place(i.row, "id_batiment"), named, fields, Severity.DOUTE)
        for i, _ in group
        if (named := text(i.row.get("id_batiment"))) and named not in known
    ]
