"""From files to a tested scorer: import, snapshots, splits, tuning, evaluation, report, promotion."""
