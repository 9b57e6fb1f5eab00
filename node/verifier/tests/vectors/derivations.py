"""Computes derivations.json from RFC 5869 and RFC 2104 alone: `python3 derivations.py > derivations.json`."""

import hashlib
import hmac
import json


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


SECRET = bytes(range(32))
EXTRACTED = mac(bytes(32), SECRET)


def expand(info, length=32):
    return mac(EXTRACTED, info + b"\x01")[:length]


ACCOUNT, VIDEO, UPLOAD = b"\x11" * 32, b"\x22" * 32, b"\x33" * 16
MINUTE = (7).to_bytes(2, "little")
CELL = hashlib.sha256(b"chainflix/cell" + VIDEO + b"\x01" + MINUTE).digest()
TAG_KEY = expand(b"chainflix/address-tag/1")
GROUP = bytes([4, 127, 0, 0])

vectors = {
    "content_key": expand(b"chainflix/content-key/1" + ACCOUNT + UPLOAD + b"\x01" + MINUTE),
    "download_key": expand(b"chainflix/download-key/1" + CELL + ACCOUNT),
    "play_code": expand(b"chainflix/play-code/1" + VIDEO + MINUTE + ACCOUNT + (3).to_bytes(4, "little"), 16),
    "provider_key": expand(b"chainflix/provider-key/1" + (5).to_bytes(4, "little") + ACCOUNT),
    "address_tag": mac(TAG_KEY, (9).to_bytes(4, "little") + GROUP)[:8],
    "commitment": hashlib.sha256(b"chainflix/set-secret/1/commitment" + bytes(4) + SECRET).digest(),
}
print(json.dumps({name: value.hex() for name, value in vectors.items()}, indent=2))
