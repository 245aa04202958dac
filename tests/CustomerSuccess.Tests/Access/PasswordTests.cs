using CustomerSuccess.Access.Users;
using Microsoft.AspNetCore.Cryptography.KeyDerivation;

namespace CustomerSuccess.Tests.Access;

public sealed class PasswordTests
{
    [Theory]
    [InlineData("short-one")]
    [InlineData("password1234")]
    [InlineData("Password2026!")]
    [InlineData("P@ssw0rd!2345")]
    [InlineData("123456789012")]
    [InlineData("qwertyuiop12")]
    [InlineData("aaaaaaaaaaaaaa")]
    [InlineData("abababababab")]
    [InlineData("welcomewelcome")]
    [InlineData("correcthorsebatterystaple")]
    [InlineData("1qaz2wsx3edc")]
    [InlineData("asdfghjklasdfghjkl")]
    [InlineData("maya.okafor-secret")]
    [InlineData("my-okafor-garden")]
    [InlineData("CustomerSuccess!99")]
    public void What_everybody_tries_first_is_refused(string password) =>
        PasswordRules.Problem(password, "maya.okafor@example.com", "Maya Okafor").ShouldNotBeNull();

    [Theory]
    [InlineData("green tractor seven moons")]
    [InlineData("violet-harbour-42-lamps")]
    [InlineData("xK9#mQ2vLp!r")]
    [InlineData("żółta gęś biegnie dziś")]
    public void A_long_one_without_rules_of_composition_is_taken(string password) =>
        PasswordRules.Problem(password, "maya.okafor@example.com", "Maya Okafor").ShouldBeNull();

    [Fact]
    public async Task A_stored_password_cost_220_000_rounds_and_has_its_own_salt()
    {
        var (one, two) = (Convert.FromBase64String(Passwords.Hash("green tractor seven moons")), Convert.FromBase64String(Passwords.Hash("green tractor seven moons")));
        one.ShouldNotBe(two);
        one[0].ShouldBe((byte)1);
        System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(one.AsSpan(1)).ShouldBe((uint)KeyDerivationPrf.HMACSHA512);
        System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(one.AsSpan(5)).ShouldBeGreaterThanOrEqualTo(220_000u);
        (await Passwords.Right(Convert.ToBase64String(one), "green tractor seven moons", CancellationToken.None)).ShouldBeTrue();
        (await Passwords.Right(Convert.ToBase64String(one), "green tractor seven moon", CancellationToken.None)).ShouldBeFalse();
        (await Passwords.Right(null, "", CancellationToken.None)).ShouldBeFalse();
    }
}
