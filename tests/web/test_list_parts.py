"""Heads that sort, filters that stay in the address, and queues that say how much waits."""

from datetime import UTC, datetime

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from instrument_share.accounts.models import Organization
from instrument_share.web import cursor
from instrument_share.web.lists.filters import MAX_TEXT, FilterForm
from instrument_share.web.lists.queues import read_queue
from instrument_share.web.lists.tables import ListColumn, ListTable, ShownName, get_address
from instrument_share.web.text.formats import name_columns
from tests import factories

TABLE = ListTable(
    (
        ListColumn("Name", "name", ("name_zh", "uscc")),
        ListColumn("Amount", "amount", "total", is_figure=True, is_descending=True),
        ListColumn("State"),
    ),
    ordering=("-created_at", "id"),
)


class Filters(FilterForm):
    q = forms.CharField(label="Words", max_length=MAX_TEXT)
    kind = forms.ChoiceField(label="Kind")

    def offer_choices(self):
        self.offer("kind", [("a", "A"), ("b", "B")])


def get(address):
    return RequestFactory().get(address)


def render(source, **context):
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("asked", "ordering"),
    [
        ("", ("-created_at", "id")),
        ("name", ("name_zh", "uscc", "id")),
        ("-name", ("-name_zh", "-uscc", "-id")),
        ("-amount", ("-total", "-id")),
        ("total", ("-created_at", "id")),
        ("--name", ("-created_at", "id")),
    ],
)
def test_address_sorts_by_columns_that_the_table_knows(asked, ordering):
    assert TABLE.get_ordering(get(f"/?sort={asked}")) == ordering


def test_head_turns_its_order_and_goes_to_the_first_page():
    name, amount, state = TABLE.build_heads(get("/?q=x&sort=name&cursor=mark"))
    assert (name.address, name.sorted) == ("?q=x&sort=-name", "ascending")
    assert (amount.address, amount.sorted) == ("?q=x&sort=-amount", "")
    assert state.address == ""
    page = render("<table><tr>{% table_heads heads %}</tr></table>", heads=[name, amount, state])
    assert page.count("aria-sort=") == 1
    assert page.count("<a ") == 2


def test_wrong_filter_filters_nothing_and_the_form_keeps_what_else_is_asked():
    form = Filters(get("/?q=+x+&kind=c&sort=name&cursor=mark&format=csv"))
    assert (form.get("q"), form.get("kind")) == ("x", "")
    assert form.kept == [("sort", "name")]
    page = render("{% list_filter form %}", form=form)
    assert 'name="sort" value="name"' in page
    assert 'type="search"' in page
    assert "mark" not in page
    assert not Filters(get("/")).is_narrowed


def test_export_has_the_filters_and_the_order_of_the_page():
    request = get("/?q=x&sort=-name&cursor=mark")
    assert get_address(request, format="csv") == "?q=x&sort=-name&format=csv"
    assert 'href="?q=x&amp;sort=-name&amp;format=csv"' in render("{% csv_link %}", request=request)


@pytest.mark.django_db
def test_queue_says_how_much_waits_and_begins_anew_when_a_page_is_settled():
    at = datetime(2026, 3, 5, tzinfo=UTC)
    for number in range(3):
        Organization.objects.create(
            uscc=f"USCC{number}", name_zh=f"单位{number}", kind="institute", created_at=at
        )
    rows = Organization.objects.order_by("id")

    def read(address):
        return read_queue(get(address), rows, "waiting", "id", limit=2)

    first = read("/")
    assert (len(first.items), first.count) == (2, 3)
    later = f"/?waiting={first.next_cursor}"
    assert (len(read(later).items), read(later).count) == (1, 3)
    Organization.objects.filter(uscc="USCC2").delete()
    assert [one.uscc for one in read(later).items] == ["USCC0", "USCC1"]


def test_names_sort_in_the_language_that_shows_them():
    table = ListTable((ListColumn("Unit", "unit", ShownName("unit__name")),), (ShownName("name"), "id"))
    assert table.get_ordering(get("/")) == ("name_zh", "id")
    with translation.override("en"):
        assert table.get_ordering(get("/")) == ("name_en__is_blank", "name_en", "name_zh", "id")
        backwards = ("-unit__name_en__is_blank", "-unit__name_en", "-unit__name_zh", "-id")
        assert table.get_ordering(get("/?sort=-unit")) == backwards


def test_names_in_chinese_alone_follow_the_english_ones_page_by_page(db):
    for zh, en in (("丙所", ""), ("甲所", "Zinc Works"), ("乙所", ""), ("丁所", "Alloy Institute")):
        factories.organization(zh, name_en=en)

    def walk(ordering):
        page = cursor.page(Organization.objects.all(), ordering=ordering, limit=1)
        while page.items:
            yield page.items[0].name_zh
            if page.next_cursor is None:
                return
            mark = page.next_cursor
            page = cursor.page(Organization.objects.all(), ordering=ordering, cursor=mark, limit=1)

    with translation.override("en"):
        columns = (*name_columns(), "id")
    assert list(walk(columns)) == ["丁所", "甲所", "丙所", "乙所"]
    assert list(walk([f"-{column}" for column in columns])) == ["乙所", "丙所", "甲所", "丁所"]


def test_queue_begins_anew_for_a_mark_of_another_order(db):
    for number in range(3):
        factories.organization(f"单位{number}")
    mark = read_queue(get("/"), Organization.objects.all(), "waiting", "name_zh", "id", limit=2).next_cursor
    other = read_queue(get(f"/?waiting={mark}"), Organization.objects.all(), "waiting", "id", limit=2)
    assert (len(other.items), other.count) == (2, 3)
