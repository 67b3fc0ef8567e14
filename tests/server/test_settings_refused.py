"""What settings say that cannot be followed: which, and why."""

from typing import Any

import pytest
from pydantic import ValidationError

from settings import Settings


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"forwarded_allow_ips": "balancer"}, "'balancer' is no address and no network"),
        ({"forwarded_allow_ips": "10.0.0.1, 10.0.0.0/33"}, "'10.0.0.0/33' is no address"),
        ({"forwarded_allow_ips": "10.0.0.1,*"}, "'*' is no address"),
        ({"issuers": "auth0"}, "it is no JSON: Expecting value"),
        ({"rate_operations": "Report=3"}, "it is no JSON"),
    ],
)
def test_what_cannot_be_followed(given: dict[str, Any], said: str) -> None:
    """One line, that names what is wrong."""
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, **given)  # type: ignore[call-arg]
    [problem] = refused.value.errors()
    assert said in problem["msg"]


@pytest.mark.parametrize("given", ["*", "10.0.0.1,10.1.0.0/16, ::1", "", "fd00::/8"])
def test_proxies_that_can_be_believed(given: str) -> None:
    """Addresses and networks of both kinds, all, or none."""
    settings = Settings(_env_file=None, forwarded_allow_ips=given)  # type: ignore[call-arg]
    assert settings.forwarded_allow_ips == given
