"""Template tags for instruments, units and publications."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import template
from django.db.models.fields.files import FieldFile
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.public import CaseFigures
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.wording import word
from instrument_share.pages.catalogue.weeks import Day
from instrument_share.pages.instrument_facts import get_contact_entries, get_days_of_price, get_fact_entries
from instrument_share.web import clock
from instrument_share.web.addresses import versioned_address
from instrument_share.web.responses.problem import told
from instrument_share.web.templatetags.ui import facts, icon
from instrument_share.web.text import formats
from instrument_share.web.text.markdown import excerpt

if TYPE_CHECKING:
    from instrument_share.pages.catalogue.search import Comparison
    from providers.public import Task

register = template.Library()

DAY_WORDS = {
    "open": lambda: _("partly or wholly free"),
    "booked": lambda: _("nothing bookable"),
    "closed": lambda: _("closed"),
    "free": lambda: _("not open"),
}


@register.simple_tag
def picture(instrument: Any, css_class: str) -> SafeString:
    """Show the instrument's picture, or its initial in a space of the same size."""
    address = reverse("instrument_picture", args=[instrument.public_id])
    return _picture(address, instrument.picture, css_class, formats.bilingual(instrument, "name"))


@register.simple_tag
def unit_picture(profile: Any, css_class: str) -> SafeString:
    """Show the unit's picture, or its initial in a space of the same size."""
    organization = profile.organization
    address = reverse("unit_picture", args=[organization.public_id])
    return _picture(address, profile.picture, css_class, formats.bilingual(organization, "name"))


def _picture(address: str, file: FieldFile, css_class: str, name: str) -> SafeString:
    if file:
        source = versioned_address(address, file)
        return format_html('<img class="{}" src="{}" alt="" loading="lazy">', css_class, source)
    return format_html('<span class="{} picture-none" aria-hidden="true">{}</span>', css_class, name[:1])


@register.simple_tag
def query_of(task: "Task") -> str:
    """Return the query string that searches for a task, in the reader's language."""
    return urlencode({"q": formats.bilingual(task, "query")})


@register.simple_tag
def compare_link(comparison: "Comparison", instrument: Any) -> SafeString:
    """Link to add or remove the instrument from the comparison; nothing when it is full."""
    is_chosen = instrument.public_id in comparison.chosen
    if comparison.is_full and not is_chosen:
        return SafeString("")
    return format_html(
        '<a class="btn btn-sm" href="{}"{}>{}{}<span class="visually-hidden"> {}</span></a>',
        comparison.toggle_address(instrument.public_id),
        SafeString(' aria-current="true"' if is_chosen else ""),
        icon("check" if is_chosen else "plus"),
        _("Do not compare") if is_chosen else _("Compare"),
        formats.bilingual(instrument, "name"),
    )


@register.filter
def week_label(days: Sequence[Day]) -> str:
    """Name the days of a mini week: the coming week, or the week from a day on."""
    first = days[0].date
    if first == clock.now().astimezone(CITY_TIME).date():
        return _("Coming week")
    return _("Week from {day}").format(day=formats.day(first))


@register.simple_tag
def mini_week(days: Sequence[Day]) -> SafeString:
    """Show seven small fields, with a sentence for screen readers."""
    said = "; ".join(f"{formats.day(day.date)}: {DAY_WORDS[day.kind]()}" for day in days)
    fields = format_html_join("", '<span class="time-{}"></span>', ((day.kind,) for day in days))
    return format_html('<div class="week" role="img" aria-label="{}">{}</div>', said, fields)


@register.simple_tag
def gallery_image(picture: Any, size: str, css_class: str, alone: bool = False) -> SafeString:
    """Show a gallery picture in a reserved space; `alone` where no text describes it."""
    name = formats.bilingual(picture.instrument, "name") if alone else ""
    said = (formats.bilingual(picture, "alt") if picture.alt_zh else "") or name
    return format_html(
        '<img class="{}" src="{}" width="{}" height="{}" alt="{}"{}>',
        css_class,
        reverse("instrument_gallery_picture", args=[picture.public_id, size]),
        picture.width,
        picture.height,
        said,
        mark_safe(' loading="lazy"') if size == "small" else "",
    )


