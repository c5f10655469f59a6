"""Scores: what each link is worth, what is wrong with it, and on what evidence."""
