"""Connections that last: WebSockets (graphql-transport-ws), and server-sent events."""
