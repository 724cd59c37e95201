using Spectre.Console;

namespace Vigil.Pipeline.Demo.View;

/// <summary>Shows snapshots while a task runs: a live view on a terminal, a line now and then elsewhere.</summary>
internal sealed class DemoDisplay(TimeProvider time, TextWriter output, bool showSnippets)
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(2);

    /// <summary>Whether someone is looking at a terminal that can be redrawn.</summary>
    public static bool IsTerminal => !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi;

    /// <summary>How many items of the queues a view has room for.</summary>
    public static int TopItems => IsTerminal ? Math.Clamp((AnsiConsole.Profile.Height - 18) / 4, 3, 10) : 7;

    public async Task ShowWhileAsync(Func<DemoSnapshot> snapshot, Task task)
    {
        if (IsTerminal)
        {
            var view = new TerminalView(showSnippets);
            await AnsiConsole.Live(view.Render(snapshot())).StartAsync(async live =>
            {
                do
                {
                    live.UpdateTarget(view.Render(snapshot()));
                    live.Refresh();
                }
                while (!await EndsWithinAsync(task, Frame));

                live.UpdateTarget(view.Render(snapshot()));
            });
        }
        else
        {
            while (!await EndsWithinAsync(task, LineEvery))
            {
                await output.WriteLineAsync(PlainView.Line(snapshot()));
            }

            await output.WriteLineAsync(PlainView.Line(snapshot()));
        }

        await task;
    }

    private async Task<bool> EndsWithinAsync(Task task, TimeSpan limit) => await Task.WhenAny(task, Task.Delay(limit, time)) == task;
}
