"""The agreement board: the week at a glance, each view whole, and the leads behind every figure."""
