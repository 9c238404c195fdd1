"""Columns of the tables that stages hand on (contract names, fixed)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tfpb.model.codes import Reserve

if TYPE_CHECKING:
    from collections.abc import Mapping

ADDRESS_COLUMNS: Final = (
    "adresse",
    "code_postal",
    "commune",
    "code_insee",
    "nom",
    "parcelle",
    "x",
    "y",
)
"""What the geocoder reads of a row; text, empty where unknown (x and y too)."""

RESULT_COLUMNS: Final = (
    "latitude", "longitude", "result_label", "result_score", "result_type", "result_housenumber",
    "result_name", "result_postcode", "result_city", "result_citycode", "result_id", "result_status",
    "result_x", "result_y", "result_source", "result_confidence", "result_verdict", "result_reasons",
    "result_complement", "result_entrances", "result_alternatives", "result_radius_m",
    "result_parcelle",
)  # fmt: skip
"""What the geocoder adds. Float: latitude, longitude (degrees, WGS84), result_score (0..1),
result_x, result_y (metres, legal projection of the commune), result_confidence (0..1),
result_radius_m (metres). All others text; lists are joined by « | »."""

LOCATION_COLUMNS: Final = (
    "qpv_statut", "qpv_code", "qpv_nom", "qpv_distance_m", "qpv_proche_code", "qpv_proche_nom",
    "qpv_millesime", "qpv2015_statut", "qpv2015_code", "qpv2024_statut", "qpv2024_code",
    "qpv_evolution", "qpv_motif",
)  # fmt: skip
"""What the location adds. Float: qpv_distance_m (metres); qpv_millesime Int64; others text."""

RESIDENCE_COLUMNS: Final = (
    "id_residence", "nom", "bailleur", "commune", "code_insee", "nb_entrees", "nb_logements",
    "logements_dans", "logements_hors", "logements_a_verifier", "part_qpv", "cote", "code_qpv",
    "nom_qpv", "evolution", "distance_min_m", "x", "y", "longitude", "latitude",
    "annee_construction", "type_habitat",
)  # fmt: skip
"""One row a résidence. Int: nb_*, logements_*; float: part_qpv (0..1, dwellings in / all),
distance_min_m (metres), x, y (metres, mean of entrances weighted by dwellings), longitude, latitude
(degrees). `cote` is the side of most dwellings (dans|hors|a_verifier); `code_qpv`, `nom_qpv` are
those of most dwellings in, or of the nearest quarter in doubt, else empty. Grouping columns of the
stock follow (value of most dwellings)."""

COMPARISON_COLUMNS: Final = (
    "vague", "niveau", "territoire", "bailleur", "item", "theme", "nature", "groupe", "ajustement",
    "n", "n_residences", "part_nsp", "part_non_concerne", "estimation", "erreur_type", "ddl",
    "ic95_bas", "ic95_haut", "ic90_bas", "ic90_haut", "effet_plan", "n_effectif", "p_bilateral",
    "p_non_inferiorite", "p_equivalence", "p_holm", "marge_points", "marge_demontree_points",
    "verdict", "publication", "isole",
)  # fmt: skip
"""The long table of `comparer` (contract); `isole` is « oui » where a verdict does not survive Holm's
correction over its theme. Rows of territories, of bailleurs of few résidences and adjusted rows hold
no error, degree of freedom, design effect nor p-value: what is released of them is n, the share to
one point and its intervals."""

LEVEL_COLUMNS: Final = (
    "vague", "niveau", "territoire", "bailleur", "item", "theme", "nature", "groupe", "mesure",
    "modalite", "rang", "n", "n_residences", "estimation", "erreur_type", "ddl", "ic95_bas",
    "ic95_haut", "p_rao_scott", "publication",
)  # fmt: skip
"""Four levels and means. `mesure` is `niveau` (share 0..1 of `modalite`, `rang` 1..k) or `moyenne`
(mean of a mark, `modalite` empty); `p_rao_scott` on groupe `ecart` rows of mesure `niveau`."""

PRIORITY_COLUMNS: Final = (
    "vague", "bailleur", "groupe", "item", "theme", "nature", "n", "n_residences", "importance",
    "importance_ic95_bas", "importance_ic95_haut", "performance", "performance_ic95_bas",
    "performance_ic95_haut", "quadrant", "certitude", "publication",
)  # fmt: skip
"""Importance (standardised slope on the overall mark, all items together) × performance (0..1).
`quadrant`: priorite | a_maintenir | secondaire | atout; `certitude` of it: sur | probable | indecis."""

BENCHMARK_COLUMNS: Final = (
    "vague", "item", "groupe", "repere", "valeur", "ic95_bas", "ic95_haut", "n", "reference",
)  # fmt: skip
"""Outside marks an item is held against: `repere` is `region_sans_soi` or `national`."""

PREMISES_RESULT_COLUMNS: Final = (
    "base_eur", "abattement_commune_eur", "abattement_syndicats_eur", "abattement_epci_eur",
    "abattement_tse_eur", "abattement_tasa_eur", "abattement_gemapi_eur", "abattement_eur",
    "frais_gestion_eur", "total_eur", "nature", "statut", "compensation_etat_eur",
    "perte_collectivites_eur", "motif",
)  # fmt: skip
"""What `abattement` adds to each premises (contract). Amounts are `Decimal` euros."""

STATE_COLUMNS: Final[Mapping[str, str]] = {
    "porte_avis_eur": "borne",
    "abattement_acquis_eur": "acquired",
    "abattement_a_risque_eur": "at_risk",
    "abattement_douteux_eur": "doubtful",
    "abattement_a_reclamer_eur": "to_claim",
    "abattement_sous_reserve_eur": "reserved",
    "abattement_perdu_eur": "lost",
    "au_mieux_eur": "best",
}
"""Columns of the states, and what of `States` each holds."""

RESERVE_COLUMNS: Final[Mapping[str, Reserve]] = {
    "abattement_a_verifier_eur": Reserve.COTE,
    "abattement_sans_convention_eur": Reserve.CONVENTIONS,
}
"""Columns of what hangs on a check of location, and on a table of conventions."""

MONEY_QPV_COLUMNS: Final = (
    "code_qpv", "nom_qpv", "logements", "logements_abattus", "base_eur", "abattement_eur",
    "frais_gestion_eur", "total_eur", "compensation_etat_eur", "perte_collectivites_eur",
    "reporte_contribuables_eur", *STATE_COLUMNS, *RESERVE_COLUMNS, "logements_sans_montant", "nature",
)  # fmt: skip
"""Money per QPV; amounts count premises `abattu` and `eligible`, and are None where none counts and part
of the money is not known (`nature` is then `sous_reserve` or `manquant`)."""

RECONCILIATION_COLUMNS: Final = (
    "code_qpv", "nom_qpv", "porte_avis_eur", "abattement_acquis_eur", "abattement_a_risque_eur",
    "abattement_douteux_eur", "abattement_a_reclamer_eur", "reclame_declare_eur",
    "apres_reclamation_eur", "abattement_sous_reserve_eur", "sous_reserve_hors_avis_eur",
    "au_pire_eur", "au_mieux_eur", "frais_acquis_eur", "frais_a_reclamer_eur", "abattement_perdu_eur",
    "logements_sans_montant",
)  # fmt: skip
"""From what notices bear to what may be due, by quarter; amounts are Decimal euros."""

CALENDAR_COLUMNS: Final = (
    "date", "evenement", "annee", "id_convention", "code_qpv", "nom_qpv", "residences", "logements",
    "montant_eur", "lecture",
)  # fmt: skip
"""What changes and when. `evenement`: entree | sortie | fin_exoneration | reclamation | renouvellement |
terme | sans_terme (a convention that lasts as long as the law; one without an end); `annee` is the first
tax year it changes; `lecture` the sentence that reads it."""

OWNED_COLUMNS: Final = (
    "id_residence", "nom", "code_qpv", "constat", "locaux_possedes", "logements_avis", "locaux",
    "montant_eur", "lecture",
)  # fmt: skip
"""Premises owned against notices, one row a finding. `constat`: sans_avis (owned in a quarter, on no notice:
`montant_eur` is the abatement they would have) | exonere (the same, still exempt) | sans_local (on a notice,
not owned: what is paid) | non_rattache (of no known résidence); `locaux` is how many."""

BALANCE_COLUMNS: Final = (
    "code_qpv", "nom_qpv", "annee", "logements", "abattement_eur", "prevu_eur", "realise_eur",
    "valorise_eur", "valorise_par_logement_eur", "solde_eur", "report_eur", "couverture",
    "pieces_jointes", "actions", "logements_abattus", "valorise_par_logement_abattu_eur",
    "abattement_par_logement_abattu_eur", "justifie_eur", "solde_apres_reclamation_eur",
)  # fmt: skip
"""The programme against the abatement. `solde_eur` = valorise − abattement − report;
`couverture` = valorise / abattement (ratio); `justifie_eur` = the least of valorise and abattement: what
one quarter spends too much answers for no other; `solde_apres_reclamation_eur`: once claims succeed.
All None where the abatement is not known."""

AXIS_COLUMNS: Final = (
    "code_qpv", "axe", "actions", "prevu_eur", "realise_eur", "bailleur_eur", "autres_eur",
    "valorise_eur", "valorise_par_logement_eur", "taux_valorisation", "pieces_jointes",
)  # fmt: skip
"""The programme by QPV × axis (`code_qpv` = « total » over all)."""

DROIT_COMMUN_COLUMNS: Final = (
    "indicateur", "annee", "unite", "n_residences_qpv", "n_residences_hors", "logements_qpv",
    "logements_hors", "quantite_par_100_logements_qpv", "quantite_par_100_logements_hors",
    "cout_par_logement_qpv_eur", "cout_par_logement_hors_eur", "surcout_par_logement_eur",
    "surcout_eur", "surcout_ic95_bas_eur", "surcout_ic95_haut_eur", "marge", "plancher",
)  # fmt: skip
"""Droit commun, QPV beside hors QPV. `marge` is `calculee` or `non_calculable` (totals only);
`plancher` says whether gardiens stand at the legal floor (`au_plancher|au_dessus|sous|sans_objet`)."""

FORECAST_COLUMNS: Final = (
    "annee", "id_residence", "logements", "statut", "motif", "abattement_eur", "nature",
)  # fmt: skip

DECLARATION_COLUMNS: Final = (
    "commune", "section", "parcelle", "invariant", "id_residence", "id_batiment", "adresse",
    "nb_logements", "code_qpv", "statut", "manque",
)  # fmt: skip

FIELD_COLUMNS: Final = (
    "vague", "bailleur", "cote", "type_habitat", "periode_construction", "logements", "part_logements",
    "n", "part_interroges",
)  # fmt: skip
"""Sample against stock: one row a wave × side × type × period; dwellings of the stock, interviews (to
5 once protected, NaN where hidden) and their shares of the side and both sides together."""
VARIANT_COLUMNS: Final = (
    "vague", "niveau", "territoire", "bailleur", "item", "groupe", "ajustement", "variante", "n",
    "n_residences", "estimation", "verdict", "publication",
)  # fmt: skip
"""Raw gaps of the whole read otherwise; `variante`: `poids_livres` (no verdict), `cible_parc` or
`cible_service` (no estimate)."""
EVALUATION_COLUMNS: Final = (
    "niveau", "code_qpv", "nom_qpv", "axe", "logements", "valorise_eur",
    "valorise_par_logement_eur", "item", "vague", "n", "ecart", "ecart_ic95_bas", "ecart_ic95_haut",
    "verdict", "evolution", "evolution_ic95_bas", "evolution_ic95_haut", "evolution_verdict",
    "publication", "isole", "lecture",
)  # fmt: skip
"""€ beside the gap of the linked items: one row a (convention or QPV) × axis × item. `lecture` is a
code that words/ turns into one sentence that claims no cause."""
