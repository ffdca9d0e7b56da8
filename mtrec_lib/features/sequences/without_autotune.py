"""An input pipeline without TensorFlow's tuner of pipelines."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tensorflow as tf


def without_autotune(data: "tf.data.Dataset") -> "tf.data.Dataset":
    """The same data set, whose end does not wait for a sleeping thread.

    The tuner looks at a pipeline after 10, 20, 40, … ms, and whoever ends an iterator waits until
    it wakes: ``fit`` over 2.6 s of batches took 5.1 s (10 ms + … + 2,560 ms). There is nothing to
    tune in pipelines of one generator and a fixed prefetch.
    """
    import tensorflow as tf

    options = tf.data.Options()
    options.autotune.enabled = False
    return data.with_options(options)
