from django.db import migrations, models


def every_scope() -> list[str]:
    """Tokens from before there were scopes go on as they are: they do what their owner may."""
    return ["read", "book", "usage", "manage"]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_second_factor_reset")]

    operations = [
        migrations.AddField(
            "apitoken",
            "scopes",
            models.JSONField(db_default=[], default=every_scope, help_text="what it was given of `TokenScope`"),
            preserve_default=False,
        ),
        migrations.AddField("apitoken", "last_used_at", models.DateTimeField(help_text="to the hour", null=True)),
        migrations.AddField(
            "apitoken",
            "reminded_at",
            models.DateTimeField(help_text="when its owner was told that it expires soon", null=True),
        ),
    ]
