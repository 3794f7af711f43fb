"""The parts that pages are made of: `{% load ui %}`. docs/frontend.md shows each in use."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.template.defaultfilters import linebreaksbr
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from instrument_share.accounts.domain import Role
from instrument_share.journal.addresses import page_address
from instrument_share.kernel import wording
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.pinyin import has_chinese
from instrument_share.web import clock, idempotency
from instrument_share.web.lists.filters import FilterForm
from instrument_share.web.lists.tables import ListHead, get_address
from instrument_share.web.text import formats, labels, languages, markdown

register = template.Library()
_PARTS = "instrument_share/ui/"
_BLANK_AFTER_STOP = re.compile(r"(?<=[。！？])((?:</\w+>)*)\s+")

for _filter in (
    formats.bilingual,
    formats.bracketed,
    formats.clock_range,
    formats.clock_time,
    formats.date_only,
    formats.day,
    formats.hours,
    formats.moment,
    formats.month_label,
    formats.number,
    formats.percent,
    formats.timerange,
    formats.yuan,
    markdown.excerpt,
):
    register.filter(_filter)
register.filter("markdown", markdown.to_html)


@register.filter
def soon(instant: datetime) -> str:
    """Format a time near now, with today and tomorrow by name."""
    return formats.soon(instant, clock.now())


@register.filter
def bilingual_text(thing: Any, field: str) -> str:
    """`bilingual` where it stands in text, not in an attribute or a title: Chinese that stands in for English
    says its language, for screen readers and fonts.
    """
    return _in_its_language(formats.bilingual(thing, field), thing, field)


@register.filter
def as_written(text: str) -> SafeString:
    """Free text as somebody wrote it, for text, not for attributes or titles: what is in the other language
    than the page says so, as with `bilingual_text`. For one's own words, and sentences that hold them.
    """
    return languages.mark_language(conditional_escape(text), is_page_english=formats.in_english())


@register.filter
def word(code: StrEnum | str, list_name: str = "") -> str:
    """A member of a closed list in words; `{{ log.capture|word:"Capture" }}` for a stored code."""
    return gettext(wording.word(code if isinstance(code, StrEnum) else wording.get_member(list_name, code)))


@register.filter
def until(start: datetime, end: datetime) -> str:
    """`{{ booking.starts_at|until:booking.ends_at }}`: from when to when."""
    return formats.timerange(Interval(start, end))


@register.filter
def running_text(thing: Any, field: str) -> str:
    """`bilingual` with its lines; marked as Chinese where a reader of English gets that."""
    return _in_its_language(linebreaksbr(formats.bilingual(thing, field), autoescape=True), thing, field)


def _in_its_language(text: str, thing: Any, field: str) -> str:
    if formats.is_chinese_for_english(thing, field):
        return format_html('<span lang="zh-Hans">{}</span>', text)
    return text


@register.filter
def role(code: str) -> str:
    """The word for a role's code."""
    return str(labels.ROLES[Role(code)])


@register.filter
def note_icon(level: str) -> str:
    return {"success": "check", "warning": "alert", "error": "alert"}.get(level, "info")


register.simple_tag(page_address, name="page_url")


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture beside words; it says nothing to a screen reader."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("instrument_share/icons.svg"),
        name,
    )


@register.simple_tag
def state(kind: str, code: str) -> SafeString:
    """`{% state "booking" booking.state %}`: a badge with picture and word."""
    shown = labels.label(kind, code)
    return badge(shown.text, shown.tone, shown.icon)


@register.simple_tag
def act_in_words(action: str) -> str:
    """An action of the journal (`instrument.submitted`) in words."""
    act = action.partition(".")[2]
    return str(labels.ACTS.get(act, act))


@register.simple_tag
def badge(text: Any, tone: str = "quiet", icon_name: str = "info") -> SafeString:
    """A badge for something that has no entry in `labels`; tones: quiet, waiting, active, good, bad."""
    return format_html('<span class="state state-{}">{}{}</span>', tone, icon(icon_name), text)


