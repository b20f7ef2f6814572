"""The forecast: what a period will bring, and how honest earlier forecasts were."""
