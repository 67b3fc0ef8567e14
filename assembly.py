"""In charge of the parts of a graph as the settings say: catalog, schema, stores and cache."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable

from strawberry import Schema
from strawberry.extensions import SchemaExtension

from auth import Authenticates, Late, SignsIn
from catalog import Catalog, Store, catalog_of, models_in
from catalog.change import Isolation
from catalog.query import DataSource
from datasources.embedded import EmbeddedUrls
from datasources.mongo import MongoSource, PoolWatch, client_of, database_of
from datasources.places import Queueing
from datasources.postgres import PostgresSource, Roles
from datasources.redis import Buckets, Cache, NoCache, RedisCache, Texts
from edge.caching import Caching
from edge.gate import Bearable
from edge.graph import Graph
from edge.insight import Insight
from edge.live.rules import LiveRules
from edge.observe import Observe, TraceFields
from edge.persisted.documents import Documents
from edge.persisted.kept import Kept
from edge.persisted.trusted import Mode, Trusted
from edge.rates import Rates
from edge.rules import HttpRules
from edge.uploads import UploadLimits
from packages import StartError, blamed_on, package
from resolvers.documents.introspection import Introspection
from resolvers.limits.limits import Limits
from resolvers.planning.paging import PageLimits
from resolvers.planning.sights import Sights
from schema import build_schema, extensions_in, policies_in
from settings import Settings


def catalog_and_schema(settings: Settings) -> tuple[Catalog, Schema]:
    """What the user's packages say. Needs no database; raises ``ModelError`` and ``StartError``."""
    models = package(settings.models, "MODELS")
    with blamed_on(settings.models, "MODELS"):
        catalog = catalog_of(models_in(models))
        Sights(catalog, PageLimits(1, 1))  # rules are read, so that wrong ones are told now
    name, extensions, decide = settings.used_extensions, list[type](), None
    if name:
        extended = package(name, "EXTENSIONS")
        with blamed_on(name, "EXTENSIONS"):
            extensions, decide = extensions_in(extended), policies_in(extended)
    with blamed_on(name or settings.models, "EXTENSIONS" if name else "MODELS"):
        used = schema_extensions(trace_fields=settings.trace_fields == "all")
        schema = build_schema(
            catalog,
            extensions,
            decide=decide,
            introspection=Introspection(settings.told_of),
            limits=limits(settings),
            schema_extensions=used,
        )
        return catalog, schema


def limits(settings: Settings) -> Limits:
    """How much one document may ask for."""
    return Limits(
        document_length=settings.max_document_length,
        tokens=settings.max_tokens,
        depth=settings.max_depth,
        aliases=settings.max_aliases,
        root_fields=settings.max_root_fields,
        directives=settings.max_directives,
        fields=settings.max_fields,
        comparisons=settings.max_comparisons,
        variable_values=settings.max_variable_values,
        nested_rows=settings.max_nested_rows,
        cost=settings.max_cost,
        cost_refuses=settings.cost_mode == "enforce",
        pages=PageLimits(settings.default_page_size, settings.max_page_size),
    )


def schema_extensions(*, trace_fields: bool) -> list[Callable[[], SchemaExtension]]:
    """What Strawberry does around every operation."""
    return [
        Observe,
        *([TraceFields] if trace_fields else []),
    ]


def sources(catalog: Catalog, settings: Settings, urls: EmbeddedUrls) -> dict[Store, DataSource]:
    """A source for each store that holds an entity."""
    made: dict[Store, DataSource] = {}
    queueing = Queueing(settings.pool_queue, settings.pool_timeout)
    if catalog.of(Store.POSTGRES):
        url = settings.database_url or urls.postgres or ""
        made[Store.POSTGRES] = PostgresSource(
            catalog,
            url,
            pool_size=settings.postgres_pool_size,
            statement_timeout=settings.store_timeout,
            queueing=queueing,
            roles=roles(settings),
            lines=settings.postgres_lines,
        )
    if catalog.of(Store.MONGO):
        url = settings.mongo_url or urls.mongo or ""
        size, pool = settings.mongo_pool_size, PoolWatch()
        client = client_of(url, settings.mongo_driver, maxPoolSize=size, event_listeners=[pool])
        made[Store.MONGO] = MongoSource(
            database_of(client),
            catalog,
            max_seconds=settings.store_timeout,
            pool_size=size,
            queueing=queueing,
            pool=pool,
        )
    return made


def roles(settings: Settings) -> Roles | None:
    """The roles that people have in Postgres, if they have any."""
    signed_in = settings.postgres_role
    return Roles(signed_in, settings.postgres_anonymous_role or signed_in) if signed_in else None


