from datetime import UTC, datetime, timedelta

import pytest

from instrument_share.accounts.models import Organization, User
from instrument_share.web import cursor

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 5, tzinfo=UTC)
NEWEST_FIRST = ("-created_at", "id")


@pytest.fixture
def organizations():
    """Seven, of which three were entered at the same instant."""
    instants = [START + timedelta(hours=hours) for hours in (0, 1, 2, 2, 2, 3, 4)]
    return [
        Organization.objects.create(
            uscc=f"USCC{at}", name_zh=f"单位{at}", kind="institute", created_at=instant
        )
        for at, instant in enumerate(instants)
    ]


def walk(ordering, limit):
    found, mark = [], None
    while True:
        page = cursor.page(Organization.objects.all(), ordering=ordering, cursor=mark, limit=limit)
        found.append([row.uscc[-1] for row in page.items])
        mark = page.next_cursor
        if mark is None:
            return found


def test_pages_hold_every_row_once_even_where_the_first_column_is_equal(organizations):
    assert walk(NEWEST_FIRST, 3) == [["6", "5", "2"], ["3", "4", "1"], ["0"]]


def test_the_last_full_page_has_no_next(organizations):
    assert walk(("id",), 7) == [["0", "1", "2", "3", "4", "5", "6"]]


def test_new_first_row_does_not_shift_next_page(organizations):
    first = cursor.page(Organization.objects.all(), ordering=NEWEST_FIRST, limit=3)
    Organization.objects.create(
        uscc="USCC9", name_zh="新", kind="institute", created_at=START + timedelta(days=1)
    )
    second = cursor.page(Organization.objects.all(), ordering=NEWEST_FIRST, cursor=first.next_cursor, limit=3)
    assert [row.uscc[-1] for row in second.items] == ["3", "4", "1"]


def test_a_page_is_one_query(organizations, statements):
    assert len(statements.of(lambda: cursor.page(Organization.objects.all(), ordering=("id",), limit=3))) == 1


@pytest.mark.parametrize("mend", [lambda mark: mark[:-2], lambda mark: "x"])
def test_a_cursor_that_was_changed_is_refused(organizations, mend):
    mark = cursor.page(Organization.objects.all(), ordering=("id",), limit=3).next_cursor
    with pytest.raises(cursor.CursorInvalid):
        cursor.page(Organization.objects.all(), ordering=("id",), cursor=mend(mark), limit=3)


def test_a_cursor_of_another_ordering_is_refused(organizations):
    mark = cursor.page(Organization.objects.all(), ordering=("id",), limit=3).next_cursor
    with pytest.raises(cursor.CursorInvalid):
        cursor.page(Organization.objects.all(), ordering=("-id",), cursor=mark, limit=3)


def test_a_cursor_of_another_list_in_the_same_ordering_is_refused(organizations):
    mark = cursor.page(Organization.objects.all(), ordering=("id",), limit=3).next_cursor
    with pytest.raises(cursor.CursorInvalid):
        cursor.page(User.objects.all(), ordering=("id",), cursor=mark, limit=3)
    with pytest.raises(cursor.CursorInvalid):
        cursor.page_by_number(User.objects.all(), ordering=("id",), cursor=mark, limit=3, most=9)


def test_rows_of_several_tables_come_in_one_order(organizations):
    even = Organization.objects.filter(uscc__in=["USCC0", "USCC2", "USCC4", "USCC6"])
    odd = Organization.objects.exclude(pk__in=even)
    found, mark = [], None
    while True:
        page = cursor.page_of_several([even, odd], ordering=("created_at", "uscc"), cursor=mark, limit=3)
        found.append([row.uscc[-1] for row in page.items])
        mark = page.next_cursor
        if mark is None:
            break
    assert found == [["0", "1", "2"], ["3", "4", "5"], ["6"]]
