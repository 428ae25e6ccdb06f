"""Builds the batches of this folder with kafka-python's own batch builder. No broker takes part.

Run from this folder: python3 make.py
"""
import sys

sys.path.insert(0, "..")
from kafka.record.default_records import DefaultRecordBatchBuilder
from samples import MANY, MIXED

CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}


def build(name, records, codec="none", transactional=False, pid=-1, epoch=-1, sequence=-1):
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=CODECS[codec], is_transactional=transactional,
        producer_id=pid, producer_epoch=epoch, base_sequence=sequence, batch_size=1 << 24)
    for offset, (timestamp, key, value, headers) in enumerate(records):
        assert builder.append(offset, timestamp, key, value, headers)
    with open(name + ".bin", "wb") as file:
        file.write(builder.build())


for codec in CODECS:
    build("mixed-" + codec, MIXED, codec)
    if codec != "none":
        build("many-" + codec, MANY, codec)
build("mixed-idempotent", MIXED, pid=4242, epoch=7, sequence=1000)
build("mixed-transactional", MIXED, transactional=True, pid=4242, epoch=7, sequence=2147483645)
