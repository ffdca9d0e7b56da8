"""The errors a user can meet. Each says which thing is wrong, what was found, and what to do."""


class MtrecError(ValueError):
    """The root of every error that mtrec raises on purpose."""


class DataIntegrityError(MtrecError):
    """A file is not the one its checksum promises. It was moved aside and never used."""


class SchemaError(MtrecError):
    """A table breaks the event schema. Every problem is listed at once."""


class EncodingError(MtrecError):
    """A text file is not in the encoding that its source declares."""


class OfflineError(MtrecError):
    """Bytes are needed that are neither cached nor reachable."""


class LeakError(MtrecError):
    """A split lets the future into the past."""


class ParameterError(MtrecError):
    """A parameter has an unknown name, a wrong type or a value out of range."""


class UnknownItemError(MtrecError):
    """A title or an id is not in the catalogue. The nearest ones are named."""


class AmbiguousItemError(MtrecError):
    """A title fits several items. They are listed with their ids."""


class CheckpointError(MtrecError):
    """A checkpoint is damaged, or belongs to other data or another configuration."""


class LockedError(MtrecError):
    """Another live process works in the same folder."""


class DivergedError(MtrecError):
    """A loss or a weight is no longer a finite number."""


class RunError(MtrecError):
    """A chapter did not run to its end."""
