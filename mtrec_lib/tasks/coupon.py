"""Will a coupon be used?"""

import keras

from mtrec_lib.tasks.binary import Binary


@keras.saving.register_keras_serializable("mtrec")
class Coupon(Binary):
    """p(a coupon is used in this basket | item, history). An auxiliary.

    The column ``coupon`` of Complete Journey belongs to the basket and is the same in all its
    lines: seen from one line it also looks at later ones, as far as the till. Baskets are whole in
    every part of a split by week, so no horizon is cut.

    Args:
        hidden: hidden units of the head.
        dropout: rate in the head.

    >>> Coupon().kind, Coupon().given
    ('auxiliary', ('item',))

    Taught in chapter 07.
    """

    name = label = "coupon"
    given = ("item",)
    kind = "auxiliary"
