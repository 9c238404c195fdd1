"""Sentences of the documents a pack holds, and of the commands that write them."""
