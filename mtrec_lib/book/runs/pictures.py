"""Pictures in a stored notebook: few colours, so that eight of them stay small."""

import base64
import io

COLOURS = 128


def small(png: str) -> str:
    """A PNG with a palette of its commonest colours, if that is smaller.

    A plot has few colours and many shades at the edges of its letters; a palette keeps both to the
    eye at a third of the bytes. Transparency becomes white.

    Args:
        png: the picture in base64, as a notebook holds it.

    Returns:
        The picture in base64, of the same size in pixels.
    """
    from PIL import Image

    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    flat = Image.alpha_composite(white, picture).convert("RGB")
    file = io.BytesIO()
    flat.quantize(COLOURS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    smaller = base64.b64encode(file.getvalue()).decode("ascii") + "\n"
    return min(smaller, png, key=len)
