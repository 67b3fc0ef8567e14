"""In charge of the answers to reads, out of the documents that one command gave. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from catalog.entity import Catalog
from catalog.query import Answer, Key, Read, Record
from datasources.mongo.pipelines import KEY, ROWS, TOTAL, Command, is_rows_only
from datasources.mongo.records import Document, record_decoder

Decode = Callable[[Document], Record]


def answers_of(
    catalog: Catalog, reads: Sequence[Read], command: Command | None, documents: Sequence[Document]
) -> list[Mapping[Key, Answer]]:
    """Each read's answers by key, in the order of the reads; every key of a batch has one."""
    decoders = [record_decoder(catalog, r.entity, r.fields, r.joins) for r in reads]
    if is_rows_only(reads):
        return [{(): Answer([decoders[0](document) for document in documents])}]
    keyed = [document for document in documents if KEY in document]
    plain = [document for document in documents if KEY not in document]
    keys = command.keys if command else ((),) * len(reads)
    return [
        _batch_answers(read, at, decode, keys[at], keyed)
        if read.batch
        else {(): _plain_answer(read, at, decode, plain)}
        for at, (read, decode) in enumerate(zip(reads, decoders, strict=True))
    ]


def _plain_answer(read: Read, at: int, decode: Decode, documents: Sequence[Document]) -> Answer:
    rows, total = f"{ROWS}{at}", f"{TOTAL}{at}"
    return Answer(
        [decode(document[rows]) for document in documents if rows in document],
        total=_total(read, total, [document for document in documents if total in document]),
    )


def _batch_answers(
    read: Read, at: int, decode: Decode, keys: Sequence[Key], documents: Sequence[Document]
) -> dict[Key, Answer]:
    rows, total = f"{ROWS}{at}", f"{TOTAL}{at}"
    none = Answer(total=_total(read, total, ()))
    answers: dict[Key, Answer] = dict.fromkeys(read.batch.keys if read.batch else (), none)
    # Other batches may have more keys, and so more documents.
    for document in documents:
        place: int = document[KEY]
        if place < len(keys):
            answers[keys[place]] = Answer(
                [decode(row) for row in document.get(rows, ())],
                total=_total(read, total, document.get(total, ())),
            )
    return answers


def _total(read: Read, name: str, counts: Sequence[Mapping[str, Any]]) -> int | None:
    """Counting no rows gives no document."""
    if not read.total:
        return None
    return counts[0][name] if counts else 0


def count_rows(reads: Sequence[Read], documents: Sequence[Document]) -> int:
    """How many rows the documents of a command hold."""
    if is_rows_only(reads):
        return len(documents)
    names = [f"{ROWS}{at}" for at in range(len(reads))]
    found = (document[name] for document in documents for name in names if name in document)
    return sum(len(cast("list[Any]", rows)) if isinstance(rows, list) else 1 for rows in found)
