using Microsoft.Data.Sqlite;
using StreamLog.Benchmarks.Load;

namespace StreamLog.Benchmarks.Baselines;

/// <summary>A table as a log, in SQLite: what applications embed where they have no log.</summary>
internal static class SqliteTables
{
    private const int RowsOfTransaction = 1000;

    /// <summary>Inserts rows, a thousand a transaction, into a write-ahead log that is not flushed for each.</summary>
    public static Task<Measurement> InsertAsync(string directory, int records, byte[] payload)
    {
        SqliteConnection connection = Open(directory);
        return MeasureAsync(connection, records, () => Insert(connection, records, payload));
    }

    /// <summary>Reads all rows in order.</summary>
    public static Task<Measurement> ScanAsync(string directory, int records, byte[] payload)
    {
        SqliteConnection connection = Open(directory);
        Insert(connection, records, payload);
        return MeasureAsync(connection, records, () =>
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "SELECT id, ts, value FROM log ORDER BY id";
            using SqliteDataReader reader = command.ExecuteReader();
            int count = 0;
            long sum = 0;
            while (reader.Read())
            {
                sum += reader.GetInt64(0) + ((byte[])reader.GetValue(2))[0];
                count++;
            }

            if (count != records || sum < 0)
                throw new InvalidOperationException($"Read {count} of {records}.");
        });
    }

    private static async Task<Measurement> MeasureAsync(SqliteConnection connection, int records, Action work)
    {
        using (connection)
        {
            return await Stopwatches.MeasureAsync(records, () =>
            {
                work();
                return Task.CompletedTask;
            });
        }
    }

    private static SqliteConnection Open(string directory)
    {
        SQLitePCL.Batteries_V2.Init();
        SqliteConnection connection = new($"Data Source={Path.Combine(directory, "log.db")};Pooling=False");
        connection.Open();
        Execute(connection, "PRAGMA journal_mode=WAL");
        Execute(connection, "PRAGMA synchronous=NORMAL");
        Execute(connection, "CREATE TABLE log(id INTEGER PRIMARY KEY, ts INTEGER NOT NULL, value BLOB NOT NULL)");
        return connection;
    }

    private static void Insert(SqliteConnection connection, int records, byte[] payload)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "INSERT INTO log(ts, value) VALUES($ts, $value)";
        SqliteParameter time = command.Parameters.Add("$ts", SqliteType.Integer);
        command.Parameters.Add("$value", SqliteType.Blob).Value = payload;
        command.Prepare();
        for (int row = 0; row < records;)
        {
            using SqliteTransaction transaction = connection.BeginTransaction();
            command.Transaction = transaction;
            for (int end = Math.Min(records, row + RowsOfTransaction); row < end; row++)
            {
                time.Value = (long)row;
                command.ExecuteNonQuery();
            }

            transaction.Commit();
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
