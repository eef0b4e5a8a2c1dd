"""Makes the Word templates of `motcua report` afresh.

    .venv/bin/python scripts/report_templates.py

What the report fills in is written as in docs/report.md.
"""

from pathlib import Path

from docx.document import Document as Doc
from report_parts import (
    add_each,
    add_foot,
    add_head,
    add_if,
    add_line,
    add_section,
    add_table,
    add_text,
    blank,
)

FOLDER = Path(__file__).parents[1] / "admin/reporting/document/templates"


def write_templates(folder: Path) -> None:
    """Write the three templates."""
    for name, fill in (("quarter", _quarter), ("year", _year), ("onestop", _onestop)):
        document = blank()
        fill(document)
        document.save(str(folder / f"{name}.docx"))


def _charts(document: Doc, *names: str) -> None:
    """An appendix after the signature: a chart between paragraphs leaves half a page white."""
    add_text(document, f"{{%p if {' or '.join(f'bieu_do.{name}' for name in names)} %}}")
    add_line(document, "Phụ lục", bold=True).paragraph_format.page_break_before = True
    add_line(document, "BIỂU ĐỒ", bold=True)
    issued = "(Kèm theo Báo cáo số        /BC-UBND ngày      tháng      năm {{ ky.nam_ban_hanh }}"
    add_line(document, f"{issued} của {{{{ co_quan.ten }}}})", italic=True, after=12)
    for name in names:
        add_text(document, f"{{%p if bieu_do.{name} %}}")
        add_line(document, f"{{{{ bieu_do.{name} }}}}", after=12)
        add_text(document, "{%p endif %}")
    add_text(document, "{%p endif %}")


def _opening(document: Doc, subject: str) -> None:
    """Căn cứ, each on its line, then what is reported."""
    add_text(document, "{%p for x in can_cu %}")
    add_text(document, "{{ x }}", italic=True)
    add_text(document, "{%p endfor %}")
    add_text(document, f"{{{{ co_quan.ten }}}} báo cáo {subject} như sau:")
    add_text(document, "{%p for x in luu_y %}")
    add_text(document, "{{ x }}", bold=True)
    add_text(document, "{%p endfor %}")


def _blocks(document: Doc) -> None:
    """The grades block by block, as the year's report has them."""
    add_text(document, "{%p for k in khoi %}")
    add_section(document, "{{ loop.index }}. {{ k.ten }} ({{ k.so_don_vi }} đơn vị):")
    for text in ("{%p for m in k.muc_co %}", "- {{ m }}", "{%p endfor %}"):
        add_text(document, text)
    for name in ("cau_khong_co", "cau_trang_thai", "cau_binh_quan"):
        add_if(document, f"k.{name}", f"- {{{{ k.{name} }}}}")
    add_text(document, "(Chi tiết tại Phụ lục {{ k.phu_luc }} đính kèm)", italic=True)
    add_text(document, "{%p endfor %}")


def _survey(document: Doc) -> None:
    add_text(document, "- {{ lay_y_kien.cau }}")
    add_if(document, "lay_y_kien.cau_chi_tieu", "- {{ lay_y_kien.cau_chi_tieu }}")


def _handled(document: Doc) -> None:
    """What becomes of the results: officials, satisfaction, publication."""
    add_if(document, "can_bo.cau", "- {{ can_bo.cau }}")
    add_text(document, "- {{ lay_y_kien.cau_hai_long }}")
    add_text(
        document,
        "- Kết quả đánh giá mức độ hài lòng được công khai tại cơ quan và trên trang thông tin "
        "điện tử, là một trong những tiêu chuẩn xem xét mức độ hoàn thành nhiệm vụ của đơn vị và "
        "của cán bộ, công chức, viên chức.",
    )


def _whole(document: Doc) -> None:
    for name in ("cau", "cau_chi_so", "cau_da_cham", "cau_cach_tinh"):
        add_if(document, f"diem.{name}")


def _compared(document: Doc) -> None:
    add_text(document, "{%p if so_sanh %}")
    add_each(document, "so_sanh", "- {{ x.cau }}")
    add_text(document, "{%p else %}")
    add_text(document, "Không có số liệu kỳ trước để so sánh.")
    add_text(document, "{%p endif %}")


def _criteria(document: Doc) -> None:
    columns = [
        ("Chỉ số", "{{ x.ma }}. {{ x.ten }}", 96.0),
        ("Bình quân", "{{ x.binh_quan }}", 22.0),
        ("Tối đa", "{{ x.toi_da }}", 18.0),
        ("Số đơn vị", "{{ x.so_don_vi }}", 24.0),
    ]
    add_text(document, "{%p if diem.da_cham != '0' %}")
    add_table(document, "chi_so", columns)
    add_text(document, "{%p endif %}")


