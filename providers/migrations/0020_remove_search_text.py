from django.db import migrations


class Migration(migrations.Migration):
    """The index takes the place of the text that was searched; `tick` fills it, or `rebuild_search`."""

    dependencies = [("providers", "0019_search_term_kind")]
    operations = [
        migrations.RemoveField(model_name="instrument", name="search_text"),
        migrations.RemoveField(model_name="historicalinstrument", name="search_text"),
    ]
