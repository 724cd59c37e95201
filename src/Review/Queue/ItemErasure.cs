using Vigil.Review.Redis;

namespace Vigil.Review;

/// <summary>What an erasure found in Redis.</summary>
/// <param name="Snippets">Ranked records with text in them, removed.</param>
public sealed record ErasedItem(bool Known, int Snippets, bool WasLeased);

/// <summary>
/// Takes what is private of an item out of Redis at once. It does not withdraw the item: a deletion on <c>content</c> must go
/// before it, or the next rebuild brings the item back from the log.
/// </summary>
public sealed class ItemErasure
{
    private readonly RedisScripts _scripts;

    internal ItemErasure(RedisScripts scripts) => _scripts = scripts;

    public async Task<ErasedItem> RunAsync(string id)
    {
        var answer = await _scripts.RunAsync("erase", id);
        return new((int)answer[0] == 1, (int)answer[1], (int)answer[2] == 1);
    }
}
