"""What a cache of reads holds, and how it travels through Redis: as bytes of our own, never as a pickle."""

import math
import struct
from dataclasses import dataclass
from hashlib import blake2b
from hmac import compare_digest

from django.conf import settings

# The seal, then: when it was made, when it ends (seconds since 1970), and how long the generation's text is.
HEAD = struct.Struct("!16sddH")
SEAL_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """Bytes that were made from the database in one of its states, by this machine's clock at `made_at`.

    They hold in that state only, and until `edge`, when the clock changes what is shown (infinity: never).
    """

    body: bytes
    generation: bytes
    made_at: float
    edge: float = math.inf

    def holds(self, generation: bytes, now: float) -> bool:
        """Whether these are the bytes of this state at this moment. One from a clock ahead of ours is not yet."""
        return self.generation == generation and self.made_at <= now < self.edge

    def pack(self, key: bytes) -> bytes:
        """As stored under a key, sealed."""
        content = HEAD.pack(b"", self.made_at, self.edge, len(self.generation))[SEAL_LENGTH:]
        content += self.generation + self.body
        return _seal(key, content) + content


def unpack(key: bytes, stored: object) -> Entry | None:
    """What was packed for this key; None for anything else, be it garbage, cut off or moved from another key."""
    if not isinstance(stored, bytes) or len(stored) < HEAD.size:
        return None
    seal, made_at, edge, length = HEAD.unpack_from(stored)
    if not compare_digest(seal, _seal(key, stored[SEAL_LENGTH:])):
        return None
    start = HEAD.size + length
    return Entry(stored[start:], stored[HEAD.size : start], made_at, edge)


def _seal(key: bytes, content: bytes) -> bytes:
    # Keyed, so that whoever can write to Redis still cannot put words into our mouth.
    seal = blake2b(key=settings.SECRET_KEY.encode()[:64], digest_size=SEAL_LENGTH, person=b"catalog.reads")
    seal.update(len(key).to_bytes(4) + key + content)
    return seal.digest()
