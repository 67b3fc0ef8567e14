"""Who asks, and what they may see."""

from auth.deferred import Deferred
from auth.errors import IssuerError, TokenError
from auth.principal import ANONYMOUS, Principal
from auth.shown import Authenticates, Shown

__all__ = [
    "ANONYMOUS",
    "Authenticates",
    "Deferred",
    "IssuerError",
    "Principal",
    "Shown",
    "TokenError",
]
