using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Vigil.Chaos.Tests.Storm;

/// <summary>Reviewers who claim and decide all through a storm, and remember every decision that was acknowledged to them.</summary>
internal sealed class StormReviewers : IDisposable
{
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(30);

    /// <summary>How long a call without an answer is made again.</summary>
    private static readonly TimeSpan Persistence = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<string> _acknowledged = [];
    private readonly Task[] _working;
    private int _repeated;

    public StormReviewers(Uri api, IReadOnlyList<string> tokens, int seed) =>
        _working = [.. tokens.Select((token, index) => WorkAsync(api, token, new Random(seed + index)))];

    public IReadOnlyCollection<string> Acknowledged
    {
        get
        {
            lock (_acknowledged)
            {
                return [.. _acknowledged];
            }
        }
    }

    /// <summary>How often a call was made again because it had no answer.</summary>
    public int Repeated => Volatile.Read(ref _repeated);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_working);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task WorkAsync(Uri api, string token, Random draw)
    {
        using var client = new HttpClient { BaseAddress = api, Timeout = TimeSpan.FromSeconds(25) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await WorkOneAsync(client, draw);
            }
            catch (Exception fault) when (IsLost(fault))
            {
            }

            await Task.Delay(Breath, CancellationToken.None);
        }
    }

    private async Task WorkOneAsync(HttpClient client, Random draw)
    {
        var queues = (await client.GetFromJsonAsync<JsonElement>("/queues")).EnumerateArray()
            .Where(queue => queue.GetProperty("depth").GetInt64() > 0)
            .Select(queue => queue.GetProperty("name").GetString()!)
            .ToList();
        if (queues.Count == 0)
        {
            return;
        }

        using var claim = await client.PostAsync($"/queues/{queues[draw.Next(queues.Count)]}/claim", null);
        if (claim.StatusCode != HttpStatusCode.OK)
        {
            return;
        }

        var item = await claim.Content.ReadFromJsonAsync<JsonElement>();
        var epoch = item.GetProperty("lease").GetProperty("epoch").GetInt64();
        var path = item.GetProperty("path").GetString();
        switch (draw.Next(10))
        {
            // Goes home with the lease in the pocket.
            case 0:
                break;
            case 1:
                await SendAsync(client, $"{path}/release", new { epoch });
                break;
            case 2:
                await SendAsync(client, $"{path}/skip", new { epoch, reason = "not mine" });
                break;
            case var choice:
                var decided = choice < 6
                    ? await SendAsync(client, $"{path}/decide", new { epoch, verdict = "violation", policies = new[] { "hate" } })
                    : await SendAsync(client, $"{path}/decide", new { epoch, verdict = choice < 9 ? "benign" : "escalate" });
                if (decided && draw.Next(8) == 0)
                {
                    await SendAsync(client, $"{path}/undo", new { });
                }

                break;
        }
    }

    // As a careful client does it: what is not answered is sent again under the same key.
    private async Task<bool> SendAsync(HttpClient client, string path, object body)
    {
        var key = Guid.NewGuid().ToString();
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await TrySendAsync(client, path, key, body) is { } isDone)
            {
                return isDone;
            }

            if (TimeProvider.System.GetElapsedTime(since) >= Persistence)
            {
                return false;
            }

            await Task.Delay(Breath * 5, CancellationToken.None);
            Interlocked.Increment(ref _repeated);
        }
    }

    // Null: not answered.
    private async Task<bool?> TrySendAsync(HttpClient client, string path, string key, object body)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body), Headers = { { "Idempotency-Key", key } } };
            using var reply = await client.SendAsync(request);
            return reply.StatusCode == HttpStatusCode.ServiceUnavailable ? null : await NoteAsync(reply);
        }
        catch (Exception lost) when (IsLost(lost))
        {
            return null;
        }
    }

    private async Task<bool> NoteAsync(HttpResponseMessage reply)
    {
        if (!reply.IsSuccessStatusCode || reply.StatusCode == HttpStatusCode.NoContent)
        {
            return false;
        }

        var decided = await reply.Content.ReadFromJsonAsync<JsonElement>();
        if (decided.TryGetProperty("decision_id", out var id) && id.GetString() is { } text)
        {
            lock (_acknowledged)
            {
                _acknowledged.Add(text);
            }
        }

        return true;
    }

    // The role, Redis or the broker is down: an unanswered call may have been carried out or not.
    private static bool IsLost(Exception fault) => fault is HttpRequestException or TaskCanceledException or JsonException or IOException;
}
