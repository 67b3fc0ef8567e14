"""In charge of a migration as Python: what its steps are called, and how its file looks."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import Any, Final, cast

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext, render_python_code
from alembic.operations import MigrateOperation, ops
from alembic.runtime.migration import MigrationContext

from datasources.migrations.steps import (
    AddEnumLabel,
    CreateCollection,
    CreateCollectionIndex,
    CreateEnum,
    CreateView,
    DropCollection,
    DropCollectionIndex,
    DropView,
    RunCommand,
    SetValidator,
)

_FILE: Final = '''"""{message}"""

{imports}

revision = "{number}"
down_revision = {before}


def upgrade() -> None:
    """To what the models say."""
{steps}
'''
_IMPORTS: Final = {
    "sa": "import sqlalchemy as sa",
    "op": "from alembic import op",
    "postgresql": "from sqlalchemy.dialects import postgresql",
}
_WIDTH: Final = 96


def written(message: str, number: str, before: str | None, steps: ops.UpgradeOps) -> str:
    """The file of the migration ``number``, which follows ``before``."""
    body = textwrap.indent(_body(steps), "    ")
    used = (line for name, line in _IMPORTS.items() if re.search(rf"\b{name}\.", body))
    return _FILE.format(
        message=_as_docstring(message),
        imports="\n".join(used),
        number=number,
        before=f'"{before}"' if before else None,
        steps=body,
    )


def _as_docstring(message: str) -> str:
    text = message.strip().replace("\\", "\\\\").replace('"', "'")
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _body(steps: ops.UpgradeOps) -> str:
    context = MigrationContext.configure(dialect_name="postgresql")
    text = render_python_code(steps, migration_context=context)
    lines = [line for line in text.splitlines() if not line.strip().startswith("# ###")]
    return textwrap.dedent("\n".join(lines)).strip("\n")


def lines_of(steps: ops.UpgradeOps) -> Sequence[str]:
    """Each step as it is called, cut to a line."""
    texts = (_body(ops.UpgradeOps([step])) for step in each_of(steps))
    return tuple([textwrap.shorten(text, _WIDTH, placeholder=" …)") for text in texts])


def each_of(steps: Any) -> Sequence[MigrateOperation]:
    """The steps without the groups that Alembic puts them into."""
    inner = getattr(steps, "ops", None)
    return [steps] if inner is None else [step for each in inner for step in each_of(each)]


@renderers.dispatch_for(CreateCollection)
def _create_collection(_: AutogenContext, step: CreateCollection) -> str:
    return f"op.create_collection({step.name!r})"


@renderers.dispatch_for(DropCollection)
def _drop_collection(_: AutogenContext, step: DropCollection) -> str:
    return f"op.drop_collection({step.name!r})"


@renderers.dispatch_for(SetValidator)
def _set_validator(_: AutogenContext, step: SetValidator) -> str:
    return f"op.set_validator({step.name!r}, {_value(step.schema, _WIDTH - 30)})"


@renderers.dispatch_for(CreateCollectionIndex)
def _create_index(_: AutogenContext, step: CreateCollectionIndex) -> str:
    options = {name: value for name, value in step.spec.items() if name not in ("key", "v")}
    told = "".join(f", {name}={value!r}" for name, value in options.items() if name.isidentifier())
    odd = {name: value for name, value in options.items() if not name.isidentifier()}
    more = f", **{odd!r}" if odd else ""
    return f"op.create_collection_index({step.collection!r}, {step.spec['key']!r}{told}{more})"


@renderers.dispatch_for(DropCollectionIndex)
def _drop_index(_: AutogenContext, step: DropCollectionIndex) -> str:
    return f"op.drop_collection_index({step.collection!r}, {step.name!r})"


@renderers.dispatch_for(RunCommand)
def _run_command(_: AutogenContext, step: RunCommand) -> str:
    return f"op.run_command({_value(step.command)})"


@renderers.dispatch_for(CreateEnum)
def _create_enum(_: AutogenContext, step: CreateEnum) -> str:
    schema = f", schema={step.schema!r}" if step.schema else ""
    return f"op.create_enum({step.name!r}, {list(step.labels)!r}{schema})"


@renderers.dispatch_for(AddEnumLabel)
def _add_enum_label(_: AutogenContext, step: AddEnumLabel) -> str:
    schema = f", schema={step.schema!r}" if step.schema else ""
    return f"op.add_enum_label({step.name!r}, {step.label!r}, after={step.after!r}{schema})"


@renderers.dispatch_for(CreateView)
def _create_view(_: AutogenContext, step: CreateView) -> str:
    schema = f", schema={step.schema!r}" if step.schema else ""
    plain = not set("\"'\\") & set(step.definition)
    definition = f'"""{step.definition}"""' if plain else repr(step.definition)
    return f"op.create_view({step.name!r}, {definition}{schema})"


@renderers.dispatch_for(DropView)
def _drop_view(_: AutogenContext, step: DropView) -> str:
    schema = f", schema={step.schema!r}" if step.schema else ""
    return f"op.drop_view({step.name!r}{schema})"


def _value(value: Any, room: int = _WIDTH) -> str:
    """A value as Python writes it, over as many lines as it needs."""
    flat = repr(value)
    if len(flat) <= room or not value or not isinstance(value, (dict, list)):
        return flat
    if isinstance(value, dict):
        named = cast("dict[str, Any]", value).items()
        inner, around = [f"{key!r}: {_value(item, room - 4)}" for key, item in named], "{}"
    else:
        inner, around = [_value(item, room - 4) for item in cast("list[Any]", value)], "[]"
    held = textwrap.indent(",\n".join(inner), "    ")
    return f"{around[0]}\n{held},\n{around[1]}"
