import { AnalyticsBrowser } from "@segment/analytics-next";
import { segment } from "./calls.js";

window.start = segment(AnalyticsBrowser);
