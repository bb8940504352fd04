"""UUIDv7, the form of all our ids: RFC 9562, section 5.7."""


def uuid7(at_ms: int, high: int, low: int) -> str:
    """48 bits of time (ms since 1970), 12 random bits, 62 random bits."""
    number = at_ms << 80 | 7 << 76 | high << 64 | 2 << 62 | low
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def random_bits(ten_bytes: bytes) -> tuple[int, int]:
    """The 12 and 62 random bits of an id, from ten random bytes."""
    number = int.from_bytes(ten_bytes, "big")
    return number >> 62 & 0xFFF, number & (1 << 62) - 1
