"""Disclosure control: one tree a wave, figures rounded, what was released printed again.

`enough` is the rule; `households` counts what it is applied to, `tree` names the groups, `choice` says
which are shown and `groups` which of them a row rests on. `disclosure` is the only way out of the survey,
`ownership` keeps what one bailleur's pack may hold; `reprint` and `ledger` bind a release to those before.
"""
