"""The blocks of a decoder as a trunk: its arithmetic, what trains, what travels."""

import keras
import numpy as np
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import ParameterError
from mtrec_lib.models.trunks import decoder_trunk
from mtrec_lib.models.trunks.masks import causal_mask
from mtrec_lib.pretrained.decoders.llama_block import LlamaBlock
from mtrec_lib.pretrained.files.folders import Place, load_backbone
from mtrec_lib.pretrained.files.gguf_folder import gguf_folder
from mtrec_lib.pretrained.layer_weights import weights_of_llama
from tests.pretrained import tiny_llama


@pytest.fixture(scope="module")
def backbone(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MTREC_HOME", str(home))
        folder = gguf_folder(tiny_llama.write(home / "tiny.gguf"), "tiny", "")
    return load_backbone(Place("tiny", str(folder), folder))


@pytest.fixture
def trunk(backbone, films_inputs, monkeypatch):
    monkeypatch.setattr(decoder_trunk, "_backbone_of", lambda decoder: backbone)
    keras.utils.set_random_seed(0)
    made = mt.models.DecoderTrunk(films_inputs, "tiny", width=8, layers=2, rank=2, dropout=0.0)
    made.build()
    return made


def _block(backbone, number, rank):
    sizes = decoder_trunk.sizes_of(backbone)
    block = LlamaBlock(**{name: sizes[name] for name in decoder_trunk.BLOCK}, rank=rank)
    block.build((None, None, tiny_llama.WIDTH))
    block.assign(weights_of_llama(backbone.transformer_layers[number]))
    return block


@pytest.mark.parametrize("rank", [0, 4])
def test_a_block_says_what_the_backbones_layer_says(backbone, rank):
    states = np.random.default_rng(0).normal(size=(2, 7, tiny_llama.WIDTH)).astype("float32")
    mask = causal_mask(np.ones((2, 7), "int32"))
    for number, layer in enumerate(backbone.transformer_layers):
        ours = _block(backbone, number, rank)(states, mask)  # an addition begins at zero
        theirs = layer(states, decoder_padding_mask=np.ones((2, 7), bool))
        np.testing.assert_allclose(ours, theirs, atol=2e-5)


def test_pieces_side_by_side_do_not_see_each_other(backbone):
    states = np.random.default_rng(1).normal(size=(1, 6, tiny_llama.WIDTH)).astype("float32")
    block = _block(backbone, 0, 2)
    both = block(states, causal_mask(np.array([[1, 1, 1, 2, 2, 2]])))
    alone = block(states[:, 3:], causal_mask(np.ones((1, 3), "int32")))
    np.testing.assert_allclose(both[:, 3:], alone, atol=1e-5)  # rotary: distances alone count


def test_only_maps_norms_additions_and_the_table_train(trunk):
    sizes = {v.path.split("/", 1)[-1]: tuple(v.shape) for v in trunk.trainable_variables}
    inside = [name for name in sizes if "block_" in name]
    assert len(inside) == 2 * 2 * 2  # layers, query and value, A and B
    assert all("lora" in name for name in inside)
    frozen = {v.path.split("/")[-1] for v in trunk.non_trainable_variables}
    assert {"kernel", "scale", "scale_inner"} <= frozen


def test_soft_tokens_are_as_long_as_tokens_are(trunk, backbone):
    table = np.asarray(backbone.token_embedding.embeddings)
    length = np.sqrt((table**2).mean())
    entered = trunk.enter(trunk.rise(np.random.default_rng(2).normal(size=(3, 4, 8))))
    found = np.sqrt((np.asarray(entered) ** 2).mean(-1))
    np.testing.assert_allclose(found, length, rtol=1e-2)


def test_it_trains_and_travels(trunk, films_split, tmp_path):
    model = mt.models.MultiTask(trunk, tasks=[mt.tasks.NextItem(), mt.tasks.Like()])
    before = [np.asarray(v) for v in trunk.non_trainable_variables]
    history = mt.training.fit(model, films_split, epochs=4, learning_rate=1e-2, monitor="loss")
    assert history[-1]["loss"] < history[0]["loss"]
    for kept, now in zip(before, trunk.non_trainable_variables, strict=True):
        if "seed" not in now.path:
            np.testing.assert_array_equal(kept, now)
    mt.save(model, tmp_path / "decoder.mtrec")
    again = mt.load(tmp_path / "decoder.mtrec")  # without the decoder's files
    past = mt.data.Histories.from_lists([[2, 3, 4]])
    np.testing.assert_allclose(again.scores(past), model.scores(past), rtol=1e-5)


def test_what_cannot_be_is_named(backbone, films_inputs, monkeypatch):
    monkeypatch.setattr(decoder_trunk, "_backbone_of", lambda decoder: backbone)
    with pytest.raises(ParameterError, match="layers must be 1 to 2, those of the decoder, got 3"):
        mt.models.DecoderTrunk(films_inputs, "tiny", layers=3)
    with pytest.raises(ParameterError, match="multiple of 2 · heads"):
        LlamaBlock(width=6, heads=2, groups=1, inner=4)


@pytest.mark.slow
def test_an_encoder_is_refused(films_inputs):
    with pytest.raises(ParameterError, match="must be of the Llama family, got 'minilm'"):
        mt.models.DecoderTrunk(films_inputs, "minilm")
