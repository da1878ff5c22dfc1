"""Training, evaluation and export of the rbqe networks."""
