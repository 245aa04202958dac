import client from "posthog-js-old";
import { posthog } from "./calls.js";

window.start = posthog(client, 1);
