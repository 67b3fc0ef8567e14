"""Times the way from an empty clone to the first answer, and the second start.

    python benchmarks/start.py [--cold]

Clones this repository into a folder of its own (a space in its path), runs `make serve` twice, and
prints the seconds of each step. With --cold, uv's cache is empty as well, so that everything is
downloaded. Needs what `make serve` needs, and git.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[1]
QUESTION = "{ flights(first: 1) { nodes { originAirport { name } plane { model } } } }"
PATIENCE = 600  # seconds


def main() -> None:
    """Prints one line a step."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--cold", action="store_true", help="with an empty cache of packages")
    cold = options.parse_args().cold
    with tempfile.TemporaryDirectory(prefix="bigraph start ") as name:
        clone, environment = Path(name) / "clone", dict(os.environ)
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        if cold:
            environment |= {"UV_CACHE_DIR": f"{name}/cache", "PIP_NO_CACHE_DIR": "1"}
        for title in ("first start", "second start"):
            answered, stopped = served_once(clone, environment)
            print(f"{title:13} answers after {answered:5.1f} s, stopped within {stopped:4.1f} s")


def served_once(clone: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Seconds until the first answer, and from the signal to the end."""
    said, began = clone.parent / "said", time.monotonic()
    with said.open("wb") as file:
        serving = subprocess.Popen(
            ["make", "serve", "ARGS=--port 0"],
            cwd=clone,
            env=environment,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        url = address_in(said, serving)
        body = json.dumps({"query": QUESTION}).encode()
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(url, body, headers)  # noqa: S310 (our own, on loopback)
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            told = json.load(answer)
        answered = time.monotonic()
        if "errors" in told:
            raise SystemExit(told)
    finally:
        os.killpg(serving.pid, signal.SIGTERM)
        serving.wait(60)
    return answered - began, time.monotonic() - answered


def address_in(said: Path, serving: subprocess.Popen[bytes]) -> str:
    """Where GraphQL is, once the server says so."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and serving.poll() is None:
        if found := re.search(r"GraphQL is at +(\S+)", said.read_text("utf-8")):
            return found[1]
        time.sleep(0.05)
    raise SystemExit(said.read_text("utf-8"))


if __name__ == "__main__":
    main()
