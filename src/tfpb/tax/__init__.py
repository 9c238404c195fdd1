"""The abatement and the programme that answers for it; pure."""
