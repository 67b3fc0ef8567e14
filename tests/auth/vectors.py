"""In charge of all forgeries of one algorithm: the verifier and the server are tried with them.

They are of the kinds that Wycheproof's vectors for JSON web signatures try, and of some more.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from forging import (
    Forgery,
    by_another_algorithm,
    everybodys_secret,
    misspelt,
    of_ones_own,
    signed_as,
    taken_apart,
    text_of,
    unsigned,
)
from forging_numbers import (
    Owner,
    bad_points,
    bad_scalars,
    badly_padded,
    badly_salted,
    quick_key,
    well_salted,
)
from issuing import new_key
from joserfc.jwk import Key

from auth.algorithms import RSA


@cache
def owned(algorithm: str) -> Key:
    """The key of whoever may sign."""
    return quick_key("mine") if algorithm in RSA else new_key("mine", algorithm)


def published(algorithm: str) -> dict[str, Any]:
    """The key as everybody sees it, for this algorithm alone."""
    return dict(owned(algorithm).as_dict(private=False)) | {"alg": algorithm}


def well_signed(algorithm: str, claims: dict[str, Any]) -> str:
    """A token that is good."""
    return signed_as(owned(algorithm), algorithm, text_of(_header(algorithm), claims))


def well_salted_ones(algorithm: str, claims: dict[str, Any]) -> list[str]:
    """Tokens with odd salts, which are good."""
    text = text_of(_header(algorithm), claims)
    return [token for _, token in well_salted(Owner(owned(algorithm)), algorithm, text)]


def forgeries(algorithm: str, claims: dict[str, Any], url: str) -> dict[str, list[Forgery]]:
    """By what their refusal says; "" if that differs. At the URL the forger has keys."""
    key, header = owned(algorithm), _header(algorithm)
    good = well_signed(algorithm, claims)
    return {
        "": [
            *taken_apart(good, header),
            *misspelt(key, algorithm, good),
            *unsigned(header, claims),
            *of_ones_own(algorithm, header, claims, url),
            *by_another_algorithm(key, algorithm, header, claims),
        ],
        "algorithm": [*everybodys_secret(key, header, claims)],
        "signature": [*_by_numbers(algorithm, text_of(header, claims))],
    }


def _header(algorithm: str) -> dict[str, Any]:
    return {"alg": algorithm, "typ": "at+jwt", "kid": "mine"}


def _by_numbers(algorithm: str, text: str) -> Iterator[Forgery]:
    key = owned(algorithm)
    match algorithm[:2]:
        case "RS":
            yield from badly_padded(Owner(key), algorithm, text)
        case "PS":
            yield from badly_salted(Owner(key), algorithm, text)
        case "ES":
            yield from bad_points(key, algorithm, text)
        case _:
            yield from bad_scalars(key, text)
