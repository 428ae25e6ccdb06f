"""Drives a broker with confluent-kafka (librdkafka). Usage: librdkafka.py BOOTSTRAP SCENARIO [SETTINGS AS JSON]"""
import json
import sys
import time

from confluent_kafka import OFFSET_BEGINNING, OFFSET_INVALID, Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic

BOOTSTRAP = sys.argv[1]
EXTRA = json.loads(sys.argv[3]) if len(sys.argv) > 3 else {}
PATIENCE = 60


def settings(**more):
    return {"bootstrap.servers": BOOTSTRAP, **EXTRA, **{key.replace("_", "."): value for key, value in more.items()}}


def expect(actual, expected):
    assert actual == expected, f"expected {expected!r}, got {actual!r}"


def create(topic, partitions=1):
    client = AdminClient(settings())  # Its futures end with it.
    for future in client.create_topics([NewTopic(topic, partitions, 1)]).values():
        future.result(PATIENCE)


def produce(topic, values, **more):
    failures = []
    producer = Producer(settings(**more))
    for i, value in enumerate(values):
        producer.produce(topic, value, key=str(i), on_delivery=lambda error, _: error and failures.append(str(error)))
    expect(producer.flush(PATIENCE), 0)
    expect(failures, [])


def poll(consumers, count):
    """Returns so many records, read by all consumers in turn."""
    found, until = [], time.monotonic() + PATIENCE
    while len(found) < count:
        assert time.monotonic() < until, f"{len(found)} of {count} records"
        for consumer in consumers:
            message = consumer.poll(0.05)
            if message is not None:
                assert message.error() is None, message.error()
                found.append(message)
    return found


def read(topic, count, **more):
    consumer = Consumer(settings(group_id="unused", enable_auto_commit=False, **more))
    partitions = consumer.list_topics(topic, PATIENCE).topics[topic].partitions
    consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in partitions])
    found = poll([consumer], count)
    consumer.close()
    return found


def codecs():
    create("codecs", 3)
    expected = []
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"]:
        for acks in ["0", "1", "all"]:
            values = [f"{codec} {acks} {i} {'x' * 200}" for i in range(20)]
            produce("codecs", values, compression_type=codec, acks=acks, linger_ms=5)
            expected += values
    expect(sorted(m.value().decode() for m in read("codecs", len(expected))), sorted(expected))


def idempotent():
    create("idempotent")
    values = [str(i) for i in range(2000)]
    produce("idempotent", values, enable_idempotence=True, linger_ms=1, batch_num_messages=10)
    expect([m.value().decode() for m in read("idempotent", len(values))], values)


def transactions():
    create("transactions")
    producer = Producer(settings(transactional_id="librdkafka"))
    producer.init_transactions(PATIENCE)
    for name, ends in [("a", producer.commit_transaction), ("b", producer.abort_transaction),
                       ("c", producer.commit_transaction)]:
        producer.begin_transaction()
        for i in range(10):
            producer.produce("transactions", f"{name}{i}")
        producer.flush(PATIENCE)
        ends(PATIENCE)
    found = read("transactions", 20, isolation_level="read_committed")
    expect([m.value().decode() for m in found], [f"{name}{i}" for name in "ac" for i in range(10)])

    # What a group has read and what follows from it, as one.
    consumer = Consumer(settings(group_id="copies", auto_offset_reset="earliest", enable_auto_commit=False))
    consumer.subscribe(["transactions"])
    poll([consumer], 5)
    producer.begin_transaction()
    producer.send_offsets_to_transaction(
        consumer.position(consumer.assignment()), consumer.consumer_group_metadata(), PATIENCE)
    producer.commit_transaction(PATIENCE)
    expect(consumer.committed([TopicPartition("transactions", 0)], PATIENCE)[0].offset > 0, True)
    consumer.close()

    # The second producer of a name fences the first.
    second = Producer(settings(transactional_id="librdkafka"))
    second.init_transactions(PATIENCE)
    try:
        producer.begin_transaction()
        producer.produce("transactions", "late")
        producer.commit_transaction(PATIENCE)
        raise AssertionError("A fenced producer went on.")
    except KafkaException as exception:
        assert exception.args[0].fatal() or exception.args[0].code() == -144, exception


def automatic_topic():
    produce("made-by-asking", ["a"])
    expect([m.value() for m in read("made-by-asking", 1)], [b"a"])


def groups():
    create("groups", 6)
    for strategy in ["range", "roundrobin", "cooperative-sticky"]:
        group = f"group-{strategy}"
        more = dict(group_id=group, auto_offset_reset="earliest", partition_assignment_strategy=strategy,
                    enable_auto_commit=False)
        produce("groups", [str(i) for i in range(300)])
        first, second = Consumer(settings(**more)), Consumer(settings(**more))
        first.subscribe(["groups"])
        until = time.monotonic() + PATIENCE
        while len(first.assignment()) < 6:
            assert time.monotonic() < until, "The first member has no partitions."
            first.poll(0.05)
        second.subscribe(["groups"])
        while (len(first.assignment()), len(second.assignment())) != (3, 3):
            assert time.monotonic() < until, "The members do not share."
            for consumer in (first, second):
                message = consumer.poll(0.05)
                assert message is None or message.error() is None
        for consumer in (first, second):
            consumer.commit(offsets=[TopicPartition("groups", p.partition, 10) for p in consumer.assignment()],
                            asynchronous=False)
        second.close()
        while len(first.assignment()) < 6:
            assert time.monotonic() < until, "The partitions do not come back."
            first.poll(0.05)
        committed = first.committed([TopicPartition("groups", p) for p in range(6)], PATIENCE)
        expect([p.offset for p in committed], [10] * 6)
        first.close()


