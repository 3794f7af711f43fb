"""How long what a unit says of itself counts as up to date."""

from datetime import timedelta

FRESH_FOR = timedelta(days=365)
"""Of a publication, and of a confirmation that an instrument's facts still hold."""
