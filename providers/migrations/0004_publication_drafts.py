"""Drafts and scheduled publication, and the number of a revision that two editors agree on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("providers", "0003_reminders"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicalopennessstatement",
            name="revision",
            field=models.PositiveIntegerField(default=1, help_text="grows with every change of the text"),
        ),
        migrations.AddField(
            model_name="historicalopennessstatement",
            name="scheduled_at",
            field=models.DateTimeField(help_text="when a draft is to be published by itself", null=True),
        ),
        migrations.AddField(
            model_name="historicalregulation",
            name="revision",
            field=models.PositiveIntegerField(default=1, help_text="grows with every change of the text"),
        ),
        migrations.AddField(
            model_name="historicalregulation",
            name="scheduled_at",
            field=models.DateTimeField(help_text="when a draft is to be published by itself", null=True),
        ),
        migrations.AddField(
            model_name="historicalservicecase",
            name="revision",
            field=models.PositiveIntegerField(default=1, help_text="grows with every change of the text"),
        ),
        migrations.AddField(
            model_name="historicalservicecase",
            name="scheduled_at",
            field=models.DateTimeField(help_text="when a draft is to be published by itself", null=True),
        ),
        migrations.AddField(
            model_name="historicalunitnews",
            name="revision",
            field=models.PositiveIntegerField(default=1, help_text="grows with every change of the text"),
        ),
        migrations.AddField(
            model_name="historicalunitnews",
            name="scheduled_at",
            field=models.DateTimeField(help_text="when a draft is to be published by itself", null=True),
        ),
        migrations.AddField(
            model_name="historicalunitprofile",
            name="revision",
            field=models.PositiveIntegerField(default=1, help_text="grows with every change of the text"),
        ),
        migrations.AddField(
            model_name="opennessstatement",
            name="revision",
            field=models.PositiveIntegerField(default=1, help_text="grows with every change of the text"),
        ),
        migrations.AddField(
            model_name="opennessstatement",
            name="scheduled_at",
            field=models.DateTimeField(help_text="when a draft is to be published by itself", null=True),
        ),
        migrations.AddField(
            model_name="regulation",
            name="revision",
            field=models.PositiveIntegerField(default=1, help_text="grows with every change of the text"),
        ),
        migrations.AddField(
            model_name="regulation",
            name="scheduled_at",
            field=models.DateTimeField(help_text="when a draft is to be published by itself", null=True),
        ),
        migrations.AddField(
            model_name="servicecase",
            name="revision",
            field=models.PositiveIntegerField(default=1, help_text="grows with every change of the text"),
        ),
        migrations.AddField(
            model_name="servicecase",
            name="scheduled_at",
            field=models.DateTimeField(help_text="when a draft is to be published by itself", null=True),
        ),
        migrations.AddField(
            model_name="unitnews",
            name="revision",
            field=models.PositiveIntegerField(default=1, help_text="grows with every change of the text"),
        ),
        migrations.AddField(
            model_name="unitnews",
            name="scheduled_at",
            field=models.DateTimeField(help_text="when a draft is to be published by itself", null=True),
        ),
        migrations.AddField(
            model_name="unitprofile",
            name="revision",
            field=models.PositiveIntegerField(default=1, help_text="grows with every change of the text"),
        ),
        migrations.AddIndex(
            model_name="opennessstatement",
            index=models.Index(
                condition=models.Q(("scheduled_at__isnull", False)),
                fields=["scheduled_at"],
                name="opennessstatement_scheduled",
            ),
        ),
        migrations.AddIndex(
            model_name="regulation",
            index=models.Index(
                condition=models.Q(("scheduled_at__isnull", False)),
                fields=["scheduled_at"],
                name="regulation_scheduled",
            ),
        ),
        migrations.AddIndex(
            model_name="servicecase",
            index=models.Index(
                condition=models.Q(("scheduled_at__isnull", False)),
                fields=["scheduled_at"],
                name="servicecase_scheduled",
            ),
        ),
        migrations.AddIndex(
            model_name="unitnews",
            index=models.Index(
                condition=models.Q(("scheduled_at__isnull", False)),
                fields=["scheduled_at"],
                name="unitnews_scheduled",
            ),
        ),
        migrations.AddConstraint(
            model_name="opennessstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("scheduled_at__isnull", True), ("published_at__isnull", True), _connector="OR"),
                    models.Q(
                        ("withdrawn_at__isnull", True), ("published_at__isnull", False), _connector="OR"
                    ),
                ),
                name="opennessstatement_dates_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="regulation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("scheduled_at__isnull", True), ("published_at__isnull", True), _connector="OR"),
                    models.Q(
                        ("withdrawn_at__isnull", True), ("published_at__isnull", False), _connector="OR"
                    ),
                ),
                name="regulation_dates_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicecase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("scheduled_at__isnull", True), ("published_at__isnull", True), _connector="OR"),
                    models.Q(
                        ("withdrawn_at__isnull", True), ("published_at__isnull", False), _connector="OR"
                    ),
                ),
                name="servicecase_dates_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="unitnews",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("scheduled_at__isnull", True), ("published_at__isnull", True), _connector="OR"),
                    models.Q(
                        ("withdrawn_at__isnull", True), ("published_at__isnull", False), _connector="OR"
                    ),
                ),
                name="unitnews_dates_in_order",
            ),
        ),
    ]
