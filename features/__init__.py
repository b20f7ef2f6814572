"""What is known of a lead at a moment: the data contract, the feature kinds and the engine."""
