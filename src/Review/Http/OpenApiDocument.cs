using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Vigil.Review.Http;

/// <summary>What the OpenAPI document says beyond the signatures: how to come in, which calls can be repeated, how errors look.</summary>
internal static class OpenApiDocument
{
    private const string Scheme = "bearer";

    // The words of fold.lua; "" for an id whose last record has aged out.
    private static readonly string[] Statuses = ["queued", "decided", "cleared", "withdrawn", ""];
    private static readonly string[] Outcomes = ["stands", "dissent", "moved", "undone", "void", "opened", "second", ""];

    public static void Describe(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new()
            {
                Title = "Vigil review",
                Version = "1",
                Description = "Queues, leases and decisions. Errors are problem details (RFC 9457) with a stable `code`. An item's `path` is its address: ids may hold any character.",
            };
            document.Components ??= new();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" };
            document.Security = [new() { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            DescribeErrors(operation);
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<Repeatable>().Any())
            {
                operation.Parameters ??= [];
                operation.Parameters.Add(new OpenApiParameter
                {
                    Name = Repeatable.Header,
                    In = ParameterLocation.Header,
                    Description = "A call that is sent again with the same key and the same body is the same call; with another body it is refused.",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = Repeatable.LongestKey },
                });
            }

            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(ProblemDetails))
            {
                DescribeProblem(schema);
            }
            else if (context.JsonPropertyInfo is { Name: "status" or "outcome" } property && property.PropertyType == typeof(string))
            {
                schema.Enum = [.. (property.Name == "status" ? Statuses : Outcomes).Select(word => (JsonNode)word)];
            }

            return Task.CompletedTask;
        });
    }

    private static void DescribeErrors(OpenApiOperation operation)
    {
        foreach (var (status, response) in operation.Responses ?? [])
        {
            var kinds = ProblemKind.All.Where(kind => kind.Status.ToString(CultureInfo.InvariantCulture) == status && kind != ProblemKind.NoSuchPath).ToList();
            if (kinds.Count > 0)
            {
                response.Description = string.Join('\n', kinds.Select(kind => $"- `{kind.Code}`: {kind.Detail}"));
            }
        }
    }

    private static void DescribeProblem(OpenApiSchema schema)
    {
        schema.Properties ??= new Dictionary<string, IOpenApiSchema>();
        schema.Properties["code"] = new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Description = "What went wrong, for programs: it never changes its meaning.",
            Enum = [.. ProblemKind.All.Select(kind => kind.Code).Distinct().Select(code => (JsonNode)code)],
        };
        schema.Properties["trace_id"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Under which traces and logs have this call." };
        schema.Required = new HashSet<string> { "type", "title", "status", "detail", "code", "trace_id" };
    }
}

/// <summary>Metadata of a call that takes an Idempotency-Key.</summary>
internal sealed class Repeatable
{
    public const string Header = "Idempotency-Key";
    public const int LongestKey = 200;
}
