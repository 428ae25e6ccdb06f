// Drives a broker with kafkajs. Usage: node kafkajs.mjs BOOTSTRAP SCENARIO [SETTINGS AS JSON]
import assert from "node:assert/strict";
import { once } from "node:events";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { lz4Compress, lz4Decompress, snappyCompress, snappyDecompress } from "@platformatic/wasm-utils";
import kafkajs from "kafkajs";

const { Kafka, logLevel, CompressionCodecs, CompressionTypes } = kafkajs;
const [bootstrap, scenario, extra] = process.argv.slice(2);
const kafka = new Kafka({
  clientId: "kafkajs", brokers: [bootstrap], logLevel: logLevel.NOTHING, retry: { retries: 8 }, ...JSON.parse(extra ?? "{}"),
});
const patience = 60_000;

// It has gzip itself, and is given the others.
for (const [type, compress, decompress] of [
  [CompressionTypes.Snappy, snappyCompress, snappyDecompress], [CompressionTypes.LZ4, lz4Compress, lz4Decompress],
  [CompressionTypes.ZSTD, zstdCompressSync, zstdDecompressSync],
])
  CompressionCodecs[type] = () => ({ compress: async encoder => compress(encoder.buffer), decompress: async buffer => decompress(buffer) });

async function withAdmin(work) {
  const admin = kafka.admin();
  await admin.connect();
  try { return await work(admin); } finally { await admin.disconnect(); }
}

const create = (topic, numPartitions = 1) => withAdmin(admin => admin.createTopics({ topics: [{ topic, numPartitions }] }));

async function produce(topic, values, options = {}, sending = {}) {
  const producer = kafka.producer(options);
  await producer.connect();
  await producer.send({ topic, messages: values.map(value => ({ value })), ...sending });
  await producer.disconnect();
}

// It leaves when its fetches have ended, so none waits long.
const consume = (groupId, options = {}) => kafka.consumer({ groupId, maxWaitTimeInMs: 200, ...options });

