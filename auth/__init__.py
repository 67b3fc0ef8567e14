"""Who asks, and what they may see."""

from auth.deferred import Deferred, Late
from auth.errors import IssuerError, LoginError, SessionError, TokenError
from auth.principal import ANONYMOUS, Principal
from auth.shown import Authenticates, Shown, Vouched
from auth.signing_in import Begun, SignedIn, SignsIn

__all__ = [
    "ANONYMOUS",
    "Authenticates",
    "Begun",
    "Deferred",
    "IssuerError",
    "Late",
    "LoginError",
    "Principal",
    "SessionError",
    "Shown",
    "SignedIn",
    "SignsIn",
    "TokenError",
    "Vouched",
]
