"""The issuer as openid-client sees it, a certified client of OpenID Connect."""

from collections.abc import Callable
from pathlib import Path

from running import Running

from tests.npm import NEEDS_NODE, Workshop

HERE = Path(__file__).parent / "judge"

pytestmark = NEEDS_NODE


async def test_a_sign_in_by_openid_client(workshop: Callable[[Path], Workshop], first: Running):
    """It takes what is right, and what it refuses, or is refused, is what it should be."""
    url = first.url()
    said = await workshop(HERE).told("judge.mjs", url, "dispatcher")
    claims, access = said.pop("claims"), said.pop("access")
    assert (claims["sub"], claims["airline"]) == ("dispatcher", "UA")
    assert (access["sub"], access["roles"]) == ("dispatcher", ["dispatcher"])
    assert said.pop("refreshed")["sid"] == claims["sid"]
    assert 200 < said.pop("expires") <= 300  # the client counts its seconds down
    assert said == {
        "replayedCode": "invalid_grant",
        "endedByIt": "invalid_grant",
        "otherVerifier": "invalid_grant",
        "withoutIssuer": "OAUTH_INVALID_RESPONSE",
        "otherNonce": "OAUTH_JWT_CLAIM_COMPARISON_FAILED",
        "noPrompt": "login_required",
        "left": f"{url}/?state=left",
    }