def _states(document: Doc) -> None:
    """Units of every block by state, with the mean."""
    columns = [
        ("Khối", "{{ x.ten }}", 52.0),
        ("Đơn vị", "{{ x.so_don_vi }}", 16.0),
        ("Đã chấm", "{{ x.da_cham }}", 16.0),
        ("Chưa phát sinh", "{{ x.chua_phat_sinh }}", 19.0),
        ("Chưa chấm", "{{ x.chua_cham }}", 17.0),
        ("Thiếu thông tin", "{{ x.thieu_thong_tin }}", 19.0),
        ("Bình quân", "{{ x.binh_quan }}", 21.0),
    ]
    add_table(document, "khoi", columns)


def _quarter(document: Doc) -> None:
    """After the reports of Điện Biên Đông and Tuần Giáo, quý II năm 2021."""
    add_head(
        document,
        "Kết quả chấm điểm đánh giá việc giải quyết thủ tục hành chính "
        "{{ ky.ten }} trên địa bàn {{ co_quan.dia_ban }}",
    )
    _opening(
        document,
        "tình hình, kết quả chấm điểm đánh giá việc giải quyết thủ tục hành chính {{ ky.ten }} "
        "(từ ngày {{ ky.tu_ngay }} đến ngày {{ ky.den_ngay }})",
    )
    add_section(document, "I. TÌNH HÌNH TRIỂN KHAI THỰC HIỆN")
    add_text(
        document,
        "Việc đánh giá giải quyết thủ tục hành chính được thực hiện tại {{ diem.so_don_vi }} cơ "
        "quan, đơn vị, qua thu thập ý kiến của tổ chức, cá nhân (trực tiếp và trực tuyến) và tự "
        "đánh giá của cơ quan, đơn vị; kết quả được xác minh, thẩm định trước khi tổng hợp.",
    )
    add_text(document, "{{ diem.cau_bo_quy_tac }}")
    add_section(document, "II. KẾT QUẢ THỰC HIỆN")
    add_section(document, "1. Về tổ chức thu thập ý kiến đánh giá")
    _survey(document)
    add_section(document, "2. Kết quả đánh giá việc giải quyết thủ tục hành chính")
    _whole(document)
    add_each(document, "khoi", "- {{ x.cau_tom_tat }}")
    add_text(
        document,
        "(Có phụ lục{% if bieu_do.phieu_theo_tuan %} và biểu đồ{% endif %} kèm theo)",
        italic=True,
    )
    _states(document)
    _criteria(document)
    add_section(document, "3. Xử lý kết quả đánh giá")
    _handled(document)
    add_section(document, "4. So sánh với kỳ trước và cùng kỳ năm trước")
    _compared(document)
    add_section(document, "III. NHỮNG KHÓ KHĂN, VƯỚNG MẮC, TỒN TẠI")
    add_each(document, "han_che", "{{ loop.index }}. {{ x }}")
    add_foot(
        document,
        "Trên đây là báo cáo kết quả chấm điểm đánh giá việc giải quyết thủ tục hành chính "
        "{{ ky.ten }} của {{ co_quan.ten }}./.",
    )
    _charts(document, "xep_loai", "chi_so", "phieu_theo_tuan")


