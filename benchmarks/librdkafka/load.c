// A Kafka client that many use, as a load: it produces or consumes, and prints what that took as a line of JSON. And
// librdkafka's own mock cluster as a server, for the same load.
//
// Build:  cc -O2 -o load load.c -lrdkafka
// Run:    ./load mock TOPIC PARTITIONS                               prints an address, and serves until stdin ends
//         ./load produce ADDRESS TOPIC PARTITIONS RECORDS BYTES ACKS [WARM-UP]
//         ./load consume ADDRESS TOPIC PARTITIONS RECORDS PASSES     the first pass is not timed
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

// So many records in turn go to a partition, as a partitioner without keys does it.
#define RUN_LENGTH 1000
#define PATIENCE_MS 30000

static long delivered, failed;

static void die(const char *what, const char *why) {
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static double processor_time(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

// Says that the timed part begins, or ends, and waits for the word to go on: who listens looks at the server meanwhile.
static void mark(const char *what) {
    printf("%s\n", what);
    fflush(stdout);
    if (getchar() == EOF)
        die(what, "nobody waits for the figures");
}

static void report(long records, double seconds, double processor_seconds) {
    printf("{\"records\": %ld, \"seconds\": %.6f, \"processorSeconds\": %.6f}\n", records, seconds, processor_seconds);
    fflush(stdout);
}

static void set(rd_kafka_conf_t *conf, const char *name, const char *value) {
    char error[256];
    if (rd_kafka_conf_set(conf, name, value, error, sizeof error) != RD_KAFKA_CONF_OK)
        die(name, error);
}

static rd_kafka_t *create(rd_kafka_type_t type, rd_kafka_conf_t *conf) {
    char error[256];
    rd_kafka_t *client = rd_kafka_new(type, conf, error, sizeof error);
    if (!client)
        die("client", error);
    return client;
}

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
    (void)client, (void)opaque;
    message->err ? failed++ : delivered++;
}

static void produce(rd_kafka_t *producer, const char *topic, int partitions, long records, char *value, size_t bytes) {
    long wanted = delivered + records;
    for (long i = 0; i < records; i++) {
        rd_kafka_resp_err_t error;
        int partition = i / RUN_LENGTH % partitions;
        while ((error = rd_kafka_producev(
                    producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_VALUE(value, bytes),
                    RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END)) == RD_KAFKA_RESP_ERR__QUEUE_FULL)
            rd_kafka_poll(producer, 10);
        if (error)
            die("produce", rd_kafka_err2str(error));
        if (i % RUN_LENGTH == 0)
            rd_kafka_poll(producer, 0);
    }
    rd_kafka_flush(producer, 4 * PATIENCE_MS);
    if (failed || delivered != wanted)
        die("produce", "not everything was acknowledged");
}

static int run_produce(char **arguments, int count) {
    long records = atol(arguments[3]), warm_up = count > 6 ? atol(arguments[6]) : 0;
    int partitions = atoi(arguments[2]);
    size_t bytes = (size_t)atol(arguments[4]);
    char *value = malloc(bytes);
    memset(value, 'x', bytes);

    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", arguments[0]);
    set(conf, "acks", arguments[5]);
    set(conf, "linger.ms", "5");
    set(conf, "queue.buffering.max.messages", "1000000");
    set(conf, "queue.buffering.max.kbytes", "1000000");
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_t *producer = create(RD_KAFKA_PRODUCER, conf);
    produce(producer, arguments[1], partitions, warm_up, value, bytes);

    mark("begin");
    double begun = now(), worked = processor_time();
    produce(producer, arguments[1], partitions, records, value, bytes);
    double seconds = now() - begun, processor_seconds = processor_time() - worked;
    mark("end");
    report(records, seconds, processor_seconds);
    rd_kafka_destroy(producer);
    return 0;
}

static void consume(rd_kafka_t *consumer, const char *topic, int partitions, long records) {
    rd_kafka_topic_partition_list_t *all = rd_kafka_topic_partition_list_new(partitions);
    for (int i = 0; i < partitions; i++)
        rd_kafka_topic_partition_list_add(all, topic, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(consumer, all);
    rd_kafka_topic_partition_list_destroy(all);

    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(consumer);
    static rd_kafka_message_t *messages[10000];
    for (long read = 0; read < records;) {
        ssize_t got = rd_kafka_consume_batch_queue(
            queue, PATIENCE_MS, messages, sizeof messages / sizeof *messages);
        if (got <= 0)
            die("consume", "nothing came for 30 s");
        for (ssize_t i = 0; i < got; i++) {
            if (messages[i]->err)
                die("consume", rd_kafka_message_errstr(messages[i]));
            rd_kafka_message_destroy(messages[i]);
        }
        read += got;
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_assign(consumer, NULL);
}

static int run_consume(char **arguments) {
    int partitions = atoi(arguments[2]), passes = atoi(arguments[4]);
    long records = atol(arguments[3]);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", arguments[0]);
    set(conf, "group.id", "load");
    set(conf, "enable.auto.commit", "false");
    set(conf, "fetch.wait.max.ms", "5");
    set(conf, "queued.min.messages", "10000000"); // With fewer it pauses by itself, for half a second.
    set(conf, "queued.max.messages.kbytes", "1000000");
    rd_kafka_t *consumer = create(RD_KAFKA_CONSUMER, conf);
    rd_kafka_poll_set_consumer(consumer);
    consume(consumer, arguments[1], partitions, records);

    mark("begin");
    double begun = now(), worked = processor_time();
    for (int i = 0; i < passes; i++)
        consume(consumer, arguments[1], partitions, records);
    double seconds = now() - begun, processor_seconds = processor_time() - worked;
    mark("end");
    report(records * passes, seconds, processor_seconds);
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    return 0;
}

static int run_mock(char **arguments) {
    rd_kafka_t *client = create(RD_KAFKA_PRODUCER, rd_kafka_conf_new());
    rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(client, 1);
    if (!cluster)
        die("mock", "the cluster does not start");
    rd_kafka_resp_err_t error = rd_kafka_mock_topic_create(cluster, arguments[0], atoi(arguments[1]), 1);
    if (error)
        die("mock", rd_kafka_err2str(error));
    printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
    fflush(stdout);
    while (getchar() != EOF) {
    }
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(client);
    return 0;
}

int main(int count, char **arguments) {
    if (count == 4 && !strcmp(arguments[1], "mock"))
        return run_mock(arguments + 2);
    if (count >= 8 && !strcmp(arguments[1], "produce"))
        return run_produce(arguments + 2, count - 2);
    if (count == 7 && !strcmp(arguments[1], "consume"))
        return run_consume(arguments + 2);
    die(arguments[0], "mock TOPIC PARTITIONS | produce ADDRESS TOPIC PARTITIONS RECORDS BYTES ACKS [WARM-UP] | "
                      "consume ADDRESS TOPIC PARTITIONS RECORDS PASSES");
}
