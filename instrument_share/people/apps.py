from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Pages of people and organizations."""

    name = "instrument_share.people"

    def ready(self) -> None:
        from instrument_share.journal.addresses import register_pages

        register_pages("inbox", "members", "my_organizations", "organization", "settings")
