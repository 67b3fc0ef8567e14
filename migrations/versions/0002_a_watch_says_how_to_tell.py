"""A watch says how to tell."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """To what the models say."""
    op.add_column(
        "watch", sa.Column("alert", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )
