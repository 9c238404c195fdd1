"""Disclosure control: each group alone, figures rounded, a released wave whole.

`publishable` is the rule; `households` counts what it is applied to, `groups` names the groups and which of
them a row rests on. `disclosure` is the only way out of the survey, `ownership` keeps what one bailleur's
pack may hold; `standing` and `ledger` bind a release to those before.
"""
