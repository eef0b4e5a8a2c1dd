"""The command line's manners: languages, exit codes, one sentence for every trouble."""

from pathlib import Path

import pytest

from admin.kit import cli
from admin.kit.texts import wanted_language


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing from the environment of the user who runs the tests."""
    for name in ("LANG", "CONFIG", "DEBUG"):
        monkeypatch.delenv(f"MOTCUA_{name}", raising=False)
    monkeypatch.setenv("MOTCUA_DATABASE_URL", f"sqlite:///{tmp_path}/none.sqlite")


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["--help"], 0, "Cách dùng: motcua [TÙY CHỌN] LỆNH [THAM SỐ]..."),
        (["--lang", "en", "--help"], 0, "Usage: motcua [OPTIONS] COMMAND [ARGS]..."),
        (["units", "import", "--help"], 0, "Ví dụ:\n  motcua units import don-vi.csv\n"),
        (["--lang=en", "units", "import", "--help"], 0, "[default: table]"),
        (["--version"], 0, "motcua "),
    ],
)
def test_help_goes_to_standard_output(
    args: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the chosen language, whatever the place of the option before the command."""
    assert cli.run(args) == code
    printed = capsys.readouterr()
    assert said in printed.out
    assert printed.err == ""


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "Cách dùng:"),
        (["units"], "Cách dùng: motcua units"),
        (["nix"], "Lỗi: Không có lệnh “nix”."),
        (["unit"], "Có phải là: units"),
        (["units", "nix"], "Không có lệnh “nix”.\nXem cách dùng: motcua units --help"),
        (["units", "import"], "Lỗi: Thiếu FILE."),
        (["units", "import", "a", "b"], "Lỗi: Thừa tham số trên dòng lệnh."),
        (
            ["units", "list", "--formaat", "json"],
            "Không có tùy chọn “--formaat”. Có phải là: --format?",
        ),
        (["units", "list", "--format"], "Tùy chọn --format thiếu giá trị"),
        (["units", "list", "--format", "xml"], "Chọn một trong: table, json, csv."),
        (
            ["--lang", "fr", "units", "list"],
            "Lỗi: Giá trị của --lang không đúng. Chọn một trong: vi, en.",
        ),
        (["--lang", "en"], "Error: The command is missing."),
        (["--lang", "en", "nix"], "Error: There is no command “nix”."),
        (["--lang", "en", "dossiers", "show"], "Error: CODE is missing."),
    ],
)
def test_wrong_use_is_exit_code_2(
    args: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a sentence in the chosen language on standard error and nothing else."""
    assert cli.run(args) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["units", "list"], "hãy chạy: motcua db upgrade"),
        (["--config", "none.toml", "units", "list"], "Không tìm thấy tệp cấu hình none.toml"),
        (["--database-url", "mysql://x", "units", "list"], "mysql://x"),
        (["--database-url", "rubbish", "units", "list"], "rubbish"),
        (
            ["--database-url", "sqlite:////etc/hostname", "units", "list"],
            "không phải cơ sở dữ liệu",
        ),
        (["--database-url", "postgresql://u@127.0.0.1:1/x", "units", "list"], "Không kết nối được"),
        (["--lang", "en", "db", "check"], "Error: There is no database"),
    ],
)
def test_a_refusal_is_exit_code_1(
    args: list[str], said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence on standard error, never a traceback."""
    monkeypatch.setenv("MOTCUA_CONFIG", "")
    assert cli.run(args) == 1
    printed = capsys.readouterr()
    assert said in printed.err
    assert "Traceback" not in printed.err
    assert printed.out == ""


def test_asking_makes_no_database(tmp_path: Path) -> None:
    """A mistyped path is told, not filled with an empty file."""
    assert cli.run(["units", "list"]) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [("lang = ", "không phải TOML"), ('quota_percent = "nhiều"', "MOTCUA_QUOTA_PERCENT")],
)
def test_a_broken_settings_file_is_named(
    content: str,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With what is wrong in it; help is still there."""
    (file := tmp_path / "m.toml").write_text(content, "utf-8")
    monkeypatch.setenv("MOTCUA_CONFIG", str(file))
    assert cli.run(["units", "list"]) == 1
    assert said in capsys.readouterr().err
    assert cli.run(["units", "list", "--help"]) == 0


def test_what_nobody_foresaw_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The kind of the exception, never its words, which may name a citizen; MOTCUA_DEBUG=1
    shows all."""

    def broken(*_: object, **__: object) -> None:
        raise LookupError("Nguyễn Văn An 0912345678")

    monkeypatch.setattr("admin.kit.runtime.load_settings", broken)
    assert cli.run(["units", "list"]) == 1
    told = capsys.readouterr().err
    assert "LookupError" in told
    assert "Nguyễn" not in told
    monkeypatch.setenv("MOTCUA_DEBUG", "1")
    assert cli.run(["units", "list"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_is_130_and_silent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A user who stops a command needs no message."""

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("admin.kit.runtime.load_settings", stopped)
    assert cli.run(["units", "list"]) == 130
    assert capsys.readouterr().err.strip() == ""


@pytest.mark.parametrize(
    ("args", "environ", "file", "language"),
    [
        ([], {}, "", "vi"),
        (["--lang", "en"], {"MOTCUA_LANG": "vi"}, "", "en"),
        (["--lang=EN"], {}, "", "en"),
        (["--database-url", "--lang", "units"], {}, "", "vi"),
        (["units", "--lang", "en"], {}, "", "vi"),
        ([], {"MOTCUA_LANG": "en"}, 'lang = "vi"', "en"),
        ([], {}, 'lang = "en"', "en"),
        ([], {}, "lang = ", "vi"),
        (["--lang", "fr"], {}, "", "vi"),
        (["--lang"], {}, "", "vi"),
    ],
)
def test_the_language_is_known_before_anything_is_read(
    args: list[str], environ: dict[str, str], file: str, language: str, tmp_path: Path
) -> None:
    """Option before variable before file; what is unusable is Vietnamese."""
    (config := tmp_path / "m.toml").write_text(file, "utf-8")
    assert wanted_language(["--config", str(config), *args], environ) == language
    assert wanted_language(args, environ | {"MOTCUA_CONFIG": str(config)}) == language
