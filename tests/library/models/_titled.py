"""What all that the library lends or shows has in common."""

from catalog import interface


@interface
class Titled:
    """Anything with a title."""

    title: str
