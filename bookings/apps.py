from importlib import import_module

from django.apps import AppConfig

WITH_PERMISSIONS = (
    "requests",
    "credit",
    "devices",
    "feeds",
    "projects",
    "samples",
    "statements",
    "statistics",
    "waiting",
)


class BookingsConfig(AppConfig):
    """Register what bookings offer to lower packages."""

    name = "bookings"

    def ready(self) -> None:
        for room in WITH_PERMISSIONS:
            import_module(f"bookings.{room}.permissions")
        _register_records()
        _register_words()
        _register_answers()
        _register_answers_between_rooms()
        _register_pages()


def _register_records() -> None:
    """Register what keeps records right: guards, chains, checks, the journal, the clock, personal data."""
    from bookings import guards, personal
    from bookings.feeds import tasks  # noqa: F401 (registers the job)
    from bookings.invariants import INVARIANTS
    from bookings.journal import ACTS, KINDS
    from bookings.recurring import RECURRING
    from bookings.usage.domain.labels import FIELDS
    from bookings.usage.selectors.chain_log import USAGE_CHAINS, USAGE_CHECK
    from instrument_share.jobs.registry import register_recurring
    from instrument_share.journal.guards import register
    from instrument_share.journal.registry import register_journal
    from instrument_share.transparency.registry import register_chains, register_checks, register_invariants

    register(*guards.NO_OVERLAP, *guards.APPEND_ONLY, *guards.CREDIT_APPEALS, *guards.STATEMENTS)
    register(*guards.REVIEWS, *guards.BY_KEY)
    personal.register()
    register_recurring(*RECURRING)
    register_chains(USAGE_CHAINS)
    register_checks(USAGE_CHECK)
    register_invariants(*INVARIANTS)
    register_journal(ACTS, KINDS, FIELDS)


def _register_words() -> None:
    """Register the words of codes, and the labels of states and moves."""
    from bookings.budgets import domain as budgets
    from bookings.credit import badges as credit_badges
    from bookings.devices import domain as devices
    from bookings.groups import domain as groups
    from bookings.kiosk import domain as kiosk
    from bookings.projects import badges as project_badges
    from bookings.projects.domain import choices as projects
    from bookings.proposals import domain as proposals
    from bookings.requests import badges as request_badges
    from bookings.requests.domain import labels as request_labels
    from bookings.samples import badges as sample_badges
    from bookings.samples.domain import labels as sample_labels
    from bookings.statements import badges as statement_badges
    from bookings.usage import badges as usage_badges
    from bookings.usage.domain import labels as usage_labels
    from bookings.waiting import badges as waiting_badges
    from instrument_share.kernel.wording import register_words
    from instrument_share.web.text.labels import register_labels

    register_words({**request_labels.LABELS, **groups.LABELS, **proposals.LABELS})
    register_words({**usage_labels.LABELS, **sample_labels.LABELS, **devices.LABELS, **kiosk.LABELS})
    register_words({**projects.LABELS, **budgets.LABELS})
    register_labels(request_badges.STATES, request_badges.MOVES, usage_badges.ACTS)
    register_labels(waiting_badges.STATES, {})
    register_labels(credit_badges.STATES, {})
    register_labels(project_badges.STATES, project_badges.MOVES)
    register_labels(statement_badges.STATES, statement_badges.MOVES)
    register_labels(sample_badges.STATES, sample_badges.MOVES)


def _register_answers() -> None:
    """Register what lower packages ask of bookings."""
    from bookings.devices.views import DEVICE_TAB
    from bookings.feeds.selectors.invitations import get_invitation
    from bookings.feeds.services.calendars import calendar_addresses_end
    from bookings.kiosk.views.keepers import KIOSK_TAB, tell_what_stops
    from bookings.requests.services import sheet_effects
    from bookings.requests.services.instrument_decisions import instrument_links_follow
    from bookings.requests.views.instrument_decisions import describe_link_changes
    from bookings.requests.views.rules import RULE_TAB, get_rule_notice
    from bookings.usage.selectors.statistics import get_unit_hours_of_year
    from bookings.usage.views.use_sheet import USE_SHEET
    from instrument_share.accounts.services.tokens import register_key_ender
    from instrument_share.journal.mails import register_other_form
    from providers.public import (
        register_instrument_notice,
        register_instrument_tabs,
        register_keeper_teller,
        register_link_follower,
        register_logged_hours,
        register_rule_effects,
        register_sheet_imports,
    )

    register_key_ender("calendars", calendar_addresses_end)
    register_other_form(get_invitation)
    register_instrument_tabs(RULE_TAB, DEVICE_TAB, KIOSK_TAB)
    register_instrument_notice(get_rule_notice)
    register_logged_hours(get_unit_hours_of_year)
    register_rule_effects(sheet_effects)
    register_link_follower(instrument_links_follow, describe_link_changes)
    register_keeper_teller(tell_what_stops)
    register_sheet_imports(USE_SHEET)


