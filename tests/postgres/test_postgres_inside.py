"""What others stored in JSON columns: whatever it is, no query fails for it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from catalog.errors import StoredValueError
from catalog.types import Scalar
from datasources.postgres.documents import json_decoder
from datasources.postgres.inside import JSONB, held
from datasources.postgres.values import DIALECT

DAYS = [
    *("2023-02-28", "2024-02-29", "2000-02-29", "2400-02-29", "0004-02-29", "0001-01-01"),
    *("9999-12-31", "2023-04-30"),
]
NO_DAYS = [
    *("2023-02-30", "2023-02-29", "1900-02-29", "2100-02-29", "0000-02-29", "0000-01-01"),
    *("2023-04-31", "2023-13-01", "2023-00-01", "2023-01-00", "2023-01-32", "10000-01-01"),
    *("", "today", "infinity", "epoch", "2023-02-28 BC", "-2023-02-28", "\uff12023-01-01"),
]
CLOCKS = ["00:00", "23:59:59", "12:30:00.25"]
NO_CLOCKS = ["24:00", "12:60", "12:30:60", "now", "allballs", "12:30:00.", "-1:00"]
ZONES = ["", "Z", "+00:00", "-15:59", "+0530", "+02"]
NO_ZONES = ["+16:60", "+15:60", "Z+1", " UTC", "+99:99"]
NUMBERS = [
    *("0", "-0.0", "3.0", "-9223372036854775808", "9223372036854775807", "1.5", "5e-324"),
]
LARGEST = "1.7976931348623157e308"
NO_NUMBERS = ["1e400", "-1e400", "1e30", "9223372036854775808", "true", "null", "[]", "{}", '"1"']
DECIMALS = ["0", "-1.50", "+.5", "1.", "1e6144", "1E-6144", "1" * 200, "0." + "1" * 200]
NO_DECIMALS = ["NaN", "Infinity", "-inf", "1e99999", "1e-99999", "1e999999999", "0x1", "1_0", ""]

TEXTS: dict[Scalar, tuple[list[str], list[str]]] = {
    Scalar.DATE: (DAYS, NO_DAYS),
    Scalar.TIME: (CLOCKS, NO_CLOCKS),
    Scalar.DATETIME: (
        [f"2024-02-29T12:30{zone}" for zone in ZONES] + [f"{day} 12:30:00Z" for day in DAYS],
        [f"2024-02-29T12:30{zone}" for zone in NO_ZONES] + [f"{day}T12:30:00Z" for day in NO_DAYS],
    ),
    Scalar.DECIMAL: (DECIMALS, NO_DECIMALS),
    Scalar.UUID: (
        ["8e03978e-40d5-43dd-bc93-6894a57f9324"],
        ["8e03978e-40d5-43dd-bc93-6894a57f932g", "", "8e03978e", "{}"],
    ),
}


def typed(admin: Any, kind: Scalar, text: str) -> tuple[Any, Any]:
    """What JSON is for conditions, and what is read of it; None for what is amiss there."""
    json_of_it = sa.cast(sa.literal_column(f"'{text}'"), JSONB)
    sql = str(sa.select(held(json_of_it).typed(kind)).compile(dialect=DIALECT))
    (made,) = admin.execute(sql.encode()).fetchone()
    stored = json.loads(text)
    read = None if stored is None else json_decoder(kind)(stored)
    return made, None if isinstance(read, StoredValueError) else read


@pytest.mark.parametrize("kind", TEXTS, ids=lambda kind: kind.value)
def test_texts_are_values_where_there_is_such_a_value(admin: Any, kind: Scalar) -> None:
    """The 30th of February, numbers of any length, offsets that no place has: they are null."""
    admin.execute("SET TimeZone TO 'UTC'")
    good, bad = TEXTS[kind]
    for text in good:
        made, read = typed(admin, kind, json.dumps(text))
        assert made == read is not None, text
    for text in bad:
        assert typed(admin, kind, json.dumps(text))[0] is None, text
    for text in ("1.5", "true", "[1]", "{}", "null"):
        made, _ = typed(admin, kind, text)
        assert made is None or kind is Scalar.DECIMAL, text


@pytest.mark.parametrize("kind", [Scalar.INT, Scalar.BIGINT, Scalar.FLOAT])
def test_numbers_are_values_where_their_type_has_them(admin: Any, kind: Scalar) -> None:
    """However large or small they are."""
    for text in (*NUMBERS, *([LARGEST] if kind is Scalar.FLOAT else [])):
        made, read = typed(admin, kind, text)
        assert made == read, text
    for text in (*NO_NUMBERS, LARGEST):
        made, read = typed(admin, kind, text)
        assert made is None or made == read, text
