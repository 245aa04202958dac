using System.Globalization;

namespace CustomerSuccess.Messages.Templates.Design;

/// <summary>Colours that can be read, made of the one a company chose: contrast as WCAG 2.2 counts it. Pure.</summary>
public sealed record Colour(int Red, int Green, int Blue)
{
    public static Colour White { get; } = new(255, 255, 255);

    public static Colour Black { get; } = new(0, 0, 0);

    /// <summary>Behind letters in dark mode, as in mail.css.</summary>
    public static Colour DarkSheet { get; } = new(0x19, 0x21, 0x2c);

    /// <summary>#2563eb; anything else is none.</summary>
    public static Colour? Parse(string text) =>
        text.Length == 7 && text[0] == '#' && int.TryParse(text.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var all)
            ? new Colour(all >> 16, all >> 8 & 255, all & 255) : null;

    public override string ToString() => $"#{Red:x2}{Green:x2}{Blue:x2}";

    /// <summary>White or black, whichever reads better on this: one of them always reaches 4.58.</summary>
    public Colour Over() => Contrast(White) >= Contrast(Black) ? White : Black;

    /// <summary>This colour, darkened or lightened only as far as it must be to reach the contrast on a ground.</summary>
    public Colour ReadableOn(Colour ground, double contrast = 4.5)
    {
        var toward = ground.Luminance > 0.2 ? Black : White;
        for (var step = 0; step <= 20; step++)
        {
            var mixed = Mix(toward, step / 20.0);
            if (mixed.Contrast(ground) >= contrast) return mixed;
        }

        return toward;
    }

    /// <summary>1 to 21 (WCAG 2.2, relative luminance and contrast ratio).</summary>
    public double Contrast(Colour other)
    {
        var (light, dark) = (Math.Max(Luminance, other.Luminance), Math.Min(Luminance, other.Luminance));
        return (light + 0.05) / (dark + 0.05);
    }

    private double Luminance => 0.2126 * Linear(Red) + 0.7152 * Linear(Green) + 0.0722 * Linear(Blue);

    private static double Linear(int part) => part / 255.0 is var share && share <= 0.04045 ? share / 12.92 : Math.Pow((share + 0.055) / 1.055, 2.4);

    private Colour Mix(Colour other, double share) => new(Part(Red, other.Red, share), Part(Green, other.Green, share), Part(Blue, other.Blue, share));

    private static int Part(int a, int b, double share) => (int)Math.Round(a + (b - a) * share);
}
