"""The issuer as openid-client sees it, a certified client of OpenID Connect."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from running import Running

HERE = Path(__file__).parent / "judge"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs node and npm"),
]


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The script with its libraries beside it, installed from their lock."""
    folder = tmp_path_factory.mktemp("judge")
    for name in ("package.json", "package-lock.json", "judge.mjs"):
        shutil.copy(HERE / name, folder)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=240)
    return folder / "judge.mjs"


def test_a_sign_in_by_openid_client(judge: Path, first: Running):
    """It takes what is right, and what it refuses, or is refused, is what it should be."""
    url = first.url()
    command = ["node", str(judge), url, "dispatcher"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
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
