"""Times that are text or numbers become UTC, or are refused with the key that would read them."""

from datetime import UTC, date, datetime, time

import polars as pl
import pytest

from mtrec_lib.core.errors import ParameterError
from mtrec_lib.data.readers.cells.problems import Problems
from mtrec_lib.data.readers.own_times import sessions, times


def read(values, dtype=None, **options):
    """The times of a column, and what was wrong with its cells."""
    problems = Problems("my.toml")
    column = pl.Series("timestamp", values, dtype=dtype)
    times_read = times(pl.DataFrame([column]), options, problems)
    return times_read.to_list(), problems


def at(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "format", "microsecond"),
    [
        ("2023-05-06 07:08:09.250", "%Y-%m-%d %H:%M:%S.%f", 250_000),
        ("2023-05-06 07:08:09.25", "%Y-%m-%d %H:%M:%S.%f", 250_000),
        ("2023-05-06 07:08:09.000250", "%Y-%m-%d %H:%M:%S.%f", 250),
        ("2023-05-06 07:08:09,25", "%Y-%m-%d %H:%M:%S,%f", 250_000),  # Python's logging writes it
        ("20230506070809250", "%Y%m%d%H%M%S%f", 250_000),
    ],
)
def test_fractions_mean_what_strptime_says(cell, format, microsecond):
    expected = datetime.strptime(cell, format).replace(tzinfo=UTC)
    assert expected.microsecond == microsecond
    assert read([cell], format=format)[0] == [expected]


@pytest.mark.parametrize("year", ["00", "24", "68", "69", "70", "99"])
def test_years_of_two_digits_turn_where_python_turns_them(year):
    cell, format = f"06.05.{year}", "%d.%m.%y"
    assert read([cell], format=format)[0] == [datetime.strptime(cell, format).replace(tzinfo=UTC)]


@pytest.mark.parametrize(
    ("cell", "format", "expected"),
    [
        ("2023-05-06 07 +0200", "%Y-%m-%d %H %z", at(2023, 5, 6, 5)),
        ("2023-05-06 07:08 Z", "%Y-%m-%d %H:%M %z", at(2023, 5, 6, 7, 8)),
        ("2023-05-06 07:08:09 UTC", "%Y-%m-%d %H:%M:%S UTC", at(2023, 5, 6, 7, 8, 9)),
        ("6 May 2023, 7 PM", "%d %B %Y, %I %p", at(2023, 5, 6, 19)),
        ("2023050607", "%Y%m%d%H", at(2023, 5, 6, 7)),
        ("2023", "%Y", at(2023, 1, 1)),
    ],
)
def test_directives_that_chrono_reads_otherwise(cell, format, expected):
    assert read([cell], format=format)[0] == [expected]


@pytest.mark.parametrize(
    "cell",
    [
        "2023-05-06 07:08:09 UTC",  # as BigQuery writes it
        "2023-05-06T07:08:09Z",
        "2023-05-06 09:08:09 +02:00",
        "2023-05-06T09:08:09.000+0200",
    ],
)
def test_iso_times_that_say_their_distance_from_utc(cell):
    assert read([cell])[0] == [at(2023, 5, 6, 7, 8, 9)]


def test_iso_times_of_several_kinds_may_stand_in_one_column():
    cells = ["2023-05-06", "2023-05-06 07:08", None, "2023-05-06T09:08+02:00"]
    expected = [at(2023, 5, 6), at(2023, 5, 6, 7, 8), None, at(2023, 5, 6, 7, 8)]
    assert read(cells)[0] == expected


@pytest.mark.parametrize(
    ("format", "message"),
    [
        ("%Y-%m-%d %Z", r"%Z.*set timezone"),
        ("%s", 'set unit = "s"'),
        ("%H:%M", "names no year"),
        ("%Y-%N", "no format of strptime"),
    ],
)
def test_formats_that_would_be_read_wrongly_are_refused(format, message):
    with pytest.raises(ParameterError, match=message):
        read(["2023-05-06 CET"], format=format)


SECONDS = 1_683_356_889  # 2023-05-06 07:08:09


