"""Versions compare by sentence; notes fit the platform's 100 characters and stay in order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xingtu_desktop.domain.review_text import Point, Side, compress, diff, sentences


def test_sentences_know_their_place_and_time() -> None:
    text = "0:00 冬天到了。手很干！\n0:14-0:20 推开不黏。"
    found = sentences(text)
    assert [(s.text, s.at_seconds) for s in found] == [("冬天到了。", 0), ("手很干！", 0), ("推开不黏。", 14)]
    assert all(text[s.start : s.end] == s.text for s in found)


def test_a_changed_sentence_shows_the_old_before_the_new() -> None:
    lines = diff("第一句。天花板。第三句。", "第一句。我会回购。第三句。")
    assert [(line.side, line.sentence.text) for line in lines] == [
        (Side.SAME, "第一句。"),
        (Side.REMOVED, "天花板。"),
        (Side.ADDED, "我会回购。"),
        (Side.SAME, "第三句。"),
    ]


@given(st.text(max_size=300), st.text(max_size=300))
def test_a_diff_loses_no_sentence_of_either_side(before: str, after: str) -> None:
    lines = diff(before, after)
    assert [x.sentence.text for x in lines if x.side is not Side.REMOVED] == [s.text for s in sentences(after)]
    assert sorted(x.sentence.text for x in lines if x.side is not Side.ADDED) == sorted(s.text for s in sentences(before))


@given(st.lists(st.builds(Point, st.text(max_size=120), st.one_of(st.none(), st.floats(0, 3600))), max_size=40), st.integers(20, 100))
def test_compressed_notes_never_exceed_the_limit(points: list[Point], limit: int) -> None:
    text = compress(points, limit)
    assert len(text) <= limit
    assert bool(text) == any(p.text.strip() for p in points)


def test_short_notes_stay_whole_and_long_ones_share_the_rest() -> None:
    text = compress([Point("删“秒杀同类”", 38), Point("坚持用七天见效没有功效依据，请附上评价摘要或者改成坚持涂手背摸着更润，" * 4, 20)])
    assert text.startswith("①0:38删“秒杀同类”；②0:20坚持用")
    assert text.endswith("…")
    assert len(text) == 100


def test_more_points_than_fit_are_counted() -> None:
    assert compress([Point("字" * 30, i) for i in range(20)]).endswith("等20处")
