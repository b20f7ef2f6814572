"""Recipes: which column of a company's files is what, read from and written as TOML."""
