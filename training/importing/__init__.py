"""Importing: from a company's files and a recipe to a history, with every row kept or rejected."""
