from django.apps import AppConfig


class RewardsConfig(AppConfig):
    name = "rewards"

    def ready(self) -> None:
        from instrument_share.journal.addresses import register_pages
        from instrument_share.web.labels import register_labels
        from rewards.cycle import badges as cycle_badges
        from rewards.cycle import permissions  # noqa: F401 (registers the permissions)
        from rewards.findings import badges as finding_badges
        from rewards.report import badges as report_badges

        register_labels(cycle_badges.STATES, cycle_badges.MOVES)
        register_labels(finding_badges.STATES)
        register_labels(report_badges.STATES)
        register_pages("cycle", "cycle_open", "verify")
