"""Disclosure control: cells, the sums that tie them, masks, and the only way out of the survey.

`cells` and `level_crossings` declare what is published and what subtractions disclose, `masking`
chooses the cells to mask sum by sum, `open_intervals` those without which all levels together would
close on a few answers, `masked_rows` and
`disclosure` apply the masks; `ownership` keeps the rows that one bailleur's pack may hold.
"""
