"""Migrations: one revision a file under ``versions``, numbered in the order in which they are applied.

They only go up. Going back to an older Hotlead is restoring a backup of that day.
"""
