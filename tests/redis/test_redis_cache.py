"""The cache on a well server: what it keeps, where it lives, what it tells."""

import asyncio
import ssl
import traceback
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from opentelemetry.trace import SpanKind, StatusCode
from valkey_server import Relay

from datasources.redis import Cache, NoCache, RedisCache, redis_cache
from telemetry import begin
from telemetry.recording import recorded_spans

SECRET = "hunter2"


@pytest.fixture(autouse=True)
def _no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are not about time, and machines may be busy."""
    monkeypatch.setattr(redis_cache, "REQUEST_SECONDS", 1.0)


@pytest.fixture
async def cache(valkey, opened) -> RedisCache:
    """A cache that waits longer than in production."""
    return opened(valkey.url, timeout=1.0)


async def test_gives_back_what_was_set(cache: RedisCache):
    """Values come back byte for byte, in the order asked, None for the absent."""
    cache.set_many({"a": b"1", "b": b"\x00\xff\r\n", "empty": b""}, ttl=60)
    await cache.drain()
    assert await cache.get_many(["b", "absent", "a", "empty", "a"]) == [
        b"\x00\xff\r\n",
        None,
        b"1",
        b"",
        b"1",
    ]
    assert await cache.get_many([]) == []


async def test_keeps_databases_apart(valkey, opened):
    """Two servers may share a Redis and have different databases behind them."""
    ours, theirs = (opened(valkey.url, timeout=1.0, space=space) for space in ("ours", "theirs"))
    ours.set_many({"k": b"1"}, ttl=60)
    await ours.drain()
    assert await theirs.get_many(["k"]) == [None]
    assert await ours.get_many(["k"]) == [b"1"]


async def test_forgets_in_time(cache: RedisCache):
    """The time to live may be a fraction of a second."""
    cache.set_many({"brief": b"1", "long": b"2"}, ttl=0.08)
    cache.set_many({"long": b"3"}, ttl=60)
    await cache.drain()
    await asyncio.sleep(0.1)
    assert await cache.get_many(["brief", "long"]) == [None, b"3"]


async def test_setting_returns_at_once_and_drops_the_excess(cache: RedisCache):
    """A thousand writes in one breath: a bounded number is under way, the others are dropped."""
    for number in range(1000):
        cache.set_many({f"k{number}": b"x"}, ttl=60)
    assert 0 < len(cache._background) <= 16
    await cache.drain()
    kept = await cache.get_many([f"k{number}" for number in range(1000)])
    assert kept.count(b"x") == 16
    cache.set_many({"after": b"y"}, ttl=60)
    await cache.drain()
    assert await cache.get_many(["after"]) == [b"y"]


async def test_serves_many_at_once_on_few_connections(valkey, opened):
    """Readers wait for a connection rather than fail."""
    cache = opened(valkey.url, timeout=1.0, pool_size=2)
    cache.set_many({"k": b"v"}, ttl=60)
    await cache.drain()
    answers = await asyncio.gather(*(cache.get_many(["k"]) for _ in range(20)))
    assert answers == [[b"v"]] * 20


async def test_a_cancelled_reader_harms_nobody(cache: RedisCache):
    """A request that goes away leaves the connection in order and the breaker closed."""
    cache.set_many({"k": b"v"}, ttl=60)
    await cache.drain()
    readers = [asyncio.create_task(cache.get_many(["k"])) for _ in range(8)]
    await asyncio.sleep(0)
    for reader in readers:
        reader.cancel()
    assert all(isinstance(end, asyncio.CancelledError) for end in await _ends(readers))
    assert await cache.get_many(["k"]) == [b"v"]


async def _ends(tasks: list[asyncio.Task[list[bytes | None]]]) -> list[object]:
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_counts_hits_and_misses_in_the_tally(cache: RedisCache):
    """Hits and misses are per key, store calls per command."""
    tally = begin()
    cache.set_many({"a": b"1", "b": b"2"}, ttl=60)
    await cache.drain()
    await cache.get_many(["a", "b", "c"])
    assert (tally.cache_hits, tally.cache_misses, tally.rows) == (2, 1, 0)
    assert tally.store_calls == {"redis": 2}
    assert tally.cache_wait.seconds > 0


async def test_spans_name_the_command_and_no_key_or_value(cache: RedisCache):
    """A client span a command, by the conventions; keys and values stay out of it."""
    with recorded_spans() as recorded:
        cache.set_many({f"key-{SECRET}": b"value-hunter2", "other": b"1"}, ttl=60)
        await cache.drain()
        await cache.get_many([f"key-{SECRET}", "absent"])
    write, read = recorded.get_finished_spans()
    assert (write.name, read.name) == ("EVAL", "MGET")
    assert {write.kind, read.kind} == {SpanKind.CLIENT}
    assert dict(write.attributes or {}) == {
        "db.system.name": "redis",
        "db.operation.name": "EVAL",
        "db.operation.batch.size": 2,
    }
    assert dict(read.attributes or {}) == {
        "db.system.name": "redis",
        "db.operation.name": "MGET",
        "db.response.returned_rows": 1,
    }
    assert SECRET not in write.to_json() + read.to_json()


async def test_what_the_server_refuses_is_seen_in_the_span_only(valkey, opened):
    """A full server refuses writes: reads go on, nothing surfaces, the span is marked."""
    valkey.stop()
    valkey.start("--maxmemory", "1", "--maxmemory-policy", "noeviction")
    cache = opened(valkey.url)
    with recorded_spans() as recorded:
        cache.set_many({"a": b"1"}, ttl=60)
        await cache.drain()
    (span,) = recorded.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == "OutOfMemoryError"
    assert await cache.get_many(["a"]) == [None]
    assert cache._breaker.closed


async def test_a_server_that_runs_no_scripts_keeps_each_by_itself(valkey, opened):
    """Some users may run none; what is kept is the same, and ends as it should."""
    valkey.stop()
    valkey.start("--user", "default", "on", "nopass", "~*", "&*", "+@all", "-@scripting")
    cache = opened(valkey.url, timeout=1.0)
    for number in range(2):
        with recorded_spans() as recorded:
            cache.set_many({"a": b"%d" % number, "b": b"2"}, ttl=60)
            await cache.drain()
        (span,) = recorded.get_finished_spans()
        assert span.status.status_code is not StatusCode.ERROR
        assert await cache.get_many(["a", "b"]) == [b"%d" % number, b"2"]
        assert 0 < await cache._client.pttl(cache._prefix + "a") <= 60_000


async def test_works_over_a_socket_file(valkey, opened):
    """A unix:// URL."""
    cache = opened(f"unix://{valkey.socket}?db=3", timeout=1.0)
    await _check_works(cache)


