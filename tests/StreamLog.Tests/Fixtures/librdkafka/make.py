"""Lets librdkafka's producer talk to a socket that answers just enough, and keeps what it sent.

Run from this folder: python3 make.py
It writes the batches (mixed-*.bin, many-*.bin) and whole request frames, length first (frames/*.bin).
"""
import os
import socket
import struct
import sys
import threading

sys.path.insert(0, "..")
from confluent_kafka import Producer
from samples import MANY, MIXED

NAMES = {0: "Produce", 3: "Metadata", 10: "FindCoordinator", 18: "ApiVersions", 22: "InitProducerId",
         24: "AddPartitionsToTxn", 26: "EndTxn"}
VERSIONS = {0: (0, 7), 1: (0, 11), 3: (0, 4), 10: (0, 2), 18: (0, 3), 22: (0, 4), 24: (0, 0), 26: (0, 1)}
TOPIC = "golden"


def string(text):
    return struct.pack(">h", len(text)) + text.encode()


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        values = struct.unpack_from(">" + form, self.data, self.at)
        self.at += struct.calcsize(">" + form)
        return values[0]

    def string(self):
        length = self.take("h")
        if length < 0:
            return None
        self.at += length
        return self.data[self.at - length:self.at].decode()


class Broker:
    """Answers one client; remembers the first frame of each API and version, and every produced batch."""

    def __init__(self):
        self.frames, self.batches = {}, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        stream = client.makefile("rb")
        while True:
            size = stream.read(4)
            if len(size) < 4:
                return
            body = stream.read(struct.unpack(">i", size)[0])
            key, version, correlation = struct.unpack_from(">hhi", body)
            self.frames.setdefault((key, version), size + body)
            reader = Reader(body)
            reader.at = 8
            reader.string()
            answer = struct.pack(">i", correlation) + getattr(self, "on_%d" % key)(version, reader)
            client.sendall(struct.pack(">i", len(answer)) + answer)

    def on_18(self, version, reader):
        if version >= 3:
            apis = b"".join(struct.pack(">hhhb", key, low, high, 0) for key, (low, high) in VERSIONS.items())
            return struct.pack(">hb", 0, len(VERSIONS) + 1) + apis + struct.pack(">ib", 0, 0)
        apis = b"".join(struct.pack(">hhh", key, low, high) for key, (low, high) in VERSIONS.items())
        return struct.pack(">hi", 0, len(VERSIONS)) + apis + (struct.pack(">i", 0) if version else b"")

    def on_3(self, version, reader):
        assert version == 4, version
        brokers = struct.pack(">ii", 1, 1) + string("127.0.0.1") + struct.pack(">ih", self.port, -1)
        partition = struct.pack(">hiiiiii", 0, 0, 1, 1, 1, 1, 1)
        topic = struct.pack(">h", 0) + string(TOPIC) + struct.pack(">bi", 0, 1) + partition
        return struct.pack(">i", 0) + brokers + string("golden") + struct.pack(">ii", 1, 1) + topic

    def on_10(self, version, reader):
        assert version == 2, version
        return struct.pack(">ihhi", 0, 0, -1, 1) + string("127.0.0.1") + struct.pack(">i", self.port)

    def on_22(self, version, reader):
        body = struct.pack(">ihqh", 0, 0, 4242, 7)
        return b"\0" + body + b"\0" if version >= 2 else body

    def on_24(self, version, reader):
        return struct.pack(">ii", 0, 1) + string(TOPIC) + struct.pack(">iih", 1, 0, 0)

    def on_26(self, version, reader):
        return struct.pack(">ih", 0, 0)

    def on_0(self, version, reader):
        assert version == 7, version
        reader.string()
        reader.take("h"), reader.take("i")
        assert reader.take("i") == 1 and reader.string() == TOPIC
        assert reader.take("i") == 1 and reader.take("i") == 0
        length = reader.take("i")
        self.batches.append(reader.data[reader.at:reader.at + length])
        return struct.pack(">i", 1) + string(TOPIC) + struct.pack(">iihqqqi", 1, 0, 0, 0, -1, 0, 0)


def produce(name, records, **settings):
    broker = Broker()
    producer = Producer({
        "bootstrap.servers": "127.0.0.1:%d" % broker.port, "client.id": "golden", "linger.ms": 2000,
        "batch.num.messages": 1000, "batch.size": 1000000, **settings})
    transactional = "transactional.id" in settings
    if transactional:
        producer.init_transactions(10)
        producer.begin_transaction()
    for timestamp, key, value, headers in records:
        producer.produce(TOPIC, partition=0, timestamp=timestamp, key=key, value=value, headers=headers)
    if transactional:
        producer.commit_transaction(10)
    assert producer.flush(10) == 0
    assert len(broker.batches) == 1, len(broker.batches)
    with open(name + ".bin", "wb") as file:
        file.write(broker.batches[0])
    return broker.frames


frames = {}
for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
    frames.update(produce("mixed-" + codec, MIXED, **{"compression.type": codec}))
    if codec != "none":
        produce("many-" + codec, MANY, **{"compression.type": codec})
frames.update(produce("mixed-idempotent", MIXED, **{"enable.idempotence": True}))
frames.update(produce("mixed-transactional", MIXED, **{"transactional.id": "golden-tx"}))
os.makedirs("frames", exist_ok=True)
for (key, version), frame in frames.items():
    with open("frames/%s-v%d.bin" % (NAMES[key], version), "wb") as file:
        file.write(frame)
