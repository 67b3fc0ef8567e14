"""In charge of SQLModel's subclasses of tables: SQLModel itself maps none of them.

Those that say by which value their rows are told are mapped here as SQLAlchemy would: into the
table of the class that they extend.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm.base import DEFAULT_MANAGER_ATTR
from sqlmodel import SQLModel

from catalog.errors import ModelError

_SAID = ("polymorphic_identity", "polymorphic_abstract")


def is_mapped(model: type) -> bool:
    """True for a class that SQLAlchemy knows."""
    return sa.inspect(model, raiseerr=False) is not None


def is_heir(model: type) -> bool:
    """True for a SQLModel class that extends a table and says which of its rows it stands for."""
    said = vars(model).get("__mapper_args__", {})
    return (
        issubclass(model, SQLModel)
        and not is_mapped(model)
        and any(name in said for name in _SAID)
        and any(is_mapped(base) or is_heir(base) for base in model.__mro__[1:])
    )


def map_heirs(models: Iterable[type]) -> None:
    """Maps those that are to be; raises ``ModelError`` for one that cannot share the table."""
    for model in sorted(filter(is_heir, models), key=lambda model: len(model.__mro__)):
        try:
            _map(model)
        except SQLAlchemyError as error:
            mend = "Declare only columns of its own, each nullable or with a default."
            reason = f"cannot share the table that it extends: {str(error).splitlines()[0]}"
            raise ModelError(model.__name__, None, reason.rstrip("."), mend=mend) from error


def _map(model: type) -> None:
    # SQLModel has made columns of all fields anew, and a table's name.
    for name, value in list(vars(model).items()):
        if isinstance(value, sa.Column) and any(name in vars(base) for base in model.__mro__[1:]):
            delattr(model, name)
    if "__tablename__" not in vars(model):
        setattr(model, "__tablename__", None)  # noqa: B010 (SQLModel says that it is a text)
    # As its parent was mapped, SQLAlchemy prepared this class, too, and takes that for a mapping.
    if DEFAULT_MANAGER_ATTR in vars(model):
        type.__delattr__(model, DEFAULT_MANAGER_ATTR)
    registry: Any = getattr(model, "_sa_registry")  # noqa: B009 (where SQLModel keeps it)
    registry.map_declaratively(model)
