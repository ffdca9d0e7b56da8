from mtrec_lib.book.runs import index


def test_a_summary_becomes_a_cell_of_a_table() -> None:
    entry = index.Entry(
        "data", "Log", "p(a | b), see\n:class:`mtrec_lib.data.Split` and ``x``.", "01"
    )
    assert entry.full == "mt.data.Log"
    assert entry.line == "p(a \\| b), see `Split` and `x`."


def test_the_chapter_is_read_from_the_last_line_only() -> None:
    def early() -> None:
        """Taught in chapter 01.

        And more.
        """

    def last() -> None:
        """What it does.

        Taught in chapter 02.
        """

    assert index._entry("data", "early", early).chapter == ""
    assert index._entry("data", "last", last).chapter == "02"


def test_minutes_and_memory_are_filled_in_and_unknown_ones_are_a_dash(monkeypatch) -> None:
    stored = {"04": {"minutes": 1.25, "gigabytes": 0.9}}
    monkeypatch.setattr(index, "expected", lambda chapter: stored.get(chapter, {}))
    text = "<!-- minutes:04 -->–<!-- /minutes --> | <!-- memory:04 -->–<!-- /memory --> | "
    text += "<!-- minutes:05 -->9<!-- /minutes -->"
    assert index.with_costs(text) == (
        "<!-- minutes:04 -->1.2<!-- /minutes --> | <!-- memory:04 -->0.9<!-- /memory --> | "
        "<!-- minutes:05 -->–<!-- /minutes -->"
    )
