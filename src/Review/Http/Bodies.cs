using System.Text.Json;
using System.Text.Json.Serialization;

namespace Vigil.Review.Http;

/// <summary>Bodies of calls. Names are snake_case on the wire.</summary>
/// <param name="Epoch">Of the lease, as the claim gave it.</param>
internal sealed record LeaseBody(long Epoch);

/// <param name="Verdict">violation, benign or escalate.</param>
/// <param name="Policies">Which policies a violation breaks.</param>
internal sealed record DecideBody(long Epoch, string Verdict, string[]? Policies = null, double? SecondsSpent = null, string? Note = null);

/// <param name="Reason">Why the item is left to others.</param>
internal sealed record SkipBody(long Epoch, string? Reason = null, double? SecondsSpent = null);

/// <param name="DecisionId">Null: the caller's own last decision on the item that stands.</param>
internal sealed record UndoBody(string? DecisionId = null, string? Note = null);

/// <param name="Note">Why the item is to be judged again.</param>
internal sealed record AgainBody(string? Note = null);

/// <summary>Reads bodies after the caller is known, so that a stranger learns nothing but 401.</summary>
internal static class Bodies
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        // Two epochs in one body: neither is meant more than the other.
        AllowDuplicateProperties = false,
    };

    public static async Task<(T? Body, IResult? Refused)> ReadAsync<T>(HttpContext context)
        where T : class
    {
        try
        {
            var body = await JsonSerializer.DeserializeAsync<T>(context.Request.Body, Json, context.RequestAborted);
            return body is null ? (null, Problems.Invalid("A JSON object is expected.")) : (body, null);
        }
        catch (JsonException fault)
        {
            // A place, not a path: names in a path are the caller's words.
            return (null, Problems.Invalid($"The body is no JSON of the expected form (line {fault.LineNumber + 1}, byte {fault.BytePositionInLine}). Its fields: {Fields<T>.Names}."));
        }
        catch (BadHttpRequestException fault)
        {
            return (null, Problems.Unfit(fault.StatusCode));
        }
    }

    private static class Fields<T>
    {
        public static readonly string Names = string.Join(", ", typeof(T).GetConstructors()[0].GetParameters().Select(parameter =>
            JsonNamingPolicy.SnakeCaseLower.ConvertName(parameter.Name!) + (parameter.HasDefaultValue ? "" : " (required)")));
    }
}
