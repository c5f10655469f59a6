"""Is a policy read as it is meant, what is wrong with others, and which rules do decisions speak for?"""

import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

import pytest

from backlit.errors import ConfigError
from backlit.model import Verdict
from backlit.report.policy import Case, Example, Policy, Rule, parse_policy, proposals, stamped, with_rule
from backlit.report.policy.rules import matches
from backlit.report.policy.text import INTRODUCTION

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
SITE = "shop.example"
ENDS = ("com", "top", "blogspot.com", "xyz")
TEXT = """\
# ours
version = 2
by = "ann"

[[rules]]
id = "blogs"
verdict = "ignore"
platform = "blogspot.com"
why = "comment spam" # a note

[[rules]]
id = "cheap"
verdict = "keep"
target = "shop.example"
domains = ["*cheap*", "x.test"]
finding = "text-that-sells"
unnatural_below = 80
why = "ours"
"""
BLOGS = Rule("blogs", Verdict.IGNORE, "comment spam", platform="blogspot.com")
CHEAP = Rule(
    "cheap", Verdict.KEEP, "ours", "shop.example", ("*cheap*", "x.test"), None, "text-that-sells", 80.0
)


def case(*domains: str, findings: Sequence[str] = (), unnatural: float | None = 70.0) -> Case:
    return Case(frozenset(domains), frozenset(findings), unnatural)


