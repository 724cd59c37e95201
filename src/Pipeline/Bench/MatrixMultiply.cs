using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Vigil.Embed;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Vigil.Pipeline.Bench;

/// <summary>
/// What one core can multiply: a float matrix multiply of 1024 × 4096 × 1024 in the very runtime that runs the encoder, one
/// thread. The graph of one node is written here, so no file is needed.
/// </summary>
internal sealed class MatrixMultiply : IDisposable
{
    private const int Rows = 1024;
    private const int Inner = 4096;
    private const int Columns = 1024;
    private const double FloatingPointOperations = 2.0 * Rows * Inner * Columns;
    private const int FloatType = 1;

    private readonly InferenceSession _session;
    private readonly OrtValue _left;
    private readonly OrtValue _right;
    private readonly RunOptions _options;

    public MatrixMultiply()
    {
        RuntimeTelemetry.Disable();
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        _session = new InferenceSession(Graph(), options);
        _left = Filled(Rows, Inner);
        _right = Filled(Inner, Columns);
        _options = new();
    }

    /// <summary>
    /// The best of as many multiplies as fit into <paramref name="span"/>, in GFLOP per CPU-second, so that neighbours on the
    /// same core count for as little as in items per CPU-second.
    /// </summary>
    public double BestRate(TimeSpan span, TimeProvider time)
    {
        var start = time.GetTimestamp();
        var best = 0.0;
        while (time.GetElapsedTime(start) < span)
        {
            var before = Environment.CpuUsage.TotalTime;
            using var outputs = _session.Run(_options, ["a", "b"], [_left, _right], ["c"]);
            best = Math.Max(best, FloatingPointOperations / (Environment.CpuUsage.TotalTime - before).TotalSeconds / 1e9);
        }

        return best;
    }

    public void Dispose()
    {
        _session.Dispose();
        _left.Dispose();
        _right.Dispose();
        _options.Dispose();
    }

    private static OrtValue Filled(int rows, int columns)
    {
        var values = new float[rows * columns];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (i % 251) * 0.001f;
        }

        return OrtValue.CreateTensorValueFromMemory(values, [rows, columns]);
    }

    // onnx.proto: ModelProto { ir_version = 1, graph = 7, opset_import = 8 }.
    private static byte[] Graph() => Message(model =>
    {
        Number(model, 1, 8);
        Nested(model, 7, graph =>
        {
            Nested(graph, 1, node =>
            {
                Text(node, 1, "a");
                Text(node, 1, "b");
                Text(node, 2, "c");
                Text(node, 4, "MatMul");
            });
            Text(graph, 2, "multiply");
            Nested(graph, 11, input => Tensor(input, "a", Rows, Inner));
            Nested(graph, 11, input => Tensor(input, "b", Inner, Columns));
            Nested(graph, 12, output => Tensor(output, "c", Rows, Columns));
        });
        Nested(model, 8, opset => Number(opset, 2, 13));
    });

    // ValueInfoProto { name = 1, type = 2 { tensor_type = 1 { elem_type = 1, shape = 2 { dim = 1 { dim_value = 1 } } } } }.
    private static void Tensor(CodedOutputStream value, string name, params int[] shape)
    {
        Text(value, 1, name);
        Nested(value, 2, type => Nested(type, 1, tensor =>
        {
            Number(tensor, 1, FloatType);
            Nested(tensor, 2, dimensions => Array.ForEach(shape, size => Nested(dimensions, 1, dimension => Number(dimension, 1, size))));
        }));
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var buffer = new MemoryStream();
        using (var output = new CodedOutputStream(buffer, leaveOpen: true))
        {
            write(output);
        }

        return buffer.ToArray();
    }

    private static void Nested(CodedOutputStream output, int field, Action<CodedOutputStream> write)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(Message(write)));
    }

    private static void Text(CodedOutputStream output, int field, string text)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteString(text);
    }

    private static void Number(CodedOutputStream output, int field, long number)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt64(number);
    }
}
