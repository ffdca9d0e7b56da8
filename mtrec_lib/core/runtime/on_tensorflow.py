"""Importing this refuses settings of Keras in which no model of ours works.

The rooms that need Keras import it first, so that a reader meets one sentence with a cure, and not
the import of another backend that fails somewhere inside Keras.
"""

from mtrec_lib.core.runtime.keras_settings import check_backend, check_floatx

check_backend()
check_floatx()
