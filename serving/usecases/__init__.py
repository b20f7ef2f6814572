"""Use cases: plain functions between the routes and the rooms below."""
