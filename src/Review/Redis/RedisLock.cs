using StackExchange.Redis;

namespace Vigil.Review.Redis;

/// <summary>Keeps a lock of Redis while its holder works.</summary>
internal static class RedisLock
{
    /// <summary>Extends the lock until <paramref name="stop"/> is cancelled; cancels it itself when the lock is lost.</summary>
    public static async Task KeepAsync(IDatabase database, RedisKey key, string token, TimeSpan length, TimeProvider time, CancellationTokenSource stop)
    {
        var extended = time.GetTimestamp();
        try
        {
            while (true)
            {
                await Task.Delay(length / 4, time, stop.Token);
                if (await TryExtendAsync(database, key, token, length) is { } held)
                {
                    extended = time.GetTimestamp();
                    if (!held)
                    {
                        break;
                    }
                }
                else if (time.GetElapsedTime(extended) > length)
                {
                    break;
                }
            }

            await stop.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // The holder is done.
        }
    }

    /// <returns>Null: Redis did not answer.</returns>
    private static async Task<bool?> TryExtendAsync(IDatabase database, RedisKey key, string token, TimeSpan length)
    {
        try
        {
            return await database.LockExtendAsync(key, token, length);
        }
        catch (Exception fault) when (fault is RedisException or RedisTimeoutException)
        {
            return null;
        }
    }
}
