"""In charge of the answers to reads, out of the documents that one command gave. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, islice
from typing import Any, cast

from catalog.query import Answer, Key, Read, Record
from catalog.summary import Summary
from datasources.mongo.pipelines import KEY, ROWS, TOTAL, Command, is_rows_only
from datasources.mongo.reading import Decode
from datasources.mongo.records import Document


def answers_of(
    reads: Sequence[Read | Summary],
    decoders: Sequence[Decode],
    command: Command | None,
    documents: Sequence[Document],
) -> list[Mapping[Key, Answer]]:
    """Each read's answers by key, in the order of the reads; every key of a batch has one.

    ``decoders`` make the records of each.
    """
    if is_rows_only(reads):
        return [{(): _answer(reads[0], decoders[0](documents), ())}]
    keyed = [document for document in documents if KEY in document]
    plain = [document for document in documents if KEY not in document]
    keys = command.keys if command else ((),) * len(reads)
    return [
        _batch_answers(read, at, decode, keys[at], keyed)
        if read.batch
        else {(): _plain_answer(read, at, decode, plain)}
        for at, (read, decode) in enumerate(zip(reads, decoders, strict=True))
    ]


def _plain_answer(
    read: Read | Summary, at: int, decode: Decode, documents: Sequence[Document]
) -> Answer:
    rows, total = f"{ROWS}{at}", f"{TOTAL}{at}"
    return _answer(
        read,
        decode(document[rows] for document in documents if rows in document),
        [document[total] for document in documents if total in document],
    )


def _answer(read: Read | Summary, rows: Sequence[Record], totals: Sequence[int]) -> Answer:
    """Counting no rows gives no document, and neither does a group of none."""
    if isinstance(read, Summary):
        return Answer(rows) if rows else read.nothing
    return Answer(rows, (totals[0] if totals else 0) if read.total else None)


def _batch_answers(
    read: Read | Summary,
    at: int,
    decode: Decode,
    keys: Sequence[Key],
    documents: Sequence[Document],
) -> dict[Key, Answer]:
    rows, total = f"{ROWS}{at}", f"{TOTAL}{at}"
    answers = dict.fromkeys(read.batch.keys if read.batch else (), read.nothing)
    # Other batches may have more keys, and so more documents.
    found = [document for document in documents if document[KEY] < len(keys)]
    listed: list[Sequence[Document]] = [document.get(rows, ()) for document in found]
    records = iter(decode(chain.from_iterable(listed)))
    for document, some in zip(found, listed, strict=True):
        place: int = document[KEY]
        answers[keys[place]] = _answer(
            read,
            list(islice(records, len(some))),
            [count[total] for count in document.get(total, ())],
        )
    return answers


def count_rows(reads: Sequence[Read | Summary], documents: Sequence[Document]) -> int:
    """How many rows the documents of a command hold."""
    if is_rows_only(reads):
        return len(documents)
    names = [f"{ROWS}{at}" for at in range(len(reads))]
    found = (document[name] for document in documents for name in names if name in document)
    return sum(len(cast("list[Any]", rows)) if isinstance(rows, list) else 1 for rows in found)
