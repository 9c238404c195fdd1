"""The local page: the same stages and the same files as the commands, for those who never type one."""
