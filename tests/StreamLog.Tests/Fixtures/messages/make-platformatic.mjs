// Writes platformatic.txt: requests encoded by @platformatic/kafka, without a broker. See README.md.
const modules = new URL('./node_modules/@platformatic/kafka/dist/', import.meta.url)
const id = '00112233-4455-6677-8899-aabbccddeeff'
const directory = 'ffeeddcc-bbaa-9988-7766-554433221100'

async function add(name, version, path, ...values) {
  const { createRequest } = await import(new URL(`apis/${path}.js`, modules))
  console.log(name, version, createRequest(...values).buffer.toString('hex'))
}

await add('ApiVersionsRequest', 4, 'metadata/api-versions-v4', 'platformatic', '2.0')
await add('ProduceRequest', 11, 'producer/produce-v11', -1, 1500, [
  { topic: 'orders', partition: 3, key: Buffer.from('k'), value: Buffer.from('v'), timestamp: 1700000000000n }
], { transactionalId: null })
await add('FetchRequest', 17, 'consumer/fetch-v17', 500, 1, 52428800, 1, 9, 2,
  [{
    topicId: id,
    partitions: [
      { partition: 3, currentLeaderEpoch: 8, fetchOffset: 42n, lastFetchedEpoch: 7, partitionMaxBytes: 1048576 },
      { partition: 4, currentLeaderEpoch: -1, fetchOffset: 0n, lastFetchedEpoch: -1, partitionMaxBytes: 1,
        replicaDirectoryId: directory }
    ]
  }],
  [{ topicId: directory, partitions: [1, 2] }], 'rack-1')
await add('MetadataRequest', 12, 'metadata/metadata-v12', ['orders', { topicId: id }], false, true)
await add('MetadataRequest', 12, 'metadata/metadata-v12', null)
await add('ListOffsetsRequest', 9, 'consumer/list-offsets-v9', -1, 1,
  [{ name: 'orders', partitions: [{ partitionIndex: 3, currentLeaderEpoch: 8, timestamp: -5n }] }])
await add('OffsetCommitRequest', 9, 'consumer/offset-commit-v9', 'billing', 4, 'member', null,
  [{ name: 'orders', partitions: [
    { partitionIndex: 3, committedOffset: 42n, committedLeaderEpoch: 8, committedMetadata: null }] }])
await add('OffsetFetchRequest', 9, 'consumer/offset-fetch-v9',
  [{ groupId: 'billing', memberId: 'member', memberEpoch: 4, topics: [{ name: 'orders', partitionIndexes: [3, 4] }] },
    { groupId: 'audit', memberId: null, memberEpoch: -1, topics: null }], true)
await add('FindCoordinatorRequest', 6, 'metadata/find-coordinator-v6', 0, ['billing', 'audit'])
await add('CreateTopicsRequest', 7, 'admin/create-topics-v7',
  [{ name: 'orders', numPartitions: -1, replicationFactor: -1,
    assignments: [{ partitionIndex: 0, brokerIds: [1, 2] }], configs: [{ name: 'x', value: null }] }], 30000, true)
await add('DeleteTopicsRequest', 6, 'admin/delete-topics-v6',
  [{ name: 'orders' }, { name: null, topicId: id }], 1000)
await add('IncrementalAlterConfigsRequest', 1, 'admin/incremental-alter-configs-v1',
  [{ resourceType: 2, resourceName: 'orders', configs: [{ name: 'x', configOperation: 1, value: null }] }], true)
await add('DescribeConfigsRequest', 4, 'admin/describe-configs-v4',
  [{ resourceType: 2, resourceName: 'orders', configurationKeys: ['x'] }], true, true)
await add('DeleteRecordsRequest', 2, 'admin/delete-records-v2',
  [{ name: 'orders', partitions: [{ partitionIndex: 3, offset: -1n }] }], 1000)
await add('CreatePartitionsRequest', 3, 'admin/create-partitions-v3',
  [{ name: 'orders', count: 8, assignments: [{ brokerIds: [1, 2] }] }], 1000, false)
await add('InitProducerIdRequest', 5, 'producer/init-producer-id-v5', 'tx', 60000, 1000n, 3)
await add('ListGroupsRequest', 5, 'admin/list-groups-v5', ['STABLE'], ['CONSUMER'])
await add('DescribeLogDirsRequest', 4, 'admin/describe-log-dirs-v4', [{ name: 'orders', partitions: [0, 1] }])
