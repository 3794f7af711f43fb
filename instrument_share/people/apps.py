from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "instrument_share.people"
