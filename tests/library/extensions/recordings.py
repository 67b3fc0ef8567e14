"""Fields of recordings, whatever they are recorded on."""

import strawberry

from schema import extends, requires
from tests.library.models._titled import Titled
from tests.library.models.recording import Recording


@extends(Recording)
class Playing:
    """What the listening room asks of a recording."""

    @strawberry.field(description="The title, and on what it is.")
    @requires("title", "medium")
    def label(self) -> str:
        """Every kind has it."""
        return f"{self.title} ({self.medium})"


@extends(Titled)
class Spine:
    """What is written on the back of anything with a title."""

    @strawberry.field(description="The title's first letter.")
    @requires("title")
    def initial(self) -> str:
        """Of entities of both stores."""
        return self.title[:1]
