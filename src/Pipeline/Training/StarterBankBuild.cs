using System.Security.Cryptography;
using System.Text;
using Vigil.Contracts;
using Vigil.Recall;

namespace Vigil.Pipeline.Training;

/// <summary>Train rows of permissive sources → the starter bank. Holds vectors, hashes and row ids, no text.</summary>
internal static class StarterBankBuild
{
    /// <summary>With a quarter of a kilobyte for names and hashes beside 516 bytes of vector, 18,000 entries stay under 15 MB.</summary>
    public const int Exemplars = 18_000;

    public static StarterBank Build(Corpus corpus, EmbeddedCorpus embedded, string embedder)
    {
        var candidates = new List<ExemplarCandidate>();
        var texts = new HashSet<string>(StringComparer.Ordinal);
        for (var row = 0; row < corpus.Train.Count; row++)
        {
            if (embedded.Windows(row) == 1 && SideOf(corpus.Train[row], corpus) is { } side && texts.Add(corpus.Train[row].Text))
            {
                var train = corpus.Train[row];
                candidates.Add(new(row, train.Id, train.Source, side, side == Side.Violation ? train.Labels : train.Scope, train.Lang));
            }
        }

        var chosen = new ExemplarChoice(embedded.Vector).Choose(candidates, Exemplars);
        var entries = chosen.Select(candidate => Entry(candidate, corpus, embedded)).ToArray();
        var attribution = entries.GroupBy(entry => entry.Source).Select(group => SourceCredits.Of(group.Key, group.Count())).ToArray();
        return StarterBank.Create(embedder, embedded.Dimension, entries, attribution);
    }

    /// <summary>
    /// A row that violates, or one that was looked at for the policies in its scope and violates none. Background, rows of which only
    /// some harm is known, and rows without scope are on neither side.
    /// </summary>
    private static Side? SideOf(in CorpusRow row, Corpus corpus)
    {
        if (TrainingSources.Background.Contains(corpus.Sources[row.Source]))
        {
            return null;
        }

        return row.Labels != 0 ? Side.Violation : row.Scope != 0 && row.Harm != 1 ? Side.Benign : null;
    }

    private static StarterEntry Entry(in ExemplarCandidate candidate, Corpus corpus, EmbeddedCorpus embedded)
    {
        var text = Encoding.UTF8.GetBytes(corpus.Train[candidate.Row].Text);
        return new(
            candidate.Id,
            candidate.Side,
            [.. PoliciesOf(candidate.Policies, corpus.Policies)],
            0,
            Convert.ToHexStringLower(SHA256.HashData(text)),
#pragma warning disable CA5351 // MD5 is what hash lists are exchanged in; it decides nothing alone.
            Convert.ToHexStringLower(MD5.HashData(text)),
#pragma warning restore CA5351
            corpus.Sources[candidate.Source],
            candidate.Id,
            [QuantisedVector.Of(embedded.Vector(candidate.Row).Span)]);
    }

    private static IEnumerable<string> PoliciesOf(byte bits, IReadOnlyList<string> policies) =>
        policies.Where((_, i) => (bits & (1 << i)) != 0).Order(StringComparer.Ordinal);
}
