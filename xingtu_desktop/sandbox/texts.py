"""What creators write: natural Chinese short-video scripts, some of which break advertising law, and the words of viewers' comments.

A script is a function of (seed, order, product, version). Its first version breaks the law in about 35 of 100 orders: absolute terms,
medical or unproven effects, a missing 广告 mark, now and then behind homophones, pinyin or zero-width characters. A later version usually
mends that and words some lines anew, so that a comparison of two versions has something to show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeVar

from xingtu_desktop.sandbox.ids import between, unit

_Choice = TypeVar("_Choice")

FAULTY_SHARE: Final = 0.35
_MENDED_SHARE: Final = 0.85
SECONDS: Final = {1: 18, 2: 45, 71: 75}
"""Length of the script by `video_type`, seconds."""


@dataclass(frozen=True, slots=True)
class Script:
    """A script version. `violations` names what it breaks on purpose: absolute, medical, unproven, comparison, disguised, mark."""

    title: str
    content: str
    violations: tuple[str, ...]


_GENRE_OF_INDUSTRY: Final = {
    1930: "beauty", 1933: "beauty", 1937: "beauty", 1903: "food", 1927: "food", 1901: "digital", 1924: "digital", 1931: "parenting",
}  # fmt: skip

_TITLES: Final = ("{product}｜真实使用一周", "我的{product}日常", "{product}开箱与体验", "和{product}过的一天", "认真聊聊{product}")
_OPENINGS: Final = (
    ("最近后台好多人问我在用什么，今天一次说清楚。", "评论区问了很久的东西，今天拍出来给你们看。"),
    ("先别划走，这条是我用了两周以后才拍的。", "这条视频我攒了两周才拍，先听我说完。"),
    ("早上七点，闹钟响第三遍，我终于起来了。", "早上七点半，镜头先对准我乱糟糟的桌面。"),
    ("如果你也在纠结要不要试，可以听听我的感受。", "还在犹豫要不要试的朋友，听听我的真实感受。"),
    ("今天不讲大道理，就带你们看看我的一天。", "今天没有剧本，跟着我过普通的一天。"),
)
_USES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "beauty": (
        ("质地是偏水的，推开以后不黏，后续上妆也不搓泥。", "推开是清爽的水感，等半分钟再上妆，不容易搓泥。"),
        ("我是混干皮，换季脸颊容易紧绷，早晚各用两泵。", "我自己是混干皮，换季会紧绷，所以早晚都会用。"),
        ("镜头拉近给你们看上脸前后的光泽，没有加滤镜。", "这里拉近镜头，前后对比都没有开美颜。"),
        ("味道很淡，敏感的朋友建议先在耳后试一下。", "几乎没有味道，第一次用的话先在耳后试试看。"),
        ("成分表我放在屏幕左边了，看不清可以暂停。", "成分表打在左边，需要的可以暂停截图。"),
    ),
    "food": (
        ("撕开就能闻到香味，配料表很短，我拍给你们看。", "打开先看配料表，很短，都拍在这儿了。"),
        ("早餐来不及做饭的时候，配一杯牛奶刚刚好。", "赶时间的早晨，搭一杯牛奶就能出门。"),
        ("口感偏清爽，不会齁甜，我妈也能接受。", "不算甜，家里老人也说好入口。"),
        ("一份独立包装，放包里不占地方，下午饿了来一份。", "独立小包装，下午办公室里拆一份刚好。"),
        ("朋友来家里的时候我端了一盘，很快就见底了。", "周末朋友来玩，摆上桌没多久就空盘了。"),
    ),
    "digital": (
        ("开机到进桌面我掐了表，画面里有计时。", "开机速度看屏幕角落的计时，没有剪辑。"),
        ("地铁里也能听清播客，音量不用开很大。", "通勤路上实测，地铁里听播客不用拉满音量。"),
        ("连着用了一整天，晚上回家还剩三成多的电。", "从早用到晚，回家看了一眼，电量还有三成多。"),
        ("手感偏轻，单手拿久了也不酸。", "上手比想象中轻，单手举着拍也不累。"),
        ("接口和按键都给你们过一遍，细节看特写。", "接口、按键、边框，特写都放在这一段。"),
    ),
    "parenting": (
        ("宝宝一岁半，出门前我会先把东西收进这个小格子。", "我家一岁半，出门前先把小物件归好位。"),
        ("材质摸起来软软的，边角都是圆的。", "边角做了圆弧，摸起来也软，这点我挺在意。"),
        ("拆下来冲一冲就干净，晾一晚上第二天接着用。", "清洗很省事，拆开冲水，晾一晚就干。"),
        ("说明书上的适用月龄我圈出来了，大家按需选择。", "适用月龄在说明书里，我圈出来给你们看。"),
        ("爸爸一个人带娃也能搞定，我在旁边偷偷拍的。", "这一段是爸爸独自上手，我偷拍的，挺顺利。"),
    ),
    "daily": (
        ("放在玄关顺手就能拿，一周下来已经成了习惯。", "我把它放在玄关，一周下来成了顺手的事。"),
        ("细节我都拍了特写，做工怎么样你们自己看。", "做工看特写，镜头里是什么样就是什么样。"),
        ("第一次上手花了三分钟，跟着步骤走就行。", "新手大概三分钟能学会，步骤打在字幕里了。"),
        ("收起来不占地方，小户型也放得下。", "收纳起来很小一只，小户型友好。"),
        ("颜色我选了浅的那款，跟家里搭起来挺和谐。", "我挑的是浅色，和家里的风格挺搭。"),
    ),
}
_POINT_LINES: Final = (
    "{brand}这次主打的是{point}，我按自己的习惯用了一周。",
    "说到{point}，这是我比较看重的一点，画面里你们也能看到。",
    "关于{point}，我把品牌给的资料放在字幕里，大家自己判断。",
)
_NEUTRAL_LINES: Final = (
    ("优点说完说缺点：包装稍微大了一点，出差我会分装。", "也不是没有缺点，包装偏大，出差要分装一下。"),
    ("价格我不替你们决定，活动信息以页面为准。", "具体价格和活动以商品页面为准，量力而行。"),
    ("每个人情况不一样，我的感受只供参考。", "以上是个人感受，不代表每个人都一样。"),
)
_ENDINGS: Final = (
    ("想了解的朋友点左下角看看，有问题评论区见。", "感兴趣可以点左下角，问题留在评论区我会回。"),
    ("链接放在左下角了，按需购买，不用囤。", "左下角有链接，需要再买，别跟风囤货。"),
    ("今天就到这里，我们下条视频见。", "这条就拍到这儿，下次接着聊。"),
)

# (what it breaks, the line of a faulty version, the line that a creator puts there when it mends it)
_FAULTS: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "beauty": (
        ("absolute", "说真的，这就是全网最好的{product}，没有之一。", "在我用过的同类里，它是我会回购的那一款。"),
        ("medical", "坚持用能修复受损细胞，敏感肌直接治好。", "坚持用了两周，我自己觉得换季没那么紧绷。"),
        ("unproven", "三天淡斑，七天美白两个度，无效退款。", "用之前和两周后的照片我都放出来，光线一样。"),
        ("disguised", "这个保湿力我给到宇宙第①，祛dou也很顶。", "保湿这块我很满意，其他的还要再观察。"),
    ),
    "food": (
        ("absolute", "这是国家级品质，国内第一的{product}。", "这款{product}是我最近常吃的。"),
        ("medical", "每天一份降三高，还能预防感冒，爸妈也该吃。", "每天一份当加餐，爸妈也喜欢这个口味。"),
        ("unproven", "吃了绝对不会胖，一周轻松瘦五斤。", "热量表在包装背面，控制饮食的朋友可以看看。"),
        ("disguised", "减fei的姐妹闭眼入，效果看得见的顶\u200b级好物。", "在控制饮食的姐妹，记得把它算进一天的量里。"),
    ),
    "digital": (
        ("absolute", "这是目前最先进、最强的{product}，没有对手。", "这代{product}我用下来，日常够用而且顺手。"),
        ("comparison", "别家的都是智商税，用过它你会把旧的扔掉。", "和我上一台比，主要变化在续航和重量。"),
        ("unproven", "续航永久不衰减，用十年都像新的一样。", "续航我实测了一天，长期表现要用久了再说。"),
        ("disguised", "性价比全网di一，闭眼冲就完事了。", "这个价位里，我个人觉得值得放进备选。"),
    ),
    "parenting": (
        ("absolute", "妈妈们记住，这是最安全的{product}，百分百放心。", "质检报告我放在屏幕上，放心程度大家自己判断。"),
        ("medical", "用了以后宝宝再也没生过病，免疫力直接拉满。", "用了一个月，宝宝适应得挺好，作息也没受影响。"),
        ("unproven", "专家都说能让宝宝长高五厘米。", "发育的事听医生的，这里只说使用感受。"),
        ("disguised", "全网独\u200b家首\u200b选，不买真的会后悔。", "我家用着合适，你们按月龄和需要来选。"),
    ),
    "daily": (
        ("absolute", "它就是行业第一，史上最低价，错过等一年。", "它是我今年用得比较多的一件，价格以页面为准。"),
        ("comparison", "其他牌子根本没法比，用过都说后悔买早了。", "我对比了手边的两款，各有取舍，细节看画面。"),
        ("unproven", "用了它，家里百分之百除菌，永不反弹。", "清洁前后的画面都在，效果以检测报告为准。"),
        ("disguised", "颜值和质量都是天花板级别，Ｎo.1没跑了。", "颜值是我喜欢的类型，质量目前没有出问题。"),
    ),
}


def script_for(
    seed: int,
    order_id: int,
    *,
    product: str,
    brand: str,
    information: str = "",
    industry: int = 0,
    video_type: int = 2,
    version: int = 1,
    feedback: str = "",
) -> Script:
    """The creator's script of 200 to 800 characters. `information` is the demand's product text, whose clauses become selling points;
    `industry` the level-1 id of the product; `feedback` what the client said of the version before, which the creator takes up."""
    key = (seed, "script", order_id)
    genre = _GENRE_OF_INDUSTRY.get(industry, "daily")
    product, brand = product.strip() or "这款产品", brand.strip() or "品牌"
    faults = _faults(key, genre, version)
    marked = "mark" not in faults
    title = _pick(_TITLES, *key, "title").format(product=product)

    lines = [f"大家好，今天和你们聊聊{brand}的{product}。", _worded(key, _pick(_OPENINGS, *key, "opening"), version, 0)]
    points = _points(information)
    uses = _shuffled(_USES[genre], *key, "uses")
    for number in range({1: 3, 2: 4, 71: 5}.get(video_type, 4)):
        lines.append(_worded(key, uses[number], version, 10 + number))
        if number < len(points):
            lines.append(_POINT_LINES[between(0, 2, *key, "point", number)].format(brand=brand, point=points[number]))
    for kind, wrong, right in _chosen_faults(key, genre):
        at = between(3, len(lines), *key, kind, "at")
        lines.insert(at, (wrong if kind in faults else right).format(product=product))
    neutral = _shuffled(_NEUTRAL_LINES, *key, "neutral")
    lines += [_worded(key, line, version, 30 + number) for number, line in enumerate(neutral[: 1 if video_type == 1 else 3])]
    if feedback:
        lines.append("另外按照上次的意见，这一版把对应的画面和口播都重新拍了。")
    lines.append(_worded(key, _pick(_ENDINGS[:2], *key, "ending"), version, 40))
    lines.append(_worded(key, _ENDINGS[2], version, 41))
    return Script(title, _laid_out(title, lines, SECONDS.get(video_type, 45), marked, brand), tuple(sorted(faults)))


def _laid_out(title: str, lines: list[str], seconds: int, marked: bool, brand: str) -> str:
    """The lines as a shooting script with time-codes: opening, body, call to action."""
    head = f"《{title}》" + ("\n【广告】本视频为" + brand + "品牌合作内容" if marked else "")
    first, last = lines[:2], lines[-2:]
    body = lines[2:-2]
    ends = [seconds * 5 // 45 or 2, seconds - (seconds * 6 // 45 or 2)]
    parts = [head, "", f"【开场 {_clock(0)}–{_clock(ends[0])}】镜头：中近景，自然光", *(f"口播：{line}" for line in first), "", "【正文】"]
    span = ends[1] - ends[0]
    for number, line in enumerate(body):
        begin, end = ends[0] + span * number // len(body), ends[0] + span * (number + 1) // len(body)
        parts.append(f"{_clock(begin)}–{_clock(end)} 口播：{line}")
    parts += ["", f"【结尾 {_clock(ends[1])}–{_clock(seconds)}】镜头：产品特写，左下角组件", *(f"口播：{line}" for line in last)]
    return "\n".join(parts)


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"


def _chosen_faults(key: tuple[object, ...], genre: str) -> list[tuple[str, str, str]]:
    """The lines of this order that may be wrong: none for most orders, one to three for the others."""
    if unit(*key, "faulty") >= FAULTY_SHARE:
        return []
    return _shuffled(_FAULTS[genre], *key, "faults")[: between(1, 3, *key, "how many")]


def _faults(key: tuple[object, ...], genre: str, version: int) -> set[str]:
    """What the version breaks; the mark is missing in one of four faulty first versions."""
    chosen = _chosen_faults(key, genre)
    kinds = {kind for kind, _, _ in chosen} | ({"mark"} if chosen and unit(*key, "mark") < 0.25 else set())
    return {kind for kind in kinds if all(unit(*key, kind, "mended", step) >= _MENDED_SHARE for step in range(2, version + 1))}


def _worded(key: tuple[object, ...], line: tuple[str, str], version: int, number: int) -> str:
    """One of a line's two wordings; about a third of the lines change from version to version."""
    return line[sum(unit(*key, "words", number, step) < 0.33 for step in range(1, version + 1)) % 2]


