import type { PolicyContext, PolicyValue } from '@modelward/policy';
import type { Authentication, Circumstances } from './circumstances.ts';

/** A hundred years: as old as anything whose age is not known. */
const longAgoSeconds = 3_155_760_000;
const unknownAddress = '0.0.0.0';

export type Situation = {
  readonly authentication: Authentication;
  /** Undefined: a credential that is not narrowed. */
  readonly scopes: readonly string[] | undefined;
  readonly interface: string;
  readonly circumstances: Circumstances | undefined;
  readonly nowMs: number;
};

/** Every field that `policies/schema.cedarschema` declares; what is not known has the value that permits least. */
export function policyContext(situation: Situation): PolicyContext {
  const { authentication, scopes, circumstances = {}, nowMs } = situation;
  const { device, network, risk, approvals, contentDigest, change, task, directorySeconds } = circumstances;
  const { binding, ...auth } = heldBy(authentication);
  return {
    auth: record(auth),
    token: record({ binding, scopes: scopes ?? [], narrowed: scopes !== undefined }),
    device: record(device ?? { tier: 0, managed: false, compliant: false }),
    network: record({ zone: network?.zone ?? 'unknown', address: { ip: network?.address ?? unknownAddress } }),
    interface: situation.interface,
    risk: risk ?? 'unknown',
    time: { datetimeMs: nowMs },
    approvals: record(approvals ?? { people: 0, disinterested: 0, digest: '' }),
    content: record({ digest: contentDigest ?? '' }),
    change: record(change ?? { gainerIds: [], soleAdministrator: false }),
    task: task ?? '',
    freshness: record({ directorySeconds: age(directorySeconds) }),
  };
}

function record(fields: Readonly<Record<string, PolicyValue>>): PolicyValue {
  return { record: { ...fields } };
}

// INVARIANT: a credential that is bound to nothing has level `none`, and nothing lifts it: whoever steals it must not ride
// on its owner's fresh sign-in.
function heldBy({ level, credential, binding = 'session', ageSeconds, phishingResistant }: Authentication) {
  if (level === 'none' || binding === 'none') {
    return {
      level: 'none',
      credential,
      binding: 'none',
      ageSeconds: longAgoSeconds,
      phishingResistant: false,
    } as const;
  }
  return { level, credential, binding, ageSeconds: age(ageSeconds), phishingResistant: phishingResistant ?? false };
}

/** Policy counts whole seconds; an age that is none, or lies in the future, is no proof of anything. */
function age(seconds: number | undefined): number {
  if (seconds === undefined || !(seconds >= 0)) return longAgoSeconds;
  return Math.min(Math.ceil(seconds), longAgoSeconds);
}
