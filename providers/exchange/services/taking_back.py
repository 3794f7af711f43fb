"""Take back an import: remove and restore drafts, and withdraw versions of rules."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organization_lock
from instrument_share.journal.services import record
from instrument_share.kernel.errors import Conflict, NotFound, Problem, gettext_noop
from providers.exchange.domain.sheets.sheet_types import SheetKindName
from providers.exchange.models import SheetRun
from providers.exchange.selectors.rule_effects import rule_effects
from providers.exchange.services.import_plans import Made
from providers.instruments.domain.states import is_removable
from providers.instruments.models import Instrument
from providers.instruments.selectors.instruments import instrument_locks
from providers.instruments.services.instruments import instrument_update
from providers.instruments.services.removal import find_draft_in_use, remove_drafts
from providers.terms.models import OpenServiceRule
from providers.terms.selectors.rules import find_used_rule_ids
from providers.terms.services.rules import rule_withdraw
from providers.units.domain.choices import PublicationState
from providers.units.domain.publications import PublicationKind, problems_of_publication
from providers.units.models import UnitNews
from providers.units.services.publications import (
    publication_discard,
    publication_update,
    publication_values,
)

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

MOST_NAMED = 20


class NothingToTakeBack(Conflict):
    """The import is under way, was taken back, or made nothing that can be."""

    code = "import.nothing_to_take_back"
    message = gettext_noop(
        "There is nothing to undo: the import is under way, was undone already, or made only versions of "
        "rules and prices that apply already."
    )


class GoneOn(Conflict):
    """Something that the import made was changed, submitted, published or used since."""

    code = "import.gone_on"
    message = gettext_noop("The import can no longer be undone, because some of it has changed since.")


@transaction.atomic
def sheet_run_take_back(*, actor: "User", public_id: str, now: datetime) -> SheetRun:
    """Take back all that a finished import made, for any manager of the unit.

    Raises NotFound, NothingToTakeBack, and GoneOn with a problem for each entry that has gone on.
    """
    run = SheetRun.objects.filter(public_id=public_id).first()
    if run is None:
        raise NotFound
    organization = organization_lock(run.organization_id)
    require(actor, "providers.edit_unit", organization)
    run = SheetRun.objects.select_for_update().get(pk=run.pk)
    if not can_take_back(run, now):
        raise NothingToTakeBack
    UNDO[run.kind](actor, run, now)
    run.taken_back_at = now
    run.save(update_fields=["taken_back_at"])
    record(
        actor=actor,
        action=f"{run.kind}.import_taken_back",
        subject=organization,
        now=now,
        organization_id=run.organization_id,
        details={"import": run.public_id, "entries": len(run.made)},
    )
    return run


def can_take_back(run: SheetRun, now: datetime) -> bool:
    """Return whether the import has ended, made something that can be taken back, and still stands."""
    is_over = run.finished_at is not None and run.taken_back_at is None
    return is_over and bool(run.made) and not (run.kind in OF_RULES and _has_begun(run, now))


def _has_begun(run: SheetRun, now: datetime) -> bool:
    return OpenServiceRule.objects.filter(pk__in=_made_by_id(run), applies_from__lte=now).exists()


def has_published_news(run: SheetRun) -> bool:
    """Return whether news that the import made or changed is public, so that taking it back is refused."""
    if run.kind != SheetKindName.NEWS.value:
        return False
    return UnitNews.objects.filter(pk__in=_made_by_id(run), published_at__isnull=False).exists()


def find_what_went_on(run: SheetRun, now: datetime) -> list[Problem]:
    """Return why an import that `can_take_back` is refused: a problem for each entry that has gone on."""
    return WENT_ON[run.kind](run, now)


def _refuse_if_gone_on(run: SheetRun, now: datetime) -> None:
    if problems := find_what_went_on(run, now):
        raise GoneOn(problems=problems)


def _find_instruments_that_went_on(run: SheetRun, _now: datetime) -> list[Problem]:
    made = _made_by_id(run)
    present = list(Instrument.objects.filter(pk__in=made).order_by("pk"))
    changed = [(one.inner_number, one.name_zh) for one in present if _has_gone_on(one, made[one.pk], run)]
    if changed:
        return _name_entries(changed)
    used = find_draft_in_use([one for one in present if not made[one.pk]["before"]])
    return [Problem(used.code, used.message, used.params)] if used else []


def _take_back_instruments(actor: "User", run: SheetRun, now: datetime) -> None:
    made = _made_by_id(run)
    present = instrument_locks(made)
    _refuse_if_gone_on(run, now)
    for one in present:
        if before := made[one.pk]["before"]:
            instrument_update(actor=actor, instrument_id=one.pk, values=before, now=now)
    remove_drafts(actor, [one for one in present if not made[one.pk]["before"]], now)


def _has_gone_on(instrument: Instrument, made: Made, run: SheetRun) -> bool:
    """Return whether an instrument was changed or submitted since; the first submission makes no revision."""
    submitted_at = instrument.submitted_at
    was_before = made["before"] and submitted_at is not None and submitted_at <= run.started_at
    return instrument.revision != made["revision"] or not is_removable(
        instrument.state, None if was_before else submitted_at
    )


def _find_news_that_went_on(run: SheetRun, _now: datetime) -> list[Problem]:
    made = _made_by_id(run)
    present = list(UnitNews.objects.filter(pk__in=made).order_by("pk"))
    changed = [("", one.title_zh) for one in present if _has_news_gone_on(one, made[one.pk])]
    scheduled = [("", one.title_zh) for one in present if _has_to_keep_text(one, made[one.pk])]
    return _name_entries(changed) or _name_entries(
        scheduled,
        gettext_noop("“{name}” is scheduled to be published. Cancel that first, then undo the import."),
    )


def _take_back_news(actor: "User", run: SheetRun, now: datetime) -> None:
    made = _made_by_id(run)
    present = list(UnitNews.objects.select_for_update().filter(pk__in=made).order_by("pk"))
    _refuse_if_gone_on(run, now)
    common: dict[str, Any] = {"actor": actor, "kind": PublicationKind.NEWS, "now": now}
    for one in present:
        if before := made[one.pk]["before"]:
            publication_update(publication_id=one.pk, values=before, **common)
        else:
            publication_discard(publication_id=one.pk, **common)


def _has_news_gone_on(news: UnitNews, made: Made) -> bool:
    """Return whether news was changed or published since."""
    untouched = PublicationState.DRAFT, PublicationState.SCHEDULED
    return news.revision != made["revision"] or news.state not in untouched


def _has_to_keep_text(news: UnitNews, made: Made) -> bool:
    """Return whether news is scheduled, and would not be there or lack its text without the import."""
    before = made["before"] and {**publication_values(PublicationKind.NEWS, news), **made["before"]}
    is_scheduled = news.state is PublicationState.SCHEDULED
    return is_scheduled and (not before or bool(problems_of_publication(PublicationKind.NEWS, before)))


def _get_made_rules(run: SheetRun) -> list[OpenServiceRule]:
    made = OpenServiceRule.objects.filter(pk__in=_made_by_id(run)).select_related("instrument")
    return list(made.order_by("instrument_id", "-version"))


def _find_rules_that_went_on(run: SheetRun, now: datetime) -> list[Problem]:
    present = _get_made_rules(run)
    used = find_used_rule_ids(present)
    return _name_entries(
        [
            (one.instrument.inner_number, one.instrument.name_zh)
            for one in present
            if one.withdrawn_at is not None or one.applies_from <= now or one.pk in used
        ],
        gettext_noop(
            "{number} “{name}”: the imported version applies already, was withdrawn, or has bookings made "
            "under it. Publish a former version again on the page of its rule."
        ),
    )


def _take_back_rules(actor: "User", run: SheetRun, now: datetime) -> None:
    rule_effects().instrument_group_locks({one.instrument_id for one in _get_made_rules(run)})
    _refuse_if_gone_on(run, now)
    present = _get_made_rules(run)
    rule_effects().tell_of_withdrawals(present, now)
    for one in present:
        rule_withdraw(actor=actor, rule_id=one.pk, reason=run.public_id, now=now)
    changed_from = {one.instrument_id: one.applies_from for one in present}
    rule_effects().refused_offers_withdraw(changed_from, actor=actor, now=now)
    rule_effects().refresh_next_free(changed_from.keys(), now)


OF_RULES = frozenset({SheetKindName.RULES.value, SheetKindName.PRICES.value})
UNDO: Mapping[str, Callable[["User", SheetRun, datetime], None]] = {
    SheetKindName.INSTRUMENTS.value: _take_back_instruments,
    SheetKindName.NEWS.value: _take_back_news,
    **dict.fromkeys(OF_RULES, _take_back_rules),
}
WENT_ON: Mapping[str, Callable[[SheetRun, datetime], list[Problem]]] = {
    SheetKindName.INSTRUMENTS.value: _find_instruments_that_went_on,
    SheetKindName.NEWS.value: _find_news_that_went_on,
    **dict.fromkeys(OF_RULES, _find_rules_that_went_on),
}


def _made_by_id(run: SheetRun) -> dict[int, Made]:
    """Return what the import made, by primary key."""
    return {made["id"]: made for made in run.made}


def _name_entries(
    entries: list[tuple[str, str]],
    message: str = gettext_noop("{number} “{name}” was changed, submitted or published since."),
) -> list[Problem]:
    return [
        Problem("import.gone_on", message, {"number": number, "name": name})
        for number, name in entries[:MOST_NAMED]
    ]
