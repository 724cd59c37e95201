namespace Vigil.Pipeline;

/// <summary>What is wrong with a file that someone named, said once: the runtime's own messages repeat the path.</summary>
internal static class UnreadableFile
{
    public static CommandFailedException Of(string path, Exception fault) => new($"{path} cannot be read: {Reason(fault)}", fault);

    private static string Reason(Exception fault) => fault switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        UnauthorizedAccessException => "it is a folder, or access is denied",
        InvalidDataException => fault.Message,
        _ => fault.Message.Split(" : '", 2)[0],
    };
}
