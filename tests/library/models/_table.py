"""In charge of what the library's tables share: a registry apart from those of other tests."""

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import SQLModel


class Table(SQLModel, registry=registry(metadata=MetaData())):
    """The base of the library's tables."""
