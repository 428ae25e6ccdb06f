// Drives a broker with @platformatic/kafka. Usage: node platformatic.mjs BOOTSTRAP SCENARIO [SETTINGS AS JSON]
import assert from "node:assert/strict";
import { once } from "node:events";
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
        try {
          await produce("codecs", values, { compression, acks });
          expected.push(...values);
        } catch (error) {
          if (!/zstd/i.test(error.message)) throw error;
          console.log(`${compression} is not there for this client: ${error.message}`);
          break;
        }
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
    await producer.close();
    assert.deepEqual(await read("transactions", 2, { isolationLevel: 1 }), ["a", "c"]);
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
  async admin() {
    await create("admin", 2);
    await assert.rejects(create("admin", 2));
    await withAdmin(async admin => {
      await admin.createPartitions({ topics: [{ name: "admin", count: 4 }] });
      assert.equal((await admin.metadata({ topics: ["admin"], forceUpdate: true })).topics.get("admin").partitionsCount, 4);
      assert.ok((await admin.listTopics()).includes("admin"));
      const described = await admin.describeConfigs({ resources: [{ resourceType: 2, resourceName: "admin" }] });
      assert.ok(described[0].configs.length > 0);
      await produce("admin", ["a"]);
      await read("admin", 1);
      const groups = await admin.listGroups();
      assert.ok(groups.has("reads-admin"));
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
  async secured() {
    await create("secured");
    await produce("secured", ["a", "b"]);
    assert.deepEqual((await read("secured", 2)).sort(), ["a", "b"]);
  },
};

await scenarios[scenario]();
console.log("OK");
process.exit(0);
