using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Vigil.Pipeline.Commands;

/// <summary>Options that take a number within a range; anything else is wrong usage, named with the range.</summary>
internal static class NumberOption
{
    public static Option<int> Whole(string name, string description, int least, int most, int standard) => new(name)
    {
        Description = Describe(description, least, most),
        HelpName = "N",
        DefaultValueFactory = _ => standard,
        CustomParser = result => Parse(result, least, most) ?? standard,
    };

    /// <summary>Null where it is not given.</summary>
    public static Option<int?> WholeOrNone(string name, string description, int least, int most) => new(name)
    {
        Description = Describe(description, least, most),
        HelpName = "N",
        CustomParser = result => Parse(result, least, most),
    };

    /// <summary>Null where it is not given.</summary>
    public static Option<double?> RealOrNone(string name, string description, double least, double most) => new(name)
    {
        Description = Describe(description, least, most),
        HelpName = "N",
        CustomParser = result => Parse(result, least, most),
    };

    private static T? Parse<T>(ArgumentResult result, T least, T most)
        where T : struct, INumber<T>
    {
        var text = result.Tokens is [var token] ? token.Value : "";
        if (T.TryParse(text, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
        {
            return value;
        }

        var name = (result.Parent as OptionResult)?.Option.Name;
        result.AddError($"{name} must be a number{Range(least, most)}, not '{text}'");
        return null;
    }

    private static string Describe<T>(string description, T least, T most)
        where T : INumber<T> => $"{description} ({Range(least, most).TrimStart()})";

    private static string Range<T>(T least, T most)
        where T : INumber<T> =>
        most >= T.CreateSaturating(int.MaxValue) ? $" from {Text(least)}" : $" from {Text(least)} to {Text(most)}";

    private static string Text<T>(T number)
        where T : INumber<T> => number.ToString("#,0.##########", CultureInfo.InvariantCulture);
}
