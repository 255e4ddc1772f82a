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
    /** The same section, of a password that never opens anything without a second factor. */
    fewestCharactersWithFactor: 8,
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
  sessions: {
    idleMs: 30 * minuteMs,
    /** Of people whose roles can harm everybody. */
    privilegedIdleMs: 15 * minuteMs,
    longestMs: 12 * hourMs,
    /** As long as a second factor is still to come, or to be set up. */
    unfinishedMs: 30 * minuteMs,
    /** Of one person; the one that was used least recently gives way. */
    live: 10,
  },
  factors: {
    /** How long an answer to a WebAuthn challenge is waited for. */
    challengeMs: 5 * minuteMs,
    /** In a row; the session that they were made in ends with the last. */
    failuresOfSession: 5,
    /** NIST SP 800-63B-4 section 3.2.2: after so many wrong codes in a row the authenticator app has to be set up anew. */
    failuresOfTotp: 100,
    /** How long ago somebody may have proved who they are to change how they prove it. */
    freshMs: 10 * minuteMs,
    passkeys: 20,
    nameCharacters: 60,
    recoveryCodes: 10,
    /** JSON of an authenticator's answer; attestation with its certificates is the largest part. */
    responseCharacters: 32_768,
  },
  notices: { listed: 100 },
  enrolments: {
    'first-administrator': { longestMs: hourMs },
    invitation: { longestMs: 72 * hourMs },
    recovery: { longestMs: hourMs },
    reset: { longestMs: hourMs },
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
