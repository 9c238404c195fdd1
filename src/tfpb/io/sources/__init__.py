"""The user's input files, each read with every fault and doubt."""
