"""One signature for each of the two places of an address. People go on signing while PostgreSQL builds the index."""

from typing import Any

from django.db import migrations, models
from django.db.models import Q

STANDING = ~Q(state="withdrawn") & ~Q(email_key="")


class AddConstraint(migrations.AddConstraint):
    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        made = str(self.constraint.create_sql(model, schema_editor))
        # One that was broken off is left behind invalid, under its name.
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(self.constraint.name)}")
        schema_editor.execute(made.replace("CREATE UNIQUE INDEX ", "CREATE UNIQUE INDEX CONCURRENTLY ", 1))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("campaigns", "0018_two_at_an_address")]

    operations = [
        AddConstraint(
            "signature",
            models.UniqueConstraint(
                fields=["campaign", "email_key", "place"], condition=STANDING, name="one_signature_a_place"
            ),
        ),
        # Only now, so that an address never has more places than there are.
        migrations.RemoveConstraint("signature", "one_signature_an_address"),
    ]
