"""In charge of how many examples the laws are tried on."""

import os

from hypothesis import HealthCheck, settings

THOROUGH = os.environ.get("AGREEMENT") == "thorough"
"""``AGREEMENT=thorough`` tries many reads, others each time; else few, the same each time."""

SECONDS = 3600 if THOROUGH else 60
"""How long a test may take."""

SEED = int(os.environ.get("AGREEMENT_SEED", "1"))
"""Another seed makes other rows."""


def examples(count: int) -> settings:
    """This many examples, or fifty times as many."""
    return settings(
        max_examples=count * 50 if THOROUGH else count,
        derandomize=not THOROUGH,
        deadline=None,
        database=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
