"""Insight: where revenue came from, how leads ended, and what buyers have in common."""
