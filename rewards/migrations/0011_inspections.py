import django.db.models.deletion
import functools
import instrument_share.kernel.public_id
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Draws of random inspections, their inspectors, results and photos."""

    dependencies = [
        ('accounts', '0007_invitation_without_sent_at'),
        ('providers', '0029_national_checks'),
        ('rewards', '0010_policy_trials'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='InspectionDraw',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *('DRW',), **{}), editable=False, max_length=16, unique=True)),
                ('number', models.PositiveSmallIntegerField(help_text='order of draws in the cycle, from 1')),
                ('over', models.CharField(choices=[('units', 'units'), ('entries', 'entries')], max_length=10)),
                ('size', models.PositiveSmallIntegerField(help_text='how many are drawn')),
                ('source_zh', models.CharField(help_text='what the seed will be', max_length=200)),
                ('source_en', models.CharField(blank=True, max_length=300)),
                ('seed_date', models.DateField(help_text='the day on which the seed comes out')),
                ('inputs_sha256', models.CharField(max_length=64)),
                ('inputs_file', models.CharField(help_text='name in file storage', max_length=200)),
                ('candidates', models.PositiveIntegerField(help_text='how many could be drawn')),
                ('announced_at', models.DateTimeField()),
                ('announced_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('cycle', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='draws', to='rewards.assessmentcycle')),
            ],
        ),
        migrations.CreateModel(
            name='DrawResult',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seed', models.CharField(max_length=500)),
                ('drawn_at', models.DateTimeField()),
                ('drawn_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('draw', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='result', to='rewards.inspectiondraw')),
            ],
        ),
        migrations.CreateModel(
            name='Inspector',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(help_text='by which the public knows him or her')),
                ('name', models.CharField(max_length=100)),
                ('organization_name', models.CharField(max_length=100)),
                ('barred', models.JSONField(default=list, help_text='USCCs of units with a conflict of interest')),
                ('draw', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inspectors', to='rewards.inspectiondraw')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='RandomInspection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *('RIN',), **{}), editable=False, max_length=16, unique=True)),
                ('position', models.PositiveSmallIntegerField(help_text='order in which it was drawn, from 1')),
                ('log', models.CharField(blank=True, help_text='public id of the usage entry, if one was drawn', max_length=16)),
                ('outcome', models.CharField(blank=True, choices=[('no_objection', 'no_objection'), ('finding', 'finding')], max_length=15)),
                ('inspected_date', models.DateField(null=True)),
                ('checklist', models.JSONField(default=dict, help_text='code of the point → what was seen')),
                ('notes', models.CharField(blank=True, max_length=2000)),
                ('recorded_at', models.DateTimeField(null=True)),
                ('draw', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inspections', to='rewards.inspectiondraw')),
                ('finding', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='inspection', to='rewards.finding')),
                ('instrument', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='inspections', to='providers.instrument')),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rewards.inspector')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='inspections', to='accounts.organization')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rewards.inspector')),
            ],
        ),
        migrations.CreateModel(
            name='InspectionPhoto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(upload_to='inspections/')),
                ('position', models.PositiveSmallIntegerField()),
                ('inspection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='photos', to='rewards.randominspection')),
            ],
        ),
        migrations.AddConstraint(
            model_name='inspectiondraw',
            constraint=models.UniqueConstraint(fields=('cycle', 'number'), name='draw_number_once'),
        ),
        migrations.AddConstraint(
            model_name='inspector',
            constraint=models.UniqueConstraint(fields=('draw', 'number'), name='inspector_number_once'),
        ),
        migrations.AddConstraint(
            model_name='randominspection',
            constraint=models.UniqueConstraint(fields=('draw', 'position'), name='inspection_position_once'),
        ),
        migrations.AddConstraint(
            model_name='randominspection',
            constraint=models.CheckConstraint(condition=models.Q(('outcome', ''), models.Q(('inspected_date__isnull', False), ('recorded_at__isnull', False)), _connector='OR'), name='inspection_recorded_with_day'),
        ),
        migrations.AddConstraint(
            model_name='inspectionphoto',
            constraint=models.UniqueConstraint(fields=('inspection', 'position'), name='inspection_photo_position_once'),
        ),
    ]
