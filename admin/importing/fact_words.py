"""The names offices use for facts of their units, and the words allowed as values."""

from scoring.supported import FACTS
from surveys.spelling import fold

TITLES = {
    "onspot_share": (
        "Tỷ lệ giải quyết tại chỗ",
        "Tỷ lệ TTHC giải quyết tại chỗ",
        "Tỷ lệ TTHC thẩm định tại chỗ",
        "Tỷ lệ thẩm định, phê duyệt tại chỗ",
    ),
    "onestop_share": (
        "Tỷ lệ TTHC tại Bộ phận Một cửa",
        "Tỷ lệ tiếp nhận, trả kết quả tại Bộ phận Một cửa",
        "Tỷ lệ TTHC tiếp nhận, trả kết quả tại Bộ phận Một cửa",
    ),
    "publicity": ("Công khai", "Công khai TTHC", "Kết quả kiểm tra công khai TTHC"),
    "complaints_total": ("Số phản ánh, kiến nghị", "Tổng số phản ánh, kiến nghị", "Số PAKN"),
    "complaints_on_time": (
        "Số phản ánh, kiến nghị xử lý đúng hạn",
        "Số PAKN đúng hạn",
        "Số xử lý đúng hạn",
    ),
    "complaints_prolonged": (
        "Số phản ánh, kiến nghị để kéo dài",
        "Số PAKN kéo dài",
        "Số để kéo dài",
    ),
    "online_procedures_eligible": (
        "Số TTHC đủ điều kiện trực tuyến",
        "Số TTHC đủ điều kiện cung cấp trực tuyến",
    ),
    "online_procedures_deployed": (
        "Số TTHC đã cung cấp trực tuyến",
        "Số TTHC trực tuyến đã cung cấp",
    ),
    "online_dossiers_unresolved_or_late": (
        "Số hồ sơ trực tuyến chưa giải quyết hoặc trễ hạn",
        "Số hồ sơ trực tuyến trễ hạn",
    ),
    "online_dossiers": ("Số hồ sơ trực tuyến",),
    "dossiers_total": ("Tổng số hồ sơ",),
    "forms_handed_out": ("Số phiếu phát ra", "Phát ra", "Số phiếu đã phát"),
}
"""Fact → its names in files; the first one is ours."""
PUBLICITY = {
    "both": ("Cả hai", "Cả hai hình thức", "Đầy đủ"),
    "one": ("Một", "Một trong hai", "Một hình thức"),
    "poor": ("Không đạt", "Kém", "Không", "Chưa công khai", "Không công khai"),
}
"""The words for the result of a check of the publication; the first one is ours."""
NAMES = {fold(title): name for name, titles in TITLES.items() for title in titles}
NAMES |= {fold(name): name for name in FACTS}
"""Folded name → fact."""
WORDS = {fold(said): word for word, words in PUBLICITY.items() for said in words}
"""Folded word → result of a check of the publication."""


def known_names() -> str:
    """The names of every fact for a message, each with its id."""
    return ", ".join(f"{titles[0]} ({name})" for name, titles in TITLES.items())
