from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    """Give each trial the year of its assessment."""
    alias = schema_editor.connection.alias
    cycles = apps.get_model("rewards", "AssessmentCycle").objects.using(alias)
    years = cycles.filter(pk=OuterRef("cycle")).values("year")
    apps.get_model("rewards", "PolicyTrial").objects.using(alias).update(year=Subquery(years))


def empty(apps, schema_editor):
    """Give each trial the assessment of its year, and drop those of years that are not opened."""
    alias = schema_editor.connection.alias
    cycles = apps.get_model("rewards", "AssessmentCycle").objects.using(alias)
    trials = apps.get_model("rewards", "PolicyTrial").objects.using(alias)
    trials.update(cycle=Subquery(cycles.filter(year=OuterRef("year")).values("pk")))
    trials.filter(cycle=None).delete()


class Migration(migrations.Migration):
    """The year of each trial."""

    dependencies = [("rewards", "0015_trial_year")]

    operations = [migrations.RunPython(fill, empty)]
