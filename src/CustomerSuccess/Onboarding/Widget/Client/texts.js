// The widget's words. Adding a language is adding its file here and its name in WidgetTexts.cs.
import de from "../Texts/de.json";
import en from "../Texts/en.json";

const all = { de, en };

const known = (one) => one && all[one.slice(0, 2).toLowerCase()] && /^[A-Za-z]{2}(-[A-Za-z0-9]{2,8})*$/.test(one);

// As asked for, else as the page is, else as the browser is; English where we have none of it.
export const language = (asked) => [asked, document.documentElement.lang, ...(navigator.languages || [])].find(known) || "en";

export function speak(lang) {
  const words = all[lang.slice(0, 2).toLowerCase()];
  const say = (name, parts = {}) => words[name].replace(/\{(\w+)\}/g, (_, place) => parts[place]);
  // {n} of something: the one of it has words of its own.
  const count = (name, n) => say(n == 1 && words[name + "_one"] ? name + "_one" : n == 0 && words[name + "_zero"] ? name + "_zero" : name, { n });
  return {
    say,
    count,
    // A day without a time is the same day everywhere.
    day: (text) => new Intl.DateTimeFormat(lang, { dateStyle: "long", timeZone: "UTC" }).format(new Date(text + "T00:00:00Z")),
    time(hours) {
      if (hours < 1) return say("time_short");
      const [name, n] = hours < 36 ? ["time_hours", hours] : hours < 336 ? ["time_days", hours / 24] : ["time_weeks", hours / 168];
      return count(name, Math.max(1, Math.round(n)));
    },
  };
}
