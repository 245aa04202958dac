import { icon, make } from "./make.js";

// What is shown of a state. ui: what the reader has opened and said so far; act, ask: what buttons do.
export function draw(state, ui) {
  const { say, count, day, time } = ui.texts;
  const tasks = state.stages.flatMap((stage) => stage.tasks);
  const next = tasks.find((task) => task.id == state.next);

  const buttons = (task, primary, place) => task.actions.map((action) => make("button", {
    type: "button", class: primary && action == task.actions[0] ? "primary" : "", "data-k": `${place}-${action}-${task.id}`, disabled: ui.frozen,
    "aria-label": `${say(action)}: ${task.title}`, onclick: () => ui.act(task, action),
  }, say(action)));

  const links = (task, place) => task.resources.filter((one) => /^https?:/.test(one.url)).map((one, n) => make("a", { "data-k": `${place}-link-${n}-${task.id}`, href: one.url, target: "_blank", rel: "noopener noreferrer" }, one.title, make("span", { class: "sr" }, ` (${say("new_tab")})`)));

  // Some of these are nobody's to click: then the help and where to read on is what there is.
  const about = (task, place) => [
    task.help && make("p", {}, task.help),
    task.success && task.state != "completed" && make("p", { class: "quiet" }, say("success", { text: task.success })),
    task.needed > 1 && task.state != "completed" && make("p", { class: "quiet" }, say("counted", { n: task.counted, of: task.needed })),
    task.after.length > 0 && make("p", { class: "quiet" }, say("after", { tasks: task.after.join(", ") })),
    task.resources.length > 0 && make("p", { class: "links" }, links(task, place)),
    make("p", { class: "row" }, buttons(task, place == "next", place), task.state != "completed" && task.state != "locked" && helper(place + "-" + task.id, task)),
  ];

  // Where it was asked for, there the form opens.
  const helper = (place, task, loud) => make("button", {
    type: "button", class: loud ? "primary" : "plain", "data-k": "help-" + place, disabled: ui.frozen, "aria-expanded": String(ui.asking?.place == place),
    "aria-label": task ? say("help_with", { title: task.title }) : null, onclick: () => ui.ask(place, task),
  }, say("help"));

  const banner = (kind, name, ...inside) => make("div", { class: "banner " + kind }, icon(name), make("div", {}, inside));

  const row = (task) => make("li", {}, make("details", { open: ui.open.has(task.id), ontoggle: (e) => ui.toggle(task.id, e.target.open) },
    make("summary", { "data-k": "task-" + task.id },
      icon(task.state), make("span", { class: "title" }, task.title),
      make("span", { class: "state" }, task.state == "completed" && task.done_on ? say("done_on", { date: day(task.done_on) }) : say("state_" + task.state), !task.required && task.state != "completed" && make("span", { class: "tag" }, say("optional")))),
    make("div", { class: "more" }, about(task, "list"), ui.asking?.place == "list-" + task.id && ui.form)));

  const stage = (one) => make("details", { class: "stage", open: ui.open.has("#" + one.id), ontoggle: (e) => e.target.classList.contains("stage") && ui.toggle("#" + one.id, e.target.open) },
    make("summary", { "data-k": "stage-" + one.id }, make("h3", { class: "title" }, one.title), make("span", { class: "state" }, one.state == "completed" ? icon("completed") : one.state == "locked" && icon("locked"), say("stage_done", one))),
    make("div", {}, one.about && make("p", { class: "quiet" }, one.about), one.needs.map((words) => make("p", { class: "quiet" }, words)), make("ul", {}, one.tasks.map(row))));

  const done = state.completed_on && banner("good", "completed",
    make("h3", {}, say("completed_on", { date: day(state.completed_on) })), state.days != null && make("p", {}, count("completed_in", state.days)), state.all_done && make("p", {}, say("all_done")));

  const blocked = state.blocker && banner("bad", "failed",
    make("h3", {}, say("blocked", { title: state.blocker.title })), state.blocker.notes && make("p", { class: "notes" }, state.blocker.notes),
    make("p", { class: "row" }, helper("blocker", null, true)), ui.asking?.place == "blocker" && ui.form);

  return [
    make("header", {},
      make("h2", { id: "t" }, state.title),
      make("p", { class: "quiet" }, say("done_of", state), state.hours_left != null && !state.all_done && ` · ${say("left", { time: time(state.hours_left) })}`),
      make("progress", { max: state.total || 1, value: state.done, "aria-label": say("progress") })),
    ui.note && make("p", { class: "note" }, ui.note),
    blocked, done,
    next && !state.all_done && make("section", { class: "next", "aria-labelledby": "n" }, make("h3", { id: "n" }, make("span", { class: "eyebrow" }, say("next")), make("span", { class: "sr" }, ": "), next.title),
      about(next, "next"), ui.asking?.place == "next-" + next.id && ui.form),
    make("div", {}, state.stages.map(stage)),
    make("footer", {},
      make("p", { class: "quiet" }, say("points", { n: state.points, of: state.points_of })),
      state.badges.length > 0 && make("ul", { class: "badges", "aria-label": say("badges") }, state.badges.map((badge) => make("li", { title: badge.about }, badge.title))),
      !state.blocker && helper("footer")),
    ui.asking?.place == "footer" && ui.form,
  ].filter(Boolean);
}

// The request for help: made once for each time it is opened, so that a new state does not take away what was typed.
export function form(ui, send, close) {
  const { say } = ui.texts;
  const words = make("textarea", { id: "w", rows: 3, maxlength: 2000, "aria-describedby": "h", "data-k": "help-words" });
  const button = make("button", { class: "primary", "data-k": "help-send" }, say("help_send"));
  const said = make("p", { class: "note", role: "alert" });
  const all = make("form", {
    class: "ask",
    async onsubmit(e) {
      e.preventDefault();
      if (button.disabled) return;
      button.disabled = true;
      said.textContent = "";
      try {
        await send(words.value);
      } catch (error) {
        said.textContent = error.detail && error.status != 400 ? error.detail : say(error.status == 429 ? "busy" : "failed");
      }
      button.disabled = false;
    },
    onkeydown: (e) => e.key == "Escape" && close(),
  }, make("label", { for: "w" }, say("help_label")), words, make("p", { class: "quiet", id: "h" }, say("help_hint")), said,
  make("p", { class: "row" }, button, make("button", { type: "button", "data-k": "help-cancel", onclick: close }, say("help_cancel"))));
  return { all, words };
}
