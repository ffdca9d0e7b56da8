"""What hangs on an event, for models that read one event."""

import numpy as np
import pytest

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data import Histories
from mtrec_lib.evaluation import influence


class Last:
    """After an item comes the same again, for certain; after nothing the first."""

    name = "last"

    def scores(self, histories):
        return np.eye(5)[np.maximum(histories.last(1)[:, 0] - 2, 0)]


PASTS = Histories.from_lists([[2, 3, 4], [5, 5], [6]])


def test_only_the_last_event_matters_to_a_model_that_reads_it_alone():
    # 4 → 3 moves all; 5 → 5 moves nothing; 6 → nothing moves to the first item
    assert influence(Last(), PASTS, reach=3).tolist() == [[1, 0, 0], [0, 0, 0], [1, 0, 0]]


def test_another_item_in_its_place():
    same = np.array([[4, 3], [6, 5], [6, 2]])
    assert influence(Last(), PASTS, reach=2, by=same).tolist() == [[0, 0], [1, 0], [0, 0]]


@pytest.mark.parametrize("options", [{"reach": 0}, {"reach": 2, "by": [[2], [3], [4]]}])
def test_arguments(options):
    with pytest.raises(ParameterError):
        influence(Last(), PASTS, **options)
