namespace CustomerSuccess.Onboarding.Widget;

/// <summary>How a server makes a token, without a library. The guide shows the same, and tests run what can be run here.</summary>
public static class TokenExamples
{
    public static IReadOnlyList<(string Language, string Code)> All { get; } =
    [
        ("Node.js", """
            const { createHmac } = require("node:crypto");

            function widgetToken(customer, person, secret) {
              const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
              const exp = Math.floor(Date.now() / 1000) + 3600;
              const body = part({ alg: "HS256", typ: "JWT" }) + "." + part({ sub: customer, aud: "customer-success-widget", exp, person });
              return body + "." + createHmac("sha256", secret).update(body).digest("base64url");
            }
            """),
        ("Python", """
            import base64, hashlib, hmac, json, time

            def widget_token(customer, person, secret):
                part = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=")
                claims = {"sub": customer, "aud": "customer-success-widget", "exp": int(time.time()) + 3600, "person": person}
                body = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(claims).encode())
                return (body + b"." + part(hmac.new(secret.encode(), body, hashlib.sha256).digest())).decode()
            """),
        ("PHP", """
            function widget_token(string $customer, string $person, string $secret): string {
                $part = fn (string $data) => rtrim(strtr(base64_encode($data), '+/', '-_'), '=');
                $claims = ['sub' => $customer, 'aud' => 'customer-success-widget', 'exp' => time() + 3600, 'person' => $person];
                $body = $part('{"alg":"HS256","typ":"JWT"}') . '.' . $part(json_encode($claims));
                return $body . '.' . $part(hash_hmac('sha256', $body, $secret, true));
            }
            """),
        ("Ruby", """
            require "base64"; require "json"; require "openssl"

            def widget_token(customer, person, secret)
              part = ->(data) { Base64.urlsafe_encode64(data, padding: false) }
              claims = { sub: customer, aud: "customer-success-widget", exp: Time.now.to_i + 3600, person: person }
              body = part.('{"alg":"HS256","typ":"JWT"}') + "." + part.(claims.to_json)
              body + "." + part.(OpenSSL::HMAC.digest("SHA256", secret, body))
            end
            """),
        ("C#", """
            static string WidgetToken(string customer, string person, string secret)
            {
                var claims = new { sub = customer, aud = "customer-success-widget", exp = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 3600, person };
                var body = Base64Url.EncodeToString("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"u8) + "." + Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims));
                return body + "." + Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(body)));
            }
            """),
    ];
}
