"""GraphiQL, the page where a developer explores the graph, served whole from our own files."""

from edge.graphiql.page import Example, routes

__all__ = ["Example", "routes"]
