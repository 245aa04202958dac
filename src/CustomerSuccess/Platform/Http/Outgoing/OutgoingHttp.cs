using System.Net;
using System.Net.Sockets;

namespace CustomerSuccess.Platform.Http.Outgoing;

/// <summary>An address nobody outside should make us call.</summary>
public sealed class AddressRefused(string host) : IOException(
    $"{host} is not on the public internet. An operator allows private addresses with CS_ALLOW_PRIVATE_ADDRESSES.");

/// <summary>
/// The one way out. A name is resolved here, every address it has is judged, and exactly one of those is dialled: what the name
/// says a moment later does not matter. Redirects are not followed, no proxy and no cookies are used.
/// </summary>
public sealed class OutgoingHttp : IDisposable
{
    private const int MostBytes = 32 * 1024 * 1024;

    private readonly OutgoingSettings settings;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> resolve;

    public OutgoingHttp(OutgoingSettings settings, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        this.settings = settings;
        this.resolve = resolve ?? Dns.GetHostAddressesAsync;
        Client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = Connect,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxResponseHeadersLength = 64,
        })
        {
            Timeout = TimeSpan.FromSeconds(30),
            MaxResponseContentBufferSize = MostBytes,
        };
        Client.DefaultRequestHeaders.UserAgent.ParseAdd("CustomerSuccess/1");
    }

    public HttpClient Client { get; }

    public void Dispose() => Client.Dispose();

    private ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken ct) => Dial(context.DnsEndPoint.Host, context.DnsEndPoint.Port, ct);

    /// <summary>A line to that host by the same rules, for what is not HTTP (mail).</summary>
    public async ValueTask<Stream> Dial(string host, int port, CancellationToken ct)
    {
        var addresses = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await resolve(host, ct);
        // One bad address among good ones is what an attack looks like.
        if (addresses.Length == 0 || !addresses.All(settings.May)) throw new AddressRefused(host);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
