"""all-MiniLM-L6-v2 itself, against what sentence-transformers 6.2.0 on torch 2.13.0 said of it.

The package was given the same files, the mean over tokens and length one; its numbers are rounded.
"""

import numpy as np
import pytest

import mtrec_lib as mt

pytest.importorskip("keras_hub", reason="needs the extra pretrained")

TEXTS = [
    "Toy Story (1995) (Animation, Children's, Comedy)",
    "Amélie",
    "The quick brown fox jumps over the lazy dog.",
]
TOKENS = [
    [101, 9121, 2466, 1006, 2786, 1007, 1006, 7284, 1010, 2336, 1005, 1055, 1010, 4038, 1007, 102],
    [101, 25285, 102],
    [101, 1996, 4248, 2829, 4419, 14523, 2058, 1996, 13971, 3899, 1012, 102],
]
FIRST = [  # the first eight of 384 numbers of each vector
    [-0.0863, 0.02289, 0.02903, -0.02974, 0.01235, 0.01752, 0.06165, 0.01367],
    [-0.01647, 0.03446, -0.01914, 0.01564, -0.08637, 0.08557, 0.04128, 0.00743],
    [0.04393, 0.05893, 0.04818, 0.07755, 0.02674, -0.03763, -0.00261, -0.05994],
]
COSINES = [[1, 0.18876, 0.20687], [0.18876, 1, -0.03485], [0.20687, -0.03485, 1]]


@pytest.fixture(scope="module")
def minilm():
    return mt.pretrained.Pretrained("minilm")


def test_it_is_a_small_encoder(minilm):
    assert (minilm.family, minilm.width) == ("encoder", 384)
    assert minilm.parameters == 22_713_216


def test_tokens_are_those_of_the_reference(minilm):
    assert minilm.tokens(TEXTS) == TOKENS
    assert minilm.pieces("Amélie") == ["[CLS]", "amelie", "[SEP]"]


def test_vectors_are_those_of_the_reference(minilm):
    found = minilm.embed(TEXTS)
    # The reference has the exact GELU, KerasHub its form with tanh: the third digit is the same.
    np.testing.assert_allclose(found[:, :8], FIRST, atol=5e-4)
    np.testing.assert_allclose(found @ found.T, COSINES, atol=5e-4)


def test_packed_rows_say_what_the_backbone_says(minilm):
    (alone,) = minilm.embed(TEXTS[2:])
    inputs = minilm.inputs(TEXTS[2:])
    mean = np.asarray(minilm.backbone(inputs)["sequence_output"])[0].mean(axis=0)
    np.testing.assert_allclose(mean / np.linalg.norm(mean), alone, atol=1e-5)


def test_a_text_is_cut_where_it_was_trained_to_end(minilm):
    assert len(minilm.tokens(["film " * 400])[0]) == 256


def test_texts_of_one_meaning_are_near(minilm):
    a, b, c = minilm.embed(["a film about love", "a romantic movie", "invoice for two chairs"])
    assert a @ b > 0.5 > a @ c
