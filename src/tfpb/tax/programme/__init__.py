"""The programme of actions and droit commun."""
