"""MongoDB as a data source: reads become one aggregate command, replies become records."""

from datasources.mongo.client import client_of, database_of
from datasources.mongo.source import MongoSource

__all__ = ["MongoSource", "client_of", "database_of"]
