"""In charge of the URL: its forms, our session settings, and refusals that keep the password."""

import pytest
from psycopg.conninfo import conninfo_to_dict

from datasources.postgres import PostgresSource
from datasources.postgres.conninfo import conninfo_of


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:secret@db:5433/app",
        "postgres://me:secret@db:5433/app",
        "postgresql+psycopg://me:secret@db:5433/app",
        " POSTGRESQL+psycopg2://me:secret@db:5433/app\n",
    ],
)
def test_urls_of_libpq_and_of_sqlalchemy_mean_the_same(url):
    """And every session speaks UTC, ISO and UTF-8, stops long statements, and only reads."""
    known = conninfo_to_dict(conninfo_of(url, statement_timeout=1.5))
    assert known["host"] == "db"
    assert known["port"] == "5433"
    assert (known["user"], known["password"], known["dbname"]) == ("me", "secret", "app")
    assert known["application_name"] == "bigraph"
    assert known["options"] == (
        "-c TimeZone=UTC -c DateStyle=ISO -c extra_float_digits=1"
        " -c pg_trgm.similarity_threshold=0.3 -c statement_timeout=1500"
        " -c default_transaction_read_only=on"
    )


def test_settings_of_the_url_stay():
    """Ours are added to its options."""
    url = "postgresql:///app?application_name=mine&options=-c%20search_path%3Dair&host=/run/pg"
    known = conninfo_to_dict(conninfo_of(url, statement_timeout=30))
    assert known["application_name"] == "mine"
    assert str(known["options"]).startswith("-c search_path=air -c TimeZone=UTC")
    assert known["host"] == "/run/pg"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "scheme"),
        ("localhost:5432/secret", "scheme"),
        ("mysql://me:secret@db/app", "scheme"),
        ("postgresql://me:secret@db:54x2/app", "port"),
        ("postgresql://me:secret@db:70000/app", "port"),
        ("postgresql://me:secret@[::1/app", "malformed"),
        ("postgresql://me:se%zzcret@db/app", "malformed"),
        ("postgresql://me:sec ret@db/app", "malformed"),
        ("postgresql://me:secret@db/app?sslmod=require", "no parameter 'sslmod'"),
    ],
)
def test_a_malformed_url_is_refused_in_one_line(catalog, url, reason):
    """When the source is made; the line says what is wrong, and never the password."""
    with pytest.raises(ValueError, match=reason) as refusal:
        PostgresSource(catalog, url)
    line = str(refusal.value)
    assert "\n" not in line
    assert "secret" not in line
    assert "sec ret" not in line
    assert refusal.value.__cause__ is None
