using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace CustomerSuccess.Bench;

/// <summary>
/// One kept-alive HTTP/1.1 connection that posts and reads the answer, and no more than that: a general client costs as much
/// as the server it measures.
/// </summary>
internal sealed class Wire(Uri server, string path, string? key) : IDisposable
{
    private readonly byte[] buffer = new byte[64 * 1024];
    private readonly string head =
        $"POST {path} HTTP/1.1\r\nHost: {server.Authority}\r\nContent-Type: application/json\r\n{(key is null ? "" : $"x-api-key: {key}\r\n")}Content-Length: ";

    private Socket? socket;

    /// <summary>The answer's status and, where it is asked for, its body. Throws SocketException or IOException when the connection breaks.</summary>
    public async Task<(int Status, string Body)> Post(ReadOnlyMemory<byte> body, bool wantBody = false, CancellationToken ct = default)
    {
        try
        {
            socket ??= await Connect(ct);
            var start = Encoding.ASCII.GetBytes(head + body.Length.ToString(CultureInfo.InvariantCulture) + "\r\n\r\n");
            var request = new byte[start.Length + body.Length];
            start.CopyTo(request, 0);
            body.CopyTo(request.AsMemory(start.Length));
            await socket.SendAsync(request, ct);
            return await Read(socket, wantBody, ct);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        socket?.Dispose();
        socket = null;
    }

    private async Task<Socket> Connect(CancellationToken ct)
    {
        var made = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await made.ConnectAsync(server.Host, server.Port, ct);
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    private async Task<(int Status, string Body)> Read(Socket from, bool wantBody, CancellationToken ct)
    {
        var whole = new MemoryStream();
        var (headEnd, need, chunked) = (-1, -1, false);
        while (true)
        {
            var got = await from.ReceiveAsync(buffer, ct);
            if (got == 0) throw new IOException("The connection was closed before the answer was whole.");
            whole.Write(buffer, 0, got);
            var bytes = whole.GetBuffer().AsMemory(0, (int)whole.Length);
            if (headEnd < 0 && bytes.Span.IndexOf("\r\n\r\n"u8) is var end and >= 0)
            {
                headEnd = end + 4;
                var text = Encoding.ASCII.GetString(bytes.Span[..end]);
                chunked = text.Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase);
                var length = text.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase);
                need = length < 0 ? 0 : int.Parse(text.AsSpan(length + 16, (text + "\r").IndexOf('\r', length) - length - 16), CultureInfo.InvariantCulture);
            }

            if (headEnd < 0) continue;
            if (chunked ? bytes.Span.EndsWith("0\r\n\r\n"u8) : bytes.Length >= headEnd + need)
            {
                var status = (bytes.Span[9] - '0') * 100 + (bytes.Span[10] - '0') * 10 + (bytes.Span[11] - '0');
                return (status, wantBody ? Encoding.UTF8.GetString(bytes.Span[headEnd..]) : "");
            }
        }
    }
}
