"""MongoDB as a data source: reads become one aggregate command, replies become records."""

from importlib import import_module

from telemetry.imports import without

# It checks certificates by OCSP where all that this takes is installed, which it finds out last.
with without("cryptography", unless="service_identity"):
    import_module("pymongo")  # which takes 8 MB less of each process

from datasources.mongo.client import client_of, database_of
from datasources.mongo.pooling import PoolWatch
from datasources.mongo.source import MongoSource

__all__ = ["MongoSource", "PoolWatch", "client_of", "database_of"]
