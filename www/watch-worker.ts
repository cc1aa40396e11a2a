// The first script of every worker: tells the page of requests to other sites, which the page's own record does not hold.

import { counting, watch } from "./requests-channel";

try {
  const channel = new BroadcastChannel(counting);
  watch((counted) => channel.postMessage(counted));
} catch { /* the policy still forbids them */ }
