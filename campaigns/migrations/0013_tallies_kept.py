from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Rows counted before get their day and source from the fold, some at a time (counting.fold_all)."""

    dependencies = [("campaigns", "0012_approving_and_notices")]

    operations = [
        migrations.AddField(
            model_name="signature",
            name="counted_on",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="signature",
            name="counted_from",
            field=models.CharField(blank=True, default="", editable=False, max_length=120),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="signature",
            index=models.Index(
                condition=Q(counted=True, counted_on__isnull=True),
                fields=["campaign", "id"],
                name="signature_untallied",
            ),
        ),
        migrations.AddIndex(
            model_name="signature",
            index=models.Index(
                condition=~Q(state="confirmed"),
                fields=["campaign", "state", "consent_at"],
                name="signature_not_confirmed",
            ),
        ),
        migrations.AlterField(
            model_name="tally",
            name="of",
            field=models.CharField(
                choices=[("day", "Day"), ("source", "Source"), ("language", "Language"), ("given", "Given")],
                max_length=10,
            ),
        ),
    ]