@register.inclusion_tag(_PARTS + "back.html")
def back(address: str, text: str) -> dict[str, str]:
    """The one link that leads up a level."""
    return {"address": address, "text": text}


# --- forms


@register.inclusion_tag(_PARTS + "problems.html")
def form_problems(*given: forms.BaseForm | Iterable[forms.BaseForm]) -> dict[str, Any]:
    """Everything that is wrong with a form, or with several, on top, each linked to its field.

    Nothing for good forms. A form that is a row of several says which one in its `heading`.
    """
    every = [form for one in given for form in ([one] if isinstance(one, forms.BaseForm) else one)]
    return {"entries": [entry for form in every if form.is_bound for entry in _problems_of(form)]}


def _problems_of(form: forms.BaseForm) -> Iterator[tuple[str, str, str]]:
    heading = getattr(form, "heading", "")
    for name, errors in form.errors.items():
        bound = form[name] if name in form.fields else None
        label = " · ".join(str(part) for part in (heading, bound.label if bound else "") if part)
        for error in errors:
            yield _target(bound) if bound else "", label, str(error)


def _target(bound: BoundField) -> str:
    """Return the id to which a problem leads: the field's, or of radios and ticks the first choice's."""
    return bound.id_for_label or f"{bound.auto_id}_0"


