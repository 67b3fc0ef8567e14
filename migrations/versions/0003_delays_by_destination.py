"""Delays by destination."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """To what the models say, while flights are written as ever."""
    with op.get_context().autocommit_block():
        op.create_index(
            "ix_flight_dest_dep_delay",
            "flight",
            ["dest", "dep_delay"],
            unique=False,
            if_not_exists=True,
            postgresql_concurrently=True,
        )
