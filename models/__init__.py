"""What a score is: the scorer, its calibration, buckets, reasons, and the artifact that carries them."""
