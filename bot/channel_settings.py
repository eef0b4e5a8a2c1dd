"""The settings of the channels, a class per vendor; `bot.settings` adds them to its own."""

from dataclasses import dataclass
from datetime import time
from typing import Annotated, Literal

from msgspec import Meta

from bot.setting_types import Count, Days, Hour, Percent, Secret


@dataclass(frozen=True, kw_only=True)
class TelegramSettings:
    """Telegram: docs/running.md."""

    telegram_token: Secret | None = None
    telegram_api_base: str = "https://api.telegram.org"
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_webhook_secret: Secret | None = None
    telegram_proxy: Secret | None = None
    """`http://user:password@host:port` of a proxy, where Telegram cannot be reached directly."""
    telegram_per_second: Annotated[float, Meta(gt=0, le=1000)] = 25.0
    """Messages a second over all chats; Telegram's own limit is 30."""


@dataclass(frozen=True, kw_only=True)
class ZaloOfficialAccountSettings:
    """Zalo Official Account and what shares its app (tokens, webhook): docs/zalo.md.

    What Zalo's documents leave open is a setting; the metrics count which variant was met.
    """

    zalo_oa_app_id: str = ""
    """Id of the app at developers.zalo.me that the Official Account has authorised."""
    zalo_oa_app_secret: Secret | None = None
    """Secret key of the app, for the token requests."""
    zalo_oa_secret: Secret | None = None
    """OA Secret Key of the console's webhook page: it signs the webhook."""
    zalo_oa_oa_secret: Secret | None = None
    """Another name of `zalo_oa_secret`."""
    zalo_oa_id: str = ""
    """Id of the Official Account; needed for links, and checked in every event if given."""
    zalo_oa_api_base: str = "https://openapi.zalo.me"
    zalo_oa_oauth_base: str = "https://oauth.zaloapp.com"
    zalo_oa_per_minute: Annotated[int, Meta(ge=1, le=4000)] = 3_920
    """Requests a minute over all processes. Zalo's own limit is 4,000; the difference is what a
    disturbed process may make up for later."""
    zalo_oa_buttons: Literal["a", "b", "none"] = "a"
    """The form of buttons in a consultation message. None of them is documented by Zalo, so the
    text is complete without: `a` text and attachment, `b` a template of its own, `none`."""
    zalo_oa_button_title: Annotated[int, Meta(ge=4, le=100)] = 20
    """The most characters of a button's words. Programs that run have 20 or 100."""
    zalo_oa_phone_image: str = ""
    """Address of the picture (PNG or JPEG) in the form that asks for the phone number. Zalo's
    examples all have one; empty: the icon of the page."""
    zalo_oa_paid_window: bool = False
    """Whether the bot may write from 48 hours to 7 days after the citizen's last message: Zalo
    takes money for these messages."""
    zalo_oa_follow_opens_window: bool = True
    """Whether following the Official Account counts as the citizen's interaction."""
    zalo_oa_trust_submitted_phone: bool = True
    """Whether the phone number that a citizen hands over by Zalo's form is taken for their own.
    Without, the form is not offered, and a submitted number proves nothing."""
    zalo_oa_signature_key: Literal["any", "oa_secret", "app_secret"] = "any"
    """Which secret signs the webhook. `any` accepts either: nobody else knows them."""
    zalo_oa_signature_id: Literal["any", "app_id", "oa_id"] = "any"
    """The first term of the signature."""
    zalo_oa_signature_time: Literal["any", "body", "header"] = "any"
    """Where the signed timestamp comes from."""
    zalo_oa_signature_prefix: Literal["any", "mac", "none"] = "any"
    """Whether the signature is written `mac=…` or bare."""
    zalo_oa_rights_events: str = "user_data_subject_request"
    """Names of the events by which a citizen asks Zalo for their data or its erasure, separated
    by spaces; Zalo does not publish the name. Any event with `data_subject` in its name counts."""
    zalo_oa_site_verification: str = ""
    """The code of Zalo's file `zalo_verifier….html`, served at the root of the public address."""
    zalo_oa_refresh_hours: Annotated[int, Meta(ge=1, le=24)] = 20
    """Age at which the access token is renewed; it lives 25 hours."""
    zalo_oa_lost_codes: Annotated[str, Meta(pattern=r"^ *(-?\d+( +-?\d+)*)? *$")] = ""
    """Further codes of the token endpoint after which a person has to authorise again, separated by
    spaces; Zalo publishes no table (known ones: `oauth` in bot/channels/zalo/errors.yaml)."""
    zalo_oa_authorization_days: Days = 90
    """How long a refresh token lives without being used."""
    zalo_oa_alarm_days: Count = 30
    """Days before that end from which health, metrics and log raise the alarm."""


