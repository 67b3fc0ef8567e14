"""What a cold plan takes is measured of every shape that has a document."""

import pytest

import models
from benchmarks.cold import STAGES, Cold
from benchmarks.shapes import SHAPES
from catalog import catalog_of, models_in


@pytest.fixture(scope="module")
def cold() -> Cold:
    """The sample's graph."""
    return Cold(catalog_of(models_in(models)))


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_every_stage_of_a_cold_plan_is_measured(cold, shape):
    """The document is valid, and answered of rows alone; so each stage has something to do."""
    taken = cold.taken(shape, documents=1)
    assert len(taken) == len(STAGES)
    assert min(taken) > 0
