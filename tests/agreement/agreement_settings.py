"""In charge of how many examples the laws are tried on."""

import os

from hypothesis import HealthCheck, settings

RANDOM = os.environ.get("AGREEMENT") == "random"
THOROUGH = RANDOM or os.environ.get("AGREEMENT") == "thorough"
"""``AGREEMENT=thorough`` tries many reads, the same each time; ``random`` as many others."""

SECONDS = 3600 if THOROUGH else 120
"""How long a test may take."""

SEED = int(os.environ.get("AGREEMENT_SEED", "1"))
"""Another seed makes other rows."""


def examples(count: int) -> settings:
    """This many examples, or ten times as many."""
    return settings(
        max_examples=count * 10 if THOROUGH else count,
        derandomize=not RANDOM,
        deadline=None,
        database=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
