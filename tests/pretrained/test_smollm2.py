"""SmolLM2-135M says what transformers says of the same file.

The values were made once by transformers 5.24.0 on torch 2.13.0 (CPU, float32), which read the
GGUF file of the card by its own reader, ``AutoModelForCausalLM.from_pretrained(folder,
gguf_file=...)``: ids of the tokenizer, some logits of the last token (rounded to 0.001), and eight
greedy tokens.
"""

import numpy as np
import pytest

import mtrec_lib as mt

pytestmark = pytest.mark.slow

PLACES = [0, 100, 1000, 10_000, 40_000]  # of the vocabulary, whose logits were noted
NOTED = {
    "The capital of France is": (
        [504, 3575, 282, 4649, 314],
        [1.614, 1.319, 2.867, 6.785, -2.338],
        " Paris.\n\nThe answer is:",
    ),
    " The Usual Suspects (1995)": (
        [378, 2989, 531, 10997, 31104, 365, 33, 41, 41, 37, 25],
        [10.052, 8.378, 7.4, 8.263, 5.075],
        " and The Big Picture (200",
    ),
    "Toy Story (1995), GoldenEye (1995), Four Rooms (1995). The next film:": (
        [
            *(68, 922, 10124, 365, 33, 41, 41, 37, 643, 13578, 36307, 365, 33, 41, 41, 37),
            *(643, 8920, 11849, 1388, 365, 33, 41, 41, 37, 595, 378, 1867, 4771, 42),
        ],
        [-4.128, -5.703, -5.413, -12.639, -13.647],
        " The Dark Knight (2008",
    ),
    "重庆森林 (1994) — 王家卫": (
        [
            *(27219, 231, 24024, 224, 177, 113, 123, 32925, 241, 365, 33, 41, 41, 36, 25),
            *(1841, 27709, 232, 229, 18310, 131, 27991, 121),
        ],
        [15.137, 14.392, 15.24, 10.987, 6.035],
        "城 (1994",
    ),
    "naïve café… 3.14": (
        [3546, 46494, 37366, 2829, 216, 35, 30, 33, 36],
        [19.567, 20.778, 19.348, 14.474, 14.193],
        ".\n\nThe answer is: ",
    ),
}


@pytest.fixture(scope="module")
def smollm2():
    return mt.pretrained.Pretrained("smollm2-135m")


def test_it_is_the_decoder_of_the_card(smollm2):
    found = (smollm2.name, smollm2.family, smollm2.width, smollm2.parameters)
    assert found == ("smollm2-135m", "decoder", 576, 134_515_008)


def test_ids_are_those_of_the_reference(smollm2):
    assert smollm2.tokens(list(NOTED)) == [ids for ids, _, _ in NOTED.values()]


def test_logits_are_those_of_the_reference(smollm2):
    for found, (ids, noted, _) in zip(smollm2.logits(list(NOTED)), NOTED.values(), strict=True):
        assert found.shape == (len(ids), 49_152)
        np.testing.assert_allclose(found[-1, PLACES], noted, atol=0.05)


@pytest.mark.parametrize("text", NOTED)
def test_greedy_tokens_are_those_of_the_reference(smollm2, text):
    assert smollm2.complete(text, 8) == NOTED[text][2]


def test_probabilities_are_those_of_the_reference(smollm2):
    nats, tokens = smollm2.log_prob(
        "The capital of France is", [" Paris.", " the city of Paris", " a banana"]
    )
    np.testing.assert_allclose(nats, [-0.638, -7.939, -19.407], atol=0.02)
    assert tokens.tolist() == [2, 4, 2]
    assert smollm2.bits(["The capital of France is Paris."]) == pytest.approx(3.704, abs=0.005)
    assert smollm2.next_tokens("The capital of France is", 1)[0][0] == " Paris"
