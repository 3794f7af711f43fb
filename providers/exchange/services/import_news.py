"""Import rows of news as drafts or published; an existing title is updated."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from providers.exchange.services.import_plans import ImportTask, Made, Outcome, Plan, PlannedRow, Step
from providers.units.domain.publications import PublicationKind
from providers.units.models import UnitNews
from providers.units.services.publications import publication_draft, publication_publish, publication_update

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
        different = tuple(name for name, value in values.items() if known and getattr(known, name) != value)
        outcome = Outcome.NEW if known is None else Outcome.UPDATED if different else Outcome.UNCHANGED
        if not row.usable:
            outcome = Outcome.REFUSED
        elif outcome is not Outcome.UNCHANGED:
            found.steps.append(Step(1, (known, values, row.values.get("publish"))))
        found.rows.append(PlannedRow(row.number, "", title, outcome, different))
    return found


def _write(task: ImportTask, steps: Sequence[Step]) -> list[Made]:
    made: list[Made] = []
    common: dict[str, Any] = {"actor": task.actor, "kind": PublicationKind.NEWS, "now": task.now}
    for step in steps:
        known, values, publish = step.subject
        before: dict[str, Any] = {}
        if known is not None:
            before = {name: getattr(known, name) for name in values}
            news = publication_update(publication_id=known.pk, values=values, **common)
        else:
            begin = publication_publish if publish == AT_ONCE else publication_draft
            news = begin(organization_id=task.organization.pk, values=values, **common)
        made.append({"id": news.pk, "revision": news.revision, "before": before})
    return made
