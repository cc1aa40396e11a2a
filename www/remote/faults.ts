// What goes wrong with another site. The reader's module has the words for it, which the command line says too.

/**
 * `elsewhere`: the policy stops a redirect to a site that was not confirmed. All others but `status` are codes of
 * src/remote/fault.rs.
 */
export type FaultKind = "unreachable" | "elsewhere" | "status" | "no-ranges" | "changed" | "cut-off" | "wrong-length" | "long-listing";

export class Fault extends Error {
  /** What people call what was asked for, where its address does not tell: a model, a record. */
  of = "";

  constructor(
    readonly kind: FaultKind,
    /** The address that was asked. */
    readonly url: string,
    /** The answer's status and the hub's own name of the error; 0 and empty where there are none. */
    readonly status = 0,
    readonly errorCode = "",
    /** Seconds after which the site may be asked again; null where it does not say. */
    readonly wait: number | null = null,
  ) {
    super(`${kind} ${status || ""} ${url}`);
  }

  /** The same of the address that people know. */
  at(url: string): Fault {
    return new Fault(this.kind, url, this.status, this.errorCode, this.wait);
  }
}

/** Whether the same request may succeed a little later. */
export function passes({ kind, status }: Fault): boolean {
  return kind === "cut-off" || kind === "unreachable" || status === 408 || status === 429 || status >= 500;
}
