using Npgsql;

namespace CustomerSuccess.Platform;

/// <summary>Something a customer reached that is celebrated before their eyes. FoundAt: when it came to be known here; whoever asks again asks from the last one on.</summary>
public sealed record Celebration(string Id, string Title, string Words, int Points, string Badge, DateTime ReachedAt, DateTime FoundAt);

/// <summary>What a customer reached and came to be known after an instant, oldest first, at most 20. For rooms that show it and do not know who keeps it.</summary>
public sealed record Celebrations(Func<NpgsqlConnection, string, DateTime, CancellationToken, Task<IReadOnlyList<Celebration>>> Since);
