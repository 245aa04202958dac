using System.Net;
using System.Net.Sockets;
using CustomerSuccess.Platform;
using CustomerSuccess.Platform.Http.Outgoing;
using Microsoft.Extensions.Configuration;

namespace CustomerSuccess.Tests.Platform.Outgoing;

/// <summary>Nobody makes us call what is not public: a canary inside counts who comes.</summary>
public sealed class OutgoingTests : IAsyncLifetime
{
    private readonly CancellationTokenSource end = new();
    private TcpListener canary = null!;
    private int reached;

    private int Port => ((IPEndPoint)canary.LocalEndpoint).Port;

    public ValueTask InitializeAsync()
    {
        canary = TcpListener.Create(0);
        canary.Start();
        _ = Count();
        return ValueTask.CompletedTask;

        // Answers with a redirect to itself, so that whoever follows one is counted twice.
        async Task Count()
        {
            while (!end.IsCancellationRequested)
            {
                using var socket = await canary.AcceptSocketAsync(end.Token);
                Interlocked.Increment(ref reached);
                await socket.ReceiveAsync(new byte[4096], end.Token);
                await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:{Port}/inside\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), end.Token);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        canary.Stop();
        canary.Dispose();
        end.Dispose();
    }

    public static TheoryData<string> Inside =>
    [
        .. """
            http://127.0.0.1:P/ http://127.1:P/ http://127.0.1:P/ http://2130706433:P/ http://0x7f000001:P/ http://0x7f.0.0.1:P/ http://0177.0.0.1:P/ http://017700000001:P/
            http://127.255.255.254:P/ http://0.0.0.0:P/ http://0:P/ http://localhost:P/ http://LOCALHOST:P/ http://localhost.:P/ http://user:pass@127.0.0.1:P/ http://example.com@127.0.0.1:P/
            http://127.0.0.1.:P/ http://①②⑦.⓪.⓪.①:P/ http://[::1]:P/ http://[::]:P/ http://[0:0:0:0:0:0:0:1]:P/ http://[::ffff:127.0.0.1]:P/ http://[::ffff:7f00:1]:P/ http://[::127.0.0.1]:P/
            http://[64:ff9b::7f00:1]:P/ http://[64:ff9b::10.0.0.1]:P/ http://[64:ff9b:1::7f00:1]:P/ http://[2002:7f00:1::]:P/ http://[2002:a00:1::1]:P/ http://[2001::1]:P/ http://[2001:0:7f00:1::]:P/
            http://[fe80::1]:P/ http://[fe80::1%25lo]:P/ http://[fc00::1]:P/ http://[fd00:ec2::254]/ http://[fec0::1]:P/ http://[ff02::1]:P/ http://[2001:db8::1]:P/ http://[100::1]:P/ http://[::ffff:169.254.169.254]/
            http://[2606:4700::5efe:7f00:1]:P/ http://[3fff::1]:P/ http://10.0.0.1:P/ http://10.255.255.255:P/ http://172.16.0.1:P/ http://172.31.255.255:P/ http://192.168.0.1:P/ http://192.168.255.255:P/
            http://169.254.169.254/latest/meta-data/ http://169.254.1.1:P/ http://100.64.0.1:P/ http://100.100.100.200/ http://100.127.255.255:P/ http://192.0.0.192/ http://192.0.2.1:P/ http://198.18.0.1:P/
            http://198.51.100.1:P/ http://203.0.113.1:P/ http://224.0.0.1:P/ http://239.255.255.250:P/ http://240.0.0.1:P/ http://255.255.255.255:P/ http://168.63.129.16/ http://0251.0376.0251.0376/ https://127.0.0.1:P/
            """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries),
    ];

    [Fact]
    public void There_are_more_than_sixty_of_them() => Inside.Count.ShouldBeGreaterThanOrEqualTo(60);

    [Theory]
    [MemberData(nameof(Inside))]
    public async Task What_is_inside_is_not_called(string url)
    {
        using var http = new OutgoingHttp(new([]));
        await Should.ThrowAsync<Exception>(() => Call(http, url));
        reached.ShouldBe(0, url);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://example.com/")]
    [InlineData("gopher://127.0.0.1:70/")]
    public async Task Nothing_but_http_is_spoken(string url)
    {
        using var http = new OutgoingHttp(new([]));
        await Should.ThrowAsync<NotSupportedException>(() => Call(http, url));
    }

    [Fact]
    public async Task A_name_that_leads_inside_is_refused_also_where_it_leads_elsewhere_too()
    {
        foreach (var answer in new IPAddress[][] { [IPAddress.Loopback], [IPAddress.Parse("8.8.8.8"), IPAddress.Loopback], [IPAddress.Parse("::ffff:10.1.2.3")], [] })
        {
            using var http = new OutgoingHttp(new([]), (_, _) => Task.FromResult(answer));
            var error = await Should.ThrowAsync<HttpRequestException>(() => Call(http, "http://innocent.example:P/"));
            error.InnerException.ShouldBeOfType<AddressRefused>().Message.ShouldContain("innocent.example");
        }

        reached.ShouldBe(0);
    }

    [Fact]
    public async Task The_address_that_was_judged_is_the_one_that_is_dialled()
    {
        // A name that changes its mind: what is asked once cannot be rebound.
        var asked = 0;
        using var http = new OutgoingHttp(new([IPNetwork.Parse("127.0.0.1/32")]), (_, _) => Task.FromResult<IPAddress[]>([++asked == 1 ? IPAddress.Loopback : IPAddress.Parse("127.0.0.3")]));
        (await Get(http, "http://rebinding.example:P/")).StatusCode.ShouldBe(HttpStatusCode.Found);
        (asked, reached).ShouldBe((1, 1));
        await Should.ThrowAsync<HttpRequestException>(() => Call(http, "http://rebinding.example:P/"));
        reached.ShouldBe(1);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_an_allowed_network_is_no_more_than_that()
    {
        using var http = new OutgoingHttp(new([IPNetwork.Parse("127.0.0.1/32")]));
        var answer = await Get(http, "http://127.0.0.1:P/");
        answer.StatusCode.ShouldBe(HttpStatusCode.Found);
        reached.ShouldBe(1);
        await Should.ThrowAsync<HttpRequestException>(() => Call(http, answer.Headers.Location!.ToString()));
        reached.ShouldBe(1);
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("140.82.121.6", true)]
    [InlineData("172.15.0.1", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("2606:50c0:8000::64", true)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("64:ff9b::8.8.8.8", true)]
    [InlineData("64:ff9b::192.168.1.1", false)]
    public void The_public_internet_is_called(string address, bool may) => PublicAddress.Is(IPAddress.Parse(address)).ShouldBe(may);

    [Theory]
    [InlineData("all", "10.1.2.3", true)]
    [InlineData("all", "::1", true)]
    [InlineData("all", "169.254.169.254", false)]
    [InlineData("all", "fe80::1", false)]
    [InlineData("10.0.0.0/8, 192.168.7.20", "192.168.7.20", true)]
    [InlineData("10.0.0.0/8, 192.168.7.20", "192.168.7.21", false)]
    [InlineData("10.0.0.0/8", "::ffff:10.9.9.9", true)]
    [InlineData("", "10.9.9.9", false)]
    public void Private_addresses_are_the_operators_to_allow(string setting, string address, bool may) =>
        OutgoingSettings.Read(Configured(setting)).May(IPAddress.Parse(address)).ShouldBe(may);

    [Fact]
    public void A_setting_that_names_no_network_is_refused_at_start() =>
        Should.Throw<Trouble>(() => OutgoingSettings.Read(Configured("intranet"))).Text.ShouldContain("CS_ALLOW_PRIVATE_ADDRESSES");

    private static IConfiguration Configured(string value) => new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("CS_ALLOW_PRIVATE_ADDRESSES", (string?)value)]).Build();

    private async Task Call(OutgoingHttp http, string url) => (await Get(http, url)).Dispose();

    private async Task<HttpResponseMessage> Get(OutgoingHttp http, string url)
    {
        using var limit = new CancellationTokenSource(Wait.Longest);
        return await http.Client.GetAsync(new Uri(url.Replace(":P/", $":{Port}/", StringComparison.Ordinal)), limit.Token);
    }
}
