"""Does the next file hold what was decided and nothing that passes nothing, is gone, or somebody meant?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from backlit import Disavow
from backlit.report.disavow.old_file import reviewed
from backlit.report.disavow.plan import Fact, LeftOut, Plan, facts_by_domain, planned
from backlit.store.standing import Decision, Verdict, standing
from tests.unit.google_rules import refused

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SITE = "shop.com"


def fact(name: str, domain: str = "bad.com", **more: object) -> Fact:
    found = Fact(name, domain, f"https://{domain}/{name}", True, True, 90.0, 10.0, 5.0)
    return replace(found, **more)  # type: ignore[arg-type]  # fields of it by name


def decision(number: int, verdict: Verdict = Verdict.DISAVOW, **more: object) -> Decision:
    found = Decision(NOON, "ann", SITE, "cluster", "c1", verdict, "paid", id=number)
    return replace(found, **more)  # type: ignore[arg-type]  # fields of it by name


def plan(
    facts: list[Fact],
    *events: Decision,
    base: str = "",
    platforms: tuple[str, ...] = (),
    basis: str | None = "a manual action",
) -> Plan:
    found = planned(
        SITE,
        Disavow.parse(base),
        events,
        standing(events),
        facts_by_domain(facts),
        basis=basis,
        platforms=platforms,
    )
    assert refused(found.file.render()) == []
    return found


def entries(found: Plan) -> list[str]:
    return [str(each) for each in found.file.entries]


def test_without_a_decision_nothing_is_disavowed() -> None:
    assert plan([fact("a")]) == Plan(Disavow.parse(""), (), ())


def test_a_domain_goes_whole_only_if_nothing_good_comes_from_it() -> None:
    whole = decision(1, domains=("bad.com",))
    assert entries(plan([fact("a"), fact("b")], whole)) == ["domain:bad.com"]
    mixed = [fact("a"), fact("good", unnatural=12.0), fact("unread", unnatural=None)]
    found = plan(mixed, whole)
    assert entries(found) == ["https://bad.com/a"]
    assert [each.subject for each in found.left_out] == ["https://bad.com/good", "https://bad.com/unread"]
    assert {each.why for each in found.left_out} == {"it reads as natural: decide on the link itself"}
    # somebody who names the domain means all of it; a link that passes nothing holds nothing up
    assert entries(plan(mixed, replace(whole, kind="domain"))) == ["domain:bad.com"]
    assert entries(plan([fact("a"), fact("n", vouches=False, unnatural=1.0)], whole)) == ["domain:bad.com"]


def test_links_are_disavowed_by_their_pages_until_they_are_all() -> None:
    some = decision(1, links=("a",))
    assert entries(plan([fact("a"), fact("b")], some)) == ["https://bad.com/a"]
    assert entries(plan([fact("a"), fact("b")], decision(1, links=("a", "b")))) == ["domain:bad.com"]
    named = decision(1, kind="link", links=("good",))
    assert entries(plan([fact("a"), fact("good", unnatural=3.0)], named)) == ["https://bad.com/good"]


def test_what_is_gone_or_passes_nothing_is_never_disavowed() -> None:
    events = [decision(1, domains=("bad.com", "none.com", SITE)), decision(2, links=("x",))]
    told = plan([fact("a", live=False)], *events).left_out
    assert told == (
        LeftOut("domain:bad.com", "its links are gone: there is nothing to disavow"),
        LeftOut("domain:none.com", "no link from it is known here: verify it first"),
        LeftOut(f"domain:{SITE}", "it is the site itself"),
        LeftOut("c1", "the index knows no such link any more"),
    )
    found = plan([fact("a", vouches=False), fact("b", live=False)], events[0])
    assert found.left_out[0].why == "its links are marked nofollow, ugc or sponsored: they pass nothing"
    assert entries(found) == []
    assert entries(plan([fact("a"), fact("b", vouches=False)], decision(1, links=("b",)))) == []


def test_homes_of_many_sites_are_accepted_by_name() -> None:
    facts = [fact("a", "wordpress.com"), fact("b", "blog.wordpress.com")]
    event = decision(1, kind="domain", domains=("wordpress.com",))
    found = plan(facts, event)
    assert (entries(found), found.left_out[0].subject) == ([], "domain:wordpress.com")
    assert "accept it by name" in found.left_out[0].why
    assert entries(plan(facts, event, platforms=("wordpress.com",))) == ["domain:wordpress.com"]


def test_the_file_that_google_has_stays_but_for_what_is_kept() -> None:
    base = "# old agency\ndomain:a.com\ndomain:b.com\n\nhttp://c.com/x\n"
    keep = decision(1, Verdict.KEEP, kind="domain", domains=("b.com",), why="a friend")
    asked = decision(2, Verdict.ASK_REMOVAL, domains=("bad.com",), at=NOON - timedelta(days=20))
    event = decision(3, domains=("bad.com", "sub.com"), why="paid\ndomain:bank.com")
    facts = [fact("a"), fact("b", "a.com"), fact("c", "sub.com")]
    found = plan(facts, keep, asked, event, base=base)
    assert found.kept == (LeftOut("domain:b.com", "decision 1, keep: a friend"),)
    assert found.file.render().decode().splitlines() == [
        "# Disavow file of shop.com.",
        "# Basis: a manual action.",
        "",
        "# old agency",
        "domain:a.com",
        "",
        "# From the file before, without a reason.",
        "http://c.com/x",
        "",
        "# 2026-03-01 paid domain:bank.com. Removal was asked for on 2026-02-09. Decision 3 of ann.",
        "domain:bad.com",
        "",
        "# 2026-03-01 paid domain:bank.com. Decision 3 of ann.",
        "domain:sub.com",
    ]
    again = plan(facts, keep, asked, event, base=found.file.render().decode())
    assert again.file.render() == found.file.render()


WHOLE = decision(1, kind="domain", domains=("bad.com",))
KEPT = decision(2, Verdict.KEEP, kind="link", domains=(), links=("good",), why="editorial")


def test_what_a_rule_kept_yields_to_what_a_person_decides_of_the_domain_later() -> None:
    by_rule = {"policy": {"rule": "friends", "version": 1}}
    ruled = decision(1, Verdict.KEEP, links=("good",), known=by_rule)
    whole = decision(2, kind="domain", domains=("bad.com",))
    facts = [fact("a"), fact("good")]
    held = standing([ruled, whole]).of("bad.com", "good")
    assert held is not None
    assert held.id == 2
    assert entries(plan(facts, ruled, whole)) == ["domain:bad.com"]
    person = decision(1, Verdict.KEEP, links=("good",))
    assert entries(plan(facts, person, whole)) == ["https://bad.com/a"]
    assert entries(plan(facts, replace(whole, id=1), replace(ruled, id=2))) == ["https://bad.com/a"]


HELD = "decision 2, keep https://bad.com/good: editorial"


def test_a_kept_link_is_never_disavowed() -> None:
    facts = [fact("a"), fact("b", unnatural=3.0), fact("good", unnatural=3.0)]
    for events in ((WHOLE, KEPT), (KEPT, replace(WHOLE, id=3))):  # whichever was decided first
        found = plan(facts, *events)
        assert entries(found) == ["https://bad.com/a", "https://bad.com/b"]
        assert found.left_out == (LeftOut("domain:bad.com", HELD),)
        assert found.held == ("https://bad.com/good",)
    # nor with the page of another link, nor with a domain above, nor where the index lost sight of the link
    page = replace(facts[0], source_url="https://bad.com/good")
    assert plan([page, facts[2]], WHOLE, KEPT).left_out[1] == LeftOut("https://bad.com/good", HELD)
    deep = [facts[0], fact("good", "blog.bad.com")]
    assert entries(plan(deep, WHOLE, KEPT)) == ["https://bad.com/a"]
    known = replace(KEPT, known={"source_url": "https://bad.com/good"})
    assert entries(plan(facts[:1], WHOLE, known)) == ["https://bad.com/a"]


def test_a_kept_link_under_a_line_of_the_last_file() -> None:
    facts, base = [fact("a"), fact("good")], "# old\ndomain:bad.com\n"
    stays = plan(facts, KEPT, base=base)
    assert (entries(stays), stays.held) == (["domain:bad.com"], ("https://bad.com/good",))
    faults = stays.file.lint(kept=stays.held)
    assert [(each.id, each.level, each.sentence) for each in faults if each.id == "kept"] == [
        ("kept", "error", "It was decided to keep https://bad.com/good.")
    ]
    narrow = plan(facts, WHOLE, KEPT, base=base)
    assert (entries(narrow), narrow.kept) == (["https://bad.com/a"], (LeftOut("domain:bad.com", HELD),))
    (row,) = reviewed(Disavow.parse(base), facts_by_domain(facts), standing([KEPT]), NOON)
    assert (row["finding"], row["sentence"], row["what_to_do"]) == (
        "kept",
        "It covers https://bad.com/good, which decision 2 keeps: editorial",
        "Take it out, and name its other pages one by one.",
    )


def test_without_a_basis_nothing_new_is_proposed() -> None:
    found = plan([fact("a")], WHOLE, base="# old\ndomain:old.com\n", basis=None)
    assert (entries(found), found.without_basis) == (["domain:old.com"], True)
    assert [each.subject for each in found.left_out] == ["domain:bad.com"]
    assert "no basis is recorded" in found.left_out[0].why


def test_what_to_take_out_of_an_old_file() -> None:
    file = Disavow.parse(
        "# why\ndomain:gone.com\ndomain:closed.com\ndomain:good.com\ndomain:never.com\ndomain:kept.com\n"
        "domain:due.com\nhttps://bad.com/a\n\ndomain:bad.com\n"
    )
    facts = [
        fact("a", "gone.com", live=False),
        fact("b", "closed.com", vouches=False),
        fact("c", "good.com", unnatural=4.0, authority=55.0),
        fact("d", "kept.com"),
        fact("e", "due.com"),
        fact("a"),
    ]
    events = [
        decision(1, Verdict.KEEP, domains=("kept.com",), why="a friend"),
        decision(2, domains=("due.com",), until=NOON),
    ]
    rows = reviewed(file, facts_by_domain(facts), standing(events), NOON)
    assert [(row["line"], row["entry"], row["finding"]) for row in rows] == [
        (4, "domain:good.com", "good"),
        (2, "domain:gone.com", "gone"),
        (3, "domain:closed.com", "passes-nothing"),
        (6, "domain:kept.com", "kept"),
        (7, "domain:due.com", "due"),
        (5, "domain:never.com", "unknown"),
        (10, "domain:bad.com", "no-reason"),
    ]
    assert rows[0] == {
        "entry": "domain:good.com",
        "line": 4,
        "finding": "good",
        "sentence": "1 live link reads as natural, from authority 55.",
        "what_to_do": "Look at them, and take it out unless they were paid for.",
        "links": 1,
        "live": 1,
        "authority": 55.0,
        "unnatural": 4.0,
    }
