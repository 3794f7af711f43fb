import django.db.models.deletion
import functools
import instrument_share.kernel.public_id
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='OrganizationDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *('DOC',), **{}), editable=False, max_length=16, unique=True)),
                ('file', models.FileField(upload_to='organizations/')),
                ('name', models.CharField(help_text='as the file was called by who uploaded it', max_length=200)),
                ('media_type', models.CharField(max_length=40)),
                ('size', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('uploaded_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='organization',
            name='contact',
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name='organization',
            name='phone',
            field=models.CharField(blank=True, max_length=50),
        ),
        migrations.AddField(
            model_name='organization',
            name='reason',
            field=models.CharField(blank=True, help_text='why it is refused or suspended, as its people read it', max_length=500),
        ),
        migrations.AddField(
            model_name='organization',
            name='region',
            field=models.ForeignKey(help_text='the district that a bureau answers for; none: the whole city', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.district'),
        ),
        migrations.AddField(
            model_name='organization',
            name='registered_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='organization',
            name='submitted_at',
            field=models.DateTimeField(help_text='when it was last handed in to the bureau', null=True),
        ),
        migrations.AlterField(
            model_name='organization',
            name='state',
            field=models.CharField(choices=[('pending', 'pending'), ('admitted', 'admitted'), ('refused', 'refused'), ('suspended', 'suspended')], default='pending', max_length=10),
        ),
        migrations.AddField(
            model_name='organizationdocument',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='accounts.organization'),
        ),
        migrations.AddField(
            model_name='organizationdocument',
            name='uploaded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='organizationdocument',
            constraint=models.UniqueConstraint(condition=models.Q(('removed_at__isnull', True)), fields=('organization', 'sha256'), name='organization_document_once'),
        ),
    ]
