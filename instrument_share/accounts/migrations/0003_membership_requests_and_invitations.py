import django.db.models.deletion
import functools
import instrument_share.kernel.public_id
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_registration'),
    ]

    operations = [
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *('INV',), **{}), editable=False, max_length=16, unique=True)),
                ('email', models.EmailField(help_text='in lower case', max_length=254)),
                ('role', models.CharField(choices=[('researcher', 'researcher'), ('org_admin', 'org_admin'), ('keeper', 'keeper'), ('unit_manager', 'unit_manager'), ('bureau_officer', 'bureau_officer'), ('bureau_auditor', 'bureau_auditor'), ('finance_officer', 'finance_officer'), ('sysadmin', 'sysadmin')], max_length=20)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(help_text='when the mail server last took the mail', null=True)),
                ('expires_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='membership',
            name='ended_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='membership',
            name='note',
            field=models.CharField(blank=True, help_text='what who asks to be admitted says', max_length=200),
        ),
        migrations.AddField(
            model_name='membership',
            name='reason',
            field=models.CharField(blank=True, help_text='why it was refused or ended', max_length=500),
        ),
        migrations.AlterField(
            model_name='membership',
            name='state',
            field=models.CharField(choices=[('pending', 'pending'), ('active', 'active'), ('refused', 'refused'), ('ended', 'ended')], default='pending', max_length=10),
        ),
        migrations.AddField(
            model_name='invitation',
            name='accepted_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invitation',
            name='invited_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invitation',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='accounts.organization'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(condition=models.Q(('accepted_at__isnull', True), ('withdrawn_at__isnull', True)), fields=('organization', 'email', 'role'), name='invitation_once'),
        ),
    ]
