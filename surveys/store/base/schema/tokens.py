"""Table: chains of tokens, where each renewal makes the pair before it useless."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table, Text, text

from surveys.store.base.schema.types import metadata


def _moment(name: str, comment: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=text("0"), comment=comment)


token_chains = Table(
    "token_chains",
    metadata,
    Column("name", String, primary_key=True, comment="vendor and app"),
    Column("sealed", LargeBinary, nullable=False, comment="the pair of tokens, encrypted"),
    Column("generation", Integer, nullable=False, comment="counts the pairs"),
    _moment("renewed_ms", "when this pair was committed"),
    _moment("access_until_ms", "end of the access token; 0: none yet"),
    _moment("refresh_until_ms", "end of the refresh token, if it is not used"),
    _moment("intent_ms", "when a renewal began whose outcome is unknown; 0: none"),
    _moment("lost_ms", "since when only a person can authorise again; 0: not lost"),
    _moment("retry_ms", "no renewal before"),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("reason", Text, comment="for staff: why the last renewal failed; never a token"),
    Column("owner", String, comment="the process that renews"),
    _moment("leased_until_ms", "end of its lease"),
    comment="one row a chain; the only place where its tokens are kept",
)
