"""Deliveries as social housing keeps them, each with its truth apart.

Written from the field's documents alone, not from the code: what is tried here must not come from
the head that wrote the reader. `grounds` are the communes, `dossier` a clean dossier and its truth,
`book` a workbook as an office suite leaves it, `stock_traps`, `tax_traps`, `programme_traps`,
`survey_traps` and `oddities` one function a kind, `corpus` the list.
Every dwelling, landlord, answer and amount is invented; only addresses and outlines are real.
"""
