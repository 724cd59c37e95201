using System.Buffers;
using Microsoft.ML.OnnxRuntime;

namespace Vigil.Embed;

/// <summary>One ONNX Runtime session, shared by all threads: each call runs on its caller's thread alone. Disposing waits for the calls under way.</summary>
internal sealed class OnnxSession : IDisposable
{
    private const string CudaProvider = "CUDAExecutionProvider";
    private static readonly string[] Inputs = ["input_ids", "attention_mask"];
    private static readonly string[] Outputs = ["sentence_embedding"];

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    // One for being open and one for each call under way: the runtime frees a session under its callers, which ends the process.
    private readonly CountdownEvent _uses = new(1);
    private readonly int _padding;
    private bool _isDisposed;

    private OnnxSession(InferenceSession session, int padding, int dimension)
    {
        _session = session;
        _padding = padding;
        Dimension = dimension;
    }

    public int Dimension { get; }

    /// <exception cref="EncoderException">The provider that was asked for is absent, or the graph is not the manifest's.</exception>
    public static OnnxSession Open(EncoderManifest manifest, EmbedOptions options)
    {
        RuntimeTelemetry.Disable();
        var path = Path.Combine(manifest.Folder, manifest.ModelFile);
        InferenceSession? session = null;
        try
        {
            using var settings = Settings(options);
            session = new InferenceSession(path, settings);
            RequireGraph(session, manifest);
            return new OnnxSession(session, manifest.Tokenizer.Padding, manifest.Dimension);
        }
        catch (Exception fault) when (fault is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException or TypeInitializationException)
        {
            session?.Dispose();
            throw new EncoderException(
                options.Provider == InferenceProvider.Cuda
                    ? $"CUDA was asked for and cannot be used on device {options.Device}: {fault.Message}"
                    : $"ONNX Runtime cannot load '{path}': {fault.Message}",
                fault);
        }
        catch (EncoderException)
        {
            session?.Dispose();
            throw;
        }
    }

    /// <summary>Runs one micro-batch and writes each row's vector to that row of <paramref name="destination"/>.</summary>
    /// <exception cref="EncoderException">The runtime failed, such as a GPU that is lost or out of memory.</exception>
    /// <exception cref="ObjectDisposedException">The process is ending.</exception>
    public void Run(in MicroBatch batch, IReadOnlyList<TokenWindow> windows, Memory<float> destination)
    {
        var size = batch.PaddedTokens;
        var count = batch.Rows.Length;
        var ids = ArrayPool<long>.Shared.Rent(size);
        var mask = ArrayPool<long>.Shared.Rent(size);
        var output = ArrayPool<float>.Shared.Rent(count * Dimension);
        ObjectDisposedException.ThrowIf(!_uses.TryAddCount(), this);
        try
        {
            Fill(batch, windows, ids, mask);
            long[] shape = [count, batch.Width];
            using (var idValue = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, ids.AsMemory(0, size), shape))
            using (var maskValue = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, mask.AsMemory(0, size), shape))
            using (var outputValue = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, output.AsMemory(0, count * Dimension), [count, Dimension]))
            {
                _session.Run(_run, Inputs, [idValue, maskValue], Outputs, [outputValue]);
            }

            Scatter(batch.Rows.Span, output, destination.Span);
        }
        catch (OnnxRuntimeException fault)
        {
            throw new EncoderException($"ONNX Runtime failed on {count} rows of at most {batch.Width} tokens: {fault.Message}", fault);
        }
        finally
        {
            ArrayPool<long>.Shared.Return(ids);
            ArrayPool<long>.Shared.Return(mask);
            ArrayPool<float>.Shared.Return(output);
            _uses.Signal();
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
        {
            return;
        }

        _uses.Signal();
        _uses.Wait();
        _uses.Dispose();
        _run.Dispose();
        _session.Dispose();
    }

    private static SessionOptions Settings(EmbedOptions options)
    {
        var settings = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            // Faults come as exceptions; the runtime's own lines on standard error would only repeat them.
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        settings.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        if (options.Provider == InferenceProvider.Cuda)
        {
            if (!OrtEnv.Instance().GetAvailableProviders().Contains(CudaProvider))
            {
                settings.Dispose();
                throw new EncoderException("CUDA was asked for, and this build runs on the CPU only: build it with -p:Accelerator=cuda, or set Vigil:Embed:Provider to Cpu");
            }

            settings.AppendExecutionProvider_CUDA(options.Device);
        }

        return settings;
    }

    private static void RequireGraph(InferenceSession session, EncoderManifest manifest)
    {
        var output = session.OutputMetadata.GetValueOrDefault(Outputs[0]);
        if (!Inputs.All(session.InputMetadata.ContainsKey) || output is null || output.Dimensions[^1] != manifest.Dimension)
        {
            throw new EncoderException($"the graph of '{manifest.Name}' does not map {string.Join(", ", Inputs)} to {Outputs[0]} of {manifest.Dimension} numbers");
        }
    }

    private void Fill(in MicroBatch batch, IReadOnlyList<TokenWindow> windows, long[] ids, long[] mask)
    {
        var rows = batch.Rows.Span;
        for (var i = 0; i < rows.Length; i++)
        {
            var tokens = windows[rows[i]].Ids.Span;
            var start = i * batch.Width;
            for (var t = 0; t < tokens.Length; t++)
            {
                ids[start + t] = tokens[t];
            }

            ids.AsSpan(start + tokens.Length, batch.Width - tokens.Length).Fill(_padding);
            mask.AsSpan(start, tokens.Length).Fill(1);
            mask.AsSpan(start + tokens.Length, batch.Width - tokens.Length).Clear();
        }
    }

    private void Scatter(ReadOnlySpan<int> rows, float[] output, Span<float> destination)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            output.AsSpan(i * Dimension, Dimension).CopyTo(destination.Slice(rows[i] * Dimension, Dimension));
        }
    }
}
