"""The pipeline: its stages on one page, the runner, kept results, and what composes them."""
