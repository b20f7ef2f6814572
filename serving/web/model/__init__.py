"""The page of the model: champion and challenger, thresholds tried before they are set, promoting, going back."""
