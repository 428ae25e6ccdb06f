"""The records of the golden batches: what GoldenBatchTests expects to read from each of them."""

MIXED = [
    # timestamp, key, value, headers
    (1700000000000, b"key-0", b"value-0", []),
    (1700000000005, None, b"no key", []),
    (1699999999990, b"tombstone", None, []),
    (1700000000100, b"", b"", [("trace", b"\x01\x02\x03"), ("gr\u00f6\u00dfe", b"12"), ("null", None), ("", b"")]),
    (1700003600000, b"large", b"0123456789" * 30, [("h", b"v")]),
]

# More than the 64 KiB of one block, so that every framing has to show how it goes on.
MANY = [
    (1700000000000 + i, b"key-%d" % (i % 10), b"".join(b"record %d line %d;" % (i, j) for j in range(30)), [])
    for i in range(200)
]
