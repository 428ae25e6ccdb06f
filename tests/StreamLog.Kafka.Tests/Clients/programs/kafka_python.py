"""Drives a broker with kafka-python. Usage: kafka_python.py BOOTSTRAP SCENARIO [SETTINGS AS JSON]"""
import json
import logging
import sys
import threading
import time

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, NewPartitions, NewTopic
from kafka.errors import NoBrokersAvailable, TopicAlreadyExistsError

EXTRA = json.loads(sys.argv[3]) if len(sys.argv) > 3 else {}
SETTINGS = {"bootstrap_servers": sys.argv[1], **EXTRA}
PATIENCE = 60


def expect(actual, expected):
    assert actual == expected, f"expected {expected!r}, got {actual!r}"


def create(topic, partitions=1):
    client = KafkaAdminClient(**SETTINGS)
    client.create_topics([NewTopic(topic, partitions, 1)])
    client.close()


def produce(topic, values, **more):
    producer = KafkaProducer(**SETTINGS, **more)
    futures = [producer.send(topic, value.encode()) for value in values]
    producer.flush(PATIENCE)
    for future in futures:
        future.get(PATIENCE)
    producer.close()


def read(topic, count, **more):
    consumer = KafkaConsumer(**SETTINGS, auto_offset_reset="earliest", consumer_timeout_ms=PATIENCE * 1000, **more)
    consumer.assign([TopicPartition(topic, p) for p in sorted(consumer.partitions_for_topic(topic))])
    found = []
    for message in consumer:
        found.append(message.value.decode())
        if len(found) == count:
            break
    consumer.close()
    return found


def codecs():
    create("codecs", 2)
    expected = []
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"]:
        try:
            for acks in [0, 1, "all"]:
                values = [f"{codec} {acks} {i} {'x' * 200}" for i in range(20)]
                produce("codecs", values, compression_type=None if codec == "none" else codec, acks=acks, linger_ms=5)
                expected += values
        except AssertionError as exception:
            if "Libraries for" not in str(exception):
                raise
            print(f"{codec} is not installed for this client.")
    expect(sorted(read("codecs", len(expected))), sorted(expected))


def automatic_topic():
    produce("made-by-asking", ["a"])
    expect(read("made-by-asking", 1), ["a"])


def groups():
    create("groups", 4)
    produce("groups", [str(i) for i in range(200)])
    members = [
        KafkaConsumer("groups", **SETTINGS, group_id="g", auto_offset_reset="earliest", enable_auto_commit=False)
        for _ in range(2)
    ]
    found, until, stop = [], time.monotonic() + PATIENCE, threading.Event()
    positions = [{} for _ in members]

    def run(index, member):
        while not stop.is_set():
            for records in member.poll(100).values():
                found.extend(record.value.decode() for record in records)
            positions[index] = {partition: member.position(partition) or 0 for partition in member.assignment()}

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(members)]
    for thread in threads:
        thread.start()

    # Who gets a partition from the other begins it anew, and commits how far it has come itself.
    while [len(own) for own in positions] != [2, 2] or sum(sum(own.values()) for own in positions) < 200:
        if time.monotonic() > until:
            stop.set()
            raise AssertionError(f"{len(set(found))} records, {positions}")
        time.sleep(0.05)
    stop.set()
    for thread in threads:
        thread.join()
    expect(len(set(found)), 200)
    for member in members:
        member.commit()
    members[1].close()
    while len(members[0].assignment()) < 4:
        assert time.monotonic() < until, "The partitions do not come back."
        members[0].poll(100)
    members[0].close()
    client = KafkaAdminClient(**SETTINGS)
    offsets = client.list_consumer_group_offsets("g")
    expect(sum(offset.offset for offset in offsets.values()), 200)
    expect(client.list_consumer_group_offsets("no-such-group"), {})
    client.close()


