/** What a person proved when they signed in. */
export type Method = 'password' | 'totp' | 'recovery-code' | 'passkey';

export type Strength = {
  /** NIST SP 800-63B-4: one factor, or two. `aal3` asks for an attested key that cannot leave its device; none is claimed here. */
  readonly level: 'aal1' | 'aal2';
  /** Nothing that a false page could have asked for and passed on. */
  readonly phishingResistant: boolean;
};

/** A passkey is two factors by itself: it is only taken when the device has verified its person. */
export function strengthOf(methods: readonly Method[]): Strength {
  if (methods.includes('passkey')) return { level: 'aal2', phishingResistant: true };
  const isSecond = methods.includes('totp') || methods.includes('recovery-code');
  return { level: methods.includes('password') && isSecond ? 'aal2' : 'aal1', phishingResistant: false };
}
