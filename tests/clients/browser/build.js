// One file for each client, as a page loads it: node browser/build.js FOLDER.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "../../../node_modules/esbuild/lib/main.js";

const here = dirname(fileURLToPath(import.meta.url));
const clients = dirname(here);

// Umami's script is part of its server's package, which would bring five hundred others along: it is fetched alone.
const umami = join(clients, "node_modules", ".umami-2.10.0");
if (!existsSync(join(umami, "package"))) {
  mkdirSync(umami, { recursive: true });
  execFileSync("npm", ["pack", "umami@2.10.0", "--silent", "--pack-destination", umami], { cwd: clients });
  execFileSync("tar", ["-xzf", join(umami, "umami-2.10.0.tgz"), "-C", umami, "package/src/tracker"]);
}

await build({
  entryPoints: [
    ...readdirSync(here).filter((file) => file.endsWith(".js") && !["build.js", "calls.js"].includes(file)).map((file) => join(here, file)),
    { in: join(umami, "package", "src", "tracker", "index.js"), out: "umami-script" },
  ].map((entry) => (typeof entry === "string" ? { in: entry, out: entry.slice(here.length + 1, -3) } : entry)),
  outdir: process.argv[2],
  bundle: true,
  format: "iife",
  platform: "browser",
  logLevel: "error",
  define: { __COLLECT_API_HOST__: '""', __COLLECT_API_ENDPOINT__: '"/api/send"', "process.env.NODE_ENV": '"production"' },
});
