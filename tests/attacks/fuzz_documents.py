"""In charge of what is right before it is changed: operations of the market, with variables."""

from __future__ import annotations

from typing import Any, Final, NamedTuple


class Asked(NamedTuple):
    """A document, and the variables of its one operation."""

    text: str
    variables: dict[str, Any]


_ROW: Final = {
    "name": "Ada's",
    "number": 7,
    "kind": "FRUIT",
    "token": "3f333df6-90a4-4fda-8dd3-9485d27cee36",
    "rent": "12.50",
    "share": 0.25,
    "visits": "9007199254740993",
    "roofed": True,
    "opened": "2024-02-29",
    "opens": "08:30:00",
    "seenAt": "2024-02-29T08:30:00Z",
    "sign": "AAEC",
    "tags": ["a", "b"],
    "extra": {"a": [1, None]},
}
_FIELDS: Final = " ".join(["id", *_ROW])
_OPINION: Final = {
    "author": "Ada",
    "stars": 4,
    "paid": "3.20",
    "saidAt": "2024-02-29T08:30:00Z",
    "place": {"row": 3, "names": ["x"]},
    "places": [{"row": 1, "names": []}],
    "stallId": 1,
}

_REFUSED: Final = "... on WriteRefused { errors { __typename } }"

MARKET: Final = (
    Asked("{ __typename }", {}),
    Asked("query Q($n: Int = 5) { stalls(first: $n) { totalCount nodes { " + _FIELDS + " } } }",
          {"n": 3}),
    Asked("query ($where: StallFilter, $order: [StallOrder!]) { stalls(where: $where, "
          "orderBy: $order, first: 5) { edges { cursor node { name } } pageInfo { endCursor } } }",
          {"where": {"name": {"like": "A%"}, "number": {"in": [1, 2]}, "rent": {"gt": "1.5"},
                     "or": [{"opened": {"lt": "2024-01-01"}}, {"not": {"roofed": {"eq": True}}}],
                     "tags": {"some": {"eq": "a"}}, "seenAt": {"gte": "2024-01-01T00:00:00Z"},
                     "visits": {"ne": "3"}, "kind": {"eq": "TOOLS"}},
           "order": [{"number": "DESC"}, {"name": "ASC"}]}),
    Asked("{ stalls(first: 3) { nodes { wares(first: 2) { nodes { code cost stall { id } } } "
          "opinions(first: 2, orderBy: [{stars: DESC}]) { totalCount nodes { author place { row } "
          "stall { name } } } } } }", {}),
    Asked("{ a: stall(id: 1) { ...F } b: stallByName(name: \"Ada's\") { ...F } } "
          "fragment F on Stall { id name @include(if: true) kind }", {}),
    Asked("query ($id: ID!, $code: String!) { node(id: $id) { __typename nodeId } "
          "ware(code: $code, lot: 1) { lot } }", {"id": "U3RhbGw6MQ==", "code": "x"}),
    Asked("{ stalls { aggregate { count sum { number } avg { share } max { opened } } "
          "groupBy(by: [{kind: VALUE}, {opened: {unit: MONTH}}]) { key { kind opened } "
          "aggregate { count } } } }", {}),
    Asked("query ($s: String!) { stalls(where: {search: $s, opinions: {some: {stars: "
          "{gte: 3}}}}, first: 4) { nodes { name } } }", {"s": "tomato -rotten"}),
    Asked("query ($w: OpinionFilter) { opinions(where: $w, last: 3, orderBy: [{stall: {name: "
          "ASC}}]) { nodes { id paid saidAt places { row names } stall { rent } } } }",
          {"w": {"place": {"row": {"gt": 1}}, "stall": {"number": {"lt": 9}},
                 "paid": {"lte": "9.9"}, "author": {"in": ["Ada", "Bo"]}}}),
    Asked("query ($g: [Int!]!, $f: Float!) { weighed(grams: $g, factor: $f) }",
          {"g": [1, 2], "f": 1.5}),
    Asked('{ __schema { queryType { name } } __type(name: "Stall") { fields { name } } }', {}),
    Asked("mutation ($in: StallCreate!) { createStall(input: $in) { ... on StallWritten { stall { "
          + _FIELDS + " } } " + _REFUSED + " } }", {"in": _ROW}),
    Asked("mutation ($in: [StallCreate!]!) { upsertStalls(input: $in, conflict: "
          "{target: name, update: [number]}) { ... on StallListWritten { stalls { id name } } } }",
          {"in": [{"name": "Ada's", "number": 7}, {"name": "Bo", "number": 2}]}),
    Asked("mutation ($in: StallUpdate!) { updateStalls(where: {number: {lt: 9}}, input: $in) "
          "{ ... on StallListWritten { affected } " + _REFUSED + " } }",
          {"in": {"share": 0.5, "extra": None, "tags": ["q"], "opens": "09:00:00"}}),
    Asked("mutation ($in: WareCreate!) { upsertWare(input: $in, conflict: {target: codeAndLot}) "
          "{ ... on WareWritten { ware { code stall { name } } } } }",
          {"in": {"code": "c1", "lot": 1, "cost": "2"}}),
    Asked("mutation ($in: OpinionCreate!) { upsertOpinion(input: $in, conflict: {target: author}) "
          "{ ... on OpinionWritten { opinion { id author stars paid saidAt place { row names } } } "
          + _REFUSED + " } }", {"in": _OPINION}),
    Asked('mutation ($push: OpinionPush) { updateOpinionByAuthor(author: "Ada", input: {}, '
          "increment: {stars: 1}, push: $push) { ... on OpinionWritten { opinion { stars places "
          "{ row } } } } }", {"push": {"places": [{"row": 2}]}}),
    Asked("mutation { a: deleteStalls(where: {number: {gt: 500}}) { __typename } "
          'b: deleteOpinions(where: {author: {eq: "nobody"}}) { __typename } }', {}),
    Asked("subscription ($n: Int!) { rings(times: $n) }", {"n": 3}),
    Asked("query ($n: Int) { stalls(first: $n) { nodes @stream(initialCount: 1) { name ... @defer("
          'label: "later") { opinions(first: 2) { nodes { author } } } } } ... @defer { weighed('
          "grams: [1]) } }", {"n": 3}),
)  # fmt: skip
"""Of every kind that there is; nearly all are answered without an error."""

SAMPLE: Final = (
    Asked("{ __typename }", {}),
    Asked("query Q($id: Int!) { flight(id: $id) { id carrier origin depDelay timeHour } }",
          {"id": 1}),
    Asked("query ($in: [String!]) { airlines(where: {carrier: {in: $in}}, first: 3) "
          "{ totalCount nodes { carrier name } } }", {"in": ["UA", "AA"]}),
    Asked('{ a: airport(faa: "JFK") { ...F } } fragment F on Airport { name location '
          "{ altitude } }", {}),
    Asked("query ($n: ID!) { node(id: $n) { nodeId } }", {"n": "x"}),
)  # fmt: skip
"""Of the flights; all of it is soon found."""
