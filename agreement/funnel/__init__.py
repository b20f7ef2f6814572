"""The funnel, and plans made backwards through it."""
