"""Benchmarks: each is a script that prints what it measured beside a named peer."""
