"""What a cache of reads holds, and how it travels through Redis: as bytes of our own, never as a pickle."""

import math
import struct
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from hmac import compare_digest
from typing import Self

from django.conf import settings

# The seal, then: when it was made, when it ends (seconds since 1970), how long the generation's text is and the tag.
HEAD = struct.Struct("!16sddHH")
SEAL_LENGTH = 16
# For so long after they were last seen to hold, bytes stand in for those that cannot be made.
STANDING_IN_SECONDS = 60.0
# The other workers learn this often that they hold.
OFFER_SECONDS = 10.0


@dataclass(slots=True)
class Entry:
    """Bytes that were made from the database in one of its states, by this machine's clock at `made_at`.

    They hold in that state only, and until `edge`, when the clock changes what is shown (infinity: never). `tag` is
    their ETag, `key` is where they are kept (both may be empty), and at `held_at` they were last found to hold.
    """

    body: bytes
    generation: bytes
    made_at: float
    edge: float = math.inf
    tag: str = ""
    key: str = field(default="", compare=False)
    held_at: float = field(init=False, compare=False)
    _offered_at: float = field(init=False, compare=False)

    def __post_init__(self) -> None:
        self.held_at = self._offered_at = self.made_at

    def holds(self, generation: bytes, now: float) -> bool:
        """Whether these are the bytes of this state at this moment. One from a clock ahead of ours is not yet."""
        return self.generation == generation and self.made_at <= now < self.edge

    def stands_in(self, now: float) -> bool:
        """Whether they may be given while the database cannot be asked."""
        return 0 <= now - self.held_at <= STANDING_IN_SECONDS and now < self.edge

    def hold(self, now: float) -> Self | None:
        """Note that they hold at this moment; gives them as made now when it is time to tell the other workers."""
        self.held_at = max(now, self.held_at)
        if not self.key or now - self._offered_at < OFFER_SECONDS:
            return None
        self._offered_at = now
        return replace(self, made_at=now)

    def pack(self, key: bytes) -> bytes:
        """As stored under a key, sealed."""
        tag = self.tag.encode()
        content = HEAD.pack(b"", self.made_at, self.edge, len(self.generation), len(tag))[SEAL_LENGTH:]
        content += self.generation + tag + self.body
        return _seal(key, content) + content


def unpack(key: bytes, stored: object) -> Entry | None:
    """What was packed for this key; None for anything else, be it garbage, cut off or moved from another key."""
    if not isinstance(stored, bytes) or len(stored) < HEAD.size:
        return None
    seal, made_at, edge, length, tag_length = HEAD.unpack_from(stored)
    if not compare_digest(seal, _seal(key, stored[SEAL_LENGTH:])):
        return None
    tag, body = HEAD.size + length, HEAD.size + length + tag_length
    return Entry(stored[body:], stored[HEAD.size : tag], made_at, edge, stored[tag:body].decode())


def _seal(key: bytes, content: bytes) -> bytes:
    # Keyed, so that whoever can write to Redis still cannot put words into our mouth.
    seal = blake2b(key=settings.SECRET_KEY.encode()[:64], digest_size=SEAL_LENGTH, person=b"catalog.reads.2")
    seal.update(len(key).to_bytes(4) + key + content)
    return seal.digest()
