"""`python server.py explain`: how a query would be answered, said without any database."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from console import explained
from edge.explain import ExplainError
from server import print_explanation
from settings import Settings

ROOT = Path(__file__).parents[2]
QUERY = """query Late($carrier: String!) {
  flights(where: {carrier: {eq: $carrier}, weather: {visibility: {lt: 1}}}, first: 3) {
    totalCount aggregate { count } nodes { onTime plane { lastFlight { airline { name } } } } }
  airport(faa: "JFK") { name departures(first: 2) { nodes { id } } }
  __schema { queryType { name } } }"""


@pytest.fixture
def explain(monkeypatch, capsys):
    """Explains a query of the sample, with no database to reach; gives what is printed."""

    def run(query="-", file=None, variables="{}", operation=None, stdin=""):
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        asked = explained(query, file, variables, operation)
        assert print_explanation(Settings(_env_file=None), asked) == 0  # type: ignore[call-arg]
        return capsys.readouterr().out

    return run


def test_forms_plans_and_calls(explain):
    """Of each root field; what is filtered by the other store is read from there first."""
    printed = explain(QUERY, variables='{"carrier": "UA"}')
    flights, airport, schema = printed.split("\n# ")
    assert flights.startswith("# flights: resolvers\n")
    assert "carrier eq 'UA' and some weather" in flights
    assert "! Flight.onTime: called" in flights
    assert "! Plane.lastFlight: awaited\n  > airline:" in flights
    calls = [part.split("\n", 1) for part in flights.split("\n-- ")[1:]]
    assert [store for store, _ in calls] == ["mongo", "postgres", "postgres"]
    assert '"aggregate": "weather"' in calls[0][1]
    assert calls[1][1].count(";\n") == 2  # the rows with their total, and the aggregate
    assert "FROM airline" in calls[2][1]
    assert airport.startswith("airport: rows\n")
    assert "> departures:" in airport
    assert [part[:8] for part in airport.split("\n-- ")[1:]] == ["mongo\n{\n", "postgres"]
    assert schema.startswith("__schema: standard, introspection: ")


def test_from_a_file_or_the_standard_input(explain, tmp_path):
    """The same is said."""
    path = tmp_path / "query.graphql"
    path.write_text("{ a: airlines { nodes { name } } }")
    from_file = explain(file=str(path))
    assert from_file == explain(stdin=path.read_text())
    assert from_file.startswith("# a (airlines): rows\n")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"query": "{ nope }"}, "Cannot query field 'nope' on type 'Query'. Did you mean"),
        ({"query": "mutation { deleteNotes(where: {}) { __typename } }"}, "Only a query can be"),
        ({"query": "{"}, "Syntax Error: Expected Name, found <EOF>. (line 1, column 2)"),
        ({"query": QUERY}, "Variable '$carrier' has invalid value"),
        ({"query": QUERY, "variables": "{"}, "What to explain cannot be read: "),
        ({"query": QUERY, "variables": "[]"}, "--variables is no JSON object."),
        ({"file": "/nowhere"}, "What to explain cannot be read: "),
        ({"query": "query A { __typename } query B { __typename }"}, "Name one of the document's"),
        ({"query": QUERY, "operation": "Early"}, "Name one of the document's operations: Late."),
    ],
)
def test_bad_input_is_one_line(explain, asked, said):
    """It says what is amiss, and where."""
    with pytest.raises(ExplainError) as refused:
        explain(**asked)
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)


@pytest.mark.slow
def test_as_a_command():
    """What it prints goes to the standard output; what is amiss is told, and is the status."""
    command = [sys.executable, "server.py", "explain"]
    for query, status in (("{ airlines { nodes { name } } }", 0), ("{ nope }", 1)):
        done = subprocess.run(
            [*command, query], cwd=ROOT, text=True, capture_output=True, timeout=30, check=False
        )
        assert done.returncode == status
        assert done.stdout.startswith("# airlines: rows\n") is (status == 0)
        assert done.stderr.count("\n") == status


def test_what_cannot_be_honoured_is_left_to_graphql_core(explain):
    """With the reason."""
    printed = explain("{ flights(first: -1) { nodes { id } } }")
    assert printed == ("# flights: standard, input: first is -1, but must not be negative.\n")