async function until(condition, what) {
  const end = Date.now() + patience;
  while (!condition()) {
    assert.ok(Date.now() < end, what());
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

async function read(topic, count, groupId = `reads-${topic}`) {
  const consumer = consume(groupId);
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const found = [];
  await consumer.run({ eachMessage: async ({ message }) => { found.push(message.value.toString()); } });
  await until(() => found.length >= count, () => `${found.length} of ${count} records`);
  await consumer.disconnect();
  return found;
}

const scenarios = {
  async codecs() {
    await create("codecs", 2);
    const expected = [];
    for (const [codec, compression] of Object.entries(CompressionTypes)) {
      for (const acks of [0, 1, -1]) {
        const values = Array.from({ length: 20 }, (_, i) => `${codec} ${acks} ${i} ${"x".repeat(200)}`);
        await produce("codecs", values, {}, { compression, acks });
        expected.push(...values);
      }
    }
    assert.deepEqual((await read("codecs", expected.length)).sort(), expected.sort());
  },
  async idempotent() {
    await create("idempotent");
    const values = Array.from({ length: 500 }, (_, i) => `${i}`);
    await produce("idempotent", values, { idempotent: true, maxInFlightRequests: 1 });
    assert.deepEqual(await read("idempotent", values.length), values);
  },
  async transactions() {
    await create("transactions");
    const producer = kafka.producer({ transactionalId: "kafkajs", maxInFlightRequests: 1, idempotent: true });
    await producer.connect();
    for (const [value, commits] of [["a", true], ["b", false], ["c", true]]) {
      const transaction = await producer.transaction();
      await transaction.send({ topic: "transactions", messages: [{ value }] });
      await transaction.sendOffsets({
        consumerGroupId: "kafkajs-offsets", topics: [{ topic: "transactions", partitions: [{ partition: 0, offset: "1" }] }],
      });
      await (commits ? transaction.commit() : transaction.abort());
    }
    await producer.disconnect();
    assert.deepEqual(await read("transactions", 2), ["a", "c"]);
    const offsets = await withAdmin(admin => admin.fetchOffsets({ groupId: "kafkajs-offsets", topics: ["transactions"] }));
    assert.equal(offsets[0].partitions[0].offset, "1");
  },
  async automatic_topic() {
    await produce("made-by-asking", ["a"]);
    assert.deepEqual(await read("made-by-asking", 1), ["a"]);
  },
  async groups() {
    await create("groups", 4);
    const counts = [0, 0], shares = [0, 0];
    const members = [0, 1].map(() => consume("g", { heartbeatInterval: 200 }));
    for (const [i, member] of members.entries()) {
      member.on(member.events.GROUP_JOIN, event => { shares[i] = (event.payload.memberAssignment.groups ?? []).length; });
      await member.connect();
      await member.subscribe({ topic: "groups", fromBeginning: true });
      await member.run({ eachMessage: async () => { counts[i]++; } });
    }
    await until(() => shares[0] === 2 && shares[1] === 2, () => `shares ${shares}`);
    await produce("groups", Array.from({ length: 200 }, (_, i) => `${i}`), { createPartitioner: kafkajs.Partitioners.LegacyPartitioner });
    await until(() => counts[0] + counts[1] >= 200, () => `counts ${counts}`);
    await members[1].disconnect();
    await until(() => shares[0] === 4, () => `shares ${shares}`);
    await members[0].disconnect();
  },
  async times() {
    await create("times");
    const producer = kafka.producer();
    await producer.connect();
    await producer.send({
      topic: "times", messages: Array.from({ length: 10 }, (_, i) => ({ value: `${i}`, timestamp: `${1_000_000 + i * 1000}` })),
    });
    await producer.disconnect();
    await withAdmin(async admin => {
      assert.equal((await admin.fetchTopicOffsetsByTimestamp("times", 1_004_500))[0].offset, "5");
      assert.equal((await admin.fetchTopicOffsets("times"))[0].high, "10");
    });
    const consumer = consume("times");
    await consumer.connect();
    await consumer.subscribe({ topic: "times", fromBeginning: false });
    const found = [];
    await consumer.run({ eachMessage: async ({ message }) => { found.push(message.value.toString()); } });
    const [{ partition, offset }] = await withAdmin(admin => admin.fetchTopicOffsetsByTimestamp("times", 1_004_500));
    consumer.seek({ topic: "times", partition, offset });
    await until(() => found.length >= 5, () => `${found.length} of 5 records`);
    await consumer.disconnect();
    assert.deepEqual(found, ["5", "6", "7", "8", "9"]);
  },
  async admin() {
    await create("admin", 2);
    await withAdmin(async admin => {
      assert.equal(await admin.createTopics({ topics: [{ topic: "admin" }] }), false);
      await admin.createPartitions({ topicPartitions: [{ topic: "admin", count: 4 }] });
      assert.equal((await admin.fetchTopicMetadata({ topics: ["admin"] })).topics[0].partitions.length, 4);
      await admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: "admin", configEntries: [{ name: "retention.ms", value: "1234567" }] }],
      });
      const described = await admin.describeConfigs({
        includeSynonyms: true, resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: "admin" }],
      });
      assert.equal(described.resources[0].configEntries.find(entry => entry.configName === "retention.ms").configValue, "1234567");
      const [unknown] = await admin.fetchOffsets({ groupId: "no-such-group", topics: ["admin"] });
      assert.deepEqual(unknown.partitions.map(partition => partition.offset), ["-1", "-1", "-1", "-1"]);
      const cluster = await admin.describeCluster();
      assert.equal(cluster.brokers.length, 1);
      await produce("admin", ["a", "b", "c"]);
      const [partition] = (await admin.fetchTopicOffsets("admin")).filter(found => found.high !== "0");
      await admin.deleteTopicRecords({ topic: "admin", partitions: [{ partition: partition.partition, offset: "1" }] });
      await admin.setOffsets({ groupId: "admin-group", topic: "admin", partitions: [{ partition: 0, offset: "1" }] });
      assert.ok((await admin.listGroups()).groups.some(group => group.groupId === "admin-group"));
      assert.equal((await admin.describeGroups(["admin-group"])).groups[0].state, "Empty");
      await admin.deleteGroups(["admin-group"]);
      await admin.deleteTopics({ topics: ["admin"] });
      assert.ok(!(await admin.listTopics()).includes("admin"));
    });
  },
  // The broker goes and comes again in the middle: nothing that was acknowledged is lost, nothing is doubled.
  async restart() {
    await create("restart");
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const consumer = consume("restart");
    await consumer.connect();
    await consumer.subscribe({ topic: "restart", fromBeginning: true });
    const found = new Set();
    await consumer.run({ eachMessage: async ({ message }) => { found.add(message.value.toString()); } });
    const values = Array.from({ length: 900 }, (_, i) => `${i}`);
    const send = async (from, to) => {
      for (let i = from; i < to; i += 20)
        await producer.send({ topic: "restart", messages: values.slice(i, i + 20).map(value => ({ value })) });
    };
    await send(0, 300);
    await until(() => found.size >= 100, () => `${found.size} of 100 records`);
    console.log("RESTART");
    const sending = send(300, 600);
    sending.catch(() => {});
    await once(process.stdin, "data");
    await sending;
    await send(600, 900);
    await until(() => found.size >= 900, () => `${found.size} of 900 records`);
    await producer.disconnect();
    await consumer.disconnect();
    await withAdmin(async admin => assert.equal((await admin.fetchTopicOffsets("restart"))[0].high, "900"));
    assert.deepEqual(await read("restart", 900), values);
  },
  async refused() {
    const producer = kafka.producer({ retry: { retries: 0 } });
    await assert.rejects(producer.connect(), error => error.name === "KafkaJSSASLAuthenticationError");
  },
  async secured() {
    await create("secured");
    await produce("secured", ["a", "b"]);
    assert.deepEqual(await read("secured", 2), ["a", "b"]);
  },
};

await scenarios[scenario]();
console.log("OK");
process.exit(0);
