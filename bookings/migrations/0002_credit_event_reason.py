import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0001_squashed_0040'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='creditevent',
            name='reason',
            field=models.CharField(blank=True, db_default='', default='', help_text='what was done against the rules', max_length=500),
        ),
        migrations.AddField(
            model_name='creditevent',
            name='recorded_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='creditevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'misuse'), _negated=True), models.Q(('recorded_by__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='credit_misuse_with_reason'),
        ),
    ]
