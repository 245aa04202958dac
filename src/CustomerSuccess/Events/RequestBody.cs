namespace CustomerSuccess.Events;

/// <summary>Reads a request's body whole; Kestrel's limit for the route answers 413 before it grows too large.</summary>
public static class RequestBody
{
    /// <summary>The most one call to a door for events may carry.</summary>
    public const int MostBytes = 4 * 1024 * 1024;

    public static async Task<ReadOnlyMemory<byte>> Read(HttpRequest request, CancellationToken ct)
    {
        using var body = new MemoryStream(request.ContentLength is { } length and > 0 and <= MostBytes ? (int)length : 1024);
        await request.Body.CopyToAsync(body, ct);
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }
}
