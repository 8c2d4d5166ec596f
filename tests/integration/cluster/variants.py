"""Many APKs that differ from a few: the same app as another channel's file, as Chinese stores mark theirs: a pair of an
unknown id in the APK signing block, which no signature covers (AOSP APK Signature Scheme v2: "IDs that are not understood
are ignored"). Everything else stays as it was signed."""
import struct

CHANNEL_ID = 0x71777777  # the id that channel tools use
MAGIC = b"APK Sig Block 42"


def with_channel(apk: bytes, channel: bytes) -> bytes:
    end = apk.rindex(b"PK\x05\x06")
    (directory,) = struct.unpack_from("<I", apk, end + 16)
    if apk[directory - 16:directory] != MAGIC:
        raise ValueError("no signing block")
    (size,) = struct.unpack_from("<Q", apk, directory - 24)
    start = directory - size - 8
    pairs = apk[start + 8:directory - 24] + struct.pack("<QI", 4 + len(channel), CHANNEL_ID) + channel
    block = struct.pack("<Q", len(pairs) + 24) + pairs + struct.pack("<Q", len(pairs) + 24) + MAGIC
    moved = bytearray(apk[:start] + block + apk[directory:])
    struct.pack_into("<I", moved, end + len(block) - (directory - start) + 16, start + len(block))
    return bytes(moved)
