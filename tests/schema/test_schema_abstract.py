"""Interfaces and unions in the schema, as a client sees them."""

from graphql import is_interface_type, is_union_type


def _names(kinds):
    return sorted(kind.name for kind in kinds)


def test_interfaces_and_who_implements_them(graph):
    """Kinds of rows implement what they extend, and all of it `Node`."""
    for name, possible in {
        "Recording": ["Disc", "Film", "PlainAudio"],
        "Audio": ["Disc", "PlainAudio"],
        "Event": ["Exhibition", "Lecture"],
        "Titled": ["Book", "Disc", "Exhibition", "Film", "Lecture", "PlainAudio"],
    }.items():
        kind = graph.type_map[name]
        assert is_interface_type(kind)
        assert _names(graph.get_possible_types(kind)) == possible
        assert graph.is_sub_type(graph.type_map["Node"], kind)
    assert _names(graph.type_map["Disc"].interfaces) == ["Audio", "Node", "Recording", "Titled"]
    assert _names(graph.type_map["Audio"].interfaces) == ["Node", "Recording", "Titled"]


def test_fields_of_interfaces(fields):
    """What all kinds have, user's fields too; the tag of a kind is there for sure."""
    assert list(fields("Titled")) == ["nodeId", "title", "initial"]
    assert {"medium", "author", "shelf", "label", "initial"} <= fields("Recording").keys()
    assert "tracks" not in fields("Recording")
    assert fields("Disc").keys() == fields("Audio").keys() | {"layers"}
    assert (fields("Event")["kind"], fields("Lecture")["kind"]) == ("String!", "String!")


def test_what_may_be_of_an_unknown_kind_may_be_null(fields):
    """So that one such row costs no other."""
    assert fields("RecordingConnection")["nodes"] == "[Recording]!"
    assert fields("RecordingEdge")["node"] == "Recording"
    assert fields("FilmConnection")["nodes"] == "[Film!]!"
    assert fields("Review")["exhibits"] == "[Exhibit]"


def test_unions_and_their_filters(graph, fields):
    """By the tag, and by each member's own filter."""
    union = graph.type_map["Exhibit"]
    assert is_union_type(union)
    assert _names(union.types) == ["Photo", "Quote"]
    assert fields("ExhibitFilter") == {
        "kind": "StringFilter", "photo": "PhotoFilter", "quote": "QuoteFilter",
        "isNull": "Boolean", "and": "[ExhibitFilter!]", "or": "[ExhibitFilter!]",
        "not": "ExhibitFilter",
    }  # fmt: skip
    assert fields("ReviewFilter")["exhibits"] == "ExhibitListFilter"
