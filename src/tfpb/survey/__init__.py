"""Survey statistics, usable without the command line: frames in, protected frames out.

Three steps: `recode` reads deliveries, `compare` estimates, `protect` withholds; after an earlier release,
`standing` gives again what a released wave told. Nothing here reads or writes a file.

Examples
--------
A fictional wave: 400 interviews in 20 résidences, every other one in a QPV.

>>> import pandas as pd
>>> from tfpb import survey
>>> number = range(400)
>>> frame = pd.DataFrame(
...     {
...         "id": number,
...         "annee": 2023,
...         "bailleur": "Fictif Habitat",
...         "residence": [f"R{i % 20:02d}" for i in number],
...         "poids": 1.0,
...         "qpv": [i % 2 for i in number],
...         "proprete": [1 if i * 37 % 101 > 20 + 12 * (i % 2) else 4 for i in number],
...     }
... )
>>> plan = survey.Plan.model_validate(
...     {
...         "colonnes": {
...             "repondant": "id",
...             "vague": "annee",
...             "bailleur": "bailleur",
...             "residence": "residence",
...             "poids": "poids",
...             "qpv": "qpv",
...             "strates": ["qpv"],
...         },
...         "echelles": {"accord": {"satisfait": [1, 2], "insatisfait": [3, 4]}},
...         "items": [
...             {
...                 "colonnes": "proprete",
...                 "libelle": "Propreté",
...                 "theme": "residence",
...                 "echelle": "accord",
...             }
...         ],
...     }
... )
>>> answers = survey.recode([frame], plan)
>>> published = survey.protect(survey.compare(answers, plan))
>>> rows = published.comparison.query("bailleur == 'ensemble'")
>>> for row in rows.itertuples():
...     print(f"{row.groupe:9}{row.n:4.0f}{row.estimation:8.3f}  {row.publication}")
qpv       200   0.670  publiable
hors_qpv  200   0.790  publiable
ensemble  400   0.720  publiable
ecart     400  -0.120  publiable
"""

from tfpb.model.plan import Plan
from tfpb.model.survey import Estimates, Published
from tfpb.survey.adjustment.benchmark import referenced_rows
from tfpb.survey.compare import compare
from tfpb.survey.estimation.control import control_table
from tfpb.survey.method import territory_columns
from tfpb.survey.raw_gaps import exploration
from tfpb.survey.reading.located_residences import located_residences
from tfpb.survey.reading.recode import readings_without, recode
from tfpb.survey.respondents import Survey
from tfpb.survey.sample_size import interviews_needed, n_necessaire
from tfpb.survey.secrecy.disclosure import protect
from tfpb.survey.secrecy.ledger import Release, together
from tfpb.survey.secrecy.standing import Released, standing

__all__ = [
    "Estimates",
    "Plan",
    "Published",
    "Release",
    "Released",
    "Survey",
    "compare",
    "control_table",
    "exploration",
    "interviews_needed",
    "located_residences",
    "n_necessaire",
    "protect",
    "readings_without",
    "recode",
    "referenced_rows",
    "standing",
    "territory_columns",
    "together",
]
