"""In charge of what several settings are bounded by."""

from typing import Final

DAY: Final = 86_400
YEAR: Final = 31_536_000
"""Seconds; beyond, a store may not take them for numbers."""
