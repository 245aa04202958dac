using System.ComponentModel.DataAnnotations;

namespace CustomerSuccess.Messages.Channels.Setup;

/// <summary>One of the forms of Settings, Messages; each sends its own fields.</summary>
public sealed record ChannelForm
{
    [StringLength(1000)] public string? From { get; init; }

    [StringLength(1000)] public string? ReplyTo { get; init; }

    [StringLength(1000)] public string? Key { get; init; }

    [StringLength(1000)] public string? Host { get; init; }

    public int? Port { get; init; }

    [StringLength(20)] public string? Security { get; init; }

    [StringLength(500)] public string? User { get; init; }

    /// <summary>The mail server's password.</summary>
    [StringLength(500)] public string? Secret { get; init; }

    /// <summary>The reader's own password.</summary>
    [StringLength(1000)] public string? Password { get; init; }

    /// <summary>The button that takes it away.</summary>
    public bool? Remove { get; init; }

    /// <summary>The button that keeps mails in the mailbox.</summary>
    public bool? Keep { get; init; }
}
