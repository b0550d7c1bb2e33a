"""safetensors files ⇄ NumPy arrays, without the package of that name.

Format: eight bytes with the header's length, the header as JSON, the numbers one tensor after another.
"""

import json
import struct

import numpy

TYPES = {"F32": numpy.dtype("<f4"), "U32": numpy.dtype("<u4")}


def read(path):
    """Reads a file into a dictionary of arrays."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        body = file.read()
    header.pop("__metadata__", None)
    arrays = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        numbers = numpy.frombuffer(body[begin:end], TYPES[entry["dtype"]])
        arrays[name] = numbers.reshape(entry["shape"])
    return arrays


def write(path, arrays, metadata=None):
    """Writes a dictionary of arrays; floats become 32-bit ones, integers unsigned 32-bit ones."""
    header = {"__metadata__": metadata} if metadata else {}
    body = b""
    for name, array in arrays.items():
        array = numpy.asarray(array)
        kind = "F32" if array.dtype.kind == "f" else "U32"
        numbers = array.astype(TYPES[kind]).tobytes()
        offsets = [len(body), len(body) + len(numbers)]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": offsets}
        body += numbers
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + body)
