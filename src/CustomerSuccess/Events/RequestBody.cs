namespace CustomerSuccess.Events;

/// <summary>Reads a request's body whole, up to a limit.</summary>
public static class RequestBody
{
    /// <summary>The most one call to a door for events may carry.</summary>
    public const int MostBytes = 4 * 1024 * 1024;

    /// <summary>
    /// The route's limit. What lies between the two is read and thrown away: a connection that is closed while its sender
    /// still sends shows the sender a broken pipe in place of the 413.
    /// </summary>
    public const int MostRead = 8 * MostBytes;

    public static async Task<ReadOnlyMemory<byte>> Read(HttpRequest request, CancellationToken ct)
    {
        using var body = new MemoryStream(request.ContentLength is { } length and > 0 and <= MostBytes ? (int)length : 1024);
        var part = System.Buffers.ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            long read = 0;
            for (int got; (got = await request.Body.ReadAsync(part, ct)) > 0; read += got)
            {
                if (read + got <= MostBytes) body.Write(part, 0, got);
            }

            if (read > MostBytes) throw new BadHttpRequestException($"The body is {read} bytes; at most {MostBytes} are allowed in one call.", StatusCodes.Status413PayloadTooLarge);
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(part);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }
}
