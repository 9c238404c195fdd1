"""Commands: one file each; options to settings to pipeline to sentences."""
