"""What must agree before a training may go on from a checkpoint."""

import types
from typing import TYPE_CHECKING, Any

import keras

from mtrec_lib.core import fingerprint
from mtrec_lib.data import Split
from mtrec_lib.training.settings import Monitor, Settings

if TYPE_CHECKING:
    from mtrec_lib.models.multi_task.model import MultiTask
    from mtrec_lib.training.balancing.balancing import Balancing

IN_THE_STATE = {"epochs"}  # may be raised: a finished training then goes on
FREE = {"max_seconds", "jit_compile"}  # when it stops, how it is computed


def identity_of(
    model: "MultiTask", split: Split, settings: Settings, balancing: "Balancing | None"
) -> dict[str, Any]:
    """All that the weights of a training depend on, as plain values.

    The split is known by the part of each of its events: ``by_week`` with other weeks has the same
    name and other training rows.
    """
    names = [name for name in vars(settings) if name not in IN_THE_STATE | FREE]
    chosen = {name: getattr(settings, name) for name in names}
    return {
        "model": fingerprint(_nameless(model.get_config() | {"temperatures": model._cooled})),
        "data": split.log.hash,
        "split": f"{split.protocol.name} {fingerprint(split.events['part'].to_list())[:16]}",
        **chosen,
        "parts": list(settings.parts),
        "monitor": _name_of(settings.monitor),
        "balancing": _config_of(balancing),
        "keras": keras.__version__,
    }


def _name_of(monitor: Monitor | None) -> str | None:
    """A word for a monitor; of a function its name and what it does."""
    if monitor is None or isinstance(monitor, str):
        return monitor
    code = getattr(getattr(monitor, "func", monitor), "__code__", None)  # of a partial, too
    if code is None:
        return type(monitor).__qualname__
    return f"{code.co_name} {fingerprint(_instructions(code))[:16]}"


def _instructions(code: types.CodeType) -> list[object]:
    """The bytecode, names and constants of a function, without where it was written."""
    return [code.co_code.hex(), list(code.co_names), [_constant(c) for c in code.co_consts]]


def _constant(value: Any) -> Any:
    if isinstance(value, types.CodeType):
        return _instructions(value)
    if isinstance(value, frozenset):
        return sorted(map(repr, value))  # its order differs from process to process
    return repr(value)


def _config_of(balancing: "Balancing | None") -> dict[str, Any]:
    """The kind of a balancing method and its settings; nothing where every λ is one."""
    if balancing is None:
        return {}
    return {"kind": type(balancing).__name__, "at": balancing.at} | balancing.get_config()


def _nameless(config: Any) -> Any:
    """A configuration without the names that Keras numbers anew for every object."""
    if isinstance(config, dict):
        passing = {"name", "build_config", "shared_object_id"}
        return {key: _nameless(value) for key, value in config.items() if key not in passing}
    return [_nameless(value) for value in config] if isinstance(config, list) else config
