"""The pack: files written whole or not at all."""
