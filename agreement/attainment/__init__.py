"""Attainment: whether both sides kept their word."""
