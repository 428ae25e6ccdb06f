using System.Globalization;
using Microsoft.Extensions.Options;

namespace StreamLog;

/// <summary>Collects what is wrong with a node's options: a sentence for each, which begins with the option's
/// path.</summary>
/// <remarks>For one validation, on one thread.</remarks>
internal sealed class OptionRules
{
    /// <summary>The longest time that a timer can wait for: 2³² - 2 milliseconds.</summary>
    private static readonly TimeSpan TimerMax = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly string _path;
    private readonly List<string> _failures = [];

    public OptionRules(string path) => _path = path;

    public ValidateOptionsResult Result() =>
        _failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_failures);

    /// <summary>Throws if anything was found.</summary>
    /// <param name="options">The class of options.</param>
    /// <exception cref="OptionsValidationException">Something was; the exception holds all of it.</exception>
    public void ThrowIfBroken(Type options)
    {
        if (_failures.Count > 0)
            throw new OptionsValidationException(Options.DefaultName, options, _failures);
    }

    public void Fail(string option, string sentence) => _failures.Add($"{_path}:{option} {sentence}");

    /// <summary>Checks the annotations of a class of options.</summary>
    /// <typeparam name="TOptions">The class.</typeparam>
    /// <param name="path">The section that the class is read from.</param>
    /// <param name="options">The options.</param>
    /// <param name="limits">The generated check.</param>
    public void Limits<TOptions>(string path, TOptions options, IValidateOptions<TOptions> limits)
        where TOptions : class
    {
        // The generated check says "PATH.Name: The field PATH.Name must be between 1 and 5.", or "Name: The PATH.Name
        // field is required.".
        const string Start = ": The ";
        ValidateOptionsResult result = limits.Validate(path, options);
        foreach (string failure in result.Failures ?? [])
        {
            string sentence = failure.Replace($"{path}.", $"{path}:", StringComparison.Ordinal);
            int start = sentence.IndexOf(Start, StringComparison.Ordinal);
            _failures.Add(start < 0
                ? sentence
                : sentence[(start + Start.Length)..].Replace("field ", "", StringComparison.Ordinal));
        }
    }

    public void Defined<TEnum>(string option, TEnum value)
        where TEnum : struct, Enum
    {
        if (!Enum.IsDefined(value))
            Fail(option, $"is {value}, which is none of {string.Join(", ", Enum.GetNames<TEnum>())}. Choose one.");
    }

    public void Positive(string option, TimeSpan value, TimeSpan? max = null) =>
        Between(option, value, TimeSpan.FromTicks(1), "above zero", max ?? TimerMax);

    public void NotNegative(string option, TimeSpan value) =>
        Between(option, value, TimeSpan.Zero, "zero or more", TimerMax);

    public void Between(string option, TimeSpan value, TimeSpan min, TimeSpan max) =>
        Between(option, value, min, $"{Text(min)} or more", max);

    public void AtMost<T>(string option, T value, string largerOption, T largest)
        where T : IComparable<T>
    {
        if (value.CompareTo(largest) > 0)
        {
            Fail(
                option,
                $"is {Text(value)}, and must not be above {_path}:{largerOption}, which is {Text(largest)}. " +
                "Lower the one or raise the other.");
        }
    }

    /// <summary>Adds what an option's own rules found, if anything.</summary>
    /// <param name="option">The option.</param>
    /// <param name="fault">What is wrong and what would be right, or <see langword="null"/>.</param>
    public void NoFault(string option, string? fault)
    {
        if (fault is not null)
            _failures.Add($"{_path}:{option}: {fault}");
    }

    private void Between(string option, TimeSpan value, TimeSpan min, string minText, TimeSpan max)
    {
        if (value < min)
            Fail(option, $"is {Text(value)}, and must be {minText}.");
        else if (value > max)
            Fail(option, $"is {Text(value)}, and must be at most {Text(max)}.");
    }

    private static string Text<T>(T value) => string.Create(CultureInfo.InvariantCulture, $"{value}");
}
