import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_membership_requests_and_invitations'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='organizationrelation',
            name='organization_relation_once',
        ),
        migrations.AddField(
            model_name='organizationrelation',
            name='declared_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='organizationrelation',
            name='end_reason',
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name='organizationrelation',
            name='ended_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name='organizationrelation',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('first', 'second'), name='organization_relation_once'),
        ),
    ]
