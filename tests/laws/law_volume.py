"""In charge of how much is asked in the name of a law: few operations, many, or many others."""

import os
from random import SystemRandom

ANEW = os.environ.get("AGREEMENT") == "random"
"""What nobody has asked before; else it is the same each time."""

THOROUGH = ANEW or os.environ.get("AGREEMENT") == "thorough"
"""Twenty times as much."""

TIMES = 20 if THOROUGH else 1
FIRST = SystemRandom().randrange(10**9) if ANEW else 10**5 * THOROUGH
"""The number of the first operation."""
