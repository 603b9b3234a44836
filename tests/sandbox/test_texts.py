"""Owns the promises of the scripts: length, shape, how many break the law, and what changes between versions."""

from __future__ import annotations

import difflib
import re

from xingtu_desktop.sandbox.texts import COMMENT_WORDS, Script, comment_words, script_for

INDUSTRIES = (1930, 1903, 1901, 1931, 1914)
KINDS = {"absolute", "medical", "unproven", "comparison", "disguised", "mark"}


def script(order_id: int, version: int = 1, video_type: int = 2, feedback: str = "") -> Script:
    return script_for(
        7,
        order_id,
        product="舒缓修护精华",
        brand="澄屿",
        information="添加积雪草提取物，质地清爽不黏，敏感肌可用。",
        industry=INDUSTRIES[order_id % 5],
        video_type=video_type,
        version=version,
        feedback=feedback,
    )


def test_scripts_have_200_to_800_characters_an_opening_a_body_an_end_and_time_codes() -> None:
    for order_id in range(60):
        for video_type, seconds in ((1, 18), (2, 45), (71, 75)):
            content = script(order_id, video_type=video_type).content
            assert 200 <= len(content) <= 800
            codes = [int(minutes) * 60 + int(rest) for minutes, rest in re.findall(r"(\d):(\d\d)", content)]
            assert codes[0] == 0
            assert codes[-1] == seconds
            assert codes == sorted(codes)
            assert content.index("【开场") < content.index("【正文") < content.index("【结尾")
            assert "澄屿" in content
            assert "舒缓修护精华" in content
            assert "{" not in content


def test_about_35_of_100_first_versions_break_the_law() -> None:
    first = [script(order_id) for order_id in range(600)]
    faulty = [one for one in first if one.violations]
    assert 0.29 < len(faulty) / len(first) < 0.41
    assert {kind for one in faulty for kind in one.violations} == KINDS
    assert any("\u200b" in one.content for one in faulty), "zero-width characters hide a term now and then"
    for one in first:
        assert ("【广告】" in one.content) == ("mark" not in one.violations)


def test_a_named_violation_is_really_in_the_text() -> None:
    absolute = [script(order) for order in range(0, 600, 5) if "absolute" in script(order).violations]
    assert absolute
    assert all("最好" in one.content for one in absolute)
    clean = [script(order) for order in range(0, 600, 5) if not script(order).violations]
    assert not any("最好" in one.content or "治好" in one.content for one in clean)


def test_later_versions_usually_mend_it_and_word_some_lines_anew() -> None:
    faulty = [order for order in range(600) if script(order).violations]
    still = [order for order in faulty if script(order, 2, feedback="请修改").violations]
    assert len(still) < 0.45 * len(faulty)
    assert all(set(script(order, 2).violations) <= set(script(order).violations) for order in faulty), "a new version breaks nothing new"
    for order in faulty[:40]:
        before, after = script(order).content.split("\n"), script(order, 2, feedback="请修改").content.split("\n")
        kept = difflib.SequenceMatcher(a=before, b=after).ratio()
        assert 0.2 < kept < 1.0


def test_a_script_follows_from_its_facts_alone_and_differs_between_orders() -> None:
    assert script(3) == script(3)
    assert len({script(order).content for order in range(200)}) > 190


def test_comment_words_are_distinct_and_as_many_as_asked() -> None:
    for group, words in COMMENT_WORDS.items():
        found = comment_words(group, 5, 7, 1)
        assert len(set(found)) == 5
        assert set(found) <= set(words)
