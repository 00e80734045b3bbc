"""Accounts from before they signed up themselves were made by the operator, who vouched for their addresses."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def verify(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    address = apps.get_model("account", "EmailAddress")
    for account in apps.get_model("campaigns", "User").objects.order_by("pk").iterator():
        given = {"verified": True, "primary": True}
        address.objects.get_or_create(user_id=account.pk, email=account.email.lower(), defaults=given)


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0006_workspace"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(verify, migrations.RunPython.noop)]