def _points(information: str) -> list[str]:
    """The selling points that a product text names: its first short clauses."""
    clauses = information
    for separator in "，。；;、,.\n！!":
        clauses = clauses.replace(separator, "|")
    return [clause.strip() for clause in clauses.split("|") if 2 <= len(clause.strip()) <= 16][:3]


def _pick(choices: tuple[_Choice, ...], *key: object) -> _Choice:
    return choices[between(0, len(choices) - 1, *key)]


def _shuffled(choices: tuple[_Choice, ...], *key: object) -> list[_Choice]:
    return sorted(choices, key=lambda choice: unit(*key, choice))


COMMENT_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "all": ("好用", "链接", "回购", "种草了", "学到了", "价格", "求推荐", "真实", "包装", "颜值", "蹲一个", "孕妇能用吗"),
    "brand": ("国货", "大牌", "老牌子", "官方旗舰店", "联名"),
    "product": ("质地", "味道", "成分", "续航", "手感", "口感", "尺寸"),
    "scene": ("通勤", "早八", "宿舍", "换季", "周末", "出差", "送礼"),
    "character": ("博主", "姐姐", "宝妈", "学生党", "上班族"),
    "pain": ("贵", "不敢下手", "过敏", "容易搓泥", "等活动", "物流慢"),
}
"""What viewers write about, by the groups of the batch report's hot_keywords."""


def comment_words(group: str, count: int, *key: object) -> list[str]:
    """The `count` most frequent words of a group under one video, the most frequent first."""
    return _shuffled(COMMENT_WORDS[group], *key, group)[:count]
