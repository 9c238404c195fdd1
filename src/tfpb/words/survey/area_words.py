"""Words of the modelled shares of quarters: never a measure, never a verdict."""

from __future__ import annotations

from typing import Final

from tfpb.words.phrase import Phrase

METHOD: Final = (
    "Estimation modélisée d’un quartier : son taux, mesuré sur peu de ménages, est rapproché de celui des "
    "quartiers publiés de la même enquête, d’autant plus qu’il repose sur moins de réponses, et l’ensemble "
    "retombe sur le taux publié de tous les QPV. Elle se trompe moins en moyenne, mais elle rapproche aussi "
    "des autres le quartier qui diffère vraiment : elle ne donne jamais de verdict et ne remplace pas le "
    "taux mesuré."
)
NOT_MODELLED: Final = Phrase(
    "Pas d’estimation modélisée par quartier : il faut, pour une question, au moins {fewest:n} quartiers "
    "dont le taux est publié, et le taux de tous les QPV ensemble ; cette enquête n’y suffit pas."
)
MODELLED: Final = Phrase(
    "{count:s estimation modélisée/estimations modélisées} de quartiers : lignes « modele » de la table, "
    "sans verdict."
)
ON_PAGE: Final = Phrase(
    "Estimation modélisée, sans verdict, pour « {label} » : {share:%} de satisfaits ici, entre {low:%} et "
    "{high:%}."
)
"""On the A4 page of a quarter, where there is room."""
CHART_MARKS: Final = ("taux mesuré", "estimation modélisée")
CHART_WHOLE: Final = "tous les QPV"
