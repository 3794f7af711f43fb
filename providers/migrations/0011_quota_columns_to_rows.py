"""The three quotas that rules had as columns become rows."""

from django.db import migrations


def to_rows(apps, schema_editor):
    rules = apps.get_model("providers", "OpenServiceRule")
    quotas = apps.get_model("providers", "RuleQuota")
    made = []
    for rule in rules.objects.iterator():
        if rule.quota_user_week_minutes is not None or rule.quota_user_week_bookings is not None:
            made.append(
                quotas(
                    rule=rule,
                    holder="user",
                    span="week",
                    most_minutes=rule.quota_user_week_minutes,
                    most_bookings=rule.quota_user_week_bookings,
                )
            )
        if rule.quota_organization_month_minutes is not None:
            made.append(
                quotas(
                    rule=rule,
                    holder="organization",
                    span="month",
                    most_minutes=rule.quota_organization_month_minutes,
                )
            )
    quotas.objects.bulk_create(made, batch_size=500)


def to_columns(apps, schema_editor):
    rules = apps.get_model("providers", "OpenServiceRule")
    for quota in apps.get_model("providers", "RuleQuota").objects.iterator():
        named = rules.objects.filter(pk=quota.rule_id)
        if (quota.holder, quota.span) == ("user", "week"):
            named.update(
                quota_user_week_minutes=quota.most_minutes, quota_user_week_bookings=quota.most_bookings
            )
        elif (quota.holder, quota.span) == ("organization", "month"):
            named.update(quota_organization_month_minutes=quota.most_minutes)


class Migration(migrations.Migration):
    dependencies = [("providers", "0010_rule_quota")]

    operations = [migrations.RunPython(to_rows, to_columns)]
