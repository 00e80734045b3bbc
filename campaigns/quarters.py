"""Days of people in pieces that the database counts quickly."""

from typing import Any

from django.db.models import Func, IntegerField


class QuarterHour(Func):
    """Quarters of an hour since 1970. The midnights of every time zone begin one, so a day is some of them."""

    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="CAST(strftime('%%%%s', %(expressions)s) AS INTEGER) / 900", **context
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "FLOOR(date_part('epoch', %(expressions)s) / 900)::bigint"
        return self.as_sql(compiler, connection, template=template, **context)
