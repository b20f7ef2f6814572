"""Counting: shares, counts and differences, never without how sure they are."""