@pytest.mark.parametrize("scale", [1, 1_000, 1_000_000, 1_000_000_000])
@pytest.mark.parametrize("text", [False, True])
def test_a_unit_of_another_size_is_refused_with_the_right_one(scale, text):
    units = {1: "s", 1_000: "ms", 1_000_000: "us", 1_000_000_000: "ns"}
    number = SECONDS * scale
    cells = [str(number), str(number + scale)] if text else [number, number + scale]
    assert read(cells, unit=units[scale])[0] == [at(2023, 5, 6, 7, 8, 9), at(2023, 5, 6, 7, 8, 10)]
    for other in set(units.values()) - {units[scale]}:
        with pytest.raises(ParameterError, match=f'set unit = "{units[scale]}"'):
            read(cells, unit=other)


def test_numbers_without_a_unit_are_seconds_or_refused():
    assert read([SECONDS])[0] == [at(2023, 5, 6, 7, 8, 9)]
    with pytest.raises(ParameterError, match=r'of the year 5\d{4}; set unit = "ms"'):
        read([SECONDS * 1000])
    _, problems = read([str(SECONDS)])  # text of a CSV file: nothing is taken for granted
    assert 'set unit = "s"' in problems.found[0]


@pytest.mark.parametrize("unit", ["excel days", "days since 1899-12-30"])
def test_days_of_excel(unit):
    # Excel shows 45052 as 6 May 2023; .25 of a day are six hours.
    assert read(["45052", "45052.25"], unit=unit)[0] == [at(2023, 5, 6), at(2023, 5, 6, 6)]
    # They show the clock on the wall: in Shanghai it is eight hours later than in UTC.
    assert read([45052.5], unit=unit, timezone="Asia/Shanghai")[0] == [at(2023, 5, 6, 4)]


@pytest.mark.parametrize("unit", ["s", "ms", None])
@pytest.mark.parametrize(
    ("values", "cure"),
    [
        ([45052.5, 45053.0], 'unit = "excel days"'),
        ([20230506, 20230507], 'format = "%Y%m%d"'),
        ([20230506070809], 'format = "%Y%m%d%H%M%S"'),
        ([2021, 2022], 'format = "%Y"'),
    ],
)
def test_numbers_that_are_dates_are_no_seconds(values, cure, unit):
    with pytest.raises(ParameterError, match=cure):
        read(values, **({"unit": unit} if unit else {}))


def test_a_number_may_be_read_by_a_format():
    assert read([20230506], format="%Y%m%d")[0] == [at(2023, 5, 6)]
    assert read([20230506.0, None], format="%Y%m%d")[0] == [at(2023, 5, 6), None]


def test_counts_from_a_start_of_ones_own_stay_what_they_are():
    assert read([1, 2, 400_000])[0][:2] == [at(1970, 1, 1, 0, 0, 1), at(1970, 1, 1, 0, 0, 2)]


def test_one_number_of_another_unit_is_a_bad_cell_and_not_an_overflow():
    many = [SECONDS + n for n in range(20)]
    times_read, problems = read([*many, SECONDS * 10**6])
    assert times_read[-1] is None
    assert "outside the years 1 to 9999" in problems.found[0]
    assert f"row 21: {SECONDS * 10**6}" in problems.found[0]


def test_a_unit_and_a_format_exclude_one_another():
    with pytest.raises(ParameterError, match="both unit = 's' and format"):
        read([SECONDS], unit="s", format="%Y")


@pytest.mark.parametrize(
    ("cell", "cure"),
    [
        ("25.05.2023 07:08", "format = '%d.%m.%Y %H:%M'"),
        ("05/25/2023", "format = '%m/%d/%Y'"),
        ("25 May 2023", "format = '%d %b %Y'"),
        ("25/May/2023:07:08:09 +0000", "format = '%d/%b/%Y:%H:%M:%S %z'"),
    ],
)
def test_text_of_a_common_format_is_refused_with_it(cell, cure):
    assert cure in read([cell])[1].found[0]


def test_where_day_and_month_may_swap_both_formats_are_named():
    line = read(["05/06/2023"])[1].found[0]
    assert "format = '%d/%m/%Y' or format = '%m/%d/%Y'" in line


