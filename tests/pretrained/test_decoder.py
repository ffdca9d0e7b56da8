"""A decoder says what its arithmetic says, and a history that is read once changes nothing."""

import numpy as np
import pytest

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.pretrained.add_lora import add_lora
from mtrec_lib.pretrained.decoders.decoder import Decoder, batches
from mtrec_lib.pretrained.decoders.networks import WholeBackbone
from mtrec_lib.pretrained.files.folders import Place, load_backbone
from mtrec_lib.pretrained.files.gguf_folder import gguf_folder
from tests.pretrained import tiny_llama

TEXTS = ["the film", "", "of 1995 and the other", "a"]
TITLES = [" the one", " f", "", " the other films of 1995", "x", " the 1 é"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTREC_HOME", str(home))
        folder = gguf_folder(tiny_llama.write(home / "tiny.gguf"), "tiny", "")
    return Place("tiny", str(folder), folder)


@pytest.fixture(scope="module")
def decoder(place):
    return Decoder(place, load_backbone(place))


@pytest.fixture(scope="module")
def whole(place):
    """The same model by KerasHub's own forward pass."""
    other = Decoder(place, load_backbone(place))
    other.network = WholeBackbone(other.backbone)
    return other


def expected(text):
    ids = [tiny_llama.TOKENS.index(piece) for piece in text]
    return tiny_llama.logits(tiny_llama.weights(), ids)


def test_logits_are_those_of_the_arithmetic(decoder):
    third = [*"of", "Ġ", *"1995", "Ġ", *"and", "Ġthe", "Ġ", "o", "the", "r"]
    pieces = [["the", "Ġf", *"ilm"], [], third, ["a"]]
    assert [decoder.pieces(text) for text in TEXTS] == pieces
    for found, told in zip(decoder.logits(TEXTS), pieces, strict=True):
        assert found.shape == (len(told), len(tiny_llama.TOKENS))
        if told:
            np.testing.assert_allclose(found, expected(told), atol=2e-4)


def test_both_networks_say_the_same(decoder, whole):
    for ours, theirs in zip(decoder.logits(TEXTS), whole.logits(TEXTS), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-4)
    np.testing.assert_allclose(
        decoder.log_prob("the", TITLES)[0], whole.log_prob("the", TITLES)[0], atol=1e-4
    )
    assert decoder.complete("the", 4) == whole.complete("the", 4)


@pytest.mark.parametrize(
    ("prefix", "batch_size"), [("the film of 1995", 2), ("", 64), ("x" * 70, 64)]
)
def test_a_prefix_that_is_read_once_changes_no_probability(decoder, prefix, batch_size):
    once, tokens = decoder.log_prob(prefix, TITLES, batch_size)
    again, _ = decoder.log_prob(prefix, TITLES, batch_size, cached=False)
    np.testing.assert_allclose(once, again, atol=1e-4)
    assert tokens.tolist() == [len(ids) for ids in decoder.tokens(TITLES)]
    assert once[2] == 0  # the empty continuation is certain


def test_logits_after_a_past_are_those_of_the_whole_text(decoder):
    first, second = decoder.tokens(["the film of ", "1995 and"])
    past = decoder.network.read(first, room=64)
    after = decoder.network.logits(decoder.network.states(np.array([second] * 3), past)).numpy()
    (both,) = decoder.logits(["the film of 1995 and"])
    for row in after:
        np.testing.assert_allclose(row, both[len(first) :], atol=1e-3)


def test_a_past_grows_token_by_token(decoder):
    ids = decoder.tokens(["the film of 1995"])[0]
    past = decoder.network.read(ids[:3], room=64)
    for token in ids[3:]:
        past = decoder.network.go_on(past, token)
    assert past.length == len(ids)
    np.testing.assert_allclose(past.state, decoder.network.read(ids, room=64).state, atol=1e-5)


def test_a_log_probability_is_a_sum_over_tokens(decoder):
    (logits,) = decoder.logits(["the film"])
    shares = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    ids = decoder.tokens(["the film"])[0]
    told = sum(shares[n, ids[n + 1]] for n in range(len(ids) - 1))
    nats, tokens = decoder.log_prob("the", [" film"])
    assert (nats[0], tokens[0]) == (pytest.approx(told, abs=1e-4), len(ids) - 1)
    bits = decoder.bits(["the film", "a", ""])  # the last two have no second token
    assert bits == pytest.approx(-told / (len(ids) - 1) / np.log(2), abs=1e-4)


def test_the_next_pieces_share_one(decoder):
    every = decoder.next_tokens("the film", k=len(tiny_llama.TOKENS))
    shares = [share for _, share in every]
    assert sum(shares) == pytest.approx(1, abs=1e-5)
    assert shares == sorted(shares, reverse=True)
    assert decoder.complete("the film", 1) in (every[0][0], "")


def test_names_of_special_tokens_are_plain_text(decoder):
    assert "<|im_end|>" not in decoder.pieces("a<|im_end|>")
    assert len(decoder.pieces("a<|im_end|>")) == len("a<|im_end|>")


def test_half_a_character_is_replaced(decoder):
    assert decoder.tokens(["\ud83c"]) == decoder.tokens(["\N{REPLACEMENT CHARACTER}"])


def test_a_low_rank_addition_acts_here_too(place, decoder):
    other = Decoder(place, load_backbone(place))
    (lora, *_) = add_lora(other.backbone, rank=2)
    np.testing.assert_allclose(other.logits(["the"])[0], decoder.logits(["the"])[0], atol=1e-4)
    lora.b.assign(np.ones(lora.b.shape))
    assert abs(other.logits(["the film"])[0] - decoder.logits(["the film"])[0]).max() > 1e-2
    by_hub = WholeBackbone(other.backbone)
    ids = np.array(other.tokens(["the film"]))
    ours, theirs = (net.logits(net.states(ids)).numpy() for net in (other.network, by_hub))
    np.testing.assert_allclose(ours, theirs, atol=1e-3)


def test_batches_hold_every_row_once_in_few_shapes():
    tokens = [[1] * n for n in (3, 0, 40, 1, 33, 200)]
    found = list(batches(tokens))
    assert sorted(row for rows, _ in found for row in rows) == [0, 2, 3, 4, 5]
    for rows, filled in found:
        assert filled.shape[1] % 32 == 0
        assert filled.sum(axis=1)[: len(rows)].tolist() == [len(tokens[row]) for row in rows]


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda d: d.next_tokens("a", k=0), "k must be"),
        (lambda d: d.log_prob("a", ["b"], batch_size=0), "batch_size"),
        (lambda d: d.bits(["a", ""]), "two tokens"),
        (lambda d: d.tokens("a"), "list of texts"),
        (lambda d: d.tokens(["é" * 200]), "at most 256 tokens, got 400"),
        (lambda d: d.log_prob("1" * 200, ["1" * 60]), "at most 256 tokens, got 260"),
        (lambda d: d.complete("1" * 250, 8), "at most 256 tokens, got 258"),
    ],
    ids=["k", "batch", "bits", "one text", "long text", "long pair", "long continuation"],
)
def test_what_cannot_be_answered_is_refused(decoder, call, named):
    with pytest.raises(ParameterError, match=named):
        call(decoder)
