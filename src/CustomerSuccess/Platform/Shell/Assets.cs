using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace CustomerSuccess.Platform.Shell;

/// <summary>Styles, script and fonts, embedded by the build and served under an address that changes with their content.</summary>
public static class Assets
{
    private const string Prefix = "assets/";

    private static readonly FrozenDictionary<string, Asset> All = typeof(Assets).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .Select(Asset.Read)
        .ToFrozenDictionary(asset => asset.Name, StringComparer.Ordinal);

    /// <summary>The address of one asset, <c>/assets/app.css?v=…</c>; a name that was not built is a programmer's error.</summary>
    public static string Url(string name) => All[name].Url;

    /// <summary>Styles, script and fonts of the pages. The address with the current hash may be kept for ever, any other is asked for again.</summary>
    public static Results<FileContentHttpResult, NotFound> Handle(string name, string? v, HttpRequest request, HttpResponse response)
    {
        if (!All.TryGetValue(name, out var asset)) return TypedResults.NotFound();
        response.Headers.CacheControl = v == asset.Hash ? "public, max-age=31536000, immutable" : "no-cache";
        return Send(asset, request, response);
    }

    /// <summary>An asset under an address of its own that never changes; the caller says how long it may be kept.</summary>
    public static FileContentHttpResult Send(string name, HttpRequest request, HttpResponse response) => Send(All[name], request, response);

    private static FileContentHttpResult Send(Asset asset, HttpRequest request, HttpResponse response)
    {
        var body = asset.Bytes;
        if (asset.Brotli is { } brotli)
        {
            response.Headers.Vary = HeaderNames.AcceptEncoding;
            if (Accepts(request.Headers.AcceptEncoding, "br")) (body, response.Headers.ContentEncoding) = (brotli, "br");
            else if (Accepts(request.Headers.AcceptEncoding, "gzip")) (body, response.Headers.ContentEncoding) = (asset.Gzip!, "gzip");
        }

        return TypedResults.Bytes(body, asset.ContentType, entityTag: new EntityTagHeaderValue($"\"{asset.Hash}{response.Headers.ContentEncoding}\""));
    }

    private static bool Accepts(StringValues header, string encoding) =>
        header.ToString().Split(',').Any(each => each.Split(';') is [var name, .. var rest] && name.Trim() == encoding && !rest.Any(q => q.Trim() is "q=0" or "q=0.0"));

    private sealed record Asset(string Name, string Hash, string ContentType, byte[] Bytes, byte[]? Brotli, byte[]? Gzip)
    {
        public string Url => $"/assets/{Name}?v={Hash}";

        public static Asset Read(string resource)
        {
            using var stream = typeof(Assets).Assembly.GetManifestResourceStream(resource)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            var name = resource[Prefix.Length..];
            var (type, text) = Path.GetExtension(name) switch
            {
                ".css" => ("text/css; charset=utf-8", true),
                ".js" => ("text/javascript; charset=utf-8", true),
                ".svg" => ("image/svg+xml", true),
                ".woff2" => ("font/woff2", false),
                _ => ("application/octet-stream", false),
            };
            return new Asset(name, Convert.ToHexStringLower(SHA256.HashData(bytes))[..12], type, bytes,
                text ? Packed(bytes, into => new BrotliStream(into, CompressionLevel.SmallestSize)) : null,
                text ? Packed(bytes, into => new GZipStream(into, CompressionLevel.SmallestSize)) : null);
        }

        private static byte[] Packed(byte[] bytes, Func<Stream, Stream> pack)
        {
            using var memory = new MemoryStream();
            using (var packer = pack(memory)) packer.Write(bytes);
            return memory.ToArray();
        }
    }
}
