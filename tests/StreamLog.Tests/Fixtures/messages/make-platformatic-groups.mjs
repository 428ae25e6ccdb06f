// Writes platformatic-groups.txt: requests encoded by @platformatic/kafka, without a broker. See README.md.
const modules = new URL('./node_modules/@platformatic/kafka/dist/', import.meta.url)

async function add(name, version, path, ...values) {
  const { createRequest } = await import(new URL(`apis/${path}.js`, modules))
  console.log(name, version, createRequest(...values).buffer.toString('hex'))
}

const metadata = Buffer.from('c0ffee', 'hex')
const protocols = [{ name: 'range', metadata }, { name: 'sticky', metadata: Buffer.alloc(0) }]
const assignments = [{ memberId: 'a', assignment: metadata }, { memberId: 'b', assignment: Buffer.alloc(0) }]
for (const version of [0, 1, 4]) {
  await add('JoinGroupRequest', version, `consumer/join-group-v${version}`,
    'billing', 10000, 60000, 'a', null, 'consumer', protocols, null)
}
for (const version of [5, 6, 7, 8, 9]) {
  await add('JoinGroupRequest', version, `consumer/join-group-v${version}`,
    'billing', 10000, 60000, '', 'i', 'consumer', protocols, 'größer')
}
await add('SyncGroupRequest', 0, 'consumer/sync-group-v0', 'billing', 4, 'a', null, null, null, assignments)
await add('SyncGroupRequest', 3, 'consumer/sync-group-v3', 'billing', 4, 'a', 'i', null, null, [])
await add('SyncGroupRequest', 4, 'consumer/sync-group-v4', 'billing', 4, 'a', 'i', null, null, assignments)
await add('SyncGroupRequest', 5, 'consumer/sync-group-v5', 'billing', 4, 'a', null, 'consumer', 'range', assignments)
await add('HeartbeatRequest', 0, 'consumer/heartbeat-v0', 'billing', 4, 'a', null)
await add('HeartbeatRequest', 3, 'consumer/heartbeat-v3', 'billing', 4, 'a', 'i')
await add('HeartbeatRequest', 4, 'consumer/heartbeat-v4', 'billing', 4, 'a', null)
await add('LeaveGroupRequest', 0, 'consumer/leave-group-v0', 'billing', [{ memberId: 'a' }])
const leaving = [{ memberId: 'a', groupInstanceId: null, reason: 'done' }, { memberId: '', groupInstanceId: 'i', reason: null }]
for (const version of [3, 4, 5])
  await add('LeaveGroupRequest', version, `consumer/leave-group-v${version}`, 'billing', leaving)
await add('DescribeGroupsRequest', 0, 'admin/describe-groups-v0', ['billing', 'audit'], false)
await add('DescribeGroupsRequest', 3, 'admin/describe-groups-v3', ['billing'], true)
await add('DescribeGroupsRequest', 5, 'admin/describe-groups-v5', ['billing', 'audit'], true)
await add('DeleteGroupsRequest', 1, 'admin/delete-groups-v1', ['billing', 'audit'])
await add('DeleteGroupsRequest', 2, 'admin/delete-groups-v2', ['billing', 'audit'])
await add('OffsetDeleteRequest', 0, 'admin/offset-delete-v0', 'billing',
  [{ name: 'orders', partitions: [{ partitionIndex: 3 }, { partitionIndex: 4 }] }])
