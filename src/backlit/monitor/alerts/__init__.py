"""Who is told of what changed, when, by which way, and never twice?"""
