// The version of page, package and command line: one number, which package.json states.

/** Put in by the bundler; see tools/version.mjs. */
declare const NEUROMFA_VERSION: string;

export const VERSION: string = NEUROMFA_VERSION;
