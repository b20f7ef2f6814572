"""Set-up: the pages on which people are let in, told of, routed to and promised."""
