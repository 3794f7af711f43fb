from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("providers", "0008_search_terms_by_byte")]

    operations = [
        migrations.AddField(
            model_name="openservicerule",
            name="accepts_vouchers",
            field=models.BooleanField(default=False, help_text="科技创新券 are accepted"),
        ),
    ]