def _register_answers_between_rooms() -> None:
    """Register what lower rooms ask of those above them."""
    from bookings.credit.selectors import get_misuse_deadline, may_record_misuse
    from bookings.devices import selectors as device_selectors
    from bookings.groups.selectors.basket import find_basket_obstacle
    from bookings.groups.selectors.extension import may_extend
    from bookings.groups.selectors.hand_over import get_hand_over_deadline
    from bookings.kiosk import selectors as kiosk_selectors
    from bookings.projects.registry import register_bookings_ahead, register_waits
    from bookings.requests.registry import (
        register_act,
        register_basket_reader,
        register_charge_dropper,
        register_check_in_delay,
        register_claim_teller,
        register_companion_watchers,
        register_grant_change_watcher,
        register_hand_over_deadline,
        register_misuse_deadline,
        register_payer_left_watcher,
        register_payer_suspension_watcher,
        register_price_reader,
        register_retirement_ender,
        register_service_watchers,
        register_use_reader,
        register_wait_reader,
    )
    from bookings.requests.selectors.project_budget import (
        count_bookings_ahead,
        list_times_ahead,
        register_uses_reader,
    )
    from bookings.requests.services.held_time import register_rival_teller, register_time_taker
    from bookings.requests.services.notifications import notify_of_closed_project, notify_of_reopened_project
    from bookings.samples.services import payers, service_breaks
    from bookings.samples.services.handling import orders_of_retired_reject
    from bookings.samples.views.orders import (
        describe_open_orders,
        describe_orders_beside,
        describe_orders_ending,
        describe_orders_hit,
    )
    from bookings.statements.selectors.statements import may_waive_charge
    from bookings.statements.services.drafting import charge_drop
    from bookings.usage.keys import register_key_reader
    from bookings.usage.selectors.logs_as_counted import sum_project_uses
    from bookings.usage.selectors.usage import find_used_times
    from bookings.waiting.selectors import count_waits_naming, has_affordable_time, is_waiting, may_answer
    from bookings.waiting.services import notifications as waiting_notifications
    from bookings.waiting.services.entries import waits_of_retired_end
    from bookings.waiting.services.offers import free_time_offer, rivals_tell
    from bookings.waiting.services.projects import watch_waits
    from bookings.waiting.views import (
        describe_waits,
        describe_waits_beside,
        describe_waits_ending,
        describe_waits_hit,
    )

    register_time_taker(free_time_offer)
    register_rival_teller(rivals_tell)
    register_wait_reader(is_waiting)
    register_basket_reader(lambda viewer, pk: find_basket_obstacle(viewer, instrument=pk))
    register_price_reader(has_affordable_time)
    register_claim_teller(describe_open_orders)
    register_claim_teller(describe_waits)
    register_hand_over_deadline(get_hand_over_deadline)
    register_charge_dropper(charge_drop)
    register_use_reader(find_used_times)
    register_act("record_misuse", may_record_misuse)
    register_misuse_deadline(get_misuse_deadline)
    register_act("extend", may_extend)
    register_act("answer_offer", may_answer)
    register_act("waive_charge", may_waive_charge)
    register_check_in_delay(kiosk_selectors.get_check_in_delays)
    register_retirement_ender(waits_of_retired_end, describe_waits_ending)
    register_retirement_ender(orders_of_retired_reject, describe_orders_ending)
    register_service_watchers(waiting_notifications.notify_of_leaving, waiting_notifications.notify_of_return)
    register_service_watchers(service_breaks.orders_of_leaving_hold, service_breaks.orders_of_returning_renew)
    register_companion_watchers(
        waiting_notifications.notify_of_companion_leaving,
        waiting_notifications.notify_of_companion_return,
        waiting_notifications.notify_of_companion_unlinked,
        describe_waits_beside,
    )
    register_companion_watchers(
        service_breaks.orders_of_companion_leaving_tell,
        service_breaks.orders_of_companion_return_tell,
        service_breaks.orders_of_companion_unlinked_tell,
        describe_orders_beside,
    )
    register_payer_left_watcher(payers.orders_of_payer_left_tell)
    register_payer_suspension_watcher(payers.orders_of_payer_suspended_hold)
    register_payer_suspension_watcher(
        lambda _actor, payer, now: waiting_notifications.notify_of_suspended_payer(payer, now)
    )
    register_grant_change_watcher(service_breaks.orders_hit_tell, describe_orders_hit)
    register_grant_change_watcher(waiting_notifications.notify_of_grant_changes, describe_waits_hit)
    register_uses_reader(sum_project_uses)
    register_bookings_ahead(
        count_bookings_ahead, list_times_ahead, notify_of_closed_project, notify_of_reopened_project
    )
    register_waits(count_waits_naming, waiting_notifications.notify_of_closed_project, watch_waits)
    register_key_reader(device_selectors.bookings_by_key_of)
    register_key_reader(kiosk_selectors.bookings_by_key_of)


def _register_pages() -> None:
    """Register the pages to which the journal and notifications lead."""
    from instrument_share.journal.addresses import register_pages

    register_pages(
        "arrival_find",
        "basket",
        "basket_add",
        "book_series",
        "booking",
        "booking_arrival",
        "booking_file",
        "external_calendars",
        "booking_group",
        "booking_extend",
        "charge_waive",
        "booking_hand_over",
        "booking_misuse",
        "credit_event",
        "find",
        "holiday_year",
        "instrument_device",
        "instrument_kiosks",
        "instrument_resume",
        "instrument_retire",
        "instrument_suspend",
        "project",
        "project_close",
        "project_edit",
        "project_new",
        "project_reopen",
        "organization_projects",
        "payer_webhooks",
        "qualification_revoke",
        "series_cancel",
        "series_move",
        "sample_order",
        "sample_order_new",
        "sample_orders",
        "statement",
        "statement_account",
        "usage_log",
        "verify_receipt",
        "wait",
        "webhooks",
    )
