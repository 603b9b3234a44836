"""The demands that the sandbox begins with: eight campaigns of an agency, as their demand_info was sent."""

from __future__ import annotations

from dataclasses import dataclass

DAY = 86_400


@dataclass(frozen=True, slots=True)
class PastCampaign:
    """A campaign of the history: how long ago it was placed, how it is paid, and how many of its orders stand in which state."""

    days_ago: float
    order_type: int
    ignore_script: int
    states: dict[int, int]
    name: str
    brand: str
    product: str
    information: str
    detail: str
    industry: tuple[str, str]


CAMPAIGNS = (
    PastCampaign(
        44.5,
        1,
        0,
        {54: 14, 3: 14, 4: 4, 2: 2},
        "清屿秋季水乳新品种草",
        "清屿",
        "清屿舒缓保湿水乳套装",
        "面向敏感肌的保湿水乳，主打成分为神经酰胺与泛醇，120ml+100ml。",
        "真实使用场景，展示质地与肤感；不得出现功效承诺；需口播品牌名两次，视频前 5 秒露出产品。",
        ("1930", "193001"),
    ),
    PastCampaign(
        38.2,
        1,
        0,
        {54: 12, 3: 10, 53: 2, 51: 6, 4: 3, 2: 2},
        "白鹭茶事冷泡茶上新",
        "白鹭茶事",
        "白鹭冷泡乌龙茶",
        "三分钟出味的冷泡茶包，0 糖 0 脂，一盒 20 包。",
        "办公室或户外场景，展示冷泡过程；强调口感层次，不与其他品牌对比。",
        ("1903", "190302"),
    ),
    PastCampaign(
        30.4,
        2,
        0,
        {54: 8, 3: 4, 10: 6, 53: 4, 51: 8, 43: 4, 4: 2},
        "山行者徒步鞋秋季测评",
        "山行者",
        "山行者 T3 防水徒步鞋",
        "中帮防水徒步鞋，橡胶大底，单只 420g。",
        "实地徒步测评，至少 3 公里；展示防水与抓地，数据需标注测试条件。",
        ("1940", "194003"),
    ),
    PastCampaign(
        24.6,
        1,
        1,
        {44: 6, 51: 14, 52: 4, 53: 3, 54: 7, 3: 4, 4: 2, 2: 1},
        "小满宠粮短视频直发",
        "小满",
        "小满低敏鸡肉猫粮",
        "单一肉源猫粮，2kg 装，适合成猫日常食用。",
        "展示开袋、颗粒与猫咪进食过程；不得宣称治疗作用。",
        ("1931", "193104"),
    ),
    PastCampaign(
        15.3,
        1,
        0,
        {41: 14, 42: 4, 43: 6, 51: 14, 52: 4, 53: 3, 54: 3, 4: 2},
        "澜光防晒衣双十一蓄水",
        "澜光",
        "澜光轻薄防晒衣",
        "原纱防晒面料，UPF50+ 有检测报告，7 色可选。",
        "穿搭场景为主，展示透气与收纳；UPF 数值需与检测报告一致并贴片标注。",
        ("1904", "190401"),
    ),
    PastCampaign(
        9.1,
        1,
        0,
        {41: 22, 42: 4, 43: 5, 51: 6, 52: 2, 1: 4, 4: 1, 2: 2},
        "禾煮即食燕麦早餐计划",
        "禾煮",
        "禾煮 5 谷即食燕麦",
        "五种谷物混合，冲泡即食，每袋 35g，独立包装。",
        "早餐场景，展示冲泡与口感；营养数据以包装为准；结尾引导点击购物车。",
        ("1903", "190305"),
    ),
    PastCampaign(
        4.2,
        1,
        0,
        {-1: 12, 1: 10, 41: 18, 42: 2, 4: 1, 2: 1},
        "听禾降噪耳机年末焕新",
        "听禾",
        "听禾 N2 头戴降噪耳机",
        "自适应降噪，续航 40 小时（降噪开启，实验室数据），支持双设备连接。",
        "通勤场景展示降噪对比；续航需注明实验室条件；不得贬低其他品牌。",
        ("1901", "190104"),
    ),
    PastCampaign(
        0.5,
        1,
        0,
        {0: 14},
        "青岚洗护家庭装达人首发",
        "青岚",
        "青岚氨基酸洗发水 1L",
        "氨基酸表活洗发水，家庭装 1L，适合油性头皮日常清洁。",
        "展示起泡与冲洗手感；不得宣称防脱、生发等特殊功效。",
        ("1933", "193301"),
    ),
)


def demand_info(campaign: PastCampaign, created: int) -> dict[str, object]:
    """The campaign's demand_info, with a publishing window that begins when it was placed."""
    return {
        "demand_name": campaign.name,
        "brand_name": campaign.brand,
        "product_name": campaign.product,
        "product_information": campaign.information,
        "product_industry": list(campaign.industry),
        "contact_name": "林晚",
        "contact_phone": "13900001234",
        "expect_remain_time": 90,
        "expiration_time": created,
        "expiration_time_end": created + 30 * DAY,
        "accept_expiration_day": 7,
        "ignore_script": campaign.ignore_script,
        "demand_requirement": {
            "detail_demand": campaign.detail,
            "other_demand": "发布前请勿外传产品信息；成片保留无水印源文件。",
            "special_topic": f"#{campaign.brand}",
        },
        "item_show_monitor_url": "https://monitor.example.com/show?c=xingye",
        "component_click_monitor_url": "https://monitor.example.com/click?c=xingye",
    }
