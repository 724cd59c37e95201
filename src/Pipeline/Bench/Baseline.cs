using Vigil.Contracts;
using Vigil.Embed;
using Vigil.Rank;
using Vigil.Recall;

namespace Vigil.Pipeline.Bench;

/// <summary>
/// The same encoder and the same exact search with nothing around them: same texts, same batches as a worker seals, same
/// sorting and threads. What a pipeline costs beyond this is its own.
/// </summary>
internal sealed class Baseline(IEncoder encoder, Bank bank, ModelThreads searching, IReadOnlyList<string> policies, int batch)
{
    public string EncoderHash => encoder.Hash;

    public void Run(IReadOnlyList<string> texts, CancellationToken cancellation)
    {
        for (var from = 0; from < texts.Count; from += batch)
        {
            var windows = texts.Skip(from).Take(batch).SelectMany(encoder.Tokenize).ToList();
            using var vectors = encoder.Encode(windows, cancellation);
            using var snapshot = bank.Acquire();
            using var neighbours = Recaller.Search(vectors, snapshot, policies, ItemRanker.Neighbours, threads: searching);
        }
    }
}
