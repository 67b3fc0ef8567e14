"""In charge of how much is asked in the name of a law: few operations, many, or many others."""

import os

ANEW = os.environ.get("AGREEMENT") == "random"
"""What nobody has asked before; else it is the same each time."""

THOROUGH = ANEW or os.environ.get("AGREEMENT") == "thorough"
"""Twenty times as much."""
