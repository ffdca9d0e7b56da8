"""Which code a measurement runs through, on a toy library."""

import pytest

from mtrec_lib.core import code_hash, write_text
from mtrec_lib.core.code_path import reached

FILES = {
    "mtrec_lib/__init__.py": "from typing import TYPE_CHECKING\n"
    "if TYPE_CHECKING:\n    from mtrec_lib import models as models\n"
    "    from mtrec_lib.saving import save as save\n",
    "mtrec_lib/saving.py": "def save(): ...\n",
    "mtrec_lib/models/__init__.py": "from mtrec_lib.models.gpt import GPT\n"
    "from mtrec_lib.models.lstm import LSTM\n",
    "mtrec_lib/models/gpt.py": "from mtrec_lib.losses import mean\nclass GPT: ...\n",
    "mtrec_lib/models/lstm.py": "class LSTM: ...\n",
    "mtrec_lib/losses.py": '"""Says."""\n\n\ndef mean(x):\n    """The mean."""\n    return x\n',
    "benchmarks/__init__.py": "",
    "benchmarks/one.py": "import mtrec_lib as mt\nmodel = mt.models.GPT()\nmt.save()\n",
    "benchmarks/any.py": "import mtrec_lib as mt\nmodel = getattr(mt.models, 'GPT')\n",
    "benchmarks/typed.py": "from typing import TYPE_CHECKING\n"
    "if TYPE_CHECKING:\n    from mtrec_lib.models import LSTM\n",
    "benchmarks/starts.py": 'COMMAND = ["-m", "benchmarks.peers.peer", "benchmarks.nothing"]\n',
    "benchmarks/peers/__init__.py": "",
    "benchmarks/peers/peer.py": "from given import x\n",
    "benchmarks/peers/given.py": "x = 1\n",
    "benchmarks/late.py": "def run():\n    from mtrec_lib import losses\n    losses.mean(1)\n",
    "benchmarks/machinery.py": "from benchmarks._study import rows\nrows.row()\n",
    "benchmarks/_study/__init__.py": "",
    "benchmarks/_study/rows.py": "def row(): ...\n",
}


@pytest.fixture
def root(tmp_path):
    """A folder with a library of two models and some measurements."""
    for name, content in FILES.items():
        write_text(tmp_path / name, content)
    return tmp_path


def names(root, *modules):
    """The modules that are reached, without the ones that are asked about."""
    return set(reached(modules, root)) - set(modules)


GPT = {"mtrec_lib.models.gpt", "mtrec_lib.losses"}


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        # One model is named, and the function for saving: the other model is not reached.
        ("one", GPT | {"mtrec_lib.saving"}),
        # The package itself is handed over: any of its models may run.
        ("any", GPT | {"mtrec_lib.models", "mtrec_lib.models.lstm"}),
        ("typed", set()),
        # A process that is started by its module, which sees its own folder; a string that names
        # no module is a string.
        ("starts", {"benchmarks.peers.peer", "benchmarks.peers.given"}),
        ("late", {"mtrec_lib.losses"}),
        ("machinery", set()),
    ],
)
def test_what_is_reached(root, module, expected):
    assert names(root, f"benchmarks.{module}") == expected


def test_the_hash_moves_with_the_code_that_is_reached_and_with_no_other(root):
    before = code_hash(["benchmarks.one"], root)
    write_text(root / "mtrec_lib" / "models" / "lstm.py", "class LSTM:\n    width = 9\n")
    assert code_hash(["benchmarks.one"], root) == before
    write_text(root / "mtrec_lib" / "losses.py", "def mean(x):\n    return x + 1\n")
    assert code_hash(["benchmarks.one"], root) != before


@pytest.mark.parametrize(
    ("content", "same"),
    [
        ("def mean(x):\n    return x\n", True),
        ('"""Other words."""\n\n# why\ndef mean(x):  # of x\n\n    return x  # "as is"\n', True),
        ('def mean(x):\n    """Of\n    # x."""\n    return x\n', True),
        ("def mean(x):\n    return y\n", False),
        ('def mean(x):\n    return "# x"\n', False),
    ],
)
def test_comments_and_docstrings_do_not_count(root, content, same):
    before = code_hash(["mtrec_lib.losses"], root)
    write_text(root / "mtrec_lib" / "losses.py", content)
    assert (code_hash(["mtrec_lib.losses"], root) == before) is same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('x = "# a"\n', 'x = "# b"\n'),
        ('x = f"{1}# a"\n', 'x = f"{1}# b"\n'),
        ('x = """\n# a\n"""\n', 'x = """\n# b\n"""\n'),
        ("if x:\n    y\nz\n", "if x:\n    y\n    z\n"),
    ],
)
def test_what_looks_like_a_comment_or_a_space_counts(root, one, other):
    hashes = set()
    for content in (one, other):
        write_text(root / "mtrec_lib" / "losses.py", content)
        hashes.add(code_hash(["mtrec_lib.losses"], root))
    assert len(hashes) == 2


def test_a_module_that_is_gone_hashes_as_absent(root):
    before = code_hash(["benchmarks.late", "benchmarks.one"], root)
    (root / "benchmarks" / "late.py").unlink()
    assert code_hash(["benchmarks.late", "benchmarks.one"], root) != before


def test_the_order_of_the_modules_does_not_count(root):
    pair = ["benchmarks.late", "benchmarks.one"]
    assert code_hash(pair, root) == code_hash(pair[::-1], root)
