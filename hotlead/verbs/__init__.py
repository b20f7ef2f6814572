"""The verbs of `hotlead`; heavy libraries are imported when a verb runs, so that `--help` answers at once."""