@dataclass(frozen=True, kw_only=True)
class ZaloBotSettings:
    """Zalo Bot, the small bot for a pilot: docs/zalo.md."""

    zalo_bot_token: Secret | None = None
    """As “Zalo Bot Manager” sends it: `12345689:abc-xyz`."""
    zalo_bot_api_base: str = "https://bot-api.zaloplatforms.com"
    zalo_bot_mode: Literal["polling", "webhook"] = "polling"
    zalo_bot_webhook_secret: Secret | None = None
    """8 to 256 characters; Zalo sends it with every update."""
    zalo_bot_poll_seconds: Annotated[int, Meta(ge=1, le=50)] = 30
    """How long Zalo may hold a poll open."""
    zalo_bot_per_second: Annotated[float, Meta(gt=0, le=100)] = 5.0
    """Messages a second over all chats; Zalo documents no limit."""
    zalo_bot_users: Annotated[int, Meta(ge=0)] = 50
    """Citizens a bot may have by its plan (0: no cap). The Basic plan is the only one offered."""
    zalo_bot_monthly: Annotated[int, Meta(ge=0)] = 3_000
    """Messages a month by its plan (0: no cap). What Zalo does beyond is not documented: messages
    are still sent, and one that is refused ends with Zalo's words."""
    zalo_bot_warn_percent: Percent = 80
    """Share of a cap from which `motcua zalo check` and `/healthz` warn."""


@dataclass(frozen=True, kw_only=True)
class ZaloTemplateSettings:
    """The service-rating template (ZBS, formerly ZNS) to phone numbers: docs/zalo.md.

    It uses the app, the tokens and the webhook of the Official Account.
    """

    zalo_template_id: str = ""
    """Id of the approved template of type “Đánh giá dịch vụ”. Empty: no template is sent."""
    zalo_template_api_base: str = "https://business.openapi.zalo.me"
    zalo_template_basis: str = ""
    """On what ground the authority writes to the number on a dossier: the provision, decision or
    clause of the consent, e.g. `Quyết định 12/QĐ-UBND ngày 05/01/2026, Điều 3`. It is written to
    the audit log. Empty: nothing is sent."""
    zalo_template_mode: Literal["live", "development"] = "live"
    """`development` sends to administrators of the app or the Official Account only: the only way
    to try a template out."""
    zalo_template_params: str = "ma_ho_so=code don_vi=unit ngay_tra=returned_on"
    """Parameters of the template and what they say: code, codes, unit, authority, returned_on,
    link, token (the end of the link, for a button's address)."""
    zalo_template_hash_phone: bool = False
    """Send the SHA-256 of the number instead of the number."""
    zalo_template_by_uid: bool = True
    """Send to the citizen's Zalo id where the Official Account knows it: that is cheaper."""
    zalo_template_per_second: Annotated[float, Meta(gt=0, le=60)] = 10.0
    zalo_template_daily: Annotated[int, Meta(ge=0)] = 0
    """Messages a day at most, e.g. for the budget (0: as many as Zalo allows)."""
    zalo_template_night_from: Hour = time(22, 0)
    zalo_template_night_to: Hour = time(6, 0)
    """Zalo may refuse templates in these hours, so none is tried; the same twice: never refused."""
    zalo_template_low_quality: Literal["stop", "go_on"] = "stop"
    """When Zalo calls the quality of the Official Account low: send no more until it is better, or
    go on, which may cost the daily quota."""
    zalo_template_rating_method: Literal["any", "POST", "GET"] = "any"
    """How `rating/get` is asked: the document says POST, many programs use GET. `any`: as the
    document says, and if that is refused as the others do; the metrics count which was taken."""
    zalo_template_ratings_minutes: Annotated[int, Meta(ge=1, le=1440)] = 30
    """Interval at which ratings are fetched, in case an event of the webhook was lost."""
    zalo_template_ratings_days: Days = 30
    """How far back the first fetch goes; the later ones begin a day before the last."""


@dataclass(frozen=True, kw_only=True)
class ChannelSettings(
    TelegramSettings, ZaloOfficialAccountSettings, ZaloBotSettings, ZaloTemplateSettings
):
    """The settings of all channels."""
