// What the page and its service worker say to each other.

/** `missing`: files of the site that would have to come from the network. */
export interface KeptState { version: string; complete: boolean; missing: number; missingBytes: number }

/** `all`: also the large files, which are otherwise kept when they are first used. `take-over`: to a worker that waits. */
export type ToKeeper = { type: "state" } | { type: "keep"; all: boolean } | { type: "take-over" };

export type FromKeeper = { type: "state" | "kept"; state: KeptState } | { type: "failed"; why: "network" | "full" };
