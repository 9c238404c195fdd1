"""Charts of the report: one picture a `Chart`, as PNG and SVG from one drawing.

The title is not in the picture: the document writes it as text above, with the
alternative text. Columns of `Chart.rows`, by kind (proportions are 0..1; a missing number is NaN):

- `GAPS`: `libelle, ecart, ic90_bas, ic90_haut, ic95_bas, ic95_haut, n, verdict, sign`; `verdict` is in
  words; rows stand in the order given.
- `DUMBBELL`: `libelle, theme, qpv, hors, n`; a workbook alone has one.
- `FUNNEL`: `libelle, comparable, n, ecart, region, erreur` (of `n` interviews), `quartile1, mediane,
  quartile3`; `ecart` is empty where no bailleur is shown; `Chart.reach` is the largest number drawn.
- `STACKED`: `libelle, groupe, modalite, rang, part`; rank 1 is the most satisfied.
- `SLOPES`: `libelle, vague, qpv, hors`, and `qpv_bas, qpv_haut, hors_bas, hors_haut` where known; `change`,
  of three waves, says of each item what the gap did from the first to the last.
- `NEED`: `label, depense, ecart, ic90_bas, ic90_haut`.
- `BARS`: `libelle, valeur`, then `valeur2`… in euros; names in `Chart.series`; a workbook alone has some.
- `SPENDING`: `repere, quartier, axe, depense, ecart, ic90_bas, ic90_haut`; `repere` is
  the mark (a letter a quarter, a number an axis), `quartier` and `axe` what it stands for.
"""
