"""Descriptions: what each route takes and answers, one module a group; `serving.api.openapi` puts them together."""
