"""Runs librdkafka's own mock cluster: a Kafka of sorts that nobody here wrote.

usage: mock_cluster.py BROKERS
Says where it is, and ends with its input.
"""
import sys

from confluent_kafka import Producer

cluster = Producer({"bootstrap.servers": "127.0.0.1:1", "test.mock.num.brokers": int(sys.argv[1])})
brokers = cluster.list_topics(timeout=30).brokers.values()
print(",".join(f"{broker.host}:{broker.port}" for broker in brokers), flush=True)
sys.stdin.read()