async def test_works_over_tls(valkey, opened, tmp_path):
    """A rediss:// URL, with a private authority; without it the certificate is refused."""
    certificate, context = _certificate(tmp_path)
    async with Relay(valkey.port, tls=context) as tls:
        url = f"rediss://127.0.0.1:{tls.port}"
        await _check_works(opened(f"{url}?ssl_ca_certs={certificate}", timeout=1.0))
        assert "certificate" in (await opened(url, timeout=1.0).ping() or "")


def _certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(here, critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, *plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return folder / "cert.pem", context


async def test_needs_the_right_password(valkey, opened):
    """With it all works; with a wrong one or none the reason does not repeat it."""
    valkey.stop()
    valkey.start("--requirepass", SECRET)
    await _check_works(opened(f"redis://:{SECRET}@127.0.0.1:{valkey.port}", timeout=1.0))
    for login in (f":{SECRET}x@", f"user:{SECRET}x@", ""):
        reason = await opened(f"redis://{login}127.0.0.1:{valkey.port}", timeout=1.0).ping()
        assert reason == "it refuses the credentials"


async def _check_works(cache: RedisCache) -> None:
    assert await cache.ping() is None
    cache.set_many({"k": b"v"}, ttl=60)
    await cache.drain()
    assert await cache.get_many(["k"]) == [b"v"]


async def test_a_closed_cache_is_empty(valkey, opened):
    """After close it gives None, keeps nothing and opens no connection."""
    cache = opened(valkey.url)
    cache.set_many({"k": b"v"}, ttl=60)
    await cache.close()
    cache.set_many({"k": b"v"}, ttl=60)
    assert await cache.get_many(["k"]) == [None]
    assert await cache.ping() == "it is closed"
    assert not cache._background


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hunter2",
        "http://:hunter2@localhost:6379",
        "redis://:hunter2/x@localhost:6379",
        "redis://:hunter2#x@localhost:6379",
        "redis://:hunter2@localhost:99999",
        "redis://:hunter2@localhost:0",
        "redis://:hunter2@[::1",
        "redis://:hunter2@localhost/hunter2",
        "redis://:1?hunter2=x@localhost",
        "redis://localhost?password=hunter2&db=hunter2",
        "redis://:hunter2@localhost?decode_responses=true",
        "rediss://:hunter2@localhost?ssl_cert_reqs=hunter2",
        "unix://",
    ],
)
def test_a_wrong_url_is_refused_without_quoting_it(url: str):
    """One line says what is wrong, and holds nothing of the URL, as it may be the password."""
    with pytest.raises(ValueError, match=r"^The Redis URL .*\.$") as refusal:
        RedisCache(url)
    assert "hunter2" not in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert "hunter2" not in "".join(traceback.format_exception(refusal.value))


async def test_no_cache_holds_nothing():
    """Caching off: every key is absent, and neither hit nor miss is counted."""
    cache: Cache = NoCache()
    tally = begin()
    cache.set_many({"k": b"v"}, ttl=60)
    await cache.drain()
    assert await cache.get_many(["k", "l"]) == [None, None]
    assert await cache.ping() is None
    await cache.close()
    assert (tally.cache_hits, tally.cache_misses, tally.store_calls) == (0, 0, {})
