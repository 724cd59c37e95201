using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Vigil.Review.Http;

/// <summary>What the OpenAPI document says beyond the signatures: how to come in, which calls can be repeated, how errors look.</summary>
internal static class OpenApiDocument
{
    private const string Scheme = "bearer";

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
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<Repeatable>().Any())
            {
                operation.Parameters ??= [];
                operation.Parameters.Add(new OpenApiParameter
                {
                    Name = Repeatable.Header,
                    In = ParameterLocation.Header,
                    Description = "A call that is sent again with the same key is the same call.",
                    Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = Repeatable.LongestKey },
                });
            }

            return Task.CompletedTask;
        });
    }
}

/// <summary>Metadata of a call that takes an Idempotency-Key.</summary>
internal sealed class Repeatable
{
    public const string Header = "Idempotency-Key";
    public const int LongestKey = 200;
}
