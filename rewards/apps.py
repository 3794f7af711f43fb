from importlib import import_module

from django.apps import AppConfig

WITH_PERMISSIONS = (
    *("policy", "declarations", "cycle", "findings", "inspections", "objections"),
    *("assessment", "report", "payments", "vouchers"),
)


class RewardsConfig(AppConfig):
    """Register what rewards offer to lower packages."""

    name = "rewards"

    def ready(self) -> None:
        from bookings.public import register_frozen_reader as register_frozen_reader_of_hours
        from instrument_share.jobs.registry import register_recurring
        from instrument_share.journal.addresses import register_pages
        from instrument_share.journal.guards import register
        from instrument_share.journal.registry import register_journal, register_teller
        from instrument_share.kernel.wording import register_words
        from instrument_share.transparency.registry import register_invariants
        from instrument_share.web.text.labels import register_labels
        from rewards import guards, personal
        from rewards.cycle import badges as cycle_badges
        from rewards.cycle.selectors.cycles import get_frozen_date
        from rewards.declarations import badges as fact_badges
        from rewards.declarations.domain import facts
        from rewards.declarations.registry import register_frozen_reader
        from rewards.findings import badges as finding_badges
        from rewards.forecast.tasks import RECURRING
        from rewards.inspections import badges as inspection_badges
        from rewards.inspections.domain import choices as inspection_choices
        from rewards.invariants import INVARIANTS
        from rewards.journal import ACTS, KINDS, prepare_fact_titles
        from rewards.objections import badges as objection_badges
        from rewards.objections.domain import choices as objection_choices
        from rewards.payments.selectors.tasks import register_finance_tasks
        from rewards.payments.services.references import register_references
        from rewards.policy.domain import vocabulary
        from rewards.report import badges as report_badges
        from rewards.report.selectors.issued import register_issued_papers
        from rewards.trials import tasks as trial_tasks  # noqa: F401 (registers the job)
        from rewards.vouchers import badges as voucher_badges
        from rewards.vouchers.domain import choices as voucher_choices
        from rewards.vouchers.selectors.payouts import find_list_paper, is_payout_reference
        from rewards.vouchers.views.tasks import find_payout_tasks
        from rewards.year import tasks  # noqa: F401 (registers the job)

        register(*guards.RESULTS, *guards.REPORTS, *guards.UNINVOLVED)
        register(*guards.INSPECTIONS, *guards.OBJECTIONS, *guards.VOUCHERS)
        register_labels(cycle_badges.STATES, cycle_badges.MOVES)
        register_labels(fact_badges.STATES)
        register_labels(finding_badges.STATES)
        register_labels(inspection_badges.STATES)
        register_labels(objection_badges.STATES)
        register_words({**facts.LABELS, **vocabulary.LABELS})
        register_words({**inspection_choices.LABELS, **objection_choices.LABELS, **voucher_choices.LABELS})
        register_labels(report_badges.STATES)
        register_labels(voucher_badges.STATES, voucher_badges.MOVES)
        register_frozen_reader(get_frozen_date)
        register_frozen_reader_of_hours(get_frozen_date)
        register_issued_papers(find_list_paper)
        register_finance_tasks(find_payout_tasks)
        register_references(is_payout_reference)
        register_journal(ACTS, KINDS)
        register_teller("code", prepare_fact_titles)
        personal.register()
        register_recurring(*RECURRING)
        register_invariants(*INVARIANTS)
        register_pages(
            *("assessment_sheet", "certificate", "cycle", "declared_facts", "finance"),
            *("inspection", "objection", "payee_account", "report", "result", "trials", "verify", "vouchers"),
        )
        for room in WITH_PERMISSIONS:
            import_module(f"rewards.{room}.permissions")
