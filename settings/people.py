"""In charge of settings about who asks, and what they may see."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, NoDecode

from auth.issuers import Login
from settings.issuer import IssuerSettings
from settings.kinds import DAY, YEAR


class People(BaseSettings):
    """Who asks, and what they may see."""

    issuers: Annotated[tuple[IssuerSettings, ...], NoDecode] = Field(
        (), description="Whose access tokens are taken: a JSON array; see docs/access.md."
    )
    session_lifetime: float = Field(
        28_800, gt=0, le=YEAR, description="How long a browser stays signed in, in seconds."
    )
    session_idle: float = Field(
        3_600,
        gt=0,
        le=YEAR,
        description="How long a browser stays signed in without a request, in seconds.",
    )
    reject_unauthorized: bool = Field(
        False,
        description="Refuse an operation whole if anything in it may not be read, instead of null "
        "there.",
    )
    access_dry_run: bool = Field(
        False, description="Rules deny nothing; what they would deny is logged."
    )
    policy_timeout: float = Field(
        5,
        gt=0,
        le=DAY,
        description="How long your function may take to say which policies hold, in seconds; "
        "after that none do.",
    )
    introspection: Literal["all", "allowed", "off"] | None = Field(
        None,
        description="Who is told of the schema: all of it everybody (`all`), each viewer what the "
        "rules allow (`allowed`), or nobody (`off`); without it, `all` in development, else `off`.",
    )

    @model_validator(mode="after")
    def _issuers_differ(self) -> Self:
        if len({issuer.url for issuer in self.issuers}) < len(self.issuers):
            raise ValueError("ISSUERS names one issuer twice")
        if sum(issuer.client_secret is not None for issuer in self.issuers) > 1:
            raise ValueError(
                "ISSUERS has two with a client_secret: whom to show a token is unclear"
            )
        if sum(issuer.login for issuer in self.issuers) > 1:
            raise ValueError("ISSUERS has two with login: where a browser is sent is unclear")
        return self

    @property
    def login(self) -> Login | None:
        """How browsers sign in, if they do."""
        return next((issuer.signs_in for issuer in self.issuers if issuer.login), None)
