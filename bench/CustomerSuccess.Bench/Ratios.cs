namespace CustomerSuccess.Bench;
internal static class Ratios { public static Task<int> Run(Options o) => Task.FromResult(o.Has("x") ? 1 : 0); }
