"""Access tokens as each provider writes them are taken, and its ID tokens are not."""

from collections.abc import Callable
from typing import Any

import pytest
from issuing import AUDIENCE, Door, TestIssuer

from auth.errors import TokenError

# For each: the header's typ, claims of an access token, claims of an ID token, scopes and roles.
PROVIDERS: dict[str, tuple[str | None, dict[str, Any], dict[str, Any], set[str], set[str]]] = {
    "rfc9068": (
        "application/at+jwt",
        {"scope": "a b", "roles": ["r"], "groups": ["g"], "entitlements": ["e"]},
        {},
        {"a", "b"},
        {"r", "g", "e"},
    ),
    "auth0": (
        "JWT",
        {"aud": [AUDIENCE, "https://tenant.test/userinfo"], "azp": "app", "client_id": None,
         "scope": "openid a", "permissions": ["b:c"], "https://app.test/roles": ["r"]},
        {"aud": AUDIENCE, "client_id": None, "scope": None, "nonce": "n"},
        {"openid", "a", "b:c"},
        {"r"},
    ),
    "okta": (
        None,
        {"cid": "app", "uid": "u", "scope": None, "scp": ["a", "b"], "groups": ["Everyone"]},
        {"client_id": None, "amr": ["pwd"], "idp": "i", "scope": None},
        {"a", "b"},
        {"Everyone"},
    ),
    "keycloak": (
        "JWT",
        {"typ": "Bearer", "azp": AUDIENCE, "aud": "account", "scope": "email a",
         "realm_access": {"roles": ["r"]},
         "resource_access": {"bigraph": {"roles": ["c"]}, "other": {"roles": ["no"]}}},
        {"typ": "ID", "azp": AUDIENCE},
        {"email", "a"},
        {"r", "c"},
    ),
    "entra": (
        "JWT",
        {"ver": "2.0", "azp": "app", "client_id": None, "scope": None, "scp": "a b",
         "roles": ["Fleet Admin"]},
        {"ver": "2.0", "client_id": None, "scope": None, "roles": ["Fleet Admin"]},
        {"a", "b"},
        {"Fleet Admin"},
    ),
    "cognito": (
        None,
        {"token_use": "access", "client_id": AUDIENCE, "aud": None, "scope": "api/a",
         "cognito:groups": ["g"]},
        {"token_use": "id", "client_id": None, "cognito:groups": ["g"]},
        {"api/a"},
        {"g"},
    ),
}  # fmt: skip
MORE: dict[str, dict[str, Any]] = {
    "auth0": {"roles": (("https://app.test/roles",),)},
    "keycloak": {"client_id": "bigraph"},
}


@pytest.mark.parametrize("name", PROVIDERS)
async def test_its_access_token(issuer: TestIssuer, door_of: Callable[..., Door], name: str):
    """Scopes and roles from where this provider puts them."""
    kind, claims, _, scopes, roles = PROVIDERS[name]
    door = door_of(issuer.issuer(name, **MORE.get(name, {})))
    principal = await door.let_in(issuer.token(header={"typ": kind}, **claims))
    assert (principal.scopes, principal.roles) == (scopes, roles)


@pytest.mark.parametrize("name", PROVIDERS)
async def test_its_id_token(issuer: TestIssuer, door_of: Callable[..., Door], name: str):
    """It is for the client that signed in, even where the client is the API itself."""
    claims = PROVIDERS[name][2]
    door = door_of(issuer.issuer(name))
    with pytest.raises(TokenError, match="no access token") as refused:
        await door.let_in(issuer.token(header={"typ": "JWT"}, **claims))
    assert "access token" in (refused.value.hint or "")


@pytest.mark.parametrize("name", PROVIDERS)
async def test_a_token_for_another(issuer: TestIssuer, door_of: Callable[..., Door], name: str):
    """Whatever claim names the audience."""
    kind, claims, *_ = PROVIDERS[name]
    other = {key: "other" for key in ("aud", "azp", "client_id") if key in claims | {"aud": 1}}
    door = door_of(issuer.issuer(name))
    with pytest.raises(TokenError, match="audience"):
        await door.let_in(issuer.token(header={"typ": kind}, **claims | other))


async def test_roles_of_another_shape(issuer: TestIssuer, door_of: Callable[..., Door]):
    """Refused, not passed over: who has roles should not be taken for one without."""
    door = door_of(issuer.issuer("keycloak", client_id="bigraph"))
    for roles in ({"realm_access": ["r"]}, {"resource_access": {"bigraph": ["r"]}}):
        with pytest.raises(TokenError, match="access"):
            await door.let_in(
                issuer.token(header={"typ": "JWT"}, typ="Bearer", azp=AUDIENCE, **roles)
            )


async def test_a_role_may_have_spaces(issuer: TestIssuer, door: Door):
    """No part of its name is a role."""
    assert (await door.let_in(issuer.token(roles="fleet admin"))).roles == {"fleet admin"}
