"""Design-based estimates of sets of respondents, their variance and intervals.

In the order in which data go through: `design` (atoms and sums over them), `compared_groups` (whose
answers are set against whose), `means` (means of domains, variance of any combination of them),
`comparison` (one wave, or the change between two), `intervals`, `rows` and `levels` (tables).
Intervals of small territories belong beside `intervals`.
"""
