"""Stored pictures."""

import base64
import io

import numpy as np
from PIL import Image

from mtrec_lib.book.runs.pictures import small


def _png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode("ascii")


def _pixels(png):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")).astype(int)


def test_a_picture_gets_smaller_and_looks_the_same():
    # 64 shades of grey in random places: a byte a pixel is enough where three were stored
    grey = np.random.default_rng(0).integers(0, 64, (200, 300, 1), dtype=np.uint8) * 4
    pixels = np.concatenate([grey] * 3 + [np.full_like(grey, 255)], axis=2)
    smaller = small(_png(pixels))
    assert len(smaller) < len(_png(pixels))
    assert np.abs(_pixels(smaller) - pixels[..., :3]).max() < 16


def test_a_picture_that_would_grow_stays():
    one = _png(np.zeros((1, 1, 3), np.uint8))
    assert len(small(one)) <= len(one)


def test_what_is_transparent_becomes_white():
    png = _png(np.zeros((40, 40, 4), np.uint8))
    assert (_pixels(small(png)) == 255).all() or small(png) == png
