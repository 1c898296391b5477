"""What a center's hub keeps."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "secret", sa.Column("name", sa.Text, primary_key=True), sa.Column("sealed", sa.LargeBinary, nullable=False)
    )
    op.create_table(
        "machine",
        sa.Column("ref_id", sa.Text, primary_key=True),
        sa.Column("signing_key", sa.LargeBinary, nullable=False),
        sa.Column("encryption_key", sa.LargeBinary, nullable=False),
        sa.Column("sign_index", sa.Text, nullable=False),
        sa.Column("key_index", sa.Text, nullable=False),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("asked_at", sa.Text, nullable=False),
        sa.Column("decided_at", sa.Text),
        sa.Column("decided_by", sa.Text),
        sa.Column("seen_at", sa.Text),
        sa.Column("version", sa.Text),
        sa.Column("skew_s", sa.Float),
        sa.Column("waiting", sa.Integer),
    )
    op.create_index("machine_by_sign_index", "machine", ["sign_index"])
    op.create_index("machine_by_key_index", "machine", ["key_index"])
    op.create_table(
        "hub_user",
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("slot", sa.Text, nullable=False),
        sa.Column("supervises", sa.Integer, nullable=False),
    )
    op.create_table(
        "one_time_password",
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("ends_at", sa.Text, nullable=False),
        sa.Column("tries_left", sa.Integer, nullable=False),
    )
    op.create_table(
        "announcement",
        sa.Column("packet_id", sa.Text, primary_key=True),
        sa.Column("registration_id", sa.Text, nullable=False),
        sa.Column("ref_id", sa.Text, nullable=False),
        sa.Column("announced_at", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("announcement_by_registration", "announcement", ["registration_id"])
    op.create_table(
        "packet",
        sa.Column("packet_id", sa.Text, primary_key=True),
        sa.Column("registration_id", sa.Text, nullable=False),
        sa.Column("ref_id", sa.Text, nullable=False),
        sa.Column("object_name", sa.Text, nullable=False, unique=True),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("received_at", sa.Text, nullable=False),
    )
    op.create_index("packet_by_registration", "packet", ["registration_id"])
    op.create_index("packet_by_machine", "packet", ["ref_id", "received_at"])
    op.create_table(
        "refusal",
        sa.Column("packet_id", sa.Text, primary_key=True),
        sa.Column("registration_id", sa.Text, nullable=False),
        sa.Column("ref_id", sa.Text, nullable=False),
        sa.Column("refused_at", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
    )
    op.create_index("refusal_by_registration", "refusal", ["registration_id"])
    op.create_table(
        "decision", sa.Column("packet_id", sa.Text, primary_key=True), sa.Column("state", sa.Text, nullable=False)
    )
    op.create_table(
        "enrollment",
        sa.Column("registration_id", sa.Text, primary_key=True),
        sa.Column("changed_at", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "document",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("changed_at", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "nonce",
        sa.Column("key_index", sa.Text, nullable=False),
        sa.Column("nonce", sa.Text, nullable=False),
        sa.Column("ends_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key_index", "nonce"),
    )
    op.create_index("nonce_by_end", "nonce", ["ends_at"])
    op.create_table(
        "quota",
        sa.Column("ref_id", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("ends_at", sa.Text, nullable=False),
        sa.Column("requests", sa.BigInteger, nullable=False),
        sa.Column("octets", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("ref_id", "period"),
    )
    op.create_index("quota_by_end", "quota", ["ends_at"])
    op.create_table(
        "letter_box",
        sa.Column("box_id", sa.Text, primary_key=True),
        sa.Column("ref_id", sa.Text, nullable=False),
        sa.Column("ends_at", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("letter_box_by_end", "letter_box", ["ends_at"])
    op.create_table(
        "letter",
        sa.Column("letter_id", sa.Text, primary_key=True),
        sa.Column("box_id", sa.Text, sa.ForeignKey("letter_box.box_id", ondelete="CASCADE"), nullable=False),
        sa.Column("arrived_at", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("letter_by_box", "letter", ["box_id", "arrived_at"])
    op.create_table(
        "forward",
        sa.Column("packet_id", sa.Text, sa.ForeignKey("packet.packet_id"), primary_key=True),
        sa.Column("standing", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.Text, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("done_at", sa.Text),
        sa.Column("object_name", sa.Text),
        sa.Column("digest", sa.Text),
        sa.Column("size", sa.BigInteger),
    )
    op.create_index("forward_by_time", "forward", ["standing", "next_at"])
    op.create_table(
        "lease",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("ends_at", sa.Text, nullable=False),
    )
