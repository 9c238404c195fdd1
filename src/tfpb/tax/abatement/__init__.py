"""The abatement of a tax year: rights, formula, notices, forecast."""
