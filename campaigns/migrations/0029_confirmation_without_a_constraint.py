"""One statement writes a signature and its email, and no email is ever deleted (decision 0035)."""

from django.db import migrations, models

from config.concurrently import DropForeignKey


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("campaigns", "0028_letters_whose_writer_is_to_be_asked"),
        ("letters", "0006_emails_without_a_letter"),
    ]

    operations = [
        DropForeignKey(
            "signature",
            "confirmation",
            models.ForeignKey(
                "letters.outgoingemail",
                models.SET_NULL,
                null=True,
                related_name="+",
                editable=False,
                db_index=False,
                db_constraint=False,
            ),
        ),
    ]
