using System.Diagnostics;

namespace Vigil.Ingest;

/// <summary>
/// For kill tests only: <c>VIGIL_FAILPOINT=name:n</c> makes the process kill itself (SIGKILL) at the n-th passage of that
/// point, <c>name:n:stop</c> makes it stop (SIGSTOP) there until somebody continues it. Points: <c>after-first-produce</c>,
/// with the first record of a transaction on the broker and nothing committed.
/// </summary>
internal sealed class Failpoint(string name)
{
    public const string Variable = "VIGIL_FAILPOINT";
    public const string AfterFirstProduce = "after-first-produce";

    private int _left = Read(name);

    private static string[]? Setting => Environment.GetEnvironmentVariable(Variable)?.Split(':');

    /// <summary>Counts a passage; true when the process is to act here, now.</summary>
    public bool IsDue => _left > 0 && --_left == 0;

    public static void Act()
    {
        if (Setting is [_, _, "stop"])
        {
            using var shell = Process.Start("/bin/sh", ["-c", "kill -STOP $PPID"]);
            shell.WaitForExit();
            return;
        }

        Process.GetCurrentProcess().Kill();
    }

    private static int Read(string name) =>
        Setting is [var point, var count, ..] && point == name && int.TryParse(count, out var passages) ? passages : 0;
}
