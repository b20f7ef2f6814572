"""Views: the figures of the agreement, one module a view."""
