"""In charge of the settings: one frozen value, built once, from the environment and `.env`.

`docs/settings.md` lists every one; a test compares it with this class.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from auth.algorithms import ALGORITHMS
from auth.issuers import MOST_LEEWAY, Client, Issuer, Login, is_loopback, is_safe
from auth.profiles import PROFILES, ProfileName

_DAY, _YEAR = 86_400, 31_536_000  # seconds; beyond, a store may not take them for numbers
_ORIGIN = re.compile(r"https?://[^\s/?#@]+")
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


class Settings(BaseSettings):
    """What an operator may set; every description is the one that ``--help`` shows."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(
        8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one."
    )
    forwarded_allow_ips: str = Field(
        "127.0.0.1",
        description="The proxies that are believed who the client is (`X-Forwarded-For`, "
        "`X-Forwarded-Proto`): addresses and networks, or `*` for all.",
    )
    workers: int = Field(
        1,
        ge=1,
        description="Processes that answer, each with connections and memory of its own; with "
        "several, SIGHUP restarts them one by one.",
    )
    public_url: str | None = Field(
        None, description="Where clients find the server, if a proxy stands before it."
    )
    environment: Literal["development", "production"] = Field(
        "development", description="In production nothing is embedded and GraphiQL is off."
    )
    data_dir: Path = Field(Path(".data"), description="Where the embedded servers keep their data.")
    database_url: str | None = Field(
        None, description="PostgreSQL, as postgresql://…; without it, an embedded server."
    )
    mongo_url: str | None = Field(
        None, description="MongoDB, as mongodb://…/database; without it, an embedded server."
    )
    redis_url: str | None = Field(
        None, description="Redis or Valkey, as redis://…; without it, an embedded server."
    )
    mongo_driver: Literal["pymongo", "motor"] = Field(
        "pymongo", description="The MongoDB driver: PyMongo's own asynchronous one, or Motor."
    )
    models: str = Field("models", description="The Python package that holds your models.")
    extensions: str | None = Field(
        None,
        description="The Python package that holds your Strawberry fields; without it, "
        "`extensions` beside `models`, and none beside a package of another name.",
    )
    migrations: Path | None = Field(
        None,
        description="The folder that holds your migrations; without it, `migrations` beside "
        "`models`, and inside of a package of another name.",
    )
    default_page_size: int = Field(
        100, ge=1, description="Rows on a page when neither first nor last is given."
    )
    max_page_size: int = Field(
        1000, ge=1, description="Rows on a page at most; a larger page is refused, not cut."
    )
    max_tokens: int = Field(
        5_000,
        ge=1,
        description="Tokens of a document at most; more are refused before they are parsed.",
    )
    max_depth: int = Field(30, ge=1, description="How deep fields may stand within fields.")
    max_aliases: int = Field(
        200,
        ge=0,
        description="Fields under an alias at most; these and all below count for each spread of "
        "their fragment.",
    )
    max_root_fields: int = Field(50, ge=1, description="Fields of an operation itself at most.")
    max_directives: int = Field(200, ge=0, description="Directives at most.")
    max_fields: int = Field(2_000, ge=1, description="Fields at all depths at most.")
    max_comparisons: int = Field(
        50_000,
        ge=1,
        description="Pairs of fields with one name at one place that validation may compare.",
    )
    max_nested_rows: int = Field(
        1_000_000,
        ge=1,
        description="The product of the sizes of pages within pages at most.",
    )
    max_cost: int = Field(
        2_000_000,
        ge=1,
        description="What an operation may be estimated to cost, in rows; see docs/limits.md.",
    )
    cost_mode: Literal["enforce", "measure"] = Field(
        "enforce",
        description="Whether what costs more is refused; with `measure` the estimate only stands "
        "in each request's line in the log.",
    )
    rate_limit: int = Field(
        0,
        ge=0,
        description="What one client may ask for within `RATE_WINDOW`, in costs of operations; "
        "with 0 as much as it likes.",
    )
    rate_window: float = Field(
        60,
        ge=1,
        le=_DAY,
        description="How long it takes until a client that has asked for all may do so again, in "
        "seconds.",
    )
    rate_operations: Annotated[dict[str, int], NoDecode] = Field(
        {},
        description="What one client may ask for by operations of a name, beside that: a JSON "
        "object of names and costs.",
    )
    max_reach_keys: int = Field(
        10_000,
        ge=1,
        description="Keys that a filter into the other store may read for one relation at most; "
        "one that needs more is refused.",
    )
    max_body_bytes: int = Field(
        1_000_000, ge=1, description="The size of a request's body at most, in bytes."
    )
    batch_limit: int = Field(
        0, ge=0, description="How many requests may be in one body; 0 refuses such lists."
    )
    persisted_ttl: int = Field(
        86_400,
        ge=0,
        le=_YEAR,
        description="How long a document that a client has sent with its hash is kept after it was "
        "used last, for all to ask for by the hash, in seconds; 0 keeps none.",
    )
    persisted_most: int = Field(
        1_000, ge=1, description="How many such documents Redis keeps; the latest stay."
    )
    trusted_documents: Path | None = Field(
        None,
        description="The manifest of the documents that are trusted: a file, or a folder of files; "
        "see docs/persisted.md.",
    )
    trusted_mode: Literal["log", "warn", "enforce"] = Field(
        "log",
        description="What becomes of others, where there is a manifest: they are logged, the "
        "client is warned as well, or they are refused.",
    )
    public_max_age: int = Field(
        0,
        ge=0,
        le=_YEAR,
        description="For how long caches may keep answers by GET to whom nobody knows, of "
        "documents that are asked for by an id, in seconds; 0 lets none.",
    )
    public_operations: Annotated[dict[str, NonNegativeInt], NoDecode] = Field(
        {},
        description="The same of operations of a name: a JSON object of names and seconds.",
    )
    max_requests: int = Field(
        1000, ge=1, description="Requests under way in a process at most; further ones get 503."
    )
    max_lag: float = Field(
        0.2,
        gt=0,
        le=_DAY,
        description="For how long what is due may wait for its turn in a process, in seconds; "
        "while it waits longer, fewer requests are let in, and others get 503.",
    )
    slow_client_timeout: float = Field(
        10,
        ge=1,
        le=_DAY,
        description="How long a client may take for a request's head, for its body, or to take in "
        "some of an answer, in seconds.",
    )
    shutdown_delay: float | None = Field(
        None,
        ge=0,
        le=_DAY,
        description="For how long a server that is told to stop answers on, while it says that it "
        "is not ready, in seconds; without it, 3 in production, and else not at all.",
    )
    stall_seconds: float = Field(
        1,
        ge=0,
        le=_DAY,
        description="For how long the event loop may be held up until the log tells by what, in "
        "seconds; 0 never looks.",
    )
    gzip_from: int = Field(
        1000,
        ge=0,
        description="How long an answer is at least that goes out in gzip to who takes it, in "
        "bytes; 0 never does that.",
    )
    live_operations: int = Field(
        100, ge=1, description="Operations under way at once on one WebSocket, or one event stream."
    )
    live_connections: int = Field(
        100,
        ge=1,
        description="WebSockets and event streams of one principal at once, in each process.",
    )
    live_connections_of_address: int = Field(
        1000, ge=1, description="The same of one address, whoever it is."
    )
    live_init_timeout: float = Field(
        5,
        gt=0,
        le=_DAY,
        description="How long a WebSocket may take to say who it is (`connection_init`), in "
        "seconds.",
    )
    live_pulse: float = Field(
        20,
        gt=0,
        le=_DAY,
        description="How often who stays connected is sent a sign of life, in seconds; a WebSocket "
        "that answers none for as long is closed.",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Of whose pages browsers let ask, such as `https://app.example`, with commas "
        "between them; `*` is any. Never with a session's cookie.",
    )
    csrf_prevention: bool = Field(
        True,
        description="Whether a query by GET is to show, as docs/http.md says, that no page of "
        "another site asks; what comes with a cookie or files always is to.",
    )
    uploads: bool = Field(
        False, description="Whether requests may bring files, for fields of yours that take some."
    )
    upload_max_bytes: int = Field(
        10_000_000, ge=1, description="The size of such a file at most, in bytes."
    )
    upload_max_files: int = Field(10, ge=1, description="Files that one request may bring.")
    upload_dir: Path | None = Field(
        None,
        description="The folder where they are while they are answered, without a name; without "
        "it, the system's for temporary files.",
    )
    postgres_pool_size: int = Field(10, ge=1, description="Connections to PostgreSQL at most.")
    mongo_pool_size: int = Field(
        100, ge=1, description="Reads and transactions that MongoDB has of this process at most."
    )
    pool_queue: int = Field(
        1000,
        ge=0,
        description="Requests that may wait for one of these at each store; further ones get 503 "
        "at once.",
    )
    pool_timeout: float = Field(
        0.5, gt=0, le=_DAY, description="How long they wait, in seconds, until they get 503."
    )
    postgres_role: str | None = Field(
        None,
        description="The role as which PostgreSQL is read for whoever has signed in, so that its "
        "row-level security tells rows by who asks; without it, PostgreSQL is told of nobody.",
    )
    postgres_anonymous_role: str | None = Field(
        None, description="The same for everybody else; without it, the same role."
    )
    store_timeout: float = Field(
        30, gt=0, le=_DAY, description="How long one statement or pipeline may take, in seconds."
    )
    request_timeout: float = Field(
        60,
        gt=0,
        le=_DAY,
        description="How long a request may take from when it is read, in seconds; a client asks "
        "for less by the header `Request-Timeout-Ms`.",
    )
    cache_ttl: float = Field(
        60,
        ge=0,
        le=_YEAR,
        description="How long a row read across stores is kept, in seconds, where its model does "
        "not say; 0 keeps nothing at all.",
    )
    cache_local_bytes: int = Field(
        16_000_000,
        ge=0,
        description="How much of what is kept may be in this process as well, for two seconds, in "
        "front of Redis; 0 keeps nothing there.",
    )
    issuers: Annotated[tuple[IssuerSettings, ...], NoDecode] = Field(
        (), description="Whose access tokens are taken: a JSON array; see docs/access.md."
    )
    session_lifetime: float = Field(
        28_800, gt=0, le=_YEAR, description="How long a browser stays signed in, in seconds."
    )
    session_idle: float = Field(
        3_600,
        gt=0,
        le=_YEAR,
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
    write_isolation: Literal["read-committed", "repeatable-read", "serializable"] = Field(
        "repeatable-read",
        description="What transactions of writes see of others, in PostgreSQL; in MongoDB it is "
        "always one state.",
    )
    two_stores: Literal["wait", "pending"] = Field(
        "wait",
        description="When a write into both stores is answered: when both have it (`wait`), or as "
        "soon as PostgreSQL has, which is then said in `extensions` (`pending`).",
    )
    idempotency_ttl: float = Field(
        86_400,
        gt=0,
        le=_YEAR,
        description="How long the answer to a write with an `Idempotency-Key` is kept, in seconds.",
    )
    policy_timeout: float = Field(
        5,
        gt=0,
        le=_DAY,
        description="How long your function may take to say which policies hold, in seconds; "
        "after that none do.",
    )
    introspection: Literal["all", "allowed", "off"] | None = Field(
        None,
        description="Who is told of the schema: all of it everybody (`all`), each viewer what the "
        "rules allow (`allowed`), or nobody (`off`); without it, `all` in development, else `off`.",
    )
    metrics: bool = Field(
        True, description="Whether Prometheus may read what is measured, at a port of its own."
    )
    metrics_host: str = Field("127.0.0.1", description="The address of that port.")
    metrics_port: int = Field(9464, ge=0, le=65535, description="That port; 0 takes a free one.")
    metrics_operations: int = Field(
        100,
        ge=0,
        description="Names of operations that are measured each by itself, the first that come; "
        "all others are measured together.",
    )
    slow_operation_ms: float = Field(
        1000,
        ge=0,
        description="What takes longer stands in the log with its steps, in milliseconds; 0 logs "
        "none so.",
    )
    insight: bool | None = Field(
        None,
        description="Whether anybody may ask how they are answered, by `GraphQL-Timing` and "
        "`extensions.explain`; without it, in development only.",
    )
    insight_role: str | None = Field(
        None, description="The role whose holders may ask that in any case."
    )
    graphiql: bool | None = Field(
        None, description="Serve GraphiQL; without it, in development only."
    )
    trace_fields: Literal["resolvers", "all"] = Field(
        "resolvers", description="Which fields get a span: those with a resolver, or all."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least level that is logged."
    )
    log_format: Literal["auto", "json", "text"] = Field(
        "auto", description="Log lines as JSON or text; auto is text on a terminal."
    )

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, url: str | None) -> str | None:
        parts = urlsplit(url or "http://x")
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
            raise ValueError(f"{url!r} is no http:// or https:// URL")
        return url

    @field_validator("data_dir", mode="before")
    @classmethod
    def _named(cls, value: object) -> object:
        if value == "":
            raise ValueError("it is empty")
        return value

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(each.strip().rstrip("/") for each in value.split(",") if each.strip())

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is no origin, such as https://app.example, nor *")
        return origins

    @field_validator("issuers", "rate_operations", "public_operations", mode="before")
    @classmethod
    def _json(cls, value: object) -> object:
        return json.loads(value) if isinstance(value, str) else value

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

    @model_validator(mode="after")
    def _login_is_possible(self) -> Self:
        if self.login is None:
            return self
        url = self.public_url
        if url and not url.startswith("https://") and not is_loopback(url):
            raise ValueError("a login needs a PUBLIC_URL that is https://, or on this machine")
        if self.environment == "production" and not (url and self.redis_url):
            raise ValueError("in production a login needs PUBLIC_URL, and REDIS_URL for sessions")
        return self

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _default_fits(self) -> Self:
        if self.default_page_size > self.max_page_size:
            message = f"DEFAULT_PAGE_SIZE is {self.default_page_size}, over MAX_PAGE_SIZE"
            raise ValueError(f"{message}, which is {self.max_page_size}")
        return self

    @model_validator(mode="after")
    def _rates_are_some(self) -> Self:
        if self.rate_operations and not self.rate_limit:
            raise ValueError("RATE_OPERATIONS is set, and RATE_LIMIT is not")
        if min(self.rate_operations.values(), default=1) < 1:
            raise ValueError("RATE_OPERATIONS has a cost below 1")
        return self

    @model_validator(mode="after")
    def _roles_are_both(self) -> Self:
        if self.postgres_anonymous_role and not self.postgres_role:
            raise ValueError("POSTGRES_ANONYMOUS_ROLE is set, and POSTGRES_ROLE is not")
        return self

    @property
    def trusted_refuse(self) -> bool:
        """Whether documents are refused that are not trusted."""
        return self.trusted_documents is not None and self.trusted_mode == "enforce"

    @property
    def login(self) -> Login | None:
        """How browsers sign in, if they do."""
        return next((issuer.signs_in for issuer in self.issuers if issuer.login), None)

    @property
    def used_extensions(self) -> str | None:
        """The package of extensions, if any."""
        return self.extensions or ("extensions" if self.models == "models" else None)

    @property
    def gives_insight(self) -> bool:
        """Whether anybody is told how they are answered."""
        return self.environment == "development" if self.insight is None else self.insight

    @property
    def told_of(self) -> Literal["all", "allowed", "off"]:
        """Who is told of the schema: as said, else everybody in development only."""
        return self.introspection or ("all" if self.environment == "development" else "off")

    @property
    def stops_after(self) -> float:
        """Seconds from a signal until no more is taken: as said, else some in production only."""
        if self.shutdown_delay is not None:
            return self.shutdown_delay
        return 3.0 if self.environment == "production" else 0.0

    @property
    def serves_graphiql(self) -> bool:
        """Whether the page is served: as said, else in development only."""
        return self.environment == "development" if self.graphiql is None else self.graphiql
