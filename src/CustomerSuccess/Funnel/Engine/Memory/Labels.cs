using System.Collections.Concurrent;

namespace CustomerSuccess.Funnel.Engine.Memory;

/// <summary>
/// What the tags of events stand for. The server sends a hash of the label (the type of the event, or what a question made of it);
/// the first time one is seen its text is asked for. Tag 0 is a bot's event, the last one whatever does not fit.
/// </summary>
internal sealed class Labels
{
    public const int Bot = 0, Other = Walk.Packed.Tags - 1;

    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<long, int> tags = new();
    private readonly List<string> texts = ["(bot)"];

    public Labels() => tags[0] = Bot;

    /// <summary>Texts by tag.</summary>
    public IReadOnlyList<string> Texts
    {
        get
        {
            lock (gate) return [.. texts];
        }
    }

    public bool Knows(long hash) => tags.ContainsKey(hash);

    public int Tag(long hash) => tags[hash];

    public void Learn(long hash, string text)
    {
        lock (gate)
        {
            if (tags.ContainsKey(hash)) return;
            if (texts.Count < Other)
            {
                tags[hash] = texts.Count;
                texts.Add(text);
            }
            else
            {
                tags[hash] = Other;
            }
        }
    }
}
