global using Xunit;
global using RealConsumer = Confluent.Kafka.IConsumer<string, string>;
global using RealError = Confluent.Kafka.ErrorCode;
global using RealProducer = Confluent.Kafka.IProducer<string, string>;
