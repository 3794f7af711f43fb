"""The privacy notice that people agree to when they sign up."""

from datetime import date

NOTICE_VERSION = "1.0"
"""A change of the text in `pages/about/privacy_*.html` takes a new version and date."""
NOTICE_DATE = date(2026, 11, 27)
