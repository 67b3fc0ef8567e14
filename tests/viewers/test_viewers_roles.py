"""Roles for which no policy would hold: told at the start, and never read by."""

from urllib.parse import quote

import pytest
from viewers_asking import ADA, answered
from viewers_models import post

from datasources.errors import RoleUnfit
from datasources.postgres import PostgresSource, Roles
from datasources.postgres.check import check_roles

QUERY = "{ letters { totalCount } cities { nodes { code } } }"


@pytest.fixture
def roles(admin):
    """Roles of the wrong kinds, and a user who may be none of them but `web`."""
    admin.execute(
        "CREATE ROLE king SUPERUSER; CREATE ROLE passer BYPASSRLS; CREATE ROLE owner;"
        "CREATE ROLE friend IN ROLE owner; CREATE ROLE bare; CREATE ROLE door LOGIN NOINHERIT;"
        "GRANT web TO door; CREATE SCHEMA AUTHORIZATION owner;"
        "ALTER TABLE post.box OWNER TO owner; GRANT USAGE ON SCHEMA post TO owner, friend, passer"
    )
    yield
    admin.execute(
        "ALTER TABLE post.box OWNER TO app; ALTER TABLE post.box NO FORCE ROW LEVEL SECURITY;"
        "DROP OWNED BY owner, friend, passer, door;"
        "DROP ROLE king, passer, friend, owner, bare, door"
    )


@pytest.mark.parametrize(
    ("signed_in", "anonymous", "reason"),
    [
        ("king", "visitor", "the role 'king' is a superuser."),
        ("web", "passer", "the role 'passer' has BYPASSRLS."),
        ("owner", "owner", "the role 'owner' owns post.box, or is a member of who does."),
        ("web", "friend", "the role 'friend' owns post.box, or is a member of who does."),
        ("nope", "web", "the role 'nope' cannot be had: role \"nope\" does not exist."),
        ("none", "web", "the role 'none' is a superuser."),  # it is the user's own
        ("we'b\"", "web", 'cannot be had: role "we\'b"" does not exist.'),
        ("bare", "web", "the role 'bare' cannot be had: permission denied for schema post."),
    ],
)
async def test_a_role_that_policies_do_not_hold(served, urls, roles, signed_in, anonymous, reason):
    """At the start it is told to who starts; later nothing is read, and clients are told less."""
    unfit = Roles(signed_in, anonymous)
    with pytest.raises(RoleUnfit) as told:
        await check_roles(post(), urls.postgres, unfit)
    assert reason in str(told.value)
    data, codes = await answered(served(roles=unfit), ADA, QUERY)
    assert data == {"letters": None, "cities": {"nodes": [{"code": "AYR"}, {"code": "UCK"}]}}
    assert codes == ["ROLE_UNFIT"]


async def test_a_user_who_may_not_have_the_role(urls, roles):
    """One that may is enough for one that is no superuser."""
    url = urls.postgres.replace("app@", "door@")
    assert "door" in url
    with pytest.raises(RoleUnfit, match="permission denied to set role"):
        await check_roles(post(), url, Roles("web", "visitor"))
    assert await check_roles(post(), url, Roles("web", "web")) == []


async def test_an_owner_whom_a_table_holds(urls, roles, admin):
    """By FORCE ROW LEVEL SECURITY."""
    admin.execute("ALTER TABLE post.box FORCE ROW LEVEL SECURITY")
    admin.execute("GRANT SELECT ON post.letter TO owner")
    assert await check_roles(post(), urls.postgres, Roles("owner", "owner")) == []


async def test_tables_without_policies_are_told(urls, admin):
    """They are open to whoever may read them; it may be meant."""
    both = Roles("web", "visitor")
    assert await check_roles(post(), urls.postgres, both) == []
    admin.execute("ALTER TABLE post.box DISABLE ROW LEVEL SECURITY")
    try:
        assert await check_roles(post(), urls.postgres, both) == ["post.box"]
    finally:
        admin.execute("ALTER TABLE post.box ENABLE ROW LEVEL SECURITY")


@pytest.mark.parametrize(("options", "named"), [("", ["post.letter"]), ("security_invoker", [])])
async def test_views_that_read_as_their_owner_are_told(urls, admin, options, named):
    """One that reads as who asks is held to the policies of its tables."""
    shown = f"WITH ({options})" if options else ""
    admin.execute("ALTER TABLE post.letter RENAME TO letters")
    admin.execute(f"CREATE VIEW post.letter {shown} AS SELECT * FROM post.letters")
    try:
        assert await check_roles(post(), urls.postgres, Roles("web", "visitor")) == named
    finally:
        admin.execute("DROP VIEW post.letter")
        admin.execute("ALTER TABLE post.letters RENAME TO letter")


async def test_a_database_that_is_away_is_checked_when_it_is_back(served, urls, admin):
    """Nothing is read before; and a role that was mended will do, without a restart."""
    away = f"postgresql://app@{quote('127.0.0.1')}:1/app"
    assert await check_roles(post(), away, Roles("web", "visitor")) == ()
    graph = served(roles=Roles("late", "late"))
    _, codes = await answered(graph, ADA, QUERY)
    assert codes == ["ROLE_UNFIT"]
    admin.execute("CREATE ROLE late IN ROLE web")
    try:
        data, codes = await answered(graph, ADA, QUERY)
        assert (data["letters"], codes) == ({"totalCount": 10}, [])
    finally:
        admin.execute("DROP ROLE late")


async def test_without_roles_nobody_is_told_of(urls):
    """The source is itself for everybody."""
    source = PostgresSource(post(), urls.postgres)
    assert source.as_seen_by(ADA) is source
    assert await source.check_roles() == ()
    await source.close()
