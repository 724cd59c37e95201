namespace Vigil.Pipeline.Demo;

/// <summary>Warnings only, where a command has something else to show; a level that someone asked for stands.</summary>
internal static class QuietLogs
{
    public static void Apply(WebApplicationBuilder builder)
    {
        if (Environment.GetEnvironmentVariable("Logging__LogLevel__Default") is not null)
        {
            return;
        }

        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("Logging:LogLevel:Default", (string?)nameof(LogLevel.Warning))]);
    }
}
