// From what is typed to the host that is asked, and to the hosts that a worker may then talk to. Nothing is requested here.

export interface Host {
  /** As the user confirms it. */
  name: string;
  /** Origins that the worker may talk to, as a policy writes them. */
  origins: string[];
  /** Whether files may lie on hosts that nobody knows beforehand: those of known sites are known. */
  mayRedirect: boolean;
}

/** `wrong` is a sentence, empty while nothing is typed. */
export type Typed = { host: Host } | { wrong: string };

/** Its pages, its interface, and where it keeps large files. */
const HUB = ["https://huggingface.co", "https://*.huggingface.co", "https://*.hf.co", "https://*.xethub.hf.co"];
/** Raw files, files of LFS, and those of releases. */
const GITHUB = ["raw.githubusercontent.com", "media.githubusercontent.com", "github.com", "api.github.com", "objects.githubusercontent.com"].map((name) => `https://${name}`);
const ZENODO = ["https://zenodo.org"];

const SITES: { names: RegExp; name: string; origins: string[] }[] = [
  { names: /^(?:www\.)?(?:huggingface\.co|hf\.co)$/, name: "huggingface.co", origins: HUB },
  { names: /^(?:www\.)?github\.com$|^(?:raw|media|objects)\.githubusercontent\.com$/, name: "github.com", origins: GITHUB },
  { names: /^(?:www\.)?zenodo\.org$/, name: "zenodo.org", origins: ZENODO },
];

/** Whatever answers there is on this computer; only there nobody on the way can look. */
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])$/;
/** With revisions behind `@`; models of the first days have no owner. */
const MODEL = /^(?:hf:\/*(?:[\w-][\w.-]*\/)?|[\w-][\w.-]*\/)[\w-][\w.-]*(?:@.+)?$/i;
const ZENODO_DOI = /^(?:doi:\s*)?10\.5281\/zenodo\.\d+$/i;

const WRONG = {
  address: "This is no address. Type one that begins with https://, or a model as owner/name.",
  plain: "Only https addresses are asked. Over http anybody on the way sees what you ask for, and may change it.",
  password: "An address with a password in it is not asked. Take it out, and put a token under \u201cMore\u201d.",
};

/** The host behind what was typed. */
export function hostOf(text: string): Typed {
  const typed = text.trim();
  if (!typed) return { wrong: "" };
  // It has the shape of a model, too.
  if (ZENODO_DOI.test(typed)) return site("zenodo.org");
  if (MODEL.test(typed)) return site("huggingface.co");
  // Another host of the same shape: a mirror, or one for tests.
  const shaped = /^(?:hub|zenodo|github)\+(.*)$/i.exec(typed);
  return ofAddress(shaped?.[1] ?? typed);
}

function ofAddress(text: string): Typed {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return { wrong: WRONG.address };
  const url = new URL(text);
  if (url.username || url.password) return { wrong: WRONG.password };
  const { hostname, host, origin, protocol } = url;
  if (LOOPBACK.test(hostname)) return { host: { name: host, origins: [origin, `${protocol}//${hostname}:*`], mayRedirect: false } };
  if (protocol !== "https:") return { wrong: WRONG.plain };
  // A record is found by its identifier, whichever site resolves it.
  if (/^(?:dx\.)?doi\.org$/.test(hostname) && ZENODO_DOI.test(url.pathname.slice(1))) return site("zenodo.org");
  const known = url.port ? undefined : SITES.find(({ names }) => names.test(hostname));
  return known ? site(known.name) : { host: { name: host, origins: [origin], mayRedirect: true } };
}

function site(name: string): Typed {
  const { origins } = SITES.find((one) => one.name === name)!;
  return { host: { name, origins, mayRedirect: false } };
}

/** The hosts of a worker; `anywhere` adds every https site, where the user allowed it. */
export function allowed(host: Host, anywhere: boolean): string[] {
  return anywhere && host.mayRedirect ? [...host.origins, "https:"] : host.origins;
}

/** The allowed hosts in words, as they are confirmed. */
export function hostsText(origins: readonly string[]): string {
  const names = origins.map((origin) => (origin === "https:" ? "any https site that they send it on to" : origin.replace(/^https?:\/\//, "").replace(/:\*$/, ", at any port")));
  return [...new Set(names)].join("; ");
}

/** Ten trainings of one recipe: the models of the paper. */
export const SIZES = ["14m", "31m", "70m", "160m", "410m", "1b", "1.4b", "2.8b", "6.9b", "12b"] as const;

/** The steps at which the authors of the models evaluated them, 27 of 154: published scores stand beside these. */
export const STEPS = [
  0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000, 3000, 13000, 23000, 33000, 43000, 53000, 63000, 73000, 83000, 93000, 103000, 113000,
  123000, 133000, 143000,
] as const;

/** What would be typed for one of the paper's models. */
export function preset(size: (typeof SIZES)[number]): { source: string; revisions: string } {
  return { source: `EleutherAI/pythia-${size}`, revisions: `step{${STEPS.join(",")}}` };
}
