using Vigil.Pipeline;

return await CommandLine.RunAsync(args);
