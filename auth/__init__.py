"""Who asks, and what they may see."""

from auth.principal import ANONYMOUS, Principal

__all__ = ["ANONYMOUS", "Principal"]
