"""Writes kafka-python.txt: messages encoded by kafka-python, without a broker. See README.md."""
import kafka.protocol.admin as admin
import kafka.protocol.commit as commit
import kafka.protocol.fetch as fetch
import kafka.protocol.metadata as metadata
import kafka.protocol.offset as offset
import kafka.protocol.produce as produce
from kafka.protocol.api import RequestHeader

RECORDS = bytes.fromhex("c0ffee")


def add(name, message):
    print(name, message.API_VERSION, message.encode().hex())


add("ProduceRequest", produce.ProduceRequest_v7(None, -1, 30000, [("orders", [(3, RECORDS), (4, b"")])]))
add("ProduceRequest", produce.ProduceRequest_v3("tx", 1, 1500, [("orders", [(0, RECORDS)])]))
add("ProduceResponse", produce.ProduceResponse_v5([("orders", [(3, 0, 42, -1, 7), (4, 6, -1, -1, -1)])], 5))
add("FetchRequest", fetch.FetchRequest_v4(-1, 500, 1, 52428800, 1, [("orders", [(3, 42, 1048576)])]))
add("FetchRequest", fetch.FetchRequest_v11(
    -1, 500, 1, 52428800, 0, 9, 2, [("orders", [(3, 8, 42, -1, 1048576)])], [], "rack-1"))
add("FetchResponse", fetch.FetchResponse_v4(
    0, [("orders", [(3, 0, 50, 49, [(1000, 44)], RECORDS), (4, 3, -1, -1, None, b"")])]))
add("FetchResponse", fetch.FetchResponse_v11(1, 0, 9, [("orders", [(3, 0, 50, 49, 2, [], 1, RECORDS)])]))
add("ListOffsetsRequest", offset.OffsetRequest_v1(-1, [("orders", [(3, -2)])]))
add("ListOffsetsRequest", offset.OffsetRequest_v3(-1, 1, [("orders", [(3, 1700000000000)])]))
add("ListOffsetsResponse", offset.OffsetResponse_v1([("orders", [(3, 0, -1, 42)])]))
add("ListOffsetsResponse", offset.OffsetResponse_v5(0, [("orders", [(3, 0, 1700000000000, 42, 8)])]))
add("MetadataRequest", metadata.MetadataRequest_v0([]))
add("MetadataRequest", metadata.MetadataRequest_v1(None))
add("MetadataRequest", metadata.MetadataRequest_v5(["orders", "größer"], False))
add("MetadataResponse", metadata.MetadataResponse_v1(
    [(1, "localhost", 9092, None)], 1, [(0, "orders", False, [(0, 3, 1, [1, 2], [1])])]))
add("MetadataResponse", metadata.MetadataResponse_v5(
    0, [(1, "localhost", 9092, "rack-1")], "cluster", 1, [(5, "orders", True, [(0, 3, 1, [1, 2], [1], [2])])]))
add("OffsetCommitRequest", commit.OffsetCommitRequest_v2("billing", 4, "member", -1, [("orders", [(3, 42, "note")])]))
add("OffsetCommitResponse", commit.OffsetCommitResponse_v3(0, [("orders", [(3, 0), (4, 25)])]))
add("OffsetFetchRequest", commit.OffsetFetchRequest_v1("billing", [("orders", [3, 4])]))
add("OffsetFetchRequest", commit.OffsetFetchRequest_v2("billing", None))
add("OffsetFetchResponse", commit.OffsetFetchResponse_v3(0, [("orders", [(3, 42, "note", 0), (4, -1, "", 0)])], 0))
add("FindCoordinatorRequest", commit.GroupCoordinatorRequest_v1("billing", 0))
add("FindCoordinatorResponse", commit.GroupCoordinatorResponse_v0(0, 1, "localhost", 9092))
add("CreateTopicsRequest", admin.CreateTopicsRequest_v3(
    [("orders", 6, 1, [], [("retention.ms", "1000"), ("x", None)]), ("paid", -1, -1, [(0, [1, 2])], [])], 30000, True))
add("CreateTopicsResponse", admin.CreateTopicsResponse_v3(0, [("orders", 0, None), ("paid", 36, "it is there")]))
add("DeleteTopicsRequest", admin.DeleteTopicsRequest_v3(["orders"], 1000))
add("CreatePartitionsRequest", admin.CreatePartitionsRequest_v1(
    [("orders", (8, None)), ("paid", (2, [[1, 2]]))], 1000, False))
add("DescribeConfigsRequest", admin.DescribeConfigsRequest_v2([(2, "orders", None), (4, "1", ["x"])], True))
add("DescribeConfigsResponse", admin.DescribeConfigsResponse_v2(
    0, [(0, None, 2, "orders", [("retention.ms", "1000", False, 1, False, [("retention.ms", "7", 5)])])]))
add("ApiVersionsResponse", admin.ApiVersionResponse_v1(0, [(0, 0, 13), (1, 4, 18)], 7))
request = metadata.MetadataRequest_v1(None)
header = RequestHeader(request, correlation_id=7, client_id="kafka-python")
print("RequestHeader", 1, header.encode().hex())
