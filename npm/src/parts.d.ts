/**
 * Addresses of the package's files, by the names that the page's modules know. tools/package.mjs writes it as a list of
 * `new URL("...", import.meta.url)`, which browsers and bundlers both understand.
 */
export declare const parts: Record<string, string>;
