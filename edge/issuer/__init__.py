"""The development issuer: a small OpenID provider without passwords, for this machine only."""

from edge.issuer.own import OwnIssuer, remembered
from edge.issuer.people import PeopleError, Person, people_in

__all__ = ["OwnIssuer", "PeopleError", "Person", "people_in", "remembered"]