@register.inclusion_tag(_PARTS + "field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """One input with label, help and its own problems. Knows text, select, checkbox, radio, file.

    An optional field may say in `optional_note` what it is needed for after all.
    """
    widget = bound.field.widget
    described = [f"{bound.auto_id}_help"] if bound.help_text else []
    if bound.errors:
        described.append(f"{bound.auto_id}_problem")
    is_group = isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    attributes: dict[str, Any] = {} if is_group else {"class": _css_class(widget, bool(bound.errors))}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    if language := _get_language(bound):
        attributes["lang"] = language
    return {
        "bound": bound,
        "control": _mark_choices(bound.as_widget(attrs=attributes), widget),
        "optional_note": getattr(bound.field, "optional_note", gettext("optional")),
        "is_check": isinstance(widget, forms.CheckboxInput),
        "is_group": is_group,
    }


def _get_language(bound: BoundField) -> str:
    """Return the language of what is written into a field, where its name or its text tells."""
    if not isinstance(bound.field.widget, forms.TextInput | forms.Textarea):
        return ""
    if bound.name.endswith(("_zh", "_en")):
        return "en" if bound.name.endswith("_en") else "zh-Hans"
    return "zh-Hans" if formats.in_english() and has_chinese(str(bound.value() or "")) else ""


def _mark_choices(control: SafeString, widget: forms.Widget) -> SafeString:
    """Return the control with the choices that are Chinese on an English page saying so."""
    match widget:
        case _ if not formats.in_english():
            return control
        case forms.RadioSelect() | forms.CheckboxSelectMultiple():
            return languages.mark_language(control, is_page_english=True)
        case forms.Select():
            return languages.mark_options(control)
    return control


def _css_class(widget: forms.Widget, wrong: bool) -> str:
    if isinstance(widget, forms.CheckboxInput):
        base = "form-check-input"
    elif isinstance(widget, forms.Select):
        base = "form-select"
    else:
        base = "form-control"
    own = widget.attrs.get("class", "")
    return " ".join(part for part in (base, own, "is-invalid" if wrong else "") if part)


@register.inclusion_tag(_PARTS + "fields.html")
def fields(form: forms.BaseForm) -> dict[str, Any]:
    """Every input of a form in its own order, hidden ones included."""
    return {"form": form}


@register.simple_tag
def form_token() -> SafeString:
    """The hidden token by which a form sent twice answers with the first result (`idempotent_form`)."""
    return format_html('<input type="hidden" name="{}" value="{}">', idempotency.FIELD, idempotency.new_key())


# --- showing


@register.inclusion_tag(_PARTS + "empty.html")
def empty(title: str, text: str = "", action_address: str = "", action: str = "") -> dict[str, str]:
    """What stands where a list has nothing: what would be here and the next step."""
    return {"title": title, "text": text, "action_address": action_address, "action": action}


@register.inclusion_tag(_PARTS + "steps.html")
def steps(entries: Sequence[tuple[Any, str, Any]], *, named_by_end: bool = False) -> dict[str, Any]:
    """A line of steps: (label, "done" | "now" | "next" | "ended" | "stopped", note) each, from first to last.

    `get_step_of_end` of the labels says which of the last two a state is.
    `named_by_end`: the labels say what a step leads to, as “Settled”, which the step of now is not yet.
    """
    return {"entries": entries, "named_by_end": named_by_end}


@register.inclusion_tag(_PARTS + "stat.html")
def stat(label: Any, value: Any, note: Any = "", address: str = "") -> dict[str, Any]:
    """One figure in a `<div class="stats">`; a bare number is shown in groups of three."""
    shown = formats.number(value) if isinstance(value, int) else value
    return {"label": label, "value": shown, "note": note, "address": address}


@register.inclusion_tag(_PARTS + "progress.html")
def progress(
    label: Any, value: Decimal | float, maximum: Decimal | float = 1, shown: str = ""
) -> dict[str, Any]:
    """A bar with its words: how much of `maximum`; `shown` replaces the percentage."""
    share = float(value) / float(maximum) if maximum else 0.0
    return {"label": label, "value": f"{share:.4f}", "shown": shown or formats.percent(share, 0)}


@register.inclusion_tag(_PARTS + "facts.html")
def facts(entries: Sequence[tuple[Any, Any]]) -> dict[str, Any]:
    """Names and values; what is empty is left out."""
    return {"entries": [(name, value) for name, value in entries if value not in (None, "")]}


@register.inclusion_tag(_PARTS + "tabs.html")
def tabs(entries: Sequence[tuple[Any, ...]], label: str) -> dict[str, Any]:
    """Parts of one object at addresses of their own: (label, address, is_current[, count]) each."""
    return {"entries": [(*entry, None)[:4] for entry in entries], "label": label}


@register.inclusion_tag(_PARTS + "chips.html")
def chips(entries: Sequence[tuple[Any, ...]], label: str) -> dict[str, Any]:
    """A facet: (label, address, is_chosen[, count]) each; choosing a chosen one takes it away."""
    return {"entries": [(*entry, None)[:4] for entry in entries], "label": label}


@register.inclusion_tag(_PARTS + "pages.html", takes_context=True)
def pages(context: template.Context, page: Any, name: str = "cursor") -> dict[str, Any]:
    """Onward and back to the start, for a `cursor.Page`; the filters in the address stay.

    A second list of a page has a `name` of its own: that of its cursor in the address and of its section.
    """
    query: QueryDict = context["request"].GET.copy()
    query.pop(name, None)
    first = query.urlencode()
    if page.next_cursor:
        query[name] = page.next_cursor
    section = "" if name == "cursor" else f"#{name}"
    return {
        "first": f"?{first}{section}",
        "next": f"?{query.urlencode()}{section}" if page.next_cursor else "",
        "is_first": not context["request"].GET.get(name),
    }


@register.inclusion_tag(_PARTS + "table_heads.html")
def table_heads(heads: Sequence[ListHead]) -> dict[str, Any]:
    """The heads of a `ListTable`, in its row: what sorts is a link, the present one says how."""
    return {"heads": heads}


@register.inclusion_tag(_PARTS + "list_filter.html")
def list_filter(form: FilterForm, *, in_panel: bool = False, section: str = "") -> dict[str, Any]:
    """The filters of a list on top of it; what else the address holds stays, but for the page.

    `section` is the part of the page that the reader comes back to, where the list is not its first.
    """
    return {"form": form, "in_panel": in_panel, "section": section}


@register.inclusion_tag(_PARTS + "csv_link.html", takes_context=True)
def csv_link(context: template.Context) -> dict[str, str]:
    """Leads to all pages of the list as a table, with its filters and in its order."""
    return {"address": get_address(context["request"], format="csv")}


@register.simple_block_tag
def table_region(content: str, label: str) -> SafeString:
    """`{% table_region "Usage logs" %}<table class="table">…`: scrolls on a phone, also by keyboard."""
    return format_html(
        '<div class="table-region" role="region" tabindex="0" aria-label="{}">{}</div>',
        label,
        mark_safe(content),
    )


@register.simple_block_tag
def sentences(content: str) -> SafeString:
    """`{% sentences %}…`: one after the other; in Chinese no blank stands behind a full stop."""
    return mark_safe(content if formats.in_english() else _BLANK_AFTER_STOP.sub(r"\1", content))


# --- time and charts


@register.inclusion_tag(_PARTS + "legend.html")
def legend(mine: bool = True) -> dict[str, bool]:
    """The picture language of time: open, booked, held, closed, and mine."""
    return {"mine": mine}


@register.inclusion_tag(_PARTS + "calendar.html")
def calendar(
    url: str,
    label: str,
    day: date | None = None,
    *,
    phone_day: date | None = None,
    start_input: str = "",
    end_input: str = "",
    narrowed_by: str = "",
    book_url: str = "",
) -> dict[str, Any]:
    """One instrument by week, from a JSON address.

    It opens at `day`, on a phone, which shows three days, at `phone_day`. Choosing a time fills the inputs of
    these ids, or leads to `book_url` with `{start}` and `{end}`. The inputs whose ids are in `narrowed_by` go
    into the address.
    """
    return {
        "url": url,
        "label": label,
        "day": day,
        "phone_day": phone_day or day,
        "start_input": start_input,
        "end_input": end_input,
        "narrowed_by": narrowed_by,
        "book_url": book_url,
    }


@register.inclusion_tag(_PARTS + "timeline.html")
def timeline(url: str, label: str, day: date, book_url: str = "", rows: int = 10) -> dict[str, Any]:
    """Many instruments on one day from a JSON address; `rows` reserves the height."""
    return {"url": url, "label": label, "day": day, "book_url": book_url, "rows": range(min(rows, 30))}


BARS_THAT_FIT, MOST_BARS = 6, 20
"""Horizontal bars with long names that a chart of ordinary height, and a tall one, has room for."""


@register.inclusion_tag(_PARTS + "chart.html")
def chart(chart_id: str, title: Any, spec: Mapping[str, Any], has_table: bool = True) -> dict[str, Any]:
    """A chart and the table with the same numbers; of many horizontal bars the first are drawn.

    `has_table` is false where a table of the page has them.

    `spec`: `type` ("bar" | "line" | "stacked"), `categories` (list of words), `series` (list of {"name",
    "data"}), optionally `unit` (shown on the axis and in the table) and `horizontal` (bars for long names).
    """
    rows = [
        (category, [formats.number(series["data"][at]) for series in spec["series"]])
        for at, category in enumerate(spec["categories"])
    ]
    is_cut = bool(spec.get("horizontal")) and len(rows) > MOST_BARS
    return {
        "chart_id": chart_id,
        "title": title,
        "unit": spec.get("unit", ""),
        "tall": spec.get("horizontal") and len(rows) > BARS_THAT_FIT,
        "json": _json_block(_first_bars(spec) if is_cut else spec),
        "drawn": MOST_BARS if is_cut else 0,
        "rows": rows,
        "names": [series["name"] for series in spec["series"]],
        "has_table": has_table,
    }


def _first_bars(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The chart with its first bars; amounts that are stacked, and so can be added, end with all others."""
    names, rest = list(spec["categories"][:MOST_BARS]), len(spec["categories"]) - MOST_BARS
    series = [{**one, "data": list(one["data"][:MOST_BARS])} for one in spec["series"]]
    if spec["type"] == "stacked":
        names.append(ngettext("{count} other", "{count} others", rest).format(count=rest))
        for shown, whole in zip(series, spec["series"], strict=True):
            shown["data"].append(sum(whole["data"][MOST_BARS:]))
    return {**spec, "categories": names, "series": series}


def _json_block(value: Any) -> SafeString:
    text = json.dumps(value, default=_plain)
    return mark_safe(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else str(value)
