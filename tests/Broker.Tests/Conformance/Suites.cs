namespace Vigil.Broker.Tests.Conformance;

// One suite, two brokers: a test that holds for only one of them is wrong, or that broker is.
public sealed class DevelopmentBrokerRecords(DevelopmentBrokerFixture broker) : RecordConformance(broker);

public sealed class DevelopmentBrokerTransactions(DevelopmentBrokerFixture broker) : TransactionConformance(broker);

public sealed class DevelopmentBrokerGroups(DevelopmentBrokerFixture broker) : GroupConformance(broker);

public sealed class DevelopmentBrokerAdmin(DevelopmentBrokerFixture broker) : AdminConformance(broker);

public sealed class DevelopmentBrokerRetention(RestartedDevelopmentBroker broker) : RetentionConformance(broker), IClassFixture<RestartedDevelopmentBroker>;

public sealed class ApacheKafkaRecords(ApacheKafkaFixture broker) : RecordConformance(broker);

public sealed class ApacheKafkaTransactions(ApacheKafkaFixture broker) : TransactionConformance(broker);

public sealed class ApacheKafkaGroups(ApacheKafkaFixture broker) : GroupConformance(broker);

public sealed class ApacheKafkaAdmin(ApacheKafkaFixture broker) : AdminConformance(broker);

public sealed class ApacheKafkaRetention(ApacheKafkaFixture broker) : RetentionConformance(broker);
