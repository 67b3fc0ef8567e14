"""In charge of oidc-provider as an independent judge, and of servers that sign in with it."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpx

from tests.running import Running, eventually

PEOPLE = json.loads((Path(__file__).parent / "crew" / "people.json").read_text("utf-8"))
AUDIENCE = "https://api.test"
SECRET = "a secret/of+ours, with: all sorts"


class Judge:
    """oidc-provider, as a process of its own, with one client: a server at this origin."""

    def __init__(self, folder: Path, url: str, origin: str, said: Path, *, seconds: int) -> None:
        self.url = url
        self._said = said
        told = {
            "url": url,
            "audience": AUDIENCE,
            "seconds": seconds,
            "client": {
                "client_id": "bigraph",
                "client_secret": SECRET,
                "redirect_uris": [f"{origin}/auth/callback"],
                "post_logout_redirect_uris": [f"{origin}/"],
                "backchannel_logout_uri": f"{origin}/auth/backchannel-logout",
                "backchannel_logout_session_required": True,
                "grant_types": ["authorization_code", "refresh_token"],
                "response_types": ["code"],
            },
            "people": {
                person["subject"]: {
                    "name": person["name"],
                    "roles": person["roles"],
                    "permissions": person.get("scopes", []),
                    **person.get("claims", {}),
                }
                for person in PEOPLE
            },
        }
        with said.open("wb") as file:
            self._process = subprocess.Popen(
                ["node", "judge.mjs", json.dumps(told)], cwd=folder, stdout=file, stderr=file
            )

    def __enter__(self) -> Self:
        assert eventually(lambda: "ready" in self.said), self.said
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(30)

    @property
    def said(self) -> str:
        """What it did so far."""
        return self._said.read_text("utf-8")

    def issuers(self) -> str:
        """The setting of a server that signs in with it."""
        issuer = {
            "url": self.url,
            "audience": AUDIENCE,
            "scopes": ["permissions"],
            "client_id": "bigraph",
            "client_secret": SECRET,
            "login": True,
            "login_scopes": ["openid", "profile"],
            "login_parameters": {"resource": AUDIENCE},
        }
        return json.dumps([issuer])


class Person:
    """Somebody at a browser, who fills in the judge's forms."""

    def __init__(self, *servers: Running) -> None:
        self.http = httpx.AsyncClient(timeout=30)
        self.urls = [server.url() for server in servers]
        self._secure = {urlsplit(url).netloc for url in self.urls}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def visit(self, url: str, **form: str) -> httpx.Response:
        """Follow wherever an address leads, up to a page."""
        request = self.http.build_request("POST" if form else "GET", url, data=form or None)
        for _ in range(20):
            answer = await self.http.send(self._with_cookies(request))
            if not answer.has_redirect_location:
                return answer
            request = self.http.build_request("GET", urljoin(url, answer.headers["location"]))
            url = str(request.url)
        raise AssertionError(f"no end to {url}")

    async def fill_in(self, page: httpx.Response, **values: str) -> httpx.Response:
        """Send the form of a page, with these values beside those that it has."""
        action = re.search(r'<form[^>]* action="([^"]+)"', page.text)
        assert action, page.text
        hidden = re.findall(
            r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text.replace("'", '"')
        )
        return await self.visit(urljoin(str(page.url), action[1]), **dict(hidden), **values)

    async def sign_in(self, name: str) -> httpx.Response:
        """All of it; the page at which it ends."""
        page = await self.visit(f"{self.urls[0]}/auth/login?return_to=/health/live")
        if "login" in page.text:
            page = await self.fill_in(page, login=name, password="any")
        return await self.fill_in(page)

    async def asked(self, path: str, server: int = 0, **body: Any) -> httpx.Response:
        """What a page of ours asks of a server."""
        headers = {"graphql-preflight": "1"}
        method = "POST" if body or path == "/auth/logout" else "GET"
        url = f"{self.urls[server]}{path}"
        request = self.http.build_request(method, url, json=body or None, headers=headers)
        return await self.http.send(self._with_cookies(request))

    def _with_cookies(self, request: httpx.Request) -> httpx.Request:
        """Cookies know hosts, not ports, as in a browser, which sends Secure ones on loopback."""
        if request.url.netloc.decode() in self._secure:
            pairs = [f"{each.name}={each.value}" for each in self.http.cookies.jar if each.secure]
            request.headers["cookie"] = "; ".join(pairs)
        return request
