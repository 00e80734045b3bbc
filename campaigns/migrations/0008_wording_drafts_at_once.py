from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0007_verified_addresses")]

    operations = [
        migrations.AddField(model_name="wordingdraft", name="laid_aside", field=models.JSONField(default=list)),
        migrations.AddField(model_name="wordingdraft", name="translated_from", field=models.JSONField(default=dict)),
    ]
