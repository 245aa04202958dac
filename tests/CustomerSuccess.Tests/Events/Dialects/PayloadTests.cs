using System.IO.Compression;
using System.Text;
using CustomerSuccess.Events.Dialects;
using Microsoft.AspNetCore.Http;

namespace CustomerSuccess.Tests.Events.Dialects;

/// <summary>A body is what it looks like, whatever its headers say.</summary>
public sealed class PayloadTests
{
    private const string Json = """{"event":"x+y/z","text":"äöü 購入 \"quoted\" & = %20"}""";

    public static TheoryData<string, byte[], string?> Packed => new()
    {
        { "plain", Utf8(Json), null },
        { "plain, said to be packed", Utf8(Json), "gzip" },
        { "white space before", Utf8("\r\n\t " + Json), null },
        { "a byte order mark", [0xEF, 0xBB, 0xBF, .. Utf8(Json)], null },
        { "gzip", Gzip(Utf8(Json)), "gzip" },
        { "gzip that is not said to be", Gzip(Utf8(Json)), null },
        { "gzip twice", Gzip(Gzip(Utf8(Json))), "gzip" },
        { "zlib", Zlib(Utf8(Json)), "deflate" },
        { "zlib that is not said to be", Zlib(Utf8(Json)), null },
        { "deflate", Deflate(Utf8(Json)), "deflate" },
        { "brotli", Brotli(Utf8(Json)), "br" },
        { "base64", Utf8(Convert.ToBase64String(Utf8(Json))), null },
        { "base64 of addresses, unpadded", Utf8(Convert.ToBase64String(Utf8(Json)).TrimEnd('=').Replace('+', '-').Replace('/', '_')), null },
        { "a form of base64", Form(Convert.ToBase64String(Utf8(Json))), null },
        { "a form of base64, plus signs as they are", Utf8("data=" + Convert.ToBase64String(Utf8(Json))), null },
        { "a form of JSON", Form(Json), null },
        { "a form of base64 of gzip", Form(Convert.ToBase64String(Gzip(Utf8(Json)))), null },
        { "a form with more in it", [.. Utf8("ip=1&ver=1.2&"), .. Form(Convert.ToBase64String(Utf8(Json))), .. Utf8("&compression=base64")], null },
    };

    [Theory]
    [MemberData(nameof(Packed))]
    public void The_same_comes_out(string what, byte[] body, string? encoding)
    {
        using var read = Payload.Read(body, encoding);
        read.RootElement.GetRawText().ShouldBe(Json, what);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("hello")]
    [InlineData("data=")]
    [InlineData("data=%%%")]
    [InlineData("a=b&c=d")]
    [InlineData("{\"a\":")]
    [InlineData("AAAA")]
    [InlineData("<xml/>")]
    public void What_is_no_JSON_is_the_senders_mistake(string body) => Should.Throw<BadHttpRequestException>(() => Payload.Read(Utf8(body))).StatusCode.ShouldBe(400);

    [Fact]
    public void Broken_compression_is_the_senders_mistake()
    {
        var whole = Gzip(Utf8(Json));
        foreach (var body in (byte[][])[whole[..(whole.Length / 2)], [0x1f, 0x8b], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0], [0x78, 0x9c, 1, 2, 3], [.. whole[..12], 0xff, 0xff, .. whole[14..]]])
            Should.Throw<BadHttpRequestException>(() => Payload.Read(body, "gzip")).StatusCode.ShouldBe(400);
    }

    [Fact]
    public void What_unpacks_to_too_much_is_refused_before_it_is_unpacked()
    {
        var bomb = Gzip(new byte[64 * 1024 * 1024]);
        bomb.Length.ShouldBeLessThan(100_000);
        foreach (var body in (byte[][])[bomb, Gzip(bomb), Zlib(new byte[17 * 1024 * 1024]), Form(Convert.ToBase64String(bomb))])
            Should.Throw<BadHttpRequestException>(() => Payload.Read(body)).StatusCode.ShouldBe(413);
    }

    [Fact]
    public void What_unpacks_to_just_as_much_as_is_allowed_is_read()
    {
        var json = Utf8("{\"a\":\"" + new string('x', Payload.MostBytes - 8) + "\"}");
        using var read = Payload.Read(Gzip(json));
        read.RootElement.GetProperty("a").GetString()!.Length.ShouldBe(Payload.MostBytes - 8);
    }

    internal static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    internal static byte[] Form(string data) => Utf8("data=" + Uri.EscapeDataString(data));

    internal static byte[] Gzip(byte[] bytes) => Pack(bytes, to => new GZipStream(to, CompressionLevel.Optimal, leaveOpen: true));

    private static byte[] Zlib(byte[] bytes) => Pack(bytes, to => new ZLibStream(to, CompressionLevel.Optimal, leaveOpen: true));

    private static byte[] Deflate(byte[] bytes) => Pack(bytes, to => new DeflateStream(to, CompressionLevel.Optimal, leaveOpen: true));

    private static byte[] Brotli(byte[] bytes) => Pack(bytes, to => new BrotliStream(to, CompressionLevel.Fastest, leaveOpen: true));

    private static byte[] Pack(byte[] bytes, Func<Stream, Stream> open)
    {
        using var result = new MemoryStream();
        using (var pack = open(result)) pack.Write(bytes);
        return result.ToArray();
    }
}
