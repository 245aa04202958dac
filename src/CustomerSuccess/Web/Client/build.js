// Builds what browsers load: wwwroot/assets/{app.css,app.js,tracker.js,widget.js,*.woff2}. Run by `npm run build`, which the .NET build calls.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transformSync } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(here, "../../wwwroot/assets");
const require = createRequire(import.meta.url);
const fonts = join(dirname(require.resolve("@fontsource-variable/inter/package.json")), "files");

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

await build({
  entryPoints: [join(here, "app.js")],
  bundle: true, minify: true, format: "iife", target: "es2022", legalComments: "none",
  // The readable builds: esbuild minifies better than what is shipped minified, and once.
  alias: { "htmx.org": "htmx.org/dist/htmx.esm.js" },
  outfile: join(out, "app.js"),
});

// The script for other people's pages: small, and for browsers that are not the newest.
await build({
  entryPoints: [join(here, "../../Events/Tracker/script.js")],
  bundle: true, minify: true, format: "iife", target: "es2019", legalComments: "none",
  outfile: join(out, "tracker.js"),
});

// The checklist for the pages of customers: its styles go in as a text, made small, for a page's policy lets no style sheet of ours in.
const minified = { name: "minified", setup(build) { build.onLoad({ filter: /\.css$/ }, ({ path }) => ({ contents: transformSync(readFileSync(path, "utf8"), { loader: "css", minify: true }).code, loader: "text" })); } };
await build({
  entryPoints: [join(here, "../../Onboarding/Widget/Client/widget.js")],
  bundle: true, minify: true, format: "iife", target: "es2020", legalComments: "none", plugins: [minified],
  outfile: join(out, "widget.js"),
});

const tailwind = join(dirname(require.resolve("@tailwindcss/cli/package.json")), "dist/index.mjs");
execFileSync(process.execPath, [tailwind, "-i", join(here, "app.css"), "-o", join(out, "app.css")], { stdio: ["ignore", "ignore", "inherit"] });

copyFileSync(join(here, "mark.svg"), join(out, "mark.svg"));
let css = readFileSync(join(out, "app.css"), "utf8");
for (const part of ["latin", "latin-ext"]) {
  const file = `inter-${part}.woff2`;
  const from = join(fonts, `inter-${part}-wght-normal.woff2`);
  copyFileSync(from, join(out, file));
  // The hash in the address lets the browser keep a font for ever; Assets.cs counts it the same way.
  const hash = createHash("sha256").update(readFileSync(from)).digest("hex").slice(0, 12);
  css = css.replaceAll(`url("${file}")`, `url("${file}?v=${hash}")`);
}
writeFileSync(join(out, "app.css"), transformSync(css, { loader: "css", minify: true, target: "es2022", legalComments: "none" }).code);
