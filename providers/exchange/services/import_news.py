"""Import rows of news as drafts or published; a row with a known title updates it, or publishes its draft."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from providers.exchange.services.import_plans import ImportTask, Made, Outcome, Plan, PlannedRow, Step
from providers.units.domain.publications import PublicationKind
from providers.units.models import UnitNews
from providers.units.services.publications import (
    publication_draft,
    publication_publish,
    publication_release,
    publication_update,
)

TEXTS = ("title_zh", "title_en", "body_zh", "body_en")
AT_ONCE = "now"


def plan_news(task: ImportTask) -> Plan:
    titles = {str(row.values.get("title_zh", "")) for row in task.rows}
    present = {
        news.title_zh: news
        for news in UnitNews.objects.filter(
            organization=task.organization, title_zh__in=titles, withdrawn_at__isnull=True
        ).order_by("pk")
    }
    found = Plan([], [], [], partial(_write, task))
    for row in task.rows:
        found.problems.extend(row.problems)
        values = {name: row.values[name] for name in TEXTS if row.values.get(name)}
        title = str(values.get("title_zh", ""))
        known = present.get(title)
        at_once = row.values.get("publish") == AT_ONCE and (known is None or known.published_at is None)
        different = tuple(name for name, value in values.items() if known and getattr(known, name) != value)
        if known and at_once:
            different = (*different, "publish")
        outcome = Outcome.NEW if known is None else Outcome.UPDATED if different else Outcome.UNCHANGED
        if not row.usable:
            outcome = Outcome.REFUSED
        elif outcome is not Outcome.UNCHANGED:
            found.steps.append(Step(1, outcome, (known, values, at_once)))
        found.rows.append(PlannedRow(row.number, "", title, outcome, different))
    return found


def _write(task: ImportTask, steps: Sequence[Step]) -> list[Made]:
    made: list[Made] = []
    common: dict[str, Any] = {"actor": task.actor, "kind": PublicationKind.NEWS, "now": task.now}
    for step in steps:
        known, values, at_once = step.subject
        before: dict[str, Any] = {}
        if known is not None:
            before = {name: getattr(known, name) for name in values}
            news = publication_update(publication_id=known.pk, values=values, **common)
            if at_once:
                publication_release(publication_id=known.pk, **common)
        else:
            begin = publication_publish if at_once else publication_draft
            news = begin(organization_id=task.organization.pk, values=values, **common)
        made.append({"id": news.pk, "revision": news.revision, "before": before})
    return made
