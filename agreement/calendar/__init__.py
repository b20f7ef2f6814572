"""The calendar: zones, hours, holidays, durations and periods."""
