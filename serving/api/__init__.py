"""Routes and bodies: what callers send and what they are answered."""
