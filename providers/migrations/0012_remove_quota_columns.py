from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("providers", "0011_quota_columns_to_rows")]

    operations = [
        migrations.RemoveField(model_name="openservicerule", name="quota_user_week_minutes"),
        migrations.RemoveField(model_name="openservicerule", name="quota_user_week_bookings"),
        migrations.RemoveField(model_name="openservicerule", name="quota_organization_month_minutes"),
    ]
