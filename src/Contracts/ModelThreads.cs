using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Vigil.Contracts;

/// <summary>
/// Threads of their own for what models compute: the thread pool, on which the clients of Kafka and Redis complete their
/// calls, is never held by a call of a graph or a search. The caller's thread works too.
/// </summary>
public sealed class ModelThreads : IDisposable
{
    private readonly BlockingCollection<Work> _queue = new(1_024);
    private readonly Thread[] _threads;

    /// <param name="name">What the threads are called.</param>
    /// <param name="count">Threads in all, the caller's included; at least 1.</param>
    public ModelThreads(string name, int count)
    {
        _threads = new Thread[count - 1];
        for (var i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new Thread(Serve) { IsBackground = true, Name = $"{name}-{i + 1}" };
            _threads[i].Start();
        }
    }

    /// <summary>No threads but the caller's.</summary>
    public static ModelThreads None { get; } = new("", 1);

    /// <summary>How many where no setting says so: one per core, 256 at most.</summary>
    public static int PerCore => Math.Min(256, Environment.ProcessorCount);

    /// <summary>Calls at a time: the threads in all, the caller's included.</summary>
    public int Count => _threads.Length + 1;

    /// <summary>Calls <paramref name="body"/> for 0 to count − 1; returns when all have ended, with the first fault if there was one.</summary>
    public void Run(int count, Action<int> body, CancellationToken cancellation)
    {
        var work = new Work(count, body, cancellation);
        // A full queue only means that the others are busy; the caller then does it alone.
        for (var i = Math.Min(_threads.Length, count - 1); i > 0 && _queue.TryAdd(work); i--)
        {
        }

        work.Help();
        work.WaitForOthers();
    }

    public void Dispose()
    {
        _queue.CompleteAdding();
        foreach (var thread in _threads)
        {
            thread.Join();
        }

        _queue.Dispose();
    }

    private void Serve()
    {
        foreach (var work in _queue.GetConsumingEnumerable())
        {
            work.Help();
        }
    }

    private sealed class Work(int count, Action<int> body, CancellationToken cancellation)
    {
        // Monitor, not Lock: it can be waited on.
        private readonly object _lock = new();
        private int _next;
        private int _active;
        private ExceptionDispatchInfo? _fault;

        public void Help()
        {
            while (Take() is { } index)
            {
                try
                {
                    cancellation.ThrowIfCancellationRequested();
                    body(index);
                }
#pragma warning disable CA1031 // Any fault is carried to the caller's thread.
                catch (Exception fault)
#pragma warning restore CA1031
                {
                    Fail(fault);
                }
                finally
                {
                    Release();
                }
            }
        }

        public void WaitForOthers()
        {
            lock (_lock)
            {
                while (_active > 0)
                {
                    Monitor.Wait(_lock);
                }
            }

            _fault?.Throw();
        }

        private int? Take()
        {
            lock (_lock)
            {
                if (_next >= count)
                {
                    return null;
                }

                _active++;
                return _next++;
            }
        }

        private void Release()
        {
            lock (_lock)
            {
                if (--_active == 0)
                {
                    Monitor.PulseAll(_lock);
                }
            }
        }

        private void Fail(Exception fault)
        {
            lock (_lock)
            {
                _fault ??= ExceptionDispatchInfo.Capture(fault);
                _next = count;
            }
        }
    }
}
