from django.apps import AppConfig


class RewardsConfig(AppConfig):
    name = "rewards"

    def ready(self) -> None:
        from rewards.cycle import permissions  # noqa: F401 (registers the permissions)
