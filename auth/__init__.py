"""Who asks, and what they may see."""

from auth.errors import IssuerError, TokenError
from auth.principal import ANONYMOUS, Principal
from auth.shown import Authenticates, Shown

__all__ = ["ANONYMOUS", "Authenticates", "IssuerError", "Principal", "Shown", "TokenError"]