def test_a_text_is_read_as_it_is_meant() -> None:
    assert parse_policy(TEXT) == Policy((BLOGS, CHEAP), 2)
    assert parse_policy("") == parse_policy(INTRODUCTION) == Policy(())


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('"ignore"', '"disavow"', 7, "a rule never decides to disavow. That takes a person"),
        ('"ignore"', '"ask-removal"', 7, "a rule never decides to ask-removal"),
        ('"ignore"', '"snooze"', 7, "no verdict of a rule. Known are keep, ignore, watch"),
        ('"ignore"', "ignore", 7, "it is no TOML"),
        ('"ignore"', "1", 7, "verdict is no text"),
        ('id = "blogs"', 'id = "cheap"', 12, "there is a rule cheap above"),
        ('id = "blogs"', 'id = "Blogs !"', 6, "is no id"),
        ('id = "blogs"\n', "", 5, "the rule has no id"),
        ('platform = "blogspot.com"\n', "", 5, "the rule asks for nothing"),
        ('platform = "blogspot.com"', 'platfrom = "blogspot.com"', 8, "Near it: platform"),
        ('platform = "blogspot.com"', 'platform = "a.blogspot.co"', 8, "is no domain"),
        ('["*cheap*", "x.test"]', '"*cheap*"', 15, "domains is no list of texts"),
        ('["*cheap*", "x.test"]', '["**"]', 15, "means every domain"),
        ('["*cheap*", "x.test"]', '["a b"]', 15, "is no name"),
        ("text-that-sells", "text-that-sell", 16, "Near it: text-that-sells"),
        ("= 80", "= 50", 17, "write a number above 60"),
        ("= 80", "= nan", 17, "bounds no reading"),
        ("= 80", "= true", 17, "bounds no reading"),
        ("[[rules]]\nid = \"blogs\"", "[[rule]]\nid = \"blogs\"", 5, "“rule” is not known"),
        ("# ours", "rules = 1 #", 5, "it is no TOML"),
        ('by = "ann"', 'by = "ann', 3, "it is no TOML"),
        ('why = "ours"', f'why = "{"o" * 501}"', 18, "why is longer"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line_and_what_to_do(old: str, new: str, line: int, said: str) -> None:
    assert old in TEXT
    with pytest.raises(ConfigError) as caught:
        parse_policy(TEXT.replace(old, new, 1), "mine.toml")
    assert caught.value.asked == "read mine.toml"
    assert caught.value.found.startswith(f"line {line}: ")
    assert said in str(caught.value)
    assert caught.value.do


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 5_000,
        "version = " + "9" * 10_000,
        "x = 1\n" * 3,
        "\x00",
        "rules = [1]",
        "[rules]\nid = 1",
        '[[rules]]\nid = "a"\nverdict = "ig\u202enore"\nwhy = "x"\ndomains = ["a*"]',
        "#" * 300_000,
        "[[rules]]\n" * 600,
    ],
)
def test_a_hostile_text_is_refused_in_short_and_visible_words(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_policy(text)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


def test_patterns_mean_whole_names_and_cost_little() -> None:
    found = [each for each in ("a.top", "b.a.top", "top", "a.topx") if matches("*.top", each)]
    assert found == ["a.top", "b.a.top"]
    assert matches("a*b*c", "aXbYc")
    assert not matches("ab*ba", "aba")
    assert not matches("a*b*c", "acb")
    assert not matches("*a" * 100 + "*b", "a" * 10_000)


@pytest.mark.parametrize(
    ("rule", "what", "decides", "touches"),
    [
        (BLOGS, case("a.blogspot.com", "b.blogspot.com"), True, True),
        (BLOGS, case("a.blogspot.com", "good.example"), False, True),
        (BLOGS, case("blogspot.com"), False, False),
        (BLOGS, case(), False, False),
        (CHEAP, case("so-cheap.test", findings=["text-that-sells"]), True, True),
        (CHEAP, case("so-cheap.test"), False, False),
        (CHEAP, case("so-cheap.test", findings=["text-that-sells"], unnatural=80), False, False),
        (CHEAP, case("so-cheap.test", findings=["text-that-sells"], unnatural=None), False, False),
    ],
)
def test_a_rule_decides_a_group_by_all_that_it_asks(
    rule: Rule, what: Case, decides: bool, touches: bool
) -> None:
    assert (rule.decides(what), rule.touches(what)) == (decides, touches)


def test_the_first_rule_that_is_for_the_target_decides() -> None:
    policy = Policy((CHEAP, BLOGS))
    found = case("cheap.blogspot.com", findings=["text-that-sells"])
    assert policy.rule_for(found, SITE) is CHEAP
    assert policy.rule_for(found, "other.example") is BLOGS
    assert policy.rule_for(case("good.example"), SITE) is None


def test_a_version_keeps_every_word_but_its_own_lines() -> None:
    made = stamped(TEXT, 3, NOON, 'ann "the boss"\u202e', "one more\n[[rules]]")
    head = tomllib.loads(made)
    assert (head["version"], head["at"], head["by"]) == (3, NOON, 'ann "the boss"')
    assert head["why"] == "one more [[rules]]"
    assert [line for line in TEXT.splitlines() if line and line not in made] == ["version = 2", 'by = "ann"']
    assert parse_policy(made) == Policy((BLOGS, CHEAP), 3)
    assert stamped(made, 3, NOON, 'ann "the boss"', "one more [[rules]]") == made
    with pytest.raises(ConfigError, match="cannot be written anew"):
        stamped('why = """\nx = 1\n"""\n', 1, NOON, "ann", "x")


def test_a_rule_that_is_added_reads_back() -> None:
    strange = Rule(
        "r1", Verdict.WATCH, 'say "no" \\ \x7f\u2028done', "shop.example", ("*.top",), None, None, 92.5
    )
    found = parse_policy(with_rule(with_rule(INTRODUCTION, CHEAP), strange)).rules
    assert found[0] == CHEAP
    assert (found[1].why, found[1].unnatural_below) == ('say "no" \\ done', 92.5)


# learning ------------------------------------------------------------------------


def decided(verdict: str, *cases: Case, first: int = 1) -> list[Example]:
    return [Example(number, Verdict(verdict), each) for number, each in enumerate(cases, first)]


BLOGGED = [case(f"b{n}.blogspot.com") for n in range(3)]


def test_three_that_agree_make_a_rule_and_two_do_not() -> None:
    (found,) = proposals(decided("ignore", *BLOGGED), SITE)
    assert found.agree == (1, 2, 3)
    assert (found.rule.verdict, found.rule.platform, found.rule.target) == ("ignore", "blogspot.com", SITE)
    assert found.rule.why == "learned from 3 decisions that agree, none against: 1, 2, 3"
    assert proposals(decided("ignore", *BLOGGED[:2]), SITE) == []
    assert parse_policy(with_rule("", found.rule)).rules == (found.rule,)


def test_one_against_it_leaves_none() -> None:
    other = case("b9.blogspot.com", "good.example")
    for verdict in ("keep", "watch", "ask-removal", "disavow"):
        assert proposals(decided("ignore", *BLOGGED) + decided(verdict, other, first=9), SITE) == []
    assert len(proposals(decided("ignore", *BLOGGED) + decided("snooze", other, first=9), SITE)) == 1


@pytest.mark.parametrize("verdict", ["ask-removal", "disavow", "snooze"])
def test_what_takes_a_person_is_never_learned(verdict: str) -> None:
    assert proposals(decided(verdict, *BLOGGED), SITE) == []


def test_a_rule_about_a_finding_reaches_no_further_than_what_was_seen() -> None:
    names = ("text-that-sells", "same-words")
    low = [case(f"s{n}.test", findings=names, unnatural=61.0 + 3 * n) for n in range(4)]
    (found,) = proposals(decided("keep", *low), SITE)
    assert (found.rule.finding, found.rule.unnatural_below) == ("same-words", 71.0)
    high = case("bad.test", findings=names[:1], unnatural=68.5)
    more = decided("keep", *low) + decided("disavow", high, first=9)
    (plain, bounded) = proposals(more, SITE)
    assert (plain.rule.finding, plain.agree) == ("same-words", (1, 2, 3, 4))
    assert (bounded.rule.finding, bounded.rule.unnatural_below) == ("text-that-sells", 68.0)
    assert bounded.agree == (1, 2, 3)
    unread = decided("keep", *low) + decided("keep", case("u.test", findings=names, unnatural=None), first=9)
    assert [each.agree for each in proposals(unread, SITE)] == [(1, 2, 3, 4)]


def test_what_is_said_of_one_site_again_and_again_is_said_once() -> None:
    same = [case("daily-casino.blogspot.com", findings=["same-words"], unnatural=61.0 + n) for n in range(5)]
    assert proposals(decided("ignore", *same), SITE) == []
    two = [*same, *BLOGGED[:1]]
    assert proposals(decided("ignore", *two), SITE) == []
    assert len(proposals(decided("ignore", *two, *BLOGGED[1:2]), SITE)) == 1


def test_a_rule_about_names_reaches_no_reading_that_nobody_saw() -> None:
    casinos = [case(f"{word}-casino.test", unnatural=61.0) for word in ("a", "b", "c")]
    (found,) = proposals(decided("ignore", *casinos), SITE)
    assert (found.rule.domains, found.rule.unnatural_below) == (("*casino*",), 62.0)
    assert found.rule.decides(case("d-casino.test", unnatural=61.5))
    assert not found.rule.decides(case("paid-casino.test", unnatural=98.0))
    unread = [case(*each.domains, unnatural=None) for each in casinos]
    (free,) = proposals(decided("ignore", *unread), SITE)  # said of whole sites, whatever they read
    assert free.rule.unnatural_below is None
    mixed = [*unread, case("d-casino.test", unnatural=61.0)]
    assert [
        (each.agree, each.rule.unnatural_below) for each in proposals(decided("ignore", *mixed), SITE)
    ] == [((1, 2, 3, 4), None)]


def test_names_tell_by_their_words_and_rare_endings() -> None:
    casinos = [case("best-casino.com"), case("casino24.org"), case("my-casino.net")]
    (found,) = proposals(decided("ignore", *casinos), SITE)
    assert found.rule.domains == ("*casino*",)
    tops = [case("a1.top"), case("b2.top"), case("c3.top")]
    assert [each.rule.domains for each in proposals(decided("ignore", *tops), SITE)] == [("*.top",)]
    for ending in ("com", "de", "co.uk"):
        plain = [case(f"{name}.{ending}") for name in ("a1", "b2", "c3")]
        assert proposals(decided("ignore", *plain), SITE) == []


def test_words_that_stand_in_few_names_cost_no_matching(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, touches = list[str](), Rule.touches

    def counted(rule: Rule, about: Case) -> bool:
        asked.extend(rule.domains)
        return touches(rule, about)

    monkeypatch.setattr(Rule, "touches", counted)
    letters = "abcdefghijklmnoprst"
    many = [case(f"{one}{two * 5}-casino.test") for one in letters for two in letters]
    (found,) = proposals(decided("ignore", *many), SITE)
    assert (found.rule.domains, len(found.agree)) == (("*casino*",), len(many))
    assert len(asked) < 5 * len(many)  # not once for each of the words and decisions


def test_what_was_accepted_is_not_proposed_again() -> None:
    examples = decided("ignore", *BLOGGED)
    (found,) = proposals(examples, SITE)
    assert proposals(examples, SITE, [found.rule]) == []
    assert proposals(examples, SITE, [BLOGS]) == []
    elsewhere = Rule("x", Verdict.IGNORE, "x", "other.example", platform="blogspot.com")
    assert len(proposals(examples, SITE, [elsewhere])) == 1


def at_random(chosen: Random, number: int) -> Example:
    names = [f"{word}{n}.{end}" for n in range(3) for word in ("casino", "blog", "shop-news") for end in ENDS]
    verdicts = [*[Verdict.IGNORE] * 6, *(each for each in Verdict if each is not Verdict.UNDO)]
    found = chosen.sample(["text-that-sells", "same-words", "thin-page"], chosen.randint(0, 2))
    reading = chosen.choice([None, *(60 + 40 * chosen.random() for _ in range(9))])
    about = case(*chosen.sample(names, chosen.choice([1, 1, 1, 3])), findings=found, unnatural=reading)
    return Example(number, chosen.choice(verdicts), about)


def test_no_rule_is_ever_against_a_decision() -> None:
    """Over ten thousand decisions at random: what is proposed agrees with three, contradicts none that says
    something, takes no person, and reads back as it was."""
    chosen, made = Random(8), 0
    for _ in range(400):
        examples = [at_random(chosen, number) for number in range(1, chosen.randint(4, 50))]
        by_number = {each.number: each for each in examples}
        for found in proposals(examples, SITE, groups=[each.case for each in examples]):
            made += 1
            rule = found.rule
            assert len(found.agree) >= 3
            assert {by_number[number].verdict for number in found.agree} == {rule.verdict}
            assert all(rule.decides(by_number[number].case) for number in found.agree)
            others = [each for each in examples if each.verdict not in (rule.verdict, Verdict.SNOOZE)]
            assert not [each for each in others if rule.touches(each.case)]
            assert rule.verdict in ("keep", "ignore", "watch")
            assert parse_policy(with_rule("", rule)).rules == (rule,)
    assert made > 100
