"""What a law cannot say and nobody may rule: each is refused, or is a finding, in one clear sentence."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from escrutinio.base.errors import DefinitionError
from escrutinio.base.words.catalogue import languages
from escrutinio.core.election.definition import check_contests, check_definition
from escrutinio.core.election.state import Standing
from escrutinio.core.records import parts as p
from escrutinio.core.records import types as t
from escrutinio.core.records.bounds import OutOfBoundsError
from escrutinio.core.records.codes import Decision, Method, Role, Ties
from escrutinio.core.records.entry import open_record
from tests.core.election.build import (
    COUNCIL,
    NULL_AND_BLANK,
    PRESIDENT,
    VOTES,
    Day,
    codes,
    counts_at,
    found,
    machines,
    manual,
    pending,
    ruling,
)

STAFF = p.Supplement("staff", (), "art. 9", 5, ())
THIRD = p.Court("tercero", (p.Title("es", "Tribunal"),), 1)
MAY_RULE = p.Power(t.Ruling.TYPE, Role.COURT, 1)


def share(numerator: int, denominator: int, *, more: int = 0, beside: tuple[int, ...] = ()) -> p.Bar:
    return p.Bar(numerator, denominator, more, beside)


# --- definitions that contradict themselves ---

Law = Callable[[t.Definition], t.Definition]


def contests(*changed: p.Contest) -> Law:
    return lambda body: replace(body, contests=changed)


def president(**parts: object) -> Law:
    return contests(replace(PRESIDENT, **parts), COUNCIL)  # type: ignore[arg-type]


def council(**parts: object) -> Law:
    return contests(PRESIDENT, replace(COUNCIL, **parts))  # type: ignore[arg-type]


def body(**parts: object) -> Law:
    return lambda written: replace(written, **parts)  # type: ignore[arg-type]


WRONG: dict[str, tuple[Law, str]] = {
    "contests that share a code": (contests(PRESIDENT, replace(COUNCIL, code="presidente")), "contest-twice"),
    "an option of another contest's candidate": (
        president(options=(*PRESIDENT.options, p.Option("ola", (), 3))),
        "option-no-candidate",
    ),
    "the same option twice": (president(options=(*PRESIDENT.options, PRESIDENT.options[0])), "option-twice"),
    "a threshold of 0": (council(threshold=share(0, 1)), "threshold-range"),
    "a threshold of more than all": (council(threshold=share(1, 1, more=1)), "threshold-range"),
    "a threshold of a class that there is not": (
        council(threshold=share(3, 100, beside=(2,))),
        "threshold-base",
    ),
    "a threshold of one class twice": (council(threshold=share(3, 100, beside=(1, 1))), "threshold-base"),
    "a threshold without lists": (president(threshold=share(3, 100)), "threshold-unused"),
    "a quorum of 0": (president(quorum=share(0, 5)), "threshold-range"),
    "a quorum with a class beside the voters": (president(quorum=share(1, 2, beside=(0,))), "quorum-beside"),
    "a first round for seats by lists": (council(wins=(p.Win(share(1, 2), None),)), "wins-unused"),
    "a share of 0 that wins": (
        president(method=Method.TWO_ROUND, wins=(p.Win(share(0, 2), None),)),
        "threshold-range",
    ),
    "more marks than options": (president(marks=5), "marks-range"),
    "no mark": (president(marks=0), "marks-range"),
    "several marks in two rounds": (president(method=Method.TWO_ROUND, marks=2), "marks-two-rounds"),
    "a threshold of marks and ballots": (
        council(marks=2, threshold=share(3, 100, beside=(1,))),
        "bar-beside-marks",
    ),
    "two seats in two rounds": (president(method=Method.TWO_ROUND, seats=2), "seats-two-rounds"),
    "an order of ties without somebody": (president(ties=Ties.ORDER, order=(0, 1)), "ties-order"),
    "an order of ties with somebody twice": (president(ties=Ties.ORDER, order=(0, 1, 1)), "ties-order"),
    "an order beside lots": (president(ties=Ties.LOTS, order=(0, 1, 2)), "ties-order"),
    "a class twice": (president(classes=(*NULL_AND_BLANK, NULL_AND_BLANK[0])), "class-twice"),
    "a class without a title": (president(classes=(p.BallotClass("otra", ()),)), "class-untitled"),
    "a class that the tables need": (
        president(classes=(p.BallotClass("valid", (p.Title("en", "Valid"),)),)),
        "class-reserved",
    ),
    "a supplement without article": (body(supplements=(replace(STAFF, article=" "),)), "supplement-article"),
    "a supplement twice": (body(supplements=(STAFF, STAFF)), "supplement-twice"),
    "a power twice": (body(powers=(MAY_RULE, MAY_RULE), courts=(THIRD,)), "power-twice"),
    "a power of a party": (body(powers=(p.Power(t.Ruling.TYPE, Role.PARTY, 1),)), "power-whose"),
    "a power that needs nobody": (body(powers=(p.Power(t.Ruling.TYPE, Role.AUTHORITY, 0),)), "power-whose"),
    "a power over what each says alone": (
        body(powers=(p.Power(t.Complaint.TYPE, Role.AUTHORITY, 2),)),
        "power-unused",
    ),
    "a power of courts over what they do not say": (
        body(courts=(THIRD,), powers=(MAY_RULE, p.Power(t.Proclamation.TYPE, Role.COURT, 1))),
        "power-unused",
    ),
    "a court that may say nothing": (body(courts=(THIRD,)), "courts-without-acts"),
    "a power of courts without one": (body(powers=(MAY_RULE,)), "courts-without-acts"),
    "a court of no instance": (
        body(courts=(replace(THIRD, instance=0),), powers=(MAY_RULE,)),
        "court-instance",
    ),
    "a court twice": (body(courts=(THIRD, THIRD), powers=(MAY_RULE,)), "court-twice"),
    "an article of no rule": (body(articles=(p.Article("weather", "art. 1"),)), "article-rule"),
    "an article without words": (president(articles=(p.Article("marks", " "),)), "article-rule"),
    "no contest at all": (contests(), "contests-where"),
}


def check(written: t.Definition) -> None:
    check_definition(written)
    check_contests(written.contests)


@pytest.mark.parametrize("what", list(WRONG))
def test_a_law_that_contradicts_itself_is_refused_in_one_sentence(what: str) -> None:
    law, code = WRONG[what]
    written = open_record(Day().log[0]).body
    assert isinstance(written, t.Definition)
    check(written)
    wrong = law(written)
    with pytest.raises(DefinitionError) as raised:
        check(wrong)
    assert raised.value.code == code
    for language in languages():
        sentence = raised.value.said_in(language)
        assert sentence.strip().endswith((".", "?")), sentence
        assert "{" not in sentence
        assert "\n" not in sentence
    with pytest.raises(DefinitionError) as log:
        Day(law=law, stations=None, charter=False).fold()
    assert log.value.code == code


@pytest.mark.parametrize("share_of", [share(3, 2), share(1, 0)])
def test_a_share_above_one_is_no_record_at_all(share_of: p.Bar) -> None:
    with pytest.raises(OutOfBoundsError):
        Day(law=council(threshold=share_of))


def test_a_sheet_with_the_options_of_another_contest_does_not_count() -> None:
    day = machines(Day())
    day.sheet("machine/1", "n1.01", (5, 4), contest="presidente")
    state = day.state()
    assert codes(state) == ["wrong-option-count"]
    assert counts_at(state, "n1.01") is None


# --- rulings by whoever may not, and of what they must not ---


def courts(needed: int = 1) -> Law:
    return body(courts=(THIRD,), powers=(p.Power(t.Ruling.TYPE, Role.COURT, needed),))


def court_day(needed: int = 1) -> tuple[Day, int]:
    day = machines(Day(law=courts(needed)))
    day.enrol("court/tercero/1", Role.COURT)
    day.enrol("court/tercero/2", Role.COURT)
    day.enrol("court/norte/1", Role.COURT)
    return day, day.sheet("machine/1", "n1.01", VOTES)


def standing(day: Day, index: int) -> Standing:
    return next(logged.standing for logged in day.state().controls if logged.index == index)


@pytest.mark.parametrize(
    "by", ["party/azul/1", "machine/1", "observer/cano", "court/norte/1", "receiver/1", "board/n1.01"]
)
def test_whoever_may_not_rule_changes_nothing(by: str) -> None:
    day, sheet = court_day()
    day.enrol("observer/cano", Role.OBSERVER)
    day.enrol("receiver/1", Role.RECEIVER)
    day.enrol("board/n1.01", Role.BOARD, "n1.01")
    index = ruling(day, Decision.ANNUL, by=by)
    state = day.state()
    assert [(f.code, f.entries) for f in state.findings] == [("key-out-of-scope", (index,))]
    assert standing(day, index) is Standing.REFUSED
    assert counts_at(state, "n1.01") == sheet
    verdict = day.fold().admission().judge([day.log[index]])[0]
    assert verdict is not None
    assert verdict.code == "not-entitled"


def test_a_court_rules_within_its_scope_alone() -> None:
    day = machines(Day(law=courts()))
    day.enrol("court/tercero/1", Role.COURT, "sur")
    day.sheet("machine/1", "n1.01", VOTES)
    index = ruling(day, Decision.ANNUL, by="court/tercero/1")
    wide = day.say(
        t.Ruling(None, Decision.ANNUL, None, None, "art. 1", None), "court/tercero/1", "area/norte/presidente"
    )
    mine = day.say(
        t.Ruling(None, Decision.ANNUL, None, None, "art. 1", None), "court/tercero/1", "area/sur/presidente"
    )
    assert [standing(day, each) for each in (index, wide, mine)] == [
        Standing.REFUSED, Standing.REFUSED, Standing.EFFECTIVE,
    ]  # fmt: skip
    assert counts_at(day.state(), "n1.01", "ruled") is not None


def test_a_court_of_several_rules_with_as_many_of_its_judges() -> None:
    day, _ = court_day(2)
    first = ruling(day, Decision.ANNUL, by="court/tercero/1")
    again = ruling(day, Decision.ANNUL, by="court/tercero/1")
    assert "ruled" not in {basis.code for basis in day.state().bases}
    second = ruling(day, Decision.ANNUL, by="court/tercero/2")
    assert [standing(day, each) for each in (first, again, second)] == [
        Standing.CONSENT, Standing.CONSENT, Standing.EFFECTIVE,
    ]  # fmt: skip
    assert counts_at(day.state(), "n1.01", "ruled") is None


def test_an_act_of_a_power_needs_its_own_number_of_officers() -> None:
    day = machines(Day(law=body(powers=(p.Power(t.Ruling.TYPE, Role.AUTHORITY, 2),))))
    day.sheet("machine/1", "n1.01", VOTES)
    first = ruling(day, Decision.ANNUL, by="authority/1")
    assert standing(day, first) is Standing.CONSENT
    second = ruling(day, Decision.ANNUL, by="authority/2")
    assert standing(day, second) is Standing.EFFECTIVE


@pytest.mark.parametrize(
    "wrong",
    [
        t.Ruling(None, Decision.STAY, None, None, "art. 1", None),
        t.Ruling(None, Decision.ANNUL, None, 1_922_400_000, "art. 1", None),
        t.Ruling(None, Decision.SELECT, None, None, "art. 1", None),
        t.Ruling(None, Decision.ANNUL, bytes(32), None, "art. 1", None),
        t.Ruling(None, Decision.REVERSE, None, None, "art. 1", None),
    ],
    ids=[
        "a stay without an end",
        "an end without a stay",
        "select nothing",
        "annul a sheet",
        "reverse nothing",
    ],
)
def test_a_ruling_has_what_it_rules(wrong: t.Ruling) -> None:
    day = Day()
    with pytest.raises(OutOfBoundsError) as raised:
        day.say(wrong, "authority/1", "station/n1.01/presidente")
    for language in languages():
        assert raised.value.said_in(language).endswith(".")
    values = [codec.encode(getattr(wrong, name)) for name, codec in wrong.LAYOUT[:-1]]
    index = day.say_plain(t.Ruling.TYPE, values, "authority/1", "station/n1.01/presidente")
    state = day.state()
    assert [(f.code, f.entries) for f in state.findings] == [("out-of-bounds", (index,))]
    verdict = day.fold().admission().judge([day.log[index]])[0]
    assert verdict is not None
    assert verdict.code == "out-of-bounds"


def test_a_replaced_act_that_does_not_exist_or_was_replaced_before_is_named_by_nothing_in_force() -> None:
    day = machines(Day())
    day.sheet("machine/1", "n1.01", VOTES)
    never = day.say(
        t.Ruling(None, Decision.ANNUL, None, None, "art. 1", None, b"\7" * 32),
        "authority/1",
        "station/n1.01/presidente",
    )
    first = ruling(day, Decision.ANNUL)
    second = ruling(day, Decision.UPHOLD, replaces=first)
    late = ruling(day, Decision.ANNUL, by="authority/2", replaces=first)
    assert [standing(day, each) for each in (never, first, second, late)] == [
        Standing.SUPERSEDED, Standing.EFFECTIVE, Standing.EFFECTIVE, Standing.SUPERSEDED,
    ]  # fmt: skip
    notes = found(day.state(), "act-not-current")
    assert [note.entries for note in notes] == [(never,), (late, second)]
    assert counts_at(day.state(), "n1.01", "ruled") is not None


# --- what rulings do ---


@pytest.mark.parametrize(
    ("about", "stations"),
    [
        ("station/n1.01/presidente", ["n1.01"]),
        ("area/norte/presidente", ["n1.01", "n1.02"]),
        ("area/sur/presidente", ["s1.01"]),
        ("contest/presidente", ["n1.01", "n1.02", "s1.01"]),
        ("contest/consejo", []),
    ],
)
def test_a_ruling_is_about_a_station_an_area_or_a_contest(about: str, stations: list[str]) -> None:
    day = machines(Day())
    day.enrol("machine/9", Role.MACHINE, "s1.01")
    for number, station in (("1", "n1.01"), ("2", "n1.02"), ("9", "s1.01")):
        day.sheet(f"machine/{number}", station, VOTES)
    day.say(t.Ruling(None, Decision.ANNUL, None, None, "art. 1", None), "authority/1", about)
    state = day.state()
    gone = [station for station in ("n1.01", "n1.02", "s1.01") if counts_at(state, station, "ruled") is None]
    assert gone == stations
    assert all(counts_at(state, station) is not None for station in ("n1.01", "n1.02", "s1.01"))


@pytest.mark.parametrize("decision", [Decision.UPHOLD, Decision.DISMISS, Decision.STAY, Decision.REVERSE])
def test_what_is_upheld_dismissed_stayed_or_reversed_stands_as_reported(decision: Decision) -> None:
    day = machines(Day())
    sheet = day.sheet("machine/1", "n1.01", VOTES)
    annulled = ruling(day, Decision.ANNUL)
    until = 1_922_486_400 if decision is Decision.STAY else None
    after = t.Ruling(None, decision, None, until, "art. 2", None, day.digest(annulled))
    day.say(after, "authority/1", "station/n1.01/presidente")
    state = day.state()
    assert (counts_at(state, "n1.01", "ruled"), pending(state, "ruled")) == (sheet, {})


def test_a_recount_stands_beside_the_count() -> None:
    day = machines(Day())
    day.enrol("board/n1.01", Role.BOARD, "n1.01")
    sheet = day.sheet("machine/1", "n1.01", VOTES)
    ordered = ruling(day, Decision.RECOUNT)
    counted = manual((5, 4, 3, 1), ruling=day.digest(ordered))
    again = day.say(counted, "board/n1.01", "n1.01/presidente")
    state = day.state()
    assert (counts_at(state, "n1.01"), counts_at(state, "n1.01", "ruled")) == (sheet, again)


def test_the_longest_codes_of_a_station_and_a_contest_fit_in_what_is_said_of_them() -> None:
    station, contest = "s" * 64, "c" * 64
    day = Day(
        law=lambda definition: replace(
            definition, contests=(replace(PRESIDENT, code=contest), definition.contests[1])
        ),
        stations=f"station,center,area,registered\n{station},n1,norte,100\n".encode(),
    )
    day.enrol("machine/1", Role.MACHINE)
    sheet = day.sheet("machine/1", station, VOTES, contest=contest)
    annul = t.Ruling(None, Decision.ANNUL, None, None, "art. 1", None)
    day.say(annul, "authority/1", f"station/{station}/{contest}")
    state = day.state()
    assert codes(state) == []
    assert state.counted[contest, "reported"].tolist() == [0]
    assert state.tables[contest].index.tolist() == [sheet]
    assert (contest, "ruled") in state.counted


# --- votes beyond the list ---

LISTED = b"station,center,area,registered\nn1.01,n1,norte,14\nn1.02,n1,norte,0\n"


@pytest.mark.parametrize(
    ("most", "stated", "votes", "fine"),
    [
        (5, None, (5, 4, 3, 2), True),
        (5, 3, (8, 4, 3, 2), True),
        (5, 3, (9, 4, 3, 2), False),
        (5, 5, (10, 4, 3, 2), True),
        (5, 9, (10, 4, 3, 2), True),
        (5, 9, (11, 4, 3, 2), False),
        (0, 9, (6, 4, 3, 2), False),
        (None, 30, (35, 4, 3, 2), True),
        (None, 29, (35, 4, 3, 2), False),
        (None, None, (6, 4, 3, 2), False),
    ],
)
def test_as_many_may_vote_beyond_the_list_as_the_law_allows(
    most: int | None, stated: int | None, votes: tuple[int, ...], fine: bool
) -> None:
    day = machines(Day(law=body(supplements=(replace(STAFF, most=most),)), stations=LISTED))
    day.say(t.TallySheet(votes, (0, 0), supplement=stated), "machine/1", "n1.01/presidente")
    state = day.state()
    assert codes(state) == ([] if fine else ["more-votes-than-registered"])
    assert (counts_at(state, "n1.01") is not None) is fine


@pytest.mark.parametrize(
    ("places", "fine"), [((), True), (("n1.02",), True), (("norte",), True), (("sur",), False)]
)
def test_a_station_with_a_list_of_nobody_counts_what_its_supplement_allows(
    places: tuple[str, ...], fine: bool
) -> None:
    law = body(supplements=(replace(STAFF, most=14, places=places),))
    day = machines(Day(law=law, stations=LISTED))
    day.say(t.TallySheet(VOTES, (0, 0), supplement=14), "machine/2", "n1.02/presidente")
    assert (counts_at(day.state(), "n1.02") is not None) is fine
