"""The sample."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """To what the models say."""
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "airline",
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("carrier"),
    )
    op.create_table(
        "plane",
        sa.Column("tailnum", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("manufacturer", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("engines", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("speed", sa.Integer(), nullable=True),
        sa.Column("engine", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tailnum"),
    )
    op.create_index(
        "ix_plane_manufacturer_trgm",
        "plane",
        ["manufacturer"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"manufacturer": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_plane_search",
        "plane",
        [
            sa.literal_column(
                "(((setweight(to_tsvector('english'::regconfig, "
                "COALESCE(manufacturer, ''::character varying)::text), 'A'::\"char\") "
                "|| setweight(to_tsvector('english'::regconfig, "
                "COALESCE(model, ''::character varying)::text), 'A'::\"char\")) "
                "|| setweight(to_tsvector('english'::regconfig, "
                "COALESCE(type, ''::character varying)::text), 'B'::\"char\")) "
                "|| setweight(to_tsvector('english'::regconfig, "
                "COALESCE(engine, ''::character varying)::text), 'D'::\"char\"))"
            )
        ],
        unique=False,
        postgresql_using="gin",
    )
    op.create_table(
        "flight",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("dep_time", sa.Integer(), nullable=True),
        sa.Column("sched_dep_time", sa.Integer(), nullable=False),
        sa.Column("dep_delay", sa.Integer(), nullable=True),
        sa.Column("arr_time", sa.Integer(), nullable=True),
        sa.Column("sched_arr_time", sa.Integer(), nullable=False),
        sa.Column("arr_delay", sa.Integer(), nullable=True),
        sa.Column("carrier", sa.String(), nullable=False),
        sa.Column("flight", sa.Integer(), nullable=False),
        sa.Column("tailnum", sa.String(), nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("dest", sa.String(), nullable=False),
        sa.Column("air_time", sa.Integer(), nullable=True),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("time_hour", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["carrier"],
            ["airline.carrier"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_flight_carrier", "flight", ["carrier", "id"], unique=False)
    op.create_index(
        "ix_flight_dep_delay",
        "flight",
        [sa.literal_column("dep_delay DESC NULLS LAST")],
        unique=False,
    )
    op.create_index("ix_flight_dest", "flight", ["dest", "id"], unique=False)
    op.create_index("ix_flight_origin", "flight", ["origin", "time_hour"], unique=False)
    op.create_index("ix_flight_origin_id", "flight", ["origin", "id"], unique=False)
    op.create_index("ix_flight_tailnum", "flight", ["tailnum", "id"], unique=False)
    op.create_index("ix_flight_time_hour", "flight", ["time_hour"], unique=False)
    op.create_table(
        "watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("flight_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["flight_id"],
            ["flight.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("flight_id", "subject"),
    )
    op.create_index(op.f("ix_watch_subject"), "watch", ["subject"], unique=False)
    op.create_view(
        "day",
        """SELECT make_date(year, month, day) AS date,
                   count(*)::int AS scheduled,
                   count(*) FILTER (WHERE dep_time IS NULL)::int AS cancelled,
                   avg(dep_delay)::float AS mean_delay
            FROM flight
            GROUP BY year, month, day""",
    )
    op.create_collection("airports")
    op.set_validator(
        "airports",
        {
            "bsonType": "object",
            "required": ["name", "location", "timezone"],
            "properties": {
                "name": {"bsonType": "string"},
                "_id": {"bsonType": "string"},
                "location": {
                    "bsonType": "object",
                    "required": ["latitude", "longitude", "altitude", "point"],
                    "properties": {
                        "latitude": {"bsonType": "number"},
                        "longitude": {"bsonType": "number"},
                        "altitude": {"bsonType": "number"},
                        "point": {
                            "bsonType": "object",
                            "required": ["type", "coordinates"],
                            "properties": {
                                "type": {"enum": ["Point"]},
                                "coordinates": {
                                    "bsonType": "array",
                                    "minItems": 2,
                                    "items": {"bsonType": "number"},
                                },
                            },
                        },
                    },
                },
                "timezone": {
                    "bsonType": "object",
                    "required": ["utc_offset", "dst"],
                    "properties": {
                        "name": {"bsonType": ["string", "null"]},
                        "utc_offset": {"bsonType": "number"},
                        "dst": {"bsonType": "string"},
                    },
                },
                "place": {
                    "bsonType": ["object", "null"],
                    "required": ["country"],
                    "properties": {
                        "city": {"bsonType": ["string", "null"]},
                        "subdivision": {"bsonType": ["string", "null"]},
                        "country": {"bsonType": "string"},
                    },
                },
                "codes": {
                    "bsonType": ["array", "null"],
                    "items": {
                        "bsonType": "object",
                        "required": ["scheme", "code"],
                        "properties": {
                            "scheme": {"bsonType": "string"},
                            "code": {"bsonType": "string"},
                        },
                    },
                },
            },
        },
    )
    op.create_collection_index(
        "airports",
        {"location.point": "2dsphere"},
        name="location.point_2dsphere",
        **{"2dsphereIndexVersion": 3},
    )
    op.create_collection("notes")
    op.set_validator(
        "notes",
        {
            "bsonType": "object",
            "required": ["flight_id", "author", "text", "created_at"],
            "properties": {
                "_id": {"bsonType": "objectId"},
                "flight_id": {"bsonType": "number"},
                "author": {"bsonType": "string"},
                "text": {"bsonType": "string"},
                "tags": {
                    "bsonType": ["array", "null"],
                    "items": {"bsonType": "string"},
                },
                "created_at": {"bsonType": "date"},
            },
        },
    )
    op.create_collection_index("notes", {"flight_id": 1}, name="flight_id_1")
    op.create_collection_index("notes", {"author": 1}, name="author_1")
    op.create_collection_index("notes", {"tags": 1}, name="tags_1")
    op.create_collection("weather")
    op.set_validator(
        "weather",
        {
            "bsonType": "object",
            "required": ["origin", "time_hour"],
            "properties": {
                "_id": {"bsonType": "string"},
                "origin": {"bsonType": "string"},
                "time_hour": {"bsonType": "date"},
                "temperature": {
                    "bsonType": ["object", "null"],
                    "properties": {
                        "air": {"bsonType": ["number", "null"]},
                        "dewpoint": {"bsonType": ["number", "null"]},
                    },
                },
                "humidity": {"bsonType": ["number", "null"]},
                "wind": {
                    "bsonType": ["object", "null"],
                    "properties": {
                        "direction": {"bsonType": ["number", "null"]},
                        "speed": {"bsonType": ["number", "null"]},
                        "gust": {"bsonType": ["number", "null"]},
                    },
                },
                "precipitation": {"bsonType": ["number", "null"]},
                "pressure": {"bsonType": ["number", "null"]},
                "visibility": {"bsonType": ["number", "null"]},
            },
        },
    )
    op.create_collection_index(
        "weather", {"time_hour": 1, "origin": 1}, unique=True, name="time_hour_1_origin_1"
    )
    op.create_collection_index("weather", {"origin": 1}, name="origin_1")
