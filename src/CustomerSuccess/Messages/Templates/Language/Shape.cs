using System.Collections.Concurrent;
using System.ComponentModel;
using System.Reflection;
using System.Text.Json;

namespace CustomerSuccess.Messages.Templates.Language;

public enum ShapeKind
{
    Text,
    Number,
    Flag,

    /// <summary>Named members.</summary>
    Group,

    /// <summary>Many of one shape.</summary>
    List,

    /// <summary>Texts under names that only the data know (a customer's traits): any name may be asked for.</summary>
    Map,
}

/// <summary>What a template can name, read from the records that carry the facts; About is the description there.</summary>
public sealed record Shape(string Name, ShapeKind Kind, string About, IReadOnlyList<Shape> Members, Shape? Item = null)
{
    private static readonly ConcurrentDictionary<Type, Shape> Known = new();

    public static Shape Of(Type record) => Known.GetOrAdd(record, static type => Of("", type, ""));

    public Shape? Member(string name) => Kind == ShapeKind.Map ? new(name, ShapeKind.Text, About, []) : Members.FirstOrDefault(member => member.Name == name);

    /// <summary>Everything that can be named, with the path to write: for the list beside the editor and for messages.</summary>
    public IEnumerable<(string Path, Shape Shape)> All(string before = "")
    {
        foreach (var member in Members)
        {
            var path = before + member.Name;
            yield return (path, member);
            foreach (var below in member.Kind == ShapeKind.Group ? member.All(path + ".") : []) yield return below;
        }
    }

    private static Shape Of(string name, Type type, string about)
    {
        if (type == typeof(string)) return new(name, ShapeKind.Text, about, []);
        if (type == typeof(bool)) return new(name, ShapeKind.Flag, about, []);
        if (type == typeof(int) || type == typeof(long)) return new(name, ShapeKind.Number, about, []);
        if (type == typeof(IReadOnlyDictionary<string, string>)) return new(name, ShapeKind.Map, about, []);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            return new(name, ShapeKind.List, about, [], Of("", type.GetGenericArguments()[0], ""));
        }

        return new(name, ShapeKind.Group, about, [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.Name != "EqualityContract")
            .Select(property => Of(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name), property.PropertyType, property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? ""))]);
    }
}
