"""What has a name, whichever store it lies in."""

from catalog import interface


@interface
class Named:
    """A company or a place with a name."""

    name: str
