"""In charge of one entry of ``ISSUERS``."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from auth.algorithms import ALGORITHMS
from auth.issuers import MOST_LEEWAY, Client, Issuer, Login, is_safe
from auth.profiles import PROFILES, ProfileName

_OF_LOGIN = frozenset(
    {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "response_mode"}
    | {"code_challenge", "code_challenge_method", "request", "request_uri"}
)


class IssuerSettings(BaseModel):
    """One entry of ``ISSUERS``: whose access tokens are taken, and how they are read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(description="The issuer, exactly as its tokens and its discovery name it.")
    audience: str | tuple[str, ...] = Field(
        description="What names this API in its tokens; with several, any of them."
    )
    profile: ProfileName = Field("rfc9068", description="How this provider writes its tokens.")
    algorithms: tuple[str, ...] = Field((), description="Those that may sign; all, if empty.")
    roles: tuple[str | tuple[str, ...], ...] = Field(
        (), description="Claims that hold roles besides: names, or paths of names."
    )
    scopes: tuple[str, ...] = Field((), description="Claims that hold scopes besides.")
    client_id: str | None = Field(
        None, description="Our own id there: for roles by client, and to have tokens explained."
    )
    client_secret: SecretStr | None = Field(
        None, description="With it, tokens that only the issuer can read are shown to it."
    )
    login: bool = Field(
        False, description="Whether browsers sign in there, as the client of `client_id`."
    )
    login_scopes: tuple[str, ...] = Field(
        ("openid", "profile", "email"), description="What a login asks for."
    )
    login_parameters: dict[str, str] = Field(
        {}, description="What a login tells it besides, such as Auth0's `audience`."
    )
    jwks_url: str | None = Field(None, description="Where its keys are, if it does not say so.")
    leeway: int = Field(30, ge=0, le=MOST_LEEWAY, description="Seconds that clocks may differ.")
    max_lifetime: int = Field(86_400, ge=1, description="Seconds that a token may be made to last.")

    @field_validator("url", "jwks_url")
    @classmethod
    def _safe(cls, url: str | None) -> str | None:
        if url is not None and (not is_safe(url, url) or urlsplit(url).fragment):
            raise ValueError(f"{url!r} is no https:// URL; http:// is for this machine only")
        return url

    @field_validator("audience")
    @classmethod
    def _some(cls, audience: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if not audience or "" in ((audience,) if isinstance(audience, str) else audience):
            raise ValueError("it is empty, so that tokens for anybody would be taken")
        return audience

    @field_validator("algorithms")
    @classmethod
    def _asymmetric(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := set(names) - ALGORITHMS:
            named, taken = ", ".join(sorted(unknown)), ", ".join(sorted(ALGORITHMS))
            raise ValueError(f"{named} cannot be taken; these can: {taken}")
        return names

    @model_validator(mode="after")
    def _client_is_whole(self) -> Self:
        if self.client_secret and not self.client_id:
            raise ValueError("client_secret is of no use without client_id")
        if self.login and (not self.client_id or "openid" not in self.login_scopes):
            raise ValueError("login needs client_id, and openid in login_scopes")
        if set(self.login_parameters) & _OF_LOGIN:
            raise ValueError("login_parameters holds one that every login has of its own")
        return self

    @property
    def signs_in(self) -> Login:
        """How browsers sign in there, if they do."""
        secret = self.client_secret.get_secret_value() if self.client_secret else None
        parts = (self.login_scopes, self.login_parameters)
        return Login(self.issuer, self.client_id or "", secret, *parts)

    @property
    def issuer(self) -> Issuer:
        """The same, as those take it who find out who asks."""
        secret = self.client_secret.get_secret_value() if self.client_secret else None
        named = (self.audience,) if isinstance(self.audience, str) else self.audience
        return Issuer(
            self.url,
            frozenset(named),
            PROFILES[self.profile],
            frozenset(self.algorithms) or ALGORITHMS,
            roles=tuple([(path,) if isinstance(path, str) else path for path in self.roles]),
            scopes=self.scopes,
            client=Client(self.client_id or "", secret) if secret else None,
            client_id=self.client_id,
            keys_url=self.jwks_url,
            leeway=self.leeway,
            most_lifetime=self.max_lifetime,
        )
