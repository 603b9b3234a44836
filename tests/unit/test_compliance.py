"""The reviewer's promises: every term is seen, disguises too; ordinary words and bans pass; places and times are right."""

from __future__ import annotations

import pytest

from xingtu_desktop.compliance.reviewer import Reviewer
from xingtu_desktop.compliance.rules import load
from xingtu_desktop.core import resources
from xingtu_desktop.domain.compliance import LetThrough, Severity, Trick, compare


@pytest.fixture(scope="module")
def reviewer() -> Reviewer:
    return Reviewer(load(resources.text("compliance", "terms.csv"), resources.text("compliance", "context.json")))


BOOK = load(resources.text("compliance", "terms.csv"), resources.text("compliance", "context.json"))


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.rule_id)
def test_each_term_is_seen_in_a_sentence(reviewer: Reviewer, rule) -> None:
    text = f"今天跟大家聊聊，{rule.term}，大家怎么看"
    found = reviewer.review(text, whole=False).findings
    assert any(text[f.start : f.end].lower() == rule.term.lower() or rule.term in f.rule.term or f.rule.term in rule.term for f in found)


def test_an_ordinary_text_has_no_findings(reviewer: Reviewer) -> None:
    text = "冬天到了，洗完手有点干。我先拍手背的特写，再挤一点在掌心推开，闻起来是淡淡的白茶香，涂完就能打字。"
    assert reviewer.review(text, whole=False).findings == ()


@pytest.mark.parametrize(
    ("text", "term", "trick"),
    [
        ("这是最好的", "最好", Trick.NONE),
        ("这是醉好的", "最好", Trick.HOMOPHONE),
        ("这是zui好的", "zui好", Trick.SPELLING),
        ("真的是zuihao的", "最好", Trick.PINYIN),
        ("这是最\u200b好的", "最好", Trick.SPELLING),
        ("这是最 好的", "最好", Trick.SPELLING),
        ("這是頂級的", "顶级", Trick.NONE),
        ("销量ＮＯ．１", "NO.1", Trick.NONE),
        ("销量NO.①", "NO.1", Trick.NONE),
        ("宇宙第①", "第一", Trick.NONE),
        ("全网第1的口碑", "第一", Trick.NONE),
        ("全国🥇", "全国第一", Trick.SPELLING),
        ("能冶疗失眠", "治疗失眠", Trick.HOMOPHONE),
    ],
)
def test_a_disguised_term_is_seen_for_what_it_is(reviewer: Reviewer, text: str, term: str, trick: Trick) -> None:
    [finding] = reviewer.review(text, whole=False).findings
    assert finding.rule.term == term
    assert finding.trick is trick
    assert text[finding.start : finding.end] == finding.text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("第一步先拍手背", LetThrough.COMMON_PHRASE),
        ("第1步先拍手背", LetThrough.COMMON_PHRASE),
        ("不要提疗效", LetThrough.NEGATED),
        ("请勿出现治疗字样", LetThrough.NEGATED),
    ],
)
def test_words_that_claim_nothing_pass_and_say_why(reviewer: Reviewer, text: str, reason: LetThrough) -> None:
    review = reviewer.review(text, whole=False)
    assert review.findings == ()
    assert [item.reason for item in review.passed] == [reason]


def test_a_larger_number_is_no_claim_to_be_first(reviewer: Reviewer) -> None:
    assert reviewer.review("这是第12支视频，第1080天打卡", whole=False).clean


def test_a_negation_does_not_reach_over_a_comma(reviewer: Reviewer) -> None:
    assert not reviewer.review("不要犹豫，这是顶级配方", whole=False).clean


def test_a_rule_of_another_industry_is_let_through(reviewer: Reviewer) -> None:
    assert not reviewer.review("七天见效", industry=1930, whole=False).clean
    [item] = reviewer.review("七天见效", industry=1901, whole=False).passed
    assert item.reason is LetThrough.OTHER_INDUSTRY


def test_a_longer_term_of_another_industry_does_not_hide_a_shorter_that_binds(reviewer: Reviewer) -> None:
    [finding] = reviewer.review("治疗失眠", industry=1930, whole=False).findings
    assert finding.rule.term == "治疗"


def test_a_term_inside_a_longer_latin_word_is_no_hit(reviewer: Reviewer) -> None:
    assert reviewer.review("LEGFIT 运动裤", industry=1930, whole=False).clean


def test_time_codes_of_the_line_are_told(reviewer: Reviewer) -> None:
    [finding] = reviewer.review("0:00 开场问好\n0:12 这是顶级面霜\n", whole=False).findings
    assert finding.at_seconds == 12.0


def test_a_purchase_link_asks_for_the_mark_until_it_stands_there(reviewer: Reviewer) -> None:
    [finding] = reviewer.review("点左下角购物车", has_purchase_link=True).findings
    assert finding.rule.rule_id == "R001"
    assert reviewer.review("广告 点左下角购物车", has_purchase_link=True).clean


def test_a_new_version_tells_fixed_remaining_and_new(reviewer: Reviewer) -> None:
    before = reviewer.review("顶级质地，完美", whole=False)
    after = reviewer.review("顶级质地，遥遥领先", whole=False)
    change = compare(before, after)
    assert [f.text for f in change.fixed] == ["完美"]
    assert [f.text for f in change.remaining] == ["顶级"]
    assert [f.text for f in change.new] == ["遥遥领先"]


def test_severities_are_counted(reviewer: Reviewer) -> None:
    review = reviewer.review("顶级，复购率41%", whole=False)
    assert (review.count(Severity.BLOCK), review.count(Severity.EVIDENCE)) == (1, 1)


def test_an_unusable_word_list_names_its_line() -> None:
    with pytest.raises(ValueError, match="line 2"):
        load("id,category,term,rule,severity,note\nT1,01x,最好,法,no_such,\n", resources.text("compliance", "context.json"))
