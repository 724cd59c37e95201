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

        builder.Configuration.AddInMemoryCollection(
        [
            KeyValuePair.Create("Logging:LogLevel:Default", (string?)nameof(LogLevel.Warning)),
            // That keys lie in Redis as they are is for an installation to know, not for a demo whose Redis ends with it.
            KeyValuePair.Create("Logging:LogLevel:Microsoft.AspNetCore.DataProtection", (string?)nameof(LogLevel.Error)),
        ]);
    }
}