def static_members():
    create("static", 2)
    more = dict(group_id="static", group_instance_id="one", auto_offset_reset="earliest")
    first = Consumer(settings(**more))
    first.subscribe(["static"])
    produce("static", ["a", "b", "c"])
    poll([first], 3)
    first.close()
    again = Consumer(settings(**more))
    again.subscribe(["static"])
    produce("static", ["d"])
    poll([again], 1)
    again.close()


def times():
    create("times")
    producer = Producer(settings())
    for i in range(10):
        producer.produce("times", str(i), timestamp=1_000_000 + i * 1000)
    expect(producer.flush(PATIENCE), 0)
    consumer = Consumer(settings(group_id="times"))
    expect(consumer.committed([TopicPartition("times", 0)], PATIENCE)[0].offset, OFFSET_INVALID)  # Of nobody yet.
    expect(consumer.offsets_for_times([TopicPartition("times", 0, 1_004_500)], PATIENCE)[0].offset, 5)
    expect(consumer.offsets_for_times([TopicPartition("times", 0, 9_000_000)], PATIENCE)[0].offset, -1)
    expect(consumer.get_watermark_offsets(TopicPartition("times", 0), PATIENCE), (0, 10))
    consumer.assign(consumer.offsets_for_times([TopicPartition("times", 0, 1_004_500)], PATIENCE))
    expect([m.value().decode() for m in poll([consumer], 5)], ["5", "6", "7", "8", "9"])
    consumer.close()


def admin():
    client = AdminClient(settings())
    create("admin", 2)
    for future in client.create_topics([NewTopic("admin", 2, 1)]).values():
        try:
            future.result(PATIENCE)
            raise AssertionError("A topic was created twice.")
        except KafkaException as exception:
            expect(exception.args[0].name(), "TOPIC_ALREADY_EXISTS")
    for future in client.create_partitions([NewPartitions("admin", 5)]).values():
        future.result(PATIENCE)
    expect(len(client.list_topics("admin", PATIENCE).topics["admin"].partitions), 5)
    resource = ConfigResource("topic", "admin", set_config={"retention.ms": "1234567"})
    for future in client.alter_configs([resource]).values():
        future.result(PATIENCE)
    for future in client.describe_configs([ConfigResource("topic", "admin")]).values():
        expect(future.result(PATIENCE)["retention.ms"].value, "1234567")
    for future in client.describe_configs([ConfigResource("broker", "1")]).values():
        assert len(future.result(PATIENCE)) > 0
    produce("admin", ["x"])
    consumer = Consumer(settings(group_id="admin-group", auto_offset_reset="earliest"))
    consumer.subscribe(["admin"])
    poll([consumer], 1)
    assert "admin-group" in [group.id for group in client.list_groups(timeout=PATIENCE)]
    expect(client.list_groups("admin-group", PATIENCE)[0].state, "Stable")
    consumer.close()  # This client is of before there was a way to delete groups and records.
    for future in client.delete_topics(["admin"]).values():
        future.result(PATIENCE)
    assert "admin" not in client.list_topics(timeout=PATIENCE).topics


def restart():
    """The broker goes and comes again in the middle: nothing that was acknowledged is lost, nothing is doubled."""
    create("restart")
    failures, acknowledged = [], []

    def delivered(error, message):
        (failures if error else acknowledged).append(error or message.value().decode())

    producer = Producer(settings(enable_idempotence=True, linger_ms=0))
    consumer = Consumer(settings(group_id="restart", auto_offset_reset="earliest"))
    consumer.subscribe(["restart"])
    for i in range(500):
        producer.produce("restart", str(i), on_delivery=delivered)
        producer.poll(0)
    found = poll([consumer], 100)
    print("RESTART", flush=True)
    for i in range(500, 1000):
        producer.produce("restart", str(i), on_delivery=delivered)
        producer.poll(0)
    expect(sys.stdin.readline().strip(), "GO")
    expect(producer.flush(PATIENCE), 0)
    expect(failures, [])
    expect(acknowledged, [str(i) for i in range(1000)])
    found += poll([consumer], 900)
    expect([m.value().decode() for m in found], [str(i) for i in range(1000)])
    consumer.close()


def secured():
    create("secured", 2)
    produce("secured", ["a", "b", "c"])
    expect(sorted(m.value().decode() for m in read("secured", 3)), ["a", "b", "c"])


def refused():
    errors = []
    producer = Producer({**settings(), "error_cb": errors.append})
    until = time.monotonic() + PATIENCE
    while KafkaError._AUTHENTICATION not in [error.code() for error in errors]:
        assert time.monotonic() < until, errors
        producer.poll(0.05)


globals()[sys.argv[2]]()
print("OK")
