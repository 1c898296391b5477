"""The hub's tables, as the newest migration leaves them; the same in SQLite and PostgreSQL.

Times are RFC 3339 UTC text with milliseconds: they sort, and a person can read a dump. What is called ``sealed``
is unreadable without the center's key (``center_key``); ids, digests, sizes and codes are not sealed.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)

metadata = MetaData()

# The private keys of the hub itself, and what tells the right center key from another.
secret = Table(
    "secret", metadata, Column("name", Text, primary_key=True), Column("sealed", LargeBinary, nullable=False)
)

machine = Table(
    "machine",
    metadata,
    Column("ref_id", Text, primary_key=True),
    Column("signing_key", LargeBinary, nullable=False),
    Column("encryption_key", LargeBinary, nullable=False),
    # MOSIP's names of the two keys; empty for octets that are no key.
    Column("sign_index", Text, nullable=False),
    Column("key_index", Text, nullable=False),
    Column("standing", Text, nullable=False),  # machines.Standing
    Column("asked_at", Text, nullable=False),
    Column("decided_at", Text),
    Column("decided_by", Text),
    Column("asked_from", Text),  # an address, until it is decided
    # What was last heard of it.
    Column("seen_at", Text),
    Column("version", Text),
    Column("skew_s", Float),
    Column("waiting", Integer),
)
Index("machine_by_sign_index", machine.c.sign_index)
Index("machine_by_key_index", machine.c.key_index)

# What somebody decided about stations, with the key it was about. Nothing here is ever changed.
station_decision = Table(
    "station_decision",
    metadata,
    Column("decision_id", Text, primary_key=True),
    Column("decided_at", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("ref_id", Text, nullable=False),
    Column("sign_index", Text, nullable=False),
    Column("decided", Text, nullable=False),  # machines.Standing
)
Index("station_decision_by_time", station_decision.c.decided_at)
Index("station_decision_by_key", station_decision.c.sign_index, station_decision.c.decided_at)

user = Table(
    "hub_user",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("slot", Text, nullable=False),
    Column("supervises", Integer, nullable=False),  # may look at the console
)

one_time_password = Table(
    "one_time_password",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("ends_at", Text, nullable=False),
    Column("tries_left", Integer, nullable=False),
)

announcement = Table(
    "announcement",
    metadata,
    Column("packet_id", Text, primary_key=True),
    Column("registration_id", Text, nullable=False),
    Column("ref_id", Text, nullable=False),
    Column("announced_at", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
Index("announcement_by_registration", announcement.c.registration_id)

# A packet counts once its row is here; the object was written and read again before.
packet = Table(
    "packet",
    metadata,
    Column("packet_id", Text, primary_key=True),
    Column("registration_id", Text, nullable=False),
    Column("ref_id", Text, nullable=False),
    Column("object_name", Text, nullable=False, unique=True),
    Column("digest", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("received_at", Text, nullable=False),
)
Index("packet_by_registration", packet.c.registration_id)
Index("packet_by_machine", packet.c.ref_id, packet.c.received_at)

refusal = Table(
    "refusal",
    metadata,
    Column("packet_id", Text, primary_key=True),
    Column("registration_id", Text, nullable=False),
    Column("ref_id", Text, nullable=False),
    Column("refused_at", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
)
Index("refusal_by_registration", refusal.c.registration_id)

# One of MOSIP's words, where somebody decided what became of a packet.
decision = Table(
    "decision", metadata, Column("packet_id", Text, primary_key=True), Column("state", Text, nullable=False)
)

enrollment = Table(
    "enrollment",
    metadata,
    Column("registration_id", Text, primary_key=True),
    Column("changed_at", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

# What stations are told, where it does not lie in a folder: one file's content by its name.
document = Table(
    "document",
    metadata,
    Column("name", Text, primary_key=True),
    Column("changed_at", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

# Signed requests that were taken, until they are too old to be taken again.
nonce = Table(
    "nonce",
    metadata,
    Column("key_index", Text, nullable=False),
    Column("nonce", Text, nullable=False),
    Column("ends_at", Text, nullable=False),
    PrimaryKeyConstraint("key_index", "nonce"),
)
Index("nonce_by_end", nonce.c.ends_at)

# What each station took of the hub, by the minute and by the day.
quota = Table(
    "quota",
    metadata,
    Column("ref_id", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("ends_at", Text, nullable=False),
    Column("requests", BigInteger, nullable=False),
    Column("octets", BigInteger, nullable=False),
    PrimaryKeyConstraint("ref_id", "period"),
)
Index("quota_by_end", quota.c.ends_at)

# How often somebody tried to sign in at the supervisors' page, until they do. ``who`` is a keyed hash of the name.
wrong_attempt = Table(
    "wrong_attempt",
    metadata,
    Column("who", Text, primary_key=True),
    Column("times", Integer, nullable=False),
    Column("tried_at", Text, nullable=False),
)
Index("wrong_attempt_by_time", wrong_attempt.c.tried_at)

# Where a browser or a wallet answers a station that nobody can reach, and what came.
letter_box = Table(
    "letter_box",
    metadata,
    Column("box_id", Text, primary_key=True),
    Column("ref_id", Text, nullable=False),
    Column("ends_at", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # what is handed out there
)
Index("letter_box_by_end", letter_box.c.ends_at)

letter = Table(
    "letter",
    metadata,
    Column("letter_id", Text, primary_key=True),
    Column("box_id", Text, ForeignKey("letter_box.box_id", ondelete="CASCADE"), nullable=False),
    Column("arrived_at", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
Index("letter_by_box", letter.c.box_id, letter.c.arrived_at)

# What has to go on to the national system, and how far it got.
forward = Table(
    "forward",
    metadata,
    Column("packet_id", Text, ForeignKey("packet.packet_id"), primary_key=True),
    Column("standing", Text, nullable=False),  # forwarding_queue.Standing
    Column("attempts", Integer, nullable=False),
    Column("next_at", Text, nullable=False),
    Column("code", Text),
    Column("done_at", Text),
    # The packet as it was sealed for the national system, once.
    Column("object_name", Text),
    Column("digest", Text),
    Column("size", BigInteger),
)
Index("forward_by_time", forward.c.standing, forward.c.next_at)

# Enrollments that stations sent, where they go on as such.
enrollment_forward = Table(
    "enrollment_forward",
    metadata,
    Column("registration_id", Text, ForeignKey("enrollment.registration_id"), primary_key=True),
    Column("standing", Text, nullable=False),  # forwarding_queue.Standing
    Column("attempts", Integer, nullable=False),
    Column("next_at", Text, nullable=False),
    Column("code", Text),
    Column("done_at", Text),
)
Index("enrollment_forward_by_time", enrollment_forward.c.standing, enrollment_forward.c.next_at)

# Which process does what only one may do at a time.
lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("ends_at", Text, nullable=False),
)
