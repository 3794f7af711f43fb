from django.apps import AppConfig


class RewardsConfig(AppConfig):
    """Register what rewards offer to lower packages."""

    name = "rewards"

    def ready(self) -> None:
        from instrument_share.journal.addresses import register_pages
        from instrument_share.web.labels import register_labels
        from rewards.cycle import labels as cycle_labels
        from rewards.cycle import permissions  # noqa: F401 (registers the permissions)
        from rewards.findings import labels as finding_labels
        from rewards.report import labels as report_labels

        register_labels(cycle_labels.STATES, cycle_labels.MOVES)
        register_labels(finding_labels.STATES)
        register_labels(report_labels.STATES)
        register_pages("cycle", "cycle_open", "verify")
