"""Is of many findings a few of each kind shown, in their order, and the rest counted?"""

from backlit.cli.shortening import few_of_each


def test_a_few_of_each_kind_are_shown_and_the_rest_is_counted() -> None:
    rows = [{"id": "covered" if n % 100 == 50 else "no-reason", "line": n} for n in range(1_300)]
    told = few_of_each(rows, "id", lambda row: f"{row['id']} {row['line']}\n").splitlines()
    assert told[:3] == ["no-reason 0", "no-reason 1", "no-reason 2"]
    assert told[9:12] == ["no-reason 9", "covered 50", "covered 150"]
    assert told[20:] == ["And 1,277 more of no-reason, 3 more of covered; --json has all."]
    assert few_of_each(rows[:3], "id", lambda row: f"{row['line']}\n") == "0\n1\n2\n"
    assert few_of_each([], "id", str) == ""