def test_gaps_that_pandas_writes_as_nan_are_empty():
    times_read, problems = read([float("nan"), SECONDS + 0.5])
    assert times_read == [None, at(2023, 5, 6, 7, 8, 9, 500_000)]
    assert problems.found == []


@pytest.mark.parametrize(
    "values", [[time(7, 8)], [True], [[1]], [b"x"]], ids=["Time", "Boolean", "List", "Binary"]
)
def test_a_column_that_is_no_time_is_refused_by_its_type(values, request):
    with pytest.raises(
        ParameterError, match=rf"events\.timestamp has type {request.node.callspec.id}"
    ):
        read(values)


def test_columns_of_dates_and_of_categories():
    assert read([date(2023, 5, 6)])[0] == [at(2023, 5, 6)]
    assert read(["2023-05-06"], dtype=pl.Categorical)[0] == [at(2023, 5, 6)]


def test_an_hour_that_a_clock_showed_twice_is_counted():
    # On 29 October 2023 clocks in Vienna went back from 3:00 to 2:00; 2:30 came at 0:30 and 1:30.
    times_read, problems = read(["2023-10-29 02:30", "2023-10-29 04:00"], timezone="Europe/Vienna")
    assert times_read == [at(2023, 10, 29, 0, 30), at(2023, 10, 29, 3)]
    assert [step.count for step in problems.report(2).steps] == [1]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3.25, 3.75, 4.0], [0, 1, 2]),
        ([3.0, 4.0, float("nan")], [3, 4, None]),
        (["010", "10", "10"], [0, 1, 1]),
        (["3.0", "3", "4"], [3, 3, 4]),
        (["3.10", "3.1"], [0, 1]),
        (["v1 ", "v1", "v2"], [0, 0, 1]),
        ([-1, 5, -1], [0, 1, 0]),  # −1 means none in a history, so it may be nobody's id
        ([str(2**63), str(2**63 + 1)], [0, 1]),
        ([2**63, 2**63 + 1], [0, 1]),
        ([date(1970, 1, 2), date(1970, 1, 3)], [1, 2]),  # days since 1970
    ],
)
def test_session_ids_lose_no_digit(values, expected):
    dtype = pl.UInt64 if values[0] == 2**63 else None
    assert sessions(pl.Series(values, dtype=dtype)).to_list() == expected


@pytest.mark.parametrize(
    ("zone", "hint"),
    [
        ("Asia/shanghai", "did you mean 'Asia/Shanghai'"),
        ("UTC+8", r"did you mean '\+08:00'"),
        ("GMT-0530", "did you mean '-05:30'"),
        ("Mars/Base", "got 'Mars/Base'$"),
        ("", "timezone is empty"),
    ],
)
@pytest.mark.parametrize("values", [["2023-05-06"], [SECONDS]])
def test_a_time_zone_that_is_none_is_refused_with_the_nearest(values, zone, hint):
    with pytest.raises(ParameterError, match=hint):
        read(values, timezone=zone)


def test_a_letter_that_says_utc_is_counted_where_another_clock_is_declared():
    format = "%Y-%m-%dT%H:%M:%SZ"
    cells = ["2023-05-06T07:08:09Z", "2023-05-06T07:08:10Z"]
    _, problems = read(cells, format=format, timezone="Asia/Shanghai")
    assert [step.count for step in problems.report(2).steps] == [2]
    assert read(cells, format=format)[1].report(2).steps == ()


def test_seconds_that_a_spreadsheet_rounded_are_counted():
    _, problems = read(["1.68336E+09", "1683356889"], unit="s")
    assert [step.count for step in problems.report(2).steps] == [1]


@pytest.mark.parametrize(
    ("word", "unit"), [("seconds", "s"), ("Milliseconds", "ms"), ("excel", "excel days")]
)
def test_a_unit_by_its_long_name_is_refused_with_the_short_one(word, unit):
    with pytest.raises(ParameterError, match=f"did you mean '{unit}'"):
        read([SECONDS], unit=word)


def test_nested_session_ids_are_refused():
    with pytest.raises(ParameterError, match="session_id has type List"):
        sessions(pl.Series([[1], [2]]))
