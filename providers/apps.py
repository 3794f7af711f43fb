from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    name = "providers"

    def ready(self) -> None:
        from instrument_share.accounts.services.organizations import register_owner_check
        from instrument_share.jobs.registry import register_recurring
        from instrument_share.journal.addresses import register_pages
        from instrument_share.journal.guards import register
        from instrument_share.journal.registry import register_journal
        from instrument_share.kernel.wording import register_words
        from instrument_share.transparency.registry import register_invariants
        from instrument_share.web.text.labels import register_labels
        from providers import guards, personal
        from providers.exchange import tasks  # noqa: F401 (registers the jobs)
        from providers.instruments import badges as instrument_badges
        from providers.instruments.domain import labels as instrument_labels
        from providers.instruments.selectors import revised as revised_instruments
        from providers.instruments.selectors.instruments import has_instruments
        from providers.instruments.services.changes import on_drafts_removed, on_instruments_changed
        from providers.instruments.templatetags.instruments_ui import (
            OWN_TABS,
            VALUE_FORMATS,
            register_instrument_notice,
            register_instrument_tabs,
        )
        from providers.invariants import INVARIANTS
        from providers.journal import ACTS, FIELDS, KINDS
        from providers.recurring import RECURRING
        from providers.revisions.selectors import register_revised
        from providers.revisions.templatetags.revisions_ui import register_value_formats
        from providers.search.services.index import search_forget, search_index
        from providers.terms.domain import labels as term_labels
        from providers.terms.services.removal import rules_forget
        from providers.terms.templatetags.terms_ui import get_gap_notice
        from providers.units import badges as unit_badges
        from providers.units import permissions  # noqa: F401 (registers the permissions)
        from providers.units.domain import labels as unit_labels
        from providers.units.selectors import revised as revised_units

        for labels in (instrument_labels, term_labels, unit_labels):
            register_words(labels.LABELS)
        for badges in (instrument_badges, unit_badges):
            register_labels(badges.STATES, badges.MOVES, badges.ACTS)
        register_pages(
            "instrument_feed",
            "instrument_people",
            "news_feed",
            "opendata",
            "publication_picture",
            "sheet_import",
            "unit_instruments",
        )
        register_revised({**revised_instruments.REVISED, **revised_units.REVISED})
        register_value_formats(VALUE_FORMATS)
        register_instrument_tabs(*OWN_TABS)
        register_instrument_notice(get_gap_notice)
        on_instruments_changed(search_index)
        register(*guards.TERMS)
        personal.register()
        register_recurring(*RECURRING)
        register_invariants(*INVARIANTS)
        register_journal(ACTS, KINDS, FIELDS)
        register_owner_check(has_instruments)
        on_drafts_removed(search_forget)
        on_drafts_removed(rules_forget)
