using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace CustomerSuccess.Funnel.Engine.Memory;

/// <summary>
/// What the tags of events stand for: the type of the event, or what a question made of it. Known by a hash, the text is kept of as many as have a
/// tag of their own. Tag 0 is a bot's event, the last one whatever does not fit.
/// </summary>
internal sealed class Labels
{
    public const int Bot = 0, Other = Walk.Packed.Tags - 1;

    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<ulong, int> tags = new();
    private readonly List<string> texts = ["(bot)"];

    // Where hashes begin in this process.
    private static readonly ulong Seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1;

    public Labels()
    {
    }

    /// <summary>These, in the order of their tags.</summary>
    public Labels(string[] known)
    {
        foreach (var text in known.Skip(1).Select(Encoding.UTF8.GetBytes)) Tag(Hash(text), text);
    }

    /// <summary>Texts by tag.</summary>
    public IReadOnlyList<string> Texts
    {
        get
        {
            lock (gate) return [.. texts];
        }
    }

    /// <summary>The tag of a label; a new one when it is seen for the first time.</summary>
    public int Tag(ulong hash, ReadOnlySpan<byte> text)
    {
        if (tags.TryGetValue(hash, out var known)) return known;
        lock (gate)
        {
            if (tags.TryGetValue(hash, out known)) return known;
            var tag = Math.Min(texts.Count, Other);
            if (tag < Other) texts.Add(Encoding.UTF8.GetString(text));
            return tags[hash] = tag;
        }
    }

    /// <summary>Eight bytes a step (multiply and fold); started differently in every process, so that nobody can make two labels meet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Hash(ReadOnlySpan<byte> label)
    {
        var hash = Seed ^ (ulong)label.Length;
        for (; label.Length >= 8; label = label[8..]) hash = Mix(hash ^ MemoryMarshal.Read<ulong>(label));
        ulong rest = 0;
        foreach (var letter in label) rest = rest << 8 | letter;
        return Mix(hash ^ rest) | 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong value)
    {
        var high = Math.BigMul(value, 0x9E3779B97F4A7C15 ^ Seed, out var low);
        return high ^ low;
    }
}
