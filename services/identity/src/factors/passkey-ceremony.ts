import { ok, type Result, refused, toBase64Url, utf8 } from '@modelward/basics';
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import type { Account } from '../accounts/account-store.ts';
import { limits } from '../limits.ts';
import type { Challenges, ChallengeUse } from './challenges.ts';
import type { Passkey } from './passkey-store.ts';

export type PasskeyAnswer = AuthenticationResponseJSON;
export type NewPasskeyAnswer = RegistrationResponseJSON;

/** Whose passkeys they are: browsers give a passkey to the host name that it was made on and to no other. */
export type RelyingParty = { readonly hostName: string; readonly origin: string };

type Deps = { readonly challenges: Challenges; readonly relyingParty: RelyingParty };

/** ES256, EdDSA and RS256. The library would put ML-DSA before them, which Node calls experimental. */
const algorithms = [-7, -8, -257];

/** What WebAuthn asks of a browser, and whether its answer is one. Reads and writes no state. */
export function createPasskeyCeremony({ challenges, relyingParty }: Deps) {
  const expected = { expectedOrigin: relyingParty.origin, expectedRPID: relyingParty.hostName };

  const registrationOptions = (
    account: Account,
    { sessionId, known }: { sessionId: string; known: readonly Passkey[] },
  ): Promise<PublicKeyCredentialCreationOptionsJSON> =>
    generateRegistrationOptions({
      rpName: 'Modelward',
      rpID: relyingParty.hostName,
      userName: account.name,
      // Random, and the same for ever: a name may be a person's own, and is shown by the authenticator already.
      userID: new Uint8Array(utf8(account.id)),
      challenge: bytesOf(challenges.issue({ purpose: 'registration', sessionId })),
      timeout: limits.factors.challengeMs,
      attestationType: 'direct',
      excludeCredentials: known.map(named),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      supportedAlgorithmIDs: algorithms,
    });

  const verifyNew = async (answer: NewPasskeyAnswer, sessionId: string): Promise<Result<VerifiedNew, 'refused'>> => {
    const given = givenChallenge(challenges, { purpose: 'registration', sessionId });
    const verified = await unlessThrown(() =>
      verifyRegistrationResponse({
        response: answer,
        expectedChallenge: given.isExpected,
        ...expected,
        requireUserVerification: true,
        supportedAlgorithmIDs: algorithms,
      }),
    );
    if (verified?.verified !== true) return refused('refused');
    const { credential, aaguid, fmt, attestationObject, credentialDeviceType, credentialBackedUp } =
      verified.registrationInfo;
    return ok({
      challenge: given.value(),
      attestation: toBase64Url(attestationObject),
      facts: {
        credentialId: credential.id,
        publicKey: toBase64Url(credential.publicKey),
        counter: credential.counter,
        transports: credential.transports ?? [],
        aaguid,
        backupEligible: credentialDeviceType === 'multiDevice',
        backedUp: credentialBackedUp,
        attestationFormat: fmt,
      },
    });
  };

  const verify = async (
    answer: PasskeyAnswer,
    { passkey, use }: { passkey: Passkey; use: ChallengeUse },
  ): Promise<Result<VerifiedUse, 'refused' | 'copied'>> => {
    const given = givenChallenge(challenges, use);
    const verified = await unlessThrown(() =>
      verifyAuthenticationResponse({
        response: answer,
        expectedChallenge: given.isExpected,
        ...expected,
        // The counter is compared below, where a copied key can be told from a wrong one.
        credential: { id: passkey.credentialId, publicKey: new Uint8Array(bytesOf(passkey.publicKey)), counter: 0 },
        requireUserVerification: true,
      }),
    );
    if (verified?.verified !== true || !isOf(answer, passkey)) return refused('refused');
    const { newCounter, credentialDeviceType, credentialBackedUp } = verified.authenticationInfo;
    // WebAuthn level 3 section 7.2: whether a key may be backed up never changes in its life.
    if ((credentialDeviceType === 'multiDevice') !== passkey.backupEligible) return refused('refused');
    if ((newCounter > 0 || passkey.counter > 0) && newCounter <= passkey.counter) return refused('copied');
    return ok({ challenge: given.value(), counter: newCounter, backedUp: credentialBackedUp });
  };

  /** `known`: the passkeys that may answer; none for whichever of them is kept for this host name. */
  const authenticationOptions = (
    use: ChallengeUse,
    known: readonly Passkey[],
  ): Promise<PublicKeyCredentialRequestOptionsJSON> =>
    generateAuthenticationOptions({
      rpID: relyingParty.hostName,
      challenge: bytesOf(challenges.issue(use)),
      timeout: limits.factors.challengeMs,
      userVerification: 'required',
      allowCredentials: known.map(named),
    });

  return { registrationOptions, verifyNew, authenticationOptions, verify };
}

function named({ credentialId, transports }: Passkey) {
  return { id: credentialId, transports: [...transports] };
}

export type PasskeyCeremony = ReturnType<typeof createPasskeyCeremony>;

type VerifiedNew = {
  readonly challenge: string;
  readonly attestation: string;
  readonly facts: Omit<Passkey, 'id' | 'accountId' | 'name' | 'createdAtMs' | 'lastUsedAtMs'>;
};

type VerifiedUse = { readonly challenge: string; readonly counter: number; readonly backedUp: boolean };

function givenChallenge(challenges: Challenges, use: ChallengeUse) {
  let given = '';
  return {
    isExpected: (challenge: string) => {
      given = challenge;
      return challenges.isOurs(challenge, use);
    },
    value: () => given,
  };
}

/** The authenticator says whose key it is, where it says so at all; it must be the one that the key is stored for. */
function isOf({ response }: PasskeyAnswer, { accountId }: Passkey): boolean {
  return response.userHandle === undefined || response.userHandle === toBase64Url(utf8(accountId));
}

/** The library throws on every answer that is not as it should be: to whoever asks, all of them are one refusal. */
async function unlessThrown<Value>(work: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}

function bytesOf(base64Url: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64Url, 'base64url'));
}