def _year(document: Doc) -> None:
    """After the report of Đam Rông, năm 2020, with the series of Tuy Phong."""
    add_head(
        document,
        "Kết quả triển khai đánh giá, chấm điểm việc giải quyết thủ tục hành chính "
        "{{ ky.ten }} trên địa bàn {{ co_quan.dia_ban }}",
    )
    _opening(
        document,
        "kết quả triển khai đánh giá, chấm điểm việc giải quyết thủ tục hành chính {{ ky.ten }} "
        "(từ ngày {{ ky.tu_ngay }} đến ngày {{ ky.den_ngay }})",
    )
    add_section(document, "I. KẾT QUẢ ĐÁNH GIÁ")
    _whole(document)
    add_text(document, "{{ diem.cau_bo_quy_tac }} (Chi tiết tại Phụ lục I đính kèm)")
    add_text(document, "Trong đó:")
    _blocks(document)
    _criteria(document)
    add_section(document, "{{ khoi|length + 1 }}. Thu thập ý kiến tổ chức, cá nhân")
    _survey(document)
    _handled(document)
    add_section(document, "{{ khoi|length + 2 }}. Tiếp nhận, giải quyết hồ sơ")
    add_text(document, "{{ mot_cua.cau }}")
    for name in ("cau_tiep_nhan", "cau_giai_quyet", "cau_dang_giai_quyet", "cau_dung", "cau_ty_le"):
        add_if(document, f"mot_cua.{name}", f"- {{{{ mot_cua.{name} }}}}")
    add_text(document, "{%p if chuoi_nam %}")
    add_section(document, "{{ khoi|length + 3 }}. Kết quả qua các năm")
    add_each(document, "chuoi_nam", "- {{ x.cau }}")
    add_each(document, "chuoi_nam", "- {{ x.cau_ho_so }}")
    add_text(document, "{%p endif %}")
    add_section(document, "II. ĐÁNH GIÁ CHUNG")
    add_section(document, "1. Ưu điểm")
    add_each(document, "uu_diem")
    add_section(document, "2. Hạn chế")
    add_each(document, "han_che")
    add_section(document, "3. So sánh với năm trước")
    _compared(document)
    add_section(document, "III. PHƯƠNG HƯỚNG, NHIỆM VỤ NĂM {{ ky.nam_sau }}")
    add_each(document, "nhiem_vu", "{{ loop.index }}. {{ x }}")
    add_foot(
        document,
        "Trên đây là báo cáo kết quả đánh giá, chấm điểm việc giải quyết thủ tục hành chính "
        "{{ ky.ten }} của {{ co_quan.ten }}./.",
    )
    _charts(document, "xep_loai", "chi_so", "phieu_theo_tuan", "giai_quyet")


def _onestop(document: Doc) -> None:
    """After the report of An Lão, năm 2020."""
    add_head(
        document,
        "Kết quả thực hiện cơ chế một cửa, một cửa liên thông {{ ky.ten }} "
        "trên địa bàn {{ co_quan.dia_ban }}",
    )
    _opening(document, "kết quả thực hiện cơ chế một cửa, một cửa liên thông {{ ky.ten }}")
    add_section(document, "I. TÌNH HÌNH, KẾT QUẢ THỰC HIỆN")
    add_section(document, "1. Kết quả giải quyết thủ tục hành chính")
    add_text(document, "{{ mot_cua.cau }}")
    names = ("cau_tiep_nhan", "cau_giai_quyet", "cau_dang_giai_quyet", "cau_dung", "cau_ty_le")
    for name in names:
        add_if(document, f"mot_cua.{name}", f"- {{{{ mot_cua.{name} }}}}")
    add_if(document, "mot_cua.cau_can_doi", "- {{ mot_cua.cau_can_doi }}")
    add_text(document, "{%p for k in mot_cua.khoi %}")
    add_section(document, "{{ k.ten }}")
    for name in names:
        add_if(document, f"k.{name}", f"- {{{{ k.{name} }}}}")
    add_each(document, "k.don_vi", "+ {{ x.cau }}")
    add_if(document, "k.cau_con_lai")
    add_if(document, "k.cau_khong_phat_sinh", "+ {{ k.cau_khong_phat_sinh }}")
    add_text(document, "{%p endfor %}")
    add_text(
        document, "(Phụ lục{% if bieu_do.giai_quyet %}, biểu đồ{% endif %} đính kèm)", italic=True
    )
    add_section(document, "2. Hồ sơ trực tuyến")
    add_text(document, "{{ mot_cua.cau_truc_tuyen }}")
    add_section(document, "3. Tiếp nhận qua dịch vụ bưu chính công ích")
    add_if(document, "mot_cua.cau_buu_chinh")
    add_section(document, "4. Xin lỗi và hẹn lại ngày trả kết quả")
    add_text(document, "{{ mot_cua.cau_xin_loi }}")
    add_text(document, "{%p if du_kien %}")
    add_section(document, "5. Số liệu do các đơn vị khai báo")
    add_each(document, "du_kien")
    add_text(document, "{%p endif %}")
    add_section(document, "II. ĐÁNH GIÁ CHUNG")
    add_section(document, "1. Kết quả đạt được")
    add_each(document, "uu_diem")
    add_section(document, "2. Khó khăn, hạn chế")
    add_each(document, "han_che")
    add_section(document, "III. PHƯƠNG HƯỚNG, NHIỆM VỤ")
    add_each(document, "nhiem_vu", "{{ loop.index }}. {{ x }}")
    add_foot(
        document,
        "Trên đây là báo cáo kết quả thực hiện cơ chế một cửa, một cửa liên thông {{ ky.ten }} "
        "của {{ co_quan.ten }}./.",
    )
    _charts(document, "giai_quyet")


if __name__ == "__main__":
    write_templates(FOLDER)
