"""Read and write the few fields we need of serialized protocol buffers, without generated classes.

TensorFlow's can only be imported together with Python TensorFlow, and those of TensorFlow Serving are not in its wheel.
The wire format is described in https://protobuf.dev/programming-guides/encoding/.
"""

from collections.abc import Iterator

VARINT, FIXED_64, BYTES, FIXED_32 = 0, 1, 2, 5


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message in their order: (field number, value).

    The value is an unsigned number for a varint, and bytes for all else: a string, a nested message.

    Raises:
        ValueError: ``message`` is truncated or no protocol buffer.
    """
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        number, kind = key >> 3, key & 7
        if kind == VARINT:
            value, position = _varint(message, position)
            yield number, value
            continue
        if kind == BYTES:
            size, position = _varint(message, position)
        elif kind in (FIXED_64, FIXED_32):
            size = 8 if kind == FIXED_64 else 4
        else:
            raise ValueError(f"expected a protocol buffer, received wire type {kind} at byte {position}")
        if position + size > len(message):
            raise ValueError(f"expected {size} bytes after byte {position}, the protocol buffer is truncated")
        yield number, message[position : position + size]
        position += size


def field(number: int, value: bytes) -> bytes:
    """A field as it stands in a message: a string, a nested message or a map entry. Messages are joined fields."""
    return _to_varint(number << 3 | BYTES) + _to_varint(len(value)) + value


def messages(message: bytes, number: int) -> list[bytes]:
    """All values of the nested message, string or map entry ``number``."""
    return [value for field, value in fields(message) if field == number and isinstance(value, bytes)]


def mapping(message: bytes, number: int) -> dict[str, bytes]:
    """The map ``number`` from strings to messages; its entries hold the key as field 1, the value as 2."""
    entries = (dict(fields(entry)) for entry in messages(message, number))
    return {bytes(entry.get(1, b"")).decode(): bytes(entry.get(2, b"")) for entry in entries}


def _varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(message):
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
    raise ValueError("expected a protocol buffer, it ends in the middle of a number")


def _to_varint(number: int) -> bytes:
    groups = []
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*groups, number])