def cache(settings: Settings, urls: EmbeddedUrls) -> Cache:
    """The cache, if there is a Redis and rows are to be kept."""
    url = settings.redis_url or urls.redis
    if not url or not settings.cache_ttl:
        return NoCache()
    stores = (settings.database_url or urls.postgres, settings.mongo_url or urls.mongo)
    return RedisCache(url, space=_space(store for store in stores if store))


def _space(urls: Iterable[str]) -> str:
    """Names the databases at these URLs, whoever opens them, and gives none of it away."""
    bare = [re.sub(r"//[^/?#]*@", "//", url) for url in urls]
    return hashlib.blake2b("\n".join(bare).encode(), digest_size=6).hexdigest()


def graph_of(
    catalog: Catalog,
    schema: Schema,
    settings: Settings,
    urls: EmbeddedUrls,
    signing_in: tuple[Authenticates | None, Late[SignsIn] | None],
) -> Graph:
    """The schema with its stores behind it; connects to nothing as yet."""
    authenticator, browsers = signing_in
    return Graph(
        catalog=catalog,
        schema=schema,
        sources=sources(catalog, settings, urls),
        cache=cache(settings, urls),
        cache_ttl=settings.cache_ttl,
        cache_local_bytes=settings.cache_local_bytes,
        page_limits=PageLimits(settings.default_page_size, settings.max_page_size),
        direct=settings.trace_fields == "resolvers",
        reject_unauthorized=settings.reject_unauthorized,
        access_dry_run=settings.access_dry_run,
        isolation=Isolation(settings.write_isolation.replace("-", " ").upper()),
        waits_for_both=settings.two_stores == "wait",
        idempotency_ttl=settings.idempotency_ttl,
        max_reach_keys=settings.max_reach_keys,
        documents=documents(settings, urls),
        live=live_rules(settings),
        rates=rates(settings),
        buckets=Buckets(settings.redis_url or urls.redis) if settings.rate_limit else None,
        authenticator=authenticator,
        browsers=browsers,
        policy_seconds=settings.policy_timeout,
        public_url=settings.public_url,
    )


def documents(settings: Settings, urls: EmbeddedUrls) -> Documents:
    """The documents that requests may name in place of their text. Raises ``ManifestError``."""
    trusted = None
    if settings.trusted_documents is not None:
        trusted = Trusted(settings.trusted_documents, Mode(settings.trusted_mode))
    if not settings.persisted_ttl or settings.trusted_refuse:
        return Documents(trusted=trusted)
    url, most = settings.redis_url or urls.redis, settings.persisted_most
    texts = Texts(url, ttl=settings.persisted_ttl, most=most) if url else None
    return Documents(Kept(texts), trusted)


def rates(settings: Settings) -> Rates | None:
    """What one client may ask for in a while, if that is limited."""
    if not settings.rate_limit:
        return None
    return Rates(settings.rate_limit, settings.rate_window, settings.rate_operations)


def bearable(settings: Settings) -> Bearable:
    """How much a process is to answer at once, and how long it waits for clients."""
    return Bearable(
        settings.max_requests,
        settings.max_lag,
        settings.slow_client_timeout,
        settings.keep_alive,
    )


def uploads(settings: Settings) -> UploadLimits | None:
    """How much files may be that requests bring, if they may."""
    folder = settings.upload_dir
    if not settings.uploads:
        return None
    if folder is not None and not os.access(folder, os.W_OK | os.X_OK):
        raise StartError(f"UPLOAD_DIR is no folder to write to: {folder}.")
    return UploadLimits(settings.upload_max_bytes, settings.upload_max_files, folder)


def http_rules(settings: Settings) -> HttpRules:
    """What requests may do over HTTP."""
    return HttpRules(
        guards_get=settings.csrf_prevention,
        gzip_from=settings.gzip_from or None,
        batch_limit=settings.batch_limit,
        origins=settings.cors_origins,
        seconds=settings.request_timeout,
        caching=Caching(settings.public_max_age, settings.public_operations),
        insight=Insight(settings.gives_insight, settings.insight_role),
        slow_seconds=settings.slow_operation_ms / 1000 or None,
    )


def live_rules(settings: Settings) -> LiveRules:
    """What those may do who stay connected."""
    return LiveRules(
        init_seconds=settings.live_init_timeout,
        operations=settings.live_operations,
        connections=settings.live_connections,
        connections_of_address=settings.live_connections_of_address,
        message_bytes=settings.max_body_bytes,
        pulse=settings.live_pulse,
    )
