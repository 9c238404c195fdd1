"""French of the local page: what its templates do not hold."""