def times():
    create("times")
    producer = KafkaProducer(**SETTINGS)
    for i in range(10):
        producer.send("times", str(i).encode(), timestamp_ms=1_000_000 + i * 1000).get(PATIENCE)
    consumer = KafkaConsumer(**SETTINGS)
    partition = TopicPartition("times", 0)
    expect(consumer.offsets_for_times({partition: 1_004_500})[partition].offset, 5)
    expect(consumer.offsets_for_times({partition: 9_000_000})[partition], None)
    expect((consumer.beginning_offsets([partition])[partition], consumer.end_offsets([partition])[partition]), (0, 10))
    consumer.assign([partition])
    consumer.seek(partition, consumer.offsets_for_times({partition: 1_004_500})[partition].offset)
    expect([next(consumer).value.decode() for _ in range(5)], ["5", "6", "7", "8", "9"])
    consumer.close()


def admin():
    create("admin", 2)
    client = KafkaAdminClient(**SETTINGS)
    try:
        client.create_topics([NewTopic("admin", 2, 1)])
        raise AssertionError("A topic was created twice.")
    except TopicAlreadyExistsError:
        pass
    client.create_partitions({"admin": NewPartitions(4)})
    expect(len(client.describe_topics(["admin"])[0]["partitions"]), 4)
    client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, "admin", {"retention.ms": "1234567"})])
    described = client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, "admin")])
    values = {entry[0]: entry[1] for entry in described[0].resources[0][4]}
    expect(values["retention.ms"], "1234567")
    assert len(client.describe_cluster()["brokers"]) == 1
    produce("admin", ["a"])
    consumer = KafkaConsumer("admin", **SETTINGS, group_id="admin-group", auto_offset_reset="earliest")
    expect(next(consumer).value, b"a")
    assert ("admin-group", "consumer") in client.list_consumer_groups()
    group, = client.describe_consumer_groups(["admin-group"])
    expect((group.state, len(group.members)), ("Stable", 1))
    consumer.close()
    expect(client.delete_consumer_groups(["admin-group"])[0][1].errno, 0)
    client.delete_topics(["admin"])
    assert "admin" not in client.list_topics()
    client.close()


def restart():
    """The broker goes and comes again in the middle: nothing that was acknowledged is lost."""
    create("restart")
    producer = KafkaProducer(**SETTINGS, acks="all", retries=1000, max_in_flight_requests_per_connection=1,
                             reconnect_backoff_max_ms=200)
    consumer = KafkaConsumer("restart", **SETTINGS, group_id="restart", auto_offset_reset="earliest",
                             reconnect_backoff_max_ms=200)
    sent, found = [], set()

    def send(first, end):
        sent.extend(producer.send("restart", str(i).encode()) for i in range(first, end))

    def poll(count):
        until = time.monotonic() + PATIENCE
        while len(found) < count:
            assert time.monotonic() < until, f"{len(found)} of {count} records"
            for records in consumer.poll(100).values():
                found.update(record.value.decode() for record in records)

    send(0, 300)
    poll(100)
    print("RESTART", flush=True)
    send(300, 600)
    expect(sys.stdin.readline().strip(), "GO")
    send(600, 900)
    for future in sent:
        future.get(PATIENCE)
    poll(900)
    consumer.close()
    producer.close()

    # It has no idempotent producer: what was under way may be there twice, and in the order of its first time.
    consumer = KafkaConsumer(**SETTINGS)
    end = consumer.end_offsets([TopicPartition("restart", 0)])[TopicPartition("restart", 0)]
    consumer.close()
    expect(list(dict.fromkeys(read("restart", end))), [str(i) for i in range(900)])


def refused():
    said = []
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())
    logging.getLogger("kafka.conn").addHandler(handler)
    try:
        KafkaProducer(**SETTINGS)
    except NoBrokersAvailable:  # So it says of brokers that turn it away too.
        assert any("Error receiving reply" in line for line in said), said
        return
    raise AssertionError("A client that may not enter got in.")


def secured():
    create("secured")
    produce("secured", ["a", "b"])
    expect(read("secured", 2), ["a", "b"])


globals()[sys.argv[2]]()
print("OK")
