// Drives a broker with @platformatic/kafka. Usage: node platformatic.mjs BOOTSTRAP SCENARIO [SETTINGS AS JSON]
import assert from "node:assert/strict";
import { once } from "node:events";
import { inspect } from "node:util";
import { Admin, Consumer, MessagesStreamModes, Producer, stringDeserializers, stringSerializers } from "@platformatic/kafka";

const [bootstrap, scenario, extra] = process.argv.slice(2);
const settings = { clientId: "platformatic", bootstrapBrokers: [bootstrap], ...JSON.parse(extra ?? "{}") };
const patience = 60_000;

async function withAdmin(work) {
  const admin = new Admin(settings);
  try { return await work(admin); } finally { await admin.close(); }
}

const create = (topic, partitions = 1) => withAdmin(admin => admin.createTopics({ topics: [topic], partitions, replicas: 1 }));

async function produce(topic, values, options = {}) {
  const producer = new Producer({ ...settings, serializers: stringSerializers });
  await producer.send({ messages: values.map(value => ({ topic, key: value, value })), ...options });
  await producer.close();
}

async function until(condition, what) {
  const end = Date.now() + patience;
  while (!condition()) {
    assert.ok(Date.now() < end, what());
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

async function member(topic, groupId, found, options = {}) {
  const consumer = new Consumer({ ...settings, groupId, deserializers: stringDeserializers, ...options });
  const stream = await consumer.consume({
    topics: [topic], mode: MessagesStreamModes.EARLIEST, autocommit: true, heartbeatInterval: 250, maxWaitTime: 200,
  });
  stream.on("data", message => found.push(message.value));
  return consumer;
}

async function read(topic, count, options) {
  const found = [];
  const consumer = await member(topic, `reads-${topic}`, found, options);
  await until(() => found.length >= count, () => `${found.length} of ${count} records`);
  await consumer.close(true);
  return found;
}

const scenarios = {
  async codecs() {
    await create("codecs", 2);
    const expected = [];
    for (const compression of ["none", "gzip", "snappy", "lz4", "zstd"]) {
      for (const acks of [0, 1, -1]) {
        const values = Array.from({ length: 20 }, (_, i) => `${compression} ${acks} ${i} ${"x".repeat(200)}`);
        await produce("codecs", values, { compression, acks });
        expected.push(...values);
      }
    }
    assert.deepEqual((await read("codecs", expected.length)).sort(), expected.sort());
  },
  async idempotent() {
    await create("idempotent");
    const values = Array.from({ length: 500 }, (_, i) => `${i}`);
    await produce("idempotent", values, { idempotent: true, acks: -1 });
    assert.deepEqual(await read("idempotent", values.length), values);
  },
  async transactions() {
    await create("transactions");
    const producer = new Producer({ ...settings, transactionalId: "platformatic", idempotent: true, serializers: stringSerializers });
    for (const [value, commits] of [["a", true], ["b", false], ["c", true]]) {
      const transaction = await producer.beginTransaction();
      await transaction.send({ messages: [{ topic: "transactions", value }] });
      await (commits ? transaction.commit() : transaction.abort());
    }
    assert.deepEqual(await read("transactions", 2, { isolationLevel: 1 }), ["a", "c"]);

    // What a group has read and what follows from it, as one.
    const consumer = new Consumer({ ...settings, groupId: "copies", isolationLevel: 1, deserializers: stringDeserializers });
    const stream = await consumer.consume({
      topics: ["transactions"], mode: MessagesStreamModes.EARLIEST, autocommit: false, maxWaitTime: 200,
    });
    const [message] = await once(stream, "data");
    const transaction = await producer.beginTransaction();
    await transaction.addConsumer(consumer);
    await transaction.addOffset(message);
    await transaction.commit();
    await consumer.close(true);
    await producer.close();
    const [group] = await withAdmin(admin => admin.listConsumerGroupOffsets({ groups: ["copies"] }));
    assert.equal(group.topics[0].partitions[0].committedOffset, 1n);
  },
  async automatic_topic() {
    await produce("made-by-asking", ["a"], { autocreateTopics: true });
    assert.deepEqual(await read("made-by-asking", 1), ["a"]);
  },
  async groups() {
    await create("groups", 4);
    for (const groupProtocol of ["classic", "consumer"]) {
      const found = [[], []];
      const members = [];
      for (const list of found) members.push(await member("groups", `g-${groupProtocol}`, list, { groupProtocol }));
      const share = i => (members[i].assignments ?? []).flatMap(assignment => assignment.partitions).length;
      await until(() => share(0) === 2 && share(1) === 2, () => `${groupProtocol}: shares ${share(0)} ${share(1)}`);
      const values = Array.from({ length: 200 }, (_, i) => `${groupProtocol} ${i}`);
      await produce("groups", values);
      const own = () => found.flat().filter(value => value.startsWith(groupProtocol)).length;
      await until(() => own() >= 200, () => `${groupProtocol}: ${own()} records`);
      await members[1].close(true);
      await until(() => share(0) === 4, () => `${groupProtocol}: share ${share(0)}`);
      await members[0].close(true);
    }
  },
  async times() {
    await create("times");
    const values = Array.from({ length: 10 }, (_, i) => `${i}`);
    const producer = new Producer({ ...settings, serializers: stringSerializers });
    await producer.send({
      messages: values.map((value, i) => ({ topic: "times", value, timestamp: BigInt(1_000_000 + i * 1000) })),
    });
    await producer.close();
    const consumer = new Consumer({ ...settings, groupId: "times", deserializers: stringDeserializers });
    const offsetAt = async timestamp => (await consumer.listOffsets({ topics: ["times"], timestamp })).get("times")[0];
    assert.equal(await offsetAt(1_004_500n), 5n);
    assert.equal(await offsetAt(9_000_000n), -1n);
    assert.deepEqual([await offsetAt(-2n), await offsetAt(-1n)], [0n, 10n]);
    const [topic] = await withAdmin(admin => admin.listOffsets({
      topics: [{ name: "times", partitions: [{ partitionIndex: 0, timestamp: 1_004_500n }] }],
    }));
    assert.deepEqual([topic.partitions[0].offset, topic.partitions[0].timestamp], [5n, 1_005_000n]);
    const stream = await consumer.consume({
      topics: ["times"], mode: MessagesStreamModes.MANUAL, maxWaitTime: 200,
      offsets: [{ topic: "times", partition: 0, offset: await offsetAt(1_004_500n) }],
    });
    const found = [];
    stream.on("data", message => found.push(message.value));
    await until(() => found.length >= 5, () => `${found.length} of 5 records`);
    await consumer.close(true);
    assert.deepEqual(found, values.slice(5));
  },
  async admin() {
    await create("admin", 2);
    await assert.rejects(create("admin", 2));
    await withAdmin(async admin => {
      await admin.createPartitions({ topics: [{ name: "admin", count: 4 }] });
      assert.equal((await admin.metadata({ topics: ["admin"], forceUpdate: true })).topics.get("admin").partitionsCount, 4);
      assert.ok((await admin.listTopics()).includes("admin"));
      const resource = { resourceType: 2, resourceName: "admin" };
      await admin.incrementalAlterConfigs({
        resources: [{ ...resource, configs: [{ name: "retention.ms", configOperation: 0, value: "1234567" }] }],
      });
      const [described] = await admin.describeConfigs({ resources: [{ ...resource, configurationKeys: null }] });
      assert.equal(described.configs.find(config => config.name === "retention.ms").value, "1234567");
      await produce("admin", ["a"], { partitioner: () => 0 });
      await read("admin", 1);
      const [unknown] = await admin.listConsumerGroupOffsets({
        groups: [{ groupId: "no-such-group", topics: [{ name: "admin", partitionIndexes: [0] }] }],
      });
      assert.equal(unknown.topics[0].partitions[0].committedOffset, -1n);
      const groups = await admin.listGroups();
      assert.ok(groups.has("reads-admin"));
      assert.equal((await admin.describeGroups({ groups: ["reads-admin"] })).get("reads-admin").state, "Empty");
      await admin.alterConsumerGroupOffsets({
        groupId: "reads-admin", topics: [{ name: "admin", partitionOffsets: [{ partition: 0, offset: 7n }] }],
      });
      const [moved] = await admin.listConsumerGroupOffsets({ groups: ["reads-admin"] });
      assert.equal(moved.topics[0].partitions.find(partition => partition.partitionIndex === 0).committedOffset, 7n);
      await admin.deleteGroups({ groups: ["reads-admin"] });
      assert.ok(!(await admin.listGroups()).has("reads-admin"));
      const [deleted] = await admin.deleteRecords({ topics: [{ name: "admin", partitions: [{ partition: 0, offset: 1n }] }] });
      assert.equal(deleted.partitions[0].lowWatermark, 1n);
      await admin.deleteTopics({ topics: ["admin"] });
      assert.ok(!(await admin.listTopics()).includes("admin"));
    });
  },
  // The broker goes and comes again in the middle: nothing that was acknowledged is lost, nothing is doubled.
  async restart() {
    await create("restart");
    const retrying = { retries: 200, retryDelay: 100 };
    const producer = new Producer({ ...settings, ...retrying, idempotent: true, acks: -1, serializers: stringSerializers });
    const found = [];
    const consumer = await member("restart", "restart", found, retrying);
    const values = Array.from({ length: 900 }, (_, i) => `${i}`);
    const send = async (from, to) => {
      for (let i = from; i < to; i += 20)
        await producer.send({ messages: values.slice(i, i + 20).map(value => ({ topic: "restart", value })) });
    };
    const seen = () => new Set(found).size;
    await send(0, 300);
    await until(() => seen() >= 100, () => `${seen()} of 100 records`);
    console.log("RESTART");
    const sending = send(300, 600);
    sending.catch(() => {});
    await once(process.stdin, "data");
    await sending;
    await send(600, 900);
    await until(() => seen() >= 900, () => `${seen()} of 900 records`);
    await producer.close();
    await consumer.close(true);
    assert.deepEqual(await read("restart", 900), values);
  },
  async refused() {
    const admin = new Admin({ ...settings, retries: 0 });
    await assert.rejects(admin.listTopics(), error => /SASL_AUTHENTICATION_FAILED/.test(inspect(error, { depth: 9 })));
    await admin.close();
  },
  async secured() {
    await create("secured");
    await produce("secured", ["a", "b"]);
    assert.deepEqual((await read("secured", 2)).sort(), ["a", "b"]);
  },
};

await scenarios[scenario]();
console.log("OK");
process.exit(0);
