using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Vigil.ReviewConsole.SignIn;

/// <summary>What goes wrong between console and provider, for those who run both. The pages themselves say less.</summary>
internal static partial class SignInLog
{
    public static ILogger Of(HttpContext context) => context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ProviderSignIn));

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-in: the provider {Provider} cannot be used ({Fault})")]
    public static partial void Away(ILogger log, string provider, string fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-in: an answer of the provider was refused ({Fault})")]
    public static partial void Refused(ILogger log, string fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Sign-in: an account was turned away: no role in {RolesClaim}, or a name in {NameClaim} that cannot be recorded")]
    public static partial void TurnedAway(ILogger log, string rolesClaim, string nameClaim);
}
