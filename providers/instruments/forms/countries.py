"""Countries in which instruments are made, by their codes after GB/T 2659 (ISO 3166-1)."""

from django.utils.translation import pgettext_lazy

COUNTRIES = (
    ("CN", pgettext_lazy("country", "China")),
    ("US", pgettext_lazy("country", "United States")),
    ("DE", pgettext_lazy("country", "Germany")),
    ("JP", pgettext_lazy("country", "Japan")),
    ("GB", pgettext_lazy("country", "United Kingdom")),
    ("CH", pgettext_lazy("country", "Switzerland")),
    ("FR", pgettext_lazy("country", "France")),
    ("NL", pgettext_lazy("country", "Netherlands")),
    ("SE", pgettext_lazy("country", "Sweden")),
    ("IT", pgettext_lazy("country", "Italy")),
    ("AT", pgettext_lazy("country", "Austria")),
    ("CZ", pgettext_lazy("country", "Czechia")),
    ("DK", pgettext_lazy("country", "Denmark")),
    ("FI", pgettext_lazy("country", "Finland")),
    ("BE", pgettext_lazy("country", "Belgium")),
    ("ES", pgettext_lazy("country", "Spain")),
    ("NO", pgettext_lazy("country", "Norway")),
    ("PL", pgettext_lazy("country", "Poland")),
    ("RU", pgettext_lazy("country", "Russia")),
    ("CA", pgettext_lazy("country", "Canada")),
    ("AU", pgettext_lazy("country", "Australia")),
    ("KR", pgettext_lazy("country", "South Korea")),
    ("SG", pgettext_lazy("country", "Singapore")),
    ("IN", pgettext_lazy("country", "India")),
    ("IL", pgettext_lazy("country", "Israel")),
    ("HK", pgettext_lazy("country", "Hong Kong, China")),
    ("TW", pgettext_lazy("country", "Taiwan, China")),
)
