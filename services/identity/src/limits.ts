const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const daySeconds = 24 * 3600;

/** Every limit of this package. */
export const limits = {
  emailCharacters: 254,
  passwords: {
    /** Code points after NFKC: at least as many as NIST SP 800-63B-4 section 3.1.1.2 asks of a password that is the only factor. */
    fewestCharacters: 15,
    mostCharacters: 256,
    /** UTF-16 units as they arrive, before normalisation makes them more. */
    mostUnitsGiven: 1024,
    fewestDifferentCharacters: 5,
    /** A shorter name or e-mail address is a part of too many good passwords to forbid it there. */
    shortestForbiddenWord: 4,
    hashesAtOnce: 2,
    hashesWaiting: 64,
  },
  tokens: {
    shortestSeconds: 60,
    usualSeconds: 8 * 3600,
    longestSeconds: 90 * daySeconds,
    labelCharacters: 100,
    scopes: 32,
    scopeCharacters: 100,
    /** Of one account, neither revoked nor expired. */
    live: 100,
  },
  sessions: { idleMs: 30 * minuteMs, longestMs: 12 * hourMs },
  enrolments: {
    'first-administrator': { longestMs: hourMs },
    invitation: { longestMs: 72 * hourMs },
    recovery: { longestMs: hourMs },
  },
  /** The last use of a token or session is written at most this often. */
  lastUseEveryMs: minuteMs,
  throttle: {
    failuresOfNameAndSource: 5,
    /** More, for many people may share an address. */
    failuresOfSource: 30,
    firstWaitMs: secondMs,
    longestWaitMs: 60 * secondMs,
    forgottenAfterMs: 15 * minuteMs,
    remembered: 10_000,
  },
} as const;
