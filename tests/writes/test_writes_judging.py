"""In charge of which models have something to say of values, besides their types."""

from typing import Annotated, Any, ClassVar

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from catalog import Access, anyone, catalog_of
from resolvers.writes.judging import Judge
from resolvers.writes.values import Refusals


def judged(*, text: Any = str, config: ConfigDict | None = None) -> Any:
    """What becomes of a text with spaces around it; a list of refusals if it will not do."""
    said = {
        "__annotations__": {"id": int, "text": text, "__access__": ClassVar[Access]},
        "id": Field(alias="_id"),
        "__access__": Access(read=anyone, create=anyone),
        "__collection__": "things",
        "__module__": __name__,
        "model_config": config or ConfigDict(),
    }
    entity = catalog_of([type("Thing", (BaseModel,), said)])["Thing"]
    amiss = Refusals()
    values = Judge(entity).values({"id": 1, "text": " a "}, ("input",), amiss, new=True).values
    return "refused" if len(amiss) else values["text"]


@pytest.mark.parametrize(
    ("said", "became"),
    [
        ({}, " a "),
        ({"text": str | None}, " a "),
        ({"text": Annotated[str, Field(max_length=2)]}, "refused"),
        ({"text": Annotated[str, AfterValidator(str.strip)]}, "a"),
        ({"text": Annotated[str | None, AfterValidator(str.upper)]}, " A "),
        ({"config": ConfigDict(str_strip_whitespace=True)}, "a"),
        ({"config": ConfigDict(str_max_length=2)}, "refused"),
        ({"config": ConfigDict(extra="forbid")}, " a "),
    ],
)
def test_whatever_a_model_asks_for_is_asked(said, became):
    """Only one that asks for types alone is not: GraphQL has seen to those."""
    assert judged(**said) == became
