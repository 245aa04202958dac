using Microsoft.EntityFrameworkCore;

namespace CustomerSuccess.Access.Users;

/// <summary>The one EF Core model of the product: what ASP.NET Core Identity reads. The table is made by 006-access.sql.</summary>
public sealed class AccessDb(DbContextOptions<AccessDb> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        var user = modelBuilder.Entity<User>();
        user.ToTable("users").HasKey(u => u.Id);
        user.Property(u => u.Id).HasColumnName("id");
        user.Property(u => u.Email).HasColumnName("email");
        user.Property(u => u.NormalizedEmail).HasColumnName("normalized_email");
        user.Property(u => u.Name).HasColumnName("name");
        user.Property(u => u.Role).HasColumnName("role");
        user.Property(u => u.PasswordHash).HasColumnName("password_hash");
        user.Property(u => u.SecurityStamp).HasColumnName("security_stamp");
        user.Property(u => u.ConcurrencyStamp).HasColumnName("concurrency_stamp").IsConcurrencyToken();
        user.Property(u => u.DisabledAt).HasColumnName("disabled_at");
        user.Ignore(u => u.UserName).Ignore(u => u.NormalizedUserName).Ignore(u => u.EmailConfirmed)
            .Ignore(u => u.PhoneNumber).Ignore(u => u.PhoneNumberConfirmed).Ignore(u => u.TwoFactorEnabled)
            // Counted by SignIn with one statement each: two tries at once must not count as one.
            .Ignore(u => u.LockoutEnabled).Ignore(u => u.LockoutEnd).Ignore(u => u.AccessFailedCount);
    }
}
