"""One small function a stage: takes from the run's values what the stage asks for, and calls it."""
