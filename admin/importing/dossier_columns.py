"""The columns of an export of dossiers, with the headers that one-stop programs use."""

from admin.sheets import ColumnSpec

COLUMNS = (
    ColumnSpec(
        name="code",
        titles=(
            *("Mã hồ sơ", "Số hồ sơ", "Mã số hồ sơ", "Số biên nhận", "Mã biên nhận"),
            *("Mã HS", "Số HS", "Mã hồ sơ TTHC", "Mã số biên nhận"),
        ),
        required=True,
    ),
    ColumnSpec(
        name="unit",
        titles=(
            *("Đơn vị giải quyết", "Cơ quan giải quyết", "Đơn vị thực hiện", "Cơ quan thực hiện"),
            *("Đơn vị xử lý", "Cơ quan xử lý", "Đơn vị giải quyết TTHC"),
            *("Đơn vị tiếp nhận", "Đơn vị", "Mã đơn vị", "Cơ quan tiếp nhận"),
            *("Tên đơn vị", "Cơ quan", "Nơi tiếp nhận"),
        ),
        required=True,
    ),
    ColumnSpec(
        name="received_by",
        titles=(
            *("Đơn vị tiếp nhận", "Cơ quan tiếp nhận", "Nơi tiếp nhận", "Bộ phận tiếp nhận"),
            *("Trung tâm tiếp nhận", "Nơi tiếp nhận hồ sơ", "Đơn vị tiếp nhận hồ sơ"),
        ),
    ),
    ColumnSpec(
        name="procedure",
        titles=(
            *("Tên TTHC", "Tên thủ tục hành chính", "Tên thủ tục", "Thủ tục hành chính"),
            *("Thủ tục", "TTHC", "Loại hồ sơ"),
        ),
    ),
    ColumnSpec(
        name="channel",
        titles=(
            *("Kênh", "Kênh tiếp nhận", "Hình thức nộp", "Hình thức tiếp nhận"),
            *("Phương thức nộp", "Kênh nộp", "Hình thức nộp hồ sơ"),
        ),
    ),
    ColumnSpec(
        name="received_at",
        titles=(
            *("Ngày nhận", "Ngày tiếp nhận", "Nhận hồ sơ", "Ngày nhận hồ sơ"),
            *("Ngày tiếp nhận hồ sơ", "Thời gian tiếp nhận", "Thời điểm tiếp nhận"),
            *("Ngày giờ tiếp nhận", "Thời gian nhận hồ sơ", "Thời gian nhận"),
        ),
    ),
    ColumnSpec(
        name="due_at",
        titles=(
            *("Ngày hẹn trả", "Hẹn trả", "Ngày hẹn trả kết quả", "Hạn trả kết quả", "Hạn trả"),
            *("Hẹn trả kết quả", "Ngày hẹn", "Hạn xử lý", "Hạn giải quyết", "Thời gian hẹn trả"),
            *("Thời hạn trả kết quả", "Ngày đến hạn", "Thời gian hẹn trả kết quả"),
        ),
    ),
    ColumnSpec(
        name="original_due_at",
        titles=(
            *("Ngày hẹn trả ban đầu", "Hẹn trả ban đầu", "Ngày hẹn trả lần đầu", "Hẹn trả lần đầu"),
            *("Hạn trả ban đầu", "Ngày hẹn ban đầu", "Ngày hẹn trả gốc"),
        ),
    ),
    ColumnSpec(
        name="finished_at",
        titles=(
            *("Ngày kết thúc xử lý", "Ngày kết thúc", "Ngày có kết quả", "Ngày xử lý xong"),
            *("Ngày hoàn thành", "Ngày giải quyết xong", "Thời gian kết thúc xử lý"),
            *("Ngày hoàn thành xử lý", "Thời điểm kết thúc xử lý"),
        ),
    ),
    ColumnSpec(
        name="returned_at",
        titles=(
            *("Ngày trả kết quả", "Ngày trả", "Ngày nhận kết quả", "Trả kết quả"),
            *("Thời gian trả kết quả", "Ngày trả kết quả thực tế", "Ngày thực trả"),
            *("Thời điểm trả kết quả", "Ngày công dân nhận kết quả", "Ngày giờ trả kết quả"),
        ),
    ),
    ColumnSpec(
        name="status",
        titles=(
            "Trạng thái",
            "Tình trạng",
            "Trạng thái hồ sơ",
            "Tình trạng hồ sơ",
            "Trạng thái xử lý",
        ),
    ),
    ColumnSpec(
        name="applicant",
        titles=(
            *("Người nộp", "Họ tên", "Họ và tên", "Chủ hồ sơ", "Người nộp hồ sơ"),
            *("Tên người nộp", "Tên công dân", "Họ tên người nộp", "Họ và tên người nộp"),
            *("Tên chủ hồ sơ", "Tổ chức, cá nhân", "Công dân"),
        ),
    ),
    ColumnSpec(
        name="phone",
        titles=(
            *("Số điện thoại", "Điện thoại", "SĐT", "Di động", "Điện thoại di động"),
            *("Số di động", "Số điện thoại liên hệ", "Điện thoại liên hệ"),
            "Số điện thoại người nộp",
        ),
    ),
    ColumnSpec(
        name="officer",
        titles=("Cán bộ thụ lý", "Cán bộ xử lý", "Người thụ lý", "Chuyên viên thụ lý"),
    ),
    ColumnSpec(name="apology_at", titles=("Ngày xin lỗi", "Ngày gửi thư xin lỗi")),
    ColumnSpec(
        name="rescheduled_to",
        titles=("Hẹn lại", "Ngày hẹn lại", "Ngày hẹn trả lại", "Ngày gia hạn", "Gia hạn đến ngày"),
    ),
    ColumnSpec(name="reschedules", titles=("Số lần hẹn lại", "Số lần gia hạn")),
    ColumnSpec(
        name="supplements",
        titles=("Số lần bổ sung", "Số lần yêu cầu bổ sung", "Số lần bổ sung hồ sơ"),
    ),
    ColumnSpec(
        name="supplement_days",
        titles=("Số ngày chờ bổ sung", "Thời gian chờ bổ sung", "Số ngày bổ sung hồ sơ"),
    ),
    ColumnSpec(name="reopened_at", titles=("Ngày mở lại", "Ngày xử lý lại", "Ngày giải quyết lại")),
)
DATES = (
    *("received_at", "due_at", "original_due_at", "finished_at", "returned_at", "apology_at"),
    *("rescheduled_to", "reopened_at"),
)
COUNTS = ("reschedules", "supplements", "supplement_days")
ESSENTIAL = ("received_at", "due_at", "finished_at", "returned_at")
"""A dossier without any of these dates counts in no period."""
DONE = ("received_at", "finished_at", "returned_at", "reopened_at")
"""Dates of past events, which cannot be in the future."""
