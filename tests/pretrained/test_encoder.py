"""Vectors of texts by a tiny BERT, against the same model written out in NumPy."""

import numpy as np
import pytest

import mtrec_lib as mt
from mtrec_lib.core.errors import DataIntegrityError, ParameterError
from tests.pretrained import tiny_bert

pytest.importorskip("keras_hub", reason="needs the extra pretrained")
TEXTS = ["the film", "a love of wars, and the film of war and love", "drama (1995)", "the film"]
NUMBER = {word: place for place, word in enumerate(tiny_bert.WORDS)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_bert.write(tmp_path_factory.mktemp("bert"))


@pytest.fixture(scope="module")
def model(folder):
    return mt.pretrained.Pretrained(folder)


def ids(words):
    return [NUMBER[word] for word in f"[CLS] {words} [SEP]".split()]


def test_it_says_what_it_is(model, folder):
    assert (model.name, model.family, model.width) == (str(folder), "encoder", 8)
    assert model.parameters == sum(array.size for array in tiny_bert.weights().values())
    assert "encoder, width 8" in repr(model)


def test_tokens_are_those_of_the_vocabulary_and_are_not_cut_by_the_file(model):
    assert model.tokens(TEXTS[:1]) == [ids("the film")]
    assert model.tokens([TEXTS[1]]) == [ids("a love of war ##s , and the film of war and love")]
    assert model.pieces("Wars (1995)") == "[CLS] war ##s ( 1995 ) [SEP]".split()


def test_vectors_are_those_of_the_model_written_out(model):
    expected = [tiny_bert.embed(tokens) for tokens in model.tokens(TEXTS)]
    np.testing.assert_allclose(model.embed(TEXTS), expected, atol=1e-5)


def test_rows_keep_the_order_of_the_texts_and_have_length_one(model):
    texts = [" ".join(["war"] * n) for n in (9, 1, 130, 2, 77, 3)]
    found = model.embed(texts, batch_size=2)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, rtol=1e-6)
    alone = np.concatenate([model.embed([text]) for text in texts])
    np.testing.assert_allclose(found, alone, atol=1e-5)


@pytest.mark.parametrize("batch_size", [1, 3, 64])
def test_the_batch_size_moves_nothing(model, batch_size):
    np.testing.assert_allclose(model.embed(TEXTS, batch_size), model.embed(TEXTS, 4), atol=1e-5)


def test_equal_texts_have_equal_vectors(model):
    first, *_, last = model.embed(TEXTS)
    np.testing.assert_allclose(first, last, atol=1e-6)


def test_no_text_has_no_vectors(model):
    assert model.embed([]).shape == (0, 8)
    assert model.tokens([]) == []


@pytest.mark.fault(37)
def test_a_blank_text_is_one_unknown_token(model):
    assert model.tokens(["", " \n"]) == [ids("[UNK]")] * 2
    assert model.pieces("") == ["[CLS]", "[UNK]", "[SEP]"]
    assert np.isfinite(model.embed([""])).all()


@pytest.mark.fault(37)
def test_a_long_text_is_cut_and_closed(model):
    (tokens,) = model.tokens(["war " * 1000])
    assert len(tokens) == tiny_bert.LONGEST
    assert tokens[-1] == NUMBER["[SEP]"]
    np.testing.assert_allclose(model.embed(["war " * 1000])[0], tiny_bert.embed(tokens), atol=1e-5)


@pytest.mark.fault(37)
def test_emoji_chinese_and_half_characters_are_read(model):
    assert np.isfinite(model.embed(["\U0001f468\u200d\U0001f469", "春天的信", "\ud83d"])).all()


@pytest.mark.parametrize(
    ("texts", "rule"), [("the film", "write .'the film'."), (["a", None], "got None at place 1")]
)
def test_what_is_no_list_of_texts_is_refused(model, texts, rule):
    with pytest.raises(ParameterError, match=rule):
        model.embed(texts)


def test_a_batch_size_below_one_is_refused(model):
    with pytest.raises(ParameterError, match="batch_size must be at least 1, got 0"):
        model.embed(TEXTS, batch_size=0)


def test_inputs_are_what_the_backbone_is_called_with(model):
    inputs = model.inputs(TEXTS[:2])
    assert {name: array.shape for name, array in inputs.items()} == {
        "token_ids": (2, 15),
        "padding_mask": (2, 15),
        "segment_ids": (2, 15),
    }
    assert inputs["padding_mask"].sum(axis=1).tolist() == [4, 15]
    states = np.asarray(model.backbone(inputs)["sequence_output"])
    mean = states[0, :4].mean(axis=0)
    np.testing.assert_allclose(mean / np.linalg.norm(mean), model.embed(TEXTS[:1])[0], atol=1e-5)


def test_what_a_decoder_does_is_refused_with_the_cure(model):
    calls = [
        lambda: model.logits(TEXTS),
        lambda: model.next_tokens("the"),
        lambda: model.complete("the"),
        lambda: model.log_prob("the", TEXTS),
        lambda: model.bits(TEXTS),
    ]
    for call in calls:
        with pytest.raises(ParameterError, match=r"needs a decoder.*Pretrained\('smollm2-135m'\)"):
            call()


