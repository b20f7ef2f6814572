"""What marketing and sales promised each other."""
