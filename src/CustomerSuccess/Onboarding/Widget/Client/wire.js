// How the widget hears of what is new: a stream read by fetch, because EventSource sends no header and a token does not belong into an address.
// Each message is the whole, so that coming again misses nothing. While the page is hidden nothing is open; where streams do not work it asks from time to time.
const Silence = 40_000, Poll = 15_000, Rest = 5_000, Polls = 20;

const wait = (ms, signal) => new Promise((done) => {
  const timer = setTimeout(done, ms);
  signal?.addEventListener("abort", () => { clearTimeout(timer); done(); }, { once: true });
});

export class Refused extends Error {
  constructor(status, detail, after) {
    super(detail || String(status));
    Object.assign(this, { status, detail, after });
  }
}

// options: address, lang, token() → the token now, renew() → true where there is another one, show(state), lost(kind), gone(status)
export function connect(options) {
  let shown, opened, tries = 0, streamless = 0, timer;

  async function call(path, body, signal) {
    const answer = await fetch(`${options.address}widget/${path}?lang=${encodeURIComponent(options.lang)}`, {
      method: body ? "POST" : "GET", body: body && JSON.stringify(body), signal,
      headers: Object.assign({ authorization: "Bearer " + options.token() }, body && { "content-type": "application/json" }),
      credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer",
    });
    if (answer.ok) return answer;
    const problem = await answer.json().catch(() => ({}));
    throw new Refused(answer.status, problem.detail, Number(answer.headers.get("retry-after")) || 0);
  }

  // Asked for anew half a minute before it ends.
  function expires(seconds) {
    clearTimeout(timer);
    if (options.renewable) timer = setTimeout(options.renew, Math.max(1, seconds - 30) * 1000);
  }

  function take(state) {
    tries = 0;
    options.lost(null);
    options.show(state);
  }

  async function poll(signal) {
    const { expires_in, state } = await (await call("state", null, signal)).json();
    expires(expires_in);
    take(state);
  }

  async function stream(signal) {
    const own = new AbortController();
    const stop = () => own.abort();
    signal.addEventListener("abort", stop, { once: true });
    let first = true, quiet = setTimeout(stop, 10_000);
    try {
      const reader = (await call("live", null, own.signal)).body.getReader();
      const decoder = new TextDecoder();
      let text = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(quiet);
        quiet = setTimeout(stop, Silence);
        text += decoder.decode(value, { stream: true });
        let end;
        while ((end = text.indexOf("\n\n")) >= 0) {
          const message = text.slice(0, end);
          text = text.slice(end + 2);
          const data = message.replace(/^event: .*\n/, "").replace(/^data: /, "");
          if (message.startsWith("event: token")) expires(Number(data));
          else if (message.startsWith("data: ")) {
            first = false;
            streamless = 0;
            take(JSON.parse(data));
          }
        }
      }
    } catch (error) {
      // No seat left: no use in trying again at once.
      if (first && !signal.aborted && error.status != 401 && error.status != 403) streamless = error.status == 429 ? 2 : streamless + 1;
      throw error;
    } finally {
      clearTimeout(quiet);
      signal.removeEventListener("abort", stop);
    }
  }

  async function follow() {
    for (;;) {
      if (document.hidden) await new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));
      if (document.hidden) continue;
      const page = (opened = new AbortController());
      const streams = streamless < 2;
      try {
        // Twice without a word: something on the way holds streams back. It is tried again in a few minutes.
        if (streams) await stream(page.signal);
        else {
          await poll(page.signal);
          if (++streamless > Polls) streamless = 0;
          await wait(Poll, page.signal);
        }
      } catch (error) {
        if (page.signal.aborted) continue;
        if (error.status == 401 && (await options.renew())) continue;
        if (error.status == 401 || error.status == 403) return options.gone(error.status);
        // A page whose origin is not allowed sees no more than that it could not be reached.
        if (streams && streamless == 2) continue;
        options.lost(error.status ? "busy" : "offline");
        const longest = Math.min(60_000, 1000 * 2 ** tries++);
        await wait(Math.max((error.after || 0) * 1000, longest * (0.5 + Math.random() / 2)), page.signal);
      }
    }
  }

  // A look at another tab is no reason to come again.
  document.addEventListener("visibilitychange", () => {
    clearTimeout(shown);
    if (document.hidden) shown = setTimeout(() => opened?.abort(), Rest);
  });
  addEventListener("online", () => opened?.abort());
  follow();

  return {
    async act(task, action) {
      take(await (await call("tasks", { task, action })).json());
    },
    help: (id, text, task) => call("help", { id, text, task }),
  };
}
