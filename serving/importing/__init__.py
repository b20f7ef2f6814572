"""Importing: leads from a file that somebody uploads, looked at first, then told like any other."""
