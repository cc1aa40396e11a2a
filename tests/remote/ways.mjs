// What hosts do, right and wrong, each under a name: behaviours of a mount.

/** The faults by name, each as the behaviour of a mount; headers can be read where a fault comes after the first requests. */
export const FAULTS = {
  'no-sharing': { cors: false },
  'no-ranges': { ranges: false },
  'cut-once': { faults: [{ kind: 'cut', after: 2, times: 1 }] },
  'cut-always': { faults: [{ kind: 'cut' }] },
  'changes': { faults: [{ kind: 'change', after: 3 }] },
  'changes-dated': { validators: 'date', faults: [{ kind: 'change', after: 3 }] },
  'unsatisfiable': { faults: [{ kind: 'status', status: 416 }] },
  'too-many-once': { faults: [{ kind: 'status', status: 429, retryAfter: 1, times: 1 }] },
  'too-many-always': { faults: [{ kind: 'status', status: 429, retryAfter: 3600 }] },
  'error-twice': { faults: [{ kind: 'status', status: 500, after: 1, times: 2 }] },
  'unavailable-always': { faults: [{ kind: 'status', status: 503 }] },
  'missing': { faults: [{ kind: 'status', status: 404 }] },
  'loop': { redirect: 'loop' },
  'expires': { redirect: 'other', uses: 2 },
  'gzip-file': { faults: [{ kind: 'gzip-file' }] },
  'gzip-body': { faults: [{ kind: 'gzip-body' }] },
  'shifted': { faults: [{ kind: 'shifted' }] },
  'fewer': { faults: [{ kind: 'fewer' }] },
  'more': { faults: [{ kind: 'more' }] },
  'total-lies': { faults: [{ kind: 'total' }] },
  'total-changes': { faults: [{ kind: 'total', after: 2 }] },
};

/** Ways of a host that are no fault. */
export const WAYS = {
  'plain': {},
  'bare': { cors: 'bare' },
  'dated': { validators: 'date' },
  'unnamed': { validators: 'none' },
  'moved': { redirect: 'same' },
  'moved-away': { redirect: 'other' },
  'moved-often': { redirect: 'chain' },
  'slow': { bytesPerSecond: 1e6 },
  'far': { latency: 50 },
};
