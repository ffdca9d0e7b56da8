"""Made-up people whose true probabilities are known: worlds, logs of them, truth and oracle."""

from mtrec_lib.data.simulator.oracle import Oracle
from mtrec_lib.data.simulator.parameters import Parameters
from mtrec_lib.data.simulator.simulate import simulate
from mtrec_lib.data.simulator.simulated_log import SimulatedLog
from mtrec_lib.data.simulator.truth import Truth
from mtrec_lib.data.simulator.world import World

__all__ = ["Oracle", "Parameters", "SimulatedLog", "Truth", "World", "simulate"]
