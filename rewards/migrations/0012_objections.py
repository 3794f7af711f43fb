import django.db.models.deletion
import functools
import instrument_share.kernel.public_id
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Objections to announced results, with files, comments and answers."""

    dependencies = [
        ('accounts', '0007_invitation_without_sent_at'),
        ('rewards', '0011_inspections'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *('OBJ',), **{}), editable=False, max_length=16, unique=True)),
                ('number', models.PositiveSmallIntegerField(help_text='order in the cycle, from 1')),
                ('in_name_of', models.CharField(choices=[('person', 'person'), ('organization', 'organization')], max_length=15)),
                ('name', models.CharField(max_length=100)),
                ('organization_name', models.CharField(blank=True, max_length=100)),
                ('email', models.EmailField(max_length=254)),
                ('phone', models.CharField(blank=True, max_length=50)),
                ('language', models.CharField(help_text='in which the objector is written to', max_length=10)),
                ('subject', models.CharField(max_length=100)),
                ('text', models.CharField(max_length=4000)),
                ('raised_at', models.DateTimeField()),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='rewards.assessmentcycle')),
                ('organization', models.ForeignKey(help_text='the unit that it is about', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='accounts.organization')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ObjectionAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('effect', models.CharField(choices=[('not_upheld', 'not_upheld'), ('clarified', 'clarified'), ('finding', 'finding'), ('scored_anew', 'scored_anew')], max_length=15)),
                ('text', models.CharField(max_length=2000)),
                ('answered_at', models.DateTimeField()),
                ('answered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('finding', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='objection_answer', to='rewards.finding')),
                ('objection', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='answer', to='rewards.objection')),
            ],
        ),
        migrations.CreateModel(
            name='ObjectionComment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=2000)),
                ('commented_at', models.DateTimeField()),
                ('commented_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('objection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='rewards.objection')),
            ],
        ),
        migrations.CreateModel(
            name='ObjectionFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(upload_to='objections/')),
                ('name', models.CharField(help_text='as the file was called by who sent it', max_length=200)),
                ('media_type', models.CharField(max_length=40)),
                ('sha256', models.CharField(max_length=64)),
                ('objection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='rewards.objection')),
            ],
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.UniqueConstraint(fields=('cycle', 'number'), name='objection_number_once'),
        ),
        migrations.AddConstraint(
            model_name='objectionfile',
            constraint=models.UniqueConstraint(fields=('objection', 'sha256'), name='objection_file_once'),
        ),
    ]
