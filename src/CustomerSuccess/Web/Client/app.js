// Everything that runs in the browser. Pages work without it: it adds live figures, shortcuts and comfort.
import "htmx.org";
import "../../../../node_modules/htmx.org/dist/ext/hx-sse.js";
import "./live.js";
import "./comfort.js";
import "./celebrate.js";
