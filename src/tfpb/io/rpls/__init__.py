"""The national register of social dwellings (RPLS), one row a dwelling, read as a stock."""
