"""The HTTP service: scores on request, by the champion in force."""
