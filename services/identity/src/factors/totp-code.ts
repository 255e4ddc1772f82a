import { Secret, TOTP } from 'otpauth';

/** What every authenticator app can do (RFC 6238). */
const parameters = { issuer: 'Modelward', algorithm: 'SHA1', digits: 6, period: 30 } as const;

/** How many steps a clock may be off, either way. */
const window = 1;

export function totpOf(secretBase32: string, label: string): TOTP {
  return new TOTP({ ...parameters, label, secret: Secret.fromBase32(secretBase32) });
}

export function newTotpSecret(bytes: Uint8Array): string {
  return new Secret({ buffer: new Uint8Array(bytes).buffer }).base32;
}

/**
 * The counter that a code belongs to, or undefined when it is none of this secret around now. The library finds the same
 * code good any number of times; that it counts once is for whoever stores the counter (RFC 6238 section 5.2).
 */
export function counterOf(secretBase32: string, code: string, nowMs: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const delta = totpOf(secretBase32, '').validate({ token: code, timestamp: nowMs, window });
  return delta === null ? undefined : Math.floor(nowMs / 1000 / parameters.period) + delta;
}
