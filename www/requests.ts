// The count of requests to other sites in the status bar: of the page and of its workers, sent or stopped.

import { counting, watch, type Counted } from "./requests-channel";

export function countRequests(take: (counted: Counted) => void): void {
  watch(take);
  try {
    new BroadcastChannel(counting).addEventListener("message", ({ data }: MessageEvent<Counted>) => take(data));
  } catch { /* the page's own are counted */ }
}
