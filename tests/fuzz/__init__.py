"""Inputs that nobody wrote: coverage-guided fuzzing of everything that reads what strangers made."""
