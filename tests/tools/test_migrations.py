"""What the check of migrations refuses, and what it lets pass."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ModelState, ProjectState

from instrument_share.gentle_migrations import AddIndexGently
from tools.migrations import find_all, find_breaking

LOG = ("bookings", "usagelog")


def state():
    known = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=50, null=True)),
        ("one", unique_link()),
        ("many", models.ForeignKey("self", models.PROTECT, null=True)),
    ]
    for app, name in (LOG, ("bookings", "small")):
        known.add_model(ModelState(app, name, fields))
    return known


def judge(*operations, **attributes):
    migration = type("Migration", (migrations.Migration,), {"operations": list(operations), **attributes})
    return list(find_breaking(migration("0031_later", "bookings"), state()))


def text(**more):
    return models.CharField(max_length=more.pop("max_length", 50), **more)


def unique_link():
    return models.OneToOneField("self", models.PROTECT, null=True)


INDEX = models.Index(fields=["name"], name="by_name")
GONE = migrations.RemoveField("small", "name")


@pytest.mark.parametrize(
    ("operations", "said"),
    [
        ([GONE], "still reads it"),
        ([migrations.DeleteModel("small")], "still reads it"),
        ([migrations.SeparateDatabaseAndState(database_operations=[GONE])], "still reads it"),
        ([migrations.RenameField("small", "name", "title")], "old name"),
        ([migrations.RenameModel("small", "little")], "old name"),
        ([migrations.AddField("small", "title", text(default=""))], "without it"),
        ([migrations.AlterField("small", "name", text())], "writes nulls"),
        ([migrations.AlterField("small", "name", text(max_length=10, null=True))], "longer texts"),
        ([migrations.AlterField("small", "name", models.IntegerField(null=True))], "another type"),
        ([migrations.AlterField("small", "many", unique_link())], "another type"),
        ([migrations.AddIndex("usagelog", INDEX)], "would wait"),
        (
            [
                migrations.AddField("small", "title", text(null=True)),
                migrations.RunPython(migrations.RunPython.noop),
            ],
            "data and schema",
        ),
    ],
)
def test_what_the_former_version_would_stumble_over_is_refused(operations, said):
    (problem,) = judge(*operations)
    assert said in problem


@pytest.mark.parametrize(
    "operations",
    [
        [migrations.AddField("small", "title", text(null=True))],
        [migrations.AddField("small", "title", text(db_default=""))],
        [migrations.AlterField("small", "name", text(max_length=80, null=True))],
        [migrations.AlterField("small", "one", models.ForeignKey("self", models.PROTECT, null=True))],
        [migrations.AddIndex("small", INDEX)],
        [AddIndexGently("usagelog", INDEX)],
        [migrations.RunPython(migrations.RunPython.noop)],
        [migrations.SeparateDatabaseAndState(state_operations=[GONE])],
        [
            migrations.CreateModel("new", [("id", models.BigAutoField(primary_key=True))]),
            migrations.AddField("new", "title", text()),
        ],
    ],
)
def test_what_both_versions_can_live_with_passes(operations):
    assert judge(*operations) == []


def test_a_column_goes_one_release_after_the_program_has_left_it():
    assert judge(GONE, removed_from_code_by="0030_name_unused") == []
    assert judge(GONE, removed_from_code_by="0031_later") != []


def test_the_migrations_of_this_version_pass():
    assert list(find_all()) == []


@pytest.mark.django_db(transaction=True)
def test_an_index_is_built_and_removed_on_each_engine():
    class Migration(migrations.Migration):
        atomic = False
        operations = [AddIndexGently("usagelog", models.Index(fields=["content"], name="by_content_gently"))]

    from django.apps import apps

    before = ProjectState.from_apps(apps)
    migration = Migration("0031_later", "bookings")

    def indexes():
        with connection.cursor() as cursor:
            return connection.introspection.get_constraints(cursor, "bookings_usagelog").keys()

    with connection.schema_editor(atomic=False) as editor:
        migration.apply(before.clone(), editor)
    assert "by_content_gently" in indexes()
    with connection.schema_editor(atomic=False) as editor:
        migration.unapply(before.clone(), editor)
    assert "by_content_gently" not in indexes()
