"""In charge of making models that cannot be served, and of what they are refused with."""

from typing import Any

import pytest
from pydantic import BaseModel

from catalog import ModelError, catalog_of
from catalog.declare import Declared


def refusal(*models: type | Declared) -> str:
    """The whole message with which these models are refused."""
    with pytest.raises(ModelError) as refused:
        catalog_of(models)
    assert refused.value.code == "MODEL_INVALID"
    return str(refused.value)


def document(model: str = "Item", /, **members: Any) -> type[BaseModel]:
    """A document class with these fields, and with these dunder attributes."""
    fields = {name: kind for name, kind in members.items() if not name.startswith("__")}
    said = {name: value for name, value in members.items() if name.startswith("__")}
    namespace = {"__annotations__": fields, "__module__": __name__, "__collection__": "items"}
    return type(BaseModel)(model, (BaseModel,), namespace | said)
