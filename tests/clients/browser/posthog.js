import client from "posthog-js";
import { posthog } from "./calls.js";

window.start = posthog(client, 0);
