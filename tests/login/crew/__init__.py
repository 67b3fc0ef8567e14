"""Turns of duty, of which three people see different ones: a graph to sign in to."""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field, SQLModel

from catalog import Access, authenticated, claim, roles, rows, scopes


class Duty(SQLModel, table=True):
    """A turn of duty."""

    __access__: ClassVar = Access(
        read=authenticated & rows({"airline": {"eq": claim("airline")}}) | scopes("fleet:read"),
        fields={"pay": roles("admin")},
    )

    id: int = Field(primary_key=True)
    airline: str
    pay: int
