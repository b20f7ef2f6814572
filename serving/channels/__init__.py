"""Channels: how a message reaches a person or a program, and what keeps it from reaching anything else."""