@register.filter
def kinds_in_words(kinds: Sequence[StrEnum]) -> str:
    """List the labels of members of an enumeration."""
    return told("{kinds}", {"kinds": tuple(word(kind) for kind in kinds)})


register.filter("days_of_price", get_days_of_price)


@register.inclusion_tag("instrument_share/ui/facts.html")
def contact_facts(instrument: Any) -> dict[str, Any]:
    """Show the published contact of an instrument."""
    return facts(get_contact_entries(instrument))


@register.inclusion_tag("instrument_share/ui/facts.html")
def instrument_facts(instrument: Any) -> dict[str, Any]:
    """Show the facts of an instrument."""
    return facts(get_fact_entries(instrument))


@register.inclusion_tag("instrument_share/ui/facts.html")
def unit_facts(profile: Any) -> dict[str, Any]:
    """Show the address and contact of a unit."""
    return facts(
        [
            (_("Address"), formats.bilingual(profile, "address")),
            (_("Contact"), profile.contact),
            (_("Phone"), _link("tel:", profile.phone)),
            (_("Email"), _link("mailto:", profile.email)),
            (_("Website"), _link("", profile.website)),
        ]
    )


def _link(scheme: str, text: str) -> SafeString | str:
    return format_html('<a href="{}{}" rel="nofollow">{}</a>', scheme, text, text) if text else ""


@register.inclusion_tag("instrument_share/ui/facts.html")
def publication_facts(publication: Any, kind: str) -> dict[str, Any]:
    """Show the facts of a publication apart from its text."""
    match kind:
        case "regulation":
            until = publication.expiry_date
            return facts(
                [
                    (_("In force from"), formats.date_only(publication.effective_date)),
                    (_("In force through"), formats.date_only(until) if until else ""),
                ]
            )
        case "case":
            return facts([(_("Served organization"), formats.bilingual(publication, "client"))])
    return facts(
        [
            (_("Year"), publication.year),
            (_("Hours of use in that year"), _hours(publication.total_hours)),
            (_("of them for other organizations"), _hours(publication.external_hours)),
            (_("Source of these hours"), hours_source(publication)),
            (
                _("Instruments at or above the registration threshold in that year"),
                publication.networkable_count or "",
            ),
            (_("Contact"), publication.contact),
            (_("Phone"), publication.phone),
        ]
    )


@register.simple_tag
def figures_line(figures: Mapping[int, CaseFigures], case_id: int) -> str:
    """Return the number and hours of the uses behind a case, without names."""
    one = figures[case_id]
    length = formats.hours(timedelta(seconds=one.effective_seconds))
    return ngettext("%(uses)s use, %(hours)s", "%(uses)s uses, %(hours)s", one.uses) % {
        "uses": one.uses,
        "hours": length,
    }


@register.simple_tag
def summary(publication: Any) -> str:
    """Return the first words of a publication, or of a statement's parts."""
    for name in ("body", "how"):
        if hasattr(publication, f"{name}_zh") and (text := formats.bilingual(publication, name)):
            return excerpt(text)
    return ""


@register.simple_tag
def hours_source(statement: Any) -> SafeString | str:
    """Say that its unit typed the hours of an openness statement, and lead to those that were logged."""
    if statement.total_hours is None and statement.external_hours is None:
        return ""
    stated = _("as stated by the unit")
    if statement.published_at:
        date = formats.date_only(statement.published_at)
        stated = _("as stated by the unit, published on {date}").format(date=date)
    logged = _("hours logged by all units in {year}").format(year=statement.year)
    address = f"{reverse('openness')}?year={statement.year}"
    return format_html('{} · <a href="{}">{}</a>', stated, address, logged)


def _hours(hours: Any) -> str:
    return "" if hours is None else formats.hours(hours)


@register.filter
def in_hours(seconds: int | None) -> str:
    """Format seconds as hours in the reader's language."""
    return formats.hours(None if seconds is None else timedelta(seconds=seconds))
