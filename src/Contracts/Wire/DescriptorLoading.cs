using System.Runtime.CompilerServices;
using Google.Protobuf.Reflection;

namespace Vigil.Contracts.Wire;

/// <summary>
/// Builds the descriptors of all our messages before anything of this assembly is used. Google.Protobuf keeps an unguarded cache while
/// it builds one (protocolbuffers/protobuf#29696): two threads that met a first message each at the same time could leave a type
/// that fails until the process ends.
/// </summary>
internal static class DescriptorLoading
{
    private static IReadOnlyList<FileDescriptor>? Loaded;

#pragma warning disable CA2255 // A library may not need it; here nothing else runs early enough and on one thread.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void LoadAll() => Loaded =
    [
        CommonReflection.Descriptor, ContentReflection.Descriptor, BankReflection.Descriptor,
        RankedReflection.Descriptor, StatusReflection.Descriptor, DecisionsReflection.Descriptor, ViewsReflection.Descriptor,
    ];

    /// <summary>For the test that every schema is among them.</summary>
    internal static IEnumerable<string> Files => Loaded?.Select(file => file.Name) ?? [];
}
