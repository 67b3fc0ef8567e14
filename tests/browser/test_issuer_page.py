"""The development issuer's page in a real Chromium, which holds it to its own protection."""

import base64
import hashlib
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from tests.browser.chromium import Chromium

pytestmark = pytest.mark.slow

VERIFIER = "v" * 43


@pytest.fixture
def address(server_url: str) -> str:
    """The page, as a client has the browser open it."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
    query = {
        "response_type": "code",
        "client_id": "bigraph",
        "redirect_uri": f"{server_url}/auth/callback",
        "scope": "openid",
        "state": "<b>&",
        "code_challenge": challenge.rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return f"{server_url}/issuer/authorize?{urlencode(query)}"


def led_back(chromium: Chromium, server_url: str) -> dict[str, list[str]]:
    """What the browser takes to the client, once it is led there."""
    path = "/auth/callback"
    chromium.until(lambda: path in chromium.driver.current_url or None, "the way back")
    assert chromium.driver.current_url.startswith(f"{server_url}{path}?")
    return parse_qs(urlsplit(chromium.driver.current_url).query)


def test_one_click_signs_in(
    chromium: Chromium, server_url: str, address: str, screenshot: Path
) -> None:
    """As the one whose button it is; the code is good."""
    chromium.driver.get(address)
    chromium.wait_for("dd", '"UA"')
    assert chromium.driver.save_screenshot(str(screenshot))
    assert chromium.console_errors() == []
    chromium.click("button", "dispatcher")
    answer = led_back(chromium, server_url)
    assert answer["state"] == ["<b>&"]
    form = {
        "grant_type": "authorization_code",
        "client_id": "bigraph",
        "code": answer["code"][0],
        "redirect_uri": f"{server_url}/auth/callback",
        "code_verifier": VERIFIER,
    }
    assert httpx.post(f"{server_url}/issuer/token", data=form).status_code == 200


def test_somebody_else_by_the_form(chromium: Chromium, server_url: str, address: str) -> None:
    """What is wrong in it is said on the page, and can be mended there."""
    chromium.driver.get(address)
    chromium.click("summary")
    chromium.wait_for("input[name=subject]").send_keys("zoe")
    chromium.wait_for("textarea").send_keys("[")
    chromium.click("details button")
    chromium.wait_for(".problem", "JSON")
    chromium.wait_for("input[name=subject]").send_keys("zoe")
    chromium.click("details button")
    assert "code" in led_back(chromium, server_url)


def test_nobody_by_the_last_button(chromium: Chromium, server_url: str, address: str) -> None:
    """The client is told."""
    chromium.driver.get(address)
    chromium.click("button.plain")
    assert led_back(chromium, server_url)["error"] == ["access_denied"]
