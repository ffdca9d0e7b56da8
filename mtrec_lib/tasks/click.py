"""Will what is shown be clicked?"""

import keras

from mtrec_lib.tasks.binary import Binary


@keras.saving.register_keras_serializable("mtrec")
class Click(Binary):
    """p(click | item shown, history). A factor of an impression.

    An event that is no impression has no click, not a click of 0: it is left out. The platform's
    choice of what to show drops out of the likelihood; its placing of an item is averaged over.

    Args:
        hidden: hidden units of the head.
        dropout: rate in the head.

    >>> Click().kind, Click().given
    ('factor', ('item',))

    Taught in chapter 07.
    """

    name = label = "click"
    given = ("item",)
