// Help: limits, privacy, keys.

import { KEYS } from "../key-list";
import type { Topic } from "./topic";

export const LIMITS: Topic = {
  id: "limits", title: "Limits", about: "What this page cannot do, and what its numbers cannot say.",
  entries: [
    { id: "no-exponent", title: "No exact power laws", read: "checks", body: ["The lines behind {\u03b1} are bent, even for random weights. {\u03b1} sums up a shape over the lengths from 1 to {T}. Another {T}, range of {q} or sample gives other numbers: \u201cSensitivity\u201d shows how much."] },
    { id: "no-dimension", title: "No dimension at the top", read: "exponents", body: ["The top of {f(\u03b1)} is 0 by construction, for every network. It is not the dimension of anything, unlike that of the Cantor set."] },
    { id: "no-cause", title: "No cause", read: "chance", body: ["The width above shuffled says that there is structure. It does not say what it does, nor that a model is able to do anything. Whatever grows in training correlates with a score."] },
    { id: "one-training", title: "One training is one training", body: ["Intervals over shuffles, samples or neurons say nothing of another training of the same model."] },
    { id: "not-read", title: "What is not read", body: ["HDF5, Flax and TensorFlow files, big-endian files, and packed integers. Embeddings, normalisation, biases and output heads are no part of the method; they are listed as not counted."] },
    { id: "experts", title: "Mixtures of experts", body: ["Experts are analysed one after the other, whether or not a token would see them."] },
    { id: "browsers", title: "Browsers", body: ["The analysis needs WebAssembly with SIMD and module workers: browsers from 2023 on. Elsewhere the demo stays readable."] },
  ],
};

export const PRIVACY: Topic = {
  id: "privacy", title: "Privacy and offline", about: "Where your files go: nowhere.",
  entries: [
    { id: "never-uploaded", title: "Nothing is uploaded", body: ["Files are opened by this page, on this computer. There is no server that could take them, and the page\u2019s own policy forbids it to talk to any other site. The status line counts such requests, by the browser\u2019s own record."] },
    { id: "web-privacy", title: "Reading from other sites", body: ["Only \u201cFrom the web\u201d asks another site, and only after you have confirmed its name. A worker of its own does it, with a policy that names that site and those it keeps its files on; page and engine keep theirs, which allows none. The status line says who was asked, how often, and how much came. Where no service worker runs, that worker has no policy, and the details of the status line say so."] },
    { id: "what-is-kept", title: "What is kept", body: ["The last result is kept in this browser, without the weights, so that it is there after a reload. \u201cForget\u201d removes it. In a frame of another page nothing is kept. Your choice of light or dark is kept, too."] },
    { id: "what-links-hold", title: "What links and reports hold", body: ["A link holds settings, short fingerprints of files, and the address that was typed for a source on the web, never the token; one that you make with \u201cEmbed\u201d can hold the numbers of a result. A report holds version, browser, settings and the code of an error. None of them has weights, or names of files or tensors."] },
    { id: "offline", title: "Without a network", body: ["After the first visit the browser has a copy of the program, where it allows service workers; the status line then says \u201cWorks offline\u201d. The whole site can also be served from any folder or stick by any static server: it asks for nothing from elsewhere."] },
  ],
};

/** Of lessons; those of the page are in one list with the panel behind "?". */
const LESSON_KEYS: [string, string][] = [["N \u2192", "next step of a lesson, on its heading or among its steps"], ["P \u2190", "previous step"], ["/", "search, in help"]];

export const KEY_HELP: Topic = {
  id: "keys", title: "Keys", about: "Everything can be done without a mouse. Tab goes from part to part.",
  entries: [
    { id: "page-keys", title: "On the page", body: [], keys: KEYS },
    { id: "lesson-keys", title: "In lessons and help", body: [], keys: LESSON_KEYS },
    { id: "letters-off", title: "If letters get in the way", body: ["Press ? or \u201cKeys\u201d, and switch off \u201cLetters act anywhere on the page\u201d."] },
  ],
};
