import { AnalyticsBrowser } from "analytics-next-old";
import { segment } from "./calls.js";

window.start = segment(AnalyticsBrowser);
