"""Models in worlds whose true probabilities are known."""

PARTS = {"bits": ("simulator/bits",), "click_buy": ("simulator/buy", "simulator/click")}
