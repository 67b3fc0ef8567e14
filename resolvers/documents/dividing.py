"""In charge of which fields are in a later part of an answer than what is around them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphql import FieldNode, GraphQLObjectType

from resolvers.documents.fields import Asked, Scope, asked_fields


class Dividing:
    """Reads selections of which ``@defer`` leaves some for later.

    A field is at once if one of those that ask for it is; what the others want of its value is not.
    """

    def __init__(self, info: Scope) -> None:
        self._info = info
        self._deferred: set[int] = set()
        """Nodes that are deferred, where others of their field are not."""

    def fields(
        self, kind: GraphQLObjectType, nodes: Sequence[FieldNode]
    ) -> Iterator[tuple[Asked, bool]]:
        """The fields below nodes, each with whether it is in a later part."""
        prompt = [node for node in nodes if id(node) not in self._deferred] or nodes
        below = asked_fields(self._info, kind, prompt, at_once=True)
        at_once = {asked.key: asked.place for asked in below}
        for asked in asked_fields(self._info, kind, nodes):
            there = at_once.get(asked.key)
            if there is not None:
                self._deferred |= asked.place - there
            yield asked, there is None
