using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Vigil.Pipeline.Bench;

/// <summary>One reviewer of the bench, as a client sees the API.</summary>
internal sealed class ReviewCaller(HttpClient http, string token, string queue, TimeProvider time)
{
    /// <returns>Milliseconds of each claim.</returns>
    public async Task<List<double>> ClaimForAsync(TimeSpan span, CancellationToken cancellation)
    {
        var latencies = new List<double>();
        var begun = time.GetTimestamp();
        while (time.GetElapsedTime(begun) < span)
        {
            var start = time.GetTimestamp();
            var claim = await PostAsync($"/queues/{queue}/claim", null, cancellation)
                ?? throw new CommandFailedException("The queue ran empty in the middle of the bench.");
            latencies.Add(time.GetElapsedTime(start).TotalMilliseconds);
            await PostAsync($"{claim["path"]}/release", new { epoch = (long)claim["lease"]!["epoch"]! }, cancellation);
        }

        return latencies;
    }

    private async Task<JsonNode?> PostAsync(string path, object? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await http.SendAsync(request, cancellation);
        answer.EnsureSuccessStatusCode();
        var text = await answer.Content.ReadAsByteArrayAsync(cancellation);
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }
}