def test_other_weights_are_another_identity_and_are_seen(folder):
    model = mt.pretrained.Pretrained(folder)
    before, vectors = model.identity, model.embed(TEXTS)
    layer = model.backbone.get_layer("transformer_layer_0")._feedforward_output_dense
    layer.kernel.assign(layer.kernel * 2)
    assert model.identity != before
    assert np.abs(model.embed(TEXTS) - vectors).max() > 1e-3
    layer.kernel.assign(layer.kernel / 2)
    assert model.identity == before == mt.pretrained.Pretrained(folder).identity


def test_a_layer_that_takes_the_place_of_another_is_seen(folder):
    model = mt.pretrained.Pretrained(folder)
    vectors = model.embed(TEXTS)
    mt.pretrained.add_lora(model.backbone, rank=2, where=("query",))
    np.testing.assert_allclose(model.embed(TEXTS), vectors, atol=1e-5)
    for variable in model.backbone.trainable_variables:
        variable.assign(variable + 0.5)
    assert np.abs(model.embed(TEXTS) - vectors).max() > 1e-3


def test_the_length_that_a_sentence_encoder_was_trained_for_is_kept(tmp_path):
    folder = tiny_bert.write(tmp_path / "short")
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 7}', encoding="utf-8")
    assert len(mt.pretrained.Pretrained(folder).tokens(["war " * 20])[0]) == 7


def test_a_folder_without_tokenizer_json_is_read_by_keras_hub(tmp_path, model):
    folder = tiny_bert.write(tmp_path / "plain")
    (folder / "tokenizer.json").unlink()
    plain = mt.pretrained.Pretrained(folder)
    assert plain.tokens(TEXTS) == model.tokens(TEXTS)
    assert plain.pieces("Wars (1995)") == model.pieces("Wars (1995)")
    np.testing.assert_allclose(plain.embed(TEXTS), model.embed(TEXTS), atol=1e-6)


def test_a_preset_that_keras_hub_saved_is_read(tmp_path, model, folder):
    import keras_hub

    model.backbone.save_to_preset(str(tmp_path))
    tokenizer = keras_hub.tokenizers.Tokenizer.from_preset(str(folder))
    tokenizer.save_to_preset(str(tmp_path))
    saved = mt.pretrained.Pretrained(tmp_path)
    assert saved.identity == model.identity
    np.testing.assert_allclose(saved.embed(TEXTS), model.embed(TEXTS), atol=1e-6)


@pytest.mark.fault(45)
class TestDamaged:
    def test_a_truncated_weights_file_is_refused_before_it_is_read(self, tmp_path):
        path = tiny_bert.write(tmp_path / "cut") / "model.safetensors"
        path.write_bytes(path.read_bytes()[:-1])
        with pytest.raises(DataIntegrityError, match=r"model\.safetensors.*outside"):
            mt.pretrained.Pretrained(path.parent)

    @pytest.mark.parametrize("text", ["{", "[]", "{}", '{"model_type": "vit"}'])
    def test_a_config_that_says_no_model_is_refused(self, tmp_path, text):
        folder = tiny_bert.write(tmp_path / "odd")
        (folder / "config.json").write_text(text, encoding="utf-8")
        with pytest.raises(DataIntegrityError, match="odd"):
            mt.pretrained.Pretrained(folder)

    def test_weights_of_another_width_are_refused(self, tmp_path):
        folder = tiny_bert.write(tmp_path / "wide", hidden_size=16)
        with pytest.raises(DataIntegrityError, match="cannot make a model of it"):
            mt.pretrained.Pretrained(folder)

    def test_a_tokenizer_that_is_none_is_refused(self, tmp_path):
        folder = tiny_bert.write(tmp_path / "mute")
        (folder / "tokenizer.json").write_text('{"version": "1.0"}', encoding="utf-8")
        with pytest.raises(DataIntegrityError, match="no tokenizer"):
            mt.pretrained.Pretrained(folder)


class TestNames:
    def test_an_unknown_name_lists_the_two_at_hand(self):
        with pytest.raises(ParameterError, match=r"'minilm' and 'smollm2-135m'.*mean 'minilm'"):
            mt.pretrained.Pretrained("minilmm")

    def test_a_preset_out_of_reach_names_the_two_at_hand(self, monkeypatch):
        import keras_hub

        def refuse(*args, **kwargs):
            raise ConnectionError("no route to the hub")

        monkeypatch.setattr(keras_hub.models.Backbone, "from_preset", refuse)
        with pytest.raises(mt.core.errors.OfflineError, match=r"no route.*'minilm' and 'smollm2"):
            mt.pretrained.Pretrained("bert_tiny_en_uncased")

    def test_without_the_packages_the_extra_is_named(self, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "keras_hub", None)
        with pytest.raises(mt.core.errors.MtrecError, match=r'pip install "mtrec\[pretrained\]"'):
            mt.pretrained.Pretrained("bert_tiny_en_uncased")
