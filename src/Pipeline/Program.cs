using System.CommandLine;

var root = new RootCommand("Vigil: ranks incoming content by risk and publishes prioritized review queues.");
return await root.Parse(args).InvokeAsync();
