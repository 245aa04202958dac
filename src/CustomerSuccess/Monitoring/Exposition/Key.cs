namespace CustomerSuccess.Monitoring.Exposition;

/// <summary>
/// The values of a measurement's labels as they were handed in, at most four: nothing is copied or written to find a series. Texts
/// are compared by what they say; the hash looks at a few of their letters, there are hundreds of series and not millions.
/// </summary>
internal readonly struct Key(object? first, object? second, object? third, object? fourth) : IEquatable<Key>
{
    public const int Most = 4;

    public object? this[int place] => place switch { 0 => first, 1 => second, 2 => third, _ => fourth };

    /// <summary>The values that these tags give the labels, in the order of the labels.</summary>
    public static Key Of(string[] labels, ReadOnlySpan<KeyValuePair<string, object?>> tags) => labels.Length switch
    {
        0 => default,
        1 => new(Value(labels[0], tags), null, null, null),
        2 => new(Value(labels[0], tags), Value(labels[1], tags), null, null),
        3 => new(Value(labels[0], tags), Value(labels[1], tags), Value(labels[2], tags), null),
        _ => new(Value(labels[0], tags), Value(labels[1], tags), Value(labels[2], tags), Value(labels[3], tags)),
    };

    public static object? Value(string label, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (ref readonly var tag in tags)
        {
            if ((object)tag.Key == label || tag.Key == label) return tag.Value;
        }

        return null;
    }

    public bool Equals(Key other) => Same(this[0], other[0]) && Same(this[1], other[1]) && Same(this[2], other[2]) && Same(this[3], other[3]);

    public override bool Equals(object? obj) => obj is Key other && Equals(other);

    public override int GetHashCode() => (((Hash(first) * 31) + Hash(second)) * 31 + Hash(third)) * 31 + Hash(fourth);

    private static bool Same(object? one, object? other) => ReferenceEquals(one, other) || one is not null && one.Equals(other);

    private static int Hash(object? value) => value switch
    {
        null => 0,
        string { Length: 0 } => 1,
        string text => (((text.Length * 31) + text[^1]) * 31 + text[text.Length / 2]) * 31 + text[text.Length * 3 / 4],
        _ => value.GetHashCode(),
    };
}
